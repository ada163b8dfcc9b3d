"""The engine: its answers without a database, and its lock on a real table."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from core import ledger, workflow
from core.models import LedgerRow, Parameter
from core.workflow import Machine, Refused, Step, hold, hold_behind, is_held

ACTOR = SimpleNamespace(id=7, label="Li")
OTHER = SimpleNamespace(id=8, label="Wang")


class Colour(models.TextChoices):
    RED = "RED", "Red"
    GREEN = "GREEN", "Green"


def is_li(actor, obj):
    return None if actor.id == 7 else "Only Li may do this (rule 1)"


def is_fed(obj, *, fed=True, **given):
    return None if fed else "The animal is hungry (rule 2)"


def is_dry(obj, *, wet=False, **given):
    return "It rains (rule 3)" if wet else None


def machine():
    return Machine("core.colour", (Step("go", {Colour.RED}, Colour.GREEN, is_li, (is_fed, is_dry)),), states=Colour)


@pytest.fixture(autouse=True)
def _no_trace():
    yield
    Machine.registry.pop("core.colour", None)


def thing(status="RED"):
    return SimpleNamespace(status=status)


def test_why_not_gives_all_reasons_at_once():
    reasons = machine().why_not("go", ACTOR, thing(), fed=False, wet=True)
    assert reasons == ["The animal is hungry (rule 2)", "It rains (rule 3)"]


def test_why_not_tells_a_stranger_nothing_else():
    assert machine().why_not("go", OTHER, thing("GREEN"), fed=False) == ["Only Li may do this (rule 1)"]


def test_why_not_names_the_state():
    (reason,) = machine().why_not("go", ACTOR, thing("GREEN"))
    assert "Green" in reason


def test_open_to_shows_buttons_by_state_and_person():
    assert machine().open_to(ACTOR, thing()) == ["go"]
    assert machine().open_to(OTHER, thing()) == []
    assert machine().open_to(ACTOR, thing("GREEN")) == []


def test_a_verb_stands_once():
    step = Step("go", {Colour.RED}, Colour.GREEN, is_li)
    with pytest.raises(ValueError, match="stands twice"):
        Machine("core.colour", (step, step))


def test_unknown_state_is_refused_at_import():
    with pytest.raises(ValueError, match="unknown states"):
        Machine("core.colour", (Step("go", {"BLUE"}, Colour.GREEN, is_li),), states=Colour)


def test_mermaid():
    assert "RED --> GREEN : go" in machine().mermaid()


def test_refused_keeps_a_single_text_whole():
    assert Refused("no").reasons == ["no"]
    assert Refused(["a", "b"]).reasons == ["a", "b"]
    assert str(Refused(["a", "b"])) == "a; b"


@pytest.fixture
def painted(transactional_db):
    """A table with a status column, made for this test alone."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE core_painted (id bigserial PRIMARY KEY, status varchar(10) NOT NULL, by varchar(10) NOT NULL DEFAULT '',"
                       " CHECK (status <> 'GREEN' OR by <> 'nobody'))")

    class Painted(models.Model):
        status = models.CharField(max_length=10)
        by = models.CharField(max_length=10, default="")

        class Meta:
            app_label = "core"
            managed = False
            db_table = "core_painted"

    yield Painted
    from django.apps import apps

    apps.all_models["core"].pop("painted", None)
    apps.clear_cache()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE core_painted")


def race(step):
    """Run `step` in two threads that have both read the old state; returns the results."""
    barrier, results = threading.Barrier(2), []

    def run():
        try:
            results.append(step(barrier))
        except Refused as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_move_by_two_at_once_gives_one_move(painted):
    moves, rounds = machine(), 10
    for _ in range(rounds):
        row = painted.objects.create(status="RED")

        def step(barrier, row=row):
            stale = painted.objects.get(pk=row.pk)
            barrier.wait()
            moves.move("go", ACTOR, stale)
            return "moved"

        results = race(step)
        assert sorted(type(result) is str for result in results) == [False, True]
    assert LedgerRow.objects.filter(verb="core.colour.go").count() == rounds


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_without_the_lock_both_would_pass(painted):
    """Negative control: asking and writing without the row lock lets the double click through."""
    moves, both = machine(), 0
    for _ in range(10):
        row = painted.objects.create(status="RED")

        def step(barrier, row=row):
            stale = painted.objects.get(pk=row.pk)
            barrier.wait()
            if reasons := moves.why_not("go", ACTOR, stale):
                raise Refused(reasons)
            painted.objects.filter(pk=row.pk).update(status="GREEN")
            return "moved"

        both += race(step) == ["moved", "moved"]
    assert both > 0


