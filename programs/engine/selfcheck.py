"""Which facts of a guide a person can answer before applying (clause R6): the questions of the public self-check.

At most what the conditions ask. Facts of the guide are known; lists of names and rows of an application are not asked.
A list of codes is asked as ticks when every rule over it compares with codes written in the guide: only those are shown,
because no other code can change an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from programs.engine.facts import BOOL, CATALOGUE, DATE, GUIDE, LEADER, LIST, MEMBER, PAIR, PARTNER, PERIOD, ROWS, TEXT, UNIT
from programs.engine.operators import fact_names

ASKED_KINDS = ("number", "money", TEXT, DATE, BOOL, PERIOD, LIST)
#: Over lists of codes these can be answered by ticks; the others count entries or compare whole lists.
TICKED = ("any_of", "none_of", "all_of")
ORDER = (UNIT, LEADER, PAIR, "team", "application")
#: What somebody knows before there is an application.
BEFOREHAND = (UNIT, LEADER, PAIR)


@dataclass(frozen=True)
class Question:
    """A fact to ask; `codes` are the ticks of a list."""

    fact: str
    codes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return CATALOGUE[self.fact].kind

    @property
    def subject(self) -> str:
        return CATALOGUE[self.fact].subject


def leaves(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every comparison of a tree."""
    if isinstance(node, list):
        for item in node:
            yield from leaves(item)
    elif isinstance(node, Mapping):
        if "op" in node and "fact" in node:
            yield node
        for value in node.values():
            yield from leaves(value)


def questions(rules: list[Mapping[str, Any]]) -> list[Question]:
    """In the order of the catalogue, by subject; rules that only a person can judge ask nothing."""
    trees = [tree for rule in rules for tree in (rule["test"], rule.get("exempt")) if tree]
    names = set().union(*[fact_names(tree) for tree in trees]) if trees else set()
    places = {name: number for number, name in enumerate(CATALOGUE)}
    found = [one for name in sorted(names & places.keys(), key=places.__getitem__) if (one := _question(name, trees)) is not None]
    return sorted(found, key=lambda one: ORDER.index(one.subject))


def most_asked(guides: list[list[Mapping[str, Any]]], most: int) -> list[Question]:
    """The few questions that say most about many guides at once: what can be answered beforehand, what more guides ask
    first, then the order of the catalogue. Each guide is its list of rules."""
    asked = Counter(one.fact for rules in guides for one in questions(rules))
    every = [one for one in questions([rule for rules in guides for rule in rules]) if one.subject in BEFOREHAND]
    chosen = {one.fact for one in sorted(every, key=lambda one: -asked[one.fact])[:most]}
    return [one for one in every if one.fact in chosen]


def _question(name: str, trees: list[Any]) -> Question | None:
    entry = CATALOGUE[name]
    if entry.kind == ROWS or entry.kind not in ASKED_KINDS or entry.subject in (GUIDE, MEMBER, PARTNER) or entry.subject not in ORDER:
        return None
    if entry.kind != LIST:
        return Question(name)
    used = [leaf for tree in trees for leaf in leaves(tree) if leaf["fact"] == name]
    elsewhere = sum(1 for tree in trees for value in _values(tree) if value == name)
    if not entry.choices or elsewhere or not used or any(leaf["op"] not in TICKED or leaf.get("value_by") for leaf in used):
        return None
    codes = [code for leaf in used for code in _codes(leaf.get("value"))]
    if not codes or any(not isinstance(leaf.get("value"), list) for leaf in used):
        return None
    return Question(name, tuple(dict.fromkeys(codes)))


def _codes(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _values(node: Any) -> Iterator[str]:
    """Facts that stand as the value of another comparison."""
    for leaf in leaves(node):
        for key in ("value", "at", "value_by"):
            yield from fact_names(leaf.get(key))
