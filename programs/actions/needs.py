"""The proposer's and the unit's verbs: start, save, attach, hand in, endorse, return, withdraw (clause R1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.states import OrganisationStatus
from core import clock, files, ledger, parameters, refs, search, typed
from core.workflow import Refused
from notices import actions as notices
from programs import policies, queries, states
from programs.engine import needs as need_rules
from programs.models import CallStream, Need, NeedFile, NeedIndicator, TopicCall
from programs.states import NeedStatus
from programs.workflow import NEED

UNIT_LOCK = 0x4E01
MB = 1024 * 1024
LONGEST = 20_000  # characters of one answer of a draft
FILE_KINDS = ("pdf", "docx", "jpg", "png")


def lock_need(need: Need) -> Need:
    return Need.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "call__special__plan", "stream", "unit", "proposer").get(pk=need.pk)


@transaction.atomic
def start_need(actor: Any, call: TopicCall, *, unit: Organisation, stream: CallStream, is_demo: bool = False) -> Need:
    """A draft under an open call for a verified unit of the person. Records programs.need.start; with what the register knows
    of the person filled in."""
    reasons = [policies.may_propose(actor)]
    if not reasons[0] and unit.pk not in actor.units(*policies.UNIT_USERS):
        reasons.append(_("You may only propose for your own unit."))
    if unit.status != OrganisationStatus.VERIFIED:
        reasons.append(_("“%(unit)s” is not verified yet.") % {"unit": unit.name})
    if unit.kind not in call.kinds:
        reasons.append(_("This call does not ask units of this kind: %(kind)s.") % {"kind": unit.get_kind_display()})
    if stream.call_id != call.pk:
        reasons.append(_("The direction belongs to another call."))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    queries.topics.lock_open_call(call)
    number = refs.next_number("need", str(call.year))
    need = Need.objects.create(
        ref=f"XQ-{call.year}-{number:05d}", call=call, stream=stream, unit=unit, proposer=actor.person, is_demo=is_demo or call.is_demo,
        answers={"contact_name": actor.person.name, "contact_phone": actor.person.phone or ""},
    )
    ledger.record("programs.need.start", need, actor, call=call.ref, unit=unit.ref)
    return need


@dataclass
class SavedNeed:
    """`conflicts`: fields somebody else changed since the base revision, with the text that stands."""

    rev: int
    at: datetime
    conflicts: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def save_need(actor: Any, need: Need, *, values: Mapping[str, Any], base: int) -> SavedNeed:
    """Keep what was typed, right or wrong, field by field. A field that somebody else changed since `base` is not written over
    but given back. Writes no ledger row (drafts change by the keystroke); handing in does."""
    row = lock_need(need)
    if reason := policies.is_proposer(actor, row):
        raise Refused([reason])
    if row.status not in states.NEED_WRITABLE:
        raise Refused([_("The topic can no longer be changed: %(state)s.") % {"state": row.status_label}])
    known = need_rules.names(row.call.asks)
    if unknown := set(values) - known:
        raise Refused([_("The form has no field “%(name)s”.") % {"name": name} for name in sorted(map(str, unknown))])
    sent = {name: value if isinstance(value, bool) else typed.text(value)[:LONGEST] for name, value in values.items()}
    theirs = {name: row.answers.get(name, "") for name, value in sent.items()
              if row.revs.get(name, 0) > base and row.answers.get(name, "") != value}
    changed = {name: value for name, value in sent.items() if name not in theirs and row.answers.get(name, "") != value}
    now = clock.now()
    if changed:
        row.rev += 1
        row.answers |= changed
        row.revs |= dict.fromkeys(changed, row.rev)
        Need.objects.filter(pk=row.pk).update(
            answers=row.answers, revs=row.revs, rev=row.rev, saved_at=now, title=str(row.answers.get("title", ""))[:200])
    need.refresh_from_db()
    return SavedNeed(row.rev, now, theirs)


@transaction.atomic
def _add_file(actor: Any, need: Need, kind: str, stored: Any, sealed_by: list[str]) -> NeedFile:
    row = lock_need(need)
    _writable(actor, row)
    _room_for_file(row)
    found = NeedFile.objects.create(need=row, kind=kind, file=stored, sealed_by=sealed_by, added_by=actor.person)
    ledger.record("programs.need.attach", row, actor, kind=kind, sha256=stored.sha256, sealed_by=sealed_by)
    return found


def _writable(actor: Any, need: Need) -> None:
    if reason := policies.is_proposer(actor, need):
        raise Refused([reason])
    if need.status not in states.NEED_WRITABLE:
        raise Refused([_("The topic can no longer be changed: %(state)s.") % {"state": need.status_label}])


def _room_for_file(need: Need) -> None:
    """Files that were taken off stay on record, so they count as well."""
    most = int(parameters.value("need.files_most"))
    if need.files.count() >= most:
        raise Refused([_("A topic takes at most %(most)d files; those taken off count as well.") % {"most": most}])


def attach_file(actor: Any, need: Need, *, upload: Any, kind: str, sealed_by: Iterable[str] = ()) -> NeedFile:
    """Keep an attached file; a sealed statement names the proposing units whose seals it bears.

    Raises core.files.BadFile with a text for the person (kind by content, size). Records programs.need.attach.
    """
    _writable(actor, need)
    _room_for_file(need)
    units = {need.unit.name, *queries.topics.cleaned(need).values.get("partners", ())}
    seals = [name for name in dict.fromkeys(sealed_by) if name in units]
    if kind == queries.topics.LETTER and not seals:
        raise Refused([_("Say whose seals the statement bears.")])
    kinds = ("pdf",) if kind == queries.topics.LETTER else FILE_KINDS
    stored = files.store(upload, actor=actor, kinds=kinds, max_bytes=int(parameters.value("need.file_mb")) * MB)
    return _add_file(actor, need, kind, stored, seals if kind == queries.topics.LETTER else [])


@transaction.atomic
def detach_file(actor: Any, file: NeedFile) -> None:
    """The file is no longer part of the topic; it stays on record."""
    row = lock_need(file.need)
    _writable(actor, row)
    NeedFile.objects.filter(pk=file.pk).update(is_current=False)
    ledger.record("programs.need.detach", row, actor, file=file.pk)


# --- handing in and filing -----------------------------------------------------------------------------------------


def _fill(row: Need, values: Mapping[str, Any]) -> None:
    """The typed columns and rows from the cleaned answers; text for search and character pairs for similarity."""
    plain = ("title", "background", "content", "amount", "own_money", "cluster", "stage", "result_user", "contact_name",
             "contact_phone", "partners", "name_agreed")
    columns = {name: values[name] for name in plain if name in values}
    rows = values["indicators"]
    Need.objects.filter(pk=row.pk).update(
        search=search.vector(row.ref, columns["title"], columns.get("background"), columns["content"], row.unit.name, row.stream.name,
                             *columns.get("partners", ()), *[one["name"] for one in rows]),
        grams=search.vector(columns["title"], columns.get("background"), columns["content"]), **columns,
    )
    row.indicators.all().delete()
    NeedIndicator.objects.bulk_create(NeedIndicator(need=row, order=order, **one) for order, one in enumerate(rows))


@transaction.atomic
def hand_in_need(actor: Any, need: Need) -> Need:
    """DRAFT or UNIT_RETURNED -> UNIT_PENDING while the call is open; refused with every problem: fields, indicators that cannot
    be measured, seals over the threshold, the quota of the unit."""
    opened = queries.topics.lock_open_call(need.call)
    row = lock_need(need)
    found = queries.topics.cleaned(row)
    problems = queries.topics.problems_of(row, found)
    if reasons := NEED.why_not("hand_in", actor, row, opened=opened, problems=problems):
        raise Refused(reasons)
    _fill(row, found.values)
    moved = NEED.move("hand_in", actor, row, opened=opened, problems=[])
    _tell_unit(moved)
    moved.refresh_from_db()
    return moved


def _tell_unit(need: Need) -> None:
    people = notices.administrators(need.unit)
    notices.tell(people, "programs.need.hand_in", lambda: _("A topic waits for your approval: %(title)s") % {"title": need.title},
                 lambda: _("File it before the call closes; what is not filed then has no effect."), f"/my/unit/needs/{need.ref}/",
                 dedupe=f"need:{need.pk}:in:{need.rev}")


@transaction.atomic
def recall_need(actor: Any, need: Need) -> Need:
    """UNIT_PENDING -> DRAFT: taken back before the unit has filed it."""
    return NEED.move("recall", actor, need)


@transaction.atomic
def return_need(actor: Any, need: Need, *, why: str) -> Need:
    """UNIT_PENDING -> UNIT_RETURNED with the reason, which the proposer is told."""
    row = NEED.move("return", actor, need, why=why, reason=why)
    Need.objects.filter(pk=row.pk).update(return_reason=why.strip())
    tell_proposer(row, lambda: _("Returned by your unit: %(title)s") % {"title": row.title}, why, key=f"return:{row.rev}")
    row.refresh_from_db()
    return row


@transaction.atomic
def endorse_need(actor: Any, need: Need) -> Need:
    """UNIT_PENDING -> FILED before the close by the database clock (as applications are submitted).

    Holds the call FOR SHARE, asks the clock, then lets one filing of the unit pass at a time, so that two at once never exceed
    the quota; checks everything again on the locked row. Pressed twice by the same person it answers with the first filing.
    """
    stands = Need.objects.filter(pk=need.pk, status=NeedStatus.FILED, endorsed_by=actor.id).first()
    if stands is not None:
        return stands
    opened = queries.topics.lock_open_call(need.call)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [UNIT_LOCK, need.unit_id % 2**31])
    row = lock_need(need)
    if row.status == NeedStatus.FILED and row.endorsed_by_id == actor.id:
        return row
    problems = queries.topics.problems_of(row)
    if reasons := NEED.why_not("endorse", actor, row, opened=opened, problems=problems):
        raise Refused(reasons)
    Need.objects.filter(pk=row.pk).update(filed_at=opened, endorsed_by=actor.person, return_reason="")
    moved = NEED.move("endorse", actor, row, opened=opened, problems=[], data={"filed_at": opened.isoformat()})
    tell_proposer(moved, lambda: _("Filed with the bureau: %(title)s") % {"title": moved.title},
                  lambda: _("You will be told what becomes of it."), key=f"filed:{moved.rev}")
    moved.refresh_from_db()
    return moved


@transaction.atomic
def withdraw_need(actor: Any, need: Need, *, why: str) -> Need:
    """FILED -> WITHDRAWN before the close, with a reason; it no longer counts against the quota."""
    opened = queries.topics.lock_open_call(need.call)
    return NEED.move("withdraw", actor, need, opened=opened, why=why, reason=why)


def tell_proposer(need: Need, subject: Any, body: Any, *, key: str) -> None:
    notices.tell({need.proposer}, "programs.need", subject, body, f"/my/needs/{need.ref}/", dedupe=f"need:{need.pk}:{key}")
