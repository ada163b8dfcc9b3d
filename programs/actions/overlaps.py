"""The report of overlap between specials (clause P2): what they aim at, ask for, who applies, what was funded."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import jobs, ledger, parameters
from core.workflow import Refused
from programs import policies, queries
from programs.engine import overlap
from programs.models import OverlapPair, OverlapReport, PlanTree


@transaction.atomic
def ask_overlap(actor: Any, tree: PlanTree) -> Any:
    """Queue the report as a job; returns the job."""
    if reason := policies.may_draft_adjustments(actor):
        raise Refused([reason])
    return jobs.start("programs.overlap", actor, {"tree": tree.pk}, _("Overlap of specials"))


def make_overlap(
    actor: Any, tree: PlanTree, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> OverlapReport:
    """Compare every two specials of a tree; the report appears whole or not at all. Records programs.overlap.make."""
    portraits = queries.portraits(tree)
    weights = parameters.value("overlap.weights")
    twin, flag = Decimal(parameters.value("overlap.twin")), Decimal(parameters.value("overlap.flag"))
    couples = list(combinations(portraits, 2))
    found = []
    for place, (a, b) in enumerate(couples):
        result = overlap.compare(portraits[a], portraits[b], weights, twin)
        if result is not None and result.number > 0:
            found.append((a, b, result))
        if place % 50 == 0:
            progress(place, len(couples))
    with transaction.atomic():
        report = OverlapReport.objects.create(
            tree=tree, weights={key: str(value) for key, value in weights.items()}, flag=flag, specials=len(portraits),
            made_by=actor.person,
        )
        OverlapPair.objects.bulk_create(
            OverlapPair(report=report, first_id=a, second_id=b, number=r.number, behind=r.behind, **r.parts) for a, b, r in found
        )
        ledger.record("programs.overlap.make", report, actor, pairs=len(found), flag=str(flag))
    progress(len(couples), len(couples))
    return report
