"""Organisations: registered, verified, changed; what payments rest on changes only through the bureau."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import policies, queries, rules
from accounts.actions.people import consent, create_person
from accounts.models import (
    Employment,
    Membership,
    Organisation,
    Person,
    PrivacyNotice,
    UnitChange,
)
from accounts.policies import Actor
from accounts.states import (
    MembershipStatus,
    OrgKind,
    Role,
)
from accounts.workflow import (
    MEMBERSHIP,
    ORGANISATION,
    UNIT_CHANGE,
)
from core import (
    clock,
    crypt,
    files,
    ledger,
    search,
)
from core.workflow import Refused

LICENCE_BYTES, LICENCE_KINDS = 10 * 1024 * 1024, ("pdf", "png", "jpg")


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
    organisation.licence = files.store(licence, actor=actor, kinds=LICENCE_KINDS, max_bytes=LICENCE_BYTES)
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
