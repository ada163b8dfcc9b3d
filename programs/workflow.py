"""The tables of moves: guide, annual plan, policy document, special, extension. One row is one verb.

Guide states and moves follow the field's lifecycle; `return` is also possible after the bureau's approval, so that a
guide whose policy basis has expired meanwhile can be repaired instead of being stuck.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.workflow import Machine, Step
from programs import policies, rules, states
from programs.engine import schema
from programs.states import (
    ExtensionStatus,
    GuideStatus,
    PlanStatus,
    PolicyStatus,
    SpecialStatus,
)


def with_reason(obj: Any, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def another_person(obj: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == obj.drafted_by_id:
        return _("The person who drafted it may not approve it (two persons).")
    return None


#: Guides in these states take money and number from their annual-plan item.
TAKING = (GuideStatus.PUBLISHED, GuideStatus.OPEN, GuideStatus.CLOSED)


def policy_facts(guide: Any) -> list[rules.Policy]:
    """The documents the guide names, with whether each governs its special."""
    covering = set(guide.policies.filter(specials=guide.special_id).values_list("pk", flat=True))
    return [
        rules.Policy(p.title, p.kind, p.status, p.valid_from, p.valid_to, p.government_approval, p.pk in covering)
        for p in guide.policies.all()
    ]


def item_facts(guide: Any) -> rules.Item:
    """The plan item with what its other running guides take of it; the item is locked by the caller's move."""
    item = guide.plan_item
    others = type(guide).objects.filter(plan_item=item, status__in=TAKING).exclude(pk=guide.pk)
    taken = others.aggregate(money=Sum("budget_control"), count=Sum("max_projects"))
    return rules.Item(
        item.plan.year, item.plan.status, item.money, item.count, taken["money"] or Decimal(0), taken["count"] or 0
    )


def well_formed(guide: Any, **given: Any) -> list[str]:
    if guide.version is None:
        return [_("The guide has no content yet.")]
    return [str(problem) for problem in schema.check(guide.version.data)]


def has_windows(guide: Any, **given: Any) -> list[str]:
    return rules.window_problems(list(guide.windows.all()), clock.now())


def special_active(guide: Any, **given: Any) -> str | None:
    return rules.special_problem(guide.special.status, guide.special.label)


def governed(guide: Any, **given: Any) -> list[str]:
    return rules.policy_problems(policy_facts(guide), clock.today())


def within_plan(guide: Any, **given: Any) -> list[str]:
    return rules.item_problems(item_facts(guide), guide.budget_control, guide.max_projects, guide.year)


def window_begun(guide: Any, **given: Any) -> str | None:
    """By the database clock: the job only makes visible what the clock has decided."""
    now, windows = clock.now(), list(guide.windows.all())
    if guide.status == GuideStatus.PUBLISHED and any(w.opens_at <= now for w in windows):
        return None
    return None if rules.open_window(windows, now) else _("No filing window is open now.")


def window_over(guide: Any, **given: Any) -> str | None:
    still = rules.open_window(list(guide.windows.all()), clock.now())
    return _("A filing window is still open.") if still else None


def later_close(guide: Any, *, closes_at: Any = None, **given: Any) -> str | None:
    window = rules.open_window(list(guide.windows.all()), clock.now())
    if window is None:
        return _("No filing window is open now, so there is nothing to extend.")
    if closes_at is not None and closes_at <= window.closes_at:
        return _("The new close must be later than the present one.")
    return None


