"""Who may apply: rules over facts, each answered PASS, FAIL or HUMAN with the clause, the value found and its source.

A rule is {code, clause, text, text_en, hard, test, exempt?, exempt_result?}. A test is a tree of {"all": [...]},
{"any": [...]}, {"not": {...}}, {"human": "what a person must look at"} and leaves {"fact", "op", "value", ...}. What
is not known is never guessed: it answers HUMAN (three-valued logic, so that an unknown does not hide a known FAIL).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import wan
from programs.engine import facts as known
from programs.engine.facts import CATALOGUE, lookup
from programs.engine.problems import Problem

PASS, FAIL, HUMAN = "PASS", "FAIL", "HUMAN"
MAX_DEPTH = 12
REGION_ALIASES = {"深汕特别合作区": "深圳市"}  # handbook of the field: the zone counts as the city


@dataclass(frozen=True)
class Outcome:
    code: str
    result: str
    clause: str
    text: str
    found: str
    source: str
    hard: bool = True

    @property
    def blocks(self) -> bool:
        return self.hard and self.result == FAIL


@dataclass
class _Trace:
    found: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def note(self, text: str, source: str = "") -> None:
        if text not in self.found:
            self.found.append(text)
        if source and source not in self.sources:
            self.sources.append(source)


def number(value: Any) -> Decimal:
    """Exact number from JSON; a float would carry binary noise, so its shortest text is taken."""
    if isinstance(value, bool):
        raise InvalidOperation
    return value if isinstance(value, Decimal) else Decimal(str(value))


def day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _seen(name: str, fact: known.Fact) -> str:
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


def _as_list(value: Any) -> list[str]:
    return [str(item) for item in value]


def _covers(period: Any, moment: Any) -> bool:
    """A certificate {"from", "to"} valid on a day; an open end counts as valid."""
    when = day(moment)
    return (not period.get("from") or day(period["from"]) <= when) and (
        not period.get("to") or when <= day(period["to"])
    )


def _region(value: Any) -> str:
    text = str(value)
    for alias, name in REGION_ALIASES.items():
        if alias in text:
            return name + text
    return text


#: operator -> (kinds of fact it fits, test(value found, value wanted, at))
NUMERIC = (known.NUMBER, known.MONEY)
OPERATORS: dict[str, tuple[tuple[str, ...], Any]] = {
    "eq": ((known.TEXT, *NUMERIC, known.BOOL), lambda v, w, at: str(v) == str(w)),
    "ne": ((known.TEXT, *NUMERIC, known.BOOL), lambda v, w, at: str(v) != str(w)),
    "in": ((known.TEXT,), lambda v, w, at: str(v) in _as_list(w)),
    "not_in": ((known.TEXT,), lambda v, w, at: str(v) not in _as_list(w)),
    "starts_with": ((known.TEXT,), lambda v, w, at: str(v).startswith(tuple(_as_list(w if isinstance(w, list) else [w])))),
    "within_region": ((known.TEXT,), lambda v, w, at: _region(v).startswith(str(w))),
    "is_true": ((known.BOOL,), lambda v, w, at: v is True),
    "is_false": ((known.BOOL,), lambda v, w, at: v is False),
    "ge": (NUMERIC, lambda v, w, at: number(v) >= number(w)),
    "gt": (NUMERIC, lambda v, w, at: number(v) > number(w)),
    "le": (NUMERIC, lambda v, w, at: number(v) <= number(w)),
    "lt": (NUMERIC, lambda v, w, at: number(v) < number(w)),
    "between": (NUMERIC, lambda v, w, at: number(w[0]) <= number(v) <= number(w[1])),
    "ge_each": (NUMERIC, lambda v, w, at: all(number(v) >= number(item) for item in w)),
    "on_or_before": ((known.DATE,), lambda v, w, at: day(v) <= day(w)),
    "on_or_after": ((known.DATE,), lambda v, w, at: day(v) >= day(w)),
    # counted by calendar year of completion, as real guides do: 3 years from 2025, at most 60 = born 1968 or later
    "age_in_year_le": ((known.DATE,), lambda v, w, at: int(number(at)) - day(v).year <= int(number(w))),
    # 未满 N 周岁 on a cut-off date
    "age_on_lt": ((known.DATE,), lambda v, w, at: _age(day(v), day(at)) < int(number(w))),
    "valid_on": ((known.PERIOD,), lambda v, w, at: _covers(v, w)),
    "none_of": ((known.LIST,), lambda v, w, at: not set(_as_list(v)) & set(_as_list(w))),
    "any_of": ((known.LIST,), lambda v, w, at: bool(set(_as_list(v)) & set(_as_list(w)))),
    "same_list": ((known.LIST,), lambda v, w, at: sorted(_as_list(v)) == sorted(_as_list(w))),
}
NEEDS_AT = ("age_in_year_le", "age_on_lt")
NEEDS_NO_VALUE = ("is_true", "is_false")


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _resolve(value: Any, facts: Mapping[str, Any], trace: _Trace) -> Any:
    """A literal, or another fact: {"fact": name}. None when that fact is not known."""
    if isinstance(value, dict) and set(value) == {"fact"}:
        other = lookup(facts, value["fact"])
        if other is None:
            return None
        trace.note(f"{label(value['fact'])}：{_seen(value['fact'], other)}", other.source)
        return other.value
    return value


def label(name: str) -> str:
    entry = CATALOGUE.get(name)
    if entry is None:
        return name
    return entry.name_en if (get_language() or "").startswith("en") else entry.name


def _leaf(node: Mapping[str, Any], facts: Mapping[str, Any], trace: _Trace) -> str:
    name, op = node["fact"], node["op"]
    fact = lookup(facts, name)
    if fact is None:
        trace.note(_("%(fact)s: not known") % {"fact": label(name)})
        return HUMAN
    trace.note(f"{label(name)}：{_seen(name, fact)}", fact.source)
    wanted = _resolve(node.get("value"), facts, trace)
    varied = node.get("value_by")
    if varied:
        key = lookup(facts, varied["fact"])
        if key is None:
            trace.note(_("%(fact)s: not known") % {"fact": label(varied["fact"])})
            return HUMAN
        wanted = varied.get("values", {}).get(str(key.value), wanted)
    at = _resolve(node.get("at"), facts, trace)
    if (wanted is None and op not in NEEDS_NO_VALUE) or (at is None and op in NEEDS_AT):
        return HUMAN
    try:
        return PASS if OPERATORS[op][1](fact.value, wanted, at) else FAIL
    except (ArithmeticError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        trace.note(_("%(fact)s: the value cannot be read") % {"fact": label(name)})
        return HUMAN


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
        trace.note(str(node["human"]))
        return HUMAN
    return _leaf(node, facts, trace)


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
    )


def _told(node: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether at least one fact of the exemption is known: an exemption nobody claimed does not soften a FAIL."""
    return any(lookup(facts, name) is not None for name in fact_names(node))


