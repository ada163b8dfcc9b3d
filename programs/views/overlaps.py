"""The report of overlap between specials (clause P2): every pair with its number, and what stands behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.web import charts, lists
from core.web.access import access
from core.web.templatetags.st import tag
from programs import actions, policies, queries
from programs.models import OverlapPair

PARTS = (
    ("aims", gettext_lazy("Aims")), ("conditions", gettext_lazy("Conditions")), ("applicants", gettext_lazy("Applicants")),
    ("topics", gettext_lazy("Funded topics")),
)


def percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"


def pair_url(pair: OverlapPair) -> str:
    return reverse("programs:desk:overlap_pair", args=[pair.pk])


class Pairs(lists.Listing):
    name = "overlaps"
    title = gettext_lazy("Overlap of specials")
    search_fields = ("first__name", "second__name", "first__code", "second__code")
    sorts = {"number": "-number", "number_up": "number", "topics": "-topics", "applicants": "-applicants"}
    columns = (
        lists.Col("pair", gettext_lazy("Pair"), main=True, link=pair_url, value=lambda row: f"{row.first.label} ～ {row.second.label}",
                  sub=lambda row: f"{row.first.plan.label} · {row.second.plan.label}"),
        lists.Col("number", gettext_lazy("Overlap"), kind="tag", sort="number", value=lambda row: row.number,
                  show=lambda row: tag(percent(row.number), "warn" if row.number >= row.report.flag else "")),
        *(lists.Col(name, label, kind="num", value=lambda row, name=name: getattr(row, name),
                    show=lambda row, name=name: percent(getattr(row, name))) for name, label in PARTS),
    )
    facets = (
        lists.Facet("flagged", gettext_lazy("Shown"), (("yes", gettext_lazy("Above the mark")),),
                    lambda rows, value: rows.filter(number__gte=rows[0].report.flag) if rows else rows),
        lists.Facet("plan", gettext_lazy("Plan"), lambda: queries.plan_choices(),
                    lambda rows, value: rows.filter(first__plan__code=value) | rows.filter(second__plan__code=value)),
    )
    empty_title = gettext_lazy("No report yet")
    empty_text = gettext_lazy("Make one: every two specials of the tree in force are compared.")


@access(policies.is_staff)
def overlap(request: HttpRequest) -> HttpResponse:
    report = queries.last_overlap()
    rows = queries.pairs_of(report)
    top = [(f"{p.first.label} ～ {p.second.label}", p.number * 100) for p in rows[:8]]
    context: dict[str, Any] = {
        "report": report, "may_make": policies.may_draft_adjustments(request.actor) is None,
        "weights": [(label, percent(Decimal(report.weights[name]))) for name, label in PARTS] if report else [],
        "flag": percent(report.flag) if report else "",
        "chart": charts.bars(_("Largest overlaps"), top, note=_("per cent"), unit="%") if top else None,
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (_("Overlap of specials"), None)],
    }
    return lists.page(request, Pairs(), rows, template="programs/overlap.html", context=context)


@access(policies.may_draft_adjustments)
@require_POST
def overlap_make(request: HttpRequest) -> HttpResponse:
    job = actions.ask_overlap(request.actor, queries.tree_as_of())
    return redirect("job", job.uid)


@access(policies.is_staff)
def overlap_pair(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.get_pair(pk)
    context = {
        "title": f"{row.first.label} ～ {row.second.label}", "pair": row, "number": percent(row.number),
        "parts": [(label, percent(getattr(row, name))) for name, label in PARTS],
        "same_conditions": [queries.words(leaf) for leaf in row.behind["conditions"]],
        "topics": [(percent(Decimal(value)), a, b) for value, a, b in row.behind["topics"]],
        "crumbs": [(_("Overlap of specials"), reverse("programs:desk:overlap")), (_("Pair"), None)],
    }
    return render(request, "programs/overlap_pair.html", context)
