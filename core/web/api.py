"""The thin frame of /api/v1: the same questions, the same actions, allow-listed fields, keyset pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, pagination, permissions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from core.web.access import Question, signed_in
from core.workflow import Refused


class AccessPermission(permissions.BasePermission):
    """Asks the view's `question` (signed in when it names none). The token's person becomes the actor."""

    def has_permission(self, request: Request, view: Any) -> bool:
        question: Question = getattr(view, "question", signed_in)
        reason = question(actor(request))
        if reason is not None:
            self.message = str(reason)
        return reason is None


def actor(request: Request) -> Any:
    """The actor of an API call: the session's, or the one of the token's person."""
    if request.user and request.user.is_authenticated and request.user.pk != request._request.actor.id:
        return request._request.actor.of(request.user)
    return request._request.actor


class KeysetPagination(pagination.CursorPagination):
    page_size = 50
    ordering = "-pk"


class Strict(serializers.Serializer):
    """Input with an exact field list: an unknown field is an error, not a silent loss."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["unknown field"] for name in sorted(unknown)})
        return super().to_internal_value(data)


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as {"reasons": [...]} or {"fields": {...}}."""
    if isinstance(error, Refused):
        return Response({"reasons": error.reasons}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, exceptions.ValidationError):
        return Response({"fields": error.detail}, status=status.HTTP_400_BAD_REQUEST)
    response = exception_handler(error, context)
    if response is not None and not isinstance(error, Http404 | PermissionDenied):
        response.data = {"reasons": [str(getattr(error, "detail", error))]}
    return response


class Verb(APIView):
    """POST one verb: `get(actor, key)` fetches, `act(actor, obj, **input)` acts, `show(obj)` is the answer."""

    question: Question = staticmethod(signed_in)
    get_object: Any = None
    act: Any = None
    show: Any = None
    serializer_class: type[serializers.Serializer] = Strict

    def post(self, request: Request, key: str) -> Response:
        who = actor(request)
        obj = type(self).get_object(who, key)
        data = self.serializer_class(data=request.data)
        data.is_valid(raise_exception=True)
        result = type(self).act(who, obj, **data.validated_data)
        return Response(type(self).show(result or obj))
