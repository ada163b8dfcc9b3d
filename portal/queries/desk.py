"""The workbench of a role: queues with counts, numbers, charts and the coming dates of what the actor may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries as accounts
from accounts.states import Role
from applications import policies as applications
from applications import queries as filed
from applications.states import Status
from core import clock, money
from core.web import charts
from funding import queries as funding
from notices import policies as notices
from performance import queries as performance
from portal.queries.places import address
from programs import policies as programs
from programs import queries as programme
from programs.models import AnnualPlanItem
from projects import policies as project_policies
from projects import queries as projects
from reviews import queries as reviews

D, R, S, L, F, A = Role.DIVISION, Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE, Role.AGENCY


@dataclass(frozen=True)
class Queue:
    """One queue: where its count comes from, whose work it is, where it is worked on."""

    label: Any
    count: str
    roles: tuple[str, ...]
    page: str
    query: dict[str, str] | None = None
    #: Shown, but another side's turn: not among what waits for the actor.
    others: bool = False


QUEUES = (
    (gettext_lazy("Plans and guides"), (
        Queue(gettext_lazy("Annual plans to finish"), "plan.DRAFT", (R,), "programs:desk:plans"),
        Queue(gettext_lazy("Annual plans to approve"), "plan.SUBMITTED", (L,), "programs:desk:plans"),
        Queue(gettext_lazy("Annual plans to publish"), "plan.APPROVED", (R,), "programs:desk:plans"),
        Queue(gettext_lazy("Changes of the plan to check"), "change.SUBMITTED", (R,), "programs:desk:plan_changes",
              {"status": "SUBMITTED"}),
        Queue(gettext_lazy("Changes of the plan to approve"), "change.CHECKED", (L,), "programs:desk:plan_changes",
              {"status": "CHECKED"}),
        Queue(gettext_lazy("Guides being written"), "guide.DRAFT", (D,), "programs:desk:guides", {"status": "DRAFT"}),
        Queue(gettext_lazy("Guides to check"), "guide.checked", (R,), "programs:desk:guides", {"status": "INTERNAL_REVIEW"}),
        Queue(gettext_lazy("Guides whose legality is to be checked"), "guide.to_check_law", (S, R), "programs:desk:guides",
              {"status": "LEGAL_REVIEW"}),
        Queue(gettext_lazy("Guides to approve"), "guide.to_approve", (L,), "programs:desk:guides", {"status": "LEGAL_REVIEW"}),
        Queue(gettext_lazy("Guides to publish"), "guide.BUREAU_APPROVED", (D,), "programs:desk:guides",
              {"status": "BUREAU_APPROVED"}),
        # entitlement without application
        Queue(gettext_lazy("Entitlement lists to check"), "entitlement.DRAFT", (R,), "programs:desk:entitlement_lists", {"status": "DRAFT"}),
        Queue(gettext_lazy("Entitlement lists to approve"), "entitlement.CHECKED", (L,), "programs:desk:entitlement_lists",
              {"status": "CHECKED"}),
        Queue(gettext_lazy("Entitlement lists to publish"), "entitlement.APPROVED", (D,), "programs:desk:entitlement_lists",
              {"status": "APPROVED"}),
        # demand solicitation
        Queue(gettext_lazy("Calls for topics to approve"), "call.SUBMITTED", (L,), "programs:desk:topic_calls", {"status": "SUBMITTED"}),
        Queue(gettext_lazy("Calls for topics to publish"), "call.APPROVED", (D,), "programs:desk:topic_calls", {"status": "APPROVED"}),
        Queue(gettext_lazy("Proposed topics to screen"), "need.FILED", (D,), "programs:desk:needs", {"status": "FILED"}),
        Queue(gettext_lazy("Proposed topics to decide"), "need.SHORTLISTED", (D,), "programs:desk:needs", {"status": "SHORTLISTED"}),
    )),
    (gettext_lazy("Applications and reviews"), (
        Queue(gettext_lazy("Formality checks to do"), "application.SUBMITTED", (D, A), "applications:desk:list",
              {"status": "SUBMITTED"}),
        Queue(gettext_lazy("Waiting for a correction"), "application.CORRECTION", (D, A), "applications:desk:list",
              {"status": "CORRECTION"}, others=True),
        Queue(gettext_lazy("Texts that look alike, to be judged"), "twice.open", (D, A), "applications:desk:duplicates", {"status": "OPEN"}),
        Queue(gettext_lazy("Words of other bodies to record or confirm"), "word.to_record", (D,), "applications:desk:voices"),
        Queue(gettext_lazy("Accepted, to put into a batch"), "review.to_batch", (D, A), "reviews:desk:batches"),
        Queue(gettext_lazy("Batches to draw experts for"), "review.to_draw", (R, S), "reviews:desk:batches",
              {"status": "DRAFT"}),
        Queue(gettext_lazy("Reviews running"), "review.running", (D, A), "reviews:desk:batches", others=True),
        Queue(gettext_lazy("Batches to rank"), "review.to_rank", (D,), "reviews:desk:batches", {"status": "CLOSED"}),
        Queue(gettext_lazy("Applications to join the expert pool"), "review.to_admit", (R,), "reviews:desk:candidacies", {"status": "SUBMITTED"}),
        Queue(gettext_lazy("Review fees to pay"), "review.to_pay", (F,), "reviews:desk:fee_lists", {"status": "CONFIRMED"}),
    )),
    (gettext_lazy("Awards and contracts"), (
        Queue(gettext_lazy("Lists of awards to decide"), "project.decide", (L,), "projects:desk:proposals", {"status": "SUBMITTED"}),
        Queue(gettext_lazy("Decided lists to publish"), "project.publicise", (R, D), "projects:desk:notices"),
        Queue(gettext_lazy("Objections to examine"), "project.objections_to_examine", (S,), "projects:desk:objections", {"open": "supervision"}),
        Queue(gettext_lazy("Objections proposed to be upheld, to decide"), "project.objections_handed", (L,), "projects:desk:objections",
              {"open": "handed"}),
        Queue(gettext_lazy("Public notices over, to award"), "project.award", (L,), "projects:desk:notices", {"ready": "yes"}),
        Queue(gettext_lazy("Contracts to offer"), "project.offer", (D,), "projects:desk:projects",
              {"status": "CONTRACT_PENDING", "contract": "DRAFT"}),
        Queue(gettext_lazy("Contracts to sign for the bureau"), "project.bureau_sign", (L,), "projects:desk:projects",
              {"status": "CONTRACT_PENDING", "contract": "UNIT_SIGNED"}),
    )),
    (gettext_lazy("Money"), (
        Queue(gettext_lazy("Payments to request"), "payment.to_request", (D,), "funding:desk:payments", {"ready": "yes"}),
        Queue(gettext_lazy("Returned by the bank, to ask for again"), "payment.returned", (D,), "funding:desk:payments",
              {"status": "RETURNED"}),
        Queue(gettext_lazy("Payments to check"), "payment.to_check", (R,), "funding:desk:payments", {"status": "REQUESTED"}),
        Queue(gettext_lazy("Payments to approve"), "payment.to_approve", (L,), "funding:desk:payments", {"status": "CHECKED"}),
        Queue(gettext_lazy("Payments to send"), "payment.to_send", (F,), "funding:desk:payments", {"status": "APPROVED"}),
        Queue(gettext_lazy("Bank answers to book"), "payment.to_book", (F,), "funding:desk:payments", {"status": "SENT"}),
        Queue(gettext_lazy("Returned by the bank"), "payment.returned", (F,), "funding:desk:payments", {"status": "RETURNED"}, others=True),
    )),
    (gettext_lazy("Results"), (
        Queue(gettext_lazy("Final reports to examine"), "result.examine", (S, A), "performance:desk:acceptances", {"status": "OPEN"}),
        Queue(gettext_lazy("Conclusions to confirm"), "result.confirm", (L,), "performance:desk:acceptances", {"status": "PROPOSED"}),
        Queue(gettext_lazy("Performance to score"), "result.score", (S, A), "performance:desk:evaluations", {"ready": "yes"}),
        Queue(gettext_lazy("Scores to confirm"), "result.confirm_score", (R,), "performance:desk:evaluations", {"status": "SCORED"}),
    )),
    (gettext_lazy("Office"), (
        Queue(gettext_lazy("Documents to sign"), "document.PROOFED", (L,), "notices:desk:documents", {"status": "PROOFED"}),
        Queue(gettext_lazy("Units to verify"), "unit.PENDING", (R, S), "accounts:desk:units", {"status": "PENDING"}),
        Queue(gettext_lazy("Changes of units to verify"), "unit.changes", (R, S), "accounts:desk:units", {"change": "waiting"}),
    )),
)


def _by_status(rows: Any, prefix: str) -> dict[str, int]:
    return {f"{prefix}.{status}": n for status, n in rows.order_by().values_list("status").annotate(n=Count("pk", distinct=True))}


def _prefixed(counts: dict[str, int], prefix: str) -> dict[str, int]:
    return {f"{prefix}.{key}": n for key, n in counts.items()}


#: One source of counts per first word of a queue's count; asked only when one of the actor's queues needs it.
SOURCES: dict[str, Callable[[Any], dict[str, int]]] = {
    "plan": lambda actor: _by_status(programs.plans_visible_to(actor), "plan"),
    "change": lambda actor: _by_status(programs.changes_visible_to(actor), "change"),
    "guide": lambda actor: _by_status(programs.visible_to(actor), "guide") | _prefixed(programme.turns.guides_waiting(actor), "guide"),
    "entitlement": lambda actor: _by_status(programs.lists_visible_to(actor), "entitlement"),
    "call": lambda actor: _by_status(programs.calls_visible_to(actor), "call"),
    "need": lambda actor: _by_status(programme.topics.desk_needs(actor), "need"),
    "application": lambda actor: _by_status(applications.at_desk(actor), "application"),
    "twice": lambda actor: {"twice.open": filed.open_duplicates(actor)},
    "word": lambda actor: {"word.to_record": filed.voices_to_record(actor)},
    "review": lambda actor: _prefixed(reviews.waiting(actor), "review"),
    "project": lambda actor: _prefixed(projects.waiting(actor), "project"),
    "payment": lambda actor: _prefixed(funding.waiting(actor), "payment"),
    "result": lambda actor: _prefixed(performance.waiting(actor), "result"),
    "document": lambda actor: _by_status(notices.visible_to(actor), "document"),
    "unit": lambda actor: _by_status(accounts.organisations(actor), "unit") | {
        "unit.changes": accounts.with_waiting_change(accounts.organisations(actor)).count()},
}


def queues(actor: Any) -> list[dict[str, Any]]:
    """The actor's queues in groups, each with its count; queues of other roles are not shown."""
    mine = [(title, [queue for queue in rows if actor.holds(*queue.roles)]) for title, rows in QUEUES]
    needed = {queue.count.split(".")[0] for _title, rows in mine for queue in rows}
    counts: dict[str, int] = {}
    for source in sorted(needed):
        counts |= SOURCES[source](actor)
    counts["guide.checked"] = counts.get("guide.INTERNAL_REVIEW", 0)
    return [
        {"title": title, "rows": [
            {"label": queue.label, "count": counts.get(queue.count, 0), "others": queue.others,
             "url": address(queue.page, **(queue.query or {}))}
            for queue in rows
        ]}
        for title, rows in mine if rows
    ]


