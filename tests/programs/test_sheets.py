"""Score sheets: what a criterion asks its expert to write. Without a database."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.engine import sheets
from programs.engine.sheets import Sheet

BANDS = [{"min": "40", "max": "50", "text": "优"}, {"min": "20", "max": "39.5", "text": "良"}, {"min": "0", "max": "19.5", "text": "差"}]
DATA = {"criteria": [
    {"code": "new", "name": "创新性", "weight": "50", "anchors": BANDS, "reason_min": 10},
    {"code": "team", "name": "团队", "weight": "30", "comment_min": 5},
    {"code": "plan", "name": "方案", "weight": "20", "reason_min": 4},
], "comment_min": 0}
OLD = {"criteria": [{"code": "a", "name": "甲", "weight": "100"}]}


def wrong(values: dict[str, str], notes: dict[str, str] | None = None) -> set[str]:
    return set(Sheet.load(DATA).clean({"values": values, "notes": notes or {}, "recommendation": "A"}, final=True)[1])


@pytest.mark.parametrize(("points", "asked"), [("50", True), ("40", True), ("39.5", False), ("20", False), ("19.5", True), ("0", True)])
def test_a_reason_is_asked_for_in_the_lowest_and_the_highest_band(points, asked):
    found = wrong({"new": points, "team": "20", "plan": "10"}, {"team": "团队很完整"})
    assert found == ({"new--note"} if asked else set())


@pytest.mark.parametrize(("points", "asked"), [("20", True), ("19.5", False), ("0.5", False), ("0", True)])
def test_without_bands_the_ends_are_no_points_and_all_of_them(points, asked):
    found = wrong({"new": "30", "team": "20", "plan": points}, {"team": "团队很完整"})
    assert found == ({"plan--note"} if asked else set())


def test_a_comment_on_a_criterion_has_its_own_minimum_whatever_the_points():
    assert wrong({"new": "30", "team": "20", "plan": "10"}) == {"team--note"}
    assert wrong({"new": "30", "team": "20", "plan": "10"}, {"team": "四个字啊"}) == {"team--note"}
    assert wrong({"new": "30", "team": "20", "plan": "10"}, {"team": "  五个字够了  "}) == set()


def test_a_draft_keeps_what_was_typed_and_asks_for_nothing():
    clean, errors = Sheet.load(DATA).clean({"values": {"new": "50"}, "notes": {"team": "半句", "other": "x", "new": 7}})
    assert not errors and clean["notes"] == {"team": "半句", "new": "7"}


def test_an_old_sheet_is_cleaned_as_before_and_stays_valid():
    """Its hash is over what was cleaned: nothing may be added to it."""
    assert sheets.check(OLD) == []
    clean, errors = Sheet.load(OLD).clean({"values": {"a": "100"}, "notes": {"a": "多余"}, "comment": "", "recommendation": "A", "knockouts": []}, final=True)
    assert not errors and set(clean) == {"values", "comment", "recommendation", "knockouts"}


@pytest.mark.parametrize("least", [-1, 2001, "5", True, 1.5])
@pytest.mark.parametrize("name", ["comment_min", "reason_min"])
def test_a_sheet_with_an_impossible_minimum_is_refused(name, least):
    data = {"criteria": [{"code": "a", "name": "甲", "weight": "100", name: least}]}
    assert [one.path for one in sheets.check(data)] == [f"score_sheet.criteria[0].{name}"]
    assert sheets.check({"criteria": [{"code": "a", "name": "甲", "weight": "100", name: 5}]}) == []
    assert sheets.check({"criteria": [{"code": "a", "name": "甲", "weight": "100", name: None}]}) == []


@settings(max_examples=60)
@given(st.integers(0, 100), st.integers(0, 60), st.integers(0, 40), st.text("字", max_size=12))
def test_a_longer_comment_never_makes_a_sheet_wrong(new, team, plan, text):
    values = {"new": str(new / 2), "team": str(team / 2), "plan": str(plan / 2)}
    short = wrong(values, dict.fromkeys(values, text))
    assert wrong(values, dict.fromkeys(values, text + "字")) <= short
    assert not wrong(values, dict.fromkeys(values, "字" * 10))
