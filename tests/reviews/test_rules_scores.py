"""Aggregation and ranking by hand-worked cases and properties."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reviews.rules import ranking, scores

D = Decimal
RULES = scores.Rules(5, D(25), D(12), D(60), D(75), D("0.5"))


def sheets(*totals, **more):
    return [scores.Sheet(D(str(total)), **more) for total in totals]


def test_below_five_sheets_all_count():
    assert scores.aggregate(sheets(80, 81, 83), RULES).mean == D("81.33")


def test_from_five_sheets_on_one_highest_and_one_lowest_are_dropped():
    found = scores.aggregate(sheets(10, 80, 81, 83, 99), RULES)
    assert (found.mean, found.trimmed, found.count) == (D("81.33"), True, 5)


def test_rounding_is_half_up():
    assert scores.aggregate(sheets("80.01", "80.00"), RULES).mean == D("80.01")  # 80.005
    assert scores.mean([D("0.125")]) == D("0.13")


def test_range_of_more_than_25_is_flagged_and_25_is_not():
    assert scores.aggregate(sheets(60, 85), RULES).flag == "SD"
    assert scores.aggregate(sheets(70, 85), RULES).flag == ""
    assert scores.aggregate(sheets(60, "85.5"), RULES).flag == "RANGE"


def test_a_single_knock_out_is_a_flag_and_a_majority_decides():
    one = [*sheets(80, 81), *sheets(82, knockouts=("FRAUD",))]
    found = scores.aggregate(one, RULES)
    assert (found.flag, found.knocked_out) == ("KNOCKOUT", False)
    two = [*sheets(80), *sheets(82, 83, knockouts=("FRAUD",))]
    assert scores.aggregate(two, RULES).knocked_out is True


def test_no_sheet_no_figure():
    assert scores.aggregate([], RULES) == scores.Figures()


@given(st.lists(st.integers(0, 200).map(lambda n: D(n) / 2), min_size=1, max_size=11), st.randoms())
def test_the_order_of_sheets_never_matters_and_the_mean_lies_between(values, random):
    mixed = list(values)
    random.shuffle(mixed)
    first = scores.aggregate([scores.Sheet(v) for v in values], RULES)
    assert first == scores.aggregate([scores.Sheet(v) for v in mixed], RULES)
    assert min(values) <= first.mean <= max(values)


def test_tie_criterion_is_the_named_one_then_innovation_then_the_first():
    criteria = [{"code": "need"}, {"code": "innovation"}]
    assert scores.tie_code({"criteria": criteria}) == "innovation"
    assert scores.tie_code({"criteria": criteria, "tie": "need"}) == "need"
    assert scores.tie_code({"criteria": criteria[:1]}) == "need"


def test_calibration_is_the_mean_difference_to_the_others():
    found = scores.calibration({"a": {"x": D(90), "y": D(80)}, "b": {"x": D(70), "y": D(70), "z": D(76)}, "c": {"x": D(1)}})
    assert {name: (value, n) for name, value, n in found} == {
        "x": (D("3.50"), 2), "y": (D("-6.50"), 2), "z": (D("6.00"), 1)}


def rows(*given_rows):
    return [ranking.Row(i, D(str(mean)) if mean is not None else None, D(str(tie)), D(amount))
            for i, (mean, tie, amount) in enumerate(given_rows, 1)]


def cut(found, **more):
    options = {"quota": 0, "money": D(0), "pass_mark": D(60), "propose_mark": D(75)} | more
    return {place.key: (place.rank, place.outcome) for place in ranking.rank(found, **options)}


def test_rank_by_mean_then_tie_criterion():
    assert cut(rows((80, 10, 1), (85, 1, 1), (80, 12, 1))) == {
        2: (1, "PROPOSE"), 3: (2, "PROPOSE"), 1: (3, "PROPOSE")}


def test_number_and_money_cut_and_the_line_never_jumps():
    filed = rows((90, 1, 50), (89, 1, 60), (88, 1, 10))
    assert cut(filed, money=D(70)) == {1: (1, "PROPOSE"), 2: (2, "RESERVE"), 3: (3, "RESERVE")}
    assert cut(filed, quota=2) == {1: (1, "PROPOSE"), 2: (2, "PROPOSE"), 3: (3, "RESERVE")}


def test_equals_share_a_rank_and_stand_or_fall_together():
    filed = rows((90, 1, 1), (80, 5, 1), (80, 5, 1), (79, 1, 1))
    assert cut(filed, quota=2) == {1: (1, "PROPOSE"), 2: (2, "RESERVE"), 3: (2, "RESERVE"), 4: (4, "RESERVE")}


def test_marks_and_what_stands_outside_the_order():
    filed = [*rows((74.99, 1, 1), (59.99, 1, 1), (None, 0, 1)),
             ranking.Row(9, D(99), D(1), D(1), knocked_out=True), ranking.Row(10, D(99), D(1), D(1), withdrawn=True)]
    assert cut(filed) == {1: (1, "BELOW"), 2: (2, "FAILED"), 9: (3, "KNOCKED_OUT"), 3: (None, "UNSCORED"),
                          10: (None, "WITHDRAWN")}


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 25), st.integers(1, 50)), max_size=25),
       st.integers(0, 10), st.integers(0, 300))
def test_proposed_never_exceed_number_or_money_and_nobody_is_passed_over(filed, quota, money):
    found = rows(*filed)
    places = ranking.rank(found, quota=quota, money=D(money), pass_mark=D(60), propose_mark=D(75))
    by_key = {row.key: row for row in found}
    chosen = [place for place in places if place.outcome == "PROPOSE"]
    assert len(places) == len(found)
    assert not quota or len(chosen) <= quota
    assert not money or sum(by_key[place.key].amount for place in chosen) <= money
    reserve = [place.rank for place in places if place.outcome == "RESERVE"]
    assert all(place.rank < min(reserve) for place in chosen) if reserve else True