def plan_warning(actor: Any) -> str:
    """Clause A1 for those who own the annual plan: that of the year is due or late."""
    return programme.plan_warning(clock.today()) if actor.holds(R, L) else ""


def total(groups: list[dict[str, Any]]) -> int:
    return sum(row["count"] for group in groups for row in group["rows"] if not row["others"])


# --- numbers and pictures ----------------------------------------------------------------------------------------


def kpis(actor: Any, year: int) -> list[dict[str, Any]]:
    """This year's numbers over what the actor may see."""
    filed = applications.visible_to(actor).filter(guide__year=year)
    held = project_policies.visible_to(actor)
    items = AnnualPlanItem.objects.filter(plan__year=year).aggregate(money=Sum("money"), committed=Sum("committed"))
    paid = sum((paid for _month, paid in funding.paid_by_month(year)), Decimal(0))
    unit = _("10,000 yuan")
    return [
        {"label": _("Applications of %(year)s") % {"year": year}, "value": filed.count(),
         "link": address("applications:desk:list")},
        {"label": _("Guides open now"), "value": programme.open_rows(programme.guides_for(actor)).count(),
         "link": address("programs:desk:guides")},
        {"label": _("Projects running, overdue or in acceptance"), "value": held.filter(status__in=["ACTIVE", "OVERDUE", "ACCEPTANCE"]).count(),
         "link": address("projects:desk:projects")},
        {"label": _("Annual plan of %(year)s") % {"year": year}, "value": money.wan(items["money"] or 0), "unit": unit},
        {"label": _("Committed, lists under public notice included"), "value": money.wan(items["committed"] or 0), "unit": unit},
        {"label": _("Paid in %(year)s") % {"year": year}, "value": money.wan(paid), "unit": unit},
    ]


