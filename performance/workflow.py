"""The tables of moves: report, acceptance, evaluation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import queries as filed
from core.workflow import Machine, Step
from performance import policies
from performance.models import Acceptance, Evaluation, Report, Result
from performance.states import AcceptanceStatus, Conclusion, EvaluationStatus, ReportStatus

R, A, E = ReportStatus, AcceptanceStatus, EvaluationStatus


def with_reason(obj: Any, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def _some(names: list[str]) -> str:
    """The first five, and that there are more."""
    return "、".join(names[:5]) + (_(" and others") if len(names) > 5 else "")


# --- report ------------------------------------------------------------------------------------------------------


def is_complete(report: Report, **given: Any) -> list[str]:
    """Text, money and a result with evidence for every target; the final report also has its file."""
    found = []
    if not report.done.strip():
        found.append(_("Describe what has been done."))
    if report.kind == "FINAL" and report.file_id is None:
        found.append(_("Attach the final report as PDF."))
    rows = Result.objects.filter(report=report).select_related("target")
    missing = [row.target.name for row in rows if row.actual is None and not row.band]
    if missing:
        found.append(_("%(count)d targets have no result: %(names)s.") % {
            "count": len(missing), "names": _some(missing)})
    bare = [row.target.name for row in rows if (row.actual is not None or row.band) and not row.evidence.strip()]
    if report.kind == "FINAL" and bare:
        found.append(_("%(count)d results have no evidence: %(names)s.") % {
            "count": len(bare), "names": _some(bare)})
    return found


def is_yearly(report: Report, **given: Any) -> str | None:
    return None if report.kind == "ANNUAL" else _("Only annual reports are assessed; final reports are examined.")


REPORT = Machine(
    "performance.report",
    (
        Step("hand_in", {R.DRAFT, R.RETURNED}, R.UNIT_PENDING, policies.is_reporter, (is_complete,),
             gettext_lazy("Hand in to the unit")),
        Step("return", {R.UNIT_PENDING}, R.RETURNED, policies.is_unit_admin, (with_reason,),
             gettext_lazy("Return to the leader")),
        Step("file", {R.UNIT_PENDING}, R.FILED, policies.is_unit_admin, (is_complete,),
             gettext_lazy("Approve and file with the bureau")),
        Step("reopen", {R.FILED}, R.RETURNED, policies.is_system, (with_reason,),
             gettext_lazy("Open again, to be reconsidered")),
        Step("close", {R.FILED}, R.CLOSED, policies.is_system, (), gettext_lazy("Close the report")),
        # yearly reports (stable support: the next year's money waits for them)
        Step("favour", {R.FILED}, R.CLOSED, policies.assesses, (is_yearly, with_reason), gettext_lazy("Assess as favourable")),
        Step("disfavour", {R.FILED}, R.RETURNED, policies.assesses, (is_yearly, with_reason),
             gettext_lazy("Assess as unfavourable, to be put right")),
    ),
    "performance.Report",
    ReportStatus,
)


# --- acceptance --------------------------------------------------------------------------------------------------


def with_conclusion(acceptance: Acceptance, *, conclusion: str = "", opinion: str = "", **given: Any) -> list[str]:
    found = []
    if conclusion not in Conclusion.values:
        found.append(_("Choose the conclusion."))
    if not opinion.strip():
        found.append(_("Write the opinion; the unit will read it."))
    return found


def all_examined(acceptance: Acceptance, **given: Any) -> str | None:
    """Every target has the value that the examination found."""
    rows = Result.objects.filter(report=acceptance.report).select_related("target")
    open_rows = [row.target.name for row in rows if row.found is None and row.found_share is None]
    if not open_rows:
        return None
    return _("%(count)d targets have not been examined: %(names)s.") % {
        "count": len(open_rows), "names": _some(open_rows)}


def owner_heard(acceptance: Acceptance, *, conclusion: str = "", **given: Any) -> list[str]:
    """Open challenge: the owner's acceptance test has been answered, and nothing passes that failed it (clause R4)."""
    wanted = conclusion or acceptance.conclusion
    return filed.gaps_before_conclusion(acceptance.project.application, acceptance.round, passed=wanted == Conclusion.PASSED)


def misses_explained(acceptance: Acceptance, *, conclusion: str = "", **given: Any) -> str | None:
    """A pass although targets were missed says why beside each of them; the leader who confirms reads it there."""
    if (conclusion or acceptance.conclusion) != Conclusion.PASSED:
        return None
    bare = [row.target.name for row in Result.objects.filter(report=acceptance.report).select_related("target")
            if row.missed and not row.note.strip()]
    if not bare:
        return None
    return _("%(count)d targets were missed: %(names)s. To pass nevertheless, write in the remark beside each why, and save.") % {
        "count": len(bare), "names": _some(bare)}


def another_confirms(acceptance: Acceptance, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == acceptance.proposed_by_id:
        return _("Who proposed the conclusion cannot confirm it.")
    return None


ACCEPTANCE = Machine(
    "performance.acceptance",
    (
        Step("propose", {A.OPEN}, A.PROPOSED, policies.examines, (all_examined, with_conclusion, misses_explained, owner_heard),
             gettext_lazy("Propose the conclusion")),
        Step("return", {A.PROPOSED}, A.OPEN, policies.confirms, (with_reason,), gettext_lazy("Return to the examiner")),
        Step("confirm", {A.PROPOSED}, A.CONFIRMED, policies.confirms, (another_confirms, owner_heard),
             gettext_lazy("Confirm the conclusion")),
    ),
    "performance.Acceptance",
    AcceptanceStatus,
)


# --- evaluation --------------------------------------------------------------------------------------------------


def has_report(evaluation: Evaluation, **given: Any) -> str | None:
    if evaluation.report_id:
        return None
    return _("The leader %(name)s has to file the final report of the project first; until then there is nothing to score.") % {
        "name": evaluation.project.leader.name}


def results_examined(evaluation: Evaluation, **given: Any) -> str | None:
    rows = Result.objects.filter(report=evaluation.report_id)
    if rows.filter(found=None, found_share=None).exists():
        return _("Targets have not been examined; score after the examination.")
    return None


def another_confirms_score(evaluation: Evaluation, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == evaluation.scored_by_id:
        return _("Who scored cannot confirm the score.")
    return None


EVALUATION = Machine(
    "performance.evaluation",
    (
        Step("score", {E.OPEN}, E.SCORED, policies.scores, (has_report, results_examined),
             gettext_lazy("Work out the score")),
        Step("return", {E.SCORED}, E.OPEN, policies.confirms_score, (with_reason,), gettext_lazy("Return to be scored again")),
        Step("confirm", {E.SCORED}, E.CONFIRMED, policies.confirms_score, (another_confirms_score,),
             gettext_lazy("Confirm the score"), danger=True),
    ),
    "performance.Evaluation",
    EvaluationStatus,
)
