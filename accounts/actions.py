"""The verbs of people and organisations; the only writers of this app's tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from accounts import policies, queries, rules
from accounts.models import (
    Consent,
    Employment,
    Engagement,
    IntegrityMark,
    LoginAttempt,
    Membership,
    Organisation,
    Person,
    PrivacyNotice,
)
from accounts.policies import Actor
from accounts.states import (
    OPERATOR_ROLES,
    STAFF_ROLES,
    UNIT_ROLES,
    WATCH_ROLES,
    IdKind,
    MembershipStatus,
    OrgKind,
    Role,
)
from accounts.workflow import MEMBERSHIP, ORGANISATION
from core import clock, crypt, files, ledger, search
from core.clock import CoreNow
from core.workflow import Refused

LICENCE_BYTES = 10 * 1024 * 1024
#: Memberships that stand between a person and a unit: asked for, offered, in force.
OPEN = (MembershipStatus.REQUESTED, MembershipStatus.INVITED, MembershipStatus.ACTIVE)


def sealed_identity(id_kind: str, id_number: str) -> dict[str, Any]:
    """Columns of an identity number: sealed, fingerprint, mask; also for people named in other apps' lists."""
    number = rules.plain(id_number)
    if not number:
        return {}
    found: dict[str, Any] = {
        "id_kind": id_kind, "id_sealed": crypt.seal(number), "id_print": crypt.fingerprint(f"{id_kind}:{number}"),
        "id_masked": crypt.mask(number),
    }
    if id_kind == IdKind.RESIDENT:
        resident = rules.read_resident_id(number)
        if resident is None:
            raise Refused(_("The resident identity number is not valid: date or check digit does not agree."))
        found |= {"birth_date": resident.born, "gender": resident.gender}
    return found


@transaction.atomic
def create_person(actor: Actor, *, name: str, email: str | None = None, phone: str | None = None,
                  password: str | None = None, id_kind: str = IdKind.RESIDENT, id_number: str = "",
                  is_demo: bool = False, check_password: bool = True, **more: Any) -> Person:
    """Make an account. The identity number is sealed; a resident number also gives birth date and sex.

    Refused when e-mail, phone or identity number already belongs to somebody (one person, one account).
    """
    email = (email or "").strip().lower() or None
    phone = rules.plain(phone or "") or None
    person = Person(name=name.strip(), email=email, phone=phone, is_demo=is_demo,
                    name_sort=" ".join(lazy_pinyin(name.strip())), **more)
    for key, value in sealed_identity(id_kind, id_number).items():
        setattr(person, key, value)
    if password and check_password:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise Refused(error.messages) from error
    person.set_password(password)  # None makes it unusable until a reset
    taken = Q()
    for key in ("email", "phone", "id_print"):
        if getattr(person, key):
            taken |= Q(**{key: getattr(person, key)})
    if taken and Person.objects.filter(taken).exists():
        raise Refused(_("An account with this e-mail, phone or identity number exists already; sign in or reset the password."))
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refused(_("An account with this e-mail, phone or identity number exists already; sign in or reset the password.")) from error
    ledger.record("accounts.person.create", person, actor)
    return person


def _organisation_search(organisation: Organisation) -> Any:
    return search.vector(organisation.name, organisation.name_en, organisation.uscc, organisation.region,
                         organisation.legal_representative)


@transaction.atomic
def register_organisation(actor: Actor, *, name: str, kind: str, uscc: str = "", country: str = "",
                          overseas_number: str = "", account_number: str = "", is_demo: bool = False,
                          **more: Any) -> Organisation:
    """Register a unit, waiting for verification. Overseas bodies carry country and register number instead of a code."""
    code = rules.plain(uscc) or None
    if kind == OrgKind.OVERSEAS:
        if not (country and overseas_number):
            raise Refused(_("An overseas body needs its country and its number in that country's register."))
    elif reason := rules.why_not_uscc(code or ""):
        raise Refused(uscc_problem(reason))
    clash = Q(uscc=code) if code else Q(country=country, overseas_number=overseas_number)
    if Organisation.objects.filter(clash).exists():
        raise Refused(_("This unit is registered already; ask its administrator to add you."))
    organisation = Organisation(name=name.strip(), kind=kind, uscc=code, country=country,
                                overseas_number=overseas_number, is_demo=is_demo, **more)
    if account_number:
        organisation.account_sealed = crypt.seal(rules.plain(account_number))
        organisation.account_masked = crypt.mask(rules.plain(account_number), 4, 4)
    organisation.search = _organisation_search(organisation)
    organisation.save()
    ledger.record("accounts.organisation.register", organisation, actor)
    return organisation


