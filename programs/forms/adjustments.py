"""A case of adjustment: what, about which special or plan, why, from when; evidence; an opinion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from programs import queries, rules, states
from programs.forms.base import DateField, area, one_line

LISTS = ("funding_modes", "review_modes")


class AdjustmentForm(forms.Form):
    """One form for every kind; what a kind does not ask for may stay empty."""

    kind = forms.ChoiceField(label=pgettext_lazy("adjustment", "What is to be done"), choices=states.AdjustmentKind.choices, widget=forms.RadioSelect)
    special = forms.ChoiceField(label=_("Special"), required=False,
                                help_text=_("Leave empty when the case is about a whole plan or makes a new special."))
    plan = forms.ChoiceField(label=_("Plan"), required=False, help_text=_("For a new special: the plan it belongs to."))
    title = one_line(_("Title"))
    reason = area(pgettext_lazy("adjustment", "Reasons"), 20_000, 6)
    effective_on = DateField(label=_("In effect from"))
    open_guides = forms.ChoiceField(
        label=_("Guides that are open on that day"), choices=states.OpenGuides.choices, widget=forms.RadioSelect,
        initial=states.OpenGuides.KEEP, help_text=_("Guides not yet open are withdrawn in any case (clause T2)."),
    )
    code = one_line(_("Code"), 40, required=False, help_text=_("For a new special: capital Latin letters, digits and -"))
    name = one_line(_("New name"), 200, required=False)
    name_en = one_line(_("New name in English"), 300, required=False)
    prefix = one_line(_("Letters of project numbers"), 12, required=False)
    new_plan = forms.ChoiceField(label=_("Moves to the plan"), required=False)
    funding_modes = forms.MultipleChoiceField(
        label=_("Way of funding"), choices=states.FundingMode.choices, required=False, widget=forms.CheckboxSelectMultiple)
    review_modes = forms.MultipleChoiceField(
        label=_("Review"), choices=states.ReviewMode.choices, required=False, widget=forms.CheckboxSelectMultiple)
    budget_scheme = forms.ChoiceField(
        label=_("Budget"), choices=[("", "—"), *states.BudgetScheme.choices], required=False)
    division = one_line(_("Division in charge"), 60, required=False)
    amount_note = area(_("Amount"), 1000, 2, required=False)
    note = area(_("Aim and note"), 4000, 3, required=False)

    def __init__(self, *args: Any, fixed: str = "", **kwargs: Any) -> None:
        """`fixed`: the kind of an existing case; neither it nor the target can be changed."""
        super().__init__(*args, **kwargs)
        plans, specials = queries.target_choices()
        self.fields["special"].choices = [("", "—"), *specials]
        for name in ("plan", "new_plan"):
            self.fields[name].choices = [("", "—"), *plans]
        for name in ("kind", "special", "plan") if fixed else ():
            del self.fields[name]
        if fixed and fixed != states.AdjustmentKind.CREATE:
            del self.fields["code"]
        self.fixed = fixed

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if code and not all(part.isalnum() and part.isascii() for part in code.split("-")):
            raise forms.ValidationError(gettext("Only Latin letters, digits and - are possible."))
        if code and queries.special_in_force(code):
            raise forms.ValidationError(gettext("This code is in use already."))
        return code

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        kind = values.get("kind") or self.fixed
        if kind and kind != states.AdjustmentKind.CREATE and values.get("code"):
            self.add_error("code", rules.code_problem())
        if self.fixed:
            return values
        if kind == states.AdjustmentKind.CREATE:
            if values.get("special"):
                self.add_error("special", gettext("A new special is named below; leave this empty."))
            if not values.get("plan"):
                self.add_error("plan", gettext("Name the plan the new special belongs to."))
            for name in rules.NEEDED_FOR_NEW:
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, gettext("A new special needs this."))
        elif kind and not values.get("special") and not values.get("plan"):
            self.add_error("special", gettext("Name the special or the plan the case is about."))
        return values

    def proposal(self) -> dict[str, Any]:
        """The columns that are proposed."""
        values = self.cleaned_data
        found = {name: values.get(name) for name in rules.PROPOSAL_FIELDS if name != "plan" and values.get(name)}
        return found | ({"plan": values["new_plan"]} if values.get("new_plan") else {})

    @staticmethod
    def load(proposal: Mapping[str, Any]) -> dict[str, Any]:
        return {**{key: value for key, value in proposal.items() if key != "plan"}, "new_plan": proposal.get("plan", "")}


class CiteForm(forms.Form):
    """Choose what the portal knows, or write down what it does not."""

    offer = forms.ChoiceField(label=_("From the portal"), required=False)
    title = one_line(_("or another source: its title"), 200, required=False)
    url = forms.CharField(label=_("Its address or number"), max_length=300, required=False)
    note = area(_("What it shows"), 2000, 2, required=False)

    def __init__(self, *args: Any, offers: list[queries.Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {f"{offer.kind}:{offer.ref}": offer for offer in offers}
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, offer in self.known.items():
            label = f"{offer.title}（{offer.figure}）" if offer.figure else offer.title
            groups.setdefault(str(states.EvidenceKind(offer.kind).label), []).append((key, label))
        self.fields["offer"].choices = [("", "—"), *groups.items()]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("offer") and not values.get("title", "").strip():
            self.add_error("offer", gettext("Choose something the portal knows, or give the title of another source."))
        return values

    def offered(self) -> queries.Offer:
        values = self.cleaned_data
        if values.get("offer"):
            return self.known[values["offer"]]
        return queries.Offer(states.EvidenceKind.OTHER, "", values["title"].strip(), values.get("url", "").strip())


class OpinionForm(forms.Form):
    stance = forms.ChoiceField(label=_("Your opinion"), choices=states.Stance.choices, widget=forms.RadioSelect)
    text = area(_("Reason or remark"), 4000, 3, required=False)
