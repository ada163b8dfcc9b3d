"""Who holds which role where: granted, asked for, offered, ended."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import policies, queries, rules
from accounts.actions.people import end_sessions
from accounts.models import (
    Employment,
    Membership,
    Organisation,
    Person,
)
from accounts.policies import Actor
from accounts.states import (
    DESK_ROLES,
    EXPERT_ROLES,
    GIVEN_BY_UNIT,
    HANDED_OVER,
    OPERATOR_ROLES,
    STAFF_ROLES,
    UNIT_ROLES,
    WATCH_ROLES,
    MembershipStatus,
    Role,
)
from accounts.workflow import (
    MEMBERSHIP,
)
from core import (
    clock,
    ledger,
)
from core.workflow import Refused

#: Memberships that stand between a person and a unit: asked for, offered, in force.
OPEN = (MembershipStatus.REQUESTED, MembershipStatus.INVITED, MembershipStatus.ACTIVE)


def _roles_held(person: Person) -> set[str]:
    return set(
        person.memberships.filter(status__in=[MembershipStatus.ACTIVE, MembershipStatus.REQUESTED])
        .values_list("role", flat=True)
    )


def role_problem(code: str) -> str:
    return {
        "staff_and_unit": _("Bureau staff are never users of a unit: end the other role first (separation of duties)."),
        "two_operators": _("System, security and audit administrator are three different people (separation of duties)."),
        "operator_and_staff": _("An administrator of the system does no business of the bureau (separation of duties)."),
        "watch_and_staff": _("Who audits the bureau does none of its business (separation of duties)."),
        "expert_and_desk": _("A review expert holds no role of the bureau (separation of duties)."),
        "watch_and_unit": _("Who runs or audits the system is never a user of a unit (separation of duties)."),
    }[code]


def _duties_problem(person: Person, role: str) -> str | None:
    """Separation of duties against the roles held or asked for; call it with the person's row locked."""
    problem = rules.why_not_roles(_roles_held(person), role, staff=STAFF_ROLES, unit=GIVEN_BY_UNIT, operators=OPERATOR_ROLES,
                                  watch=WATCH_ROLES, experts=EXPERT_ROLES)
    return role_problem(problem) if problem else None


def _employ(membership: Membership) -> None:
    """Whoever holds a role of a unit works there, from the day both sides agreed."""
    if membership.role in UNIT_ROLES:
        Employment.objects.get_or_create(person=membership.person, organisation=membership.organisation, until=None,
                                         defaults={"since": membership.since})


@transaction.atomic
def grant_role(actor: Actor, person: Person, organisation: Organisation, role: str, *, scope: str = "",
               division: str = "", since: date | None = None, until: date | None = None, own_account: bool = False,
               carried: bool = False, of_guide: bool = False) -> Membership:
    """Give a role at once. Refused by separation of duties and when the actor may not grant it.

    The administrator of a unit gives roles at once only to people of the unit, and to an account that the unit itself has
    just made (`own_account`); everybody else is asked first: `invite_member`. A role is limited to a plan or a special of the tree in
    force, or it would give rights nowhere; one that is only `carried` to another account keeps what it had, and the floor
    that knows guides answers for one of a guide (`of_guide`).
    """
    Person.objects.select_for_update().get(pk=person.pk)
    reasons = [policies.may_grant(actor, organisation, role) or _duties_problem(person, role)]
    if not (actor.is_system or actor.holds(Role.SYSADMIN) or own_account or queries.belongs_to(person, organisation)):
        reasons.append(_("This person does not belong to the unit yet and is asked first."))
    if role in DESK_ROLES and actor.id == person.pk:
        reasons.append(_("Nobody gives a role of the bureau to himself (separation of duties)."))
    if scope and not (carried or of_guide or actor.is_system or scope in queries.scope_codes()):
        reasons.append(_("“%(scope)s” is no plan and no special of the tree in force.") % {"scope": scope})
    if scope == HANDED_OVER and role != Role.AGENCY:
        reasons.append(_("Only a professional institution has a role for what is handed over."))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    row, created = Membership.objects.get_or_create(
        person=person, organisation=organisation, role=role, scope=scope,
        status__in=OPEN,
        defaults={"division": division, "since": since or clock.today(), "until": until,
                  "status": MembershipStatus.REQUESTED},
    )
    if row.status == MembershipStatus.INVITED:
        raise Refused(_("The person has been asked and has not answered yet."))
    if row.status == MembershipStatus.REQUESTED:
        row = MEMBERSHIP.move("confirm", actor, row, data={"role": role, "scope": scope})
    if created:
        _employ(row)
    return row


