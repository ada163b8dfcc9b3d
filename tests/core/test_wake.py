"""A thousand acts in a second ask one worker to look once; what is committed after it has begun asks again."""

from __future__ import annotations

import pytest
import redis

from core import tasks


@pytest.fixture
def sent(monkeypatch):
    found = []
    monkeypatch.setattr(tasks, "send", lambda task, *args: found.append(task.name))
    link = tasks._redis()
    link.delete(tasks.ASKED)
    yield found
    link.delete(tasks.ASKED)


def test_many_acts_ask_once(sent):
    for _act in range(50):
        tasks.wake()
    assert sent == ["core.drain"]


@pytest.mark.django_db
def test_what_is_committed_after_a_worker_has_begun_asks_again(sent):
    tasks.wake()
    tasks.drain()
    tasks.wake()
    assert sent == ["core.drain"] * 2


def test_an_order_that_was_lost_holds_nobody_for_long(sent):
    tasks.wake()
    assert 0 < tasks._redis().pttl(tasks.ASKED) <= 2000


def test_without_a_broker_the_act_goes_on(sent, monkeypatch):
    def away():
        raise redis.ConnectionError

    monkeypatch.setattr(tasks, "_redis", away)
    tasks.wake()
    assert sent == []
