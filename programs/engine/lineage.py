"""Classes over the versions of the programme tree: what continues what and in which share, what changed between two
versions (clauses P3, P4, T1). Plain data: a class is named by any hashable key, a link says what became of it.

Shares are exact fractions. Of one old class the shares into one version add up to 1, and money that follows them is cut
to the fen by the largest remainder, so that nothing is lost or counted twice on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

Key = Hashable


@dataclass(frozen=True)
class Link:
    """A share of the class `old` goes into version `into` as `new`; `new` None: it is not continued there."""

    old: Key
    into: Key
    new: Key | None
    share: Fraction


@dataclass
class Heirs:
    """Where a class has gone: shares by class, the share that was ended, and classes from which no link leads on."""

    found: dict[Key, Fraction] = field(default_factory=dict)
    ended: Fraction = Fraction(0)
    open: dict[Key, Fraction] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return not self.open and sum(self.found.values(), self.ended) == 1


def share_problems(shares: Sequence[Fraction]) -> list[str]:
    """Codes of what is wrong with the shares of one old class into one version: "range", "sum"."""
    found = ["range"] if any(share <= 0 or share > 1 for share in shares) else []
    if sum(shares, Fraction(0)) != 1:
        found.append("sum")
    return found


class Atlas:
    """All links between all versions, ready to be followed forward and back."""

    def __init__(
        self, links: Iterable[Link], home: Mapping[Key, Key], order: Mapping[Key, int], drafts: Iterable[Key] = ()
    ) -> None:
        """`home` gives the version of a class, `order` the place of a version in time (smaller is earlier). A draft
        version is where a walk may end, never a bridge to another one."""
        self.home, self.order, self.drafts = dict(home), dict(order), set(drafts)
        self.ahead: dict[Key, dict[Key, list[Link]]] = defaultdict(lambda: defaultdict(list))
        self.behind: dict[Key, list[Link]] = defaultdict(list)
        for link in links:
            self.ahead[link.old][link.into].append(link)
            if link.new is not None:
                self.behind[link.new].append(link)

    def _step(self, node: Key, target: Key) -> list[Link]:
        """The links to follow from a class: straight into the target, else into the next version before it."""
        ways = self.ahead.get(node, {})
        if target in ways:
            return ways[target]
        mine, last = self.order[self.home[node]], self.order[target]
        between = [into for into in ways if mine < self.order[into] < last and into not in self.drafts]
        return ways[min(between, key=lambda into: self.order[into])] if between else []

    def heirs(self, node: Key, target: Key) -> Heirs:
        """What became of a class in a later version. Links lead forward in time only, so every walk ends."""
        result = Heirs()
        waiting = [(node, Fraction(1))]
        while waiting:
            here, share = waiting.pop()
            if self.home[here] == target:
                result.found[here] = result.found.get(here, Fraction(0)) + share
                continue
            links = self._step(here, target)
            if not links:
                result.open[here] = result.open.get(here, Fraction(0)) + share
            for link in links:
                if link.new is None:
                    result.ended += share * link.share
                else:
                    waiting.append((link.new, share * link.share))
        return result

    def ancestors(self, node: Key) -> list[Key]:
        """Every earlier class of which a share arrives here, nearest first."""
        found, waiting = [], [node]
        while waiting:
            for link in self.behind.get(waiting.pop(0), ()):
                if link.old not in found:
                    found.append(link.old)
                    waiting.append(link.old)
        return found

    def descendants(self, node: Key) -> list[Key]:
        found, waiting = [], [node]
        while waiting:
            for links in self.ahead.get(waiting.pop(0), {}).values():
                for link in links:
                    if link.new is not None and link.new not in found:
                        found.append(link.new)
                        waiting.append(link.new)
        return found


def split(amount: Decimal, shares: Sequence[Fraction], unit: Decimal = Decimal("0.01")) -> list[Decimal]:
    """Cut an amount by shares into whole units; the parts add up to the amount times the sum of the shares.

    The units that rounding down leaves over go to the largest remainders, the first of equal ones first.
    """
    total = Fraction(amount) / Fraction(unit)
    exact = [total * share for share in shares]
    whole = [part.numerator // part.denominator for part in exact]
    missing = round(sum(exact)) - sum(whole)
    by_remainder = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for index in by_remainder[:missing]:
        whole[index] += 1
    return [part * unit for part in whole]


@dataclass(frozen=True)
class Node:
    """A class as one version has it. `facts` are what a reader compares: ways of funding, review, budget, prefix."""

    key: Key
    code: str
    name: str
    plan: str
    plan_name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One line between two versions. `kinds` of ADDED, GONE, ENDED, RENAMED, MOVED, CHANGED, SPLIT, MERGED."""

    kinds: tuple[str, ...]
    old: Node | None
    new: Node | None
    share: Fraction | None = None
    fields: tuple[tuple[str, Any, Any], ...] = ()
    is_mapped: bool = True


def compare(before: Sequence[Node], after: Sequence[Node], links: Iterable[Link], into: Key) -> list[Change]:
    """What is different in `after` (the version `into`). Without a link a class of the same code counts as the same."""
    old, new = {node.key: node for node in before}, {node.key: node for node in after}
    by_code = {node.code: node for node in after}
    pairs: list[tuple[Node, Node | None, Fraction, bool]] = []
    linked: dict[Key, list[Link]] = defaultdict(list)
    for link in links:
        if link.into == into and link.old in old:
            linked[link.old].append(link)
    for node in before:
        if linked[node.key]:
            pairs += [(node, new.get(link.new), link.share, True) for link in linked[node.key]]
        elif node.code in by_code:
            pairs.append((node, by_code[node.code], Fraction(1), False))
    parents: dict[Key, int] = defaultdict(int)
    for _node, heir, _share, _mapped in pairs:
        if heir is not None:
            parents[heir.key] += 1
    met = {node.key for node, _heir, _share, _mapped in pairs}
    found = [Change(("GONE",), node, None, is_mapped=False) for node in before if node.key not in met]
    for node, heir, share, mapped in pairs:
        if heir is None:
            found.append(Change(("ENDED",), node, None, share))
            continue
        kinds, fields = _kinds(node, heir)
        if len(linked[node.key]) > 1:
            kinds.append("SPLIT")
        if parents[heir.key] > 1:
            kinds.append("MERGED")
        if kinds:
            found.append(Change(tuple(kinds), node, heir, share, tuple(fields), mapped))
    found += [Change(("ADDED",), None, node) for node in after if node.key not in parents]
    return found


def _kinds(node: Node, heir: Node) -> tuple[list[str], list[tuple[str, Any, Any]]]:
    kinds = []
    if node.name != heir.name or node.code != heir.code:
        kinds.append("RENAMED")
    if node.plan != heir.plan:
        kinds.append("MOVED")
    fields = [(name, node.facts.get(name), heir.facts.get(name)) for name in node.facts
              if node.facts.get(name) != heir.facts.get(name)]
    if fields:
        kinds.append("CHANGED")
    return kinds, fields
