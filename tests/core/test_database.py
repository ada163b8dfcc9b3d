"""A kept connection is asked whether it lives only when there is a sign that it does not."""

from __future__ import annotations

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql import base as django_base

from core.database import base

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def questions(monkeypatch):
    found = []
    ask = django_base.DatabaseWrapper.is_usable
    monkeypatch.setattr(django_base.DatabaseWrapper, "is_usable", lambda self: found.append(1) or ask(self))
    enabled = connection.health_check_enabled
    connection.health_check_enabled = True
    yield found
    connection.health_check_enabled = enabled


def next_request() -> int:
    """What Django does between two requests, and the first statement of the second; the process of the database that answered."""
    connection.health_check_done = False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(process: int) -> None:
    """As a restart of the database does; from a connection that is none of Django's."""
    given = settings.DATABASES["default"]
    link = psycopg2.connect(dbname=connection.settings_dict["NAME"], user=given["USER"], password=given["PASSWORD"], host=given["HOST"], port=given["PORT"] or None)
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    link.close()


def test_a_connection_that_lives_is_not_asked(questions):
    first = next_request()
    assert [next_request() for _turn in range(5)] == [first] * 5
    assert questions == []


def test_one_that_was_ended_is_replaced_before_anything_is_lost(questions):
    first = next_request()
    end(first)
    assert next_request() not in (first, None)
    assert questions == [1]


def test_without_listening_it_would_be_used(questions, monkeypatch):
    """The negative control."""
    first = next_request()
    end(first)
    with monkeypatch.context() as deaf:
        deaf.setattr(base, "spoken", lambda line: False)
        assert connection.is_usable()
    assert not connection.is_usable()
    connection.close()


def test_after_an_error_it_is_asked(questions):
    next_request()
    connection.errors_occurred = True
    assert connection.is_usable()
    assert questions == [1]
    connection.errors_occurred = False
