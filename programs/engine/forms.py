"""Forms as data: sections of fields, cleaned per section, as a draft (nothing is refused for being unfinished) or final.

Clean values are plain JSON: text, "12.50" for exact numbers and money in yuan, ISO dates, booleans, lists and rows.
A draft keeps what was typed even when it is wrong, so nothing is ever lost; `final` is what is asked at submission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import typed
from programs.engine.conditions import number
from programs.engine.facts import BOOL, CATALOGUE, LIST, MONEY, NUMBER, Fact
from programs.engine.problems import DataError, Problem

KINDS = ("text", "textarea", "number", "money", "date", "select", "multi", "radio", "bool", "table")
CHOICE_KINDS = ("select", "multi", "radio")
COLUMN_KINDS = ("text", "number", "money", "date", "select", "bool")
VISIBLE_OPERATORS = ("eq", "ne", "in", "filled")
HARD_TEXT_LIMIT, HARD_ROWS = 100_000, 500
MOST_MONEY = Decimal("99999999999999.99")
Values = dict[str, Any]
Errors = dict[str, list[str]]


def pick(data: Mapping[str, Any], key: str) -> str:
    """The reader's language of a pair key / key_en."""
    english = (get_language() or "").startswith("en")
    return str((data.get(f"{key}_en") if english else "") or data.get(key) or "")


@dataclass(frozen=True)
class Choice:
    value: str
    name: str
    name_en: str = ""

    @property
    def label(self) -> str:
        return pick({"n": self.name, "n_en": self.name_en}, "n")


@dataclass(frozen=True)
class Field:
    code: str
    kind: str
    data: Mapping[str, Any]
    choices: tuple[Choice, ...] = ()
    columns: tuple[Field, ...] = ()

    @property
    def label(self) -> str:
        return pick(self.data, "label")

    @property
    def help(self) -> str:
        return pick(self.data, "help")

    @property
    def why(self) -> str:
        """Why this is asked (shown on request)."""
        return pick(self.data, "why")

    @property
    def unit(self) -> str:
        return pick(self.data, "unit")

    @property
    def required(self) -> bool:
        return bool(self.data.get("required", False))

    @property
    def max_length(self) -> int | None:
        return self.data.get("max_length")

    @property
    def visible_if(self) -> Mapping[str, Any] | None:
        return self.data.get("visible_if")

    def choice_label(self, value: Any) -> str:
        return next((choice.label for choice in self.choices if choice.value == str(value)), str(value))


@dataclass(frozen=True)
class Section:
    code: str
    data: Mapping[str, Any]
    fields: tuple[Field, ...]

    @property
    def title(self) -> str:
        return pick(self.data, "title")

    @property
    def help(self) -> str:
        return pick(self.data, "help")

    @property
    def group(self) -> str:
        return str(self.data.get("group", ""))

    def field(self, code: str) -> Field | None:
        return next((item for item in self.fields if item.code == code), None)


