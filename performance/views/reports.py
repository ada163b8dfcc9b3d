"""The undertaking side: begin a report, fill it in, hand it in; the unit files it or returns it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import files
from core.web import lists, steps
from core.web.access import access, signed_in
from core.web.once import once
from performance import actions, policies, queries, states
from performance.forms import AssessForm, ReportForm, ResultForm
from performance.models import Report
from performance.workflow import REPORT

TONES = {"DRAFT": "warn", "RETURNED": "warn", "UNIT_PENDING": "doing", "FILED": "doing", "CLOSED": "good"}


def url_of(report: Report) -> str:
    return reverse("performance:my:report", args=[report.uid])


class Reports(lists.Listing):
    name = "reports"
    title = gettext_lazy("Reports")
    search_fields = ("project__number", "project__title")
    columns = (
        lists.Col("project", gettext_lazy("Project"), main=True, link=url_of, value=lambda row: row.project.title,
                  sub=lambda row: row.project.number),
        lists.Col("kind", gettext_lazy("Kind"), show=lambda row: row.kind_label),
        lists.Col("year", gettext_lazy("Year"), kind="num"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, TONES[row.status])),
        lists.Col("filed_at", gettext_lazy("Filed on")),
    )
    facets = (
        lists.Facet("kind", gettext_lazy("Kind"), states.ReportKind.choices),
        lists.Facet("status", gettext_lazy("State"), states.ReportStatus.choices),
    )
    empty_title = gettext_lazy("No report yet")
    empty_text = gettext_lazy("Reports are begun on the page of a project.")


@access(signed_in)
def report_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Reports(), policies.reports_visible_to(request.actor))


@access(signed_in)
@require_POST
@once
def start(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    project = queries.get_project(request.actor, number)
    report = actions.start_report(request.actor, project, kind=kind.upper())
    return redirect(url_of(report))


def result_forms(report: Report, data: Any = None) -> list[ResultForm]:
    return [ResultForm(data, result=result) for result in queries.results_of(report)]


def _buttons(request: HttpRequest, report: Report) -> list[dict[str, Any]]:
    urls = {verb: reverse(f"performance:my:report_{verb}", args=[report.uid]) for verb in ("hand_in", "return", "file")}
    return steps.buttons(REPORT, request.actor, report, urls, needs_why=("return",))


def _context(request: HttpRequest, report: Report, form: Any, rows: list[ResultForm]) -> dict[str, Any]:
    return {
        "title": f"{report.project.title} · {report.kind_label}", "report": report, "form": form, "rows": rows,
        "editable": may_write(request.actor, report), "buttons": _buttons(request, report),
        "tone": TONES[report.status], "acceptance": queries.acceptance_of(report),
        "events": queries.history_of([report]),
        "assess": AssessForm() if report.kind == "ANNUAL" and "favour" in REPORT.open_to(request.actor, report) else None,
        "crumbs": [
            (_("My projects"), reverse("projects:my:projects")),
            (report.project.number, reverse("projects:my:project", args=[report.project.number])),
            (report.kind_label, None),
        ],
    }


def may_write(actor: Any, report: Report) -> bool:
    return report.status in actions.EDITABLE and policies.is_reporter(actor, report) is None


@access(signed_in)
def report(request: HttpRequest, uid: Any) -> HttpResponse:
    """The report; the leader writes it here until it is handed in. A wrong entry keeps everything that was typed."""
    row = queries.get_report(request.actor, uid)
    if request.method != "POST":
        return render(request, "performance/report.html",
                      _context(request, row, ReportForm(report=row), result_forms(row)))
    form, rows = ReportForm(request.POST, request.FILES, report=row), result_forms(row, request.POST)
    good = [one.is_valid() for one in (form, *rows)]
    if all(good) and save(request, row, form, rows):
        messages.success(request, _("Saved."))
        return redirect(url_of(row))
    return render(request, "performance/report.html", _context(request, row, form, rows), status=422)


def save(request: HttpRequest, row: Report, form: ReportForm, rows: list[ResultForm]) -> bool:
    """Text, money, results, then the file; a refused file is said beside its field and the rest is kept."""
    data = form.cleaned_data
    actions.save_report(request.actor, row, rev=data["rev"], done=data["done"], problems=data["problems"],
                        outlook=data["outlook"], spent=data["spent"])
    for one in rows:
        actions.save_result(request.actor, one.result, **one.cleaned_data)
    if data["file"]:
        try:
            actions.attach(request.actor, row, data["file"])
        except files.BadFile as error:
            form.add_error("file", str(error))
            return False
    return True


@access(signed_in)
def report_file(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_report(request.actor, uid)
    if row.file is None:
        return redirect(url_of(row))
    return files.serve(row.file, request.actor, row.project.number, inline=True)


report_hand_in = steps.step_view(queries.get_report, actions.hand_in, question=signed_in, to=url_of)
report_return = steps.step_view(queries.get_report, actions.return_report, question=signed_in, to=url_of, needs_why=True)
report_file_with_bureau = steps.step_view(queries.get_report, actions.file_report, question=signed_in, to=url_of)


def of_project(actor: Any, project: Any) -> tuple[str, dict[str, Any]] | None:
    """The slot on the page of a project: its reports, examinations and score, and the leader's buttons."""
    starts = []
    if policies.leads(actor, project) is None and queries.owes_reports(project):
        if project.status in actions.REPORTABLE[states.ReportKind.FINAL]:
            starts.append(("final", _("Write the final report"), not starts))
        if project.status in actions.REPORTABLE[states.ReportKind.ANNUAL]:
            starts.append(("annual", _("Write the annual report of %(year)s") % {"year": queries.year_to_report(project)}, not starts))
    reports = list(queries.reports_of(actor, project))
    if not reports and not starts and project.status not in queries.ENDED:
        return None
    return "performance/_project.html", {
        "project": project, "reports": reports, "acceptances": queries.acceptances_of(actor, project), "starts": starts,
        "may_start": bool(starts), "evaluation": queries.evaluation_of(actor, project), "staff": policies.is_staff(actor) is None,
    }
