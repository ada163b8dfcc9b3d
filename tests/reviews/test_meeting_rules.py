"""Points of withdrawn applications leave the agenda by themselves; a chair decides equal votes only where the rules say so, and never votes twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.policies import system
from core import clock
from core.workflow import Refused
from reviews import actions, policies
from reviews.models import AgendaItem, Attendee, Ballot, Meeting
from reviews.rules import meetings as rules
from tests.applications.client import signed_in
from tests.factories import reviews as make
from tests.kept import kept


@pytest.mark.parametrize(("votes", "share", "equal"), [
    ((3, 3, 0), "0.5", True), ((1, 1, 0), "0.5", True), ((0, 0, 4), "0.5", False), ((3, 2, 0), "0.5", False), ((3, 3, 1), "0.5", False),
    ((3, 3, 0), "0.6667", False)])
def test_equal_votes_are_those_that_one_more_decides(votes, share, equal):
    assert rules.tied(dict(zip(("FOR", "AGAINST", "ABSTAIN"), votes, strict=True)), Decimal(share)) is equal


@kept
def met(town, scoring) -> Meeting:
    """In session, everybody present, with a chair."""
    meeting = actions.plan_meeting(town.chen, make.fresh(scoring), kind="PANEL", title="会议评审", starts_at=clock.now() + timedelta(days=2),
                                   minutes_per_item=10, place="三楼")
    actions.call_meeting(town.chen, meeting)
    names = list(meeting.attendees.values_list("alias", flat=True))
    actions.set_presence(town.chen, meeting, aliases=names)
    actions.appoint_chair(town.chen, meeting, alias=names[0])
    return actions.start_meeting(town.chen, meeting)


@pytest.fixture
def deciding(met) -> Meeting:
    """The same under rules that let the chair decide."""
    Meeting.objects.filter(pk=met.pk).update(rules={**met.rules, "chair_tie": True})
    return Meeting.objects.select_related("batch__guide__special__plan", "chair__expert__person").get(pk=met.pk)


def members(meeting) -> list[Attendee]:
    return list(Attendee.objects.filter(meeting=meeting).select_related("expert__person"))


def actor(member):
    return make.Actor.of(member.expert.person)


def points(meeting) -> list[AgendaItem]:
    return list(AgendaItem.objects.filter(meeting=meeting).select_related("meeting__batch__guide__special__plan", "meeting__chair__expert", "item__application"))


def counted(town, meeting, *, chair: str = "") -> AgendaItem:
    """The first point with as many votes for it as against; the chair votes only where a vote of his is named."""
    point = actions.open_vote(town.chen, actions.open_point(town.chen, points(meeting)[0]))
    people = [one for one in members(meeting) if one.alias != Meeting.objects.select_related("chair").get(pk=meeting.pk).chair.alias]
    for place, member in enumerate(people[:len(people) // 2 * 2]):
        actions.vote(actor(member), point, choice="FOR" if place % 2 else "AGAINST")
    if chair:
        actions.vote(actor(members(meeting)[0]), point, choice=chair)
    return actions.count_votes(town.chen, point)


@pytest.mark.django_db
def test_without_the_rule_equal_votes_have_not_passed(town, met):
    point = counted(town, met)
    assert point.tally["FOR"] == point.tally["AGAINST"] > 0 and point.outcome == "FAILED"
    with pytest.raises(Refused):
        actions.break_tie(actor(members(met)[0]), points(met)[0], choice="FOR")


@pytest.mark.django_db
@pytest.mark.parametrize(("choice", "outcome"), [("FOR", "PASSED"), ("AGAINST", "FAILED")])
def test_a_chair_who_has_not_voted_decides_openly_and_once(town, deciding, choice, outcome):
    point, chair = counted(town, deciding), actor(members(deciding)[0])
    assert point.outcome == "TIE"
    for rest in points(deciding)[1:]:
        actions.skip_point(town.chen, rest, why="改期")
    with pytest.raises(Refused, match="组长"):  # it waits
        actions.end_meeting(town.chen, deciding)
    with pytest.raises(Refused, match="组长"):  # nobody is put in the chair for this vote
        actions.appoint_chair(town.chen, deciding, alias=members(deciding)[1].alias)
    for other in (actor(members(deciding)[1]), town.chen):
        with pytest.raises(Refused):
            actions.break_tie(other, points(deciding)[0], choice=choice)
    client = signed_in(chair)
    page = client.get(reverse("reviews:review:meeting", args=[deciding.uid])).content.decode()
    assert reverse("reviews:review:tie", args=[point.pk]) in page
    assert client.post(reverse("reviews:review:tie", args=[point.pk]), {"choice": "ABSTAIN"}).status_code == 409
    assert client.post(reverse("reviews:review:tie", args=[point.pk]), {"choice": choice}).status_code == 302
    row = AgendaItem.objects.get(pk=point.pk)
    assert (row.outcome, row.chair_choice, row.tally) == (outcome, choice, point.tally)
    with pytest.raises(Refused):
        actions.break_tie(chair, points(deciding)[0], choice="FOR")
    with pytest.raises(Refused):
        actions.vote(chair, row, choice="FOR")
    minutes = actions.end_meeting(town.chen, deciding).minutes.context
    assert "组长决定" in minutes["points"][0]["result"] and minutes["chair_tie"]


@pytest.mark.django_db
def test_a_chair_who_has_voted_decides_nothing(town, deciding, monkeypatch):
    """The chair's own vote makes the votes equal: no tie is left to decide. The control is the guard taken away."""
    people = members(deciding)
    gone = people[1:] if len(people) % 2 else people[2:]
    point = actions.open_vote(town.chen, actions.open_point(town.chen, points(deciding)[0]))
    voters = [people[0], *gone][: len([people[0], *gone]) // 2 * 2]
    for place, member in enumerate(voters):
        actions.vote(actor(member), point, choice="FOR" if place % 2 else "AGAINST")
    row = actions.count_votes(town.chen, point)
    assert row.tally["FOR"] == row.tally["AGAINST"] and row.outcome == "FAILED"
    AgendaItem.objects.filter(pk=row.pk).update(outcome="TIE")  # as if it had been left to the chair
    with pytest.raises(Refused, match="组长也是一票|每人"):
        actions.break_tie(actor(people[0]), points(deciding)[0], choice="FOR")
    from reviews import workflow

    monkeypatch.setattr(workflow, "chair_is_free", lambda agenda: True)
    assert actions.break_tie(actor(people[0]), points(deciding)[0], choice="FOR").outcome == "PASSED"


@pytest.mark.django_db
def test_a_chair_with_a_conflict_decides_nothing(town, deciding):
    chair = members(deciding)[0]
    actions.leave_point(town.chen, points(deciding)[0], code="RC3", note="亲属", alias=chair.alias)
    assert counted(town, deciding).outcome == "FAILED"


@pytest.mark.django_db
def test_the_rule_of_the_guide_reaches_the_batch_and_its_meetings(town, scoring):
    assert scoring.rules["chair_tie"] is False
    from reviews.actions.batches import numbers_of

    guide = scoring.guide
    guide.version.data["review"]["chair_tie"] = True
    assert numbers_of(guide)["chair_tie"] is True


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["WAITING", "OPEN", "VOTING"])
def test_a_withdrawn_application_leaves_the_agenda_with_the_reason(town, met, state):
    point, other = points(met)[:2]
    if state != "WAITING":
        actions.open_point(town.chen, point)
    if state == "VOTING":
        actions.open_vote(town.chen, point)
        actions.vote(actor(members(met)[1]), point, choice="FOR")
    actions.drop_application(system("withdrawal"), point.item.application, why="单位撤回")
    row = AgendaItem.objects.get(pk=point.pk)
    assert (row.status, row.box) == ("SKIPPED", "") and "撤回" in row.why and AgendaItem.objects.get(pk=other.pk).status == "WAITING"
    actions.skip_point(town.chen, points(met)[1], why="改期")
    minutes = actions.end_meeting(town.chen, met).minutes.context["points"][0]
    assert minutes["result"] == "未审议" and "单位撤回" in minutes["why"]


