"""The unit's verbs. Endorsement is the moment of submission: one small transaction, no file, no PDF, no mail in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.states import Role
from applications import queries, rules
from applications.actions import freezing, preparing
from applications.actions.filing import lock
from applications.models import Application
from applications.states import Status
from applications.workflow import APPLICATION
from core import clock, ledger
from core.workflow import Refused, hold_behind
from programs import queries as programme


def hold_limits(*rows: Application) -> None:
    """Two submissions that count against the same unit or person run one after the other (never two at once past a
    limit): the limit rules count every member of a team, not the leader alone. Always in the same order, so that no two
    wait for each other: the units, then the people, by their numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT applications_hold_counted(%s::int[], %s::int[])", counted(*rows))


def counted(*rows: Application) -> tuple[list[int], list[int]]:
    """The keys under which units and people are held, each in order."""
    units, people = set(), {row.leader_id for row in rows}
    for row in rows:
        quota, limits = row.version.data.get("quota") or {}, row.version.data.get("limits")
        if limits:
            people |= {member.person_id for member in row.team.all() if member.person_id}
        if quota.get("per_unit") or limits:
            units.add(row.unit_id)
    return sorted({key % 2**31 for key in units}), sorted({key % 2**31 for key in people})


#: The guide held, the moment, what the version of the guide is known by and what the content that stands ready; the lock of the row comes
#: after it in the same statement.
HOLD = ("SELECT h.*, (SELECT v.sha256 FROM programs_guideversion v WHERE v.id = a.version_id) AS known_by,"  # noqa: S608 (our own)
        " (SELECT c.sha256 FROM applications_prepared p JOIN applications_content c ON c.id = p.content_id WHERE p.application_id = a.id) AS ready,"
        " a.id AS held_id"
        f" FROM applications_application a, LATERAL ({programme.HOLD_OPEN % 'a.guide_id'}) h WHERE a.id = %s")
#: By its number and the units of the person: the same truth as `policies.is_unit_admin` for administrators.
HOLD_OWN = HOLD.replace("a.id = %s", "a.ref = %s AND a.unit_id = ANY (%s)")


@transaction.atomic
def endorse(actor: Any, application: Application) -> Application:
    """UNIT_PENDING -> SUBMITTED, before the close by the database clock (house rule B1).

    Holds the guide FOR SHARE, then asks the clock, then checks everything again on the locked row, writes the frozen
    version with its hash, the receipt number and the time, the engagements that limits count, and the ledger. Sent
    twice by the same person it answers with the first receipt.
    """
    return _submit(actor, application, "endorse")


@transaction.atomic
def endorse_numbered(actor: Any, ref: str) -> Application:
    """The same for a number somebody has sent: the row is looked for among those of the units the person administers, and held, in one
    statement. Whoever approves in another way is let in by the door of the desk."""
    held = hold_behind(HOLD_OWN, [ref, list(actor.units(Role.ORG_ADMIN))], Application, without=queries.BULKY)
    return _submit_row(actor, *held, "endorse") if held else _submit(actor, queries.unit_get(actor, ref), "endorse")


@transaction.atomic
def recommend(actor: Any, application: Application) -> Application:
    """RECOMMEND_PENDING -> SUBMITTED by the recommending body; the same moment of submission."""
    return _submit(actor, application, "recommend")


def _submit(actor: Any, application: Application, verb: str) -> Application:
    held = hold_behind(HOLD, [application.pk], Application, without=queries.BULKY)
    if held is None:
        raise Application.DoesNotExist(application.ref)
    return _submit_row(actor, *held, verb)


def _submit_row(actor: Any, found: Sequence[Any], row: Application, verb: str) -> Application:
    *found, version, content, _pk = found
    if row.status == Status.SUBMITTED and row.endorsed_by_id == actor.id:
        return row
    opened = programme.opened(row.guide_id, found)
    row.version = programme.kept_version_of(row.version_id, version)
    with clock.standing(opened.now):
        return _submit_ready(actor, row, verb, opened, content) or _submit_held(actor, row, verb, opened)


