"""Public pages over time: two versions of the tree compared, one special through all versions, a year by its own tree."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.web import charts
from core.web.access import access, public
from programs import policies, queries


@access(public)
def compare(request: HttpRequest) -> HttpResponse:
    """What changed between two versions: added, gone, renamed, moved, split, merged, with the mapping (clause P4)."""
    found = queries.compared_trees(request.actor, request.GET.get("from", ""), request.GET.get("to", ""))
    return render(request, "programs/tree_compare.html", {
        **found, "title": _("Versions compared"), "crumbs": [(_("Programme tree"), reverse("programs:public:tree")), (_("Versions compared"), None)],
    })


@access(public)
def special_lineage(request: HttpRequest, tree: str, code: str) -> HttpResponse:
    """One special over the versions, and its numbers over the years with the mapping followed (clauses P3, P4)."""
    row = queries.special_for(request.actor, tree, code)
    follow = request.GET.get("follow", "1") != "0"
    numbers = queries.followed_numbers(row) if follow else queries.special_numbers(row)
    here = reverse("programs:public:special", args=[tree, code])
    return render(request, "programs/special_lineage.html", {
        "title": row.label, "special": row, "entries": queries.lineage_of(request.actor, row), "follow": follow,
        "endings": queries.endings_of(row), "numbers": numbers, "kpis": queries.special_kpis(numbers),
        "chart": charts.bullet(_("Committed against planned, by year"), queries.committed_by_year(numbers),
                               note=_("10,000 yuan; plans approved so far")),
        "crumbs": [(_("Programme tree"), f"{reverse('programs:public:tree')}?version={tree}"), (row.label, here), (_("Over the versions"), None)],
    })


@access(policies.is_staff)
def year_report(request: HttpRequest, year: int) -> HttpResponse:
    """Planned, committed and awarded of a year by the tree of that year, and the numbers that began to decide in it (T3)."""
    if not 2000 <= year <= 2100:
        raise Http404
    found = queries.year_report(year)
    return render(request, "programs/year_report.html", {
        **found, "title": _("Year %(year)d by its own tree and rules") % {"year": year}, "years": queries.report_years(),
        "rules": [(row, " ".join(queries.measured(row.value, row.unit)).strip()) for row in queries.rules_of_year(year)],
        "chart": charts.bullet(_("Committed against planned, by plan"), [
            (plan["plan"].label, plan["committed"] / 10000, plan["money"] / 10000) for plan in found["plans"]], note=_("10,000 yuan")),
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (str(year), None)],
    })