PAST_CHECK = (
    Status.ACCEPTED, Status.IN_REVIEW, Status.REVIEWED, Status.SITE_VISIT, Status.SPECIAL_AUDIT, Status.RANKED,
    Status.NOT_SELECTED, Status.PROPOSED, Status.PUBLICITY, Status.OBJECTION_HOLD, Status.AWARDED, Status.REJECTED,
)
PAST_REVIEW = PAST_CHECK[2:]
PAST_LIST = (Status.PROPOSED, Status.PUBLICITY, Status.OBJECTION_HOLD, Status.AWARDED)


def funnel(actor: Any, year: int) -> charts.Chart:
    """Submitted, accepted, reviewed, proposed, awarded: one query."""
    found = applications.visible_to(actor).filter(guide__year=year).order_by().aggregate(
        filed=Count("pk", filter=Q(submitted_at__isnull=False)), accepted=Count("pk", filter=Q(status__in=PAST_CHECK)),
        reviewed=Count("pk", filter=Q(status__in=PAST_REVIEW)), proposed=Count("pk", filter=Q(status__in=PAST_LIST)),
        awarded=Count("pk", filter=Q(status=Status.AWARDED)),
    )
    steps = [(_("Submitted"), found["filed"]), (_("Accepted"), found["accepted"]), (_("Reviewed"), found["reviewed"]),
             (_("On the list of awards"), found["proposed"]), (_("Awarded"), found["awarded"])]
    return charts.funnel(_("From submission to award, applications of %(year)s") % {"year": year}, steps,
                         note=_as_of())