def evaluate(rules: list[Mapping[str, Any]] | Mapping[str, Any], facts: Mapping[str, Any]) -> list[Outcome]:
    """One outcome per rule, in the order of the guide."""
    items = rules.get("rules", []) if isinstance(rules, Mapping) else rules
    return [evaluate_rule(rule, facts) for rule in items]


def fact_names(node: Any) -> set[str]:
    """Every fact a tree asks for."""
    if isinstance(node, list):
        return set().union(*[fact_names(item) for item in node]) if node else set()
    if not isinstance(node, Mapping):
        return set()
    own = {node["fact"]} if isinstance(node.get("fact"), str) else set()
    return own.union(*[fact_names(value) for value in node.values()])


def check(rules: Any, path: str = "conditions") -> list[Problem]:
    """Every problem of a list of rules; [] means they can be evaluated."""
    if not isinstance(rules, list):
        return [Problem(path, _("must be a list of conditions"))]
    found: list[Problem] = []
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        here = f"{path}[{index}]"
        if not isinstance(rule, Mapping):
            found.append(Problem(here, _("must be one condition")))
            continue
        code = rule.get("code")
        if not code or not isinstance(code, str):
            found.append(Problem(f"{here}.code", _("is missing")))
        elif code in seen:
            found.append(Problem(f"{here}.code", _("“%(code)s” stands twice") % {"code": code}))
        seen.add(str(code))
        if not rule.get("text"):
            found.append(Problem(f"{here}.text", _("the text of the clause is missing")))
        found.extend(_check_node(rule.get("test"), f"{here}.test"))
        if rule.get("exempt") is not None:
            found.extend(_check_node(rule["exempt"], f"{here}.exempt"))
        if rule.get("exempt_result", HUMAN) not in (PASS, HUMAN):
            found.append(Problem(f"{here}.exempt_result", _("must be PASS or HUMAN")))
    return found


