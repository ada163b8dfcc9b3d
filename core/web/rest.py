"""What the API framework is told to use; apart from core.web.api, because the framework imports it while it starts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, pagination, parsers, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import typed
from core.web.access import Question, signed_in
from core.workflow import Refused


def actor(request: Request) -> Any:
    """The actor of an API call: the session's, or the one of the token's person."""
    if request.user and request.user.is_authenticated and request.user.pk != request._request.actor.id:
        return request._request.actor.of(request.user)
    return request._request.actor


class AccessPermission(permissions.BasePermission):
    """Asks the view's `question` (signed in when it names none). The token's person becomes the actor."""

    def has_permission(self, request: Request, view: Any) -> bool:
        question: Question = getattr(view, "question", signed_in)
        reason = question(actor(request))
        if reason is not None:
            self.message = str(reason)
        return reason is None


class KeysetPagination(pagination.CursorPagination):
    page_size = 50
    ordering = "-pk"

    def decode_cursor(self, request: Request) -> Any:
        """A mark that nobody of us made shows the first page, as it does on the lists of the web."""
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound:
            return None
        bad = cursor is not None and cursor.position is not None and typed.whole(cursor.position) is None
        return None if bad else cursor


class Json(parsers.JSONParser):
    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return typed.plain(super().parse(*args, **kwargs))
        except (RecursionError, ValueError) as error:
            raise exceptions.ParseError(_("The request cannot be read.")) from error


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as {"reasons": [...]} or {"fields": {...}}."""
    from rest_framework.views import exception_handler  # noqa: PLC0415 (the framework imports this module first)

    if isinstance(error, Refused):
        return Response({"reasons": error.reasons}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, exceptions.ValidationError):
        return Response({"fields": error.detail}, status=status.HTTP_400_BAD_REQUEST)
    response = exception_handler(error, context)
    if response is not None and not isinstance(error, Http404 | PermissionDenied):
        response.data = {"reasons": [str(getattr(error, "detail", error))]}
    return response
