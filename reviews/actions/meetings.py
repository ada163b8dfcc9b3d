"""Verbs of meetings: plan, call, attend, leave a point for a conflict, vote in secret, count, end with minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, crypt, ledger, parameters
from core.workflow import Refused
from notices import actions as notices
from reviews import policies, queries
from reviews.documents import MINUTES, minutes_context, minutes_title
from reviews.models import AgendaItem, Assignment, Attendee, Ballot, Batch, BatchItem, Meeting, Recusal
from reviews.rules import meetings as rules
from reviews.states import DECLARABLE, WITH_APPLICANTS, AgendaStatus, AssignmentStatus, Choice, FoundBy, MeetingStatus
from reviews.workflow import AGENDA, MEETING, chair_is_free, waits_for_chair

BEFORE = (MeetingStatus.PLANNED, MeetingStatus.CALLED)


def _locked(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_for_update(of=("self",)).select_related("batch__guide__special__plan").get(pk=meeting.pk)


def _point(agenda: AgendaItem) -> AgendaItem:
    """The point under lock; its box is written by one voter at a time."""
    return AgendaItem.objects.select_for_update(of=("self",)).select_related(
        "meeting__batch__guide__special__plan", "item__application", "item__batch").get(pk=agenda.pk)


@transaction.atomic
def plan_meeting(actor: Any, batch: Batch, *, kind: str, title: str, starts_at: datetime, minutes_per_item: int, place: str = "",
                 link: str = "", group: str = "", elect_chair: bool = False) -> Meeting:
    """The agenda holds every application of the batch or group that is not withdrawn; members are the experts who have accepted one.
    Whoever is recused from an application leaves that point from the beginning."""
    if reason := policies.organises(actor, batch):
        raise Refused(reason)
    if not place and not link:
        raise Refused(_("Name the place or the link of the meeting."))
    if starts_at <= clock.now():
        raise Refused(_("The time of the meeting has passed."))
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)  # who accepts meanwhile finds the meeting
    numbers = {name: str(parameters.value(f"review.{name}")) for name in ("quorum_share", "vote_share", "secret_least")}
    numbers["chair_tie"] = bool(batch.rules.get("chair_tie"))
    meeting = Meeting.objects.create(
        batch=batch, kind=kind, title=title, group=group, starts_at=starts_at, minutes_per_item=minutes_per_item, place=place, link=link,
        chair_elected=elect_chair, rules=numbers, created_by=actor.person, is_demo=batch.is_demo)
    items = batch.items.filter(withdrawn=False).order_by("group", "application__ref")
    items = items.filter(group=group) if group else items
    aliases = _aliases(meeting)
    Attendee.objects.bulk_create([Attendee(meeting=meeting, expert_id=expert, alias=alias) for expert, alias in aliases.items()])
    points = ([None] if elect_chair else []) + list(items)
    AgendaItem.objects.bulk_create([AgendaItem(meeting=meeting, item=item, order=place_, starts_at=starts_at) for place_, item in enumerate(points, 1)])
    _set_times(meeting)
    _make_ballots(meeting)
    ledger.record("reviews.meeting.plan", meeting, actor, batch=batch.ref, points=len(points), members=len(aliases))
    return meeting


def _aliases(meeting: Meeting) -> dict[int, str]:
    """Experts who have accepted an application of the batch or group."""
    seats = Assignment.objects.filter(batch=meeting.batch_id, status__in=[AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED])
    seats = seats.filter(item__group=meeting.group) if meeting.group else seats
    return dict(seats.order_by("alias").values_list("expert", "alias"))


def join_meetings(batch: Batch) -> None:
    """Who accepts after a meeting was planned, an alternate above all, belongs to it as well until it begins. The batch is held."""
    for meeting in Meeting.objects.select_for_update(of=("self",)).filter(batch=batch, status__in=BEFORE).order_by("pk"):
        known = set(meeting.attendees.values_list("expert", flat=True))
        new = [Attendee(meeting=meeting, expert_id=expert, alias=alias) for expert, alias in _aliases(meeting).items() if expert not in known]
        if not new:
            continue
        Attendee.objects.bulk_create(new)
        _make_ballots(meeting, {one.expert_id for one in new})
        for one in new:
            ledger.record("reviews.meeting.join", meeting, system("meeting"), alias=one.alias)
        if meeting.status == MeetingStatus.CALLED:
            _tell_members(meeting, meeting.attendees.filter(expert__in=[one.expert_id for one in new]), f"{meeting.pk}:joined")


def _set_times(meeting: Meeting) -> None:
    for place, point in enumerate(AgendaItem.objects.filter(meeting=meeting).order_by("order", "pk")):
        at = meeting.starts_at + timedelta(minutes=place * meeting.minutes_per_item)
        AgendaItem.objects.filter(pk=point.pk).update(order=place + 1, starts_at=at)


def _make_ballots(meeting: Meeting, experts: Iterable[int] | None = None) -> None:
    """One for every member (or for those experts) and point, before any vote and in the order of aliases, so that no later row tells when
    somebody voted."""
    known = {(expert, application): code for expert, application, code in
             Recusal.objects.filter(batch=meeting.batch_id).values_list("expert", "application", "code")}
    members = list(meeting.attendees.order_by("alias") if experts is None else meeting.attendees.filter(expert__in=experts).order_by("alias"))
    rows = []
    for point in meeting.agenda.select_related("item"):
        for member in members:
            code = known.get((member.expert_id, point.item.application_id), "") if point.item else ""
            rows.append(Ballot(agenda=point, attendee=member, recused=bool(code), code=code))
    Ballot.objects.bulk_create(rows)


@transaction.atomic
def move_meeting(actor: Any, meeting: Meeting, *, starts_at: datetime, place: str, link: str, why: str = "") -> Meeting:
    """Another time or place; who was told is told again."""
    row = _locked(meeting)
    if reason := policies.runs(actor, row):
        raise Refused(reason)
    if row.status not in BEFORE:
        raise Refused(_("The meeting has begun or is over."))
    if starts_at <= clock.now():
        raise Refused(_("The time of the meeting has passed."))
    if not place and not link:
        raise Refused(_("Name the place or the link of the meeting."))
    before = {"starts_at": row.starts_at, "place": row.place, "link": row.link}
    Meeting.objects.filter(pk=row.pk).update(starts_at=starts_at, place=place, link=link)
    row.refresh_from_db()
    _set_times(row)
    ledger.record("reviews.meeting.change", row, actor, why=why, before=before, after={"starts_at": starts_at, "place": place, "link": link})
    if row.status == MeetingStatus.CALLED:
        _tell(row, again=True)
    return row


@transaction.atomic
def order_agenda(actor: Any, meeting: Meeting, *, places: Mapping[int, int]) -> Meeting:
    """Points in the order of the numbers given, with their times; before the meeting begins."""
    row = _locked(meeting)
    if reason := policies.runs(actor, row):
        raise Refused(reason)
    if row.status not in BEFORE:
        raise Refused(_("The meeting has begun or is over."))
    points = sorted(row.agenda.all(), key=lambda one: (one.item_id is not None, places.get(one.pk, one.order), one.order))
    for place, point in enumerate(points, 1):
        AgendaItem.objects.filter(pk=point.pk).update(order=place)
    _set_times(row)
    ledger.record("reviews.meeting.order", row, actor)
    if row.status == MeetingStatus.CALLED:
        _tell(row, again=True)
    return row


@transaction.atomic
def appoint_chair(actor: Any, meeting: Meeting, *, alias: str) -> Meeting:
    row = _locked(meeting)
    if reason := policies.runs(actor, row):
        raise Refused(reason)
    member = row.attendees.filter(alias=alias).first()
    if member is None or row.status in (MeetingStatus.ENDED, MeetingStatus.CANCELLED):
        raise Refused(_("Choose a member of the meeting."))
    if waits_for_chair(row).exists():  # whoever is put in the chair now would be chosen for the vote
        raise Refused(_("A point with equal votes waits for the chair; or deal with it again."))
    Meeting.objects.filter(pk=row.pk).update(chair=member)
    ledger.record("reviews.meeting.chair", row, actor, alias=alias, elected=False)
    row.refresh_from_db()
    return row


def _tell(meeting: Meeting, *, again: bool = False) -> None:
    """Members hear of time and place; of a defence or visit the project leaders hear their own time, and nothing of the members."""
    mark = f"{meeting.pk}:{clock.now():%Y%m%d%H%M%S}" if again else f"{meeting.pk}"
    _tell_members(meeting, meeting.attendees.all(), mark)
    if meeting.kind not in WITH_APPLICANTS:
        return
    for point in meeting.agenda.exclude(item=None).select_related("item__application__leader"):
        application, when = point.item.application, f"{clock.local(point.starts_at):%Y-%m-%d %H:%M}"
        notices.tell([application.leader], "application.meeting", lambda when=when: _("Your turn: %(kind)s on %(at)s") % {
            "kind": meeting.get_kind_display(), "at": when}, lambda: _("Place or link: %(where)s") % {"where": meeting.place or meeting.link},
            f"/my/applications/{application.ref}/", dedupe=f"review-turn:{mark}:{point.pk}", statutory=True)


def _tell_members(meeting: Meeting, members: QuerySet[Attendee], mark: str) -> None:
    at = f"{clock.local(meeting.starts_at):%Y-%m-%d %H:%M}"
    people = [one.expert.person for one in members.select_related("expert__person")]
    notices.tell(people, "reviews.invite", lambda: _("Meeting: %(title)s, %(at)s") % {"title": meeting.title, "at": at},
                 lambda: _("Place or link: %(where)s") % {"where": meeting.place or meeting.link}, f"/review/meetings/{meeting.uid}/",
                 dedupe=f"review-meeting:{mark}", statutory=True)


@transaction.atomic
def call_meeting(actor: Any, meeting: Meeting) -> Meeting:
    row = MEETING.move("call", actor, meeting, columns={"called_at": clock.now()})
    _tell(row)
    return row


@transaction.atomic
def cancel_meeting(actor: Any, meeting: Meeting, *, why: str) -> Meeting:
    told = meeting.status == MeetingStatus.CALLED
    row = MEETING.move("cancel", actor, meeting, why=why, reason=why)
    if told:
        _tell_off(row, why)
    return row


def _tell_off(meeting: Meeting, why: str) -> None:
    people = [one.expert.person for one in meeting.attendees.select_related("expert__person")]
    notices.tell(people, "reviews.invite", lambda: _("Cancelled: %(title)s") % {"title": meeting.title}, why, f"/review/meetings/{meeting.uid}/",
                 dedupe=f"review-meeting-off:{meeting.pk}", statutory=True)
    if meeting.kind in WITH_APPLICANTS:
        leaders = [one.item.application.leader for one in meeting.agenda.exclude(item=None).select_related("item__application__leader")]
        notices.tell(leaders, "application.meeting", lambda: _("Cancelled: %(title)s") % {"title": meeting.get_kind_display()}, "", "/my/",
                     dedupe=f"review-turn-off:{meeting.pk}", statutory=True)


@transaction.atomic
def set_presence(actor: Any, meeting: Meeting, *, aliases: Iterable[str]) -> int:
    """Who is there, as the organiser sees it."""
    row = _locked(meeting)
    if reason := policies.runs(actor, row):
        raise Refused(reason)
    if row.status not in (MeetingStatus.CALLED, MeetingStatus.RUNNING):
        raise Refused(_("The meeting is not in session."))
    names = set(aliases)
    row.attendees.filter(alias__in=names).update(present=True)
    row.attendees.exclude(alias__in=names).update(present=False)
    ledger.record("reviews.meeting.presence", row, actor, present=sorted(names))
    return row.attendees.filter(present=True).count()


@transaction.atomic
def attend(actor: Any, meeting: Meeting) -> Attendee:
    """An expert is here."""
    member = queries.attendee_of(actor, meeting)
    if meeting.status not in (MeetingStatus.CALLED, MeetingStatus.RUNNING):
        raise Refused(_("The meeting is not in session."))
    Attendee.objects.filter(pk=member.pk).update(present=True)
    ledger.record("reviews.meeting.attend", meeting, system("meeting"), alias=member.alias)
    return member


def start_meeting(actor: Any, meeting: Meeting) -> Meeting:
    return MEETING.move("start", actor, meeting, columns={"started_at": clock.now()})


# --- points -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def leave_point(actor: Any, agenda: AgendaItem, *, code: str, note: str = "", alias: str = "") -> Ballot:
    """A conflict on this point: the member leaves it, quorum is counted without, the minutes say so. By the member, or by the organiser
    who hears of it (`alias`)."""
    point = _point(agenda)
    if alias:
        if reason := policies.runs_agenda(actor, point):
            raise Refused(reason)
        member = point.meeting.attendees.filter(alias=alias).select_related("expert").first()
    else:
        member = queries.attendee_of(actor, point.meeting)
    if member is None or point.item_id is None:
        raise Refused(_("Choose a member of the meeting."))
    if code not in DECLARABLE:
        raise Refused(_("Choose the kind of conflict."))
    if point.meeting.status == MeetingStatus.CANCELLED:
        raise Refused(_("The meeting has been cancelled."))
    ballot = Ballot.objects.select_for_update().get(agenda=point, attendee=member)
    if point.status in (AgendaStatus.DECIDED, AgendaStatus.SKIPPED) or ballot.voted:
        raise Refused(_("The vote has been cast; report the conflict to the organiser, who may deal with the point again."))
    Ballot.objects.filter(pk=ballot.pk).update(recused=True, code=code)
    Recusal.objects.get_or_create(
        batch=point.meeting.batch, application=point.item.application, expert=member.expert, code=code,
        found_by=FoundBy.LATE if alias else FoundBy.DECLARED, defaults={"note": note[:500], "by": actor.person})
    ledger.record("reviews.agenda.leave", point, actor if alias else system("meeting"), why=note, alias=member.alias, code=code)
    _tell_of_sheet(point, member)
    ballot.refresh_from_db()
    return ballot


def _tell_of_sheet(point: AgendaItem, member: Attendee) -> None:
    """Who leaves a point may have given points before: the organiser decides whether that sheet is void."""
    batch = point.meeting.batch
    if Assignment.objects.filter(item=point.item_id, expert=member.expert_id, status=AssignmentStatus.SUBMITTED).exists():
        notices.tell([batch.created_by], "reviews.late_conflict",
                     lambda: _("A member left a point for a conflict and has a sheet on it: %(ref)s") % {"ref": point.item.application.ref},
                     lambda: _("%(who)s. Decide whether the sheet is void before the ranking.") % {"who": member.alias},
                     f"/desk/reviews/{batch.ref}/", dedupe=f"meeting-conflict:{point.pk}:{member.pk}")


def _strike(point: AgendaItem) -> None:
    """Ballots were made when the meeting was planned; a conflict that has come to light since takes its member out of the point."""
    if point.item_id is None:
        return
    known = dict(Recusal.objects.filter(batch=point.meeting.batch_id, application=point.item.application_id).values_list("expert", "code"))
    for ballot in Ballot.objects.select_for_update(of=("self",)).filter(agenda=point, recused=False, voted=False, attendee__expert__in=known).select_related("attendee"):
        Ballot.objects.filter(pk=ballot.pk).update(recused=True, code=known[ballot.attendee.expert_id])


@transaction.atomic
def open_point(actor: Any, agenda: AgendaItem) -> AgendaItem:
    """The meeting is held, so that two points are not opened in the same moment."""
    _locked(agenda.meeting)
    row = AGENDA.move("open", actor, agenda)
    _strike(_point(row))
    return row


def skip_point(actor: Any, agenda: AgendaItem, *, why: str) -> AgendaItem:
    """Also a vote that cannot come to its number any more; what lay in the box is not counted."""
    return AGENDA.move("skip", actor, agenda, why=why, reason=why, columns={"why": why[:500], "box": ""})


@transaction.atomic
def open_vote(actor: Any, agenda: AgendaItem) -> AgendaItem:
    point = _point(agenda)
    _strike(point)
    choices = Choice.values if point.item_id else list(point.meeting.attendees.values_list("alias", flat=True))
    return AGENDA.move("vote", actor, point, columns={"box": crypt.seal(rules.empty_box(choices))})


@transaction.atomic
def vote(actor: Any, agenda: AgendaItem, *, choice: str) -> None:
    """One vote into the box. What is written is the sealed count of all votes and that this member has voted: neither the choice nor a
    time, and no row of the record, so that nothing joins a person to a choice (docs/adr/0032)."""
    member = queries.attendee_of(actor, agenda.meeting)
    point = _point(agenda)
    if point.status != AgendaStatus.VOTING:
        raise Refused(_("No vote is open on this point."))
    _strike(point)
    ballot = Ballot.objects.select_for_update().get(agenda=point, attendee=member)
    if ballot.recused:
        raise Refused(_("You have left this point for a conflict of interest."))
    if ballot.voted:
        raise Refused(_("You have voted on this point already; everybody votes once, the chair too."))
    if not member.present:
        raise Refused(_("Say first that you are present."))
    try:
        box = rules.put_in(crypt.open_sealed(point.box), choice)
    except KeyError as error:
        raise Refused(_("Choose one of the answers.")) from error
    AgendaItem.objects.filter(pk=point.pk).update(box=crypt.seal(box))
    Ballot.objects.filter(pk=ballot.pk).update(voted=True)


@transaction.atomic
def count_votes(actor: Any, agenda: AgendaItem) -> AgendaItem:
    """The box is opened once, after the last vote, and emptied; the record keeps the count. The meeting is held before the point, as
    by every act that may write both."""
    _locked(agenda.meeting)
    point = _point(agenda)
    if reasons := AGENDA.why_not("decide", actor, point):
        raise Refused(reasons)
    tally = rules.counted(crypt.open_sealed(point.box))
    if point.item_id:
        share = Decimal(point.meeting.rules["vote_share"])
        outcome = "PASSED" if rules.passed(tally, share) else "FAILED"
        if point.meeting.rules.get("chair_tie") and rules.tied(tally, share) and chair_is_free(point):
            outcome = "TIE"
    else:
        outcome = rules.elected(tally) or "TIE"
    row = AGENDA.move("decide", actor, point, columns={"tally": tally, "outcome": outcome, "box": ""}, data={"tally": tally, "outcome": outcome})
    if not point.item_id and outcome != "TIE":
        Meeting.objects.filter(pk=point.meeting_id).update(chair=point.meeting.attendees.get(alias=outcome))
        ledger.record("reviews.meeting.chair", point.meeting, actor, alias=outcome, elected=True)
    return row


@transaction.atomic
def break_tie(actor: Any, agenda: AgendaItem, *, choice: str) -> AgendaItem:
    """The chair, who has not voted, decides equal votes where the rules of the batch say so: openly, and on record."""
    if choice not in (Choice.FOR, Choice.AGAINST):
        raise Refused(_("Choose one of the answers."))
    _locked(agenda.meeting)
    point, outcome = _point(agenda), "PASSED" if choice == Choice.FOR else "FAILED"
    return AGENDA.move("break", actor, point, outcome=point.outcome or "NONE", columns={"outcome": outcome, "chair_choice": choice},
                       data={"choice": choice, "outcome": outcome})


@transaction.atomic
def strike_out(actor: Any, item: BatchItem, *, why: str) -> int:
    """A withdrawn application leaves the agenda of every meeting that is not over, with the reason for the minutes; votes that lie in
    the box are not counted. How many points."""
    points = AgendaItem.objects.filter(item=item, status__in=[AgendaStatus.WAITING, AgendaStatus.OPEN, AgendaStatus.VOTING])
    rows = list(points.exclude(meeting__status__in=[MeetingStatus.ENDED, MeetingStatus.CANCELLED]).select_related("meeting", "item"))
    with translation.override("zh-hans"):  # it stands in the minutes
        told = (_("The application was withdrawn during the review: %(why)s") % {"why": why})[:500]
    for point in rows:
        AGENDA.move("skip", actor, point, why=told, reason=told, columns={"why": told, "box": ""})
    return len(rows)


@transaction.atomic
def deal_again(actor: Any, agenda: AgendaItem, *, why: str) -> AgendaItem:
    """A counted point is opened again with the reason, or a vote broken off that cannot come to its number; everybody without a
    conflict may vote anew."""
    _locked(agenda.meeting)
    row = AGENDA.move("again", actor, agenda, why=why, reason=why, columns={"tally": {}, "outcome": "", "chair_choice": "", "box": ""})
    Ballot.objects.filter(agenda=row).update(voted=False)
    _strike(_point(row))
    return row


@transaction.atomic
def end_meeting(actor: Any, meeting: Meeting) -> Meeting:
    """RUNNING -> ENDED; the minutes are made from the record of the meeting, frozen, numbered and printed as every document."""
    row = MEETING.move("end", actor, meeting, columns={"ended_at": clock.now()})
    document = notices.draft(actor, MINUTES, subject=row, title=minutes_title(row), context=minutes_context(row))
    issued = notices.issue_now(actor, system("standing sign-off"), document)
    Meeting.objects.filter(pk=row.pk).update(minutes=issued)
    row.refresh_from_db()
    return row
