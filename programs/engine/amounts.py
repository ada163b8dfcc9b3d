"""How much: a small formula language over facts, in exact decimals, explained line by line.

    base = max(0, audit.service_cost - audit.fiscal_aid)
    share = by(unit.kind; UNIVERSITY, INSTITUTE, HOSPITAL: 100%; ENTERPRISE, SOCIAL: 50%)
    min(cap, base * share)

Lines may be named in Chinese. Numbers may end in % or 万; `tiers(x; 500万: 30%; 1000万: 25%; rest: 20%)` adds progressive
bands. The text is read by the parser below and never run as code. A wrong formula is refused with the position of the error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import gettext as _

from programs.engine.conditions import label, number
from programs.engine.facts import CATALOGUE, MONEY, NUMBER, lookup
from programs.engine.forms import MOST_MONEY
from programs.engine.operators import MOST_PLACES, TooLarge
from programs.engine.problems import Problem

MAX_LENGTH, MAX_DEPTH, FEN = 2000, 30, Decimal("0.01")
TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|#[^\n]*)|(?P<line>\n)|(?P<number>[0-9]{1,15}(?:\.[0-9]{1,8})?)(?P<unit>%|万)?"
    r"|(?P<name>[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*(?:\.[A-Za-z0-9_]+)*)|(?P<sign>[-+*/(),;:=])"
)
#: What a Chinese keyboard gives by default is read as its plain twin; one character for one, so positions hold.
NORMAL = str.maketrans("（），；：＝＋－×÷％＊／０１２３４５６７８９．", "(),;:=+-*/%*/0123456789.")
CAP = "cap"


class FormulaError(ValueError):
    """A wrong formula; `position` counts characters from 0."""

    def __init__(self, text: str, position: int):
        self.text, self.position = text, position
        super().__init__(_("%(text)s (character %(position)d)") % {"text": text, "position": position + 1})


class MissingFact(ValueError):
    """The formula cannot be worked out for this case, because a figure is not known."""


@dataclass(frozen=True)
class Line:
    name: str
    text: str
    value: Decimal

    @property
    def shown(self) -> str:
        return show(self.value)


@dataclass(frozen=True)
class Amount:
    total: Decimal
    lines: list[Line]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class _Node:
    """kind: number, name, op, call, by, tiers. `is_percent`: a number that was written with %."""

    kind: str
    at: int
    value: Any = None
    children: tuple[_Node, ...] = ()
    is_percent: bool = False


@dataclass
class Formula:
    """Parsed lines: (name or "", node, source text). The last line is the amount."""

    lines: list[tuple[str, _Node, str]]
    names: set[str] = field(default_factory=set)

    @property
    def facts(self) -> set[str]:
        return {name for name in self.names if "." in name}


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise FormulaError(_("“%(text)s” does not belong in a formula") % {"text": text[at]}, at)
        kind = match.lastgroup if match.lastgroup != "unit" else "number"
        if kind != "space":
            found.append(_Token(kind, match.group(), at))
        at = match.end()
    return [*found, _Token("end", "", len(text))]


class _Parser:
    """Recursive descent: line = [name "="] sum; sum = product {("+"|"-") product}; product = factor {("*"|"/") factor}."""

    def __init__(self, text: str):
        self.text, self.tokens, self.index, self.depth = text, _tokens(text), 0, 0
        self.defined: set[str] = {CAP}
        self.names: set[str] = set()

    @property
    def here(self) -> _Token:
        return self.tokens[self.index]

    def take(self, *texts: str) -> _Token | None:
        if self.here.kind == "sign" and self.here.text in texts:
            self.index += 1
            return self.tokens[self.index - 1]
        return None

    def need(self, text: str) -> _Token:
        token = self.take(text)
        if token is None:
            raise FormulaError(_("“%(text)s” is expected here") % {"text": text}, self.here.at)
        return token

    def formula(self) -> Formula:
        lines: list[tuple[str, _Node, str]] = []
        while self.here.kind != "end":
            if self.here.kind == "line":
                self.index += 1
                continue
            if lines and not lines[-1][0]:
                raise FormulaError(_("Only the last line may be without a name"), self.here.at)
            lines.append(self.line())
        if not lines or lines[-1][0]:
            raise FormulaError(_("The last line must give the amount, without a name"), len(self.text))
        return Formula(lines, self.names)

    def line(self) -> tuple[str, _Node, str]:
        name, start = "", self.here.at
        if self.here.kind == "name" and self.tokens[self.index + 1].text == "=":
            name = self.here.text
            if "." in name or name in self.defined or name in FUNCTIONS or name in ("by", "tiers", "rest"):
                raise FormulaError(_("“%(name)s” cannot be used as a name") % {"name": name}, start)
            self.index += 2
            start = self.here.at
        node = self.sum()
        if self.here.kind not in ("line", "end"):
            raise FormulaError(_("“%(text)s” is not expected here") % {"text": self.here.text}, self.here.at)
        self.defined.add(name)
        return name, node, self.text[start : self.here.at].strip()

    def sum(self) -> _Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(_("The formula is nested too deeply"), self.here.at)
        node = self.product()
        while token := self.take("+", "-"):
            node = _Node("op", token.at, token.text, (node, self.product()))
        self.depth -= 1
        return node

    def product(self) -> _Node:
        node = self.factor()
        while token := self.take("*", "/"):
            node = _Node("op", token.at, token.text, (node, self.factor()))
        return node

    def factor(self) -> _Node:
        token = self.here
        if token.kind == "number":
            self.index += 1
            return _Node("number", token.at, _literal(token.text), is_percent=token.text.endswith("%"))
        if token.kind == "name":
            self.index += 1
            return self.call(token) if self.here.text == "(" else self.name(token)
        if self.take("("):
            node = self.sum()
            self.need(")")
            return node
        if sign := self.take("-"):
            zero = _Node("number", sign.at, Decimal(0))
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise FormulaError(_("The formula is nested too deeply"), sign.at)
            node = _Node("op", sign.at, "-", (zero, self.factor()))
            self.depth -= 1
            return node
        if token.kind in ("end", "line"):
            raise FormulaError(_("The formula ends too early"), token.at)
        raise FormulaError(_("“%(text)s” is not expected here") % {"text": token.text}, token.at)

    def name(self, token: _Token) -> _Node:
        if "." in token.text:
            entry = CATALOGUE.get(token.text)
            if entry is None:
                raise FormulaError(_("“%(name)s” is not a known fact") % {"name": token.text}, token.at)
            if entry.kind not in (NUMBER, MONEY):
                raise FormulaError(_("“%(name)s” is not a number") % {"name": token.text}, token.at)
        elif token.text not in self.defined:
            raise FormulaError(_("“%(name)s” is not defined above this line") % {"name": token.text}, token.at)
        self.names.add(token.text)
        return _Node("name", token.at, token.text)

    def call(self, token: _Token) -> _Node:
        self.need("(")
        if token.text in ("by", "tiers"):
            node = self.by(token) if token.text == "by" else self.tiers(token)
        elif token.text in FUNCTIONS:
            arguments = [self.sum()]
            while self.take(","):
                arguments.append(self.sum())
            node = _Node("call", token.at, token.text, tuple(arguments))
        else:
            raise FormulaError(_("“%(name)s” is not a known function") % {"name": token.text}, token.at)
        self.need(")")
        if node.kind == "call":
            low, high = FUNCTIONS[token.text][0]
            if not low <= len(node.children) <= high:
                raise FormulaError(_("“%(name)s” takes another number of values") % {"name": token.text}, token.at)
        return node

    def by(self, token: _Token) -> _Node:
        """by(fact; A, B: value; C: value; rest: value)"""
        fact = self.here
        if fact.kind != "name" or fact.text not in CATALOGUE:
            raise FormulaError(_("“%(name)s” is not a known fact") % {"name": fact.text}, fact.at)
        self.index += 1
        self.names.add(fact.text)
        cases, nodes, seen = [], [], set()
        while self.take(";"):
            keys = [self.key(seen)]
            while self.take(","):
                keys.append(self.key(seen))
            self.need(":")
            cases.append(tuple(keys))
            nodes.append(self.sum())
        if not cases:
            raise FormulaError(_("“%(text)s” is expected here") % {"text": ";"}, self.here.at)
        return _Node("by", token.at, (fact.text, tuple(cases)), tuple(nodes))

    def key(self, seen: set[str]) -> str:
        token = self.here
        if token.kind != "name" or "." in token.text:
            raise FormulaError(_("the name of a case is expected here"), token.at)
        if token.text in seen:
            raise FormulaError(_("“%(code)s” stands twice") % {"code": token.text}, token.at)
        seen.add(token.text)
        self.index += 1
        return token.text

    def tiers(self, token: _Token) -> _Node:
        """tiers(x; upto: rate; ...; rest: rate): each slice of x is multiplied by its own rate."""
        base = self.sum()
        bounds: list[Decimal | None] = []
        rates: list[_Node] = []
        while self.take(";"):
            bound = self.here
            self.index += 1
            if bound.kind == "name" and bound.text == "rest":
                bounds.append(None)
            elif bound.kind == "number":
                value = _literal(bound.text)
                if bounds and (bounds[-1] is None or value <= bounds[-1]):
                    raise FormulaError(_("the bounds must rise"), bound.at)
                bounds.append(value)
            else:
                raise FormulaError(_("a bound or “rest” is expected here"), bound.at)
            self.need(":")
            rates.append(self.sum())
        if not bounds or bounds[-1] is not None:
            raise FormulaError(_("the last band must be “rest”"), self.here.at)
        return _Node("tiers", token.at, tuple(bounds), (base, *rates))


FUNCTIONS: dict[str, tuple[tuple[int, int], Callable[..., Decimal]]] = {
    "min": ((2, 12), min),
    "max": ((2, 12), max),
    "round": ((1, 1), lambda x: x.to_integral_value(ROUND_HALF_UP)),
}


def _literal(text: str) -> Decimal:
    if text.endswith("%"):
        return Decimal(text[:-1]) / 100
    if text.endswith("万"):
        return Decimal(text[:-1]) * 10000
    return Decimal(text)


def parse(text: str) -> Formula:
    """Read a formula; raises FormulaError with the position."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(_("The formula is too long"), MAX_LENGTH)
    return _Parser(text.translate(NORMAL)).formula()


