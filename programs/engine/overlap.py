"""How far two specials do the same: four shares between 0 and 1 and one number made of them (clause P2).

Plain Python over texts and sets; a part that one side knows nothing about is left out and the weights of the others
are scaled, so that an empty special is never "different" for want of data.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core import search

PARTS = ("aims", "conditions", "applicants", "topics")
MOST_SHOWN = 12
#: Facts whose comparison says nothing about what a special is for: every guide asks them.
COMMON_FACTS = frozenset({"application.is_secret", "unit.blocked", "leader.blocked", "unit.is_legal_person"})


@dataclass(frozen=True)
class Portrait:
    """What is compared of one special."""

    code: str
    aims: str = ""
    conditions: tuple[Mapping[str, Any], ...] = ()
    applicants: frozenset[str] = frozenset()
    topics: tuple[tuple[str, str], ...] = ()  # (reference, title)


@dataclass(frozen=True)
class Found:
    number: Decimal
    parts: dict[str, Decimal | None]
    behind: dict[str, Any] = field(default_factory=dict)


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring Han characters and whole Latin words."""
    return frozenset(word for word in search.bigrams(text).split() if len(word) > 1)


def share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def jaccard(a: frozenset[Any], b: frozenset[Any]) -> Decimal | None:
    return share(len(a & b), len(a | b)) if a and b else None


def leaves(node: Any) -> Iterable[str]:
    """Every comparison of a condition tree as one canonical JSON text, so that equal ones are equal."""
    if isinstance(node, Mapping):
        if isinstance(node.get("fact"), str) and "op" in node and node["fact"] not in COMMON_FACTS:
            own = {key: node[key] for key in ("fact", "op", "value", "value_by", "at") if key in node}
            yield json.dumps(own, ensure_ascii=False, sort_keys=True)
        for value in node.values():
            yield from leaves(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from leaves(value)


def _applicants(a: frozenset[str], b: frozenset[str]) -> Decimal | None:
    """The share of the smaller circle that applies for both (overlap coefficient)."""
    return share(len(a & b), min(len(a), len(b))) if a and b else None


def twins(a: Portrait, b: Portrait, least: Decimal) -> list[tuple[Decimal, tuple[str, str], tuple[str, str]]]:
    """Pairs of titles at least so alike, each title of the smaller side with its nearest; most alike first.

    Candidates come from an index of bigrams, so that titles without a common pair are never compared.
    """
    small, large = sorted((a.topics, b.topics), key=len)
    words = [bigrams(title) for _ref, title in large]
    index: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(words):
        for word in own:
            index[word].append(place)
    found = []
    for topic in small:
        mine = bigrams(topic[1])
        common = Counter(place for word in mine for place in index.get(word, ()))
        best = max(
            ((share(count, len(mine) + len(words[place]) - count), -place) for place, count in common.items()), default=None
        )
        if best and best[0] >= least:
            other = large[-best[1]]
            found.append((best[0], topic, other) if small is a.topics else (best[0], other, topic))
    return sorted(found, key=lambda row: (-row[0], row[1], row[2]))


def compare(a: Portrait, b: Portrait, weights: Mapping[str, Decimal], twin: Decimal) -> Found | None:
    """The overlap of two specials; None when nothing at all can be compared."""
    first, second = frozenset(leaves(a.conditions)), frozenset(leaves(b.conditions))
    words = bigrams(a.aims), bigrams(b.aims)
    alike = twins(a, b, twin) if a.topics and b.topics else []
    parts: dict[str, Decimal | None] = {
        "aims": jaccard(*words),
        "conditions": jaccard(first, second),
        "applicants": _applicants(a.applicants, b.applicants),
        "topics": share(len(alike), min(len(a.topics), len(b.topics))) if a.topics and b.topics else None,
    }
    known = {name: value for name, value in parts.items() if value is not None}
    whole = sum((weights[name] for name in known), Decimal(0))
    if not known or whole <= 0:
        return None
    number = sum((weights[name] * value for name, value in known.items()), Decimal(0)) / whole
    behind = {
        "words": sorted(words[0] & words[1])[: MOST_SHOWN * 2],
        "conditions": [json.loads(leaf) for leaf in sorted(first & second)[:MOST_SHOWN]],
        "applicants": sorted(a.applicants & b.applicants)[:MOST_SHOWN],
        "applicant_count": len(a.applicants & b.applicants),
        "topics": [[str(value), list(x), list(y)] for value, x, y in alike[:MOST_SHOWN]],
        "topic_count": len(alike),
    }
    return Found(number.quantize(Decimal("0.0001"), ROUND_HALF_UP), parts, behind)
