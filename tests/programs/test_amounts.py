"""Amounts against an independent reckoning in fractions; divisions are guarded; errors point at their character."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.engine import amounts

FACTS = {"audit.service_cost": Decimal("1234567.89"), "audit.fiscal_aid": Decimal("345678.9"), "unit.staff": Decimal(37)}
KIND = {"unit.kind": "HOSPITAL"}
CAP = 300_000

leaf = st.one_of(
    st.integers(0, 5000).map(lambda n: (str(n), Fraction(n))),
    st.integers(0, 200).map(lambda n: (f"{n}%", Fraction(n, 100))),
    st.integers(0, 90).map(lambda n: (f"{n}万", Fraction(n * 10000))),
    st.sampled_from([(name, Fraction(value)) for name, value in FACTS.items()]),
    st.just(("cap", Fraction(CAP))),
)


def progressive(base, bounds, rates):
    total, low = Fraction(0), Fraction(0)
    for bound, rate in zip(bounds, rates, strict=True):
        high = base if bound is None else min(base, bound)
        total += max(Fraction(0), high - low) * rate
        low = max(low, high)
    return total


def join(inner):
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: (f"({p[0][0]} + {p[1][0]})", p[0][1] + p[1][1])), two.map(lambda p: (f"({p[0][0]} - {p[1][0]})", p[0][1] - p[1][1])),
        two.map(lambda p: (f"({p[0][0]} × {p[1][0]})", p[0][1] * p[1][1])),
        st.tuples(inner, st.sampled_from([2, 5, 8, 100])).map(lambda p: (f"({p[0][0]} / {p[1]})", p[0][1] / p[1])),
        two.map(lambda p: (f"min({p[0][0]}, {p[1][0]})", min(p[0][1], p[1][1]))),
        two.map(lambda p: (f"max({p[0][0]}，{p[1][0]})", max(p[0][1], p[1][1]))),
        st.tuples(inner, inner, inner).map(lambda p: (
            f"by(unit.kind; UNIVERSITY, HOSPITAL: {p[0][0]}; ENTERPRISE: {p[1][0]}; rest: {p[2][0]})", p[0][1])),
        st.tuples(inner, inner, inner).map(lambda p: (
            f"tiers({p[0][0]}; 500: {p[1][0]}; rest: {p[2][0]})", progressive(p[0][1], [Fraction(500), None], [p[1][1], p[2][1]]))),
    )


@given(st.recursive(leaf, join, max_leaves=6))
def test_amounts_agree_with_fractions(pair):
    text, exact = pair
    found = amounts.evaluate({"formula": text, "cap": CAP}, {**FACTS, **KIND}).total
    wanted = min(max(exact, Fraction(0)), Fraction(CAP))
    cents = wanted * 100
    rounded = (cents.numerator * 2 + cents.denominator) // (cents.denominator * 2)
    assert abs(int(found * 100) - rounded) <= (0 if abs(cents - rounded) != Fraction(1, 2) else 1)
    assert found == found.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("text", [
    "audit.service_cost / audit.fiscal_aid", "1 / 0", "1 / (2 - 2)", "x = max(0, unit.staff)\n1 / x", "1 / round(0.3)",
    "1 / min(1, unit.staff)", "1 / (cap - 1)", "1 / by(unit.kind; ENTERPRISE: 1; rest: 0)",
])
def test_a_divisor_that_may_be_zero_is_refused_at_its_place(text):
    [problem] = amounts.check({"cap": 1, "formula": text})
    assert problem.position == text.index("/")


@pytest.mark.parametrize("text", [
    "audit.service_cost / max(1, audit.fiscal_aid)", "1 / 2", "1 / cap", "x = max(1, unit.staff) + 2\n1 / (x * 3)",
    "1 / by(unit.kind; ENTERPRISE: 1; rest: 50%)", "1 / min(1, max(2, unit.staff))",
])
def test_a_guarded_division_is_allowed(text):
    assert amounts.check({"cap": 1, "formula": text}) == []


def test_several_caps_by_type_and_line_by_line():
    text = "most = by(unit.kind; HOSPITAL: 20万; ENTERPRISE: 10万; rest: 5万)\nbase = max(0, audit.service_cost - audit.fiscal_aid)\nmin(most, base * 50%)"
    found = amounts.evaluate({"formula": text, "cap": CAP}, {**FACTS, **KIND})
    assert found.total == 200_000 and [line.name for line in found.lines][:2] == ["most", "base"]


def test_lines_are_named_in_the_words_of_the_guide():
    text = "基数 = audit.service_cost - audit.fiscal_aid\nmin(cap, 基数 * 50%)"
    assert amounts.check({"formula": text, "cap": CAP}) == []
    assert [line.name for line in amounts.evaluate({"formula": text, "cap": CAP}, {**FACTS, **KIND}).lines][:1] == ["基数"]
    [problem] = amounts.check({"formula": "基数 = 1\n比例 * 2", "cap": CAP})
    assert problem.position == 7  # not defined above


def test_the_caret_stands_under_its_character():
    assert amounts.caret("a = 1\nmin（cap, ?)", 15) == ("min（cap, ?)", "   \u3000     ^")
