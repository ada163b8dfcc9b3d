"""The engine that evaluates what guides define: examples of the field, and properties over generated cases."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.engine import amounts, budget, conditions, forms, schema, sheets, targets
from programs.engine.facts import Fact
from programs.engine.problems import DataError
from tests.factories.programs import data_of

G1, G2 = data_of("g1")["data"], data_of("g2")["data"]
RESULTS = ("PASS", "FAIL", "HUMAN")
BANDS = [(Decimal(5_000_000), Decimal("0.30")), (Decimal(10_000_000), Decimal("0.25")), (None, Decimal("0.20"))]

LEADER = {
    "unit.kind": "ENTERPRISE", "unit.region": "深圳市南山区", "unit.is_legal_person": True, "unit.blocked": False,
    "leader.full_time": True, "leader.insurance_months": 3, "leader.birth_date": date(1990, 1, 1),
    "leader.blocked": False, "leader.running_specials": [], "application.completion_year": 2029,
    "team.lead_main_members": 5, "team.partner_main_members": [3, 5], "team.full_time_share": Decimal("0.5"),
    "team.names": ["甲", "乙"], "team.report_names": ["乙", "甲"], "team.insurance_names": ["甲", "乙"],
    "application.self_raised_ratio": Decimal("1.2"), "application.partner_count": 2, "application.is_secret": False,
}


def outcome(code, rules=G2["conditions"], **changes):
    facts = {**LEADER, **{key.replace("__", "."): value for key, value in changes.items()}}
    return next(o for o in conditions.evaluate(rules, facts) if o.code == code)


def test_conditions_of_the_real_guide_pass_for_a_sound_case():
    assert {o.code: o.result for o in conditions.evaluate(G2["conditions"], LEADER)} == {
        f"C{n}": "PASS" for n in range(1, 13)
    }


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("C1", {"unit__region": "东莞市"}),
        ("C2", {"leader__full_time": False}),
        ("C3", {"leader__insurance_months": 2}),
        ("C5", {"team__partner_main_members": [6]}),
        ("C6", {"team__full_time_share": Decimal("0.49")}),
        ("C7", {"team__insurance_names": ["甲"]}),
        ("C8", {"leader__running_specials": ["SUSTAIN"]}),
        ("C9", {"application__self_raised_ratio": Decimal("0.9")}),
        ("C10", {"application__partner_count": 4}),
        ("C11", {"leader__blocked": True}),
        ("C12", {"application__is_secret": True}),
    ],
)
def test_each_condition_fails_alone(code, changes):
    failed = [o.code for o in conditions.evaluate(G2["conditions"], {**LEADER, **{k.replace("__", "."): v for k, v in changes.items()}})
              if o.result == "FAIL"]
    assert failed == [code]


@pytest.mark.parametrize(("born", "result"), [(date(1967, 12, 31), "FAIL"), (date(1968, 1, 1), "PASS")])
def test_age_is_counted_to_the_year_of_completion(born, result):
    """The example of the real guide: three years from 2025, so 2028 - 60 = 1968."""
    assert outcome("C4", leader__birth_date=born, application__completion_year=2028).result == result


def test_an_exemption_goes_to_a_person_and_keeps_the_finding():
    found = outcome("C3", leader__insurance_months=0, leader__new_team_pledge=True)
    assert (found.result, found.blocks) == ("HUMAN", False)
    assert "0" in found.found


def test_an_exemption_nobody_claims_does_not_soften_a_fail():
    assert outcome("C3", leader__insurance_months=0).result == "FAIL"


def test_what_is_not_known_goes_to_a_person_with_its_source_named():
    assert outcome("C2", leader__full_time=None).result == "HUMAN"
    known = outcome("C2", leader__full_time=Fact(True, "填报内容"))
    assert known.source == "填报内容"


def test_universities_need_no_own_money():
    assert outcome("C9", unit__kind="UNIVERSITY", application__self_raised_ratio=Decimal(0)).result == "PASS"


def test_high_tech_certificate_must_be_valid_on_the_closing_day():
    case = {"unit.kind": "ENTERPRISE", "guide.closes_on": "2026-07-05"}
    for until, result in (("2026-07-05", "PASS"), ("2026-07-04", "FAIL")):
        facts = {**case, "unit.hnte": {"from": "2023-07-05", "to": until}}
        assert next(o for o in conditions.evaluate(G1["conditions"], facts) if o.code == "C1").result == result


def test_shenshan_zone_counts_as_the_city():
    assert outcome("C1", unit__region="深汕特别合作区").result == "PASS"


LEAF = st.sampled_from([
    {"fact": "leader.full_time", "op": "is_true"}, {"fact": "leader.insurance_months", "op": "ge", "value": 3},
    {"fact": "unit.kind", "op": "in", "value": ["UNIVERSITY"]}, {"human": "看材料"},
])
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda rows: {"all": rows}),
        st.lists(inner, min_size=1, max_size=3).map(lambda rows: {"any": rows}),
        inner.map(lambda node: {"not": node}),
    ),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries({}, optional={
    "leader.full_time": st.booleans(), "leader.insurance_months": st.integers(0, 9),
    "unit.kind": st.sampled_from(["UNIVERSITY", "ENTERPRISE"]),
})


def result_of(test, facts):
    return conditions.evaluate([{"code": "X", "text": "x", "test": test}], facts)[0].result


@given(TREE, FACTS)
def test_every_tree_gives_an_answer_and_not_turns_it_round(tree, facts):
    assert conditions.check([{"code": "X", "text": "x", "test": tree}]) == []
    result = result_of(tree, facts)
    assert result in RESULTS
    assert result_of({"not": tree}, facts) == {"PASS": "FAIL", "FAIL": "PASS", "HUMAN": "HUMAN"}[result]


@given(TREE, TREE, FACTS)
def test_de_morgan_holds_in_three_values(a, b, facts):
    assert result_of({"not": {"all": [a, b]}}, facts) == result_of({"any": [{"not": a}, {"not": b}]}, facts)


@given(TREE, FACTS, st.sampled_from(["leader.full_time", "leader.insurance_months", "unit.kind"]))
def test_knowing_less_never_turns_an_answer_into_its_opposite(tree, facts, forgotten):
    before = result_of(tree, facts)
    after = result_of(tree, {k: v for k, v in facts.items() if k != forgotten})
    assert after in (before, "HUMAN")


@pytest.mark.parametrize(
    "rule",
    [
        {"code": "X", "text": "x", "test": {"fact": "leader.shoe_size", "op": "ge", "value": 1}},
        {"code": "X", "text": "x", "test": {"fact": "leader.full_time", "op": "ge", "value": 1}},
        {"code": "X", "text": "x", "test": {"fact": "team.size", "op": "ge", "value": "many"}},
        {"code": "X", "text": "x", "test": {"fact": "team.size", "op": "between", "value": [9, 1]}},
        {"code": "X", "text": "x", "test": {"fact": "leader.birth_date", "op": "age_in_year_le", "value": 60}},
        {"code": "X", "text": "x", "test": {"all": []}},
        {"code": "X", "text": "", "test": {"human": "x"}},
        {"code": "X", "text": "x", "test": ["all"]},
    ],
)
def test_wrong_conditions_are_found_at_editing(rule):
    assert len(conditions.check([rule])) == 1


# --- amounts -----------------------------------------------------------------------------------------------------


def amount(kind, cost, aid=0):
    facts = {"unit.kind": kind, "audit.service_cost": cost, "audit.fiscal_aid": aid}
    return amounts.evaluate(G1["amount"], facts)


@pytest.mark.parametrize(
    ("kind", "cost", "aid", "total"),
    [
        ("HOSPITAL", 7_000_000, 0, "5000000.00"), ("ENTERPRISE", 7_000_000, 0, "3500000.00"),
        ("SOCIAL", 7_000_000, 1_000_000, "3000000.00"), ("UNIVERSITY", 1_000_000, 2_000_000, "0.00"),
    ],
)
def test_post_subsidy_formula_of_the_real_guide(kind, cost, aid, total):
    assert amount(kind, cost, aid).total == Decimal(total)


def test_an_amount_is_explained_line_by_line():
    lines = amount("ENTERPRISE", 7_000_000).lines
    assert [(line.name, line.value) for line in lines[:2]] == [
        ("服务成本净额", Decimal(7_000_000)), ("资助比例", Decimal("0.5"))
    ]
    assert "7,000,000" in lines[0].text


def test_a_kind_without_a_share_is_not_guessed():
    with pytest.raises(amounts.MissingFact):
        amount("GOVERNMENT", 1)
    with pytest.raises(amounts.MissingFact):
        amounts.evaluate(G1["amount"], {"unit.kind": "HOSPITAL"})


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1 +", 3), ("min(cap", 7), ("foo(1)", 0), ("audit.nothing", 0), ("a = 1", 5), ("unit.kind * 2", 0), ("1 2", 2),
        ("by(unit.kind; A: 1; A: 2)", 20), ("tiers(cap; 500万: 30%; 400万: 20%; rest: 1)", 22), ("__import__('os')", 11),
        ("x", 0), ("tiers(cap; 500万: 30%)", 20), ("min(1)", 0), ("1\n2", 2), ("cap = 1\n2", 0), ("(" * 40 + "1", 30),
        ("٣", 0), ("cap.real", 0), ("2 ** 3", 3),
    ],
)
def test_a_wrong_formula_is_refused_with_its_position(text, position):
    with pytest.raises(amounts.FormulaError) as error:
        amounts.parse(text)
    assert error.value.position == position
    assert amounts.check({"formula": text, "cap": 1})[0].position == position


def test_division_by_zero_is_refused_at_editing_and_in_a_case():
    assert amounts.check({"formula": "cap / 0", "cap": 1})[0].position == 4
    with pytest.raises(amounts.FormulaError):
        amounts.evaluate("audit.service_cost / audit.fiscal_aid", {"audit.service_cost": 1, "audit.fiscal_aid": 0})


def test_full_width_signs_are_read_like_their_plain_ones():
    assert amounts.evaluate("max（１，2）×３", {}).total == Decimal(6)


MONEY = st.decimals(min_value=0, max_value=10**10, places=2)


@given(MONEY, MONEY, st.sampled_from(["UNIVERSITY", "ENTERPRISE", "SOCIAL", "HOSPITAL"]))
def test_the_cap_always_holds_and_nothing_falls_below_zero(cost, aid, kind):
    total = amount(kind, cost, aid).total
    assert 0 <= total <= Decimal(5_000_000)
    share = Decimal("0.5") if kind in ("ENTERPRISE", "SOCIAL") else Decimal(1)
    exact = max(Decimal(0), min(Decimal(5_000_000), (cost - aid) * share))
    assert abs(total - exact) <= Decimal("0.005")


@given(st.text(alphabet="0123456789+-*/().,;:%万 minaxby_cp\n=", max_size=60))
def test_any_text_is_parsed_or_refused_within_bounds(text):
    try:
        amounts.parse(text)
    except amounts.FormulaError as error:
        assert 0 <= error.position <= len(text)


# --- budget ------------------------------------------------------------------------------------------------------


def test_indirect_cap_example_of_the_rules():
    """1,300万 direct with 100万 equipment purchase: 500*30% + 500*25% + 200*20% = 315万."""
    assert budget.indirect_cap(Decimal(13_000_000), Decimal(1_000_000), BANDS) == Decimal("3150000.00")


@given(MONEY, MONEY)
def test_indirect_cap_rises_with_direct_costs_and_never_passes_the_first_rate(a, b):
    low, high = sorted((a, b))
    assert budget.indirect_cap(low, Decimal(0), BANDS) <= budget.indirect_cap(high, Decimal(0), BANDS)
    assert budget.indirect_cap(high, Decimal(0), BANDS) <= (high * Decimal("0.30")).quantize(Decimal("0.01")) + Decimal("0.01")


def test_budget_lines_are_checked_against_the_guide():
    scheme = budget.Scheme.load(G2["budget"])
    lines = [
        budget.Line("EQUIP-BUY", "CITY", Decimal(1_000_000)), budget.Line("LABOUR", "CITY", Decimal(12_000_000)),
        budget.Line("INDIRECT", "CITY", Decimal(3_150_000)),
    ]
    assert budget.check_lines(scheme, lines, Decimal(16_150_000), Decimal(30_000_000)) == []
    more = [*lines[:2], budget.Line("INDIRECT", "CITY", Decimal("3150000.01"))]
    assert [p.path for p in budget.check_lines(scheme, more, Decimal("16150000.01"))] == ["INDIRECT"]
    wrong = budget.check_lines(scheme, [budget.Line("WINE", "GIFT", Decimal(-1))], Decimal(1), Decimal(0))
    assert sorted(p.path for p in wrong) == ["WINE", "WINE", "WINE", "requested", "total"]


def test_leaves_are_the_headings_that_take_figures():
    codes = [heading.code for heading in budget.Scheme.load(G2["budget"]).leaves]
    assert codes == ["EQUIP-BUY", "EQUIP-MAKE", "EQUIP-RENT", "BUSINESS", "LABOUR", "INDIRECT"]


# --- forms -------------------------------------------------------------------------------------------------------

FORM = forms.Form.load(G2["form"])


def test_a_draft_keeps_wrong_and_missing_input_as_typed():
    clean, errors = FORM.clean({"title": "", "months": "三十", "requested": "1e999"}, section="basic")
    assert clean == {"months": "三十", "requested": "1e999"}
    assert sorted(errors) == ["months", "requested"]


def test_final_asks_for_everything_that_is_visible():
    clean, errors = FORM.clean({}, section="ethics", final=True)
    assert list(errors) == ["in_scope"]
    clean, errors = FORM.clean({"in_scope": "yes"}, section="ethics", final=True)
    assert sorted(errors) == ["committee", "scope"]
    assert FORM.clean({"in_scope": "no", "committee": "旧值"}, section="ethics", final=True) == ({"in_scope": "no"}, {})


def test_limits_are_told_with_the_numbers():
    _clean, errors = FORM.clean({"title": "长" * 43}, section="basic")
    assert "3" in errors["title"][0]
    assert "40" in errors["title"][0]


def test_a_pledge_must_be_given():
    values = {f["code"]: True for f in G2["form"]["sections"][-1]["fields"]}
    assert FORM.clean(values, section="pledge", final=True)[1] == {}
    assert list(FORM.clean({**values, "true": False}, section="pledge", final=True)[1]) == ["true"]


def test_tables_drop_untouched_rows_and_count_the_rest():
    rows = [{"word": "芯片"}, {"word": " "}, {}, {"word": "编译器"}]
    clean, errors = FORM.clean({"keywords": rows}, section="basic", final=True)
    assert clean["keywords"] == [{"word": "芯片"}, {"word": "编译器"}]
    assert "3" in errors["keywords"][0]


def test_facts_come_from_the_answers_with_their_source():
    answers = {"leader": {"full_time": "yes", "insurance_months": "12"}, "lists": {"report_names": [{"name": "甲"}]},
               "basic": {"requested": "5000000", "is_secret": "no"}}
    facts = FORM.facts(answers)
    assert {name: fact.value for name, fact in facts.items()} == {
        "leader.full_time": True, "leader.insurance_months": Decimal(12), "team.report_names": ["甲"],
        "application.requested": Decimal(5_000_000), "application.is_secret": False,
    }
    assert all(fact.source for fact in facts.values())


@given(st.dictionaries(st.sampled_from(["title", "requested", "months", "starts_on", "cluster", "disciplines", "keywords"]),
                       st.one_of(st.none(), st.text(max_size=50), st.integers(), st.booleans(), st.floats(),
                                 st.lists(st.one_of(st.text(max_size=5), st.dictionaries(st.text(max_size=4), st.text(max_size=4))), max_size=4))))
def test_any_input_is_cleaned_or_explained_and_cleaning_again_changes_nothing(values):
    clean, _errors = FORM.clean(values, section="basic")
    again, _errors = FORM.clean(clean, section="basic")
    assert again == clean
    FORM.clean(values, section="basic", final=True)


def test_circular_visibility_is_refused():
    data = copy.deepcopy(G2["form"])
    fields = data["sections"][0]["fields"]
    fields[0]["visible_if"] = {"field": fields[1]["code"], "op": "filled"}
    fields[1]["visible_if"] = {"field": fields[0]["code"], "op": "filled"}
    with pytest.raises(DataError) as error:
        forms.Form.load(data)
    assert [p.path for p in error.value.problems] == [f"form.basic.{fields[0]['code']}.visible_if"]  # one circle, one problem


# --- sheets, targets, schema -------------------------------------------------------------------------------------


def test_score_sheet_adds_points_and_asks_for_all_of_them():
    sheet = sheets.Sheet.load(G2["score_sheet"])
    points = {"need": "20", "route": "20.5", "team": "12", "market": "15", "budget": "10"}
    assert sheet.total(points) == Decimal("77.50")
    assert sheet.clean({"values": points, "comment": "好" * 50, "recommendation": "B"}, final=True)[1] == {}
    _clean, errors = sheet.clean({"values": {**points, "need": "25.3", "team": ""}, "comment": "短"}, final=True)
    assert sorted(errors) == ["comment", "need", "recommendation", "team"]
    assert sheet.clean({"values": {"need": "abc"}})[0]["values"] == {"need": "abc"}


def test_target_rows_must_add_up_and_name_their_kind():
    template = targets.Template.load(G2["targets"])
    row = {"l1": "产出指标", "l2": "数量指标", "name": "样机", "direction": "GE", "value": "3", "weight": "20"}
    benefit = {**row, "l1": "效益指标", "l2": "社会效益"}
    assert targets.check_rows(template, [row, row, row, row, benefit]) == []
    assert len(targets.check_rows(template, [row, row, row, row, row])) == 1
    assert len(targets.check_rows(template, [{**row, "value": "many"}, row, row, row, benefit])) == 1


@pytest.mark.parametrize("data", [G1, G2])
def test_the_real_guides_are_well_formed(data):
    assert schema.check(data) == []


@pytest.mark.parametrize("part", schema.NEEDED_PARTS)
def test_a_missing_part_is_found(part):
    data = {key: value for key, value in G2.items() if key != part}
    assert [problem.path for problem in schema.check(data)] == [part]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("quota.max_projects", 0), ("quota.max_projects", True), ("review.panel_size", 4), ("review.draw_ratio", 1), ("review.draw_ratio", "2"), ("review.pass_mark", 101),
        ("publicity_days", -1), ("mode.funding_mode", "GIFT"), ("amount.cap", "many"), ("budget.scheme", "FREE"),
        ("payment_plan", []), ("payment_plan", [{"kind": "ONCE", "share": "0.9"}]), ("score_sheet.criteria", []),
        ("amount.cap", "1600000000"), ("documents", [{"code": "D", "name": "x", "mimes": ["exe"], "max_mb": 1}]),
        ("hidden", {"x": 1}), ("topics", [{"code": "T", "title": "x", "cap": "30000001"}]),
    ],
)
def test_each_wrong_value_is_found_at_its_place(path, value):
    data = copy.deepcopy(G2)
    node, *rest = path.split(".")
    if rest:
        data[node][rest[0]] = value
    else:
        data[node] = value
    problems = schema.check(data)
    assert problems
    assert all(problem.path.startswith(node) for problem in problems)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


@given(st.sampled_from([*schema.PARTS]), JUNK)
def test_a_hostile_part_is_a_list_of_problems_never_a_crash(part, junk):
    assert isinstance(schema.check({**G2, part: junk}), list)


def test_a_very_deep_or_long_file_is_refused_early():
    deep: dict = {}
    for _ in range(40):
        deep = {"a": deep}
    assert schema.check({**G2, "header": deep})
    assert schema.check({**G2, "header": {"title": "长" * 70_000}})