def progressive(base: Decimal, bounds: tuple[Decimal | None, ...], rates: list[Decimal]) -> Decimal:
    """Sum of the slices of `base` between the bounds, each at its own rate."""
    total, low = Decimal(0), Decimal(0)
    for bound, rate in zip(bounds, rates, strict=True):
        high = base if bound is None else min(base, bound)
        if high > low:
            total += (high - low) * rate
            low = high
    return total


class _Case:
    def __init__(self, facts: Mapping[str, Any], cap: Decimal | None):
        self.facts, self.values = facts, {} if cap is None else {CAP: cap}
        self.used: list[str] = []

    def number(self, name: str) -> Decimal:
        if name in self.values:
            value = self.values[name]
        elif "." not in name:
            raise MissingFact(_("The guide gives no cap for this formula"))
        else:
            fact = lookup(self.facts, name)
            if fact is None:
                raise MissingFact(_("%(fact)s: not known") % {"fact": label(name)})
            try:
                value = number(fact.value)
            except ArithmeticError as error:
                raise MissingFact(_("%(fact)s: the value cannot be read") % {"fact": label(name)}) from error
        note = f"{name if name in self.values else label(name)} = {show(value)}"
        if note not in self.used:
            self.used.append(note)
        return value

    def work_out(self, node: _Node) -> Decimal:
        if node.kind == "number":
            return node.value
        if node.kind == "name":
            return self.number(node.value)
        if node.kind == "op":
            return self.operate(node)
        if node.kind == "call":
            return FUNCTIONS[node.value][1](*[self.work_out(child) for child in node.children])
        if node.kind == "by":
            return self.choose(node)
        base, *rates = [self.work_out(child) for child in node.children]
        return progressive(base, node.value, rates)

    def operate(self, node: _Node) -> Decimal:
        left, right = (self.work_out(child) for child in node.children)
        if node.value == "/":
            if right == 0:
                raise FormulaError(_("Division by zero"), node.at)
            return left / right
        return left + right if node.value == "+" else left - right if node.value == "-" else left * right

    def choose(self, node: _Node) -> Decimal:
        name, cases = node.value
        fact = lookup(self.facts, name)
        if fact is None:
            raise MissingFact(_("%(fact)s: not known") % {"fact": label(name)})
        self.used.append(f"{label(name)}：{fact.value}")
        fallback = None
        for keys, child in zip(cases, node.children, strict=True):
            if str(fact.value) in keys:
                return self.work_out(child)
            if "rest" in keys:
                fallback = child
        if fallback is None:
            raise MissingFact(
                _("The guide gives no share for %(fact)s “%(value)s”") % {"fact": label(name), "value": fact.value}
            )
        return self.work_out(fallback)


