"""Verbs between review and ranking: site visits and special audits are ordered, and their reports filed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from applications import policies
from applications.models import Application, Inspection
from applications.states import InspectionKind, Status
from applications.workflow import APPLICATION
from core import clock, files, ledger
from core.workflow import Refused

OPEN = (Status.SITE_VISIT, Status.SPECIAL_AUDIT)


@transaction.atomic
def order_visit(actor: Any, application: Application, *, why: str = "") -> Application:
    """REVIEWED -> SITE_VISIT by the division; the applicant is told (reaction)."""
    return _ordered(actor, APPLICATION.move("visit", actor, application, why=why), InspectionKind.VISIT, why)


@transaction.atomic
def order_audit(actor: Any, application: Application, *, why: str = "") -> Application:
    """REVIEWED, SITE_VISIT or, where experts are not asked, ACCEPTED -> SPECIAL_AUDIT by the division."""
    return _ordered(actor, APPLICATION.move("audit", actor, application, why=why), InspectionKind.AUDIT, why)


def order_audits(actor: Any, rows: Iterable[Application], *, why: str = "") -> int:
    """For every application of a review that has none yet, each on its own; how many were ordered."""
    count = 0
    for row in rows:
        if row.status in (Status.REVIEWED, Status.SITE_VISIT):
            order_audit(actor, row, why=why)
            count += 1
    return count


def _ordered(actor: Any, application: Application, kind: str, why: str) -> Application:
    Inspection.objects.create(application=application, kind=kind, why=why.strip(), ordered_at=clock.now(), ordered_by=actor.person)
    return application


def file_inspection(actor: Any, inspection: Inspection, *, passed: bool, finding: str, amount: Decimal | None = None,
                    upload: Any = None) -> Inspection:
    """The report of a visit or audit, once: what was found, whether it stands, and, of an audit, the most it allows (yuan).

    The file is checked and stored before the row is held. Raises core.files.BadFile with a text for the person. Records
    applications.inspection.file. A report that does not stand takes the application out of the proposal (reviews,
    projects); an amount lowers what is counted and proposed.
    """
    if reason := policies.is_organiser(actor, inspection.application):
        raise Refused(reason)
    if not finding.strip():
        raise Refused(_("Write what was found."))
    stored = files.store(upload, actor=actor, kinds=("pdf",), max_bytes=settings.UPLOAD_LIMIT_BYTES) if upload else None
    return _file(actor, inspection, passed=passed, finding=finding.strip(), amount=amount, file=stored)


@transaction.atomic
def _file(actor: Any, inspection: Inspection, **found: Any) -> Inspection:
    row = Inspection.objects.select_for_update(of=("self",)).select_related("application").get(pk=inspection.pk)
    if row.filed_at is not None or row.application.status not in OPEN:
        raise Refused(_("This report has been filed already or is no longer waited for."))
    Inspection.objects.filter(pk=row.pk).update(**found, filed_at=clock.now(), filed_by=actor.person)
    row.refresh_from_db()
    ledger.record("applications.inspection.file", row.application, actor, kind=row.kind, passed=row.passed, finding=row.finding,
                  amount=str(row.amount) if row.amount is not None else "", sha256=row.file.sha256 if row.file else "")
    return row