def uscc_problem(code: str) -> str:
    """Words for a reason of `rules.why_not_uscc`."""
    return {
        "length": _("A unified social credit code has 18 characters."),
        "alphabet": _("A unified social credit code has digits and capital letters without I, O, S, V, Z."),
        "inner": _("The check digit of the organisation code (place 17) does not agree; please check the number."),
        "outer": _("The check character (place 18) does not agree; please check the number."),
    }[code]


@transaction.atomic
def register_unit_with_administrator(actor: Actor, *, unit: dict[str, Any], administrator: dict[str, Any],
                                     licence: Any, notice: PrivacyNotice, ip: str | None = None
                                     ) -> tuple[Organisation, Person]:
    """The public registration: unit, its first administrator (waiting), and the consent to the privacy notice.

    `licence` is the upload. It is stored last: a registration that is refused leaves no file behind. Raises
    core.files.BadFile for what is no scan.
    """
    organisation = register_organisation(actor, **unit)
    person = create_person(actor, **administrator)
    Membership.objects.create(person=person, organisation=organisation, role=Role.ORG_ADMIN, since=clock.today())
    Employment.objects.create(person=person, organisation=organisation, since=clock.today())
    consent(Actor(person=person), notice, ip=ip)
    organisation.licence = files.store(licence, actor=actor, kinds=("pdf", "png", "jpg"), max_bytes=LICENCE_BYTES)
    organisation.save(update_fields=["licence"])
    return organisation, person


@transaction.atomic
def verify(actor: Actor, organisation: Organisation, *, why: str = "") -> Organisation:
    """The bureau confirms the unit; its waiting administrators become active with it."""
    row = ORGANISATION.move("verify", actor, organisation, why=why)
    for membership in row.memberships.filter(role=Role.ORG_ADMIN, status=MembershipStatus.REQUESTED):
        MEMBERSHIP.move("confirm", actor, membership)
    return row


@transaction.atomic
def refuse(actor: Actor, organisation: Organisation, *, reason: str) -> Organisation:
    """The reason is written first: the database refuses a refused unit without one."""
    Organisation.objects.filter(pk=organisation.pk).update(refused_reason=reason.strip())
    return ORGANISATION.move("refuse", actor, organisation, why=reason, reason=reason)


@transaction.atomic
def resubmit(actor: Actor, organisation: Organisation, **changes: Any) -> Organisation:
    """The unit mends its registration and files it again."""
    row = ORGANISATION.move("resubmit", actor, organisation)
    return _write(row, changes)


def suspend(actor: Actor, organisation: Organisation, *, reason: str) -> Organisation:
    return ORGANISATION.move("suspend", actor, organisation, why=reason, reason=reason)


def release(actor: Actor, organisation: Organisation, *, why: str = "") -> Organisation:
    return ORGANISATION.move("release", actor, organisation, why=why)


def _write(organisation: Organisation, changes: dict[str, Any]) -> Organisation:
    account = changes.pop("account_number", "")
    if account:
        changes |= {"account_sealed": crypt.seal(rules.plain(account)),
                    "account_masked": crypt.mask(rules.plain(account), 4, 4)}
    for key, value in changes.items():
        setattr(organisation, key, value)
    organisation.search = _organisation_search(organisation)
    organisation.save()
    return organisation


@transaction.atomic
def edit_organisation(actor: Actor, organisation: Organisation, **changes: Any) -> Organisation:
    """The unit's administrator keeps its data; code, kind and name change only through the bureau."""
    if reason := policies.is_org_admin(actor, organisation):
        raise Refused(reason)
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    ledger.record("accounts.organisation.edit", row, actor, fields=sorted(changes))
    return _write(row, changes)


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
        "watch_and_unit": _("Who runs or audits the system is never a user of a unit (separation of duties)."),
    }[code]


def _duties_problem(person: Person, role: str) -> str | None:
    """Separation of duties against the roles held or asked for; call it with the person's row locked."""
    problem = rules.why_not_roles(_roles_held(person), role, staff=STAFF_ROLES, unit=UNIT_ROLES, operators=OPERATOR_ROLES,
                                  watch=WATCH_ROLES)
    return role_problem(problem) if problem else None


