"""The words a submitted sheet is hashed over: the same when it is submitted and whenever it is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reviews.rules.draw import sha256


def sheet_sha256(assignment: Any, batch: str, sheet: Mapping[str, Any], total: Decimal, at: datetime) -> str:
    """`sheet` as `programs.engine.sheets` cleans it: values, comment, recommendation, knockouts, and notes where there are any."""
    return sha256({"assignment": str(assignment), "batch": batch, **sheet, "total": str(total), "at": at.astimezone(UTC).isoformat()})


def order_sha256(places: Iterable[tuple[int, int | None, str, Any]]) -> str:
    """Over (item, rank, outcome, amount) of a fixed ranking."""
    return sha256(sorted([key, rank, outcome, f"{Decimal(amount):.2f}"] for key, rank, outcome, amount in places))
