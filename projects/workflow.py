"""The tables of moves: proposed list, public notice, objection, project, contract.

Project states follow the field's lifecycle; `COMPLETED` is where modes without contract begin and end.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Organisation
from applications import queries as filed
from applications.states import Status
from core import clock, ledger
from core.workflow import Machine, Step
from programs.engine import voices
from projects import policies, rules
from projects.models import Contract, ContractTarget, Objection, PaymentLine, Project, ProposalItem, ProposalList, Publicity
from projects.states import ContractStatus, ListStatus, ObjectionStatus, ProjectStatus, PublicityStatus

L, N, O, P, C = ListStatus, PublicityStatus, ObjectionStatus, ProjectStatus, ContractStatus


def with_reason(obj: Any, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


# --- proposed list -----------------------------------------------------------------------------------------------


def within_limits(row: ProposalList, **given: Any) -> list[str]:
    """Number and money of the guide, the requested amounts, and a reason for everybody who is not proposed."""
    items = list(row.items.select_related("application", "application__guide").prefetch_related("application__inspections"))
    filed.with_versions(i.application for i in items)
    item = row.guide.plan_item
    facts = [rules.Proposed(i.application.ref, i.selected, i.amount, i.application.requested, i.reason_code, i.reason)
             for i in items]
    return rules.list_problems(
        facts, most=row.guide.max_projects, money=row.guide.budget_control, cap=row.guide.cap_per_project,
        plan_left=item.money - item.committed, plan_count_left=item.count - item.awarded_count,
    ) + rules.mode_problems([(fact, filed.allowed_amount(i.application)) for fact, i in zip(facts, items, strict=True) if i.selected]) + _yearly_cap(row, items)


def rules_hold(row: ProposalList, **given: Any) -> list[str]:
    """The rules of the guide as `actions.ask_rules_again` found them just now (clauses R6, R12)."""
    return rules.rule_problems(
        rules.Asked(ref, hits, note)
        for ref, hits, note in row.items.filter(selected=True).order_by("rank").values_list("application__ref", "hits", "note"))


def _yearly_cap(row: ProposalList, items: list[ProposalItem]) -> list[str]:
    """Interest subsidy: what a unit gets in one year from all guides of this way (clause R4, handbook 2.6)."""
    cap = voices.details_of(row.guide.version.data if row.guide.version else {}).get("unit_year_cap")
    if cap in (None, ""):
        return []
    mine = [i for i in items if i.selected]
    before = ProposalItem.objects.filter(
        selected=True, application__unit__in=[i.application.unit_id for i in mine], proposal__guide__funding_mode=row.guide.funding_mode,
        proposal__decided_at__year=clock.today().year,
    ).exclude(proposal=row).exclude(application__status__in=[Status.REJECTED, Status.WITHDRAWN]).values_list("application__unit").annotate(sum=Sum("amount"))
    names = dict(Organisation.objects.filter(pk__in=[i.application.unit_id for i in mine]).values_list("pk", "name"))
    return rules.unit_cap_problems([(i.application.unit_id, i.amount) for i in mine], dict(before.order_by()), names, Decimal(str(cap)))


def all_heard(row: ProposalList, **given: Any) -> list[str]:
    """Nobody is proposed on whom a body that decides too has not spoken, or has said no (clause R4)."""
    chosen = list(row.items.filter(selected=True).select_related("application").prefetch_related("application__voices"))
    return filed.gaps_before_proposal(filed.with_versions(i.application for i in chosen))


def another_decides(row: ProposalList, *, actor: Any, **given: Any) -> str | None:
    made = ("projects.proposal.create", "projects.proposal.item", "projects.proposal.submit")
    if actor.id is not None and (actor.id == row.created_by_id or ledger.took_part(row, actor, made)):
        return _("Who prepared the list cannot decide on it.")
    return None


PROPOSAL = Machine(
    "projects.proposal",
    (
        Step("submit", {L.DRAFT}, L.SUBMITTED, policies.prepares, (within_limits, all_heard, rules_hold), gettext_lazy("Submit for decision")),
        Step("return", {L.SUBMITTED}, L.DRAFT, policies.decides, (with_reason,), gettext_lazy("Return to the division")),
        Step("decide", {L.SUBMITTED}, L.DECIDED, policies.decides, (another_decides, within_limits, all_heard, rules_hold),
             gettext_lazy("Decide on the list"), danger=True),
    ),
    "projects.ProposalList",
    ListStatus,
)


# --- public notice -----------------------------------------------------------------------------------------------


def is_over(row: Publicity, **given: Any) -> str | None:
    return None if clock.now() >= row.closes_at else _("The public notice still runs.")


PUBLICITY = Machine(
    "projects.publicity",
    (
        Step("open", {N.PREPARED}, N.OPEN, policies.is_resource, (), gettext_lazy("Publish the notice")),
        Step("close", {N.OPEN}, N.CLOSED, policies.is_system, (is_over,), gettext_lazy("Close the notice")),
    ),
    "projects.Publicity",
    PublicityStatus,
)


# --- objection ---------------------------------------------------------------------------------------------------


def with_decision(row: Objection, *, decision: str = "", **given: Any) -> str | None:
    return None if decision.strip() else _("Write the decision with its grounds; the objector will read it.")


def with_findings(row: Objection, *, findings: str = "", **given: Any) -> str | None:
    return None if findings.strip() else _("Write what the investigation found; the leader decides by it.")


def with_what_remains(row: Objection, *, remains: str = "", **given: Any) -> str | None:
    return None if remains.strip() else _("Write what remains to be investigated; supervision goes on by it.")


def another_than_handed(row: Objection, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == row.handed_by_id:
        return _("Who investigated the objection and handed it over cannot decide on it (two persons).")
    return None


OBJECTION = Machine(
    "projects.objection",
    (
        Step("accept", {O.FILED}, O.ACCEPTED, policies.is_supervision, (), gettext_lazy("Accept and investigate")),
        Step("refuse", {O.FILED}, O.REFUSED, policies.is_supervision, (with_decision,),
             gettext_lazy("Do not accept")),
        Step("hand_over", {O.ACCEPTED}, O.HANDED, policies.is_supervision, (with_findings,),
             gettext_lazy("Hand over to the leader")),
        Step("uphold", {O.HANDED}, O.UPHELD, policies.decides, (another_than_handed, with_decision), gettext_lazy("Uphold"), danger=True),
        Step("send_back", {O.HANDED}, O.ACCEPTED, policies.decides, (another_than_handed, with_what_remains),
             gettext_lazy("Send back to be investigated further")),
        Step("dismiss", {O.ACCEPTED}, O.NOT_UPHELD, policies.is_supervision, (with_decision,),
             gettext_lazy("Do not uphold")),
    ),
    "projects.Objection",
    ObjectionStatus,
)


# --- project -----------------------------------------------------------------------------------------------------


def contract_in_force(project: Project, **given: Any) -> str | None:
    if Contract.objects.filter(project=project, status=C.EFFECTIVE).exists():
        return None
    return _("The contract is not signed by both sides.")


def sign_by_over(project: Project, **given: Any) -> str | None:
    if project.sign_by is not None and clock.today() > project.sign_by:
        return None
    return _("The time for signing is not over.")


def term_over(project: Project, **given: Any) -> str | None:
    if project.ends_on is not None and clock.today() > project.ends_on:
        return None
    return _("The term of the project is not over.")


PROJECT = Machine(
    "projects.project",
    (
        Step("start", {P.CONTRACT_PENDING}, P.ACTIVE, policies.is_system, (contract_in_force,), gettext_lazy("Start")),
        Step("lapse", {P.CONTRACT_PENDING}, P.LAPSED, policies.is_system, (sign_by_over,),
             gettext_lazy("Lapse, contract not signed in time"), danger=True),
        Step("suspend", {P.ACTIVE}, P.SUSPENDED, policies.supervises, (with_reason,), gettext_lazy("Suspend the project"), danger=True),
        Step("resume", {P.SUSPENDED}, P.ACTIVE, policies.supervises, (with_reason,), gettext_lazy("Resume the project")),
        Step("overdue", {P.ACTIVE}, P.OVERDUE, policies.is_system, (term_over,), gettext_lazy("Overdue")),
        Step("file_acceptance", {P.ACTIVE, P.OVERDUE, P.RECONSIDER}, P.ACCEPTANCE, policies.undertakes, (),
             gettext_lazy("File for acceptance")),
        Step("pass", {P.ACCEPTANCE}, P.PASSED, policies.decides, (), pgettext_lazy("acceptance", "Passed")),
        Step("reconsider", {P.ACCEPTANCE}, P.RECONSIDER, policies.decides, (), gettext_lazy("To be reconsidered")),
        Step("close", {P.ACCEPTANCE}, P.CLOSED, policies.decides, (), gettext_lazy("Closed without pass")),
        Step("fail", {P.ACCEPTANCE}, P.FAILED, policies.decides, (), gettext_lazy("Not passed"), danger=True),
    ),
    "projects.Project",
    ProjectStatus,
)


# --- contract ----------------------------------------------------------------------------------------------------


def is_whole(contract: Contract, **given: Any) -> list[str]:
    """Term, targets and a payment plan that adds up; a change against the application has its reason."""
    project, found = contract.project, []
    if project.starts_on is None or project.ends_on is None:
        found.append(_("Set the term of the project."))
    if not ContractTarget.objects.filter(project=project).exists():
        found.append(_("The contract needs at least one measurable target."))
    lines = list(PaymentLine.objects.filter(project=project).values_list("amount", flat=True))
    if sum(lines) != project.amount:
        found.append(_("The instalments do not add up to the money of the project."))
    return found


def in_time_to_sign(contract: Contract, **given: Any) -> str | None:
    """A late signature is still possible until the award has lapsed; the system lapses it by the clock."""
    return None if contract.project.status == P.CONTRACT_PENDING else _("The award has lapsed or the project runs already.")


CONTRACT = Machine(
    "projects.contract",
    (
        Step("offer", {C.DRAFT}, C.OFFERED, policies.drafts_contract, (is_whole,), gettext_lazy("Offer for signature")),
        Step("take_back", {C.OFFERED}, C.DRAFT, policies.drafts_contract, (with_reason,), gettext_lazy("Take back")),
        Step("sign_unit", {C.OFFERED}, C.UNIT_SIGNED, policies.signs_for_unit, (in_time_to_sign,),
             gettext_lazy("Sign for the unit")),
        Step("sign_bureau", {C.UNIT_SIGNED}, C.EFFECTIVE, policies.signs_for_bureau, (in_time_to_sign,),
             gettext_lazy("Sign for the bureau")),
    ),
    "projects.Contract",
    ContractStatus,
)

#: Applications of a list that may still become projects.
WAITING = Q(application__status__in=[Status.PUBLICITY, Status.OBJECTION_HOLD])
