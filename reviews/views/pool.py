"""The expert pool: list, enrol, edit, pause, resume, remove; recusals of a batch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import queries as accounts
from core.web import charts, lists, steps
from core.web.access import access
from core.web.once import once
from reviews import actions, policies, queries, states
from reviews.forms import ExpertForm
from reviews.models import Expert
from reviews.workflow import EXPERT

TONES = {"ACTIVE": "", "PAUSED": "warn", "REMOVED": "bad"}


def url_of(row: Expert) -> str:
    return reverse("reviews:desk:expert", args=[row.uid])


class Experts(lists.Listing):
    name = "experts"
    title = gettext_lazy("Expert pool")
    search_column = "search"
    columns = (
        lists.Col("name", gettext_lazy("Full name"), main=True, link=url_of, value=lambda row: row.person.name),
        lists.Col("constituency", gettext_lazy("Constituency"), show=lambda row: row.get_constituency_display()),
        lists.Col("pool", gettext_lazy("Which pool"), show=lambda row: row.get_pool_display()),
        lists.Col("keywords", gettext_lazy("Keywords"), value=lambda row: "、".join(row.keywords)),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.get_status_display(), TONES[row.status])),
    )
    facets = (
        lists.Facet("constituency", gettext_lazy("Constituency"), states.Constituency.choices),
        lists.Facet("pool", gettext_lazy("Which pool"), states.Pool.choices),
        lists.Facet("status", gettext_lazy("State"), states.ExpertStatus.choices),
    )
    empty_title = gettext_lazy("Nobody stands in the pool yet")


@access(policies.may_read_pool)
def experts(request: HttpRequest) -> HttpResponse:
    keeps = policies.manages_pool(request.actor) is None
    return lists.page(request, Experts(), policies.experts_visible_to(request.actor), context={
        "actions": [(_("Take a person into the pool"), reverse("reviews:desk:expert_new"))] if keeps else []})


@access(policies.manages_pool)
@once
def expert_new(request: HttpRequest) -> HttpResponse:
    form = ExpertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = accounts.by_identifier(data.pop("email"))
        if person is None:
            form.add_error("email", _("Nobody has this e-mail or telephone."))
        else:
            data.pop("note")
            return redirect(url_of(actions.enrol(request.actor, person, **data)))
    return render(request, "st/form_page.html", {
        "title": _("Take a person into the pool"), "form": form, "back": reverse("reviews:desk:experts"),
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (_("New"), None)]}, status=422 if form.errors else 200)


@access(policies.may_read_pool)
def expert(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_expert(request.actor, uid)
    keeps = policies.manages_pool(request.actor, row) is None
    initial = {"constituency": row.constituency, "pool": row.pool, "keywords": "，".join(row.keywords), "yearly_max": row.yearly_max, "note": row.note}
    form = ExpertForm(request.POST or None, known=True, initial=initial) if keeps else None
    if request.method == "POST" and form is not None and form.is_valid():
        actions.edit_expert(request.actor, row, disciplines=row.disciplines, clusters=row.clusters, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(url_of(row))
    urls = {verb: reverse(f"reviews:desk:expert_{verb}", args=[uid]) for verb in ("pause", "resume", "remove")}
    return render(request, "reviews/expert.html", {
        "title": row.person.name, "expert": row, "form": form, "events": queries.history_of(row),
        "buttons": steps.buttons(EXPERT, request.actor, row, urls, needs_why=("pause", "remove")),
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (row.person.name, None)]})


expert_pause = steps.step_view(queries.get_expert, actions.pause, question=policies.manages_pool, to=url_of, needs_why=True)
expert_resume = steps.step_view(queries.get_expert, actions.resume, question=policies.manages_pool, to=url_of)
expert_remove = steps.step_view(queries.get_expert, actions.remove, question=policies.manages_pool, to=url_of, needs_why=True)


class Recusals(lists.Listing):
    name = "recusals"
    title = gettext_lazy("Recusals")
    search_fields = ("application__ref", "application__title", "note")
    columns = (
        lists.Col("application", gettext_lazy("Application"), main=True, value=lambda row: row.application.title, sub=lambda row: row.application.ref),
        lists.Col("expert", gettext_lazy("Expert"), value=lambda row: row.expert.person.name),
        lists.Col("code", gettext_lazy("Rule"), show=lambda row: f"{row.code} {row.get_code_display()}"),
        lists.Col("found_by", gettext_lazy("Found by"), show=lambda row: row.get_found_by_display()),
        lists.Col("note", pgettext_lazy("recusal", "Evidence")),
        lists.Col("at", gettext_lazy("Time")),
    )
    facets = (
        lists.Facet("code", gettext_lazy("Rule"), states.RecusalCode.choices),
        lists.Facet("found_by", gettext_lazy("Found by"), states.FoundBy.choices),
    )
    empty_title = gettext_lazy("No recusal has been found")


@access(policies.may_read_pool)
def recusals(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    return lists.page(request, Recusals(), queries.recusals_of(row), template="reviews/recusals.html", context={
        "chart": charts.bars(_("Recusals by rule"), queries.recusal_counts(row), note=_("pairs of application and expert")),
        "crumbs": [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, reverse("reviews:desk:batch", args=[ref])), (_("Recusals"), None)]})
