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
from programs.engine.form_schema import CHOICE_KINDS, KINDS, ROW_KINDS, check
from programs.engine.problems import DataError
from programs.engine.visibility import holds
from programs.engine.visibility import plain_bool as _plain_bool

__all__ = [
    "CHOICE_KINDS", "HARD_ROWS", "HARD_TEXT_LIMIT", "KINDS", "ROW_KINDS", "Choice", "Field", "Form", "Section", "check",
    "clean_field", "clean_section", "display", "is_visible", "pick", "row_errors",
]

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
    """`columns` are the columns of a table, or the fields of a group that is filled in several times."""

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
        """The unit of measure. Money of a form is in yuan, which has to be said: the portal's own sums are in 万元."""
        return pick(self.data, "unit") or (_("yuan") if self.kind == "money" else "")

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
    if kind == LIST and item.kind in ROW_KINDS:
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
        columns=tuple(_field(column, lists) for column in data.get(ROW_KINDS.get(data["kind"], ""), ())),
    )


def is_visible(item: Field, section: str, answers: Mapping[str, Any]) -> bool:
    """A field hidden by its rule is neither asked nor kept. The grammar of the rule is in `visibility`."""
    return not item.visible_if or holds(item.visible_if, section, answers)


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
    for code, text in _order_errors(part.fields, cleaned).items():
        errors.setdefault(code, []).append(text)
    return cleaned, errors


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def clean_field(item: Field, raw: Any, final: bool) -> tuple[Any, list[str]]:
    """One value and its errors; in a draft an unreadable value comes back as typed."""
    if item.kind in ROW_KINDS:
        return _clean_rows(item, raw, final)
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


def _order_errors(items: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, str]:
    """Dates that lie before the date beside them that they may not precede; one that cannot be read is told of elsewhere."""
    found, labels = {}, {item.code: item.label for item in items}
    for item in items:
        low = item.data.get("not_before")
        try:
            early = low and date.fromisoformat(values[item.code]) < date.fromisoformat(values[low])
        except (KeyError, TypeError, ValueError):
            continue
        if early:
            found[item.code] = _("“%(label)s” may not be before “%(other)s”") % {"label": item.label, "other": labels[low]}
    return found


def row_errors(item: Field, row: Mapping[str, Any], final: bool) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """One row of a table or group: its clean values, and what is wrong by column."""
    values, wrong = {}, {}
    for column in item.columns:
        value, texts = clean_field(column, row.get(column.code), final)
        if not _empty(value):
            values[column.code] = value
        if texts:
            wrong[column.code] = texts
    for code, text in _order_errors(item.columns, values).items():
        wrong.setdefault(code, []).append(text)
    return values, wrong


def is_untouched(values: Mapping[str, Any]) -> bool:
    """A line that holds nothing, or only boxes that are not ticked."""
    return all(value is False for value in values.values())


def _clean_rows(item: Field, raw: Any, final: bool) -> tuple[Any, list[str]]:
    rows, errors = [], []
    given = raw if isinstance(raw, (list, tuple)) else []
    words = _("Row %(row)d: %(text)s") if item.kind == "table" else _("No. %(row)d: %(text)s")
    for given_row in given[:HARD_ROWS]:
        if not isinstance(given_row, Mapping):
            continue
        row, wrong = row_errors(item, given_row, final)
        if is_untouched(row):
            continue
        rows.append(row)
        place = len(rows)
        errors.extend(words % {"row": place, "text": text} for texts in wrong.values() for text in texts)
    return rows, errors + _row_counts(item, len(rows), final)


def _row_counts(item: Field, count: int, final: bool) -> list[str]:
    errors = []
    low = item.data.get("min_rows") or (1 if item.required else 0)
    if final and count < low:
        errors.append(
            ngettext("“%(label)s” needs at least %(limit)d row", "“%(label)s” needs at least %(limit)d rows", low)
            % {"label": item.label, "limit": low}
        )
    high = item.data.get("max_rows")
    if high and count > high:
        errors.append(
            ngettext("“%(label)s” takes at most %(limit)d row", "“%(label)s” takes at most %(limit)d rows", high)
            % {"label": item.label, "limit": high}
        )
    return errors


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
