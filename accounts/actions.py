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
    UnitChange,
)
from accounts.policies import Actor
from accounts.states import (
    OPERATOR_ROLES,
    STAFF_ROLES,
    UNIT_ROLES,
    IdKind,
    MembershipStatus,
    OrgKind,
    Role,
)
from accounts.workflow import MEMBERSHIP, ORGANISATION, UNIT_CHANGE
from core import clock, crypt, ledger, search
from core.clock import CoreNow
from core.workflow import Refused


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
    """The public registration: unit, its first administrator (waiting), and the consent to the privacy notice."""
    organisation = register_organisation(actor, licence=licence, **unit)
    person = create_person(actor, **administrator)
    Membership.objects.create(person=person, organisation=organisation, role=Role.ORG_ADMIN, since=clock.today())
    Employment.objects.create(person=person, organisation=organisation, since=clock.today())
    consent(Actor(person=person), notice, ip=ip)
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


def _columns(changes: dict[str, Any]) -> dict[str, Any]:
    """What is kept of these changes: an account number sealed and masked."""
    number = rules.plain(changes.get("account_number") or "")
    kept = {key: value for key, value in changes.items() if key != "account_number"}
    return kept | ({"account_sealed": crypt.seal(number), "account_masked": crypt.mask(number, 4, 4)} if number else {})


def _write(organisation: Organisation, changes: dict[str, Any]) -> Organisation:
    changes = _columns(changes)
    for key, value in changes.items():
        setattr(organisation, key, value)
    organisation.search = _organisation_search(organisation)
    organisation.save()
    return organisation


@transaction.atomic
def edit_organisation(actor: Actor, organisation: Organisation, **changes: Any) -> Organisation:
    """The unit's administrator keeps its data; code, kind and name change only through the bureau.

    What payments and rules rest on (`rules.GUARDED`) is not written but put before the bureau as a UnitChange, which
    takes the place of one that still waits. An account that bears another name than the unit needs an `explanation`.
    """
    if reason := policies.is_org_admin(actor, organisation):
        raise Refused(reason)
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    explanation = (changes.pop("explanation", "") or "").strip()
    guarded = {key: value for key, value in changes.items()
               if key in rules.GUARDED and value != getattr(row, key, "") and (value or key != "account_number")}
    if problem := why_not_account(row, guarded.get("account_name", ""), explanation):
        raise Refused(problem)
    free = {key: value for key, value in changes.items() if key not in rules.GUARDED and value != getattr(row, key)}
    if free:
        ledger.record("accounts.organisation.edit", row, actor, fields=sorted(free))
        _write(row, free)
    if guarded:
        _ask_change(actor, row, guarded, explanation)
    return row


def why_not_account(unit: Organisation, account_name: str, explanation: str) -> str | None:
    """Payments go to the unit itself; an account of another name is explained and examined."""
    if account_name in ("", unit.account_name) or rules.same_name(account_name, unit.name) or explanation.strip():
        return None
    return _("The account must bear the name of the unit (%(name)s). If it does not, explain why; the bureau examines it.") % {
        "name": unit.name}


def _ask_change(actor: Actor, unit: Organisation, guarded: dict[str, Any], explanation: str) -> UnitChange:
    waiting = queries.waiting_change(unit)
    proposed = _columns(guarded)
    if waiting is not None:
        UNIT_CHANGE.move("withdraw", actor, waiting, why=str(_("Replaced by a newer change")))
        proposed, explanation = waiting.proposed | proposed, explanation or waiting.explanation
    change = UnitChange.objects.create(organisation=unit, proposed=proposed, explanation=explanation, asked_by=actor.person)
    ledger.record("accounts.unitchange.ask", change, actor, why=explanation, unit=unit.ref,
                  fields=sorted(key for key in proposed if key != "account_sealed"))
    return change


@transaction.atomic
def confirm_change(actor: Actor, change: UnitChange) -> UnitChange:
    """The bureau has verified the new data: they are in force from now on, payments included."""
    row = UNIT_CHANGE.move("confirm", actor, change)
    unit = Organisation.objects.select_for_update().get(pk=row.organisation_id)
    _write(unit, dict(row.proposed))
    ledger.record("accounts.organisation.edit", unit, actor, fields=sorted(key for key in row.proposed if key != "account_sealed"))
    return _decided(actor, row)


