"""Are conditions well formed? Every problem at once, found while they are edited and not when a case comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from programs.engine.facts import BOOL, CATALOGUE, DATE, MEMBER, MONEY, NUMBER, PARTNER, ROWS, TEXT
from programs.engine.operators import (
    NEEDS_NO_VALUE,
    NUMBERS,
    NUMERIC,
    OPERATORS,
    PLACES,
    RANGE,
    TEXTS,
    WHOLE,
    digits_of,
    fits,
    gives,
    label,
    number,
    read,
    wanted_shape,
    within,
)
from programs.engine.problems import Problem

MAX_DEPTH, MOST_MONTHS = 12, 1200
OF_ROWS = {MEMBER: "team.members", PARTNER: "team.partners"}
UNREADABLE = (ArithmeticError, ValueError, TypeError, AttributeError, IndexError, KeyError)


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
        found.extend(check_node(rule.get("test"), f"{here}.test"))
        if rule.get("exempt") is not None:
            found.extend(check_node(rule["exempt"], f"{here}.exempt"))
        if rule.get("exempt_result", "HUMAN") not in ("PASS", "HUMAN"):
            found.append(Problem(f"{here}.exempt_result", _("must be PASS or HUMAN")))
    return found


def check_node(node: Any, path: str, depth: int = 0, inside: str = "") -> list[Problem]:
    """Problems of one tree; `inside` names the rows whose facts may be asked for here."""
    if not isinstance(node, Mapping):
        return [Problem(path, _("must be a condition or a group of conditions"))]
    if depth > MAX_DEPTH:
        return [Problem(path, _("is nested too deeply"))]
    for group in ("all", "any"):
        if group in node:
            children = node[group]
            if not isinstance(children, list) or not children:
                return [Problem(f"{path}.{group}", _("must hold at least one condition"))]
            return [
                p for i, child in enumerate(children) for p in check_node(child, f"{path}.{group}[{i}]", depth + 1, inside)
            ]
    if "not" in node:
        return check_node(node["not"], f"{path}.not", depth + 1, inside)
    if "human" in node:
        return [] if str(node["human"]).strip() else [Problem(f"{path}.human", _("is missing"))]
    if "rows" in node:
        return _check_rows(node, path, depth, inside)
    return _check_leaf(node, path, inside)


def _check_rows(node: Mapping[str, Any], path: str, depth: int, inside: str) -> list[Problem]:
    name = node["rows"]
    if name not in CATALOGUE or CATALOGUE[name].kind != ROWS:
        return [Problem(f"{path}.rows", _("“%(name)s” is not a known fact") % {"name": name})]
    if inside:
        return [Problem(f"{path}.rows", _("rows cannot be counted within rows"))]
    found = []
    if node.get("first") is not None and not _whole(node["first"], 1, 500):
        found.append(Problem(f"{path}.first", _("must lie between %(low)d and %(high)d") % {"low": 1, "high": 500}))
    ways = [key for key in ("least", "most", "share", "every") if node.get(key) or key == "most" and node.get(key) is not None]
    if len(ways) != 1:
        found.append(Problem(path, _("say how many rows must hold: a number at least or at most, a share, or all")))
    elif ways[0] == "least" and not _whole(node["least"], 1, 500):
        found.append(Problem(f"{path}.least", _("must lie between %(low)d and %(high)d") % {"low": 1, "high": 500}))
    elif ways[0] == "most" and not _whole(node["most"], 0, 500):
        found.append(Problem(f"{path}.most", _("must lie between %(low)d and %(high)d") % {"low": 0, "high": 500}))
    elif ways[0] == "share" and not _share(node["share"]):
        found.append(Problem(f"{path}.share", _("must lie between 0 and 1")))
    if not found and ways[0] in ("least", "most") and node.get("first") and int(node[ways[0]]) > int(node["first"]):
        found.append(Problem(f"{path}.{ways[0]}", _("cannot be more than the rows looked at")))
    return [*found, *check_node(node.get("that"), f"{path}.that", depth + 1, name)]


def _whole(value: Any, low: int, high: int) -> bool:
    try:
        return not isinstance(value, bool) and low <= int(str(value)) <= high
    except ValueError:
        return False


def _share(value: Any) -> bool:
    try:
        return 0 < number(value) <= 1
    except UNREADABLE:
        return False


def _askable(name: Any, path: str, inside: str) -> list[Problem]:
    """The fact exists, and a fact of rows is asked for only within its rows."""
    if not isinstance(name, str) or name not in CATALOGUE or CATALOGUE[name].kind == ROWS:
        return [Problem(path, _("“%(name)s” is not a known fact") % {"name": name})]
    rows = OF_ROWS.get(CATALOGUE[name].subject)
    if rows and rows != inside:
        return [Problem(path, _("“%(fact)s” can only be asked of each row of “%(rows)s”")
                        % {"fact": label(name), "rows": label(rows)})]
    return []


def _check_leaf(node: Mapping[str, Any], path: str, inside: str) -> list[Problem]:
    name, op = node.get("fact"), node.get("op")
    if wrong := _askable(name, f"{path}.fact", inside):
        return wrong
    if op not in OPERATORS:
        return [Problem(f"{path}.op", _("“%(name)s” is not a known comparison") % {"name": op})]
    if not fits(str(name), str(op)):
        return [Problem(f"{path}.op", _("“%(op)s” does not fit “%(fact)s”") % {"op": op, "fact": label(str(name))})]
    found: list[Problem] = []
    rule = OPERATORS[op]
    if op not in NEEDS_NO_VALUE:
        shape = wanted_shape(str(name), op)
        if node.get("value") is not None or not node.get("value_by"):
            found.extend(_check_value(node.get("value"), shape, f"{path}.value", inside, digits_of(op)))
        if node.get("value_by"):
            found.extend(_check_varied(node["value_by"], shape, f"{path}.value_by", inside, digits_of(op)))
    if rule.at:
        found.extend(_check_value(node.get("at"), rule.at, f"{path}.at", inside, digits_of(op)))
    if node.get("of") is not None and not (rule.counts and _texts(node["of"])):
        found.append(Problem(f"{path}.of", _("must be a list")))
    return found


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _check_value(value: Any, shape: str, path: str, inside: str, digits: int = WHOLE) -> list[Problem]:
    """A literal that could never be compared (a word where a number belongs, more digits than anything has), or a fact of
    another kind."""
    if value is None:
        return [Problem(path, _("is missing"))]
    if isinstance(value, Mapping):
        return _check_reference(value, shape, path, inside)
    if shape not in (TEXT, TEXTS, BOOL, DATE, *NUMERIC) and not isinstance(value, list):
        return [Problem(path, _("must be a list"))]
    try:
        found = read(shape, value)
        if shape == RANGE:
            low, high = found
            if low > high:
                return [Problem(path, _("the lower bound is above the upper one"))]
        if shape in (NUMBERS, RANGE, *NUMERIC):
            return check_size(found if isinstance(found, list) else [found], path, digits)
    except UNREADABLE:
        said = "、".join(map(str, value)) if isinstance(value, list) else value
        return [Problem(path, _("“%(value)s” cannot be read") % {"value": said})]
    return []


def check_size(values: Iterable[Decimal], path: str, digits: int = WHOLE) -> list[Problem]:
    """Numbers that a guide names are such as people write, so that no comparison with them takes long or overflows."""
    if all(within(value, digits) for value in values):
        return []
    return [Problem(path, _("has more than %(whole)d digits before the point or %(places)d after it")
                    % {"whole": digits, "places": PLACES})]


def _check_reference(value: Mapping[str, Any], shape: str, path: str, inside: str) -> list[Problem]:
    name = value.get("fact")
    if wrong := _askable(name, path, inside):
        return wrong
    if not gives(str(name), shape):
        return [Problem(path, _("“%(fact)s” cannot be compared here: it is of another kind") % {"fact": label(str(name))})]
    found: list[Problem] = []
    if value.get("months") is not None and not (shape == DATE and _whole(value["months"], -MOST_MONTHS, MOST_MONTHS)):
        found.append(Problem(f"{path}.months", _("must be a whole number of months, for a day only")))
    if value.get("times") is not None:
        try:
            found.extend(check_size([number(value["times"])], f"{path}.times"))
            wrong_kind = shape not in (NUMBER, MONEY)
        except UNREADABLE:
            wrong_kind = True
        if wrong_kind:
            found.append(Problem(f"{path}.times", _("must be a number, for a number only")))
    return found


def _check_varied(varied: Any, shape: str, path: str, inside: str, digits: int) -> list[Problem]:
    """{"fact", "values": {key: value}} or {"facts", "values": [{"when", "value"}]}."""
    if not isinstance(varied, Mapping) or not varied.get("values"):
        return [Problem(path, _("must hold at least one entry"))]
    if "facts" not in varied:
        if wrong := _askable(varied.get("fact"), f"{path}.fact", inside):
            return wrong
        if CATALOGUE[varied["fact"]].kind not in (TEXT, BOOL):
            return [Problem(f"{path}.fact", _("“%(name)s” cannot decide between values") % {"name": label(varied["fact"])})]
        if not isinstance(varied["values"], Mapping):
            return [Problem(f"{path}.values", _("cannot be read"))]
        return [p for key, value in varied["values"].items() for p in _check_value(value, shape, f"{path}.{key}", inside, digits)]
    names = varied["facts"]
    if not isinstance(varied["values"], list) or not isinstance(names, list) or not names:
        return [Problem(path, _("cannot be read"))]
    found = [p for name in names for p in _askable(name, f"{path}.facts", inside)]
    for index, row in enumerate(() if found else varied["values"]):
        here = f"{path}.values[{index}]"
        if not isinstance(row, Mapping) or not isinstance(row.get("when"), Mapping) or not row["when"]:
            found.append(Problem(here, _("say for whom this value holds")))
            continue
        for name, key in row["when"].items():
            if name not in names or CATALOGUE[name].kind not in (TEXT, BOOL, *NUMERIC):
                found.append(Problem(here, _("“%(name)s” cannot decide between values") % {"name": label(name)}))
            else:
                found.extend(_check_value(key, CATALOGUE[name].kind, here, inside))
        found.extend(_check_value(row.get("value"), shape, here, inside, digits))
    return found
