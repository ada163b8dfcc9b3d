"""Handing the formality check over to a professional institution, and taking it back (clause R11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from applications import actions, forms, policies, queries, states
from applications.models import Handover
from applications.views.desk import url_of
from applications.workflow import HANDOVER
from core import clock
from core.web import lists, steps
from core.web.access import access
from core.web.once import once
from core.workflow import Refused


def to(row: Handover) -> str:
    return reverse("applications:desk:handover", args=[row.uid])


class Handovers(lists.Listing):
    name = "handovers"
    title = gettext_lazy("Handovers of the formality check")
    search_fields = ("guide__ref", "guide__title", "organisation__name")
    columns = (
        lists.Col("guide", gettext_lazy("Guide"), main=True, link=to, value=lambda row: row.guide.title, sub=lambda row: row.guide.ref),
        lists.Col("organisation", gettext_lazy("Professional institution"), value=lambda row: row.organisation.name),
        lists.Col("whole", gettext_lazy("What"), value=lambda row: _("whole guide") if row.whole else _("chosen applications")),
        lists.Col("waiting", pgettext_lazy("application", "To be checked"), kind="num"),
        lists.Col("total", pgettext_lazy("application", "Submitted"), kind="num"),
        lists.Col("since", pgettext_lazy("term", "From")),
        lists.Col("until", pgettext_lazy("term", "Until"), sort="until"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, row.tone)),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.HandoverStatus.choices),)
    sorts = {"new": "-pk", "until": "until", "until_down": "-until"}  # noqa: RUF012
    empty_title = gettext_lazy("Nothing is handed over")
    empty_text = gettext_lazy("A division hands the check of a guide, or of applications chosen in the queue, to an institution for a time.")

    def key(self, row: Any) -> str:
        return str(row.uid)


@access(policies.may_read_desk)
def handovers(request: HttpRequest) -> HttpResponse:
    may = policies.is_giver(request.actor) is None
    return lists.page(request, Handovers(), queries.handovers(request.actor), context={
        "actions": [(_("Hand over the check of a guide"), reverse("applications:desk:handover_new"))] if may else [],
        "crumbs": [(_("Applications"), reverse("applications:desk:list")), (_("Handovers"), None)],
    })


def _give(request: HttpRequest, form: Any, rows: list[Any], guides: list[Any]) -> Handover | None:
    values = form.cleaned_data
    try:
        return actions.hand_over(
            request.actor, values["organisation"], guide=next(one for one in guides if one.ref == values["guide"]), applications=rows,
            since=values["since"], until=values["until"], reason=values["reason"])
    except Refused as refused:
        for reason in refused.reasons:
            form.add_error(None, reason)
        return None


@access(policies.is_giver)
@once
def handover_new(request: HttpRequest) -> HttpResponse:
    """From the queue with what is chosen there, or for a whole guide."""
    rows = queries.desk_gets(request.actor, lists.chosen(request)) if request.method == "POST" else []
    guides, today = queries.guides_to_hand_over(request.actor), clock.today()
    form = forms.HandoverForm(request.POST if "decide" in request.POST else None, guides=guides, institutions=queries.institutions(), rows=rows,
                              initial={"since": today, "until": today + timedelta(days=30), "guide": request.GET.get("guide", "")})
    if form.is_bound and form.is_valid() and (row := _give(request, form, rows, guides)):
        messages.success(request, _("The check is handed over; the institution has been told."))
        return redirect(to(row))
    return render(request, "applications/desk_many.html", {
        "form": form, "rows": rows, "title": _("Hand over the formality check"), "submit": _("Hand over"),
        "lead": "" if rows else _("All applications of the guide, also those still to come; for some of them choose them in the queue."),
        "back": reverse("applications:desk:handovers"),
    }, status=422 if form.is_bound else 200)


class Given(lists.Listing):
    name = "given"
    title = gettext_lazy("Applications handed over")
    search_fields = ("ref", "title", "unit__name")
    columns = (
        lists.Col("title", gettext_lazy("Application"), main=True, link=url_of, sub=lambda row: row.ref),
        lists.Col("unit", gettext_lazy("Applicant unit"), value=lambda row: row.unit.name),
        lists.Col("submitted_at", gettext_lazy("Submitted at")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, row.tone)),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.Status.choices),)


@access(policies.may_read_desk)
def handover(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.handover_for(request.actor, uid)
    urls = {verb: reverse(f"applications:desk:handover_{verb}", args=[row.uid]) for verb in ("resume", "suspend", "take_back")}
    return lists.page(request, Given(), queries.given_away(row).select_related("unit"), template="applications/handover.html", context={
        "title": row.guide.title, "row": row, "buttons": steps.buttons(
            HANDOVER, request.actor, row, urls, needs_why=("suspend", "take_back"), second=("suspend",)),
        "events": queries.events_for_desk(row),
        "crumbs": [(_("Applications"), reverse("applications:desk:list")), (_("Handovers"), reverse("applications:desk:handovers")),
                   (row.guide.ref, None)],
    })


take_back = steps.step_view(queries.handover_for, actions.take_check_back, question=policies.is_giver, to=to, needs_why=True,
                            done=pgettext_lazy("handover", "Taken back; the check is with the division."))
suspend = steps.step_view(queries.handover_for, actions.suspend_handover, question=policies.is_giver, to=to, needs_why=True)
resume = steps.step_view(queries.handover_for, actions.resume_handover, question=policies.is_giver, to=to)
