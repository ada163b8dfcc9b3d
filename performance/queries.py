"""Reads of the performance floor. Pages fetch only through `policies.*_visible_to` and these."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    Avg,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import (
    ExtractYear,
)
from django.http import Http404
from django.utils.translation import gettext as _

from core import clock, parameters
from core.models import LedgerRow
from funding import queries as funding
from performance import policies, rules
from performance.models import Acceptance, Evaluation, Report, Result
from performance.states import AcceptanceStatus, Dimension, EvaluationStatus, ReportKind, ReportStatus
from programs import queries as programmes
from projects import queries as projects
from projects.models import ContractTarget, Project

ENDED = ("PASSED", "CLOSED", "FAILED", "COMPLETED")


# --- one row -----------------------------------------------------------------------------------------------------


def _one(rows: QuerySet[Any], uid: Any) -> Any:
    try:
        found = rows.filter(uid=UUID(str(uid))).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def get_report(actor: Any, uid: Any) -> Report:
    return _one(policies.reports_visible_to(actor), uid)


def get_acceptance(actor: Any, uid: Any) -> Acceptance:
    return _one(policies.acceptances_visible_to(actor), uid)


def get_evaluation(actor: Any, uid: Any) -> Evaluation:
    return _one(policies.evaluations_visible_to(actor), uid)


def owes_reports(project: Project) -> bool:
    """Money without an application is paid for what was done; there is no contract, and so nothing to report against."""
    return project.entitlement_id is None


def get_project(actor: Any, number: str) -> Project:
    return projects.get_for(actor, number)


# --- of a project ------------------------------------------------------------------------------------------------


def targets_of(project: Project) -> QuerySet[ContractTarget]:
    return projects.targets_of(project)


def paid_to(project: Project) -> Decimal:
    """Yuan paid to the project, returns taken off."""
    return funding.paid_to(project)


def reports_of(actor: Any, project: Project) -> QuerySet[Report]:
    return policies.reports_visible_to(actor).filter(project=project)


def final_report(project: Project) -> Report | None:
    return Report.objects.filter(project=project, kind=ReportKind.FINAL).select_related("file").first()


def first_year(project: Project) -> int:
    return (project.starts_on or clock.local(project.awarded_at).date()).year


def year_no(report: Report) -> int:
    """Which year of the project an annual report is about: 1, 2, 3 ..."""
    return report.year - first_year(report.project) + 1


def year_to_report(project: Project) -> int:
    """The year whose annual report is written next: the earliest that is not handed in, so that the report of a year is written after its
    end too (the next instalment of stable support waits for it)."""
    first, this = first_year(project), clock.today().year
    done = set(Report.objects.filter(project=project, kind=ReportKind.ANNUAL).exclude(status__in=(ReportStatus.DRAFT, ReportStatus.RETURNED))
               .values_list("year", flat=True))
    return next((year for year in range(first, this + 1) if year not in done), max(first, this))


def results_of(report: Report) -> list[Result]:
    return list(Result.objects.filter(report=report).select_related("target").order_by("target_id"))


def acceptance_of(report: Report) -> Acceptance | None:
    return Acceptance.objects.filter(report=report).order_by("-round").first()


def acceptances_of(actor: Any, project: Project) -> list[Acceptance]:
    return list(policies.acceptances_visible_to(actor).filter(project=project).order_by("round"))


def evaluation_of(actor: Any, project: Project) -> Evaluation | None:
    return policies.evaluations_visible_to(actor).filter(project=project).first()


def share_of(result: Result) -> Decimal:
    return rules.share_reached(measure(result))


def measure(result: Result) -> rules.Measured:
    """A target with what the examination found."""
    target = result.target
    return rules.Measured(
        name=target.name, part=rules.part_of(target.l1, target.l2), direction=target.direction, weight=target.weight,
        target=target.value, actual=result.found, share=result.found_share,
    )


def measured(report: Report | None) -> list[rules.Measured]:
    return [measure(result) for result in results_of(report)] if report else []


def unevaluated() -> QuerySet[Project]:
    """Projects that have come to their end and have no evaluation yet. One that agreed on no target (an afterwards
    subsidy is paid for what was done before) has nothing to be measured by until it files a report."""
    measurable = Q(targets__isnull=False) | Q(pk__in=Report.objects.filter(kind="FINAL").values("project"))
    return Project.objects.filter(measurable, status__in=ENDED).exclude(
        pk__in=Evaluation.objects.values("project")).distinct()


def scorable(rows: QuerySet[Evaluation], value: str = "yes") -> QuerySet[Evaluation]:
    """Open evaluations that can be scored now: with a report whose targets are all examined; "no": those that wait."""
    unexamined = Result.objects.filter(report=OuterRef("report"), found=None, found_share=None)
    ready = Q(report__isnull=False) & ~Q(Exists(unexamined))
    return rows.filter(ready if value == "yes" else ~ready, status=EvaluationStatus.OPEN)


def bands() -> list[dict[str, Any]]:
    return list(parameters.value("performance.qualitative_bands"))


def parts_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The breakdown as rows for the page: label, weight, share in percent, points."""
    return [
        {**part, "label": Dimension(part["code"]).label, "percent": Decimal(part["share"]) * 100,
         "points": Decimal(part["points"]), "weight": Decimal(part["weight"])}
        for part in evaluation.breakdown.get("parts", ())
    ]


