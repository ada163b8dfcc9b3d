"""What anybody may ask: where an application stands (with its number and a telephone's end), and whether a receipt is real."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from applications import queries, states
from applications.forms import TrackForm, VerifyReceiptForm
from core.web.access import access, public


@access(public)
def track(request: HttpRequest) -> HttpResponse:
    form = TrackForm(request.GET or None)
    found = queries.tracked(**form.cleaned_data) if request.GET and form.is_valid() else None
    return render(request, "applications/track.html", {
        "title": _("Where does an application stand?"), "form": form, "found": found, "searched": bool(request.GET) and form.is_valid(),
        "lead": _("Only the state is shown, and only for the right pair of number and telephone."),
        "answer": states.applicant_label(found.status) if found else "",
    })


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
