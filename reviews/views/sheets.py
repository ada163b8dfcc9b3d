"""All sheets of an expert at once: overview with one submit, the offline pack, the form that comes back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock, files, parameters
from core.web import charts
from core.web.access import access
from core.workflow import Refused
from programs.engine.sheets import Sheet
from reviews import actions, documents, policies, queries, states
from reviews.models import Assignment, Batch

SALT = "reviews.offline-form"
HOURS = 12  # a dry run that is older is made again; the form itself stays valid
OPEN = (states.BatchStatus.INVITING, states.BatchStatus.SCORING)
STEP = 10  # points in a bar of the distribution


def _crumbs(row: Batch, name: str) -> list[tuple[str, str | None]]:
    return [(_("Reviews"), reverse("reviews:review:home")), (row.name, reverse("reviews:review:batch", args=[row.ref])), (name, None)]


def points_of(seat: Assignment, sheet: Sheet) -> Decimal | None:
    """What the sheet adds up to now; None for one that is empty."""
    if not hasattr(seat, "score"):
        return None
    values = seat.score.values or seat.score.draft.get("values") or {}
    return sheet.total(values) if values else None


def distribution(totals: Sequence[Decimal]) -> Any:
    """How many of the expert's own sheets lie in which ten points, from the highest that has any."""
    if len(totals) < 2:
        return None
    places = [min(int(total) // STEP, 9) for total in totals]
    rows = [(f"{place * STEP}–{place * STEP + STEP}", places.count(place)) for place in range(max(places), min(places) - 1, -1)]
    return charts.bars(_("My points so far"), rows, note=_("only you see this until you submit"))


def rows_of(seats: Sequence[Assignment], sheet: Sheet, now: Any) -> list[dict[str, Any]]:
    """One line for each sheet, the best first: points, place, and what is missing with the field it belongs to."""
    found = []
    for seat in seats:
        draft = seat.score.draft if hasattr(seat, "score") else {}
        errors = {} if seat.status == states.AssignmentStatus.SUBMITTED else sheet.clean(draft, final=True)[1]
        url = reverse("reviews:review:task", args=[seat.uid])
        found.append({
            "s": seat, "points": points_of(seat, sheet), "url": url, "late": queries.is_missed(seat, now), "recommendation": draft.get("recommendation", ""),
            "missing": [{"url": f"{url}#v-{code}", "text": text} for code, texts in errors.items() for text in texts] if draft.get("values") or not errors
            else [{"url": f"{url}#sheet", "text": _("Not begun yet")}],
        })
    found.sort(key=lambda one: (one["points"] is None, -(one["points"] or 0)))
    for one in found:
        one["place"] = "" if one["points"] is None else 1 + sum(other["points"] is not None and other["points"] > one["points"] for other in found)
    return found


@access(policies.is_expert)
def summary(request: HttpRequest, ref: str) -> HttpResponse:
    """Own sheets side by side before they are submitted in one act."""
    row = queries.own_batch(request.actor, ref)
    lines = rows_of(queries.pack_of(request.actor, row), Sheet.load(row.sheet), clock.now())
    opened = [one for one in lines if one["s"].status == states.AssignmentStatus.ACCEPTED and not one["late"]]
    return render(request, "reviews/summary.html", {
        "title": _("My sheets"), "batch": row, "rows": lines, "chart": distribution([one["points"] for one in lines if one["points"] is not None]),
        "complete": sum(not one["missing"] for one in opened), "open": len(opened), "running": row.status in OPEN,
        "crumbs": _crumbs(row, _("My sheets")),
    })


@access(policies.is_expert)
@require_POST
def submit_all(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.own_batch(request.actor, ref)
    done = actions.submit_all(request.actor, row)
    messages.success(request, _("Submitted: %(count)d sheets. They cannot be changed any more.") % {"count": len(done)})
    return redirect("reviews:review:summary", ref)


# --- offline ---------------------------------------------------------------------------------------------------------


def _open_pack(request: HttpRequest, ref: str) -> tuple[Batch, list[Assignment]]:
    row = queries.own_batch(request.actor, ref)
    seats = queries.pack_of(request.actor, row)
    if not seats:
        raise Refused(_("The application opens after you have accepted and declared conflicts of interest."))
    if reason := policies.may_read_dossier(request.actor, seats[0]):
        raise Refused(reason)
    return row, seats


def _page(request: HttpRequest, row: Batch, seats: list[Assignment], **more: Any) -> HttpResponse:
    ready = sum(documents.pdf_of(seat) is not None for seat in seats)
    return render(request, "reviews/offline.html", {
        "title": _("Offline review"), "batch": row, "count": len(seats), "ready": ready, "late": all(queries.is_missed(seat, clock.now()) for seat in seats),
        "crumbs": _crumbs(row, _("Offline review")), "problem": "", "lines": [], "payload": "", "taken": 0, "wrong": 0, "name": "", **more,
    }, status=422 if more.get("problem") else 200)


@access(policies.is_expert)
def offline(request: HttpRequest, ref: str) -> HttpResponse:
    """Download; and the dry run of an uploaded form, of which nothing is kept before it is applied."""
    row, seats = _open_pack(request, ref)
    if request.method != "POST":
        return _page(request, row, seats)
    upload = request.FILES.get("file")
    if upload is None:
        return _page(request, row, seats, problem=_("Choose a file first."))
    try:
        lines = documents.read_form(upload, row, seats, int(parameters.value("review.form_mb", default=5)))
    except files.BadFile as error:
        return _page(request, row, seats, problem=str(error), name=upload.name)
    taken = [{"uid": line.uid, "rev": line.rev, "given": line.given} for line in lines if line.taken]
    payload = signing.dumps({"batch": row.ref, "person": request.actor.id, "rows": taken}, salt=SALT, compress=True) if taken else ""
    return _page(request, row, seats, lines=lines, payload=payload, taken=len(taken), name=upload.name, wrong=sum(line.wrong for line in lines))


@access(policies.is_expert)
@require_POST
def offline_apply(request: HttpRequest, ref: str) -> HttpResponse:
    """What the dry run showed becomes drafts. The lines come back sealed, so that nothing else is applied than what was looked at."""
    row, _seats = _open_pack(request, ref)
    try:
        kept = signing.loads(request.POST.get("payload", ""), salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature as error:
        raise Refused(_("The dry run is too old or not yours. Upload the form again.")) from error
    if (kept["batch"], kept["person"]) != (row.ref, request.actor.id):
        raise Refused(_("The dry run is too old or not yours. Upload the form again."))
    count = actions.apply_form(request.actor, row, kept["rows"])
    messages.success(request, _("Kept as drafts: %(count)d sheets. Look through them and submit.") % {"count": count})
    return redirect("reviews:review:summary", ref)


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(data, content_type=files.MIMES[kind], headers={
        "Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"})


@access(policies.is_expert)
def offline_form(request: HttpRequest, ref: str) -> HttpResponse:
    """The form alone, for those who have the papers already."""
    row, seats = _open_pack(request, ref)
    return _download(documents.form_xlsx(row, [seat for seat in seats if seat.status == "ACCEPTED"]), f"{row.ref}-{documents.FORM}", "xlsx")


@access(policies.is_expert)
def offline_pack(request: HttpRequest, ref: str) -> HttpResponse:
    """Every paper and the form in one archive; the record keeps who took them along."""
    row, seats = _open_pack(request, ref)
    if any(documents.pdf_of(seat) is None for seat in seats):
        raise Refused(_("Some papers are still being prepared; please try again in a few minutes."))
    actions.record_pack(request.actor, seats)
    return _download(documents.pack_zip(row, seats), f"{row.ref}.zip", "zip")
