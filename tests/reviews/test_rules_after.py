"""Fees and their tax, the grade of an expert's work, comments before they go out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.rules import comments, fees, merits

D = Decimal
TABLE = fees.Table.load({"allowance": "800", "allowance_to": "4000", "share": "0.20",
                         "brackets": [["20000", "0.20", "0"], ["50000", "0.30", "2000"], ["", "0.40", "7000"]]})


@pytest.mark.parametrize(("gross", "tax"), [  # worked out by hand from the table
    ("800", "0"), ("800.01", "0"), ("2000", "240"), ("4000", "640"), ("5000", "800"), ("25000", "4000"), ("30000", "5200"), ("62500", "13000"),
    ("100000", "25000")])
def test_tax_of_a_payment(gross, tax):
    assert TABLE.tax(D(gross)) == D(tax)


@pytest.mark.parametrize(("net", "gross"), [("800", "800"), ("1760", "2000"), ("3360", "4000"), ("4200", "5000"), ("21000", "25000"), ("24800", "30000"),
                                            ("75000", "100000"), ("0", "0")])
def test_gross_of_a_payment_after_tax(net, gross):
    assert TABLE.gross_of(D(net)) == D(gross)


@settings(max_examples=60)
@given(st.integers(1, 20_000_000))
def test_gross_leaves_exactly_the_net(cents):
    net = D(cents) / 100
    gross = TABLE.gross_of(net)
    assert gross - TABLE.tax(gross) == net or gross - TABLE.tax(gross) == net + D("0.01")
    assert gross - D("0.01") - TABLE.tax(gross - D("0.01")) < net  # and no cent more


@pytest.mark.parametrize(("days", "units"), [("0.5", "0.60"), ("1", "1"), ("1.5", "1.60"), ("2", "2"), ("3", "2.50"), ("2.5", "2.30")])
def test_units_of_a_meeting(days, units):
    assert fees.day_units(D(days), D("0.6"), 3, D("0.5")) == D(units)


def test_basis_says_what_the_rate_is():
    assert fees.amount(D(1760), D(1), TABLE, "NET") == fees.Amount(D(2000), D(240), D(1760))
    assert fees.amount(D(2000), D(1), TABLE, "GROSS") == fees.Amount(D(2000), D(240), D(1760))


NUMBERS = merits.Numbers(60, 20, D(10), D(20))


@pytest.mark.parametrize(("work", "grade"), [
    (merits.Work(4, 4, words=80, deviation=D("-10")), "GOOD"), (merits.Work(4, 4, words=80, deviation=D("10.01")), "FAIR"),
    (merits.Work(4, 4, words=80, deviation=D("-20.01")), "POOR"), (merits.Work(4, 3, words=80), "FAIR"), (merits.Work(4, 1, words=80), "POOR"),
    (merits.Work(4, 4, words=80, late=1), "FAIR"), (merits.Work(4, 4, words=19), "POOR"), (merits.Work(4, 4, words=80, repeated=2), "FAIR"),
    (merits.Work(2, 0), "POOR")])
def test_grade_is_the_worst_of_what_was_found(work, grade):
    assert merits.grade(work, NUMBERS) == grade


def test_comments_written_twice_are_counted():
    assert merits.words_of(["同 意立项", "同意立项", "建议补充验证数据"]) == (5, 2)


@pytest.mark.parametrize("text", ["平均分85", "得分：86.5", "87 分", "90/100", "第3名", "推荐 A 档", "排名第 2", "score 88"])
def test_what_looks_like_a_score_is_found(text):
    assert comments.scores_in(f"建议{text}，可支持。")


@pytest.mark.parametrize("text", ["效率提高 30%", "良率达到 95%", "3 年内", "第2阶段", "10 分钟内", "A 类材料", "5 分之一", "功耗 0.5 W"])
def test_ordinary_numbers_are_left_alone(text):
    assert comments.scores_in(f"建议{text}，可支持。", ["85.50"]) == []


def test_the_very_total_is_found_whole_only():
    assert comments.scores_in("整体评价 85.5 左右", ["85.50"]) == ["85.5"]
    assert comments.scores_in("电压 185.5", ["85.50"]) == []


def test_names_and_aliases_are_found_however_spaced():
    assert comments.names_in("赵 清扬认为可行，专家03 附议", ["赵清扬", "李四"]) == ["赵清扬", "专家03"]
    assert comments.names_in("专家组认为可行", ["赵清扬"]) == []


def test_merged_comments_keep_no_order_of_experts():
    assert comments.merged(["乙", "甲 ", "乙"]) == comments.merged(["甲", "乙"])


# --- several payments of one month -----------------------------------------------------------------------------------


def month(values: list[Decimal], basis: str) -> list[fees.Amount]:
    """Payments one after the other, each beside the earlier ones."""
    paid: list[fees.Amount] = []
    for value in values:
        done = fees.sums(paid)
        paid.append(fees.amount(value, D(1), TABLE, basis, fees.Before(done.gross, done.tax)))
    return paid


def test_two_payments_of_a_month_are_taxed_as_one_by_hand():
    one, two = month([D(3000), D(3000)], "GROSS")
    assert (one.tax, two.tax) == (D("440.00"), D("520.00"))  # 6000 × 80% × 20% = 960
    assert TABLE.tax(D(3000)) * 2 == D("880.00")  # the control: each by itself is less
    one, two = month([D(1760), D(1760)], "NET")
    assert (one.gross, two.net) == (D("2000.00"), D("1760.00")) and one.tax + two.tax == TABLE.tax(one.gross + two.gross)


PAYMENTS = st.lists(st.integers(1, 3_000_000).map(lambda one: D(one) / 100), min_size=1, max_size=6)


@settings(max_examples=120)
@given(PAYMENTS)
def test_before_tax_the_taxes_of_a_month_add_up_to_that_of_the_sum(values):
    paid = month(values, "GROSS")
    assert sum(one.tax for one in paid) == TABLE.tax(sum(values))
    assert all(one.net >= 0 and one.tax >= 0 and one.gross == one.net + one.tax for one in paid)
    assert sum(one.tax for one in paid) >= sum(TABLE.tax(value) for value in values) - D("0.01") * len(values)  # never less than apart


@settings(max_examples=120)
@given(PAYMENTS)
def test_after_tax_everybody_gets_the_rate_and_the_month_is_taxed_once(values):
    paid = month(values, "NET")
    assert all(value <= one.net <= value + D("0.01") for one, value in zip(paid, values, strict=True))
    assert sum(one.tax for one in paid) == TABLE.tax(sum(one.gross for one in paid))


@settings(max_examples=80)
@given(PAYMENTS)
def test_the_order_of_the_payments_changes_nothing_of_the_month(values):
    there, back = fees.sums(month(values, "NET")), fees.sums(month(values[::-1], "NET"))
    assert abs(there.gross - back.gross) <= D("0.05") * len(values) and abs(there.tax - back.tax) <= D("0.05") * len(values)
    assert fees.sums(month(values, "GROSS")) == fees.sums(month(values[::-1], "GROSS"))


@settings(max_examples=80)
@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000), st.integers(0, 1_000_000), st.sampled_from(["NET", "GROSS"]))
def test_whatever_was_withheld_before_no_payment_is_less_than_nothing(value, gross, tax, basis):
    """Also after earlier payments that were taxed by other rules."""
    before = fees.Before(D(gross) / 100, min(D(tax), D(gross)) / 100)
    one = fees.amount(D(value) / 100, D(1), TABLE, basis, before)
    assert one.net >= 0 and one.tax >= 0 and one.gross == one.net + one.tax
    assert basis == "GROSS" or D(value) / 100 <= one.net <= D(value) / 100 + D("0.01")
