"""Verbs of the expert's sheet: saved as often as wanted, submitted once; many at once by the offline form or in one submit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from applications import actions as applications
from core import clock, ledger
from core.workflow import Refused
from programs.engine.sheets import Sheet
from reviews import policies, queries
from reviews.models import Assignment, Batch, BatchItem, Score
from reviews.rules import sealed
from reviews.states import AssignmentStatus, BatchStatus, Blind
from reviews.workflow import ASSIGNMENT, before_due, takes_scores


@dataclass(frozen=True)
class Saved:
    """What became of a save; `current` holds the other tab's values when the revision was too old."""

    rev: int
    at: datetime
    current: Mapping[str, Any] | None = None


def _sheet(actor: Any, assignment: Assignment) -> tuple[Assignment, Score]:
    row = Assignment.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "batch", "expert").get(pk=assignment.pk)
    if reason := policies.is_own(actor, row):
        raise Refused(reason)
    score, _made = Score.objects.get_or_create(assignment=row)
    return row, score


def _stands_open(batch: int) -> None:
    """A submit and the close of its batch wait for each other: the figures rest on every sheet whose expert was told that it is in.
    Held before any seat; many experts hold it at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM reviews_batch WHERE id = %s FOR SHARE", [batch])


def _hold(seats: Sequence[Assignment]) -> None:
    """Seats in one order and before their sheets, as every save does: a window that saves by itself meanwhile waits, and nobody for ever."""
    list(Assignment.objects.select_for_update(no_key=True).filter(pk__in=[seat.pk for seat in seats]).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def save_draft(actor: Any, assignment: Assignment, *, values: Mapping[str, Any], base: int, seconds: int = 0) -> Saved:
    """Keep what was typed, however unfinished. A save on an older revision changes nothing and gives the newer values."""
    row, score = _sheet(actor, assignment)
    if row.status != AssignmentStatus.ACCEPTED:
        raise Refused(_("The sheet is submitted or not open."))
    if reason := takes_scores(row) or before_due(row):  # a draft nobody can submit is not taken; the browser keeps its copy
        raise Refused(reason)
    if base != score.rev:
        return Saved(score.rev, score.saved_at or clock.now(), score.draft)
    clean, _errors = Sheet.load(row.batch.sheet).clean(values)
    now = clock.now()
    Score.objects.filter(pk=score.pk).update(
        draft=clean, rev=F("rev") + 1, saved_at=now, seconds=F("seconds") + max(0, min(seconds, 3600)))
    return Saved(score.rev + 1, now)


@transaction.atomic
def submit_sheet(actor: Any, assignment: Assignment, *, values: Mapping[str, Any]) -> Score:
    """ACCEPTED -> SUBMITTED, before the time of the batch ends by the database clock. From here on the sheet never
    changes (trigger); its SHA-256 is shown to the expert and is part of the hash of the batch."""
    _stands_open(assignment.batch_id)
    row, score = _sheet(actor, assignment)
    sheet = Sheet.load(row.batch.sheet)
    clean, errors = sheet.clean(values, final=True)
    texts = [text for wrong in errors.values() for text in wrong]
    if reasons := ASSIGNMENT.why_not("submit", actor, row, errors=texts):
        raise Refused(reasons)
    total: Decimal = sheet.total(clean["values"])
    now = clock.now()
    digest = sealed.sheet_sha256(row.uid, row.batch.ref, clean, total, now)
    Score.objects.filter(pk=score.pk).update(
        draft=clean, values=clean["values"], comments=clean["comment"], notes=clean.get("notes", {}), total=total, recommendation=clean["recommendation"],
        knockout=clean["knockouts"], sha256=digest, submitted_at=now, rev=F("rev") + 1,
    )
    ASSIGNMENT.move("submit", actor, row, errors=texts, data={"sha256": digest})
    score.refresh_from_db()
    return score


@transaction.atomic
def submit_all(actor: Any, batch: Batch) -> list[Score]:
    """Every complete sheet of the expert in one act; what is not complete stays a draft. None complete: refused."""
    _stands_open(batch.pk)
    sheet = Sheet.load(batch.sheet)
    seats = [seat for seat in queries.pack_of(actor, batch) if seat.status == AssignmentStatus.ACCEPTED and hasattr(seat, "score")]
    whole = [seat for seat in seats if not sheet.clean(seat.score.draft, final=True)[1]]
    if not whole:
        raise Refused(_("No sheet is complete yet."))
    _hold(whole)
    drafts = dict(Score.objects.filter(assignment__in=whole).values_list("assignment", "draft"))
    return [submit_sheet(actor, seat, values=drafts[seat.pk]) for seat in whole]


@transaction.atomic
def apply_form(actor: Any, batch: Batch, rows: Sequence[Mapping[str, Any]]) -> int:
    """Lines of an offline form ({uid, rev, given}) become drafts, all or none. A sheet that was changed meanwhile refuses them."""
    seats = {str(seat.uid): seat for seat in queries.pack_of(actor, batch)}
    _hold(list(seats.values()))
    for row in rows:
        seat = seats.get(str(row["uid"]))
        if seat is None:
            raise Refused(_("The form names an application that is not yours."))
        if save_draft(actor, seat, values=row["given"], base=int(row["rev"])).current is not None:
            raise Refused(_("%(ref)s was changed on the site meanwhile; nothing was taken over. Upload the form again.") % {"ref": seat.item.application.ref})
    return len(rows)


@transaction.atomic
def record_pack(actor: Any, seats: Sequence[Assignment]) -> None:
    """Who took the papers along, under the seat: readers of the record know experts by aliases."""
    for seat in seats:
        ledger.record("reviews.assignment.pack", seat, actor)


@transaction.atomic
def make_copy(actor: Any, item: BatchItem) -> BatchItem:
    """The blind copy of an application, once, from what was frozen when it was submitted."""
    row = BatchItem.objects.select_for_update(of=("self",)).select_related(
        "batch", "application__guide__special__plan", "application__version", "application__unit", "application__leader", "application__topic").get(pk=item.pk)
    if row.batch.blind != Blind.DOUBLE or row.blind_pdf_id:
        return row
    title = row.blind_title or applications.blind_titles([row.application], row.hidden)[row.application_id]
    file = applications.blind_copy(actor, row.application, row.hidden)
    BatchItem.objects.filter(pk=row.pk).update(blind_pdf=file, blind_title=title)
    row.blind_pdf, row.blind_title = file, title
    return row


@transaction.atomic
def hide_words(actor: Any, item: BatchItem, *, words: Sequence[str]) -> BatchItem:
    """Words that give somebody away and that no rule finds, such as the short name of a laboratory. The copy is made anew with the next look."""
    row = BatchItem.objects.select_for_update(of=("self",)).select_related(
        "batch__guide__special__plan", "application__guide__special__plan", "application__version", "application__unit", "application__leader", "application__topic").get(pk=item.pk)
    if reason := policies.organises(actor, row.batch):
        raise Refused(reason)
    if row.batch.blind != Blind.DOUBLE or row.batch.status in (BatchStatus.CLOSED, BatchStatus.RANKED):
        raise Refused(_("Words are hidden in double-blind reviews that are not closed."))
    kept = sorted({word.strip()[:60] for word in words if len(word.strip()) > 1})[:40]
    title = applications.blind_titles([row.application], kept)[row.application_id]
    BatchItem.objects.filter(pk=row.pk).update(hidden=kept, blind_title=title, blind_pdf=None)
    ledger.record("reviews.batch.hide", row.batch, actor, application=row.application.ref, before={"words": row.hidden}, after={"words": kept})
    row.hidden, row.blind_title, row.blind_pdf = kept, title, None
    return row
