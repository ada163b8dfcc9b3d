"""Machines: the tree, specials, plans and guides to read; the staff's moves as verbs."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public
from core.web.api import KeysetPagination, Strict, Verb, actor
from programs import actions, policies, queries
from programs.models import AnnualPlanItem, Guide, GuideComment, Special


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
        "version": guide.version.number if guide.version else None, "sha256": guide.version.sha256 if guide.version else "",
    }


class Tree(APIView):
    """GET ?version= or ?on=: a version of the programme tree with its plans and specials."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        tree = queries.tree_for(request.GET.get("version", ""), request.GET.get("on", ""))
        if tree is None:
            return Response({"reasons": ["no tree"]}, status=404)
        return Response({
            "code": tree.code, "name": tree.name, "name_en": tree.name_en, "effective_from": tree.effective_from,
            "effective_to": tree.effective_to, "is_ready": tree.is_ready,
            "plans": [
                {"code": plan.code, "name": plan.name, "name_en": plan.name_en,
                 "specials": [show_special(special) for special in plan.specials.all()]}
                for plan in queries.plans_of(tree)
            ],
        })


class SpecialDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, tree: str, code: str) -> Response:
        special = queries.get_special(tree, code)
        numbers = queries.special_numbers(special)
        years = [{**row, "money": str(row["money"]), "committed": str(row["committed"])} for row in numbers["years"]]
        return Response({**show_special(special), "tree": tree, "plan": special.plan.code, "years": years})


def show_item(item: AnnualPlanItem) -> dict[str, Any]:
    return {
        "special": item.special.code, "title": item.title, "title_en": item.title_en, "money": str(item.money),
        "count": item.count, "opens_month": item.opens_month, "closes_month": item.closes_month,
        "committed": str(item.committed), "awarded_count": item.awarded_count,
    }


class AnnualPlanDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, year: int) -> Response:
        plan = queries.get_plan(actor(request), year)
        return Response({
            "year": plan.year, "status": plan.status, "control_figure": str(plan.control_figure),
            "reserve": str(plan.reserve), "items": [show_item(item) for item in queries.items_of(plan)],
        })


class GuideList(APIView):
    """GET ?q=&phase=open|coming|closed&year=: published guides; staff see theirs in every state."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        rows = queries.search_guides(actor(request), request.GET.get("q", ""), request.GET.get("phase", ""),
                                     request.GET.get("year", ""))
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


class Publish(GuideVerb):
    act = staticmethod(actions.publish_guide)


class Withdraw(GuideVerb):
    act = staticmethod(actions.withdraw_guide)
    serializer_class = WhyInput


# guide editor


class GuideExport(APIView):
    """GET the guide as one file that another bureau can import."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, ref: str) -> Response:
        return Response(queries.guide_package(queries.get_for(actor(request), ref)))


class GuideImport(APIView):
    """POST ?item=: an exported guide becomes a draft for an item of the annual plan; 409 with every problem of it."""

    question = staticmethod(policies.may_write_guides)

    def post(self, request: Request) -> Response:
        item = get_object_or_404(queries.items_without_guide(actor(request)), pk=request.GET.get("item") or 0)
        who = actor(request)
        upload = actions.read_guide_file(who, name="api.json", raw=request.body)
        return Response(show_guide(actions.confirm_upload(who, upload, item)), status=201)


class GuideCompare(APIView):
    """GET ?with=: clauses that differ from last year's guide, or from the one named."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, ref: str) -> Response:
        guide, wanted = queries.get_for(actor(request), ref), request.GET.get("with", "")
        other = queries.get_for(actor(request), wanted) if wanted else queries.last_years(guide)
        found = queries.compared(other.version.data, guide.version.data) if other else []
        return Response({"ref": guide.ref, "with": other.ref if other else None, "changes": [
            {"part": one.part, "code": one.code, "label": one.label, "before": one.before, "after": one.after} for one in found]})


class CommentInput(Strict):
    part = serializers.CharField(max_length=40)
    clause = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    text = serializers.CharField(max_length=2000)
    must_settle = serializers.BooleanField(required=False, default=False)


def show_comment(row: GuideComment) -> dict[str, Any]:
    return {"id": row.pk, "part": row.part, "clause": row.clause, "text": row.text, "must_settle": row.must_settle, "status": row.status,
            "author": row.author.name, "answer": row.answer}


class CommentList(Verb):
    """POST a comment on a part or clause of a guide."""

    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_for)
    act = staticmethod(actions.comment_guide)
    serializer_class = CommentInput
    show = staticmethod(show_comment)


class CommentVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.comment_for)
    show = staticmethod(show_comment)


class AnswerInput(Strict):
    answer = serializers.CharField(max_length=2000)


class CommentAnswer(CommentVerb):
    act = staticmethod(actions.answer_comment)
    serializer_class = AnswerInput


class CommentSettle(CommentVerb):
    act = staticmethod(actions.settle_comment)


class CommentReopen(CommentVerb):
    act = staticmethod(actions.reopen_comment)
    serializer_class = WhyInput


class OpinionInput(Strict):
    """`answers`: {code of the point: {"ok": true or false, "note": "..."}}."""

    passed = serializers.BooleanField()
    text = serializers.CharField(max_length=2000)
    answers = serializers.DictField(child=serializers.DictField())


def _file_opinion(who: Any, guide: Guide, *, passed: bool, text: str, answers: dict[str, Any]) -> Guide:
    given = {code: (one.get("ok") if isinstance(one.get("ok"), bool) else None, str(one.get("note", ""))) for code, one in answers.items()}
    return actions.check_guide_law(who, guide, passed=passed, text=text, answers=given).guide


class CheckLaw(GuideVerb):
    act = staticmethod(_file_opinion)
    serializer_class = OpinionInput
