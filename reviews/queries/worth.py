"""Reads of sheets, copies and of what a ranking is worth."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import Count, QuerySet

from core.models import LedgerRow
from reviews.models import (
    Analysis,
    Assignment,
    Batch,
    BatchItem,
    LineDraw,
    Score,
)
from reviews.queries.finding import _one
from reviews.rules import draw as draws
from reviews.states import AssignmentStatus, BatchStatus, Blind


def sheets_of(batch: Batch) -> QuerySet[Score]:
    """Submitted sheets that count: not those of seats made void."""
    return Score.objects.filter(
        assignment__batch=batch, assignment__status=AssignmentStatus.SUBMITTED, submitted_at__isnull=False
    ).select_related("assignment__item").order_by("assignment__item_id", "assignment__alias")


def copies_missing(limit: int) -> list[BatchItem]:
    """Applications of running double-blind reviews whose blind copy has not been made."""
    rows = BatchItem.objects.filter(batch__blind=Blind.DOUBLE, batch__status__in=[BatchStatus.INVITING, BatchStatus.SCORING],
                                    blind_pdf=None, withdrawn=False)
    wanted = "application__guide__special__plan", "application__version", "application__unit", "application__leader", "application__topic"
    return list(rows.select_related(*wanted).order_by("pk")[:limit])


def analysis_of(batch: Batch) -> Analysis | None:
    return Analysis.objects.filter(batch=batch).first()


def line_draw_of(batch: Batch) -> LineDraw | None:
    return LineDraw.objects.filter(batch=batch).select_related("batch__guide__special__plan").first()


def line_draw_agrees(draw: LineDraw) -> bool:
    """Worked out again as anybody can: commitment, candidates and order."""
    return (draws.commitment(draw.secret) == draw.commit_hash and draws.sha256(draw.refs) == draw.refs_sha256
            and draws.order_by_lot(draw.refs, draw.secret, draw.public_value) == draw.order)


def get_item(batch: Batch, pk: int) -> BatchItem:
    return _one(batch.items.select_related("application", "batch"), pk=pk)


def totals_of(batch: Batch) -> dict[int, list[tuple[str, Decimal]]]:
    """item -> its counted sheets as (alias, points), the highest first."""
    found: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for item, alias, total in sheets_of(batch).order_by("-total").values_list("assignment__item_id", "assignment__alias", "total"):
        found[item].append((alias, total))
    return found


def waiting_seats(batch: Batch) -> dict[int, dict[str, int]]:
    """item -> how many sheets are still to come, and how many alternates of the draw are left."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: {"open": 0, "alternates": 0})
    for item, status, count in Assignment.objects.filter(batch=batch).order_by().values_list("item", "status").annotate(n=Count("pk")):
        if status in (AssignmentStatus.INVITED, AssignmentStatus.ACCEPTED):
            found[item]["open"] += count
    for item, count in Assignment.objects.filter(batch=batch, status="DRAWN", is_alternate=True).order_by().values_list("item").annotate(n=Count("pk")):
        found[item]["alternates"] = count
    return found


def all_sheets_of(batch: Batch) -> QuerySet[Score]:
    """Every submitted sheet, also of seats that were made void afterwards."""
    return Score.objects.filter(assignment__batch=batch, submitted_at__isnull=False).select_related("assignment__item__application").order_by("pk")


def digests_on_record(batch: Batch) -> dict[str, str]:
    """The hashes that the last close and the ranking wrote into the record; "" before hashes were recorded."""
    rows = LedgerRow.objects.filter(target_type="reviews.batch", target_id=batch.pk, verb__in=["reviews.batch.close", "reviews.batch.rank"])
    found = {"close": "", "rank": ""}
    for row in rows.order_by("pk"):
        found[row.verb.rpartition(".")[2]] = str(row.data.get("sha256", ""))
    return found


def sheet_digests_on_record(batch: Batch) -> dict[int, str]:
    """seat -> the hash with which its sheet was submitted, by the record."""
    seats = Assignment.objects.filter(batch=batch).values("pk")
    rows = LedgerRow.objects.filter(target_type="reviews.assignment", target_id__in=seats, verb="reviews.assignment.submit")
    return {row.target_id: str(row.data.get("sha256", "")) for row in rows.order_by("pk")}
