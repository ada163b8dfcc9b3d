"""Verbs of objections: filed by anybody with a real name, handled by supervision, upheld by a leader."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts import queries as account_queries
from accounts.states import Role
from applications import actions as applications
from applications.models import Application
from applications.states import Reason, Status
from core import clock, crypt, files, ledger, refs
from core.ledger import OBJECTOR
from core.models import StoredFile
from core.workflow import Refused
from notices import actions as notices
from programs import actions as programme
from programs import queries as programmes
from projects import policies, rules
from projects.models import Objection, ProposalItem, Publicity
from projects.states import ObjectorKind
from projects.workflow import OBJECTION

MOST_BYTES = 20 * 1024 * 1024
FROM_HERE = "objection"


@transaction.atomic
def file_objection(actor: Any, publicity: Publicity, *, application: str, kind: str, name: str, contact: str, facts: str,
                   upload: Any) -> Objection:
    """File an objection while the notice runs, by the database clock. Anonymous ones are refused: name, contact and the
    signed scan are required (an objection of a unit carries its seal). Raises core.files.BadFile for a bad scan.

    The form promises that only supervision opens the identity: the account of an objector who happens to be signed in, the
    network address and the name of the file stand nowhere in the record. The objector reads the outcome under the secret
    address of the objection.
    """
    row = Publicity.objects.select_for_update(no_key=True, of=("self",)).select_related("proposal").get(pk=publicity.pk)
    now = clock.now()
    if row.status != "OPEN" or not row.opens_at <= now < row.closes_at:
        raise Refused(_("Objections could be filed until %(time)s.") % {"time": f"{clock.local(row.closes_at):%Y-%m-%d %H:%M}"})
    if _too_many_from_here():
        raise Refused(_("Too many objections have come from this address within an hour. Please try again later, or hand yours "
                        "in on paper."))
    if kind not in ObjectorKind.values or not name.strip() or not contact.strip():
        raise Refused(_("Anonymous objections are not accepted: give the real name and a contact."))
    if problem := rules.contact_problem(contact):
        raise Refused(problem)
    if not facts.strip():
        raise Refused(_("State the facts and what they rest on."))
    item = ProposalItem.objects.filter(proposal=row.proposal, selected=True, application__ref=application).select_related("application").first()
    if item is None:
        raise Refused(_("Choose a project of this notice."))
    if item.application.status == Status.REJECTED:
        raise Refused(_("An objection against this project has been upheld already; it is not awarded."))
    year = str(clock.today().year)
    number = f"YY{year}-{refs.next_number('objection', year):04d}"
    file = files.store(upload, actor=OBJECTOR, kinds=("pdf", "jpg", "png"), max_bytes=MOST_BYTES, name=number)
    objection = Objection.objects.create(
        number=number, publicity=row, application=item.application, kind=kind,
        name_sealed=crypt.seal(name.strip()), contact_sealed=crypt.seal(contact.strip()), facts=facts.strip(), file=file,
    )
    ledger.record("projects.objection.file", objection, OBJECTOR, application=application, kind=kind)
    accounts.note_try(FROM_HERE, _here())
    return objection


def _here() -> str:
    return ledger.request_context.get().get("ip") or ""


def _too_many_from_here() -> bool:
    """The form is open to everybody: one address files so many an hour and no more (counted by fingerprint)."""
    return account_queries.tried_too_often(FROM_HERE, _here(), "objection.per_address_hour")


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
    others = Objection.objects.filter(application=application, status__in=["ACCEPTED", "HANDED"]).exists()
    if application.status == Status.OBJECTION_HOLD and not others:
        applications.release_hold(actor, application, why=decision)
    return row


@transaction.atomic
def hand_over(actor: Any, objection: Objection, *, findings: str) -> Objection:
    """ACCEPTED -> HANDED: supervision proposes to uphold, with its findings; every leader is told, who alone may uphold."""
    row = OBJECTION.move(
        "hand_over", actor, objection, why=findings.strip(), findings=findings,
        columns={"findings": findings.strip(), "handed_by_id": actor.id, "handed_at": clock.now()})
    _tell(Role.LEADER, "objection.hand_over",
          lambda: _("Objection %(number)s: supervision proposes to uphold it") % {"number": row.number}, row.findings, row)
    return row


@transaction.atomic
def send_back(actor: Any, objection: Objection, *, why: str = "") -> Objection:
    """HANDED -> ACCEPTED: the leader is not convinced and says what is missing; supervision goes on or dismisses."""
    row = OBJECTION.move("send_back", actor, objection, why=why, remains=why)
    _tell(Role.SUPERVISION, "objection.send_back",
          lambda: _("Objection %(number)s comes back from the leader") % {"number": row.number}, why.strip(), row)
    return row


def _tell(role: Role, event: str, title: Any, body: str, row: Objection) -> None:
    notices.tell(account_queries.holders(role), event, title, body, f"/desk/objections/{row.number}/",
                 dedupe=f"objection:{row.pk}:{event}:{row.handed_at:%Y%m%d%H%M%S%f}")


def _tell_division(application: Application, item: ProposalItem, row: Objection) -> None:
    """The division of the guide loses a project of its list. It is told of the decision, and sees nothing of the objector:
    the link leads to the public notice, for the objection itself is not its business."""
    notices.tell(
        programmes.division_people(item.proposal.guide.special), "objection.uphold.division",
        lambda: _("%(ref)s is not awarded: an objection has been upheld") % {"ref": application.ref},
        lambda: _("“%(title)s” of the list %(list)s. Decision: %(decision)s") % {
            "title": application.title, "list": item.proposal.ref, "decision": row.decision},
        f"/desk/publicity/{item.proposal.ref}/", dedupe=f"objection:{row.pk}:division")


@transaction.atomic
def uphold(actor: Any, objection: Objection, *, decision: str) -> Objection:
    """HANDED -> UPHELD by a leader; the award is refused and its money goes back to the plan item."""
    row = _decide("uphold", actor, objection, decision)
    _tell(Role.SUPERVISION, "objection.uphold", lambda: _("Objection %(number)s has been upheld") % {"number": row.number}, decision.strip(), row)
    application = Application.objects.get(pk=row.application_id)
    if application.status == Status.REJECTED:  # another objection against the same project was upheld before
        return row
    application = applications.reject(actor, application, Reason.OBJECTION_UPHELD, decision)
    item = ProposalItem.objects.select_related("proposal__guide__plan_item", "proposal__guide__special__plan").get(application=application)
    programme.release_award(actor, item.proposal.guide.plan_item, item.amount)
    _tell_division(application, item, row)
    return row


def _decide(verb: str, actor: Any, objection: Objection, decision: str) -> Objection:
    return OBJECTION.move(
        verb, actor, objection, decision=decision,
        columns={"decision": decision.strip(), "decided_by_id": actor.id, "decided_at": clock.now()})


@transaction.atomic
def open_statement(actor: Any, objection: Objection) -> StoredFile:
    """The signed statement bears the objector's name: the same question and the same record as for the identity."""
    if reason := policies.sees_objector(actor, objection):
        raise Refused(reason)
    ledger.record("projects.objection.open_identity", objection, actor, why=_("Signed statement"))
    return objection.file


@transaction.atomic
def open_identity(actor: Any, objection: Objection, *, why: str) -> tuple[str, str]:
    """Name and contact of the objector, for supervision with a reason; the look is recorded before it is given."""
    if reason := policies.sees_objector(actor, objection):
        raise Refused(reason)
    if not why.strip():
        raise Refused(_("A reason is needed."))
    ledger.record("projects.objection.open_identity", objection, actor, why=why)
    return crypt.open_sealed(objection.name_sealed), crypt.open_sealed(objection.contact_sealed)
