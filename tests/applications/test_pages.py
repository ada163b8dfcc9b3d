"""Pages of applicant, unit and formality desk: the whole way by forms, who opens what, what bad input gets."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.states import Role
from applications import actions, queries
from applications.models import Annex, Application
from applications.states import ItemResult, Status
from core import clock
from tests.applications.client import cost, signed_in
from tests.applications.test_filing import moves
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
KEY = "11111111-1111-4111-8111-111111111111"


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


def desk(name: str, *args) -> str:
    return reverse(f"applications:desk:{name}", args=args)


def begin(town, client) -> Application:
    answer = client.post(my("start", town.guide.ref), {
        "unit": town.a.pk, "topic": town.guide.topics.first().pk, "once": KEY})
    assert answer.status_code == 302
    return Application.objects.get(leader=town.li.id)


def test_start_twice_makes_one_application(town):
    client = signed_in(town.li)
    first, again = begin(town, client), begin(town, client)
    assert first == again
    assert Application.objects.count() == 1


def test_the_way_by_pages_from_start_to_receipt(town):
    li, wang = signed_in(town.li), signed_in(town.wang)
    row = make.fill(town.li, begin(town, li))
    for part in queries.parts_of(row):
        url = li.get(my("overview", row.ref)) and next(
            item["url"] for group in li.get(my("overview", row.ref)).context["tasks"] for item in group["items"]
            if item["label"] == part.title)
        assert li.get(url).status_code == 200, part.code
    check = li.get(my("check", row.ref))
    assert check.context["items"] == []
    assert li.post(my("hand_in", row.ref)).status_code == 302
    page = wang.get(my("unit_application", row.ref))
    assert [one["verb"] for one in page.context["buttons"]] == ["endorse", "return"]
    wang.post(my("unit_endorse", row.ref))
    wang.post(my("unit_endorse", row.ref))
    row.refresh_from_db()
    assert (row.status, moves(row, "endorse")) == (Status.SUBMITTED, 1)
    standing = li.get(my("overview", row.ref)).content.decode()
    assert row.receipt_number in standing and row.receipt_sha256 in standing


def test_section_saves_without_script_and_keeps_wrong_input_as_typed(town):
    client = signed_in(town.li)
    row = begin(town, client)
    url = my("section", row.ref, "basic")
    answer = client.post(url, {"rev": row.rev, "title": "题目", "requested": "三百万", "done": "0", "go": "here"})
    assert answer.status_code == 200  # what is wrong is told at once, beside its field; what is missing, when it is finished
    assert [one["id"] for one in answer.context["errors"]] == ["f-requested"] and "三百万" in answer.content.decode()
    row.refresh_from_db()
    assert row.answers["basic"]["requested"] == "三百万"
    assert client.get(url).context["errors"] == answer.context["errors"]
    assert send(client, row, {"requested": "四百万"}, row.rev).status_code == 200  # the autosave stands in nobody's way
    row.refresh_from_db()
    answer = client.post(url, {"rev": row.rev, "title": "题目", "requested": "300000", "done": "0", "go": "here"})
    assert answer.status_code == 302, answer.context["errors"]
    row.refresh_from_db()
    answer = client.post(url, {"rev": row.rev, "title": "题目", "requested": "三百万", "done": "1", "go": "next"})
    assert answer.status_code == 200
    assert "三百万" in answer.content.decode() and answer.context["errors"]


def test_a_save_of_targets_or_budget_tells_what_is_wrong_and_not_what_is_missing(town):
    client = signed_in(town.li)
    row = begin(town, client)
    for section, name, anchor in (("targets", "rows.0.weight", "f-rows-0-weight"), ("budget", "", "")):
        part = queries.part_of(row, section)
        name = name or part.section.fields[0].code
        answer = client.post(my("section", row.ref, section), {"rev": row.rev, name: "很多", "done": "0", "go": "next"})
        assert answer.status_code == 200
        assert [one["id"] for one in answer.context["errors"]] == [anchor or f"f-{name}"]
        row.refresh_from_db()
        answer = client.post(my("section", row.ref, section), {"rev": row.rev, name: "", "done": "0", "go": "next"})
        assert answer.status_code == 302
        row.refresh_from_db()


def send(client, row, values, rev, section="basic"):
    return client.post(my("autosave", row.ref, section), json.dumps({"rev": rev, "values": values}),
                       content_type="application/json")


def test_autosave_answers_409_with_the_other_text(town):
    client = signed_in(town.li)
    row = begin(town, client)
    first = send(client, row, {"title": "甲"}, row.rev)
    assert first.status_code == 200 and first.json()["rev"] > row.rev
    second = send(client, row, {"title": "乙"}, row.rev)
    assert second.status_code == 409
    assert second.json()["values"] == {"title": "甲"}
    page = client.post(my("section", row.ref, "basic"), {"rev": row.rev, "title": "乙", "done": "0", "go": "here"})
    assert "甲" in page.content.decode()


def test_autosave_of_nonsense_or_of_another_person_changes_nothing(town):
    client = signed_in(town.li)
    row = begin(town, client)
    url = my("autosave", row.ref, "basic")
    for body in ("", "[]", '{"rev":"x","values":{}}', '{"rev":1,"values":3}'):
        assert client.post(url, body, content_type="application/json").status_code == 400, body
    for actor in (town.stranger, town.wang, town.chen):
        assert send(signed_in(actor), row, {"title": "他人"}, row.rev).status_code in (403, 404)
    actions.hand_in(town.li, make.fill(town.li, row))
    row.refresh_from_db()
    assert send(client, row, {"title": "晚了"}, row.rev).status_code == 422


def test_what_the_database_cannot_hold_is_left_out_of_what_is_kept(town):
    client = signed_in(town.li)
    row = begin(town, client)
    answer = send(client, row, {"title": "甲\x00乙\ud800丙", "disciplines": ["a\x00"]}, row.rev)
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.answers["basic"] == row.answers["basic"] | {"title": "甲乙丙", "disciplines": ["a"]}
    page = client.post(my("section", row.ref, "basic"), {"rev": row.rev, "title": "甲", "disciplines": "\x00", "done": "0", "go": "here"})
    assert page.status_code in (200, 302)


def test_a_reason_with_a_character_that_cannot_be_stored_is_kept_without_it(town):
    row = make.handed_in(town.li, town.guide, town.a)
    assert signed_in(town.wang).post(my("unit_return", row.ref), {"why": "请补充\x00预算"}).status_code == 302
    assert "请补充预算" in signed_in(town.li).get(my("overview", row.ref)).content.decode()


def test_pages_of_an_application_open_for_its_people_only(town):
    row = make.handed_in(town.li, town.guide, town.a)
    mine = [my(name, row.ref) for name in ("overview", "check", "preview", "team", "partners", "files")]
    for actor in (town.stranger, town.badm, town.wang, town.chen, town.qian):
        assert {signed_in(actor).get(url).status_code for url in mine} <= {403, 404}
    for actor in (town.stranger, town.li, town.badm, town.chen):
        assert signed_in(actor).get(my("unit_application", row.ref)).status_code in (403, 404)
    for actor in (town.chen, town.agency, town.li, town.wang):  # before submission nobody at the bureau sees it
        assert signed_in(actor).get(desk("application", row.ref)).status_code in (403, 404)


def test_upload_over_pages(town):
    client = signed_in(town.li)
    row = begin(town, client)
    code = queries.documents_of(row)[0]["code"]
    url = my("upload", row.ref, code)
    for upload in (None, SimpleUploadedFile("a.exe", b"MZ\x90\x00"), SimpleUploadedFile("空.pdf", b"")):
        page = client.post(url, {"file": upload} if upload else {}, follow=True)
        assert page.status_code == 200 and page.context["errors"]
    assert Annex.objects.count() == 0
    client.post(url, {"file": SimpleUploadedFile("报告.pdf", make.PDF)})
    annex = Annex.objects.get()
    assert client.get(my("file", row.ref, annex.pk)).status_code == 200
    assert signed_in(town.stranger).get(my("file", row.ref, annex.pk)).status_code == 404


@pytest.mark.parametrize("size", [1_200_000, 3_000_000])  # stopped while it is read; refused unread
def test_upload_over_the_limit_is_refused_with_a_text(town, settings, size):
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    client = signed_in(town.li)
    row = begin(town, client)
    code = queries.documents_of(row)[0]["code"]
    page = client.post(my("upload", row.ref, code), {"file": SimpleUploadedFile("大.pdf", make.PDF + b" " * size)}, follow=True)
    assert [one["problem"] for one in page.context["rows"] if one["code"] == code] == ["文件超过 1 MB。"]
    assert Annex.objects.count() == 0


def test_upload_needs_the_token(town):
    row = begin(town, signed_in(town.li))
    url = my("upload", row.ref, queries.documents_of(row)[0]["code"])
    strict = signed_in(town.li, enforce_csrf_checks=True)
    assert strict.post(url, {"file": SimpleUploadedFile("a.pdf", make.PDF)}).status_code == 403
    assert Annex.objects.count() == 0


def test_late_endorse_by_page_says_why_and_moves_nothing(town):
    row = make.handed_in(town.li, town.guide, town.a)
    client = signed_in(town.wang)
    with clock.shifted_to(town.guide.closes_at + timedelta(seconds=1)):
        page = client.post(my("unit_endorse", row.ref), follow=True)
    row.refresh_from_db()
    assert row.status == Status.UNIT_PENDING
    assert "截止" in page.content.decode()


def test_desk_goes_from_list_to_acceptance(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    client = signed_in(town.agency)
    assert row.title in client.get(desk("list")).content.decode()
    client.post(desk("open_check", row.ref))
    page = client.get(desk("application", row.ref))
    codes = [item["code"] for item in page.context["items"]]
    client.post(desk("tick", row.ref), {f"r-{code}": ItemResult.OK for code in codes})
    client.post(desk("accept", row.ref))
    client.post(desk("accept", row.ref))
    row.refresh_from_db()
    assert (row.status, moves(row, "accept")) == (Status.ACCEPTED, 1)


def test_desk_refusal_without_reason_shows_the_form_again(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    client = signed_in(town.agency)
    client.post(desk("open_check", row.ref))
    answer = client.post(desk("refuse", row.ref), {"reason_code": "", "text": ""})
    assert answer.status_code == 422 and answer.context["refuse"].errors
    codes = [item["code"] for item in client.get(desk("application", row.ref)).context["items"]]
    client.post(desk("tick", row.ref), {f"r-{code}": ItemResult.OK for code in codes})
    client.post(desk("refuse", row.ref), {"reason_code": "OTHER", "clause": "指南第二条", "text": "不属于支持方向。"})
    row.refresh_from_db()
    assert row.status == Status.NOT_ACCEPTED
    assert "不属于支持方向。" in signed_in(town.li).get(my("overview", row.ref)).content.decode()


def test_correction_by_pages(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    client, li = signed_in(town.agency), signed_in(town.li)
    client.post(desk("open_check", row.ref))
    codes = [item["code"] for item in client.get(desk("application", row.ref)).context["items"]]
    marks = {f"r-{code}": ItemResult.OK for code in codes} | {f"r-{codes[0]}": ItemResult.FIX, f"n-{codes[0]}": "缺页"}
    client.post(desk("tick", row.ref), marks)
    assert client.post(desk("ask", row.ref), {}).status_code == 422
    client.post(desk("ask", row.ref), {"sections": [queries.FILES]})
    row.refresh_from_db()
    assert row.status == Status.CORRECTION
    assert "缺页" in li.get(my("overview", row.ref)).content.decode()
    li.post(my("answer", row.ref), {"text": "已补"})
    row.refresh_from_db()
    assert row.status == Status.SUBMITTED


def test_lists_cost_the_same_at_one_row_and_at_three(town):
    make.submitted(town.li, town.wang, town.guide, town.a)
    urls = [(signed_in(town.chen), desk("list")), (signed_in(town.wang), my("unit_list")), (signed_in(town.li), my("list"))]
    before = [cost(client, url) for client, url in urls]
    for name, number in (("梁乙", make.NUMBERS[4]), ("苏丙", "44030519910203124")):
        other = make.member(name, town.a, Role.MEMBER, number=number)
        make.submitted(other, town.wang, town.guide, town.a)
    assert [cost(client, url) for client, url in urls] == before


def test_public_questions_answer_only_the_right_pair(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    from django.test import Client

    client = Client(headers={"accept-language": "zh-hans"})
    url = reverse("applications:public:track")
    right = client.get(url, {"number": row.ref, "tail": "8001"}).content.decode()
    wrong = client.get(url, {"number": row.ref, "tail": "9999"}).content.decode()
    assert "形式审查中" in right
    assert "形式审查中" not in wrong and row.title not in right
    url = reverse("applications:public:receipts")
    given = {"number": row.receipt_number, "code": row.receipt_sha256[:12]}
    assert town.a.name in client.get(url, given).content.decode()
    assert town.a.name not in client.get(url, given | {"code": "0" * 12}).content.decode()