@transaction.atomic
def refuse_change(actor: Actor, change: UnitChange, *, why: str) -> UnitChange:
    """The old data stay in force; the unit reads the reason."""
    return _decided(actor, UNIT_CHANGE.move("refuse", actor, change, why=why, reason=why), why)


@transaction.atomic
def withdraw_change(actor: Actor, change: UnitChange) -> UnitChange:
    return _decided(actor, UNIT_CHANGE.move("withdraw", actor, change))


def _decided(actor: Actor, row: UnitChange, reason: str = "") -> UnitChange:
    row.decided_by, row.decided_at, row.reason = actor.person, clock.now(), reason.strip()
    row.save(update_fields=["decided_by", "decided_at", "reason"])
    return row


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
    }[code]


@transaction.atomic
def grant_role(actor: Actor, person: Person, organisation: Organisation, role: str, *, scope: str = "",
               division: str = "", since: date | None = None, until: date | None = None) -> Membership:
    """Give a role at once. Refused by separation of duties and when the actor may not grant it."""
    Person.objects.select_for_update().get(pk=person.pk)
    reasons = [policies.may_grant(actor, organisation, role)]
    if problem := rules.why_not_roles(_roles_held(person), role, staff=STAFF_ROLES, unit=UNIT_ROLES,
                                      operators=OPERATOR_ROLES):
        reasons.append(role_problem(problem))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    row, created = Membership.objects.get_or_create(
        person=person, organisation=organisation, role=role, scope=scope,
        status__in=[MembershipStatus.REQUESTED, MembershipStatus.ACTIVE],
        defaults={"division": division, "since": since or clock.today(), "until": until,
                  "status": MembershipStatus.REQUESTED},
    )
    if row.status == MembershipStatus.REQUESTED:
        row = MEMBERSHIP.move("confirm", actor, row, data={"role": role, "scope": scope})
    if created and role in UNIT_ROLES:
        Employment.objects.get_or_create(person=person, organisation=organisation, until=None,
                                         defaults={"since": row.since})
    return row


@transaction.atomic
def request_membership(actor: Actor, organisation: Organisation, *, role: str = Role.MEMBER) -> Membership:
    """A person asks to join a unit; its administrator confirms."""
    if problem := rules.why_not_roles(_roles_held(actor.person), role, staff=STAFF_ROLES, unit=UNIT_ROLES,
                                      operators=OPERATOR_ROLES):
        raise Refused(role_problem(problem))
    row, created = Membership.objects.get_or_create(
        person=actor.person, organisation=organisation, role=role, scope="",
        status__in=[MembershipStatus.REQUESTED, MembershipStatus.ACTIVE], defaults={"since": clock.today()},
    )
    if created:
        ledger.record("accounts.membership.request", row, actor, role=role)
    return row


def confirm_membership(actor: Actor, membership: Membership) -> Membership:
    return MEMBERSHIP.move("confirm", actor, membership)


def refuse_membership(actor: Actor, membership: Membership, *, why: str = "") -> Membership:
    return MEMBERSHIP.move("refuse", actor, membership, why=why)


@transaction.atomic
def end_role(actor: Actor, membership: Membership, *, why: str = "", unit_closes: bool = False) -> Membership:
    """End a role today; every session of the person ends with it, because rights changed."""
    row = MEMBERSHIP.move("end", actor, membership, why=why, unit_closes=unit_closes)
    row.until = max(row.since, min(row.until or clock.today(), clock.today()))
    row.save(update_fields=["until"])
    if row.role in UNIT_ROLES and not row.person.memberships.filter(
        organisation=row.organisation, status=MembershipStatus.ACTIVE
    ).exists():
        row.person.employments.filter(organisation=row.organisation, until=None).update(until=row.until)
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
    LoginAttempt.objects.create(account_print=crypt.fingerprint(identifier.strip().lower()), ip=ip, ok=ok)


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
    for membership in drop.memberships.filter(status=MembershipStatus.REQUESTED):  # they ask the unit that stays
        end_role(policies.system("merge"), membership, why=why, unit_closes=True)
        request_membership(Actor(person=membership.person), keep)
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
