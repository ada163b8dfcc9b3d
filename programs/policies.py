"""Who may do what on the programmes floor, and whom may see what. A question returns None (yes) or the reason."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.states import Role
from programs import states
from programs.models import AnnualPlan, Guide, GuideUpload, PolicyDocument, Special


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


# guide editor


def checks_law(actor: Any, guide: Guide) -> str | None:
    """The legality and fair-competition check: supervision or resource division, by somebody who neither drafted the
    guide nor agreed to it."""
    if not (holds_for(actor, Role.SUPERVISION, guide.special) or holds_for(actor, Role.RESOURCE, guide.special)):
        return _("Only the supervision or the resource division makes the legality check.")
    if actor.id in (guide.drafted_by_id, guide.agreed_by_id):
        return _("Who drafted the guide or agreed to it does not make its legality check (two persons).")
    return None


def may_comment(actor: Any, guide: Guide) -> str | None:
    return is_staff(actor)


def answers_comment(actor: Any, comment: Any) -> str | None:
    return owns_guide(actor, comment.guide)


def settles_comment(actor: Any, comment: Any) -> str | None:
    """Whoever made the remark says that it is settled, or the resource division."""
    if actor.id is not None and actor.id == comment.author_id:
        return None
    if checks_guide(actor, comment.guide) is None:
        return None
    return _("Only who made the remark, or the resource division, may settle it.")


def uploads_of(actor: Any) -> QuerySet[GuideUpload]:
    """Guide files of one's own that wait for a yes."""
    return GuideUpload.objects.filter(sent_by=actor.id) if actor.id else GuideUpload.objects.none()
