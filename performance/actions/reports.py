"""Verbs of the undertaking side: start a report, fill it in, hand it in, file it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, files, ledger
from core.models import StoredFile
from core.workflow import Refused
from funding import actions as funding
from notices import actions as notices
from performance import policies, queries
from performance.actions import acceptance, evaluation
from performance.models import Report, Result
from performance.states import Assessment, Band, ReportKind, ReportStatus
from performance.workflow import REPORT
from projects import actions as projects
from projects.models import Project

EDITABLE = (ReportStatus.DRAFT, ReportStatus.RETURNED)
REPORTABLE = {
    ReportKind.ANNUAL: ("ACTIVE", "OVERDUE", "SUSPENDED"),
    ReportKind.FINAL: ("ACTIVE", "OVERDUE", "RECONSIDER", "COMPLETED"),
}


@transaction.atomic
def start_report(actor: Any, project: Project, *, kind: str, year: int | None = None) -> Report:
    """Begin the annual report of a year (without one: of the earliest that is not handed in), or the final report; one Result row per target of
    the contract.

    The same report asked for twice is the same row. Records performance.report.start."""
    project = Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
    if reason := policies.leads(actor, project):
        raise Refused(reason)
    if not queries.owes_reports(project):
        raise Refused(_("Money without an application is paid for what was done: no report is owed."))
    if project.status not in REPORTABLE[ReportKind(kind)]:
        raise Refused(_("A project that is “%(state)s” files no such report.") % {"state": project.status_label})
    year = year or (queries.year_to_report(project) if kind == ReportKind.ANNUAL else clock.today().year)
    rows = Report.objects.select_for_update().filter(project=project, kind=kind)
    known = rows.first() if kind == ReportKind.FINAL else rows.filter(year=year).first()
    if known is not None:
        return known
    report = Report.objects.create(project=project, kind=kind, year=year, created_by=actor.person)
    Result.objects.bulk_create(Result(report=report, target=target) for target in queries.targets_of(project))
    ledger.record("performance.report.start", report, actor, kind=kind, year=year)
    return report


def _editable(actor: Any, report: Report, rev: int | None = None) -> Report:
    """The locked row; Refused unless the leader may write it now. `rev` is the revision the page was built on."""
    row = Report.objects.select_for_update(of=("self",)).select_related("project").get(pk=report.pk)
    if reason := policies.is_reporter(actor, row):
        raise Refused(reason)
    if row.status not in EDITABLE:
        raise Refused(_("The report is “%(state)s” and cannot be changed now.") % {"state": row.status_label})
    if rev is not None and rev != row.rev:
        raise Refused(_("Somebody else has saved this report meanwhile. Load the page again; nothing was overwritten."))
    return row


@transaction.atomic
def save_report(actor: Any, report: Report, *, rev: int | None = None, done: str, problems: str = "", outlook: str = "",
                spent: Decimal = Decimal(0)) -> Report:
    """Text and money of a report, in yuan. Raises Refused when money spent exceeds the money of the project."""
    row = _editable(actor, report, rev)
    if not 0 <= spent <= row.project.amount:
        raise Refused(_("Money spent must lie between 0 and the money of the project."))
    Report.objects.filter(pk=row.pk).update(
        done=done.strip(), problems=problems.strip(), outlook=outlook.strip(), spent=spent, rev=F("rev") + 1
    )
    ledger.record("performance.report.save", row, actor, before={"spent": row.spent}, after={"spent": spent})
    row.refresh_from_db()
    return row


@transaction.atomic
def save_result(actor: Any, result: Result, *, actual: Decimal | None = None, band: str = "", evidence: str = "") -> Result:
    """What was reached of one target: a value, or for a qualitative target the band."""
    row = _editable(actor, result.report)
    qualitative = result.target.direction == "QUAL"
    if qualitative and band and band not in Band.values:
        raise Refused(_("Choose how far the target was met."))
    if actual is not None and actual < 0:
        raise Refused(_("A result cannot be negative."))
    before = {"actual": result.actual, "band": result.band}
    after = {"actual": None if qualitative else actual, "band": band if qualitative else ""}
    Result.objects.filter(pk=result.pk).update(**after, evidence=evidence.strip())
    if before != after:
        ledger.record("performance.report.result", row, actor, before=before, after=after, target_name=result.target.name)
    result.refresh_from_db()
    return result


@transaction.atomic
def attach(actor: Any, report: Report, upload: Any, *, max_bytes: int = 50 * 1024 * 1024) -> StoredFile:
    """The report as PDF; an earlier file stays in the store, the ledger names both. Raises core.files.BadFile."""
    row = _editable(actor, report)
    file = files.store(upload, actor=actor, kinds=("pdf",), max_bytes=max_bytes)
    ledger.record("performance.report.attach", row, actor, before={"file": row.file_id}, after={"file": file.pk},
                  sha256=file.sha256)
    Report.objects.filter(pk=row.pk).update(file=file, rev=F("rev") + 1)
    return file


def hand_in(actor: Any, report: Report) -> Report:
    """DRAFT or RETURNED -> UNIT_PENDING; the unit's administrators hear of it."""
    return REPORT.move("hand_in", actor, report)


