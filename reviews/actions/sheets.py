"""Verbs of the expert's sheet: saved as often as wanted, submitted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused
from programs.engine.sheets import Sheet
from reviews import policies
from reviews.models import Assignment, Score
from reviews.rules import draw as hashing
from reviews.states import AssignmentStatus
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
    row, score = _sheet(actor, assignment)
    sheet = Sheet.load(row.batch.sheet)
    clean, errors = sheet.clean(values, final=True)
    texts = [text for wrong in errors.values() for text in wrong]
    if reasons := ASSIGNMENT.why_not("submit", actor, row, errors=texts):
        raise Refused(reasons)
    total: Decimal = sheet.total(clean["values"])
    now = clock.now()
    content = {"assignment": str(row.uid), "batch": row.batch.ref, **clean, "total": str(total), "at": now.isoformat()}
    Score.objects.filter(pk=score.pk).update(
        draft=clean, values=clean["values"], comments=clean["comment"], total=total, recommendation=clean["recommendation"],
        knockout=clean["knockouts"], sha256=hashing.sha256(content), submitted_at=now, rev=F("rev") + 1,
    )
    ASSIGNMENT.move("submit", actor, row, errors=texts, data={"sha256": hashing.sha256(content)})
    score.refresh_from_db()
    return score
