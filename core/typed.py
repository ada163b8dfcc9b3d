"""What people type, made fit to be stored: line ends as Unix has them, nothing that PostgreSQL cannot hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from django.http import QueryDict

# NUL and halves of surrogate pairs: a browser sends them only from broken pastes; text and jsonb refuse both.
UNFIT = re.compile("[\x00\ud800-\udfff]")


MOST_DIGITS = 15  # of a whole number: far above any count, revision or key, far below what a database column refuses
MOST_PLACES = 30  # between the first digit and the point of a number: above the national income in fen
MOST_DEPTH = 20  # of lists and objects inside each other; the house's own bodies have five


def text(value: Any) -> str:
    """Any value as text; None is empty."""
    return UNFIT.sub("", "" if value is None else str(value)).replace("\r\n", "\n")


def fit(sent: QueryDict) -> QueryDict:
    """The same when every name and value can be stored, else a copy without what cannot."""
    if not any(UNFIT.search(part) for name, values in sent.lists() for part in (name, *values)):
        return sent
    found = QueryDict(mutable=True)
    for name, values in sent.lists():
        found.setlist(UNFIT.sub("", name), [UNFIT.sub("", value) for value in values])
    return found


def whole(value: Any) -> int | None:
    """A whole number from 0 as it stands in an address, a hidden field or a body; None for everything else.

    `str.isdigit` would let "²" through, and `int` thousands of digits.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**MOST_DIGITS else None
    digits = str(value) if isinstance(value, str) else ""
    return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else None


def number(value: Any) -> Decimal:
    """An exact number as typed; "1,5" is none. Raises ValueError for what is none, is not finite, or has absurdly many places."""
    try:
        found = Decimal(str(value).strip())
    except ArithmeticError as error:
        raise ValueError(f"not a number: {value!r}") from error
    if not found.is_finite() or abs(found.adjusted()) > MOST_PLACES:
        raise ValueError(f"out of bounds: {value!r}")
    return found


def day(value: Any) -> date:
    """A day within living memory and planning; raises ValueError. What is computed from it never leaves the calendar."""
    found = date.fromisoformat(str(value))
    if not 1900 <= found.year <= 2200:
        raise ValueError(f"out of bounds: {value!r}")
    return found


def plain(value: Any) -> Any:
    """What came as JSON, fit to be stored: its texts and names without what PostgreSQL cannot hold. Raises ValueError for a
    number that is none in JSON (1e999 is read as infinity)."""
    if isinstance(value, str):
        return UNFIT.sub("", value)
    if isinstance(value, Mapping):
        return {UNFIT.sub("", str(key)): plain(one) for key, one in value.items()}
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("out of bounds")
    return [plain(one) for one in value] if isinstance(value, list) else value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def body(raw: bytes | str) -> dict[str, Any]:
    """A JSON object as sent. Raises ValueError for anything else, also for what is nested too deep to be ours."""
    try:
        found = json.loads(raw, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(found, dict) or not _shallow(found, MOST_DEPTH):
        raise ValueError("not an object of the usual kind")
    return found


def _shallow(value: Any, left: int) -> bool:
    if not isinstance(value, (Mapping, list)):
        return True
    inner = value.values() if isinstance(value, Mapping) else value
    return left > 0 and all(_shallow(one, left - 1) for one in inner)
