"""Tags of guides: which code lists apply, what the applicant chooses and what the guide fixes (clauses P1, C1, C3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from programs import states
from programs.models import GuideVersion, ReferenceEntry
from programs.queries.lists import entries, list_label


def tags_of(version: GuideVersion | None) -> dict[str, dict[str, Any]]:
    """{dimension: {list, required, preset}} of a guide version. A version from before the tags, whose form asks for the
    cluster all the same, is read by its form."""
    return tags_of_data(version.data if version is not None else {})


def tags_of_data(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    if "tags" in data:
        return data["tags"]
    found = {}
    for section in (data.get("form") or {}).get("sections", ()):
        for item in section["fields"]:
            if item["code"] in states.Dimension.values and item.get("choices_from") in states.TAG_LISTS[item["code"]]:
                found[item["code"]] = {"list": item["choices_from"], "required": bool(item.get("required"))}
    return found


def tag_values(version: GuideVersion | None, answers: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """{dimension: (list, code)} of one application: what the guide fixes, else what was chosen; nothing is guessed."""
    found = {}
    for dimension, rule in tags_of(version).items():
        code = rule.get("preset") or str(answers.get(dimension) or "")
        if code:
            found[dimension] = (rule["list"], code[:40])
    return found


def tag_words(tags: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    """Tags with their names for a page; one query."""
    lists = {name for name, _code in tags.values()}
    rows = {(row.list, row.code): row for row in ReferenceEntry.objects.filter(list__in=lists)} if lists else {}
    return [
        {"dimension": str(states.Dimension(dimension).label), "list": list_label(tags[dimension][0]),
         "label": rows[tags[dimension]].label if tags[dimension] in rows else tags[dimension][1]}
        for dimension in states.Dimension.values if dimension in tags
    ]


def guide_tags(version: GuideVersion | None) -> list[dict[str, Any]]:
    """What the guide says of tags, for its public page: the list, and whether it is fixed, must or may be chosen."""
    return guide_tags_of(tags_of(version))


def guide_tags_of(rules: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same of the part itself, {dimension: {list, required, preset}}."""
    fixed = {dimension: (rule["list"], rule["preset"]) for dimension, rule in rules.items() if rule.get("preset")}
    names = {row["dimension"]: row["label"] for row in tag_words(fixed)}
    return [
        {"code": dimension, "dimension": label, "list": list_label(rules[dimension]["list"]), "fixed": names.get(label, ""),
         "required": bool(rules[dimension].get("required"))}
        for dimension, label in ((value, str(states.Dimension(value).label)) for value in states.Dimension.values)
        if dimension in rules
    ]


def tag_labels(dimension: str) -> dict[tuple[str, str], str]:
    """{(list, code): name} of every list of a dimension, in the order of the lists; one query."""
    lists = states.TAG_LISTS[states.Dimension(dimension)]
    rows = sorted(ReferenceEntry.objects.filter(list__in=lists), key=lambda row: (lists.index(row.list), row.order))
    return {(row.list, row.code): row.label for row in rows}


def tag_choices(name: str) -> list[tuple[str, str]]:
    return [(row.code, row.label) for row in entries(name)]


def question_of(dimension: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    """The field by which the application form asks for a tag."""
    labels = {
        states.Dimension.CLUSTER: ("所属产业集群（20+8）", "Industry cluster (20+8)"),
        states.Dimension.STREAM: ("基础研究类型", "Basic-research stream"),
        states.Dimension.STAGE: ("创新链环节", "Stage of the innovation chain"),
    }
    label, label_en = labels[states.Dimension(dimension)]
    return {"code": dimension, "kind": "select", "label": label, "label_en": label_en, "required": bool(rule.get("required")),
            "choices_from": rule["list"], "why": "用于分类统计和匹配评审专家。",
            "why_en": "Used for figures by field and to find reviewers."}


def tag_lists(dimension: str) -> tuple[str, ...]:
    return states.TAG_LISTS[states.Dimension(dimension)]
