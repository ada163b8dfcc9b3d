"""The bureau's side of public notices, objections and awards."""

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
from core.web import lists, steps
from core.web.access import access
from core.web.templatetags.st import tag
from projects import actions, policies, queries, states
from projects.forms import DecisionForm, FindingsForm, WhyForm
from projects.models import Objection, Publicity
from projects.workflow import OBJECTION, PUBLICITY

TONES = {"PREPARED": "warn", "OPEN": "doing", "CLOSED": "good"}
OBJECTION_TONES = {"FILED": "warn", "ACCEPTED": "doing", "HANDED": "warn", "UPHELD": "bad"}


def notice_url(row: Publicity) -> str:
    return reverse("projects:desk:notice", args=[row.proposal.ref])


def objection_url(row: Objection) -> str:
    return reverse("projects:desk:objection", args=[row.number])


class Notices(lists.Listing):
    name = "notices"
    title = gettext_lazy("Public notices and awards")
    search_fields = ("proposal__guide__title", "proposal__ref")
    columns = (
        lists.Col("title", gettext_lazy("Guide"), main=True, link=notice_url, value=lambda row: queries.title_of(row.proposal.guide),
                  sub=lambda row: row.proposal.ref),
        lists.Col("chosen", gettext_lazy("Projects"), kind="num"),
        lists.Col("against", gettext_lazy("Objections not settled"), kind="num"),
        lists.Col("opens_at", gettext_lazy("Notice from")),
        lists.Col("closes_at", gettext_lazy("Objections until"), sort="close"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, TONES[row.status])),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.PublicityStatus.choices),
        lists.Facet("ready", gettext_lazy("Next step"), (("yes", gettext_lazy("To be awarded")),), queries.to_award),
    )
    sorts = {"new": "-pk", "close": "closes_at", "close_down": "-closes_at"}
    empty_title = gettext_lazy("No public notice has been prepared yet")


class Objections(lists.Listing):
    name = "objections"
    title = gettext_lazy("Objections")
    search_fields = ("number", "application__ref", "application__title")
    columns = (
        lists.Col("number", gettext_lazy("Objection no."), main=True, link=objection_url),
        lists.Col("application", gettext_lazy("Against"), value=lambda row: row.application.title, sub=lambda row: row.application.ref),
        lists.Col("kind", gettext_lazy("Objector"), show=lambda row: row.get_kind_display()),
        lists.Col("filed_at", gettext_lazy("Filed at")),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, OBJECTION_TONES.get(row.status, ""))),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.ObjectionStatus.choices),
        lists.Facet("open", gettext_lazy("Next step"), (
            ("yes", gettext_lazy("Not settled")), ("supervision", gettext_lazy("With supervision")), ("handed", gettext_lazy("With the leader"))),
                    queries.objections_that_are),
    )
    empty_title = gettext_lazy("No objection has been filed")


@access(policies.is_desk)
def notice_list(request: HttpRequest) -> HttpResponse:
    rows = queries.with_counts(policies.publicities_visible_to(request.actor))
    return lists.page(request, Notices(), rows, template="projects/notices.html",
                      context={"decided": queries.lists_to_publish(request.actor)})


@access(policies.is_desk)
@require_POST
def notice_prepare(request: HttpRequest, ref: str) -> HttpResponse:
    row = actions.prepare_publicity(request.actor, queries.get_list(request.actor, ref))
    return redirect(notice_url(row))


@access(policies.is_desk)
def notice(request: HttpRequest, ref: str) -> HttpResponse:
    row, actor = queries.get_publicity(request.actor, ref), request.actor
    items = list(queries.items_of(row.proposal, selected=True))
    draft = actions.draft_of(row.proposal)
    urls = {"open": reverse("projects:desk:notice_open", args=[ref])}
    return render(request, "projects/notice.html", {
        "title": queries.title_of(row.proposal.guide), "publicity": row, "items": items, "tone": TONES[row.status],
        "sums": queries.notice_sums(row.proposal), "running": queries.runs(row), "draft": draft, "days": actions.days_of(row.proposal.guide),
        "buttons": steps.buttons(PUBLICITY, actor, row, urls), "held": queries.open_objections(row),
        "objections": queries.objections_of(actor, row), "projects": queries.projects_of_list(row.proposal),
        "ready": len(actions.awardable(row)) if row.status == "CLOSED" else 0,
        "may_prepare": policies.is_resource(actor) is None, "may_award": policies.decides(actor, row) is None,
        "events": queries.history_of(row, row.proposal),
        "crumbs": [(Notices.title, reverse("projects:desk:notices")), (ref, None)],
    })


