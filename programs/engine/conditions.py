"""Who may apply: rules over facts, each answered PASS, FAIL or HUMAN with the clause, the value found and its source.

A rule is {code, clause, text, text_en, hard, test, exempt?, exempt_result?}. A test is a tree of

    {"all": [...]}  {"any": [...]}  {"not": {...}}  {"human": "what a person must look at"}
    {"fact", "op", "value"?, "at"?, "of"?, "value_by"?}                          one comparison
    {"rows": "team.members", "first"?, "least" | "most" | "share" | "every", "that": {...}}   of the rows, so many hold

A value is a literal or another fact: {"fact", "months"?, "times"?} (a day some months later, a number times a factor).
`value_by` varies it: {"fact", "values": {key: value}}, or {"facts": [...], "values": [{"when": {fact: key}, "value"}]}
where the first row that fits counts. What is not known is never guessed: it answers HUMAN (three-valued logic, so that
an unknown does not hide a known FAIL).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import wan
from programs.engine import facts as known
from programs.engine.facts import CATALOGUE, lookup
from programs.engine.operators import (
    NEEDS_AT,
    NEEDS_NO_VALUE,
    OPERATORS,
    day,
    fact_names,
    label,
    months_later,
    number,
    read,
    wanted_shape,
)
from programs.engine.wellformed import MAX_DEPTH, check

PASS, FAIL, HUMAN = "PASS", "FAIL", "HUMAN"
UNREADABLE = (ArithmeticError, ValueError, TypeError, AttributeError, IndexError, KeyError)

__all__ = [
    "FAIL", "HUMAN", "MAX_DEPTH", "NEEDS_AT", "NEEDS_NO_VALUE", "OPERATORS", "PASS", "Outcome", "check", "day", "evaluate",
    "evaluate_rule", "fact_names", "label", "number", "result_of",
]


@dataclass(frozen=True)
class Outcome:
    """`found` are values and where they stand in `source`; `look` is what a person has yet to look at (no value)."""

    code: str
    result: str
    clause: str
    text: str
    found: str
    source: str
    hard: bool = True
    look: str = ""

    @property
    def said(self) -> str:
        """The values found and what a person must look at, in one line."""
        look = _("a person must look: %(what)s") % {"what": self.look} if self.look else ""
        return "；".join(text for text in (self.found, look) if text)

    @property
    def blocks(self) -> bool:
        return self.hard and self.result == FAIL


@dataclass
class _Trace:
    found: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)

    def note(self, text: str, source: str = "") -> None:
        if text not in self.found:
            self.found.append(text)
        if source and source not in self.sources:
            self.sources.append(source)

    def unknown(self, name: str) -> None:
        self.note(_("%(fact)s: not known") % {"fact": label(name)})


class _Unknown(Exception):
    """A value that is needed is not known or cannot be read: the comparison goes to a person."""


def shown(name: str, fact: known.Fact) -> str:
    """The value as a person reads it: its own words if it has any, money in 万元."""
    if fact.shown:
        return fact.shown
    entry = CATALOGUE.get(name)
    if entry is not None and entry.kind == known.MONEY and isinstance(fact.value, (Decimal, int)):
        return _("%(amount)s 10,000 yuan") % {"amount": wan(fact.value)}
    return _text(fact.value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return " – ".join(str(value.get(key) or "?") for key in ("from", "to"))
    if isinstance(value, (list, tuple, set)):
        return "、".join(str(item) for item in value) or _("none")
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _known_fact(name: str, facts: Mapping[str, Any], trace: _Trace) -> known.Fact:
    found = lookup(facts, name)
    if found is None:
        trace.unknown(name)
        raise _Unknown
    trace.note(f"{label(name)}：{shown(name, found)}", found.source)
    return found


def _resolve(value: Any, shape: str, facts: Mapping[str, Any], trace: _Trace) -> Any:
    """A literal, or another fact, typed; raises _Unknown when nobody knows it."""
    if value is None:
        raise _Unknown
    if not (isinstance(value, Mapping) and "fact" in value):
        return read(shape, value)
    found = read(shape, _known_fact(value["fact"], facts, trace).value)
    if value.get("months"):
        found = months_later(found, int(value["months"]))
    return found * number(value["times"]) if value.get("times") is not None else found


def _varied(node: Mapping[str, Any], facts: Mapping[str, Any], trace: _Trace) -> Any:
    """The value of a comparison, after `value_by`: by one fact, or by the first row whose facts all fit."""
    varied = node.get("value_by")
    if not varied:
        return node.get("value")
    if "facts" not in varied:
        key = lookup(facts, varied["fact"])
        if key is None:
            trace.unknown(varied["fact"])
            raise _Unknown
        return varied.get("values", {}).get(str(key.value), node.get("value"))
    for row in varied["values"]:
        fits = [_same(name, key, facts, trace) for name, key in row["when"].items()]
        if all(fits):
            return row["value"]
        if None in fits and False not in fits:
            raise _Unknown
    return node.get("value")


def _same(name: str, key: Any, facts: Mapping[str, Any], trace: _Trace) -> bool | None:
    found = lookup(facts, name)
    if found is None:
        trace.unknown(name)
        return None
    trace.note(f"{label(name)}：{shown(name, found)}", found.source)
    kind = CATALOGUE[name].kind
    return read(kind, found.value) == read(kind, key)


def _leaf(node: Mapping[str, Any], facts: Mapping[str, Any], trace: _Trace) -> str:
    name, op = node["fact"], node["op"]
    rule = OPERATORS[op]
    try:
        found = _known_fact(name, facts, trace)
        wanted = None
        if op not in NEEDS_NO_VALUE:
            wanted = _resolve(_varied(node, facts, trace), wanted_shape(name, op), facts, trace)
        at = _resolve(node.get("at"), rule.at, facts, trace) if rule.at else None
        only = node.get("of") if rule.counts else None
        return PASS if rule.test(read(CATALOGUE[name].kind, found.value), wanted, at, only) else FAIL
    except _Unknown:
        return HUMAN
    except UNREADABLE:
        trace.note(_("%(fact)s: the value cannot be read") % {"fact": label(name)})
        return HUMAN


def needed(node: Mapping[str, Any], count: int) -> int:
    """How many of the rows must hold at least."""
    if node.get("every"):
        return count
    if node.get("share") is not None:
        return int((number(node["share"]) * count).to_integral_value(ROUND_CEILING))
    return int(node["least"])


def _rows(node: Mapping[str, Any], facts: Mapping[str, Any], trace: _Trace) -> str:
    """Of the (first n) rows at least so many hold; an unknown row can still tip the scale, then a person looks."""
    name = node["rows"]
    found = lookup(facts, name)
    if found is None or not isinstance(found.value, list):
        trace.unknown(name)
        return HUMAN
    rows = found.value[: int(node["first"])] if node.get("first") else found.value
    results = [_walk(node["that"], ChainMap(dict(row), facts), _Trace()) for row in rows]  # type: ignore[arg-type]
    passed, open_ = results.count(PASS), results.count(HUMAN)
    trace.note(_("%(rows)s: %(passed)d of %(count)d meet it, %(open)d not known")
               % {"rows": label(name), "passed": passed, "count": len(rows), "open": open_}, found.source)
    if node.get("most") is not None:
        most = int(node["most"])
        return FAIL if passed > most else PASS if passed + open_ <= most else HUMAN
    least = needed(node, len(rows))
    return PASS if passed >= least else HUMAN if passed + open_ >= least else FAIL


def _walk(node: Mapping[str, Any], facts: Mapping[str, Any], trace: _Trace) -> str:
    if "all" in node:
        results = [_walk(child, facts, trace) for child in node["all"]]
        return FAIL if FAIL in results else HUMAN if HUMAN in results else PASS
    if "any" in node:
        results = [_walk(child, facts, trace) for child in node["any"]]
        return PASS if PASS in results else HUMAN if HUMAN in results else FAIL
    if "not" in node:
        return {PASS: FAIL, FAIL: PASS, HUMAN: HUMAN}[_walk(node["not"], facts, trace)]
    if "human" in node:
        if str(node["human"]) not in trace.looks:
            trace.looks.append(str(node["human"]))
        return HUMAN
    return _rows(node, facts, trace) if "rows" in node else _leaf(node, facts, trace)


def result_of(node: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """The bare answer of one tree."""
    return _walk(node, facts, _Trace())


def evaluate_rule(rule: Mapping[str, Any], facts: Mapping[str, Any]) -> Outcome:
    trace = _Trace()
    result = _walk(rule["test"], facts, trace)
    if result != PASS and rule.get("exempt"):
        exempted = _walk(rule["exempt"], facts, trace)
        if exempted == PASS:
            result = rule.get("exempt_result", HUMAN)
        elif exempted == HUMAN and result == FAIL and _told(rule["exempt"], facts):
            result = HUMAN
    english = (get_language() or "").startswith("en")
    return Outcome(
        code=rule["code"],
        result=result,
        clause=rule.get("clause", ""),
        text=(rule.get("text_en") if english else "") or rule.get("text", ""),
        found="；".join(trace.found),
        source="、".join(trace.sources),
        hard=rule.get("hard", True),
        look="；".join(trace.looks) if result == HUMAN else "",
    )


def _told(node: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether at least one fact of the exemption is known: an exemption nobody claimed does not soften a FAIL."""
    return any(lookup(facts, name) is not None for name in fact_names(node))


def evaluate(rules: list[Mapping[str, Any]] | Mapping[str, Any], facts: Mapping[str, Any]) -> list[Outcome]:
    """One outcome per rule, in the order of the guide."""
    items = rules.get("rules", []) if isinstance(rules, Mapping) else rules
    return [evaluate_rule(rule, facts) for rule in items]
