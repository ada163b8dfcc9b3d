"""The moves of a special and of the case that moves it (clause R3)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
    pgettext_lazy,
)

from core import (
    clock,
    parameters,
)
from core.workflow import Machine, Step
from programs import policies, rules, states
from programs.states import (
    SpecialStatus,
)
from programs.workflow.asked import another_person, with_reason

#: A special changes its state only by an adjustment case that has taken effect (clause R3); the case keeps the reason.
SPECIAL = Machine(
    "programs.special",
    (
        Step("suspend", {SpecialStatus.ACTIVE}, SpecialStatus.SUSPENDED, policies.is_system, (with_reason,),
             gettext_lazy("Suspend the special")),
        Step("resume", {SpecialStatus.SUSPENDED}, SpecialStatus.ACTIVE, policies.is_system, (with_reason,),
             gettext_lazy("Resume the special")),
        Step("cancel", {SpecialStatus.ACTIVE, SpecialStatus.SUSPENDED}, SpecialStatus.CANCELLED,
             policies.is_system, (with_reason,), gettext_lazy("Cancel the special"), danger=True),
    ),
    "programs.Special",
    states.SpecialStatus,
)


def case_sound(case: Any, **given: Any) -> list[str]:
    """Clause R3: evidence, a fitting target, a proposal that can be carried out, a date to come."""
    special = case.special
    return rules.adjustment_problems(
        kind=case.kind, status=special.status if special else "", evidence=case.evidence.count(), proposal=case.proposal,
        effective_on=case.effective_on, today=clock.today(), has_special=special is not None, has_plan=case.plan is not None,
    )


def enough_opinions(case: Any, **given: Any) -> str | None:
    least = int(parameters.value("adjustment.min_opinions", default=2))
    given_by = case.opinions.count()
    if given_by >= least:
        return None
    return _("Clause R3: %(least)d opinions are asked for before the decision; %(count)d are given.") % {
        "least": least, "count": given_by,
    }


def date_reached(case: Any, **given: Any) -> str | None:
    return None if case.effective_on <= clock.today() else _("The effective date has not come.")


A = states.AdjustmentStatus
ADJUSTMENT = Machine(
    "programs.adjustment",
    (
        Step("ask", {A.DRAFT}, A.OPINIONS, policies.handles_adjustment, (case_sound,),
             gettext_lazy("Ask the desks for opinions")),
        Step("submit", {A.OPINIONS}, A.SUBMITTED, policies.handles_adjustment, (case_sound, enough_opinions),
             gettext_lazy("Put before the leader")),
        Step("return", {A.OPINIONS, A.SUBMITTED}, A.DRAFT, policies.checks_adjustment, (with_reason,),
             gettext_lazy("Return for revision")),
        Step("approve", {A.SUBMITTED}, A.APPROVED, policies.is_bureau_leader, (another_person, case_sound),
             gettext_lazy("Approve the adjustment")),
        Step("refuse", {A.SUBMITTED}, A.REFUSED, policies.is_bureau_leader, (another_person, with_reason),
             pgettext_lazy("adjustment", "Do not approve")),
        Step("withdraw", {A.DRAFT, A.OPINIONS, A.SUBMITTED}, A.WITHDRAWN, policies.handles_adjustment, (with_reason,),
             gettext_lazy("Withdraw the case"), danger=True),
        Step("revoke", {A.APPROVED}, A.WITHDRAWN, policies.is_bureau_leader, (with_reason,),
             gettext_lazy("Revoke before it takes effect"), danger=True),
        Step("apply", {A.APPROVED}, A.IN_FORCE, policies.is_system, (date_reached,), gettext_lazy("Take effect")),
    ),
    "programs.Adjustment",
    states.AdjustmentStatus,
)
