"""How an upper floor hears of an act below, without signals.

`@on("app.noun.verb")` registers a function of one argument, the ledger row. The act's own transaction writes one
`Reaction` row that names them, so nothing is lost when a worker dies; the worker (or the minute sweeper) claims rows
with SKIP LOCKED, makes of one that names several a row each, and runs each function once, in a transaction with its own mark of completion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models, transaction

from core.clock import CoreNow

Handler = Callable[[Any], None]
HANDLERS: dict[str, dict[str, Handler]] = defaultdict(dict)


def on(*verbs: str) -> Callable[[Handler], Handler]:
    def register(function: Handler) -> Handler:
        for verb in verbs:
            HANDLERS[verb][f"{function.__module__}.{function.__name__}"] = function
        return function

    return register


def handlers_of(verb: str) -> list[str]:
    """Names of the functions that follow an act; the ledger writes them as a row of work, in the transaction of the act."""
    return list(HANDLERS.get(verb, ()))


def follow(row: Any) -> None:
    """Called by the ledger after that: workers are woken when the act is committed."""
    if HANDLERS.get(row.verb):
        transaction.on_commit(kick)


def kick() -> None:
    """Wake a worker now; when the broker is away the minute sweeper does the work."""
    if not settings.KICK_WORKERS:
        return
    from core import tasks  # noqa: PLC0415 (slow import)

    tasks.wake()


def drain(limit: int = 500) -> int:
    """Run due reactions until none is left or `limit` is reached; returns how many ran."""
    ran = 0
    while ran < limit and _run_one():
        ran += 1
    return ran


def _run_one() -> bool:
    from core.models import Reaction  # noqa: PLC0415 (app ready)

    try:
        with transaction.atomic():
            row = (
                Reaction.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(done_at=None, retry_at__lte=CoreNow())
                .order_by("pk")
                .select_related("event")
                .first()
            )
            if row is None:
                return False
            if " " in row.handler:
                _part(row)
                return True
            handler = HANDLERS.get(row.event.verb, {}).get(row.handler)
            if handler is not None:
                handler(row.event)
            Reaction.objects.filter(pk=row.pk).update(done_at=CoreNow(), tries=models.F("tries") + 1)
            return True
    except Exception as error:  # noqa: BLE001 (the row keeps the error and is tried again)
        if settings.RAISE_IN_WORKERS:
            raise
        delay_row(Reaction, row, error)
        return True


def _part(row: Any) -> None:
    """A row each, so that each is done once and tried again alone. Nothing of them runs in this transaction: one that fails would take the
    others back into one row with it."""
    first, *rest = row.handler.split()
    type(row).objects.bulk_create([type(row)(event=row.event, handler=name) for name in rest])
    type(row).objects.filter(pk=row.pk).update(handler=first)


def delay_row(model: type[models.Model], row: Any, error: Exception) -> None:
    """Keep the error on the row and try again later: 1, 2, 4 ... minutes, at most an hour."""
    from datetime import timedelta  # noqa: PLC0415

    wait = timedelta(minutes=min(60, 2 ** min(row.tries, 6)))
    model._base_manager.filter(pk=row.pk).update(
        tries=models.F("tries") + 1, error=f"{type(error).__name__}: {error}"[:2000], retry_at=CoreNow() + wait
    )
