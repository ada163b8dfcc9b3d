"""What everybody may see: confirmed scores and grades, by special."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.web import charts, lists
from core.web.access import access
from core.web.access import public as everyone
from performance import queries, rules


class Scores(lists.Listing):
    name = "scores"
    title = gettext_lazy("Performance of projects")
    search_fields = ("project__number", "project__title", "project__unit__name")
    columns = (
        lists.Col("project", gettext_lazy("Project"), main=True, value=lambda row: row.project.title,
                  sub=lambda row: row.project.number),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.project.unit.name),
        lists.Col("special", gettext_lazy("Special"), value=lambda row: row.project.special.label),
        lists.Col("score", gettext_lazy("Performance score"), kind="num", show=lambda row: rules.shown(row.score), sort="score"),
        lists.Col("grade", gettext_lazy("Grade"), show=lambda row: row.grade_label),
        lists.Col("confirmed_at", gettext_lazy("Confirmed")),
    )
    sorts = {"new": "-pk", "score": "score", "score_down": "-score"}
    empty_title = gettext_lazy("No score has been confirmed yet")


@access(everyone)
def scores(request: HttpRequest) -> HttpResponse:
    english = (get_language() or "").startswith("en")
    by_special = [
        (row["project__special__name_en" if english else "project__special__name"], rules.shown(row["mean"]))
        for row in queries.by_special()
    ]
    return lists.page(request, Scores(), queries.confirmed(), template="performance/list.html", context={
        "lead": _("Scores are worked out from the targets of the contract and what the examination found."),
        "chart": charts.bars(_("Grades"), queries.grades(queries.confirmed()), note=_("number of projects")),
        "chart2": charts.bars(_("Mean score by special"), by_special, note=_("points of 100")),
        "crumbs": [(_("Performance of projects"), None)],
    })


def of_special(actor: Any, special: Any) -> tuple[str, dict[str, Any]] | None:
    """The slot on the page of a special: its grades and its best projects."""
    summary = queries.special_summary(special)
    if summary is None:
        return None
    return "performance/_special.html", {
        "summary": summary, "url": reverse("performance:public:scores"),
        "grades_chart": charts.bars(_("Grades of its evaluated projects"), summary["grades"], note=_("number of projects")),
    }