GUIDE = Machine(
    "programs.guide",
    (
        Step("submit", {GuideStatus.DRAFT}, GuideStatus.INTERNAL_REVIEW, policies.owns_guide,
             (special_active, governed, within_plan, has_windows, well_formed), gettext_lazy("Submit for internal review")),
        Step("agree", {GuideStatus.INTERNAL_REVIEW}, GuideStatus.LEGAL_REVIEW, policies.checks_guide,
             (another_person,), gettext_lazy("Agree, pass on to the legality check")),
        Step("approve", {GuideStatus.LEGAL_REVIEW}, GuideStatus.BUREAU_APPROVED, policies.approves_guide,
             (another_person, has_windows, well_formed), gettext_lazy("Approve for the bureau")),
        Step("return", {GuideStatus.INTERNAL_REVIEW, GuideStatus.LEGAL_REVIEW, GuideStatus.BUREAU_APPROVED},
             GuideStatus.DRAFT, policies.checks_guide, (with_reason,), gettext_lazy("Return to the drafter")),
        Step("publish", {GuideStatus.BUREAU_APPROVED}, GuideStatus.PUBLISHED, policies.owns_guide,
             (special_active, governed, within_plan, has_windows, well_formed), gettext_lazy("Publish")),
        Step("open", {GuideStatus.PUBLISHED, GuideStatus.CLOSED}, GuideStatus.OPEN, policies.is_system,
             (window_begun,), gettext_lazy("Open filing")),
        Step("close", {GuideStatus.OPEN}, GuideStatus.CLOSED, policies.is_system, (window_over,),
             gettext_lazy("Close filing")),
        Step("extend", {GuideStatus.OPEN}, GuideStatus.OPEN, policies.checks_guide, (later_close,),
             gettext_lazy("Extend the window")),
        Step("withdraw", {GuideStatus.PUBLISHED, GuideStatus.OPEN}, GuideStatus.WITHDRAWN, policies.approves_guide,
             (with_reason,), gettext_lazy("Withdraw the guide"), danger=True),
        Step("supersede", {GuideStatus.PUBLISHED, GuideStatus.OPEN}, GuideStatus.SUPERSEDED, policies.owns_guide,
             (with_reason,), gettext_lazy("Correct and reissue"), danger=True),
    ),
    "programs.Guide",
    states.GuideStatus,
)


def plan_sound(plan: Any, **given: Any) -> list[str]:
    items = [(i.title, i.money, i.count, i.opens_month, i.closes_month) for i in plan.items.all()]
    return rules.plan_problems(plan.control_figure, plan.reserve, items)


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


def government_approved(document: Any, **given: Any) -> str | None:
    if document.kind == states.PolicyKind.SCHEME and not document.government_approval.strip():
        return _("Clause R13: an implementation scheme needs the approval of the municipal government.")
    return None


POLICY_DOCUMENT = Machine(
    "programs.policy_document",
    (
        Step("enact", {PolicyStatus.DRAFT}, PolicyStatus.IN_FORCE, policies.is_planner, (government_approved,),
             gettext_lazy("Put in force")),
        Step("repeal", {PolicyStatus.IN_FORCE}, PolicyStatus.REPEALED, policies.is_planner, (with_reason,),
             gettext_lazy("Repeal"), danger=True),
    ),
    "programs.PolicyDocument",
    states.PolicyStatus,
)

SPECIAL = Machine(
    "programs.special",
    (
        Step("suspend", {SpecialStatus.ACTIVE}, SpecialStatus.SUSPENDED, policies.is_bureau_leader, (with_reason,),
             gettext_lazy("Suspend the special")),
        Step("resume", {SpecialStatus.SUSPENDED}, SpecialStatus.ACTIVE, policies.is_bureau_leader, (with_reason,),
             gettext_lazy("Resume the special")),
        Step("cancel", {SpecialStatus.ACTIVE, SpecialStatus.SUSPENDED}, SpecialStatus.CANCELLED,
             policies.is_bureau_leader, (with_reason,), gettext_lazy("Cancel the special"), danger=True),
    ),
    "programs.Special",
    states.SpecialStatus,
)

EXTENSION = Machine(
    "programs.extension",
    (
        Step("approve", {ExtensionStatus.REQUESTED}, ExtensionStatus.APPROVED, policies.decides_extension, (),
             gettext_lazy("Approve the later close")),
        Step("refuse", {ExtensionStatus.REQUESTED}, ExtensionStatus.REFUSED, policies.decides_extension,
             (with_reason,), gettext_lazy("Refuse the later close")),
    ),
    "programs.Extension",
    states.ExtensionStatus,
)
