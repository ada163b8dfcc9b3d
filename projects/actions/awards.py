"""Verbs of the award: the document is prepared by the resource division, the leader awards by signing it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from applications import actions as applications
from applications import queries as filed
from applications.models import Application
from core import clock, deadlines, ledger, parameters, refs, search, workdays
from core.workflow import Refused
from notices import actions as notices
from notices.models import Document
from programs import queries as programmes
from programs.engine import modes, voices
from projects import documents, policies, queries, rules
from projects.models import ContractTarget, PaymentLine, Project, ProposalItem, ProposalList, Publicity
from projects.states import LineKind, ProjectStatus

#: The award document of a list is its newest one that is not yet issued.
OPEN_DOCUMENTS = ("DRAFT", "PROOFED", "SIGNED")


def awardable(publicity: Publicity) -> list[ProposalItem]:
    """Proposed applications whose notice is over and against which nothing is open: no objection, and every approval that
    the guide asks for before the award is there (ethics review)."""
    return [row for row in queries.items_not_held(publicity) if not filed.gaps_before_award(row.application)]


def _reasons(publicity: Publicity) -> list[str]:
    if publicity.status != "CLOSED":
        return [_("Awards are made after the public notice has closed.")]
    if awardable(publicity):
        return []
    return queries.award_gaps(publicity) or [_("Nothing of this notice can be awarded now: awarded already, or held by an objection.")]


@transaction.atomic
def prepare_award(actor: Any, publicity: Publicity) -> Document:
    """Draft the award notice over what can be awarded now; asked twice it is the same draft."""
    if reason := policies.is_resource(actor):
        raise Refused(reason)
    row = Publicity.objects.select_for_update(no_key=True, of=("self",)).select_related("proposal__guide").get(pk=publicity.pk)
    if reasons := _reasons(row):
        raise Refused(reasons)
    known = draft_of(row.proposal)
    if known is not None:
        return known
    return notices.draft(
        actor, documents.AWARD, subject=row.proposal, title=documents.award_title(row.proposal.guide), context={},
        addressee="各有关单位", is_public=True,
    )


def draft_of(proposal: ProposalList) -> Document | None:
    return Document.objects.filter(
        kind=documents.AWARD, subject_type=proposal._meta.label_lower, subject_id=proposal.pk, status__in=OPEN_DOCUMENTS
    ).order_by("-pk").first()


@transaction.atomic
def award(actor: Any, publicity: Publicity) -> list[Project]:
    """Award everything that nothing stands against: applications -> AWARDED, one Project each with targets (and, where
    there is no contract, its one payment), the award notice signed and issued. What an objection holds may follow in a
    second award, and so may what lacks an approval. Records projects.project.award per project."""
    if reason := policies.decides(actor, publicity):
        raise Refused(reason)
    row = Publicity.objects.select_for_update(no_key=True, of=("self",)).select_related("proposal__guide__special__plan", "proposal__guide__version").get(pk=publicity.pk)
    if reasons := _reasons(row):
        raise Refused(reasons)
    document = draft_of(row.proposal)
    if document is None:
        raise Refused(_("The resource division has to prepare the award notice first."))
    projects = [_award_one(actor, item) for item in awardable(row)]
    total = sum((project.amount for project in projects), Decimal(0))
    lines = [documents.row_of(no, p.application, p.amount, p.number) for no, p in enumerate(projects, 1)]
    sign_days = int(parameters.value("contract.sign"))
    context = documents.award_context(row.proposal, lines, total, sign_days)
    Document.objects.filter(pk=document.pk).update(context=context)
    _address(document, projects)
    issued = notices.issue_now(actor, actor, document)
    for project in projects:
        project.award_document = issued
    Project.objects.bulk_update(projects, ["award_document"])
    return projects


def _address(document: Document, projects: list[Project]) -> None:
    units = {project.unit_id: project.unit for project in projects}
    leaders = {project.leader_id: project.leader for project in projects}
    notices.address(document, [*units.values(), *leaders.values()])


def _award_one(actor: Any, item: ProposalItem) -> Project:
    application = applications.award(actor, item.application)
    guide = item.proposal.guide
    year, now = clock.today().year, clock.now()
    number = rules.project_number(guide.special.prefix, year, refs.next_number(f"project.{guide.special.prefix}", str(year)))
    contract = guide.contract_required
    project = Project.objects.create(
        number=number, application=application, guide=guide, special=guide.special, leader=application.leader,
        unit=application.unit, title=application.title, amount=item.amount, mode=guide.funding_mode, awarded_at=now, **tags_of(application),
        status=ProjectStatus.CONTRACT_PENDING if contract else ProjectStatus.COMPLETED,
        starts_on=application.starts_on, ends_on=application.ends_on,
        sign_by=clock.today() + timedelta(days=int(parameters.value("contract.sign"))) if contract else None,
        is_demo=application.is_demo,
    )
    Project.objects.filter(pk=project.pk).update(
        search=search.vector(project.number, project.title, application.unit.name, application.leader.name))
    copy_targets(project)
    if not contract and modes.pays(guide.funding_mode):
        write_lines(project)
    elif contract:
        deadlines.set("projects.lapse", project, workdays.add_days(now, int(parameters.value("contract.sign")) + 1))
    _engage(actor, project)
    ledger.record("projects.project.award", project, actor, after={"status": project.status, "amount": project.amount},
                  application=application.ref)
    return project


def tags_of(application: Application) -> dict[str, str]:
    """The tags of the application with the list its cluster is of: the project keeps what it was awarded under."""
    rule = programmes.tags_of(application.version).get("cluster") or {}
    return {"cluster_list": rule.get("list", "") if application.cluster else "", "cluster": application.cluster,
            "stream": application.stream, "stage": application.stage}


def copy_targets(project: Project) -> None:
    """The application's targets become those of the project; the contract may change them with a reason."""
    ContractTarget.objects.bulk_create(
        ContractTarget(
            project=project, order=row.order, l1=row.l1, l2=row.l2, name=row.name, unit=row.unit, direction=row.direction,
            baseline=row.baseline, value=row.value, value_text=row.value_text, weight=row.weight, evidence=row.evidence,
        )
        for row in project.application.targets.all()
    )


