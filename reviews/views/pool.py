"""The desk of the expert pool: list, enrol, edit, warn, pause, remove; recusals of a batch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts import queries as accounts
from core import crypt
from core.web import charts, lists, steps
from core.web.access import access
from core.web.once import once
from core.workflow import Refused
from reviews import actions, policies, queries, states
from reviews.forms.pool import EditExpertForm, EmployerForm, EnrolForm, PauseForm, TieForm
from reviews.models import Expert
from reviews.views.profile import save_part
from reviews.workflow import EXPERT

TONES = {"ACTIVE": "", "PAUSED": "warn", "REMOVED": "bad"}


def url_of(row: Expert) -> str:
    return reverse("reviews:desk:expert", args=[row.uid])


def _overdue(rows: Any, value: str) -> Any:
    rows, day = queries.with_confirmation(rows), queries.last_day_confirmed()
    return rows.filter(confirmed__lt=day) if value == "overdue" else rows.filter(confirmed__gte=day)


class Experts(lists.Listing):
    name = "experts"
    title = gettext_lazy("Expert pool")
    search_column = "search"
    columns = (
        lists.Col("name", gettext_lazy("Full name"), main=True, link=url_of, value=lambda row: row.person.name, sub=lambda row: row.title),
        lists.Col("employers", gettext_lazy("Works at"), meaning=gettext_lazy("Employers of today, part-time posts included")),
        lists.Col("constituency", gettext_lazy("Constituency"), show=lambda row: row.get_constituency_display(),
                  meaning=gettext_lazy("Science, industry, or economy and finance")),
        lists.Col("pool", gettext_lazy("Which pool"), show=lambda row: row.get_pool_display()),
        lists.Col("disciplines", gettext_lazy("Disciplines"), value=lambda row: row.discipline_words, meaning=gettext_lazy("Codes of GB/T 13745 with their names")),
        lists.Col("keywords", gettext_lazy("Keywords"), value=lambda row: "、".join(row.keywords)),
        lists.Col("load", gettext_lazy("This year"), kind="num", meaning=gettext_lazy("Reviews the expert was invited to this year")),
        lists.Col("quality", gettext_lazy("Grades"), meaning=gettext_lazy("How often which grade after a review")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.get_status_display(), TONES[row.status])),
        lists.Col("title", gettext_lazy("Professional title"), export_only=True),
        lists.Col("level", gettext_lazy("Level of the title"), export_only=True),
        lists.Col("tier", gettext_lazy("Level in the science constituency"), export_only=True),
        lists.Col("clusters", gettext_lazy("Industry clusters"), value=lambda row: row.cluster_words, export_only=True),
        lists.Col("languages", gettext_lazy("Languages"), value=lambda row: row.language_labels, export_only=True),
        lists.Col("yearly_max", gettext_lazy("Reviews a year at most"), export_only=True, meaning=gettext_lazy("Own limit; empty = the general one")),
        lists.Col("id_masked", gettext_lazy("Identity number"), value=lambda row: row.person.id_masked, export_only=True, meaning=gettext_lazy("Masked")),
        lists.Col("phone", gettext_lazy("Mobile phone"), value=lambda row: mask(row.person.phone or ""), export_only=True, meaning=gettext_lazy("Masked")),
        lists.Col("confirmed", gettext_lazy("Confirmed"), value=queries.confirmed_on, export_only=True, meaning=gettext_lazy("Day of the last yearly confirmation")),
    )
    facets = (
        lists.Facet("constituency", gettext_lazy("Constituency"), states.Constituency.choices),
        lists.Facet("pool", gettext_lazy("Which pool"), states.Pool.choices),
        lists.Facet("status", gettext_lazy("State"), states.ExpertStatus.choices),
        lists.Facet("discipline", gettext_lazy("Discipline"), queries.discipline_choices, apply=lambda rows, value: rows.filter(disciplines__contains=[value])),
        lists.Facet("confirmed", gettext_lazy("Yearly confirmation"), [("good", gettext_lazy("in time")), ("overdue", gettext_lazy("overdue, not drawn"))], apply=_overdue),
    )
    empty_title = gettext_lazy("Nobody stands in the pool yet")

    def prepare(self, rows: list[Any]) -> None:
        grades = queries.quality_of(rows)
        loads, names = queries.loads(rows), queries.employers_now([row.person_id for row in rows])
        disciplines, clusters = queries.discipline_choices(), queries.cluster_choices()
        for row in rows:
            row.load, row.employers, row.quality = loads.get(row.pk, 0), names.get(row.person_id, ""), grades.get(row.pk, "")
            row.discipline_words, row.cluster_words = queries.names_of(row.disciplines, disciplines), queries.names_of(row.clusters, clusters)


def mask(text: str) -> str:
    return crypt.mask(text, 3, 4)


@access(policies.may_read_pool)
def experts(request: HttpRequest) -> HttpResponse:
    keeps = policies.manages_pool(request.actor) is None
    waiting = queries.candidacies(request.actor).filter(status="SUBMITTED").count() if keeps else 0
    found = [(_("Take a person into the pool"), reverse("reviews:desk:expert_new")),
             (_("Applications to join (%(count)d)") % {"count": waiting}, reverse("reviews:desk:candidacies")),
             (_("Take over a table"), reverse("reviews:desk:expert_imports"))]
    return lists.page(request, Experts(), policies.experts_visible_to(request.actor), context={"actions": found if keeps else []})


@access(policies.manages_pool)
@once
def expert_new(request: HttpRequest) -> HttpResponse:
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = accounts.by_identifier(data.pop("email"))
        if person is None:
            form.add_error("email", _("Nobody has this e-mail or telephone."))
        elif (unmet := queries.unmet(data, person)) and not data["why"].strip():
            form.add_error("why", [*(words for _code, words in unmet), _("An exception needs a reason.")])
        else:
            return redirect(url_of(actions.enrol(request.actor, person, **data)))
    return render(request, "st/form_page.html", {
        "title": _("Take a person into the pool"), "form": form, "back": reverse("reviews:desk:experts"),
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (_("New"), None)]}, status=422 if form.errors else 200)


def expert_page(request: HttpRequest, row: Expert, *, forms: dict[str, Any] | None = None, shown: dict[str, str] | None = None, status: int = 200
                ) -> HttpResponse:
    """The page of an expert at the desk; `forms` are bound ones with faults, `shown` private values asked for just now."""
    keeps = policies.manages_pool(request.actor, row) is None
    urls = {verb: reverse(f"reviews:desk:expert_{verb}", args=[row.uid]) for verb in ("resume", "remove")}
    initial = {**queries.profile_of(row), "keywords": "，".join(row.keywords), "note": row.note}
    mine = {"form": EditExpertForm(initial=initial), "employer": EmployerForm(), "tie": TieForm(), "pause": PauseForm()} if keeps else {}
    return render(request, "reviews/expert.html", {
        "title": row.person.name, "expert": row, "keeps": keeps, "shown": shown or {}, "disciplines": queries.names_of(row.disciplines, queries.discipline_choices()),
        "clusters": queries.names_of(row.clusters, queries.cluster_choices()), "load": queries.loads([row]).get(row.pk, 0),
        "why_not": queries.why_not_drawn(row), "confirm_by": queries.confirm_by(row), "jobs": queries.employments_of(row.person),
        "ties": queries.ties_of(row) if policies.may_read_ties(request.actor) is None else None,
        "measures": queries.measures_of(row), "reviews": queries.reviews_of(request.actor, row), "at_desk": True, "may_see_identity": policies.may_see_identity(request.actor) is None,
        "account": getattr(row, "account", None) if keeps else None, "events": queries.history_of(row),
        "buttons": steps.buttons(EXPERT, request.actor, row, urls, needs_why=("remove",)), **mine, **(forms or {}),
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (row.person.name, None)]}, status=status)


@access(policies.may_read_pool)
def expert(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_expert(request.actor, uid)
    if request.method == "POST" and policies.manages_pool(request.actor, row) is None:
        form = EditExpertForm(request.POST)
        if not form.is_valid():
            return expert_page(request, row, forms={"form": form}, status=422)
        actions.edit_expert(request.actor, row, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(url_of(row))
    return expert_page(request, row)


@access(policies.manages_pool)
@require_POST
def expert_part(request: HttpRequest, uid: Any, part: str) -> HttpResponse:
    """An employer or a relation, written by the desk for the expert."""
    row = queries.get_expert(request.actor, uid)
    form = save_part(request, row, part)
    return expert_page(request, row, forms={part: form}, status=422) if form is not None else redirect(url_of(row))


@access(policies.manages_pool)
@require_POST
def expert_pause(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_expert(request.actor, uid)
    form = PauseForm(request.POST)
    if form.is_valid():
        try:
            actions.pause(request.actor, row, **form.cleaned_data)
        except Refused as refused:
            form.add_error("until", refused.reasons)
        else:
            messages.success(request, _("Done."))
            return redirect(url_of(row))
    return expert_page(request, row, forms={"pause": form}, status=422)


@access(policies.may_see_identity)
@require_POST
def expert_identity(request: HttpRequest, uid: Any) -> HttpResponse:
    """The whole identity number once, for a stated purpose that the ledger keeps."""
    row = queries.get_expert(request.actor, uid)
    page = expert_page(request, row, shown={"identity": actions.reveal_identity(request.actor, row, purpose=request.POST.get("purpose", ""))})
    page["Cache-Control"] = "private, no-store"
    return page


expert_warn = steps.step_view(queries.get_expert, actions.warn, question=policies.manages_pool, to=url_of, needs_why=True)
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
        lists.Col("note", pgettext_lazy("recusal", "Evidence"), value=lambda row: row.words),
        lists.Col("by", pgettext_lazy("recusal", "By"), value=lambda row: row.by.name if row.by else "", export_only=True),
        lists.Col("at", gettext_lazy("Time")),
    )
    facets = (
        lists.Facet("code", gettext_lazy("Rule"), states.RecusalCode.choices),
        lists.Facet("found_by", gettext_lazy("Found by"), states.FoundBy.choices),
    )
    empty_title = gettext_lazy("No recusal has been found")

    def prepare(self, rows: list[Any]) -> None:
        queries.explain(rows)


@access(policies.may_read_pool)
def recusals(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    return lists.page(request, Recusals(), queries.recusals_of(row), template="reviews/recusals.html", context={
        "chart": charts.bars(_("Recusals by rule"), queries.recusal_counts(row), note=_("pairs of application and expert")),
        "crumbs": [(_("Reviews"), reverse("reviews:desk:batches")), (row.ref, reverse("reviews:desk:batch", args=[ref])), (_("Recusals"), None)]})
