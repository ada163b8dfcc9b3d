"""Code lists: clusters, disciplines, headings, negative list, ethics."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext_lazy

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


#: Names of the lists the house brings along; one that a bureau adds stands by its code.
LIST_LABELS = {
    "clusters-2022": gettext_lazy("20+8 clusters of 2022"), "clusters-2024": gettext_lazy("20+8 clusters of 2024"),
    "disciplines": gettext_lazy("Disciplines"), "industries": gettext_lazy("Branches of industry"),
    "negative-list": gettext_lazy("Negative list of spending"), "expenditure-2016": gettext_lazy("Headings of expenditure, 2016"),
    "expenditure-2021": gettext_lazy("Headings of expenditure, 2021"), "target-kinds": gettext_lazy("Kinds of targets"),
    "platform-kinds": gettext_lazy("Kinds of research platforms"),
    "ethics-scope": gettext_lazy("Scope of ethics review"), "ethics-recheck": gettext_lazy("Ethics, list for re-examination"),
    "research-streams": gettext_lazy("Streams of basic research"), "chain-stages": gettext_lazy("Stages of the innovation chain"),
    # demand solicitation
    "topic-criteria": gettext_lazy("Score sheet of needs"), "topic-reasons": gettext_lazy("Reasons for not adopting a need"),
    "need-stages": gettext_lazy("Stages of the innovation chain"),
}


def list_label(name: str) -> str:
    return str(LIST_LABELS.get(name, name))
