"""Invitations: the link of the mail, the time to answer, the calendar file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from core import clock, parameters, workdays
from core.workflow import Refused
from programs import queries as programme
from reviews.models import Assignment, Batch

LINK = "reviews.invitation"


def answer_due(batch: Batch, invited_at: datetime | None = None) -> datetime:
    """Until when an invitation is answered: parameter review.answer_days, never after the scores are due."""
    return min(workdays.add_days(invited_at or clock.now(), int(batch.rules["answer_days"])), batch.due_at)


def link_of(seat: Assignment) -> str:
    """The address in the mail. It is signed, names one seat, and is dead when that seat is answered or its time is over."""
    return f"/invitations/{signing.dumps(str(seat.uid), salt=LINK)}/"


def _named(token: str) -> Assignment | None:
    try:
        uid = UUID(signing.loads(token, salt=LINK))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Assignment.objects.select_related("batch__guide", "expert__person").filter(uid=uid).first()


def own_batch_of_link(actor: Any, token: str) -> str:
    """The batch of a link, for the expert himself who is signed in: an old link still leads to the page; "" for anybody else."""
    seat = _named(token)
    return seat.batch.ref if seat is not None and actor.id == seat.expert.person_id else ""


def seat_of_link(token: str) -> Assignment:
    """Raises Refused with the reason: not ours, answered already, too late."""
    seat = _named(token)
    if seat is None or not seat.expert.person.is_active:
        raise Refused([_("This link is not valid any more.")])
    if seat.status != "INVITED":
        raise Refused([_("This invitation has been answered or its time is over. Sign in to see your reviews.")])
    if answer_due(seat.batch, seat.invited_at) <= clock.now() or seat.batch.status not in ("INVITING", "SCORING"):
        raise Refused([_("The time to answer this invitation is over.")])
    return seat


def invitation_of(batch: Batch, expert: int) -> dict[str, Any] | None:
    """What an invitation asks for: how many applications, how many hours, answer by when. None when nothing waits."""
    seats = [at for at in Assignment.objects.filter(batch=batch, expert=expert, status="INVITED").values_list("invited_at", flat=True) if at]
    if not seats:
        return None
    minutes = int(parameters.value("review.minutes_per_item"))
    return {"count": len(seats), "hours": -(-len(seats) * minutes // 60), "answer_by": answer_due(batch, min(seats))}


def waiting_invitations(batches: Iterable[Batch]) -> list[tuple[Assignment, datetime]]:
    """(first waiting seat of an expert in a batch, answer by) for reminders."""
    found: dict[tuple[int, int], Assignment] = {}
    rows = Assignment.objects.filter(batch__in=list(batches), status="INVITED", invited_at__isnull=False)
    for seat in rows.select_related("batch", "expert__person").order_by("invited_at", "pk"):
        found.setdefault((seat.batch_id, seat.expert_id), seat)
    return [(seat, answer_due(seat.batch, seat.invited_at)) for seat in found.values()]


def calendar_of(batch: Batch, expert: int, host: str) -> str:
    """The dates of a review as an iCalendar file: answer by, scores due."""
    path, invitation, now = f"/review/{batch.ref}/", invitation_of(batch, expert), clock.now()
    entries = [programme.Entry(f"review-{batch.ref}-due@keguan", _("Scores are due: %(name)s") % {"name": batch.name}, batch.ref, path, now,
                               batch.due_at - timedelta(hours=1), batch.due_at, alarms=True)]
    if invitation:
        at = invitation["answer_by"]
        entries.insert(0, programme.Entry(f"review-{batch.ref}-answer@keguan", _("Answer the invitation: %(name)s") % {"name": batch.name}, batch.ref, path,
                                          now, at - timedelta(hours=1), at))
    return programme.calendar_text(entries, batch.name, host, now)
