"""A submitted application is a version: whole, hashed, append-only."""

from __future__ import annotations

from typing import Any

from applications import queries, rules
from applications.models import Application, Version


def freeze(actor: Any, row: Application, *, why: str, cleaned: dict[str, Any] | None = None,
           number: int = 0, **facts: Any) -> Version:
    """Write the next version of a locked application. `facts` are the circumstances that belong to the hash (number
    and time of the receipt, who approved); `number` is the next one, where the caller knows it."""
    if cleaned is None:
        cleaned, _errors = queries.form_of(row).clean(row.answers, final=True)
    data = {**queries.snapshot(row, cleaned), **facts}
    number = number or Version.objects.filter(application=row).count() + 1
    return Version.objects.create(
        application=row, number=number, data=data, sha256=rules.digest(data), why=why, by=actor.person
    )
