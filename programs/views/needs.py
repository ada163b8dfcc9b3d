"""Needs for those who propose them and for their unit: my topics, the draft with its autosave, files, handing in, filing.
And the desk of an invited expert, who sees the need, the sheet and the own points, and nothing of others."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock, files, typed
from core.web import lists, steps
from core.web.access import access, signed_in
from core.web.once import once
from core.workflow import Refused
from programs import actions, policies, queries, states
from programs.forms import topics as topic_forms
from programs.models import Need
from programs.queries import topics
from programs.views.attempt import attempt
from programs.workflow import NEED

MOST_BODY = 600_000


def need_url(need: Need) -> str:
    return reverse("programs:my:need", args=[need.ref])


def unit_url(need: Need) -> str:
    return reverse("programs:my:unit_need", args=[need.ref])


def _title(need: Need) -> str:
    return need.title or _("Untitled topic")


class MyNeeds(lists.Listing):
    name = "myneeds"
    title = gettext_lazy("My topics")
    search_fields = ("ref", "title", "call__title")
    empty_title = gettext_lazy("You have proposed no topic yet")
    empty_text = gettext_lazy("Open calls for topics are listed above and on the public page.")
    columns = (
        lists.Col("title", gettext_lazy("Topic"), main=True, link=need_url, show=_title, sub=lambda row: f"{row.ref} · {row.call.title}"),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.unit.name),
        lists.Col("stream", gettext_lazy("Direction"), value=lambda row: row.stream.label),
        lists.Col("amount", gettext_lazy("Proposed, 10,000 yuan"), kind="money"),
        lists.Col("status", gettext_lazy("What became of it"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: (row.status_label, row.tone)),
        lists.Col("filed_at", gettext_lazy("Filed")),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.NeedStatus.choices),)


class UnitNeeds(MyNeeds):
    name = "unitneeds"
    title = gettext_lazy("Topics of the unit")
    empty_title = gettext_lazy("Your unit has proposed no topic yet")
    empty_text = ""
    columns = (
        lists.Col("title", gettext_lazy("Topic"), main=True, link=unit_url, show=_title, sub=lambda row: f"{row.ref} · {row.call.title}"),
        lists.Col("proposer", gettext_lazy("Proposed by"), value=lambda row: row.proposer.name),
        *MyNeeds.columns[2:],
    )


@access(policies.may_propose)
def mine(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    context = {"calls": [topics.call_page(row, now) for row in topics.open_calls().prefetch_related("streams", "quotas", "criteria")],
               "now": now}
    return lists.page(request, MyNeeds(), topics.my_needs(request.actor), template="programs/my_needs.html", context=context)


@access(policies.is_unit_user)
def unit_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, UnitNeeds(), topics.unit_needs(request.actor))


@access(policies.may_propose)
@once
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose the unit and the direction; the page shows what room the unit's quota leaves."""
    call = topics.get_call(request.actor, ref)
    units = topics.units_to_propose_for(request.actor, call)
    form = topic_forms.StartNeedForm(request.POST or None, units=units, streams=call.streams.all())
    if request.method == "POST" and form.is_valid():
        unit = next(one for one in units if str(one.pk) == form.cleaned_data["unit"])
        stream = call.streams.get(code=form.cleaned_data["stream"])
        if made := attempt(form, actions.start_need, request.actor, call, unit=unit, stream=stream):
            return redirect(need_url(made))
    return render(request, "programs/need_start.html", {
        "form": form, "title": _("Propose a topic"), "call": call, "window": topics.call_window(call), "units": units,
        "rooms": [(unit, topics.unit_room(call, unit)) for unit in units],
        "crumbs": [(_("My topics"), reverse("programs:my:needs")), (call.ref, reverse("programs:public:topic_call", args=[ref])), (_("Propose a topic"), None)],
    })


@access(signed_in)
def need(request: HttpRequest, ref: str) -> HttpResponse:
    """The draft to write, or the topic to read with what became of it."""
    row = topics.own_need(request.actor, ref)
    if policies.is_proposer(request.actor, row) is None and row.status in states.NEED_WRITABLE:
        return _write(request, row)
    return _read(request, row)


def _write(request: HttpRequest, row: Need) -> HttpResponse:
    """Keep what was typed; faults are shown when the person asks for the check or hands in."""
    mine: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    if request.method == "POST":
        sent, base = topic_forms.NeedForm.sent(row, request.POST), typed.whole(request.POST.get("rev", ""))
        saved = actions.save_need(request.actor, row, values=sent, base=row.rev if base is None else base)
        theirs, mine = saved.conflicts, {name: sent[name] for name in saved.conflicts}
        if not theirs and (answer := _go(request, row)) is not None:
            return answer
    show = request.GET.get("show") == "errors" or request.POST.get("go") in ("check", "hand_in")
    return _form_page(request, row, show, mine, theirs)


