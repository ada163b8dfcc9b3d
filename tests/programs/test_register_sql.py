"""The same conditions answer in two ways that always agree: one case explained, and the whole register in SQL."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Engagement, IntegrityMark, Membership, Organisation, Person
from accounts.policies import system
from core import clock
from core.workflow import Refused
from programs import actions
from programs.engine import conditions, sql
from programs.engine.facts import CATALOGUE, LEADER, PAIR, UNIT
from programs.models import RegisterPair, RegisterState, RegisterUnit
from programs.models.register import register_facts
from programs.queries import register, register_sql
from tests.programs import trees

pytestmark = pytest.mark.django_db


def write(data) -> None:
    """The rows of a random register; the database's own rules hold, the actions' do not matter here."""
    units = Organisation.objects.bulk_create(
        Organisation(name=f"单位{n}", uscc=f"X{n:017d}", **unit) for n, unit in enumerate(data["units"]))
    people = Person.objects.bulk_create(
        Person(name=f"人{n}", email=f"p{n}@random.example", **person) for n, person in enumerate(data["people"]))
    seen = set()
    for n, ((unit, person), role, status, since, until, facts) in enumerate(data["memberships"]):
        if until and until < since:
            since, until = until, since
        key = (unit, person, role)
        if status == "ACTIVE" and key in seen:
            continue
        seen.add(key if status == "ACTIVE" else n)
        Membership.objects.create(organisation=units[unit], person=people[person], role=role, status=status, since=since,
                                  until=until, facts=facts)
    for of_person, (unit, person), level, since, until, lifted in data["marks"]:
        IntegrityMark.objects.create(
            person=people[person] if of_person else None, organisation=None if of_person else units[unit], level=level,
            kind="x", since=since, until=until, reason="x", lifted_at=clock.now() if lifted else None)
    for n, (of_person, (unit, person), klass, role, state, starts, source) in enumerate(data["engagements"]):
        Engagement.objects.create(
            person=people[person] if of_person else None, organisation=None if of_person else units[unit], klass=klass,
            role=role, state=state, starts=starts, source_type=source, source_ref=f"R{n}")


def version_of(rules, closes=None):
    guide = SimpleNamespace(year=2026, closes_at=closes)
    return SimpleNamespace(data={"conditions": rules}, guide=guide)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(trees.registers(), trees.rules(), st.integers(0, 2), st.booleans())
def test_sql_answers_as_one_case_does(data, rules, near, live):
    assert conditions.check(rules) == []
    with transaction.atomic():
        write(data)
        version = version_of(rules)
        if not live:
            actions.refresh_register(system("test"), day=trees.DAY)
        slow = {(p.organisation_id, p.person_id): p for p in register.by_one_case(version, at=trees.DAY)}
        fast = {(p.organisation_id, p.person_id): p for p in register.who_could_apply(version, at=trees.DAY, near=99, live=live)}
        assert fast == slow
        close = {(p.organisation_id, p.person_id): p for p in register.who_could_apply(version, at=trees.DAY, near=near)}
        assert close == {key: p for key, p in slow.items() if len(p.failed) <= near}
        pairs, units = register.count_who_could_apply(version, at=trees.DAY)
        able = [p for p in slow.values() if not p.failed]
        assert (pairs, units) == (len(able), len({p.organisation_id for p in able}))
        transaction.set_rollback(True)


@pytest.mark.parametrize("op", ["in", "not_in"])
@pytest.mark.parametrize("value", [[], {"fact": "unit.running_specials"}])
def test_unknown_against_an_empty_list_is_for_a_person(op, value):
    """SQL answers `NULL = ANY('{}')` with false."""
    unit = Organisation.objects.create(name="单位", uscc="X" * 18, kind="ENTERPRISE", status="VERIFIED")
    person = Person.objects.create(name="人", email="p@random.example")
    Membership.objects.create(organisation=unit, person=person, role="MEMBER", status="ACTIVE", since=trees.DAY)
    version = version_of([{"code": "C1", "text": "条件", "clause": "一", "test": {"fact": "unit.hnte_number", "op": op, "value": value}}])
    slow = list(register.by_one_case(version, at=trees.DAY))
    assert [pair.human for pair in slow] == [("C1",)]
    assert list(register.who_could_apply(version, at=trees.DAY, near=99, live=True)) == slow


BORN, HERE = "leader.birth_date", {"fact": "guide.closes_on"}


@pytest.mark.parametrize("test", [
    {"fact": "unit.staff", "op": "between", "value_by": {"fact": "leader.gender", "values": {"F": ["1", "5"]}}},
    {"fact": "unit.staff", "op": "ge_each", "value_by": {"fact": "leader.gender", "values": {"F": ["1"]}}},
    {"fact": BORN, "op": "age_on_le", "value": {"fact": "unit.revenue_last_year"}, "at": HERE},
    {"fact": BORN, "op": "years_since_ge", "value": {"fact": "unit.revenue_last_year", "times": "999999999999999"}, "at": HERE},
    {"fact": BORN, "op": "age_in_year_le", "value": "60", "at": {"fact": "unit.revenue_last_year"}},
    {"fact": BORN, "op": "age_in_year_le", "value": "9999", "at": "9999"},
    {"fact": BORN, "op": "age_on_lt", "value": "9999.99999999", "at": HERE},
    {"fact": "unit.revenue_last_year", "op": "ge", "value": "999999999999999.99999999"},
])
def test_shapes_that_the_check_lets_through_answer_alike(test):
    unit = Organisation.objects.create(name="单位", uscc="X" * 18, kind="ENTERPRISE", status="VERIFIED",
                                       facts={"staff": 3, "revenue": {"2025": "9999999999999.99"}})
    person = Person.objects.create(name="人", email="p@random.example", gender="M", birth_date=trees.DAY.replace(year=1990))
    Membership.objects.create(organisation=unit, person=person, role="MEMBER", status="ACTIVE", since=trees.DAY)
    rule = {"code": "C1", "text": "条件", "clause": "一", "test": test}
    assert conditions.check([rule]) == []
    version = version_of([rule], closes=clock.now())
    slow = list(register.by_one_case(version, at=trees.DAY))
    assert len(slow) == 1
    assert list(register.who_could_apply(version, at=trees.DAY, near=99, live=True)) == slow


def test_every_fact_of_the_register_has_a_source_in_sql():
    assert set(register_sql.UNIT_COLUMNS) == set(register_facts(UNIT))
    assert set(register_sql.PAIR_COLUMNS) == set(register_facts(LEADER, PAIR))
    assert all(entry.subject for entry in CATALOGUE.values())


def test_values_of_a_guide_travel_as_parameters():
    evil = "'); DROP TABLE accounts_person; --"
    rule = {"code": "C1", "text": "x", "test": {"all": [
        {"fact": "unit.region", "op": "starts_with", "value": evil}, {"fact": "unit.kind", "op": "in", "value": [evil]},
        {"fact": "leader.running_led", "op": "count_le", "value": "0", "of": [evil]}]}}
    found = sql.compile_rule(rule, sql.Columns(register_sql.columns_known("u", "p"), {}))
    assert "DROP" not in found.text and evil in found.params
    assert list(register.who_could_apply(version_of([rule]))) == []


def test_more_rules_than_fit_a_word_keep_their_places():
    results = ["PASS", "FAIL", "HUMAN"] * 30
    literal = {"PASS": "true", "FAIL": "false", "HUMAN": "NULL::boolean"}
    words = sql.pack([sql.Sql(literal[result]) for result in results])
    assert len(words) == 3
    from django.db import connection  # noqa: PLC0415 (only here)

    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(word.text for word in words))
        assert sql.unpack(cursor.fetchone(), 90) == results


def test_only_the_clock_refreshes_the_register(staff):
    with pytest.raises(Refused):
        actions.refresh_register(staff.chen)
    state = actions.refresh_register(system("clock"))
    assert (state.units, state.pairs) == (RegisterUnit.objects.count(), RegisterPair.objects.count())
    assert RegisterState.objects.count() == 1