def write_lines(project: Project) -> None:
    """The payment plan of the guide cut over the amount of the project; yearly money in equal yearly parts."""
    if modes.is_yearly(project.guide.funding_mode):
        _write_years(project)
        return
    plan = project.guide.version.data.get("payment_plan") or [{"kind": "ONCE", "share": "1", "condition": ""}]
    amounts = rules.instalments(project.amount, plan)
    PaymentLine.objects.bulk_create(
        PaymentLine(project=project, order=order, kind=line["kind"], amount=amount, condition=line.get("condition", ""),
                    condition_en=line.get("condition_en", ""))
        for order, (line, amount) in enumerate(zip(plan, amounts, strict=True))
        if amount > 0
    )


def _write_years(project: Project) -> None:
    """One payment a year (clause R4, stable support): the first waits for the contract, each later one for the year before."""
    data = project.guide.version.data
    row = (data.get("payment_plan") or [{}])[0]
    amounts = rules.yearly(project.amount, int(voices.details_of(data)["years"]))
    PaymentLine.objects.bulk_create(
        PaymentLine(project=project, order=no - 1, kind=LineKind.YEARLY, year_no=no, amount=amount, condition=row.get("condition", ""),
                    condition_en=row.get("condition_en", ""))
        for no, amount in enumerate(amounts, 1)
    )


def _engage(actor: Any, project: Project) -> None:
    """A running project counts for the limits of its team and its unit, each in the role that the application had; from the day of its
    award, whose year is asked for (“awarded last year”), not from the beginning of its term."""
    state = "RUNNING" if project.status == ProjectStatus.CONTRACT_PENDING else "ENDED"
    starts, ends = clock.local(project.awarded_at).date(), project.ends_on if state == "RUNNING" else clock.today()
    others = project.application.team.exclude(person=None).exclude(person=project.leader_id)
    whom = [("LEADER", project.leader_id, None), *((member.role, member.person_id, None) for member in others), ("LEAD", None, project.unit_id)]
    accounts.engage_all(actor, project, whom, klass=project.special.code, state=state, starts=starts, ends=ends)