def show(value: Decimal) -> str:
    if value.adjusted() > MOST_PLACES:
        return f"{value:.6E}"
    text = f"{value:,.8f}".rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"


def evaluate(amount: Mapping[str, Any] | str, facts: Mapping[str, Any]) -> Amount:
    """Work out {formula, cap, labels} for one case, in yuan. The cap always holds; never below zero.

    Raises MissingFact when a figure is not known, FormulaError when the case cannot be worked out.
    """
    spec = {"formula": amount} if isinstance(amount, str) else amount
    cap = number(spec["cap"]) if spec.get("cap") not in (None, "") else None
    formula = parse(spec["formula"])
    labels = spec.get("labels") or {}
    with localcontext() as context:
        context.prec = 50
        case, lines = _Case(facts, cap), []
        value = Decimal(0)
        for name, node, source in formula.lines:
            case.used = []
            try:
                value = case.work_out(node)
            except ArithmeticError as error:
                raise FormulaError(_("The formula leads to numbers that are too large"), node.at) from error
            title = labels.get(name) or name or _("Amount")
            text = f"{source}（{'；'.join(case.used)}）" if case.used else source
            if name:
                case.values[name] = value
            lines.append(Line(title, text, value))
        if cap is not None and value > cap:
            lines.append(Line(_("Cap"), _("not more than the cap of the guide"), cap))
            value = cap
        if value > MOST_MONEY:
            raise FormulaError(_("The formula leads to numbers that are too large"), node.at)
        total = max(Decimal(0), value).quantize(FEN, ROUND_HALF_UP)
    return Amount(total, lines)


