"""Machines ask the same questions as pages and get the same answers, with the reasons as data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from applications import actions, policies
from applications.models import OldProject
from applications.states import ItemResult, Status
from core import clock, jobs
from core.models import Job
from tests.applications.client import cost, signed_in
from tests.applications.test_filing import moves
from tests.factories import applications as make
from tests.kept import kept

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


# --- the desk by machine -----------------------------------------------------------------------------------------


@kept
def desk(town):
    """Two submitted applications, and an institution that may be given checks."""
    town.rows = [make.submitted(town.li, town.wang, town.guide, town.a), make.submitted(town.stranger, town.badm, town.guide, town.b)]
    town.house = make.unit("深圳科技评估中心", "MA5KEGUE", "AGENCY")
    town.clerk = make.member("冯专管", town.house, Role.AGENCY, number=make.NUMBERS[4], phone="13800138071")
    return town


def send(actor, name, *args, **data):
    return signed_in(actor).post(api(name, *args), data, content_type="application/json")


def test_a_handover_is_given_read_and_taken_back_by_machine(desk):
    today = clock.today()
    words = {"guide": desk.guide.ref, "organisation": str(desk.house.uid), "since": today.isoformat(),
             "until": (today + timedelta(days=9)).isoformat(), "reason": "委托形式审查"}
    assert send(desk.li, "handovers", **words).status_code == 403
    assert send(desk.agency, "handovers", **words).status_code == 400  # the guide is not hers to give
    assert "organisation" in send(desk.chen, "handovers", **{**words, "organisation": str(desk.a.uid)}).json()["fields"]
    assert send(desk.chen, "handovers", **words, applications=["KEY-1999-00001"]).status_code == 404
    found = send(desk.chen, "handovers", **words, applications=[desk.rows[0].ref]).json()
    assert (found["applications"], found["status"]) == ([desk.rows[0].ref], "ACTIVE")
    clerk = signed_in(desk.clerk)
    (seen,) = clerk.get(api("handovers")).json()["results"]
    assert seen["uid"] == found["uid"] and policies.holder_of(desk.rows[0]).organisation == desk.house
    assert send(desk.clerk, "handover_take_back", found["uid"], why="x").status_code == 403
    assert send(desk.chen, "handover_take_back", found["uid"]).status_code == 400
    assert send(desk.chen, "handover_take_back", found["uid"], why="收回").json()["status"] == "ENDED"
    assert policies.holder_of(desk.rows[0]) is None


def test_many_are_decided_by_machine_as_by_the_page(desk):
    refs = [row.ref for row in desk.rows]
    assert send(desk.li, "batches", act="accept", applications=refs, vouch=True).status_code == 403
    assert "vouch" in send(desk.agency, "batches", act="accept", applications=refs, vouch=False).json()["fields"]
    assert "text" in send(desk.agency, "batches", act="refuse", applications=refs, vouch=True, reason_code="OTHER", clause="第三条").json()["fields"]
    assert "clause" in send(desk.agency, "batches", act="accept", applications=refs, vouch=True, clause="第三条").json()["fields"]
    assert send(desk.agency, "batches", act="accept", applications=[*refs, "KEY-1999-00001"], vouch=True).status_code == 404
    job = send(desk.agency, "batches", act="refuse", applications=refs, vouch=True, reason_code="OTHER", clause="第三条", text="不符合申报条件").json()
    assert signed_in(desk.chen).get(api("batch", job["job"])).status_code == 404
    assert jobs.run(Job.objects.get(uid=job["job"]).pk)
    told = signed_in(desk.agency).get(api("batch", job["job"])).json()
    assert told["state"] == "DONE" and [one["ref"] for one in told["outcomes"]] == refs
    assert {type(row).objects.get(pk=row.pk).status for row in desk.rows} == {Status.NOT_ACCEPTED}


def test_old_projects_are_tried_dry_and_taken_over_by_machine(desk):
    text = "项目编号,项目名称,年度,状态\nA-1,旧项目,2019,在研\nA-2,坏行,二〇一九,在研\n"
    table = SimpleUploadedFile("旧.csv", text.encode())
    assert signed_in(desk.chen).post(api("imports"), {"source": "旧系统", "file": table}).status_code == 403
    client = signed_in(desk.he)
    table.seek(0)
    found = client.post(api("imports"), {"source": "旧系统", "file": table}).json()
    assert found["headings"][0] == "项目编号" and found["guessed"]["number"] == "项目编号"
    assert "mapping" in send(desk.he, "import_dry_run", found["uid"], mapping={"number": "没有"}).json()["fields"]
    job = send(desk.he, "import_dry_run", found["uid"]).json()
    assert jobs.run(Job.objects.get(uid=job["job"]).pk) and not OldProject.objects.exists()
    seen = client.get(api("import", found["uid"])).json()
    assert (seen["status"], seen["counts"]["new"], seen["counts"]["wrong"]) == ("CHECKED", 1, 1) and seen["problems"][0]["row"] == 3
    assert send(desk.he, "import_run", found["uid"]).status_code == 400
    job = send(desk.he, "import_run", found["uid"], why="历史数据").json()
    assert jobs.run(Job.objects.get(uid=job["job"]).pk) and OldProject.objects.get().number == "A-1"
    assert send(desk.he, "import_discard", found["uid"], why="x").status_code == 409
    before = cost(client, api("imports"))
    for name in ("二", "三"):
        actions.keep_import(desk.he, source=name, upload=SimpleUploadedFile("旧.csv", text.encode()))
    assert cost(client, api("imports")) == before
