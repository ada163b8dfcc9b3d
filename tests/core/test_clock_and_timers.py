from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from core import clock, deadlines, events, jobs, ledger, parameters, refs, search, workdays
from core.models import Deadline, Job, Parameter, Reaction
from tests import template

ACTOR = SimpleNamespace(id=7, label="Li")
pytestmark = pytest.mark.django_db
NOON = datetime(2024, 5, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def thing():
    return Parameter.objects.create(key="days", value=5, effective_from="2024-01-01")


@pytest.fixture
def registries():
    """What a test registers goes away with it."""
    saved = dict(deadlines.HANDLERS), {k: dict(v) for k, v in events.HANDLERS.items()}, dict(jobs.HANDLERS), dict(jobs.GIVEN_UP)
    yield
    for registry, before in zip((deadlines.HANDLERS, events.HANDLERS, jobs.HANDLERS, jobs.GIVEN_UP), saved, strict=True):
        registry.clear()
        registry.update(before)


def test_shifted_to_moves_the_database_clock_and_gives_it_back():
    before = clock.now()
    with clock.shifted_to(NOON):
        assert timedelta(0) <= clock.now() - NOON < timedelta(seconds=5)
        assert clock.today() == date(2024, 5, 1)
        with clock.shifted_to(NOON + timedelta(days=1)):
            assert clock.today() == date(2024, 5, 2)
        assert clock.today() == date(2024, 5, 1)
    assert timedelta(0) <= clock.now() - before < timedelta(seconds=60)
    assert not clock.is_shifted()


def test_the_suite_runs_when_it_was_told_to():
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_now() - (clock_timestamp() + %s::interval)", [template.ahead() or "0"])
        assert abs(cursor.fetchone()[0]) < timedelta(seconds=1)


def test_shift_to_refuses_a_naive_time():
    with pytest.raises(ValueError, match="aware"):
        clock.shift_to(datetime(2024, 5, 1))  # noqa: DTZ001 (the point of the test)


def test_database_defaults_use_the_same_clock(thing):
    with clock.shifted_to(NOON):
        row = ledger.record("core.thing.touch", thing, ACTOR)
    assert row.at - NOON < timedelta(seconds=5)


def test_deadline_runs_once_when_due_and_not_before(thing, registries):
    seen = []
    deadlines.due("test.ring")(lambda row: seen.append(row.target))
    deadlines.set("test.ring", thing, clock.now() + timedelta(hours=1))
    assert deadlines.sweep() == 0
    with clock.shifted_to(clock.now() + timedelta(hours=2)):
        assert deadlines.sweep() == 1
        assert deadlines.sweep() == 0
    assert seen == [thing]


def test_deadline_moves_when_set_again(thing):
    deadlines.set("test.ring", thing, NOON)
    deadlines.set("test.ring", thing, NOON + timedelta(days=3))
    assert Deadline.objects.get(kind="test.ring").due_at == NOON + timedelta(days=3)


def test_deadline_may_be_set_anew_by_its_own_handler(thing, registries):
    deadlines.due("test.ring")(lambda row: deadlines.set("test.ring", row.target, clock.now() + timedelta(days=7)))
    deadlines.set("test.ring", thing, NOON)
    assert deadlines.sweep() == 1
    assert [row.done_at is None for row in Deadline.objects.filter(kind="test.ring").order_by("pk")] == [False, True]


def test_deadline_cancelled_never_rings(thing, registries):
    deadlines.due("test.ring")(lambda row: pytest.fail("rang"))
    deadlines.set("test.ring", thing, NOON)
    deadlines.cancel("test.ring", thing)
    assert deadlines.sweep() == 0


def test_failing_deadline_keeps_its_error_and_waits(thing, registries, settings):
    settings.RAISE_IN_WORKERS = False

    def broken(row):
        Parameter.objects.create(key="half done", value=1, effective_from="2024-01-01")
        raise RuntimeError("no power")

    deadlines.due("test.ring")(broken)
    deadlines.set("test.ring", thing, NOON)
    assert deadlines.sweep() == 1
    row = Deadline.objects.get(kind="test.ring")
    assert (row.done_at, row.tries, row.error) == (None, 1, "RuntimeError: no power")
    assert row.retry_at > clock.now()
    assert not Parameter.objects.filter(key="half done").exists()


def test_reaction_runs_once_per_event(thing, registries):
    seen = []

    @events.on("core.thing.touch")
    def hear(event):
        seen.append(event.pk)

    row = ledger.record("core.thing.touch", thing, ACTOR)
    ledger.record("core.thing.leave", thing, ACTOR)
    assert events.drain() == 1
    assert events.drain() == 0
    assert seen == [row.pk]
    assert Reaction.objects.get().done_at is not None


def test_reaction_that_fails_is_tried_again(thing, registries, settings):
    settings.RAISE_IN_WORKERS = False
    calls = []

    @events.on("core.thing.touch")
    def hear(event):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("once")

    ledger.record("core.thing.touch", thing, ACTOR)
    events.drain()
    with clock.shifted_to(clock.now() + timedelta(hours=1)):
        events.drain()
    assert len(calls) == 2
    assert Reaction.objects.get().done_at is not None


@pytest.mark.parametrize("parted", [True, False])
def test_of_several_that_follow_an_act_each_is_tried_alone(thing, registries, settings, monkeypatch, parted):
    """They are written as one row. The negative control leaves it one: nobody has such a name, and all of them are lost."""
    settings.RAISE_IN_WORKERS = False
    calls = []

    @events.on("core.thing.touch")
    def fails(event):
        calls.append("fails")
        if calls.count("fails") == 1:
            raise RuntimeError("once")

    @events.on("core.thing.touch")
    def works(event):
        calls.append("works")

    if not parted:
        monkeypatch.setattr(events, "_part", lambda row: Reaction.objects.filter(pk=row.pk).update(handler="x", done_at=clock.now()))
    row = ledger.record("core.thing.touch", thing, ACTOR)
    assert Reaction.objects.get().handler.split() == events.handlers_of("core.thing.touch") and Reaction.objects.get().event == row
    events.drain()
    assert calls == (["fails", "works"] if parted else [])
    if not parted:
        return
    assert Reaction.objects.get(done_at=None).handler.endswith("fails") and Reaction.objects.count() == 2
    with clock.shifted_to(clock.now() + timedelta(hours=1)):
        events.drain()
    assert calls == ["fails", "works", "fails"] and not Reaction.objects.filter(done_at=None).exists()


def test_job_reports_progress_and_ends(registries):
    jobs.job("test.count")(lambda job, progress: (progress(1, 2), job.result.update(answer=42)))
    row = jobs.start("test.count", ACTOR, {}, "Counting")
    assert jobs.sweep() == 1
    row = Job.objects.get(pk=row.pk)
    assert (row.state, row.done, row.total, row.result) == ("DONE", 2, 2, {"answer": 42})


def test_job_whose_worker_died_is_taken_up_again(registries):
    jobs.job("test.count")(lambda job, progress: None)
    row = jobs.start("test.count", ACTOR, {}, "Counting")
    Job.objects.filter(pk=row.pk).update(state="RUNNING", beat_at=clock.now() - timedelta(minutes=1))
    assert jobs.sweep() == 0
    Job.objects.filter(pk=row.pk).update(beat_at=clock.now() - timedelta(minutes=4))
    assert jobs.sweep() == 1
    assert Job.objects.get(pk=row.pk).state == "DONE"


def test_job_cancelled_stops_at_its_next_step(registries):
    def work(job, progress):
        jobs.cancel(job)
        progress(1, 2)
        pytest.fail("went on")

    jobs.job("test.count")(work)
    row = jobs.start("test.count", ACTOR, {}, "Counting")
    jobs.sweep()
    assert Job.objects.get(pk=row.pk).state == "CANCELLED"


def test_job_that_fails_three_times_says_so(registries, settings):
    settings.RAISE_IN_WORKERS = False

    def work(job, progress):
        raise RuntimeError("broken")

    jobs.job("test.count")(work)
    row = jobs.start("test.count", ACTOR, {}, "Counting")
    assert jobs.sweep() == 3
    row = Job.objects.get(pk=row.pk)
    assert (row.state, row.tries, row.error) == ("FAILED", 3, "RuntimeError: broken")


def test_job_that_takes_its_worker_with_it_is_given_up_and_says_so(registries):
    """Nothing is raised when a worker is killed: the row alone knows how often it was begun."""
    told = []
    jobs.job("test.count", given_up=lambda job: told.append(job.pk))(lambda job, progress: pytest.fail("begun once more"))
    row = jobs.start("test.count", ACTOR, {}, "Counting")
    Job.objects.filter(pk=row.pk).update(state="RUNNING", tries=jobs.MOST_LIVES, beat_at=clock.now() - timedelta(minutes=4))
    assert jobs.sweep() == 1
    row = Job.objects.get(pk=row.pk)
    assert (row.state, row.error, told) == ("FAILED", "the worker died each time", [row.pk])
    assert row.finished_at is not None and jobs.sweep() == 0


def test_job_begun_less_often_is_taken_up(registries):
    """The control: a worker that dies of other things costs no job."""
    told = []
    jobs.job("test.count", given_up=lambda job: told.append(job.pk))(lambda job, progress: None)
    row = jobs.start("test.count", ACTOR, {}, "Counting")
    Job.objects.filter(pk=row.pk).update(state="RUNNING", tries=jobs.MOST_LIVES - 1, beat_at=clock.now() - timedelta(minutes=4))
    jobs.sweep()
    assert (Job.objects.get(pk=row.pk).state, told) == ("DONE", [])


def test_parameter_of_a_day():
    Parameter.objects.create(key="rate", value="0.2", effective_from="2016-01-01", effective_to="2021-08-31")
    Parameter.objects.create(key="rate", value="0.3", effective_from="2021-09-01")
    assert parameters.value("rate", on=date(2020, 6, 1)) == Decimal("0.2")
    assert parameters.value("rate", on=date(2021, 9, 1)) == Decimal("0.3")
    with pytest.raises(LookupError):
        parameters.value("rate", on=date(2015, 1, 1))
    assert parameters.value("none", default=3) == 3


def test_numbers_have_no_gaps():
    with transaction.atomic():
        assert [refs.next_number("letters", "2026") for _ in range(3)] == [1, 2, 3]
        assert refs.next_number("letters", "2027") == 1
    try:
        with transaction.atomic():
            assert refs.next_number("letters", "2026") == 4
            raise RuntimeError
    except RuntimeError:
        pass
    with transaction.atomic():
        assert refs.next_number("letters", "2026") == 4


def test_working_days_skip_rest_days_and_know_make_up_days():
    Parameter.objects.filter(key__startswith="workdays.").delete()
    friday = date(2026, 9, 25)
    assert workdays.add_workdays(friday, 1) == workdays.next_workday(date(2026, 9, 26)) == date(2026, 9, 28)
    for key, day in ("workdays.off", "2026-09-28"), ("workdays.on", "2026-09-26"):
        Parameter.objects.create(key=key, value=[day], effective_from="2024-01-01")
    assert workdays.add_workdays(friday, 1) == date(2026, 9, 26)
    assert workdays.add_workdays(friday, 2) == workdays.next_workday(date(2026, 9, 27)) == date(2026, 9, 29)


def test_the_days_off_of_the_state_are_loaded():
    """Every exception is one: a day off falls on a weekday, a day worked on a weekend."""
    with clock.shifted_to(datetime(2026, 12, 25, 4, 0, tzinfo=UTC)):
        assert not workdays.is_workday(date(2027, 1, 1)) and workdays.is_workday(date(2026, 10, 10))
        found = parameters.values(["workdays.off", "workdays.on"])
    assert len(found["workdays.off"]) > 25 and all(date.fromisoformat(day).weekday() < 5 for day in found["workdays.off"])
    assert found["workdays.on"] and all(date.fromisoformat(day).weekday() > 4 for day in found["workdays.on"])


def test_a_moment_moves_by_the_days_of_the_bureau():
    """Seven in the morning of a Saturday there is still Friday in UTC."""
    Parameter.objects.filter(key__startswith="workdays.").delete()
    early = datetime(2026, 9, 25, 23, 0, tzinfo=UTC)
    assert clock.local(workdays.add_days(early, 1, workdays.WORKING)).date() == date(2026, 9, 28)


def test_search_tokens():
    assert search.bigrams("深圳AI 2026") == "深圳 圳 ai 2026"
