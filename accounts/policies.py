"""Who somebody is, as far as permissions go, and the questions the house asks about it.

An `Actor` is made once per request (or per job) and carries the roles in force today. A question returns None for
yes and the reason for no, which is shown to the person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.states import DESK_ROLES, GIVEN_BY_UNIT, STAFF_ROLES, WATCH_ROLES, Role
from core import plans


@dataclass(frozen=True)
class Holding:
    role: str
    organisation_id: int
    scope: str
    division: str


@dataclass(frozen=True)
class Actor:
    person: Person | None
    holdings: tuple[Holding, ...] = ()
    system: str = ""
    owed_notice: int | None = None  # the privacy notice in force that the person has not accepted yet
    _cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, person: Person) -> Actor:
        """The person with the roles in force today. Every request begins with it, so it is one plain statement."""
        if not person.is_active:
            return cls(person=None)
        with connection.cursor() as cursor:
            plans.run(cursor, "SELECT role, organisation_id, scope, division, owed FROM accounts_held(%s, %s)", [person.pk, settings.TIME_ZONE])
            return cls.read(person, cursor.fetchall())

    @classmethod
    def read(cls, person: Person, rows: list[tuple[Any, ...]]) -> Actor:
        """From rows of `accounts_held` (migration accounts 0003); there is always one, for the notice."""
        holdings = tuple(Holding(*row) for *row, _owed in rows if row[0] is not None)
        return cls(person=person, holdings=holdings, owed_notice=rows[0][4])

    @classmethod
    def system_named(cls, name: str) -> Actor:
        return cls(person=None, system=name)

    @property
    def id(self) -> int | None:
        return self.person.pk if self.person else None

    @property
    def label(self) -> str:
        return self.person.name if self.person else (self.system or _("Visitor"))

    @property
    def is_system(self) -> bool:
        return bool(self.system)

    @property
    def is_signed_in(self) -> bool:
        return self.person is not None

    def roles(self) -> set[str]:
        return {holding.role for holding in self.holdings}

    def holds(self, *roles: str, at: Organisation | int | None = None, scope: str | None = None) -> bool:
        """Any of the roles, at that organisation where given, for that scope ("" in a holding means all)."""
        organisation_id = at.pk if isinstance(at, Organisation) else at
        return any(
            holding.role in roles
            and (organisation_id is None or holding.organisation_id == organisation_id)
            and (scope is None or holding.scope in ("", scope))
            for holding in self.holdings
        )

    def units(self, *roles: str) -> set[int]:
        """Organisations where one of the roles is held (any role when none is given)."""
        return {holding.organisation_id for holding in self.holdings if not roles or holding.role in roles}

    def scopes(self, *roles: str) -> set[str] | None:
        """Scopes of the roles; None means everything."""
        found = {holding.scope for holding in self.holdings if holding.role in roles}
        return None if "" in found else found


ANONYMOUS = Actor(person=None)


def system(name: str) -> Actor:
    """The actor of jobs and timers; it passes the questions that name it, and no others."""
    return Actor.system_named(name)


def _holds(actor: Actor, *roles: str) -> str | None:
    if actor.is_system or actor.holds(*roles):
        return None
    names = " / ".join(str(Role(role).label) for role in roles)
    return _("Only this role may do it: %(roles)s.") % {"roles": names}


def is_signed_in(actor: Actor) -> str | None:
    return None if actor.is_signed_in else _("Please sign in first.")


def is_bureau_staff(actor: Actor) -> str | None:
    if actor.is_system or actor.holds(*STAFF_ROLES):
        return None
    return _("Only bureau staff may do this.")


def is_desk_user(actor: Actor) -> str | None:
    if actor.is_system or actor.holds(*DESK_ROLES, Role.AGENCY):
        return None
    return _("Only bureau staff and professional institutions may see this.")


def is_leader(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.LEADER)


def is_resource(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.RESOURCE)


def is_division(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.DIVISION)


def is_supervision(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.SUPERVISION)


def is_finance(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.FINANCE)


def is_agency(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.AGENCY)


def is_expert(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.EXPERT)


def own_desk(actor: Actor) -> str:
    """The desk a person works at, to go to after signing in: desk, audit, review or my."""
    if is_desk_user(actor) is None and not actor.holds(Role.AUDITOR, Role.DISCIPLINE):
        return "desk"
    if is_auditor(actor) is None:
        return "audit"
    return "review" if is_expert(actor) is None and not actor.units(Role.ORG_ADMIN, Role.MEMBER) else "my"


def is_auditor(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, *WATCH_ROLES)


def is_sysadmin(actor: Actor, obj: Any = None) -> str | None:
    return _holds(actor, Role.SYSADMIN)


def is_system(actor: Actor, obj: Any = None) -> str | None:
    return None if actor.is_system else _("Only the system does this, by the clock.")


def is_org_admin(actor: Actor, organisation: Organisation | None = None) -> str | None:
    """Unit administrator: of that unit, or of any when none is named."""
    if actor.holds(Role.ORG_ADMIN, at=organisation):
        return None
    return _("Only the unit administrator may do this.")


def may_view_organisation(actor: Actor, organisation: Organisation) -> str | None:
    if actor.is_system or actor.holds(*DESK_ROLES, Role.AGENCY) or organisation.pk in actor.units():
        return None
    return _("You may only see your own unit.")


def organisations_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """The same truth as `may_view_organisation`."""
    if actor.is_system or actor.holds(*DESK_ROLES, Role.AGENCY):
        return Organisation.objects.all()
    return Organisation.objects.filter(pk__in=actor.units())


def may_verify(actor: Actor, organisation: Organisation | None = None) -> str | None:
    return _holds(actor, Role.RESOURCE, Role.SUPERVISION)


def may_grant(actor: Actor, organisation: Organisation, role: str) -> str | None:
    """Unit roles by the unit's administrator (or the bureau at verification), all others by the system administrator."""
    if actor.is_system or actor.holds(Role.SYSADMIN):
        return None
    if role in GIVEN_BY_UNIT and (actor.holds(Role.ORG_ADMIN, at=organisation) or may_verify(actor) is None):
        return None
    return _("Roles of the unit are granted by its administrator, all others by the system administrator.")


def may_unmask(actor: Actor) -> str | None:
    """Whole identity numbers are for supervision and the security administrator, each time with a purpose."""
    return _holds(actor, Role.SUPERVISION, Role.SECADMIN)
