"""Verbs of joining the pool: apply, recommend, answer a recommendation, send back, take in, refuse, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import queries as accounts
from core import clock, ledger
from core.workflow import Refused
from notices import actions as notices
from reviews import policies, queries
from reviews.actions.pool import enrol
from reviews.models import Candidacy, Expert
from reviews.states import Origin
from reviews.workflow import CANDIDACY


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in (*queries.PROFILE, "statement") if name in values}


def _not_twice(person: Any) -> None:
    if Expert.objects.filter(person=person).exclude(status="REMOVED").exists():
        raise Refused(_("%(name)s stands in the pool already.") % {"name": person.name})


@transaction.atomic
def apply_to_join(actor: Any, **values: Any) -> Candidacy:
    """Apply to join the pool, or answer the recommendation or the return that waits. Records reviews.candidacy.apply or submit."""
    if reason := policies.may_join(actor):
        raise Refused(reason)
    _not_twice(actor.person)
    waiting = queries.own_candidacy(actor)
    if waiting is not None:
        columns = {**_columns(values), "person": actor.person, "submitted_at": clock.now(), "answer": ""}
        return CANDIDACY.move("submit", actor, waiting, columns=columns)
    contact = actor.person.email or actor.person.phone or ""
    try:
        with transaction.atomic():
            row = Candidacy.objects.create(person=actor.person, name=actor.person.name, contact=contact, by=actor.person,
                                           submitted_at=clock.now(), **_columns(values))
    except IntegrityError as error:
        raise Refused(_("You have an application that is not decided yet.")) from error
    ledger.record("reviews.candidacy.apply", row, actor, pool=row.pool, constituency=row.constituency)
    return row


@transaction.atomic
def recommend(actor: Any, *, name: str, contact: str, pool: str, constituency: str, reason: str, for_unit: bool = False) -> Candidacy:
    """Name somebody for the pool, as a person or in the name of the unit. The person is asked, and decides about his own data
    (PIPL art. 13); without an account he finds the recommendation once he has registered with this e-mail or telephone."""
    if refused := policies.recommends_for_unit(actor) if for_unit else policies.may_join(actor):
        raise Refused(refused)
    person, contact = accounts.by_identifier(contact), contact.strip().lower()
    if person is not None and person.pk == actor.id:
        raise Refused(_("Nobody recommends himself: apply to join."))
    if person is None and "@" not in contact and not contact.isdecimal():
        raise Refused(_("Give an e-mail or a telephone of the person."))
    if Candidacy.objects.filter(by=actor.person, contact=contact).exclude(origin=Origin.OWN).exists():
        raise Refused(_("You have recommended this person already."))
    told = {"name": name.strip(), "contact": contact, "pool": pool, "constituency": constituency, "reason": reason.strip(), "by": actor.person,
            "unit": accounts.unit_of(actor) if for_unit else None, "origin": Origin.UNIT if for_unit else Origin.PERSON, "status": "ASKED"}
    is_new = person is not None and not _is_known(person)
    try:
        with transaction.atomic():
            row = Candidacy.objects.create(person=person if is_new else None, **told)
    except IntegrityError:  # somebody else has named the person in this very moment; nobody learns that
        is_new, row = False, Candidacy.objects.create(person=None, **told)
    ledger.record("reviews.candidacy.recommend", row, actor, origin=row.origin)
    if is_new:
        notices.tell([person], "reviews.recommended", lambda: _("You have been recommended for the expert pool"),
                     lambda: _("If you want to join, complete your data; otherwise decline there."), "/my/expert/", dedupe=f"recommended:{row.pk}")
    return row


def _is_known(person: Any) -> bool:
    """In the pool, or on the way. Whoever recommends never learns it: who is an expert is told to nobody outside the desks."""
    return Expert.objects.filter(person=person).exists() or Candidacy.objects.filter(
        person=person, status__in=["ASKED", "SUBMITTED", "RETURNED"]).exists()


@transaction.atomic
def send_back(actor: Any, row: Candidacy, *, why: str) -> Candidacy:
    """SUBMITTED -> RETURNED: something is missing; the person is told what."""
    moved = CANDIDACY.move("return", actor, row, why=why, reason=why, columns={"answer": why})
    _tell(moved, lambda: _("Your application to the expert pool needs something more"), why)
    return moved


@transaction.atomic
def admit(actor: Any, row: Candidacy, *, why: str = "") -> Candidacy:
    """SUBMITTED -> ADMITTED: the conditions are asked again today; an exception needs its reason, which stays with it."""
    found = queries.unmet(queries.profile_of(row), row.person)
    moved = CANDIDACY.move("admit", actor, row, why=why, unmet=[words for _code, words in found], reason=why, columns={
        "unmet": [code for code, _words in found], "answer": why, "decided_by": actor.person, "decided_at": clock.now()})
    former = Expert.objects.filter(person=moved.person).first()
    if former is not None:
        raise Refused(_("%(name)s was removed from the pool and is not taken in by an application.") % {"name": moved.name})
    enrol(actor, moved.person, origin=moved.origin, why=why, confirmed_on=clock.today(), **queries.profile_of(moved))
    _tell(moved, lambda: _("You are in the expert pool"), lambda: _("Complete your employers, relations and account."), "/review/profile/")
    return moved


@transaction.atomic
def refuse_candidacy(actor: Any, row: Candidacy, *, why: str) -> Candidacy:
    moved = CANDIDACY.move("refuse", actor, row, why=why, reason=why, columns={
        "answer": why, "decided_by": actor.person, "decided_at": clock.now()})
    _tell(moved, lambda: _("You were not taken into the expert pool"), why)
    return moved


def _tell(row: Candidacy, subject: Any, body: Any, link: str = "/my/expert/") -> None:
    notices.tell([row.person], "reviews.candidacy", subject, body, link)


@transaction.atomic
def withdraw_candidacy(actor: Any, row: Candidacy) -> Candidacy:
    """By the person before it is decided, or by whoever recommended him before he has answered."""
    return CANDIDACY.move("withdraw", actor, row)