@dataclass(frozen=True)
class Form:
    sections: tuple[Section, ...] = field(default=())

    @classmethod
    def load(cls, data: Mapping[str, Any], lists: Mapping[str, Any] | None = None) -> Form:
        """Read a form; raises DataError with every problem. `lists` are code lists for `choices_from`."""
        problems = check(data)
        if problems:
            raise DataError(problems)
        return cls(
            tuple(
                Section(s["code"], s, tuple(_field(f, lists or {}) for f in s["fields"])) for s in data["sections"]
            )
        )

    def section(self, code: str) -> Section | None:
        return next((item for item in self.sections if item.code == code), None)

    def clean(
        self,
        values: Mapping[str, Any],
        section: str | None = None,
        final: bool = False,
        answers: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> tuple[Values, Errors]:
        """With `section`: values and errors of that section by field, `answers` being all other sections' answers.

        Without: values are {section: {field: value}} and errors are keyed "section.field".
        """
        if section is not None:
            part = self.section(section)
            if part is None:
                raise KeyError(section)
            return clean_section(part, values, final, {**(answers or {}), section: values})
        cleaned: Values = {}
        errors: Errors = {}
        for part in self.sections:
            own = values.get(part.code)
            mine, wrong = clean_section(part, own if isinstance(own, Mapping) else {}, final, values)
            cleaned[part.code] = mine
            errors.update({f"{part.code}.{code}": texts for code, texts in wrong.items()})
        return cleaned, errors

    def visible(self, section: str, answers: Mapping[str, Any]) -> list[Field]:
        part = self.section(section)
        return [item for item in part.fields if is_visible(item, section, answers)] if part else []

    def facts(self, answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Fact]:
        """Facts that the answers state themselves (fields with "fact"), for conditions and formulas."""
        found = {}
        for part in self.sections:
            own = answers.get(part.code) or {}
            for item in part.fields:
                name = item.data.get("fact")
                if name and not _empty(own.get(item.code)) and is_visible(item, part.code, answers):
                    value = _fact_value(item, own[item.code], CATALOGUE[name].kind)
                    if value is not None:
                        found[name] = Fact(value, _("filled in: %(label)s") % {"label": item.label})
        return found

    def is_complete(self, section: str, answers: Mapping[str, Any]) -> bool:
        own = answers.get(section) or {}
        return not self.clean(own, section=section, final=True, answers=answers)[1]


def _fact_value(item: Field, value: Any, kind: str) -> Any:
    """An answer as the fact's kind; None when it cannot be read (then a person must look)."""
    if kind == BOOL:
        return {"yes": True, "no": False, True: True, False: False}.get(value)
    if kind in (NUMBER, MONEY):
        try:
            return number(value)
        except ArithmeticError:
            return None
    if kind == LIST and item.kind == "table":
        first = item.columns[0].code
        return [str(row[first]) for row in value if row.get(first)]
    return value


def _field(data: Mapping[str, Any], lists: Mapping[str, Any]) -> Field:
    raw = data.get("choices") or [
        entry if isinstance(entry, Mapping) else {"value": entry[0], "label": entry[1], "label_en": entry[-1]}
        for entry in lists.get(data.get("choices_from", ""), ())
    ]
    return Field(
        code=data["code"],
        kind=data["kind"],
        data=data,
        choices=tuple(Choice(str(c["value"]), str(c["label"]), str(c.get("label_en", ""))) for c in raw),
        columns=tuple(_field(column, lists) for column in data.get("columns", ())),
    )


def is_visible(item: Field, section: str, answers: Mapping[str, Any]) -> bool:
    """A field hidden by its rule is neither asked nor kept. `field` is "code" of the same section or "section.code"."""
    rule = item.visible_if
    if not rule:
        return True
    path = rule["field"] if "." in rule["field"] else f"{section}.{rule['field']}"
    owner, code = path.split(".", 1)
    own = answers.get(owner)
    value = own.get(code) if isinstance(own, Mapping) else None
    return _holds(rule, value)


def _holds(rule: Mapping[str, Any], value: Any) -> bool:
    op = rule.get("op", "eq")
    if op == "filled":
        return value not in (None, "", [], False)
    plain = [str(_plain_bool(v)) for v in value] if isinstance(value, list) else [str(_plain_bool(value))]
    if op == "in":
        return any(v in [str(_plain_bool(w)) for w in rule["value"]] for v in plain)
    same = str(_plain_bool(rule["value"])) in plain
    return same if op == "eq" else not same


def _plain_bool(value: Any) -> Any:
    if value in ("true", "on", "True"):
        return True
    return False if value in ("false", "False") else value


def clean_section(part: Section, values: Mapping[str, Any], final: bool, answers: Mapping[str, Any]) -> tuple[Values, Errors]:
    cleaned: Values = {}
    errors: Errors = {}
    for item in part.fields:
        raw = values.get(item.code)
        if not is_visible(item, part.code, answers):
            if not final and not _empty(raw):
                cleaned[item.code] = raw  # kept in the draft, in case the person changes back
            continue
        value, wrong = clean_field(item, raw, final)
        if not _empty(value):
            cleaned[item.code] = value
        if wrong:
            errors[item.code] = wrong
    return cleaned, errors


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def clean_field(item: Field, raw: Any, final: bool) -> tuple[Any, list[str]]:
    """One value and its errors; in a draft an unreadable value comes back as typed."""
    if item.kind == "table":
        return _clean_table(item, raw, final)
    if item.kind == "bool":
        value = _plain_bool(raw)
        value = value if isinstance(value, bool) else None
        if final and item.data.get("must_be") is True and value is not True:
            return value, [_("Please confirm: %(label)s") % {"label": item.label}]
        return value, [_missing(item)] if final and item.required and value is None else []
    if isinstance(raw, str):
        raw = typed.text(raw).strip()
    if _empty(raw):
        return None, [_missing(item)] if final and item.required else []
    return CLEANERS[item.kind](item, raw)


def _missing(item: Field) -> str:
    if item.kind in CHOICE_KINDS or item.kind == "bool":
        return _("Choose “%(label)s”") % {"label": item.label}
    return _("Fill in “%(label)s”") % {"label": item.label}


def _clean_text(item: Field, raw: Any) -> tuple[Any, list[str]]:
    text = str(raw)[:HARD_TEXT_LIMIT]
    if item.kind == "text":
        text = " ".join(text.split("\n"))
    errors = []
    if item.max_length and len(text) > item.max_length:
        over = len(text) - item.max_length
        errors.append(
            ngettext(
                "“%(label)s” is %(over)d character too long (at most %(limit)d)",
                "“%(label)s” is %(over)d characters too long (at most %(limit)d)",
                over,
            )
            % {"label": item.label, "over": over, "limit": item.max_length}
        )
    low = item.data.get("min_length")
    if low and len(text) < low:
        errors.append(_("“%(label)s” needs at least %(limit)d characters") % {"label": item.label, "limit": low})
    return text, errors


def _clean_number(item: Field, raw: Any) -> tuple[Any, list[str]]:
    text = str(raw).replace(",", "").replace("，", "").replace(" ", "")
    try:
        value = number(text)
        if not value.is_finite() or abs(value) > MOST_MONEY:
            raise InvalidOperation
    except ArithmeticError:
        return str(raw)[:200].strip(), [_("“%(label)s” must be a number, e.g. 12 or 12.5") % {"label": item.label}]
    places = 2 if item.kind == "money" else item.data.get("places", 0)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    errors = []
    if rounded != value:
        errors.append(
            _("“%(label)s” may have %(places)d decimal places") % {"label": item.label, "places": places}
            if places
            else _("“%(label)s” must be a whole number") % {"label": item.label}
        )
    low, high = item.data.get("min"), item.data.get("max")
    if item.kind == "money" and low is None:
        low = 0
    if low is not None and value < number(low):
        errors.append(_("“%(label)s” must be at least %(limit)s") % {"label": item.label, "limit": _shown(low, item)})
    if high is not None and value > number(high):
        errors.append(_("“%(label)s” must be at most %(limit)s") % {"label": item.label, "limit": _shown(high, item)})
    return str(value if errors else rounded), errors


def _shown(limit: Any, item: Field) -> str:
    return _figure(item, number(limit))


def _figure(item: Field, value: Decimal) -> str:
    """Thousands are parted from five figures on: a year is 2026, not 2,026."""
    parted = "," if item.kind == "money" or abs(value) >= 10_000 else ""
    return f"{value:{parted}f} {item.unit}".rstrip()


def _clean_date(item: Field, raw: Any) -> tuple[Any, list[str]]:
    try:
        value = typed.day(str(raw)[:10])
    except ValueError:
        return str(raw)[:40].strip(), [_("“%(label)s” must be a real date, e.g. 2026-03-31") % {"label": item.label}]
    errors = []
    low, high = item.data.get("min"), item.data.get("max")
    if low and value < date.fromisoformat(low):
        errors.append(_("“%(label)s” may not be before %(limit)s") % {"label": item.label, "limit": low})
    if high and value > date.fromisoformat(high):
        errors.append(_("“%(label)s” may not be after %(limit)s") % {"label": item.label, "limit": high})
    return value.isoformat(), errors


def _clean_choice(item: Field, raw: Any) -> tuple[Any, list[str]]:
    value = str(raw)[:200].strip()
    if item.choices and value not in {choice.value for choice in item.choices}:
        return value, [_("“%(label)s”: choose one of the given answers") % {"label": item.label}]
    return value, []


def _clean_multi(item: Field, raw: Any) -> tuple[Any, list[str]]:
    items = raw if isinstance(raw, (list, tuple)) else [raw]
    picked = list(dict.fromkeys(str(value)[:200].strip() for value in items if str(value).strip()))[:HARD_ROWS]
    errors = []
    known = {choice.value for choice in item.choices}
    if known and not set(picked) <= known:
        errors.append(_("“%(label)s”: choose one of the given answers") % {"label": item.label})
    errors.extend(_count_errors(item, len(picked), "min_items", "max_items"))
    return picked, errors


def _count_errors(item: Field, count: int, low_key: str, high_key: str) -> list[str]:
    low, high = item.data.get(low_key), item.data.get(high_key)
    if low and count < low:
        return [
            ngettext("“%(label)s” needs at least %(limit)d entry", "“%(label)s” needs at least %(limit)d entries", low)
            % {"label": item.label, "limit": low}
        ]
    if high and count > high:
        return [
            ngettext("“%(label)s” takes at most %(limit)d entry", "“%(label)s” takes at most %(limit)d entries", high)
            % {"label": item.label, "limit": high}
        ]
    return []


def _clean_table(item: Field, raw: Any, final: bool) -> tuple[Any, list[str]]:
    rows, errors = [], []
    given = raw if isinstance(raw, (list, tuple)) else []
    for given_row in given[:HARD_ROWS]:
        if not isinstance(given_row, Mapping):
            continue
        row, wrong = {}, []
        for column in item.columns:
            value, texts = clean_field(column, given_row.get(column.code), final)
            if not _empty(value):
                row[column.code] = value
            wrong.extend(texts)
        if not row:
            continue  # an untouched line of the table
        rows.append(row)
        place = len(rows)
        errors.extend(_("Row %(row)d: %(text)s") % {"row": place, "text": text} for text in wrong)
    low = item.data.get("min_rows") or (1 if item.required else 0)
    if final and len(rows) < low:
        errors.append(
            ngettext("“%(label)s” needs at least %(limit)d row", "“%(label)s” needs at least %(limit)d rows", low)
            % {"label": item.label, "limit": low}
        )
    high = item.data.get("max_rows")
    if high and len(rows) > high:
        errors.append(
            ngettext("“%(label)s” takes at most %(limit)d row", "“%(label)s” takes at most %(limit)d rows", high)
            % {"label": item.label, "limit": high}
        )
    return rows, errors


CLEANERS = {
    "text": _clean_text,
    "textarea": _clean_text,
    "number": _clean_number,
    "money": _clean_number,
    "date": _clean_date,
    "select": _clean_choice,
    "radio": _clean_choice,
    "multi": _clean_multi,
}


def display(item: Field, value: Any) -> str:
    """A clean value as a person reads it (PDF, check-answers page, diff)."""
    if _empty(value):
        return ""
    if item.kind == "bool":
        return _("Yes") if value is True else _("No")
    if item.kind == "multi":
        return "、".join(item.choice_label(entry) for entry in value)
    if item.kind in ("select", "radio"):
        return item.choice_label(value)
    if item.kind in ("number", "money"):
        try:
            return _figure(item, number(value))
        except ArithmeticError:
            return str(value)
    return str(value)


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
        fields = part.get("fields")
        if not isinstance(fields, list) or not fields:
            found.append(Problem(f"{here}.fields", _("must hold at least one field")))
            continue
        seen: set[str] = set()
        for number_, item in enumerate(fields):
            found.extend(_check_field(item, seen, f"{here}.fields[{number_}]"))
    return found or _check_visibility(data, path)


def _check_code(code: Any, seen: set[str], here: str) -> list[Problem]:
    if not isinstance(code, str) or not code.isidentifier():
        return [Problem(f"{here}.code", _("must be a short name of letters, digits and _"))]
    if code in seen:
        return [Problem(f"{here}.code", _("“%(code)s” stands twice") % {"code": code})]
    seen.add(code)
    return []


def _check_field(item: Any, seen: set[str], here: str, kinds: tuple[str, ...] = KINDS) -> list[Problem]:
    if not isinstance(item, Mapping):
        return [Problem(here, _("cannot be read"))]
    found = _check_code(item.get("code"), seen, here)
    kind = item.get("kind")
    if kind not in kinds:
        return [*found, Problem(f"{here}.kind", _("“%(name)s” is not a kind of field") % {"name": kind})]
    if not item.get("label"):
        found.append(Problem(f"{here}.label", _("is missing")))
    if item.get("fact") and item["fact"] not in CATALOGUE:
        found.append(Problem(f"{here}.fact", _("“%(name)s” is not a known fact") % {"name": item["fact"]}))
    if kind in CHOICE_KINDS and not item.get("choices_from"):
        choices = item.get("choices")
        if not isinstance(choices, list) or not choices or not all(
            isinstance(c, Mapping) and "value" in c and c.get("label") for c in choices
        ):
            found.append(Problem(f"{here}.choices", _("needs at least one answer with value and label")))
    if kind == "table":
        columns = item.get("columns")
        if not isinstance(columns, list) or not columns:
            found.append(Problem(f"{here}.columns", _("must hold at least one column")))
        else:
            own: set[str] = set()
            for index, column in enumerate(columns):
                found.extend(_check_field(column, own, f"{here}.columns[{index}]", COLUMN_KINDS))
    return found + _check_limits(item, here)


def _check_limits(item: Mapping[str, Any], here: str) -> list[Problem]:
    found = []
    for low, high in (("min", "max"), ("min_length", "max_length"), ("min_rows", "max_rows"), ("min_items", "max_items")):
        a, b = item.get(low), item.get(high)
        try:
            pair = [date.fromisoformat(v) if item["kind"] == "date" else number(v) for v in (a, b) if v is not None]
        except (ArithmeticError, TypeError, ValueError):
            found.append(Problem(f"{here}.{low}", _("the limit cannot be read")))
            continue
        if len(pair) == 2 and pair[0] > pair[1]:
            found.append(Problem(f"{here}.{low}", _("the lower bound is above the upper one")))
    return found


def _check_visibility(data: Mapping[str, Any], path: str) -> list[Problem]:
    """Visibility may only look at existing fields, and never in a circle."""
    rules: dict[str, str] = {}
    places: set[str] = set()
    found: list[Problem] = []
    for part in data["sections"]:
        for item in part["fields"]:
            places.add(f"{part['code']}.{item['code']}")
            rule = item.get("visible_if")
            if not rule:
                continue
            here = f"{path}.{part['code']}.{item['code']}.visible_if"
            if not isinstance(rule, Mapping) or not isinstance(rule.get("field"), str) or (
                rule.get("op", "eq") not in VISIBLE_OPERATORS
            ):
                found.append(Problem(here, _("cannot be read")))
                continue
            other = rule["field"] if "." in rule["field"] else f"{part['code']}.{rule['field']}"
            rules[f"{part['code']}.{item['code']}"] = other
    for start, other in rules.items():
        if other not in places:
            found.append(Problem(f"{path}.{start}.visible_if", _("“%(name)s” is not a field") % {"name": other}))
    for start in rules:
        seen, step = {start}, rules.get(start)
        while step in rules and step not in seen:
            seen.add(step)
            step = rules[step]
        if step == start:
            found.append(Problem(f"{path}.{start}.visible_if", _("the visibility rules run in a circle")))
    return found
