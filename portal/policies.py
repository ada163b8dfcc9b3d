"""Who may open the pages that look across all floors. What they show is decided by each floor's own policies."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts import policies as accounts
from accounts.states import DESK_ROLES, UNIT_ROLES, WATCH_ROLES, Role

#: The operators who keep the record, beside the watchers who read it.
LEDGER_READERS = (*WATCH_ROLES, Role.AUDITADMIN)


def is_desk(actor: Any, obj: Any = None) -> str | None:
    """The workbench: bureau staff, professional institutions, operators; watchers find no queue there, only numbers."""
    if actor.holds(*DESK_ROLES, Role.AGENCY):
        return None
    return _("Only bureau staff and professional institutions have a workbench here.")


def is_unit_user(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(*UNIT_ROLES) else _("Only members of a registered unit may see this.")


def is_money_reader(actor: Any, obj: Any = None) -> str | None:
    if actor.holds(Role.FINANCE, Role.RESOURCE, Role.LEADER, *WATCH_ROLES):
        return None
    return _("Only finance, the resource division, the leaders and auditors see the money of a whole year.")


def is_auditor(actor: Any, obj: Any = None) -> str | None:
    return accounts.is_auditor(actor)


def reads_ledger(actor: Any, obj: Any = None) -> str | None:
    if actor.holds(*LEDGER_READERS):
        return None
    return _("Only auditors, the discipline office and the audit administrator read the record.")


def may_export(actor: Any, table: Any) -> str | None:
    """Auditors take everything out; the audit administrator the record alone (three administrators, three duties)."""
    return reads_ledger(actor) if table.name == "ledger" else is_auditor(actor)


def may_pause(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.RESOURCE) else _("Only the resource division switches heavy work off and on.")
