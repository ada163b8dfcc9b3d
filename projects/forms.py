"""Forms of the projects floor: lines of the list, decision, objection, contract. Money is typed in 万元, kept in yuan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.states import Reason
from core.money import from_wan, wan
from projects import states
from projects.models import Contract, ContractTarget, ProposalItem

REASONS = [(Reason.BEYOND_QUOTA.value, Reason.BEYOND_QUOTA.label), (Reason.BELOW_MARK.value, Reason.BELOW_MARK.label),
           (Reason.KNOCKED_OUT.value, Reason.KNOCKED_OUT.label), (Reason.DUPLICATE.value, Reason.DUPLICATE.label),
           (Reason.INTEGRITY.value, Reason.INTEGRITY.label), (Reason.OTHER.value, Reason.OTHER.label)]


class ItemForm(forms.Form):
    """One line of a list of proposed awards."""

    selected = forms.BooleanField(required=False)
    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    reason_code = forms.ChoiceField(choices=[("", "—"), *REASONS], required=False)
    reason = forms.CharField(max_length=500, required=False)

    def __init__(self, *args: Any, item: ProposalItem, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {
            "selected": item.selected, "amount": wan(item.amount).replace(",", ""), "reason_code": item.reason_code, "reason": item.reason})
        super().__init__(*args, prefix=f"i{item.pk}", **kwargs)
        self.item = item
        labels = {"selected": _("Propose"), "amount": _("Amount"), "reason_code": _("Reason"), "reason": _("Reason in words")}
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{item.application.ref} {labels[name]}"
        self.fields["amount"].widget = forms.TextInput(attrs={
            "inputmode": "decimal", "class": "w-8 num", "aria-label": f"{item.application.ref} {labels['amount']}"})

    def clean_amount(self) -> Decimal:
        return from_wan(self.cleaned_data["amount"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("selected") and not self.errors and not (data.get("reason_code") and data.get("reason", "").strip()):
            self.add_error("reason", _("Give the reason; the applicant reads it."))
        return data


class DecideForm(forms.Form):
    minutes = forms.CharField(label=_("Decision of the meeting"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ObjectionForm(forms.Form):
    application = forms.ChoiceField(label=_("Project"))
    kind = forms.ChoiceField(label=_("Who objects"), choices=states.ObjectorKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Real name, or name of the unit"), max_length=120,
                           help_text=_("Anonymous objections are not accepted. Your identity is kept secret."))
    contact = forms.CharField(label=_("Telephone or e-mail"), max_length=120)
    facts = forms.CharField(label=_("Facts and what they rest on"), max_length=8000,
                            widget=forms.Textarea(attrs={"rows": 8, "data-max": 8000}))
    scan = forms.FileField(label=_("Signed objection"), help_text=_("PDF or picture, at most 20 MB: signed by hand, of a unit with its seal."))

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].choices = [("", _("Choose")), *(
            (item.application.ref, f"{item.application.title}（{item.application.unit.name}）") for item in items)]


class DecisionForm(forms.Form):
    decision = forms.CharField(label=_("Decision and grounds"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class ContractForm(forms.Form):
    starts_on = forms.DateField(label=_("Begins"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Ends"), widget=forms.DateInput(attrs={"type": "date"}))
    changes = forms.CharField(label=_("Why it differs from the application"), max_length=2000, required=False,
                              widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Needed when a target was changed."))

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": contract.project.starts_on, "ends_on": contract.project.ends_on, "changes": contract.changes})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] <= data["starts_on"]:
            self.add_error("ends_on", _("The term ends after it starts."))
        return data


class TargetForm(forms.Form):
    value = forms.DecimalField(label=_("Agreed value"), max_digits=18, decimal_places=4)
    why = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, target: ContractTarget, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"value": target.value})
        super().__init__(*args, **kwargs)