def _employ(membership: Membership) -> None:
    """Whoever holds a role of a unit works there, from the day both sides agreed."""
    if membership.role in UNIT_ROLES:
        Employment.objects.get_or_create(person=membership.person, organisation=membership.organisation, until=None,
                                         defaults={"since": membership.since})


@transaction.atomic
def grant_role(actor: Actor, person: Person, organisation: Organisation, role: str, *, scope: str = "",
               division: str = "", since: date | None = None, until: date | None = None, own_account: bool = False
               ) -> Membership:
    """Give a role at once. Refused by separation of duties and when the actor may not grant it.

    The administrator of a unit gives roles at once only to people of the unit, and to an account that the unit itself has
    just made (`own_account`); everybody else is asked first: `invite_member`.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    reasons = [policies.may_grant(actor, organisation, role) or _duties_problem(person, role)]
    if not (actor.is_system or actor.holds(Role.SYSADMIN) or own_account or queries.belongs_to(person, organisation)):
        reasons.append(_("This person does not belong to the unit yet and is asked first."))
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
    somebody out of the work for another.
    """
    row = MEMBERSHIP.move("end", actor, membership, why=why, unit_closes=unit_closes)
    row.until = max(row.since, min(row.until or clock.today(), clock.today()))
    row.save(update_fields=["until"])
    if row.role in UNIT_ROLES and not row.person.memberships.filter(
        organisation=row.organisation, status=MembershipStatus.ACTIVE
    ).exists():
        row.person.employments.filter(organisation=row.organisation, until=None).update(until=row.until)
    if row.role not in UNIT_ROLES or not queries.roles_in_force(Actor(person=row.person)).exists():
        end_sessions(row.person)
    return row


def end_expired_roles(actor: Actor, limit: int = 200) -> int:
    """Roles whose last day is over end in the books and with them every session; the rights themselves ended at midnight
    by the date. A unit's last administrator ends too: the date was set by whoever gave the role."""
    rows = list(queries.expired_memberships()[:limit])
    for row in rows:
        end_role(actor, row, why=str(_("Given until %(day)s") % {"day": row.until}), unit_closes=True)
    return len(rows)


def end_sessions(person: Person) -> None:
    """Every session carries the epoch it began in; the middleware ends those of an earlier one."""
    Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)


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


@transaction.atomic
def change_password(actor: Actor, person: Person, *, password: str) -> Person:
    """Set a new password; all sessions end."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused(error.messages) from error
    row = Person.objects.select_for_update().get(pk=person.pk)
    row.set_password(password)
    row.session_epoch += 1
    row.save(update_fields=["password", "session_epoch"])
    ledger.record("accounts.person.password", row, actor)
    return row


@transaction.atomic
def edit_profile(actor: Actor, **changes: Any) -> Person:
    row = Person.objects.select_for_update().get(pk=actor.person.pk)
    for key, value in changes.items():
        setattr(row, key, value)
    try:
        with transaction.atomic():
            row.save(update_fields=list(changes))
    except IntegrityError as error:
        raise Refused(_("This e-mail or phone belongs to another account.")) from error
    ledger.record("accounts.person.edit", row, actor, fields=sorted(changes))
    return row


def consent(actor: Actor, notice: PrivacyNotice, *, ip: str | None = None) -> Consent:
    """Record that the person has read and accepted a version of the privacy notice (PIPL art. 14, 17)."""
    row, created = Consent.objects.get_or_create(person=actor.person, notice=notice, defaults={"ip": ip})
    if created:
        ledger.record("accounts.person.consent", actor.person, actor, version=notice.version)
    return row


def note_attempt(identifier: str, ip: str | None, *, ok: bool) -> None:
    """Remember a log-in try. A success clears the account's own count by being newer than the failures."""
    LoginAttempt.objects.create(account_print=crypt.fingerprint(queries.counted_as(identifier)), ip=ip, ok=ok)


def note_try(kind: str, key: str) -> None:
    """Count an act that is open to everybody, see `queries.tried_too_often`; kept as a fingerprint only."""
    if key:
        LoginAttempt.objects.create(account_print=queries.try_print(kind, key), ip=None, ok=True)


def forget_old_attempts(keep: timedelta = timedelta(days=2)) -> int:
    return LoginAttempt.objects.filter(at__lt=CoreNow() - keep).delete()[0]


