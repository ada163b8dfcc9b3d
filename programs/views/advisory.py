"""Advisory bodies of future industries (clause R5): desk, the body's own page, public overview."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from core import clock, files
from core.web import lists, steps
from core.web.access import access, public, signed_in
from core.web.once import once
from programs import actions, policies, queries
from programs.forms.portfolios import (
    AcceptForm,
    BodyEndForm,
    BodyForm,
    BodyMoneyForm,
    ReportForm,
)
from programs.models import AdvisoryBody
from programs.views.attempt import attempt
from programs.views.plans import events_of

TONES = {"FILED": "doing", "ACCEPTED": "good", "RETURNED": "warn"}


def body_url(body: AdvisoryBody) -> str:
    return reverse("programs:desk:advisory_body", args=[body.uid])


class Bodies(lists.Listing):
    name = "advisory"
    title = gettext_lazy("Advisory bodies of future industries")
    search_fields = ("organisation__name", "industry__name")
    sorts = {"industry": "industry__order", "since": "-since"}
    columns = (
        lists.Col("organisation", gettext_lazy("Advisory body"), main=True, link=body_url, value=lambda row: row.organisation.name),
        lists.Col("industry", gettext_lazy("Future industry"), value=lambda row: row.industry.label),
        lists.Col("since", pgettext_lazy("term", "From"), sort="since"),
        lists.Col("until", pgettext_lazy("term", "Until")),
        lists.Col("money", gettext_lazy("Money of all years (10,000 yuan)"), kind="money", value=lambda row: row.money or 0),
    )
    facets = (
        lists.Facet("at_work", gettext_lazy("Shown"), (("yes", gettext_lazy("At work")),), lambda rows, value: rows.filter(queries.at_work())),
    )
    empty_title = gettext_lazy("No advisory body yet")
    empty_text = gettext_lazy("Clause R5: one advisory body for each future industry.")


@access(policies.is_staff)
def body_list(request: HttpRequest) -> HttpResponse:
    planner = policies.is_planner(request.actor) is None
    context = {
        "actions": [(_("Register an advisory body"), reverse("programs:desk:advisory_new"))] if planner else [],
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (_("Advisory bodies"), None)],
    }
    return lists.page(request, Bodies(), queries.bodies(), context=context)


@access(policies.is_planner)
@once
def body_new(request: HttpRequest) -> HttpResponse:
    form = BodyForm(request.POST or None, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        industry = queries.future_industries().get(pk=int(values["industry"]))
        body = attempt(form, actions.register_body, request.actor, form.found, industry=industry, tasks=values["tasks"],
                       since=values["since"])
        if body:
            messages.success(request, _("The advisory body is registered."))
            return redirect(body_url(body))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Register an advisory body"), "back": reverse("programs:desk:advisory"), "submit": _("Register"),
    })


def _page(request: HttpRequest, body: AdvisoryBody, **more: Any) -> HttpResponse:
    context = {
        "title": body.organisation.name, "body": body, "years": list(body.years.all()),
        "reports": [(row, TONES.get(row.status, "")) for row in queries.reports_of_body(request.actor, body)], **more,
    }
    return render(request, "programs/advisory_body.html", context)


@access(policies.is_staff)
def body(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_body(uid)
    working = policies.is_planner(request.actor) is None and row.is_at_work
    return _page(
        request, row, events=events_of(row), planner=policies.is_planner(request.actor) is None, accept_form=AcceptForm(),
        money_form=BodyMoneyForm(initial={"year": clock.today().year}) if working else None,
        end_form=BodyEndForm(initial={"until": clock.today()}) if working and row.until is None else None,
        crumbs=[(_("Advisory bodies"), reverse("programs:desk:advisory")), (row.organisation.name, None)],
    )


@access(policies.is_planner)
@require_POST
def body_money(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_body(uid)
    actions.set_advisory_money(request.actor, row, **steps.cleaned(BodyMoneyForm(request.POST)))
    messages.success(request, _("Saved."))
    return redirect(body_url(row))


@access(policies.is_planner)
@require_POST
def body_end(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_body(uid)
    actions.end_body(request.actor, row, **steps.cleaned(BodyEndForm(request.POST)))
    messages.success(request, _("Done."))
    return redirect(body_url(row))


@access(policies.is_planner)
@require_POST
def report_step(request: HttpRequest, uid: Any, verb: str) -> HttpResponse:
    row = queries.get_report(request.actor, uid)
    if verb == "accept":
        actions.accept_report(request.actor, row, is_public=steps.cleaned(AcceptForm(request.POST))["is_public"])
    elif verb == "return":
        actions.return_report(request.actor, row, why=request.POST.get("why", "").strip())
    else:
        raise Http404
    messages.success(request, _("Done."))
    return redirect(body_url(row.body))


@access(public)
def report_file(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_report(request.actor, uid)
    if row.file is None:
        raise Http404
    return files.serve(row.file, request.actor, f"{row.body.organisation} {row.year}", inline=True)


@access(signed_in)
@once
def own(request: HttpRequest, uid: Any) -> HttpResponse:
    """The body's own page: its money, its reports, a form for the next one."""
    row = queries.own_body(request.actor, uid)
    form = ReportForm(request.POST or None, request.FILES or None, initial={"year": clock.today().year})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            filed = attempt(form, actions.file_report, request.actor, row, year=values["year"], title=values["title"],
                            summary=values["summary"], upload=values["file"])
        except files.BadFile as error:
            form.add_error("file", str(error))
            filed = None
        if filed:
            messages.success(request, _("The report is filed."))
            return redirect("programs:my:advisory_body", row.uid)
    return _page(request, row, own=True, report_form=form if row.is_at_work else None,
                 crumbs=[(_("My page"), reverse("portal:my:home")), (_("Advisory body"), None)])


@access(public)
def overview(request: HttpRequest) -> HttpResponse:
    """Every future industry with the body in charge and its public reports."""
    rows = [(industry, body_, list(queries.reports_of_body(request.actor, body_).filter(is_public=True)[:5]) if body_ else [])
            for industry, body_ in queries.industries()]
    context = {"title": _("Advisory bodies of future industries"), "rows": rows, "crumbs": [(_("Home"), "/"), (_("Advisory bodies"), None)]}
    return render(request, "programs/advisory.html", context)