@pytest.mark.django_db
def test_a_point_whose_application_is_gone_is_not_opened(town, met, monkeypatch):
    """Between the withdrawal and what follows from it somebody may press the button."""
    point = points(met)[0]
    type(point.item).objects.filter(pk=point.item_id).update(withdrawn=True)
    with pytest.raises(Refused, match="撤回"):
        actions.open_point(town.chen, points(met)[0])
    type(point.item).objects.filter(pk=point.item_id).update(withdrawn=False)
    assert actions.open_point(town.chen, points(met)[0]).status == "OPEN"  # the control


@pytest.mark.django_db
def test_before_and_after_a_meeting(town, scoring):
    """A planned meeting loses its point too; minutes that are made stay."""
    meeting = actions.plan_meeting(town.chen, make.fresh(scoring), kind="PANEL", title="会议评审", starts_at=clock.now() + timedelta(days=2),
                                   minutes_per_item=10, place="三楼")
    point = points(meeting)[0]
    actions.drop_application(system("withdrawal"), point.item.application, why="单位撤回")
    assert AgendaItem.objects.get(pk=point.pk).status == "SKIPPED"
    with pytest.raises(Refused):
        actions.skip_point(town.chen, points(meeting)[1], why="不在会上")
    assert policies.leaves_out(town.li, points(meeting)[1])
    assert not Ballot.objects.filter(agenda=point, voted=True).exists()
