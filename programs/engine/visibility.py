"""When a field is shown: one comparison, or several joined by "all" or "any"; never in a circle.

    {"field": "unit.kind", "op": "eq", "value": "ENTERPRISE"}
    {"all": [comparison, ...]}      {"any": [comparison, ...]}

`field` is "code" of the same section or "section.code". Answers are compared as text, `ge` and `le` as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from programs.engine.conditions import number
from programs.engine.problems import Problem

OPERATORS = ("eq", "ne", "in", "ge", "le", "filled", "empty")
WITHOUT_VALUE = ("filled", "empty")
JOINS = ("all", "any")
MOST_COMPARISONS, MOST_CIRCLES = 12, 20


def parts_of(rule: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """The join ("all" for one comparison alone) and the comparisons."""
    for join in JOINS:
        if join in rule:
            return join, list(rule[join])
    return "all", [rule]


def place_of(name: str, section: str) -> str:
    return name if "." in name else f"{section}.{name}"


def holds(rule: Mapping[str, Any], section: str, answers: Mapping[str, Any]) -> bool:
    join, leaves = parts_of(rule)
    found = (_leaf_holds(leaf, section, answers) for leaf in leaves)
    return all(found) if join == "all" else any(found)


def _leaf_holds(leaf: Mapping[str, Any], section: str, answers: Mapping[str, Any]) -> bool:
    owner, code = place_of(leaf["field"], section).split(".", 1)
    own = answers.get(owner)
    value = own.get(code) if isinstance(own, Mapping) else None
    op = leaf.get("op", "eq")
    if op in WITHOUT_VALUE:
        return (value not in (None, "", [], False)) == (op == "filled")
    if op in ("ge", "le"):
        return _measured(op, value, leaf["value"])
    plain = [str(plain_bool(v)) for v in value] if isinstance(value, list) else [str(plain_bool(value))]
    if op == "in":
        return any(v in [str(plain_bool(w)) for w in leaf["value"]] for v in plain)
    same = str(plain_bool(leaf["value"])) in plain
    return same if op == "eq" else not same


def _measured(op: str, value: Any, limit: Any) -> bool:
    """A number that cannot be read shows nothing: the field it stands in says what is wrong with it."""
    try:
        given, bound = number(str(value).replace(",", "")), number(limit)
        return given >= bound if op == "ge" else given <= bound
    except ArithmeticError:
        return False


def plain_bool(value: Any) -> Any:
    if value in ("true", "on", "True"):
        return True
    return False if value in ("false", "False") else value


def check(sections: list[Mapping[str, Any]], path: str = "form") -> list[Problem]:
    """Rules look only at fields that are there, and never at each other in a circle. The sections are well formed else."""
    places: set[str] = set()
    rules: dict[str, list[str]] = {}
    found: list[Problem] = []
    for part in sections:
        for item in part["fields"]:
            here = f"{part['code']}.{item['code']}"
            places.add(here)
            if not item.get("visible_if"):
                continue
            wrong = _check_rule(item["visible_if"], f"{path}.{here}.visible_if")
            found.extend(wrong)
            if not wrong:
                rules[here] = [place_of(leaf["field"], part["code"]) for leaf in parts_of(item["visible_if"])[1]]
    for start, others in rules.items():
        found.extend(
            Problem(f"{path}.{start}.visible_if", _("“%(name)s” is not a field") % {"name": other})
            for other in dict.fromkeys(others) if other not in places
        )
    return found + [
        Problem(f"{path}.{circle[0]}.visible_if",
                _("the visibility rules run in a circle: %(way)s") % {"way": " → ".join([*circle, circle[0]])})
        for circle in circles(rules)
    ]


def _check_rule(rule: Any, here: str) -> list[Problem]:
    unreadable = [Problem(here, _("cannot be read"))]
    if not isinstance(rule, Mapping):
        return unreadable
    joins = [join for join in JOINS if join in rule]
    if joins and (len(rule) != 1 or not isinstance(rule[joins[0]], list) or not rule[joins[0]]):
        return unreadable
    leaves = rule[joins[0]] if joins else [rule]
    if len(leaves) > MOST_COMPARISONS:
        return [Problem(here, _("has too many entries"))]
    return [problem for leaf in leaves for problem in _check_leaf(leaf, here)]


def _check_leaf(leaf: Any, here: str) -> list[Problem]:
    if not isinstance(leaf, Mapping) or not isinstance(leaf.get("field"), str) or not leaf["field"]:
        return [Problem(here, _("cannot be read"))]
    op, value = leaf.get("op", "eq"), leaf.get("value")
    if op not in OPERATORS:
        return [Problem(here, _("cannot be read"))]
    if op in WITHOUT_VALUE:
        return []
    if op == "in":
        ok = isinstance(value, list) and value and all(isinstance(one, str | int | bool) for one in value)
        return [] if ok else [Problem(here, _("needs a list of values"))]
    if op in ("ge", "le"):
        try:
            number(value)
        except (ArithmeticError, TypeError, ValueError):
            return [Problem(here, _("needs a number to compare with"))]
        return []
    return [] if isinstance(value, str | int | bool) and value != "" else [Problem(here, _("needs a value to compare with"))]


def circles(rules: Mapping[str, list[str]]) -> list[list[str]]:
    """Circles of references, each once and from its first field on; of a form full of them the first MOST_CIRCLES.

    One walk in depth without recursion: every reference is followed once, however long the chains are.
    """
    found: dict[frozenset[str], list[str]] = {}
    done: set[str] = set()
    for start in rules:
        if start in done:
            continue
        way, step, open_ = [start], {start: 0}, [iter(rules[start])]
        while way:
            other = next(open_[-1], None)
            if other is None:
                done.add(way[-1])
                del step[way.pop()]
                open_.pop()
            elif other in step:
                circle = way[step[other]:]
                found.setdefault(frozenset(circle), circle)
                if len(found) == MOST_CIRCLES:
                    return list(found.values())
            elif other in rules and other not in done:
                step[other] = len(way)
                way.append(other)
                open_.append(iter(rules[other]))
    return list(found.values())