notice_open = steps.step_view(
    queries.get_publicity, actions.open_publicity, question=policies.is_desk, to=notice_url,
    done=gettext_lazy("The notice is public; objections may be filed until it closes."))


@access(policies.is_desk)
@require_POST
def award_prepare(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_publicity(request.actor, ref)
    actions.prepare_award(request.actor, row)
    messages.success(request, _("The award notice has been drafted; a leader awards by signing it."))
    return redirect(notice_url(row))


@access(policies.is_desk)
@require_POST
def award(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_publicity(request.actor, ref)
    made = actions.award(request.actor, row)
    messages.success(request, _("%(count)d projects have been awarded; the award notice is issued.") % {"count": len(made)})
    return redirect(notice_url(row))


@access(policies.handles_objections)
def objection_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Objections(), policies.objections_visible_to(request.actor))


def _objection_context(request: HttpRequest, row: Objection, identity: tuple[str, str] | None = None) -> dict[str, Any]:
    open_now = OBJECTION.open_to(request.actor, row)
    return {
        "title": _("Objection %(number)s") % {"number": row.number}, "objection": row,
        "tone": OBJECTION_TONES.get(row.status, ""), "identity": identity, "why": WhyForm(),
        "buttons": steps.buttons(OBJECTION, request.actor, row, {
            verb: reverse(f"projects:desk:objection_{verb}", args=[row.number]) for verb in ("accept", "send_back")},
            needs_why=("send_back",), second=("send_back",)),
        "decisions": [
            {"verb": verb, "label": OBJECTION.steps[verb].label, "danger": OBJECTION.steps[verb].danger,
             "url": reverse(f"projects:desk:objection_{verb}", args=[row.number]), "form": DecisionForm(auto_id=f"{verb}_%s")}
            for verb in ("refuse", "dismiss", "uphold") if verb in open_now],
        "may_hand_over": "hand_over" in open_now,
        "findings": FindingsForm(auto_id="hand_over_%s"),
                "may_open": policies.sees_objector(request.actor, row) is None,
        "events": queries.history_of(row),
        "crumbs": [(Objections.title, reverse("projects:desk:objections")), (row.number, None)],
    }


@access(policies.handles_objections)
def objection(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_objection(request.actor, number)
    return render(request, "projects/objection.html", _objection_context(request, row))


@access(policies.handles_objections)
@require_POST
def objection_identity(request: HttpRequest, number: str) -> HttpResponse:
    """Shown once in the answer, never in an address; the look is in the ledger."""
    row = queries.get_objection(request.actor, number)
    identity = actions.open_identity(request.actor, row, why=request.POST.get("why", ""))
    return render(request, "projects/objection.html", _objection_context(request, row, identity))


@access(policies.is_supervision)
def objection_file(request: HttpRequest, number: str) -> HttpResponse:
    """The statement is signed: for whoever may open the identity, and every look is recorded."""
    row = queries.get_objection(request.actor, number)
    return files.serve(actions.open_statement(request.actor, row), request.actor, row.number, inline=True)


objection_accept = steps.step_view(
    queries.get_objection, actions.accept_objection, question=policies.handles_objections, to=objection_url)


objection_send_back = steps.step_view(
    queries.get_objection, actions.send_back, question=policies.handles_objections, to=objection_url, needs_why=True,
    done=gettext_lazy("Sent back; supervision has been told."))


@access(policies.is_supervision)
@require_POST
def objection_hand_over(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_objection(request.actor, number)
    actions.hand_over(request.actor, row, **steps.cleaned(FindingsForm(request.POST)))
    messages.success(request, _("Handed to the leaders, who have been told; the objection stays open until one decides."))
    return redirect(objection_url(row))


def _deciding(act: Any) -> Any:
    @access(policies.handles_objections)
    @require_POST
    def view(request: HttpRequest, number: str) -> HttpResponse:
        row = queries.get_objection(request.actor, number)
        act(request.actor, row, decision=request.POST.get("decision", "")[:4000])
        messages.success(request, _("Decided; the objector reads it under the address of the objection."))
        return redirect(objection_url(row))

    view.__name__ = act.__name__
    return view


objection_refuse, objection_dismiss, objection_uphold = map(
    _deciding, (actions.refuse_objection, actions.dismiss, actions.uphold))
