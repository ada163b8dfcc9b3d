"""Reads of meetings of experts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.models import LedgerRow
from reviews import policies
from reviews.models import (
    AgendaItem,
    Attendee,
    Meeting,
)
from reviews.queries.finding import _one, _uid
from reviews.states import AgendaStatus


def get_meeting(actor: Any, uid: Any) -> Meeting:
    return _one(policies.meetings_visible_to(actor), uid=_uid(uid))


def own_meeting(actor: Any, uid: Any) -> Meeting:
    return _one(policies.meetings_of(actor), uid=_uid(uid))


def get_point(actor: Any, pk: int) -> AgendaItem:
    """A point as the desk deals with it."""
    rows = AgendaItem.objects.select_related("meeting__batch__guide__special__plan", "item__application")
    return _one(rows.filter(meeting__in=policies.meetings_visible_to(actor).values("pk")), pk=pk)


def own_point(actor: Any, pk: int) -> AgendaItem:
    rows = AgendaItem.objects.select_related("meeting__batch", "meeting__chair__expert", "item__application")
    return _one(rows.filter(meeting__in=policies.meetings_of(actor).values("pk")), pk=pk)


def attendee_of(actor: Any, meeting: Meeting) -> Attendee:
    return _one(Attendee.objects.select_related("expert").filter(meeting=meeting, expert__person=actor.id))


def agenda_of(meeting: Meeting) -> list[AgendaItem]:
    rows = meeting.agenda.select_related("item__application", "item__batch", "meeting").prefetch_related("ballots__attendee")
    found = list(rows)
    for point in found:
        ballots = list(point.ballots.all())
        point.left = [one for one in ballots if one.recused]
        point.may, point.done = len(ballots) - len(point.left), sum(one.voted for one in ballots)
    return found


def last_counted(points: Iterable[AgendaItem]) -> int | None:
    """The point whose vote was counted, or whose equal votes the chair decided, last by the record: not always the last of the agenda."""
    found = [point.pk for point in points if point.status == AgendaStatus.DECIDED]
    rows = LedgerRow.objects.filter(verb__in=("reviews.agenda.decide", "reviews.agenda.break"), target_type=AgendaItem._meta.label_lower, target_id__in=found)
    return rows.order_by("-pk").values_list("target_id", flat=True).first()
