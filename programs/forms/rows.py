"""The guide editor's lists: a form per line. A line keeps what its form does not show, found again by its place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.states import APPLICANT_KINDS
from programs import queries
from programs.engine import limits
from programs.engine.schema import FILE_KINDS
from programs.forms.base import CodesField, LinesField, WanField, one_line


class RowForm(forms.Form):
    """A line of a part that is a list. What a browser sends for an empty line (the first answer of a list to choose from)
    is no change: empty lines are left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField) and field.initial is None:
                field.initial = next((pair[0] for pair in field.choices), None)

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(row)

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        return {**old, **{name: self.cleaned_data[name] for name in self.fields if name not in ("DELETE", "ORDER")}}


class FileRow(RowForm):
    """A line with a file of its own; the present one stays until another is sent or it is taken out."""

    upload = forms.FileField(label=_("Template file"), required=False, help_text=_("Word, Excel, PDF, picture or ZIP; the public can download it."))
    drop = forms.BooleanField(label=_("Take the present file out"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = (self.initial or {}).get("file")
        if kept:
            self.fields["upload"].help_text = format_html("{} {} {}", self.fields["upload"].help_text, gettext("Now:"), kept["name"])
        else:
            del self.fields["drop"]

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        found = super().row(old)
        upload, drop = found.pop("upload", None), found.pop("drop", False)
        if upload:
            found["file"] = upload
        elif drop:
            found.pop("file", None)
        return found


class DocumentRow(FileRow):
    code = one_line(_("Code"), 20, help_text=_("For example: D01"))
    name = one_line(_("Name"), help_text=_("For example: 科研诚信承诺书"))
    name_en = one_line(_("Name in English"), 300, required=False)
    required = forms.BooleanField(label=_("Required"), required=False)
    required_for = forms.MultipleChoiceField(
        label=_("Required of these kinds of units only"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, kind.label) for kind in APPLICANT_KINDS],
        help_text=_("None ticked: of every unit. For example, only enterprises: 上年度审计报告（企业必交）"))
    mimes = forms.MultipleChoiceField(
        label=_("Kinds of file"), choices=[(kind, kind.upper()) for kind in FILE_KINDS],
        widget=forms.CheckboxSelectMultiple,
    )
    max_mb = forms.IntegerField(label=_("At most MB"), min_value=1, max_value=200, help_text=_("For example: 20"))
    signed_by = one_line(_("Signed or sealed by"), 80, required=False, help_text=_("For example: 法定代表人、单位公章"))
    note = one_line(_("Note"), 300, required=False, help_text=_("For example: 按模板填写，签字盖章后扫描上传"))
    note_en = one_line(_("Note in English"), 300, required=False)
    field_order = ("code", "name", "name_en", "required", "required_for", "mimes", "max_mb", "signed_by", "note", "note_en", "upload", "drop")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("required_for") and not values.get("required"):
            self.add_error("required_for", gettext("Tick “Required” as well, or tick no kind of unit."))
        return values

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        found = super().row(old)
        if not found["required_for"]:  # every unit: the row stays as it was before there were kinds
            del found["required_for"]
        return found


class AnnexRow(FileRow):
    code = one_line(_("Code"), 20, help_text=_("For example: A1"))
    name = one_line(_("Name"), help_text=_("For example: 申请书填写说明"))
    name_en = one_line(_("Name in English"), 300, required=False)
    field_order = ("code", "name", "name_en", "upload", "drop")


class TopicRow(RowForm):
    code = one_line(_("Code"), 40, help_text=_("For example: 2026-01"))
    title = one_line(_("Topic"))
    title_en = one_line(_("Topic in English"), 300, required=False)
    cap = WanField(label=_("At most (10,000 yuan)"), help_text=_("Not more than the cap of the guide."))

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "cap": Decimal(str(row["cap"]))}

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        found = super().row(old)
        return {**found, "cap": str(found["cap"])}