def _go(request: HttpRequest, row: Need) -> HttpResponse | None:
    """Where the button leads: handing in when nothing is wrong, else the page with its faults."""
    if request.POST.get("go") == "hand_in" and not topics.problems_of(row):
        actions.hand_in_need(request.actor, row)
        messages.success(request, _("Handed in to the unit. It counts once the unit has filed it, before the close."))
        return redirect(need_url(row))
    if request.POST.get("go") not in ("check", "hand_in"):
        messages.success(request, _("Saved."))
        return redirect(need_url(row))
    return None


def _form_page(request: HttpRequest, row: Need, show: bool, mine: dict[str, Any], theirs: dict[str, Any]) -> HttpResponse:
    found = topics.cleaned(row)
    form = topic_forms.NeedForm(row, errors=found.errors if show else {}, answers=mine)
    units = [row.unit.name, *found.values.get("partners", ())]
    window = topics.call_window(row.call)
    asks_letter = row.call.seal_from is not None and found.values.get("amount", 0) >= row.call.seal_from
    return render(request, "programs/need_form.html", {
        "title": _title(row), "need": row, "form": form, "window": window, "show": show, "asks_letter": asks_letter,
        "others": [text for text in (topics.seals(row, found.values), topics.quota_reason(row)) if text] if show else [],
        "letter": topic_forms.LetterForm(units=units), "upload": topic_forms.FileForm(auto_id="o-%s"), "files": topics.current_files(row),
        "theirs": [(topics.field_label(row, name), text) for name, text in theirs.items()], "kinds": ".pdf,.docx,.jpg,.png",
        "crumbs": [(_("My topics"), reverse("programs:my:needs")), (row.ref, None)],
    })


def _read(request: HttpRequest, row: Need) -> HttpResponse:
    names = {"recall": "need_recall", "withdraw": "need_withdraw"}
    window = topics.call_window(row.call)
    buttons = steps.buttons(NEED, request.actor, row, {v: reverse(f"programs:my:{n}", args=[row.ref]) for v, n in names.items()},
                            needs_why=("withdraw",))
    return render(request, "programs/need_read.html", {
        "title": _title(row), "need": row, "view": topics.need_view(row), "window": window, "outcome": outcome_of(row),
        "buttons": [one for one in buttons if one["verb"] != "withdraw" or window], "events": _told(row), "door": "my",
        "unit_link": unit_url(row) if policies.is_need_admin(request.actor, row) is None else "",
        "crumbs": [(_("My topics"), reverse("programs:my:needs")), (row.ref, None)],
    })


#: What a proposer reads of the history; scores and the desk's notes stay inside.
TOLD = ("start", "hand_in", "recall", "return", "endorse", "withdraw", "lapse", "expire", "pass", "merge", "split", "adopt", "keep", "decline", "reopen")


def _told(row: Need) -> list[dict[str, Any]]:
    """The history in the words of the proposer: who of the bureau acted, and its notes, stay inside."""
    inside = ("lapse", "pass", "merge", "split", "reopen", "adopt", "keep", "decline")
    found = []
    for entry in queries.history_of(row):
        verb = entry.verb.rpartition(".")[2]
        if verb in TOLD:
            hidden = verb in inside
            found.append({"at": entry.at, "who": _("Bureau") if hidden else entry.who, "label": queries.verb_label(entry.verb),
                          "why": "" if hidden else entry.why})
    return found


def outcome_of(row: Need) -> dict[str, Any]:
    """What became of it: of the one it was merged into, when it was; topics of published guides."""
    lead = topics.lead_of(row)
    return {"lead": lead if lead.pk != row.pk else None, "row": lead, "topics": topics.topics_from(row),
            "reason": topics.reason_label(lead.reason_code) if lead.reason_code else ""}


@access(signed_in)
@require_POST
def autosave(request: HttpRequest, ref: str) -> HttpResponse:
    """JSON {rev, values} -> {rev, at}; 409 {rev, values} with the other's texts; 422 when it can no longer change."""
    row = topics.own_need(request.actor, ref)
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
        saved = actions.save_need(request.actor, row, values=values, base=base)
    except Refused as error:
        return JsonResponse({"reasons": error.reasons}, status=422)
    at = clock.local(saved.at).strftime("%H:%M:%S")
    if saved.conflicts:
        return JsonResponse({"rev": saved.rev, "at": at, "values": saved.conflicts}, status=409)
    return JsonResponse({"rev": saved.rev, "at": at})


