"""Numbers of a guide's data that no column and no clock holds are problems of the import, never a crash or a wait."""

from __future__ import annotations

import time
from copy import deepcopy
from decimal import Decimal

import pytest

from programs.engine import amounts, conditions, schema, visibility
from programs.engine.operators import number
from tests.factories import programs as programme

HERE = {"fact": "guide.closes_on"}
HUGE = ["1e300000", "1e1000000", "1e-1000000", "9" * 5000, 10**5000, "1e40", 1e300]


@pytest.mark.parametrize("value", [1e300, "1e300", "1e999999", "NaN", "Infinity", 10**16, -1, 0, "x", {"a": 1}])
@pytest.mark.parametrize("place", ["quota.budget_control", "amount.cap", "topics.cap"])
def test_amount_beyond_every_bound_is_a_problem(place, value):
    data = deepcopy(programme.data_of("g2")["data"])
    assert schema.check(data) == []
    part, _dot, key = place.partition(".")
    target = data[part][0] if part == "topics" else data[part]
    target[key] = value
    assert [problem for problem in schema.check(data) if problem.path.startswith(part)]


@pytest.mark.parametrize("value", HUGE, ids=range(len(HUGE)))
def test_a_number_beyond_every_measure_is_refused_before_it_is_worked_out(value):
    with pytest.raises(ArithmeticError):
        number(value)


@pytest.mark.parametrize(("leaf", "value"), [
    *((leaf, value) for leaf in (
        {"fact": "leader.birth_date", "op": "age_on_le", "at": HERE}, {"fact": "leader.birth_date", "op": "age_on_lt", "at": HERE},
        {"fact": "leader.birth_date", "op": "years_since_ge", "at": HERE},
        {"fact": "leader.birth_date", "op": "age_in_year_le", "at": {"fact": "application.completion_year"}},
    ) for value in ("1e300000", "1e1000000", "9999999999", "-12345", "35.123456789")),
    ({"fact": "unit.revenue_last_year", "op": "ge"}, "1e200000"), ({"fact": "unit.revenue_last_year", "op": "ge"}, "1e15"),
    ({"fact": "unit.revenue_last_year", "op": "between"}, ["1", "1e15"]), ({"fact": "unit.staff", "op": "ge_each"}, ["1e16"]),
    ({"fact": "unit.staff", "op": "eq"}, "1e-300"), ({"fact": "unit.awards", "op": "count_ge"}, "1234567"),
    ({"fact": "unit.revenue_last_year", "op": "ge"}, {"fact": "unit.rd_spend_last_year", "times": "1e20"}),
])
def test_a_condition_takes_numbers_that_people_write(leaf, value):
    fair = {**leaf, "value": {"between": ["1", "5"], "ge_each": ["5"]}.get(leaf["op"], "5")}
    rule = {"code": "C1", "text": "条件"}
    data = {**programme.data_of("g2")["data"]}
    assert schema.check_part("conditions", [{**rule, "test": fair}]) == []
    began = time.process_time()
    data["conditions"] = [{**rule, "test": {**leaf, "value": value}}]
    assert [p.path for p in schema.check(data)]
    varied = {"fact": "leader.gender", "values": {"F": value}}
    assert schema.check_part("conditions", [{**rule, "test": {**leaf, "value_by": varied}}])
    assert time.process_time() - began < 1


def test_the_year_that_ages_are_counted_to_has_four_digits():
    leaf = {"fact": "leader.birth_date", "op": "age_in_year_le", "value": "60"}
    assert conditions.check([{"code": "C1", "text": "条件", "test": {**leaf, "at": "2029"}}]) == []
    assert conditions.check([{"code": "C1", "text": "条件", "test": {**leaf, "at": "20290"}}])


@pytest.mark.parametrize("value", ["1e300000", "1e16", "0.000000001", "NaN"])
@pytest.mark.parametrize(("part", "where"), [
    ("form", ("sections", 0, "fields", 0, "min")), ("budget", ("indirect_bands", 0, "upto")), ("budget", ("indirect_bands", 0, "rate")),
    ("budget", ("self_raised_min_ratio",)), ("targets", ("weight_total",)), ("score_sheet", ("criteria", 0, "weight")),
    ("score_sheet", ("step",)), ("payment_plan", (0, "share")), ("review", ("panel_size",)), ("quota", ("per_unit",)),
    ("team", ("max",)), ("mode", ("details", "unit_year_cap")),
])
def test_numbers_of_every_part_are_bounded(part, where, value):
    data = {
        "form": {"sections": [{"code": "a", "title": "甲", "fields": [{"code": "x", "kind": "number", "label": "数"}]}]},
        "budget": {**programme.data_of("g2")["data"]["budget"], "indirect_bands": [
            {"upto": "5000000", "rate": "0.3"}, {"upto": None, "rate": "0.2"}]},
        "mode": {"funding_mode": "DEMO", "contract_required": True, "audit_required": True, "details": {}},
    }.get(part) or deepcopy(programme.data_of("g2")["data"].get(part) or {})
    assert part == "mode" or schema.check_part(part, data) == []
    *steps, last = where
    node = data
    for step in steps:
        node = node[step]
    node[last] = value
    if (last, value) not in (("self_raised_min_ratio", "0.000000001"), ("weight_total", "0.000000001")):
        assert schema.check_part(part, data), value


@pytest.mark.parametrize("lines", [5, 200])
def test_a_formula_with_large_products_never_breaks_the_check(lines):
    text = "x0 = 999999999999999\n" + "".join(f"x{n + 1} = x{n} * x{n}\n" for n in range(lines)) + f"round(x{lines})"
    text = text if len(text) <= amounts.MAX_LENGTH else "x = 999999999999999\n" + "x = x * x\n" * 150 + "x"
    if lines == 5:
        found = amounts.evaluate({"formula": text, "cap": 300_000}, {})
        assert found.total == 300_000 and found.lines[-1].value == 300_000
        assert all(len(line.shown) < 60 for line in found.lines)
        assert amounts.evaluate({"formula": f"0 - {text.splitlines()[0][5:]} * 99", "cap": 1}, {}).total == Decimal(0)
    with pytest.raises(amounts.FormulaError):
        amounts.evaluate({"formula": text, **({} if lines == 5 else {"cap": 300_000})}, {})


def test_a_figure_that_is_no_number_is_missing():
    with pytest.raises(amounts.MissingFact):
        amounts.evaluate({"formula": "unit.staff * 2", "cap": 10}, {"unit.staff": "许多"})


def fields_in_circles(count, most=12):
    """Every field is shown by the fields before and after it: circles upon circles."""
    names = [f"f{n}" for n in range(count)]
    return {name: [names[(n + step) % count] for step in range(-most // 2, most // 2) if step] for n, name in enumerate(names)}


@pytest.mark.parametrize("count", [400, 5_000])
def test_a_form_full_of_circles_is_checked_at_once(count):
    began = time.process_time()
    found = visibility.circles(fields_in_circles(count))
    assert len(found) == visibility.MOST_CIRCLES and time.process_time() - began < 2


def test_circles_are_named_from_their_first_field_on():
    rules = {"a": ["b"], "b": ["c", "a"], "c": ["a", "x"], "d": ["d"], "e": ["a"]}
    assert visibility.circles(rules) == [["a", "b", "c"], ["a", "b"], ["d"]]
    assert visibility.circles({f"f{n}": [f"f{n + 1}"] for n in range(30_000)}) == []
