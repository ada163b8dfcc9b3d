"""The demo world: its calendar fits on any day, and several hands do what one would."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from core.workflow import Refused
from portal.demo import build, calendar, hands

FIRST = datetime(2025, 1, 12, tzinfo=calendar.CHINA)
DAYS = st.integers(0, 2500).map(lambda days: FIRST + timedelta(days=days, hours=days % 24))


@given(DAYS, st.sampled_from([1, 2]))
def test_cycles_come_one_after_the_other_and_end_today(today, whole):
    past, present = calendar.cycles(today, whole=whole)
    every = [*past, present]
    assert len(past) <= whole
    assert present.start + timedelta(days=calendar.PRESENT) == today
    assert every[0].start >= calendar.EARLIEST - timedelta(minutes=1)
    for before, after in zip(every, every[1:], strict=False):
        assert before.start + timedelta(days=before.length) <= after.start + timedelta(minutes=1)
        assert before.length >= calendar.SHORTEST
        assert before.year < after.year  # one annual plan each
    for cycle in every:
        assert cycle.year - cycle.start.year in (0, 1)
        assert cycle.on(18) < cycle.on(59) < cycle.on(273)


def test_two_whole_cycles_and_the_older_one_has_projects_that_ended():
    today = datetime(2026, 11, 24, tzinfo=calendar.CHINA)
    past, _present = calendar.cycles(today)
    assert [cycle.year for cycle in past] == [2024, 2025]
    assert past[0].start + timedelta(days=59 + 160 + 366) < today - timedelta(days=calendar.PRESENT)


def test_a_clock_before_the_plans_is_told():
    with pytest.raises(calendar.TooEarly, match="2025-01"):
        calendar.cycles(datetime(2024, 12, 1, tzinfo=calendar.CHINA))


@pytest.mark.django_db
def test_the_command_says_what_to_do_when_the_machine_is_early(monkeypatch):
    monkeypatch.setattr(build.clock, "now", lambda: datetime(2024, 12, 1, tzinfo=calendar.CHINA))
    with pytest.raises(CommandError, match="KEGUAN_DEMO=0"):
        call_command("demo", small=True)
    assert not build.stands()


def double(job: int) -> tuple[int, int]:
    if job == 3:
        raise Refused("three is refused")
    return job * 2, os.getpid()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_hands_answer_in_the_order_of_the_jobs(count):
    found, refusals = hands.share(range(7), double, by=lambda job: job, hands=count)
    assert [one[0] if one else None for one in found] == [0, 2, 4, None, 8, 10, 12]
    assert refusals == ["three is refused"]
    owners = {one[1] for one in found if one}
    assert len(owners) == count
    assert (os.getpid() in owners) is (count == 1)


@pytest.mark.parametrize("broken", [lambda job: 1 // job, lambda job: os._exit(3)])
def test_a_hand_that_breaks_breaks_the_build(broken):
    with pytest.raises(RuntimeError, match="ZeroDivisionError|without an answer"):
        hands.share([0, 1], broken, by=lambda job: job, hands=2)


def test_jobs_with_one_owner_are_done_by_one_hand():
    found, _refusals = hands.share([0, 2, 4, 1], double, by=lambda job: job % 2, hands=2)
    assert len({pid for _value, pid in found[:3]}) == 1
