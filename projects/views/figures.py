"""Figures cut by tags: money and number by industry cluster, basic-research stream, stage of the innovation chain."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import clock
from core.web import charts, export
from core.web.access import access
from programs.states import Dimension
from projects import policies, queries


def _chosen(request: HttpRequest) -> tuple[str, str, str]:
    """(dimension, year, plan) from the address; what is unknown there is left out."""
    dimension = request.GET.get("by", "")
    year, plan = request.GET.get("year", ""), request.GET.get("plan", "")
    return (
        dimension if dimension in Dimension.values else Dimension.CLUSTER.value,
        year if year in dict(queries.year_choices()) else "", plan if plan in dict(queries.plan_choices()) else "",
    )


@access(policies.is_desk)
def tag_figures(request: HttpRequest) -> HttpResponse:
    dimension, year, plan = _chosen(request)
    rows = policies.visible_to(request.actor)
    rows = rows.filter(awarded_at__year=year) if year else rows
    rows = rows.filter(special__plan__code=plan) if plan else rows
    figures = queries.tag_figures(rows, dimension)
    title = _("Projects by tag: %(by)s") % {"by": Dimension(dimension).label}
    if request.GET.get("export") in ("xlsx", "csv"):
        return _exported(request, figures, title)
    tagged = [row for row in figures["rows"] if row["code"]]
    return render(request, "projects/tag_figures.html", {
        "title": title, "figures": figures, "dimensions": Dimension.choices, "by": dimension, "year": year, "plan": plan,
        "years": queries.year_choices(), "plans": queries.plan_choices(),
        "chart": charts.bars(_("Grants by tag"), [
            (row["label"], (row["money"] / 10000).quantize(Decimal(1))) for row in sorted(tagged, key=lambda r: -r["money"])[:12]],
            note=_("10,000 yuan; the twelve largest")),
        "chart2": charts.bars(_("Projects by tag"), [
            (row["label"], row["count"]) for row in sorted(tagged, key=lambda r: -r["count"])[:12]], note=_("number of projects")),
    })


def _exported(request: HttpRequest, figures: dict[str, Any], title: str) -> HttpResponse:
    columns = [
        export.Column("list", _("Code list")), export.Column("code", _("Code")), export.Column("label", _("Tag")),
        export.Column("year", _("Year"), _("year of the award")), export.Column("count", _("Projects")),
        export.Column("money", _("Grants"), "", _("yuan")),
    ]

    def rows() -> Iterator[list[Any]]:
        for row in figures["rows"]:
            for year, (count, money) in zip(figures["years"], row["cells"], strict=True):
                yield [row["list"], row["code"], row["label"], year, count, money]

    name = f"{title}-{clock.today():%Y%m%d}"
    if request.GET["export"] == "csv":
        body, mime, name = export.to_csv(columns, rows()), "text/csv; charset=utf-8", f"{name}.csv"
    else:
        body, mime, name = export.to_xlsx(columns, rows(), title=title, source=request.get_full_path()), export.MIME_XLSX, f"{name}.xlsx"
    return HttpResponse(body, content_type=mime, headers={"Content-Disposition": content_disposition_header(True, name)})
