"""Sections of text, one field of the application form."""

from __future__ import annotations

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


def leaf_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("fact", ""))
    return ", ".join(str(item) for item in value) if isinstance(value, list) else "" if value is None else str(value)


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