def _submit_ready(actor: Any, row: Application, verb: str, opened: Any, content: str | None) -> Application | None:
    """The first submission of what stands ready, written in the statement that proves it. None: nothing was written, look again."""
    if content is None or row.receipt_number:
        return None
    number, at = rules.receipt_number(row.ref, 1), opened.now.isoformat()
    receipt = {"number": number, "submitted_at": at, "endorsed_by": actor.label}
    sha256 = rules.version_digest(content, receipt)
    try:
        return _move(actor, row, verb, opened, number, sha256, freezing.submission(actor, row, counted(row), content, receipt, sha256))
    except Refused:  # with its reasons once everything is looked at
        return None


def _submit_held(actor: Any, row: Application, verb: str, opened: Any) -> Application:
    """The rest of a submission, everything asked again: row and guide are held, the moment is settled."""
    hold_limits(row)
    ready, wrong = _checked(row)
    if reasons := APPLICATION.why_not(verb, actor, row, opened=opened, blockers=wrong):
        raise Refused(reasons)
    if ready is None:
        raise Refused(_("The data of the unit or of its people were changed while they were checked. Please send it again."))
    number, at = rules.receipt_number(row.ref, ready.submissions + 1), opened.now.isoformat()
    sha256 = freezing.freeze_prepared(actor, row, number=ready.versions + 1,
                                      receipt={"number": number, "submitted_at": at, "endorsed_by": actor.label})
    accounts.engage_all(actor, row, ready.engaged, klass=ready.klass, state="APPLIED", starts=clock.today())
    return _move(actor, row, verb, opened, number, sha256)


def _move(actor: Any, row: Application, verb: str, opened: Any, number: str, sha256: str, proof: ledger.Proof | None = None) -> Any:
    return APPLICATION.move(
        verb, actor, row, opened=opened, blockers=[], proof=proof,
        columns={"submitted_at": opened.now, "endorsed_by": actor.person, "receipt_number": number, "receipt_sha256": sha256, "return_reason": ""},
        data={"receipt": number, "sha256": sha256, "submitted_at": opened.now.isoformat()},
    )


def _checked(row: Application) -> tuple[queries.Ready | None, list[queries.Item]]:
    """What stands ready, or is made ready now, and what is wrong. None of both: something the check rests on was changed by
    somebody else while it was made, twice."""
    for _try in range(2):
        if ready := queries.prepared(row):
            return ready, []
        if wrong := preparing.keep(row):
            return None, wrong
    return queries.prepared(row), []


@dataclass(frozen=True)
class Outcome:
    """One line of a bulk act: done, or held back with the reasons."""

    ref: str
    title: str
    done: bool
    reasons: list[str]


def bulk_endorse(actor: Any, applications: Iterable[Application]) -> list[Outcome]:
    """Endorse many, each in a transaction of its own: what cannot pass is held back and says why."""
    found = []
    for application in applications:
        try:
            (recommend if application.status == Status.RECOMMEND_PENDING else endorse)(actor, application)
        except Refused as error:
            found.append(Outcome(application.ref, application.title, False, error.reasons))
        else:
            found.append(Outcome(application.ref, application.title, True, []))
    return found


@transaction.atomic
def pass_on(actor: Any, application: Application) -> Application:
    """UNIT_PENDING -> RECOMMEND_PENDING where the guide asks for a recommendation."""
    row = lock(application)
    return APPLICATION.move("pass_on", actor, row, blockers=queries.blockers(row))


@transaction.atomic
def send_back(actor: Any, application: Application, *, why: str) -> Application:
    """UNIT_PENDING -> UNIT_RETURNED with the reason, which the leader reads (reaction tells the leader)."""
    row = APPLICATION.move("return", actor, application, why=why, reason=why)
    Application.objects.filter(pk=row.pk).update(return_reason=why.strip())
    row.refresh_from_db()
    return row


@transaction.atomic
def decline(actor: Any, application: Application, *, why: str) -> Application:
    """RECOMMEND_PENDING -> UNIT_RETURNED by the recommending body, with the reason."""
    row = APPLICATION.move("decline", actor, application, why=why, reason=why)
    Application.objects.filter(pk=row.pk).update(return_reason=why.strip())
    row.refresh_from_db()
    return row


@transaction.atomic
def withdraw(actor: Any, application: Application, *, why: str) -> Application:
    """After submission, by the unit, with a reason; the engagements end. Cannot be taken back."""
    row = APPLICATION.move("withdraw", actor, application, why=why, reason=why)
    accounts.disengage(actor, row, state="WITHDRAWN", ends=clock.today())
    return row
