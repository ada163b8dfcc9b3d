"""Advisory bodies of future industries (clause R5): registered one per industry, money by year, reports filed and accepted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.models import Organisation
from core import files, ledger
from core.workflow import Refused
from notices import actions as notices
from programs import policies, queries
from programs.models import (
    AdvisoryBody,
    AdvisoryReport,
    AdvisoryYear,
    AnnualPlanItem,
    ReferenceEntry,
)
from programs.workflow import ADVISORY_REPORT, TAKING


@transaction.atomic
def register_body(
    actor: Any, organisation: Organisation, *, industry: ReferenceEntry, tasks: str, since: date, is_demo: bool = False
) -> AdvisoryBody:
    """Register the body of an industry. Refused while another one is in charge (clause R5: one per industry)."""
    if reason := policies.is_planner(actor):
        raise Refused([reason])
    if organisation.status != "VERIFIED":
        raise Refused([_("Only a verified unit can be an advisory body.")])
    ReferenceEntry.objects.select_for_update(no_key=True).get(pk=industry.pk)  # one registration for an industry at a time
    if AdvisoryBody.objects.filter(Q(until=None) | Q(until__gt=since), industry=industry).exists():
        raise Refused([_in_charge(industry)])
    try:
        with transaction.atomic():
            body = AdvisoryBody.objects.create(
                organisation=organisation, industry=industry, tasks=tasks.strip(), since=since, registered_by=actor.person,
                is_demo=is_demo,
            )
    except IntegrityError as error:
        raise Refused([_in_charge(industry)]) from error
    ledger.record("programs.advisory_body.register", body, actor, organisation=organisation.name, industry=industry.code)
    return body


def _in_charge(industry: ReferenceEntry) -> str:
    return _("Clause R5: “%(industry)s” has an advisory body already; end it first.") % {"industry": industry.label}


@transaction.atomic
def end_body(actor: Any, body: AdvisoryBody, *, until: date, why: str) -> AdvisoryBody:
    """End the work of a body, with a reason; its reports stay."""
    row = AdvisoryBody.objects.select_for_update(no_key=True, of=("self",)).get(pk=body.pk)
    reasons = [policies.is_planner(actor)]
    if row.until is not None:
        reasons.append(_("It has ended already."))
    if until < row.since:
        reasons.append(_("The end is before the beginning."))
    if not why.strip():
        reasons.append(_("A reason is needed."))
    if found := [text for text in reasons if text]:
        raise Refused(found)
    AdvisoryBody.objects.filter(pk=row.pk).update(until=until)
    ledger.record("programs.advisory_body.end", row, actor, why=why, until=until.isoformat())
    row.refresh_from_db()
    return row


@transaction.atomic
def set_advisory_money(actor: Any, body: AdvisoryBody, *, year: int, money: Decimal, note: str = "") -> AdvisoryYear:
    """Set the money of a body for a year, in yuan. All bodies together, with the guides of the item, stay within the item of their special in the
    approved annual plan (clause A2). Records programs.advisory_body.money."""
    if reason := policies.is_planner(actor):
        raise Refused([reason])
    item = queries.advisory_item(year)
    if item is None:
        raise Refused([_("Clause A2: the approved annual plan of %(year)d has no item for advisory bodies.") % {"year": year}])
    # Two people cannot both take the last money; and what a change of the plan left of the item is what counts.
    item = AnnualPlanItem.objects.select_for_update(no_key=True).select_related(None).get(pk=item.pk)
    guides = item.guides.filter(status__in=TAKING).aggregate(sum=Sum("budget_control"))["sum"] or Decimal(0)
    others = queries.advisory_money(year, without=body) + guides
    if money <= 0 or others + money > item.money:
        raise Refused([
            _("Clause A2: %(money)s yuan with the other bodies and the guides are more than the item's %(limit)s yuan.")
            % {"money": f"{others + money:,.0f}", "limit": f"{item.money:,.0f}"}
        ])
    row, _created = AdvisoryYear.objects.update_or_create(body=body, year=year, defaults={"money": money, "note": note.strip()})
    ledger.record("programs.advisory_body.money", body, actor, year=year, after=str(money))
    return row


def file_report(actor: Any, body: AdvisoryBody, *, year: int, title: str, summary: str, upload: Any = None) -> AdvisoryReport:
    """The body files a report, with a PDF when it has one. Raises core.files.BadFile with a text for the person."""
    if reason := policies.acts_for_body(actor, body):
        raise Refused([reason])
    if not body.is_at_work:
        raise Refused([_("The work of this advisory body has ended.")])
    stored = files.store(upload, actor=actor, kinds=("pdf",), max_bytes=settings.UPLOAD_LIMIT_BYTES) if upload else None
    with transaction.atomic():
        row = AdvisoryReport.objects.create(
            body=body, year=year, title=title.strip(), summary=summary.strip(), file=stored, filed_by=actor.person
        )
        ledger.record("programs.advisory_report.file", row, actor, year=year, sha256=stored.sha256 if stored else "")
        notices.tell(
            queries.planners(), "programs.advisory_report", lambda: _("A report of an advisory body: %(title)s") % {"title": row.title},
            row.summary[:500], f"/desk/advisory/{body.uid}/", dedupe=f"advisory_report:{row.pk}",
        )
    return row


@transaction.atomic
def accept_report(actor: Any, report: AdvisoryReport, *, is_public: bool = False) -> AdvisoryReport:
    """FILED -> ACCEPTED; public only when the bureau says so."""
    row = ADVISORY_REPORT.move("accept", actor, report, data={"is_public": is_public})
    AdvisoryReport.objects.filter(pk=row.pk).update(is_public=is_public)
    row.refresh_from_db()
    return row


@transaction.atomic
def return_report(actor: Any, report: AdvisoryReport, *, why: str) -> AdvisoryReport:
    """FILED -> RETURNED with a reason; the body files anew."""
    row = ADVISORY_REPORT.move("return", actor, report, why=why, reason=why)
    notices.tell(
        [row.body.organisation], "programs.advisory_report", lambda: _("The report is given back: %(title)s") % {"title": row.title}, why,
        f"/my/advisory/{row.body.uid}/", dedupe=f"advisory_report:{row.pk}:return",
    )
    return row
