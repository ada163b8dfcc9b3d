"""The formality desk, many at once: one reason for several applications, what became of each, and the figures."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from applications import actions, forms, policies, queries
from applications.models import Application
from core import pauses
from core.models import Job
from core.web import charts, lists
from core.web.access import access
from core.web.once import once
from core.workflow import Refused
from programs import queries as programme


def _chosen(request: HttpRequest) -> list[Application]:
    rows = queries.desk_gets(request.actor, lists.chosen(request))
    if not rows:
        raise Refused([_("Choose at least one application.")])
    return rows


def _many(request: HttpRequest, act: str, make: Any, title: str, submit: str, **more: Any) -> HttpResponse:
    """The list sends what is chosen, this asks for the common words, the job does it; what was typed stays on a faulty form."""
    rows = _chosen(request)
    form = make(request.POST if "decide" in request.POST else None, rows=rows, **{key: value(rows) for key, value in more.items()})
    if form.is_bound and form.is_valid():
        given = {key: value for key, value in form.cleaned_data.items() if key not in ("ids", "vouch")}
        return redirect("job", actions.order_batch(request.actor, act, rows, given).uid)
    return render(request, "applications/desk_many.html", {
        "form": form, "rows": rows, "title": title, "submit": submit, "back": reverse("applications:desk:list"),
    }, status=422 if form.is_bound else 200)


@access(policies.is_checker_desk)
@require_POST
@once
def bulk_accept(request: HttpRequest) -> HttpResponse:
    return _many(request, actions.ACCEPT, forms.AcceptManyForm, _("Accept those in order"), pgettext("application", "Accept"))


@access(policies.is_checker_desk)
@require_POST
@once
def bulk_ask(request: HttpRequest) -> HttpResponse:
    return _many(request, actions.ASK, forms.AskManyForm, _("Ask several for correction"), _("Issue the notices of correction"), parts=queries.common_parts)


@access(policies.is_checker_desk)
@require_POST
@once
def bulk_refuse(request: HttpRequest) -> HttpResponse:
    return _many(request, actions.REFUSE, forms.RefuseManyForm, _("Refuse several"), _("Refuse and issue the notices"))


@access(policies.is_checker_desk)
def batch(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What became of each; only for the person who ordered it."""
    job = get_object_or_404(Job, uid=uid, kind="applications.batch")
    if job.actor_id != request.actor.id:
        raise Http404
    return render(request, "applications/bulk_result.html", {
        "title": job.title, "outcomes": job.result.get("outcomes") or [], "back": reverse("applications:desk:list"),
    })


class DeskStatistics(lists.Listing):
    name = "formality"
    title = gettext_lazy("Statistics of the formality check")
    search_fields = ("ref", "title")
    columns = (
        lists.Col("title", gettext_lazy("Guide"), main=True, sub=lambda row: row.ref),
        lists.Col("ref", gettext_lazy("Guide number"), export_only=True),
        lists.Col("year", gettext_lazy("Year"), sort="year"),
        lists.Col("total", pgettext_lazy("application", "Submitted"), kind="num", sort="total"),
        lists.Col("waiting", pgettext_lazy("application", "To be checked"), kind="num"),
        lists.Col("corrected", gettext_lazy("Asked to correct once"), kind="num"),
        lists.Col("passed", pgettext_lazy("application", "Accepted"), kind="num"),
        lists.Col("refused", gettext_lazy("Refused"), kind="num", sort="refused"),
        lists.Col("late", gettext_lazy("Of these: correction late"), kind="num"),
        lists.Col("median", gettext_lazy("Days until the first decision (median)"), kind="num", value=lambda row: queries.days(row.median)),
    )
    facets = (lists.Facet("year", gettext_lazy("Year"), programme.year_choices),)
    sorts = {"year": "-year", "total": "total", "total_down": "-total", "refused": "refused", "refused_down": "-refused"}  # noqa: RUF012
    empty_title = gettext_lazy("No application has been submitted yet")


@access(policies.may_read_desk)
def statistics(request: HttpRequest) -> HttpResponse:
    pauses.ask("STATISTICS")
    listing, rows = DeskStatistics(), queries.desk_statistics(request.actor)
    found, _notes, _chips = lists.narrowed(request, listing, rows)
    defects, number = queries.statistics_of(request.actor, found), _("number")
    reasons = [(row["label"], row["count"]) for row in queries.reason_statistics(request.actor, found)]
    share = f"{defects['share'] * 100:.0f}" if defects["share"] is not None else "—"
    return lists.page(request, listing, rows, template="applications/desk_statistics.html", context={
        "kpis": [{"label": _("Defects in decided rounds"), "value": defects["defects"]},
                 {"label": _("Of these a rule could have told before the submission"), "value": share, "unit": "%"}],
        "chart": charts.bars(_("Reasons of refusal"), reasons, note=number),
        "items": charts.bars(_("Items with defects"), defects["items"], note=number),
        "lead": _("A rule could have told what stands for a condition of the guide: the applicant is told it while filling in."),
        "crumbs": [(_("Applications"), reverse("applications:desk:list")), (_("Statistics"), None)],
    })
