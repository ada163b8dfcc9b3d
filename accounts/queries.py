"""Reads of people and organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import policies, rules
from accounts.models import (
    Engagement,
    IntegrityMark,
    LoginAttempt,
    Membership,
    Organisation,
    Person,
    PrivacyNotice,
    UnitChange,
)
from accounts.policies import Actor
from accounts.states import HANDED_OVER, STAFF_ROLES, UNIT_ROLES, IdKind, MarkLevel, MembershipStatus, OrganisationStatus, Role
from core import clock, crypt, parameters
from core.clock import CoreNow

#: Where the codes a role may be limited to come from: an upper floor knows the tree of plans, this one does not.
_SCOPES: list[Callable[[], tuple[list[tuple[str, str]], list[tuple[str, list[tuple[str, str]]]]]]] = []


def scopes_from(source: Callable[[], tuple[list[tuple[str, str]], list[tuple[str, list[tuple[str, str]]]]]]) -> None:
    """Name the reading of (plans, specials by plan) of the tree in force, each as (code, name)."""
    _SCOPES[:] = [source]


def scope_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a role may be limited to, grouped for a select."""
    found = []
    for source in _SCOPES:
        plans, specials = source()
        found += [(_("Whole plans"), [(code, f"{name}（{code}）") for code, name in plans]),
                  *[(plan, [(code, f"{name}（{code}）") for code, name in rows]) for plan, rows in specials]]
    found.append((_("Professional institution"), [(HANDED_OVER, _("only what is handed over to the institution"))]))
    return [(title, rows) for title, rows in found if rows]


def scope_codes() -> set[str]:
    return {code for _title, rows in scope_choices() for code, _name in rows}


def with_words(rows: Iterable[Membership]) -> list[Membership]:
    """Memberships with `state_words`: one in force only from a later day says so, and where it counts in `place`."""
    found, day, names = list(rows), clock.today(), {}
    if any(row.scope for row in found):
        names = {code: name for _title, choices in scope_choices() for code, name in choices}
    for row in found:
        later = row.status == MembershipStatus.ACTIVE and row.since > day
        row.state_words = pgettext("role", "Not in force yet") if later else row.get_status_display()
        row.place = names.get(row.scope, row.scope) or (_("all programmes") if row.role in STAFF_ROLES else "")
    return found


def normal(identifier: str) -> str:
    """An e-mail or phone as it is stored, however it was typed."""
    text = identifier.strip().lower()
    return text if "@" in text else rules.plain(text)


def by_identifier(identifier: str) -> Person | None:
    """A person by e-mail or phone, as typed at log-in."""
    text = normal(identifier)
    if not text:
        return None
    return Person.objects.filter(**{"email" if "@" in text else "phone": text}).first()


def counted_as(identifier: str) -> str:
    """What wrong passwords are counted against: the account, by whatever of its names and however spelt; an unknown name
    is counted as it would be stored, so that the answers are the same."""
    person = by_identifier(identifier)
    return str(person.uid) if person else normal(identifier)


def try_print(kind: str, key: str) -> str:
    return crypt.fingerprint(f"{kind}:{key.strip().lower()}")


def tried_too_often(kind: str, key: str, parameter: str, hours: int = 1) -> bool:
    """Whether acts of this kind by this key (an address, a number) have reached the parameter within the hour."""
    rows = LoginAttempt.objects.filter(account_print=try_print(kind, key), at__gt=CoreNow() - timedelta(hours=hours))
    return bool(key) and rows.count() >= int(parameters.value(parameter))


def locked_out(identifier: str, ip: str | None) -> bool:
    """Too many wrong passwords: per account since its last success, per address in the window."""
    window = timedelta(minutes=lock_minutes())
    rows = LoginAttempt.objects.filter(at__gt=CoreNow() - window)
    account = rows.filter(account_print=crypt.fingerprint(counted_as(identifier)))
    last_ok = account.filter(ok=True).order_by("-pk").values_list("pk", flat=True).first() or 0
    if account.filter(ok=False, pk__gt=last_ok).count() >= int(parameters.value("login.account_tries", default=10)):
        return True
    return bool(ip) and rows.filter(ip=ip, ok=False).count() >= int(parameters.value("login.address_tries", default=100))


def current_notice() -> PrivacyNotice | None:
    return PrivacyNotice.objects.filter(effective_from__lte=clock.today()).order_by("-effective_from", "-pk").first()


def owes_consent(actor: Actor) -> PrivacyNotice | None:
    """The notice in force that the person has not accepted yet."""
    return PrivacyNotice.objects.get(pk=actor.owed_notice) if actor.owed_notice else None


