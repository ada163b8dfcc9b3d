"""Input of people and organisations; every message says what to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import queries, rules
from accounts.actions import LICENCE_BYTES, LICENCE_KINDS, uscc_problem, why_not_account
from accounts.models import Organisation, Person
from accounts.states import APPLICANT_KINDS, UNIT_ROLES, IdKind, OrgKind, Role
from core import files

DATE = {"type": "date"}


class LoginForm(forms.Form):
    identifier = forms.CharField(label=gettext_lazy("E-mail or phone"), max_length=254,
                                 widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(label=gettext_lazy("Password"), strip=False,
                               widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


class UnitForm(forms.Form):
    """The unit's part of the registration."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of unit"),
                             choices=[(kind.value, kind.label) for kind in APPLICANT_KINDS])
    name = forms.CharField(label=gettext_lazy("Full name of the unit"), max_length=120,
                           help_text=gettext_lazy("As on the licence or certificate"))
    uscc = forms.CharField(label=gettext_lazy("Unified social credit code"), max_length=30, required=False,
                           help_text=gettext_lazy("18 characters; overseas bodies leave it empty"))
    country = forms.CharField(label=gettext_lazy("Country or region"), max_length=60, required=False,
                              help_text=gettext_lazy("Overseas bodies only"))
    overseas_number = forms.CharField(label=gettext_lazy("Number in that register"), max_length=60, required=False,
                                      help_text=gettext_lazy("Overseas bodies only"))
    region = forms.CharField(label=gettext_lazy("District of registration"), max_length=40)
    legal_representative = forms.CharField(label=gettext_lazy("Legal representative"), max_length=60)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone of the unit"), max_length=30, required=False)
    licence = forms.FileField(label=gettext_lazy("Licence or certificate"),
                              help_text=gettext_lazy("PDF or picture, at most 10 MB"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uscc"].mark = _("(required of bodies in the mainland)")
        for name in ("country", "overseas_number"):
            self.fields[name].mark = _("(overseas bodies only)")

    def clean_uscc(self) -> str:
        code = rules.plain(self.cleaned_data["uscc"])
        if code and (reason := rules.why_not_uscc(code)):
            raise forms.ValidationError(uscc_problem(reason))
        return code

    def clean_licence(self) -> Any:
        """By its content, with everything else that is wrong: not only when the file is kept."""
        upload = self.cleaned_data["licence"]
        try:
            files.checked(upload, kinds=LICENCE_KINDS, max_bytes=LICENCE_BYTES)
        except files.BadFile as error:
            raise forms.ValidationError(str(error)) from error
        return upload

    def ask_for_file_again(self) -> None:
        """A browser forgets the file when the page comes back; who is not told files without it."""
        if self.files.get(self.add_prefix("licence")) and "licence" not in self.errors:
            self.add_error("licence", _("Please choose the file again: it is not kept while something else is wrong."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        overseas = data.get("kind") == OrgKind.OVERSEAS
        if overseas and not data.get("overseas_number"):
            self.add_error("overseas_number", _("An overseas body gives its number in its own register."))
        if overseas and not data.get("country"):
            self.add_error("country", _("An overseas body names its country."))
        if not overseas and not data.get("uscc") and "uscc" not in self.errors:
            self.add_error("uscc", _("Please give the unified social credit code."))
        return data


class PersonForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    mobile = forms.CharField(label=gettext_lazy("Mobile phone"), max_length=20,
                             help_text=gettext_lazy("Outside the mainland with country code, e.g. +852..."))
    id_kind = forms.ChoiceField(label=gettext_lazy("Kind of identity document"), choices=IdKind.choices)
    id_number = forms.CharField(label=gettext_lazy("Number of the document"), max_length=30,
                                help_text=gettext_lazy("Kept encrypted and shown masked"))
    password = forms.CharField(label=gettext_lazy("Password"), strip=False,
                               help_text=gettext_lazy("At least 10 characters, not only digits"),
                               widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True))

    def clean_mobile(self) -> str:
        phone = rules.plain(self.cleaned_data["mobile"])
        if not rules.is_phone(phone):
            raise forms.ValidationError(_("Please give an 11-digit mobile number, or one with its country code."))
        return phone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("id_kind") == IdKind.RESIDENT and data.get("id_number"):
            if rules.read_resident_id(rules.plain(data["id_number"])) is None:
                self.add_error("id_number", _("The resident identity number is not valid: date or check digit does not agree."))
        if data.get("password"):
            try:
                validate_password(data["password"], Person(name=data.get("name", ""), email=data.get("email")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class ConsentForm(forms.Form):
    agree = forms.BooleanField(label=gettext_lazy("I have read the privacy notice and agree"),
                               error_messages={"required": gettext_lazy("Please read the notice and agree before going on.")})


class PasswordForm(forms.Form):
    password = forms.CharField(label=gettext_lazy("New password"), strip=False,
                               help_text=gettext_lazy("At least 10 characters, not only digits"),
                               widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))


class ChangePasswordForm(PasswordForm):
    old = forms.CharField(label=gettext_lazy("Present password"), strip=False,
                          widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    field_order = ["old", "password"]


class ResetForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"))


class ProfileForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name in Latin letters"), max_length=100, required=False)
    title = forms.CharField(label=gettext_lazy("Professional title"), max_length=40, required=False)
    degree = forms.CharField(label=gettext_lazy("Degree"), max_length=40, required=False)
    orcid = forms.RegexField(r"^(\d{4}-){3}\d{3}[\dX]$", label="ORCID", required=False,
                             error_messages={"invalid": gettext_lazy("An ORCID looks like 0000-0002-1825-0097.")})

    @classmethod
    def of(cls, person: Person) -> ProfileForm:
        return cls(initial={name: getattr(person, name) for name in cls.base_fields})


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class JoinForm(forms.Form):
    """A registered unit, by what stands on its licence."""

    unit = forms.CharField(label=pgettext_lazy("join", "Unit"), max_length=120,
                           help_text=gettext_lazy("Its full name, or its unified social credit code"))

    def clean_unit(self) -> Organisation:
        typed = self.cleaned_data["unit"].strip()
        unit = queries.open_unit_called(typed)
        if unit is None:
            raise forms.ValidationError(_("No verified unit has this name or code. Check it against the licence, or ask the unit to register first."))
        return unit


class InviteForm(forms.Form):
    """The unit's administrator adds a person by e-mail or phone, or makes the account."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    role = forms.ChoiceField(label=pgettext_lazy("membership", "Role"),
                             choices=[(role.value, role.label) for role in Role if role in UNIT_ROLES])


class GrantForm(forms.Form):
    """Roles of the bureau, by the system administrator."""

    email = forms.EmailField(label=gettext_lazy("E-mail of the person"))
    organisation = forms.ModelChoiceField(label=gettext_lazy("Organisation"), queryset=Organisation.objects.none())
    role = forms.ChoiceField(label=pgettext_lazy("membership", "Role"), choices=[(role.value, role.label) for role in Role if role != Role.ORG_DEPUTY])
    scope = forms.ChoiceField(label=gettext_lazy("Scope"), required=False,
                              help_text=gettext_lazy("A plan or a special of the tree in force"))
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs=DATE))
    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs=DATE), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [("", _("all programmes")), *queries.scope_choices()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("The end lies before the beginning."))
        return data


class AccountForm(forms.Form):
    """Data of the unit that its administrator keeps; those that payments and rules rest on go to the bureau first."""

    def __init__(self, *args: Any, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit

    region = forms.CharField(label=gettext_lazy("District of registration"), max_length=40)
    legal_representative = forms.CharField(label=gettext_lazy("Legal representative"), max_length=60)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone of the unit"), max_length=30, required=False)
    account_name = forms.CharField(label=gettext_lazy("Name of the bank account"), max_length=120, required=False,
                                   help_text=gettext_lazy("Must be the name of the unit; payments go nowhere else"))
    bank_name = forms.CharField(label=gettext_lazy("Bank and branch"), max_length=120, required=False)
    account_number = forms.CharField(label=gettext_lazy("Account number"), max_length=40, required=False,
                                     help_text=gettext_lazy("Kept encrypted; leave empty to keep the present one"))
    explanation = forms.CharField(label=gettext_lazy("Explanation for the bureau"), required=False, max_length=500,
                                  widget=forms.Textarea(attrs={"rows": 2}),
                                  help_text=gettext_lazy("Needed when the account bears another name than the unit"))

    def clean_account_number(self) -> str:
        number = rules.plain(self.cleaned_data["account_number"])
        if number and not (number.isascii() and number.isalnum() and 5 <= len(number) <= 34):
            raise forms.ValidationError(_("An account number has 5 to 34 digits or letters."))
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if problem := why_not_account(self.unit, data.get("account_name", ""), data.get("explanation", "")):
            self.add_error("account_name", problem)
        return data


class MergeUnitForm(forms.Form):
    """The record that stays; the other one points to it."""

    keep = forms.CharField(label=gettext_lazy("The unit that stays"), max_length=120,
                           help_text=gettext_lazy("Its full name, or its unified social credit code"))
    why = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
