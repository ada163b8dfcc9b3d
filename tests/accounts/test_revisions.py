"""Every change of a person counts, but when and with what they sign in: submissions rest on that number (ADR 0034)."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import Person

pytestmark = pytest.mark.django_db

#: Another value of each type of column.
ANOTHER = {
    "boolean": "NOT {0}", "uuid": "gen_random_uuid()", "text": "coalesce({0}, '') || 'x'", "character varying": "coalesce({0}, '') || 'x'",
    "date": "coalesce({0}, '2000-01-01') + 1", "timestamp with time zone": "coalesce({0}, now()) + interval '1 day'", "integer": "{0} + 1",
    "bigint": "id", "jsonb": "'{{\"other\": true}}'",
}
QUIET, OWN = {"last_login", "password"}, {"id", "rev"}


@pytest.fixture
def person():
    return Person.objects.create(email="rev@keguan.example", name="周记", ended_at="2020-01-01T00:00:00Z")


def columns() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'accounts_person'")
        return dict(cursor.fetchall())


def counted(person: Person, column: str, kind: str) -> int:
    before = Person.objects.get(pk=person.pk).rev
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE accounts_person SET "{column}" = {ANOTHER[kind].format(column)} WHERE id = %s', [person.pk])  # noqa: S608
    return Person.objects.get(pk=person.pk).rev - before


def test_every_column_but_those_of_signing_in_counts(person):
    found = columns()
    assert set(found) > QUIET | OWN and {field.column for field in Person._meta.concrete_fields} == set(found)
    assert {name: counted(person, name, kind) for name, kind in found.items() if name not in OWN} == {
        name: 0 if name in QUIET else 1 for name in found if name not in OWN}


def test_a_change_that_changes_nothing_does_not_count_and_the_number_itself_cannot_be_set(person):
    Person.objects.filter(pk=person.pk).update(name="周记")
    Person.objects.filter(pk=person.pk).update(rev=7)
    assert Person.objects.get(pk=person.pk).rev == 0
    stale = Person.objects.get(pk=person.pk)
    Person.objects.filter(pk=person.pk).update(name="周己")
    stale.save()  # writes the number it has read, and the name
    assert Person.objects.get(pk=person.pk).rev == 2


def test_without_the_trigger_nothing_counts(person):
    """The negative control."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_person DISABLE TRIGGER accounts_person_rev")
    assert counted(person, "name", "text") == 0