def session_seconds(actor: Actor) -> int:
    """How long a session of this person may last; desks shorter than applicants (parameters session.*)."""
    staff = policies.is_desk_user(actor) is None
    hours = parameters.value("session.staff_hours" if staff else "session.hours", default=8 if staff else 12)
    return int(hours) * 3600


def lock_minutes() -> int:
    return int(parameters.value("login.window_minutes", default=15))


def organisation_for(actor: Actor, uid: Any) -> Organisation:
    return get_object_or_404(policies.organisations_visible_to(actor).select_related("licence", "merged_into"), uid=uid)


def organisations(actor: Actor) -> QuerySet[Organisation]:
    return policies.organisations_visible_to(actor).annotate(
        people=Count("memberships", filter=Q(memberships__status=MembershipStatus.ACTIVE), distinct=True)
    )


def open_units() -> QuerySet[Organisation]:
    """Units a person may ask to join."""
    return Organisation.objects.filter(status=OrganisationStatus.VERIFIED).exclude(kind="BUREAU").order_by("name")


def open_unit_called(text: str) -> Organisation | None:
    """The one unit of this full name or code; None when none or several bear the name."""
    found = list(open_units().filter(Q(name=text) | Q(uscc=text.upper()))[:2])
    return found[0] if len(found) == 1 else None


def unit_of(actor: Actor) -> Organisation | None:
    """The unit the actor administers, or belongs to."""
    for role in (Role.ORG_ADMIN, Role.MEMBER, Role.ORG_LEGAL, Role.ORG_FINANCE):
        if units := actor.units(role):
            return Organisation.objects.filter(pk=min(units)).first()
    return None


def is_resident_number(text: str) -> bool:
    """A valid number of the resident identity card: date and check digit agree."""
    return rules.read_resident_id(rules.plain(text)) is not None


def resident_print(text: str) -> str:
    """Under which fingerprint the number of a resident identity card is kept; "" for none."""
    number = rules.plain(text)
    return crypt.fingerprint(f"{IdKind.RESIDENT}:{number}") if number else ""


def bureau() -> Organisation:
    return Organisation.objects.get(kind="BUREAU")


def memberships_of_unit(organisation: Organisation) -> QuerySet[Membership]:
    return organisation.memberships.select_related("person", "organisation").order_by("status", "role", "person__name_sort")


def belongs_to(person: Person, organisation: Organisation) -> bool:
    """Whether the person holds a role of this unit, which they asked for or accepted."""
    return person.memberships.filter(organisation=organisation, role__in=UNIT_ROLES, status=MembershipStatus.ACTIVE).exists()


def invitations_of(actor: Actor) -> QuerySet[Membership]:
    """Units that ask the actor to join and wait for the answer."""
    return Membership.objects.filter(person=actor.id, status=MembershipStatus.INVITED).select_related("organisation").order_by("pk")


def roles_in_force(actor: Actor) -> QuerySet[Membership]:
    """The actor's own roles as of today, with their units."""
    day = clock.today()
    return Membership.objects.filter(
        Q(until=None) | Q(until__gte=day), person=actor.id, status=MembershipStatus.ACTIVE, since__lte=day
    ).select_related("organisation").order_by("role", "pk")


def membership_for(actor: Actor, pk: int) -> Membership:
    """Of the actor's own, or of a unit the actor administers, or any for the system administrator."""
    rows = Membership.objects.select_related("person", "organisation")
    if actor.holds(Role.SYSADMIN):
        return get_object_or_404(rows, pk=pk)
    return get_object_or_404(rows, Q(person=actor.id) | Q(organisation__in=actor.units(Role.ORG_ADMIN)), pk=pk)


def people(actor: Actor) -> QuerySet[Person]:
    """All accounts, for the administrators of the system."""
    if not actor.holds(Role.SYSADMIN, Role.SECADMIN, Role.SUPERVISION):
        return Person.objects.none()
    return Person.objects.prefetch_related("memberships__organisation")


def person_for(actor: Actor, uid: Any) -> Person:
    return get_object_or_404(people(actor), uid=uid)


def people_of(organisation: Organisation) -> QuerySet[Person]:
    """People with an active role at a unit: candidates for teams and leaders."""
    return Person.objects.filter(
        memberships__organisation=organisation, memberships__status=MembershipStatus.ACTIVE, is_active=True
    ).distinct()


def holders(role: str, scope: str = "") -> QuerySet[Person]:
    """People who hold a role of the bureau today (for messages)."""
    day = clock.today()
    rows = Membership.objects.filter(role=role, status=MembershipStatus.ACTIVE, since__lte=day).filter(
        Q(until=None) | Q(until__gte=day))
    if scope:
        rows = rows.filter(scope__in=["", scope])
    return Person.objects.filter(memberships__in=rows, is_active=True).distinct()


