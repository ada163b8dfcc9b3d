"""Public pages: search of guides, the guide page, its calendar entry, the programme tree, specials, plans."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import (
    clock,
    files,
)
from core.web import (
    charts,
)
from core.web.access import access, public
from notices import queries as notices
from programs import queries, states
from programs.models import Guide

TONES = {states.GuideStatus.OPEN: "good", states.GuideStatus.PUBLISHED: "doing", states.GuideStatus.WITHDRAWN: "bad"}


def guide_url(guide: Guide) -> str:
    return reverse("programs:public:guide", args=[guide.year, guide.slug])


def phase_label(value: str) -> str:
    return str({"OPEN": _("Open now"), "PUBLISHED": _("Opening soon"), "CLOSED": _("Closed")}.get(
        value, states.GuideStatus(value).label))


def title_of(guide: Guide) -> str:
    return guide.title_en if queries.is_english() and guide.title_en else guide.title


@access(public)
def guide(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    row = queries.public_guide(request.actor, year, slug)
    page = queries.guide_page(row, sources=queries.topics.topic_sources(row))
    context = {
        "title": title_of(row), "page": page, "guide": row, "chain": queries.basis_chain(row), "tags": queries.guide_tags(row.version),
        "phase_label": phase_label(page.phase), "tone": TONES.get(page.phase, ""),
        "start_url": reverse("applications:my:start", args=[row.ref]) if page.window and not queries.without_application(row) else "",
        "entitles": queries.without_application(row), "gone": row.status in states.GONE_STATUSES, "successors": queries.successors_of(row),
        "notices": notices.about(row).filter(is_public=True, status="ISSUED"), "windows": row.windows.all(),
        "printing": "print" in request.GET, "late": queries.late_grant(row),
        "crumbs": [(_("Home"), "/"), (_("Application guides"), reverse("programs:public:guides")), (title_of(row), None)],
    }
    return render(request, "programs/guide.html", context)


@access(public)
def guide_file(request: HttpRequest, year: int, slug: str, uid: str) -> HttpResponse:
    """A blank form, an annex or the template of the contract, of a guide the reader may see."""
    row = queries.public_guide(request.actor, year, slug)
    return files.serve(queries.file_for(row, uid), request.actor, row.ref)


@access(public)
def calendar(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """One entry per window with reminders a week and a day before the close; the same UID when dates move."""
    row = queries.public_guide(request.actor, year, slug)
    return calendar_of(request, queries.closing_entries(row, guide_url(row)), title_of(row), row.ref)


def calendar_of(request: HttpRequest, entries: list[Any], name: str, file: str, headers: dict[str, str] | None = None) -> HttpResponse:
    body = queries.calendar_text(entries, name, request.build_absolute_uri("/").rstrip("/"), clock.now())
    return HttpResponse(body, content_type="text/calendar; charset=utf-8",
                        headers={"Content-Disposition": f'attachment; filename="{file}.ics"', **(headers or {})})


@access(public)
def tree(request: HttpRequest) -> HttpResponse:
    """The programme tree: the version in force, any other by ?version=, or as of a day by ?on= (clause P4)."""
    context = {
        **queries.tree_page(request.actor, request.GET.get("version", ""), request.GET.get("on", "")), "title": _("Programme tree"),
        "special_base": reverse("programs:public:tree"), "annual": queries.published_plans(), "crumbs": [(_("Home"), "/"), (_("Programme tree"), None)],
    }
    return render(request, "programs/tree.html", context)


@access(public)
def special(request: HttpRequest, tree: str, code: str) -> HttpResponse:
    row = queries.special_for(request.actor, tree, code)
    numbers = queries.special_numbers(row)
    context = {
        "title": row.label, "special": row, "numbers": numbers, "kpis": queries.special_kpis(numbers),
        "chart": charts.bullet(
            _("Committed against planned, by year"), queries.committed_by_year(numbers),
            note=_("10,000 yuan; plans approved so far"),
        ),
        "guides": queries.guide_cards(row),
        "policies": queries.documents_for(row, clock.today()), "cases": queries.adjustments_of(row),
        "lineage_url": reverse("programs:public:special_lineage", args=[tree, code]),
        "crumbs": [(_("Programme tree"), f"{reverse('programs:public:tree')}?version={tree}"), (row.label, None)],
    }
    return render(request, "programs/special.html", context)


@access(public)
def annual_plan(request: HttpRequest, year: int) -> HttpResponse:
    plan = queries.get_plan(request.actor, year)
    items = queries.items_of(plan)
    context = {**queries.plan_history(request.actor, plan, request.GET.get("on", ""), public=True),
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
        "is_valid": queries.is_valid(row, clock.today()), **queries.document_page(request.actor, row),
        "crumbs": [(_("Programme tree"), reverse("programs:public:tree")), (row.number, None)],
    }
    return render(request, "programs/policy_document.html", context)


@access(public)
def adjustment(request: HttpRequest, ref: str) -> HttpResponse:
    """A decided case: what, why, from when, with its official document (clause R3)."""
    row = queries.get_adjustment(request.actor, ref)
    context = {
        "title": row.title, "case": row, "evidence": list(row.evidence.all()), "proposal": queries.proposal_lines(row),
        "notices": notices.about(row).filter(is_public=True, status="ISSUED"),
        "crumbs": [(_("Programme tree"), reverse("programs:public:tree")), (row.ref, None)],
    }
    return render(request, "programs/adjustment_public.html", context)
