"""Deciding numbers as dated data (days, caps, ratios): never constants in code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from core import clock

MISSING = object()


def _exact(value: Any) -> Any:
    """JSON floats never enter a calculation: numbers with a fraction are stored as strings and become Decimal."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, str):
        try:
            return Decimal(value)
        except ArithmeticError:
            return value
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    return value


#: Read by almost every act: putting Django's own query together took ten times as long as asking it.
IN_FORCE = """
SELECT DISTINCT ON (key) key, value::text FROM core_parameter
WHERE key = ANY (%s) AND effective_from <= %s AND (effective_to IS NULL OR effective_to >= %s) ORDER BY key, effective_from DESC
"""


def values(keys: Iterable[str], on: date | None = None) -> dict[str, Any]:
    """The values in force on a day (today when not given) of those keys that have one, asked at once."""
    day = on or clock.today()
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [list(keys), day, day])
        return {key: _exact(json.loads(text)) for key, text in cursor.fetchall()}


def value(key: str, on: date | None = None, default: Any = MISSING) -> Any:
    """The value in force on a day (today when not given): int, Decimal, text, list or dict.

    Raises LookupError when no row is in force and no default is given: a missing rule must be seen, not guessed.
    """
    day = on or clock.today()
    found = values([key], day).get(key, default)
    if found is MISSING:
        raise LookupError(f"no parameter {key} in force on {day}")
    return found
