"""Plain rules: limits of a list, instalments that always add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules import Proposed, digest, instalments, list_problems, project_number

CENTS = st.integers(1, 10**12).map(lambda n: Decimal(n) / 100)
SHARES = st.lists(st.integers(1, 50), min_size=1, max_size=6)


@given(CENTS, SHARES)
def test_instalments_add_up_to_the_cent_and_none_is_negative(amount, parts):
    whole = Decimal(sum(parts))
    shares = [Decimal(part) / whole for part in parts[:-1]]
    plan = [{"share": str(share)} for share in [*shares, 1 - sum(shares)]]
    cut = instalments(amount, plan)
    assert sum(cut) == amount
    assert all(part >= 0 for part in cut)
    assert all(part == part.quantize(Decimal("0.01")) for part in cut)


def test_instalments_of_shares_that_miss_one_are_refused():
    with pytest.raises(ValueError, match="add up to 1"):
        instalments(Decimal(100), [{"share": "0.5"}, {"share": "0.4"}])


def limits(**more):
    return {"most": 10, "money": Decimal(1000), "cap": Decimal(500), "plan_left": Decimal(1000), "plan_count_left": 10, **more}


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), min_size=1, max_size=12))
def test_list_without_problems_keeps_every_limit(lines):
    rows = [Proposed(f"A{i}", on, Decimal(amount), Decimal(400), "" if on else "OTHER", "" if on else "x")
            for i, (on, amount) in enumerate(lines)]
    chosen = [row for row in rows if row.selected]
    problems = list_problems(rows, **limits())
    assert (problems == []) == (len(chosen) <= 10 and sum(row.amount for row in chosen) <= 1000)


@pytest.mark.parametrize(("row", "more"), [
    (Proposed("A", True, Decimal(0), Decimal(10)), {}),
    (Proposed("A", True, Decimal(11), Decimal(10)), {}),
    (Proposed("A", True, Decimal(501), Decimal(600)), {}),
    (Proposed("A", False, Decimal(0), Decimal(10)), {}),
    (Proposed("A", True, Decimal(10), Decimal(10)), {"most": 0}),
    (Proposed("A", True, Decimal(10), Decimal(10)), {"money": Decimal(9)}),
    (Proposed("A", True, Decimal(10), Decimal(10)), {"plan_left": Decimal(9)}),
    (Proposed("A", True, Decimal(10), Decimal(10)), {"plan_count_left": 0}),
])
def test_each_limit_alone_gives_one_problem(row, more):
    assert len(list_problems([row], **limits(**more))) == 1


def test_empty_list_is_a_problem():
    assert len(list_problems([], **limits())) == 1


def test_project_number_and_digest_are_stable():
    assert project_number("KEYRD", 2026, 12) == "KEYRD2026-0012"
    assert digest({"b": 1, "a": Decimal("1.0")}) == digest({"a": Decimal("1.0"), "b": 1})
    assert digest({"a": 1}) != digest({"a": 2})
