"""What the guide editor shows of conditions and of the checks of publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import workflow
from programs.engine import conditions
from programs.engine.forms import pick
from programs.models import Guide

#: The questions of the `publish` step, with a heading for the check list on the desk page.
PUBLISH_CHECKS = (
    (workflow.special_active, gettext_lazy("The special is in force (T2)")),
    (workflow.governed, gettext_lazy("A valid policy document governs it (R13)")),
    (workflow.within_plan, gettext_lazy("Within an approved annual-plan item (A2)")),
    (workflow.has_windows, gettext_lazy("Filing windows")),
    (workflow.well_formed, gettext_lazy("Content complete and well formed")),
)

def condition_lines(guide: Guide) -> list[dict[str, Any]]:
    """The conditions with their test in words."""
    return [
        {**rule, "shown": pick(rule, "text"), "test_words": words(rule.get("test") or {}),
         "exempt_words": words(rule["exempt"]) if rule.get("exempt") else ""}
        for rule in (guide.version.data.get("conditions") or [])
    ]


def words(node: Mapping[str, Any]) -> str:
    """A tree of comparisons as a readable line."""
    for group, sign in (("all", _(" and ")), ("any", _(" or "))):
        if group in node:
            return sign.join(f"（{words(child)}）" if len(node[group]) > 1 else words(child) for child in node[group])
    if "not" in node:
        return _("not (%(inner)s)") % {"inner": words(node["not"])}
    if "human" in node:
        return _("a person looks: %(what)s") % {"what": node["human"]}
    value = node.get("value")
    shown = conditions.label(value["fact"]) if isinstance(value, Mapping) else "、".join(map(str, value)) if isinstance(
        value, list) else "" if value is None else str(value)
    return f"{conditions.label(node.get('fact', ''))} {_sign(node.get('op', ''))} {shown}".strip()


def _sign(op: str) -> str:
    return {
        "eq": "=", "ne": "≠", "ge": "≥", "gt": ">", "le": "≤", "lt": "<", "in": "∈", "not_in": "∉", "is_true": "= " + _("yes"),
        "is_false": "= " + _("no"), "ge_each": _("≥ each of"), "within_region": _("lies in"), "valid_on": _("valid on"),
        "none_of": _("contains none of"), "any_of": _("contains any of"), "same_list": _("same list as"),
        "age_in_year_le": _("age in the year ≤"), "age_on_lt": _("age on the day <"), "starts_with": _("begins with"),
        "between": _("between"), "on_or_before": "≤", "on_or_after": "≥",
    }.get(op, op)