def ended_role(actor: Actor, *roles: str) -> Membership | None:
    """The one of these roles that somebody held last and holds no more, by an act or by its date."""
    if actor.person is None:
        return None
    over = Q(status=MembershipStatus.ENDED) | Q(status=MembershipStatus.ACTIVE, until__lt=clock.today())
    return Membership.objects.filter(over, person=actor.person, role__in=roles).order_by("until", "pk").last()


def expired_memberships() -> QuerySet[Membership]:
    """Active by their state, over by their date."""
    return Membership.objects.filter(status=MembershipStatus.ACTIVE, until__lt=clock.today()).select_related(
        "person", "organisation").order_by("pk")


def marks_in_force(*, person: Person | None = None, organisation: Organisation | None = None, on: date | None = None
                   ) -> QuerySet[IntegrityMark]:
    day = on or clock.today()
    return IntegrityMark.objects.filter(
        Q(until=None) | Q(until__gte=day), person=person, organisation=organisation, since__lte=day, lifted_at=None
    )


def blocks(*, person: Person | None = None, organisation: Organisation | None = None, on: date | None = None
           ) -> QuerySet[IntegrityMark]:
    """Marks that bar from applying and from payment: serious misconduct, and a project not passed (3 years)."""
    return marks_in_force(person=person, organisation=organisation, on=on).filter(
        level__in=[MarkLevel.SERIOUS, MarkLevel.FAILED])


def engagements(*, person: Person | None = None, organisation: Organisation | None = None) -> QuerySet[Engagement]:
    return Engagement.objects.filter(person=person) if person else Engagement.objects.filter(organisation=organisation)


# Changes of a unit's verified data, units that wait, duplicates.


def waiting_change(organisation: Organisation) -> UnitChange | None:
    return organisation.changes.filter(status="WAITING").select_related("organisation", "asked_by").first()


def last_change(organisation: Organisation) -> UnitChange | None:
    """The newest change, however it ended."""
    return organisation.changes.select_related("organisation", "asked_by").order_by("-pk").first()


def change_for(actor: Actor, uid: Any) -> UnitChange:
    units = policies.organisations_visible_to(actor)
    return get_object_or_404(UnitChange.objects.select_related("organisation"), uid=uid, organisation__in=units)


def with_waiting_change(rows: QuerySet[Organisation], value: str = "") -> QuerySet[Organisation]:
    return rows.filter(pk__in=UnitChange.objects.filter(status="WAITING").values("organisation"))


def change_rows(change: UnitChange) -> list[dict[str, Any]]:
    """Old and new value of each column, the account number masked."""
    names = {"region": _("District of registration"), "legal_representative": _("Legal representative"),
             "account_name": _("Name of the bank account"), "bank_name": _("Bank and branch"), "account_masked": _("Account number")}
    return [{"label": label, "before": getattr(change.organisation, name), "after": change.proposed[name],
             "differs": name == "account_name" and not rules.same_name(change.proposed[name], change.organisation.name)}
            for name, label in names.items() if name in change.proposed]


def waiting_unit_of(actor: Actor) -> Organisation | None:
    """The unit whose registration this person filed and the bureau has not verified yet."""
    return Organisation.objects.filter(
        memberships__person=actor.id, memberships__role=Role.ORG_ADMIN, memberships__status=MembershipStatus.REQUESTED,
        status__in=[OrganisationStatus.PENDING, OrganisationStatus.REFUSED]).order_by("-pk").first()


def what_joining_waits_for(actor: Actor) -> str:
    """Somebody who asked to join a unit, or was invited by one, is told whose turn it is; "" for everybody else."""
    row = Membership.objects.filter(
        person=actor.id, status__in=[MembershipStatus.REQUESTED, MembershipStatus.INVITED], organisation__status=OrganisationStatus.VERIFIED,
    ).select_related("organisation").order_by("-pk").first()
    if row is None:
        return ""
    said = {"unit": row.organisation.name, "day": f"{clock.local(row.created_at):%Y-%m-%d}"}
    if row.status == MembershipStatus.INVITED:
        return _("%(unit)s has invited you to join it. Accept the invitation on the page of your account (your name at the top) first.") % said
    return _("You asked to join %(unit)s on %(day)s. The administrator of the unit has to confirm it; you will get a message.") % said


def unit_to_keep(actor: Actor, text: str, drop: Organisation) -> Organisation | None:
    """The verified unit of this full name or code into which a duplicate may go."""
    rows = policies.organisations_visible_to(actor).filter(status=OrganisationStatus.VERIFIED).exclude(pk=drop.pk)
    found = list(rows.filter(Q(name=text.strip()) | Q(uscc=rules.plain(text)) | Q(overseas_number=text.strip()))[:2])
    return found[0] if len(found) == 1 else None
