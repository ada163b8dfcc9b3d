"""Is the data of an application form well formed? Kinds of fields, their limits, groups and visibility rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from programs.engine import visibility
from programs.engine.conditions import number
from programs.engine.facts import CATALOGUE
from programs.engine.problems import Problem
from programs.engine.wellformed import check_size

KINDS = ("text", "textarea", "number", "money", "date", "select", "multi", "radio", "bool", "table", "group")
CHOICE_KINDS = ("select", "multi", "radio")
#: Kinds whose answer is a list of rows; what a row holds stands under this key.
ROW_KINDS = {"table": "columns", "group": "fields"}
COLUMN_KINDS = ("text", "number", "money", "date", "select", "bool")
GROUP_KINDS = ("text", "textarea", "number", "money", "date", "select", "multi", "radio", "bool")
CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
MOST_ROWS = 200
TEXTS = ("label", "label_en", "help", "help_en", "why", "why_en", "unit", "unit_en", "choices_from", "fact", "not_before")
COUNTS = ("max_length", "min_length", "min_rows", "max_rows", "min_items", "max_items", "lines", "places")
FLAGS = ("required", "must_be")


def check(data: Any, path: str = "form") -> list[Problem]:
    """Every problem of a form's data."""
    if not isinstance(data, Mapping) or not isinstance(data.get("sections"), list):
        return [Problem(f"{path}.sections", _("is missing"))]
    found: list[Problem] = []
    codes: set[str] = set()
    for index, part in enumerate(data["sections"]):
        here = f"{path}.sections[{index}]"
        if not isinstance(part, Mapping):
            found.append(Problem(here, _("cannot be read")))
            continue
        found.extend(_check_code(part.get("code"), codes, here))
        if not part.get("title"):
            found.append(Problem(f"{here}.title", _("is missing")))
        found.extend(_check_texts(part, here, ("title", "title_en", "help", "help_en", "group", "group_en")))
        fields = part.get("fields")
        if not isinstance(fields, list) or not fields:
            found.append(Problem(f"{here}.fields", _("must hold at least one field")))
            continue
        seen: set[str] = set()
        wrong = [problem for number_, item in enumerate(fields) for problem in check_field(item, seen, f"{here}.fields[{number_}]")]
        found.extend(wrong or _check_order(fields, f"{here}.fields"))
    return found or visibility.check(data["sections"], path)


def _check_code(code: Any, seen: set[str], here: str) -> list[Problem]:
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return [Problem(f"{here}.code", _("must be a short name of letters, digits and _"))]
    if code in seen:
        return [Problem(f"{here}.code", _("“%(code)s” stands twice") % {"code": code})]
    seen.add(code)
    return []


def _check_texts(item: Mapping[str, Any], here: str, names: tuple[str, ...]) -> list[Problem]:
    return [Problem(f"{here}.{name}", _("must be plain text")) for name in names
            if item.get(name) is not None and not isinstance(item[name], str)]


def check_field(item: Any, seen: set[str], here: str, kinds: tuple[str, ...] = KINDS) -> list[Problem]:
    """One field; the fields of a group and the columns of a table are fields of fewer kinds."""
    if not isinstance(item, Mapping):
        return [Problem(here, _("cannot be read"))]
    found = _check_code(item.get("code"), seen, here)
    kind = item.get("kind")
    if kind not in kinds:
        return [*found, Problem(f"{here}.kind", _("“%(name)s” is not a kind of field") % {"name": kind})]
    if not item.get("label"):
        found.append(Problem(f"{here}.label", _("is missing")))
    wrong = _check_texts(item, here, TEXTS)
    if not wrong and item.get("fact") and item["fact"] not in CATALOGUE:
        wrong.append(Problem(f"{here}.fact", _("“%(name)s” is not a known fact") % {"name": item["fact"]}))
    if kind in CHOICE_KINDS and not item.get("choices_from"):
        wrong.extend(_check_choices(item.get("choices"), here))
    if kind in ROW_KINDS:
        wrong.extend(_check_inside(item, kind, here))
    return found + wrong + _check_limits(item, here)


def _check_choices(choices: Any, here: str) -> list[Problem]:
    if not isinstance(choices, list) or not choices or not all(
        isinstance(c, Mapping) and isinstance(c.get("value"), str | int | bool) and isinstance(c.get("label"), str) and c["label"]
        for c in choices
    ):
        return [Problem(f"{here}.choices", _("needs at least one answer with value and label"))]
    values = [str(c["value"]) for c in choices]
    return [] if len(values) == len(set(values)) else [Problem(f"{here}.choices", _("an answer stands twice"))]


def _check_inside(item: Mapping[str, Any], kind: str, here: str) -> list[Problem]:
    """Columns of a table, fields of a group."""
    key = ROW_KINDS[kind]
    rows = item.get(key)
    if not isinstance(rows, list) or not rows:
        return [Problem(f"{here}.{key}", _("must hold at least one column") if kind == "table" else _("must hold at least one field"))]
    own: set[str] = set()
    kinds = COLUMN_KINDS if kind == "table" else GROUP_KINDS
    found = [problem for index, row in enumerate(rows) for problem in check_field(row, own, f"{here}.{key}[{index}]", kinds)]
    found.extend(
        Problem(f"{here}.{key}[{index}].visible_if", _("inside a table or a group a field is always shown"))
        for index, row in enumerate(rows) if isinstance(row, Mapping) and row.get("visible_if")
    )
    return found or _check_order(rows, f"{here}.{key}")


def _check_order(rows: list[Mapping[str, Any]], here: str) -> list[Problem]:
    """`not_before` names the date of the same row (of the same section) before which this date may not lie."""
    dates = {row["code"] for row in rows if row["kind"] == "date"}
    return [
        Problem(f"{here}[{index}].not_before", _("must name another date that stands beside this one"))
        for index, row in enumerate(rows)
        if row.get("not_before") and (row["code"] not in dates or row["not_before"] not in dates - {row["code"]})
    ]


def _check_limits(item: Mapping[str, Any], here: str) -> list[Problem]:
    found = []
    for name in COUNTS:
        value = item.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000):
            found.append(Problem(f"{here}.{name}", _("must be a whole number from 0")))
    for name in FLAGS:
        if item.get(name) is not None and not isinstance(item[name], bool):
            found.append(Problem(f"{here}.{name}", _("must be yes or no")))
    if isinstance(item.get("max_rows"), int) and item["max_rows"] > MOST_ROWS:
        found.append(Problem(f"{here}.max_rows", _("at most %(most)d rows are possible") % {"most": MOST_ROWS}))
    return found or _check_bounds(item, here)


def _check_bounds(item: Mapping[str, Any], here: str) -> list[Problem]:
    found = []
    for low, high in (("min", "max"), ("min_length", "max_length"), ("min_rows", "max_rows"), ("min_items", "max_items")):
        a, b = item.get(low), item.get(high)
        try:
            pair = [date.fromisoformat(v) if item["kind"] == "date" else number(v) for v in (a, b) if v is not None]
        except (ArithmeticError, TypeError, ValueError):
            found.append(Problem(f"{here}.{low}", _("the limit cannot be read")))
            continue
        if item["kind"] != "date" and (wrong := check_size(pair, f"{here}.{low}")):
            found.extend(wrong)
        elif len(pair) == 2 and pair[0] > pair[1]:
            found.append(Problem(f"{here}.{low}", _("the lower bound is above the upper one")))
    return found
