"""A conflict of interest that comes to light late: the sheet is void, figures are worked out again, the next alternate is invited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, deadlines
from core.workflow import Refused
from reviews import policies
from reviews.actions.batches import extend_due, reopen_batch, write_figures
from reviews.actions.seats import call_alternate, recuse
from reviews.models import Assignment, Batch
from reviews.states import BatchStatus, FoundBy, RecusalCode
from reviews.workflow import ASSIGNMENT, before_ranking


@transaction.atomic
def uphold(actor: Any, seat: Assignment, *, code: str, note: str, due_at: datetime | None = None) -> Assignment:
    """The organiser upholds a late conflict. The sheet stays readable and counts no more; a closed batch takes scores again, with a
    new time where the old one is over, and is closed anew; a fixed ranking stands, and the refusal says so."""
    batch = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=seat.batch_id)
    if reason := policies.organises(actor, batch):
        raise Refused(reason)
    if code not in RecusalCode.values:
        raise Refused(_("Choose the kind of conflict."))
    if reason := before_ranking(Assignment(batch=batch)):
        raise Refused(reason)
    if batch.status not in (BatchStatus.INVITING, BatchStatus.SCORING, BatchStatus.CLOSED):
        raise Refused(_("Nobody has been invited yet: annul the draw instead."))
    why = f"{code} {note}"
    was_closed = batch.status == BatchStatus.CLOSED
    if batch.due_at <= clock.now() and (due_at is None or due_at <= clock.now()):
        raise Refused(_("The time for scores is over: say until when the alternate may write a sheet."))
    if was_closed:
        reopen_batch(actor, batch, why=why)
        batch = Batch.objects.select_related("guide__special__plan").get(pk=batch.pk)
    if due_at is not None and due_at > batch.due_at:
        batch = extend_due(actor, batch, due_at=due_at, why=why)
    deadlines.set("reviews.due", batch, batch.due_at)
    moved = ASSIGNMENT.move("void", actor, Assignment.objects.select_related("expert__person").get(pk=seat.pk), why=why, reason=why)
    moved.batch = batch
    recuse(actor, moved, code, FoundBy.LATE, note)
    if was_closed:
        write_figures(batch)
    call_alternate(moved)
    return moved
