"""Machines: confirmed scores to read; the verbs of reports, acceptance and evaluation."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public, signed_in
from core.web.api import KeysetPagination, Said, Strict, Verb, actor
from performance import actions, policies, queries, rules
from performance.models import Acceptance, Evaluation, Report
from performance.states import Conclusion


class ProposeInput(Strict):
    conclusion = serializers.ChoiceField(choices=Conclusion.choices)
    opinion = serializers.CharField(max_length=4000)


class AssessInput(Strict):
    favourable = Said()
    text = serializers.CharField(max_length=2000)


class ScoreInput(Strict):
    comment = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


def show_report(report: Report) -> dict[str, Any]:
    return {
        "uid": str(report.uid), "project": report.project.number, "kind": report.kind, "year": report.year,
        "status": report.status, "spent": str(report.spent), "filed_at": report.filed_at, "sha256": report.sha256,
        "assessment": report.assessment, "assessment_text": report.assessment_text,
    }


def show_acceptance(row: Acceptance) -> dict[str, Any]:
    return {
        "uid": str(row.uid), "project": row.project.number, "round": row.round, "status": row.status,
        "conclusion": row.conclusion, "opinion": row.opinion,
    }


def show_evaluation(row: Evaluation) -> dict[str, Any]:
    """Score in points of 100 as text with two decimals; the breakdown has the parts with weight, share and points."""
    return {
        "project": row.project.number, "special": row.project.special.code, "status": row.status,
        "score": None if row.score is None else str(rules.shown(row.score)), "grade": row.grade,
        "grade_en": row.grade_en, "breakdown": row.breakdown,
    }


class ScoreList(APIView):
    """GET: confirmed scores, public."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(queries.confirmed(), request, view=self)
        return pages.get_paginated_response([show_evaluation(row) for row in found])


class ReportDetail(APIView):
    question = staticmethod(signed_in)

    def get(self, request: Request, uid: Any) -> Response:
        report = queries.get_report(actor(request), uid)
        return Response({**show_report(report), "results": [
            {"target": row.target.name, "value": row.target.value, "actual": row.actual, "band": row.band,
             "evidence": row.evidence, "found": row.found, "found_share": row.found_share}
            for row in queries.results_of(report)
        ]})


class HandIn(Verb):
    question = staticmethod(signed_in)
    get_object = staticmethod(queries.get_report)
    act = staticmethod(actions.hand_in)
    show = staticmethod(show_report)


class FileReport(HandIn):
    act = staticmethod(actions.file_report)


class Propose(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_acceptance)
    act = staticmethod(actions.propose)
    show = staticmethod(show_acceptance)
    serializer_class = ProposeInput


class Confirm(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_acceptance)
    act = staticmethod(actions.confirm)
    show = staticmethod(show_acceptance)


class Score(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_evaluation)
    act = staticmethod(actions.score)
    show = staticmethod(show_evaluation)
    serializer_class = ScoreInput


class ConfirmScore(Verb):
    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_evaluation)
    act = staticmethod(actions.confirm_score)
    show = staticmethod(show_evaluation)


class Assess(Verb):
    """POST what is found of an annual report."""

    question = staticmethod(policies.is_staff)
    get_object = staticmethod(queries.get_report)
    act = staticmethod(actions.assess)
    show = staticmethod(show_report)
    serializer_class = AssessInput
