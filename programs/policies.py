"""Who may do what on the programmes floor, and whom may see what. A question returns None (yes) or the reason."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.states import Role
from programs import states
from programs.models import AnnualPlan, Guide, PlanChange, PolicyDocument, Special


def _scopes(special: Special) -> tuple[str, str]:
    return special.code, special.plan.code


def holds_for(actor: Any, role: str, special: Special) -> bool:
    """A role for all programmes, for the plan, or for the special itself."""
    return any(actor.holds(role, scope=code) for code in _scopes(special))


def is_planner(actor: Any, obj: Any = None) -> str | None:
    """Resource division: tree, policy documents, annual plan."""
    return None if actor.holds(Role.RESOURCE) else _("Only the resource division may do this.")


def is_bureau_leader(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.LEADER) else _("Only a leader of the bureau may do this.")


def is_system(actor: Any, obj: Any = None) -> str | None:
    return None if actor.is_system else _("Only the system does this, by the clock.")


def is_staff(actor: Any, obj: Any = None) -> str | None:
    """Any desk of the bureau, agencies and auditors read plans and guides."""
    roles = (
        Role.DIVISION, Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE, Role.AGENCY, Role.AUDITOR,
        Role.DISCIPLINE,
    )
    return None if any(actor.holds(role) for role in roles) else _("Only staff of the bureau may see this.")


def may_write_guides(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.DIVISION) else _("Only a division of the bureau may write guides.")


def owns_guide(actor: Any, guide: Guide) -> str | None:
    """The division that owns the special writes, corrects and publishes its guides."""
    if holds_for(actor, Role.DIVISION, guide.special):
        return None
    return _("Only the division in charge of this special may do this.")


def checks_guide(actor: Any, guide: Guide) -> str | None:
    if holds_for(actor, Role.RESOURCE, guide.special):
        return None
    return _("Only the resource division may do this.")


def approves_guide(actor: Any, guide: Guide) -> str | None:
    if holds_for(actor, Role.LEADER, guide.special):
        return None
    return _("Only a leader of the bureau may do this.")


def may_ask_extension(actor: Any, guide: Guide) -> str | None:
    if owns_guide(actor, guide) is None or checks_guide(actor, guide) is None:
        return None
    return _("Only the division in charge or the resource division may ask for a later close.")


def decides_extension(actor: Any, extension: Any) -> str | None:
    if reason := checks_guide(actor, extension.guide):
        return reason
    if actor.id == extension.requested_by_id:
        return _("The person who asked for the later close may not decide on it (two persons).")
    return None


def may_view(actor: Any, guide: Guide) -> str | None:
    if guide.status in states.PUBLIC_STATUSES or is_staff(actor) is None:
        return None
    return _("This guide is not published.")


def visible_to(actor: Any) -> QuerySet[Guide]:
    """The same truth as `may_view`, as a queryset; the only way pages fetch guides."""
    rows = Guide.objects.select_related("special__plan__tree", "version", "plan_item__plan")
    return rows if is_staff(actor) is None else rows.filter(status__in=states.PUBLIC_STATUSES)


def may_view_plan(actor: Any, plan: AnnualPlan) -> str | None:
    if plan.status == states.PlanStatus.PUBLISHED or is_staff(actor) is None:
        return None
    return _("This annual plan is not published.")


def plans_visible_to(actor: Any) -> QuerySet[AnnualPlan]:
    rows = AnnualPlan.objects.select_related("tree")
    return rows if is_staff(actor) is None else rows.filter(status=states.PlanStatus.PUBLISHED)


def documents_visible_to(actor: Any) -> QuerySet[PolicyDocument]:
    rows = PolicyDocument.objects.all()
    return rows if is_staff(actor) is None else rows.exclude(status=states.PolicyStatus.DRAFT)


# --- plan: changes of a decided annual plan ---------------------------------------------------------------------------


def may_ask_change(actor: Any, obj: Any = None) -> str | None:
    """The resource division, or a division for the programmes it is in charge of."""
    if actor.holds(Role.RESOURCE) or actor.holds(Role.DIVISION):
        return None
    return _("Only the resource division or a division of the bureau may ask for a change of the annual plan.")


def may_change_special(actor: Any, special: Special) -> str | None:
    """A division asks for its own specials; the resource division for all."""
    if actor.holds(Role.RESOURCE) or holds_for(actor, Role.DIVISION, special):
        return None
    return _("Only the division in charge of “%(name)s” or the resource division may ask for a change of it.") % {
        "name": special.label}


def asked_for_change(actor: Any, change: PlanChange) -> str | None:
    return None if actor.id is not None and actor.id == change.requested_by_id else _("Only who asked for the change may do this.")


def handles_change(actor: Any, change: PlanChange) -> str | None:
    if is_planner(actor) is None or is_bureau_leader(actor) is None:
        return None
    return _("Only the resource division or a leader may return a change.")


def may_view_change(actor: Any, change: PlanChange) -> str | None:
    if is_staff(actor) is None:
        return None
    if change.status == states.ChangeStatus.APPLIED and change.plan.status == states.PlanStatus.PUBLISHED:
        return None
    return _("This change is not published.")


def changes_visible_to(actor: Any) -> QuerySet[PlanChange]:
    """Staff see every request; the public what was applied to a published plan."""
    rows = PlanChange.objects.select_related("plan__tree", "requested_by", "checked_by", "decided_by")
    if is_staff(actor) is None:
        return rows
    return rows.filter(status=states.ChangeStatus.APPLIED, plan__status=states.PlanStatus.PUBLISHED)
