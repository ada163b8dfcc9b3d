"""The seats of a batch by application, for the organiser: who sits where, and conflicts that come to light late."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.web import paging
from core.web.access import access
from core.workflow import Refused
from reviews import actions, policies, queries
from reviews.forms.pool import LateForm
from reviews.models import Batch

SHOWN = 25  # applications on a page, each with all its seats
TONES = {"INVITED": "warn", "ACCEPTED": "doing", "SUBMITTED": "good", "VOID": "bad"}


def _page(request: HttpRequest, row: Batch, uid: Any = None, form: Any = None) -> HttpResponse:
    items, words = queries.items_with_seats(row), request.GET.get("q", "").strip()[:100]
    if words:
        items = items.filter(Q(application__ref__icontains=words) | Q(application__title__icontains=words))
    part = paging.part(request, items, SHOWN, number=queries.page_of_seat(items, uid, SHOWN) if uid else 0)
    reports, found = queries.late_reports(row), {}
    may = policies.organises(request.actor, row) is None and row.status in ("INVITING", "SCORING", "CLOSED")
    for seat in queries.seats_of(row).filter(item__in=[item.pk for item in part]):
        seat.tone = TONES.get(seat.status, "")
        seat.reports = reports.get((seat.item.application_id, seat.expert_id), [])
        seat.form = form if str(seat.uid) == str(uid) else LateForm(
            auto_id=f"{seat.alias}-{seat.pk}-%s", initial={"code": seat.reports[0].code, "note": seat.reports[0].note} if seat.reports else {})
        seat.may_void = may and seat.status in ("INVITED", "ACCEPTED", "SUBMITTED")
        found.setdefault(seat.item.application, []).append(seat)
    return render(request, "reviews/seats.html", {
        "title": _("Seats by application"), "batch": row, "rows": list(found.items()), "part": part, "q": words, "names": policies.sees_names(request.actor, row), "open": str(uid or ""),
        "crumbs": [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, reverse("reviews:desk:batch", args=[row.ref])), (_("Seats by application"), None)],
    }, status=422 if form else 200)


@access(policies.is_any_organiser)
def seats(request: HttpRequest, ref: str) -> HttpResponse:
    return _page(request, queries.get_for(request.actor, ref))


@access(policies.is_any_organiser)
@require_POST
def seat_void(request: HttpRequest, ref: str, uid: Any) -> HttpResponse:
    row, seat = queries.get_for(request.actor, ref), queries.get_seat(request.actor, uid)
    form = LateForm(request.POST, auto_id=f"{seat.alias}-{seat.pk}-%s")
    if form.is_valid():
        try:
            actions.uphold(request.actor, seat, **form.cleaned_data)
        except Refused as refused:
            form.add_error("due_at" if seat.batch.due_at and seat.batch.due_at <= clock.now() and seat.batch.status != "RANKED" else None, refused.reasons)
        else:
            messages.success(request, _("The sheet is void; the next alternate has been invited if there is one."))
            return redirect("reviews:desk:seats", ref)
    return _page(request, row, uid, form)
