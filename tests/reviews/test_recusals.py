"""Recusal over the database: what is found, what is asked again, what comes to light late; every row explains itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts.states import MarkLevel
from applications import actions as applications
from applications.models import Application, ImportBatch, ImportSource, OldProject
from applications.states import OldState
from core import clock, events, files
from core.models import Deadline, LedgerRow
from core.workflow import Refused
from notices.models import Message
from programs.models import GuideComment
from reviews import actions, queries
from reviews.models import Assignment, Batch, Expert, Recusal, Score
from reviews.tasks import keep_pool
from tests.applications.client import signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


def found(batch, expert) -> dict[str, str]:
    """Rule -> evidence in words."""
    actions.find_recusals(make.system("test"), batch)
    return {row.code: row.words for row in queries.explain(Recusal.objects.filter(batch=batch, expert=expert).select_related("by"))}


def test_every_rule_that_data_allow_is_found_and_explains_itself(town, made):
    mine, guide = make.expert(town, 1), made.guide
    filed = Application.objects.get(unit=town.a)
    assert found(made, mine) == {}
    actions.declare_tie(make.Actor.of(mine.person), mine, code="RC2", name=town.li.person.name, note="博士导师")
    actions.declare_tie(make.Actor.of(mine.person), mine, code="RC6", organisation=town.a, note="合同纠纷", until=clock.today())
    source = ImportSource.objects.create(name="旧系统")
    table = files.store_bytes(b"a", "a.csv", "text/csv", actor=town.he)
    old = ImportBatch.objects.create(source=source, file=table, uploaded_by=town.he.person)
    OldProject.objects.create(source=source, batch=old, number="OLD-7", title="旧项目", year=clock.today().year - 1, unit=town.a, leader=mine.person,
                              state=OldState.values[-1])
    GuideComment.objects.create(guide=guide, version=guide.version, part="title", text="建议", author=mine.person)
    words = found(made, mine)
    assert set(words) == {"RC1", "RC2", "RC6", "RC9"}
    assert "OLD-7" in words["RC1"] and town.a.name in words["RC1"]
    assert "博士导师" in words["RC2"] and "合同纠纷" in words["RC6"]
    assert all(words.values())
    assert Recusal.objects.filter(expert=mine, application=filed, code="RC1").count() == 1
    text = signed_in(town.he).get(reverse("reviews:desk:recusals", args=[made.ref])).content.decode()
    assert "OLD-7" in text and "博士导师" in text


def test_relation_that_was_ended_bars_no_more(town, made):
    mine = make.expert(town, 1)
    tie = actions.declare_tie(make.Actor.of(mine.person), mine, code="RC5", organisation=town.a, note="持股")
    actions.end_tie(make.Actor.of(mine.person), tie, why="填错单位")
    assert found(made, mine) == {}


def test_marked_expert_is_no_candidate_of_a_draw(town, made):
    bad = make.pool(town)[0]
    accounts.mark(make.system("test"), level=MarkLevel.SERIOUS, kind="CASE", reason="查实", since=clock.today(), person=bad.person)
    draw = actions.commit_draw(town.he, made, public_source="次日指数")
    assert bad.pk not in queries.key_of(draw).values()
    assert len(draw.candidates["experts"]) == Expert.objects.count() - 1


def test_conflict_that_arose_after_the_draw_is_found_at_the_answer(town, invited):
    seat = make.seats(invited, "INVITED")[0]
    other = make.seats(invited, "INVITED")[-1]
    accounts.employ(make.system("test"), seat.expert.person, seat.item.application.unit, since=date(2020, 1, 1))
    actions.declare_and_accept(make.owner(seat), invited)
    seat.refresh_from_db()
    assert (seat.status, seat.decline_reason) == ("DECLINED", "CONFLICT")
    row = LedgerRow.objects.filter(verb="reviews.batch.recusals", target_id=invited.pk).latest("pk")
    assert row.actor_id is None and seat.expert.person.name not in row.actor_label  # who sits where is told by no row of the batch
    assert Recusal.objects.filter(expert=seat.expert, application=seat.item.application, code="RC1", found_by="AUTO").exists()
    assert Assignment.objects.get(replaces=seat).status == "INVITED"
    if other.expert_id != seat.expert_id:  # the control: nobody else is touched
        actions.declare_and_accept(make.owner(other), invited)
        other.refresh_from_db()
        assert other.status == "ACCEPTED"


def test_alternate_with_a_new_conflict_or_a_mark_is_passed_over(town, invited):
    seat = make.seats(invited, "INVITED")[0]
    waiting = list(Assignment.objects.filter(item=seat.item, is_alternate=True, status="DRAWN").select_related("expert__person").order_by("order"))
    accounts.employ(make.system("test"), waiting[0].expert.person, seat.item.application.unit, since=date(2020, 1, 1))
    accounts.mark(make.system("test"), level=MarkLevel.SERIOUS, kind="CASE", reason="查实", since=clock.today(), person=waiting[1].expert.person)
    actions.decline(make.owner(seat), invited, reason_code="BUSY")
    called = Assignment.objects.get(replaces=seat)
    assert called.expert_id not in (waiting[0].expert_id, waiting[1].expert_id)
    assert called.order >= 2


def test_removed_expert_gives_his_invitation_to_the_next(town, invited):
    seat = make.seats(invited, "INVITED")[0]
    with pytest.raises(Refused):
        actions.remove(town.chen, seat.expert, why="失信")
    actions.remove(town.he, seat.expert, why="失信")
    seat.refresh_from_db()
    assert seat.status == "DECLINED" and Assignment.objects.get(replaces=seat).status == "INVITED"


# --- late ------------------------------------------------------------------------------------------------------------


def test_late_conflict_while_scoring_voids_the_sheet_and_calls_the_next(town, scoring):
    seat = make.seats(scoring, "ACCEPTED")[0]
    actions.submit_sheet(make.owner(seat), seat, values=make.sheet(scoring, 0.3))
    with pytest.raises(Refused):
        actions.uphold(town.he, seat, code="RC5", note="持股")
    actions.uphold(town.chen, seat, code="RC5", note="持股")
    called = Assignment.objects.get(replaces=seat)
    assert called.status == "INVITED" and Deadline.objects.filter(kind="reviews.answers", target_id=scoring.pk, done_at=None).exists()
    assert seat.item_id not in {row.assignment.item_id for row in queries.sheets_of(scoring)}
    assert Score.objects.get(assignment=seat).total is not None  # the sheet stays readable
    assert Recusal.objects.get(expert=seat.expert, found_by="LATE").code == "RC5"


def test_late_conflict_after_the_close_takes_scores_again_and_figures_follow(town, scoring):
    make.score_all(scoring)
    batch = actions.close_batch(town.chen, scoring)
    seat = make.seats(batch, "SUBMITTED")[0]
    before = seat.item.mean, batch.items.get(pk=seat.item_id).count
    actions.report_conflict(make.owner(seat), seat, code="RC3", note="表亲参与该项目")
    page = signed_in(town.chen).get(reverse("reviews:desk:seats", args=[batch.ref])).content.decode()
    assert "表亲参与该项目" in page
    clock.shift_to(batch.due_at + timedelta(hours=1))
    given = {"code": "RC3", "note": "表亲参与该项目", "due_at": ""}
    client, url = signed_in(town.chen), reverse("reviews:desk:seat_void", args=[batch.ref, seat.uid])
    asked = client.post(url, given)
    forms = [one.form for _application, seats in asked.context["rows"] for one in seats if one.form.errors]
    assert [set(form.errors) for form in forms] == [{"due_at"}]
    assert asked.status_code == 422 and "表亲参与该项目" in asked.content.decode()  # a time for the alternate is needed; nothing typed is lost
    assert Batch.objects.get(pk=batch.pk).status == "CLOSED"
    until = clock.now() + timedelta(days=5)
    assert client.post(url, given | {"due_at": f"{clock.local(until):%Y-%m-%dT%H:%M}"}).status_code == 302
    batch = make.fresh(batch)
    item = batch.items.get(pk=seat.item_id)
    assert batch.status == "SCORING" and item.count == before[1] - 1
    again = client.post(url, given | {"due_at": f"{clock.local(until):%Y-%m-%dT%H:%M}"})
    assert [set(one.form.errors) for _application, seats in again.context["rows"] for one in seats if one.form.errors] == [{"__all__"}]  # void already: no fault of the time
    called = Assignment.objects.get(replaces=seat)
    actions.declare_and_accept(make.owner(make.seats(batch, "INVITED")[0]), batch)
    called = next(one for one in make.seats(batch, "ACCEPTED") if one.pk == called.pk)
    actions.submit_sheet(make.owner(called), called, values=make.sheet(batch, 0.5))
    batch = actions.close_batch(town.chen, batch)
    item.refresh_from_db()
    assert item.count == before[1] and actions.problems_of(batch) == []
    assert LedgerRow.objects.filter(verb="reviews.batch.reopen", why__contains="表亲").exists()


def test_fees_wait_for_the_close(town, scoring):
    with pytest.raises(Refused):
        actions.make_fees(town.chen, scoring)


# --- locks, and applications that leave ------------------------------------------------------------------------------


def first_lock(act) -> str:
    """Which table an act locks first."""
    with CaptureQueriesContext(connection) as found, transaction.atomic():
        act()
    return next(one["sql"] for one in found if " FOR " in one["sql"] and "UPDATE" in one["sql"]).split('FROM "')[1].split('"')[0]


def test_every_act_that_calls_an_alternate_holds_the_batch_first(town, invited):
    """Two experts who decline one application at once would otherwise each hold the row the other waits for."""
    one, two, three, *_rest = make.seats(invited, "INVITED")
    assert first_lock(lambda: actions.decline(make.owner(one), invited, reason_code="BUSY")) == "reviews_batch"
    assert first_lock(lambda: actions.void(town.chen, two, why="重复指派")) == "reviews_batch"
    assert first_lock(lambda: actions.expire_invitations(make.system("clock"), invited)) == "reviews_batch"
    who = make.seats(invited, "INVITED")[0]
    assert first_lock(lambda: actions.declare_and_accept(make.owner(who), invited)) == "reviews_batch"
    waiting = make.seats(invited, "INVITED")[0]
    token = queries.link_of(waiting).split("/")[2]
    assert first_lock(lambda: actions.decline_by_link(token, reason_code="BUSY")) == "reviews_batch"


def test_who_is_called_again_still_finds_the_sheets_taken_on(town, scoring):
    """A second invitation stands above the sheets, not in their place."""
    seat = make.seats(scoring, "ACCEPTED")[0]
    Assignment.objects.filter(expert=seat.expert).exclude(pk=seat.pk).update(status="INVITED", invited_at=clock.now())
    if not Assignment.objects.filter(expert=seat.expert, status="INVITED").exists():
        other = scoring.items.exclude(pk=seat.item_id).first()
        Assignment.objects.create(batch=scoring, item=other, expert=seat.expert, alias=seat.alias, status="INVITED", order=99, invited_at=clock.now(), due_at=seat.due_at)
    page = signed_in(make.owner(seat)).get(reverse("reviews:review:batch", args=[scoring.ref])).content.decode()
    assert reverse("reviews:review:accept", args=[scoring.ref]) in page and reverse("reviews:review:task", args=[seat.uid]) in page


def test_nobody_is_called_after_the_close(town, invited):
    """An invitation that nobody answered outlives the review; what becomes of it then moves nobody."""
    seat = make.seats(invited, "INVITED")[0]
    type(invited).objects.filter(pk=invited.pk).update(status="CLOSED", closed_sha256="x")
    actions.remove(town.he, seat.expert, why="失信")
    seat.refresh_from_db()
    assert seat.status == "DECLINED" and not Assignment.objects.filter(replaces=seat).exists()


def test_organiser_hears_of_a_removed_expert_who_has_accepted(town, scoring):
    seat = make.seats(scoring, "ACCEPTED")[0]
    actions.remove(town.he, seat.expert, why="失信")
    told = Message.objects.get(event="reviews.expert_gone", person=town.chen.id)
    assert seat.alias in told.subject and seat.expert.person.name not in told.subject + told.body


def test_who_is_removed_leaves_the_desk_once_nothing_is_in_hand(town, scoring):
    """The role of review expert also opens the review of topics; a removed expert keeps it only until the sheets taken on are done."""
    seat, free = make.seats(scoring, "ACCEPTED")[0], make.expert(town, 77)
    holds = lambda expert: expert.person.memberships.filter(role="EXPERT", status="ACTIVE").exists()  # noqa: E731
    for expert in (seat.expert, free):
        actions.remove(town.he, expert, why="失信")
    assert holds(seat.expert) and not holds(free)
    mine = Assignment.objects.filter(expert=seat.expert)
    mine.update(status="SUBMITTED")
    keep_pool()
    assert holds(seat.expert), "a fee is owed, and the account for it is given at the desk"
    mine.update(status="VOID")
    keep_pool()
    assert not holds(seat.expert)


def test_the_clock_looks_again_at_the_time_that_was_extended(town, scoring):
    until = scoring.due_at + timedelta(days=5)
    actions.extend_due(town.chen, scoring, due_at=until, why="春节")
    assert Deadline.objects.get(kind="reviews.due", target_id=scoring.pk, done_at=None).due_at == until


def test_withdrawn_application_leaves_the_review_and_takes_no_place(town, scoring):
    """What is withdrawn is scored by nobody any more, and the ranking counts neither its place nor its money."""
    first, second = scoring.items.order_by("pk")
    applications.withdraw(town.wang, first.application, why="改投其他计划")
    while events.drain():
        pass
    first.refresh_from_db()
    assert first.withdrawn and not second.withdrawn
    assert not Assignment.objects.filter(item=first).exclude(status__in=["VOID", "DECLINED"]).exists()
    assert Assignment.objects.filter(item=second, status="ACCEPTED").exists()
    make.score_all(scoring)
    batch = actions.close_batch(town.chen, make.fresh(scoring))
    make.audit_all(town, batch)
    ranked = actions.rank_batch(town.chen, make.fresh(batch))
    assert (ranked.items.get(pk=first.pk).outcome, ranked.items.get(pk=first.pk).rank) == ("WITHDRAWN", None)
    assert ranked.items.get(pk=second.pk).rank == 1
