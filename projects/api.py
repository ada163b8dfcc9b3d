"""Machines: awarded projects to read, the verbs of contracts."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public, signed_in
from core.web.api import KeysetPagination, Verb, actor
from projects import actions, policies, queries
from projects.models import Contract, Project


def show(row: Project) -> dict[str, Any]:
    """Money in yuan as text."""
    return {"number": row.number, "title": row.title, "unit": row.unit.name, "leader": row.leader.name, "special": row.special.code,
            "guide": row.guide.ref, "amount": str(row.amount), "awarded_at": row.awarded_at, "is_demo": row.is_demo}


def show_contract(row: Contract) -> dict[str, Any]:
    return {"number": row.number, "project": row.project.number, "status": row.status, "sha256": row.sha256}


class Awards(APIView):
    """GET: what the public sees."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        pages = KeysetPagination()
        found = pages.paginate_queryset(queries.public_projects(), request, view=self)
        return pages.get_paginated_response([show(row) for row in found])


class ProjectDetail(APIView):
    question = staticmethod(signed_in)

    def get(self, request: Request, number: str) -> Response:
        row = queries.get_for(actor(request), number)
        return Response({**show(row), "status": row.status, "starts_on": row.starts_on, "ends_on": row.ends_on,
                         "targets": [{"name": t.name, "direction": t.direction, "value": t.value, "unit": t.unit, "weight": t.weight}
                                     for t in queries.targets_of(row)]})


class ContractVerb(Verb):
    question = staticmethod(policies.is_desk)
    get_object = staticmethod(queries.get_contract)
    show = staticmethod(show_contract)


class Offer(ContractVerb):
    act = staticmethod(actions.offer_contract)


class SignUnit(ContractVerb):
    question = staticmethod(signed_in)
    act = staticmethod(actions.sign_unit)


class SignBureau(ContractVerb):
    act = staticmethod(actions.sign_bureau)
