"""Forms beside the making of a guide: a comment, its answer, the legality opinion, the yes to an imported file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs import queries
from programs.engine import places
from programs.forms.base import area
from programs.models import AnnualPlanItem, ReferenceEntry


class CommentForm(forms.Form):
    place = forms.ChoiceField(label=_("What the comment is about"), help_text=_("A part of the guide, or one clause of it."))
    text = area(_("Words of the comment"), 2000, 3, help_text=_("What should be changed and why, with the source if there is one."))
    must_settle = forms.BooleanField(label=_("Must be settled"), required=False, help_text=_(
        "The guide cannot be approved while it is open."))

    def __init__(self, *args: Any, data_of_guide: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for clause in queries.clauses_of(data_of_guide):
            groups.setdefault(clause.part, [(f"{clause.part}:", gettext("the whole part"))]).append(
                (f"{clause.part}:{clause.code}", clause.label[:60]))
        # nothing is chosen beforehand: a remark must not land on the first part unseen
        self.fields["place"].choices = [("", gettext("Please choose")), *[(places.part_name(part), rows) for part, rows in groups.items()]]

    def values(self) -> dict[str, Any]:
        part, _colon, clause = self.cleaned_data["place"].partition(":")
        return {"part": part, "clause": clause, "text": self.cleaned_data["text"], "must_settle": self.cleaned_data["must_settle"]}


YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class OpinionForm(forms.Form):
    """A yes or no to every point of the check list, a note where something stands against it, and the conclusion."""

    def __init__(self, *args: Any, points: Iterable[ReferenceEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(points)
        for point in self.points:
            self.fields[f"ok-{point.code}"] = forms.ChoiceField(
                label=point.label, choices=YES_NO, widget=forms.RadioSelect, help_text=point.source)
            self.fields[f"note-{point.code}"] = forms.CharField(
                label=gettext("What stands against it (point %(code)s)") % {"code": point.code}, max_length=500, required=False)
        self.fields["passed"] = forms.ChoiceField(
            label=gettext("Conclusion of the check"), widget=forms.RadioSelect,
            choices=[("yes", gettext("Passed: the guide may be approved")), ("no", gettext("Not passed: the guide must be changed first"))])
        self.fields["text"] = area(gettext("Words of the opinion"), 2000, 4, help_text=gettext("For example: 经审查，未发现违反公平竞争和上位法规定的内容，同意。"))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for point in self.points:
            if values.get(f"ok-{point.code}") == "no" and not values.get(f"note-{point.code}", "").strip():
                self.add_error(f"note-{point.code}", gettext("Say what stands against it."))
        if values.get("passed") == "yes" and any(values.get(f"ok-{point.code}") == "no" for point in self.points):
            self.add_error("passed", ValidationError(gettext("A point is answered with no, so the opinion cannot be favourable.")))
        return values

    def values(self) -> dict[str, Any]:
        v = self.cleaned_data
        return {"passed": v["passed"] == "yes", "text": v["text"],
                "answers": {point.code: (v[f"ok-{point.code}"] == "yes", v[f"note-{point.code}"]) for point in self.points}}


class UploadForm(forms.Form):
    file = forms.FileField(label=_("Guide file (JSON)"), help_text=_(
        "Exported by this or another bureau's portal; every problem of the file is listed, and nothing is saved before you say yes."))


class ConfirmForm(forms.Form):
    item = forms.ChoiceField(label=_("Item of the annual plan"), help_text=_("The draft is made for this item (clause A2)."))

    def __init__(self, *args: Any, items: Iterable[AnnualPlanItem], special: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sorted(items, key=lambda item: item.special.code != special)
        self.fields["item"].choices = [(str(item.pk), f"{item.plan.year} · {item.title}（{item.special.label}）") for item in rows]
