"""What was worked out beforehand is taken only while nothing it was made from has changed (ADR 0025)."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts import actions as accounts
from accounts.models import Engagement, Organisation, Person
from accounts.policies import system
from accounts.states import MarkLevel, Role
from applications import actions, queries, rules, tasks
from applications.models import Application, Prepared, Version
from applications.states import Status
from applications.workflow import APPLICATION
from core import clock, ledger
from core.models import LedgerRow, Parameter
from core.workflow import Refused, hold, is_held
from programs.models import Guide
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.factories import modes

pytestmark = pytest.mark.django_db
WORKER = system("test")

plain = st.recursive(st.none() | st.booleans() | st.integers(-10**9, 10**9) | st.text(max_size=12),
                     lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=8)


@given(plain, plain, plain)
def test_the_hash_of_a_version_covers_content_and_receipt(data, receipt, other):
    given = {"number": receipt}
    found = rules.version_digest(rules.digest(data), given)
    assert found == hashlib.sha256(f'{{"content":"{rules.digest(data)}","receipt":{rules.canonical(given)}}}'.encode()).hexdigest()
    assert (rules.version_digest(rules.digest(other), given) == found) == (rules.canonical(other) == rules.canonical(data))
    assert (rules.version_digest(rules.digest(data), {"number": other}) == found) == (rules.canonical(other) == rules.canonical(receipt))


def ready(town, **more):
    row = make.handed_in(town.li, town.guide, town.a, **more)
    assert actions.prepare(WORKER, row)
    return row


def stands(row) -> bool:
    return queries.prepared(row) is not None


def test_prepared_and_unprepared_submissions_write_the_same(town):
    row = make.handed_in(town.li, town.guide, town.a)
    found = {}
    for way in ("beforehand", "at once"):
        Prepared.objects.all().delete()
        if way == "beforehand":
            assert actions.prepare(WORKER, row)
        with transaction.atomic():
            done = actions.endorse(town.wang, row)
            version = Version.objects.get(application=row, why="SUBMIT")
            assert queries.agrees(version) and version.sha256 == done.receipt_sha256
            assert version.data["receipt"]["number"] == done.receipt_number and version.data["ref"] == done.ref
            given = {**version.data, "receipt": None}
            engaged = Engagement.objects.filter(source_ref=done.ref).values_list("role", "person", "organisation", "klass", "state", "starts", "ends")
            assert {one[:3] for one in engaged} == set(queries.engaged_by(done))
            found[way] = (rules.canonical(given), sorted(engaged, key=str), done.status, done.receipt_number)
            transaction.set_rollback(True)
    assert found["beforehand"] == found["at once"]


def test_submission_takes_what_stands_ready_and_asks_little(town):
    row = ready(town)
    client = signed_in(town.wang)
    with CaptureQueriesContext(connection) as asked:
        assert client.post(f"/my/unit/applications/{row.ref}/endorse/").status_code == 302
    row.refresh_from_db()
    assert row.status == Status.SUBMITTED and Version.objects.filter(application=row, why="SUBMIT").count() == 1
    assert len(asked) <= 13  # with the transaction's own words (a savepoint in a test); 52 when nothing stands ready


def change_leader(town, row):
    Person.objects.filter(pk=town.li.id).update(gender="F")


def change_unit(town, row):
    Organisation.objects.filter(pk=town.a.pk).update(region="北京市")


def mark_unit(town, row):
    accounts.mark(WORKER, level=MarkLevel.SERIOUS, kind="TEST", reason="失信", since=clock.today(), organisation=town.a)


def mark_leader(town, row):
    accounts.mark(WORKER, level=MarkLevel.SERIOUS, kind="TEST", reason="失信", since=clock.today(), person=town.li.person)


def change_post(town, row):
    town.li.person.memberships.update(facts={"full_time": False})


def change_guide(town, row):
    Guide.objects.filter(pk=town.guide.pk).update(cap_per_project=1)


def engage_leader(town, row):
    accounts.engage_all(WORKER, town.guide, [("LEADER", town.li.id, None)], klass="TECH-KEY", state="RUNNING", starts=clock.today())


def change_number(town, row):
    Parameter.objects.create(key="limit.per_leader", value=1, effective_from=clock.today(), source="试验")


def rival_of_the_leader(town, row):
    make.started(town.li, town.guide, town.a)


CHANGES = [change_leader, change_unit, mark_unit, mark_leader, change_post, change_guide, engage_leader, change_number, rival_of_the_leader]


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_whatever_the_rules_look_at_has_changed_nothing_stands_ready(town, change):
    row = ready(town)
    assert stands(row)
    change(town, row)
    assert not stands(row)


@pytest.mark.parametrize("change", [mark_unit, mark_leader, change_unit], ids=lambda one: one.__name__)
def test_what_has_become_wrong_since_is_refused(town, change):
    row = ready(town)
    change(town, row)
    with pytest.raises(Refused), transaction.atomic():
        actions.endorse(town.wang, row)
    row.refresh_from_db()
    assert row.status == Status.UNIT_PENDING


def test_without_the_print_it_would_have_passed(town):
    """The negative control: with the print made to fit again, what was worked out before the mark goes through."""
    row = ready(town)
    mark_unit(town, row)
    kept = Prepared.objects.get(pk=row.pk)
    Prepared.objects.filter(pk=row.pk).update(print=queries.print_of(row, kept.of_unit))
    assert actions.endorse(town.wang, row).status == Status.SUBMITTED


def test_another_day_another_look(town):
    row = ready(town)
    with clock.shifted_to(clock.now() + timedelta(days=1)):
        assert not stands(row)


def test_guide_that_counts_the_unit_sees_what_it_filed_meanwhile(town, rewritten):
    row = make.handed_in(town.li, town.guide, town.a)
    version = row.version
    rewritten(version, {**version.data, "quota": {**version.data["quota"], "per_unit": 2}})
    row = Application.objects.get(pk=row.pk)
    assert queries.looks_at_unit(row.version.data)
    before = queries.print_of(row, True), queries.print_of(row, False)
    other = make.member("周二", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138077")
    make.started(other, town.guide, town.a)
    assert queries.print_of(row, True) != before[0] and queries.print_of(row, False) == before[1]


def tables_read(row) -> set[str]:
    """The tables that the check list and the content to be frozen are made from."""
    with CaptureQueriesContext(connection) as asked:
        fresh = Application.objects.get(pk=row.pk)
        queries.fetch_rows(fresh)
        queries.snapshot(fresh, queries.check_list(fresh).cleaned)
    return {name for one in asked for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', one["sql"])}


def unknown(read: set[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('applications_print'::regproc)")
        known = set(re.findall(r"(?:FROM|JOIN)\s+(\w+_\w+)", cursor.fetchone()[0]))
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'applications_guard_part'::regproc")
        frozen = {name for (name,) in cursor.fetchall()}
    assert len(read) > 5 and len(known) > 5 and len(frozen) == 5
    # neither a text that applications rest on nor a part of what was handed in changes: the database refuses it
    return read - known - frozen - {"programs_guideversion"}


def test_check_list_reads_no_table_that_the_print_does_not_know(town, rewritten):
    row = make.handed_in(town.li, town.guide, town.a)
    assert not unknown(tables_read(row)), "add it to applications_print (a new migration)"
    limit = {"code": "L1", "scope": "person", "most": 1, "roles": ["LEADER"], "states": ["APPLIED", "RUNNING"], "window": "ANY"}
    rewritten(row.version, {**row.version.data, "limits": [limit]})
    assert not unknown(tables_read(row))


WAYS = {
    "INTEREST": lambda town: {"interest_share": "0.5", "max_loans": 2, "unit_year_cap": "30000000"},
    "STABLE": lambda town: {"yearly": "1000000", "years": 3, "institutions": [town.a.uscc, town.b.uscc]},
    "MATCHING": lambda town: {}, "JOINT": lambda town: {"partner_body": "香港创新科技署", "city_share_max": "1"},
}


@pytest.mark.parametrize("code", WAYS)
def test_nor_where_the_way_of_funding_sets_caps_of_its_own(code):
    town = modes.town_of(code, details=WAYS[code])
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    assert not unknown(tables_read(row))


def test_print_never_reads_a_whole_table_that_the_rush_fills(town):
    """Its plan is kept by each connection from when the tables were small."""
    row = make.handed_in(town.li, town.guide, town.a)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_engagement")
        cursor.execute("DISCARD PLANS")

    def read_whole() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_get_xact_numscans('accounts_engagement'::regclass)")
            return cursor.fetchone()[0]

    before = read_whole()
    for _turn in range(8):
        queries.print_of(row, True)
    assert read_whole() == before
    with connection.cursor() as cursor:  # the negative control: left to itself the database does so while the table is small
        cursor.execute("ALTER FUNCTION applications_print(bigint, boolean, text) RESET enable_seqscan")
        cursor.execute("DISCARD PLANS")
    queries.print_of(row, True)
    assert read_whole() > before


def test_a_table_that_is_not_named_is_found(town):
    row = make.handed_in(town.li, town.guide, town.a)
    assert unknown(tables_read(row) | {"notices_message"}) == {"notices_message"}


def test_what_is_wrong_is_kept_without_content_and_not_looked_at_again_today(town):
    row = make.handed_in(town.li, town.guide, town.a)
    mark_unit(town, row)
    assert not actions.prepare(WORKER, row)
    assert Prepared.objects.get(pk=row.pk).content is None and not stands(row)
    with clock.shifted_to(town.guide.closes_at - timedelta(hours=3)):
        assert list(queries.to_prepare()) == [row]  # an earlier day's look is no look
        tasks.prepare_waiting()
        assert not list(queries.to_prepare())


def test_sweep_prepares_what_waits_in_guides_that_close_soon(town):
    row = make.handed_in(town.li, town.guide, town.a)
    tasks.prepare_waiting()
    assert not Prepared.objects.exists()  # the close is weeks away
    with clock.shifted_to(town.guide.closes_at - timedelta(hours=30)):
        tasks.prepare_waiting()
        assert stands(row)


def test_what_waits_no_more_is_thrown_away(town):
    row, kept = ready(town), make.handed_in(make.member("周二", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138077"), town.guide, town.a)
    assert actions.prepare(WORKER, kept)
    actions.endorse(town.wang, row)
    tasks.prepare_waiting()
    assert list(Prepared.objects.values_list("pk", flat=True)) == [kept.pk]


def test_nothing_is_prepared_for_what_does_not_wait(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    assert not actions.prepare(WORKER, row)
    assert not Prepared.objects.exists()


def test_what_changes_again_and_again_while_it_is_looked_at_is_refused_in_words(town, monkeypatch):
    row = make.handed_in(town.li, town.guide, town.a)
    monkeypatch.setattr("applications.queries.prepared", lambda application: None)
    with pytest.raises(Refused, match="请重新提交"), transaction.atomic():
        actions.endorse(town.wang, row)
    row.refresh_from_db()
    assert row.status == Status.UNIT_PENDING


def test_a_move_whose_proof_does_not_hold_leaves_the_row_as_it_was_and_held(town):
    row = hold(Application, make.handed_in(town.li, town.guide, town.a).pk)
    before, acts = {**vars(row)}, LedgerRow.objects.count()
    proof = ledger.Proof("SELECT %s::int > 0 AS holds", (0,))
    assert APPLICATION.move("recall", town.li, row, columns={"return_reason": "x"}, proof=proof) is None
    kept = {**vars(row)}
    assert {name: kept[name] for name in before if name != "_state"} == {name: one for name, one in before.items() if name != "_state"}
    assert is_held(row) and LedgerRow.objects.count() == acts
    assert APPLICATION.move("recall", town.li, row, proof=ledger.Proof(proof.text, (1,))).status == Status.DRAFT and not is_held(row)


def test_a_held_row_serves_one_move_and_the_next_reads_anew(town):
    row = hold(Application, make.handed_in(town.li, town.guide, town.a).pk)
    APPLICATION.move("recall", town.li, row)
    Application.objects.filter(pk=row.pk).update(title="另一个题目")
    assert row.title != "另一个题目"
    assert APPLICATION.move("hand_in", town.li, row, blockers=[]).title == "另一个题目"
