"""Meetings: planned and run by the organiser, attended by experts, shown on a wall."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock, parameters, typed
from core.web import steps
from core.web.access import access
from core.web.once import once
from core.workflow import Refused
from programs import queries as programme
from reviews import actions, policies, queries, states
from reviews.forms import ConflictForm, LeaveForm, MeetingForm, MoveForm
from reviews.models import AgendaItem, Batch, Meeting
from reviews.workflow import AGENDA, MEETING

TONES = {"PLANNED": "warn", "CALLED": "doing", "RUNNING": "doing", "ENDED": "good", "CANCELLED": "", "WAITING": "", "OPEN": "doing", "VOTING": "warn",
         "DECIDED": "good", "SKIPPED": ""}
BIG_SECONDS = 3  # between two looks of the wall


def url_of(row: Meeting) -> str:
    return reverse("reviews:desk:meeting", args=[row.uid])


def point_url(row: AgendaItem) -> str:
    return url_of(row.meeting)


def shown(point: AgendaItem, batch: Batch, *, blind: bool = True) -> str:
    """What a point is called: for experts and on the wall as the review shows it."""
    if point.item is None:
        return _("Election of the chair")
    if blind and batch.blind == states.Blind.DOUBLE:
        return point.item.blind_title or point.item.application.ref
    return point.item.application.title


def result(point: AgendaItem) -> str:
    if point.item is not None and point.outcome == "TIE":
        return _("equal votes: the chair decides")
    if point.chair_choice:
        return _("passed, by the chair") if point.outcome == "PASSED" else _("not passed, by the chair")
    words = {"PASSED": _("passed"), "FAILED": _("not passed"), "TIE": _("as many votes for two: vote again, or appoint the chair"), "": ""}
    return str(words.get(point.outcome, _("%(who)s is elected") % {"who": point.outcome}))


def tally_of(point: AgendaItem) -> list[tuple[str, int]]:
    labels = dict(states.Choice.choices)
    return [(str(labels.get(name, name)), count) for name, count in point.tally.items()]


def _lines(row: Meeting, *, blind: bool) -> list[dict[str, Any]]:
    return [{"p": point, "title": shown(point, row.batch, blind=blind), "label": states.AgendaStatus(point.status).label, "tone": TONES[point.status],
             "result": result(point), "tally": tally_of(point), "left": "、".join(one.attendee.alias for one in point.left)}
            for point in queries.agenda_of(row)]


# --- desk ------------------------------------------------------------------------------------------------------------


def _crumbs(row: Batch, name: str) -> list[tuple[str, str | None]]:
    return [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, reverse("reviews:desk:batch", args=[row.ref])), (name, None)]


@access(policies.is_any_organiser)
@once
def meeting_new(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    start = {"title": row.name, "minutes_per_item": parameters.value("review.meeting_minutes", default=20), "kind": "PANEL"}
    form = MeetingForm(request.POST or None, groups=row.groups, initial=start)
    if request.method == "POST" and form.is_valid():
        return redirect(url_of(actions.plan_meeting(request.actor, row, **form.cleaned_data)))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Plan a meeting"), "back": reverse("reviews:desk:batch", args=[ref]), "submit": _("Plan the meeting"), "crumbs": _crumbs(row, _("Plan a meeting")),
        "lead": _("The agenda takes every application of the batch or group; members are the experts who have accepted. Nobody is told before you call the meeting."),
    }, status=422 if form.is_bound and form.errors else 200)


@access(policies.opens_reviews)
def meeting(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_meeting(request.actor, uid)
    may, lines = policies.runs(request.actor, row) is None, _lines(row, blind=False)
    urls = {verb: reverse(f"reviews:desk:meeting_{verb}", args=[uid]) for verb in ("call", "start", "end", "cancel")}
    open_now = {one["p"].pk for one in lines if one["p"].status in ("OPEN", "VOTING")}
    for one in lines:
        one["p"].meeting, one["p"].busy = row, bool(open_now - {one["p"].pk})
        one["buttons"] = _point_buttons(request, one["p"]) if row.status == "RUNNING" and may else []
    return render(request, "reviews/meeting.html", {
        "title": row.title, "meeting": row, "batch": row.batch, "label": states.MeetingStatus(row.status).label, "tone": TONES[row.status], "rows": lines, "may": may,
        "buttons": steps.buttons(MEETING, request.actor, row, urls, needs_why=("cancel",)), "members": list(row.attendees.all()),
        "move": MoveForm(initial={"starts_at": row.starts_at, "place": row.place, "link": row.link}), "leave": LeaveForm(),
        "before": row.status in actions.meetings.BEFORE, "events": queries.history_of(row, *[one["p"] for one in lines]), "crumbs": _crumbs(row.batch, row.title),
    })


def _point_buttons(request: HttpRequest, point: AgendaItem) -> list[dict[str, Any]]:
    urls = {verb: reverse(f"reviews:desk:point_{verb}", args=[point.pk]) for verb in ("open", "vote", "decide", "again", "skip")}
    return steps.buttons(AGENDA, request.actor, point, urls, needs_why=("again", "skip"), second=("skip", "again"))


meeting_call = steps.step_view(queries.get_meeting, actions.call_meeting, question=policies.is_any_organiser, to=url_of)
meeting_start = steps.step_view(queries.get_meeting, actions.start_meeting, question=policies.is_any_organiser, to=url_of)
meeting_end = steps.step_view(queries.get_meeting, actions.end_meeting, question=policies.is_any_organiser, to=url_of)
meeting_cancel = steps.step_view(queries.get_meeting, actions.cancel_meeting, question=policies.is_any_organiser, to=url_of, needs_why=True)
point_open = steps.step_view(queries.get_point, actions.open_point, question=policies.is_any_organiser, to=point_url)
point_vote = steps.step_view(queries.get_point, actions.open_vote, question=policies.is_any_organiser, to=point_url)
point_decide = steps.step_view(queries.get_point, actions.count_votes, question=policies.is_any_organiser, to=point_url)
point_again = steps.step_view(queries.get_point, actions.deal_again, question=policies.is_any_organiser, to=point_url, needs_why=True)
point_skip = steps.step_view(queries.get_point, actions.skip_point, question=policies.is_any_organiser, to=point_url, needs_why=True)


@access(policies.is_any_organiser)
@require_POST
def meeting_move(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_meeting(request.actor, uid)
    actions.move_meeting(request.actor, row, **steps.cleaned(MoveForm(request.POST)))
    messages.success(request, _("Saved."))
    return redirect(url_of(row))


@access(policies.is_any_organiser)
@require_POST
def meeting_order(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_meeting(request.actor, uid)
    places = {int(name[2:]): place for name, value in request.POST.items()
              if name.startswith("o-") and typed.whole(name[2:]) is not None and (place := typed.whole(value)) is not None}
    actions.order_agenda(request.actor, row, places=places)
    messages.success(request, _("Saved."))
    return redirect(url_of(row))


@access(policies.is_any_organiser)
@require_POST
def meeting_presence(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_meeting(request.actor, uid)
    count = actions.set_presence(request.actor, row, aliases=request.POST.getlist("present"))
    messages.success(request, _("%(count)d experts are present.") % {"count": count})
    return redirect(url_of(row))


@access(policies.is_any_organiser)
@require_POST
def meeting_chair(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_meeting(request.actor, uid)
    actions.appoint_chair(request.actor, row, alias=request.POST.get("alias", ""))
    messages.success(request, _("Saved."))
    return redirect(url_of(row))


@access(policies.is_any_organiser)
@require_POST
def point_leave(request: HttpRequest, pk: int) -> HttpResponse:
    point = queries.get_point(request.actor, pk)
    actions.leave_point(request.actor, point, **steps.cleaned(LeaveForm(request.POST)))
    messages.success(request, _("Recorded: the member leaves this point."))
    return redirect(url_of(point.meeting))


@access(policies.is_review_desk)
def screen(request: HttpRequest, uid: Any) -> HttpResponse:
    """The wall: where the meeting is and how many have voted; no name of anybody. It looks again by itself."""
    row = queries.get_meeting(request.actor, uid)
    lines = _lines(row, blind=True)
    now = next((one for one in lines if one["p"].status in ("OPEN", "VOTING")), None)
    done = sum(one["p"].status in ("DECIDED", "SKIPPED") for one in lines)
    counted = queries.last_counted([one["p"] for one in lines])
    last = next((one for one in lines if one["p"].pk == counted), None)
    after = next((one for one in lines if one["p"].status == "WAITING"), None)
    context = {"title": row.title, "meeting": row, "now": now, "last": last, "next": after, "done": done, "total": len(lines), "seconds": BIG_SECONDS,
               "live": row.status in ("CALLED", "RUNNING"), "label": states.MeetingStatus(row.status).label,
               "there": row.attendees.filter(present=True).count(), "members": row.attendees.count()}
    return render(request, "reviews/_screen.html" if request.headers.get("HX-Request") else "reviews/screen.html", context)


# --- experts ---------------------------------------------------------------------------------------------------------


@access(policies.is_expert)
def own(request: HttpRequest, uid: Any) -> HttpResponse:
    """A meeting as its member sees it: time, place, agenda, and the vote that is open."""
    row = queries.own_meeting(request.actor, uid)
    member, lines = queries.attendee_of(request.actor, row), _lines(row, blind=True)
    leads = bool(row.rules.get("chair_tie")) and row.chair_id == member.pk and row.status == "RUNNING"
    for one in lines:
        mine = next(ballot for ballot in one["p"].ballots.all() if ballot.attendee_id == member.pk)
        point = one["p"]
        one |= {"mine": mine, "voting": point.status == "VOTING" and not mine.recused and not mine.voted,
                "may_leave": point.item is not None and not mine.recused and not mine.voted and point.status in ("WAITING", "OPEN", "VOTING"),
                "choices": states.Choice.choices if point.item else [(name, name) for name in row.attendees.values_list("alias", flat=True)]
                if point.status == "VOTING" else [],
                "decides": leads and point.outcome == "TIE" and not mine.recused and not mine.voted and point.item is not None}
    return render(request, "reviews/meeting_own.html", {
        "title": row.title, "meeting": row, "member": member, "label": states.MeetingStatus(row.status).label, "tone": TONES[row.status], "rows": lines,
        "conflict": ConflictForm(), "leads": leads, "deciding": states.Choice.choices[:2], "in_time": row.status in ("CALLED", "RUNNING"), "live": row.status == "RUNNING",
        "crumbs": [(_("Reviews"), reverse("reviews:review:home")), (row.batch.name, reverse("reviews:review:batch", args=[row.batch.ref])), (row.title, None)],
    })


@access(policies.is_expert)
@require_POST
def attend(request: HttpRequest, uid: Any) -> HttpResponse:
    actions.attend(request.actor, queries.own_meeting(request.actor, uid))
    messages.success(request, _("You are noted as present."))
    return redirect("reviews:review:meeting", uid)


@access(policies.is_expert)
@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    point = queries.own_point(request.actor, pk)
    actions.vote(request.actor, point, choice=request.POST.get("choice", ""))
    messages.success(request, _("Your vote is in the box. Nobody can see what you voted."))
    return redirect("reviews:review:meeting", point.meeting.uid)


@access(policies.is_expert)
@require_POST
def tie(request: HttpRequest, pk: int) -> HttpResponse:
    point = queries.own_point(request.actor, pk)
    actions.break_tie(request.actor, point, choice=request.POST.get("choice", ""))
    messages.success(request, _("Recorded: you have decided this point as its chair."))
    return redirect("reviews:review:meeting", point.meeting.uid)


@access(policies.is_expert)
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    point = queries.own_point(request.actor, pk)
    actions.leave_point(request.actor, point, **steps.cleaned(ConflictForm(request.POST)))
    messages.success(request, _("Recorded: you leave this point."))
    return redirect("reviews:review:meeting", point.meeting.uid)


@access(policies.is_expert)
def calendar(request: HttpRequest, uid: Any) -> HttpResponse:
    """The meeting for the expert's own calendar; a moved one replaces the earlier entry."""
    row = queries.own_meeting(request.actor, uid)
    if row.status == "CANCELLED":
        raise Refused(_("The meeting has been cancelled."))
    path, count = reverse("reviews:review:meeting", args=[uid]), row.agenda.count()
    entry = programme.Entry(f"review-meeting-{row.uid}@keguan", row.title, _("Place or link: %(where)s") % {"where": row.place or row.link}, path,
                            row.called_at or row.created_at, row.starts_at, row.starts_at + timedelta(minutes=max(count, 1) * row.minutes_per_item), alarms=True)
    text = programme.calendar_text([entry], row.title, f"{request.scheme}://{request.get_host()}", clock.now())
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="meeting-{row.uid}.ics"', "Cache-Control": "private, no-store"})
