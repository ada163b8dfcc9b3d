"""Appointing a project manager, a recommendation, an advisory body, its money and its reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from programs import queries, states
from programs.forms.base import DateField, WanField, area, one_line
from programs.models import Portfolio


class PortfolioForm(forms.Form):
    email = forms.EmailField(label=_("E-mail of the project manager"), help_text=_("The person has an account already."))
    specials = forms.MultipleChoiceField(label=_("Specials"), widget=forms.SelectMultiple(attrs={"size": 12}))
    rights = forms.MultipleChoiceField(
        label=_("Delegated rights"), choices=states.PortfolioRight.choices, widget=forms.CheckboxSelectMultiple)
    since = DateField(label=pgettext_lazy("term", "From"))
    until = DateField(label=pgettext_lazy("term", "Until"))
    reason = area(_("Reason of the appointment"), 4000, 3)
    found: Person | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["specials"].choices = queries.target_choices()[1]

    def clean_email(self) -> str:
        self.found = queries.person_by_email(self.cleaned_data["email"])
        if self.found is None:
            raise forms.ValidationError(gettext("There is no account with this e-mail."))
        return self.cleaned_data["email"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("since") and values.get("until") and values["until"] < values["since"]:
            self.add_error("until", gettext("The appointment ends before it begins."))
        return values


class RecommendationForm(forms.Form):
    special = forms.ChoiceField(label=_("Special"))
    kind = forms.ChoiceField(label=_("What you recommend"), choices=states.RecommendationKind.choices, widget=forms.RadioSelect)
    subject = one_line(_("Topic, or number and title of the project"))
    text = area(_("Your reasons"), 4000, 4)

    def __init__(self, *args: Any, portfolio: Portfolio, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["special"].choices = [(special.code, special.label) for special in portfolio.specials.all()]


class AnswerForm(forms.Form):
    adopt = forms.ChoiceField(label=_("Answer"), choices=[("yes", _("Adopt")), ("no", _("Do not adopt"))], widget=forms.RadioSelect)
    answer = area(_("Reason of the answer"), 2000, 2)


class BodyForm(forms.Form):
    unit = one_line(_("Unit: name or unified social credit code"), 120)
    industry = forms.ChoiceField(label=_("Future industry"))
    tasks = area(_("Tasks"), 4000, 4)
    since = DateField(label=pgettext_lazy("term", "From"))
    found: Organisation | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["industry"].choices = [(str(row.pk), row.label) for row in queries.future_industries()]

    def clean_unit(self) -> str:
        found = queries.units_called(self.cleaned_data["unit"])
        if len(found) != 1:
            raise forms.ValidationError(gettext("No verified unit has this name or code.") if not found else gettext(
                "Several units have this name; give the code."))
        self.found = found[0]
        return self.cleaned_data["unit"]


class BodyMoneyForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    money = WanField(label=_("Money (10,000 yuan)"))
    note = one_line(_("Note"), 300, required=False)


class BodyEndForm(forms.Form):
    until = DateField(label=pgettext_lazy("term", "Until"))
    why = area(_("Reason"), 2000, 2)


class ReportForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    title = one_line(_("Title of the report"))
    summary = area(_("Summary"), 4000, 4)
    file = forms.FileField(label=_("File of the report (PDF)"), required=False)


class AcceptForm(forms.Form):
    is_public = forms.BooleanField(label=_("Make it public"), required=False)
