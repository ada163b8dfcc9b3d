"""The same conditions as one SQL expression each, for the whole register at once.

SQL's own three-valued logic is that of the conditions: TRUE is PASS, FALSE is FAIL, NULL is HUMAN; AND, OR and NOT
carry NULL exactly as `all`, `any` and `not` carry HUMAN, and a comparison with an unknown column is NULL. So a rule
becomes a boolean expression over the register's columns. A fact without a column is a NULL. Names of columns come from
the caller's own table; every value of a guide travels as a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from programs.engine.facts import BOOL, CATALOGUE, DATE, LIST, MONEY, NUMBER, PERIOD, TEXT
from programs.engine.operators import (
    NEEDS_NO_VALUE,
    OPERATORS,
    RANGE,
    REGION_ALIASES,
    TEXTS,
    fact_names,
    number,
    read,
    wanted_shape,
)

TYPES = {TEXT: "text", NUMBER: "numeric", MONEY: "numeric", DATE: "date", BOOL: "boolean", LIST: "text[]", TEXTS: "text[]",
         "numbers": "numeric[]"}
RESULTS_IN_WORD = 31  # two bits a result, in a bigint that stays positive


@dataclass(frozen=True)
class Sql:
    """A piece of SQL with its parameters, in order."""

    text: str
    params: tuple[Any, ...] = ()

    def __add__(self, other: Sql) -> Sql:
        return Sql(self.text + other.text, (*self.params, *other.params))


UNKNOWN = Sql("NULL::boolean")


def put(template: str, *pieces: Sql) -> Sql:
    """`{}` of the template, which is ours, is replaced by the pieces in order."""
    texts = template.split("{}")
    found = Sql(texts[0])
    for piece, text in zip(pieces, texts[1:], strict=True):
        found = found + piece + Sql(text)
    return found


def join(sign: str, pieces: Iterable[Sql]) -> Sql:
    first, *rest = pieces
    for piece in rest:
        first = put("{}" + sign + "{}", first, piece)
    return first


@dataclass(frozen=True)
class Columns:
    """Where facts stand: `known` maps a fact to the SQL name of its column (a period: to three: is it known, from, to);
    `constants` are facts with one value for everybody, those of the guide."""

    known: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, Any]

    def has(self, name: str) -> bool:
        return name in self.known or self.constants.get(name) is not None

    def value(self, name: str, shape: str) -> Sql | None:
        """The fact as a typed expression; None when the register does not know it."""
        if name in self.known:
            column = Sql(self.known[name][0])
            if shape == TEXTS and CATALOGUE[name].kind == TEXT:
                return put("(CASE WHEN {} IS NOT NULL THEN ARRAY[{}] END)", column, column)
            return column
        constant = self.constants.get(name)
        return None if constant is None else _literal(shape, constant)


def _literal(shape: str, value: Any) -> Sql:
    found = read(shape, value)
    if shape == LIST:
        found = sorted(found)
    return Sql(f"%s::{TYPES[shape]}", (list(found) if isinstance(found, (list, tuple)) else found,))


class _Compiler:
    def __init__(self, columns: Columns):
        self.columns = columns

    def tree(self, node: Mapping[str, Any]) -> Sql:
        if "all" in node or "any" in node:
            sign = " AND " if "all" in node else " OR "
            return put("({})", join(sign, [self.tree(child) for child in node["all" if "all" in node else "any"]]))
        if "not" in node:
            return put("(NOT {})", self.tree(node["not"]))
        if "human" in node or "rows" in node:
            return UNKNOWN  # rows are of an application, which the register does not hold
        return self.leaf(node)

    def leaf(self, node: Mapping[str, Any]) -> Sql:
        if not self.columns.has(node["fact"]):
            return UNKNOWN
        varied = node.get("value_by")
        if node["op"] in NEEDS_NO_VALUE or not varied:
            return self.compare(node, node.get("value"))
        if "facts" not in varied:
            return self.by_one(node, varied)
        cases = self.compare(node, node.get("value"))
        for row in reversed(varied["values"]):
            fits = put("({})", join(" AND ", [self.same(name, key) for name, key in row["when"].items()]))
            cases = put("(CASE WHEN {} THEN {} WHEN {} IS NULL THEN NULL ELSE {} END)",
                        fits, self.compare(node, row["value"]), fits, cases)
        return cases

    def by_one(self, node: Mapping[str, Any], varied: Mapping[str, Any]) -> Sql:
        """One fact decides: CASE fact WHEN key THEN comparison ...; its values are compared as text, as they are written."""
        if not self.columns.has(varied["fact"]):
            return UNKNOWN
        key = self.as_text(varied["fact"])
        cases = [put("WHEN {} THEN {}", Sql("%s::text", (str(name),)), self.compare(node, value))
                 for name, value in varied["values"].items()]
        return put("(CASE WHEN {} IS NULL THEN NULL ELSE CASE {} {} ELSE {} END END)",
                   key, key, join(" ", cases), self.compare(node, node.get("value")))

    def as_text(self, name: str) -> Sql:
        kind = CATALOGUE[name].kind
        value = self.columns.value(name, kind)
        assert value is not None
        if kind == BOOL:
            return put("(CASE {} WHEN true THEN 'True' WHEN false THEN 'False' END)", value)
        return put("({}::text)", value)

    def same(self, name: str, key: Any) -> Sql:
        kind = CATALOGUE[name].kind
        found = self.columns.value(name, kind)
        return UNKNOWN if found is None else put("({} = {})", found, _literal(kind, key))

    def wanted(self, value: Any, shape: str) -> Sql | None:
        """A literal or another fact; None when it is not known."""
        if value is None:
            return None
        if not (isinstance(value, Mapping) and "fact" in value):
            return _literal(shape, value)
        found = self.columns.value(value["fact"], shape)
        if found is None:
            return None
        if value.get("months"):
            found = put("(({} + make_interval(months => {}))::date)", found, Sql("%s::int", (int(value["months"]),)))
        if value.get("times") is not None:
            found = put("({} * {})", found, Sql("%s::numeric", (number(value["times"]),)))
        return found

    def compare(self, node: Mapping[str, Any], value: Any) -> Sql:
        name, op = node["fact"], node["op"]
        rule, kind = OPERATORS[op], CATALOGUE[node["fact"]].kind
        if kind == PERIOD:
            return self.valid_on(name, value)
        found = self.columns.value(name, kind)
        assert found is not None
        if op in NEEDS_NO_VALUE:
            return put("({})" if op == "is_true" else "(NOT {})", found)
        if op == "between":
            if value is None:  # no value for everybody, and none of `value_by` fits
                return UNKNOWN
            low, high = (Sql("%s::numeric", (item,)) for item in read(RANGE, value))
            return put("({} BETWEEN {} AND {})", found, low, high)
        if op in PARTS and not isinstance(value, Mapping) and value:
            return self.one_of_texts(op, found, read(TEXTS, value))
        wanted = self.wanted(value, wanted_shape(name, op))
        at = self.wanted(node.get("at"), rule.at) if rule.at else None
        if wanted is None or (rule.at and at is None):
            return UNKNOWN
        if rule.at:
            assert at is not None
            return AGES[op](found, wanted, at)
        if rule.counts:
            return self.count(op, found, wanted, node.get("of"))
        return COMPARISONS[op](found, wanted)

    @staticmethod
    def one_of_texts(op: str, found: Sql, words: list[str]) -> Sql:
        """A few literal texts: spelled out, which is faster than a sub-select over a list."""
        found = _region(found) if op == "within_region" else found
        each = [put(PARTS[op], found, Sql("%s::text", (word,))) for word in words]
        return put("({})", join(" OR ", each)) if each else put("(CASE WHEN {} IS NOT NULL THEN false END)", found)

    @staticmethod
    def count(op: str, found: Sql, wanted: Sql, only: list[str] | None) -> Sql:
        counted = put("cardinality({})", found)
        if only is not None:
            each = [put("cardinality(array_positions({}, {}))", found, Sql("%s::text", (code,))) for code in sorted(set(only))]
            counted = put("({})", join(" + ", each))
        return put("({} >= {})" if op == "count_ge" else "({} <= {})", counted, wanted)

    def valid_on(self, name: str, value: Any) -> Sql:
        wanted = self.wanted(value, DATE)
        if wanted is None or name not in self.columns.known:
            return UNKNOWN
        held, start, end = (Sql(part) for part in self.columns.known[name])
        return put("(CASE WHEN {} AND {} IS NOT NULL THEN ({} IS NULL OR {} <= {}) AND ({} IS NULL OR {} <= {}) END)",
                   held, wanted, start, start, wanted, end, wanted, end)

    def told(self, node: Mapping[str, Any]) -> Sql:
        """Is at least one fact of this tree known?"""
        names = sorted(fact_names(node))
        if any(name not in self.columns.known and self.columns.has(name) for name in names):
            return Sql("true")
        known = [put("{}", Sql(self.columns.known[name][0])) for name in names if name in self.columns.known]
        return put("({})", join(" OR ", [put("{} IS NOT NULL", one) for one in known])) if known else Sql("false")

    def rule(self, rule: Mapping[str, Any]) -> Sql:
        test = self.tree(rule["test"])
        if not rule.get("exempt"):
            return test
        exempt = self.tree(rule["exempt"])
        freed = Sql("true" if rule.get("exempt_result") == "PASS" else "NULL")
        return put("(CASE WHEN {} THEN true WHEN {} THEN {} WHEN {} IS FALSE AND {} IS NULL AND {} THEN NULL ELSE {} END)",
                   test, exempt, freed, test, exempt, self.told(rule["exempt"]), test)


#: A text against one part of it.
PARTS = {"starts_with": "starts_with({}, {})", "contains": "(strpos({}, {}) > 0)", "within_region": "starts_with({}, {})"}


def _plain(template: str) -> Callable[[Sql, Sql], Sql]:
    return lambda found, wanted: put(template, found, wanted)


def _known(template: str) -> Callable[[Sql, Sql], Sql]:
    """A comparison with each entry of a list: over an empty one SQL answers even for a fact that nobody knows."""
    return lambda found, wanted: put("(CASE WHEN {} IS NOT NULL THEN " + template + " END)", found, found, wanted)


def _region(found: Sql) -> Sql:
    for alias, name in REGION_ALIASES.items():
        found = put("(CASE WHEN strpos({}, {}) > 0 THEN {} || {} ELSE {} END)",
                    found, Sql("%s", (alias,)), Sql("%s::text", (name,)), found, found)
    return found


def _some(op: str) -> Callable[[Sql, Sql], Sql]:
    """True for at least one entry of the list wanted; unknown when fact or list is unknown."""
    template = "(CASE WHEN {} IS NOT NULL AND {} IS NOT NULL THEN (SELECT coalesce(bool_or(%s), false) FROM unnest({}) AS item) END)"
    template = template.replace("%s", PARTS[op].replace("{}", "item", 2).replace("item", "{}", 1))
    return lambda found, wanted: put(template, found, wanted, found, wanted)


def _sorted(found: Sql) -> Sql:
    return put('(CASE WHEN {} IS NOT NULL THEN ARRAY(SELECT item FROM unnest({}) AS item ORDER BY item COLLATE "C") END)',
               found, found)


def _years(born: Sql, on: Sql) -> Sql:
    """Full years, exact: a birthday counts on its day, 29 February on 1 March."""
    return put("(extract(year FROM {}) - extract(year FROM {}) - (CASE WHEN extract(month FROM {}) * 100 + extract(day FROM {})"
               " < extract(month FROM {}) * 100 + extract(day FROM {}) THEN 1 ELSE 0 END))", on, born, on, on, born, born)


def _aged(sign: str) -> Callable[[Sql, Sql, Sql], Sql]:
    return lambda born, most, on: put("({} " + sign + " trunc({}))", _years(born, on), most)


COMPARISONS: dict[str, Callable[[Sql, Sql], Sql]] = {
    "eq": _plain("({} = {})"), "ne": _plain("({} <> {})"), "in": _known("{} = ANY({})"), "not_in": _known("NOT {} = ANY({})"),
    "ge": _plain("({} >= {})"), "gt": _plain("({} > {})"), "le": _plain("({} <= {})"), "lt": _plain("({} < {})"),
    "ge_each": _known("{} >= ALL({})"),
    "on_or_before": _plain("({} <= {})"), "on_or_after": _plain("({} >= {})"),
    "starts_with": _some("starts_with"), "contains": _some("contains"),
    "within_region": lambda found, wanted: _some("within_region")(_region(found), wanted),
    "any_of": _plain("({} && {})"), "none_of": _plain("(NOT {} && {})"), "all_of": _plain("({} @> {})"),
    "same_list": lambda found, wanted: put("({} = {})", _sorted(found), _sorted(wanted)),
}
AGES: dict[str, Callable[[Sql, Sql, Sql], Sql]] = {
    "age_in_year_le": lambda born, most, year: put(
        "(trunc({}) - extract(year FROM {}) <= trunc({}))", year, born, most),
    "age_on_lt": _aged("<"), "age_on_le": _aged("<="), "years_since_ge": _aged(">="), "years_since_le": _aged("<="),
}


def compile_rule(rule: Mapping[str, Any], columns: Columns) -> Sql:
    """The rule as a boolean expression: TRUE is PASS, FALSE is FAIL, NULL is HUMAN."""
    return _Compiler(columns).rule(rule)


def pack(expressions: list[Sql]) -> list[Sql]:
    """Results as bigints of two bits each (0 PASS, 1 FAIL, 2 HUMAN), the first rule in the lowest bits."""
    words = []
    for start in range(0, len(expressions), RESULTS_IN_WORD):
        part = expressions[start : start + RESULTS_IN_WORD]
        words.append(join(" | ", [
            put("((CASE {} WHEN true THEN 0 WHEN false THEN 1 ELSE 2 END)::bigint << " + str(2 * place) + ")", one)
            for place, one in enumerate(part)
        ]))
    return words or [Sql("0::bigint")]


def unpack(words: Iterable[int], count: int) -> list[str]:
    """The results of `pack`, in the order of the rules."""
    found = [("PASS", "FAIL", "HUMAN")[word >> 2 * place & 3] for word in words for place in range(RESULTS_IN_WORD)]
    return found[:count]


def fail_masks(hard: list[bool]) -> list[int]:
    """For each word, the bits that say "a hard rule fails"."""
    masks = [0] * max(1, -(-len(hard) // RESULTS_IN_WORD))
    for place, is_hard in enumerate(hard):
        if is_hard:
            masks[place // RESULTS_IN_WORD] |= 1 << 2 * (place % RESULTS_IN_WORD)
    return masks
