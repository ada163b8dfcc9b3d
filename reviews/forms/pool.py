"""Forms of the expert pool: profile, joining, recommending, employers, ties, account, import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import queries as accounts
from reviews import queries, states
from reviews.forms import WhenField
from reviews.queries.expert_imports import FIELDS


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class UnitField(forms.CharField):
    """A unit by its full name or its unified social credit code; the form's data hold the unit."""

    default_error_messages = {"unknown": _("No unit, or more than one, bears this name. Try the code.")}  # noqa: RUF012

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        unit = accounts.open_unit_called(text.strip())
        if unit is None:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        return unit


class FoldedChoices(forms.MultipleChoiceField):
    """Several codes of a long list: folded, with what is chosen shown above."""

    fold = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)


class OwnProfileForm(forms.Form):
    """What an expert says of himself and keeps up himself."""

    title = forms.CharField(label=_("Professional title"), max_length=40, required=False)
    disciplines = FoldedChoices(label=_("Disciplines"), choices=queries.discipline_choices, required=False, help_text=_("By GB/T 13745; applications are matched by them."))
    clusters = FoldedChoices(label=_("Industry clusters"), choices=queries.cluster_choices, required=False)
    keywords = forms.CharField(label=_("Keywords"), max_length=300, required=False, help_text=_("Separated by commas."))
    languages = forms.MultipleChoiceField(label=_("Languages"), choices=states.Language.choices, widget=forms.CheckboxSelectMultiple, required=False)
    yearly_max = forms.IntegerField(label=_("Reviews a year at most"), required=False, min_value=1, max_value=60)

    def clean_keywords(self) -> list[str]:
        words = self.cleaned_data["keywords"].replace("，", ",").replace("、", ",").split(",")
        found = [word.strip() for word in words if word.strip()]
        if any(len(word) > 60 for word in found):
            raise forms.ValidationError(_("A keyword has at most 60 characters."))
        return found


class ProfileForm(OwnProfileForm):
    """The whole profile, with what the conditions of the pools ask for."""

    pool = forms.ChoiceField(label=_("Which pool"), choices=states.Pool.choices)
    constituency = forms.ChoiceField(label=_("Constituency"), choices=states.Constituency.choices)
    level = forms.ChoiceField(label=_("Level of the title"), choices=states.TitleLevel.choices, initial="NONE")
    is_manager = forms.BooleanField(label=_("Manages research, technology or investment in an enterprise"), required=False)
    tier = forms.ChoiceField(label=_("Level in the science constituency"), required=False, choices=[("", "—"), *states.Tier.choices],
                             help_text=_("Only for the major pool."))
    field_order = ("pool", "constituency", "title", "level", "is_manager", "tier", "disciplines", "clusters", "keywords", "languages", "yearly_max")


class JoinForm(ProfileForm):
    statement = forms.CharField(label=_("What you bring to reviews"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    pledge = forms.BooleanField(label=_("I agree that the bureau keeps these data for drawing experts, and I declare conflicts of interest truthfully."))
    field_order = (*ProfileForm.field_order, "statement", "pledge")


class EditExpertForm(ProfileForm):
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)
    field_order = (*ProfileForm.field_order, "note")


class EnrolForm(ProfileForm):
    email = forms.CharField(label=_("E-mail or telephone of the person"), max_length=120, help_text=_("The person needs an account; nothing is copied from it."))
    why = forms.CharField(label=_("Reason of an exception"), max_length=500, required=False,
                          help_text=_("Only where a condition of the pool is not met."))
    field_order = ("email", *ProfileForm.field_order, "why")


class RecommendForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=60)
    contact = forms.CharField(label=_("E-mail or telephone of the person"), max_length=120,
                              help_text=_("The person is asked, and decides. Without an account the recommendation waits for the registration."))
    pool = forms.ChoiceField(label=_("Which pool"), choices=states.Pool.choices)
    constituency = forms.ChoiceField(label=_("Constituency"), choices=states.Constituency.choices)
    reason = forms.CharField(label=_("Reason of the recommendation"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    for_unit = forms.BooleanField(label=_("In the name of the unit"), required=False)


class EmployerForm(forms.Form):
    prefix = "e"
    organisation = UnitField(label=_("Unit (full name or code)"), max_length=120)
    title = forms.CharField(label=_("Post"), max_length=60, required=False)
    since = DayField(label=_("Since"))
    until = DayField(label=_("Last day"), required=False, help_text=_("Empty = still there."))


class TieForm(forms.Form):
    prefix = "t"
    code = forms.ChoiceField(label=_("Kind of relation"), choices=[(code.value, code.label) for code in states.STANDING])
    name = forms.CharField(label=_("Person"), max_length=60, required=False)
    organisation = UnitField(label=_("Unit (full name or code)"), max_length=120, required=False)
    note = forms.CharField(label=_("What it consists of"), max_length=300)
    since = DayField(label=_("Since"), required=False)
    until = DayField(label=_("Over since"), required=False, help_text=_("A dispute or an interest that is over counts for the look-back years."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("name") and not data.get("organisation"):
            self.add_error("name", _("Name the person or the unit."))
        return data


class AccountForm(forms.Form):
    prefix = "a"
    holder = forms.CharField(label=_("Name of the bank account"), max_length=60)
    bank = forms.CharField(label=_("Bank and branch"), max_length=120)
    number = forms.CharField(label=_("Account number"), max_length=40, help_text=_("Kept encrypted and shown masked"),
                             widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))


class PauseForm(forms.Form):
    until = DayField(label=_("Not drawn until"))
    why = forms.CharField(label=_("Reason"), max_length=500)


class LateForm(forms.Form):
    """A conflict that came to light late, upheld by the organiser."""

    code = forms.ChoiceField(label=_("Kind of conflict"), choices=states.RecusalCode.choices)
    note = forms.CharField(label=_("What it consists of"), max_length=500)
    due_at = WhenField(label=_("Scores are due"), required=False, help_text=_("Needed when the time is over: the alternate writes a sheet."))


class UploadForm(forms.Form):
    file = forms.FileField(label=_("Table (.xlsx or .csv)"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
                           help_text=_("The first row holds the headings; of a workbook the first sheet is read."))


class MappingForm(forms.Form):
    def __init__(self, *args: Any, headings: Sequence[str], chosen: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [("", _("not in this table")), *((heading, heading) for heading in headings)]
        for name, (label, needed, _words) in FIELDS.items():
            self.fields[f"m-{name}"] = forms.ChoiceField(label=label, choices=columns, required=needed, initial=chosen.get(name, ""))

    def clean(self) -> dict[str, Any]:
        data, seen = super().clean() or {}, set()
        for name, heading in list(data.items()):
            if heading in seen:
                self.add_error(name, _("This column is mapped to another field already."))
            seen.add(heading or name)
        return data

    @property
    def mapping(self) -> dict[str, str]:
        return {name[2:]: value for name, value in self.cleaned_data.items() if value}
