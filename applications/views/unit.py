"""The unit administrator's desk: what waits, one application, approve and submit, return, withdraw, many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from applications import actions, policies, queries, states
from applications.models import Application
from applications.views import frame
from applications.workflow import APPLICATION, needs_recommender
from core.web import lists, steps
from core.web.access import access


def url_of(application: Application) -> str:
    return reverse("applications:my:unit_application", args=[application.ref])


def label_of(row: Application) -> Any:
    """The tag of the state: what waits for the reader of the list stands out."""
    return states.unit_label(row.status), "warn" if row.waits else states.TONES.get(states.told_outside(row.status), "")


class UnitApplications(lists.Listing):
    """The order of the list is the order in which the ticked ones are submitted: it decides who gets the last places."""

    name = "unit-applications"
    title = gettext_lazy("Applications of the unit")
    search_column = "search"
    columns = (
        lists.Col("ref", gettext_lazy("Application number"), export_only=True),
        lists.Col("title", gettext_lazy("Application"), main=True, link=url_of, sub=lambda row: row.ref,
                  show=lambda row: row.title or _("Untitled application")),
        lists.Col("unit", gettext_lazy("Applicant unit"), value=lambda row: row.unit.name),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name, sort="leader"),
        lists.Col("phone", gettext_lazy("Telephone"), value=lambda row: row.leader.phone if row.own_unit else None, export_only=True),
        lists.Col("email", gettext_lazy("E-mail"), value=lambda row: row.leader.email if row.own_unit else None, export_only=True),
        lists.Col("guide", gettext_lazy("Guide"), value=lambda row: row.guide.title),
        lists.Col("requested", gettext_lazy("Requested, 10,000 yuan"), kind="money", sort="requested"),
        lists.Col("own_money", gettext_lazy("Self-raised, 10,000 yuan"), kind="money", export_only=True),
        lists.Col("partners", gettext_lazy("Partner units"), value=lambda row: "、".join(row.partner_names), export_only=True),
        lists.Col("wrong", gettext_lazy("Missing or wrong"), value=lambda row: row.wrong, kind="num", export_only=True,
                  meaning=gettext_lazy("Things to put right by the check list now; empty once it is submitted")),
        lists.Col("handed_in_at", gettext_lazy("Handed in"), sort="handed"),
        lists.Col("closes_at", gettext_lazy("Close"), value=lambda row: row.closes),
        lists.Col("submitted_at", pgettext_lazy("moment", "Submitted"), export_only=True),
        lists.Col("receipt_number", gettext_lazy("Receipt number"), export_only=True),
        lists.Col("reminded_at", gettext_lazy("Last reminded"), export_only=True),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=label_of, sub=lambda row: _("reminded %(at)s") % {
            "at": queries.local(row.reminded_at)[:16]} if row.reminded_at else ""),
    )
    sorts = {"queue": "queue", "handed": "handed_in_at", "handed_down": "-handed_in_at", "requested_down": "-requested",
             "requested": "requested", "leader": "leader__name", "leader_down": "-leader__name"}
    sort_labels = {"queue": gettext_lazy("What waits, nearest close first"), "handed": gettext_lazy("Handed in first"),
                   "requested_down": gettext_lazy("Largest amount first"), "requested": gettext_lazy("Smallest amount first"),
                   "leader": gettext_lazy("By leader")}
    bulk = (lists.Bulk(gettext_lazy("Approve and submit in the order of the list"), reverse_lazy("applications:my:unit_bulk")),)
    empty_title = gettext_lazy("No application of your unit yet")
    per_page = 100  # two hundred in the last two days are two pages, not ten

    def __init__(self, meters: list[queries.Meter]) -> None:
        guides = list({one.guide.ref: one.guide.title for one in meters}.items())
        self.facets = (
            lists.Facet("turn", gettext_lazy("Whose turn"), (
                ("unit", gettext_lazy("Waits for you")), ("leader", gettext_lazy("Not handed in"))), apply=of_turn),
            lists.Facet("status", gettext_lazy("State"), [(one.value, states.unit_label(one)) for one in states.Status if one not in states.OUTSIDE],
                        apply=lambda rows, status: rows.filter(status__in=[one for one in states.Status if states.told_outside(one) == status])),
            *([lists.Facet("guide", gettext_lazy("Open guide"), guides, apply=lambda rows, ref: rows.filter(guide__ref=ref))] if guides else ()),
        )

    def prepare(self, rows: list[Any]) -> None:
        told = queries.reminded(rows)
        wrong = queries.count_all_wrong(rows) if any(hasattr(row, "own_money") for row in rows) else {}  # the table of the office alone
        for row in rows:
            row.wrong = wrong.get(row.pk)
            row.reminded_at = told.get(row.pk) if row.status in states.NOT_HANDED_IN else None

    def may_choose(self, row: Application) -> bool:
        return row.waits


def of_turn(rows: Any, turn: str) -> Any:
    return rows.filter(waits=True) if turn == "unit" else rows.filter(status__in=states.NOT_HANDED_IN)


def after_decline(application: Application) -> str:
    """What has been given back is no longer the recommending body's to see."""
    return reverse("applications:my:unit_list")


