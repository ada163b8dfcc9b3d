"""The root of /api/v1: what there is, for machines that look around."""

from __future__ import annotations

from threading import Lock
from typing import Any

from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import public
from core.web.api import AccessPermission
from portal.queries.places import address

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
