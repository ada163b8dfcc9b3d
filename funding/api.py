"""Machines: payments to read, their verbs; for the bureau."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import signed_in
from core.web.api import KeysetPagination, Strict, Verb, actor
from funding import actions, policies, queries
from funding.models import Disbursement
from projects.states import Pool


class WhyInput(Strict):
    why = serializers.CharField(max_length=500)


class RequestInput(Strict):
    why = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    pool = serializers.ChoiceField(choices=Pool.choices, required=False, default=Pool.CONTROL)


class ReferenceInput(Strict):
    reference = serializers.CharField(max_length=60)


class ReceiptInput(Strict):
    receipt = serializers.CharField(max_length=80)


def show_payment(row: Disbursement) -> dict[str, Any]:
    """Money in yuan as text; the account only masked."""
    return {
        "ref": row.ref, "project": row.project.number, "unit": row.project.unit.name, "kind": row.line.kind,
        "amount": str(row.amount), "year": row.year, "pool": row.pool, "status": row.status,
        "account": (row.account or {}).get("masked", ""), "paid_at": row.paid_at, "confirmed_at": row.confirmed_at,
    }


class PaymentList(APIView):
    """GET: the payments one may see."""

    question = staticmethod(signed_in)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(policies.visible_to(actor(request)), request, view=self)
        return pages.get_paginated_response([show_payment(row) for row in found])


class PaymentDetail(APIView):
    question = staticmethod(signed_in)

    def get(self, request: Request, ref: str) -> Response:
        return Response(show_payment(queries.get_for(actor(request), ref)))


class Figures(APIView):
    """GET: control figure and reserve of a year with what is reserved and paid (yuan as text)."""

    question = staticmethod(policies.is_staff)

    def get(self, request: Request, year: int) -> Response:
        return Response([{**row, "label": str(row["label"]), **{key: str(row[key]) for key in ("amount", "reserved", "paid", "left")}}
                         for row in queries.figures(year)])


class PaymentVerb(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_for)
    show = staticmethod(show_payment)


class Ask(PaymentVerb):
    act = staticmethod(actions.request)
    serializer_class = RequestInput


class Check(PaymentVerb):
    act = staticmethod(actions.check)


class SendBack(PaymentVerb):
    act = staticmethod(actions.send_back)
    serializer_class = WhyInput


class Approve(PaymentVerb):
    act = staticmethod(actions.approve)


class Refuse(PaymentVerb):
    act = staticmethod(actions.refuse)
    serializer_class = WhyInput


class Send(PaymentVerb):
    act = staticmethod(actions.send)
    serializer_class = ReferenceInput


class Pay(PaymentVerb):
    act = staticmethod(actions.pay)
    serializer_class = ReceiptInput


class Bounce(PaymentVerb):
    act = staticmethod(actions.bounce)
    serializer_class = WhyInput


class Confirm(PaymentVerb):
    question = staticmethod(signed_in)
    act = staticmethod(actions.confirm_receipt)
