"""Section pages rendered from the guide's form, and the autosave behind them. Both work with or without script."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actions, forms, policies, queries, rules
from applications.models import Application
from applications.views import frame, grids, lost
from core import typed
from core.web import textdiff
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
    if request.method == "POST" and (loss := lost.why(request.actor, ref, section)):
        return lost.page(request, section, loss)
    application = queries.writer_get(request.actor, ref, section)
    part = _part(application, section)
    if reason := policies.may_write(request.actor, application, section) or actions.closed_now(application):
        messages.info(request, reason)
        return redirect(frame.read_url(application, section))
    if request.method == "POST":
        try:
            posted = _save_page(request, application, part)
        except Refused as error:
            return lost.late(request, ref, section, error)
        application.refresh_from_db()
        errors = _errors(application, part, bool(application.done.get(section)))
        if posted.settled and not (posted.theirs or posted.refused or set(posted.settled) & set(errors)):  # told once to the page that follows: its own copy of these is out of date
            request.session[_settled_key(application, section)] = posted.settled
            return redirect(f"{frame.url_of(application, section)}#f-{posted.settled[0].replace('.', '-')}")
        if not (posted.theirs or posted.refused or errors) and request.POST.get("go") != "stay":
            return redirect(frame.next_part(application, section)
                            if request.POST.get("go") == "next" else frame.url_of(application, section))
    return _page(request, application, part, posted if request.method == "POST" else Posted(
        settled=request.session.pop(_settled_key(application, section), [])))


def _settled_key(application: Application, section: str) -> str:
    return f"settled:{application.ref}:{section}"


@dataclass(frozen=True)
class Posted:
    """What became of a posted page: texts of others that stand, the own ones beside them, and what a choice has settled."""

    theirs: dict[str, Any] = field(default_factory=dict)
    mine: dict[str, Any] = field(default_factory=dict)
    settled: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # pledges that are not the person's to give

    @property
    def settled_json(self) -> str:
        return json.dumps(self.settled)


def _bases(sent: Any) -> dict[str, int]:
    """Revisions of single fields, as the script of the page keeps them; nonsense counts for nothing."""
    return {str(name): rev for name, given in sent.items() if (rev := typed.whole(given)) is not None} if isinstance(sent, dict) else {}


def _posted_bases(text: str) -> dict[str, int]:
    try:
        return _bases(typed.body(text)) if text else {}
    except ValueError:
        return {}


def _under(name: str, keys: set[str]) -> bool:
    return name in keys or rules.row_of(name) in keys


def _save_page(request: HttpRequest, application: Application, part: queries.Part) -> Posted:
    sent, refused = _without_pledges(request, application, part, rules.sent_from(part.section, request.POST))
    sent_rev = typed.whole(request.POST.get("rev", ""))
    base = application.rev if sent_rev is None else sent_rev
    choice, _point, key = request.POST.get("settle", "").partition(":")
    waiting = set(request.POST.getlist("unsettled")) - {key} if key else set()
    left = {name: value for name, value in sent.items() if _under(name, waiting)}
    values = {name: value for name, value in sent.items() if name not in left}
    current = rules.flat(part.section, application.answers.get(part.code) or {})
    if key:
        item = part.section.field(key)
        values = rules.settled(values, current, key, choice, line=bool(item and item.kind == "textarea"),
                               next_row=queries.next_row(part.section, key, current, values))
    saved = actions.save_section(request.actor, application, section=part.code, values=values, base=base, whole=True,
                                 bases=_posted_bases(request.POST.get("bases", "")))
    if request.POST.get("done") in ("0", "1") and not _pledges_of_others(request, application, part):
        actions.mark_done(request.actor, application, part=part.code, done=request.POST["done"] == "1")
    if queries.is_shared(application):
        actions.stay(request.actor, application, section=part.code)
    theirs = {**saved.conflicts, **{name: current.get(name) for name, value in left.items() if current.get(name, "") != value}}
    if theirs:
        messages.error(request, _("Somebody else has changed this section; both texts are shown below."))
    mine = {**values, **left}
    return Posted(theirs, {name: mine[name] for name in theirs}, [name for name in sent if key and _under(name, {key}) and name not in theirs], refused)


def _pledges_of_others(request: HttpRequest, application: Application, part: queries.Part) -> set[str]:
    """Pledges of the part, for somebody who may not give them."""
    return queries.pledges_of(part.section) if policies.may_pledge(request.actor, application) else set()


def _without_pledges(request: HttpRequest, application: Application, part: queries.Part, sent: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A closed box is not sent by browsers, which is no taking back; what is sent and would change a pledge is named."""
    closed, current = _pledges_of_others(request, application, part), application.answers.get(part.code) or {}
    refused = [name for name in closed if name in request.POST and rules.ticked(sent.get(name)) != rules.ticked(current.get(name))]
    return {name: value for name, value in sent.items() if name not in closed}, sorted(refused)


