"""People: accounts, profiles, sessions, consent, tries of a password."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from accounts import policies, queries, rules
from accounts.models import (
    Consent,
    Employment,
    LoginAttempt,
    Organisation,
    Person,
    PrivacyNotice,
)
from accounts.policies import Actor
from accounts.states import (
    IdKind,
)
from core import (
    crypt,
    ledger,
)
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


def end_sessions(person: Person) -> None:
    """Every session carries the epoch it began in; the middleware ends those of an earlier one."""
    Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)


def forget_ended_sessions() -> int:
    """Visits that are over by the true clock leave the database; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_session WHERE expire_date < clock_timestamp()")
        return cursor.rowcount


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


@transaction.atomic
def begin_attempt(identifier: str, ip: str | None) -> LoginAttempt | None:
    """Count a log-in try as failed before its password is looked at, so that many at once are counted as well; None when
    there were too many. Tries against one account and from one address are counted one after the other."""
    key = crypt.fingerprint(queries.counted_as(identifier))
    for lock in sorted({f"login:{key}", f"login-from:{ip}"}):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
    if queries.locked_out(identifier, ip):
        return None
    return LoginAttempt.objects.create(account_print=key, ip=ip, ok=False)


def note_success(attempt: LoginAttempt) -> None:
    """The password was right; this clears the account's own count. It is a row of its own, newer than all failures."""
    attempt.delete()
    LoginAttempt.objects.create(account_print=attempt.account_print, ip=attempt.ip, ok=True)


def note_try(kind: str, key: str) -> None:
    """Count an act that is open to everybody, see `queries.tried_too_often`; kept as a fingerprint only."""
    if key:
        LoginAttempt.objects.create(account_print=queries.try_print(kind, key), ip=None, ok=True)


def forget_old_attempts(keep: timedelta = timedelta(days=2)) -> int:
    return LoginAttempt.objects.filter(at__lt=CoreNow() - keep).delete()[0]


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


@transaction.atomic
def end_employment(actor: Actor, row: Employment, *, until: date) -> Employment:
    """The last day with an employer, said by the person or by whoever keeps the record; recusal looks back from it."""
    if until < row.since:
        raise Refused(_("The end lies before the beginning."))
    before = row.until
    Employment.objects.filter(pk=row.pk).update(until=until)
    row.refresh_from_db()
    ledger.record("accounts.person.end_employment", row.person, actor, organisation=row.organisation.ref, before={"until": before},
                  after={"until": until})
    return row
