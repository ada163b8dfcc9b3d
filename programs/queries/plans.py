"""The annual plan: items, sums, what its guides take, who owns it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Membership, Person
from accounts.states import MembershipStatus, Role
from core import clock, parameters
from programs import policies, states
from programs.models import AnnualPlan, AnnualPlanItem, ControlFigure
from programs.rules.planned import over_control

DECIDED = (states.PlanStatus.APPROVED, states.PlanStatus.PUBLISHED)


def get_plan(actor: Any, year: int) -> AnnualPlan:
    plan = policies.plans_visible_to(actor).filter(year=year).first()
    if plan is None:
        raise Http404
    return plan


def plan_of_year(actor: Any, year: int) -> AnnualPlan | None:
    return policies.plans_visible_to(actor).filter(year=year).first()


def plan_stands(year: int) -> bool:
    """Whether the year has a plan already, whoever may see it."""
    return AnnualPlan.objects.filter(year=year).exists()


def plan_over(plan: AnnualPlan) -> str | None:
    """What a draft has more than its control figure, as words; None when it fits or has no figure yet."""
    if not plan.control_figure:
        return None
    money = plan.items.aggregate(sum=Sum("money"))["sum"] or Decimal(0)
    return over_control(plan.control_figure, plan.reserve, money)


def items_of(plan: AnnualPlan) -> list[AnnualPlanItem]:
    """Items with what their guides take: `.guide_count`, `.guide_money`."""
    taken = Q(guides__status__in=states.RUNNING_STATUSES)
    return list(
        plan.items.select_related("special__plan").annotate(
            guide_count=Count("guides", filter=taken), guide_money=Sum("guides__budget_control", filter=taken)
        ).order_by("order", "pk")
    )


def items_without_guide(actor: Any) -> QuerySet[AnnualPlanItem]:
    """Items of decided plans for which a guide may still be written: of this year and later, of last year while its window
    reaches into this one; for somebody who writes guides those of the own specials."""
    today = clock.today()
    crossing = Q(plan__year=today.year - 1, closes_month__lt=F("opens_month"), closes_month__gte=today.month)
    rows = (
        AnnualPlanItem.objects.filter(
            crossing | Q(plan__year__gte=today.year), plan__status__in=DECIDED, special__status=states.SpecialStatus.ACTIVE, cancelled_at=None)
        .select_related("plan", "special__plan")
        .order_by("-plan__year", "order")
    )
    if actor is None or policies.holds_everywhere(actor, Role.DIVISION):
        return rows
    scopes = actor.scopes(Role.DIVISION)
    return rows.filter(Q(special__code__in=scopes) | Q(special__plan__code__in=scopes))


def plan_sums(items: Iterable[AnnualPlanItem]) -> dict[str, Any]:
    rows = list(items)
    return {
        "money": sum((row.money for row in rows), Decimal(0)),
        "count": sum(row.count for row in rows),
        "committed": sum((row.committed for row in rows), Decimal(0)),
        "awarded": sum(row.awarded_count for row in rows),
    }


def control_figure(year: int, pool: str = states.Pool.CONTROL) -> ControlFigure | None:
    return ControlFigure.objects.filter(year=year, pool=pool).first()


def expected_items(on: date) -> QuerySet[AnnualPlanItem]:
    """Items of published plans of this year and later whose guide has not been published, by their window."""
    return (
        AnnualPlanItem.objects.filter(plan__year__gte=on.year, plan__status=states.PlanStatus.PUBLISHED, cancelled_at=None)
        .exclude(guides__status__in=states.PUBLIC_STATUSES)
        .select_related("special__plan", "special__tree", "plan")
        .order_by("plan__year", "opens_month", "opens_on", "order")
    )


def expected_guides(on: date) -> list[AnnualPlanItem]:
    """Items whose guide is still to come this year (for the empty state of the search)."""
    return list(expected_items(on).filter(plan__year=on.year, opens_month__gte=on.month)[:12])


def is_plan_decided(year: int) -> bool:
    return AnnualPlan.objects.filter(year=year, status__in=DECIDED).exists()


def planners() -> list[Person]:
    """People of the resource division today: the owners of the annual plan."""
    today = clock.today()
    rows = Membership.objects.filter(
        Q(until=None) | Q(until__gte=today), role=Role.RESOURCE, status=MembershipStatus.ACTIVE, since__lte=today
    )
    return list(Person.objects.filter(pk__in=rows.values("person"), is_active=True))


def published_plans() -> QuerySet[AnnualPlan]:
    return AnnualPlan.objects.filter(status=states.PlanStatus.PUBLISHED)


def money_by_plan(items: Iterable[AnnualPlanItem]) -> list[tuple[str, Decimal]]:
    """Planned money of each category in 万元, in the order of the tree."""
    sums: dict[str, Decimal] = {}
    for item in sorted(items, key=lambda row: row.special.plan.order):
        label = item.special.plan.label
        sums[label] = sums.get(label, Decimal(0)) + item.money / 10000
    return list(sums.items())


def get_item(actor: Any, pk: int) -> AnnualPlanItem:
    item = (
        AnnualPlanItem.objects.filter(pk=pk, plan__in=policies.plans_visible_to(actor))
        .select_related("plan__tree", "special__plan")
        .first()
    )
    if item is None:
        raise Http404
    return item


def plan_warning(on: date) -> str:
    """Clause A1 on the page: the year's plan is due by 31 March; empty when it is decided."""
    if is_plan_decided(on.year):
        return ""
    due = str(parameters.value("annual_plan.due", default="03-31"))
    passed = f"{on:%m-%d}" > due
    text = (
        _("Clause A1: the annual plan of %(year)d should have been approved by %(due)s.")
        if passed
        else _("Clause A1: the annual plan of %(year)d is due by %(due)s.")
    )
    return text % {"year": on.year, "due": f"{on.year}-{due}"}
