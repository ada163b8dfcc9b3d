"""Two texts side by side: whatever is marked, both stand there to the letter."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.web import textdiff


def joined(pieces) -> str:
    return "".join(text for _same, text in pieces)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_letter_is_lost_on_either_side(old, new):
    sides = textdiff.compare(old, new)
    assert joined(sides.old) == old and joined(sides.new) == new
    assert joined(one for one in sides.old if one[0]) == joined(one for one in sides.new if one[0])


def test_what_differs_is_marked_and_nothing_else():
    sides = textdiff.compare("研究目标是提高效率。", "研究目标是降低成本。")
    assert sides.old[0] == (True, "研究目标是") and sides.old[-1] == (True, "。")
    assert [text for same, text in sides.new if not same] == ["降低成本"]


def test_long_texts_are_not_compared_letter_by_letter():
    sides = textdiff.compare("甲" * 15_000, "乙" * 15_000)
    assert len(sides.old) == len(sides.new) == 1 and not sides.old[0][0]
