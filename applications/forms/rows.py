"""Forms of rows with columns of their own: start, team member, partner."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.states import Gender, IdKind
from applications.models import Application, Partner, TeamMember
from applications.states import TeamRole
from core.money import from_wan, wan

OTHER = "other"


class StartForm(forms.Form):
    """Unit and topic; with one unit and no topics nothing is asked."""

    unit = forms.ModelChoiceField(label=_("Apply for which unit"), queryset=Organisation.objects.none(),
                                  empty_label=None, widget=forms.RadioSelect)
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=None, required=False, empty_label=_("Choose a topic"),
                                   help_text=_("Can be changed while you fill in."))
    earlier = forms.ModelChoiceField(label=_("Take over from an earlier application"), queryset=None, required=False, to_field_name="ref",
                                     empty_label=_("Begin with an empty form"),
                                     help_text=_("You see what fits before anything is filled in."))

    def __init__(self, *args: Any, units: list[Organisation], guide: Any, earlier: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if earlier is None or not earlier.exists():
            del self.fields["earlier"]
        else:
            self.fields["earlier"].queryset = earlier
        self.fields["unit"].queryset = Organisation.objects.filter(pk__in=[unit.pk for unit in units])
        self.fields["unit"].initial = units[0] if units else None
        topics = guide.topics.all()
        self.fields["topic"].queryset = topics
        if len(units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
        if not topics:
            del self.fields["topic"]


class MemberForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=60)
    role = forms.ChoiceField(label=_("Part in the project"), widget=forms.RadioSelect, initial=TeamRole.MAIN,
                             choices=[(TeamRole.MAIN, TeamRole.MAIN.label), (TeamRole.MEMBER, TeamRole.MEMBER.label)])
    id_kind = forms.ChoiceField(label=_("Kind of identity document"), choices=IdKind.choices)
    id_number = forms.CharField(label=_("Identity number"), max_length=30, required=False,
                                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                                help_text=_("Stored sealed, shown masked. Birth date and sex follow from it."))
    organisation = forms.ChoiceField(label=_("Works at"))
    organisation_name = forms.CharField(label=_("Name of the other unit"), max_length=120, required=False)
    title = forms.CharField(label=_("Professional title"), max_length=40, required=False)
    degree = forms.CharField(label=_("Degree"), max_length=40, required=False)
    duty = forms.CharField(label=_("Task in the project"), max_length=200)
    person_months = forms.DecimalField(label=_("Person-months"), max_digits=5, decimal_places=1, min_value=0)
    full_time = forms.BooleanField(
        label=_("Full time, at least 3 months of social insurance at an applicant unit"), required=False, initial=True
    )
    birth_date = forms.DateField(label=_("Date of birth"), required=False,
                                 widget=forms.DateInput(attrs={"type": "date"}),
                                 help_text=_("Only when the document is not a resident identity card."))
    gender = forms.ChoiceField(label=_("Sex"), choices=[("", "—"), *Gender.choices], required=False)

    def __init__(self, *args: Any, application: Application, member: TeamMember | None = None, **kwargs: Any) -> None:
        if member is not None and not args:
            kwargs["initial"] = _member_initial(application, member)
        super().__init__(*args, **kwargs)
        self.units = {str(application.unit_id): application.unit}
        self.units |= {str(p.organisation_id): p.organisation for p in application.partners.select_related(
            "organisation").exclude(organisation=None)}
        self.fields["organisation"].choices = [
            *((key, unit.name) for key, unit in self.units.items()), (OTHER, _("Another unit"))
        ]
        if member is not None:
            self.fields["id_number"].widget.attrs["placeholder"] = member.id_masked
            self.fields["id_number"].help_text = _("On record: %(masked)s. Fill in only to change it.") % {
                "masked": member.id_masked or (_("registered, not shown") if getattr(member, "is_masked", False) else "—")}
        if member is not None and member.role == TeamRole.LEADER:
            for name in ("role", "name", "organisation", "organisation_name"):
                del self.fields[name]

    def close(self) -> None:
        """Only to be read, without what belongs to the identity."""
        for name in ("id_kind", "id_number", "birth_date", "gender"):
            del self.fields[name]
        for field in self.fields.values():
            field.disabled = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "organisation" in self.fields:
            unit = self.units.get(data.get("organisation", ""))
            if unit is None and not data.get("organisation_name"):
                self.add_error("organisation_name", _("Write the name of the other unit."))
            data["organisation"] = unit
            data["organisation_name"] = unit.name if unit else data.get("organisation_name", "")
        return {key: value for key, value in data.items() if not (key in ("birth_date", "gender") and not value)}


def _member_initial(application: Application, member: TeamMember) -> dict[str, Any]:
    values = {name: getattr(member, name) for name in (
        "name", "role", "id_kind", "organisation_name", "title", "degree", "duty", "person_months", "full_time",
        "birth_date", "gender")}
    values["organisation"] = str(member.organisation_id) if member.organisation_id else OTHER
    return values


class WanField(forms.DecimalField):
    """An amount typed in 万元, clean as yuan."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=16, decimal_places=6, validators=[MinValueValidator(0)], **kwargs)

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return from_wan(number) if number is not None else None

    def prepare_value(self, value: Any) -> Any:
        return value


class PartnerForm(forms.Form):
    name = forms.CharField(label=_("Name of the unit"), max_length=120)
    uscc = forms.CharField(label=_("Unified social credit code"), max_length=18, required=False,
                           help_text=_("18 characters. Leave empty for bodies outside the mainland."))
    country = forms.CharField(label=_("Country or region"), max_length=60, required=False,
                              help_text=_("Only for bodies outside the mainland."))
    region = forms.CharField(label=_("Registered in"), max_length=60, required=False)
    task = forms.CharField(label=_("Task in the project"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    share = WanField(label=_("Share of the city's money"), initial=0, help_text=_("In 万元; 0 without a share."))
    contact = forms.CharField(label=_("Contact person"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=30)
    is_related = forms.BooleanField(label=_("Related party of the applicant unit (shares, control, same person)"),
                                    required=False)

    def __init__(self, *args: Any, partner: Partner | None = None, **kwargs: Any) -> None:
        if partner is not None and not args:
            names = ("name", "uscc", "country", "region", "task", "contact", "phone", "is_related")
            kwargs["initial"] = {name: getattr(partner, name) for name in names} | {
                "share": wan(partner.share).replace(",", "")}
        super().__init__(*args, **kwargs)

    def clean_uscc(self) -> str:
        return "".join(self.cleaned_data["uscc"].split()).upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("uscc") and not data.get("country"):
            self.add_error("uscc", _("Give the code, or the country of a body outside the mainland."))
        return data
