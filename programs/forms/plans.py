"""Annual plan and policy documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs import queries
from programs.forms.base import DateField, WanField, area, one_line
from programs.models import AnnualPlan, Special
from programs.rules.planned import day_faults, reserve_inside
from programs.states import FundingMode, PolicyKind, ReviewMode

NEXT_YEAR = _("A month before that of the opening is one of the next year: 11 to 1 is November to January.")


class NewPlanForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    copy_from = forms.ChoiceField(
        label=_("Start from"), required=False, help_text=_("The items of that year are copied and can be changed.")
    )
    control_figure = WanField(label=_("Control figure of the year (10,000 yuan)"))
    reserve = WanField(label=_("of it reserve for assigned major tasks (10,000 yuan)"))

    def __init__(self, *args: Any, plans: list[AnnualPlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["copy_from"].choices = [("", gettext("An empty plan")), *[(str(p.year), str(p.year)) for p in plans]]

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if queries.plan_stands(year):
            raise forms.ValidationError(gettext("The annual plan of %(year)d stands already.") % {"year": year})
        return year

    def clean(self) -> dict[str, Any]:
        return check_reserve(self, super().clean())


class PlanMoneyForm(forms.Form):
    control_figure = WanField(label=_("Control figure of the year (10,000 yuan)"))
    reserve = WanField(label=_("of it reserve for assigned major tasks (10,000 yuan)"))
    note = area(_("Note"), 2000, 3, required=False)

    def clean(self) -> dict[str, Any]:
        return check_reserve(self, super().clean())


def check_reserve(form: forms.Form, values: dict[str, Any]) -> dict[str, Any]:
    """The rule the action has too, said beside the reserve."""
    control, reserve = values.get("control_figure"), values.get("reserve")
    if control is not None and reserve is not None and (fault := reserve_inside(control, reserve)):
        form.add_error("reserve", fault)
    return values


class ItemForm(forms.Form):
    special = forms.ChoiceField(label=_("Special"))
    title = one_line(_("Title"))
    title_en = one_line(_("Title in English"), 300, required=False)
    money = WanField(label=_("Money (10,000 yuan)"))
    count = forms.IntegerField(label=_("Awards at most"), min_value=1, max_value=100_000)
    opens_month = forms.IntegerField(label=_("Guide opens in month"), min_value=1, max_value=12)
    closes_month = forms.IntegerField(label=_("Guide closes in month"), min_value=1, max_value=12, help_text=NEXT_YEAR)
    opens_on = DateField(label=_("Opens on"), required=False, help_text=_("When the day is known already; it sets the month."))
    closes_on = DateField(label=_("Closes on"), required=False)
    funding_mode = forms.ChoiceField(label=_("Way of funding"), required=False)
    review_mode = forms.ChoiceField(label=_("Review"), required=False)
    order = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, required=False, initial=0)

    def __init__(self, *args: Any, plan: AnnualPlan, own: Special | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        offered = queries.specials_for_choice(plan.tree)
        if own is not None and own.pk not in {special.pk for special in offered}:  # suspended since: the item still names it
            offered.append(own)
        self.fields["special"].choices = [("", gettext("Please choose")), *grouped(offered)]
        offer_modes(self)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        check_window(self, self.plan.year, values)
        values["order"] = values.get("order") or 0
        return values


def grouped(specials: Iterable[Special], key: str = "code") -> list[tuple[str, list[tuple[str, str]]]]:
    """Specials by category for a select; the value is the code, or the column `key`."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for special in specials:
        groups.setdefault(special.plan.label, []).append((str(getattr(special, key)), special.label))
    return list(groups.items())


def offer_modes(form: forms.Form) -> None:
    form.fields["funding_mode"].choices = [("", gettext("as the special allows")), *FundingMode.choices]
    form.fields["review_mode"].choices = [("", gettext("as the special allows")), *ReviewMode.choices]


def check_window(form: forms.Form, year: int, values: dict[str, Any]) -> None:
    """Known days open in the year of the plan and close within twelve months; each fault beside its field."""
    for name, fault in day_faults(year, values.get("opens_on"), values.get("closes_on")).items():
        if name not in form.errors:  # a day that cannot be read is no missing day
            form.add_error(name, fault)


class PolicyForm(forms.Form):
    number = one_line(_("Document number"), 80, help_text=_("e.g. 深科创规〔2025〕2号, with hexagonal brackets"))
    title = one_line(_("Title"))
    title_en = one_line(_("Title in English"), 300, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=PolicyKind.choices, widget=forms.RadioSelect)
    issuer = one_line(_("Issued by"), 120)
    issued_on = DateField(label=_("Issued on"))
    valid_from = DateField(label=_("Valid from"))
    valid_to = DateField(label=_("Valid to"), required=False, help_text=_("Leave empty when no end is set."))
    government_approval = one_line(
        _("Approval of the municipal government"), 200, required=False,
        help_text=_("Its number. An implementation scheme cannot be put in force without it (clause R13)."),
    )
    government_approved_on = DateField(label=_("Approved by the municipal government on"), required=False)
    rests_on = forms.MultipleChoiceField(
        label=_("Higher-level documents it rests on"), required=False, widget=forms.CheckboxSelectMultiple
    )
    specials = forms.MultipleChoiceField(
        label=_("Specials it governs"), required=False, widget=forms.SelectMultiple(attrs={"size": 12})
    )
    source = one_line(_("Source"), 300, required=False)
    text = area(_("Text"), 60_000, 10, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["specials"].choices = queries.special_choices()
        self.fields["rests_on"].choices = queries.higher_choices()

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("valid_to") and values.get("valid_from") and values["valid_to"] < values["valid_from"]:
            self.add_error("valid_to", gettext("The document ends before it begins."))
        if values.get("government_approval") and values.get("kind") == PolicyKind.SCHEME and not values.get("government_approved_on"):
            self.add_error("government_approved_on", gettext("Clause R13: the day of the municipal government's approval is missing."))
        return values
