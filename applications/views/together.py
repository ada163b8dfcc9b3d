"""Writing together: who has a seat at the draft, the answer to an invitation, who is here, who wrote what when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actions, policies, queries, rules, states
from applications.forms import SeatInviteForm, SeatRightsForm
from applications.models import Application, CoAuthor
from applications.views import frame
from core import typed
from core.web import steps, textdiff
from core.web.access import access, signed_in
from core.web.once import once
from core.workflow import Refused


def _tried(form: Any, act: Any) -> bool:
    """A refusal becomes an error of the form, so that nothing typed is lost."""
    try:
        act()
    except Refused as error:
        for reason in error.reasons:
            form.add_error("who" if "who" in form.fields else None, reason)
        return False
    return True


def _rows(application: Application) -> list[dict[str, Any]]:
    titles = {part.code: part.title for part in queries.parts_of(application)}
    rows = []
    for seat in queries.seats_of(application):
        every = seat.rights.get("*")
        parts = [(_("All parts"), every)] if every else [(titles[code], right) for code, right in seat.rights.items() if code in titles]
        rows.append({"seat": seat, "parts": [(title, right == states.WRITE) for title, right in parts]})
    return rows


@access(signed_in)
@once
def together(request: HttpRequest, ref: str) -> HttpResponse:
    """The leader's list of seats, and the form that offers one more."""
    application = queries.leader_get(request.actor, ref)
    form = SeatInviteForm(request.POST or None, parts=queries.parts_of(application))
    if request.method == "POST" and form.is_valid() and _tried(form, lambda: actions.invite_coauthor(
            request.actor, application, who=form.cleaned_data["who"], rights=form.rights())):
        messages.success(request, _("The invitation to %(who)s waits for the answer.") % {"who": form.cleaned_data["who"]})
        return redirect("applications:my:together", ref)
    return render(request, "applications/together.html", frame.context(
        application, here="together", title=_("Writing together"), form=form, rows=_rows(application),
        writable=application.status in states.WRITTEN_TOGETHER), status=422 if form.is_bound else 200)


def _seat(request: HttpRequest, ref: str, pk: int) -> CoAuthor:
    application, seat = queries.leader_get(request.actor, ref), queries.seat_for(request.actor, pk)
    if seat.application_id != application.pk:
        raise Http404
    return seat


@access(signed_in)
def seat_rights(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    seat = _seat(request, ref, pk)
    application = seat.application
    form = SeatRightsForm(*([request.POST] if request.method == "POST" else []), parts=queries.parts_of(application), rights=seat.rights)
    if request.method == "POST" and form.is_valid() and _tried(form, lambda: actions.change_rights(
            request.actor, seat, rights=form.rights())):
        return redirect("applications:my:together", ref)
    return render(request, "applications/seat_form.html", frame.context(
        application, here="together", title=_("Rights of %(name)s") % {"name": seat.person.name if seat.person else seat.address}, form=form,
        back=reverse("applications:my:together", args=[ref])), status=422 if form.is_bound else 200)


@access(signed_in)
@require_POST
def seat_end(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """By the leader: an invitation is taken back, a seat ends at once."""
    seat = _seat(request, ref, pk)
    invited = seat.status == states.SeatStatus.INVITED
    (actions.withdraw_seat if invited else actions.end_seat)(request.actor, seat)
    messages.success(request, _("The invitation has been taken back.") if invited else _("From now on this person neither reads nor writes the application."))
    return redirect("applications:my:together", ref)


def _mine(actor: Any, key: int) -> CoAuthor:
    """By the person, not by the leader of the application."""
    seat = queries.seat_for(actor, key)
    if not policies.is_address_of(actor, seat):
        raise Http404
    return seat


def _list(seat: CoAuthor) -> str:
    return reverse("applications:my:list")


seat_accept = steps.step_view(_mine, actions.accept_seat, question=signed_in, done=_("You may write now; the application stands in your list."),
                              to=lambda seat: reverse("applications:my:overview", args=[seat.application.ref]))
seat_decline = steps.step_view(_mine, actions.decline_seat, question=signed_in, to=_list)
seat_leave = steps.step_view(_mine, actions.leave_seat, question=signed_in, to=_list)


@access(signed_in)
def section_history(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """Who wrote what when in one section, the newest first."""
    application = queries.writer_get(request.actor, ref, section)
    part = queries.part_of(application, section)
    if part is None or part.section is None:
        raise Http404
    sittings, older = queries.saves_of(application, part, typed.whole(request.GET.get("before", "0")) or 0)
    for sitting in sittings:
        for change in sitting["changes"]:
            change["sides"] = textdiff.compare(change["before"], change["after"])
    return render(request, "applications/section_history.html", frame.context(
        application, here=section, title=_("Who wrote what"), part=part, sittings=sittings, older=older,
        may_take=policies.may_write(request.actor, application, section) is None))


@access(signed_in)
@require_POST
def here(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """The sign of life of an open page: {text} says who else is in the section."""
    application = queries.writer_get(request.actor, ref, section, write=True)
    part = queries.part_of(application, section)
    if part is None or part.section is None:
        raise Http404
    known, _foreign = rules.known_names(part.section, [request.POST.get("field", "")])
    actions.stay(request.actor, application, section=section, field=known[0] if known else "")
    return JsonResponse({"text": queries.here_words(application, part, request.actor)})
