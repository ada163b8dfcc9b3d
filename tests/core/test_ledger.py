import random
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock, ledger
from core.models import LedgerRow, Parameter, Seal

ACTOR = SimpleNamespace(id=7, label="Li")
pytestmark = pytest.mark.django_db


@pytest.fixture
def thing():
    return Parameter.objects.create(key="days", value=5, effective_from="2024-01-01")


def written(thing, count=6):
    return [ledger.record("core.thing.touch", thing, ACTOR, why=f"reason {n}", n=n) for n in range(count)]


def entered(thing, at):
    return LedgerRow.objects.create(verb="core.thing.touch", target_type="core.parameter", target_id=thing.pk, actor_label="Li", at=at)


@pytest.mark.parametrize("minutes", [-1440, -2, 2, 1440])
def test_a_row_is_dated_by_the_clock(thing, minutes):
    at = clock.now() + timedelta(minutes=minutes)
    with pytest.raises(DatabaseError, match="dated by the clock"), transaction.atomic():
        entered(thing, at)
    with connection.cursor() as cursor:  # the negative control: without the trigger it stands
        cursor.execute("SET LOCAL session_replication_role = replica")
        assert entered(thing, at).pk
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert entered(thing, clock.now()).pk


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_ledgerrow SET why = 'x'",
        "DELETE FROM core_ledgerrow",
        "TRUNCATE core_ledgerrow CASCADE",
        "UPDATE core_seal SET digest = 'x'",
        "DELETE FROM core_seal",
    ],
)
def test_rows_cannot_be_changed_by_sql(thing, sql):
    written(thing)
    ledger.seal_pending()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(sql)


def test_seal_covers_every_row_once(thing):
    before = LedgerRow.objects.count()  # loading the reference data is on record too
    written(thing, 5)
    assert ledger.seal_pending() == before + 5
    assert ledger.seal_pending() == 0
    verdict = ledger.verify()
    assert (verdict.sealed, verdict.broken_at) == (before + 5, None)
    assert verdict.head == Seal.objects.latest("seq").digest


def mutate(sql, params=()):
    """Change rows as the owner of the database could: with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_verify_finds_a_changed_row(thing):
    rows = written(thing)
    ledger.seal_pending()
    mutate("UPDATE core_ledgerrow SET why = 'never said' WHERE id = %s", [rows[3].pk])
    assert ledger.verify().broken_at == rows[3].pk


def test_verify_finds_a_deleted_row(thing):
    rows = written(thing)
    ledger.seal_pending()
    mutate("DELETE FROM core_ledgerrow WHERE id = %s", [rows[2].pk])
    assert ledger.verify().broken_at == rows[2].pk


def test_verify_finds_two_rows_that_changed_places(thing):
    rows = written(thing)
    ledger.seal_pending()
    for column in ("why", "data"):
        mutate(
            f"UPDATE core_ledgerrow a SET {column} = b.{column} FROM core_ledgerrow b"  # noqa: S608 (own column names)
            " WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
            [rows[1].pk, rows[4].pk, rows[4].pk, rows[1].pk],
        )
    assert ledger.verify().broken_at == rows[1].pk


def test_a_known_head_uncovers_a_cut_tail(thing):
    written(thing)
    ledger.seal_pending()
    head = ledger.verify().head
    last = Seal.objects.latest("seq")
    mutate("DELETE FROM core_seal WHERE seq = %s", [last.seq])
    mutate("DELETE FROM core_ledgerrow WHERE id = %s", [last.row_id])
    assert ledger.verify().broken_at is None  # the shortened chain is sound in itself
    assert ledger.verify(expected_head=head).broken_at == -1


def test_any_single_change_is_found(thing):
    rows = written(thing, 12)
    ledger.seal_pending()
    dice = random.Random(20261123)
    columns = {"why": "'x'", "verb": "'a.b.c'", "actor_label": "'Wang'", "target_ref": "'Z'", "data": "'{\"n\": -1}'",
               "actor_id": "99", "at": "at + interval '1 second'"}
    for column, new in columns.items():
        row = dice.choice(rows)
        point = transaction.savepoint()
        mutate(f"UPDATE core_ledgerrow SET {column} = {new} WHERE id = %s", [row.pk])  # noqa: S608
        assert ledger.verify().broken_at == row.pk, column
        transaction.savepoint_rollback(point)
    assert ledger.verify().broken_at is None


def test_record_keeps_the_request(thing):
    token = ledger.request_context.set({"request_id": "abc", "ip": "10.0.0.9"})
    try:
        row = ledger.record("core.thing.touch", thing, ACTOR)
    finally:
        ledger.request_context.reset(token)
    row = LedgerRow.objects.get(pk=row.pk)
    assert (row.request_id, row.ip, row.target_type, row.target_id) == ("abc", "10.0.0.9", "core.parameter", thing.pk)
