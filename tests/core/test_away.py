"""While the database is started again: 503 with a way on, and a form comes back with what was typed."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.middleware import ActorMiddleware

pytestmark = pytest.mark.django_db
HOST = {"headers": {"origin": "http://testserver"}}
LONG = "已经写了很久的一段文字，" * 5


@pytest.fixture
def away(monkeypatch):
    def fail(self, request):
        raise OperationalError("the database system is starting up")

    monkeypatch.setattr(ActorMiddleware, "actor", fail)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    return client


def test_a_page_says_when_to_come_back(away):
    answer = away.get("/calls/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert "正在重新启动" in answer.content.decode() and "<form" not in answer.content.decode()


def test_a_form_comes_back_with_what_was_typed(away):
    answer = away.post("/login/", {"identifier": LONG, "password": "secret-word", "csrfmiddlewaretoken": "t" * 32}, **HOST)
    text = answer.content.decode()
    assert answer.status_code == 503 and text.count(LONG) == 2 and 'action="/login/"' in text
    assert "secret-word" not in text and text.count("t" * 32) == 1


def test_a_form_of_another_site_does_not(away):
    answer = away.post("/login/", {"identifier": LONG}, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 503 and LONG not in answer.content.decode()


def test_a_machine_is_told_in_its_language(away):
    answer = away.get("/api/v1/guides/")
    assert answer.status_code == 503 and answer.json()["reasons"]


class Timeout(Exception):
    pgcode = "57014"


class Ended(Exception):
    pgcode = "57P01"


def test_a_connection_that_was_ended_is_away(away, monkeypatch):
    def fail(self, request):
        raise OperationalError from Ended()

    monkeypatch.setattr(ActorMiddleware, "actor", fail)
    assert away.get("/calls/").status_code == 503


@pytest.mark.parametrize("error", [ZeroDivisionError, OperationalError])
def test_another_fault_is_ours(away, monkeypatch, error):
    def fail(self, request):
        raise error from Timeout()

    monkeypatch.setattr(ActorMiddleware, "actor", fail)
    assert away.get("/calls/").status_code == 500
