"""More time for exactly those who had begun: asked for by one person, decided by another, told by an official notice (ADR 0026)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, ledger
from core.workflow import Refused
from programs import policies, states
from programs.actions.guides import issue_late_filing
from programs.actions.timers import materialise_guide
from programs.models import Extension, Guide
from programs.rules.late import base_window
from programs.workflow import EXTENSION, late_filing


def hold_to_ask(actor: Any, guide: Guide) -> Guide:
    """The locked guide, for whoever may ask for a later close of either kind; Refused for others."""
    if reason := policies.may_ask_extension(actor, guide):
        raise Refused([reason])
    return Guide.objects.select_for_update(no_key=True).get(pk=guide.pk)


def stop_request(row: Guide, reasons: list[str], why: str) -> None:
    """Raises Refused with everything that stands in the way of a request, of either kind."""
    found = [*reasons, *([] if why.strip() else [_("A reason is needed.")])]
    if row.extensions.filter(status=states.ExtensionStatus.REQUESTED).exists():
        found.append(_("Another request for a later close is waiting for its decision."))
    if found:
        raise Refused(list(dict.fromkeys(found)))


@transaction.atomic
def request_late_filing(actor: Any, guide: Guide, *, closes_at: datetime, why: str, begun_before: datetime | None = None) -> Extension:
    """Ask that those who had begun by a moment (the close of the window when not given) may finish until a later one; takes
    effect only when another person approves. Records programs.extension.request.
    """
    row = hold_to_ask(actor, guide)
    window = base_window(row.windows.all(), clock.now())
    begun = begun_before or (window.closes_at if window else None)
    stop_request(row, late_filing(row, closes_at=closes_at, begun_before=begun), why)
    extension = Extension.objects.create(
        guide=row, window=window, closes_at=closes_at, begun_before=begun, reason=why.strip(), requested_by=actor.person)
    ledger.record("programs.extension.request", row, actor, why=why, closes_at=closes_at.isoformat(), begun_before=_text(begun))
    return extension


@transaction.atomic
def approve_late_filing(actor: Any, extension: Extension) -> Guide:
    """REQUESTED -> APPROVED by a second person: from the close of the window, or from now when that is over, those who had begun
    file until the new close. The window itself and the state of the guide stay: to everybody else it closed as published.

    Locks the guide first, so that every submission and the end of what was not submitted is before or after it. Side effects: the
    notice is issued; who may go on is let in again and told (reaction to programs.guide.extend_begun).
    """
    guide = Guide.objects.select_for_update(no_key=True).get(pk=extension.guide_id)
    if guide.status in states.RUNNING_STATUSES:
        guide = materialise_guide(system("clock"), guide)
    now = clock.now()
    opens_at = max(now, extension.window.closes_at)
    row = EXTENSION.move("approve", actor, extension, columns={"opens_at": opens_at, "decided_by": actor.person, "decided_at": now})
    ledger.record(
        "programs.guide.extend_begun", guide, actor, why=row.reason, old_close=row.window.closes_at.isoformat(),
        opens_at=opens_at.isoformat(), new_close=row.closes_at.isoformat(), begun_before=_text(row.begun_before))
    issue_late_filing(actor, guide, row)
    return guide


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
