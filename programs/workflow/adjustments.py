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
from programs.models import Adjustment, Special
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


#: A draft stands in nobody's way.
RIVAL_STATES = tuple(state for state in states.PENDING_ADJUSTMENTS if state != states.AdjustmentStatus.DRAFT)


def case_sound(case: Any, **given: Any) -> list[str]:
    """Clause R3: evidence, a fitting target, a proposal that can be carried out, a date to come."""
    special = case.special
    return rivals(case) + rules.adjustment_problems(
        kind=case.kind, status=special.status if special else "", evidence=case.evidence.count(), proposal=case.proposal,
        effective_on=case.effective_on, today=clock.today(), has_special=special is not None, has_plan=case.plan is not None,
    )


def rivals(case: Any) -> list[str]:
    """Clause R3: one case at a time about a special, a whole plan and what lies in it, or the code of a new special. The
    caller holds the version of the tree, so that of two at once the second sees the first."""
    others = Adjustment.objects.filter(tree=case.tree_id, status__in=RIVAL_STATES).exclude(pk=case.pk)
    found, code = [], case.proposal.get("code", "") if case.kind == states.AdjustmentKind.CREATE else ""
    if code and Special.objects.filter(tree=case.tree_id, code=code).exists():
        found.append(_("Clause R3: the code “%(code)s” is in use in this tree.") % {"code": code})
    for other in others.filter(plan=case.plan_id).select_related("special", "plan", "tree") if case.plan_id else ():
        if case.is_of_plan or other.is_of_plan or (case.special_id is not None and case.special_id == other.special_id):
            found.append(_("Clause R3: the case %(ref)s about “%(name)s” is pending; decide it first.")
                         % {"ref": other.ref, "name": other.target_label})
    found += [
        _("Clause R3: the case %(ref)s proposes a special with the code “%(code)s” already.") % {"ref": other.ref, "code": code}
        for other in others.filter(kind=states.AdjustmentKind.CREATE, proposal__code=code) if code
    ]
    return found


def case_basis(case: Any) -> str:
    """What an opinion is about, as one hash: the text of the case, its proposal and its evidence."""
    return rules.digest({
        "kind": case.kind, "title": case.title, "reason": case.reason, "effective_on": case.effective_on.isoformat(),
        "open_guides": case.open_guides, "proposal": case.proposal,
        "evidence": [list(row) for row in case.evidence.order_by("pk").values_list("kind", "ref", "title", "url", "figure", "note")],
    })


def enough_opinions(case: Any, **given: Any) -> str | None:
    """Opinions on the case as it stands; those on an earlier text are read, not counted."""
    least = int(parameters.value("adjustment.min_opinions", default=2))
    given_by = case.opinions.filter(basis=case_basis(case)).count()
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
        Step("approve", {A.SUBMITTED}, A.APPROVED, policies.decides_adjustment, (another_person, case_sound),
             gettext_lazy("Approve the adjustment")),
        Step("refuse", {A.SUBMITTED}, A.REFUSED, policies.decides_adjustment, (another_person, with_reason),
             pgettext_lazy("adjustment", "Do not approve")),
        Step("withdraw", {A.DRAFT, A.OPINIONS, A.SUBMITTED}, A.WITHDRAWN, policies.handles_adjustment, (with_reason,),
             gettext_lazy("Withdraw the case"), danger=True),
        Step("revoke", {A.APPROVED}, A.WITHDRAWN, policies.decides_adjustment, (with_reason,),
             gettext_lazy("Revoke before it takes effect"), danger=True),
        Step("apply", {A.APPROVED}, A.IN_FORCE, policies.is_system, (date_reached,), gettext_lazy("Take effect")),
    ),
    "programs.Adjustment",
    states.AdjustmentStatus,
)
