"""The guide editor's forms: one per part of a guide's data. `load(data)` fills them, `part(s)` give the data back.

A row keeps what its form does not show (for instance an automatic check), found again by its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.states import APPLICANT_KINDS
from programs.engine import amounts
from programs.engine.schema import FILE_KINDS
from programs.forms.base import LinesField, WanField, one_line
from programs.states import BudgetScheme, FundingMode, ReviewMode


def _with_code(text: Any, **codes: str) -> SafeString:
    marked = {name: format_html("<code>{}</code>", code) for name, code in codes.items()}
    return format_html(str(text).replace("{", "{{").replace("}", "}}").replace("%(", "{").replace(")s", "}"), **marked)


#: A help text whose named places are codes: they stay as they are in every language, and pages mark them as such.
html_lazy = lazy(_with_code, str)


class HeaderForm(forms.Form):
    title = one_line(_("Title of the guide"))
    title_en = one_line(_("Title in English"), 300, required=False)
    issuer = one_line(_("Issued by"), 120)
    notice_line = one_line(_("Notice on top"), 300, required=False)
    receiving_body = one_line(_("Receiving body"), 200, required=False)
    deciding_body = one_line(_("Deciding body"), 200, required=False)
    annexes = LinesField(label=_("Annexes, one per line"), required=False)
    applicants = forms.MultipleChoiceField(
        label=_("Who can apply"), choices=[(kind.value, kind.label) for kind in APPLICANT_KINDS],
        widget=forms.CheckboxSelectMultiple,
    )

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return {**(data.get("header") or {}), "applicants": data.get("applicants") or []}

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        applicants = values.pop("applicants")
        return {"header": {**(data.get("header") or {}), **values}, "applicants": applicants}


class MoneyForm(forms.Form):
    """Way of funding, number, cap and formula, payment rules that are single values."""

    funding_mode = forms.ChoiceField(label=_("Way of funding"), choices=FundingMode.choices)
    contract_required = forms.BooleanField(label=_("A contract is signed"), required=False)
    audit_required = forms.BooleanField(label=_("A special audit is made before the list"), required=False)
    recommenders = LinesField(
        label=_("Recommending bodies"), required=False,
        help_text=_("Unified social credit codes, one per line; their administrators pass the applications on. Empty: none."))
    max_projects = forms.IntegerField(label=_("Awards at most"), min_value=1, max_value=100_000)
    budget_control = WanField(label=_("Money of the whole guide (10,000 yuan)"))
    per_unit = forms.IntegerField(label=_("Applications per unit at most"), min_value=1, max_value=1000, required=False)
    cap = WanField(label=_("At most per project (10,000 yuan)"))
    formula = forms.CharField(
        label=_("Formula of the amount"), required=False, max_length=amounts.MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=html_lazy(
            _("One line per step, the last line gives the amount; for example %(example)s. Known: %(known)s"),
            example="min(cap, audit.service_cost * 50%)",
            known="+ - * / min max round by(fact; A, B: value) tiers(x; 500万: 30%; rest: 20%)",
        ),
    )
    note = one_line(_("Words for the formula"), 500, required=False)
    note_en = one_line(_("The same in English"), 500, required=False)
    budget_scheme = forms.ChoiceField(label=_("Budget"), choices=BudgetScheme.choices, widget=forms.RadioSelect)
    publicity_days = forms.IntegerField(
        label=_("Public notice in natural days (0: none)"), min_value=0, max_value=60
    )

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        mode, quota, amount = data.get("mode") or {}, data.get("quota") or {}, data.get("amount") or {}
        return {
            **mode, "recommenders": "\n".join(mode.get("recommenders") or ()), "max_projects": quota.get("max_projects"), "per_unit": quota.get("per_unit"),
            "budget_control": Decimal(str(quota.get("budget_control") or 0)), "cap": Decimal(str(amount.get("cap") or 0)),
            "formula": amount.get("formula", ""), "note": amount.get("note", ""), "note_en": amount.get("note_en", ""),
            "budget_scheme": (data.get("budget") or {}).get("scheme"), "publicity_days": data.get("publicity_days", 0),
        }

    def clean_recommenders(self) -> list[str]:
        codes = list(dict.fromkeys(code.upper() for code in self.cleaned_data["recommenders"]))
        known = set(Organisation.objects.filter(uscc__in=codes).values_list("uscc", flat=True))
        if strangers := [code for code in codes if code not in known]:
            raise ValidationError(gettext("Not registered on the platform: %(codes)s") % {"codes": ", ".join(strangers)})
        return codes

    def clean_formula(self) -> str:
        formula = self.cleaned_data["formula"].replace("\r\n", "\n").strip()
        if formula and (wrong := amounts.check({"cap": 1, "formula": formula})):
            line, mark = amounts.caret(formula, wrong[0].position or 0)
            raise ValidationError(format_html('{} <code class="st-caret">{}\n{}</code>', wrong[0].text, line, mark))
        return formula

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        cap, control = values.get("cap"), values.get("budget_control")
        if cap is not None and control is not None and cap > control:
            self.add_error("cap", gettext("This is more than the money of the whole guide."))
        return values

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        quota = {**(data.get("quota") or {}), "kind": "LIMITED", "max_projects": v["max_projects"],
                 "budget_control": str(v["budget_control"])}
        quota.pop("per_unit", None)
        if v["per_unit"]:
            quota["per_unit"] = v["per_unit"]
        amount = {**(data.get("amount") or {}), "cap": str(v["cap"]), "note": v["note"], "note_en": v["note_en"]}
        amount.pop("formula", None)
        if v["formula"]:
            amount["formula"] = v["formula"]
        return {
            "mode": {key: v[key] for key in ("funding_mode", "contract_required", "audit_required")} | (
                {"recommenders": v["recommenders"]} if v["recommenders"] else {}),
            "quota": quota, "amount": amount, "budget": {**(data.get("budget") or {}), "scheme": v["budget_scheme"]},
            "publicity_days": v["publicity_days"],
        }


class ReviewForm(forms.Form):
    mode = forms.ChoiceField(label=_("Way of review"), choices=ReviewMode.choices)
    panel_size = forms.IntegerField(label=_("Experts per application (odd)"), min_value=3, max_value=21)
    industry_min = forms.IntegerField(label=_("of them from industry at least"), min_value=0, max_value=21)
    blind = forms.ChoiceField(
        label=_("Who sees whom"), widget=forms.RadioSelect,
        choices=[("single", _("Experts see the applicant, not the other way")), ("double", _("Neither sees the other"))],
    )
    due_days = forms.IntegerField(label=_("Days for the review"), min_value=1, max_value=180)
    pass_mark = forms.IntegerField(label=_("Points to be eligible"), min_value=0, max_value=100)
    range_flag = forms.IntegerField(label=_("Spread that needs a talk (points)"), min_value=0, max_value=100)
    comment_min = forms.IntegerField(label=_("Characters a comment needs"), min_value=0, max_value=2000)

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return {**(data.get("review") or {}), "comment_min": (data.get("score_sheet") or {}).get("comment_min", 0)}

    def clean_panel_size(self) -> int:
        size = self.cleaned_data["panel_size"]
        if size % 2 == 0:
            raise ValidationError(gettext("An odd number is needed, so that a vote cannot tie."))
        return size

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        sheet = {**(data.get("score_sheet") or {}), "comment_min": values.pop("comment_min")}
        return {"review": {**(data.get("review") or {}), **values}, "score_sheet": sheet}


class RowForm(forms.Form):
    """A line of a part that is a list; `key` finds the old line whose hidden values are kept."""

    key: ClassVar[str] = "code"

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(row)

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        return {**old, **{name: self.cleaned_data[name] for name in self.fields if name not in ("DELETE", "ORDER")}}


class DocumentRow(RowForm):
    code = one_line(_("Code"), 20)
    name = one_line(_("Name"))
    name_en = one_line(_("Name in English"), 300, required=False)
    required = forms.BooleanField(label=_("Required"), required=False)
    mimes = forms.MultipleChoiceField(
        label=_("Kinds of file"), choices=[(kind, kind.upper()) for kind in FILE_KINDS],
        widget=forms.CheckboxSelectMultiple,
    )
    max_mb = forms.IntegerField(label=_("At most MB"), min_value=1, max_value=200, initial=20)
    signed_by = one_line(_("Signed by"), 80, required=False)
    note = one_line(_("Note"), 300, required=False)
    note_en = one_line(_("Note in English"), 300, required=False)


class TopicRow(RowForm):
    code = one_line(_("Code"), 40)
    title = one_line(_("Topic"))
    title_en = one_line(_("Topic in English"), 300, required=False)
    cap = WanField(label=_("At most (10,000 yuan)"))

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "cap": Decimal(str(row["cap"]))}

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        found = super().row(old)
        return {**found, "cap": str(found["cap"])}


class CheckRow(RowForm):
    code = one_line(_("Code"), 20)
    text = one_line(_("What is checked"), 300)
    text_en = one_line(_("The same in English"), 300, required=False)


class PaymentRow(RowForm):
    key = "kind"
    kind = forms.ChoiceField(
        label=_("Payment"),
        choices=[("SIGN", _("First payment")), ("MIDTERM", _("Mid-term payment")), ("FINAL", _("Final payment")),
                 ("ONCE", _("Single payment"))],
    )
    share = forms.DecimalField(label=_("Share in %"), min_value=Decimal("0.01"), max_value=100, decimal_places=2)
    condition = one_line(_("Condition"), 200, required=False)
    condition_en = one_line(_("The same in English"), 200, required=False)

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "share": Decimal(str(row["share"])) * 100}

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        found = super().row(old)
        return {**found, "share": f"{(found['share'] / 100).normalize():f}"}


class ContactRow(RowForm):
    key = "name"
    name = one_line(_("For what"), 60)
    name_en = one_line(_("The same in English"), 120, required=False)
    phone = one_line(_("Telephone"), 60)
    hours = one_line(_("Hours"), 120, required=False)
    hours_en = one_line(_("Hours in English"), 120, required=False)


class CriterionRow(RowForm):
    code = one_line(_("Code"), 40)
    name = one_line(_("Criterion"))
    name_en = one_line(_("Criterion in English"), 300, required=False)
    weight = forms.IntegerField(label=_("Points"), min_value=1, max_value=100)
    help = one_line(_("What is looked at"), 300, required=False)
    help_en = one_line(_("The same in English"), 300, required=False)
