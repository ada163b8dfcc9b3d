"""The moves of the annual plan and of a change of it during the year."""

from __future__ import annotations

from datetime import (
    date,
)
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
)

from core import (
    parameters,
)
from core.workflow import Machine, Step
from programs import policies, rules, states
from programs.models import (
    ControlFigure,
    Guide,
)
from programs.states import (
    ChangeStatus,
    PlanStatus,
    SpecialStatus,
)
from programs.workflow.advisory import advisory_item, advisory_money
from programs.workflow.asked import another_person, with_reason
from programs.workflow.basis import uncontinued
from programs.workflow.guides import TAKING


def plan_sound(plan: Any, **given: Any) -> list[str]:
    items = [(i.title, i.money, i.count, i.opens_month, i.closes_month) for i in plan.items.all()]
    return rules.plan_problems(plan.control_figure, plan.reserve, items, reserve_bounds(plan.year)) + uncontinued(
        item.special for item in plan.items.select_related("special__tree"))


def reserve_bounds(year: int) -> tuple[Decimal, Decimal]:
    """The least and the largest share of the reserve by the rules of that year (clauses R10, T3)."""
    day = date(year, 1, 1)
    return (
        Decimal(parameters.value("annual_plan.reserve_min", on=day, default=0)),
        Decimal(parameters.value("annual_plan.reserve_max", on=day, default=1)),
    )


ANNUAL_PLAN = Machine(
    "programs.annual_plan",
    (
        Step("submit", {PlanStatus.DRAFT}, PlanStatus.SUBMITTED, policies.is_planner, (plan_sound,),
             gettext_lazy("Submit for approval")),
        Step("return", {PlanStatus.SUBMITTED}, PlanStatus.DRAFT, policies.is_bureau_leader, (with_reason,),
             gettext_lazy("Return to the drafter")),
        Step("approve", {PlanStatus.SUBMITTED}, PlanStatus.APPROVED, policies.is_bureau_leader,
             (another_person, plan_sound), gettext_lazy("Approve the annual plan")),
        Step("publish", {PlanStatus.APPROVED}, PlanStatus.PUBLISHED, policies.is_planner, (),
             gettext_lazy("Publish the annual plan")),
    ),
    "programs.AnnualPlan",
    states.PlanStatus,
)


def plan_facts(plan: Any) -> rules.PlanFacts:
    """The plan with what guides, advisory bodies, awards and payments hold of it. Who is about to write locks plan and items before."""
    taken = {
        row["plan_item"]: row
        for row in Guide.objects.filter(plan_item__plan=plan, status__in=TAKING).order_by().values("plan_item").annotate(
            money=Sum("budget_control"), count=Sum("max_projects"))
    }
    paying = advisory_item(plan.year)
    if paying is not None:
        row = taken.setdefault(paying.pk, {})
        row["money"] = (row.get("money") or Decimal(0)) + advisory_money(plan.year)
    drawn = dict(ControlFigure.objects.filter(year=plan.year).values_list("pool", "reserved"))
    return rules.PlanFacts(
        plan.year, plan.control_figure, plan.reserve,
        {item.pk: _planned(item, taken.get(item.pk, {})) for item in plan.items.select_related("special").order_by("order", "pk")},
        drawn.get(states.Pool.CONTROL, Decimal(0)), drawn.get(states.Pool.RESERVE, Decimal(0)), reserve_bounds(plan.year),
    )


def _planned(item: Any, taken: Any) -> rules.Planned:
    return rules.Planned(
        item.pk, item.title, item.money, item.count, taken.get("money") or Decimal(0), taken.get("count") or 0, item.committed,
        item.awarded_count, item.opens_month, item.closes_month, item.opens_on, item.closes_on, item.funding_mode,
        item.review_mode, item.special.label, item.special.status, item.cancelled_at is not None,
    )


def change_lines(change: Any) -> list[rules.Line]:
    return [
        rules.Line(
            row.kind, row.item_id, row.to_id, row.money, row.count, row.opens_month, row.closes_month, row.opens_on, row.closes_on,
            row.funding_mode, row.review_mode, row.title, row.special.label if row.special else "", row.special.status if row.special else SpecialStatus.ACTIVE,
        )
        for row in change.lines.select_related("special").order_by("pk")
    ]


def plan_after(change: Any) -> tuple[rules.PlanFacts, list[str]]:
    """The plan as it would be, and what speaks against it."""
    return rules.changed_plan(
        plan_facts(change.plan), change_lines(change), control=change.control_figure, reserve=change.reserve,
        assignment=change.assignment,
    )


def change_sound(change: Any, **given: Any) -> list[str]:
    found = [] if change.reason.strip() else [_("A reason is needed.")]
    if change.plan.status not in (PlanStatus.APPROVED, PlanStatus.PUBLISHED):
        found.append(_("Clause A1: only an approved annual plan is changed by request; a draft is edited."))
    added = [line.special for line in change.lines.select_related("special__tree") if line.special is not None]
    return found + plan_after(change)[1] + uncontinued(added)


def not_the_asker(change: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == change.requested_by_id:
        return _("Who asked for the change may not check or approve it (two persons).")
    return None


def not_the_checker(change: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == change.checked_by_id:
        return _("Who checked the change may not approve it (two persons).")
    return None


PLAN_CHANGE = Machine(
    "programs.plan_change",
    (
        Step("submit", {ChangeStatus.DRAFT}, ChangeStatus.SUBMITTED, policies.asked_for_change, (change_sound,),
             gettext_lazy("Submit the change for checking")),
        Step("check", {ChangeStatus.SUBMITTED}, ChangeStatus.CHECKED, policies.is_planner, (not_the_asker, change_sound),
             gettext_lazy("Checked, pass on for approval")),
        Step("approve", {ChangeStatus.CHECKED}, ChangeStatus.APPLIED, policies.is_bureau_leader,
             (not_the_asker, not_the_checker, change_sound), gettext_lazy("Approve and apply the change")),
        Step("return", {ChangeStatus.SUBMITTED, ChangeStatus.CHECKED}, ChangeStatus.DRAFT, policies.handles_change,
             (with_reason,), gettext_lazy("Return to who asked")),
        Step("refuse", {ChangeStatus.SUBMITTED, ChangeStatus.CHECKED}, ChangeStatus.REFUSED, policies.is_bureau_leader,
             (not_the_asker, with_reason), gettext_lazy("Refuse the change"), danger=True),
        Step("withdraw", set(states.OPEN_CHANGES), ChangeStatus.WITHDRAWN, policies.asked_for_change, (),
             gettext_lazy("Withdraw the change"), danger=True),
    ),
    "programs.PlanChange",
    states.ChangeStatus,
)
