"""Verbs of the performance evaluation: opened by the system, scored by rule, confirmed by another person."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core import clock, ledger, parameters
from performance import queries, rules
from performance.models import Evaluation, Report
from performance.states import EvaluationStatus, ReportKind
from performance.workflow import EVALUATION
from projects.models import Project


@transaction.atomic
def open_evaluation(actor: Any, project: Project) -> Evaluation:
    """The one evaluation of a project that has come to its end. Asked twice it is the same row (the sweeper asks too)."""
    final = Report.objects.filter(project=project, kind=ReportKind.FINAL).first()
    row, made = Evaluation.objects.get_or_create(project=project, defaults={"report": final})
    if made:
        ledger.record("performance.evaluation.open", row, actor)
    elif row.report_id is None and final is not None:
        Evaluation.objects.filter(pk=row.pk).update(report=final)
        row.refresh_from_db()
    return row


@transaction.atomic
def score(actor: Any, evaluation: Evaluation, *, comment: str = "") -> Evaluation:
    """OPEN -> SCORED. Points from targets and examined results with the weights and grade bands in force today; both
    are kept in the breakdown, so that the score can be worked out again in any later year."""
    today = clock.today()
    weights, bands = parameters.value("performance.weights", today), parameters.value("performance.grades", today)
    found = rules.score(
        queries.measured(evaluation.report), weights, queries.paid_to(evaluation.project),
        evaluation.report.spent if evaluation.report else rules.ZERO,
    )
    band = rules.grade(found.total, bands)
    breakdown = {
        "weights": weights, "bands": bands, "on": today.isoformat(),
        "parts": [
            {"code": part.code, "weight": str(part.weight.quantize(rules.CENT)), "share": str(part.share.quantize(rules.CENT)),
             "points": str(rules.shown(part.points)), "count": part.count}
            for part in found.parts
        ],
    }
    Evaluation.objects.filter(pk=evaluation.pk, status=EvaluationStatus.OPEN).update(
        score=found.total.quantize(rules.FINE), grade=band["grade"], grade_en=band["en"], breakdown=breakdown,
        comment=comment.strip(), scored_by=actor.id,
    )
    row = EVALUATION.move("score", actor, evaluation,
                          data={"score": str(rules.shown(found.total)), "grade": band["grade"]})
    row.refresh_from_db()
    return row


def return_score(actor: Any, evaluation: Evaluation, *, why: str) -> Evaluation:
    """SCORED -> OPEN, with the reason."""
    return EVALUATION.move("return", actor, evaluation, why=why, reason=why)


@transaction.atomic
def confirm_score(actor: Any, evaluation: Evaluation) -> Evaluation:
    """SCORED -> CONFIRMED by the resource division; from now on the unit and the public page show it."""
    row = EVALUATION.move("confirm", actor, evaluation)
    Evaluation.objects.filter(pk=row.pk).update(confirmed_by=actor.id, confirmed_at=clock.now())
    row.refresh_from_db()
    return row
