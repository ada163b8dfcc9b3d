"""Duplicate check (查重): what is found, what is not, who judges, and that nothing follows by itself."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.policies import system
from applications import actions, queries, rules
from applications.models import Application, CheckedText, DuplicateFinding, TextPrint
from core.models import LedgerRow, Parameter
from core.workflow import Refused
from tests.factories import applications as make

HAN = st.text(alphabet=[chr(0x4E00 + n) for n in range(3000)], min_size=40, max_size=300)


def prose(seed: int, letters: int) -> str:
    """Text as people write it: a few characters often, most of them seldom."""
    chance = random.Random(seed)
    return "".join(chr(0x4E00 + int(chance.paretovariate(0.6)) % 3000) for _one in range(letters))


def edited(text: str, seed: int) -> str:
    """Every dozen characters one is put in, taken out or replaced."""
    chance, found, place = random.Random(seed), [], 0
    while place < len(text):
        size = chance.randint(8, 16)
        found.append(text[place:place + size])
        place += size + chance.choice((0, 1))
        found.append(chance.choice(("", "补")))
    return "".join(found)


def shared(one: str, other: str) -> float:
    prints = [{value for value, _place in rules.fingerprints(text)} for text in (one, other)]
    return rules.covered(rules.common_passages(one, other, prints[0] & prints[1]), len(one))


# --- the measure -------------------------------------------------------------------------------------------------


@given(HAN, st.integers(0, 200))
def test_the_same_text_has_the_same_prints_wherever_it_stands(text, at):
    before = prose(7, at)
    mine = {value for value, _place in rules.fingerprints(text)}
    assert mine <= {value for value, _place in rules.fingerprints(before + text + prose(8, 50))}


@given(HAN, HAN)
def test_every_passage_begins_and_ends_in_both_texts(one, other):
    both = one + other
    prints = {value for value, _place in rules.fingerprints(both)}
    last = 0
    for passage in rules.common_passages(both, other + one, prints):
        assert last <= passage.start < passage.end <= len(both)
        assert 0 <= passage.other_start < passage.other_end <= len(both)
        last = passage.end


def test_spelling_makes_no_difference():
    assert rules.plain("ＡＢＣ 研制，芯片！").text == rules.plain("abc研制芯片").text == "abc研制芯片"
    text = rules.plain("一，二")
    assert [text.at[n] for n in range(2)] == [0, 2]


@pytest.mark.parametrize("part", [300, 900, 1800])
@pytest.mark.parametrize("change", [lambda text, seed: text, edited], ids=["copied", "edited"])
def test_copied_parts_are_found_with_their_size(part, change):
    source, own = prose(1, 3000), prose(2, 3000 - part)
    mixed = own[:500] + change(source[200:200 + part], 3) + own[500:]
    assert shared(mixed, source) == pytest.approx(part / 3000, abs=0.03)


def test_two_texts_of_their_own_share_nothing():
    assert max(shared(prose(n, 3000), prose(n + 100, 3000)) for n in range(10)) < 0.01


def test_a_text_of_one_character_is_compared_in_time():
    assert shared("啊" * 20_000, "啊" * 20_000) > 0.99


# --- in the house ------------------------------------------------------------------------------------------------

TEXT = prose(11, 1500)


def filed(town, *, text: str, title: str = "", by: tuple[str, str] = ("li", "wang")) -> Application:
    row = make.submitted(getattr(town, by[0]), getattr(town, by[1]), town.guide, town.a if by[0] == "li" else town.b)
    version = queries.latest(row)
    data = {**version.data, "title": title or version.data["title"], "answers": {"plan": {"text": text}}, "targets": [], "budget": []}
    queries.latest = lambda application, kept=queries.latest: _Version(data) if application.pk == row.pk else kept(application)
    return row


class _Version:
    def __init__(self, data):
        self.data = data
