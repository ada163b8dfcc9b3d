"""Who may do what on the projects floor, and whom may see what. A question returns None (yes) or the reason."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.states import Role
from programs import policies as programme
from projects.models import Contract, Objection, Project, ProposalList, Publicity

READERS = (Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE, Role.AUDITOR, Role.DISCIPLINE)
SCOPED = (Role.DIVISION, Role.AGENCY)


def _holds(actor: Any, special: Any, *roles: str) -> bool:
    return any(programme.holds_for(actor, role, special) for role in roles)


def is_system(actor: Any, obj: Any = None) -> str | None:
    return None if actor.is_system else _("Only the system does this, by the clock.")


def is_desk(actor: Any, obj: Any = None) -> str | None:
    """May open the project desk at all."""
    return None if actor.holds(*READERS, *SCOPED) else _("Only staff of the bureau may open this desk.")


# --- proposed list, public notice, award -------------------------------------------------------------------------


def may_propose(actor: Any, guide: Any) -> str | None:
    if _holds(actor, guide.special, Role.DIVISION):
        return None
    return _("Only the division in charge of this special prepares the list of proposed awards.")


def prepares(actor: Any, row: ProposalList) -> str | None:
    return may_propose(actor, row.guide)


def decides(actor: Any, row: Any) -> str | None:
    return None if actor.holds(Role.LEADER) else _("Only a leader of the bureau decides on awards.")


def is_resource(actor: Any, row: Any = None) -> str | None:
    return None if actor.holds(Role.RESOURCE) else _("Only the resource division may do this.")


def is_supervision(actor: Any, row: Any = None) -> str | None:
    return None if actor.holds(Role.SUPERVISION) else _("Only the supervision division may do this.")


def handles_objections(actor: Any, obj: Any = None) -> str | None:
    """Supervision handles, a leader upholds, discipline reads."""
    if actor.holds(Role.SUPERVISION, Role.LEADER, Role.DISCIPLINE):
        return None
    return _("Objections are handled by the supervision division and the leaders.")


def sees_objector(actor: Any, objection: Objection) -> str | None:
    """The identity of an objector is for supervision alone; each look is recorded."""
    return is_supervision(actor)


def lists_visible_to(actor: Any) -> QuerySet[ProposalList]:
    rows = ProposalList.objects.select_related("guide__special__plan", "created_by", "decided_by")
    if actor.is_system or actor.holds(*READERS):
        return rows
    if not actor.holds(*SCOPED):
        return rows.none()
    codes = actor.scopes(*SCOPED)
    if codes is None:
        return rows
    return rows.filter(Q(guide__special__code__in=codes) | Q(guide__special__plan__code__in=codes))


def publicities_visible_to(actor: Any) -> QuerySet[Publicity]:
    """Everybody sees a notice that runs or has run; the desks also what is being prepared."""
    rows = Publicity.objects.select_related("proposal__guide__special", "document")
    if actor.is_system or actor.holds(*READERS, *SCOPED):
        return rows
    return rows.exclude(status="PREPARED")


def objections_visible_to(actor: Any) -> QuerySet[Objection]:
    rows = Objection.objects.select_related("publicity__proposal__guide", "application__unit", "file")
    if actor.is_system or actor.holds(Role.SUPERVISION, Role.LEADER, Role.DISCIPLINE):
        return rows
    return rows.none()


# --- projects and contracts --------------------------------------------------------------------------------------


def leads(actor: Any, project: Project) -> str | None:
    if actor.id is not None and actor.id == project.leader_id:
        return None
    return _("Only the project leader may do this.")


def drafts_contract(actor: Any, contract: Contract) -> str | None:
    if _holds(actor, contract.project.special, Role.DIVISION):
        return None
    return _("Only the division in charge of this special drafts the contract.")


def signs_for_unit(actor: Any, contract: Contract) -> str | None:
    if actor.holds(Role.ORG_ADMIN, Role.ORG_LEGAL, at=contract.project.unit_id):
        return None
    return _("Only the administrator or legal representative of the undertaking unit signs for it.")


def signs_for_bureau(actor: Any, contract: Contract) -> str | None:
    return None if actor.holds(Role.LEADER) else _("Only a leader of the bureau signs for the bureau.")


def undertakes(actor: Any, project: Project) -> str | None:
    """Files for the project: the administrator of its unit."""
    if actor.holds(Role.ORG_ADMIN, at=project.unit_id):
        return None
    return _("Only the administrator of the undertaking unit may do this.")


def supervises(actor: Any, project: Project) -> str | None:
    return is_supervision(actor)


def may_view(actor: Any, project: Project) -> str | None:
    if actor.is_system or actor.holds(*READERS) or _holds(actor, project.special, *SCOPED):
        return None
    if actor.id is not None and actor.id == project.leader_id:
        return None
    if actor.holds(Role.ORG_ADMIN, Role.ORG_LEGAL, Role.ORG_FINANCE, at=project.unit_id):
        return None
    return _("You may only see projects of your own or your unit.")


def _own(actor: Any) -> Q:
    own = Q(leader=actor.id) if actor.id is not None else Q(pk=None)
    return own | Q(unit__in=actor.units(Role.ORG_ADMIN, Role.ORG_LEGAL, Role.ORG_FINANCE))


def mine(actor: Any) -> QuerySet[Project]:
    """Projects the actor leads or acts for as their unit."""
    return Project.objects.select_related("special__plan", "unit", "leader", "guide", "application", "entitlement__roll").filter(_own(actor))


def visible_to(actor: Any) -> QuerySet[Project]:
    """The same truth as `may_view`."""
    rows = Project.objects.select_related("special__plan", "unit", "leader", "guide", "application", "entitlement__roll")
    if actor.is_system or actor.holds(*READERS):
        return rows
    mine = _own(actor)
    if actor.holds(*SCOPED):
        codes = actor.scopes(*SCOPED)
        if codes is None:
            return rows
        return rows.filter(mine | Q(special__code__in=codes) | Q(special__plan__code__in=codes))
    return rows.filter(mine)
