"""The desk of old projects: send a table, map its columns, look at the dry run, take it over; what was taken over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from applications import actions, policies, queries, states
from applications.forms.imports import ImportForm, MappingForm
from applications.models import ImportBatch, OldProject
from core import files
from core.web import lists
from core.web.access import access
from core.web.once import once


def to(row: ImportBatch) -> str:
    return reverse("applications:desk:import", args=[row.uid])


class Imports(lists.Listing):
    name = "imports"
    title = gettext_lazy("Old projects taken over")
    search_fields = ("source__name", "file__name")
    columns = (
        lists.Col("file", gettext_lazy("File"), main=True, link=to, value=lambda row: row.file.name, sub=lambda row: row.source.name),
        lists.Col("rows", gettext_lazy("Rows"), kind="num", value=lambda row: row.counts.get("rows", "")),
        lists.Col("wrong", gettext_lazy("with faults"), kind="num", value=lambda row: row.counts.get("wrong", "")),
        lists.Col("uploaded_by", gettext_lazy("Sent by"), value=lambda row: row.uploaded_by.name),
        lists.Col("created_at", gettext_lazy("Received")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, row.tone)),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.ImportStatus.choices),)
    empty_title = gettext_lazy("No table yet")
    empty_text = gettext_lazy("Tables of old projects and applications feed the duplicate check and the limits.")

    def key(self, row: Any) -> str:
        return str(row.uid)


@access(policies.imports)
def imports(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Imports(), queries.batches(request.actor), context={
        "actions": [(_("Take over a table"), reverse("applications:desk:import_new")), (_("Rows taken over"), reverse("applications:desk:old_projects"))],
    })


@access(policies.imports)
@once
def import_new(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.keep_import(request.actor, source=form.cleaned_data["source"], upload=form.cleaned_data["file"])
        except files.BadFile as error:
            form.add_error("file", str(error))
        else:
            return redirect(to(row))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Take over a table"), "back": reverse("applications:desk:imports"), "submit": _("Read the file"),
        "lead": _("Nothing is taken over yet: columns are mapped next, then a dry run shows what would happen."),
    }, status=422 if form.is_bound and form.errors else 200)


def _mapping(request: HttpRequest, row: ImportBatch, posted: Any = None) -> MappingForm:
    headings, _lines = actions.read_import(row)
    return MappingForm(posted, headings=headings, chosen=queries.guessed(headings, row.mapping), unit=row.options.get("unit", "wan"))


def _page(request: HttpRequest, row: ImportBatch, form: Any = None) -> HttpResponse:
    is_open = row.status in (states.ImportStatus.UPLOADED, states.ImportStatus.CHECKED)
    counts = [(_("Rows"), "rows", ""), (pgettext("old project", "new"), "new", ""), (pgettext("old project", "changed"), "changed", ""), (_("the same"), "same", ""),
              (_("with faults, left out"), "wrong", "warn"), (_("unclear, kept as text"), "unclear", "")]
    return render(request, "applications/import.html", {
        "title": row.file.name, "row": row, "form": form or (_mapping(request, row) if is_open else None),
        "kpis": [{"label": label, "value": row.counts.get(key, 0), "tone": tone if row.counts.get(key) else ""} for label, key, tone in counts],
        "may_apply": row.status == states.ImportStatus.CHECKED, "is_open": is_open, "events": queries.events_for_desk(row),
        "crumbs": [(_("Old projects taken over"), reverse("applications:desk:imports")), (row.source.name, None)],
    }, status=422 if form else 200)


@access(policies.imports)
def import_page(request: HttpRequest, uid: Any) -> HttpResponse:
    return _page(request, queries.batch_for(request.actor, uid))


@access(policies.imports)
@require_POST
def import_map(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.batch_for(request.actor, uid)
    form = _mapping(request, row, request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    job = actions.map_import(request.actor, row, mapping=form.mapping, options={"unit": form.cleaned_data["unit"]})
    return redirect("job", job.uid)


@access(policies.imports)
@require_POST
def import_apply(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.batch_for(request.actor, uid)
    return redirect("job", actions.order_import(request.actor, row, why=request.POST.get("why", "")).uid)


@access(policies.imports)
@require_POST
def import_discard(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.batch_for(request.actor, uid)
    actions.discard_import(request.actor, row, why=request.POST.get("why", "").strip())
    messages.success(request, _("Done."))
    return redirect(to(row))


@access(policies.imports)
def import_errors(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.batch_for(request.actor, uid)
    if row.errors is None:
        raise Http404
    return files.serve(row.errors, request.actor, str(row.uid))


def _unclear(rows: Any, value: str) -> Any:
    return rows.exclude(unclear=[]) if value == "yes" else rows.filter(unclear=[])


class OldProjects(lists.Listing):
    name = "old"
    title = gettext_lazy("Rows taken over")
    search_fields = ("number", "title", "unit_text", "leader_text")
    columns = (
        lists.Col("title", gettext_lazy("Title"), main=True, sub=lambda row: row.number),
        lists.Col("number", pgettext_lazy("old project", "Number"), export_only=True),
        lists.Col("year", gettext_lazy("Year"), kind="num", sort="year"),
        lists.Col("special", gettext_lazy("Class then → now"), value=lambda row: f"{row.special_text} → {row.klass}" if row.special_text != row.klass else row.klass),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.unit_text, sub=lambda row: row.leader_text),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader_text, export_only=True),
        lists.Col("amount", gettext_lazy("Money (10,000 yuan)"), kind="money", sort="amount"),
        lists.Col("state", gettext_lazy("State"), show=lambda row: row.get_state_display()),
        lists.Col("source", gettext_lazy("Source"), value=lambda row: row.source.name, link=lambda row: to(row.batch)),
        lists.Col("unclear", gettext_lazy("Unclear, kept as text"), value=lambda row: "；".join(row.unclear)),
    )
    facets = (
        lists.Facet("state", gettext_lazy("State"), states.OldState.choices),
        lists.Facet("unclear", gettext_lazy("Unclear"), [("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))], apply=_unclear),
    )
    sorts = {"new": "-pk", "year": "year", "year_down": "-year", "amount": "amount", "amount_down": "-amount"}  # noqa: RUF012
    empty_title = pgettext_lazy("old project", "Nothing has been taken over yet")

    def key(self, row: OldProject) -> str:
        return str(row.pk)


@access(policies.may_read_old)
def old_projects(request: HttpRequest) -> HttpResponse:
    listing = OldProjects()
    if policies.imports(request.actor) is not None:  # the table behind a row is for who takes it over
        listing.columns = tuple(lists.Col(one.name, one.label, value=one.value) if one.name == "source" else one for one in listing.columns)
    return lists.page(request, listing, queries.old_projects(request.actor), context={
        "actions": [(_("Tables"), reverse("applications:desk:imports"))] if policies.imports(request.actor) is None else [],
        "crumbs": [(_("Old projects taken over"), reverse("applications:desk:imports")), (_("Rows taken over"), None)]
        if policies.imports(request.actor) is None else [],
    })
