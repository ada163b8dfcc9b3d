"""More time for exactly those who had begun (ADR 0026): two persons give it, the database clock and the beginning decide."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.policies import system
from applications import actions, queries
from applications.actions import clockwork
from applications.models import Application
from applications.states import Status
from applications.workflow import APPLICATION
from core import clock, deadlines, events
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Document, Message
from programs import actions as programme
from programs import queries as programmes
from programs.models import Extension, Guide, GuideWindow
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


@kept
def begun(town):
    """An application of unit A handed in to the unit, one of unit B being filled in; the guide and its close."""
    town.close = programmes.current_window(town.guide).closes_at
    town.ours = make.handed_in(town.li, town.guide, town.a)
    town.theirs = make.fill(town.stranger, make.started(town.stranger, town.guide, town.b))
    return town


def run():
    """What a minute of the workers does."""
    for _ in range(3):
        deadlines.sweep()
        events.drain()


def at(moment):
    return clock.shifted_to(moment)


def close(town):
    with at(town.close + timedelta(seconds=1)):
        run()
    town.guide.refresh_from_db()


def give(town, *, until=None, begun_before=None, asks=None, decides=None):
    """Asked half an hour after the close, or whenever the clock stands; decided by the other person."""
    until = until or town.close + 24 * HOUR
    row = programme.request_late_filing(asks or town.chen, town.guide, closes_at=until, begun_before=begun_before, why="截止前系统故障")
    programme.approve_extension(decides or town.he, row)
    row.refresh_from_db()
    return row


def status(row):
    row.refresh_from_db()
    return row.status


def test_who_had_begun_comes_back_finishes_and_submits_late(begun):
    close(begun)
    assert (status(begun.ours), status(begun.theirs)) == (Status.EXPIRED, Status.EXPIRED)
    with at(begun.close + HOUR):
        late = give(begun)
        run()
        assert (status(begun.ours), status(begun.theirs)) == (Status.UNIT_PENDING, Status.DRAFT)
        assert begun.ours.refusal_code == "" and late.opens_at > begun.close and late.begun_before == begun.close
        rows = LedgerRow.objects.filter(target_type="applications.application", target_id=begun.theirs.pk, verb="applications.application.go_on")
        assert [(row.before, row.after) for row in rows] == [({"status": "EXPIRED"}, {"status": "DRAFT"})]
        actions.hand_in(begun.stranger, begun.theirs)
        done = [actions.endorse(begun.badm, begun.theirs), actions.endorse(begun.wang, begun.ours)]
        assert [row.status for row in done] == ["SUBMITTED"] * 2 and all(row.submitted_at > begun.close and row.receipt_number for row in done)
        begun.guide.refresh_from_db()
        assert begun.guide.status == "CLOSED" and not programmes.is_open(begun.guide)
        assert not programmes.open_rows(Guide.objects.filter(pk=begun.guide.pk)).exists()
    closing = programmes.closing_entries(begun.guide, "/")
    assert [entry.ends for entry in closing] == [begun.close]


def test_without_the_decision_nothing_goes_on(begun):
    """Negative control: asked for and not decided, or refused, the close is the close."""
    close(begun)
    with at(begun.close + HOUR):
        row = programme.request_late_filing(begun.chen, begun.guide, closes_at=begun.close + 24 * HOUR, why="截止前系统故障")
        run()
        assert (status(begun.ours), status(begun.theirs)) == (Status.EXPIRED, Status.EXPIRED)
        with pytest.raises(Refused):
            programmes.lock_open(begun.guide.pk)
        programme.refuse_extension(begun.he, row, why="影响面小")
        run()
        assert status(begun.ours) == Status.EXPIRED
        assert APPLICATION.why_not("go_on_at_unit", system("test"), begun.ours)
        assert not Message.objects.filter(event="guide.late_filing").exists()


def test_nobody_may_begin_in_that_time(begun):
    close(begun)
    with at(begun.close + HOUR):
        give(begun)
        run()
        for actor, unit in ((begun.badm, begun.b), (begun.li, begun.a)):
            with pytest.raises(Refused) as refused:
                make.started(actor, begun.guide, unit)
            assert "不能新建" in refused.value.reasons[0] and f"{clock.local(begun.close):%Y-%m-%d %H:%M}" in refused.value.reasons[0]
        page = signed_in(begun.li).get(reverse("programs:public:guide", args=[begun.guide.year, begun.guide.slug])).content.decode()
        assert 'id="late"' in page and reverse("applications:my:start", args=[begun.guide.ref]) not in page


@pytest.mark.parametrize(("after", "may"), [(timedelta(0), True), (-TICK, False)])
def test_begun_at_the_very_moment_is_in_a_tick_later_is_out(begun, after, may):
    """T is the moment the second application was begun, or a millionth of a second before it."""
    moment = begun.theirs.created_at + after
    close(begun)
    with at(begun.close + HOUR):
        give(begun, begun_before=moment)
        run()
        assert status(begun.ours) == Status.UNIT_PENDING  # begun earlier in both cases
        assert (status(begun.theirs) == Status.DRAFT) is may
        if not may:
            assert "才开始填报" in APPLICATION.why_not("go_on", system("test"), begun.theirs)[0]


def test_begun_after_the_moment_is_neither_handed_in_nor_endorsed(begun):
    """Given shortly before the close: what was begun after T stands open still, and is refused at each step after the close."""
    with at(begun.close - HOUR):
        begun.late = make.fill(begun.badm, make.started(begun.badm, begun.guide, begun.b), title="截止前一小时新建的申报")
        give(begun, begun_before=begun.close - 2 * HOUR)
        run()
        assert not APPLICATION.why_not("hand_in", begun.badm, begun.late, blockers=[])  # the window is open to all until its close
        actions.hand_in(begun.badm, begun.late)
    with at(begun.close + timedelta(seconds=1)):
        with pytest.raises(Refused) as refused:
            actions.endorse(begun.badm, begun.late)
        assert "才开始填报" in refused.value.reasons[0]
        assert APPLICATION.why_not("recall", begun.badm, begun.late)
        assert actions.endorse(begun.wang, begun.ours).status == Status.SUBMITTED  # negative control: begun before T
        run()
        assert status(begun.late) == Status.EXPIRED and status(begun.theirs) == Status.DRAFT
        with pytest.raises(Refused):
            actions.hand_in(begun.badm, begun.late)
        begun.late.status = Status.DRAFT
        assert "才开始填报" in APPLICATION.why_not("hand_in", begun.badm, begun.late, blockers=[])[0]


def test_the_second_close_is_exact_and_ends_them_again(begun):
    close(begun)
    until = begun.close + 24 * HOUR
    with at(begun.close + HOUR):
        give(begun, until=until)
        run()
        assert queries.close_of(Application.objects.get(pk=begun.ours.pk)) == until
    with clock.standing(until - TICK):
        assert programmes.late_window(begun.guide) is not None and not queries.shut(begun.ours)
    with clock.standing(until):
        assert programmes.late_window(begun.guide) is None and queries.shut(begun.ours)
    with at(until - timedelta(seconds=30)):
        assert programmes.lock_open(begun.guide.pk).begun_before == begun.close
    with at(until):
        with pytest.raises(Refused):
            programmes.lock_open(begun.guide.pk)
        with pytest.raises(Refused):
            actions.endorse(begun.wang, begun.ours)
        run()
        assert (status(begun.ours), status(begun.theirs)) == (Status.EXPIRED, Status.EXPIRED)
        assert begun.ours.refusal_code == "DEADLINE_PASSED"


def test_one_person_cannot_do_both(begun):
    close(begun)
    with at(begun.close + HOUR):
        row = programme.request_late_filing(begun.he, begun.guide, closes_at=begun.close + 24 * HOUR, why="截止前系统故障")
        for actor in (begun.he, begun.chen):  # who asked; and the division, which decides nothing
            with pytest.raises(Refused):
                programme.approve_extension(actor, row)
        with pytest.raises(DatabaseError), transaction.atomic():
            Extension.objects.filter(pk=row.pk).update(status="APPROVED", opens_at=clock.now(), decided_by=begun.he.person)
        row.refresh_from_db()
        assert row.status == "REQUESTED" and programmes.late_grant(begun.guide) is None
        with pytest.raises(Refused):
            programme.request_late_filing(begun.li, begun.guide, closes_at=begun.close + 24 * HOUR, why="我还没写完")


def test_what_was_submitted_is_not_taken_back_after_the_close(begun):
    actions.endorse(begun.wang, begun.ours)
    assert not APPLICATION.why_not("take_back", begun.li, Application.objects.get(pk=begun.ours.pk))  # negative control: before the close
    close(begun)
    with at(begun.close + HOUR):
        give(begun)
        run()
        begun.ours.refresh_from_db()
        assert APPLICATION.why_not("take_back", begun.li, begun.ours)
        with pytest.raises(Refused):
            actions.take_back(begun.li, begun.ours)
        assert status(begun.ours) == Status.SUBMITTED


def test_exactly_these_are_told_once_each(begun):
    actions.endorse(begun.wang, begun.ours)
    close(begun)
    with at(begun.close + HOUR):
        give(begun)
        run()
        run()
    told = Message.objects.filter(event="guide.late_filing")
    assert sorted(told.values_list("person", flat=True)) == sorted([begun.stranger.id, begun.badm.id])
    assert "截止前系统故障" in told[0].body and begun.theirs.title in told[0].subject and told[0].subject_en != told[0].subject
    paper = Document.objects.get(kind="guide_late_filing")
    assert paper.is_public and paper.number and "截止前系统故障" in paper.context["why"]


@pytest.mark.parametrize("wrong", [
    {"closes_at": -HOUR}, {"closes_at": timedelta(0)}, {"begun_before": TICK}, {"begun_before": -timedelta(days=400)}, {"why": " "},
])
def test_what_may_not_be_asked(begun, wrong):
    close(begun)
    with at(begun.close + HOUR):
        given = {"closes_at": begun.close + 24 * HOUR, "why": "截止前系统故障"}
        given |= {key: begun.close + value if isinstance(value, timedelta) else value for key, value in wrong.items()}
        with pytest.raises(Refused):
            programme.request_late_filing(begun.chen, begun.guide, **given)
        give(begun)
        with pytest.raises(Refused) as refused:
            programme.request_late_filing(begun.chen, begun.guide, closes_at=begun.close + 48 * HOUR, why="再延")
        assert len(refused.value.reasons) == 1


def test_what_ended_with_a_withdrawn_guide_or_with_a_stopped_special_stays(begun):
    programme.withdraw_guide(begun.lead, begun.guide, why="政策调整")
    run()
    assert status(begun.ours) == Status.EXPIRED
    with pytest.raises(Refused):
        programme.request_late_filing(begun.chen, begun.guide, closes_at=begun.close + 24 * HOUR, why="截止前系统故障")
    assert APPLICATION.why_not("go_on_at_unit", system("test"), begun.ours)


def test_the_beginning_is_dated_by_the_clock_and_stays(begun):
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.filter(pk=begun.theirs.pk).update(created_at=begun.close - 48 * HOUR)
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.create(
            ref="X-2026-1", guide=begun.guide, version=begun.guide.version, leader=begun.li.person, unit=begun.a, created_at=clock.now() - HOUR)
    Application.objects.create(ref="X-2026-2", guide=begun.guide, version=begun.guide.version, leader=begun.li.person, unit=begun.a)


def test_the_desk_asks_and_another_decides_by_screen(begun):
    close(begun)
    with at(begun.close + HOUR):
        url = reverse("programs:desk:guide_extend_begun", args=[begun.guide.ref])
        desk = reverse("programs:desk:guide", args=[begun.guide.ref])
        chen, he = signed_in(begun.chen), signed_in(begun.he)
        assert url in chen.get(desk).content.decode()
        local = {key: f"{clock.local(value):%Y-%m-%dT%H:%M:%S}" for key, value in (
            ("closes_at", begun.close + 24 * HOUR), ("begun_before", begun.close - HOUR))}
        wrong = chen.post(url, {**local, "closes_at": local["begun_before"], "why": "截止前系统故障"})
        assert wrong.status_code == 422 and "新的截止时间" in wrong.content.decode()
        assert chen.post(url, {**local, "why": "截止前系统故障"}).status_code == 302
        approve = reverse("programs:desk:extension_approve", args=[begun.guide.ref])
        chen.post(approve)
        assert programmes.late_grant(begun.guide) is None
        he.post(approve)
        assert programmes.late_grant(begun.guide) is not None
        run()
        page = he.get(desk).content.decode()
        assert 'id="late"' in page and url not in page
        assert "截止后继续办理" in signed_in(begun.li).get(reverse("applications:my:overview", args=[begun.ours.ref])).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False])
def test_the_decision_waits_for_an_end_under_way(transactional_db, town, monkeypatch, held):
    """While the end of what was not submitted runs, the time for those who had begun is not given, so nothing it ends is overlooked;
    without the guide being held (negative control) it is given in between."""
    if not held:
        monkeypatch.setattr(clockwork.programme, "hold_guide", lambda pk: None)
    make.started(town.li, town.guide, town.a)
    GuideWindow.objects.filter(guide=town.guide).update(closes_at=clock.now())
    asked = programme.request_late_filing(town.chen, town.guide, closes_at=clock.now() + HOUR, why="截止前系统故障")
    entered, leave, given = threading.Event(), threading.Event(), []

    def end():
        real = clockwork.expire

        def slow(*args, **more):
            entered.set()
            leave.wait(10)
            return real(*args, **more)

        monkeypatch.setattr(clockwork, "expire", slow)
        with contextlib.suppress(Refused):  # let in between, the end is asked once more and refused
            actions.expire_guide(system("test"), town.guide)
        connection.close()

    def decide():
        programme.approve_extension(town.he, asked)
        given.append(True)
        connection.close()

    workers = [threading.Thread(target=end), threading.Thread(target=decide)]
    workers[0].start()
    assert entered.wait(10)
    workers[1].start()
    workers[1].join(1.5)
    assert bool(given) is not held
    leave.set()
    for worker in workers:
        worker.join(10)
    assert given == [True]


def test_the_unit_reminds_those_who_may_go_on_with_the_later_close(begun):
    """By the same question as the hand-in: who may go on is reminded, and is told the close that counts for it."""
    close(begun)
    with at(begun.close + HOUR):
        with pytest.raises(Refused, match="逾期未提交"):
            actions.remind_leader(begun.badm, begun.theirs)
        row = give(begun)
        run()
        begun.theirs.refresh_from_db()
        assert actions.remind_leader(begun.badm, begun.theirs).told == [begun.theirs]
        told = Message.objects.filter(person=begun.stranger.person).latest("pk")
        assert queries.local(row.closes_at) in told.body
