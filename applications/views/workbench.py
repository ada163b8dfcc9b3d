"""The applicant's desk: what I have, what is open, starting, the task list of one application."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import queries as people
from applications import actions, policies, queries, states
from applications.forms import StartForm
from applications.views import frame
from applications.workflow import APPLICATION
from core import clock
from core.web import steps
from core.web.access import access, signed_in
from core.web.once import once
from programs import queries as programme


@access(signed_in)
def workbench(request: HttpRequest) -> HttpResponse:
    """Mine with what happens next, invitations to confirm, and what is open now."""
    rows = list(queries.mine(request.actor)[:50])
    for row in rows:
        row.next, row.shown = queries.next_step(row), states.applicant_label(row.status)
        row.closes = frame.closes_at(row)
    return render(request, "applications/workbench.html", {
        "title": _("My applications"), "rows": rows, "guides": queries.open_guides(request.actor),
        "invitations": queries.invitations(request.actor), "asked": queries.writing_invitations(request.actor),
        "together": [(row, states.applicant_label(row.status), row.status in states.WRITTEN_TOGETHER)
                     for row in (seat.application for seat in queries.writing_with(request.actor))], "editable": states.EDITABLE,
        "has_unit": bool(queries.units_of(request.actor)), "unit_waits": people.waiting_unit_of(request.actor),
    })


@access(policies.may_look_at_start)
@once
def start(request: HttpRequest, guide: str) -> HttpResponse:
    """Before the first word: who may apply, what the register says, how long there is; then one button."""
    row = programme.get_for(request.actor, guide)
    every = queries.units_of(request.actor)
    problems = {unit: queries.unit_problems(row.version.data, unit) if row.version else [] for unit in every}
    units = [unit for unit in every if not problems[unit]]
    form = StartForm(request.POST or None, units=units, guide=row, earlier=queries.mine(request.actor))
    if request.method == "POST" and form.is_valid():
        application = actions.start(request.actor, row, unit=form.cleaned_data["unit"],
                                    topic=form.cleaned_data.get("topic"))
        return redirect(frame.begun_url(application, form.cleaned_data.get("earlier")))
    outcomes = queries.eligibility(row, request.actor.person, units[0]) if units and row.version else []
    return render(request, "applications/start.html", {
        "title": _("Start an application"), "guide": row, "form": form, "units": units,
        "barred": [(unit, found) for unit, found in problems.items() if found],
        "unit_waits": None if every else people.waiting_unit_of(request.actor), "outcomes": frame.rules_of(outcomes),
        "failing": queries.failing(outcomes), "drafts": queries.drafts_in(request.actor, row),
        "window": programme.current_window(row), "documents": programme.document_lines(row.version.data),
        "guide_url": frame.guide_url(row),
        "crumbs": [(_("My applications"), reverse("applications:my:list")), (_("Start an application"), None)],
    })


@access(signed_in)
def overview(request: HttpRequest, ref: str) -> HttpResponse:
    """While it is being filled in: the task list. Afterwards: where it stands, what comes next, everything submitted."""
    application = queries.writer_get(request.actor, ref)
    if application.seat is not None:
        mine = [part for part in queries.parts_of(application) if application.seat.right(part.code) == states.WRITE]
        return render(request, "applications/seat.html", frame.context(
            application, title=application.title or _("Untitled application"), shown=states.applicant_label(application.status),
            writes=bool(mine), words=any(queries.long_fields(part) for part in mine)))
    checked = queries.check_list(application) if application.status in states.EDITABLE else None
    context = frame.context(application, title=application.title or _("Untitled application"), checked=checked)
    context |= {
        "next": queries.next_step(application), "shown": states.applicant_label(application.status),
        "events": queries.events_for_applicant(application), "correction": queries.correction_of(application),
        "line": queries.line_of(application), "seats": application.coauthors.filter(status__in=states.SEAT_OPEN).count(), "buttons": steps.buttons(APPLICATION, request.actor, application, {
            "recall": reverse("applications:my:recall", args=[ref]), "take_back": reverse("applications:my:take_back", args=[ref])}, second=("recall", "take_back")),
    }
    if application.status in states.EDITABLE:
        return render(request, "applications/overview.html", context)
    context |= {"d": queries.open_dossier(request.actor, application), "papers": queries.papers_of(application), "words": queries.said(request.actor, application)}
    return render(request, "applications/standing.html", context)


@access(signed_in)
def calendar(request: HttpRequest, ref: str) -> HttpResponse:
    """The deadline for a calendar; the same UID, so that a moved date replaces the old one."""
    application = queries.writer_get(request.actor, ref)
    at, now = frame.closes_at(application) or application.guide.closes_at, clock.now()
    title = _("Close of filing") + " " + application.guide.title
    entry = programme.Entry(f"{application.ref}@keguan", title, application.ref, reverse("applications:my:overview", args=[ref]), now,
                            at - timedelta(hours=1), at, alarms=True)
    text = programme.calendar_text([entry], title, request.build_absolute_uri("/").rstrip("/"), now)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{application.ref}.ics"'})


@access(signed_in)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A member says yes to being named in a team."""
    actions.confirm_member(request.actor, queries.invitation_for(request.actor, pk))
    messages.success(request, _("You have confirmed your part in the project."))
    return redirect("applications:my:list")