def _conflicts(application: Application, part: queries.Part, theirs: dict[str, Any], mine: dict[str, Any]) -> list[dict[str, Any]]:
    found = queries.conflicts_of(application, part, theirs, mine) if theirs else []
    for one in found:
        who = one["who"]
        one["rows"] = [{"label": one["label"], "sides": textdiff.compare(one["theirs"], one["mine"])}]
        one["saved_by"] = _("%(name)s, %(at)s") % {"name": who.saved_by.name, "at": f"{timezone.localtime(who.saved_at):%Y-%m-%d %H:%M}"} if who else _("Text of the other person")
    return found


def _errors(application: Application, part: queries.Part, final: bool) -> dict[str, list[str]]:
    if part.kind == "form" or not final:
        return queries.part_errors(application, part, final)
    found: dict[str, list[str]] = {}
    for item in queries.check_list(application).wrong:
        if item.part == part.code:
            found.setdefault(item.anchor.removeprefix("f-"), []).append(item.text)
    return found


def _page(request: HttpRequest, application: Application, part: queries.Part, posted: Posted) -> HttpResponse:
    """Texts of somebody else stand beside the own ones; the fields show the own ones, which are not saved."""
    answers = rules.apply(part.section, application.answers.get(part.code) or {}, posted.mine)
    final = bool(application.done.get(part.code)) or request.GET.get("show") == "errors"
    errors, shared = _errors(application, part, final), queries.is_shared(application)
    context = frame.context(
        application, here=part.code, title=part.title, part=part, saved=application.saved_at, posted=posted,
        is_done=bool(application.done.get(part.code)), shared=shared,
        wrong={part.code: sum(len(texts) for texts in errors.values())} if errors and final else None,
        present=queries.here_words(application, part, request.actor) if shared else "",
        conflicts=_conflicts(application, part, posted.theirs, posted.mine),
    )
    if part.kind == "form":
        boxes = forms.boxes_of(part.section, answers, errors, application.answers, final)
        closed, reason = _pledges_of_others(request, application, part), policies.may_pledge(request.actor, application) or ""
        boxes = [replace(box, locked=reason, errors=[reason] if box.code in posted.refused else ()) if box.code in closed else box for box in boxes]
        context["pledged"], context["shut"] = reason if closed else "", bool(boxes) and all(box.locked for box in boxes)
        context |= {"rows": forms.paired(boxes), "errors": forms.error_list(boxes)}
    else:
        context |= grids.context_of(application, part, answers, errors)
    return render(request, f"applications/section_{part.kind}.html", context)


@access(signed_in)
@require_POST
def autosave(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """JSON {rev, values[, bases]} -> {rev, at, news}; 409 {rev, values, html} with the other's texts; 404 and 422 say why it can no
    longer change. `news` are fields that others have changed and the page still shows as they were."""
    try:
        application = queries.writer_get(request.actor, ref)
    except Http404:
        loss = lost.why(request.actor, ref, section)
        return JsonResponse({"reasons": loss.reasons if loss else []}, status=404)
    if (typed.whole(request.META.get("CONTENT_LENGTH") or "") or 0) > MOST_BODY or len(request.body) > MOST_BODY:
        return JsonResponse({"reasons": [_("The text is too long to be stored in one piece.")]}, status=413)
    try:
        sent = typed.body(request.body)
        values, base, bases = dict(sent["values"]), typed.whole(sent["rev"]), _bases(sent.get("bases"))
    except (ValueError, KeyError, TypeError):
        base = None
    if base is None:
        return JsonResponse({"reasons": [_("The request cannot be read.")]}, status=400)
    try:
        saved = actions.save_section(request.actor, application, section=section, values=values, base=base, bases=bases)
    except Refused as error:
        return JsonResponse({"reasons": error.reasons}, status=422)
    found = {"rev": saved.rev, "at": timezone.localtime(saved.at).strftime("%H:%M:%S"), "news": saved.news}
    if not saved.conflicts:
        return JsonResponse(found)
    return JsonResponse({**found, "values": saved.conflicts, "html": _panel(request, ref, section, saved.conflicts, values)}, status=409)


def _panel(request: HttpRequest, ref: str, section: str, theirs: dict[str, Any], values: dict[str, Any]) -> str:
    application = queries.writer_get(request.actor, ref)
    part = _part(application, section)
    mine = {name: value for name, value in rules.typed(part.section, values).items() if rules.row_of(name) or name in theirs}
    return render_to_string("applications/_conflicts.html", {"conflicts": _conflicts(application, part, theirs, mine)}, request=request)


@access(signed_in)
@require_POST
def done(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """For parts that are rows: the person's word that they are finished."""
    application = queries.writer_get(request.actor, ref)
    actions.mark_done(request.actor, application, part=part, done=request.POST.get("done") == "1")
    if request.POST.get("done") != "1":
        return redirect(frame.url_of(application, part))
    return redirect(frame.next_part(application, part))
