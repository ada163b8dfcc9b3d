"""The form builder: a section, one field with its answers, columns or group fields, and its visibility rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs import queries
from programs.engine import conditions, facts, form_schema, places, visibility
from programs.engine.form_schema import CHOICE_KINDS, ROW_KINDS
from programs.engine.forms import pick
from programs.engine.problems import Problem
from programs.forms.base import LinesField, area, one_line, show_theirs
from programs.forms.rows import RowForm

FIELD_KINDS = [*queries.FIELD_KIND_WORDS.items()]
INSIDE_KINDS = [pair for pair in FIELD_KINDS if pair[0] in form_schema.GROUP_KINDS]
OPERATORS = [
    ("eq", _("is")), ("ne", _("is not")), ("in", _("is one of (parted by |)")), ("ge", _("is at least")), ("le", _("is at most")),
    ("filled", _("is filled in")), ("empty", _("is empty")),
]
JOINS = [("all", _("all of these hold")), ("any", _("one of these holds"))]
CODE_HINT = _("Latin letters, digits and _")
KEPT = ("why", "why_en", "unit_en", "places", "min_items", "max_items", "min_length", "lines")


def not_new(value: str) -> None:
    if value == "new":
        raise ValidationError(gettext("“new” cannot be a code."))


def code_field() -> forms.CharField:
    return forms.RegexField(form_schema.CODE, label=_("Code"), max_length=40, help_text=CODE_HINT, validators=[not_new],
                            error_messages={"invalid": _("Begin with a letter; then letters, digits and _.")})


class SectionForm(forms.Form):
    code = code_field()
    title = one_line(_("Title"), 120, help_text=_("For example: 研究内容与技术路线"))
    title_en = one_line(_("Title in English"), 120, required=False)
    group = one_line(_("Stage in the task list"), 40, required=False, help_text=_("Sections of one stage stand together, for example: 项目内容"))
    group_en = one_line(_("Stage in English"), 80, required=False)
    help = area(_("Help above the section"), 500, 2, required=False, help_text=_("For example: 对照课题指标逐项说明，不超过3000字"))
    help_en = area(_("Help in English"), 500, 2, required=False)

    def section(self, old: Mapping[str, Any]) -> dict[str, Any]:
        given = {key: value for key, value in self.cleaned_data.items() if value != ""}
        return {**{key: value for key, value in old.items() if key not in self.fields}, **given, "fields": old.get("fields") or [_first_field()]}


def _first_field() -> dict[str, Any]:
    """A section holds at least one field; a new one begins with a long text."""
    return {"code": "text", "kind": "textarea", "label": gettext("Text"), "required": True, "max_length": 1000}


def fact_choices() -> list[tuple[str, str]]:
    return [("", "—"), *[(name, f"{conditions.label(name)}（{name}）") for name in facts.CATALOGUE]]


class FieldForm(forms.Form):
    """One field of the application form."""

    code = code_field()
    kind = forms.ChoiceField(label=_("Kind of field"), choices=FIELD_KINDS, help_text=_(
        "A table has columns side by side; a group is a block of fields that is filled in several times."))
    label = one_line(_("Label"), help_text=_("What the applicant reads, for example: 项目名称"))
    label_en = one_line(_("Label in English"), 300, required=False)
    help = one_line(_("Hint below the label"), 300, required=False, help_text=_("For example: 不超过40个字，不含“研究”等泛称"))
    help_en = one_line(_("Hint in English"), 300, required=False)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    must_be = forms.BooleanField(label=_("Must be ticked (for a pledge)"), required=False)
    max_length = forms.IntegerField(label=_("Characters at most"), min_value=1, max_value=60_000, required=False, help_text=_("For texts, for example: 1000"))
    min = one_line(_("At least (number or date)"), 20, required=False, help_text=_("For example: 12, or 2026-01-01"))
    max = one_line(_("At most (number or date)"), 20, required=False)
    unit = one_line(_("Unit of measure"), 20, required=False, help_text=_("For example: 个月"))
    min_rows = forms.IntegerField(label=_("Rows or blocks at least"), min_value=0, max_value=form_schema.MOST_ROWS, required=False)
    max_rows = forms.IntegerField(label=_("Rows or blocks at most"), min_value=1, max_value=form_schema.MOST_ROWS, required=False)
    choices = LinesField(label=_("Answers, one per line: value | label | English"), required=False, help_text=_("For example: yes | 是 | Yes"))
    choices_from = forms.ChoiceField(label=_("or a code list"), required=False)
    fact = forms.ChoiceField(label=_("Answers this fact of the conditions"), required=False, help_text=_(
        "Conditions and the formula then use what is filled in here."))
    join = forms.ChoiceField(label=_("Shown when"), choices=JOINS, required=False, widget=forms.RadioSelect, help_text=_(
        "Comparisons stand below; without one the field is always shown."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact"].choices = fact_choices()
        self.fields["choices_from"].choices = [("", "—"), *[(name, queries.list_label(name)) for name in queries.list_names()]]

    @staticmethod
    def load(item: Mapping[str, Any]) -> dict[str, Any]:
        join = visibility.parts_of(item["visible_if"])[0] if item.get("visible_if") else "all"
        return {**item, "choices": choice_lines(item), "join": join}

    def data_of(self) -> dict[str, Any]:
        values = self.cleaned_data
        plain = ("code", "kind", "label", "label_en", "help", "help_en", "required", "must_be", "max_length", "min", "max", "min_rows",
                 "max_rows", "unit", "choices_from", "fact")
        found = {key: values[key] for key in plain if values.get(key) not in (None, "", False)}
        if values["kind"] in CHOICE_KINDS and values["choices"] and not values["choices_from"]:
            found["choices"] = choice_rows(values["choices"])
        return found


class InsideRow(RowForm):
    """A column of a table, or a field of a group."""

    code = code_field()
    kind = forms.ChoiceField(label=_("Kind of field"), choices=INSIDE_KINDS)
    label = one_line(_("Label"), 120)
    label_en = one_line(_("Label in English"), 200, required=False)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    max_length = forms.IntegerField(label=_("Characters at most"), min_value=1, max_value=60_000, required=False)
    unit = one_line(_("Unit of measure"), 20, required=False)
    not_before = one_line(_("Not before the date (code)"), 40, required=False, help_text=_("The code of the date beside it, for example: from"))
    choices = LinesField(label=_("Answers, one per line: value | label | English"), required=False)

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "choices": choice_lines(row)}

    def row(self, old: Mapping[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in old.items() if key not in self.fields}
        found = super().row({})
        choices = choice_rows(found.pop("choices")) if found["kind"] in CHOICE_KINDS else []
        found = {key: value for key, value in found.items() if value not in (None, "", False)}
        return {**kept, **found, **({"choices": choices} if choices else {})}


class CompareRow(RowForm):
    """A comparison of a visibility rule with the answer of an earlier field."""

    field = forms.ChoiceField(label=_("Earlier field"))
    op = forms.ChoiceField(label=_("Comparison"), choices=OPERATORS)
    value = one_line(_("Value to compare with"), 200, required=False, help_text=_("For a choice its value, for example: yes"))
    earlier: list[tuple[str, str]] = []  # noqa: RUF012 (set per page, see compare_set)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", "—"), *self.earlier]

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        value = row.get("value", "")
        shown = " | ".join(map(str, value)) if isinstance(value, list) else value
        return {"field": row["field"], "op": row.get("op", "eq"), "value": "true" if shown is True else shown}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("op") not in visibility.WITHOUT_VALUE and values.get("field") and not values.get("value"):
            self.add_error("value", gettext("Give the value to compare with."))
        return values

    def leaf(self) -> dict[str, Any]:
        values = self.cleaned_data
        found = {"field": values["field"], "op": values["op"]}
        if values["op"] == "in":
            found["value"] = [piece.strip() for piece in values["value"].replace("｜", "|").split("|") if piece.strip()]
        elif values["op"] not in visibility.WITHOUT_VALUE:
            found["value"] = values["value"]
        return found


def earlier_fields(form: Mapping[str, Any], section: str, code: str) -> list[tuple[str, str]]:
    """Fields before this one, by place and name: only of them a rule may speak."""
    found = []
    for part in form.get("sections", ()):
        for item in part["fields"]:
            if part["code"] == section and item["code"] == code:
                return found
            if item["kind"] not in ROW_KINDS:
                found.append((f"{part['code']}.{item['code']}", f"{pick(part, 'title')} · {pick(item, 'label')}"))
        if part["code"] == section:
            return found
    return found


class FieldPage:
    """The field, what is inside it, and its rule, as one page. `begun` is the application form this person began from, where
    another stands by now: the lines inside that were sent are of it."""

    def __init__(self, form: Mapping[str, Any], section: str, code: str, post: Any = None, begun: Mapping[str, Any] | None = None) -> None:
        self.section, self.code = section, code
        self.old = _field_at(form, section, code)
        self.begun = _field_at(begun, section, code) if begun else self.old
        start = FieldForm.load(self.old) if self.old else {"kind": "textarea", "required": True, "join": "all"}
        self.form = FieldForm(post, initial=start)
        inside = self.begun.get(ROW_KINDS.get(self.begun.get("kind", ""), ""), [])
        self.inside = _sheet(InsideRow, inside, post, "inside", 3)
        rule = self.begun.get("visible_if")
        leaves = [{**leaf, "field": visibility.place_of(leaf["field"], section)} for leaf in (visibility.parts_of(rule)[1] if rule else [])]
        compare = type("CompareRow", (CompareRow,), {"earlier": earlier_fields(form, section, code)})
        self.rules = _sheet(compare, leaves, post, "rules", 2)

    def is_valid(self) -> bool:
        good = [self.form.is_valid(), self.inside.is_valid(), self.rules.is_valid()]
        if all(good):
            for problem in form_schema.check_field({**self.field(), "visible_if": None}, set(), ""):
                self._say(problem)
        return all(good) and not self.form.errors and not any(self.inside.errors)

    def _say(self, problem: Problem) -> None:
        """Put a problem of the whole field to the box it is about; without one it names its place in words."""
        place = problem.path.lstrip(".")
        name, _dot, rest = place.partition("].")
        key, _bracket, index = name.partition("[")
        if place in self.form.fields:
            self.form.add_error(place, problem.text)
        elif place in ROW_KINDS.values():
            kind = dict(FIELD_KINDS)[self.form.cleaned_data["kind"]]
            said = gettext("“%(kind)s” needs at least one line under “Columns of a table, fields of a group” below.") % {"kind": kind}
            self.form.add_error("kind", said)
            self.inside.non_form_errors().append(said)
        elif key in ROW_KINDS.values() and index.isdecimal() and rest in InsideRow.base_fields:
            [form for form in self.inside.ordered_forms if form.cleaned_data][int(index)].add_error(rest, problem.text)
        else:
            self.form.add_error(None, f"{places.inside_name('form', place)}：{problem.text}")

    @property
    def opened(self) -> dict[str, bool]:
        """Which parts of the page are open: those the kind of field uses, those that hold something, those with an error."""
        kind, old, errors = self.form["kind"].value(), self.old, set(self.form.errors)
        limits = ("max_length", "unit", "min", "max", "min_rows", "max_rows")
        return {
            "limits": kind in ROW_KINDS or bool(errors & {*limits}) or any(old.get(name) not in (None, "") for name in limits),
            "choices": kind in CHOICE_KINDS or bool(errors & {"choices", "choices_from"}),
            "inside": kind in ROW_KINDS or bool(self.inside.total_error_count()),
            "rules": bool(self.rules.initial_form_count() or self.rules.total_error_count()),
            "fact": bool(old.get("fact")),
        }

    def refuse(self, reason: str) -> None:
        self.form.add_error(None, reason)

    def compare(self, before: Mapping[str, Any], who: str) -> None:
        """Beside what somebody else changed in this field meanwhile: what that person saved."""
        if old := _field_at(before.get("form") or {}, self.section, self.code):
            show_theirs(self.form, FieldForm.load(old), who)

    def field(self) -> dict[str, Any]:
        """The new field; what the page does not show is kept."""
        found = {**{key: value for key, value in self.old.items() if key in KEPT}, **self.form.data_of()}
        key = ROW_KINDS.get(found["kind"])
        if key:
            old = self.begun.get(key, [])
            at = {form: number for number, form in enumerate(self.inside.forms)}
            found[key] = [form.row(old[at[form]] if at[form] < len(old) else {}) for form in self.inside.ordered_forms if form.cleaned_data]
        leaves = [form.leaf() for form in self.rules.ordered_forms if form.cleaned_data]
        if leaves:
            found["visible_if"] = leaves[0] if len(leaves) == 1 else {self.form.cleaned_data.get("join") or "all": leaves}
        return found


def _field_at(form: Mapping[str, Any], section: str, code: str) -> Mapping[str, Any]:
    """A field of an application form; {} when there is none."""
    return next((item for part in form.get("sections", ()) if part["code"] == section for item in part["fields"] if item["code"] == code), {})


def _sheet(kind: type[RowForm], rows: list[Mapping[str, Any]], post: Any, prefix: str, spare: int) -> Any:
    factory = forms.formset_factory(kind, extra=spare, can_delete=True, can_order=True, max_num=60, absolute_max=80)
    return factory(post, initial=[kind.initial_of(row) for row in rows], prefix=prefix)


def choice_lines(item: Mapping[str, Any]) -> list[str]:
    return [" | ".join(str(row.get(key, "")) for key in ("value", "label", "label_en")).rstrip(" |") for row in item.get("choices") or ()]


def choice_rows(lines: list[str]) -> list[dict[str, str]]:
    """Lines "value | label | English"; a line of one word is value and label at once."""
    found = []
    for line in lines:
        pieces = [piece.strip() for piece in line.replace("｜", "|").split("|")]
        row = {"value": pieces[0], "label": pieces[1] if len(pieces) > 1 and pieces[1] else pieces[0]}
        found.append(row | ({"label_en": pieces[2]} if len(pieces) > 2 and pieces[2] else {}))
    return found