@transaction.atomic
def return_report(actor: Any, report: Report, *, why: str) -> Report:
    """UNIT_PENDING -> RETURNED with the reason for the leader."""
    Report.objects.filter(pk=report.pk).update(return_reason=why.strip())
    return REPORT.move("return", actor, report, why=why, reason=why)


@transaction.atomic
def file_report(actor: Any, report: Report) -> Report:
    """UNIT_PENDING -> FILED, by the unit. The content is hashed; a final report of a project with a contract asks for
    acceptance (project -> ACCEPTANCE), one of a project without contract opens the evaluation."""
    row = REPORT.move("file", actor, report)
    Report.objects.filter(pk=row.pk).update(
        filed_at=clock.now(), sha256=digest(row), return_reason="", rev=F("rev") + 1, assessment="", assessment_text="",
    )
    row.refresh_from_db()
    if row.kind == ReportKind.FINAL:
        if row.project.status == "COMPLETED":
            evaluation.open_evaluation(system("evaluation"), row.project)
        else:
            projects.file_acceptance(actor, row.project)
            acceptance.open_acceptance(actor, row)
    return row


@transaction.atomic
def assess(actor: Any, report: Report, *, favourable: bool, text: str) -> Report:
    """FILED -> CLOSED, favourable: in stable support the next year's money may then be asked for. FILED -> RETURNED,
    unfavourable: the leader puts it right and files again; the money waits. The text is read by the unit."""
    verb = "favour" if favourable else "disfavour"
    row = REPORT.move(verb, actor, report, why=text, reason=text)
    given = {} if favourable else {"return_reason": text.strip()}
    Report.objects.filter(pk=row.pk).update(
        assessment=Assessment.FAVOURABLE if favourable else Assessment.UNFAVOURABLE, assessment_text=text.strip(),
        assessed_by=actor.person, assessed_at=clock.now(), **given)
    row.refresh_from_db()
    if favourable:
        no = queries.year_no(row)
        funding.clear_year(actor, row.project, year_no=no + 1, note=str(no))
    notices.tell(
        [row.project.leader, row.project.unit], "performance.report.assess",
        lambda: _("Annual report %(year)d of %(number)s: %(result)s") % {
            "year": row.year, "number": row.project.number, "result": Assessment(row.assessment).label},
        row.assessment_text, f"/my/reports/{row.uid}/", dedupe=f"assess:{row.pk}:{row.rev}", statutory=True)
    return row


def digest(report: Report) -> str:
    """SHA-256 over the canonical JSON of what is filed."""
    rows = Result.objects.filter(report=report).order_by("target_id").values_list("target_id", "actual", "band", "evidence")
    content: Mapping[str, Any] = {
        "project": report.project.number, "kind": report.kind, "year": report.year, "done": report.done,
        "problems": report.problems, "outlook": report.outlook, "spent": str(report.spent),
        "file": report.file.sha256 if report.file else "",
        "results": [[target, str(actual), band, evidence] for target, actual, band, evidence in rows],
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def remind_overdue(actor: Any, project: Project, *, days: int) -> None:
    """Tell leader and unit that acceptance is due (parameter acceptance.overdue_warn: days from the end date)."""
    notices.tell(
        [project.leader, project.unit], "performance.acceptance.due", lambda: _("Acceptance is due: %(number)s") % {
            "number": project.number},
        lambda: _("The project “%(title)s” ends on %(end)s. File the final report within the time the rules give after its end.") % {
            "title": project.title, "end": project.ends_on},
        f"/my/projects/{project.number}/", dedupe=f"acceptance-due:{project.pk}:{days}", statutory=True,
    )