@transaction.atomic
def invite_member(actor: Actor, person: Person, organisation: Organisation, role: str) -> Membership:
    """Ask somebody who has an account to join a unit: nothing is given and no employer recorded before the person accepts
    (PIPL art. 13 and 14). Whoever has asked to join meanwhile is confirmed. The ledger row is told to the person.

    Duties that exclude each other are found when the person accepts: the unit learns nothing of the roles held elsewhere.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    if reason := policies.may_grant(actor, organisation, role):
        raise Refused(reason)
    row, created = Membership.objects.get_or_create(
        person=person, organisation=organisation, role=role, scope="", status__in=OPEN,
        defaults={"since": clock.today(), "status": MembershipStatus.INVITED})
    if row.status == MembershipStatus.REQUESTED:
        return confirm_membership(actor, row)
    if created:
        ledger.record("accounts.membership.invite", row, actor, role=role)
    return row


@transaction.atomic
def accept_membership(actor: Actor, membership: Membership) -> Membership:
    """INVITED -> ACTIVE by the person; the role and the employment count from today."""
    if actor.person is not None:
        Person.objects.select_for_update().get(pk=actor.person.pk)
    row = MEMBERSHIP.move("accept", actor, membership, data={"role": membership.role})
    if problem := _duties_problem(row.person, row.role):
        raise Refused(problem)
    row.since = clock.today()
    row.save(update_fields=["since"])
    _employ(row)
    return row


def decline_membership(actor: Actor, membership: Membership) -> Membership:
    """INVITED -> REFUSED by the person."""
    return MEMBERSHIP.move("decline", actor, membership)


def withdraw_invitation(actor: Actor, membership: Membership) -> Membership:
    """INVITED -> REFUSED by the unit."""
    return MEMBERSHIP.move("withdraw", actor, membership)


@transaction.atomic
def request_membership(actor: Actor, organisation: Organisation, *, role: str = Role.MEMBER) -> Membership:
    """A person asks to join a unit; its administrator confirms."""
    Person.objects.select_for_update().get(pk=actor.person.pk)
    if problem := _duties_problem(actor.person, role):
        raise Refused(problem)
    row, created = Membership.objects.get_or_create(
        person=actor.person, organisation=organisation, role=role, scope="", status__in=OPEN,
        defaults={"since": clock.today()})
    if row.status == MembershipStatus.INVITED:
        return accept_membership(actor, row)
    if created:
        ledger.record("accounts.membership.request", row, actor, role=role)
    return row


@transaction.atomic
def confirm_membership(actor: Actor, membership: Membership) -> Membership:
    """REQUESTED -> ACTIVE by the unit; the employment is recorded with it."""
    row = MEMBERSHIP.move("confirm", actor, membership)
    _employ(row)
    return row


def refuse_membership(actor: Actor, membership: Membership, *, why: str = "") -> Membership:
    return MEMBERSHIP.move("refuse", actor, membership, why=why)


@transaction.atomic
def end_role(actor: Actor, membership: Membership, *, why: str = "", unit_closes: bool = False) -> Membership:
    """End a role today. The rights end at once, because every request asks for the roles in force.

    The sessions of the person end too when the role gave rights of the desk, of review or of audit, and when it was the
    last one. They go on when a unit ends a role of its own and other roles remain: one unit must not be able to throw
    somebody out of the work for another. A role that had not begun gave no rights, so nothing ends with it.
    """
    begun = membership.since <= clock.today()
    row = MEMBERSHIP.move("end", actor, membership, why=why, unit_closes=unit_closes)
    row.until = max(row.since, min(row.until or clock.today(), clock.today()))
    row.save(update_fields=["until"])
    if row.role in UNIT_ROLES and not row.person.memberships.filter(
        organisation=row.organisation, status=MembershipStatus.ACTIVE
    ).exists():
        row.person.employments.filter(organisation=row.organisation, until=None).update(until=row.until)
    if begun and (row.role not in GIVEN_BY_UNIT or not queries.roles_in_force(Actor(person=row.person)).exists()):
        end_sessions(row.person)
    return row


def end_expired_roles(actor: Actor, limit: int = 200) -> int:
    """Roles whose last day is over end in the books and with them every session; the rights themselves ended at midnight
    by the date. A unit's last administrator ends too: the date was set by whoever gave the role."""
    rows = list(queries.expired_memberships()[:limit])
    for row in rows:
        end_role(actor, row, why=str(_("Given until %(day)s") % {"day": row.until}), unit_closes=True)
    return len(rows)


@transaction.atomic
def end_account(actor: Actor, person: Person, *, why: str) -> Person:
    """Close an account: roles end, sessions end, the row and its history stay."""
    if reason := policies.is_sysadmin(actor):
        raise Refused(reason)
    row = Person.objects.select_for_update().get(pk=person.pk)
    for membership in row.memberships.filter(status=MembershipStatus.ACTIVE):
        end_role(actor, membership, why=why)
    row.is_active, row.ended_at = False, clock.now()
    row.save(update_fields=["is_active", "ended_at"])
    end_sessions(row)
    ledger.record("accounts.person.end", row, actor, why=why)
    return row
