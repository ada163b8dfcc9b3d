"""Opening, closing and extending. The clock decides; these acts make its decision visible and lasting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, deadlines, ledger
from core.clock import CoreNow
from core.workflow import Refused
from programs import policies, rules, states
from programs.models import Extension, Guide, GuideWindow
from programs.states import GuideStatus
from programs.workflow import EXTENSION, GUIDE, later_close


@transaction.atomic
def materialise_guide(actor: Any, guide: Guide) -> Guide:
    """Bring status, frozen_at and timers in line with the clock: open, close, or open again for the next window.

    Re-entrant: called early, late or twice it does only what is due. `frozen_at` is written under the row lock, so
    every submission that held the guide before is committed before it.
    """
    row = Guide.objects.select_for_update(no_key=True).get(pk=guide.pk)
    if row.status not in states.RUNNING_STATUSES:
        return row
    now, windows = clock.now(), list(row.windows.all())
    current = rules.open_window(windows, now)
    if row.status == GuideStatus.PUBLISHED and any(w.opens_at <= now for w in windows):
        row = GUIDE.move("open", actor, row)
    elif row.status == GuideStatus.CLOSED and current:
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


@transaction.atomic
def request_extension(actor: Any, guide: Guide, *, closes_at: datetime, why: str) -> Extension:
    """Ask for a later close of the running window; takes effect only when another person approves.

    Records programs.extension.request.
    """
    if reason := policies.may_ask_extension(actor, guide):
        raise Refused([reason])
    row = Guide.objects.select_for_update(no_key=True).get(pk=guide.pk)
    reasons = [reason for reason in (later_close(row, closes_at=closes_at),) if reason]
    if not why.strip():
        reasons.append(_("A reason is needed."))
    if row.status not in (GuideStatus.PUBLISHED, GuideStatus.OPEN):
        reasons.append(_("No filing window is open now, so there is nothing to extend."))
    if row.extensions.filter(status=states.ExtensionStatus.REQUESTED).exists():
        reasons.append(_("Another request for a later close is waiting for its decision."))
    if reasons:
        raise Refused(list(dict.fromkeys(reasons)))
    extension = Extension.objects.create(
        guide=row, window=rules.open_window(row.windows.all(), clock.now()), closes_at=closes_at, reason=why.strip(),
        requested_by=actor.person,
    )
    ledger.record("programs.extension.request", row, actor, why=why, closes_at=closes_at.isoformat())
    return extension


@transaction.atomic
def approve_extension(actor: Any, extension: Extension) -> Guide:
    """REQUESTED -> APPROVED by a second person: the window closes later, the timer moves, the guide says so.

    Locks the guide first, so that a submission at the old close is either before or after the change.
    """
    guide = Guide.objects.select_for_update(no_key=True).get(pk=extension.guide_id)
    row = EXTENSION.move("approve", actor, extension)
    Extension.objects.filter(pk=row.pk).update(decided_by=actor.person, decided_at=CoreNow())
    if guide.status == GuideStatus.PUBLISHED:
        materialise_guide(system("clock"), guide)
        guide.refresh_from_db()
    guide = GUIDE.move(
        "extend", actor, guide, why=row.reason, closes_at=row.closes_at,
        data={"old_close": row.window.closes_at.isoformat(), "new_close": row.closes_at.isoformat()},
    )
    later = rules.next_window(guide.windows.all(), row.window.opens_at)
    if later is not None and later.opens_at < row.closes_at:
        raise Refused([_("Two windows overlap.")])
    GuideWindow.objects.filter(pk=row.window_id).update(closes_at=row.closes_at)
    Guide.objects.filter(pk=guide.pk).update(closes_at=max(guide.closes_at, row.closes_at))
    deadlines.set("guide.close", guide, row.closes_at)
    guide.refresh_from_db()
    return guide


@transaction.atomic
def refuse_extension(actor: Any, extension: Extension, *, why: str) -> Extension:
    """REQUESTED -> REFUSED with a reason; the window closes as published."""
    row = EXTENSION.move("refuse", actor, extension, why=why, reason=why)
    Extension.objects.filter(pk=row.pk).update(decided_by=actor.person, decided_at=CoreNow())
    return row
