"""Verbs of objections: filed by anybody with a real name, handled by supervision, upheld by a leader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import actions as applications
from applications.models import Application
from applications.states import Reason, Status
from core import clock, crypt, files, ledger, parameters, refs
from core.clock import CoreNow
from core.models import LedgerRow
from core.workflow import Refused
from programs import actions as programme
from projects import policies
from projects.models import Objection, ProposalItem, Publicity
from projects.states import ObjectorKind
from projects.workflow import OBJECTION

MOST_BYTES = 20 * 1024 * 1024


@transaction.atomic
def file_objection(actor: Any, publicity: Publicity, *, application: str, kind: str, name: str, contact: str, facts: str,
                   upload: Any) -> Objection:
    """File an objection while the notice runs, by the database clock. Anonymous ones are refused: name, contact and the
    signed scan are required (an objection of a unit carries its seal). Raises core.files.BadFile for a bad scan."""
    row = Publicity.objects.select_for_update(no_key=True, of=("self",)).select_related("proposal").get(pk=publicity.pk)
    now = clock.now()
    if row.status != "OPEN" or not row.opens_at <= now < row.closes_at:
        raise Refused(_("Objections could be filed until %(time)s.") % {"time": f"{clock.local(row.closes_at):%Y-%m-%d %H:%M}"})
    if _too_many_from_here():
        raise Refused(_("Too many objections have come from this address within an hour. Please try again later, or hand yours "
                        "in on paper."))
    if kind not in ObjectorKind.values or not name.strip() or not contact.strip():
        raise Refused(_("Anonymous objections are not accepted: give the real name and a contact."))
    if not facts.strip():
        raise Refused(_("State the facts and what they rest on."))
    item = ProposalItem.objects.filter(proposal=row.proposal, selected=True, application__ref=application).first()
    if item is None:
        raise Refused(_("Choose a project of this notice."))
    file = files.store(upload, actor=actor, kinds=("pdf", "jpg", "png"), max_bytes=MOST_BYTES)
    number = refs.next_number("objection", str(clock.today().year))
    objection = Objection.objects.create(
        number=f"YY{clock.today().year}-{number:04d}", publicity=row, application=item.application, kind=kind,
        name_sealed=crypt.seal(name.strip()), contact_sealed=crypt.seal(contact.strip()), facts=facts.strip(), file=file,
    )
    ledger.record("projects.objection.file", objection, actor, application=application, kind=kind)
    return objection


def _too_many_from_here() -> bool:
    """The form is open to everybody: one address files so many an hour and no more."""
    address = ledger.request_context.get().get("ip")
    most = int(parameters.value("objection.per_address_hour", default=5))
    recent = LedgerRow.objects.filter(verb="projects.objection.file", ip=address, at__gt=CoreNow() - timedelta(hours=1))
    return bool(address) and recent.count() >= most


@transaction.atomic
def accept_objection(actor: Any, objection: Objection) -> Objection:
    """FILED -> ACCEPTED; the application is held, the others of the notice go on."""
    row = OBJECTION.move("accept", actor, objection)
    application = Application.objects.get(pk=row.application_id)
    if application.status == Status.PUBLICITY:
        applications.hold(actor, application, why=row.number)
    return row


def refuse_objection(actor: Any, objection: Objection, *, decision: str) -> Objection:
    """FILED -> REFUSED with the reason."""
    return _decide("refuse", actor, objection, decision)


@transaction.atomic
def dismiss(actor: Any, objection: Objection, *, decision: str) -> Objection:
    """ACCEPTED -> NOT_UPHELD; the application is released when no other objection holds it."""
    row = _decide("dismiss", actor, objection, decision)
    application = Application.objects.get(pk=row.application_id)
    others = Objection.objects.filter(application=application, status="ACCEPTED").exists()
    if application.status == Status.OBJECTION_HOLD and not others:
        applications.release_hold(actor, application, why=decision)
    return row


@transaction.atomic
def uphold(actor: Any, objection: Objection, *, decision: str) -> Objection:
    """ACCEPTED -> UPHELD by a leader; the award is refused and its money goes back to the plan item."""
    row = _decide("uphold", actor, objection, decision)
    application = applications.reject(actor, Application.objects.get(pk=row.application_id), Reason.OBJECTION_UPHELD, decision)
    item = ProposalItem.objects.select_related("proposal__guide__plan_item").get(application=application)
    programme.release_award(actor, item.proposal.guide.plan_item, item.amount)
    return row


@transaction.atomic
def _decide(verb: str, actor: Any, objection: Objection, decision: str) -> Objection:
    """The text stands before the state: the table refuses an end without one."""
    if reasons := OBJECTION.why_not(verb, actor, objection, decision=decision):
        raise Refused(reasons)
    Objection.objects.filter(pk=objection.pk).update(
        decision=decision.strip(), decided_by=actor.id, decided_at=clock.now())
    row = OBJECTION.move(verb, actor, objection, decision=decision)
    row.refresh_from_db()
    return row


@transaction.atomic
def open_identity(actor: Any, objection: Objection, *, why: str) -> tuple[str, str]:
    """Name and contact of the objector, for supervision with a reason; the look is recorded before it is given."""
    if reason := policies.sees_objector(actor, objection):
        raise Refused(reason)
    if not why.strip():
        raise Refused(_("A reason is needed."))
    ledger.record("projects.objection.open_identity", objection, actor, why=why)
    return crypt.open_sealed(objection.name_sealed), crypt.open_sealed(objection.contact_sealed)
