"""The expert's desk: invitations with declaration, the list of items, the sheet beside the application."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.policies import system
from applications import queries as applications
from core import clock, files, typed
from core.web import charts, steps
from core.web.access import access
from core.workflow import Refused
from programs.engine.sheets import NOTE, Sheet
from reviews import actions, documents, policies, queries, states
from reviews.forms import AcceptForm, ConflictForm, DeclineForm
from reviews.models import Assignment
from reviews.views.sheets import points_of
from reviews.workflow import before_due, takes_scores

EMPTY: dict[str, Any] = {"values": {}, "comment": "", "recommendation": "", "knockouts": []}
TONES = {"INVITED": "warn", "ACCEPTED": "warn", "SUBMITTED": "good", "DECLINED": "", "VOID": "bad"}


def task_url(seat: Assignment) -> str:
    return reverse("reviews:review:task", args=[seat.uid])


@access(policies.is_expert)
def home(request: HttpRequest) -> HttpResponse:
    """My batches: what waits for an answer, what waits for points, until when."""
    return render(request, "reviews/home.html", {"title": _("Reviews"), "rows": queries.batches_of(request.actor)})


@access(policies.is_expert)
def batch(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.own_batch(request.actor, ref)
    seats, now = list(queries.tasks_in(request.actor, row)), clock.now()
    for seat in seats:
        seat.url, seat.tone = task_url(seat), TONES.get(seat.status, "")
        seat.late = queries.is_missed(seat, now)
        seat.points = seat.score.total if hasattr(seat, "score") else None  # no sheet before the first word
    return render(request, "reviews/batch_expert.html", {
        "title": row.name, "batch": row, "seats": seats, "asked": queries.invitation_of(row, seats[0].expert_id), "invited": any(seat.status == "INVITED" for seat in seats),
        "taken": any(seat.status in ("ACCEPTED", "SUBMITTED") for seat in seats),
        "meetings": list(policies.meetings_of(request.actor).filter(batch=row)), "pledge": actions.PLEDGE, "codes": [(code.value, code.label) for code in states.DECLARABLE],
        "accept": AcceptForm(), "decline": DeclineForm(), "crumbs": [(_("Reviews"), reverse("reviews:review:home")), (row.ref, None)],
    })


@access(policies.is_expert)
@require_POST
def accept(request: HttpRequest, ref: str) -> HttpResponse:
    """The declaration names every application; the ones without a conflict are accepted."""
    row = queries.own_batch(request.actor, ref)
    if not AcceptForm(request.POST).is_valid():
        raise Refused(_("Confirm the pledge first."))
    conflicts = {
        key.removeprefix("c-"): (code, request.POST.get(f"n-{key.removeprefix('c-')}", ""))
        for key, code in request.POST.items() if key.startswith("c-") and code
    }
    taken = actions.declare_and_accept(request.actor, row, conflicts=conflicts)
    messages.success(request, _("Accepted: %(count)d applications.") % {"count": len(taken)})
    return redirect("reviews:review:batch", ref)


@access(policies.is_expert)
@require_POST
def decline(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.own_batch(request.actor, ref)
    actions.decline(request.actor, row, **steps.cleaned(DeclineForm(request.POST)))
    messages.success(request, _("You have declined. Thank you for answering."))
    return redirect("reviews:review:home")


def given_from(data: Any, sheet: Sheet) -> dict[str, Any]:
    """The sheet's own shape from flat fields of the page."""
    return {
        "values": {c.code: data.get(f"v-{c.code}", "") for c in sheet.criteria}, "comment": data.get("comment", ""),
        "notes": {c.code: data.get(f"n-{c.code}", "") for c in sheet.criteria if c.asks}, "recommendation": data.get("recommendation", ""), "knockouts": _many(data, "knockouts"),
    }


def _many(data: Any, name: str) -> list[str]:
    found = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
    found = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return [one for one in found if isinstance(one, str)]


