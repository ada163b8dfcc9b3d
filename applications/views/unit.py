"""The unit administrator's desk: what waits, one application, approve and submit, return, withdraw, many at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications import actions, policies, queries, states
from applications.models import Application
from applications.views import frame
from applications.workflow import APPLICATION, needs_recommender
from core.web import lists, steps
from core.web.access import access


def url_of(application: Application) -> str:
    return reverse("applications:my:unit_application", args=[application.ref])


class UnitApplications(lists.Listing):
    name = "unit-applications"
    title = gettext_lazy("Applications of the unit")
    search_column = "search"
    columns = (
        lists.Col("title", gettext_lazy("Application"), main=True, link=url_of, sub=lambda row: row.ref,
                  show=lambda row: row.title or _("Untitled application")),
        lists.Col("unit", gettext_lazy("Applicant unit"), value=lambda row: row.unit.name),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name),
        lists.Col("guide", gettext_lazy("Guide"), value=lambda row: row.guide.title),
        lists.Col("requested", gettext_lazy("Requested, 10,000 yuan"), kind="money"),
        lists.Col("status", gettext_lazy("State"), kind="tag",
                  show=lambda row: (row.status_label, "warn" if row.status in ("UNIT_PENDING", "RECOMMEND_PENDING") else row.tone)),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.Status.choices),)
    bulk = (lists.Bulk(gettext_lazy("Approve and submit"), reverse_lazy("applications:my:unit_bulk")),)
    empty_title = gettext_lazy("No application of your unit yet")

    def may_choose(self, row: Application) -> bool:
        return row.status == states.Status.UNIT_PENDING


def after_decline(application: Application) -> str:
    """What has been given back is no longer the recommending body's to see."""
    return reverse("applications:my:unit_list")


@access(policies.is_unit_user)
def unit_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, UnitApplications(), queries.unit_queue(request.actor), template="applications/unit_list.html",
                      context={"meters": queries.unit_meters(request.actor)})


@access(policies.is_unit_user)
def unit_application(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.unit_get(request.actor, ref)
    names = {"endorse": "unit_endorse", "return": "unit_return", "withdraw": "unit_withdraw", "pass_on": "unit_pass_on",
             "recommend": "unit_recommend", "decline": "unit_decline"}
    urls = {verb: reverse(f"applications:my:{name}", args=[ref]) for verb, name in names.items()}
    items = queries.check_list(row).wrong if row.status in ("UNIT_PENDING", "RECOMMEND_PENDING") else []
    shown = [one for one in steps.buttons(APPLICATION, request.actor, row, urls, needs_why=("return", "withdraw", "decline"))
             if one["verb"] != ("endorse" if needs_recommender(row) else "pass_on")]
    shown.sort(key=lambda one: one["verb"] not in ("endorse", "pass_on", "recommend"))  # what is waited for stands first
    for one in shown:
        if one["verb"] in ("endorse", "pass_on", "recommend"):
            one["reasons"] = [item.text for item in items][:3]
    return render(request, "applications/unit_page.html", {
        "title": row.title or _("Untitled application"), "a": row, "d": queries.dossier(row), "items": items,
        "closes": frame.closes_at(row), "shown": row.status_label, "next": queries.next_step(row), "papers": queries.papers_of(row),
        "buttons": [one for one in shown if not one["danger"]], "last": [one for one in shown if one["danger"]],
        "events": queries.events_for_applicant(row), "words": queries.said(request.actor, row),
        "crumbs": [(_("Applications of the unit"), reverse("applications:my:unit_list")), (row.ref, None)],
    })


def what_follows(application: Application) -> str:
    """Said after the unit's word: what has happened and whose turn is next."""
    if application.receipt_number:
        return _("Approved and submitted. Receipt %(number)s. Next: %(next)s") % {
            "number": application.receipt_number, "next": queries.next_step(application).text}
    return _("Approved. Next: %(next)s") % {"next": queries.next_step(application).text}


unit_endorse = steps.step_view(queries.unit_row, actions.endorse, question=policies.is_unit_user, to=url_of, done=what_follows)
unit_pass_on = steps.step_view(queries.unit_get, actions.pass_on, question=policies.is_unit_user, to=url_of, done=what_follows)
unit_recommend = steps.step_view(queries.unit_get, actions.recommend, question=policies.is_unit_user, to=url_of)
unit_decline = steps.step_view(queries.unit_get, actions.decline, question=policies.is_unit_user, to=after_decline, needs_why=True)
unit_return = steps.step_view(queries.unit_get, actions.send_back, question=policies.is_unit_user, to=url_of, needs_why=True)
unit_withdraw = steps.step_view(queries.unit_get, actions.withdraw, question=policies.is_unit_user, to=url_of, needs_why=True)


@access(policies.is_unit_user)
@require_POST
def unit_bulk(request: HttpRequest) -> HttpResponse:
    rows = lists.rows_of(lists.chosen(request), lambda key: queries.unit_get(request.actor, key))
    return render(request, "applications/bulk_result.html", {
        "title": _("Approve and submit"), "outcomes": actions.bulk_endorse(request.actor, rows),
        "back": reverse("applications:my:unit_list"),
    })