def _check_node(node: Any, path: str, depth: int = 0) -> list[Problem]:
    if not isinstance(node, Mapping):
        return [Problem(path, _("must be a condition or a group of conditions"))]
    if depth > MAX_DEPTH:
        return [Problem(path, _("is nested too deeply"))]
    for group in ("all", "any"):
        if group in node:
            children = node[group]
            if not isinstance(children, list) or not children:
                return [Problem(f"{path}.{group}", _("must hold at least one condition"))]
            return [p for i, child in enumerate(children) for p in _check_node(child, f"{path}.{group}[{i}]", depth + 1)]
    if "not" in node:
        return _check_node(node["not"], f"{path}.not", depth + 1)
    if "human" in node:
        return [] if str(node["human"]).strip() else [Problem(f"{path}.human", _("is missing"))]
    return _check_leaf(node, path)


def _check_leaf(node: Mapping[str, Any], path: str) -> list[Problem]:
    name, op = node.get("fact"), node.get("op")
    if name not in CATALOGUE:
        return [Problem(f"{path}.fact", _("“%(name)s” is not a known fact") % {"name": name})]
    if op not in OPERATORS:
        return [Problem(f"{path}.op", _("“%(name)s” is not a known comparison") % {"name": op})]
    if CATALOGUE[name].kind not in OPERATORS[op][0]:
        return [
            Problem(f"{path}.op", _("“%(op)s” does not fit “%(fact)s”") % {"op": op, "fact": label(name)})
        ]
    found = []
    if op not in NEEDS_NO_VALUE and node.get("value") is None:
        found.append(Problem(f"{path}.value", _("is missing")))
    if op in NEEDS_AT and node.get("at") is None:
        found.append(Problem(f"{path}.at", _("is missing")))
    for key in ("value", "at"):
        other = node.get(key)
        if isinstance(other, Mapping) and other.get("fact") not in CATALOGUE:
            found.append(Problem(f"{path}.{key}", _("“%(name)s” is not a known fact") % {"name": other.get("fact")}))
    if not found and op not in NEEDS_NO_VALUE and not isinstance(node.get("value"), Mapping):
        found.extend(_check_literal(node, path, CATALOGUE[name].kind, op))
    return found


def _check_literal(node: Mapping[str, Any], path: str, kind: str, op: str) -> list[Problem]:
    """A literal that could never be compared (a word where a number belongs) is found at editing."""
    value = node["value"]
    try:
        if op in ("in", "not_in", "none_of", "any_of", "same_list", "ge_each") and not isinstance(value, list):
            return [Problem(f"{path}.value", _("must be a list"))]
        if op == "between":
            low, high = (number(item) for item in value)
            if low > high:
                return [Problem(f"{path}.value", _("the lower bound is above the upper one"))]
        elif op.startswith("age_") or (op in ("ge", "gt", "le", "lt") and kind in NUMERIC):
            number(value)
        elif op in ("on_or_before", "on_or_after", "valid_on"):
            day(value)
    except (ArithmeticError, ValueError, TypeError):
        return [Problem(f"{path}.value", _("“%(value)s” cannot be read") % {"value": value})]
    return []