class CheckRow(RowForm):
    code = one_line(_("Code"), 20, help_text=_("For example: F1"))
    text = one_line(_("What is checked"), 300, help_text=_("For example: 申请书经单位审核并加盖公章"))
    text_en = one_line(_("The same in English"), 300, required=False)


class LimitRow(RowForm):
    """A rule of limitation (限项). Specials are ticked; the rule keeps their codes."""

    code = forms.RegexField(limits.CODE, label=_("Code"), max_length=20, help_text=_("For example: L1"), error_messages={
        "invalid": _("Letters, digits and dashes only.")})
    clause = one_line(_("Clause"), 60, required=False, help_text=_("For example: 限项（一）"))
    text = one_line(_("The limit in words"), 300, help_text=_("For example: 同一负责人同年度限申报一项"))
    text_en = one_line(_("The same in English"), 300, required=False)
    scope = forms.ChoiceField(label=_("Whom it concerns"), choices=[(code, label) for code, label in limits.SCOPES.items()])
    max = forms.IntegerField(label=_("At most, this application among them"), min_value=0, max_value=limits.MOST, help_text=_("For example: 1"))
    roles = forms.MultipleChoiceField(
        label=_("Roles counted"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None chosen: every role."),
        choices=[(code, label) for code, label in limits.ROLE_NAMES.items()])
    states = forms.MultipleChoiceField(label=_("What is counted"), widget=forms.CheckboxSelectMultiple, initial=["APPLIED", "RUNNING"],
                                       choices=[(code, label) for code, label in limits.STATES.items()])
    window = forms.ChoiceField(label=_("Period"), choices=[(code, label) for code, label in limits.WINDOWS.items()], help_text=_(
        "What has the roles, the states and the specials chosen in this rule is counted together with this application: either all "
        "of it, or only what began in this calendar year."))
    classes = CodesField(label=_("Only these specials"), required=False, help_text=_("None ticked: all."))
    excluded = CodesField(label=_("Not these specials"), required=False)
    exempt_kinds = forms.MultipleChoiceField(label=_("Kinds of units it does not concern"), required=False, choices=list(limits.KINDS.items()),
                                             widget=forms.CheckboxSelectMultiple)
    exempt_rd_from = WanField(label=_("Not for units with R&D spending above (10,000 yuan)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = queries.special_codes()
        for name in ("classes", "excluded"):
            self.fields[name].offer(choices, (self.initial or {}).get(name))

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        spend = row.get("exempt_rd_from")
        return {**row, "states": row.get("states", ["APPLIED", "RUNNING"]), "exempt_rd_from": Decimal(str(spend)) if spend else None}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        known = limits.ROLES.get(values.get("scope", ""), {})
        if strange := [str(limits.ROLE_NAMES[role]) for role in values.get("roles", ()) if known and role not in known]:
            self.add_error("roles", gettext("These roles do not fit whom the limit concerns: %(roles)s") % {"roles": "、".join(strange)})
        for name in ("classes", "excluded"):
            codes = values.get(name) or []
            if unknown := sorted(set(codes) - set(queries.special_names(codes))):
                self.add_error(name, gettext("There is no special with this code: %(codes)s") % {"codes": "、".join(unknown)})
        return values

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        found = super().row(old)
        spend = found.pop("exempt_rd_from")
        return {**found, **({"exempt_rd_from": f"{spend.normalize():f}"} if spend else {})}


class PaymentRow(RowForm):
    kind = forms.ChoiceField(
        label=_("Payment"),
        choices=[("SIGN", _("First payment")), ("MIDTERM", _("Mid-term payment")), ("FINAL", _("Final payment")),
                 ("ONCE", _("Single payment"))],
    )
    share = forms.DecimalField(label=_("Share in %"), min_value=Decimal("0.01"), max_value=100, decimal_places=2, help_text=_(
        "All shares together are 100."))
    condition = one_line(_("Condition"), 200, required=False, help_text=_("For example: 合同书签订生效"))
    condition_en = one_line(_("The same in English"), 200, required=False)

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "share": f"{(Decimal(str(row['share'])) * 100).normalize():f}"}

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        found = super().row(old)
        return {**found, "share": f"{(found['share'] / 100).normalize():f}"}


class ContactRow(RowForm):
    name = one_line(_("For what"), 60, help_text=_("For example: 业务咨询"))
    name_en = one_line(_("The same in English"), 120, required=False)
    phone = one_line(_("Telephone"), 60, help_text=_("For example: 0755-8800 0001"))
    hours = one_line(_("Hours"), 120, required=False, help_text=_("For example: 工作日 9:00–12:00，14:00–18:00"))
    hours_en = one_line(_("Hours in English"), 120, required=False)


class CriterionRow(RowForm):
    code = one_line(_("Code"), 40, help_text=_("For example: innovation"))
    name = one_line(_("Criterion"), help_text=_("For example: 创新性"))
    name_en = one_line(_("Criterion in English"), 300, required=False)
    weight = forms.IntegerField(label=_("Points"), min_value=1, max_value=100, help_text=_("All together are 100."))
    help = one_line(_("What is looked at"), 300, required=False)
    help_en = one_line(_("The same in English"), 300, required=False)
    anchors = LinesField(label=_("Anchored bands"), required=False, help_text=_(
        "One per line: from | to | words | English. For example: 18 | 20 | 优：国际先进"))
    comment_min = forms.IntegerField(label=_("Characters a comment on it needs"), required=False, min_value=0, max_value=2000, help_text=_(
        "Empty: this criterion has no comment of its own."))
    reason_min = forms.IntegerField(label=_("Characters of a reason for lowest or highest points"), required=False, min_value=0, max_value=2000, help_text=_(
        "Asked for where the points lie in the lowest or the highest band. Empty: no reason."))

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        lines = [" | ".join(str(a.get(key, "")) for key in ("min", "max", "text", "text_en")).rstrip(" |") for a in row.get("anchors") or ()]
        return {**row, "anchors": lines}

    def clean_anchors(self) -> list[dict[str, str]]:
        found = []
        for number, line in enumerate(self.cleaned_data["anchors"], 1):
            pieces = [piece.strip() for piece in line.replace("｜", "|").split("|")]
            try:
                low, high = Decimal(pieces[0]), Decimal(pieces[1])
                if len(pieces) < 3 or not pieces[2] or low > high:
                    raise ValueError
            except (ArithmeticError, ValueError, IndexError) as error:
                raise ValidationError(gettext("Line %(number)d cannot be read; write for example 18 | 20 | words") % {"number": number}) from error
            band = {"min": pieces[0], "max": pieces[1], "text": pieces[2]}
            found.append(band | ({"text_en": pieces[3]} if len(pieces) > 3 and pieces[3] else {}))
        return found


class KnockoutRow(RowForm):
    code = one_line(_("Code"), 40, help_text=_("For example: fraud"))
    text = one_line(_("Question that ends the review when answered with yes"), 200, help_text=_("For example: 是否存在弄虚作假"))
    text_en = one_line(_("The same in English"), 300, required=False)


class HeadingRow(RowForm):
    code = one_line(_("Code"), 20, help_text=_("For example: EQUIP"))
    name = one_line(_("Name"), 60, help_text=_("For example: 设备费"))
    name_en = one_line(_("Name in English"), 120, required=False)
    parent = one_line(_("Code of the heading above"), 20, required=False, help_text=_("Empty: a heading of the first level."))
    note = one_line(_("Note"), 200, required=False)

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in super().row(old).items() if value != ""}


class TargetKindRow(RowForm):
    l1 = one_line(_("First level"), 40, help_text=_("For example: 产出指标"))
    l1_en = one_line(_("The same in English"), 80, required=False)
    l2 = one_line(_("Second level"), 40, help_text=_("For example: 数量指标"))
    l2_en = one_line(_("The same in English"), 80, required=False)
    examples = LinesField(label=_("Examples"), required=False, help_text=_("One per line, for example: 授权发明专利数"))
