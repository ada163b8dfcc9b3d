"""The root of /api/v1: what there is, for machines that look around."""

from __future__ import annotations

from threading import Lock
from typing import Any

from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import pauses
from core.web.access import public
from core.web.api import AccessPermission, actor
from portal.queries import figures
from portal.queries.places import address
from programs import policies as programmes
from programs import queries as programme

#: Collections a machine may begin with; each asks its own policy again.
DOORS = (
    "accounts:api:me", "programs:api:tree", "programs:api:guides", "applications:api:list", "projects:api:notices",
    "projects:api:projects", "performance:api:scores", "portal:api:schema",
)


class Root(APIView):
    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        found = {name: address(name) for name in DOORS}
        return Response({name: request.build_absolute_uri(url) for name, url in found.items() if url})


#: drf-spectacular prepares its extensions and the views' schemas when it first draws, and is not made for two at once.
DRAWING = Lock()


class Schema(SpectacularAPIView):
    """OpenAPI description of what the caller may use."""

    question = staticmethod(public)
    permission_classes = (AccessPermission,)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with DRAWING:
            return super().get(request, *args, **kwargs)


class Figures(APIView):
    """GET ?year=: money by category and year, awards by cluster with the Herfindahl index (clause P1), success rates."""

    question = staticmethod(public)

    def get(self, request: Request) -> Response:
        pauses.ask("STATISTICS")
        found = figures.public_figures(request.GET.get("year", ""))
        tables = {}
        for name in figures.TABLES:
            _title, columns, rows = figures.figure_table(name)
            tables[name] = [dict(zip([column.name for column in columns], row, strict=True)) for row in rows]
        return Response({"year": found["year"], "herfindahl": dict(found["concentration"]["by_year"]), **tables})


class PlanActual(APIView):
    """GET: every item of an annual plan with what became of it; money in yuan as text."""

    question = staticmethod(programmes.is_staff)

    def get(self, request: Request, year: int) -> Response:
        rows = list(figures.actual_items(programme.get_plan(actor(request), year)))
        figures.measure(rows)
        money = ("money", "guide_money", "committed", "paid", "variance")
        other = ("count", "awarded_count", "guides_published", "filed", "opens_month", "closes_month", "opens_on", "closes_on", "opened",
                 "closed", "late_days")
        return Response({"year": year, "items": [
            {"id": row.pk, "special": row.special.code, "title": row.title, **{name: f"{getattr(row, name):.2f}" for name in money},
             **{name: getattr(row, name) for name in other}}
            for row in rows
        ]})
