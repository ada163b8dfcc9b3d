"""What anybody may ask: where an application stands (with its number and a telephone's end), and whether a receipt is real."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import actions, queries, states
from applications.forms import TrackForm, VerifyReceiptForm
from core.web.access import access, public


@access(public)
def track(request: HttpRequest) -> HttpResponse:
    """Four digits are soon tried through: look-ups are counted by address and by number, found or not."""
    form = TrackForm(request.GET or None)
    found, asked = None, bool(request.GET) and form.is_valid()
    if asked and not actions.may_track(form.cleaned_data["number"], request.META.get("REMOTE_ADDR", "")):
        form.add_error(None, _("Too many look-ups. Please try again in an hour."))
    elif asked:
        found = queries.tracked(**form.cleaned_data)
    return render(request, "applications/track.html", {
        "title": _("Where does an application stand?"), "form": form, "found": found, "searched": bool(request.GET) and form.is_valid(),
        "lead": _("Only the state is shown, and only for the right pair of number and telephone."),
        "answer": states.applicant_label(found.status) if found else "",
    }, status=429 if form.non_field_errors() else 200)


@access(public)
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter of an invitation to write leads: who asks, and the way to an account. Who is signed in answers in the own list."""
    if request.actor.is_signed_in:
        return redirect("applications:my:list")
    seat = queries.seat_by_token(token)
    return render(request, "applications/invited.html", {
        "title": _("Invitation to write together"), "seat": seat, "next": reverse("applications:my:list")}, status=200 if seat else 410)


@access(public)
def receipts(request: HttpRequest) -> HttpResponse:
    form = VerifyReceiptForm(request.GET or None)
    found = queries.receipt_by(**form.cleaned_data) if request.GET and form.is_valid() else None
    answer = _("Genuine: submitted by %(unit)s on %(at)s in the guide “%(guide)s”.") % {
        "unit": found.unit.name, "at": queries.local(found.submitted_at), "guide": found.guide.title} if found else ""
    return render(request, "applications/track.html", {
        "title": _("Verify a receipt"), "form": form, "found": found, "searched": bool(request.GET) and form.is_valid(),
        "lead": _("The receipt of a submission has a number and a verification code."), "answer": answer,
    })
