"""Duplicate check (查重): what is found, what is not, who judges, and that nothing follows by itself."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.policies import system
from applications import actions, queries, rules
from applications.models import Application, CheckedText, DuplicateFinding, TextPrint
from core import jobs
from core.events import drain
from core.models import LedgerRow, Parameter
from core.workflow import Refused
from tests.applications.client import signed_in
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


def test_a_text_that_repeats_itself_is_compared_in_time():
    text = prose(3, 50) * 400
    assert shared(text, text) > 0.99


# --- in the house ------------------------------------------------------------------------------------------------


def stored(ref: str, text: str, *, title: str = "另一个题目", lines: tuple[str, ...] = (), people: tuple[str, ...] = ()) -> CheckedText:
    """A text of an imported list."""
    row = CheckedText.objects.create(source="2019年立项清单", ref=ref, title=title, unit="某单位", people=list(people), text=text,
                                     lines=list(lines), sha256=rules.digest([text, list(lines)]))
    actions.keep_prints(row)
    return row


def filed(town: Any, **more: Any) -> tuple[Application, CheckedText]:
    row = make.submitted(town.li, town.wang, town.guide, town.a, **more)
    return row, actions.keep_text(row)


def compared(text: CheckedText) -> list[DuplicateFinding]:
    return actions.compare_text(system("test"), text)


@pytest.mark.django_db
def test_a_copied_text_is_found_and_told_with_its_passages(town):
    row, own = filed(town)
    other = stored("2019-001", prose(5, 900) + own.text + prose(6, 900), people=tuple(own.people))
    stored("2019-002", prose(9, 2000))
    [finding] = compared(own)
    assert (finding.application, finding.other) == (row, other)
    assert finding.share > Decimal("0.9")
    assert finding.other_share < finding.share
    assert finding.people == own.people
    pairs = queries.side_by_side(finding, own)
    assert rules.plain(pairs[0]["mine"][1]).text == rules.plain(pairs[0]["theirs"][1]).text
    own.refresh_from_db()
    assert (own.compared_with, own.compared_at is None) == (2, False)
    assert LedgerRow.objects.filter(verb="applications.duplicate.find").count() == 1


@pytest.mark.django_db
def test_what_everybody_writes_is_no_duplicate(town):
    """The same text in as many others as the parameter says is a phrase of the form."""
    _row, own = filed(town)
    for number in range(4):
        stored(f"2019-{number}", own.text + prose(number, 400))
    Parameter.objects.filter(key="duplicate.common_from").update(value=5)  # with its own text there are five
    assert compared(own) == []
    Parameter.objects.filter(key="duplicate.common_from").update(value=6)
    assert len(compared(own)) == 4


@pytest.mark.django_db
def test_equal_lines_and_titles_are_told_without_a_passage(town):
    _row, own = filed(town)
    assert len(own.lines) >= 3
    stored("2019-001", prose(9, 1500), lines=tuple(own.lines))
    [finding] = compared(own)
    assert finding.lines == own.lines
    assert not [line for line in own.lines if "GE" in line]
    assert finding.passages == []


@pytest.mark.django_db
def test_comparing_twice_changes_nothing(town):
    _row, own = filed(town)
    stored("2019-001", own.text)
    first = compared(own)
    prints = TextPrint.objects.count()
    assert actions.keep_text(own.application) == own
    assert compared(own) == first
    assert TextPrint.objects.count() == prints
    assert DuplicateFinding.objects.count() == 1


@pytest.mark.django_db
def test_a_pair_stands_once_by_the_later_one_whichever_is_compared_first(town):
    first, one = filed(town)
    second = make.submitted(town.stranger, town.badm, town.guide, town.b)
    two = actions.keep_text(second)
    CheckedText.objects.filter(pk=two.pk).update(text=one.text, lines=[])
    TextPrint.objects.filter(text=two).delete()
    two.refresh_from_db()
    actions.keep_prints(two)
    compared(one)
    compared(two)
    assert [(row.application, row.other.application) for row in DuplicateFinding.objects.all()] == [(second, first)]
    assert [row.uid for row in queries.duplicates_of(town.chen, first)] == [row.uid for row in queries.duplicates_of(town.chen, second)]


@pytest.mark.django_db
def test_a_person_judges_with_a_reason_and_nothing_follows(town):
    row, own = filed(town)
    stored("2019-001", own.text)
    [finding] = compared(own)
    with pytest.raises(Refused, match="原因|理由"):
        actions.call_duplicate(town.chen, finding, why=" ")
    judged = actions.call_duplicate(town.chen, finding, why="与2019年立项项目主要内容相同")
    assert (judged.status, judged.decided_by) == ("DUPLICATE", town.chen.person)
    row.refresh_from_db()
    assert row.status == "SUBMITTED"
    assert actions.clear_duplicate(town.chen, judged, why="同一团队的延续项目").status == "CLEARED"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["li", "wang", "lead", "he", "fin"])
def test_only_who_checks_the_application_judges(town, who):
    _row, own = filed(town)
    stored("2019-001", own.text)
    [finding] = compared(own)
    with pytest.raises(Refused):
        actions.clear_duplicate(getattr(town, who), finding, why="理由")


@pytest.mark.django_db
def test_a_changed_text_opens_the_finding_again(town):
    _row, own = filed(town)
    other = stored("2019-001", own.text)
    [finding] = compared(own)
    actions.clear_duplicate(town.chen, finding, why="同一团队")
    CheckedText.objects.filter(pk=other.pk).update(sha256="x" * 64)
    [again] = compared(own)
    again.refresh_from_db()
    assert again.status == "OPEN"
    assert again.pk == finding.pk


# --- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_worker_compares_after_the_submission(town):
    row, own = filed(town)
    stored("2019-001", own.text)
    drain()
    jobs.sweep()
    assert DuplicateFinding.objects.filter(application=row).count() == 1
    page = signed_in(town.chen).get(reverse("applications:desk:application", args=[row.ref])).content.decode()
    assert "2019-001" in page
    assert "查重" in page


@pytest.mark.django_db
def test_the_desk_judges_by_page_and_the_applicant_never_sees_it(town):
    _row, own = filed(town)
    stored("2019-001", own.text)
    [finding] = compared(own)
    url = reverse("applications:desk:duplicate", args=[finding.uid])
    desk = signed_in(town.chen)
    assert "<mark>" in desk.get(url).content.decode()
    assert desk.post(reverse("applications:desk:duplicate_clear", args=[finding.uid]), {"why": "同一团队"}, follow=True).status_code == 200
    finding.refresh_from_db()
    assert finding.status == "CLEARED"
    assert signed_in(town.li).get(url).status_code == 403
    assert signed_in(town.li).get(reverse("applications:desk:duplicates")).status_code == 403