@access(policies.is_unit_user)
def unit_list(request: HttpRequest) -> HttpResponse:
    meters, rows = queries.unit_meters(request.actor), queries.unit_queue(request.actor)
    if "export" in request.GET:
        rows = queries.for_the_office(request.actor, rows)
    return lists.page(request, UnitApplications(meters), rows, template="applications/unit_list.html",
                      context={"meters": meters, "hours": queries.reminder_hours(), "actions": [
                          (_("Who approves for the unit"), reverse("applications:my:deputies"))] if policies.is_administrator(request.actor) is None else []})


VERBS = {"endorse": "unit_endorse", "return": "unit_return", "withdraw": "unit_withdraw", "pass_on": "unit_pass_on",
         "recommend": "unit_recommend", "decline": "unit_decline"}
FORWARD = ("endorse", "pass_on", "recommend")


def buttons_of(actor: Any, row: Application, wrong: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What is waited for stands first, with the first things that stand in its way."""
    urls = {verb: reverse(f"applications:my:{name}", args=[row.ref]) for verb, name in VERBS.items()}
    shown = [one for one in steps.buttons(APPLICATION, actor, row, urls, needs_why=("return", "withdraw", "decline"))
             if one["verb"] != ("endorse" if needs_recommender(row) else "pass_on")]
    for one in shown:
        if one["verb"] in FORWARD:
            one["reasons"] = [item["text"] for item in wrong][:3]
    return sorted(shown, key=lambda one: one["verb"] not in FORWARD)


@access(policies.is_unit_user)
def unit_application(request: HttpRequest, ref: str) -> HttpResponse:
    actor, row = request.actor, queries.unit_get(request.actor, ref)
    if request.GET.get("said") == "endorse" and row.status == states.Status.SUBMITTED and row.endorsed_by_id == actor.id:
        messages.success(request, what_follows(row))
    content = queries.open_dossier(actor, row)
    checked = queries.beside_content(row, content)
    shown = buttons_of(actor, row, checked.get("wrong", []))
    return render(request, "applications/unit_page.html", {
        "title": row.title or _("Untitled application"), "a": row, "d": content, "checked": bool(checked), **checked,
        "closes": frame.closes_at(row), "shown": states.unit_label(row.status), "next": queries.next_step(row), "papers": queries.papers_of(row),
        "buttons": [one for one in shown if not one["danger"]], "last": [one for one in shown if one["danger"]],
        "beside": queries.beside(actor, row), "remind": policies.may_remind(actor, row) is None and not queries.shut(row),
        "reminded_at": queries.reminded([row]).get(row.pk), "events": queries.events_for_applicant(row), "words": queries.said(actor, row),
        "consents": queries.consents_of(row),
        "crumbs": [(_("Applications of the unit"), reverse("applications:my:unit_list")), (row.ref, None)],
    })


def what_follows(application: Application) -> str:
    """Said after the unit's word: what has happened and whose turn is next."""
    if application.receipt_number:
        return _("Approved and submitted. Receipt %(number)s. Next: %(next)s") % {
            "number": application.receipt_number, "next": queries.next_step(application).text}
    return _("Approved. Next: %(next)s") % {"next": queries.next_step(application).text}


def url_after_endorsement(application: Application) -> str:
    """In the last minute the words are written by the page that is looked at, not within the submission."""
    return f"{url_of(application)}?said=endorse"


unit_endorse = steps.step_view(lambda actor, ref: ref, actions.endorse_numbered, question=policies.is_unit_user, to=url_after_endorsement,
                               told_there=True)
unit_pass_on = steps.step_view(queries.unit_get, actions.pass_on, question=policies.is_unit_user, to=url_of, done=what_follows)
unit_recommend = steps.step_view(queries.unit_get, actions.recommend, question=policies.is_unit_user, to=url_of)
unit_decline = steps.step_view(queries.unit_get, actions.decline, question=policies.is_unit_user, to=after_decline, needs_why=True)
unit_return = steps.step_view(queries.unit_get, actions.send_back, question=policies.is_unit_user, to=url_of, needs_why=True)
unit_withdraw = steps.step_view(queries.unit_get, actions.withdraw, question=policies.is_unit_user, to=url_of, needs_why=True)


@access(policies.is_unit_user)
@require_POST
def unit_bulk(request: HttpRequest) -> HttpResponse:
    rows = queries.unit_gets(request.actor, lists.chosen(request))
    return render(request, "applications/bulk_result.html", {
        "title": _("Approve and submit"), "outcomes": (outcomes := actions.bulk_endorse(request.actor, rows)),
        "done": sum(one.done for one in outcomes), "held": sum(not one.done for one in outcomes), "ordered": True,
        "back": reverse("applications:my:unit_list"),
    })


unit_remind = steps.step_view(queries.unit_get, actions.remind_leader, question=policies.is_unit_user,
                              to=lambda found: url_of(found.told[0]), done=lambda found: found.words)


@access(policies.is_unit_user)
@require_POST
def unit_remind_all(request: HttpRequest) -> HttpResponse:
    """All leaders of one unit who have not handed in under one guide."""
    rows = queries.not_handed_in(request.actor, request.POST.get("guide", ""), request.POST.get("unit", ""))
    messages.success(request, actions.remind_leaders(request.actor, rows).words)
    return redirect("applications:my:unit_list")
