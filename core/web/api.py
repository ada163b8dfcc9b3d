"""The thin frame of /api/v1: the same questions, the same actions, allow-listed fields, keyset pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import Question, signed_in
from core.web.rest import AccessPermission, KeysetPagination, actor, explain

__all__ = ["AccessPermission", "KeysetPagination", "Said", "Schema", "Strict", "Verb", "actor", "explain"]


class Reasons(serializers.Serializer):
    """Why an act was refused, in the words the page would show."""

    reasons = serializers.ListField(child=serializers.CharField())


class Schema(AutoSchema):
    """Describes the API by the views' own names: `funding_send_back` is the view `SendBack` of the app `funding`.

    What goes in is exact (the fields of the view's `serializer_class`); answers are objects of an allow-list that the
    view builds itself, so they are described as objects.
    """

    def get_operation_id(self) -> str:
        """Unique by app, view and, where a view answers to several, method; paths would give list and row the same name."""
        view = type(self.view)
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", view.__name__).lower()
        several = sum(hasattr(view, verb) for verb in ("get", "post", "put", "patch", "delete")) > 1
        return f"{view.__module__.partition('.')[0]}_{name}" + (f"_{self.method.lower()}" if several else "")

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Two apps may both have a `WhyInput`."""
        own = type(serializer)
        app = own.__module__.partition(".")[0]
        return own.__name__ if app == "core" else f"{app.title()}{own.__name__}"

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "serializer_class", None) if self.method != "GET" else None

    def get_response_serializers(self) -> Any:
        refused = {401: Reasons, 403: Reasons}
        if self.method != "GET":
            refused |= {400: OpenApiTypes.OBJECT, 409: Reasons}
        return {200: OpenApiTypes.OBJECT, **refused}


class Said(serializers.BooleanField):
    """A yes or no that was really said: a form that leaves it out has not said no."""

    default_empty_html = serializers.empty


class Strict(serializers.Serializer):
    """Input with an exact field list: an unknown field is an error, not a silent loss."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()  # else the framework says so
        if unknown:
            raise serializers.ValidationError({name[:80]: ["unknown field"] for name in sorted(unknown)[:50]})
        return super().to_internal_value(data)


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
