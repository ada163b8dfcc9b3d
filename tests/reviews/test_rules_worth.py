"""What a ranking is worth: measured coverage of the intervals, and the line checked against trying every change."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from reviews.rules import ranking, scores, worth

D = Decimal
RULES = scores.Rules(5, D(25), D(12), D(60), D(75), D("0.5"))


def world(seed: int, items: int = 24, experts: int = 10, each: int = 5, strict: float = 6):
    """(true quality, sheets): quality sd 8, strictness sd 6, noise sd 7."""
    dice = random.Random(seed)
    quality = [dice.gauss(0, 8) for _ in range(items)]
    lean = [dice.gauss(0, strict) for _ in range(experts)]
    marks = [worth.Mark(item, f"专家{who:02d}", scores.Sheet(D(round(min(100, max(0, 78 + quality[item] + lean[who] + dice.gauss(0, 7)))))))
             for item in range(items) for who in dice.sample(range(experts), each)]
    return quality, lean, marks


def rows(count: int) -> list[ranking.Row]:
    return [ranking.Row(i, None, None, D(100)) for i in range(count)]


def line(quota: int) -> worth.Line:
    return worth.Line(quota, D(0), RULES)


def test_nine_of_ten_true_ranks_lie_inside_their_interval():
    found = []
    for seed in range(6):
        quality, _lean, marks = world(seed)
        found.append(worth.coverage(quality, worth.rank_intervals(worth.model(marks, seed), 5)))
    assert 0.86 <= sum(found) / len(found) <= 0.98


def test_strictness_is_found_with_its_sign_and_its_room():
    _quality, lean, marks = world(3, strict=8)
    found = {one["expert"]: one for one in worth.strictness(worth.model(marks, 3), marks)}
    most = max(range(10), key=lambda who: lean[who])
    assert found[f"专家{most:02d}"]["mean"] > 3 and found[f"专家{most:02d}"]["clear"]
    middle = sum(lean) / 10
    assert sum(one["low"] <= lean[int(name[2:])] - middle <= one["high"] for name, one in found.items()) >= 7


def test_the_same_sheets_give_the_same_figures_for_ever():
    _q, _l, marks = world(1, 12, 5)
    one = worth.analyse(rows(12), marks, line(4), seed=7, near=D("0.1"))
    mixed = list(marks)
    assert worth.analyse(rows(12), mixed, line(4), seed=7, near=D("0.1")) == one
    assert worth.analyse(rows(12), mixed, line(4), seed=8, near=D("0.1"))["flips"] == one["flips"]


def test_agreement_is_krippendorffs_alpha():
    def sheet(item, who, points):
        return worth.Mark(item, who, scores.Sheet(D(points)))

    agreed = [sheet(i, who, 60 + 10 * i) for i in range(4) for who in "abc"]
    assert worth.agreement(agreed) == 1.0
    assert worth.agreement([sheet(i, who, points) for i, pair in enumerate(((60, 80), (80, 60))) for who, points in zip("ab", pair, strict=True)]) < 0
    assert worth.agreement([sheet(i, "a", 60) for i in range(4)]) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_smallest_change_turns_the_decision_and_a_cent_less_does_not(seed):
    _q, _l, marks = world(seed, 9, 6, 3)
    base, cut = rows(9), line(3)
    before = cut.proposed(worth.rows_of(base, marks, RULES))
    found = worth.flips(base, marks, cut)
    assert found

    def decided(item, expert, change):
        moved = [worth.Mark(m.item, m.expert, scores.Sheet(m.sheet.total + change)) if (m.item, m.expert) == (item, expert) else m for m in marks]
        return item in cut.proposed(worth.rows_of(base, moved, RULES))

    for item, one in found.items():
        change = D(one["change"])
        assert decided(item, one["expert"], change) != (item in before)
        nearer = change - D("0.01").copy_sign(change)
        assert all(decided(item, m.expert, nearer) == (item in before) for m in marks
                   if m.item == item and 0 <= m.sheet.total + nearer <= 100)


def test_who_changes_when_a_sheet_is_left_out_is_what_the_order_without_it_says():
    _q, _l, marks = world(5, 9, 6)
    base, cut = rows(9), line(3)
    before, said = cut.proposed(worth.rows_of(base, marks, RULES)), worth.left_out(base, marks, cut)
    told = {(one["expert"], one["item"]): (one["in"], one["out"]) for one in said["sheets"]}
    for left in marks:
        now = cut.proposed(worth.rows_of(base, [m for m in marks if m is not left], RULES))
        assert told.get((left.expert, left.item), ([], [])) == (sorted(now - before), sorted(before - now))
    for one in said["experts"]:
        now = cut.proposed(worth.rows_of(base, [m for m in marks if m.expert != one["expert"]], RULES))
        assert (one["in"], one["out"]) == (sorted(now - before), sorted(before - now)) != ([], [])


def test_too_few_sheets_give_no_interval_but_the_rest():
    marks = [worth.Mark(0, "a", scores.Sheet(D(80))), worth.Mark(1, "a", scores.Sheet(D(70)))]
    found = worth.analyse(rows(2), marks, line(1), seed=1, near=D("0.1"))
    assert (found["intervals"], found["alpha"], found["chosen"]) == ({}, None, [0])
