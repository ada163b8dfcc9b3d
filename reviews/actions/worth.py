"""Verbs around what a ranking is worth: the figures beside the official order, and an extra expert where experts disagree."""

from __future__ import annotations

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, crypt, ledger, parameters
from core.workflow import Refused
from reviews import policies, queries
from reviews.actions.batches import figures_of, sheets_digest
from reviews.actions.seats import call, next_in_line
from reviews.models import Analysis, Assignment, Batch, BatchItem, LineDraw
from reviews.rules import draw as rules
from reviews.rules import ranking, scores, worth
from reviews.states import AssignmentStatus, BatchStatus
from reviews.workflow import LINE_DRAW


def compute(batch: Batch) -> dict[str, Any]:
    """Everything of `worth.analyse` for the sheets as they are; the seed comes from the sheets, so the figures come again."""
    tie = scores.tie_code(batch.sheet)
    marks = [worth.Mark(one.assignment.item_id, one.assignment.alias,
                        scores.Sheet(one.total, Decimal(str(one.values.get(tie) or 0)), tuple(one.knockout))) for one in queries.sheets_of(batch)]
    ranked = batch.status == BatchStatus.RANKED
    items = [ranking.Row(one.pk, None, None, one.amount, ranked and one.outcome == "KNOCKED_OUT", one.withdrawn) for one in batch.items.order_by("pk")]
    line = worth.Line(batch.guide.max_projects or 0, batch.guide.budget_control, scores.Rules.load(batch.rules))
    near = Decimal(str(parameters.value("review.near_share", default="0.1")))
    return worth.analyse(items, marks, line, seed=int(sheets_digest(batch)[:8], 16), near=near)


@transaction.atomic
def analyse(actor: Any, batch: Batch) -> Analysis | None:
    """Work the figures out and keep them; the same sheets at the same stage are not worked out twice."""
    if batch.status not in (BatchStatus.CLOSED, BatchStatus.RANKED):
        return None
    data = compute(batch)
    digest = rules.sha256(data)
    found = Analysis.objects.filter(batch=batch, sha256=digest).first()
    if found is not None:
        return found
    row = Analysis.objects.create(batch=batch, method=worth.METHOD, sheets_sha256=sheets_digest(batch), data=data, sha256=digest)
    ledger.record("reviews.batch.analyse", batch, actor, sha256=digest, method=worth.METHOD)
    return row


@transaction.atomic
def extra_expert(actor: Any, batch: Batch, item: BatchItem, *, why: str = "") -> Assignment:
    """One more expert for an application on which the sheets disagree by the rule of the batch: the next alternate of the draw."""
    row = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch.pk)
    if reason := policies.organises(actor, row) or _no_extra(row, item):
        raise Refused(reason)
    found, passed = next_in_line(row, item, extra=True)
    if found is None:
        raise Refused(_("No alternate of the draw is left who may look at this application."))
    ledger.record("reviews.assignment.extra", item, actor, why=why, passed=passed, called=found.alias)
    call(row, found)
    return found


def _no_extra(batch: Batch, item: BatchItem) -> str | None:
    if batch.status not in (BatchStatus.INVITING, BatchStatus.SCORING):
        return _("The review does not run. Take scores again first, with the reason.")
    if batch.due_at <= clock.now():
        return _("The time for scores is over: extend it first.")
    if figures_of(batch)[item.pk].flag not in ("RANGE", "SD"):
        return _("The sheets of this application do not disagree by the rule of the batch.")
    if Assignment.objects.filter(item=item, status__in=[AssignmentStatus.INVITED, AssignmentStatus.ACCEPTED]).exists():
        return _("A sheet of this application is still to come.")
    return None


@transaction.atomic
def commit_line(actor: Any, batch: Batch, *, public_source: str) -> LineDraw:
    """Fix who is near the line by the newest figures, and a secret whose hash is shown from now on."""
    row = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch.pk)
    found = queries.analysis_of(row)
    if reason := policies.draws(actor, row):
        raise Refused(reason)
    if found is None or found.sheets_sha256 != sheets_digest(row) or len(found.data["near"]) < 2:
        raise Refused(_("Fewer than two applications are near the line: there is nothing to draw."))
    if not public_source.strip():
        raise Refused(_("Name the public value that will decide the draw."))
    refs = sorted(row.items.filter(pk__in=found.data["near"]).values_list("application__ref", flat=True))
    same = Q(batch=row, refs=refs, analysis__sheets_sha256=found.sheets_sha256)  # newer figures of the same sheets are no second chance
    if LineDraw.objects.filter(Q(analysis=found) | same).exists():
        raise Refused(_("The order near this line has been committed already."))
    secret = secrets.token_hex(32)
    draw = LineDraw.objects.create(
        batch=row, analysis=found, refs=refs, refs_sha256=rules.sha256(refs), commit_hash=rules.commitment(secret),
        secret_sealed=crypt.seal(secret), public_source=public_source.strip(), operator=actor.person)
    ledger.record("reviews.linedraw.commit", draw, actor, commit_hash=draw.commit_hash, refs=draw.refs_sha256)
    return draw


@transaction.atomic
def enter_line(actor: Any, draw: LineDraw, *, value: str, at: datetime) -> LineDraw:
    """The public value decides; secret and order are shown with it, so that anybody repeats them."""
    secret = crypt.open_sealed(draw.secret_sealed)
    order = rules.order_by_lot(draw.refs, secret, value)
    return LINE_DRAW.move("enter", actor, draw, value=value, at=at, data={"order": rules.sha256(order)}, columns={
        "public_value": value.strip(), "public_at": at, "secret": secret, "order": order, "drawn_at": clock.now()})
