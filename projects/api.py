"""Machines: public notices and awarded projects to read; the verbs of list, notice, award and contract."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public, signed_in
from core.web.api import KeysetPagination, Strict, Verb, actor
from programs.states import Dimension
from projects import actions, policies, queries
from projects.models import Contract, Project, ProposalList, Publicity


class WhyInput(Strict):
    why = serializers.CharField(max_length=2000)


class MinutesInput(Strict):
    minutes = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


def show_notice(row: Publicity) -> dict[str, Any]:
    return {"ref": row.proposal.ref, "guide": row.proposal.guide.ref, "status": row.status, "opens_at": row.opens_at,
            "closes_at": row.closes_at, "is_demo": row.is_demo}


def show_project(row: Project) -> dict[str, Any]:
    """The public columns; money in yuan as text."""
    return {"number": row.number, "title": row.title, "unit": row.unit.name, "leader": row.leader.name,
            "special": row.special.code, "tree": row.special.tree.code, "guide": row.guide.ref, "cluster": row.cluster,
            "cluster_list": row.cluster_list, "stream": row.stream, "stage": row.stage, "amount": str(row.amount), "status": row.status,
            "awarded_at": row.awarded_at, "starts_on": row.starts_on, "ends_on": row.ends_on, "is_demo": row.is_demo}


def show_list(row: ProposalList) -> dict[str, Any]:
    return {"ref": row.ref, "guide": row.guide.ref, "status": row.status, "items": [
        {"rank": item.rank, "application": item.application.ref, "score": None if item.score is None else str(item.score),
         "selected": item.selected, "amount": str(item.amount), "reason_code": item.reason_code, "reason": item.reason}
        for item in queries.items_of(row)]}


def show_contract(row: Contract) -> dict[str, Any]:
    return {"number": row.number, "project": row.project.number, "status": row.status, "sha256": row.sha256,
            "content": row.content, "unit_signed_at": row.unit_signed_at, "bureau_signed_at": row.bureau_signed_at}


class NoticeList(APIView):
    """GET: public notices, running and closed."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        rows = policies.publicities_visible_to(actor(request)).exclude(status="PREPARED")
        return pages.get_paginated_response([show_notice(row) for row in pages.paginate_queryset(rows, request, view=self)])


class NoticeDetail(APIView):
    """GET one notice with its rows."""

    question = staticmethod(public)

    def get(self, request: Request, ref: str) -> Response:
        row = queries.get_publicity(actor(request), ref)
        return Response({**show_notice(row), "items": [
            {"application": item.application.ref, "title": item.application.title, "unit": item.application.unit.name,
             "leader": item.application.leader.name, "amount": str(item.amount)}
            for item in queries.items_of(row.proposal, selected=True)]})


class ProjectList(APIView):
    """GET: awarded projects, public columns."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(queries.public_projects(), request, view=self)
        return pages.get_paginated_response([show_project(row) for row in found])


class ProjectDetail(APIView):
    """GET a project of one's own desk with targets, instalments and contract."""

    question = staticmethod(signed_in)

    def get(self, request: Request, number: str) -> Response:
        row = queries.get_for(actor(request), number)
        contract = queries.contract_of(row)
        return Response({
            **show_project(row), "contract": show_contract(contract) if contract else None,
            "targets": [{"name": t.name, "direction": t.direction, "value": None if t.value is None else str(t.value),
                         "unit": t.unit, "weight": str(t.weight)} for t in queries.targets_of(row)],
            "payments": [{"kind": p.kind, "amount": str(p.amount), "condition": p.condition} for p in queries.payments_of(row)],
        })


class ProposalDetail(APIView):
    """GET a list of proposed awards with its ranking; for the bureau."""

    question = staticmethod(policies.is_desk)

    def get(self, request: Request, ref: str) -> Response:
        return Response(show_list(queries.get_list(actor(request), ref)))


class ListVerb(Verb):
    question = staticmethod(policies.is_desk)
    get_object = staticmethod(queries.get_list)
    show = staticmethod(show_list)


class SubmitList(ListVerb):
    act = staticmethod(actions.submit_list)


class ReturnList(ListVerb):
    act = staticmethod(actions.return_list)
    serializer_class = WhyInput


class Decide(ListVerb):
    act = staticmethod(actions.decide)
    serializer_class = MinutesInput


class OpenNotice(Verb):
    question = staticmethod(policies.is_desk)
    get_object = staticmethod(queries.get_publicity)
    act = staticmethod(actions.open_publicity)
    show = staticmethod(show_notice)


class Award(Verb):
    """POST: award what nothing stands against; the answer lists the new projects."""

    question = staticmethod(policies.is_desk)
    get_object = staticmethod(queries.get_publicity)
    act = staticmethod(actions.award)
    show = staticmethod(lambda rows: {"projects": [show_project(row) for row in rows]})


class ContractVerb(Verb):
    question = staticmethod(signed_in)
    get_object = staticmethod(queries.get_contract)
    show = staticmethod(show_contract)


class Offer(ContractVerb):
    act = staticmethod(actions.offer_contract)


class SignUnit(ContractVerb):
    act = staticmethod(actions.sign_unit)


class SignBureau(ContractVerb):
    act = staticmethod(actions.sign_bureau)


class TagFigures(APIView):
    """GET ?by=cluster|stream|stage: number and money (yuan) of the projects one may see, by tag and year of award."""

    question = staticmethod(policies.is_desk)

    def get(self, request: Request) -> Response:
        by = request.GET.get("by", "")
        figures = queries.tag_figures(policies.visible_to(actor(request)), by if by in Dimension.values else Dimension.CLUSTER.value)
        return Response({"years": figures["years"], "rows": [
            {"list": row["list"], "code": row["code"], "label": row["label"], "count": row["count"], "money": str(row["money"]),
             "years": {str(year): {"count": n, "money": str(m)} for year, (n, m) in zip(figures["years"], row["cells"], strict=True)}}
            for row in figures["rows"]]})
