"""Code lists: clusters, disciplines, headings, negative list, ethics."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext_lazy

from programs.models import ReferenceEntry

LEGAL_CHECK = "legal-check"
CLUSTERS = "clusters-2024"


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
    """Lists that a field of a form may offer as answers."""
    return list(ReferenceEntry.objects.exclude(list=LEGAL_CHECK).order_by("list").values_list("list", flat=True).distinct())


def legal_points() -> list[ReferenceEntry]:
    """The check list of the legality and fair-competition check, as it stands today."""
    return list(entries(LEGAL_CHECK))


def budget_headings(name: str) -> list[dict[str, str]]:
    """The headings of a scheme (expenditure-2021 ...) as the budget of a guide has them."""
    return [
        {key: value for key, value in {
            "code": row.code, "name": row.name, "name_en": row.name_en, "parent": row.group,
            "note": row.data.get("note") or "、".join(row.data.get("items", ())),
        }.items() if value}
        for row in entries(name)
    ]


def target_kinds() -> list[dict[str, Any]]:
    """The common kinds of targets as a guide's table has them."""
    return [
        {"code": row.code, "l1": row.data["l1"], "l1_en": row.data.get("l1_en", ""), "l1_code": row.group, "l2": row.name,
         "l2_en": row.name_en, "examples": row.data.get("examples", []), "examples_en": row.data.get("examples_en", [])}
        for row in entries("target-kinds")
    ]


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
    "legal-check": gettext_lazy("Legality and fair-competition check"),
}


def list_label(name: str) -> str:
    return str(LIST_LABELS.get(name, name))
