"""Code lists: clusters, disciplines, headings, negative list, ethics."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import get_language

from programs.models import ReferenceEntry


def entries(name: str, group: str = "") -> QuerySet[ReferenceEntry]:
    rows = ReferenceEntry.objects.filter(list=name, disabled_on=None)
    return rows.filter(group=group) if group else rows


def choices(name: str) -> list[dict[str, str]]:
    """A code list as choices of a form field."""
    return [
        {"value": row.code, "label": row.name, "label_en": row.name_en or row.name} for row in entries(name)
    ]


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def list_names() -> list[str]:
    return list(ReferenceEntry.objects.order_by("list").values_list("list", flat=True).distinct())
