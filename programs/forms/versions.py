"""Forms of a version of the programme tree: the version itself, plans, specials, mapping. The rows of an uploaded table
are read by the same forms, so that a wrong cell gets the same words as a wrong field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs.forms.base import DateField, area, one_line
from programs.models import Plan, PlanTree, Special
from programs.states import BudgetScheme, Confidence, FundingMode, ReviewMode

CODE = RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$", _("Capital letters, digits and hyphens, e.g. KEY-LAB."))
PREFIX = RegexValidator(r"^[A-Z][A-Z0-9]*$", _("Capital letters and digits, e.g. ZDSYS."))


def code_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=40, validators=[CODE], help_text=_("Capital letters, digits and hyphens, e.g. KEY-LAB."))


class TreeForm(forms.Form):
    """Names, planned day and source of a draft."""

    name = one_line(_("Name in Chinese"))
    name_en = one_line(_("Name in English"), 300, required=False)
    effective_from = DateField(label=_("Planned to be in force from"), help_text=_("Decided for good when the version is put in force."))
    source = one_line(_("Source"), 300)
    note = area(_("Note"), 2000, 3, required=False)
    note_en = area(_("Note in English"), 2000, 3, required=False)


class NewTreeForm(TreeForm):
    code = forms.SlugField(label=_("Code of the version"), max_length=40, help_text=_("Stands in addresses, e.g. 2027."))
    copy_from = forms.ChoiceField(
        label=_("Start from"), required=False, help_text=_("Plans and specials are copied, and every class is mapped one to one."))
    field_order = ("code", "name", "name_en", "effective_from", "copy_from")

    def __init__(self, *args: Any, trees: Iterable[PlanTree], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["copy_from"].choices = [("", gettext("An empty version")), *[(t.code, t.label) for t in trees]]


class PlanForm(forms.Form):
    code = code_field(_("Code"))
    name = one_line(_("Name in Chinese"))
    name_en = one_line(_("Name in English"), 300, required=False)
    budget_scheme = forms.ChoiceField(label=_("Budget"), choices=BudgetScheme.choices, widget=forms.RadioSelect)
    source = one_line(_("Source"), 300, required=False)
    order = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, required=False)

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0

    @staticmethod
    def load(row: Plan) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("code", "name", "name_en", "budget_scheme", "source", "order")}


class SpecialForm(forms.Form):
    code = code_field(_("Code"))
    plan = forms.ChoiceField(label=_("Plan"), help_text=_("Another plan moves the special there."))
    name = one_line(_("Name in Chinese"))
    name_en = one_line(_("Name in English"), 300, required=False)
    prefix = forms.CharField(label=_("Number prefix"), max_length=12, validators=[PREFIX],
                             help_text=_("Begins the numbers of its applications and projects."))
    funding_modes = forms.MultipleChoiceField(label=_("Ways of funding"), choices=FundingMode.choices, widget=forms.CheckboxSelectMultiple)
    review_modes = forms.MultipleChoiceField(label=_("Ways of review"), choices=ReviewMode.choices, widget=forms.CheckboxSelectMultiple)
    budget_scheme = forms.ChoiceField(label=_("Budget"), choices=BudgetScheme.choices, widget=forms.RadioSelect)
    amount_note = one_line(_("Words on the amount"), 500, required=False)
    amount_note_en = one_line(_("Words on the amount, in English"), 500, required=False)
    division = one_line(_("Division"), 60, required=False)
    source = one_line(_("Source"), 500, required=False)
    confidence = forms.ChoiceField(label=_("How well it is known"), choices=Confidence.choices)
    note = area(_("Note"), 2000, 3, required=False)
    note_en = area(_("Note in English"), 2000, 3, required=False)
    order = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, required=False)

    def __init__(self, *args: Any, plans: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = list(plans)

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("confidence") == Confidence.SOURCED and not values.get("source"):
            self.add_error("source", gettext("Data from a source names the source."))
        return values

    @staticmethod
    def load(row: Special) -> dict[str, Any]:
        names = ("code", "name", "name_en", "prefix", "funding_modes", "review_modes", "budget_scheme", "amount_note",
                 "amount_note_en", "division", "source", "note", "note_en", "order")
        return {**{name: getattr(row, name) for name in names}, "plan": row.plan.code, "confidence": row.confidence or Confidence.MEMORY}


class ShareField(forms.DecimalField):
    """A share above 0 and at most 1; 40% is read as 0.4."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=7, decimal_places=6, **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip().replace("％", "%")
        if not text.endswith("%"):
            return super().to_python(text)
        found = super().to_python(text[:-1])
        return None if found is None else (found / 100)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not 0 < value <= 1:
            raise ValidationError(gettext("Clause P3: a share lies above 0 and is at most 1."))


class HeirForm(forms.Form):
    """One heir of an old class."""

    new = forms.ChoiceField(label=_("Goes to"))
    share = ShareField(label=_("Share"), initial="1", help_text=_("0.4 or 40%; the shares of a class add up to 1"))
    note = one_line(_("Note"), 300, required=False)

    def __init__(self, *args: Any, groups: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].choices = groups

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("new") == "-" and not values.get("note"):
            self.add_error("note", gettext("Clause P3: a class that is not continued needs a note that says why."))
        return values


class Heirs(forms.BaseFormSet):
    """All heirs of one class; the sum of the shares is asked here and again by the action."""

    def clean(self) -> None:
        if any(self.errors):
            return
        shares = [form.cleaned_data["share"] for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if shares and sum(shares) != 1:
            raise ValidationError(gettext("Clause P3: the shares add up to %(sum)s, not to 1.") % {"sum": f"{sum(shares).normalize():f}"})


HeirFormSet = forms.formset_factory(HeirForm, formset=Heirs, extra=1, can_delete=True, max_num=20, absolute_max=20)


class EnactForm(forms.Form):
    on = DateField(label=_("In force from"), help_text=_("The version in force before ends on the day before."))


class MappingRowForm(forms.Form):
    """A line of the mapping sheet."""

    old_tree = forms.CharField(label=_("Old version"), max_length=40)
    old = forms.CharField(label=_("Old class"), max_length=40)
    new = forms.CharField(label=_("New special"), max_length=40, required=False)
    share = ShareField(label=_("Share"))
    note = one_line(_("Note"), 300, required=False)

    def __init__(self, *args: Any, specials: Iterable[str], olds: Mapping[tuple[str, str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.specials, self.olds = set(specials), olds

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("old_tree") and values.get("old") and (values["old_tree"], values["old"]) not in self.olds:
            self.add_error("old", gettext("Clause P3: this is not a class of an earlier version."))
        if values.get("new") and values["new"] not in self.specials:
            self.add_error("new", gettext("Clause P3: the table has no special with this code."))
        if not values.get("new") and not values.get("note"):
            self.add_error("note", gettext("Clause P3: a class that is not continued needs a note that says why."))
        return values


class UploadForm(forms.Form):
    file = forms.FileField(label=_("Changed table (XLSX)"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
                           help_text=_("Download the table first, change it and give it back; nothing changes before you have seen the preview."))
