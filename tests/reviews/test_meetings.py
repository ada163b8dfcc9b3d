"""Meetings: who is told, quorum without those who left, votes nobody can trace, minutes that are frozen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Membership
from core import clock, crypt
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Message
from notices.tasks import mail_for
from reviews import actions
from reviews.models import AgendaItem, Assignment, Attendee, Ballot, Meeting, Recusal
from reviews.rules import meetings as rules
from tests.applications.client import cost, signed_in
from tests.factories import reviews as make
from tests.kept import kept

D = Decimal


# --- rules, without the database -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("eligible", "need"), [(7, 5), (5, 4), (3, 2), (1, 1), (0, 1)])
def test_quorum_is_rounded_up(eligible, need):
    assert rules.quorum(eligible, D("0.66")) == need


def test_a_box_has_one_length_whatever_is_in_it():
    box = rules.empty_box(["FOR", "AGAINST"])
    fuller = rules.put_in(rules.put_in(box, "FOR"), "FOR")
    assert len(box) == len(fuller) and rules.counted(fuller) == {"FOR": 2, "AGAINST": 0}
    with pytest.raises(KeyError):
        rules.put_in(box, "MAYBE")


def test_more_than_half_of_all_votes_passes_and_a_tie_elects_nobody():
    assert rules.passed({"FOR": 3, "AGAINST": 1, "ABSTAIN": 1}, D("0.5"))
    assert not rules.passed({"FOR": 2, "AGAINST": 1, "ABSTAIN": 1}, D("0.5"))
    assert (rules.elected({"a": 3, "b": 2}), rules.elected({"a": 2, "b": 2}), rules.elected({"a": 0})) == ("a", "", "")


# --- a meeting -------------------------------------------------------------------------------------------------------


@kept
def called(town, scoring) -> Meeting:
    meeting = actions.plan_meeting(town.chen, make.fresh(scoring), kind="DEFENCE", title="答辩评审会", starts_at=clock.now() + timedelta(days=3),
                                   minutes_per_item=30, place="市民中心", elect_chair=True)
    return actions.call_meeting(town.chen, meeting)


@pytest.fixture
def running(town, called) -> Meeting:
    for member in members(called):
        actions.attend(actor(member), called)
    return actions.start_meeting(town.chen, called)


def members(meeting) -> list[Attendee]:
    return list(Attendee.objects.filter(meeting=meeting).select_related("expert__person"))


def actor(member):
    return make.Actor.of(member.expert.person)


def points(meeting) -> list[AgendaItem]:
    return list(AgendaItem.objects.filter(meeting=meeting).select_related("meeting__batch__guide__special__plan", "item__application"))


def voted(town, point, choices) -> AgendaItem:
    actions.open_vote(town.chen, actions.open_point(town.chen, point))
    ballots = Ballot.objects.filter(agenda=point, recused=False).select_related("attendee__expert__person")
    for ballot, choice in zip(ballots, choices, strict=True):
        actions.vote(actor(ballot.attendee), point, choice=choice)
    return actions.count_votes(town.chen, point)


@pytest.mark.django_db
def test_members_hear_of_the_meeting_and_leaders_of_their_own_time_alone(town, called):
    first = points(called)[1]
    assert [one.starts_at - called.starts_at for one in points(called)] == [timedelta(minutes=30 * n) for n in range(3)]
    assert Message.objects.filter(event="reviews.invite", person__in=[one.expert.person for one in members(called)], subject__contains="答辩评审会").count() == len(members(called))
    told = Message.objects.filter(event="application.meeting", person=first.item.application.leader).get()
    assert f"{clock.local(first.starts_at):%Y-%m-%d %H:%M}" in told.subject and "专家" not in told.subject + told.body
    client = signed_in(actor(members(called)[0]))
    page = client.get(reverse("reviews:review:meeting_calendar", args=[called.uid]))
    assert page.headers["Content-Type"].startswith("text/calendar") and f"UID:review-meeting-{called.uid}@keguan" in page.content.decode().replace("\r\n ", "")
    for stranger in (town.li, town.wang, town.stranger):
        assert signed_in(stranger).get(reverse("reviews:review:meeting", args=[called.uid])).status_code in (403, 404)


@pytest.mark.django_db
def test_a_meeting_needs_its_quorum_and_its_organiser(town, called):
    with pytest.raises(Refused):
        actions.start_meeting(town.chen, called)
    for who in ("he", "sun", "lead", "li"):
        with pytest.raises(Refused):
            actions.set_presence(getattr(town, who), called, aliases=[])
    need = rules.quorum(len(members(called)), D("0.66"))
    actions.set_presence(town.chen, called, aliases=[one.alias for one in members(called)][: need - 1])
    with pytest.raises(Refused):
        actions.start_meeting(town.chen, called)
    actions.set_presence(town.chen, called, aliases=[one.alias for one in members(called)][:need])
    assert actions.start_meeting(town.chen, called).status == "RUNNING"


@pytest.mark.django_db
def test_the_way_of_a_meeting_to_its_minutes(town, running):
    election, first, second = points(running)
    people = members(running)
    with pytest.raises(Refused):  # no chair yet
        actions.open_point(town.chen, first)
    voted(town, election, [people[0].alias] * len(people))
    actions.open_point(town.chen, first)
    with pytest.raises(Refused):  # one point at a time
        actions.open_point(town.chen, second)
    gone = people[1]
    actions.leave_point(actor(gone), first, code="RC3", note="亲属")
    assert Recusal.objects.filter(expert=gone.expert, application=first.item.application, code="RC3").count() == 1
    actions.open_vote(town.chen, first)
    with pytest.raises(Refused, match="回避"):
        actions.vote(actor(gone), first, choice="FOR")
    chair = actor(people[0])
    actions.vote(chair, first, choice="FOR")
    with pytest.raises(Refused, match="组长"):
        actions.vote(chair, first, choice="FOR")
    for member in people[2:]:
        actions.vote(actor(member), first, choice="AGAINST")
    decided = actions.count_votes(town.chen, first)
    assert (decided.outcome, decided.tally["FOR"], decided.tally["AGAINST"], decided.box) == ("FAILED", 1, len(people) - 2, "")
    with pytest.raises(Refused):
        actions.end_meeting(town.chen, running)
    actions.skip_point(town.chen, second, why="项目负责人请假")
    ended = actions.end_meeting(town.chen, running)
    minutes = ended.minutes
    assert minutes.status == "ISSUED" and minutes.number
    said = minutes.context["points"]
    assert gone.alias in said[1]["left"] and said[1]["eligible"] == len(people) - 1 and said[2]["why"] == "项目负责人请假"
    assert minutes.context["chair"] == people[0].alias and "专家甲" not in str(minutes.context)


@pytest.mark.django_db
def test_nothing_in_the_database_tells_who_voted_what(town, running):
    """Two meetings with the same voters and opposite choices leave rows that differ in nothing but sealed texts of one length."""
    election, first, _second = points(running)
    people = members(running)
    voted(town, election, [people[0].alias] * len(people))
    actions.open_vote(town.chen, actions.open_point(town.chen, first))

    def left_behind(choices):
        from django.db import transaction

        with transaction.atomic():
            rows = LedgerRow.objects.order_by("-pk").first().pk
            for member, choice in zip(people, choices, strict=True):
                actions.vote(actor(member), first, choice=choice)
            boxed = AgendaItem.objects.values().get(pk=first.pk)
            state = ({**boxed, "box": len(boxed["box"])}, list(Ballot.objects.filter(agenda=first).order_by("pk").values()),
                     LedgerRow.objects.filter(pk__gt=rows).count())
            opened = rules.counted(crypt.open_sealed(boxed["box"]))
            transaction.set_rollback(True)
        return state, opened

    one, other = (["FOR"] * 2 + ["AGAINST"] * (len(people) - 2)), (["AGAINST"] * 2 + ["FOR"] * (len(people) - 2))
    (state, counts), (again, others) = left_behind(one), left_behind(other)
    assert state == again and state[2] == 0
    assert counts["FOR"] == others["AGAINST"] == 2  # the control: the votes did go in
    assert not {field.name for field in Ballot._meta.fields} & {"at", "choice", "created_at", "voted_at"}


@pytest.mark.django_db
def test_too_few_voters_keep_no_secret_and_are_not_counted(town, running):
    election, first, _second = points(running)
    people = members(running)
    actions.appoint_chair(town.chen, running, alias=people[0].alias)
    actions.skip_point(town.chen, election, why="指定")
    for member in people[2:]:
        actions.leave_point(town.chen, first, code="RC5", note="有关系", alias=member.alias)
    first = actions.open_point(town.chen, points(running)[1])
    with pytest.raises(Refused, match="推知|无记名"):
        actions.open_vote(town.chen, first)


@pytest.mark.django_db
def test_the_wall_shows_progress_and_no_name(town, running):
    election, *_rest = points(running)
    people = members(running)
    url = reverse("reviews:desk:screen", args=[running.uid])
    client = signed_in(town.chen)
    actions.open_vote(town.chen, actions.open_point(town.chen, election))
    actions.vote(actor(people[2]), election, choice=people[1].alias)
    text = client.get(url).content.decode()
    assert f"1<small> / {len(people)}" in text and 'hx-trigger="every 3s"' in text and "<noscript>" in text
    shown = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in shown
    assert not [word for word in ("专家甲", town.chen.person.name, people[1].alias, people[2].alias) if word in text]


@pytest.mark.django_db
def test_pages_of_a_meeting_cost_the_same_with_one_point_and_three(town, running):
    client, mine = signed_in(town.chen), signed_in(actor(members(running)[0]))
    desk, own = reverse("reviews:desk:meeting", args=[running.uid]), reverse("reviews:review:meeting", args=[running.uid])
    three = cost(mine, own), cost(client, reverse("reviews:desk:screen", args=[running.uid]))
    Membership.objects.filter(person=town.chen.id, role="DIVISION").update(scope=running.batch.guide.special.code)  # asked of every point
    desk_three = cost(client, desk)
    for point in points(running)[1:]:
        Ballot.objects.filter(agenda=point).delete()
        point.delete()
    assert (cost(mine, own), cost(client, reverse("reviews:desk:screen", args=[running.uid]))) == three
    assert cost(client, desk) == desk_three < 40


@pytest.mark.django_db
def test_a_meeting_is_planned_moved_and_called_by_pages(town, scoring):
    client, at = signed_in(town.chen), clock.local(clock.now() + timedelta(days=2))
    url = reverse("reviews:desk:meeting_new", args=[scoring.ref])
    given = {"kind": "PANEL", "title": "会议评审", "starts_at": f"{at:%Y-%m-%dT%H:%M}", "minutes_per_item": "15", "group": "", "link": ""}
    wrong = client.post(url, given | {"place": ""})
    assert wrong.status_code == 422 and set(wrong.context["form"].errors) == {"place"} and "会议评审" in wrong.content.decode()
    assert client.post(url, given | {"place": "三楼会议室"}).status_code == 302
    meeting = Meeting.objects.get()
    first, second = points(meeting)
    client.post(reverse("reviews:desk:meeting_order", args=[meeting.uid]), {f"o-{first.pk}": "2", f"o-{second.pk}": "1"})
    assert [one.pk for one in points(meeting)] == [second.pk, first.pk]
    assert client.post(reverse("reviews:desk:meeting_call", args=[meeting.uid])).status_code == 302
    before = Message.objects.filter(event="reviews.invite").count()
    later = f"{at + timedelta(days=1):%Y-%m-%dT%H:%M}"
    client.post(reverse("reviews:desk:meeting_move", args=[meeting.uid]), {"starts_at": later, "place": "二楼", "link": "", "why": "改期"})
    meeting.refresh_from_db()
    assert meeting.place == "二楼" and Message.objects.filter(event="reviews.invite").count() > before
    client.post(reverse("reviews:desk:meeting_cancel", args=[meeting.uid]), {"why": "取消"})
    meeting.refresh_from_db()
    assert meeting.status == "CANCELLED"


@pytest.mark.django_db
def test_a_conflict_that_came_to_light_after_the_planning_takes_its_member_out(town, running):
    """Ballots are made with the plan; the control is everybody else, who still votes."""
    election, first, _second = points(running)
    people = members(running)
    voted(town, election, [people[0].alias] * len(people))
    seat = Assignment.objects.select_related("batch", "expert__person", "item__application").get(item=first.item_id, expert=people[1].expert_id)
    actions.open_point(town.chen, first)
    actions.report_conflict(actor(people[1]), seat, code="RC3", note="表亲参与")
    assert not Ballot.objects.get(agenda=first, attendee=people[1]).recused
    actions.open_vote(town.chen, first)
    assert Ballot.objects.get(agenda=first, attendee=people[1]).code == "RC3"
    with pytest.raises(Refused, match="回避"):
        actions.vote(actor(people[1]), first, choice="FOR")
    for member in (people[0], *people[2:]):
        actions.vote(actor(member), first, choice="FOR")
    assert actions.count_votes(town.chen, first).tally["FOR"] == len(people) - 1


@pytest.mark.django_db
def test_a_vote_that_cannot_come_to_its_number_is_broken_off(town, running):
    election, first, _second = points(running)
    people = members(running)
    voted(town, election, [people[0].alias] * len(people))
    actions.open_vote(town.chen, actions.open_point(town.chen, first))
    actions.vote(actor(people[0]), first, choice="FOR")
    for gone in people[2:]:
        actions.leave_point(actor(gone), first, code="RC3", note="亲属")
    actions.vote(actor(people[1]), first, choice="FOR")
    with pytest.raises(Refused):
        actions.count_votes(town.chen, first)
    with pytest.raises(Refused):  # never without a reason
        actions.deal_again(town.chen, first, why=" ")
    again = actions.deal_again(town.chen, first, why="可投票人数不足")
    assert (again.status, again.box) == ("OPEN", "") and not Ballot.objects.filter(agenda=first, voted=True).exists()
    assert actions.skip_point(town.chen, first, why="改为通讯评审").status == "SKIPPED"


def test_the_box_of_many_choices_has_one_length_as_well():
    names = [f"专家{number:03d}" for number in range(1, 161)]
    box = rules.empty_box(names)
    fuller = box
    for _turn in range(160):
        fuller = rules.put_in(fuller, names[3])
    assert len(box) == len(fuller) and rules.elected(rules.counted(fuller)) == "专家004"


@pytest.mark.django_db
def test_who_accepts_after_the_planning_belongs_to_the_meeting_until_it_begins(town, invited):
    first, *others = {seat.expert_id: seat for seat in make.seats(invited, "INVITED")}.values()
    for seat in others:
        actions.declare_and_accept(make.owner(seat), invited)
    plan = {"kind": "PANEL", "starts_at": clock.now() + timedelta(days=3), "minutes_per_item": 30, "place": "市民中心"}
    called = actions.call_meeting(town.chen, actions.plan_meeting(town.chen, make.fresh(invited), title="先通知的会", **plan))
    begun = actions.call_meeting(town.chen, actions.plan_meeting(town.chen, make.fresh(invited), title="已开的会", **plan))
    for member in members(begun):
        actions.attend(actor(member), begun)
    actions.start_meeting(town.chen, begun)
    count = called.attendees.count()
    ref = first.item.application.ref
    actions.declare_and_accept(make.owner(first), invited, conflicts={ref: ("RC3", "亲属")})
    joined = called.attendees.get(expert=first.expert_id)
    assert called.attendees.count() == count + 1 and not begun.attendees.filter(expert=first.expert_id).exists()
    assert {ballot.agenda.item.application.ref: ballot.recused for ballot in joined.ballots.all()} == {
        point.item.application.ref: point.item.application.ref == ref for point in points(called)}
    told = Message.objects.filter(event="reviews.invite", subject__contains="先通知的会")
    assert told.filter(person=first.expert.person).count() == 1 and told.count() == count + 1
    assert LedgerRow.objects.filter(verb="reviews.meeting.join").values_list("data__alias", flat=True).get() == joined.alias
    assert signed_in(make.owner(first)).get(reverse("reviews:review:meeting", args=[called.uid])).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_a_slip_in_the_year_stands_beside_its_field(town, scoring, year):
    """An agenda of the last day of the calendar ended in a crash; the control is a day next year."""
    client, url = signed_in(town.chen), reverse("reviews:desk:meeting_new", args=[scoring.ref])
    given = {"kind": "PANEL", "title": "会议评审", "minutes_per_item": "600", "group": "", "link": "", "place": "三楼"}
    wrong = client.post(url, given | {"starts_at": f"{year:04d}-12-31T23:59"})
    assert wrong.status_code == 422 and set(wrong.context["form"].errors) == {"starts_at"} and "三楼" in wrong.content.decode()
    assert client.post(url, given | {"starts_at": f"{clock.today().year + 1}-12-31T23:59"}).status_code == 302


@pytest.mark.django_db
def test_a_name_with_a_line_end_still_makes_a_mail(town, scoring):
    meeting = actions.plan_meeting(town.chen, scoring, kind="PANEL", title="评审会\nBcc: someone@else.example", starts_at=clock.now() + timedelta(days=2),
                                   minutes_per_item=20, place="三楼")
    actions.call_meeting(town.chen, meeting)
    letter = mail_for(Message.objects.filter(event="reviews.invite", subject__contains="评审会").first())
    assert "评审会 Bcc: someone@else.example" in letter.subject and list(letter.message()["Subject"].splitlines())[0]
    assert letter.bcc == [] and letter.message()["Bcc"] is None


@pytest.mark.django_db
def test_the_wall_tells_of_a_tie_and_of_the_end(town, called):
    client, url = signed_in(town.chen), reverse("reviews:desk:screen", args=[called.uid])
    people = members(called)
    for member in people:
        actions.attend(actor(member), called)
    actions.start_meeting(town.chen, called)
    names = [people[0].alias, people[1].alias]
    odd = len(people) % 2
    if odd:
        actions.set_presence(town.chen, called, aliases=[one.alias for one in people[1:]])
    election = points(called)[0]
    actions.open_vote(town.chen, actions.open_point(town.chen, election))
    for number, member in enumerate(people[odd:]):
        actions.vote(actor(member), election, choice=names[number % 2])
    assert actions.count_votes(town.chen, election).outcome == "TIE"
    text = client.get(url).content.decode()
    assert "票数相同" in text and "已选出" not in text and not [name for name in names if name in text]


@pytest.mark.django_db
def test_the_wall_shows_what_was_counted_last_whatever_its_place(town, running):
    election, first, second = points(running)
    people = members(running)
    voted(town, election, [people[0].alias] * len(people))
    voted(town, second, ["FOR"] * len(people))
    voted(town, first, ["AGAINST"] * len(people))
    shown = signed_in(town.chen).get(reverse("reviews:desk:screen", args=[running.uid]))
    assert shown.context["last"]["p"].pk == first.pk and "未通过" in shown.content.decode()


@pytest.mark.django_db
def test_a_cancelled_meeting_takes_nothing_more(town, called):
    point, member = points(called)[1], members(called)[0]
    actions.cancel_meeting(town.chen, called, why="改期")
    with pytest.raises(Refused, match="取消"):
        actions.leave_point(actor(member), point, code="RC3", note="亲属")
    assert not Recusal.objects.filter(batch=called.batch, code="RC3").exists()
    assert "即将开始" not in signed_in(town.chen).get(reverse("reviews:desk:screen", args=[called.uid])).content.decode()
