"""Amounts of a guide that no column of money holds are problems of the import, never a crash."""

from __future__ import annotations

from copy import deepcopy

import pytest

from programs.engine import schema
from tests.factories import programs as programme


@pytest.mark.parametrize("value", [1e300, "1e300", "1e999999", "NaN", "Infinity", 10**16, -1, 0, "x", {"a": 1}])
@pytest.mark.parametrize("place", ["quota.budget_control", "amount.cap", "topics.cap"])
def test_amount_beyond_every_bound_is_a_problem(place, value):
    data = deepcopy(programme.data_of("g2")["data"])
    assert schema.check(data) == []
    part, _dot, key = place.partition(".")
    target = data[part][0] if part == "topics" else data[part]
    target[key] = value
    assert [problem for problem in schema.check(data) if problem.path.startswith(part)]
