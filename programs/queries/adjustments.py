"""Adjustment cases: what may be seen, what a case is about, and what will follow when it takes effect (clauses R3, T2)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Engagement, Membership, Person
from accounts.policies import Actor, system
from accounts.states import MembershipStatus, Role
from core import clock
from programs import policies, states
from programs.engine.overlap import Portrait
from programs.models import (
    Adjustment,
    AnnualPlanItem,
    Guide,
    GuideVersion,
    Opinion,
    OverlapPair,
    OverlapReport,
    Plan,
    PlanTree,
    PolicyDocument,
    Special,
)
from programs.queries.evidence import funded_titles
from programs.queries.opening import phase
from programs.queries.tree import tree_as_of
from programs.states import GuideStatus
from programs.workflow import case_basis

RUNNING, APPLIED = "RUNNING", "APPLIED"
OPINION_ROLES = (Role.DIVISION, Role.RESOURCE, Role.SUPERVISION, Role.FINANCE)


def get_adjustment(actor: Any, ref: str) -> Adjustment:
    row = policies.adjustments_visible_to(actor).filter(ref=ref).first()
    if row is None:
        raise Http404
    return row


def adjustments_of(special: Special) -> list[Adjustment]:
    """Decided cases of a special or of its whole plan, by code over all tree versions, newest first."""
    return list(
        Adjustment.objects.filter(
            Q(special__code=special.code) | Q(special=None, plan__code=special.plan.code),
            status__in=states.PUBLIC_ADJUSTMENTS,
        ).select_related("special", "plan", "tree").order_by("-effective_on", "-pk")[:30]
    )


def specials_of_case(case: Adjustment) -> list[Special]:
    """The specials a case is about: one, or all that stand in its plan; a new one has none yet."""
    if case.special is not None:
        return [case.special]
    if case.plan is None or case.kind == states.AdjustmentKind.CREATE:
        return []
    return list(
        Special.objects.filter(plan=case.plan, disabled_on=None)
        .exclude(status=states.SpecialStatus.CANCELLED).select_related("plan", "tree")
    )


@dataclass
class Consequences:
    """What follows; every list is shown before anybody decides."""

    specials: list[Special]
    withdrawn: list[Guide] = field(default_factory=list)
    kept: list[Guide] = field(default_factory=list)
    stopped: list[Guide] = field(default_factory=list)
    items: list[AnnualPlanItem] = field(default_factory=list)
    running: int = 0
    pending: int = 0

    @property
    def unused(self) -> Decimal:
        """Planned money that no award has taken, in yuan."""
        return sum((item.money - item.committed for item in self.items), Decimal(0))


def consequences(case: Adjustment) -> Consequences:
    specials = specials_of_case(case)
    found = Consequences(specials)
    if not specials:
        return found
    codes = [special.code for special in specials]
    found.running, found.pending = (_engaged(codes, state) for state in (RUNNING, APPLIED))
    if case.kind not in states.CLOSING_KINDS:
        return found
    guides = Guide.objects.filter(special__in=specials).exclude(status__in=states.GONE_STATUSES)
    now = clock.now()
    for guide in guides.select_related("special").prefetch_related("windows").order_by("closes_at", "pk"):
        by_clock, place = phase(guide, now), found.stopped
        if by_clock == GuideStatus.CLOSED:
            continue
        if by_clock == GuideStatus.OPEN:
            place = found.withdrawn if case.open_guides == states.OpenGuides.WITHDRAW else found.kept
        elif by_clock == GuideStatus.PUBLISHED:
            place = found.withdrawn  # clause T2: a suspended special opens no guide, nor again between two windows
        place.append(guide)
    found.items = list(
        AnnualPlanItem.objects.filter(special__in=specials, plan__year__gte=case.effective_on.year).select_related("plan")
    )
    return found


def _engaged(codes: list[str], state: str) -> int:
    return Engagement.objects.filter(klass__in=codes, state=state).values("source_ref").distinct().count()


def case_opinions(case: Adjustment) -> list[Opinion]:
    """Every opinion given; `is_old` marks those on an earlier text of the case, which do not count."""
    rows, basis = list(case.opinions.select_related("person")), case_basis(case)
    for row in rows:
        row.is_old = row.basis != basis
    return rows


def target_choices() -> tuple[list[tuple[str, str]], list[tuple[str, list[tuple[str, str]]]]]:
    """(plans, specials grouped by plan) of the tree in force, for the form of a new case."""
    tree = tree_as_of()
    if tree is None:
        return [], []
    plans = list(tree.plans.filter(disabled_on=None))
    groups: dict[str, list[tuple[str, str]]] = {plan.label: [] for plan in plans}
    for row in Special.objects.filter(tree=tree, disabled_on=None).select_related("plan").order_by("plan__order", "order"):
        groups.setdefault(row.plan.label, []).append((row.code, f"{row.label}（{row.status_label}）"))
    return [(plan.code, plan.label) for plan in plans], list(groups.items())


def plan_in_force(code: str) -> Plan | None:
    return Plan.objects.filter(tree=tree_as_of(), code=code).first()


def special_in_force(code: str) -> Special | None:
    return Special.objects.filter(tree=tree_as_of(), code=code).select_related("plan", "tree").first()


def standing(special: Special, on: date) -> str:
    """The state of a special on a day, by the cases that had taken effect then."""
    last = (
        Adjustment.objects.filter(special=special, status=states.AdjustmentStatus.IN_FORCE, applied_at__date__lte=on)
        .exclude(kind__in=[states.AdjustmentKind.CREATE, states.AdjustmentKind.CHANGE]).order_by("-applied_at").first()
    )
    if last is None:
        return states.SpecialStatus.ACTIVE
    return {
        states.AdjustmentKind.SUSPEND: states.SpecialStatus.SUSPENDED,
        states.AdjustmentKind.CANCEL: states.SpecialStatus.CANCELLED,
    }.get(last.kind, states.SpecialStatus.ACTIVE)


# --- overlap -----------------------------------------------------------------------------------------------------


def last_overlap() -> OverlapReport | None:
    return OverlapReport.objects.select_related("tree", "made_by").first()


def pairs_of(report: OverlapReport | None) -> QuerySet[OverlapPair]:
    rows = OverlapPair.objects.select_related("first__plan", "second__plan", "report")
    return rows.filter(report=report) if report else rows.none()


def get_pair(pk: int) -> OverlapPair:
    row = pairs_of(last_overlap()).filter(pk=pk).first() or OverlapPair.objects.select_related(
        "first__plan", "second__plan", "report__tree"
    ).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def overlap_of(special: Special) -> list[OverlapPair]:
    """The pairs of the newest report that a special is in and that reach its flag, largest first."""
    report = last_overlap()
    return list(
        pairs_of(report).filter(Q(first__code=special.code) | Q(second__code=special.code), number__gte=report.flag)[:10]
    ) if report else []


def portraits(tree: PlanTree) -> dict[int, Portrait]:
    """{special id: what is compared}: texts and conditions of its guides, who applied or was funded, funded titles."""
    specials = list(Special.objects.filter(tree=tree, disabled_on=None).exclude(status=states.SpecialStatus.CANCELLED))
    codes = [special.code for special in specials]
    aims: dict[str, list[str]] = {special.code: [special.name, special.note, special.amount_note] for special in specials}
    conditions: dict[str, list[Any]] = defaultdict(list)
    topics: dict[str, list[tuple[str, str]]] = defaultdict(list)
    versions = GuideVersion.objects.filter(
        pk__in=Guide.objects.filter(special__code__in=codes, status__in=states.PUBLIC_STATUSES).values("version")
    ).values_list("guide__special__code", "guide__ref", "data")
    for code, ref, data in versions:
        aims[code].extend(s.get("text", "") for s in data.get("sections", ()) if s.get("code") == "content")
        conditions[code].extend(rule.get("test") or {} for rule in data.get("conditions", ()))
        topics[code].extend((f"{ref} {topic['code']}", topic["title"]) for topic in data.get("topics") or ())
    for code, ref, title in funded_titles(codes):
        topics[code].append((ref, title))
    applicants: dict[str, set[str]] = defaultdict(set)
    rows = Engagement.objects.filter(klass__in=codes, organisation__isnull=False).values_list("klass", "organisation__name")
    for code, name in rows.distinct():
        applicants[code].add(name)
    return {
        special.pk: Portrait(
            special.code, " ".join(aims[special.code]), tuple(conditions[special.code]), frozenset(applicants[special.code]),
            tuple(topics[special.code]),
        )
        for special in specials
    }


def policy_numbered(number: str) -> PolicyDocument | None:
    return PolicyDocument.objects.filter(number=number).first()


def desk_people() -> list[Person]:
    """Who is asked for an opinion: the divisions, resource, supervision and finance today."""
    today = clock.today()
    rows = Membership.objects.filter(
        Q(until=None) | Q(until__gte=today), role__in=OPINION_ROLES, status=MembershipStatus.ACTIVE, since__lte=today
    )
    return list(Person.objects.filter(pk__in=rows.values("person"), is_active=True).order_by("pk"))


def proposal_text(key: str, value: Any, tree: PlanTree) -> str:
    """A proposed value as a person reads it, in the language of the moment."""
    if key in ("funding_modes", "review_modes"):
        enum = states.FundingMode if key == "funding_modes" else states.ReviewMode
        return "、".join(str(enum(item).label) for item in value)
    if key == "budget_scheme":
        return str(states.BudgetScheme(value).label)
    if key == "plan":
        plan = Plan.objects.filter(tree=tree, code=value).first()
        return plan.label if plan else str(value)
    return str(value)


def tree_by_id(pk: int) -> PlanTree:
    return PlanTree.objects.get(pk=pk)


def actor_of(pk: int | None) -> Actor:
    """Who asked for a job, with the roles of today; the system when the person is gone."""
    person = Person.objects.filter(pk=pk).first() if pk else None
    return Actor.of(person) if person else system("overlap")


def proposal_lines(case: Adjustment) -> list[dict[str, Any]]:
    """What is proposed, column by column, beside what stands today (or stood when the case took effect)."""
    target: Any = case.special or case.plan
    found = []
    for key, value in case.proposal.items():
        old = case.before.get(key) if case.applied_at else _standing_value(target, key)
        shown = proposal_text(key, old, case.tree) if old and case.kind != states.AdjustmentKind.CREATE else ""
        found.append({"label": str(PROPOSAL_LABELS[key]), "before": shown, "after": proposal_text(key, value, case.tree),
                      "is_english": key.endswith("_en")})
    return found


def _standing_value(target: Any, key: str) -> Any:
    value = getattr(target, key, None)
    return value.code if key == "plan" and value is not None else value


PROPOSAL_LABELS = {
    "code": _("Code"), "name": _("Name"), "name_en": _("Name in English"), "prefix": _("Letters of project numbers"),
    "plan": _("Plan"), "funding_modes": _("Way of funding"), "review_modes": _("Review"), "budget_scheme": _("Budget"),
    "division": _("Division"), "amount_note": _("Amount"), "note": _("Aim and note"),
}
