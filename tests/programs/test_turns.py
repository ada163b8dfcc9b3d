"""Whose turn it is: every hand-over is told, counted on the workbench and said on the page to exactly those who may act."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock
from core.workflow import Refused
from notices.models import Message
from portal.queries import desk
from programs import actions, queries
from programs.rules import Window
from programs.rules.planned import day_faults, time_remarks
from programs.workflow.basis import uses
from tests.factories import programs as make

pytestmark = pytest.mark.django_db


def told(event):
    return set(Message.objects.filter(event=event).values_list("person", flat=True))


def count(actor, label):
    rows = {row["label"]: row["count"] for group in desk.queues(actor) for row in group["rows"]}
    return {str(key): value for key, value in rows.items()}.get(label)


@pytest.fixture
def second(staff):
    """A second person of the resource division, who may make the legality check when the first has agreed."""
    person = accounts.create_person(system("test"), name="测试他", email="ta@programs.example")
    accounts.grant_role(system("test"), person, staff.bureau, Role.RESOURCE)
    return Actor.of(person)


def test_every_hand_over_of_a_guide_is_told_to_whose_turn_it_is(staff, drafted, second):
    actions.submit_guide(staff.chen, drafted)
    assert told("guide.turn") == {staff.he.id, second.id}
    Message.objects.all().delete()
    actions.agree_guide(staff.he, drafted)
    assert told("guide.turn") == {staff.sun.id, second.id}  # who agreed makes no legality check
    link = Message.objects.filter(event="guide.turn").first().link
    assert link == reverse("programs:desk:guide", args=[drafted.ref])
    Message.objects.all().delete()
    make.passed_law(staff, drafted)
    assert told("guide.turn") == {staff.lead.id}
    Message.objects.all().delete()
    actions.approve_guide(staff.lead, drafted)
    assert told("guide.turn") == {staff.chen.id}


def test_a_division_of_another_special_is_not_told(staff):
    other = accounts.create_person(system("test"), name="测试丙", email="bing@programs.example")
    accounts.grant_role(system("test"), other, staff.bureau, Role.DIVISION, scope="POC")
    make.approved_guide(staff)
    assert other.pk not in told("guide.turn")


def test_an_unfavourable_opinion_goes_back_by_the_resource_division(staff, drafted):
    actions.submit_guide(staff.chen, drafted)
    actions.agree_guide(staff.he, drafted)
    Message.objects.all().delete()
    answers = {point.code: (True, "") for point in queries.legal_points()}
    actions.check_guide_law(staff.sun, drafted, passed=False, text="限定了地域。", answers=answers)
    assert told("guide.turn") == {staff.he.id}
    assert count(staff.lead, "待审定的指南") in (None, 0)


def test_a_guide_submitted_again_is_told_again(staff, drafted):
    actions.submit_guide(staff.chen, drafted)
    actions.return_guide(staff.he, drafted, why="补充")
    actions.submit_guide(staff.chen, drafted)
    assert Message.objects.filter(event="guide.turn", person=staff.he.id).count() == 2


def test_the_workbench_counts_the_legality_check_until_it_is_filed(staff, drafted):
    actions.submit_guide(staff.chen, drafted)
    actions.agree_guide(staff.he, drafted)
    waiting = queries.turns.guides_waiting
    assert waiting(staff.sun)["to_check_law"] == 1
    assert waiting(staff.he)["to_check_law"] == 0  # two persons
    assert waiting(staff.lead)["to_approve"] == 0
    make.passed_law(staff, drafted)
    assert (waiting(staff.sun)["to_check_law"], waiting(staff.lead)["to_approve"]) == (0, 1)


def test_an_opinion_of_who_then_agreed_counts_for_nobody(staff, drafted, second):
    """The table refuses the approval, so the guide stands before the legality check again and not before the leader."""
    actions.submit_guide(staff.chen, drafted)
    actions.agree_guide(staff.he, drafted)
    answers = {point.code: (True, "") for point in queries.legal_points()}
    actions.check_guide_law(second, drafted, passed=True, text="无意见", answers=answers)
    assert queries.turns.guides_waiting(staff.lead) == {"to_check_law": 0, "to_approve": 1}
    actions.return_guide(staff.he, drafted, why="请核对附件")
    drafted.refresh_from_db()
    actions.submit_guide(staff.chen, drafted)
    actions.agree_guide(second, drafted)
    drafted.refresh_from_db()
    with pytest.raises(Refused):
        actions.approve_guide(staff.lead, drafted)
    assert queries.turns.guides_waiting(staff.lead)["to_approve"] == 0
    assert queries.turns.guides_waiting(staff.sun)["to_check_law"] == 1
    assert queries.turns.guides_waiting(staff.chen) == {"to_check_law": 0, "to_approve": 0}


def test_nothing_rests_on_a_discarded_draft(staff, drafted):
    assert uses([drafted.special])[drafted.special_id].guides == 1
    actions.discard_guide(staff.chen, drafted, why="重复起草")
    assert uses([drafted.special])[drafted.special_id].guides == 0


def test_workbench_counts_in_steady_queries(staff, django_assert_num_queries):
    plan = make.approved_plan(staff)

    def another():
        guide = make.draft_guide(staff, plan=plan)
        actions.submit_guide(staff.chen, guide)
        actions.agree_guide(staff.he, guide)
        make.passed_law(staff, guide)

    another()
    with django_assert_num_queries(4):  # guides, opinions, windows, policy documents
        assert queries.turns.guides_waiting(staff.lead)["to_approve"] == 1
    another()
    another()
    with django_assert_num_queries(4):
        assert queries.turns.guides_waiting(staff.lead)["to_approve"] == 3


def test_the_page_shows_the_legality_step_and_whose_turn_it_is(staff, drafted, sign_in):
    actions.submit_guide(staff.chen, drafted)
    url = reverse("programs:desk:guide_agree", args=[drafted.ref])
    page = sign_in(staff.he).post(url, follow=True).content.decode()
    assert "下一步：指南合法性和公平竞争审查" in page and "测试sun" in page
    page = sign_in(staff.sun).get(reverse("programs:desk:guide", args=[drafted.ref])).content.decode()
    assert reverse("programs:desk:guide_opinion", args=[drafted.ref]) in page
    assert "您当前没有需要办理的事项" not in page
    assert "您当前没有需要办理的事项" in sign_in(staff.qian).get(reverse("programs:desk:guide", args=[drafted.ref])).content.decode()


def test_the_drafter_reads_on_the_page_why_it_came_back(staff, drafted, sign_in):
    actions.submit_guide(staff.chen, drafted)
    actions.return_guide(staff.he, drafted, why="请补充受理时间说明")
    drafted.refresh_from_db()
    assert queries.last_return(drafted).why == "请补充受理时间说明"
    assert "请补充受理时间说明" in sign_in(staff.chen).get(reverse("programs:desk:guide", args=[drafted.ref])).content.decode()
    actions.submit_guide(staff.chen, drafted)
    drafted.refresh_from_db()
    assert queries.last_return(drafted) is None


def test_annual_plan_and_its_change_are_told(staff, second):
    plan = make.approved_plan(staff)
    assert told("plan.turn") == {staff.lead.id, staff.he.id, second.id}
    item = plan.items.first()
    change = actions.ask_change(staff.chen, plan, title="改项数", reason="储备增加", lines=[{"kind": "SET", "item": item, "count": 401}])
    actions.submit_change(staff.chen, change)
    assert told("plan_change.turn") == {staff.he.id, second.id}
    actions.check_change(staff.he, change)
    assert told("plan_change.turn") == {staff.he.id, second.id, staff.lead.id}
    actions.approve_change(staff.lead, change)
    assert told("plan_change.applied") == {staff.chen.id}


def test_a_returned_plan_is_told_to_its_drafter(staff):
    plan = actions.draft_plan(staff.he, 2031, tree=queries.tree_as_of(), control_figure=100, reserve=5)
    actions.add_item(staff.he, plan, special=make.special("POC"), title="甲", money=10, count=1, opens_month=11, closes_month=1)
    actions.submit_plan(staff.he, plan)
    actions.return_plan(staff.lead, plan, why="准备金偏低")
    assert Message.objects.get(event="plan.returned").person_id == staff.he.id


def test_a_topic_call_is_told(staff):
    call = actions.create_call(staff.chen, make.special("KEY-INDUSTRY"), year=2026, title="2026年度备选课题征集")
    actions.change_call(staff.chen, call, text="征集备选课题。")
    actions.set_streams(staff.chen, call, rows=[{"code": "1", "name": "专项1", "group": "A"}])
    actions.submit_call(staff.chen, call)
    assert told("topic_call.turn") == {staff.lead.id}
    actions.approve_call(staff.lead, call)
    assert told("topic_call.turn") == {staff.lead.id, staff.chen.id}
    actions.return_call(staff.lead, call, why="补充")
    assert told("topic_call.returned") == {staff.chen.id}


def test_a_desk_that_nobody_holds_is_said():
    turn = queries.turns.Turn("x", "监督处", ())
    assert "系统管理员" in turn.who


# --- discarding a draft ---------------------------------------------------------------------------------------------


def test_a_draft_is_discarded_with_a_reason_and_stays_for_the_record(staff, drafted):
    with pytest.raises(Refused):
        actions.discard_guide(staff.chen, drafted, why=" ")
    with pytest.raises(Refused):
        actions.discard_guide(staff.he, drafted, why="试填")
    drafted = actions.discard_guide(staff.chen, drafted, why="试填")
    assert drafted.status == "DISCARDED" and drafted.versions.exists()
    assert not queries.public_guides().filter(pk=drafted.pk).exists()
    with pytest.raises(Refused):
        actions.submit_guide(staff.chen, drafted)


def test_what_is_on_its_way_is_not_discarded_and_a_correction_only_by_a_leader(staff, drafted):
    actions.submit_guide(staff.chen, drafted)
    with pytest.raises(Refused):
        actions.discard_guide(staff.chen, drafted, why="试填")
    actions.return_guide(staff.he, drafted, why="退")
    actions.submit_guide(staff.chen, drafted)
    actions.agree_guide(staff.he, drafted)
    make.passed_law(staff, drafted)
    actions.approve_guide(staff.lead, drafted)
    old = actions.publish_guide(staff.chen, drafted)
    new = actions.supersede_guide(staff.chen, old, why="更正")
    with pytest.raises(Refused):
        actions.discard_guide(staff.chen, new, why="试填")
    assert actions.discard_guide(staff.lead, new, why="专项已暂停，不再更正").status == "DISCARDED"


# --- windows over the year's end, remarks ------------------------------------------------------------------------------


def faults(*days):
    return day_faults(2026, *days)


def test_an_item_opens_in_its_year_and_closes_within_twelve_months():
    assert faults(date(2026, 11, 20), date(2027, 1, 15)) == {}
    assert faults(None, None) == {}
    assert "opens_on" in faults(date(2027, 1, 1), date(2027, 2, 1))
    assert "closes_on" in faults(date(2026, 5, 1), date(2026, 4, 1))
    assert "closes_on" in faults(date(2026, 5, 1), date(2027, 5, 1))
    assert "closes_on" in faults(date(2026, 5, 1), None)


def test_months_over_the_years_end_are_kept_and_said(staff):
    plan = actions.draft_plan(staff.he, 2032, tree=queries.tree_as_of())
    item = actions.add_item(staff.he, plan, special=make.special("POC"), title="甲", money=10, count=1, opens_month=11, closes_month=1)
    assert item.window_text == "11月至次年1月"


def test_a_guide_beyond_its_item_and_a_short_window_are_remarked_not_refused(staff):
    clock.shift_to(clock.local(clock.now()).replace(month=5, day=10))  # the other window below is the whole year
    guide = make.draft_guide(staff, opens=1, closes=2)
    item = guide.plan_item
    opens = clock.local(guide.opens_at)  # the months of a plan are those of the bureau's calendar
    type(item).objects.filter(pk=item.pk).update(opens_month=opens.month % 12 + 1, closes_month=opens.month % 12 + 1)
    guide = queries.get_for(staff.chen, guide.ref)
    found = queries.remarks.guide_remarks(guide)
    assert len(found) == 2 and "A2" in found[0] and "20" in found[1]
    type(item).objects.filter(pk=item.pk).update(opens_month=1, closes_month=12)
    long = make.draft_guide(staff, plan=item.plan, windows=[(guide.opens_at.replace(month=1, day=2), guide.opens_at.replace(month=12, day=30))])
    found = queries.remarks.guide_remarks(queries.get_for(staff.chen, long.ref))
    assert not any("A2" in remark for remark in found)


def test_a_window_that_opened_before_the_publishing_or_is_short_is_remarked():
    now = clock.now()
    begun = Window(now - timedelta(minutes=26), now + timedelta(days=30))
    short = Window(now + timedelta(days=1), now + timedelta(days=1, minutes=30))
    good = Window(now + timedelta(days=1), now + timedelta(days=30))
    assert len(time_remarks([begun], 10, now, clock.local)) == 1
    assert len(time_remarks([short], 10, now, clock.local)) == 1
    assert time_remarks([good], 10, now, clock.local) == []
