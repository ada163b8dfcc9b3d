"""Seats at a draft: who, and which parts for reading or writing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.states import READ, WRITE

SOME = "some"
EACH = [("", pgettext_lazy("part", "Not shared")), (READ, pgettext_lazy("part", "Read")), (WRITE, _("Read and write"))]


class SeatRightsForm(forms.Form):
    """All parts at once, or each by itself. What is chosen part by part counts only with “part by part”."""

    every = forms.ChoiceField(label=_("Which parts"), widget=forms.RadioSelect, choices=[
        (WRITE, _("All parts, to read and write; pledges stay with the leader")), (READ, _("All parts, only to read")), (SOME, _("Part by part, as chosen below"))])

    def __init__(self, *args: Any, parts: list[Any], rights: dict[str, str] | None = None, **kwargs: Any) -> None:
        if rights is not None and not args:
            kwargs["initial"] = {"every": rights.get("*", SOME), **{f"p-{code}": right for code, right in rights.items()}}
        super().__init__(*args, **kwargs)
        self.codes = [part.code for part in parts]
        for part in parts:
            self.fields[f"p-{part.code}"] = forms.ChoiceField(label=part.title, choices=EACH, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("every") == SOME and not any(found.get(f"p-{code}") for code in self.codes):
            self.add_error("every", _("Choose at least one part that the person may read or write."))
        return found

    def rights(self) -> dict[str, str]:
        every = self.cleaned_data["every"]
        if every != SOME:
            return {"*": every}
        return {code: right for code in self.codes if (right := self.cleaned_data.get(f"p-{code}"))}

    @property
    def each(self) -> list[Any]:
        return [self[f"p-{code}"] for code in self.codes]


class SeatInviteForm(SeatRightsForm):
    who = forms.CharField(label=_("E-mail or mobile number"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}),
                          help_text=_("Somebody of your unit or of a partner unit named in the application. The invitation waits until the person has an account and answers."))
    field_order = ("who", "every")