@access(policies.is_expert)
def task(request: HttpRequest, uid: Any) -> HttpResponse:
    """One application: the dossier (blind where the guide says so) beside the sheet. What is sent too late stands in the form
    again with the reason: the time may be extended."""
    seat = queries.get_task(request.actor, uid)
    if reason := policies.may_read_dossier(request.actor, seat):
        raise Refused(reason)
    sheet, errors, given = Sheet.load(seat.batch.sheet), {}, EMPTY | (seat.score.draft if hasattr(seat, "score") else {})
    if request.method == "POST":
        given = given_from(request.POST, sheet)
        if request.POST.get("do") == "next" and not _late(seat):
            return _keep(request, seat, sheet, given)
        _clean, errors = sheet.clean(given, final=True)
        if not errors and not _late(seat):
            actions.submit_sheet(request.actor, seat, values=given)
            messages.success(request, _("Submitted. The sheet cannot be changed any more."))
            return redirect("reviews:review:batch", seat.batch.ref)
    status = 422 if errors else 409 if request.method == "POST" else 200
    return render(request, "reviews/task.html", _task_context(request, seat, sheet, given, errors), status=status)


def _keep(request: HttpRequest, seat: Assignment, sheet: Sheet, given: dict[str, Any]) -> HttpResponse:
    """Save and next. A sheet that another window has saved meanwhile stays; what was typed here stands in the form."""
    if seat.status != states.AssignmentStatus.ACCEPTED:
        raise Refused(_("The sheet is submitted or not open."))
    kept = seat.score.rev if hasattr(seat, "score") else 0
    base = typed.whole(request.POST.get("rev", ""))
    newer = actions.save_draft(request.actor, seat, values=given, base=kept if base is None else base).current
    if newer is not None and newer != sheet.clean(given)[0]:
        context = _task_context(request, seat, sheet, given, {})
        context["errors"] = [{"id": "sheet", "text": _("This sheet was saved in another window meanwhile; below is what you typed here. Save again to keep it.")}]
        return render(request, "reviews/task.html", context, status=409)
    _place, _count, following = _neighbours(request, seat)
    return redirect(following or reverse("reviews:review:summary", args=[seat.batch.ref]))


def _neighbours(request: HttpRequest, seat: Assignment) -> tuple[int, list[Assignment], str]:
    """Place of the sheet, all that the expert took on, and the address of the next that is still open."""
    rows = list(queries.tasks_in(request.actor, seat.batch).filter(status__in=["ACCEPTED", "SUBMITTED"]))
    at = next((i for i, one in enumerate(rows) if one.pk == seat.pk), 0)
    following = next((one for one in rows[at + 1 :] + rows[:at] if one.status == "ACCEPTED"), None)
    return at, rows, task_url(following) if following is not None and at + 1 < len(rows) else ""


def _late(seat: Assignment) -> str:
    """Why a sheet that is still open takes nothing more; "" while it does."""
    return (takes_scores(seat) or before_due(seat) or "") if seat.status == "ACCEPTED" else ""


