"""Concentration, success rates, plan against reality: the sums and what may be seen before it is public."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import rules

money = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 10**9).map(Decimal), max_size=12)


@given(money)
def test_shares_add_up_and_the_curve_rises_to_a_hundred(sums):
    shares, curve = rules.shares(sums), rules.top_curve(sums)
    if not any(sums.values()):
        assert (shares, curve, rules.herfindahl(sums)) == ([], [], None)
        return
    assert abs(sum(share for _name, share in shares) - 1) < Decimal("1e-20")
    points = [reached for _n, reached in curve]
    assert points == sorted(points) and abs(points[-1] - 100) <= Decimal("0.1")


@given(money)
def test_herfindahl_lies_between_equal_shares_and_one_for_all(sums):
    index, held = rules.herfindahl(sums), len(rules.shares(sums))
    if index is not None:
        assert Decimal(10_000) / held - 1 <= index <= 10_000


@pytest.mark.parametrize(
    ("sums", "index"),
    [({"a": 1}, 10_000), ({"a": 1, "b": 1}, 5_000), ({"a": 3, "b": 1}, 6_250), ({"a": 0}, None), ({}, None)],
)
def test_herfindahl_of_known_cases(sums, index):
    assert rules.herfindahl({name: Decimal(value) for name, value in sums.items()}) == index


@pytest.mark.parametrize(("part", "whole", "text"), [(1, 3, "33.3%"), (0, 5, "0.0%"), (2, 0, "—")])
def test_rate_in_words(part, whole, text):
    assert rules.rate(part, whole) == text