# --- what the desks and the public see ---------------------------------------------------------------------------


def waiting(actor: Any) -> dict[str, int]:
    """Counts for a desk's home: reports to examine, conclusions to confirm, scores to work out and to confirm."""
    acceptances, evaluations = policies.acceptances_visible_to(actor), policies.evaluations_visible_to(actor)
    return {
        "examine": acceptances.filter(status=AcceptanceStatus.OPEN).count(),
        "confirm": acceptances.filter(status=AcceptanceStatus.PROPOSED).count(),
        "score": scorable(evaluations).count(),
        "confirm_score": evaluations.filter(status=EvaluationStatus.SCORED).count(),
    }


def confirmed() -> QuerySet[Evaluation]:
    """Confirmed scores: public."""
    return Evaluation.objects.filter(status=EvaluationStatus.CONFIRMED).select_related(
        "project__unit", "project__special__plan", "project__guide"
    )


def grades(rows: QuerySet[Evaluation]) -> list[tuple[str, int]]:
    """(grade, how many) from the best to the worst, with the grades in force; none left out."""
    counted = dict(rows.order_by().values_list("grade").annotate(n=Count("pk")))
    return [(band["grade"], counted.get(band["grade"], 0)) for band in parameters.value("performance.grades")]


def special_summary(special: Any) -> dict[str, Any] | None:
    """Count, mean score and grades of a special's confirmed evaluations; None when there is none."""
    rows = confirmed().filter(project__special=special)
    found = rows.aggregate(n=Count("pk"), mean=Avg("score"))
    if not found["n"]:
        return None
    return {"count": found["n"], "mean": rules.shown(found["mean"]), "grades": grades(rows), "rows": list(rows.order_by("-score")[:10])}


def by_special() -> list[dict[str, Any]]:
    """Mean score and count per special, for the public overview."""
    return list(
        confirmed().order_by("project__special__plan__order", "project__special__code")
        .values("project__special__name", "project__special__name_en", "project__special__code")
        .annotate(n=Count("pk"), mean=Avg("score"))
    )


def evidence_for(actor: Any, codes: list[str]) -> list[programmes.Offer]:
    """What an adjustment case of these specials may cite: the mean of the evaluations per special and year, and every
    project whose grade is the worst one."""
    rows = confirmed().filter(project__special__code__in=codes).select_related("project__special")
    worst = parameters.value("performance.grades")[-1]["grade"]
    found = [
        programmes.Offer(
            "EVALUATION", f"{row['project__special__code']}:{row['year']}",
            _("%(special)s, evaluations confirmed in %(year)d (%(n)d projects)") % {
                "special": row["project__special__name"], "year": row["year"], "n": row["n"]},
            "/performance/", str(rules.shown(row["mean"])),
        )
        for row in rows.order_by("project__special__code").values("project__special__code", "project__special__name",
            year=ExtractYear("confirmed_at")).annotate(n=Count("pk"), mean=Avg("score"))
    ]
    found.extend(
        programmes.Offer("EVALUATION", str(row.uid), f"{row.project.number} {row.project.title}", f"/desk/performance/{row.uid}/",
                         f"{rules.shown(row.score)} {row.grade}")
        for row in rows.filter(grade=worst).order_by("-score")[:20]
    )
    return found


# --- history -----------------------------------------------------------------------------------------------------


def verb_label(verb: str) -> str:
    from performance.workflow import ACCEPTANCE, EVALUATION, REPORT  # noqa: PLC0415 (tables read by name)

    _app, noun, name = verb.split(".", 2)
    machine = {"report": REPORT, "acceptance": ACCEPTANCE, "evaluation": EVALUATION}[noun]
    if name in machine.steps:
        return str(machine.steps[name].label)
    return str(OTHER_VERBS.get(f"{noun}.{name}", OTHER_VERBS.get(name, lambda: name))())


OTHER_VERBS = {
    "start": lambda: _("Report begun"), "save": lambda: _("Report saved"), "result": lambda: _("Result entered"),
    "attach": lambda: _("File attached"), "acceptance.open": lambda: _("Acceptance opened"),
    "evaluation.open": lambda: _("Evaluation opened"), "examine": lambda: _("Target examined"),
}


def history_of(objects: Iterable[Any]) -> list[dict[str, Any]]:
    """What happened to these rows, the newest first, as events of the time line."""
    found: list[LedgerRow] = []
    for one in objects:
        if one is not None:
            found += LedgerRow.objects.filter(
                target_type=one._meta.label_lower, target_id=one.pk).exclude(verb__endswith=".save")
    return [
        {"at": row.at, "who": row.who, "why": row.why, "label": verb_label(row.verb)}
        for row in sorted(found, key=lambda row: row.pk, reverse=True)
    ]
