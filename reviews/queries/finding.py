"""How a row is found by what stands in an address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404


def _one(rows: QuerySet[Any], **keys: Any) -> Any:
    found = rows.filter(**keys).first()
    if found is None:
        raise Http404
    return found


def _uid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Http404 from error
