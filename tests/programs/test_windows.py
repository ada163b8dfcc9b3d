"""Open or closed is the clock's answer, on every read and in the submitting transaction."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.policies import system
from core import clock, deadlines
from core.models import Deadline
from core.workflow import Refused
from programs import actions, queries
from programs.models import Guide, GuideWindow
from tests.factories import programs as make


@pytest.mark.django_db
def test_open_is_computed_from_the_clock_not_from_the_job(staff):
    guide = make.published_guide(staff, opens=5, closes=10)
    assert not queries.is_open(guide)
    with clock.shifted_to(guide.opens_at + timedelta(seconds=1)):
        assert guide.status == "PUBLISHED"
        assert queries.is_open(guide)
        assert list(queries.open_rows(Guide.objects.all())) == [guide]
    with clock.shifted_to(guide.closes_at):
        assert not queries.is_open(guide)
        assert not queries.open_rows(Guide.objects.all()).exists()


@pytest.mark.django_db
def test_timers_open_close_and_open_again(staff):
    now = clock.now()
    windows = [(now + timedelta(days=1), now + timedelta(days=2)), (now + timedelta(days=4), now + timedelta(days=5))]
    guide = make.published_guide(staff, windows=windows)
    seen = []
    for opens, closes in windows:
        for moment in (opens, closes):
            with clock.shifted_to(moment + timedelta(seconds=1)):
                deadlines.sweep()
                guide.refresh_from_db()
                seen.append((guide.status, guide.frozen_at is not None))
    assert seen == [("OPEN", False), ("CLOSED", True), ("OPEN", False), ("CLOSED", True)]
    assert not Deadline.objects.filter(kind__startswith="guide.", done_at=None).exists()


@pytest.mark.django_db
def test_a_dead_worker_delays_the_status_only(staff):
    guide = make.published_guide(staff, opens=1, closes=2)
    with clock.shifted_to(guide.closes_at + timedelta(days=1)):
        deadlines.sweep()
        guide.refresh_from_db()
        assert guide.status == "CLOSED"
        actions.materialise_guide(system("clock"), guide)  # once more changes nothing
        guide.refresh_from_db()
        assert guide.status == "CLOSED"


@pytest.mark.django_db
def test_lock_open_refuses_before_and_at_the_close_with_the_times(staff):
    guide = make.published_guide(staff, opens=1, closes=2)
    for moment in (guide.opens_at - timedelta(seconds=1), guide.closes_at):
        with clock.shifted_to(moment), pytest.raises(Refused) as refused:
            queries.lock_open(guide.pk)
        assert guide.title in refused.value.reasons[0]
    with clock.shifted_to(guide.closes_at - timedelta(seconds=5)):
        opened = queries.lock_open(guide.pk)
    assert opened.window.closes_at == guide.closes_at
    assert opened.now < guide.closes_at


@pytest.mark.django_db
def test_lock_open_refuses_a_withdrawn_guide(staff, published):
    actions.withdraw_guide(staff.lead, published, why="政策调整")
    with pytest.raises(Refused):
        queries.lock_open(published.pk)


@pytest.mark.django_db
def test_extension_needs_a_second_person(staff, published):
    later = published.closes_at + timedelta(days=3)
    extension = actions.request_extension(staff.he, published, closes_at=later, why="系统维护影响填报")
    with pytest.raises(Refused):
        actions.approve_extension(staff.he, extension)
    published.refresh_from_db()
    assert published.closes_at < later
    with pytest.raises(Refused):
        actions.request_extension(staff.chen, published, closes_at=later, why="再次")


@pytest.mark.django_db
def test_extension_moves_window_and_timer(staff, published):
    later = published.closes_at + timedelta(days=3)
    extension = actions.request_extension(staff.chen, published, closes_at=later, why="系统维护影响填报")
    published = actions.approve_extension(staff.he, extension)
    assert published.closes_at == later
    assert published.windows.get().closes_at == later
    assert Deadline.objects.get(kind="guide.close", target_id=published.pk, done_at=None).due_at == later
    extension.refresh_from_db()
    assert (extension.status, extension.decided_by_id) == ("APPROVED", staff.he.id)


@pytest.mark.django_db
def test_extension_refused_for_an_earlier_close(staff, published):
    with pytest.raises(Refused):
        actions.request_extension(staff.chen, published, closes_at=published.closes_at, why="延期")


class Filing(threading.Thread):
    """A submission that holds the guide FOR SHARE while it works, then commits."""

    def __init__(self, guide: Guide, lock=True):
        super().__init__()
        self.guide, self.lock = guide, lock
        self.entered, self.leave = threading.Event(), threading.Event()
        self.committed_at = None

    def run(self):
        try:
            with transaction.atomic():
                if self.lock:
                    queries.lock_open(self.guide.pk)
                self.entered.set()
                self.leave.wait(10)
            self.committed_at = time.monotonic()
        finally:
            connection.close()


def freeze(guide: Guide, done: list[float]) -> None:
    try:
        GuideWindow.objects.filter(guide=guide).update(closes_at=clock.now())
        actions.materialise_guide(system("clock"), guide)
        done.append(time.monotonic())
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_closing_waits_for_submissions_that_were_in_time(transactional_db, staff, locked):
    """With FOR SHARE the close comes after the commit; without it (negative control) it comes before."""
    guide = make.published_guide(staff)
    filing, done = Filing(guide, lock=locked), []
    filing.start()
    assert filing.entered.wait(10)
    closing = threading.Thread(target=freeze, args=(guide, done))
    closing.start()
    closing.join(1.0)
    assert bool(done) is not locked
    filing.leave.set()
    filing.join(10)
    closing.join(10)
    assert (done[0] > filing.committed_at) is locked
    guide.refresh_from_db()
    assert guide.status == "CLOSED"
    assert guide.frozen_at is not None


@pytest.mark.django_db(transaction=True)
def test_submissions_do_not_wait_for_each_other(transactional_db, staff):
    guide = make.published_guide(staff)
    filings = [Filing(guide), Filing(guide)]
    for filing in filings:
        filing.start()
        assert filing.entered.wait(5)
    for filing in filings:
        filing.leave.set()
        filing.join(5)
        assert filing.committed_at is not None
