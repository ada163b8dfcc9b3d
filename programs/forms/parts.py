"""The guide editor's forms of single values: one per part of a guide's data. `load(data)` fills a form, `parts(data)` gives
the data back. Every field has a hint with an example; a list of lines is in `rows`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.states import APPLICANT_KINDS
from programs import queries
from programs.engine import amounts, modes
from programs.engine.forms import pick
from programs.forms.base import LinesField, WanField, area, needed_later, one_line
from programs.rules import own_limits
from programs.states import (
    BudgetScheme,
    EthicsRule,
    FundingMode,
    QuotaKind,
    ReviewMode,
)

CITY = "CITY"


def _with_code(text: Any, **codes: str) -> SafeString:
    marked = {name: format_html("<code>{}</code>", code) for name, code in codes.items()}
    return format_html(str(text).replace("{", "{{").replace("}", "}}").replace("%(", "{").replace(")s", "}"), **marked)


#: A help text whose named places are codes: they stay as they are in every language, and pages mark them as such.
html_lazy = lazy(_with_code, str)


def uscc_list(codes: list[str]) -> list[str]:
    """Codes of units that are registered on the platform, each once."""
    found = list(dict.fromkeys(code.upper() for code in codes))
    known = set(Organisation.objects.filter(uscc__in=found).values_list("uscc", flat=True))
    if strangers := [code for code in found if code not in known]:
        raise ValidationError(gettext("Not registered on the platform: %(codes)s") % {"codes": ", ".join(strangers)})
    return found


class PartForm(forms.Form):
    """A part of a guide. `guide` is the data of the version that is being changed."""

    def __init__(self, *args: Any, guide: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guide = guide or {}

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}


class HeaderForm(PartForm):
    title = one_line(_("Title of the guide"), help_text=_("Year, programme and batch, for example: 2026年度深港联合资助项目（A类）申请指南"))
    title_en = one_line(_("Title in English"), 300, required=False, help_text=_("Shown to readers of the English pages."))
    issuer = one_line(_("Issued by"), 120, help_text=_("Full name of the bureau, for example: 深圳市科技创新局"))
    issuer_en = one_line(_("Issued by, in English"), 200, required=False)
    notice_line = area(_("Notice on top"), 300, 2, required=False, help_text=_(
        "One sentence above the guide, for example: 申请单位应自主申报，不得购买、委托代写项目申请书。"))
    notice_line_en = area(_("Notice on top, in English"), 500, 2, required=False)
    receiving_body = one_line(_("Receiving body"), 200, required=False, help_text=_(
        "Who receives the applications, for example: 深圳市科技创新局（由专业机构受托受理）"))
    receiving_body_en = one_line(_("Receiving body, in English"), 300, required=False)
    deciding_body = one_line(_("Deciding body"), 200, required=False, help_text=_("Who decides, for example: 深圳市科技创新局"))
    deciding_body_en = one_line(_("Deciding body, in English"), 300, required=False)

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(data.get("header") or {})

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        old = data.get("header") or {}
        kept = {key: value for key, value in self.cleaned_data.items() if value or key in old or not key.endswith("_en")}
        return {"header": {**old, **kept}}


class SupportForm(PartForm):
    clusters = forms.MultipleChoiceField(
        label=_("Clusters of the 20+8 list"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick the industries the guide supports; none ticked means no limit."))
    lines = LinesField(label=_("Directions supported"), required=False, help_text=_(
        "One per line, for example: 新一代信息技术"))
    lines_en = LinesField(label=_("Directions in English"), required=False, help_text=_("One per line, in the same order."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clusters"].choices = [(row.code, row.label) for row in queries.entries(queries.CLUSTERS)]

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(data.get("support") or {})

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"support": {"list": queries.CLUSTERS, **self.cleaned_data}}


class ModeForm(PartForm):
    """Way of funding with what only it asks. When another way is chosen, the parts it contradicts change with it."""

    funding_mode = forms.ChoiceField(label=_("Way of funding"), choices=FundingMode.choices, help_text=_(
        "Decides the process and the parts of the guide; after a change save, then fill in what the new way asks."))
    contract_required = forms.BooleanField(label=_("A contract is signed"), required=False, help_text=_(
        "Grants before the work have one; subsidies and rewards after the fact have none."))
    audit_required = forms.BooleanField(label=_("A special audit is made before the list"), required=False, help_text=_(
        "By an accounting firm, as a rule for post-subsidies, interest subsidies and matching."))
    recommenders = LinesField(label=_("Recommending bodies"), required=False, help_text=_(
        "Unified social credit codes, one per line; their administrators pass the applications on. Empty: none."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = (self.guide.get("mode") or {}).get("funding_mode", "")
        self.own = modes.fields_of(self.before)
        if "recommenders" in modes.mode_of(self.before).get("off", ()):
            del self.fields["recommenders"]
        for field in self.own:
            made = _detail_field(field)
            self.fields[f"d-{field['code']}"] = needed_later(made) if field["required"] else made

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        mode = data.get("mode") or {}
        details = mode.get("details") or {}
        own = {f"d-{field['code']}": _detail_initial(field, details.get(field["code"])) for field in modes.fields_of(mode.get("funding_mode", ""))}
        return {**mode, "recommenders": list(mode.get("recommenders") or ()), **own}

    def clean_recommenders(self) -> list[str]:
        return uscc_list(self.cleaned_data["recommenders"])

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for field in self.own:
            name = f"d-{field['code']}"
            try:
                if field["kind"] == "usccs" and values.get(name):
                    values[name] = uscc_list(values[name])
                elif field["kind"] == "uscc" and values.get(name):
                    values[name] = uscc_list([values[name]])[0]
            except ValidationError as error:
                self.add_error(name, error)
        return values

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        if v["funding_mode"] != self.before:
            return modes.adapted(data, v["funding_mode"])
        mode = {key: v[key] for key in ("funding_mode", "contract_required", "audit_required")}
        if v.get("recommenders"):
            mode["recommenders"] = v["recommenders"]
        details = {field["code"]: _detail_value(field, v.get(f"d-{field['code']}")) for field in self.own}
        if details := {key: value for key, value in details.items() if value not in (None, "", [])}:
            mode["details"] = details
        return {"mode": mode}


def _detail_field(field: Mapping[str, Any]) -> forms.Field:
    """A field of the mode. What it must hold at publishing may be missing in a draft."""
    given = {"label": pick(field, "label"), "required": False, "help_text": pick(field, "help")}
    match field["kind"]:
        case "textarea":
            return area(given.pop("label"), 2000, 4, **given)
        case "money":
            return WanField(**given)
        case "number":
            return forms.IntegerField(min_value=1, max_value=10_000, **given)
        case "percent":
            return forms.DecimalField(min_value=Decimal(0), max_value=Decimal(100), decimal_places=4, **given)
        case "usccs":
            return LinesField(**given)
        case _:
            return one_line(given.pop("label"), 18 if field["kind"] == "uscc" else 300, **given)


def _detail_initial(field: Mapping[str, Any], value: Any) -> Any:
    if value in (None, "") or field["kind"] not in ("money", "percent"):
        return value
    amount = Decimal(str(value))
    return amount if field["kind"] == "money" else f"{(amount * 100).normalize():f}"


def _detail_value(field: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{(value / 100 if field['kind'] == 'percent' else value).normalize():f}"
    return value


class MoneyForm(PartForm):
    """Number, money, cap and formula, days of the public notice. `item` is the plan item whose limits are said beside the fields."""

    item: Any = None
    kind = forms.ChoiceField(label=_("Limit of number"), choices=QuotaKind.choices, widget=forms.RadioSelect, help_text=_(
        "As the guide says under 数量方式; also without a limit the awards stay within the plan item."))
    max_projects = forms.IntegerField(label=_("Awards at most"), min_value=1, max_value=100_000, help_text=_(
        "Not more than the item of the annual plan (clause A2), for example: 30"))
    budget_control = WanField(label=_("Money of the whole guide (10,000 yuan)"), help_text=_(
        "Not more than the item of the annual plan (clause A2), for example: 9000"))
    cap = WanField(label=_("At most per project (10,000 yuan)"), help_text=_("For example: 300"))
    per_unit = forms.IntegerField(label=_("Applications per unit at most"), min_value=1, max_value=1000, required=False, help_text=_(
        "Empty: no limit. For example: 1"))
    formula = forms.CharField(
        label=_("Formula of the amount"), required=False, max_length=amounts.MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=html_lazy(
            _("One line per step, the last line gives the amount; for example %(example)s. What can be used stands below."),
            example="min(cap, audit.service_cost * 50%)",
        ),
    )
    note = one_line(_("Words for the formula"), 500, required=False, help_text=_(
        "What the public reads, for example: 不超过深方预算的50%，最高300万元"))
    note_en = one_line(_("The same in English"), 500, required=False)
    publicity_days = forms.IntegerField(label=_("Public notice in natural days (0: none)"), min_value=0, max_value=60, help_text=_(
        "For example: 10"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if modes.mode_of((self.guide.get("mode") or {}).get("funding_mode", "")).get("formula"):
            needed_later(self.fields["formula"])  # clause R6

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        quota, amount = data.get("quota") or {}, data.get("amount") or {}
        return {
            "kind": quota.get("kind", QuotaKind.LIMITED), "max_projects": quota.get("max_projects"), "per_unit": quota.get("per_unit"),
            "budget_control": Decimal(str(quota.get("budget_control") or 0)), "cap": Decimal(str(amount.get("cap") or 0)),
            "formula": amount.get("formula", ""), "note": amount.get("note", ""), "note_en": amount.get("note_en", ""),
            "publicity_days": data.get("publicity_days", 0),
        }

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
        if self.item is not None and control is not None and values.get("max_projects") is not None:
            for name, fault in own_limits(control, values["max_projects"], self.item.money, self.item.count).items():
                self.add_error(name, fault)
        return values

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        quota = {**(data.get("quota") or {}), "kind": v["kind"], "max_projects": v["max_projects"], "budget_control": str(v["budget_control"])}
        quota.pop("per_unit", None)
        if v["per_unit"]:
            quota["per_unit"] = v["per_unit"]
        amount = {**(data.get("amount") or {}), "cap": str(v["cap"]), "note": v["note"], "note_en": v["note_en"]}
        amount.pop("formula", None)
        if v["formula"]:
            amount["formula"] = v["formula"]
        return {"quota": quota, "amount": amount, "publicity_days": v["publicity_days"]}


class ApplicantsForm(PartForm):
    applicants = forms.MultipleChoiceField(
        label=_("Who can apply"), choices=[(kind.value, kind.label) for kind in APPLICANT_KINDS], widget=forms.CheckboxSelectMultiple,
        help_text=_("Kinds of units; an application of another kind cannot be begun."))
    regions = LinesField(label=_("Regions of registration"), required=False, help_text=_(
        "One per line; units registered elsewhere cannot apply. Empty: from anywhere. For example: 深圳市"))
    team_min = forms.IntegerField(label=_("Team of at least"), min_value=1, max_value=500, required=False, help_text=_(
        "People with the leader, for example: 3"))
    team_max = forms.IntegerField(label=_("Team of at most"), min_value=1, max_value=500, required=False, help_text=_("For example: 60"))
    partners_max = forms.IntegerField(label=_("Partner units at most"), min_value=0, max_value=50, required=False, help_text=_(
        "0: no partners. Empty: no limit. For example: 3"))
    partner_transfer = forms.BooleanField(label=_("Money may be passed on to partners"), required=False, help_text=_(
        "By contract, to each partner its share."))
    partners_anywhere = forms.BooleanField(label=_("Partners from outside the city and the country"), required=False, help_text=_(
        "Clause R8: money may go out of the city to partners of a joint attack."))

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        team, place = data.get("team") or {}, data.get("eligibility") or {}
        return {**place, "applicants": data.get("applicants") or [], "team_min": team.get("min"), "team_max": team.get("max")}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("team_min") and values.get("team_max") and values["team_min"] > values["team_max"]:
            self.add_error("team_max", gettext("This is less than the least number."))
        return values

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        team = {**(data.get("team") or {}), "min": v["team_min"], "max": v["team_max"]}
        place: dict[str, Any] = {key: v[key] for key in ("partner_transfer", "partners_anywhere")}
        if v["regions"]:
            place["regions"] = v["regions"]
        if v["partners_max"] is not None:
            place["partners_max"] = v["partners_max"]
        return {"applicants": v["applicants"], "team": {key: value for key, value in team.items() if value}, "eligibility": place}


class EthicsForm(PartForm):
    rule = forms.ChoiceField(label=_("How ethics review is asked for"), choices=EthicsRule.choices, widget=forms.RadioSelect, help_text=_(
        "By the measures for ethics review of science and technology; the form then needs its question on ethics."))
    note = area(_("Words for the applicants"), 500, 3, required=False, help_text=_(
        "For example: 涉及人类遗传资源、实验动物的项目须在立项前提交伦理审查批件。"))
    note_en = area(_("The same in English"), 500, 2, required=False)

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return {"rule": EthicsRule.NONE, **(data.get("ethics") or {})}

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"ethics": dict(self.cleaned_data)}


class ContractForm(PartForm):
    upload = forms.FileField(label=_("Template of the contract"), required=False, help_text=_(
        "Word or PDF; the public can download it. A new file takes the place of the present one."))
    drop = forms.BooleanField(label=_("Take the present file out"), required=False)
    note = area(_("Special terms"), 2000, 4, required=False, help_text=_(
        "What the contract says beyond the common terms, for example: 自批准文件下达之日起1个月内签订项目合同。"))
    note_en = area(_("The same in English"), 2000, 2, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = (self.guide.get("contract") or {}).get("file")
        if kept:
            self.fields["upload"].help_text = format_html("{} {} {}", self.fields["upload"].help_text, gettext("Now:"), kept["name"])
        else:
            del self.fields["drop"]

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in (data.get("contract") or {}).items() if key != "file"}

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        file = v["upload"] or (None if v.get("drop") else (data.get("contract") or {}).get("file"))
        return {"contract": {"note": v["note"], "note_en": v["note_en"], **({"file": file} if file else {})}}


class BudgetForm(PartForm):
    scheme = forms.ChoiceField(label=_("Budget"), choices=BudgetScheme.choices, widget=forms.RadioSelect, help_text=_(
        "Lump sum: for talent and basic research, no headings. Itemised: the headings below."))
    sources = forms.MultipleChoiceField(
        label=_("Sources of money"), widget=forms.CheckboxSelectMultiple,
        choices=[(CITY, _("City money")), ("OWN", _("Own money")), ("OTHER", _("Other money"))],
        help_text=_("Columns of the budget table; the city's is always there."))
    self_raised_min_ratio = forms.DecimalField(
        label=_("Own money per yuan asked for, at least"), min_value=Decimal(0), max_value=Decimal(20), decimal_places=4, required=False,
        help_text=_("0 or empty: none is asked. 1 means at least as much as is asked for."))
    self_raised_for = forms.MultipleChoiceField(
        label=_("Own money is asked of these kinds of units only"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, kind.label) for kind in APPLICANT_KINDS],
        help_text=_("None ticked: of every unit. For example, only enterprises: 企业自筹与申请财政资金不低于1:1"))
    note_equipment_from = WanField(label=_("Equipment is listed one by one from (10,000 yuan)"), required=False, help_text=_("For example: 50"))
    bands = LinesField(label=_("Limit of indirect costs"), required=False, help_text=_(
        "One band per line: up to so much (10,000 yuan) | rate in %; the last line is “above”. For example: 500 | 30, then 1000 | 25, then 以上 | 20"))

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        budget = data.get("budget") or {}
        lines = [
            f"{'以上' if band.get('upto') is None else _plain(Decimal(str(band['upto'])) / 10_000)} | {_plain(Decimal(str(band['rate'])) * 100)}"
            for band in budget.get("indirect_bands") or ()
        ]
        equipment = budget.get("note_equipment_from")
        return {"scheme": budget.get("scheme"), "sources": budget.get("sources") or [CITY],
                "self_raised_min_ratio": budget.get("self_raised_min_ratio"), "bands": lines,
                "self_raised_for": budget.get("self_raised_for") or [],
                "note_equipment_from": Decimal(str(equipment)) if equipment else None}

    def clean_sources(self) -> list[str]:
        return list(dict.fromkeys([CITY, *self.cleaned_data["sources"]]))

    def clean_bands(self) -> list[dict[str, Any]]:
        found = []
        for number, line in enumerate(self.cleaned_data["bands"], 1):
            pieces = [piece.strip() for piece in line.replace("｜", "|").split("|")]
            try:
                upto, rate = pieces
                bound = None if upto in ("以上", "above") else _plain(Decimal(upto) * 10_000)
                found.append({"upto": bound, "rate": _plain(Decimal(rate.rstrip("%")) / 100)})
            except (ArithmeticError, ValueError) as error:
                raise ValidationError(gettext("Line %(number)d cannot be read; write for example 500 | 30") % {"number": number}) from error
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("self_raised_for") and not values.get("self_raised_min_ratio") and "self_raised_min_ratio" not in self.errors:
            self.add_error("self_raised_for", gettext("Say how much own money is asked for, or tick no kind of unit."))
        return values

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        budget = {**(data.get("budget") or {}), "scheme": v["scheme"], "sources": v["sources"], "indirect_bands": v["bands"]}
        budget.pop("self_raised_for", None)
        if v["self_raised_for"]:
            budget["self_raised_for"] = v["self_raised_for"]
        for key in ("self_raised_min_ratio", "note_equipment_from"):
            budget.pop(key, None)
            if v[key]:
                budget[key] = _plain(v[key])
        return {"budget": budget}


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


class TargetsForm(PartForm):
    min_rows = forms.IntegerField(label=_("Targets at least"), min_value=0, max_value=200, help_text=_("For example: 5"))
    max_rows = forms.IntegerField(label=_("Targets at most"), min_value=1, max_value=200, help_text=_("For example: 30"))
    required_l1 = LinesField(label=_("Kinds that must be there"), required=False, help_text=_(
        "First-level kinds, one per line, for example: 产出指标"))

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        targets = data.get("targets") or {}
        return {"min_rows": targets.get("min_rows", 1), "max_rows": targets.get("max_rows", 30), "required_l1": targets.get("required_l1") or []}

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"targets": {**(data.get("targets") or {}), **self.cleaned_data}}


class ReviewForm(PartForm):
    mode = forms.ChoiceField(label=_("Way of review"), choices=ReviewMode.choices, help_text=_(
        "The way that decides; site visits and audits beside it are ordered later."))
    panel_size = forms.IntegerField(label=_("Experts per application (odd)"), min_value=3, max_value=21, help_text=_("For example: 5"))
    industry_min = forms.IntegerField(label=_("of them from industry at least"), min_value=0, max_value=21, help_text=_("For example: 2"))
    draw_ratio = forms.IntegerField(label=_("Candidates drawn from for each seat (1:S)"), required=False, min_value=2, max_value=5, help_text=_(
        "Empty: no draw in this ratio is asked for, and experts may be assigned by what is nearest."))
    blind = forms.ChoiceField(
        label=_("Who sees whom"), widget=forms.RadioSelect,
        choices=[("single", _("Experts see the applicant, not the other way")), ("double", _("Neither sees the other"))],
    )
    due_days = forms.IntegerField(label=_("Days for the review"), min_value=1, max_value=180, help_text=_("For example: 15"))
    pass_mark = forms.IntegerField(label=_("Points to be eligible"), min_value=0, max_value=100, help_text=_("For example: 60"))
    range_flag = forms.IntegerField(label=_("Spread that needs a talk (points)"), min_value=0, max_value=100, help_text=_("For example: 25"))
    chair_tie = forms.BooleanField(label=_("In a meeting, the chair decides when votes are equal"), required=False, help_text=_(
        "Only a chair who has not voted on the application: nobody votes twice."))

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(data.get("review") or {})

    def clean_panel_size(self) -> int:
        size = self.cleaned_data["panel_size"]
        if size % 2 == 0:
            raise ValidationError(gettext("An odd number is needed, so that a vote cannot tie."))
        return size

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        review = {**(data.get("review") or {}), **self.cleaned_data}
        return {"review": {key: value for key, value in review.items() if key not in ("draw_ratio", "chair_tie") or value}}


class SheetForm(PartForm):
    comment_min = forms.IntegerField(label=_("Characters a comment needs"), min_value=0, max_value=2000, help_text=_("For example: 50"))
    step = forms.DecimalField(label=_("Step of the points"), min_value=Decimal("0.1"), max_value=Decimal(10), decimal_places=2, help_text=_(
        "For example: 0.5"))

    @staticmethod
    def load(data: Mapping[str, Any]) -> dict[str, Any]:
        sheet = data.get("score_sheet") or {}
        return {"comment_min": sheet.get("comment_min", 0), "step": sheet.get("step", "0.5")}

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        v = self.cleaned_data
        return {"score_sheet": {**(data.get("score_sheet") or {}), "comment_min": v["comment_min"], "step": _plain(v["step"])}}
