"""Machines: batches and draw receipts to read, the verbs of organiser and expert."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public
from core.web.api import KeysetPagination, Strict, Verb, actor
from reviews import actions, policies, queries
from reviews.models import Assignment, Batch, Score


class SheetInput(Strict):
    values = serializers.DictField(child=serializers.CharField(max_length=10))
    comment = serializers.CharField(max_length=20000, allow_blank=True, required=False, default="")
    recommendation = serializers.CharField(max_length=1)
    knockouts = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)


def show(row: Batch) -> dict[str, Any]:
    return {"ref": row.ref, "guide": row.guide.ref, "name": row.name, "status": row.status, "mode": row.mode,
            "panel_size": row.panel_size, "due_at": row.due_at, "closed_sha256": row.closed_sha256}


def show_score(row: Score) -> dict[str, Any]:
    return {"uid": str(row.assignment.uid), "total": str(row.total), "sha256": row.sha256, "submitted_at": row.submitted_at}


class BatchList(APIView):
    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(policies.visible_to(actor(request)), request, view=self)
        return pages.get_paginated_response([show(row) for row in found])


class BatchDetail(APIView):
    question = staticmethod(policies.is_review_desk)

    def get(self, request: Request, ref: str) -> Response:
        row = queries.get_for(actor(request), ref)
        return Response({**show(row), "progress": queries.progress_of(row), "items": [
            {"application": i.application.ref, "mean": i.mean, "rank": i.rank, "flag": i.flag, "outcome": i.outcome}
            for i in queries.items_of(row)]})


class DrawReceipt(APIView):
    """GET: commitment, candidates by codes, and after opening secret, value, seed and result; public."""

    question = staticmethod(public)

    def get(self, request: Request, uid: Any) -> Response:
        row = queries.get_receipt(uid)
        return Response({
            "batch": row.batch.ref, "status": row.status, "committed_at": row.committed_at, "commit_hash": row.commit_hash,
            "candidates": row.candidates, "candidates_sha256": row.candidates_sha256, "public_source": row.public_source,
            "public_value": row.public_value, "public_at": row.public_at, "secret": row.secret, "seed": row.seed if row.secret else "",
            "result": row.result, "result_sha256": row.result_sha256,
        })


class BatchVerb(Verb):
    question = staticmethod(policies.is_any_organiser)
    get_object = staticmethod(queries.get_for)
    show = staticmethod(show)


class Invite(BatchVerb):
    act = staticmethod(actions.invite)


class Close(BatchVerb):
    act = staticmethod(actions.close_batch)


class Rank(BatchVerb):
    act = staticmethod(actions.rank_batch)


class SubmitSheet(APIView):
    """POST the whole sheet of one application; it is submitted and stays."""

    question = staticmethod(policies.is_expert)

    def post(self, request: Request, uid: Any) -> Response:
        who = actor(request)
        seat: Assignment = queries.get_task(who, uid)
        data = SheetInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(show_score(actions.submit_sheet(who, seat, values=data.validated_data)))
