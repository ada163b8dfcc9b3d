"""The audit desk: case files, the record and its seal, exports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import policies as applications
from core.web import lists
from core.web.access import access
from core.web.once import once
from portal import actions, policies, rules
from portal.forms import ExportForm
from portal.listings import Cases, Record
from portal.queries import cases as casefile
from portal.queries import oversight, record, things
from portal.queries.tables import TABLES


@access(policies.reads_ledger)
def home(request: HttpRequest) -> HttpResponse:
    """Numbers, red flags and pictures over everything the auditor may see."""
    return render(request, "portal/audit.html", {
        "title": _("Audit desk"), "kpis": oversight.kpis(request.actor), "flags": oversight.flags(request.actor),
        "charts": oversight.charts_of(request.actor), "latest": record.acts(
            request.actor, record.rows_for(request.actor).order_by("-pk")[:8]),
    })


@access(policies.is_auditor)
def cases(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Cases(), applications.visible_to(request.actor).filter(submitted_at__isnull=False),
                      context={"lead": _("Every submitted application with all that followed from it.")})


@access(policies.is_auditor)
def case(request: HttpRequest, ref: str) -> HttpResponse:
    actor, get = request.actor, request.GET.get
    if project := casefile.without_application(actor, ref):
        return redirect("programs:desk:entitlement", project.entitlement.uid)
    found = casefile.case_for(actor, ref)
    area, who = get("area", ""), get("who", "")
    return render(request, "portal/case.html", {
        "title": found.application.title or found.ref, "case": found, "area": area, "who": who,
        "timeline": casefile.timeline(actor, found, area, who), "versions": casefile.versions(found),
        "compared": casefile.compared(found, get("old", ""), get("new", "")),
        "entries": casefile.money(actor, found) if found.project else [],
        "sheets": casefile.sheets(actor, found), "draws": casefile.draws(found),
        "crumbs": [(_("Case files"), "/audit/cases/"), (found.ref, None)],
    })


@access(policies.reads_ledger)
def ledger(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Record(request.actor), record.rows_for(request.actor), context={
        "lead": _("Every act of the portal, written by the act itself; nothing can be changed or taken out."),
        "actions": [(_("The seal"), "/audit/seal/"), (_("Exports"), "/audit/exports/")],
    })


@access(policies.reads_ledger)
def row(request: HttpRequest, pk: int) -> HttpResponse:
    found = record.row_for(request.actor, pk)
    return render(request, "portal/row.html", {
        "title": record.verb_label(found.verb), "row": found, "kind": things.called(found.target_type), "act": record.acts(request.actor, [found])[0],
        "changes": rules.changes(rules.masked(found.before), rules.masked(found.after)),
        "details": record.details(found), "seal": record.seal_of(found),
        "crumbs": [(_("Record"), "/audit/ledger/"), (str(found.pk), None)],
    })


@access(policies.reads_ledger)
def seal(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/seal.html", {
        "title": _("The seal of the record"), "state": record.seal_state(), "checks": record.seal_checks(),
    })


@access(policies.reads_ledger)
@require_POST
@once
def seal_check(request: HttpRequest) -> HttpResponse:
    return redirect("job", uid=actions.ask_seal_check(request.actor).uid)


@access(policies.reads_ledger)
@once
def exports(request: HttpRequest) -> HttpResponse:
    """Ask for a table; the job shows its real progress and keeps the file."""
    allowed = [name for name, table in TABLES.items() if policies.may_export(request.actor, table) is None]
    form = ExportForm(request.POST or None, tables=allowed, initial={"table": allowed[0]})
    if request.method == "POST" and form.is_valid():
        return redirect("job", uid=actions.ask_export(request.actor, **form.cleaned_data).uid)
    return render(request, "portal/exports.html", {
        "title": _("Exports"), "form": form, "jobs": oversight.exports_of(request.actor), "tables": [TABLES[n] for n in allowed],
    }, status=422 if form.errors else 200)
