"""Forms of the formality desk and of the public's questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.rows import WanField
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
