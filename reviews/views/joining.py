"""On the way into the pool: the person's page, recommendations, and the desk that decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from core import files
from core.web import lists, steps
from core.web.access import access
from core.web.once import once
from core.workflow import Refused
from reviews import actions, policies, queries, states
from reviews.forms.pool import JoinForm, MappingForm, RecommendForm, UploadForm
from reviews.models import Candidacy, ExpertImport
from reviews.queries import expert_imports as tables
from reviews.workflow import CANDIDACY

TONES = {"ASKED": "warn", "SUBMITTED": "doing", "RETURNED": "warn", "ADMITTED": "good", "REFUSED": "bad"}
IMPORT_TONES = {"UPLOADED": "warn", "CHECKED": "doing", "APPLIED": "good"}


# --- the person ------------------------------------------------------------------------------------------------------


def _initial(row: Candidacy | None) -> dict[str, Any]:
    return {**queries.profile_of(row), "keywords": "，".join(row.keywords), "statement": row.statement} if row else {"languages": ["zh"]}


@access(policies.may_join)
def join(request: HttpRequest) -> HttpResponse:
    """Where I stand with the expert pool: in it, waiting, asked, or the form to apply."""
    waiting = queries.own_candidacy(request.actor)
    is_open = waiting is None or waiting.status != "SUBMITTED"
    form = JoinForm(request.POST or None, initial=_initial(waiting)) if is_open and queries.own_expert(request.actor) is None else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.apply_to_join(request.actor, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, _("Your application has been received. The resource division decides and you are told."))
            return redirect("reviews:my:join")
    past = queries.candidacies(request.actor).filter(person=request.actor.id).exclude(status="SUBMITTED")
    return render(request, "reviews/join.html", {
        "title": _("Expert pool"), "waiting": waiting if form is not None or not is_open else None, "expert": queries.own_expert(request.actor), "form": form, "past": past,
        "jobs": queries.employments_of(request.actor.person), "pools": queries.pool_words(),
        "recommended": queries.recommended_by(request.actor)}, status=422 if form is not None and form.errors else 200)


@access(policies.may_join)
@once
def recommend(request: HttpRequest) -> HttpResponse:
    form = RecommendForm(request.POST or None)
    if policies.recommends_for_unit(request.actor) is not None:
        del form.fields["for_unit"]
    if request.method == "POST" and form.is_valid():
        try:
            actions.recommend(request.actor, **form.cleaned_data)
        except Refused as refused:
            form.add_error("contact", refused.reasons)
        else:
            messages.success(request, _("Thank you. Whoever is not in the pool yet is asked."))
            return redirect("reviews:my:join")
    return render(request, "st/form_page.html", {
        "title": _("Recommend an expert"), "form": form, "submit": _("Recommend"), "back": reverse("reviews:my:join"),
        "crumbs": [(_("Expert pool"), reverse("reviews:my:join")), (_("Recommend an expert"), None)]}, status=422 if form.errors else 200)


join_withdraw = steps.step_view(queries.candidacy_for, actions.withdraw_candidacy, question=policies.may_join, to=lambda row: reverse("reviews:my:join"))


# --- the desk --------------------------------------------------------------------------------------------------------


def to(row: Candidacy) -> str:
    return reverse("reviews:desk:candidacy", args=[row.uid])


class Candidacies(lists.Listing):
    name = "candidacies"
    title = gettext_lazy("Applications to join the pool")
    search_fields = ("name", "contact")
    columns = (
        lists.Col("name", gettext_lazy("Full name"), main=True, link=to, sub=lambda row: row.title),
        lists.Col("origin", gettext_lazy("Way into the pool"), show=lambda row: row.get_origin_display()),
        lists.Col("by", gettext_lazy("Recommended by"), value=lambda row: "" if row.origin == "OWN" else row.unit.name if row.unit else row.by.name),
        lists.Col("pool", gettext_lazy("Which pool"), show=lambda row: row.get_pool_display()),
        lists.Col("constituency", gettext_lazy("Constituency"), show=lambda row: row.get_constituency_display()),
        lists.Col("created_at", gettext_lazy("Received")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, TONES.get(row.status, ""))),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.CandidacyStatus.choices),
        lists.Facet("pool", gettext_lazy("Which pool"), states.Pool.choices),
        lists.Facet("origin", gettext_lazy("Way into the pool"), states.Origin.choices[:3]),
    )
    empty_title = gettext_lazy("Nobody has applied yet")

    def key(self, row: Candidacy) -> str:
        return str(row.uid)


@access(policies.manages_pool)
def candidacies(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Candidacies(), queries.candidacies(request.actor), context={
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (_("Applications to join the pool"), None)]})


@access(policies.manages_pool)
def candidacy(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.candidacy_for(request.actor, uid)
    urls = {verb: reverse(f"reviews:desk:candidacy_{verb}", args=[uid]) for verb in ("admit", "return", "refuse")}
    unmet = queries.unmet(queries.profile_of(row), row.person) if row.person and row.status == "SUBMITTED" else []
    needs = ("return", "refuse", *(("admit",) if unmet else ()))
    shown = steps.buttons(CANDIDACY, request.actor, row, urls, needs_why=needs, second=("return",))
    for one in shown:
        one["reasons"] = []
    return render(request, "reviews/candidacy.html", {
        "title": row.name, "row": row, "tone": TONES.get(row.status, ""), "unmet": [words for _code, words in unmet], "buttons": shown,
        "disciplines": queries.names_of(row.disciplines, queries.discipline_choices()), "clusters": queries.names_of(row.clusters, queries.cluster_choices()),
        "jobs": queries.employments_of(row.person) if row.person else [], "events": queries.history_of(row),
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (_("Applications to join the pool"), reverse("reviews:desk:candidacies")), (row.name, None)]})


candidacy_admit = steps.step_view(queries.candidacy_for, actions.admit, question=policies.manages_pool, to=to)
candidacy_return = steps.step_view(queries.candidacy_for, actions.send_back, question=policies.manages_pool, to=to, needs_why=True)
candidacy_refuse = steps.step_view(queries.candidacy_for, actions.refuse_candidacy, question=policies.manages_pool, to=to, needs_why=True)


# --- tables ----------------------------------------------------------------------------------------------------------


def table_url(row: ExpertImport) -> str:
    return reverse("reviews:desk:expert_import", args=[row.uid])


class ExpertImports(lists.Listing):
    name = "expertimports"
    title = gettext_lazy("Experts taken over from tables")
    search_fields = ("file__name",)
    columns = (
        lists.Col("file", gettext_lazy("File"), main=True, link=table_url, value=lambda row: row.file.name),
        lists.Col("rows", gettext_lazy("Rows"), kind="num", value=lambda row: row.counts.get("rows", "")),
        lists.Col("wrong", gettext_lazy("with faults"), kind="num", value=lambda row: row.counts.get("wrong", "")),
        lists.Col("uploaded_by", gettext_lazy("Sent by"), value=lambda row: row.uploaded_by.name),
        lists.Col("created_at", gettext_lazy("Received")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, IMPORT_TONES.get(row.status, ""))),
    )
    empty_title = gettext_lazy("No table yet")

    def key(self, row: ExpertImport) -> str:
        return str(row.uid)


@access(policies.manages_pool)
def expert_imports(request: HttpRequest) -> HttpResponse:
    return lists.page(request, ExpertImports(), queries.imports(request.actor), context={
        "actions": [(_("Take over a table"), reverse("reviews:desk:expert_import_new"))],
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (_("Experts taken over from tables"), None)]})


@access(policies.manages_pool)
@once
def expert_import_new(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(table_url(actions.keep_table(request.actor, upload=form.cleaned_data["file"])))
        except files.BadFile as error:
            form.add_error("file", str(error))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Take over a table"), "back": reverse("reviews:desk:expert_imports"), "submit": _("Read the file"),
        "lead": _("Nothing is taken over yet: columns are mapped next, then a dry run shows what would happen."),
    }, status=422 if form.is_bound and form.errors else 200)


def _mapping(row: ExpertImport, posted: Any = None) -> MappingForm:
    headings, _lines = actions.read_table(row)
    return MappingForm(posted, headings=headings, chosen=tables.guessed(headings, row.mapping))


def _table_page(request: HttpRequest, row: ExpertImport, form: Any = None) -> HttpResponse:
    is_open = row.status in (states.ImportStatus.UPLOADED, states.ImportStatus.CHECKED)
    labels = [(_("Rows"), "rows"), (pgettext_lazy("expert import", "new"), "new"), (pgettext_lazy("expert import", "changed"), "changed"),
              (_("the same"), "same"), (_("with faults, left out"), "wrong")]
    return render(request, "reviews/expert_import.html", {
        "title": row.file.name, "row": row, "tone": IMPORT_TONES.get(row.status, ""), "form": form or (_mapping(row) if is_open else None),
        "kpis": [{"label": label, "value": row.counts.get(key, 0), "tone": "warn" if key == "wrong" and row.counts.get(key) else ""} for label, key in labels],
        "may_apply": row.status == states.ImportStatus.CHECKED, "is_open": is_open, "events": queries.history_of(row),
        "crumbs": [(_("Expert pool"), reverse("reviews:desk:experts")), (_("Experts taken over from tables"), reverse("reviews:desk:expert_imports")),
                   (row.file.name, None)]}, status=422 if form else 200)


@access(policies.manages_pool)
def expert_import(request: HttpRequest, uid: Any) -> HttpResponse:
    return _table_page(request, queries.import_for(request.actor, uid))


@access(policies.manages_pool)
@require_POST
def expert_import_map(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.import_for(request.actor, uid)
    form = _mapping(row, request.POST)
    if not form.is_valid():
        return _table_page(request, row, form)
    return redirect("job", actions.map_table(request.actor, row, mapping=form.mapping).uid)


@access(policies.manages_pool)
@require_POST
def expert_import_apply(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.import_for(request.actor, uid)
    return redirect("job", actions.order_table(request.actor, row, why=request.POST.get("why", "")).uid)


expert_import_discard = steps.step_view(queries.import_for, actions.discard_table, question=policies.manages_pool, to=table_url, needs_why=True)


@access(policies.manages_pool)
def expert_import_errors(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.import_for(request.actor, uid)
    if row.errors is None:
        raise Http404
    return files.serve(row.errors, request.actor, str(row.uid))
