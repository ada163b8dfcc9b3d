"""Where a guide names recommending bodies: the unit passes on, the body submits or gives back, nobody else sees it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from applications import actions
from applications.models import Application
from applications.states import Status
from core import clock
from core.workflow import Refused
from tests.applications.client import signed_in
from tests.factories import applications as make

pytestmark = pytest.mark.django_db


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


@pytest.fixture
def asked(town, as_owner_without_triggers):
    """The guide names unit b; a published version is frozen, so the triggers are off for this one change."""
    as_owner_without_triggers(
        "UPDATE programs_guideversion SET data = jsonb_set(data, '{mode,recommenders}', %s::jsonb), sha256 = repeat('r', 64) WHERE id = %s",
        [json.dumps([town.b.uscc]), town.guide.version_id])
    town.guide.refresh_from_db()
    return make.handed_in(town.li, town.guide, town.a)


def test_the_way_by_pages(town, asked):
    unit, body, ref = signed_in(town.wang), signed_in(town.badm), asked.ref
    assert body.get(my("unit_application", ref)).status_code == 404
    assert [one["verb"] for one in unit.get(my("unit_application", ref)).context["buttons"] if not one["reasons"]] == ["pass_on", "return"]
    unit.post(my("unit_endorse", ref))
    asked.refresh_from_db()
    assert asked.status == Status.UNIT_PENDING
    unit.post(my("unit_pass_on", ref))
    asked.refresh_from_db()
    assert asked.status == Status.RECOMMEND_PENDING
    assert ref in body.get(my("unit_list")).content.decode()
    assert [one["verb"] for one in body.get(my("unit_application", ref)).context["buttons"]] == ["recommend", "decline"]
    assert body.post(my("unit_decline", ref), {"why": ""}).status_code in (409, 422)
    assert body.post(my("unit_decline", ref), {"why": "请补充合作协议"}).status_code == 302
    assert body.get(my("unit_application", ref)).status_code == 404
    assert "请补充合作协议" in signed_in(town.li).get(my("overview", ref)).content.decode()
    actions.hand_in(town.li, Application.objects.get(pk=asked.pk))
    unit.post(my("unit_pass_on", ref))
    for client in (unit, signed_in(town.li), signed_in(town.chen)):
        client.post(my("unit_recommend", ref))
        asked.refresh_from_db()
        assert asked.status == Status.RECOMMEND_PENDING
    body.post(my("unit_recommend", ref))
    body.post(my("unit_recommend", ref))
    asked.refresh_from_db()
    assert asked.status == Status.SUBMITTED and asked.receipt_number and asked.versions.filter(why="SUBMIT").count() == 1
    assert body.get(my("unit_application", ref)).status_code == 200


def test_late_recommendation_is_refused(town, asked):
    row = actions.pass_on(town.wang, asked)
    with clock.shifted_to(town.guide.closes_at + timedelta(seconds=1)), pytest.raises(Refused, match="截止"):
        actions.recommend(town.badm, row)


def test_a_guide_without_recommending_body_shows_nothing_to_others(town):
    row = make.handed_in(town.li, town.guide, town.a)
    with pytest.raises(Refused):
        actions.pass_on(town.wang, row)
    assert signed_in(town.badm).get(my("unit_application", row.ref)).status_code == 404


def test_many_at_once_by_the_recommending_body(town, asked):
    actions.pass_on(town.wang, asked)
    found = actions.bulk_endorse(town.badm, [Application.objects.get(pk=asked.pk)])
    assert [one.done for one in found] == [True]
