"""Forms of the formality desk and of the public's questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation
from applications.forms.rows import WanField
from applications.models import Application
from applications.states import FORMALITY_REASONS


class RefuseForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose the reason")),
                                                                *((r.value, r.label) for r in FORMALITY_REASONS)])
    clause = forms.CharField(label=_("Clause"), max_length=200, required=False,
                             help_text=_("Needed when no item of the list is marked as one that cannot be corrected."))
    text = forms.CharField(label=_("Reason in words"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000,
                           help_text=_("Name the clause and the facts; the applicant reads this in the notice."))


class AskCorrectionForm(forms.Form):
    sections = forms.MultipleChoiceField(label=_("Parts the applicant may rewrite"),
                                         widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, parts: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sections"].choices = [(part.code, part.title) for part in parts]


class ChosenForm(forms.Form):
    """Of many applications at once: which, kept through every round of the form."""

    ids = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, rows: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ids"].choices = [(row.ref, row.ref) for row in rows]
        self.fields["ids"].initial = [row.ref for row in rows]


def _items_of(rows: Sequence[Application]) -> list[tuple[str, str]]:
    """Items that stand in the list of every chosen application."""
    lists = [{item["code"]: item["text"] for item in row.version.data.get("formality_items") or []} for row in rows]
    return [(code, text) for code, text in (lists[0] if lists else {}).items() if all(one.get(code) == text for one in lists)]


VOUCH = _("I have gone through the other items of each: they are in order. What the rules found is held back all the same.")
VOUCH_ALL = _("I have gone through the list of each: all is in order. What the rules found is held back all the same.")
UNVOUCHED = {"required": _("Tick this: what nobody has gone through is not decided.")}


class AcceptManyForm(ChosenForm):
    vouch = forms.BooleanField(label=VOUCH_ALL, error_messages=UNVOUCHED)


class AskManyForm(ChosenForm):
    item = forms.ChoiceField(label=_("Item to be corrected"))
    note = forms.CharField(label=_("What is to be corrected"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
                           help_text=_("The notice of each prints it."))
    sections = forms.MultipleChoiceField(label=_("Parts the applicant may rewrite"), widget=forms.CheckboxSelectMultiple)
    vouch = forms.BooleanField(label=VOUCH, error_messages=UNVOUCHED)

    def __init__(self, *args: Any, rows: Sequence[Application], parts: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, rows=rows, **kwargs)
        self.fields["item"].choices = [("", _("Choose the item")), *_items_of(rows)]
        self.fields["sections"].choices = [(part.code, part.title) for part in parts]


class RefuseManyForm(ChosenForm, RefuseForm):
    item = forms.ChoiceField(label=_("Item that cannot be corrected"), required=False,
                             help_text=_("Leave empty where the reason stands in no item, and name the clause."))
    vouch = forms.BooleanField(label=VOUCH, error_messages=UNVOUCHED)
    field_order = ("ids", "reason_code", "item", "clause", "text", "vouch")

    def __init__(self, *args: Any, rows: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, rows=rows, **kwargs)
        self.fields["item"].choices = [("", "—"), *_items_of(rows)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("item") and not (data.get("clause") or "").strip():
            self.add_error("clause", _("Choose the item that cannot be corrected, or name the clause."))
        return data


class HandoverForm(forms.Form):
    """To whom the check of a guide, or of chosen applications, is handed over and until when (clause R11)."""

    ids = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput, required=False)
    guide = forms.ChoiceField(label=_("Guide"))
    organisation = forms.ModelChoiceField(label=_("Professional institution"), queryset=Organisation.objects.none(),
                                          empty_label=_("Choose the institution"))
    since = forms.DateField(label=pgettext_lazy("term", "From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=pgettext_lazy("term", "Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, guides: Sequence[Any], institutions: Any, rows: Sequence[Application] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = institutions
        if not institutions:
            self.fields["organisation"].help_text = _(
                "No verified professional institution yet: it registers as a unit of this kind, and the resource division verifies it.")
        self.fields["ids"].choices = [(row.ref, row.ref) for row in rows]
        self.fields["ids"].initial = [row.ref for row in rows]
        chosen = {row.guide.ref for row in rows}
        self.fields["guide"].choices = [*([] if chosen else [("", _("Choose the guide"))]), *((one.ref, f"{one.ref} {one.title}") for one in guides if not chosen or one.ref in chosen)]


class InspectionForm(forms.Form):
    """The report of a site visit or special audit."""

    passed = forms.TypedChoiceField(label=_("Result"), choices=[("yes", _("Stands")), ("no", _("Does not stand, no award"))],
                                    widget=forms.RadioSelect, coerce=lambda value: value == "yes", empty_value=None)
    finding = forms.CharField(label=_("What was found"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
    amount = WanField(label=_("Grant allowed at most (10,000 yuan)"), required=False,
                      help_text=_("Of a special audit; empty where the finding says nothing about money."))
    upload = forms.FileField(label=_("Report (PDF)"), required=False, widget=forms.FileInput(attrs={"accept": ".pdf"}))


class TrackForm(forms.Form):
    number = forms.CharField(label=_("Application or receipt number"), max_length=60,
                             help_text=_("For example ZDCY-2026-00123"))
    tail = forms.CharField(label=_("Last four digits of the leader's telephone"), max_length=4,
                           widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))


class VerifyReceiptForm(forms.Form):
    number = forms.CharField(label=_("Receipt number"), max_length=60, help_text=_("For example ZDCY-2026-00123-R1"))
    code = forms.CharField(label=_("Verification code"), max_length=80,
                           help_text=_("The twelve characters on the receipt, or the whole SHA-256"))
