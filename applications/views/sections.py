"""Section pages rendered from the guide's form, and the autosave behind them. Both work with or without script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actions, forms, policies, queries, rules, states
from applications.models import Application
from applications.views import frame, grids
from core import typed
from core.web.access import access, signed_in
from core.workflow import Refused

MOST_BODY = 3_000_000


def _part(application: Application, code: str) -> queries.Part:
    part = queries.part_of(application, code)
    if part is None or part.section is None:
        raise Http404
    return part


@access(signed_in)
def section(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """One section. A save keeps everything as typed. What is wrong is named at every save by the button; what is missing,
    only when the person says that it is finished."""
    application = queries.writer_get(request.actor, ref, section)
    part = _part(application, section)
    if policies.may_write(request.actor, application, section) or application.status not in states.EDITABLE:
        return redirect(frame.read_url(application, section))
    theirs: dict[str, Any] = {}
    mine: dict[str, Any] = {}
    if request.method == "POST":
        sent = rules.sent_from(part.section, request.POST)
        saved = _save_page(request, application, part, sent)
        application.refresh_from_db()
        theirs = saved.conflicts
        mine = {name: sent[name] for name in theirs}
        errors = _errors(application, part, bool(application.done.get(section)))
        if not theirs and not errors and request.POST.get("go") != "stay":
            return redirect(frame.next_part(application, section)
                            if request.POST.get("go") == "next" else frame.url_of(application, section))
    return _page(request, application, part, theirs, mine)


def _save_page(request: HttpRequest, application: Application, part: queries.Part, sent: dict[str, Any]) -> actions.Saved:
    sent_rev = typed.whole(request.POST.get("rev", ""))
    base = application.rev if sent_rev is None else sent_rev
    saved = actions.save_section(
        request.actor, application, section=part.code, values=sent, base=base, whole=True)
    if request.POST.get("done") in ("0", "1"):
        actions.mark_done(request.actor, application, part=part.code, done=request.POST["done"] == "1")
    if saved.conflicts:
        messages.error(request, _("Somebody else has changed this section; both texts are shown below."))
    return saved


def _errors(application: Application, part: queries.Part, final: bool) -> dict[str, list[str]]:
    if part.kind == "form" or not final:
        return queries.part_errors(application, part, final)
    found: dict[str, list[str]] = {}
    for item in queries.check_list(application).wrong:
        if item.part == part.code:
            found.setdefault(item.anchor.removeprefix("f-"), []).append(item.text)
    return found


def _page(request: HttpRequest, application: Application, part: queries.Part, theirs: dict[str, Any], mine: dict[str, Any]
          ) -> HttpResponse:
    """`theirs` was saved by somebody else meanwhile and stands beside the field; the field shows `mine`, which is not saved."""
    answers = rules.apply(part.section, application.answers.get(part.code) or {}, mine)
    final = bool(application.done.get(part.code)) or request.GET.get("show") == "errors"
    errors = _errors(application, part, final)
    context = frame.context(
        application, here=part.code, title=part.title, part=part, saved=application.saved_at,
        is_done=bool(application.done.get(part.code)),
        wrong={part.code: sum(len(texts) for texts in errors.values())} if errors and final else None,
        who=queries.last_saves(application, part.code, list(theirs)) if theirs else {},
    )
    if part.kind == "form":
        boxes = forms.boxes_of(part.section, answers, errors, theirs, application.answers, final)
        context |= {"rows": forms.paired(boxes), "errors": forms.error_list(boxes)}
    else:
        context |= grids.context_of(application, part, answers, errors)
    return render(request, f"applications/section_{part.kind}.html", context)


@access(signed_in)
@require_POST
def autosave(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """JSON {rev, values} -> {rev, at}; 409 {rev, values} with the other's texts; 422 when it can no longer change."""
    application = queries.writer_get(request.actor, ref)
    if len(request.body) > MOST_BODY:
        return JsonResponse({"reasons": [_("The text is too long to be stored in one piece.")]}, status=413)
    try:
        sent = typed.body(request.body)
        values, base = dict(sent["values"]), typed.whole(sent["rev"])
    except (ValueError, KeyError, TypeError):
        base = None
    if base is None:
        return JsonResponse({"reasons": [_("The request cannot be read.")]}, status=400)
    try:
        saved = actions.save_section(request.actor, application, section=section, values=values, base=base)
    except Refused as error:
        return JsonResponse({"reasons": error.reasons}, status=422)
    at = timezone.localtime(saved.at).strftime("%H:%M:%S")
    if saved.conflicts:
        return JsonResponse({"rev": saved.rev, "at": at, "values": saved.conflicts}, status=409)
    return JsonResponse({"rev": saved.rev, "at": at})


@access(signed_in)
@require_POST
def done(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """For parts that are rows: the person's word that they are finished."""
    application = queries.writer_get(request.actor, ref)
    actions.mark_done(request.actor, application, part=part, done=request.POST.get("done") == "1")
    if request.POST.get("done") != "1":
        return redirect(frame.url_of(application, part))
    return redirect(frame.next_part(application, part))