@transaction.atomic
def mark(actor: Actor, *, level: str, kind: str, reason: str, since: date, until: date | None = None,
         person: Person | None = None, organisation: Organisation | None = None, source: models.Model | None = None
         ) -> IntegrityMark:
    """Write an integrity mark; called by the floors that decide (acceptance, supervision)."""
    row = IntegrityMark.objects.create(
        person=person, organisation=organisation, level=level, kind=kind, reason=reason, since=since, until=until,
        source_type=source._meta.label_lower if source else "", source_ref=ledger.reference(source) if source else "",
    )
    ledger.record("accounts.integrity.mark", row, actor, why=reason, level=level, kind=kind)
    return row


def engage(actor: Actor, *, klass: str, role: str, state: str, starts: date, source: models.Model,
           ends: date | None = None, person: Person | None = None, organisation: Organisation | None = None
           ) -> Engagement:
    """What limits count: made or brought up to date for one source (an application or a project)."""
    row, _created = Engagement.objects.update_or_create(
        person=person, organisation=organisation, role=role, source_type=source._meta.label_lower,
        source_ref=ledger.reference(source), defaults={"klass": klass, "state": state, "starts": starts, "ends": ends},
    )
    return row


def disengage(actor: Actor, source: models.Model, *, state: str, ends: date) -> int:
    """The source is over: its engagements end on that day in that state."""
    return Engagement.objects.filter(
        source_type=source._meta.label_lower, source_ref=ledger.reference(source)
    ).update(state=state, ends=ends)


@transaction.atomic
def merge_people(actor: Actor, keep: Person, drop: Person, *, why: str) -> Person:
    """Two accounts of one person: memberships, employments, marks and engagements go to `keep`; `drop` is closed."""
    if reason := policies.is_sysadmin(actor):
        raise Refused(reason)
    if keep.pk == drop.pk:
        raise Refused(_("Choose two different accounts."))
    for row in drop.memberships.filter(status=MembershipStatus.ACTIVE):
        grant_role(actor, keep, row.organisation, row.role, scope=row.scope, division=row.division, since=row.since,
                   until=row.until)
        end_role(actor, row, why=why, unit_closes=True)
    for relation in ("employments", "marks", "engagements"):
        getattr(drop, relation).update(person=keep)
    Person.objects.filter(pk=drop.pk).update(merged_into=keep, is_active=False, ended_at=CoreNow())
    end_sessions(drop)
    ledger.record("accounts.person.merge", keep, actor, why=why, dropped=str(drop.uid))
    return keep


@transaction.atomic
def merge_organisations(actor: Actor, keep: Organisation, drop: Organisation, *, why: str) -> Organisation:
    """Two records of one unit: members move to `keep`; `drop` keeps its history and points to it."""
    if keep.pk == drop.pk:
        raise Refused(_("Choose two different units."))
    row = ORGANISATION.move("merge", actor, drop, why=why, data={"into": keep.ref})
    row.merged_into = keep
    row.save(update_fields=["merged_into"])
    for membership in drop.memberships.filter(status=MembershipStatus.ACTIVE):
        grant_role(policies.system("merge"), membership.person, keep, membership.role, scope=membership.scope,
                   since=membership.since, until=membership.until)
        end_role(policies.system("merge"), membership, why=why, unit_closes=True)
    drop.employments.update(organisation=keep)
    return keep


def unmask(actor: Actor, person: Person, *, purpose: str) -> str:
    """The full identity number, for a stated purpose; the ledger keeps who asked and why (PIPL art. 6)."""
    if not purpose.strip():
        raise Refused(_("Please state the purpose; it is kept in the ledger."))
    if reason := policies.may_unmask(actor):
        raise Refused(reason)
    ledger.record("accounts.person.unmask", person, actor, why=purpose)
    return crypt.open_sealed(person.id_sealed)



@transaction.atomic
def employ(actor: Actor, person: Person, organisation: Organisation, *, since: date, until: date | None = None,
           title: str = "") -> Employment:
    """Record an employer of a person (experts name all of theirs; recusal looks back over them)."""
    row, created = Employment.objects.get_or_create(
        person=person, organisation=organisation, since=since, defaults={"until": until, "title": title})
    if created:
        ledger.record("accounts.person.employ", person, actor, organisation=organisation.ref)
    return row
