"""Writing together: the leader gives seats at the draft and ends them; a co-author accepts, declines and leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import Person
from applications import policies, queries, states
from applications.actions.filing import lock
from applications.models import Application, CoAuthor, Presence
from applications.states import SeatStatus
from applications.workflow import COAUTHOR
from core import clock, ledger, parameters
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices

ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\]+@[^\s@<>()\[\]\",;:\\]+")  # of any script, without what only stands around one


def _address(text: str) -> str:
    """An e-mail or a mobile number, as accounts keep it."""
    found = people.normal(text)
    name, at, host = found.partition("@")
    good = bool(name and "." in host and ADDRESS.fullmatch(found)) if at else found.isascii() and found.isdigit() and 6 <= len(found) <= 20
    if not good or len(found) > 120:
        raise Refused([_("Give the e-mail or the mobile number of the person.")])
    return found


def _rights(row: Application, rights: Mapping[str, str]) -> dict[str, str]:
    known = {"*", *(part.code for part in queries.parts_of(row))}
    found = {part: right for part, right in rights.items() if part in known and right in (states.READ, states.WRITE)}
    if not found:
        raise Refused([_("Choose at least one part that the person may read or write.")])
    return found


def _leads(actor: Any, application: Application) -> Application:
    row = lock(application)
    if reason := policies.is_leader(actor, row):
        raise Refused([reason])
    if row.status not in states.WRITTEN_TOGETHER:
        raise Refused([_("The application is “%(state)s” and cannot be changed now.") % {"state": states.applicant_label(row.status)}])
    return row


@transaction.atomic
def invite_coauthor(actor: Any, application: Application, *, who: str, rights: Mapping[str, str]) -> CoAuthor:
    """Offer a seat to whoever has this e-mail or mobile number. The answer is the same whether an account exists or not: the
    invitation waits for the person. Records applications.coauthor.invite, which tells the person."""
    row, address = _leads(actor, application), _address(who)
    person = people.by_identifier(address)
    if person is not None and person.pk == row.leader_id:
        raise Refused([_("This is your own address: you write everything as the leader.")])
    given = _rights(row, rights)
    most = int(parameters.value("together.invitations_max", default=20))
    if row.coauthors.filter(status=SeatStatus.INVITED).count() >= most:
        raise Refused([_("%(most)d invitations wait for an answer; more are not possible. Take one back first.") % {"most": most}])
    try:
        with transaction.atomic():
            seat = CoAuthor.objects.create(application=row, address=address, person=person, rights=given, invited_by=actor.person)
    except IntegrityError as error:
        raise Refused([_("This person has been invited already; change the rights in the list.")]) from error
    ledger.record("applications.coauthor.invite", seat, actor, rights=given)
    return seat


@transaction.atomic
def change_rights(actor: Any, seat: CoAuthor, *, rights: Mapping[str, str]) -> CoAuthor:
    """Other parts, or reading instead of writing: good from the next save on. Records applications.coauthor.rights."""
    row = _leads(actor, seat.application)
    found = CoAuthor.objects.select_for_update().get(pk=seat.pk)
    if found.status not in states.SEAT_OPEN:
        raise Refused([_("This person no longer writes with you; invite anew.")])
    before, found.rights = found.rights, _rights(row, rights)
    found.save(update_fields=["rights"])
    ledger.record("applications.coauthor.rights", found, actor, before=before, after=found.rights)
    return found


@transaction.atomic
def accept_seat(actor: Any, seat: CoAuthor) -> CoAuthor:
    """INVITED -> ACTIVE by the person who was asked."""
    columns = {"answered_at": CoreNow()}
    if seat.person_id is None and policies.is_invited(actor, seat) is None:
        columns["person"] = actor.person
    try:
        with transaction.atomic():
            return COAUTHOR.move("accept", actor, seat, columns=columns)
    except IntegrityError as error:
        raise Refused([_("You write this application already.")]) from error


@transaction.atomic
def decline_seat(actor: Any, seat: CoAuthor) -> CoAuthor:
    return COAUTHOR.move("decline", actor, seat, columns={"answered_at": CoreNow()})


@transaction.atomic
def withdraw_seat(actor: Any, seat: CoAuthor) -> CoAuthor:
    return COAUTHOR.move("withdraw", actor, seat, columns={"ended_at": CoreNow()})


@transaction.atomic
def end_seat(actor: Any, seat: CoAuthor) -> CoAuthor:
    """ACTIVE -> ENDED by the leader. The application is held, so that no save of the co-author is under way."""
    lock(seat.application)
    return COAUTHOR.move("end", actor, seat, columns={"ended_at": CoreNow()})


@transaction.atomic
def leave_seat(actor: Any, seat: CoAuthor) -> CoAuthor:
    lock(seat.application)
    return COAUTHOR.move("leave", actor, seat, columns={"ended_at": CoreNow()})


# --- what follows ------------------------------------------------------------------------------------------------


def end_seats_of(actor: Any, person: Person) -> int:
    """After a membership ended: seats that rested on it end in the books (they gave no right any more); the leaders hear of it."""
    mine = policies.seats_in_force(policies.people_actor(person)).values("pk")
    rows = CoAuthor.objects.filter(person=person, status=SeatStatus.ACTIVE).exclude(pk__in=mine).select_related("application")
    return len([end_seat(actor, row) for row in rows])


def know_address(person: Person) -> None:
    """Somebody belongs to a unit from now on: invitations that waited for the address find the person."""
    addresses = [one for one in (person.email, person.phone) if one]
    for seat in CoAuthor.objects.filter(person=None, status=SeatStatus.INVITED, address__in=addresses).select_related("application"):
        taken = CoAuthor.objects.filter(application=seat.application_id, person=person, status__in=states.SEAT_OPEN).exists()
        if not taken and CoAuthor.objects.filter(pk=seat.pk, person=None, status=SeatStatus.INVITED).update(person=person):
            seat.person = person
            tell_of_seat("invite", seat, event_id=0)


def tell_of_seat(verb: str, seat: CoAuthor, *, event_id: int) -> None:
    """Invited, taken back and ended: to the co-author, of an invitation once a day however often it is made; accepted, declined, left, and ended by the clock: to the leader."""
    row = seat.application
    given = {"title": row.title or row.ref, "name": seat.person.name if seat.person else seat.address, "leader": row.leader.name}
    to_person = {"invite": lambda: _("%(leader)s asks you to write together: %(title)s") % given,
                 "withdraw": lambda: _("%(leader)s has taken the invitation back: %(title)s") % given,
                 "end": lambda: _("You no longer write together: %(title)s") % given}
    to_leader = {"accept": lambda: _("%(name)s writes with you: %(title)s") % given,
                 "decline": lambda: _("%(name)s does not want to write with you: %(title)s") % given,
                 "leave": lambda: _("%(name)s no longer writes with you: %(title)s") % given,
                 "end": lambda: _("%(name)s no longer writes with you: %(title)s") % given}
    if verb == "invite" and seat.person is None and "@" in seat.address:
        _write_to_stranger(seat, given)
    if verb in to_person and seat.person is not None:
        notices.tell([seat.person], f"application.coauthor_{verb}", to_person[verb], link=reverse("applications:my:list"),
                     dedupe=f"coauthor:end:{seat.pk}" if verb == "end" else f"coauthor:{verb}:{row.pk}:{seat.person.pk}:{clock.today():%Y%m%d}")
    if verb in to_leader:
        notices.tell([row.leader], f"application.coauthor_{verb}", to_leader[verb], link=reverse("applications:my:together", args=[row.ref]),
                     dedupe=f"coauthor:{verb}:{seat.pk}:{event_id}")


def _write_to_stranger(seat: CoAuthor, given: Mapping[str, str]) -> None:
    """The address has no account yet: a letter that leads to the invitation. So many a day, so that nobody mails the world with it;
    the invitation itself waits in any case."""
    if queries.letters_today(seat.invited_by_id) > int(parameters.value("together.letters_per_day", default=30)):
        return
    notices.write_to(
        seat.address, "application.coauthor_invite", lambda: _("%(leader)s asks you to write together: %(title)s") % given,
        lambda: _("%(leader)s writes an application for funding and asks you to take part. This address has no account here yet: the page "
                  "below says how to get one. The invitation then waits for you after you have signed in. If this does not concern you, "
                  "nothing needs to be done.") % given,
        reverse("applications:public:invited", args=[queries.seat_token(seat)]),
        dedupe=f"coauthor:invite:{seat.application_id}:{seat.address}:{clock.today():%Y%m%d}")


# --- who is here -------------------------------------------------------------------------------------------------


def stay(actor: Any, application: Application, *, section: str, field: str = "") -> None:
    """The person has the section open now. Not on record: a row that is good for some seconds."""
    Presence.objects.bulk_create(
        [Presence(application=application, section=section, person=actor.person, field=field[:120], at=CoreNow())],
        update_conflicts=True, unique_fields=["application", "section", "person"], update_fields=["field", "at"])
