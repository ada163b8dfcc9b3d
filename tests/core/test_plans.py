"""Statements that a connection keeps planned."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import plans

pytestmark = pytest.mark.django_db
TEXT = "SELECT key FROM core_parameter WHERE key = %s AND key <> %s"


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{TEXT.split('%')[0]}%"])
        return cursor.fetchone()[0]


def ask(*values):
    with connection.cursor() as cursor:
        plans.run(cursor, TEXT, values)
        return cursor.fetchall()


def test_is_planned_once_and_answers_the_same():
    before = kept()
    with CaptureQueriesContext(connection) as asked:
        assert [ask("duplicate.title_from", "x") for _turn in range(7)] == [[("duplicate.title_from",)]] * 7
    assert len(asked) == 7
    assert kept() == max(before, 1)


def test_what_is_given_is_never_part_of_the_statement():
    assert ask("' OR true --", "x") == []


def test_outlives_a_rollback():
    with transaction.atomic():
        ask("a", "b")
        transaction.set_rollback(True)
    assert ask("duplicate.title_from", "x") == [("duplicate.title_from",)]


def test_what_cannot_be_planned_is_an_error_of_django():
    """The page that says when to come back knows no errors of the driver."""
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        plans.run(cursor, "SELECT nothing FROM core_no_such_table WHERE a = %s", ["x"])


def test_pooler_is_served_without(settings):
    settings.KEEP_PLANS = False
    with CaptureQueriesContext(connection) as asked:
        assert ask("duplicate.title_from", "x") == [("duplicate.title_from",)]
    assert asked.captured_queries[0]["sql"].startswith("SELECT key")


@pytest.mark.django_db(transaction=True)
def test_new_connection_plans_anew():
    ask("a", "b")
    connection.close()
    assert ask("duplicate.title_from", "x") == [("duplicate.title_from",)]