def _task_context(request: HttpRequest, seat: Assignment, sheet: Sheet, given: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    double = seat.batch.blind == states.Blind.DOUBLE
    values = given.get("values") or {}
    notes = given.get("notes") or {}
    criteria = [{"c": c, "value": values.get(c.code, ""), "errors": errors.get(c.code, ()), "note": notes.get(c.code, ""), "note_id": f"v-{c.code}{NOTE}",
                 "note_errors": errors.get(f"{c.code}{NOTE}", ())} for c in sheet.criteria]
    late = _late(seat)
    at, neighbours, following = _neighbours(request, seat)
    others = [total for one in neighbours if one.pk != seat.pk and (total := points_of(one, sheet)) is not None]
    return {
        "title": seat.shown_title, "seat": seat, "others": charts.dots(others, low=0, label=_("my other sheets: %(points)s") % {
            "points": "、".join(str(one) for one in sorted(others, reverse=True))}) if others else "", "batch": seat.batch, "criteria": criteria, "given": given,
        "errors": [{"text": text, "id": f"v-{code}"} for code, texts in errors.items() for text in texts],
        "comment_errors": errors.get("comment", ()), "recommendation_errors": errors.get("recommendation", ()),
        "knockouts": [{"code": k["code"], "text": k["text"], "on": k["code"] in (given.get("knockouts") or [])} for k in sheet.knockouts],
        "recommendations": states.Recommendation.choices, "least": sheet.comment_min, "step": sheet.step,
        "d": applications.dossier(seat.item.application, blind_copy=double, hide=seat.item.hidden),
        "pdf": reverse("reviews:review:paper", args=[seat.uid]) if double or seat.item.application.pdf else "",
        "rev": seat.score.rev if hasattr(seat, "score") else 0, "saved": seat.score.saved_at if hasattr(seat, "score") else None,
        "writable": seat.status == "ACCEPTED" and (not late or request.method == "POST"), "late": late, "total": sheet.total(values) if not errors else "", "conflict": ConflictForm(),
        "position": at + 1, "count": len(neighbours), "next": task_url(neighbours[at + 1]) if at + 1 < len(neighbours) else "",
        "previous": task_url(neighbours[at - 1]) if at else "", "last": not following,
        "crumbs": [(_("Reviews"), reverse("reviews:review:home")), (seat.batch.name, reverse("reviews:review:batch", args=[seat.batch.ref])),
                   (seat.item.application.ref, None)],
    }


def _flat(kept: Any) -> dict[str, str]:
    """Points and comments on criteria of a draft by the names of the page's fields."""
    return {f"{mark}-{code}": value for mark, part in (("v", "values"), ("n", "notes")) for code, value in (kept.get(part) or {}).items()}


@access(policies.is_expert)
@require_POST
def autosave(request: HttpRequest, uid: Any) -> HttpResponse:
    """JSON {rev, values} of flat names -> {rev, at}; 409 with the newer sheet of another window."""
    seat = queries.get_task(request.actor, uid)
    sheet = Sheet.load(seat.batch.sheet)
    try:
        sent = typed.body(request.body)
        fresh, base = dict(sent["values"]), typed.whole(sent["rev"])
    except (ValueError, KeyError, TypeError):
        base = None
    if base is None:
        return JsonResponse({"reasons": [_("The request cannot be read.")]}, status=400)
    kept = seat.score.draft if hasattr(seat, "score") else {}
    flat = _flat(kept) | {
        "comment": kept.get("comment", ""), "recommendation": kept.get("recommendation", ""), "knockouts": kept.get("knockouts", [])}
    try:
        saved = actions.save_draft(request.actor, seat, values=given_from({**flat, **fresh}, sheet), base=base)
    except Refused as error:
        return JsonResponse({"reasons": error.reasons}, status=422)
    if saved.current is not None:
        return JsonResponse({"rev": saved.rev, "values": {**_flat(saved.current), "comment": saved.current.get("comment", "")}}, status=409)
    return JsonResponse({"rev": saved.rev, "at": timezone.localtime(saved.at).strftime("%H:%M:%S")})


@access(policies.is_expert)
def paper(request: HttpRequest, uid: Any) -> HttpResponse:
    """The application as PDF while the review runs; the ledger keeps who opened it."""
    seat = queries.get_task(request.actor, uid)
    if reason := policies.may_read_dossier(request.actor, seat):
        raise Refused(reason)
    if seat.batch.blind == states.Blind.DOUBLE and seat.item.blind_pdf is None:
        seat.item = actions.make_copy(system("print"), seat.item)
    paper_ = documents.pdf_of(seat)
    if paper_ is None:
        raise Refused(_("The paper is still being prepared; read the page instead."))
    return files.serve(paper_, request.actor, seat.batch.ref, inline=True, part_of=seat)


@access(policies.is_expert)
@require_POST
def conflict(request: HttpRequest, uid: Any) -> HttpResponse:
    seat = queries.get_task(request.actor, uid)
    actions.report_conflict(request.actor, seat, **steps.cleaned(ConflictForm(request.POST)))
    messages.success(request, _("Recorded. This application is no longer yours."))
    return redirect("reviews:review:batch", seat.batch.ref)
