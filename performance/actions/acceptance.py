"""Verbs of the examination of final reports: examine each target, propose the conclusion, confirm it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.policies import system
from applications import actions as applications
from applications.states import Gate
from core import clock, ledger, parameters
from core.workflow import Refused
from performance import policies, rules
from performance.actions import evaluation
from performance.models import Acceptance, Report, Result
from performance.states import AcceptanceStatus, Conclusion
from performance.workflow import ACCEPTANCE, REPORT
from projects import actions as projects


@transaction.atomic
def open_acceptance(actor: Any, report: Report) -> Acceptance:
    """A new round for a filed final report; the rounds before it stay as they were. The owner of a challenge is asked for
    its acceptance test of this round."""
    last = Acceptance.objects.filter(project=report.project).aggregate(Max("round"))["round__max"] or 0
    row = Acceptance.objects.create(project=report.project, report=report, round=last + 1)
    ledger.record("performance.acceptance.open", row, actor, round=row.round)
    applications.ask_voices(system("acceptance"), row.project.application, (Gate.ACCEPTANCE,), round=row.round)
    return row


@transaction.atomic
def examine(actor: Any, acceptance: Acceptance, result: Result, *, found: Decimal | None = None, band: str = "",
            share: Decimal | None = None, note: str = "") -> Result:
    """What the examination found for one target. A qualitative target gets a band and a share inside that band."""
    row = Acceptance.objects.select_for_update(of=("self",)).select_related("project__special__plan").get(pk=acceptance.pk)
    if reason := policies.examines(actor, row):
        raise Refused(reason)
    if row.status != AcceptanceStatus.OPEN:
        raise Refused(_("The examination is “%(state)s” and cannot be changed now.") % {"state": row.status_label})
    if result.report_id != row.report_id:
        raise Refused(_("This result belongs to another report."))
    if result.target.direction == "QUAL":
        found = None
        bands = {one["band"]: one for one in parameters.value("performance.qualitative_bands")}
        if share is None or not rules.band_allows(bands.get(band), share):
            raise Refused(_("Choose the band and a share inside its limits."))
    else:
        band, share = "", None
        if found is None or found < 0:
            raise Refused(_("Enter the value found, from 0."))
    before = {"found": result.found, "band": result.found_band, "share": result.found_share}
    Result.objects.filter(pk=result.pk).update(found=found, found_band=band, found_share=share, note=note.strip())
    ledger.record("performance.acceptance.examine", row, actor, before=before,
                  after={"found": found, "band": band, "share": share}, target_name=result.target.name)
    result.refresh_from_db()
    return result


@transaction.atomic
def propose(actor: Any, acceptance: Acceptance, *, conclusion: str, opinion: str) -> Acceptance:
    """OPEN -> PROPOSED."""
    return ACCEPTANCE.move(
        "propose", actor, acceptance, conclusion=conclusion, opinion=opinion, data={"conclusion": conclusion},
        columns={"conclusion": conclusion if conclusion in Conclusion.values else "", "opinion": opinion.strip(),
                 "proposed_by_id": actor.id, "proposed_at": clock.now()})


def return_acceptance(actor: Any, acceptance: Acceptance, *, why: str) -> Acceptance:
    """PROPOSED -> OPEN, with the reason for the examiner."""
    return ACCEPTANCE.move("return", actor, acceptance, why=why, reason=why)


@transaction.atomic
def confirm(actor: Any, acceptance: Acceptance) -> Acceptance:
    """PROPOSED -> CONFIRMED by a leader who did not propose it. The project goes to PASSED, RECONSIDER, CLOSED or
    FAILED; to be reconsidered opens the report again, every other end closes it and opens the evaluation."""
    row = ACCEPTANCE.move("confirm", actor, acceptance)
    Acceptance.objects.filter(pk=row.pk).update(confirmed_by=actor.id, confirmed_at=clock.now())
    row.refresh_from_db()
    projects.conclude(actor, row.project, row.conclusion)
    clockwork = system("acceptance")
    if row.conclusion == Conclusion.RECONSIDER:
        Report.objects.filter(pk=row.report_id).update(return_reason=row.opinion)
        REPORT.move("reopen", clockwork, row.report, why=row.opinion, reason=row.opinion)
    else:
        REPORT.move("close", clockwork, row.report)
        evaluation.open_evaluation(clockwork, row.project)
    return row
