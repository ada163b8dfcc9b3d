"""Deciding numbers as dated data (days, caps, ratios): never constants in code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

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


def value(key: str, on: date | None = None, default: Any = MISSING) -> Any:
    """The value in force on a day (today when not given): int, Decimal, text, list or dict.

    Raises LookupError when no row is in force and no default is given: a missing rule must be seen, not guessed.
    """
    from core.models import Parameter  # noqa: PLC0415 (app ready)

    day = on or clock.today()
    row = (
        Parameter.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), key=key, effective_from__lte=day)
        .order_by("-effective_from")
        .first()
    )
    if row is None:
        if default is MISSING:
            raise LookupError(f"no parameter {key} in force on {day}")
        return default
    return _exact(row.value)
