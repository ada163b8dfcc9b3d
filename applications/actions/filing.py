"""The applicant's verbs: start, save, finish a section, hand in, take back, answer a correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Organisation
from applications import policies, queries, rules, states
from applications.actions import columns, freezing
from applications.models import Application, Correction, SectionSave, TeamMember
from applications.states import Status
from applications.workflow import APPLICATION
from core import clock, deadlines, ledger, refs
from core.clock import CoreNow
from core.workflow import Refused
from programs import queries as programme
from programs.models import Guide, Topic

SAME_SITTING = timedelta(minutes=5)  # saves of one person this close together are one row of the history


@dataclass(frozen=True)
class Saved:
    """What became of a save: the new revision, when, what was not overwritten ({name: the other's value}), and what others
    have changed meanwhile in fields that were not sent."""

    rev: int
    at: datetime
    conflicts: dict[str, Any] = field(default_factory=dict)
    news: dict[str, Any] = field(default_factory=dict)


def lock(application: Application) -> Application:
    """The row itself, held until the act is over. What it points to is read when it is needed, by its key: planning one
    wide join costs more than the few rows an act looks at. The texts of the guide version (a hundred kilobytes that
    never change) come from the memory of this process."""
    row = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    row.version = programme.kept_version_of(row.version_id)
    return row


@transaction.atomic
def start(actor: Any, guide: Guide, *, unit: Organisation, topic: Topic | None = None) -> Application:
    """Begin an application in an open guide for a unit of the actor. Gives the number, names the actor as leader and
    fills in what the register knows (nothing is asked twice). Records applications.application.start."""
    reasons = [policies.is_applicant(actor)]
    if unit.pk not in {one.pk for one in queries.units_of(actor)}:
        reasons.append(_("You may apply only for a verified unit you belong to."))
    if not programme.is_open(guide):
        reasons.append(programme.closed_reason(guide, guide.status, clock.now()))
    if programme.without_application(guide):
        reasons.append(_("Clause R6: this guide needs no application; who is entitled is computed from data held already."))
    reasons += queries.unit_problems(guide.version.data, unit) if guide.version else []
    if reasons := [reason for reason in reasons if reason]:
        raise Refused(reasons)
    prefix = guide.special.prefix
    number = refs.next_number(f"application.{prefix}", str(guide.year))
    row = Application.objects.create(
        ref=rules.application_ref(prefix, guide.year, number), guide=guide, version=guide.version, topic=topic,
        leader=actor.person, unit=unit, is_demo=guide.is_demo or unit.is_demo,
    )
    answers = _known_already(row)
    if topic is not None:
        answers.setdefault("basic", {})["topic"] = topic.code
    Application.objects.filter(pk=row.pk).update(answers=answers, search=columns.search_text(row))
    _leader_row(row)
    ledger.record("applications.application.start", row, actor, guide=guide.ref, unit=unit.ref)
    row.refresh_from_db()
    return row


def _known_already(application: Application) -> dict[str, Any]:
    """Contact data of the leader, where the form asks for a contact."""
    person = application.leader
    known = {"contact_name": person.name, "contact_phone": person.phone or "", "contact_email": person.email or ""}
    answers: dict[str, Any] = {}
    for section in queries.form_of(application).sections:
        mine = {item.code: known[item.code] for item in section.fields if known.get(item.code)}
        if mine:
            answers[section.code] = mine
    return answers


def _leader_row(application: Application) -> None:
    person = application.leader
    TeamMember.objects.create(
        application=application, order=0, role=states.TeamRole.LEADER, person=person, name=person.name,
        id_kind=person.id_kind, id_sealed=person.id_sealed, id_print=person.id_print or "",
        id_masked=person.id_masked, gender=person.gender, birth_date=person.birth_date,
        organisation=application.unit, organisation_name=application.unit.name, title=person.title,
        degree=person.degree, email=person.email or "", confirmed_at=clock.now(),
    )


def editable(actor: Any, row: Application, part: str) -> None:
    """Raise Refused unless the actor may write this part now. In a correction only the opened parts, and in time."""
    if reason := policies.may_write(actor, row, part):
        raise Refused([reason])
    if reason := closed_now(row):
        raise Refused([reason])
    if row.status == Status.CORRECTION:
        if part not in opened_parts(row):
            raise Refused([_("This part is not opened for correction.")])
        if row.correction_due_at is None or clock.now() >= row.correction_due_at:
            raise Refused([_("The time for the correction is over.")])


def closed_now(row: Application) -> str | None:
    """Why nobody writes any part of it in its present state."""
    return None if row.status in states.EDITABLE else _("The application is “%(state)s” and cannot be changed now.") % {
        "state": states.applicant_label(row.status)}


def opened_parts(row: Application) -> set[str]:
    correction = Correction.objects.filter(application=row).first()
    return set(correction.sections) if correction else set()


@transaction.atomic
def save_section(actor: Any, application: Application, *, section: str, values: Mapping[str, Any], base: int,
                 whole: bool = False, bases: Mapping[str, int] | None = None) -> Saved:
    """Keep what was typed, however unfinished; `values` are flat names, `base` the revision the page was built on; `bases`
    names single fields that rest on another one ("" stands for all that are not named).

    Locks the application for a moment. A field somebody else has changed since `base` is left alone and reported.
    Writes answers, the columns and rows read from them, and the history of saves.
    """
    row = lock(application)
    editable(actor, row, section)
    part = queries.part_of(row, section)
    if part is None or part.section is None:
        raise Refused([_("This form has no such section.")])
    sent = rules.typed(part.section, values)
    before = row.answers.get(section) or {}
    revs = dict(row.revs.get(section) or {})
    now, current = clock.now(), rules.flat(part.section, before)
    sent = _without_pledges_of_others(actor, row, queries.pledges_of(part.section), sent, current)
    merged = rules.merge(current, revs, base, sent, bases)
    news = rules.news(current, revs, base, sent, bases) if bases else {}
    if not merged.written:
        return Saved(row.rev, now, merged.conflicts, news)
    answers = applied = rules.apply(part.section, before, merged.written)
    if whole:
        answers = rules.without_empty_rows(part.section, applied)
    if rules.too_big(answers):
        raise Refused([_("This section has become too long to be stored. Please shorten it; nothing was lost.")])
    row.rev += 1
    changed_names = {*merged.written, *(rules.moved_names(part.section, applied, answers) if whole else ())}
    row.revs = {**row.revs, section: {**revs, **dict.fromkeys(sorted(changed_names), row.rev)}}
    row.answers = {**row.answers, section: answers}
    row.saved_at = now
    changed = columns.read_from_answers(row, section)
    row.save(update_fields=["rev", "revs", "answers", "saved_at", *changed])
    _remember(actor, row, section, merged.written, now)
    columns.read_rows(row, section)
    return Saved(row.rev, now, merged.conflicts, news)


def _without_pledges_of_others(actor: Any, row: Application, pledges: set[str], sent: Mapping[str, Any],
                               current: Mapping[str, Any]) -> dict[str, Any]:
    """Who may not pledge for the leader writes none of them; a tick that would change is refused in words."""
    if not pledges or (reason := policies.may_pledge(actor, row)) is None:
        return dict(sent)
    if any(rules.ticked(sent[name]) != rules.ticked(current.get(name)) for name in pledges & set(sent)):
        raise Refused([reason])
    return {name: value for name, value in sent.items() if name not in pledges}


def _remember(actor: Any, row: Application, section: str, written: Mapping[str, Any], now: datetime) -> None:
    last = SectionSave.objects.filter(application=row, section=section).first()
    if last and last.saved_by_id == actor.id and now - last.saved_at < SAME_SITTING:
        last.values, last.rev, last.saved_at = {**last.values, **written}, row.rev, now
        last.save(update_fields=["values", "rev", "saved_at"])
        return
    SectionSave.objects.create(
        application=row, section=section, rev=row.rev, values=dict(written), saved_by=actor.person, saved_at=now
    )


@transaction.atomic
def mark_done(actor: Any, application: Application, *, part: str, done: bool) -> Application:
    """The person's own word that a part is finished; the check list decides whether it is."""
    row = lock(application)
    editable(actor, row, part)
    found = queries.part_of(row, part)
    if found is None:
        raise Refused([_("This form has no such section.")])
    if queries.pledges_of(found.section) and (reason := policies.may_pledge(actor, row)):
        raise Refused([reason])
    row.done = {**row.done, part: done}
    row.save(update_fields=["done"])
    return row


@transaction.atomic
def hand_in(actor: Any, application: Application) -> Application:
    """DRAFT or UNIT_RETURNED -> UNIT_PENDING: to the unit's administrators, who submit. Tells them (reaction)."""
    row = lock(application)
    moved = APPLICATION.move("hand_in", actor, row, blockers=queries.blockers(row))
    Application.objects.filter(pk=row.pk).update(handed_in_at=CoreNow(), handed_in_by=actor.person)
    moved.refresh_from_db()
    return moved


@transaction.atomic
def recall(actor: Any, application: Application) -> Application:
    """UNIT_PENDING -> DRAFT: the leader takes it back from the unit before it was approved."""
    return APPLICATION.move("recall", actor, application)


@transaction.atomic
def take_back(actor: Any, application: Application) -> Application:
    """SUBMITTED -> DRAFT before the close. The receipt and the submitted version stay on record; the unit must approve
    again. Holds the guide like a submission does, so that nothing leaves a list that is frozen."""
    guide, opened = application.guide, programme.lock_open(application.guide_id)
    row = APPLICATION.move("take_back", actor, application, opened=opened)
    Application.objects.filter(pk=row.pk).update(submitted_at=None)
    if row.version_id != guide.version_id:  # the guide was corrected since: filed anew, it is filed by the new text
        row.version = programme.kept_version_of(row.version_id)
        take_text_of(row, guide)
    accounts.disengage(actor, row, state="WITHDRAWN", ends=clock.today())
    row.refresh_from_db()
    return row


def take_text_of(row: Application, guide: Guide) -> list[str]:
    """The application is written under this guide's version from now on; returns the parts whose text is another one, which
    are no longer marked as finished. Answers are kept, also those of fields that are gone."""
    after = programme.kept_version_of(guide.version_id)
    again = rules.changed_parts(row.version.data, after.data)
    done = {code: value for code, value in row.done.items() if code not in again}
    Application.objects.filter(pk=row.pk).update(version=after, done=done)
    row.version, row.done = after, done
    return again


@transaction.atomic
def answer(actor: Any, application: Application, *, text: str = "") -> Application:
    """CORRECTION -> SUBMITTED in time: freezes a new version; the day of submission stays the first one.

    Only what was opened is asked again. Stops the timer of the correction.
    """
    row = lock(application)
    opened = opened_parts(row)
    wrong = [item for item in queries.blockers(row) if item.part in opened]
    reasons = APPLICATION.why_not("answer", actor, row, blockers=wrong)
    if reasons:
        raise Refused(reasons)
    version = freezing.freeze(actor, row, why="CORRECTION")
    Correction.objects.filter(application=row).update(answer=text.strip(), answered_at=CoreNow())
    moved = APPLICATION.move("answer", actor, row, blockers=wrong, data={"sha256": version.sha256})
    deadlines.cancel("applications.correction", row)
    moved.refresh_from_db()
    return moved
