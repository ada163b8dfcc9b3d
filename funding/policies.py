"""Who asks, checks, approves, sends and confirms payments, and whom may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.states import Role
from funding.models import Disbursement, MoneyEntry
from programs import policies as programme
from projects import policies as projects

READERS = (Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE, Role.AUDITOR, Role.DISCIPLINE)
STAFF = (*READERS, Role.DIVISION)


def is_system(actor: Any, obj: Any = None) -> str | None:
    return None if actor.is_system else _("Only the system does this, by the clock.")


def is_staff(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(*STAFF) else _("Only staff of the bureau may see payments.")


def requests(actor: Any, row: Disbursement) -> str | None:
    if programme.holds_for(actor, Role.DIVISION, row.project.special):
        return None
    return _("Only the division in charge of this special asks for a payment.")


def checks(actor: Any, row: Disbursement) -> str | None:
    return None if actor.holds(Role.RESOURCE) else _("Only the resource division checks a payment.")


def approves(actor: Any, row: Disbursement) -> str | None:
    return None if actor.holds(Role.LEADER) else _("Only a leader of the bureau approves a payment.")


def sends(actor: Any, row: Disbursement) -> str | None:
    return None if actor.holds(Role.FINANCE) else _("Only the finance officer sends payments and books what the bank answers.")


def holds_back(actor: Any, row: Disbursement) -> str | None:
    return None if actor.holds(Role.SUPERVISION) else _("Only the supervision division holds a payment.")


def confirms_receipt(actor: Any, row: Disbursement) -> str | None:
    return confirms_for(actor, row.project)


def confirms_for(actor: Any, project: Any) -> str | None:
    if actor.holds(Role.ORG_ADMIN, Role.ORG_FINANCE, at=project.unit_id):
        return None
    return _("Only the administrator or finance officer of the unit confirms that the money has come.")


def visible_to(actor: Any) -> QuerySet[Disbursement]:
    """Payments of visible projects; a unit sees its own from the request on."""
    return Disbursement.objects.select_related(
        "project__unit", "project__special__plan", "project__leader", "line"
    ).filter(project__in=projects.visible_to(actor))


def entries_visible_to(actor: Any) -> QuerySet[MoneyEntry]:
    rows = MoneyEntry.objects.select_related("project__unit", "disbursement", "by")
    if actor.is_system or actor.holds(*READERS):
        return rows
    return rows.filter(project__in=projects.visible_to(actor)) if actor.holds(Role.DIVISION) else rows.none()
