"""Open or not: the clock's answer, for pages, for lists, and for the submitting transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock, plans
from core.clock import CoreNow
from core.workflow import Refused
from programs import rules, states
from programs.models import Extension, Guide, GuideWindow
from programs.rules.late import base_window
from programs.states import ExtensionStatus, GuideStatus


@dataclass(frozen=True)
class Open:
    """The answer of `lock_open`: the database's moment, and the window it falls into. With `begun_before` the guide is closed
    to everybody but the applications begun by then (ADR 0026); whoever submits asks `late_problem`."""

    now: datetime
    window: GuideWindow | Extension
    begun_before: datetime | None = None


def is_open(guide: Guide, at: datetime | None = None) -> bool:
    """Whether filing is possible at a moment (now when not given). Asked of the clock, not of the status."""
    return current_window(guide, at) is not None


def current_window(guide: Guide, at: datetime | None = None) -> GuideWindow | None:
    if guide.status not in states.RUNNING_STATUSES:
        return None
    found = rules.open_window(guide.windows.all(), at or clock.now())
    return None if found is None or is_stopped(guide) else found


def upcoming_window(guide: Guide, at: datetime | None = None) -> GuideWindow | None:
    if guide.status not in states.RUNNING_STATUSES:
        return None
    found = rules.next_window(guide.windows.all(), at or clock.now())
    return None if found is None or is_stopped(guide) else found


def is_stopped(guide: Guide) -> bool:
    """Clause T2: a suspended or cancelled special opens no guide. A window that was open by then runs to its end."""
    return guide.status != GuideStatus.OPEN and guide.special.status != states.SpecialStatus.ACTIVE


def unstopped() -> Q:
    """`is_stopped`, for lists."""
    return Q(status=GuideStatus.OPEN) | Q(status__in=states.RUNNING_STATUSES, special__status=states.SpecialStatus.ACTIVE)


#: Holds a guide and asks the clock (migration programs 0008), for who sends it together with more.
HOLD_OPEN = "SELECT * FROM programs_hold_open(%s)"


def lock_open(pk: int) -> Open:
    """For the submitting transaction: hold the guide FOR SHARE, then ask the database clock, in this order.

    The share lock lets any number of submissions pass together, while closing, extending or withdrawing the guide
    waits for all of them; so nothing appears after the close has frozen the list. Raises Refused when filing is not
    possible; must be called inside a transaction.
    """
    with connection.cursor() as cursor:
        plans.run(cursor, HOLD_OPEN, [pk])
        return opened(pk, cursor.fetchone())


def opened(pk: int, found: Sequence[Any]) -> Open:
    """The answer of `HOLD_OPEN`, read; raises Refused when filing is not possible."""
    status, special, now, window_id, opens_at, closes_at, late_id, late_opens, late_closes, begun_before = found
    if status not in states.RUNNING_STATUSES or (window_id is None and late_id is None):
        raise Refused([closed_reason(Guide.objects.get(pk=pk), status, now)])
    if status != GuideStatus.OPEN and (reason := rules.special_problem(special, Guide.objects.get(pk=pk).special.label)):
        raise Refused([reason])
    if window_id is None:
        return Open(now, Extension(pk=late_id, guide_id=pk, opens_at=late_opens, closes_at=late_closes, begun_before=begun_before),
                    begun_before)
    return Open(now, GuideWindow(pk=window_id, guide_id=pk, opens_at=opens_at, closes_at=closes_at))


# --- the time after the close for those who had begun (ADR 0026) ---------------------------------------------------


def late_grants(guide: Guide) -> list[Extension]:
    """Approved times after the close for those who had begun, whenever they are. Prefetch `extensions` for lists."""
    return [row for row in guide.extensions.all() if row.begun_before is not None and row.status == ExtensionStatus.APPROVED]


def late_window(guide: Guide, at: datetime | None = None) -> Extension | None:
    """The running time for those who had begun; None while the guide is open to everybody, or closed to all."""
    grants = late_grants(guide) if guide.status in states.RUNNING_STATUSES else []
    if not grants or current_window(guide, at) is not None:
        return None
    found = rules.open_window(grants, at or clock.now())
    return None if found is None or is_stopped(guide) else found


def window_before(guide: Guide) -> GuideWindow | None:
    """The window a time for those who had begun would follow: the running one, else the one that closed last."""
    return base_window(guide.windows.all(), clock.now())


def late_grant(guide: Guide, at: datetime | None = None) -> Extension | None:
    """The time for those who had begun that runs or is to come: what pages say, also shortly before the close."""
    grants = late_grants(guide) if guide.status in states.RUNNING_STATUSES else []
    now = (at or clock.now()) if grants else None
    return next((row for row in grants if row.closes_at > now), None) if now else None


def late_guides(rows: QuerySet[Guide]) -> QuerySet[Guide]:
    """Guides of these in which a time for those who had begun runs or is to come."""
    return rows.filter(Exists(Extension.objects.filter(
        guide=OuterRef("pk"), status=ExtensionStatus.APPROVED, begun_before__isnull=False, closes_at__gt=CoreNow()))).prefetch_related("extensions")


def window_for(guide: Guide, begun: datetime, at: datetime | None = None) -> GuideWindow | Extension | None:
    """The window in which an application begun at that moment may be filed now; the time after the close among them."""
    if (window := current_window(guide, at)) is not None:
        return window
    late = late_window(guide, at)
    return late if late is not None and late.begun_before is not None and begun <= late.begun_before else None


def late_problem(guide: Guide, begun: datetime, begun_before: datetime | None) -> str | None:
    """Why this application may not go on after the close; None when it had begun in time, or the guide is open to everybody."""
    if begun_before is None or begun <= begun_before:
        return None
    return _("The guide “%(title)s” is closed; until a later moment it takes only applications begun by %(begun)s. This one was begun"
             " at %(made)s.") % {"title": guide.title, "begun": _moment(begun_before), "made": _moment(begun)}


def hold_guide(pk: int) -> None:
    """For a transaction that rests on whether the guide is open: closing, extending and withdrawing it wait, or are waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM programs_guide WHERE id = %s FOR SHARE", [pk])


