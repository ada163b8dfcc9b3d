"""Machines: the tree, specials, plans and guides to read; the moves of a guide."""

from __future__ import annotations

from typing import Any

from django.utils.translation import (
    gettext as _,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public
from core.web.api import KeysetPagination, Strict, Verb, actor
from programs import (
    actions,
    policies,
    queries,
)
from programs.models import (
    AnnualPlan,
    AnnualPlanItem,
    Guide,
    Special,
)


class WhyInput(Strict):
    why = serializers.CharField(max_length=2000)


class OptionalWhyInput(Strict):
    why = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


def show_special(special: Special) -> dict[str, Any]:
    return {
        "code": special.code, "name": special.name, "name_en": special.name_en, "status": special.status,
        "funding_modes": special.funding_modes, "review_modes": special.review_modes,
        "budget_scheme": special.budget_scheme, "amount_note": special.amount_note, "source": special.source,
        "confidence": special.confidence,
    }


def show_guide(guide: Guide) -> dict[str, Any]:
    """The public columns; money in yuan as text, times with their zone."""
    return {
        "ref": guide.ref, "year": guide.year, "title": guide.title, "title_en": guide.title_en, "status": guide.status,
        "plan": guide.special.plan.code, "special": guide.special.code, "funding_mode": guide.funding_mode,
        "max_projects": guide.max_projects, "budget_control": str(guide.budget_control),
        "cap_per_project": str(guide.cap_per_project), "contract_required": guide.contract_required,
        "publicity_days": guide.publicity_days, "is_open": queries.is_open(guide), "is_demo": guide.is_demo,
        "windows": [{"opens_at": w.opens_at.isoformat(), "closes_at": w.closes_at.isoformat()} for w in guide.windows.all()],
        "late_filing": {"begun_before": late.begun_before.isoformat(), "closes_at": late.closes_at.isoformat()} if (late := queries.late_grant(guide)) else None,
        "version": guide.version.number if guide.version else None, "sha256": guide.version.sha256 if guide.version else "",
    }


class Tree(APIView):
    """GET ?version= or ?on=: a version of the programme tree with its plans and specials."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        found = queries.tree_page(actor(request), request.GET.get("version", ""), request.GET.get("on", ""))
        tree = found["tree"]
        if tree is None or found["on_problem"]:
            return Response({"reasons": [found["on_problem"] or _("No version of the tree is known for this day.")]}, status=404)
        return Response({
            "code": tree.code, "name": tree.name, "name_en": tree.name_en, "effective_from": tree.effective_from,
            "effective_to": tree.effective_to, "status": tree.status, "is_ready": tree.is_ready,
            "plans": [
                {"code": plan.code, "name": plan.name, "name_en": plan.name_en,
                 "specials": [show_special(special) for special in plan.specials.all()]}
                for plan in queries.plans_of(tree)
            ],
        })


class SpecialDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, tree: str, code: str) -> Response:
        special = queries.special_for(actor(request), tree, code)
        numbers = queries.special_numbers(special)
        years = [{**row, "money": str(row["money"]), "committed": str(row["committed"])} for row in numbers["years"]]
        return Response({**show_special(special), "tree": tree, "plan": special.plan.code, "years": years})


def show_item(item: AnnualPlanItem) -> dict[str, Any]:
    return {
        "special": item.special.code, "title": item.title, "title_en": item.title_en, "money": str(item.money),
        "count": item.count, "opens_month": item.opens_month, "closes_month": item.closes_month,
        "committed": str(item.committed), "awarded_count": item.awarded_count, "id": item.pk, "opens_on": item.opens_on,
        "closes_on": item.closes_on, "funding_mode": item.funding_mode, "review_mode": item.review_mode,
        "is_cancelled": item.cancelled_at is not None,
    }


def show_plan(plan: AnnualPlan) -> dict[str, Any]:
    return {
        "year": plan.year, "status": plan.status, "control_figure": str(plan.control_figure), "reserve": str(plan.reserve),
        "items": [show_item(item) for item in queries.items_of(plan)],
    }


class AnnualPlanDetail(APIView):
    """GET: the plan with its items; ?on=2026-06-30 gives the version in force on that day."""

    question = staticmethod(public)

    def get(self, request: Request, year: int) -> Response:
        plan = queries.get_plan(actor(request), year)
        if not (on := request.GET.get("on", "")):
            return Response(show_plan(plan))
        try:
            version = queries.plan_on(plan, on)
        except (ValueError, OverflowError):
            return Response({"fields": {"on": [_("“%(day)s” is no day; write it like 2026-03-31.") % {"day": on[:20]}]}}, status=400)
        if version is None:
            return Response({"reasons": [_("The plan was not approved yet on that day.")]}, status=404)
        return Response({"version": version.number, "at": version.at, "sha256": version.sha256, **version.data})


class GuideList(APIView):
    """GET ?q=&phase=open|coming|closed&year=&plan=&who=&funding_mode=&amount=: published guides by the filters of the public
    search; staff see theirs in every state."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        rows = queries.search_calls(actor(request), request.GET)
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([show_guide(guide) for guide in found])


class GuideDetail(APIView):
    """GET one guide with the data of its current version (conditions, form, materials, score sheet ...)."""

    question = staticmethod(public)

    def get(self, request: Request, ref: str) -> Response:
        guide = queries.get_for(actor(request), ref)
        return Response({**show_guide(guide), "data": guide.version.data if guide.version else {}})


class GuideVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_for)
    show = staticmethod(show_guide)


class Submit(GuideVerb):
    act = staticmethod(actions.submit_guide)


class Agree(GuideVerb):
    act = staticmethod(actions.agree_guide)
    serializer_class = OptionalWhyInput


class Approve(GuideVerb):
    act = staticmethod(actions.approve_guide)
    serializer_class = OptionalWhyInput


class Return(GuideVerb):
    act = staticmethod(actions.return_guide)
    serializer_class = WhyInput


class Discard(GuideVerb):
    act = staticmethod(actions.discard_guide)
    serializer_class = WhyInput


class Publish(GuideVerb):
    act = staticmethod(actions.publish_guide)


class Withdraw(GuideVerb):
    act = staticmethod(actions.withdraw_guide)
    serializer_class = WhyInput
