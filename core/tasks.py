"""What Celery runs: wake-ups that carry an id, and the minute sweep. All of it may run twice or die at any point."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import redis
from celery import shared_task
from django.conf import settings

from core import deadlines, events, jobs, ledger, scanning
from core.clock import CoreNow

log = logging.getLogger(__name__)
SWEEPS: dict[str, Callable[[], Any]] = {}


def sweep(name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function of an app that the minute sweep calls (an outbox of mails, a nightly figure ...)."""

    def register(function: Callable[[], Any]) -> Callable[[], Any]:
        SWEEPS[name] = function
        return function

    return register


def send(task: Any, *args: Any) -> None:
    """Wake a worker; a broker that is away is no error, because the sweeper finds the row within a minute."""
    try:
        task.apply_async(args=args, retry=False)
    except Exception:  # noqa: BLE001 (any broker failure)
        log.warning("broker away, %s is left to the sweeper", task.name)


ASKED = "keguan:drain-asked"


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


PAUSE = 0.2  # seconds between two questions of one process
_lock = threading.Lock()
_asked, _due = 0.0, False


def _fresh() -> None:
    """In a process that was split off nobody waits to ask."""
    global _lock, _asked, _due  # noqa: PLW0603 (as below)
    _lock, _asked, _due = threading.Lock(), 0.0, False


os.register_at_fork(after_in_child=_fresh)


def wake() -> None:
    """Ask for the reactions to be run: at once, or, when this process has asked just now, a moment later for all acts until then.
    Whoever returns from here can be sure that somebody asks after it; should the process end before, the sweep finds the rest."""
    global _asked, _due  # noqa: PLW0603 (one clock for the process)
    with _lock:
        if _due:
            return
        wait = _asked + PAUSE - time.monotonic()
        _due = wait > 0
        if not _due:
            _asked = time.monotonic()
    if wait > 0:
        try:
            threading.Timer(wait, _wake_late).start()
        except RuntimeError:  # the process is ending, or has no thread to spare
            _wake_late()
    else:
        _ask()


def _wake_late() -> None:
    global _asked, _due  # noqa: PLW0603 (as above)
    with _lock:
        _asked, _due = time.monotonic(), False  # before it asks: what is committed meanwhile asks again
    _ask()


def _ask() -> None:
    """Unless that has been asked for and not been begun: a thousand acts in a second need one worker to look once. Should the
    asked one be lost, the mark is gone after two seconds."""
    try:
        if not _redis().set(ASKED, 1, nx=True, px=2000):
            return
    except redis.RedisError:
        log.warning("broker away, reactions are left to the sweeper")
        return
    send(drain)


def beat(name: str) -> None:
    from core.models import Heartbeat  # noqa: PLC0415 (app ready)

    Heartbeat.objects.update_or_create(name=name, defaults={"at": CoreNow()})


@shared_task(name="core.tick")
def tick() -> None:
    """Proof of life for the health page: beat sent it and a worker ran it."""
    beat("worker")


@shared_task(name="core.minute")
def minute() -> None:
    beat("minute")
    for name, run in {
        "deadlines": deadlines.sweep, "reactions": events.drain, "seal": ledger.seal_pending, "jobs": jobs.sweep,
        "scan": scanning.sweep, **SWEEPS,
    }.items():
        try:
            run()
        except Exception:  # noqa: BLE001 (one broken sweep must not stop the others)
            log.exception("sweep %s failed", name)


@shared_task(name="core.drain")
def drain() -> None:
    with contextlib.suppress(redis.RedisError):
        _redis().delete(ASKED)  # first: what is committed from now on asks again
    events.drain()


@shared_task(name="core.seal")
def seal() -> None:
    ledger.seal_pending()


@shared_task(name="core.scan")
def scan(pk: int) -> None:
    with contextlib.suppress(scanning.Away):  # the sweep asks again
        scanning.scan(pk)


@shared_task(name="core.run_job")
def run_job(pk: int) -> None:
    jobs.run(pk)