def test_move_writes_status_and_ledger_together(painted):
    row = painted.objects.create(status="RED")
    moved = machine().move("go", ACTOR, row, why="spring", data={"field": "north"})
    assert (moved.status, row.status, painted.objects.get().status) == ("GREEN", "GREEN", "GREEN")
    entry = LedgerRow.objects.get(verb__startswith="core.colour.")
    assert (entry.verb, entry.actor_id, entry.why, entry.before, entry.after, entry.data) == (
        "core.colour.go", 7, "spring", {"status": "RED"}, {"status": "GREEN"}, {"field": "north"},
    )


def test_move_refused_changes_nothing(painted):
    row = painted.objects.create(status="RED")
    with pytest.raises(Refused, match="hungry"):
        machine().move("go", ACTOR, row, fed=False)
    assert painted.objects.get().status == "RED"
    assert not LedgerRow.objects.filter(verb__startswith="core.colour.").exists()


def by_somebody(obj, **given):
    return None if obj.by else "Say who paints (rule 4)"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_columns_stand_together_with_the_state_and_are_asked_about(painted):
    moves = Machine("core.colour", (Step("go", {Colour.RED}, Colour.GREEN, is_li, (by_somebody,)),), states=Colour)
    row = painted.objects.create(status="RED")
    with pytest.raises(Refused, match="rule 4"):
        moves.move("go", ACTOR, row)
    with pytest.raises(Refused, match="rule 1"):
        moves.move("go", OTHER, row, columns={"by": "Wang"})
    assert painted.objects.get(pk=row.pk).by == ""
    assert moves.move("go", ACTOR, row, columns={"by": "Li"}).by == "Li"
    found = painted.objects.get(pk=row.pk)
    assert (found.status, found.by) == ("GREEN", "Li")


@pytest.mark.django_db
def test_columns_cannot_bring_a_state():
    with pytest.raises(ValueError, match="table of moves"):
        machine().move("go", ACTOR, thing(), columns={"status": "GREEN"})


@pytest.mark.django_db
def test_a_held_row_is_held_as_long_as_its_lock():
    kept = Parameter.objects.create(key="test.hold", value=1, effective_from="2026-01-01", source="test")
    assert not is_held(kept)
    with transaction.atomic():
        row = hold(Parameter, kept.pk, without=("note",))
        assert is_held(row) and row.note == kept.note
        assert not is_held(Parameter.objects.get(pk=kept.pk))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        lost = hold(Parameter, kept.pk)
        raise ZeroDivisionError
    assert not is_held(lost)  # the lock went with the savepoint


@pytest.mark.django_db(transaction=True)
def test_the_end_of_the_transaction_is_the_end_of_the_hold():
    kept = Parameter.objects.create(key="test.hold", value=1, effective_from="2026-01-01", source="test")
    with transaction.atomic():
        row = hold(Parameter, kept.pk)
        assert is_held(row)
    assert not is_held(row)
    with transaction.atomic():
        assert not is_held(row)


@pytest.mark.django_db
def test_a_move_locks_its_own_row_and_no_other_table():
    """Rows that are ordered by another table would be joined with it, and its rows locked as well."""
    for machine in Machine.registry.values():
        with transaction.atomic():
            text = workflow._lock_statement.__wrapped__(machine.model, ())
        assert text.count(" FROM ") == 1 and "JOIN" not in text and text.endswith("FOR NO KEY UPDATE"), machine.name
    with transaction.atomic():  # the negative control: by its own order a seat is joined with its batch
        seats = Machine.registry["reviews.assignment"].model._base_manager.select_for_update(no_key=True).filter(pk=0)
        assert "JOIN" in seats.query.sql_with_params()[0]


BEHIND = "SELECT id AS first, %s::bigint AS held_id FROM core_parameter WHERE id = %s FOR SHARE"


@pytest.mark.django_db
def test_a_row_is_held_behind_another_in_one_statement():
    first, kept = (Parameter.objects.create(key=f"test.behind{n}", value=n, effective_from="2026-01-01", source="test") for n in (1, 2))
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        other, row = hold_behind(BEHIND, [kept.pk, first.pk], Parameter, without=("source",))
        assert other[0] == first.pk and row == kept and row.value == 2 and is_held(row)
    assert len([one for one in asked if "core_parameter" in one["sql"] or "EXECUTE" in one["sql"]]) == 1
    assert row.source == "test", "read when it is looked at"
    with transaction.atomic():
        assert hold_behind(BEHIND, [0, first.pk], Parameter) is None
        assert hold_behind(BEHIND, [kept.pk, 0], Parameter) is None


