"""Open or not: the clock's answer, for pages, for lists, and for the submitting transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.clock import CoreNow
from core.workflow import Refused
from programs import rules, states
from programs.models import Guide, GuideWindow
from programs.states import GuideStatus


@dataclass(frozen=True)
class Open:
    """The answer of `lock_open`: the database's moment, and the window it falls into."""

    now: datetime
    window: GuideWindow


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


def lock_open(pk: int) -> Open:
    """For the submitting transaction: hold the guide FOR SHARE, then ask the database clock, in this order.

    The share lock lets any number of submissions pass together, while closing, extending or withdrawing the guide
    waits for all of them; so nothing appears after the close has frozen the list. Raises Refused when filing is not
    possible; must be called inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.status, s.status FROM programs_guide g JOIN programs_special s ON s.id = g.special_id"
            " WHERE g.id = %s FOR SHARE OF g", [pk])
        status, special = cursor.fetchone()
        cursor.execute(
            "SELECT c.moment, w.id, w.opens_at, w.closes_at FROM (SELECT core_now() AS moment) c"
            " LEFT JOIN programs_guidewindow w"
            " ON w.guide_id = %s AND w.opens_at <= c.moment AND c.moment < w.closes_at",
            [pk],
        )
        now, window_id, opens_at, closes_at = cursor.fetchone()
    if status not in states.RUNNING_STATUSES or window_id is None:
        raise Refused([closed_reason(Guide.objects.get(pk=pk), status, now)])
    if status != GuideStatus.OPEN and (reason := rules.special_problem(special, Guide.objects.get(pk=pk).special.label)):
        raise Refused([reason])
    return Open(now, GuideWindow(pk=window_id, guide_id=pk, opens_at=opens_at, closes_at=closes_at))


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
    return _("Filing for “%(title)s” closed at %(at)s; the server clock says %(now)s.") % {
        **given, "at": _moment(last) if last else "—",
    }


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