def correction_of(guide: Guide) -> Guide | None:
    """The guide that corrects a superseded one, from its first draft on; None when the correction was given up."""
    if guide.status != GuideStatus.SUPERSEDED:
        return None
    return guide.corrections.exclude(status=GuideStatus.DISCARDED).order_by("-pk").first()


def is_corrected(guide: Guide) -> bool:
    """Whether the applications of a superseded guide go on under another, once that is published."""
    return correction_of(guide) is not None


def _superseded_reason(guide: Guide) -> str:
    new, given = correction_of(guide), {"title": guide.title}
    if new is None:
        return _("The guide “%(title)s” was stopped, and its correction was given up.") % given
    if new.status in states.PUBLIC_STATUSES:
        return _("The guide “%(title)s” was corrected and is %(ref)s now. What was begun goes on there by itself.") % {**given, "ref": new.ref}
    return _("The guide “%(title)s” is being corrected. What you have written is kept and goes on under the corrected guide as"
             " soon as it is published; you will be told.") % given


def closed_reason(guide: Guide, status: str, now: datetime) -> str:
    """Why filing is not possible, with the times that decide."""
    if status == GuideStatus.SUPERSEDED and guide.status == status:
        return _superseded_reason(guide)
    if status not in states.RUNNING_STATUSES:
        return _("The guide “%(title)s” is not open: %(state)s.") % {
            "title": guide.title, "state": states.GuideStatus(status).label,
        }
    windows = list(guide.windows.all())
    upcoming = rules.next_window(windows, now)
    given = {"title": guide.title, "now": _moment(now)}
    if upcoming is not None:
        return _("Filing for “%(title)s” opens at %(at)s; the server clock says %(now)s.") % {
            **given, "at": _moment(upcoming.opens_at),
        }
    last = max((w.closes_at for w in windows), default=None)
    said = _("Filing for “%(title)s” closed at %(at)s; the server clock says %(now)s.") % {
        **given, "at": _moment(last) if last else "—",
    }
    if (late := rules.open_window(late_grants(guide), now)) is None or late.begun_before is None:
        return said
    return said + _(" Until %(until)s only applications begun by %(begun)s may still be finished and submitted; no new one may be begun.") % {
        "until": _moment(late.closes_at), "begun": _moment(late.begun_before)}


def _moment(value: datetime) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")


def open_rows(rows: QuerySet[Guide]) -> QuerySet[Guide]:
    """Guides that are open by the clock, whatever the last job has written."""
    return rows.filter(
        Exists(GuideWindow.objects.filter(guide=OuterRef("pk"), opens_at__lte=CoreNow(), closes_at__gt=CoreNow())),
        unstopped(),
    )


def phase(guide: Guide, at: datetime) -> str:
    """UPCOMING, OPEN, CLOSED by the clock; or the status for guides the clock does not decide."""
    if guide.status not in states.RUNNING_STATUSES:
        return guide.status
    windows = list(guide.windows.all())
    current = rules.open_window(windows, at)
    if not (current or rules.next_window(windows, at)) or is_stopped(guide):
        return GuideStatus.CLOSED
    return GuideStatus.OPEN if current else GuideStatus.PUBLISHED


def hold_special(pk: int) -> None:
    """For the publishing transaction: hold the special FOR SHARE. A case that suspends it waits, or is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM programs_special WHERE id = %s FOR SHARE", [pk])