def money_by_plan(actor: Any) -> charts.Chart:
    rows = [(name, money.in_wan(value)) for name, value in projects.money_by_plan(actor) if value]
    return charts.bars(_("Money awarded by plan (10,000 yuan)"), rows[:8], note=_as_of())


def plan_execution(actor: Any, year: int) -> charts.Chart:
    """Committed against planned, per plan of the annual plan."""
    name = "special__plan__name_en" if programme.is_english() else "special__plan__name"
    rows = AnnualPlanItem.objects.filter(plan__year=year).order_by().values_list(name).annotate(
        committed=Sum("committed"), planned=Sum("money"))
    found = [(name, money.in_wan(done), money.in_wan(plan)) for name, done, plan in rows]
    return charts.bullet(_("Committed against the annual plan of %(year)s (10,000 yuan)") % {"year": year}, found,
                         note=_as_of())


def paid_by_month(year: int) -> charts.Chart:
    rows = [(name, money.in_wan(value)) for name, value in funding.paid_by_month(year)]
    return charts.bars(_("Paid by month of %(year)s (10,000 yuan)") % {"year": year}, rows, note=_as_of())


def _as_of() -> str:
    return _("as of %(day)s") % {"day": clock.today().isoformat()}


def dates(actor: Any, days: int = 60) -> list[dict[str, Any]]:
    """The coming dates: guides that open or close, public notices that end, contracts to be signed."""
    now = clock.now()
    until = now + timedelta(days=days)
    found: list[dict[str, Any]] = []
    for guide in programme.guides_for(actor).filter(status__in=["PUBLISHED", "OPEN"]):
        url = address("programs:desk:guide", guide.ref)
        for window in guide.windows.all():
            found += [
                {"at": at, "label": label, "title": projects.title_of(guide), "url": url}
                for at, label in ((window.opens_at, _("Guide opens")), (window.closes_at, _("Guide closes")))
                if now < at <= until
            ]
    found += [
        {"at": late.closes_at, "label": _("Those who had begun: close"), "title": projects.title_of(guide), "url": address("programs:desk:guide", guide.ref)}
        for guide in programme.late_guides(programme.guides_for(actor)) if (late := programme.late_grant(guide)) and now < late.closes_at <= until
    ]
    found += [
        {"at": row.closes_at, "label": _("Public notice ends"), "title": projects.title_of(row.proposal.guide),
         "url": address("projects:desk:notice", row.ref)}
        for row in projects.running_notices(actor)
    ]
    return sorted(found, key=_at)[:8]


def _at(row: dict[str, Any]) -> datetime:
    return row["at"]
