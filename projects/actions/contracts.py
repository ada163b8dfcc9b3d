"""Verbs of the contract (任务书): drafted from the application, offered, signed by both sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.policies import system
from core import clock, deadlines, ledger
from core.workflow import Refused
from notices import actions as notices
from programs import actions as programme
from projects import policies, queries, rules
from projects.actions.awards import write_lines
from projects.models import Contract, ContractTarget, PaymentLine, Project
from projects.states import ContractStatus, ProjectStatus
from projects.workflow import CONTRACT, PROJECT


@transaction.atomic
def draft_contract(actor: Any, project: Project) -> Contract:
    """The contract of an awarded project, with the payment plan of its guide; asked twice it is the same contract."""
    row = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("special__plan", "guide__version").get(pk=project.pk)
    if row.status != ProjectStatus.CONTRACT_PENDING:
        raise Refused(_("This project needs no contract or has one already."))
    known = queries.contract_of(row)
    if known is not None:
        return known
    draft = Contract(project=row, number=f"{row.number}-HT")
    if not actor.is_system and (reason := policies.drafts_contract(actor, draft)):
        raise Refused(reason)
    draft.drafted_by = actor.person
    draft.save()
    write_lines(row)
    ledger.record("projects.contract.draft", draft, actor)
    return draft


def _draft(actor: Any, contract: Contract) -> Contract:
    row = Contract.objects.select_for_update(no_key=True, of=("self",)).select_related("project__special__plan").get(pk=contract.pk)
    if reason := policies.drafts_contract(actor, row):
        raise Refused(reason)
    if row.status != ContractStatus.DRAFT:
        raise Refused(_("The contract is “%(state)s” and cannot be changed now.") % {"state": row.status_label})
    return row


@transaction.atomic
def edit_contract(actor: Any, contract: Contract, *, starts_on: date, ends_on: date, changes: str = "") -> Contract:
    """Term, and why the contract differs from the application."""
    row = _draft(actor, contract)
    if ends_on <= starts_on:
        raise Refused(_("The term ends after it starts."))
    project = row.project
    before = {"starts_on": project.starts_on, "ends_on": project.ends_on}
    Project.objects.filter(pk=project.pk).update(starts_on=starts_on, ends_on=ends_on)
    Contract.objects.filter(pk=row.pk).update(changes=changes.strip())
    ledger.record("projects.contract.edit", row, actor, why=changes, before=before,
                  after={"starts_on": starts_on, "ends_on": ends_on})
    row.refresh_from_db()
    return row


@transaction.atomic
def edit_target(actor: Any, contract: Contract, target: ContractTarget, *, value: Decimal | None, why: str) -> ContractTarget:
    """Change the agreed value of one target; the difference from the application is shown and needs its reason."""
    row = _draft(actor, contract)
    if target.project_id != row.project_id:
        raise Refused(_("This target belongs to another project."))
    if not why.strip():
        raise Refused(_("A reason is needed."))
    ContractTarget.objects.filter(pk=target.pk).update(value=value)
    ledger.record("projects.contract.edit", row, actor, why=why, before={"value": target.value}, after={"value": value},
                  target_name=target.name)
    target.refresh_from_db()
    return target


@transaction.atomic
def offer_contract(actor: Any, contract: Contract) -> Contract:
    """DRAFT -> OFFERED: the text is frozen with its hash; the unit hears that it is to sign."""
    if reasons := CONTRACT.why_not("offer", actor, contract):
        raise Refused(reasons)
    differences = queries.target_changes(contract.project)
    if differences and not contract.changes.strip():
        raise Refused(_("The targets differ from the application: write why."))
    content = content_of(contract.project)
    Contract.objects.filter(pk=contract.pk, status=ContractStatus.DRAFT).update(
        content=content, sha256=rules.digest(content), offered_at=clock.now())
    row = CONTRACT.move("offer", actor, contract, data={"sha256": rules.digest(content)})
    notices.tell(
        [row.project.unit, row.project.leader], "projects.contract.offer",
        lambda: _("Contract %(number)s waits for the signature of your unit") % {"number": row.number},
        lambda: _("Sign by %(day)s; an award that is not signed in time lapses.") % {"day": row.project.sign_by},
        f"/my/projects/{row.project.number}/contract/", dedupe=f"contract-offer:{row.pk}:{row.sha256[:12]}", statutory=True,
    )
    row.refresh_from_db()
    return row


def content_of(project: Project) -> dict[str, Any]:
    """What both sides sign."""
    return {
        "project": project.number, "title": project.title, "unit": project.unit.name, "leader": project.leader.name,
        "amount": str(project.amount), "starts_on": str(project.starts_on), "ends_on": str(project.ends_on),
        "targets": [
            {"l1": t.l1, "l2": t.l2, "name": t.name, "unit": t.unit, "direction": t.direction, "value": str(t.value),
             "value_text": t.value_text, "weight": str(t.weight), "evidence": t.evidence}
            for t in queries.targets_of(project)
        ],
        "payments": [
            {"kind": line.kind, "amount": str(line.amount), "condition": line.condition}
            for line in PaymentLine.objects.filter(project=project).order_by("order")
        ],
    }


@transaction.atomic
def take_back_contract(actor: Any, contract: Contract, *, why: str) -> Contract:
    """OFFERED -> DRAFT, with the reason; the hash of the offer stays in the ledger."""
    return CONTRACT.move("take_back", actor, contract, why=why, reason=why)


@transaction.atomic
def sign_unit(actor: Any, contract: Contract) -> Contract:
    """OFFERED -> UNIT_SIGNED by the administrator or legal representative of the unit."""
    row = CONTRACT.move("sign_unit", actor, contract, data={"sha256": contract.sha256})
    Contract.objects.filter(pk=row.pk).update(unit_signed_by=actor.id, unit_signed_at=clock.now())
    row.refresh_from_db()
    return row


@transaction.atomic
def sign_bureau(actor: Any, contract: Contract) -> Contract:
    """UNIT_SIGNED -> EFFECTIVE; the project starts, its term has a timer, payments may be asked for."""
    if reasons := CONTRACT.why_not("sign_bureau", actor, contract):
        raise Refused(reasons)
    Contract.objects.filter(pk=contract.pk).update(bureau_signed_by=actor.id, bureau_signed_at=clock.now())
    row = CONTRACT.move("sign_bureau", actor, contract, data={"sha256": contract.sha256})
    start_project(system("contract"), row.project)
    row.refresh_from_db()
    return row


@transaction.atomic
def start_project(actor: Any, project: Project) -> Project:
    """CONTRACT_PENDING -> ACTIVE when both have signed."""
    row = PROJECT.move("start", actor, project)
    deadlines.cancel("projects.lapse", row)
    row.refresh_from_db()
    return row


@transaction.atomic
def lapse(actor: Any, project: Project) -> Project:
    """CONTRACT_PENDING -> LAPSED by the clock; the money goes back to the plan item, the engagement of leader and unit ends."""
    row = PROJECT.move("lapse", actor, project)
    programme.release_award(actor, row.guide.plan_item, row.amount)
    accounts.disengage(actor, row, state="ENDED", ends=clock.today())
    return row
