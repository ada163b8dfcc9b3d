"""Machines: applications to read, and the verbs of applicant, unit and formality desk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications import actions, policies, queries
from applications.models import Application, Voice
from applications.states import FORMALITY_REASONS
from core import files
from core.web.access import signed_in
from core.web.api import KeysetPagination, Said, Strict, Verb, actor


class WhyInput(Strict):
    why = serializers.CharField(max_length=2000)


class RefuseInput(Strict):
    reason_code = serializers.ChoiceField(choices=[(reason.value, reason.label) for reason in FORMALITY_REASONS])
    clause = serializers.CharField(max_length=200, required=False, allow_blank=True)
    text = serializers.CharField(max_length=2000)


class OrderInput(Strict):
    why = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ReportInput(Strict):
    passed = serializers.BooleanField()
    finding = serializers.CharField(max_length=4000)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True)


def show(row: Application) -> dict[str, Any]:
    """Money in yuan as text, times with their zone; people by name only."""
    return {
        "ref": row.ref, "guide": row.guide.ref, "title": row.title, "unit": row.unit.name, "leader": row.leader.name,
        "status": row.status, "requested": str(row.requested), "submitted_at": row.submitted_at,
        "receipt_number": row.receipt_number, "receipt_sha256": row.receipt_sha256, "refusal_code": row.refusal_code,
        "refusal_text": row.refusal_text, "is_demo": row.is_demo,
    }


class ApplicationList(APIView):
    """GET ?status=&guide=: applications the token's person may see."""

    question = staticmethod(signed_in)

    def get(self, request: Request) -> Response:
        rows = policies.visible_to(actor(request))
        for name, column in (("status", "status"), ("guide", "guide__ref")):
            if value := request.GET.get(name, "")[:60]:
                rows = rows.filter(**{column: value})
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([show(row) for row in found])


class ApplicationDetail(APIView):
    question = staticmethod(signed_in)

    def get(self, request: Request, ref: str) -> Response:
        return Response(show(queries.get_for(actor(request), ref)))


class HandIn(Verb):
    question = staticmethod(signed_in)
    get_object = staticmethod(queries.leader_get)
    act = staticmethod(actions.hand_in)
    show = staticmethod(show)


class Endorse(Verb):
    question = staticmethod(policies.is_unit_user)
    get_object = staticmethod(queries.unit_get)
    act = staticmethod(actions.endorse)
    show = staticmethod(show)


class SendBack(Endorse):
    act = staticmethod(actions.send_back)
    serializer_class = WhyInput


class PassOn(Endorse):
    act = staticmethod(actions.pass_on)


class Recommend(Endorse):
    act = staticmethod(actions.recommend)


class Decline(SendBack):
    act = staticmethod(actions.decline)


class Withdraw(Endorse):
    act = staticmethod(actions.withdraw)
    serializer_class = WhyInput


class Accept(Verb):
    question = staticmethod(policies.is_checker_desk)
    get_object = staticmethod(queries.desk_get)
    act = staticmethod(actions.accept)
    show = staticmethod(show)


class Refuse(Accept):
    act = staticmethod(actions.refuse)
    serializer_class = RefuseInput


class Visit(Accept):
    act = staticmethod(actions.order_visit)
    serializer_class = OrderInput


class Audit(Accept):
    act = staticmethod(actions.order_audit)
    serializer_class = OrderInput


class InspectionReport(APIView):
    """POST what a visit or audit found; amount in yuan. A file is added by the page only."""

    question = staticmethod(policies.is_checker_desk)

    def post(self, request: Request, ref: str, pk: int) -> Response:
        who = actor(request)
        one = queries.inspection_for(who, queries.desk_get(who, ref), pk)
        data = ReportInput(data=request.data)
        data.is_valid(raise_exception=True)
        row = actions.file_inspection(who, one, **data.validated_data)
        return Response({"kind": row.kind, "passed": row.passed, "finding": row.finding,
                         "amount": None if row.amount is None else str(row.amount), "filed_at": row.filed_at})


# --- the word of others ------------------------------------------------------------------------------------------


def show_voice(row: Voice) -> dict[str, Any]:
    """Figures as text: yuan, shares 0 to 1."""
    return {
        "uid": str(row.uid), "application": row.application.ref, "code": row.code, "round": row.round, "gate": row.gate, "side": row.side,
        "body": row.body, "status": row.status, "asked_at": row.asked_at, "decided_on": row.decided_on, "number": row.number,
        "text": row.text, "figures": row.figures, "file": row.file.sha256 if row.file_id else "",
    }


class AnswerInput(Strict):
    """Multipart where a document goes with it."""

    agree = Said()
    decided_on = serializers.DateField(required=False)
    number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    figures = serializers.DictField(child=serializers.DecimalField(max_digits=18, decimal_places=4), required=False)
    upload = serializers.FileField(required=False)


class HandInInput(Strict):
    decided_on = serializers.DateField()
    number = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    upload = serializers.FileField()


def _taking_file(act: Any) -> Any:
    """A document that is refused is an error of its field."""

    def run(who: Any, row: Voice, **given: Any) -> Voice:
        try:
            return act(who, row, **given)
        except files.BadFile as error:
            raise serializers.ValidationError({"upload": [str(error)]}) from error

    return run


class VoiceList(APIView):
    """GET ?status=: the words of other bodies that the token's person may see."""

    question = staticmethod(signed_in)

    def get(self, request: Request) -> Response:
        rows = policies.voices_visible_to(actor(request))
        if value := request.GET.get("status", "")[:20]:
            rows = rows.filter(status=value)
        pages = KeysetPagination()
        return pages.get_paginated_response([show_voice(row) for row in pages.paginate_queryset(rows, request, view=self)])


class AnswerVoice(Verb):
    """POST the answer of the unit that was asked, or the record of the bureau."""

    question = staticmethod(signed_in)
    get_object = staticmethod(queries.voice_for)
    act = staticmethod(_taking_file(actions.answer_voice))
    show = staticmethod(show_voice)
    serializer_class = AnswerInput


class HandInVoice(AnswerVoice):
    act = staticmethod(_taking_file(actions.hand_in_voice))
    serializer_class = HandInInput


class SendBackVoice(AnswerVoice):
    act = staticmethod(actions.send_back_voice)
    serializer_class = WhyInput


class ReopenVoice(SendBackVoice):
    act = staticmethod(actions.reopen_voice)
