"""What is covered in texts, and how two versions are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import rules
from tests.factories.applications import NUMBERS, resident


@pytest.mark.parametrize("number", [resident(body) for body in NUMBERS])
def test_identity_numbers_are_covered(number):
    assert number not in rules.masked_text(f"证件 {number} 核对")
    assert rules.masked_text(f"证件 {number} 核对").startswith("证件 ")


@pytest.mark.parametrize(("text", "covered"), [
    ("电话13912345678。", "电话139****5678。"), ("li.ming@unit.example", "l***@unit.example"),
    ("卡号 6222021234567890123", "卡号 6222***********0123"), ("代码 91440300MA5DA1234K", "代码 91440300MA5DA1234K"),
    ("ZDCY-2026-00012", "ZDCY-2026-00012"), ("12.50 万元", "12.50 万元"),
])
def test_only_personal_numbers_are_covered(text, covered):
    assert rules.masked_text(text) == covered


def test_secret_keys_are_covered_whatever_they_hold():
    assert rules.masked({"id_sealed": "abc", "note": "x", "deep": [{"token": "t"}]}) == {
        "id_sealed": "***", "note": "x", "deep": [{"token": "***"}]}


PLAIN = st.recursive(st.none() | st.integers() | st.text(max_size=8),
                     lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3),
                     max_leaves=8)


@given(PLAIN)
def test_a_version_does_not_differ_from_itself(data):
    assert rules.changes(data, data) == []


def test_changes_name_what_came_went_and_changed():
    found = rules.changes({"a": 1, "b": [1, 2]}, {"a": 2, "b": [1], "c": "x", "d": "甲"})
    assert [(one["label"], one["before"], one["after"], one["is_code"]) for one in found] == [
        ("a", "1", "2", False), ("c", "", "x", True), ("d", "", "甲", False), ("b[2]", "2", "", False),
    ]
