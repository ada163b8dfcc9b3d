"""Money and concentration for everybody; plan against reality for the desks."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.pauses import unless_paused
from core.web import export, lists
from core.web.access import access, public
from portal.queries import figures
from programs import policies as programmes
from programs import queries as programme


@access(public)
@unless_paused("STATISTICS")
def public_page(request: HttpRequest) -> HttpResponse:
    """Money by category and year, concentration by cluster (clause P1), success rates; every chart with its table."""
    return render(request, "portal/figures.html", {
        "title": _("Money, concentration and success rates"), **figures.public_figures(request.GET.get("year", "")),
        "crumbs": [(_("Programme tree"), reverse("programs:public:tree")), (_("Figures"), None)],
    })


@access(public)
@unless_paused("STATISTICS")
def download(request: HttpRequest, table: str, kind: str) -> HttpResponse:
    """A table of the page as CSV, or as XLSX with its dictionary."""
    if table not in figures.TABLES or kind not in ("csv", "xlsx"):
        raise Http404
    title, columns, rows = figures.figure_table(table)
    if kind == "csv":
        body, mime = export.to_csv(columns, rows), "text/csv; charset=utf-8"
    else:
        body, mime = export.to_xlsx(columns, rows, title=title, source=request.get_full_path()), export.MIME_XLSX
    name = f"{title}-{clock.today():%Y%m%d}.{kind}"
    return HttpResponse(body, content_type=mime, headers={"Content-Disposition": content_disposition_header(True, name)})


class PlanActual(lists.Listing):
    name = "plan_actual"
    title = gettext_lazy("Plan against reality")
    search_fields = ("title", "title_en", "special__name", "special__code")
    sorts = {"place": "order", "money": "-money", "money_up": "money", "committed": "-committed", "committed_up": "committed"}
    per_page = 50
    columns = (
        lists.Col("label", gettext_lazy("Plan item"), main=True, sub=lambda row: f"{row.special.plan.label} · {row.special.label}"),
        lists.Col("money", gettext_lazy("Planned (10,000 yuan)"), kind="money", sort="money", unit=gettext_lazy("10,000 yuan")),
        lists.Col("guide_money", gettext_lazy("Guides (10,000 yuan)"), kind="money", unit=gettext_lazy("10,000 yuan")),
        lists.Col("filed", gettext_lazy("Applications"), kind="num"),
        lists.Col("count", gettext_lazy("Awards planned"), export_only=True),
        lists.Col("awarded_count", gettext_lazy("Awarded"), kind="num", show=lambda row: f"{row.awarded_count} / {row.count}"),
        lists.Col("committed", gettext_lazy("Committed (10,000 yuan)"), kind="money", sort="committed", unit=gettext_lazy("10,000 yuan")),
        lists.Col("paid", gettext_lazy("Paid (10,000 yuan)"), kind="money", unit=gettext_lazy("10,000 yuan")),
        lists.Col("variance", gettext_lazy("Difference (10,000 yuan)"), kind="money", unit=gettext_lazy("10,000 yuan"), meaning=gettext_lazy("committed less planned")),
        lists.Col("window_text", gettext_lazy("Window planned"), sub=figures.opened_words),
        lists.Col("opened", gettext_lazy("First guide opened"), export_only=True),
        lists.Col("closed", gettext_lazy("First guide closed"), export_only=True),
        lists.Col("late_days", gettext_lazy("Days late"), export_only=True,
                  meaning=gettext_lazy("opening of the first guide after the planned time")),
        lists.Col("special__code", gettext_lazy("Code"), export_only=True),
    )
    facets = (lists.Facet("plan", gettext_lazy("Plan"), lambda: programme.plan_choices(),
                          lambda rows, value: rows.filter(special__plan__code=value)),)
    empty_title = gettext_lazy("The plan has no item yet.")

    def prepare(self, rows: list[Any]) -> None:
        figures.measure(rows)


@access(programmes.is_staff)
@unless_paused("STATISTICS")
def plan_actual(request: HttpRequest, year: int) -> HttpResponse:
    """Per item and category: planned, guides, applications, awards, commitments, payments, days."""
    plan = programme.get_plan(request.actor, year)
    back = reverse("programs:desk:plan", args=[year])
    return lists.page(request, PlanActual(), figures.actual_items(plan), template="portal/plan_actual.html", context={
        "title": _("Plan against reality, %(year)d") % {"year": year}, **figures.actual_by_category(plan),
        "crumbs": [(_("Annual plans"), reverse("programs:desk:plans")), (str(year), back), (_("Plan against reality"), None)],
    })
