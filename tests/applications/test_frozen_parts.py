"""What was handed in has no part that changes later, so the print need not look at parts (ADR 0034)."""

from __future__ import annotations

import re
import threading
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.policies import system
from applications import actions, queries
from applications.models import Target
from applications.states import Status
from tests.factories import applications as make

#: As the guard was: it looked at the state, and held nothing.
BEFORE = """
CREATE OR REPLACE FUNCTION applications_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_status text;
BEGIN
    SELECT status INTO found_status FROM applications_application
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END;
    IF found_status IS NOT NULL AND found_status NOT IN ('DRAFT', 'UNIT_RETURNED', 'CORRECTION') THEN
        RAISE EXCEPTION '% of a frozen application', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


def guard(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


@pytest.fixture
def guards():
    yield guard
    guard(import_module("applications.migrations.0017_print").GUARD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False])
def test_the_hand_in_waits_for_a_change_under_way(transactional_db, town, guards, held):
    """With the guard as it was (negative control) a part changes after the hand-in, and the print says that nothing did."""
    if not held:
        guards(BEFORE)
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    target = row.targets.first()
    written, leave, handed = threading.Event(), threading.Event(), []

    def change():
        with transaction.atomic():
            Target.objects.filter(pk=target.pk).update(name="手递手之间改写的指标")
            written.set()
            leave.wait(10)
        connection.close()

    def hand_in():
        handed.append(actions.hand_in(town.li, row).status)
        connection.close()

    workers = [threading.Thread(target=change), threading.Thread(target=hand_in)]
    workers[0].start()
    assert written.wait(10)
    workers[1].start()
    workers[1].join(2)
    assert bool(handed) is not held
    if not held:
        assert actions.prepare(system("test"), row)
    leave.set()
    for worker in workers:
        worker.join(10)
    assert handed == [Status.UNIT_PENDING]
    if held:
        assert actions.prepare(system("test"), row)
    told = {one["name"] for one in row.contents.get().data["targets"]}
    assert queries.prepared(row) is not None and ("手递手之间改写的指标" in told) is held


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["team", "partners", "budget", "targets", "annexes"])
def test_no_part_moves_from_or_to_what_was_handed_in(town, guards, part):
    frozen = make.handed_in(town.li, town.guide, town.a)
    draft = make.started(town.stranger, town.guide, town.b)
    if part == "partners":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            frozen.partners.create(name="境外合作单位")
            cursor.execute("SET LOCAL session_replication_role = origin")
    rows = getattr(frozen, part)
    away = rows.exclude(role="LEADER") if part == "team" else rows
    one = away.last() or rows.last()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        type(one).objects.filter(pk=one.pk).update(application=draft)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        one.delete()
    guard(BEFORE)  # the negative control: the side it left was not looked at
    assert type(one).objects.filter(pk=one.pk).update(application=draft) == 1


def named_by_the_guard() -> list[str]:
    """Columns on which the database looks whether what was handed in stays."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT a.attname FROM pg_trigger t JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::int[])"
                       " WHERE t.tgname = 'applications_application_guard_content'")
        return [name for (name,) in cursor.fetchall()]


OTHERS = {"jsonb": "'{\"other\": true}'", "date": "'1999-01-01'", "numeric": "77", "smallint": "77", "bigint": "77", "character varying": "'另'"}


@pytest.mark.django_db
def test_the_content_of_what_was_handed_in_stays(town):
    """Column by column; the negative control switches the trigger off."""
    row = make.handed_in(town.li, town.guide, town.a)
    columns = named_by_the_guard()
    asked = import_module("applications.migrations.0018_one_statement")
    assert set(columns) == {*asked.CONTENT, *asked.PLACE} == {*import_module("applications.migrations.0003_following").CONTENT, *asked.PLACE}
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'applications_application'")
        kinds = dict(cursor.fetchall())
        for name in columns:
            words = f"UPDATE applications_application SET {name} = {OTHERS[kinds[name]]} WHERE id = %s"  # noqa: S608
            with pytest.raises(DatabaseError, match="frozen|stays with its"), transaction.atomic():
                cursor.execute(words, [row.pk])
        cursor.execute("UPDATE applications_application SET title = title, return_reason = 'x' WHERE id = %s", [row.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE applications_application DISABLE TRIGGER applications_application_guard_content")
        cursor.execute("UPDATE applications_application SET title = '另' WHERE id = %s", [row.pk])
        assert cursor.rowcount == 1


@pytest.mark.django_db
def test_no_trigger_writes_a_column_behind_the_guard(town):
    """The guard looks at an UPDATE that names a column; a trigger that wrote one itself would pass it by. The control is one that does."""
    def writing(table: str) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT p.proname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                           " WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal", [table])
            return {name for name, text in cursor.fetchall() if re.search(r"\bNEW(\.\w+)?\s*:=|INTO\s+NEW\b", text)}

    assert not writing("applications_application")
    assert writing("accounts_person") == {"accounts_count_changes"}
