"""Sections of text, one condition, one field of the application form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from programs import queries
from programs.engine import conditions, facts
from programs.engine import forms as engine_forms
from programs.forms.base import area, one_line

LEAVES = 4
LISTS = ("in", "not_in", "none_of", "any_of", "same_list", "ge_each", "between")


FIELD_KINDS = [
    ("text", _("One line")), ("textarea", _("Long text")), ("number", _("Number")), ("money", _("Money (yuan)")),
    ("date", _("Date")), ("select", _("Choice from a list")), ("radio", _("Choice, all shown")),
    ("multi", _("Several choices")), ("bool", _("Yes to tick")), ("table", pgettext_lazy("field", "Table")),
]


class SectionsForm(forms.Form):
    """A title and a text in both languages for every section of the guide."""

    def __init__(self, *args: Any, sections: list[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for section in sections:
            code, name = section["code"], section["title"]
            for key, label, rows in (("title", gettext("Title"), 1), ("text", gettext("Text"), 6), ("title_en", gettext("Title in English"), 1),
                                     ("text_en", gettext("Text in English"), 4)):
                field = one_line(f"{name}：{label}", 120, required=key == "title") if rows == 1 else area(
                    f"{name}：{label}", 20_000, rows, required=False)
                field.initial = section.get(key, "")
                self.fields[f"{code}-{key}"] = field

    def parts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "sections": [
                {**section, **{key: self.cleaned_data[f"{section['code']}-{key}"].replace("\r\n", "\n")
                               for key in ("title", "text", "title_en", "text_en")}}
                for section in self.sections
            ]
        }


def fact_choices() -> list[tuple[str, str]]:
    return [("", "—"), *[(name, f"{conditions.label(name)}（{name}）") for name in facts.CATALOGUE]]


def op_choices() -> list[tuple[str, Any]]:
    return [
        ("", "—"), ("is_true", gettext("is so")), ("is_false", gettext("is not so")), ("eq", gettext("equals")), ("ne", gettext("differs from")),
        ("in", gettext("is one of")), ("not_in", gettext("is none of")), ("starts_with", gettext("begins with")),
        ("within_region", gettext("lies in the region")), ("ge", gettext("is at least")), ("gt", gettext("is more than")),
        ("le", gettext("is at most")), ("lt", gettext("is less than")), ("between", gettext("lies between")),
        ("ge_each", gettext("is at least each of")), ("on_or_before", gettext("is on or before")), ("on_or_after", gettext("is on or after")),
        ("age_in_year_le", gettext("age in the year is at most")), ("age_on_lt", gettext("age on the day is below")),
        ("valid_on", gettext("is valid on")), ("none_of", gettext("contains none of")), ("any_of", gettext("contains any of")),
        ("same_list", gettext("is the same list as")),
    ]


def leaf_value(op: str, raw: str) -> Any:
    """What a person types -> the value of a comparison: a fact name, a list parted by commas, or a text."""
    raw = raw.strip()
    if raw in facts.CATALOGUE:
        return {"fact": raw}
    if op in LISTS:
        return [piece.strip() for piece in raw.replace("，", ",").replace("、", ",").split(",") if piece.strip()]
    return raw


def leaf_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("fact", ""))
    return ", ".join(str(item) for item in value) if isinstance(value, list) else "" if value is None else str(value)


def flat(test: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]] | None:
    """A test that the rows can show: one comparison, or some joined by all / any. None for deeper trees."""
    for join in ("all", "any"):
        if join in test:
            leaves = test[join]
            plain = len(leaves) <= LEAVES and all("fact" in leaf and "value_by" not in leaf for leaf in leaves)
            return (join, leaves) if plain else None
    return ("all", [test]) if "fact" in test and "value_by" not in test else None


class ConditionForm(forms.Form):
    code = one_line(_("Code"), 20)
    clause = one_line(_("Clause"), 60, required=False, help_text=_("Where it stands in the guide, e.g. 四、（二）"))
    text = area(_("Text of the condition"), 1000, 3)
    text_en = area(_("Text in English"), 1000, 2, required=False)
    hard = forms.BooleanField(
        label=_("Blocks the submission when it fails"), required=False,
        help_text=_("Otherwise it is only shown to the people who check."),
    )
    join = forms.ChoiceField(
        label=_("How the comparisons are joined"), widget=forms.RadioSelect,
        choices=[("all", _("all must hold")), ("any", _("one is enough")), ("human", _("a person must look")),
                 ("tree", _("a deeper tree, as JSON"))],
    )
    human = one_line(_("What a person must look at"), 300, required=False)
    tree = forms.CharField(
        label=_("Tree (JSON)"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_('{"all": [...]}, {"any": [...]}, {"not": {...}} over {"fact", "op", "value"}'),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(LEAVES):
            self.fields[f"fact{n}"] = forms.ChoiceField(label=gettext("Fact %(n)d") % {"n": n + 1}, choices=fact_choices(), required=False)
            self.fields[f"op{n}"] = forms.ChoiceField(label=gettext("Comparison"), choices=op_choices(), required=False)
            self.fields[f"value{n}"] = forms.CharField(label=gettext("Value or fact"), max_length=500, required=False)
            self.fields[f"at{n}"] = forms.CharField(label=gettext("counted to (year or day)"), max_length=60, required=False)

    @property
    def leaf_rows(self) -> list[list[Any]]:
        return [[self[f"{name}{n}"] for name in ("fact", "op", "value", "at")] for n in range(LEAVES)]

    @staticmethod
    def load(rule: Mapping[str, Any]) -> dict[str, Any]:
        first = {key: rule.get(key, "") for key in ("code", "clause", "text", "text_en")}
        first["hard"] = rule.get("hard", True)
        test = rule.get("test") or {}
        if "human" in test:
            return {**first, "join": "human", "human": test["human"]}
        shown = flat(test) if test else ("all", [])
        if shown is None:
            return {**first, "join": "tree", "tree": json.dumps(test, ensure_ascii=False, indent=1)}
        first["join"] = shown[0]
        for n, leaf in enumerate(shown[1]):
            first.update({f"fact{n}": leaf["fact"], f"op{n}": leaf["op"], f"value{n}": leaf_text(leaf.get("value")),
                          f"at{n}": leaf_text(leaf.get("at"))})
        return first

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["test"] = self._test(values)
        problems = conditions.check([{"code": values.get("code") or "X", "text": "x", "test": values["test"]}])
        if problems:
            raise ValidationError([f"{problem.path.removeprefix('conditions[0].')}：{problem.text}" for problem in problems])
        return values

    def _test(self, values: Mapping[str, Any]) -> Any:
        if values.get("join") == "human":
            return {"human": values.get("human", "")}
        if values.get("join") == "tree":
            try:
                return json.loads(values.get("tree") or "{}", parse_float=str)
            except (ValueError, RecursionError):
                self.add_error("tree", gettext("This cannot be read as JSON."))
                return {"human": "?"}
        leaves = []
        for n in range(LEAVES):
            if values.get(f"fact{n}"):
                op = values.get(f"op{n}", "")
                leaf = {"fact": values[f"fact{n}"], "op": op}
                if op not in conditions.NEEDS_NO_VALUE:
                    leaf["value"] = leaf_value(op, values.get(f"value{n}", ""))
                if op in conditions.NEEDS_AT:
                    leaf["at"] = leaf_value("eq", values.get(f"at{n}", "")) or None
                leaves.append(leaf)
        join = "any" if values.get("join") == "any" else "all"
        return leaves[0] if len(leaves) == 1 else {join: leaves}

    def rule(self, old: Mapping[str, Any]) -> dict[str, Any]:
        return {**old, **{key: self.cleaned_data[key] for key in ("code", "clause", "text", "text_en", "hard", "test")}}


class FieldForm(forms.Form):
    """One field of the application form; a table's columns and a choice's answers are typed one per line."""

    code = one_line(_("Code"), 40, help_text=_("Latin letters, digits and _"))
    kind = forms.ChoiceField(label=_("Kind of field"), choices=FIELD_KINDS)
    label = one_line(_("Label"))
    label_en = one_line(_("Label in English"), 300, required=False)
    help = one_line(_("Hint below the label"), 300, required=False)
    help_en = one_line(_("Hint in English"), 300, required=False)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    max_length = forms.IntegerField(label=_("Characters at most"), min_value=1, max_value=60_000, required=False)
    min = one_line(_("At least (number or date)"), 20, required=False)
    max = one_line(_("At most (number or date)"), 20, required=False)
    min_rows = forms.IntegerField(label=_("Rows at least"), min_value=0, max_value=200, required=False)
    max_rows = forms.IntegerField(label=_("Rows at most"), min_value=1, max_value=200, required=False)
    unit = one_line(_("Unit of measure"), 20, required=False)
    choices = forms.CharField(
        label=_("Answers, one per line: value | label | English"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    choices_from = forms.ChoiceField(label=_("or a code list"), required=False)
    columns = forms.CharField(
        label=_("Columns, one per line: code | kind | label | English"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    fact = forms.ChoiceField(label=_("Answers this fact of the conditions"), required=False)
    visible_field = one_line(_("Only shown when this field"), 80, required=False)
    visible_value = one_line(_("has this value"), 80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact"].choices = fact_choices()
        self.fields["choices_from"].choices = [("", "—"), *[(name, queries.list_label(name)) for name in queries.list_names()]]

    @staticmethod
    def load(item: Mapping[str, Any]) -> dict[str, Any]:
        values = {**item, "choices": _lines(item.get("choices"), ("value", "label", "label_en")),
                  "columns": _lines(item.get("columns"), ("code", "kind", "label", "label_en"))}
        rule = item.get("visible_if") or {}
        return {**values, "visible_field": rule.get("field", ""), "visible_value": leaf_text(rule.get("value"))}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["data"] = self._data(values)
        problems = engine_forms.check({"sections": [{"code": "x", "title": "x", "fields": [{**values["data"], "visible_if": None}]}]})
        if problems:
            raise ValidationError([f"{p.path.removeprefix('form.sections[0].fields[0].')}：{p.text}" for p in problems])
        return values

    def _data(self, values: Mapping[str, Any]) -> dict[str, Any]:
        plain = ("code", "kind", "label", "label_en", "help", "help_en", "required", "max_length", "min", "max", "min_rows",
                 "max_rows", "unit", "choices_from", "fact")
        data = {key: values[key] for key in plain if values.get(key) not in (None, "", False)}
        if rows := _rows(values.get("choices", ""), ("value", "label", "label_en")):
            data["choices"] = rows
        if rows := _rows(values.get("columns", ""), ("code", "kind", "label", "label_en")):
            data["columns"] = rows
        if values.get("visible_field"):
            data["visible_if"] = {"field": values["visible_field"], "op": "eq", "value": values.get("visible_value", "")}
        return data

    def field(self, old: Mapping[str, Any]) -> dict[str, Any]:
        """The new field; what the form does not show is kept, also inside columns of the same code."""
        data = self.cleaned_data["data"]
        kept = {key: value for key, value in old.items() if key in ("why", "why_en", "unit_en", "must_be", "places", "min_items",
                                                                    "max_items", "min_length")}
        columns = {column["code"]: column for column in old.get("columns", ())}
        if "columns" in data:
            data["columns"] = [{**columns.get(column["code"], {}), **column} for column in data["columns"]]
        return {**kept, **data}


def _lines(rows: Any, keys: tuple[str, ...]) -> str:
    return "\n".join(" | ".join(str(row.get(key, "")) for key in keys) for row in rows or ())


def _rows(raw: str, keys: tuple[str, ...]) -> list[dict[str, str]]:
    found = []
    for line in raw.splitlines():
        pieces = [piece.strip() for piece in line.replace("｜", "|").split("|")]
        if any(pieces):
            found.append({key: piece for key, piece in zip(keys, pieces, strict=False) if piece})
    return found
