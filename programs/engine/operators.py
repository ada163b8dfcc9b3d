"""The comparisons of conditions: which facts they fit, what they are compared with, and what they mean.

Values are typed first (`read`) and compared afterwards; what cannot be read is not guessed. The same comparisons are
written in SQL in `programs.engine.sql`; a property test holds the two together.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language

from programs.engine import facts as known
from programs.engine.facts import BOOL, CATALOGUE, DATE, LIST, MONEY, NUMBER, PERIOD, ROWS, TEXT

REGION_ALIASES = {"深汕特别合作区": "深圳市"}  # handbook of the field: the zone counts as the city
NUMERIC = (NUMBER, MONEY)
#: Shapes of what a fact is compared with, beside the kinds themselves.
NOTHING, TEXTS, NUMBERS, RANGE, SAME = "nothing", "texts", "numbers", "range", "same"
#: Of any number: places to either side of the point, characters. Of one that a guide names: digits before and after the point.
MOST_PLACES, LONGEST_NUMBER, WHOLE, PLACES = 30, 100, 15, 8
#: Digits of a number that stands for years or a calendar year, and of a count of entries.
YEAR_DIGITS, COUNT_DIGITS = 4, 6
YES, NO = (True, "true", "True", "yes"), (False, "false", "False", "no")


class TooLarge(InvalidOperation):
    """A number beyond every measure."""


def number(value: Any) -> Decimal:
    """Exact number from JSON; a float would carry binary noise, so its shortest text is taken.

    Raises ArithmeticError for what is none, is not finite or beyond every measure: to work out 1e1000000 takes minutes.
    """
    if isinstance(value, bool):
        raise InvalidOperation
    if isinstance(value, int) and abs(value) >= 10**MOST_PLACES:
        raise TooLarge
    if not isinstance(value, Decimal):
        text = str(value)
        if len(text) > LONGEST_NUMBER:
            raise InvalidOperation
        value = Decimal(text)
    if not value.is_finite() or value.adjusted() < -MOST_PLACES:
        raise InvalidOperation
    if value.adjusted() > MOST_PLACES:
        raise TooLarge
    return value


def within(value: Decimal, whole: int = WHOLE) -> bool:
    """A number as a guide may name it: so many digits before the point, few after it."""
    return abs(value) < 10**whole and value == round(value, PLACES)


def day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def flag(value: Any) -> bool:
    if any(value is word or (isinstance(value, str) and value == word) for word in YES):
        return True
    if any(value is word or (isinstance(value, str) and value == word) for word in NO):
        return False
    raise ValueError(value)


def texts(value: Any) -> list[str]:
    if isinstance(value, (str, bytes, Mapping)):
        raise ValueError(value)
    return [str(item) for item in value]


def period(value: Any) -> tuple[date | None, date | None]:
    """A certificate {"from", "to"}; an open end counts as valid."""
    return tuple(day(value[key]) if value.get(key) else None for key in ("from", "to"))  # type: ignore[return-value]


def numbers(value: Any) -> list[Decimal]:
    return [number(item) for item in value]


READERS: dict[str, Callable[[Any], Any]] = {
    TEXT: str, NUMBER: number, MONEY: number, DATE: day, BOOL: flag, LIST: texts, PERIOD: period,
    TEXTS: lambda value: texts(value) if isinstance(value, (list, tuple, set)) else [str(value)],
    NUMBERS: numbers, RANGE: numbers,
}


def read(shape: str, value: Any) -> Any:
    """The typed value; raises ValueError, TypeError, ArithmeticError or the like when it has another shape."""
    return READERS[shape](value)


def region(value: str) -> str:
    for alias, name in REGION_ALIASES.items():
        if alias in value:
            return name + value
    return value


def age(born: date, on: date) -> int:
    """Full years from one day to another."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def months_later(start: date, months: int) -> date:
    """The same day some months later (earlier: below zero); the end of a shorter month holds it."""
    place = start.year * 12 + start.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _covers(ends: tuple[date | None, date | None], when: date) -> bool:
    return (ends[0] is None or ends[0] <= when) and (ends[1] is None or when <= ends[1])


def _count(items: list[str], only: list[str] | None) -> int:
    return len(items) if only is None else sum(item in only for item in items)


@dataclass(frozen=True)
class Operator:
    """`kinds`: facts it fits; `wants`: shape of the value; `at`: shape of the moment counted to, "" for none.
    `test(found, wanted, at, only)` gets typed values; `only` are the list entries that count, None for all."""

    kinds: tuple[str, ...]
    wants: str
    test: Callable[..., bool]
    at: str = ""
    counts: bool = False