@pytest.mark.django_db(transaction=True)
def test_the_row_is_not_held_while_the_other_is_waited_for():
    """Who waits for the first holds nothing of the second: else two who take them in different orders would wait for each other."""
    first, kept = (Parameter.objects.create(key=f"test.order{n}", value=n, effective_from="2026-01-01", source="test") for n in (1, 2))
    begun = threading.Event()

    def waits() -> int:
        try:
            with transaction.atomic():
                begun.set()
                return hold_behind(BEHIND, [kept.pk, first.pk], Parameter)[1].value
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Parameter.objects.select_for_update().filter(pk=first.pk))
            done = pool.submit(waits)
            begun.wait(5)
            time.sleep(0.3)
            assert not done.done()
            assert list(Parameter.objects.select_for_update(nowait=True).filter(pk=kept.pk)) == [kept]
            Parameter.objects.filter(pk=kept.pk).update(value=5)
        assert done.result(5) == 5, "and what was written meanwhile is what is held"


@pytest.mark.django_db(transaction=True)
def test_the_other_way_round_it_would_be(monkeypatch):
    """The negative control of the test before: with a statement that begins with the row, who waits for the first holds it already."""
    def row_first(model, without, behind):
        lock = workflow._lock_statement(model, without).replace("%s", "p.held")
        behind = behind.replace("%s::bigint AS held_id", "p.held AS held_id").replace("id = %s", "id = p.first")
        return (f"WITH p AS (SELECT %s::bigint AS held, %s::bigint AS first), h AS MATERIALIZED (SELECT p.*, r.* FROM p, LATERAL ({lock}) r)"
                f" SELECT o.first, o.held_id FROM h p, LATERAL ({behind}) o")

    monkeypatch.setattr(workflow, "_join_statement", row_first)
    first, kept = (Parameter.objects.create(key=f"test.order{n}", value=n, effective_from="2026-01-01", source="test") for n in (1, 2))
    begun = threading.Event()

    def waits() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                begun.set()
                cursor.execute(workflow._join_statement(Parameter, (), BEHIND), [kept.pk, first.pk])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Parameter.objects.select_for_update().filter(pk=first.pk))
            done = pool.submit(waits)
            begun.wait(5)
            time.sleep(0.3)
            assert not done.done()
            with pytest.raises(OperationalError), transaction.atomic():
                list(Parameter.objects.select_for_update(nowait=True).filter(pk=kept.pk))
        done.result(5)


def change_of(pk: int, proof: ledger.Proof | None = None) -> ledger.Change:
    return ledger.Change("UPDATE core_parameter SET source = %s WHERE id = %s", ("changed", pk), "id", proof)


@pytest.mark.django_db
@pytest.mark.parametrize("guarded", [True, False])
def test_no_row_no_record(monkeypatch, guarded):
    """The record takes its target from the row that was changed. The negative control names it beside, and records what never was."""
    if not guarded:
        monkeypatch.setattr(ledger, "CHANGE_AND_INSERT", (
            "WITH {proof}changed AS ({change} RETURNING {pk}), one AS (SELECT max({pk}) AS pk FROM changed)"
            " SELECT entered, moment FROM one, core_record(%s, %s, coalesce(one.pk, 0), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"))
        ledger._with_change.cache_clear()
    row = Parameter.objects.create(key="test.change", value=1, effective_from="2026-01-01", source="test")
    before = LedgerRow.objects.count()
    try:
        assert ledger.record("tests.row.change", row, ACTOR, of_change=change_of(row.pk)).target_id == row.pk
        assert LedgerRow.objects.count() == before + 1
        with pytest.raises(TypeError) if guarded else contextlib.nullcontext():
            ledger.record("tests.row.change", row, ACTOR, of_change=change_of(0))
        assert LedgerRow.objects.count() == before + (1 if guarded else 2)
    finally:
        ledger._with_change.cache_clear()


@pytest.mark.django_db
@pytest.mark.parametrize("guarded", [True, False])
def test_a_change_whose_proof_does_not_hold_is_not_written(monkeypatch, guarded):
    """Neither the change nor its record; without the condition in the statement (negative control) both are."""
    if not guarded:
        monkeypatch.setattr(ledger, "_with_change", lambda text, pk, proof: ledger.CHANGE_AND_INSERT.format(
            proof=f"proved AS MATERIALIZED ({proof}), ", change=f"{text} AND (SELECT holds FROM proved) IS NOT NULL", pk=pk))
    row = Parameter.objects.create(key="test.proof", value=1, effective_from="2026-01-01", source="test")
    before = LedgerRow.objects.count()
    proof = ledger.Proof("SELECT %s::int > 0 AS holds", (0,))
    assert (ledger.record("tests.row.change", row, ACTOR, of_change=change_of(row.pk, proof)) is None) is guarded
    row.refresh_from_db()
    assert (row.source == "test") is guarded and (LedgerRow.objects.count() == before) is guarded
    proof = ledger.Proof("SELECT %s::int > 0 AS holds", (1,))
    assert ledger.record("tests.row.change", row, ACTOR, of_change=change_of(row.pk, proof)) is not None


@pytest.mark.django_db(transaction=True)
def test_a_row_is_held_in_a_transaction_only():
    with pytest.raises(transaction.TransactionManagementError):
        hold_behind(BEHIND, [1, 1], Parameter)
