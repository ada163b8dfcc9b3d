"""The case file of one application and its project: every act, every version, documents, reviews and money."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from applications import policies as applications
from applications import queries as filed
from applications.models import Application, Version
from applications.states import Status
from core.models import LedgerRow
from funding import policies as funding
from funding.models import Disbursement, MoneyEntry
from notices import policies as notices
from notices.models import Document
from performance import policies as performance
from performance.models import Acceptance, Evaluation, Report
from portal import rules
from portal.queries import record
from programs.engine import modes
from projects import policies as projects
from projects import queries as project_queries
from projects.models import Contract, Project, ProposalItem, Publicity
from reviews import policies as reviews
from reviews.models import BatchItem, Draw, Score

MOST = 400


@dataclass
class Case:
    """What belongs to one application; `things` are the rows whose acts the time line shows."""

    application: Application
    project: Project | None
    contract: Contract | None = None
    item: BatchItem | None = None
    listed: ProposalItem | None = None
    publicity: Publicity | None = None
    payments: list[Disbursement] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    acceptances: list[Acceptance] = field(default_factory=list)
    evaluation: Evaluation | None = None
    documents: list[Document] = field(default_factory=list)
    objections: list[dict[str, Any]] = field(default_factory=list)
    things: list[tuple[str, int]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_paid(self) -> bool:
        """An equity investment is made outside the portal: its result is on record, no money is paid here."""
        return modes.pays(self.application.guide.funding_mode)

    @property
    def ref(self) -> str:
        return self.project.number if self.project else self.application.ref

    @property
    def state(self) -> str:
        return self.project.status_label if self.project else str(Status(self.application.status).label)


def _thing(row: Model) -> tuple[str, int]:
    return row._meta.label_lower, row.pk


def case_for(actor: Any, ref: str) -> Case:
    """By the number of the application or of the project, as far as the actor may see it."""
    project = projects.visible_to(actor).filter(Q(number=ref) | Q(application__ref=ref)).first()
    rows = applications.visible_to(actor)
    application = rows.filter(pk=project.application_id).first() if project else rows.filter(ref=ref).first()
    if application is None:
        raise Http404
    case = Case(application, project)
    _review_and_list(actor, case)
    if project is not None:
        _project(actor, case, project)
    _documents(actor, case)
    return case


def without_application(actor: Any, ref: str) -> Project | None:
    """A project that was awarded without an application (免申即享) has its file at the entitlement."""
    return projects.visible_to(actor).filter(number=ref, application=None).first()


def _review_and_list(actor: Any, case: Case) -> None:
    batches = reviews.visible_to(actor)
    case.item = BatchItem.objects.filter(application=case.application, batch__in=batches).select_related("batch").last()
    case.listed = ProposalItem.objects.filter(
        application=case.application, proposal__in=projects.lists_visible_to(actor)).select_related("proposal").first()
    if case.listed is not None:
        case.publicity = projects.publicities_visible_to(actor).filter(proposal=case.listed.proposal).first()
    case.things.append(_thing(case.application))
    case.words = filed.said(actor, case.application)
    case.things += [_thing(one["row"]) for one in case.words]
    if case.item is not None:
        case.things.append(_thing(case.item.batch))
        case.things += [("reviews.assignment", pk) for pk in case.item.assignments.values_list("pk", flat=True)]
        case.things += [("reviews.draw", pk) for pk in case.item.batch.draws.values_list("pk", flat=True)]
    if case.listed is not None:
        case.things.append(_thing(case.listed.proposal))
    if case.publicity is not None:
        case.things.append(_thing(case.publicity))
    case.objections = project_queries.objections_outline(actor, case.application)
    objections = projects.objections_visible_to(actor).filter(application=case.application)
    case.things += [("projects.objection", pk) for pk in objections.values_list("pk", flat=True)]


def _project(actor: Any, case: Case, project: Project) -> None:
    case.contract = Contract.objects.filter(project=project).first()
    case.payments = list(funding.visible_to(actor).filter(project=project).order_by("pk"))
    case.reports = list(performance.reports_visible_to(actor).filter(project=project).order_by("pk"))
    case.acceptances = list(performance.acceptances_visible_to(actor).filter(project=project).order_by("pk"))
    case.evaluation = performance.evaluations_visible_to(actor).filter(project=project).first()
    rows = [project, case.contract, *case.payments, *case.reports, *case.acceptances, case.evaluation]
    case.things += [_thing(row) for row in rows if row is not None]


def _documents(actor: Any, case: Case) -> None:
    wanted = Q(pk=None)
    for label, pk in case.things:
        wanted |= Q(subject_type=label, subject_id=pk)
    case.documents = list(notices.visible_to(actor).filter(wanted).order_by("pk"))
    case.things += [_thing(document) for document in case.documents]


# --- parts of the page -------------------------------------------------------------------------------------------


def _rows_of(case: Case) -> QuerySet[LedgerRow]:
    wanted = Q()
    for label, pk in case.things:
        wanted |= Q(target_type=label, target_id=pk)
    return LedgerRow.objects.filter(wanted)


def timeline(actor: Any, case: Case, area: str = "", who: str = "", since: Any = None) -> dict[str, Any]:
    """Every act on the case, the newest first, with what the filters can be set to."""
    every = record.acts(actor, _rows_of(case).order_by("-pk")[:MOST])
    shown = [act for act in every if (not area or act.area == area) and (not who or act.who == who)]
    areas = {act.area for act in every}
    return {
        "acts": shown, "all": len(every), "cut": len(every) == MOST,
        "areas": [(code, label) for code, label in record.AREAS if code in areas],
        "people": sorted({act.who for act in every}),
    }


def versions(case: Case) -> list[Version]:
    """The list of them, without what they say."""
    return list(case.application.versions.select_related("by").defer("whole").order_by("number"))


def compared(case: Case, first: str, second: str) -> dict[str, Any] | None:
    """Two submitted versions side by side; by default the last two."""
    numbers = [str(row.number) for row in versions(case)]
    if len(numbers) < 2:
        return None
    chosen = first if first in numbers else numbers[-2], second if second in numbers else numbers[-1]
    rows = {str(row.number): row for row in case.application.versions.select_related("content").filter(number__in=chosen)}
    old, new = (rows[number] for number in chosen)
    # Only what both hold: the findings of the conditions are kept with the submission, not with an answer.
    both = set(old.data) & set(new.data)
    before, after = ({key: rules.masked(row.data[key]) for key in row.data if key in both} for row in (old, new))
    return {"old": old, "new": new, "asked": bool(first or second), "changes": rules.changes(before, after)[:300]}


def money(actor: Any, case: Case) -> QuerySet[MoneyEntry]:
    return funding.entries_visible_to(actor).filter(project=case.project).order_by("pk")


def sheets(actor: Any, case: Case) -> list[dict[str, Any]]:
    """The score sheets: by alias, or by name for those who may know it."""
    if case.item is None:
        return []
    named = reviews.sees_names(actor, case.item.batch)
    rows = Score.objects.filter(assignment__item=case.item, submitted_at__isnull=False).select_related(
        "assignment__expert__person").order_by("assignment__alias")
    return [
        {"who": row.assignment.expert.person.name if named else row.assignment.alias, "total": row.total,
         "recommendation": row.get_recommendation_display(), "at": row.submitted_at, "comments": rules.masked_text(row.comments)}
        for row in rows
    ]


def draws(case: Case) -> QuerySet[Draw]:
    return case.item.batch.draws.order_by("pk") if case.item else Draw.objects.none()
