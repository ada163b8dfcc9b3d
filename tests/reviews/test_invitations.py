"""Invitations: the link of the mail answers only when pressed, once and in time; the next alternate comes at once; reminders; calendar."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from core import clock
from core.workflow import Refused
from notices.models import Message
from reviews import actions, queries
from reviews.models import Assignment, Batch
from reviews.tasks import remind_invited
from tests.applications.client import signed_in
from tests.factories import reviews as make
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def seat(invited) -> Assignment:
    return make.seats(invited, "INVITED")[0]


def link(seat) -> str:
    return Message.objects.filter(person=seat.expert.person_id, event="reviews.invite").latest("pk").link


def state(seat) -> tuple[str, str]:
    seat.refresh_from_db()
    return seat.status, seat.decline_reason


def test_scanner_that_opens_every_link_answers_nothing(seat):
    page = Client().get(link(seat))
    assert page.status_code == 200
    assert Client().head(link(seat)).status_code == 200
    assert state(seat) == ("INVITED", "")
    text = page.content.decode()
    for one in Assignment.objects.filter(expert=seat.expert).select_related("item__application__unit"):
        assert one.item.application.title not in text and one.item.application.unit.name not in text  # no application is named without log-in


def test_link_declines_once_with_a_reason_and_the_next_is_invited_at_once(seat):
    url = link(seat)
    assert Client().post(url, {"reason_code": "OTHER", "note": ""}).status_code == 422  # another reason is said in words
    assert state(seat)[0] == "INVITED"
    assert Client().post(url, {"reason_code": "BUSY", "note": "出差"}).status_code == 200
    assert state(seat) == ("DECLINED", "BUSY")
    assert Assignment.objects.get(replaces=seat).status == "INVITED"
    assert Client().post(url, {"reason_code": "FIELD"}).status_code == 404
    assert state(seat) == ("DECLINED", "BUSY")
    later = Assignment.objects.filter(batch=seat.batch, expert=seat.expert).exclude(pk=seat.pk).first()
    Assignment.objects.filter(pk=later.pk).update(status="INVITED", decline_reason="")  # called again, as an alternate may be
    assert Client().post(url, {"reason_code": "FIELD"}).status_code == 404
    assert signed_in(make.owner(seat)).get(url).status_code == 302  # whoever is signed in is led to his page all the same
    assert state(later)[0] == "INVITED"  # the old link answers no new invitation


def test_link_never_accepts_and_carries_no_session(seat):
    client = Client()
    client.get(link(seat))
    assert client.get(reverse("reviews:review:batch", args=[seat.batch.ref])).status_code == 302  # to the log-in
    assert client.post(reverse("reviews:review:accept", args=[seat.batch.ref]), {"pledge": "on"}).status_code == 302
    assert state(seat)[0] == "INVITED"
    own = signed_in(make.owner(seat)).get(link(seat))
    assert own.status_code == 302 and own["Location"] == reverse("reviews:review:batch", args=[seat.batch.ref])


@pytest.mark.parametrize("token", ["x", signing.dumps("no-uid", salt=queries.invitations.LINK), signing.dumps("3f1c", salt="another")],
                         ids=["not a token", "names nobody", "of another kind"])  # a token holds the second it was made in
def test_forged_link_is_refused(seat, token):
    assert Client().post(reverse("reviews:public:invitation", args=[token]), {"reason_code": "BUSY"}).status_code == 404


def test_link_of_another_purpose_is_refused(seat):
    token = signing.dumps(str(seat.uid), salt="programs.search.stop")
    assert Client().post(reverse("reviews:public:invitation", args=[token]), {"reason_code": "BUSY"}).status_code == 404
    assert state(seat)[0] == "INVITED"


def test_link_is_dead_after_the_time_to_answer(seat):
    clock.shift_to(queries.answer_due(seat.batch, seat.invited_at) + timedelta(seconds=1))
    assert Client().post(link(seat), {"reason_code": "BUSY"}).status_code == 404
    with pytest.raises(Refused):
        actions.decline_by_link(link(seat).split("/")[2], reason_code="BUSY")
    assert state(seat)[0] == "INVITED"


def test_reminders_come_once_for_each_hour_named(seat):
    due = queries.answer_due(seat.batch, seat.invited_at)
    people = Assignment.objects.filter(batch=seat.batch, status="INVITED").values("expert").distinct().count()
    assert remind_invited() == 0
    clock.shift_to(due - timedelta(hours=23))
    assert (remind_invited(), remind_invited()) == (people, 0)
    actions.declare_and_accept(make.owner(seat), seat.batch)
    clock.shift_to(due - timedelta(hours=3))
    assert remind_invited() == people - 1  # who has answered hears no more
    clock.shift_to(due + timedelta(minutes=1))
    assert remind_invited() == 0


def test_calendar_holds_both_dates_for_the_expert_alone(town, seat):
    url = reverse("reviews:review:calendar", args=[seat.batch.ref])
    text = signed_in(make.owner(seat)).get(url).content.decode()
    assert text.count("BEGIN:VEVENT") == 2 and re.search(rf"UID:review-{seat.batch.ref}-answer@keguan", text.replace("\r\n ", ""))
    assert signed_in(town.li).get(url).status_code in (403, 404)
    actions.declare_and_accept(make.owner(seat), Batch.objects.get(pk=seat.batch_id))
    assert signed_in(make.owner(seat)).get(url).content.decode().count("BEGIN:VEVENT") == 1