OPERATORS: dict[str, Operator] = {
    "is_true": Operator((BOOL,), NOTHING, lambda v, w, at, only: v),
    "is_false": Operator((BOOL,), NOTHING, lambda v, w, at, only: not v),
    "eq": Operator((TEXT, *NUMERIC, BOOL), SAME, lambda v, w, at, only: v == w),
    "ne": Operator((TEXT, *NUMERIC, BOOL), SAME, lambda v, w, at, only: v != w),
    "in": Operator((TEXT,), LIST, lambda v, w, at, only: v in w),
    "not_in": Operator((TEXT,), LIST, lambda v, w, at, only: v not in w),
    "starts_with": Operator((TEXT,), TEXTS, lambda v, w, at, only: v.startswith(tuple(w))),
    "contains": Operator((TEXT,), TEXTS, lambda v, w, at, only: any(item in v for item in w)),
    "within_region": Operator((TEXT,), TEXTS, lambda v, w, at, only: region(v).startswith(tuple(w))),
    "ge": Operator(NUMERIC, NUMBER, lambda v, w, at, only: v >= w),
    "gt": Operator(NUMERIC, NUMBER, lambda v, w, at, only: v > w),
    "le": Operator(NUMERIC, NUMBER, lambda v, w, at, only: v <= w),
    "lt": Operator(NUMERIC, NUMBER, lambda v, w, at, only: v < w),
    "between": Operator(NUMERIC, RANGE, lambda v, w, at, only: w[0] <= v <= w[1]),
    "ge_each": Operator(NUMERIC, NUMBERS, lambda v, w, at, only: all(v >= item for item in w)),
    "on_or_before": Operator((DATE,), DATE, lambda v, w, at, only: v <= w),
    "on_or_after": Operator((DATE,), DATE, lambda v, w, at, only: v >= w),
    # counted by calendar year of completion, as real guides do: 3 years from 2025, at most 60 = born 1968 or later
    "age_in_year_le": Operator((DATE,), NUMBER, lambda v, w, at, only: int(at) - v.year <= int(w), at=NUMBER),
    "age_on_lt": Operator((DATE,), NUMBER, lambda v, w, at, only: age(v, at) < int(w), at=DATE),  # 未满 N 周岁
    "age_on_le": Operator((DATE,), NUMBER, lambda v, w, at, only: age(v, at) <= int(w), at=DATE),  # 不超过 N 周岁
    "years_since_ge": Operator((DATE,), NUMBER, lambda v, w, at, only: age(v, at) >= int(w), at=DATE),  # 满 N 年
    "years_since_le": Operator((DATE,), NUMBER, lambda v, w, at, only: age(v, at) <= int(w), at=DATE),  # 不超过 N 年
    "valid_on": Operator((PERIOD,), DATE, lambda v, w, at, only: _covers(v, w)),
    "any_of": Operator((LIST,), LIST, lambda v, w, at, only: bool(set(v) & set(w))),
    "none_of": Operator((LIST,), LIST, lambda v, w, at, only: not set(v) & set(w)),
    "all_of": Operator((LIST,), LIST, lambda v, w, at, only: set(w) <= set(v)),
    "same_list": Operator((LIST,), LIST, lambda v, w, at, only: sorted(v) == sorted(w)),
    "count_ge": Operator((LIST,), NUMBER, lambda v, w, at, only: _count(v, only) >= w, counts=True),
    "count_le": Operator((LIST,), NUMBER, lambda v, w, at, only: _count(v, only) <= w, counts=True),
}
NEEDS_AT = tuple(op for op, one in OPERATORS.items() if one.at)
NEEDS_NO_VALUE = tuple(op for op, one in OPERATORS.items() if one.wants == NOTHING)


def wanted_shape(name: str, op: str) -> str:
    """Shape of the value a comparison of this fact takes."""
    shape = OPERATORS[op].wants
    return CATALOGUE[name].kind if shape == SAME else shape


def digits_of(op: str) -> int:
    """How many digits a number that this comparison takes may have before the point."""
    return YEAR_DIGITS if OPERATORS[op].at else COUNT_DIGITS if OPERATORS[op].counts else WHOLE


def fits(name: str, op: str) -> bool:
    return name in CATALOGUE and op in OPERATORS and CATALOGUE[name].kind in OPERATORS[op].kinds


def gives(name: str, shape: str) -> bool:
    """Whether another fact can stand where a value of this shape is wanted."""
    entry = CATALOGUE.get(name)
    if entry is None or entry.kind in (PERIOD, ROWS):
        return False
    if shape in (NUMBER, MONEY):
        return entry.kind in NUMERIC
    if shape in (NUMBERS, RANGE):
        return shape == NUMBERS and entry.kind == LIST and entry.items == NUMBER
    if shape == TEXTS:
        return entry.kind == TEXT or (entry.kind == LIST and entry.items == TEXT)
    return entry.kind == shape and (shape != LIST or entry.items == TEXT)


def label(name: str) -> str:
    entry = CATALOGUE.get(name)
    if entry is None:
        return name
    return entry.name_en if (get_language() or "").startswith("en") else entry.name


def fact_names(node: Any) -> set[str]:
    """Every fact a tree asks for."""
    if isinstance(node, list):
        return set().union(*[fact_names(item) for item in node]) if node else set()
    if not isinstance(node, Mapping):
        return set()
    own = {value for key in ("fact", "rows") if isinstance(value := node.get(key), str)}
    keys = {name for name in node.get("facts") or () if isinstance(name, str)} if "values" in node else set()
    return own.union(keys, *[fact_names(value) for value in node.values()])


def register_knows(name: str) -> bool:
    entry = known.CATALOGUE.get(name)
    return entry is not None and entry.register
