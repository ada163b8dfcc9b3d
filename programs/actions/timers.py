"""Opening and closing. The clock decides; these acts make its decision visible and lasting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock, deadlines
from core.clock import CoreNow
from programs import rules, states
from programs.models import Guide, GuideWindow
from programs.states import GuideStatus
from programs.workflow import GUIDE, special_active


@transaction.atomic
def materialise_guide(actor: Any, guide: Guide) -> Guide:
    """Bring status, frozen_at and timers in line with the clock: open, close, or open again for the next window.

    Re-entrant: called early, late or twice it does only what is due; while the special is suspended it opens nothing
    (clause T2). `frozen_at` is written under the row lock, so
    every submission that held the guide before is committed before it.
    """
    row = Guide.objects.select_for_update(no_key=True).get(pk=guide.pk)
    if row.status not in states.RUNNING_STATUSES:
        return row
    now, windows = clock.now(), list(row.windows.all())
    current = rules.open_window(windows, now)
    begun = row.status == GuideStatus.PUBLISHED and any(w.opens_at <= now for w in windows)
    if (begun or (row.status == GuideStatus.CLOSED and current)) and special_active(row) is None:
        row = GUIDE.move("open", actor, row)
        Guide.objects.filter(pk=row.pk).update(frozen_at=None)
    if row.status == GuideStatus.OPEN and not current:
        row = GUIDE.move("close", actor, row)
        Guide.objects.filter(pk=row.pk).update(frozen_at=CoreNow())
    _set_timers(row, windows, now)
    row.refresh_from_db()
    return row


def _set_timers(guide: Guide, windows: list[GuideWindow], now: datetime) -> None:
    current, upcoming = rules.open_window(windows, now), rules.next_window(windows, now)
    if current:
        deadlines.set("guide.close", guide, current.closes_at)
    elif upcoming:
        deadlines.set("guide.open", guide, upcoming.opens_at)
