"""Machines: adjustment cases."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public
from core.web.api import KeysetPagination, Verb, actor
from programs import (
    actions,
    policies,
    queries,
)
from programs.api.guides import WhyInput
from programs.models import (
    Adjustment,
)


def show_adjustment(case: Adjustment) -> dict[str, Any]:
    return {
        "ref": case.ref, "kind": case.kind, "status": case.status, "title": case.title, "reason": case.reason,
        "special": case.special.code if case.special else None, "plan": case.plan.code if case.plan else None,
        "effective_on": case.effective_on, "open_guides": case.open_guides, "proposal": case.proposal,
        "evidence": [{"kind": row.kind, "ref": row.ref, "title": row.title, "figure": row.figure} for row in case.evidence.all()],
    }


class AdjustmentList(APIView):
    """GET: decided cases; staff see all."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        rows = policies.adjustments_visible_to(actor(request)).prefetch_related("evidence")
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([show_adjustment(case) for case in found])


class AdjustmentDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, ref: str) -> Response:
        return Response(show_adjustment(queries.get_adjustment(actor(request), ref)))


class AdjustmentVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_adjustment)
    show = staticmethod(show_adjustment)


class AskOpinions(AdjustmentVerb):
    act = staticmethod(actions.ask_opinions)


class SubmitAdjustment(AdjustmentVerb):
    act = staticmethod(actions.submit_adjustment)


class ReturnAdjustment(AdjustmentVerb):
    act = staticmethod(actions.return_adjustment)
    serializer_class = WhyInput


class ApproveAdjustment(AdjustmentVerb):
    act = staticmethod(actions.approve_adjustment)


class RefuseAdjustment(AdjustmentVerb):
    act = staticmethod(actions.refuse_adjustment)
    serializer_class = WhyInput


class WithdrawAdjustment(AdjustmentVerb):
    act = staticmethod(actions.withdraw_adjustment)
    serializer_class = WhyInput


class RevokeAdjustment(AdjustmentVerb):
    act = staticmethod(actions.revoke_adjustment)
    serializer_class = WhyInput
