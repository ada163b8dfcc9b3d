"""The thin frame of /api/v1: the same questions, the same actions, allow-listed fields, keyset pages."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web.access import Question, signed_in
from core.web.rest import AccessPermission, KeysetPagination, actor, explain

__all__ = ["AccessPermission", "KeysetPagination", "Strict", "Verb", "actor", "explain"]


class Strict(serializers.Serializer):
    """Input with an exact field list: an unknown field is an error, not a silent loss."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["unknown field"] for name in sorted(unknown)})
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
