"""Long work with real progress. The row is the truth; Celery only wakes a worker, the sweeper finds forgotten rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from core.clock import CoreNow

Progress = Callable[[int, int], None]
Handler = Callable[[Any, Progress], None]
HANDLERS: dict[str, Handler] = {}
GIVEN_UP: dict[str, Callable[[Any], None]] = {}
STALE = timedelta(minutes=3)  # a running job without a sign of life for so long has lost its worker
MOST_TRIES = 3
MOST_LIVES = 5  # a job that takes its worker with it each time is given up; a worker may also die of other things, so it gets some more
SWEEP_SECONDS = 20


class Cancelled(Exception):
    """Raised inside a handler when the person has cancelled the job."""


def job(kind: str, *, given_up: Callable[[Any], None] | None = None) -> Callable[[Handler], Handler]:
    """Register `function(job, progress)`; it may set job.result (dict) and job.file, and must be re-entrant. `given_up(job)` is
    called with the job that has failed for good, in the same transaction: what waited for it need not wait for ever."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        if given_up is not None:
            GIVEN_UP[kind] = given_up
        return function

    return register


def start(kind: str, actor: Any, params: dict[str, Any], title: str) -> Any:
    """Queue a job in the caller's transaction and wake a worker when it commits."""
    from core.models import Job  # noqa: PLC0415 (app ready)

    row = Job.objects.create(kind=kind, actor_id=actor.id, params=params, title=title[:200])
    transaction.on_commit(lambda: _kick(row.pk))
    return row


def hurry(row: Any) -> bool:
    """Somebody waits for the result: a queued job goes before the others. False when it was not waiting, or is hurried."""
    rows = type(row).objects.filter(pk=row.pk, state="QUEUED")
    if row.params.get("hurry") or not rows.update(params=row.params | {"hurry": True}):
        return False
    transaction.on_commit(lambda: _kick(row.pk))
    return True


def _kick(pk: int) -> None:
    if settings.KICK_WORKERS:
        from core import tasks  # noqa: PLC0415 (slow import)

        tasks.send(tasks.run_job, pk)


def cancel(row: Any) -> None:
    type(row).objects.filter(pk=row.pk, state__in=["QUEUED", "RUNNING"]).update(
        state="CANCELLED", finished_at=CoreNow()
    )


def _claim(pk: int | None) -> Any:
    from core.models import Job  # noqa: PLC0415 (app ready)

    with transaction.atomic():
        rows = Job.objects.select_for_update(skip_locked=True).filter(
            Q(state="QUEUED") | Q(state="RUNNING", beat_at__lt=CoreNow() - STALE), kind__in=list(HANDLERS)
        )
        in_turn = rows.order_by(models.F("params__hurry").desc(nulls_last=True), "pk")
        row = (rows.filter(pk=pk) if pk else in_turn).first()
        if row is None:
            return None
        row.state, row.tries = "RUNNING", row.tries + 1
        Job.objects.filter(pk=row.pk).update(state=row.state, tries=row.tries, beat_at=CoreNow())
        return row


def run(pk: int | None = None) -> bool:
    """Claim one job (that one, or the oldest) and run it; False when there is none to claim."""
    row = _claim(pk)
    if row is None:
        return False
    model = type(row)
    if row.tries > MOST_LIVES:
        _give_up(row, "the worker died each time")
        return True

    def progress(done: int, total: int) -> None:
        if not model.objects.filter(pk=row.pk, state="RUNNING").update(done=done, total=total, beat_at=CoreNow()):
            raise Cancelled

    try:
        HANDLERS[row.kind](row, progress)
    except Cancelled:
        return True
    except Exception as error:  # noqa: BLE001 (the row keeps the error; the person sees that it failed)
        if settings.RAISE_IN_WORKERS:
            raise
        told = f"{type(error).__name__}: {error}"[:2000]
        if row.tries < MOST_TRIES:
            model.objects.filter(pk=row.pk).update(state="QUEUED", error=told, beat_at=CoreNow())
        else:
            _give_up(row, told)
        return True
    model.objects.filter(pk=row.pk, state="RUNNING").update(
        state="DONE", result=row.result, file=row.file, finished_at=CoreNow(), error="",
        done=models.Case(models.When(total__gt=0, then=models.F("total")), default=models.F("done")),
    )
    return True


def _give_up(row: Any, error: str) -> None:
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(state="FAILED", error=error, beat_at=CoreNow(), finished_at=CoreNow())
        if row.kind in GIVEN_UP:
            GIVEN_UP[row.kind](row)


def sweep(limit: int = 20) -> int:
    """Run forgotten jobs: queued ones whose wake-up was lost, running ones whose worker died. It stops after a while, so
    that the worker is free again for what somebody waits for."""
    ran, end = 0, time.monotonic() + SWEEP_SECONDS
    while ran < limit and time.monotonic() < end and run():
        ran += 1
    return ran