def check_bounds(value: Any, path: str) -> list[Problem]:
    """An amount of money in yuan, more than 0 and within what a column of money holds."""
    try:
        found = number(value or 0)
    except TooLarge:
        return [Problem(path, _("is too large"))]
    if found <= 0:
        return [Problem(path, _("must be more than 0"))]
    return [Problem(path, _("is too large"))] if found > MOST_MONEY else []


def check(amount: Any, path: str = "amount") -> list[Problem]:
    """Problems of an amount rule; a formula is optional, a cap is not."""
    if not isinstance(amount, Mapping):
        return [Problem(path, _("is missing"))]
    found = []
    try:
        found.extend(check_bounds(number(amount.get("cap")), f"{path}.cap"))
    except TooLarge:
        found.append(Problem(f"{path}.cap", _("is too large")))
    except (ArithmeticError, TypeError, ValueError):
        found.append(Problem(f"{path}.cap", _("must be an amount in yuan")))
    if amount.get("formula"):
        try:
            formula = parse(str(amount["formula"]))
            found.extend(_zero_divisors(formula, path))
        except FormulaError as error:
            found.append(Problem(f"{path}.formula", str(error), error.position))
    return found


def caret(text: str, position: int) -> tuple[str, str]:
    """The line of an error and a line with ^ under its character; wide characters are padded with wide spaces."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)]
    pad = "".join("\u3000" if east_asian_width(letter) in "WF" else " " for letter in line[: position - start])
    return line, f"{pad}^"


POSITIVE, NOT_NEGATIVE, ANY = 2, 1, 0


def _sign(node: _Node, named: Mapping[str, int]) -> int:
    """What is certain of a value before any case comes: above zero, not below zero, or nothing. A fact may be anything."""
    kind = node.kind
    if kind == "number":
        return POSITIVE if node.value > 0 else NOT_NEGATIVE
    if kind == "name":
        return named.get(node.value, ANY)
    signs = [_sign(child, named) for child in node.children]
    if kind == "by":
        return min(signs)
    if kind == "call" and node.value != "round":
        return max(signs) if node.value == "max" else min(signs)
    if kind == "op" and node.value == "+":
        return max(signs) if min(signs) >= NOT_NEGATIVE else ANY
    if kind == "op" and node.value in "*/":
        return min(signs) if node.value == "*" or signs[1] == POSITIVE else ANY
    return ANY if kind == "op" else min(NOT_NEGATIVE, *signs)


def _zero_divisors(formula: Formula, path: str) -> list[Problem]:
    """A division is allowed only where the divisor is certainly above zero: a number, the cap, or max(1, ...)."""
    found: list[Problem] = []
    named = {CAP: POSITIVE}

    def walk(node: _Node) -> None:
        if node.kind == "op" and node.value == "/" and _sign(node.children[1], named) != POSITIVE:
            zero = node.children[1].kind == "number"
            said = _("Division by zero") if zero else _("The divisor may be zero: divide by max(1, ...) so that it cannot")
            found.append(Problem(f"{path}.formula", str(FormulaError(said, node.at)), node.at))
        for child in node.children:
            walk(child)

    for name, node, _source in formula.lines:
        walk(node)
        named[name] = _sign(node, named)
    return found
