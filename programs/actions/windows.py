"""A later close: asked for by one person, decided by another, told to everyone by an official notice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, deadlines, ledger
from core.clock import CoreNow
from core.workflow import Refused
from programs import rules
from programs.actions.guides import issue_extension
from programs.actions.late_filing import approve_late_filing, hold_to_ask, stop_request
from programs.actions.timers import materialise_guide
from programs.models import Extension, Guide, GuideWindow
from programs.states import GuideStatus
from programs.workflow import EXTENSION, GUIDE, later_close


@transaction.atomic
def request_extension(actor: Any, guide: Guide, *, closes_at: datetime, why: str) -> Extension:
    """Ask for a later close of the running window; takes effect only when another person approves.

    Records programs.extension.request.
    """
    row = hold_to_ask(actor, guide)
    reasons = [reason for reason in (later_close(row, closes_at=closes_at),) if reason]
    if row.status not in (GuideStatus.PUBLISHED, GuideStatus.OPEN):
        reasons.append(_("No filing window is open now, so there is nothing to extend."))
    stop_request(row, reasons, why)
    extension = Extension.objects.create(
        guide=row, window=rules.open_window(row.windows.all(), clock.now()), closes_at=closes_at, reason=why.strip(),
        requested_by=actor.person,
    )
    ledger.record("programs.extension.request", row, actor, why=why, closes_at=closes_at.isoformat())
    return extension


@transaction.atomic
def approve_extension(actor: Any, extension: Extension) -> Guide:
    """REQUESTED -> APPROVED by a second person: the window closes later, the timer moves, the guide says so.

    Locks the guide first, so that a submission at the old close is either before or after the change. Side effect: the
    notice of the later close is issued. What was asked for those who had begun alone is `approve_late_filing`.
    """
    if extension.begun_before is not None:
        return approve_late_filing(actor, extension)
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
        raise Refused([_("The new close lies after the opening of the next window.")])
    GuideWindow.objects.filter(pk=row.window_id).update(closes_at=row.closes_at)
    Guide.objects.filter(pk=guide.pk).update(closes_at=max(guide.closes_at, row.closes_at))
    deadlines.set("guide.close", guide, row.closes_at)
    guide.refresh_from_db()
    issue_extension(actor, guide, old_close=row.window.closes_at, new_close=row.closes_at, why=row.reason)
    return guide


@transaction.atomic
def refuse_extension(actor: Any, extension: Extension, *, why: str) -> Extension:
    """REQUESTED -> REFUSED with a reason; the window closes as published."""
    row = EXTENSION.move("refuse", actor, extension, why=why, reason=why)
    Extension.objects.filter(pk=row.pk).update(decided_by=actor.person, decided_at=CoreNow())
    return row
