"""Conditions that nobody can ever meet together: found while they are edited, with the clauses that conflict.

Every hard rule is split into branches of plain comparisons (an exemption is one more branch); a search looks for one
choice of branches whose comparisons leave every fact some value: an interval of numbers, days or ages, a set of texts,
the entries of a list, the number of rows that hold. What cannot be decided here (a person looks, a share of the rows,
values that vary) counts as possible, so a conflict is only ever claimed when it is certain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from programs.engine.facts import BOOL, CATALOGUE, DATE, LIST, TEXT
from programs.engine.operators import NUMERIC, OPERATORS, label, number, read, wanted_shape
from programs.engine.problems import Problem

#: Beyond these the search gives up and claims nothing.
MOST_BRANCHES, MOST_STEPS, MOST_CONFLICTS = 64, 4000, 5
NEGATED = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge", "eq": "ne", "ne": "eq", "in": "not_in", "not_in": "in",
           "any_of": "none_of", "none_of": "any_of"}
BOUNDS = {"ge": (1, False), "gt": (1, True), "le": (-1, False), "lt": (-1, True), "on_or_after": (1, False), "on_or_before": (-1, False)}
AGES = {"age_in_year_le": "le", "age_on_lt": "lt", "age_on_le": "le", "years_since_ge": "ge", "years_since_le": "le"}


@dataclass(frozen=True)
class Conflict:
    """Codes and clauses of rules that cannot all be met, and the facts they quarrel about."""

    codes: tuple[str, ...]
    clauses: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Demand:
    """One comparison that must hold (or must not)."""

    leaf: Mapping[str, Any]
    holds: bool


Branch = tuple[Demand, ...]


class _TooMany(Exception):
    """More branches than are worth looking at."""


# --- branches -----------------------------------------------------------------------------------------------------


def branches(node: Mapping[str, Any], holds: bool = True) -> list[Branch]:
    """The tree as alternatives of comparisons that hold together; raises _TooMany."""
    if "not" in node:
        return branches(node["not"], not holds)
    if "human" in node or "rows" in node and node.get("least") is None and node.get("most") is None:
        return [()]
    if "all" in node or "any" in node:
        children = [branches(child, holds) for child in node["all" if "all" in node else "any"]]
        found = _product(children) if ("all" in node) == holds else [one for child in children for one in child]
        if len(found) > MOST_BRANCHES:
            raise _TooMany
        return found
    return [(Demand(node, holds),)]


def _product(parts: list[list[Branch]]) -> list[Branch]:
    found: list[Branch] = [()]
    for part in parts:
        found = [(*one, *other) for one in found for other in part]
        if len(found) > MOST_BRANCHES:
            raise _TooMany
    return found


def _of_rule(rule: Mapping[str, Any]) -> list[Branch]:
    try:
        found = branches(rule["test"])
        return [*found, *branches(rule["exempt"])] if rule.get("exempt") else found
    except _TooMany:
        return [()]


# --- what one quantity may still be -------------------------------------------------------------------------------


@dataclass
class _Interval:
    """Bounds of a number, a day or an age; `whole` numbers only have no room between neighbours."""

    whole: bool = False
    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    out: set[Any] = field(default_factory=set)

    def at_least(self, value: Any, is_open: bool = False) -> None:
        if self.low is None or value > self.low or (value == self.low and is_open):
            self.low, self.low_open = value, is_open

    def at_most(self, value: Any, is_open: bool = False) -> None:
        if self.high is None or value < self.high or (value == self.high and is_open):
            self.high, self.high_open = value, is_open

    def demand(self, op: str, value: Any) -> None:
        if op == "eq":
            self.at_least(value)
            self.at_most(value)
        elif op == "ne":
            self.out.add(value)
        else:
            side, is_open = BOUNDS[op]
            (self.at_least if side > 0 else self.at_most)(value, is_open)

    def is_empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        if self.whole:
            low = int(self.low // 1 + (1 if self.low % 1 or self.low_open else 0))
            high = int(self.high // 1 - (1 if self.high_open and not self.high % 1 else 0))
            return low > high or (low == high and low in self.out)
        if self.low > self.high:
            return True
        return self.low == self.high and (self.low_open or self.high_open or self.low in self.out)


def _literal(value: Any) -> bool:
    return value is not None and not isinstance(value, Mapping)


def _interval_demands(demand: Demand) -> Iterator[tuple[tuple[str, str], bool, str, Any]]:
    """(quantity, whole numbers only, comparison, bound) of a comparison of numbers, days or ages."""
    leaf, op = demand.leaf, demand.leaf["op"]
    name, value = leaf["fact"], leaf.get("value")
    if op in AGES and _literal(value):
        plain = AGES[op] if demand.holds else NEGATED[AGES[op]]
        family = "year" if op == "age_in_year_le" else "age"
        yield (name, f"{family} {json.dumps(leaf.get('at'), sort_keys=True, default=str)}"), True, plain, int(number(value))
    elif op in ("count_ge", "count_le") and _literal(value):
        plain = op.removeprefix("count_") if demand.holds else NEGATED[op.removeprefix("count_")]
        yield (name, f"count {json.dumps(sorted(set(leaf.get('of') or ())))}"), True, plain, number(value)
    elif op == "between" and demand.holds:
        low, high = read("range", value)
        yield (name, ""), False, "ge", low
        yield (name, ""), False, "le", high
    elif op == "ge_each" and demand.holds and _literal(value):
        for item in read("numbers", value):
            yield (name, ""), False, "ge", item
    elif op in BOUNDS or op in ("eq", "ne"):
        plain = {"on_or_after": "ge", "on_or_before": "le"}.get(op, op)
        plain = plain if demand.holds else NEGATED[plain]
        if _literal(value):
            yield (name, ""), False, plain, read(wanted_shape(name, op), value)
        elif isinstance(value, Mapping):  # against another fact: their difference against nothing
            yield (name, f"minus {json.dumps(value, sort_keys=True)}"), False, plain, Decimal(0)


def _rows_demand(demand: Demand) -> tuple[tuple[str, str], _Interval, str, Decimal]:
    """How many of the same rows hold: (quantity, what it can be at all, comparison, bound)."""
    node = demand.leaf
    plain = "ge" if node.get("least") is not None else "le"
    bound = number(node["least"] if plain == "ge" else node["most"])
    same = json.dumps([node.get("first"), node.get("that")], sort_keys=True, default=str)
    most = number(node["first"]) if node.get("first") else None
    return (node["rows"], f"rows {same}"), _Interval(True, Decimal(0), most), plain if demand.holds else NEGATED[plain], bound


def _plain(demands: Iterable[Demand]) -> Iterator[Demand]:
    """Comparisons whose value is the same for everybody."""
    return (demand for demand in demands if not demand.leaf.get("value_by"))


def contradiction(demands: Iterable[Demand]) -> set[str]:
    """Facts that these comparisons leave no value; empty when all may hold together."""
    by_fact: dict[str, list[Demand]] = {}
    intervals: dict[tuple[str, str], _Interval] = {}
    for demand in _plain(demands):
        if "rows" in demand.leaf:
            rows, possible, op, bound = _rows_demand(demand)
            intervals.setdefault(rows, possible).demand(op, bound)
            continue
        name = demand.leaf["fact"]
        by_fact.setdefault(name, []).append(demand)
        if CATALOGUE[name].kind in (*NUMERIC, DATE, LIST):
            for key, whole, op, bound in _interval_demands(demand):
                intervals.setdefault(key, _Interval(whole)).demand(op, bound)
    found = {key[0] for key, interval in intervals.items() if interval.is_empty()}
    for name, rows in by_fact.items():
        impossible = {TEXT: _no_text, BOOL: _no_flag, LIST: _no_list}.get(CATALOGUE[name].kind)
        if impossible and impossible(name, rows):
            found.add(name)
    return found


def _holds(demand: Demand, value: Any) -> bool:
    leaf, op = demand.leaf, demand.leaf["op"]
    wanted = read(wanted_shape(leaf["fact"], op), leaf["value"]) if "value" in leaf else None
    return OPERATORS[op].test(value, wanted, None, leaf.get("of")) == demand.holds


def _decidable(rows: list[Demand]) -> list[Demand]:
    return [row for row in rows if not isinstance(row.leaf.get("value"), Mapping)]


def _no_flag(name: str, rows: list[Demand]) -> bool:
    plain = _decidable(rows)
    return not any(all(_holds(row, value) for row in plain) for value in (True, False))


def _no_text(name: str, rows: list[Demand]) -> bool:
    """A number choice that no other comparison allows, or beginnings that exclude each other."""
    plain = _decidable(rows)
    for row in plain:
        op = row.leaf["op"] if row.holds else NEGATED.get(row.leaf["op"], "")
        if op in ("in", "eq"):
            choice = read(LIST, row.leaf["value"]) if op == "in" else [str(row.leaf["value"])]
            if not any(all(_holds(other, value) for other in plain) for value in choice):
                return True
    for op in ("starts_with", "within_region"):
        wanted = [read("texts", row.leaf["value"]) for row in plain if row.leaf["op"] == op and row.holds]
        unwanted = [text for row in plain if row.leaf["op"] == op and not row.holds for text in read("texts", row.leaf["value"])]
        for index, one in enumerate(wanted):
            if all(text.startswith(tuple(unwanted)) for text in one):
                return True
            for other in wanted[index + 1 :]:
                if not any(a.startswith(b) or b.startswith(a) for a in one for b in other):
                    return True
    return False


def _no_list(name: str, rows: list[Demand]) -> bool:
    """Entries that must be there against entries that must not, and how many there may be."""
    plain = _decidable(rows)
    for row in plain:
        if row.leaf["op"] == "same_list" and row.holds:
            value = read(LIST, row.leaf["value"])
            return not all(_holds(other, value) for other in plain)
    needed, forbidden, one_of, missing = set(), set(), [], []
    most: Decimal | None = None
    for row in plain:
        op, holds = row.leaf["op"], row.holds
        if op in ("count_ge", "count_le"):
            if not row.leaf.get("of") and (op == "count_le") == holds:
                bound = number(row.leaf["value"]) - (0 if holds else 1)
                most = bound if most is None else min(most, bound)
                if not holds and number(row.leaf["value"]) % 1:
                    most = None  # fewer than a broken number: left to the interval
            forbidden |= _kept_out(row)
            continue
        if op == "same_list":
            continue  # another list than this one can always be found
        wanted = set(read(LIST, row.leaf["value"]))
        if op == "all_of":
            needed |= wanted if holds else set()
            missing += [] if holds else [wanted]
        elif (op == "any_of") == holds:
            one_of.append(wanted)
        elif op in ("any_of", "none_of"):
            forbidden |= wanted
    if needed & forbidden or any(choice <= forbidden for choice in one_of) or any(lost <= needed for lost in missing):
        return True
    return most is not None and most < max(len(needed), 1 if one_of else 0)


def _kept_out(row: Demand) -> set[str]:
    """Entries of which there may be none: "at most 0 of these", "not 1 or more of these"."""
    bound = number(row.leaf["value"])
    none_at_all = bound < 1 if row.leaf["op"] == "count_le" and row.holds else (
        row.leaf["op"] == "count_ge" and not row.holds and bound <= 1)
    return set(row.leaf.get("of") or ()) if none_at_all else set()


# --- the search ---------------------------------------------------------------------------------------------------


class _Search:
    """Depth first over the branches of the rules; `facts` are those at which the tries ended."""

    def __init__(self, rules: list[list[Branch]]):
        self.rules = sorted(rules, key=len)
        self.steps = 0
        self.facts: set[str] = set()

    def possible(self, index: int = 0, taken: Branch = ()) -> bool:
        self.steps += 1
        if index == len(self.rules) or self.steps > MOST_STEPS:
            return True
        for branch in self.rules[index]:
            together = (*taken, *branch)
            wrong = contradiction(together)
            self.facts |= wrong
            if not wrong and self.possible(index + 1, together):
                return True
        return False


def find(rules: Iterable[Mapping[str, Any]]) -> list[Conflict]:
    """Smallest groups of hard rules that nobody can meet together; [] when none is certain. Rules must be well formed."""
    left = [(rule, _of_rule(rule)) for rule in rules if rule.get("hard", True)]
    found: list[Conflict] = []
    while len(found) < MOST_CONFLICTS and not _Search([one for _rule, one in left]).possible():
        core = left
        for part in left:
            fewer = [other for other in core if other is not part]
            if not _Search([one for _rule, one in fewer]).possible():
                core = fewer
        search = _Search([one for _rule, one in core])
        search.possible()
        found.append(Conflict(
            tuple(rule["code"] for rule, _one in core), tuple(rule.get("clause") or rule["code"] for rule, _one in core),
            tuple(sorted(search.facts)),
        ))
        left = [part for part in left if part[0] is not core[-1][0]]
    return found


def check(rules: list[Mapping[str, Any]], path: str = "conditions") -> list[Problem]:
    """The conflicts as problems: which clauses, about what."""
    return [
        Problem(path, _("nobody can meet %(clauses)s: %(facts)s") % {
            "clauses": _(" together with ").join(f"“{clause}”" for clause in conflict.clauses),
            "facts": "、".join(label(name) for name in conflict.facts),
        })
        for conflict in find(rules)
    ]
