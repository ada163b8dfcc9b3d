"""The bureau's side: lists of proposed awards, public notices, objections, awards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import files
from core.money import wan
from core.web import lists, steps
from core.web.access import access
from programs import queries as programme
from projects import actions, policies, queries, states
from projects.forms import DecideForm, DecisionForm, ItemForm
from projects.models import Objection, ProposalList, Publicity
from projects.workflow import OBJECTION, PROPOSAL, PUBLICITY

LIST_TONES = {"DRAFT": "warn", "SUBMITTED": "doing", "DECIDED": "good"}
NOTICE_TONES = {"PREPARED": "warn", "OPEN": "doing", "CLOSED": ""}
OBJECTION_TONES = {"FILED": "warn", "ACCEPTED": "doing", "UPHELD": "bad", "NOT_UPHELD": "", "REFUSED": ""}


def list_url(row: ProposalList) -> str:
    return reverse("projects:desk:proposal", args=[row.ref])


def notice_url(row: Publicity) -> str:
    return reverse("projects:desk:publicity", args=[row.proposal.ref])


def objection_url(row: Objection) -> str:
    return reverse("projects:desk:objection", args=[row.number])


class Proposals(lists.Listing):
    name = "proposals"
    title = gettext_lazy("Proposed awards")
    search_fields = ("ref", "guide__title")
    columns = (
        lists.Col("guide", gettext_lazy("List"), main=True, link=list_url, value=lambda row: row.guide.title, sub=lambda row: row.ref),
        lists.Col("created_at", gettext_lazy("Begun")),
        lists.Col("decided_at", gettext_lazy("Decided")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, LIST_TONES[row.status])),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.ListStatus.choices),)
    empty_title = gettext_lazy("No list yet")


@access(policies.is_desk)
def proposal_list(request: HttpRequest) -> HttpResponse:
    waiting = [
        {**row, "may": policies.may_propose(request.actor, row["guide"]) is None, "money": wan(row["requested"])}
        for row in queries.guides_to_propose(request.actor)
    ]
    return lists.page(request, Proposals(), policies.lists_visible_to(request.actor), template="projects/proposal_list.html",
                      context={"waiting": waiting})


@access(policies.is_desk)
@require_POST
def proposal_new(request: HttpRequest, guide: str) -> HttpResponse:
    row = actions.create_list(request.actor, programme.get_for(request.actor, guide))
    messages.success(request, _("List %(ref)s has been made from the ranking.") % {"ref": row.ref})
    return redirect(list_url(row))


@access(policies.is_desk)
def proposal(request: HttpRequest, ref: str) -> HttpResponse:
    """The ranking with the line of number and money; the division adjusts it while it is a draft."""
    row = queries.get_list(request.actor, ref)
    may_write = row.status == "DRAFT" and policies.prepares(request.actor, row) is None
    items = list(queries.items_of(row))
    rows = [ItemForm(request.POST if request.method == "POST" else None, item=item) for item in items]
    if request.method == "POST" and may_write and all([one.is_valid() for one in rows]):
        actions.set_items(request.actor, row, {one.item.pk: one.cleaned_data for one in rows})
        messages.success(request, _("Saved."))
        return redirect(list_url(row))
    return render(request, "projects/proposal.html", _proposal_context(request, row, rows, may_write),
                  status=422 if request.method == "POST" else 200)


def _proposal_context(request: HttpRequest, row: ProposalList, rows: list[ItemForm], may_write: bool) -> dict[str, Any]:
    sums = queries.sums_of(row)
    urls = {verb: reverse(f"projects:desk:proposal_{verb}", args=[row.ref]) for verb in ("submit", "return")}
    publicity = Publicity.objects.filter(proposal=row).first()
    return {
        "title": _("Proposed awards: %(guide)s") % {"guide": row.guide.title}, "list": row, "tone": LIST_TONES[row.status], "rows": rows,
        "may_write": may_write, "kpis": _limits(sums), "publicity": publicity,
        "buttons": steps.buttons(PROPOSAL, request.actor, row, urls, needs_why=("return",)),
        "decide": DecideForm(), "may_decide": "decide" in PROPOSAL.open_to(request.actor, row),
        "reasons": PROPOSAL.why_not("decide", request.actor, row) if "decide" in PROPOSAL.open_to(request.actor, row) else [],
        "may_publicise": row.status == "DECIDED" and publicity is None and policies.is_resource(request.actor) is None,
        "events": queries.history_of(row),
        "crumbs": [(_("Proposed awards"), reverse("projects:desk:proposals")), (row.ref, None)],
    }


def _limits(sums: dict[str, Any]) -> list[dict[str, Any]]:
    over = sums["money"] > min(sums["budget"], sums["plan_left"])
    return [
        {"label": _("Proposed"), "value": sums["count"], "unit": f"/ {sums['most']}", "tone": "bad" if sums["most"] and sums["count"] > sums["most"] else ""},
        {"label": _("Money proposed"), "value": wan(sums["money"]) or "0", "unit": _("万元"), "tone": "bad" if over else ""},
        {"label": _("Money of the guide"), "value": wan(sums["budget"]), "unit": _("万元")},
        {"label": _("Left of the annual plan"), "value": wan(sums["plan_left"]), "unit": _("万元")},
    ]


proposal_submit = steps.step_view(queries.get_list, actions.submit_list, question=policies.is_desk, to=list_url)
proposal_return = steps.step_view(queries.get_list, actions.return_list, question=policies.is_desk, to=list_url, needs_why=True)


@access(policies.decides)
@require_POST
def proposal_decide(request: HttpRequest, ref: str) -> HttpResponse:
    row, form = queries.get_list(request.actor, ref), DecideForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what the meeting decided."))
        return redirect(list_url(row))
    actions.decide(request.actor, row, minutes=form.cleaned_data["minutes"])
    messages.success(request, _("Decided. Those who are not proposed have got their notice."))
    return redirect(list_url(row))


# --- public notice -----------------------------------------------------------------------------------------------


@access(policies.is_resource)
@require_POST
def publicity_new(request: HttpRequest, ref: str) -> HttpResponse:
    return redirect(notice_url(actions.prepare_publicity(request.actor, queries.get_list(request.actor, ref))))


@access(policies.is_desk)
def publicity(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_publicity(request.actor, ref)
    urls = {"open": reverse("projects:desk:publicity_open", args=[ref])}
    held, ready = queries.open_objections(row), actions.awardable(row) if row.status == "CLOSED" else []
    draft = actions.draft_of(row.proposal)
    return render(request, "projects/publicity_desk.html", {
        "title": _("Public notice: %(guide)s") % {"guide": row.proposal.guide.title}, "notice": row, "tone": NOTICE_TONES[row.status],
        "items": queries.items_of(row.proposal, selected=True), "held": held, "ready": len(ready), "draft": draft,
        "buttons": steps.buttons(PUBLICITY, request.actor, row, urls), "objections": row.objections.select_related("application"),
        "may_prepare": bool(ready) and draft is None and policies.is_resource(request.actor) is None,
        "may_award": bool(ready) and draft is not None and policies.decides(request.actor, row) is None,
        "sees_objections": policies.is_supervision(request.actor) is None or policies.decides(request.actor, row) is None,
        "events": queries.history_of(row),
        "crumbs": [(_("Proposed awards"), reverse("projects:desk:proposals")), (ref, list_url(row.proposal)), (_("Public notice"), None)],
    })


publicity_open = steps.step_view(queries.get_publicity, actions.open_publicity, question=policies.is_resource, to=notice_url)


@access(policies.is_resource)
@require_POST
def award_prepare(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_publicity(request.actor, ref)
    actions.prepare_award(request.actor, row)
    messages.success(request, _("The award notice is prepared; a leader signs it."))
    return redirect(notice_url(row))


@access(policies.decides)
@require_POST
def award(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_publicity(request.actor, ref)
    made = actions.award(request.actor, row)
    messages.success(request, _("%(count)d projects have been awarded; the notice is issued.") % {"count": len(made)})
    return redirect(notice_url(row))


# --- objections --------------------------------------------------------------------------------------------------


class Objections(lists.Listing):
    name = "objections"
    title = gettext_lazy("Objections")
    search_fields = ("number", "application__ref", "application__title")
    columns = (
        lists.Col("number", gettext_lazy("Number"), main=True, link=objection_url),
        lists.Col("application", gettext_lazy("Application"), value=lambda row: row.application.title, sub=lambda row: row.application.ref),
        lists.Col("kind", gettext_lazy("Objector"), show=lambda row: row.get_kind_display()),
        lists.Col("filed_at", gettext_lazy("Filed")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, OBJECTION_TONES[row.status])),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.ObjectionStatus.choices),)
    empty_title = gettext_lazy("No objection has been filed")


def handles(actor: Any, obj: Any = None) -> str | None:
    """Supervision handles objections, leaders uphold them."""
    return None if policies.is_supervision(actor) is None else policies.decides(actor, obj)


@access(handles)
def objection_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Objections(), policies.objections_visible_to(request.actor))


@access(handles)
def objection(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_objection(request.actor, number)
    open_to = OBJECTION.open_to(request.actor, row)
    return render(request, "projects/objection.html", {
        "title": _("Objection %(number)s") % {"number": row.number}, "objection": row, "tone": OBJECTION_TONES[row.status],
        "buttons": [one for one in steps.buttons(OBJECTION, request.actor, row, {
            "accept": reverse("projects:desk:objection_accept", args=[number])})],
        "verbs": [(verb, OBJECTION.steps[verb].label) for verb in open_to if verb != "accept"], "form": DecisionForm(),
        "may_open": policies.sees_objector(request.actor, row) is None, "events": queries.history_of(row),
        "crumbs": [(_("Objections"), reverse("projects:desk:objections")), (number, None)],
    })


objection_accept = steps.step_view(queries.get_objection, actions.accept_objection, question=policies.is_supervision, to=objection_url)
VERBS = {"refuse": actions.refuse_objection, "dismiss": actions.dismiss, "uphold": actions.uphold}


@access(handles)
@require_POST
def objection_decide(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    row, form = queries.get_objection(request.actor, number), DecisionForm(request.POST)
    if not form.is_valid() or verb not in VERBS:
        messages.error(request, _("Write the decision with its grounds."))
        return redirect(objection_url(row))
    VERBS[verb](request.actor, row, **form.cleaned_data)
    messages.success(request, _("Done."))
    return redirect(objection_url(row))


@access(policies.is_supervision)
@require_POST
def objection_identity(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_objection(request.actor, number)
    name, contact = actions.open_identity(request.actor, row, why=request.POST.get("why", ""))
    return render(request, "projects/identity.html", {
        "title": _("Identity of the objector"), "name": name, "contact": contact, "back": objection_url(row)})


@access(handles)
def objection_file(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_objection(request.actor, number)
    return files.serve(row.file, request.actor, f"objection {number}", inline=True)
