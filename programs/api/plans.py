"""Machines: moves of the annual plan and changes of it during the year."""

from __future__ import annotations

from typing import Any

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
    states,
)
from programs.api.guides import OptionalWhyInput, WhyInput, show_plan
from programs.models import (
    AnnualPlan,
    PlanChange,
)


def plan_by_key(who: Any, key: str) -> AnnualPlan:
    return queries.get_plan(who, int(key))


class PlanVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(plan_by_key)
    show = staticmethod(show_plan)


class SubmitPlan(PlanVerb):
    act = staticmethod(actions.submit_plan)


class ReturnPlan(PlanVerb):
    act = staticmethod(actions.return_plan)
    serializer_class = WhyInput


class ApprovePlan(PlanVerb):
    act = staticmethod(actions.approve_plan)


class PublishPlan(PlanVerb):
    act = staticmethod(actions.publish_plan)


class LineInput(Strict):
    """One line; `item` and `to` are ids of the plan's items, `special` a code of its tree, money in yuan."""

    kind = serializers.ChoiceField(choices=states.ChangeKind.choices)
    item = serializers.IntegerField(required=False)
    to = serializers.IntegerField(required=False)
    special = serializers.CharField(max_length=40, required=False)
    title = serializers.CharField(max_length=200, required=False)
    title_en = serializers.CharField(max_length=300, required=False)
    money = serializers.DecimalField(max_digits=18, decimal_places=2, required=False)
    count = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    opens_month = serializers.IntegerField(min_value=1, max_value=12, required=False)
    closes_month = serializers.IntegerField(min_value=1, max_value=12, required=False)
    opens_on = serializers.DateField(required=False)
    closes_on = serializers.DateField(required=False)
    funding_mode = serializers.ChoiceField(choices=states.FundingMode.choices, required=False)
    review_mode = serializers.ChoiceField(choices=states.ReviewMode.choices, required=False)


class ChangeInput(Strict):
    title = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=2000)
    control_figure = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=0, required=False)
    reserve = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=0, required=False)
    assignment = serializers.CharField(max_length=200, required=False)
    lines = LineInput(many=True, required=False)


def show_change(change: PlanChange) -> dict[str, Any]:
    """What it changes (or would), as before and after; the rules that stand against it."""
    page = queries.change_page(change)
    return {
        "ref": change.ref, "year": change.plan.year, "title": change.title, "reason": change.reason, "status": change.status,
        "rows": page["rows"], "problems": page["problems"], "version": page["version"].number if page["version"] else None,
        "submitted_at": change.submitted_at, "decided_at": change.decided_at,
    }


class PlanChanges(APIView):
    """GET: the changes of a plan (the public sees what is applied). POST: ask for one with all its lines, as a draft."""

    question = staticmethod(public)
    serializer_class = ChangeInput

    def get(self, request: Request, key: int) -> Response:
        who = actor(request)
        rows = queries.changes_of(who, queries.get_plan(who, key))
        pages = KeysetPagination()
        return pages.get_paginated_response([show_change(row) for row in pages.paginate_queryset(rows, request, view=self)])

    def post(self, request: Request, key: int) -> Response:
        who = actor(request)
        plan = queries.get_plan(who, key)
        data = ChangeInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        lines = [queries.line_from(plan, line) for line in values.pop("lines", [])]
        return Response(show_change(actions.ask_change(who, plan, lines=lines, **values)), status=201)


class PlanChangeDetail(APIView):
    question = staticmethod(public)

    def get(self, request: Request, key: str) -> Response:
        return Response(show_change(queries.get_change(actor(request), key)))


class ChangeVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_change)
    show = staticmethod(show_change)


class SubmitChange(ChangeVerb):
    act = staticmethod(actions.submit_change)


class CheckChange(ChangeVerb):
    act = staticmethod(actions.check_change)
    serializer_class = OptionalWhyInput


class ApproveChange(ChangeVerb):
    act = staticmethod(actions.approve_change)


class ReturnChange(ChangeVerb):
    act = staticmethod(actions.return_change)
    serializer_class = WhyInput


class RefuseChange(ChangeVerb):
    act = staticmethod(actions.refuse_change)
    serializer_class = WhyInput


class WithdrawChange(ChangeVerb):
    act = staticmethod(actions.withdraw_change)
