"""Reports, examinations and evaluations for tests."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from accounts.models import Membership
from accounts.policies import Actor
from performance import actions
from performance.models import Acceptance, Evaluation, Report, Result
from projects.models import Project
from tests.factories.projects import statement


def leader(project: Project) -> Actor:
    return Actor.of(project.leader)


def admin(project: Project) -> Actor:
    row = Membership.objects.filter(organisation=project.unit, role="ORG_ADMIN", status="ACTIVE").select_related("person").first()
    return Actor.of(row.person)


def written(project: Project, *, reached: str = "1") -> Report:
    """A final report with a result for every target at `reached` of its value, text, money and file."""
    report = actions.start_report(leader(project), project, kind="FINAL")
    for row in Result.objects.filter(report=report).select_related("target", "report__project"):
        given: dict[str, Any] = {"band": "MET"} if row.target.direction == "QUAL" else {
            "actual": ((row.target.value or Decimal(0)) * Decimal(reached)).quantize(Decimal("0.01"))}
        actions.save_result(leader(project), row, evidence="附件一", **given)
    actions.save_report(leader(project), report, done="全部完成", spent=Decimal("100000"))
    actions.attach(leader(project), report, statement())
    report.refresh_from_db()
    return report


def filed(project: Project, **more: Any) -> Report:
    report = actions.hand_in(leader(project), written(project, **more))
    return actions.file_report(admin(project), report)


def examined(town: SimpleNamespace, project: Project, **more: Any) -> Acceptance:
    report = filed(project, **more)
    row = Acceptance.objects.get(report=report)
    for result in Result.objects.filter(report=report).select_related("target"):
        given = {"band": "MET", "share": Decimal("0.9")} if result.target.direction == "QUAL" else {"found": result.actual}
        actions.examine(town.sun, row, result, **given, note="原因已核实" if Decimal(more.get("reached", "1")) < 1 else "")
    return row


def concluded(town: SimpleNamespace, project: Project, conclusion: str = "PASSED", **more: Any) -> Acceptance:
    row = actions.propose(town.sun, examined(town, project, **more), conclusion=conclusion, opinion="同意")
    return actions.confirm(town.lead, row)


def scored(town: SimpleNamespace, project: Project, **more: Any) -> Evaluation:
    concluded(town, project, **more)
    return actions.score(town.sun, Evaluation.objects.get(project=project))
