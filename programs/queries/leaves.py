"""What differs between two versions, leaf by leaf: the place and both values in words.

Nothing that differs is left out, so that nothing escapes those who sign a guide; a code stands only where it has no name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programs.engine import labels, modes, places
from programs.engine.facts import CATALOGUE
from programs.engine.forms import pick
from programs.engine.operators import label
from programs.queries.clauses import field_labels, shown_value, visible_words
from programs.queries.lists import list_label
from programs.queries.page import mark_text, payment_label
from programs.queries.wording import FIELD_KIND_WORDS, Names, percent, words

MOST_LEAVES = 400
#: Keys that only hold the rows below them.
HOLDERS = ("sections", "fields", "kinds", "headings", "details", "values", "criteria")
SHARES = ("share", "rate")
TREES = ("test", "exempt")


@dataclass(frozen=True)
class Leaf:
    """`raw` decides whether something differs; `shown` is what a person reads."""

    label: str
    raw: str
    shown: str


class _Reader:
    """One version of a guide, read into leaves."""

    def __init__(self, data: Mapping[str, Any]):
        self.data, self.names = data, Names()
        self.fields = field_labels(data.get("form") or {}) if isinstance(data.get("form"), Mapping) else {}
        mode = str((data.get("mode") or {}).get("funding_mode", ""))
        self.details = {field["code"]: field for field in modes.fields_of(mode)}

    def leaves(self) -> dict[str, Leaf]:
        return {path: leaf for part, value in self.data.items() for path, leaf in self._walk(value, part, part, str(part), (), "")}

    def _walk(self, node: Any, part: str, key: str, path: str, said: tuple[str, ...], section: str) -> Iterator[tuple[str, Leaf]]:
        whole = self._whole(node, part, key, path, section)
        if whole is not None:
            yield path, Leaf(" · ".join(said), json.dumps(node, ensure_ascii=False, sort_keys=True), whole)
        elif isinstance(node, Mapping):
            for inner, value in node.items():
                yield from self._walk(value, part, str(inner), f"{path}.{inner}", (*said, *self._word(part, str(inner), path)), section)
        else:
            for index, row in enumerate(node):
                code = str(row.get("code", index)) if isinstance(row, Mapping) else str(index)
                inside = code if part == "form" and key == "sections" else section
                yield from self._walk(row, part, code, f"{path}.{code}", (*said, self._row(part, row, code, index)), inside)

    def _whole(self, node: Any, part: str, key: str, path: str, section: str) -> str | None:
        """The words of what is one leaf; None for what is looked into."""
        if key in TREES and part == "conditions" and isinstance(node, Mapping):
            return words(node, self.names)
        if key == "visible_if" and isinstance(node, Mapping):
            return visible_words(node, section, self.fields)
        if isinstance(node, list) and not any(isinstance(one, Mapping | list) for one in node):
            return shown_value(key, node)
        return None if isinstance(node, Mapping | list) else self._value(node, part, key, path)

    def _value(self, value: Any, part: str, key: str, path: str) -> str:
        if path.startswith("mode.details.") and key in self.details and value not in (None, ""):
            return modes.shown_detail(self.details[key], value)
        if part == "provenance":
            return mark_text(str(value)) or _("From the source")
        if part == "form" and key == "kind" and value in FIELD_KIND_WORDS:
            return str(FIELD_KIND_WORDS[value])
        if part == "payment_plan" and key == "kind":
            return payment_label(str(value))
        if key == "fact" and value in CATALOGUE:
            return label(str(value))
        if key in ("list", "choices_from") and value:
            return list_label(str(value))
        if key in SHARES:
            return percent(value)
        return "" if value is None else shown_value(key, value)

    def _word(self, part: str, key: str, path: str) -> tuple[str, ...]:
        if key in HOLDERS and not (part == "amount" and key == "values"):
            return ()
        if path == "mode.details" and key in self.details:
            return (modes.field_label(self.details[key]),)
        if path == "amount.labels":  # the name in the formula; its words are the value
            return ()
        if part == "provenance":
            return (_provenance_word(key),)
        return (labels.of(key, part),)

    def _row(self, part: str, row: Any, code: str, index: int) -> str:
        if not isinstance(row, Mapping):
            return str(index + 1)
        if part == "payment_plan":
            return payment_label(str(row.get("kind", "")))
        named = pick(row, "title") or pick(row, "name") or pick(row, "label") or str(row.get("clause") or "")
        return named or " / ".join(filter(None, (pick(row, "l1"), pick(row, "l2")))) or (
            code if "code" in row else _("no. %(number)d") % {"number": index + 1})


def _provenance_word(key: str) -> str:
    part, _point, rest = key.partition(".")
    return " · ".join(filter(None, (places.part_name(part), labels.of(rest))))


def version_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Leaves that differ between two versions: place, old and new value, all in words."""
    old, new = _Reader(before).leaves(), _Reader(after).leaves()
    differing = [path for path in sorted({*old, *new}) if (old[path].raw if path in old else None) != (new[path].raw if path in new else None)]
    return [_change(path, old.get(path), new.get(path)) for path in differing[:MOST_LEAVES]]


def _change(path: str, old: Leaf | None, new: Leaf | None) -> dict[str, str]:
    before, after = (old.shown if old else ""), (new.shown if new else "")
    if old and new and before == after:  # the words do not tell them apart
        before, after = old.raw, new.raw
    return {"part": places.part_name(path.partition(".")[0]), "label": (new or old).label, "before": before, "after": after,  # type: ignore[union-attr]
            "is_english": path.endswith("_en") or (before + after).isascii()}
