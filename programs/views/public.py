"""Public pages: search of guides, the guide page, its calendar entry, the programme tree, specials, plans."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.web import charts, lists
from core.web.access import access, public
from core.web.templatetags.st import tag
from notices import queries as notices
from programs import queries, states
from programs.models import Guide

PHASES = (("open", gettext_lazy("Open now")), ("coming", gettext_lazy("Opening soon")), ("closed", gettext_lazy("Closed")))
TONES = {states.GuideStatus.OPEN: "good", states.GuideStatus.PUBLISHED: "doing", states.GuideStatus.WITHDRAWN: "bad"}


def guide_url(guide: Guide) -> str:
    return reverse("programs:public:guide", args=[guide.year, guide.slug])


def phase_label(value: str) -> str:
    return str({"OPEN": _("Open now"), "PUBLISHED": _("Opening soon"), "CLOSED": _("Closed")}.get(
        value, states.GuideStatus(value).label))


def title_of(guide: Guide) -> str:
    return guide.title_en if queries.is_english() and guide.title_en else guide.title


class Guides(lists.Listing):
    name = "guides"
    title = gettext_lazy("Application guides")
    search_column = "search"
    hint = gettext_lazy("Words of the title, the special or the text; a minus leaves a word out.")
    empty_title = gettext_lazy("No guide is published yet")
    sorts = {"close": "-closes_at", "close_up": "closes_at", "cap": "-cap_per_project", "cap_up": "cap_per_project"}
    columns = (
        lists.Col("title", gettext_lazy("Guide"), main=True, link=guide_url, show=title_of,
                  sub=lambda row: f"{row.special.plan.label} · {row.special.label}"),
        lists.Col("phase", gettext_lazy("State"), kind="tag", value=lambda row: row.phase_label, show=lambda row: row.phase_tag),
        lists.Col("opens_at", gettext_lazy("Opens"), export_only=True),
        lists.Col("closes_at", gettext_lazy("Closes (Beijing time)"), sort="close"),
        lists.Col("cap_per_project", gettext_lazy("At most per project (10,000 yuan)"), kind="money", sort="cap"),
        lists.Col("max_projects", gettext_lazy("Awards"), kind="num"),
    )
    facets = (
        lists.Facet("phase", gettext_lazy("State"), PHASES, queries.in_phase),
        lists.Facet("plan", gettext_lazy("Plan"), lambda: queries.plan_choices(),
                    lambda rows, value: rows.filter(special__plan__code=value)),
        lists.Facet("funding_mode", gettext_lazy("Way of funding"), states.FundingMode.choices),
        lists.Facet("year", gettext_lazy("Year"), lambda: queries.year_choices()),
    )

    def prepare(self, rows: list[Any]) -> None:
        now = clock.now()
        for row in rows:
            phase = queries.phase(row, now)
            row.phase_label = phase_label(phase)
            row.phase_tag = tag(row.phase_label, TONES.get(phase, ""))


@access(public)
def guides(request: HttpRequest) -> HttpResponse:
    rows = queries.public_guides()
    now = clock.now()
    first = not request.GET
    cards = [queries.guide_page(row, now=now) for row in queries.in_phase(rows, "open").order_by("closes_at")[:6]] if first else []
    context = {
        "cards": cards, "now": now, "expected": queries.expected_guides(clock.today()) if first else [],
        "crumbs": [(_("Home"), "/"), (_("Application guides"), None)],
    }
    return lists.page(request, Guides(), rows, template="programs/guides.html", context=context)


@access(public)
def guide(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    row = queries.public_guide(request.actor, year, slug)
    page = queries.guide_page(row)
    context = {
        "title": title_of(row), "page": page, "guide": row, "policies": list(row.policies.all()),
        "phase_label": phase_label(page.phase), "tone": TONES.get(page.phase, ""),
        "start_url": reverse("applications:my:start", args=[row.ref]) if page.window else "",
        "notices": notices.about(row).filter(is_public=True, status="ISSUED"),
        "crumbs": [(_("Home"), "/"), (_("Application guides"), reverse("programs:public:guides")), (title_of(row), None)],
    }
    return render(request, "programs/guide.html", context)


@access(public)
def calendar(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """One entry per window with reminders a week and a day before the close; the same UID when dates move."""
    row = queries.public_guide(request.actor, year, slug)
    body = render(request, "programs/guide.ics", {
        "guide": row, "windows": [(w, w.closes_at - timedelta(hours=1)) for w in row.windows.all()], "stamp": f"{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "url": request.build_absolute_uri(guide_url(row)),
    }).content.decode().replace("\r\n", "\n").replace("\n", "\r\n")
    return HttpResponse(body, content_type="text/calendar; charset=utf-8",
                        headers={"Content-Disposition": f'attachment; filename="{row.ref}.ics"'})


@access(public)
def tree(request: HttpRequest) -> HttpResponse:
    """The programme tree: the version in force, any other by ?version=, or as of a day by ?on= (clause P4)."""
    chosen = queries.tree_for(request.GET.get("version", ""), request.GET.get("on", ""))
    context = {
        "title": _("Programme tree"), "tree": chosen, "plans": queries.plans_of(chosen) if chosen else [],
        "trees": queries.trees(), "on": request.GET.get("on", ""), "current": queries.tree_as_of(),
        "special_base": reverse("programs:public:tree"), "annual": queries.published_plans(), "crumbs": [(_("Home"), "/"), (_("Programme tree"), None)],
    }
    return render(request, "programs/tree.html", context)


@access(public)
def special(request: HttpRequest, tree: str, code: str) -> HttpResponse:
    row = queries.get_special(tree, code)
    numbers = queries.special_numbers(row)
    context = {
        "title": row.label, "special": row, "numbers": numbers, "kpis": queries.special_kpis(numbers),
        "chart": charts.bullet(
            _("Committed against planned, by year"), queries.committed_by_year(numbers),
            note=_("10,000 yuan; plans approved so far"),
        ),
        "guides": queries.guide_cards(row),
        "policies": queries.documents_for(row, clock.today()),
        "crumbs": [(_("Programme tree"), f"{reverse('programs:public:tree')}?version={tree}"), (row.label, None)],
    }
    return render(request, "programs/special.html", context)


@access(public)
def annual_plan(request: HttpRequest, year: int) -> HttpResponse:
    plan = queries.get_plan(request.actor, year)
    items = queries.items_of(plan)
    context = {
        "title": _("Annual implementation plan %(year)d") % {"year": plan.year}, "plan": plan, "items": items,
        "sums": queries.plan_sums(items), "is_public_page": True, "tone": "",
        "chart": charts.bars(_("Money by plan"), queries.money_by_plan(items), note=_("10,000 yuan"), unit=""),
        "crumbs": [(_("Programme tree"), reverse("programs:public:tree")), (str(plan.year), None)],
    }
    return render(request, "programs/annual_plan.html", context)


@access(public)
def policy_document(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_document(request.actor, number)
    context = {
        "title": row.title, "document": row, "specials": row.specials.select_related("plan", "tree"),
        "is_valid": queries.is_valid(row, clock.today()), "crumbs": [(_("Programme tree"), reverse("programs:public:tree")), (row.number, None)],
    }
    return render(request, "programs/policy_document.html", context)
