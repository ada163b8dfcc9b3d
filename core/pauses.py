"""What can wait in the last hour before a close: heavy work that is switched off for a time, with a reason, and by itself on again.

`ask(kind)` stands at the beginning of such work; while it is off the answer is 503 with the words and the moment it ends. The
database clock decides, so a pause needs no job to end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet

from core.clock import CoreNow
from core.models import Pause


class Paused(Exception):
    """The work is switched off for now."""

    def __init__(self, pause: Pause) -> None:
        self.pause = pause
        super().__init__(f"{pause.kind} until {pause.ends_at:%Y-%m-%d %H:%M}")


def running() -> QuerySet[Pause]:
    return Pause.objects.filter(ended_at=None, ends_at__gt=CoreNow()).order_by("kind", "-ends_at")


def ask(kind: str) -> None:
    """Raises Paused while this kind of work is switched off."""
    if (row := running().filter(kind=kind).first()) is not None:
        raise Paused(row)


def unless_paused(kind: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A view of such work; stands below `@access`, so that who may not open the page is told that first."""

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def asked(*args: Any, **kwargs: Any) -> Any:
            ask(kind)
            return view(*args, **kwargs)

        return asked

    return wrap
