"""The moves of an entitlement list and of what it gives each unit (免申即享; clauses R6, C2, A2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.workflow import Machine, Step
from programs import policies, rules, states
from programs.models import Entitlement
from programs.workflow.asked import with_reason

E = states.EntitlementListStatus
R = states.EntitlementStatus


def drafted_by_another(roll: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == roll.drafted_by_id:
        return _("Who computed the list may neither check nor approve it (three persons).")
    return None


def checked_by_another(roll: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == roll.checked_by_id:
        return _("Who checked the list may not approve it (three persons).")
    return None


def guide_stands(roll: Any, **given: Any) -> str | None:
    if roll.guide.status in states.RUNNING_STATUSES:
        return None
    return _("Clause A2: the guide is not published, or is withdrawn or superseded.")


def same_version(roll: Any, **given: Any) -> str | None:
    if roll.guide.version_id == roll.version_id:
        return None
    return _("The guide was changed since; compute the list again.")


def within_guide(roll: Any, **given: Any) -> list[str]:
    """Clause A2: what all lists of the guide take stays within the guide and its plan item; the action holds the guide."""
    return rules.entitlement_problems(roll.guide, *taken_by_lists(roll.guide))


def taken_by_lists(guide: Any) -> tuple[Decimal, int]:
    """Yuan and units that the lists of a guide take, those discarded or given back left out."""
    taken = Entitlement.objects.filter(guide=guide, status__in=states.ENTITLEMENT_COUNTING).aggregate(money=Sum("amount"), count=Count("pk"))
    return taken["money"] or Decimal(0), taken["count"]


ENTITLEMENT_LIST = Machine(
    "programs.entitlement_list",
    (
        Step("check", {E.DRAFT}, E.CHECKED, policies.checks_entitlements,
             (drafted_by_another, same_version, guide_stands, within_guide), gettext_lazy("Check the list")),
        Step("return", {E.CHECKED, E.APPROVED}, E.DRAFT, policies.returns_entitlements, (with_reason,),
             gettext_lazy("Return the list")),
        Step("approve", {E.CHECKED}, E.APPROVED, policies.approves_entitlements,
             (drafted_by_another, checked_by_another, same_version, guide_stands, within_guide), gettext_lazy("Approve the list")),
        Step("publish", {E.APPROVED}, E.PUBLISHED, policies.owns_entitlements, (same_version, guide_stands, within_guide),
             gettext_lazy("Publish to the units")),
        Step("discard", {E.DRAFT, E.CHECKED, E.APPROVED}, E.DISCARDED, policies.owns_entitlements, (with_reason,),
             gettext_lazy("Discard the list"), danger=True),
        Step("finish", {E.PUBLISHED}, E.FINISHED, policies.is_system, (), gettext_lazy("End the confirmation")),
    ),
    "programs.EntitlementList",
    states.EntitlementListStatus,
)


def in_time(row: Any, **given: Any) -> str | None:
    if row.roll.confirm_by is not None and clock.now() < row.roll.confirm_by:
        return None
    return _("The time to answer is over.")


def time_is_over(row: Any, **given: Any) -> str | None:
    return None if in_time(row) else _("The unit may still answer.")


def has_account(row: Any, **given: Any) -> str | None:
    if row.organisation.account_sealed and row.organisation.bank_name:
        return None
    return _("The unit has no bank account on record; enter it under “Our unit” first.")


def not_blocked(row: Any, *, blocked: bool = False, **given: Any) -> str | None:
    return _("Clause R12: the unit is under an integrity restriction.") if blocked else None


ENTITLEMENT = Machine(
    "programs.entitlement",
    (
        Step("offer", {R.LISTED}, R.OFFERED, policies.is_system, (), gettext_lazy("Offer to the unit")),
        Step("confirm", {R.OFFERED}, R.CONFIRMED, policies.answers_entitlement, (in_time, has_account, not_blocked),
             gettext_lazy("Confirm the account")),
        Step("decline", {R.OFFERED}, R.DECLINED, policies.answers_entitlement, (in_time, with_reason),
             gettext_lazy("Decline the money"), danger=True),
        Step("lapse", {R.OFFERED}, R.LAPSED, policies.is_system, (time_is_over,), gettext_lazy("Lapse, not confirmed in time")),
        Step("void", {R.LISTED}, R.VOID, policies.is_system, (), gettext_lazy("Void with its list")),
    ),
    "programs.Entitlement",
    states.EntitlementStatus,
)