@access(signed_in)
@require_POST
def upload(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """A sealed statement (kind letter) or another file; what is wrong with it is said and the page keeps the draft."""
    row = topics.own_need(request.actor, ref)
    given = request.FILES.get("file")
    if given is None:
        messages.error(request, _("Choose a file first."))
        return redirect(f"{need_url(row)}#files")
    which = topics.LETTER if kind == "letter" else topics.OTHER
    try:
        actions.attach_file(request.actor, row, upload=given, kind=which, sealed_by=request.POST.getlist("sealed_by"))
    except files.BadFile as error:
        messages.error(request, str(error))
    except Refused as error:
        messages.error(request, "；".join(error.reasons))
    else:
        messages.success(request, _("“%(name)s” has been uploaded.") % {"name": given.name})
    return redirect(f"{need_url(row)}#files")


@access(signed_in)
def file(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """The file, for whoever may open it (`policies.opens_need`; never an expert); the ledger keeps who opened it."""
    row = topics.opened_need(request.actor, ref)
    return files.serve(topics.need_file(row, pk).file, request.actor, row.ref, inline=request.GET.get("inline") == "1")


@access(signed_in)
@require_POST
def file_remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    row = topics.own_need(request.actor, ref)
    actions.detach_file(request.actor, topics.need_file(row, pk))
    return redirect(f"{need_url(row)}#files")


need_recall = steps.step_view(topics.own_need, actions.recall_need, question=signed_in, to=need_url)
need_withdraw = steps.step_view(topics.own_need, actions.withdraw_need, question=signed_in, to=need_url, needs_why=True)
need_hand_in = steps.step_view(topics.own_need, actions.hand_in_need, question=signed_in, to=need_url)


# --- the unit ------------------------------------------------------------------------------------------------------


@access(policies.is_unit_user)
def unit_need(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.unit_need(request.actor, ref)
    urls = {verb: reverse(f"programs:my:unit_{verb}", args=[ref]) for verb in ("endorse", "return", "withdraw")}
    window = topics.call_window(row.call)
    problems = topics.problems_of(row) if row.status == "UNIT_PENDING" else []
    buttons = steps.buttons(NEED, request.actor, row, urls, needs_why=("return", "withdraw"))
    buttons.sort(key=lambda one: one["verb"] != "endorse")  # what is waited for stands first
    for one in buttons:
        if one["verb"] == "endorse":
            one["reasons"] = problems if window else [_("The call is not open now.")]
    return render(request, "programs/need_read.html", {
        "title": _title(row), "need": row, "view": topics.need_view(row), "window": window, "outcome": outcome_of(row),
        "buttons": [one for one in buttons if one["verb"] != "withdraw" or window], "events": _told(row), "door": "unit",
        "crumbs": [(_("Topics of the unit"), reverse("programs:my:unit_needs")), (row.ref, None)],
    })


unit_endorse = steps.step_view(topics.unit_need, actions.endorse_need, question=policies.is_unit_user, to=unit_url)
unit_return = steps.step_view(topics.unit_need, actions.return_need, question=policies.is_unit_user, to=unit_url, needs_why=True)
unit_withdraw = steps.step_view(topics.unit_need, actions.withdraw_need, question=policies.is_unit_user, to=unit_url, needs_why=True)


# --- the expert ----------------------------------------------------------------------------------------------------


def score_url(need: Need) -> str:
    return reverse("programs:review:need", args=[need.ref])


class ExpertNeeds(lists.Listing):
    name = "expertneeds"
    title = gettext_lazy("Topics to score")
    search_fields = ("ref", "title", "call__title")
    can_export = False
    empty_title = gettext_lazy("No topic waits for your points")
    columns = (
        lists.Col("title", gettext_lazy("Topic"), main=True, link=score_url, sub=lambda row: f"{row.ref} · {row.call.title}"),
        lists.Col("stream", gettext_lazy("Direction"), value=lambda row: row.stream.label),
        lists.Col("until", gettext_lazy("Scores may be given until"), value=lambda row: row.call.score_until or _("no end set")),
        lists.Col("mine", gettext_lazy("My points"), kind="num", value=lambda row: row.mine if row.mine is not None else _("not scored yet")),
    )

    def __init__(self, actor: Any) -> None:
        self.actor = actor

    def prepare(self, rows: list[Any]) -> None:
        own = topics.own_totals(self.actor, rows)
        for row in rows:
            row.mine = own.get(row.pk)


@access(policies.is_expert)
def score_list(request: HttpRequest) -> HttpResponse:
    context = {"lead": _("Confidential until the bureau has decided. You see no one else's points.")}
    return lists.page(request, ExpertNeeds(request.actor), policies.needs_to_score(request.actor), context=context)


@access(policies.is_expert)
def score(request: HttpRequest, ref: str) -> HttpResponse:
    row = topics.scored_need(request.actor, ref)
    form = score_form(request, row)
    if request.method == "POST" and form.is_valid():
        given = {"points": form.points(), "comment": form.cleaned_data["comment"]}
        if attempt(form, actions.score_need, request.actor, row, **given):
            messages.success(request, _("Your points are kept; you may change them until the scoring ends."))
            return redirect("programs:review:needs")
    return render(request, "programs/need_score.html", {
        "title": row.title, "need": row, "view": topics.need_view(row, blind=row.call.blind), "form": form,
        "crumbs": [(_("Topics to score"), reverse("programs:review:needs")), (row.ref, None)],
    })


def score_form(request: HttpRequest, row: Need) -> topic_forms.ScoreForm:
    own = topics.own_review(request.actor, row)
    initial = {**{f"p_{code}": value for code, value in own.points.items()}, "comment": own.comment} if own else {}
    return topic_forms.ScoreForm(request.POST or None, criteria=topics.criteria_of(row.call), initial=initial)
