"""The link of an invitation's mail, and the calendar file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.web.access import access, public
from core.workflow import Refused
from reviews import actions, policies, queries
from reviews.forms import DeclineForm


@access(public)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked and until when. Looking answers nothing; declining needs a press, accepting needs a log-in, as conflicts of
    interest are declared with it. No application is named here."""
    if request.method == "GET" and (ref := queries.own_batch_of_link(request.actor, token)):
        return redirect("reviews:review:batch", ref)
    seat, reason, done, form = None, "", False, DeclineForm(request.POST or None)
    try:
        seat = queries.seat_of_link(token)
        if request.method == "POST" and form.is_valid():
            actions.decline_by_link(token, **form.cleaned_data)
            done = True
    except Refused as refused:
        reason = refused.reasons[0]
    return render(request, "reviews/invitation.html", {
        "title": _("Invitation to review"), "seat": seat, "reason": reason, "done": done, "form": form,
        "asked": queries.invitation_of(seat.batch, seat.expert_id) if seat and not done else None,
    }, status=404 if reason else 422 if form.errors else 200)


@access(policies.is_expert)
def calendar(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.own_batch(request.actor, ref)
    body = queries.calendar_of(row, queries.own_expert_or_404(request.actor).pk, request.build_absolute_uri("/").rstrip("/"))
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{row.ref}.ics"'})
