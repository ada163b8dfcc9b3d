"""Conditions that nobody can meet are refused with the clauses; nothing else is."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.engine import conditions, conflicts, schema
from programs.engine.facts import BOOL, DATE, LIST, MONEY, NUMBER, PERIOD, TEXT
from tests.factories.programs import data_of
from tests.programs import trees

HERE = {"fact": "guide.closes_on"}


def rule(code, test, **more):
    return {"code": code, "clause": f"四、（{code}）", "text": "条件", "test": test, **more}


def leaf(fact, op, value=None, **more):
    return {"fact": fact, "op": op, **({} if value is None else {"value": value}), **more}


def rows(way, count, that=None, **more):
    return {"rows": "team.partners", way: count, "that": that or leaf("partner.is_overseas", "is_true"), **more}


@pytest.mark.parametrize(("one", "other"), [
    (rows("least", 1), rows("most", 3)), (rows("least", 3), rows("most", 3)), (rows("least", 3), rows("most", 2, first=4)),
    (rows("least", 3), rows("most", 2, leaf("partner.is_overseas", "is_false"))), (rows("every", True), rows("most", 2)),
])
def test_numbers_of_rows_that_can_both_hold_are_no_conflict(one, other):
    """One to three partners are two conditions; rows counted otherwise are other rows."""
    assert conflicts.find([rule("1", one), rule("2", other)]) == []
    assert schema.check_part("conditions", [rule("1", one), rule("2", other)]) == []


@pytest.mark.parametrize(("one", "other"), [
    (leaf("leader.birth_date", "age_on_le", "35", at=HERE), leaf("leader.birth_date", "years_since_ge", "40", at=HERE)),
    (leaf("leader.birth_date", "age_on_lt", "36", at=HERE), {"not": leaf("leader.birth_date", "age_on_le", "35", at=HERE)}),
    (leaf("unit.kind", "in", ["ENTERPRISE"]), leaf("unit.kind", "in", ["UNIVERSITY"])),
    (leaf("unit.kind", "eq", "ENTERPRISE"), leaf("unit.kind", "not_in", ["ENTERPRISE", "SOCIAL"])),
    (leaf("unit.staff", "ge", "100"), leaf("unit.staff", "lt", "100")),
    (leaf("unit.staff", "between", ["1", "5"]), leaf("unit.staff", "between", ["6", "9"])),
    (leaf("unit.region", "within_region", "深圳市"), leaf("unit.region", "within_region", "东莞市")),
    (leaf("unit.region", "within_region", "深圳市南山区"), {"not": leaf("unit.region", "within_region", "深圳市")}),
    (leaf("unit.is_fiscal", "is_true"), leaf("unit.is_fiscal", "is_false")),
    (leaf("unit.is_fiscal", "is_true"), leaf("unit.is_fiscal", "eq", False)),
    (leaf("unit.registered_on", "on_or_before", "2020-01-01"), leaf("unit.registered_on", "on_or_after", "2020-01-02")),
    (leaf("leader.running_led", "any_of", ["POC"]), leaf("leader.running_led", "none_of", ["POC", "SUSTAIN"])),
    (leaf("leader.running_led", "count_ge", "2"), leaf("leader.running_led", "count_le", "1")),
    (leaf("leader.running_led", "all_of", ["A", "B"]), leaf("leader.running_led", "count_le", "1")),
    (leaf("leader.running_led", "any_of", ["A"]), leaf("leader.running_led", "count_le", "0", of=["A"])),
    (rows("least", 3), rows("most", 2)), (rows("least", 1), rows("most", 0)), (rows("least", 2), {"not": rows("least", 2)}),
    ({"not": rows("most", 3)}, rows("most", 3)), (rows("least", 2, first=3), rows("most", 1, first=3)),
    (leaf("application.requested", "gt", {"fact": "application.self_raised"}),
     leaf("application.requested", "le", {"fact": "application.self_raised"})),
])
def test_two_clauses_that_exclude_each_other_are_named(one, other):
    fine = rule("3", leaf("leader.blocked", "is_false"))
    found = conflicts.find([rule("1", one), fine, rule("2", other)])
    assert [(conflict.codes, conflict.facts) for conflict in found] == [(("1", "2"), (next(iter(conditions.fact_names(one) - {"guide.closes_on", "application.self_raised", "partner.is_overseas"})),))]
    assert conflicts.find([rule("1", one), rule("2", other, hard=False)]) == []
    assert conflicts.find([rule("1", {"any": [one, {"human": "看"}]}), rule("2", other)]) == []
    assert conflicts.find([rule("1", one, exempt=leaf("unit.is_listed", "is_true")), rule("2", other)]) == []


def test_branches_that_all_contradict_are_found_within_one_clause():
    young, old = leaf("leader.birth_date", "on_or_after", "1990-01-01"), leaf("leader.birth_date", "on_or_before", "1980-01-01")
    kinds = {"any": [leaf("unit.kind", "eq", "A"), leaf("unit.kind", "eq", "B")]}
    assert conflicts.find([rule("1", {"all": [young, old]})])[0].codes == ("1",)
    three = [rule("1", kinds), rule("2", leaf("unit.kind", "ne", "A")), rule("3", leaf("unit.kind", "ne", "B"))]
    assert conflicts.find(three)[0].codes == ("1", "2", "3")
    assert conflicts.find(three[:2]) == []


def test_a_guide_with_a_conflict_is_refused_with_the_clauses():
    rules = [rule("一", leaf("unit.kind", "in", ["ENTERPRISE"])), rule("二", leaf("unit.kind", "in", ["UNIVERSITY"]))]
    [problem] = schema.check_part("conditions", rules)
    assert "四、（一）" in problem.text and "四、（二）" in problem.text and "单位类型" in problem.text


def test_another_list_than_the_empty_one_is_no_conflict():
    assert conflicts.find([rule("一", {"not": leaf("leader.running_led", "same_list", [])})]) == []


@pytest.mark.parametrize("name", ["g1", "g2", "skeleton"])
def test_real_guides_have_no_conflict(name):
    assert conflicts.find((data_of(name).get("data") or data_of(name))["conditions"]) == []


FULL = {
    NUMBER: trees.numbers, MONEY: trees.numbers, TEXT: trees.texts, DATE: trees.days, BOOL: st.booleans(), LIST: trees.lists,
    PERIOD: st.fixed_dictionaries({"from": trees.days.map(str), "to": trees.days.map(str)}),
}
FEW = ["unit.kind", "unit.staff", "leader.running_led", "unit.is_fiscal", "leader.birth_date", "unit.region"]
CASES = st.fixed_dictionaries({
    name: st.lists(trees.numbers, max_size=2) if entry.items == NUMBER else FULL[entry.kind]
    for name, entry in trees.CATALOGUE.items() if name in trees.ASKABLE
} | {
    "team.partners": st.lists(st.fixed_dictionaries({"partner.is_overseas": st.booleans(), "partner.region": st.sampled_from(["香港", "深圳市"])}), max_size=6),
    "team.members": st.lists(st.fixed_dictionaries({"member.full_time": st.booleans(), "member.insurance_months": st.integers(0, 6)}), max_size=6),
})


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(trees.rules(2, 7, FEW), st.data())
def test_what_is_called_a_conflict_is_failed_by_every_case(rules, data):
    """Also read the other way: a case that fails no hard rule is never called impossible (no false alarm)."""
    for conflict in conflicts.find(rules):
        part = [one for one in rules if one["code"] in conflict.codes]
        for case in data.draw(st.lists(CASES, min_size=3, max_size=3)):
            assert any(outcome.blocks for outcome in conditions.evaluate(part, case))


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(trees.row_nodes(), st.booleans()), min_size=2, max_size=4), st.data())
def test_a_conflict_between_numbers_of_rows_is_failed_by_every_case(nodes, data):
    rules = [rule(str(index), {"not": node} if negated else node) for index, (node, negated) in enumerate(nodes)]
    for conflict in conflicts.find(rules):
        part = [one for one in rules if one["code"] in conflict.codes]
        cases = data.draw(st.lists(CASES, min_size=4, max_size=4))
        assert all(any(outcome.blocks for outcome in conditions.evaluate(part, case)) for case in cases)
