"""Machines ask the same questions as pages and get the same answers, with the reasons as data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from applications import actions
from applications.states import ItemResult, Status
from core import clock
from tests.applications.client import cost, signed_in
from tests.applications.test_filing import moves
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
ALLOWED = {
    "ref", "guide", "title", "unit", "leader", "status", "requested", "submitted_at", "receipt_number", "receipt_sha256",
    "refusal_code", "refusal_text", "is_demo",
}


def api(name: str, *args) -> str:
    return reverse(f"applications:api:{name}", args=args)


def post(actor, name, row, **data):
    return signed_in(actor).post(api(name, row.ref), data, content_type="application/json")


def test_without_a_person_nothing_is_told(town):
    row = make.started(town.li, town.guide, town.a)
    for url in (api("list"), api("application", row.ref)):
        assert Client().get(url).status_code in (401, 403)


def test_list_holds_exactly_what_the_person_may_see(town):
    draft = make.started(town.stranger, town.guide, town.b)
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    seen = {
        key: {one["ref"] for one in signed_in(getattr(town, key)).get(api("list")).json()["results"]}
        for key in ("li", "wang", "stranger", "badm", "chen", "agency")
    }
    assert seen == {"li": {row.ref}, "wang": {row.ref}, "stranger": {draft.ref}, "badm": {draft.ref},
                    "chen": {row.ref}, "agency": {row.ref}}
    shown = signed_in(town.chen).get(api("application", row.ref)).json()
    assert set(shown) == ALLOWED and shown["receipt_number"] == row.receipt_number
    assert signed_in(town.chen).get(api("application", draft.ref)).status_code == 404


def test_list_filters_by_state_and_ignores_nonsense(town):
    make.submitted(town.li, town.wang, town.guide, town.a)
    client = signed_in(town.chen)
    assert len(client.get(api("list"), {"status": "SUBMITTED"}).json()["results"]) == 1
    assert client.get(api("list"), {"status": "x" * 500}).json()["results"] == []


def test_hand_in_and_endorse_by_machine_once(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    assert post(town.li, "hand_in", row).json()["status"] == Status.UNIT_PENDING
    first, again = post(town.wang, "endorse", row), post(town.wang, "endorse", row)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["receipt_number"] == again.json()["receipt_number"]
    assert moves(row, "endorse") == 1


def test_unfinished_late_or_foreign_is_refused_with_reasons(town):
    row = make.started(town.li, town.guide, town.a)
    answer = post(town.li, "hand_in", row)
    assert answer.status_code == 409 and len(answer.json()["reasons"]) > 3
    actions.hand_in(town.li, make.fill(town.li, row))
    assert post(town.badm, "endorse", row).status_code == 404
    assert post(town.chen, "endorse", row).status_code == 403
    with clock.shifted_to(town.guide.closes_at + timedelta(seconds=1)):
        assert post(town.wang, "endorse", row).status_code == 409
    row.refresh_from_db()
    assert row.status == Status.UNIT_PENDING


def test_unknown_or_missing_fields_are_named(town):
    row = make.handed_in(town.li, town.guide, town.a)
    assert "why" in post(town.wang, "return", row).json()["fields"]
    assert "force" in post(town.wang, "return", row, why="补", force=True).json()["fields"]
    assert post(town.wang, "return", row, why="请补充预算说明").json()["status"] == Status.UNIT_RETURNED


def test_desk_accepts_and_refuses_by_machine(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    assert post(town.li, "accept", row).status_code == 403
    assert post(town.agency, "accept", row).status_code == 409
    check = actions.open_check(town.agency, row)
    assert post(town.agency, "refuse", row, reason_code="BEYOND_QUOTA", text="无").status_code == 400
    actions.tick(town.agency, check, results={
        item["code"]: (ItemResult.OK, "") for item in row.version.data["formality_items"]})
    assert post(town.agency, "accept", row).json()["status"] == Status.ACCEPTED
    assert post(town.agency, "refuse", row, reason_code="OTHER", text="晚了").status_code == 409


def test_list_costs_the_same_at_one_row_and_at_three(town):
    make.started(town.li, town.guide, town.a)
    client = signed_in(town.wang)
    before = cost(client, api("list"))
    for name, number in (("梁乙", make.NUMBERS[4]), ("苏丙", "44030519910203124")):
        make.started(make.member(name, town.a, Role.MEMBER, number=number), town.guide, town.a)
    assert cost(client, api("list")) == before
