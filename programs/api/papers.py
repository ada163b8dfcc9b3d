"""Machines: a guide as a file, its comparison, comments and the opinion on its legality."""

from __future__ import annotations

from typing import Any

from django.shortcuts import (
    get_object_or_404,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import typed
from core.web.api import Strict, Verb, actor
from programs import (
    actions,
    policies,
    queries,
)
from programs.api.guides import GuideVerb, WhyInput, show_guide
from programs.models import (
    Guide,
    GuideComment,
)

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
        item = get_object_or_404(queries.items_without_guide(actor(request)), pk=typed.whole(request.GET.get("item", "")) or 0)
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
