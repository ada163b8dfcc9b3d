"""A thousand acts in a second ask one worker to look once; what is committed after it has begun asks again."""

from __future__ import annotations

import os
import threading
import time

import pytest
import redis

from core import tasks


@pytest.fixture
def sent(monkeypatch):
    found = []
    monkeypatch.setattr(tasks, "send", lambda task, *args: found.append(task.name))
    monkeypatch.setattr(tasks, "PAUSE", 0.05)
    monkeypatch.setattr(tasks, "_asked", 0.0)
    monkeypatch.setattr(tasks, "_due", False)
    link = tasks._redis()
    link.delete(tasks.ASKED)
    yield found
    later()
    link.delete(tasks.ASKED)


def later():
    """When the question that was put off has been asked."""
    for timer in [one for one in threading.enumerate() if isinstance(one, threading.Timer)]:
        timer.join(5)


def test_many_acts_ask_once(sent):
    for _act in range(50):
        tasks.wake()
    assert sent == ["core.drain"]
    later()
    assert sent == ["core.drain"], "and nobody asks for what has been asked for and not been begun"


def test_a_process_asks_the_broker_a_few_times_a_second_however_many_acts(sent, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "_ask", lambda: asked.append(1))
    for _act in range(1000):
        tasks.wake()
    assert len(asked) == 1
    later()
    assert len(asked) == 2, "once more for all the others"


def test_a_process_that_was_split_off_waits_for_nobody(sent, monkeypatch):
    monkeypatch.setattr(tasks, "_due", True)
    child = os.fork()
    if child == 0:
        os._exit(int(tasks._due))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_without_a_thread_to_spare_it_asks_at_once(sent, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "_ask", lambda: asked.append(1))

    def none_left(self):
        raise RuntimeError

    monkeypatch.setattr(threading.Timer, "start", none_left)
    for _act in range(3):
        tasks.wake()
    assert len(asked) == 3


def test_the_last_act_is_always_asked_for(sent, monkeypatch):
    """Whoever returns from `wake` is sure of a question after it: also who comes while the late one is being asked."""
    done, seen = [0], []
    monkeypatch.setattr(tasks, "_ask", lambda: seen.append(done[0]))
    for act in range(1, 400):
        done[0] = act
        tasks.wake()
        if act % 10 == 0:
            time.sleep(0.005)
    later()
    assert seen[-1] == 399


@pytest.mark.django_db
def test_what_is_committed_after_a_worker_has_begun_asks_again(sent):
    tasks.wake()
    tasks.drain()
    tasks.wake()
    later()
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
