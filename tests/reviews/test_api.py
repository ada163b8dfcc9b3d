"""Machines read and work plans and meetings by the same questions as the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock, jobs
from core.models import Job
from reviews import actions, policies
from reviews.models import Meeting, Plan
from tests.applications.client import cost, signed_in
from tests.factories import reviews as make
from tests.kept import kept

pytestmark = pytest.mark.django_db


def api(name: str, *args) -> str:
    return reverse(f"reviews:api:{name}", args=args)


def post(actor, name: str, *args, **body):
    return signed_in(actor).post(api(name, *args), body, content_type="application/json", headers={"accept": "application/json"})


@kept
def waiting(town):
    batch = make.made(town, requested=("3000000", "2000000", "1000000"))
    make.pool(town, 18)
    return batch


@kept
def called(town, scoring) -> Meeting:
    return actions.plan_meeting(town.chen, make.fresh(scoring), kind="PANEL", title="会议评审", starts_at=clock.now() + timedelta(days=2),
                                minutes_per_item=15, place="三楼")


def test_a_plan_is_ordered_read_applied_and_taken_back(town, waiting):
    answer = post(town.he, "plan_order", waiting.ref, load=5)
    assert answer.status_code == 200, answer.content
    made = answer.json()
    assert made["plan"]["status"] == "RUNNING" and jobs.run(Job.objects.get(uid=made["job"]).pk)
    uid = made["plan"]["uid"]
    read = signed_in(town.chen).get(api("plan", uid)).json()
    assert read["status"] == "READY" and read["figures"]["filled"] == read["figures"]["seats"] and read["shortage"] == []
    assert read["asked"]["load"] == 5 and read["objective"] <= read["bound"]
    seats = signed_in(town.chen).get(api("plan_seats", uid), {"panel": waiting.items.first().group}).json()["results"]
    assert sum(one["seat"] for one in seats) == waiting.panel_size
    proof = signed_in(town.chen).get(api("plan_certificate", uid))
    assert proof.status_code == 200
    applied = post(town.he, "plan_apply", uid)
    assert (applied.status_code, applied.json()["status"]) == (200, "APPLIED")
    assert post(town.he, "plan_undo", uid).json()["fields"]["why"]
    assert post(town.he, "plan_undo", uid, why="名单有误").json()["status"] == "READY"
    again = post(town.he, "plan_order", waiting.ref, base=uid)
    assert again.status_code == 200 and Plan.objects.count() == 2
    assert post(town.he, "plan_discard", uid).json()["status"] == "DISCARDED"
    assert [one["status"] for one in signed_in(town.chen).get(api("plans", waiting.ref)).json()["results"]] == ["RUNNING", "DISCARDED"]


def test_a_wrong_order_says_which_rule(town, waiting):
    assert set(post(town.he, "plan_order", waiting.ref, load=99, colour="red").json()["fields"]) == {"colour"}
    assert set(post(town.he, "plan_order", waiting.ref, load=99).json()["fields"]) == {"load"}
    refused = post(town.he, "plan_order", waiting.ref, economy_min=5)
    assert refused.status_code == 409 and str(waiting.panel_size) in refused.json()["reasons"][0]
    assert post(town.he, "plan_order", waiting.ref, base="7f8f8c8e-0000-4000-8000-000000000000").status_code == 404
    assert not Plan.objects.exists()


def test_only_who_draws_orders_and_applies(town, waiting, monkeypatch):
    for who in ("chen", "li", "wang"):
        assert post(getattr(town, who), "plan_order", waiting.ref).status_code == 403
    assert signed_in(town.li).get(api("plans", waiting.ref)).status_code == 403
    monkeypatch.setattr(policies, "DRAWERS", (*policies.DRAWERS, "DIVISION"))  # the control: the door opens, and the verb still says why not
    assert post(town.chen, "plan_order", waiting.ref).status_code == 409 and not Plan.objects.exists()


def test_a_plan_tells_codes_and_never_names(town, waiting):
    uid = post(town.he, "plan_order", waiting.ref).json()["plan"]["uid"]
    jobs.run(Job.objects.latest("pk").pk)
    for name in ("plan", "plan_seats"):
        text = signed_in(town.chen).get(api(name, uid)).content.decode()
        assert "专家甲" not in text and "reviews.example" not in text


def test_the_list_of_plans_costs_the_same_with_one_row_and_three(town, waiting):
    actions.order_plan(town.he, waiting)
    one = cost(signed_in(town.he), api("plans", waiting.ref))
    for _more in range(2):
        actions.order_plan(town.he, waiting)
    assert cost(signed_in(town.he), api("plans", waiting.ref)) == one < 25


def test_the_list_of_meetings_costs_the_same_with_one_row_and_three(town, called):
    one = cost(signed_in(town.he), api("meetings", called.batch.ref)), cost(signed_in(town.he), api("meeting", called.uid))
    for number in range(2):
        actions.plan_meeting(town.chen, make.fresh(called.batch), kind="PANEL", title="又一次", starts_at=clock.now() + timedelta(days=3 + number),
                             minutes_per_item=5, place="二楼")
    assert cost(signed_in(town.he), api("meetings", called.batch.ref)) == one[0] < 25
    for point in list(called.agenda.all())[1:]:
        point.ballots.all().delete()
        point.delete()
    assert cost(signed_in(town.he), api("meeting", called.uid)) == one[1] < 25


def test_a_meeting_is_called_held_and_its_minutes_read(town, called):
    uid = called.uid
    assert signed_in(town.he).get(api("meetings", called.batch.ref)).json()["results"][0]["status"] == "PLANNED"
    assert post(town.chen, "meeting_start", uid).status_code == 409
    assert post(town.chen, "meeting_call", uid).json()["status"] == "CALLED"
    actions.set_presence(town.chen, called, aliases=list(called.attendees.values_list("alias", flat=True)))
    assert post(town.chen, "meeting_start", uid).json()["status"] == "RUNNING"
    assert signed_in(town.chen).get(api("meeting_minutes", uid)).status_code == 404
    read = signed_in(town.chen).get(api("meeting", uid)).json()
    assert all(one["present"] for one in read["members"]) and {one["status"] for one in read["points"]} == {"WAITING"}
    assert post(town.chen, "meeting_end", uid).status_code == 409  # points wait
    for point in called.agenda.all():
        actions.skip_point(town.chen, point, why="改为通讯评审")
    ended = post(town.chen, "meeting_end", uid)
    assert ended.status_code == 200, ended.content
    minutes = signed_in(town.chen).get(api("meeting_minutes", uid))
    assert minutes.json()["number"] == ended.json()["minutes"] and "专家甲" not in minutes.content.decode()


def test_only_the_organiser_runs_a_meeting_by_machine(town, called, monkeypatch):
    for who in ("he", "sun", "li"):
        assert post(getattr(town, who), "meeting_call", called.uid).status_code == 403
        assert Meeting.objects.get(pk=called.pk).status == "PLANNED"
    assert signed_in(town.li).get(api("meeting", called.uid)).status_code == 403
    monkeypatch.setattr(policies, "is_any_organiser", lambda actor, obj=None: None)
    assert post(town.he, "meeting_call", called.uid).status_code in (403, 409)  # the verb asks again
