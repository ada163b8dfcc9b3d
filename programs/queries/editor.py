"""What the guide editor shows: its parts, the checks of publishing, readable conditions, differences of versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import workflow
from programs.engine import schema
from programs.engine.forms import pick
from programs.models import Guide
from programs.queries.wording import Names, words

#: The questions of the `publish` step, with a heading for the check list on the desk page.
PUBLISH_CHECKS = (
    (workflow.special_active, gettext_lazy("The special is in force (T2)")),
    (workflow.governed, gettext_lazy("A valid policy document governs it (R13)")),
    (workflow.within_plan, gettext_lazy("Within an approved annual-plan item (A2)")),
    (workflow.has_windows, gettext_lazy("Filing windows")),
    (workflow.well_formed, gettext_lazy("Content complete and well formed")),
)

PARTS = (
    ("header", gettext_lazy("Title, bodies, annexes, applicants"), ("header", "applicants")),
    ("sections", gettext_lazy("Texts of the sections"), ("sections",)),
    ("money", gettext_lazy("Money, number, formula"), ("mode", "quota", "amount", "publicity_days")),
    ("conditions", gettext_lazy("Conditions"), ("conditions",)),
    ("topics", gettext_lazy("Topics"), ("topics",)),
    ("documents", gettext_lazy("Materials"), ("documents",)),
    ("form", gettext_lazy("Application form"), ("form",)),
    ("formality_items", gettext_lazy("Formality check list"), ("formality_items",)),
    ("review", gettext_lazy("Review"), ("review",)),
    ("criteria", gettext_lazy("Score sheet"), ("score_sheet",)),
    ("payment_plan", gettext_lazy("Payment plan"), ("payment_plan",)),
    ("contacts", gettext_lazy("Contacts"), ("contacts",)),
    ("tags", gettext_lazy("Tags"), ("tags",)),
)


#: Parts of a version that have no page of their own in the editor.
OTHER_PARTS = {
    "applicants": gettext_lazy("Who can apply"), "mode": gettext_lazy("Way of funding"), "quota": gettext_lazy("Money and number"),
    "amount": gettext_lazy("Amount"), "publicity_days": gettext_lazy("Days of public notice"), "budget": gettext_lazy("Budget"),
    "targets": gettext_lazy("Targets"), "score_sheet": gettext_lazy("Score sheet"), "team": gettext_lazy("Team"),
    "provenance": gettext_lazy("Marks of demo data"),
}


def part_label(key: str) -> str:
    return str(OTHER_PARTS.get(key) or next((label for code, label, _keys in PARTS if code == key), key))


def editor_parts(guide: Guide) -> list[dict[str, Any]]:
    """The task list of the editor: each part with its page and whether something is wrong or missing."""
    data = guide.version.data if guide.version else {}
    problems = schema.check(data)
    found = []
    for code, label, keys in PARTS:
        wrong = [p for p in problems if p.path.split(".")[0].split("[")[0] in keys]
        name = {"conditions": "conditions", "form": "form_parts"}.get(code)
        url = reverse(f"programs:desk:{name}", args=[guide.ref]) if name else reverse("programs:desk:edit", args=[guide.ref, code])
        found.append({"code": code, "label": label, "url": url, "state": "err" if wrong else "done",
                      "text": _("%(count)d to do") % {"count": len(wrong)} if wrong else _count(data, keys[0])})
    return found


def _count(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if key == "form":
        value = [item for part in (value or {}).get("sections", ()) for item in part["fields"]]
    return str(len(value)) if isinstance(value, list) else _("filled in")


def condition_lines(guide: Guide) -> list[dict[str, Any]]:
    """The conditions with their test in words."""
    names = Names()
    return [
        {**rule, "shown": pick(rule, "text"), "test_words": words(rule.get("test") or {}, names),
         "exempt_words": words(rule["exempt"], names) if rule.get("exempt") else ""}
        for rule in (guide.version.data.get("conditions") or [])
    ]


def version_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Leaves that differ between two versions: place, old text, new text."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        {"part": part_label(path.partition(".")[0]), "path": path.partition(".")[2], "before": old.get(path, ""),
         "after": new.get(path, ""), "is_english": path.endswith("_en") or (old.get(path, "") + new.get(path, "")).isascii()}
        for path in sorted({*old, *new}) if old.get(path) != new.get(path)
    ][:400]


def _leaves(node: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(node, Mapping):
        children = [(str(key), value) for key, value in node.items()]
    elif isinstance(node, list):
        children = [(str(row.get("code", i)) if isinstance(row, Mapping) else str(i), row) for i, row in enumerate(node)]
    else:
        return [(path, node if isinstance(node, str) else json.dumps(node, ensure_ascii=False))]
    return [leaf for key, value in children for leaf in _leaves(value, f"{path}.{key}" if path else key)]
