"""Properties of the score: bounded, monotone, redistributed, graded by the unrounded points."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from performance import rules
from performance.rules import GE, LE, QUAL, Measured

WEIGHTS = {"EXECUTION": 10, "COST": 20, "OUTPUT": 40, "BENEFIT": 20, "SATISFACTION": 10}
BANDS = [{"grade": "优", "min": 90}, {"grade": "良", "min": 80}, {"grade": "中", "min": 60}, {"grade": "差", "min": 0}]
AMOUNT = st.decimals(min_value=0, max_value=10_000, places=2)
PART = st.sampled_from(["OUTPUT", "BENEFIT", "SATISFACTION", "COST"])
ROW = st.builds(
    Measured, name=st.just("x"), part=PART, direction=st.sampled_from([GE, LE, QUAL]),
    weight=st.decimals(min_value="0.1", max_value=100, places=1), target=AMOUNT, actual=st.none() | AMOUNT,
    share=st.none() | st.decimals(min_value=0, max_value=1, places=2),
)


def one(direction, target, actual, weight="10", part="OUTPUT", share=None):
    return Measured("x", part, direction, Decimal(weight), Decimal(target), None if actual is None else Decimal(actual), share)


@given(st.lists(ROW, max_size=12), AMOUNT, AMOUNT)
def test_score_is_between_0_and_100_and_the_sum_of_its_parts(rows, paid, spent):
    score = rules.score(rows, WEIGHTS, paid, spent)
    assert 0 <= rules.shown(score.total) <= 100
    assert score.total == sum(part.points for part in score.parts)
    assert rules.shown(sum(part.weight for part in score.parts)) == 100


@given(st.lists(ROW, min_size=1, max_size=8), AMOUNT)
def test_a_better_result_never_lowers_the_score(rows, more):
    first = rows[0]
    if first.direction != GE:
        return
    better = Measured(first.name, first.part, GE, first.weight, first.target, (first.actual or Decimal(0)) + more, None)
    before = rules.score(rows, WEIGHTS, Decimal(1), Decimal(1)).total
    assert rules.score([better, *rows[1:]], WEIGHTS, Decimal(1), Decimal(1)).total >= before


@pytest.mark.parametrize(
    ("row", "share"),
    [
        (one(GE, "10", "5"), "0.5"), (one(GE, "10", "15"), "1"), (one(GE, "10", None), "0"), (one(GE, "0", "0"), "1"),
        (one(LE, "10", "20"), "0.5"), (one(LE, "10", "10"), "1"), (one(LE, "0", "3"), "0"), (one(LE, "0", "0"), "1"),
        (one(QUAL, "0", None, share=Decimal("0.8")), "0.8"), (one(QUAL, "0", None), "0"),
    ],
)
def test_share_reached(row, share):
    assert rules.share_reached(row) == Decimal(share)


def test_a_part_without_targets_hands_its_weight_to_the_others():
    score = rules.score([one(GE, "10", "10")], WEIGHTS, Decimal(100), Decimal(100))
    assert {part.code: part.weight for part in score.parts} == {"EXECUTION": Decimal(20), "OUTPUT": Decimal(80)}
    assert score.total == 100


def test_cost_targets_count_for_cost():
    assert rules.part_of("产出指标", "成本指标") == "COST"
    assert rules.part_of("效益指标", "经济效益") == "BENEFIT"


@pytest.mark.parametrize(("points", "grade"), [("90", "优"), ("89.999", "良"), ("80", "良"), ("60", "中"), ("59.999", "差"), ("0", "差")])
def test_grade_is_taken_from_the_unrounded_points(points, grade):
    assert rules.grade(Decimal(points), BANDS)["grade"] == grade


def test_bands_that_do_not_begin_at_zero_are_refused():
    with pytest.raises(ValueError, match="begin at 0"):
        rules.grade(Decimal(5), BANDS[:3])


@pytest.mark.parametrize(("share", "allowed"), [("0.8", True), ("1", True), ("0.79", False), ("1.01", False)])
def test_band_allows_only_its_own_shares(share, allowed):
    assert rules.band_allows({"min": "0.8", "max": "1"}, Decimal(share)) is allowed
