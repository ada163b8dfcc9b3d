"""Timers as rows. Moving a deadline is updating a row; the minute sweeper runs what is due.

Whether something is too late is never decided by these jobs: every read and every transaction asks the clock. The
jobs only make visible what the clock has already decided, so a dead worker delays a page, not a decision.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction

from core.clock import CoreNow
from core.events import delay_row

Handler = Callable[[Any], None]
HANDLERS: dict[str, Handler] = {}


def due(kind: str) -> Callable[[Handler], Handler]:
    """Register the one function that is called with the Deadline row when `kind` falls due."""

    def register(function: Handler) -> Handler:
        if kind in HANDLERS and HANDLERS[kind].__module__ != function.__module__:
            raise ValueError(f"two handlers for the deadline {kind}")
        HANDLERS[kind] = function
        return function

    return register


def set(kind: str, target: models.Model, due_at: datetime) -> None:  # noqa: A001 (reads as deadlines.set)
    """One open deadline per (kind, target): made, or moved when it stands already."""
    from core.models import Deadline  # noqa: PLC0415 (app ready)

    values = {"due_at": due_at, "retry_at": due_at, "tries": 0, "error": ""}
    changed = Deadline.objects.filter(
        kind=kind, target_type=target._meta.label_lower, target_id=target.pk, done_at=None
    ).update(**values)
    if not changed:
        Deadline.objects.create(kind=kind, target_type=target._meta.label_lower, target_id=target.pk, **values)


def cancel(kind: str, target: models.Model) -> None:
    from core.models import Deadline  # noqa: PLC0415 (app ready)

    Deadline.objects.filter(
        kind=kind, target_type=target._meta.label_lower, target_id=target.pk, done_at=None
    ).update(done_at=CoreNow(), error="cancelled")


def sweep(limit: int = 200) -> int:
    """Run what is due, oldest first; returns how many rows were handled."""
    ran = 0
    while ran < limit and _run_one():
        ran += 1
    return ran


def _run_one() -> bool:
    from core.models import Deadline  # noqa: PLC0415 (app ready)

    row = None
    try:
        with transaction.atomic():
            row = (
                Deadline.objects.select_for_update(skip_locked=True)
                .filter(done_at=None, retry_at__lte=CoreNow(), kind__in=list(HANDLERS))
                .order_by("due_at", "pk")
                .first()
            )
            if row is None:
                return False
            # Marked before the handler runs (one transaction), so that it may set the same timer anew.
            Deadline.objects.filter(pk=row.pk).update(done_at=CoreNow(), tries=models.F("tries") + 1)
            HANDLERS[row.kind](row)
            return True
    except Exception as error:  # noqa: BLE001 (the row keeps the error and is tried again)
        if settings.RAISE_IN_WORKERS or row is None:
            raise
        delay_row(Deadline, row, error)
        return True
