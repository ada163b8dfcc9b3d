"""Forms of the list, the objection and the contract. Money is typed in 万元 and kept in yuan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.states import Reason
from projects import rules
from projects.models import Contract, ContractTarget, ProposalItem
from projects.states import ObjectorKind

WAN = Decimal(10_000)
#: What a list may give as the reason for not proposing somebody.
LEFT_OUT = (
    Reason.BEYOND_QUOTA, Reason.BELOW_MARK, Reason.KNOCKED_OUT, Reason.BODY_DECLINED, Reason.DUPLICATE, Reason.INTEGRITY,
    Reason.UNIT_INELIGIBLE, Reason.LEADER_INELIGIBLE, Reason.OUT_OF_SCOPE, Reason.OTHER,
)


class ItemForm(forms.Form):
    """One line of a draft list."""

    selected = forms.BooleanField(label=_("Propose"), required=False)
    amount = forms.DecimalField(label=_("Amount proposed (10,000 yuan)"), min_value=0, max_digits=12, decimal_places=2)
    reason_code = forms.ChoiceField(label=_("Reason"), required=False)
    reason = forms.CharField(label=_("Reason in words"), max_length=1000, required=False)
    note = forms.CharField(label=_("Why it is proposed all the same"), max_length=500, required=False)

    def __init__(self, *args: Any, item: ProposalItem, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {
            "selected": item.selected, "amount": f"{item.amount / WAN:.2f}".rstrip("0").rstrip("."),
            "reason_code": item.reason_code, "reason": item.reason, "note": item.note,
        })
        super().__init__(*args, prefix=f"i{item.pk}", **kwargs)
        self.item = item
        if not any(not hit["stops"] for hit in item.hits):
            del self.fields["note"]
        known = [code.value for code in LEFT_OUT]
        codes = [*LEFT_OUT, *([Reason(item.reason_code)] if item.reason_code and item.reason_code not in known else [])]
        self.fields["reason_code"].choices = [("", _("Choose")), *[(code.value, code.label) for code in codes]]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{item.application.ref}: {field.label}"
        self.fields["amount"].widget.attrs["class"] = "w-5 num"

    def clean_amount(self) -> Decimal:
        return self.cleaned_data["amount"] * WAN

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("selected") and data.get("amount") == 0:
            self.add_error("amount", _("Give an amount or do not propose it."))
        return data


class MinutesForm(forms.Form):
    minutes = forms.CharField(label=_("Decision of the leaders' meeting"), max_length=2000, required=False,
                              widget=forms.Textarea(attrs={"rows": 3}),
                              help_text=_("Date and number of the meeting and what it decided; kept with the list."))


class ObjectionForm(forms.Form):
    application = forms.ChoiceField(label=_("Which project"))
    kind = forms.ChoiceField(label=_("Who objects"), choices=ObjectorKind.choices, widget=forms.RadioSelect, initial="PERSON")
    name = forms.CharField(label=_("Your real name, or the full name of the unit"), max_length=100,
                           help_text=_("Anonymous objections are not accepted. Your name is sealed; only the supervision division can open it, and each opening is recorded."))
    contact = forms.CharField(label=_("Phone or e-mail"), max_length=200, help_text=_("Where the supervision division reaches you."))
    facts = forms.CharField(label=_("Facts and what they rest on"), max_length=4000,
                            widget=forms.Textarea(attrs={"rows": 8, "data-max": 4000}))
    upload = forms.FileField(label=_("Signed statement"), help_text=_(
        "A scan with the signature of the person or the seal of the unit; PDF, JPG or PNG, at most 20 MB."))

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].choices = [("", _("Choose")), *[
            (item.application.ref, f"{item.application.ref} {item.application.title} {item.application.unit.name}") for item in items]]

    def clean_contact(self) -> str:
        """An objection that nobody can ask back about helps nobody."""
        if problem := rules.contact_problem(self.cleaned_data["contact"]):
            raise forms.ValidationError(problem)
        return self.cleaned_data["contact"]


class FindingsForm(forms.Form):
    findings = forms.CharField(label=_("What the investigation found"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
                               help_text=_("The leaders read it; do not name the objector."))


class DecisionForm(forms.Form):
    decision = forms.CharField(label=_("Decision with its grounds"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
                               help_text=_("The objector reads this text."))


class WhyForm(forms.Form):
    why = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ContractForm(forms.Form):
    starts_on = forms.DateField(label=_("Starts on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    changes = forms.CharField(label=_("Why it differs from the application"), max_length=2000, required=False,
                              widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Needed when a target has been changed."))

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        project = contract.project
        kwargs.setdefault("initial", {
            "starts_on": project.starts_on, "ends_on": project.ends_on, "changes": contract.changes})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends <= starts:
            self.add_error("ends_on", _("The term ends after it starts."))
        return data


class TargetForm(forms.Form):
    value = forms.DecimalField(label=_("Agreed value"), min_value=0, max_digits=16, decimal_places=4)
    why = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
                          help_text=_("The difference from the application is shown to both sides with this reason."))

    def __init__(self, *args: Any, target: ContractTarget, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"value": target.value.normalize() if target.value is not None else None})
        super().__init__(*args, **kwargs)


