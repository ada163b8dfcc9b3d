"""The desk of a unit with many applications in the last days: order, places, reminders, export, one beside the other."""

from __future__ import annotations

import csv
import io
import json
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Engagement
from accounts.states import Role
from applications import actions, queries
from applications.models import Application
from applications.queries import unit_desk
from applications.states import Status
from core import clock
from core.models import LedgerRow, Parameter
from core.workflow import Refused
from notices.models import Message
from tests.applications.client import cost, signed_in
from tests.factories import applications as make
from tests.factories import programs as programme
from tests.kept import kept

pytestmark = pytest.mark.django_db


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


@kept
def crowd(town):
    """Three leaders of unit A with one application each, handed in in this order: 1.2, 2.4 and 1.8 million; two places. A fourth
    is being filled in."""
    with connection.cursor() as cursor:  # a published version refuses it to everybody else
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE programs_guideversion SET data = jsonb_set(data, '{quota,per_unit}', '2'), sha256 = repeat('q', 64) WHERE id = %s",
            [town.guide.version_id])
        cursor.execute("SET LOCAL session_replication_role = origin")
    town.guide.refresh_from_db()
    town.zhou, town.wu, town.sun2 = (
        make.member(name, town.a, Role.MEMBER, number=number, phone=phone)
        for name, number, phone in (("周二", make.NUMBERS[4], "13800138021"), ("吴三", "32010619860704432", "13800138022"),
                                    ("孙四", "33010619850803543", "13800138023")))
    town.rows = [make.handed_in(leader, town.guide, town.a, requested=requested, title=title) for leader, requested, title in (
        (town.li, "1200000", "甲项目研制"), (town.zhou, "2400000", "乙项目研制"), (town.wu, "1800000", "丙项目研制"))]
    now = clock.now()
    for number, row in enumerate(town.rows):
        Application.objects.filter(pk=row.pk).update(handed_in_at=now - timedelta(hours=3 - number))
    town.draft = make.started(town.sun2, town.guide, town.a)
    return town


def shown(client, query: str = "") -> list[str]:
    return [row["key"] for row in client.get(my("unit_list") + query).context["page"].rows]


def test_what_waits_stands_first_by_close_and_by_hand_in(crowd, as_owner_without_triggers):
    first, second, third = crowd.rows
    unit = signed_in(crowd.wang)
    assert shown(unit) == [first.ref, second.ref, third.ref, crowd.draft.ref]
    near = programme.published_guide(crowd, "g1", plan=crowd.guide.plan_item.plan, closes=2)
    row = make.started(crowd.sun2, near, crowd.a)
    as_owner_without_triggers("UPDATE applications_application SET status = %s, handed_in_at = core_now() WHERE id = %s", ["UNIT_PENDING", row.pk])
    assert shown(unit) == [row.ref, first.ref, second.ref, third.ref, crowd.draft.ref]
    assert [meter.guide for meter in signed_in(crowd.wang).get(my("unit_list")).context["meters"]] == [near, crowd.guide]
    actions.endorse(crowd.wang, second)
    assert shown(unit) == [row.ref, first.ref, third.ref, crowd.draft.ref, second.ref]
    assert shown(unit, "?turn=leader") == [crowd.draft.ref]
    assert shown(unit, f"?turn=unit&guide={crowd.guide.ref}") == [first.ref, third.ref]
    assert shown(signed_in(crowd.badm)) == []


def test_order_goes_on_beyond_the_page(crowd, monkeypatch):
    from applications.views.unit import UnitApplications

    monkeypatch.setattr(UnitApplications, "per_page", 2)
    unit = signed_in(crowd.wang)
    page = unit.get(my("unit_list")).context["page"]
    assert [row["key"] for row in page.rows] + shown(unit, page.next) == [*(row.ref for row in crowd.rows), crowd.draft.ref]


def test_card_says_how_many_can_still_pass(crowd):
    unit = signed_in(crowd.wang)
    (meter,) = queries.unit_meters(crowd.wang)
    assert (meter.waiting, meter.used, meter.drafts, meter.places, meter.may_pass, meter.too_many) == (3, 0, 1, 2, 2, 1)
    text = unit.get(my("unit_list")).content.decode()
    assert "已用 0 / 2 个名额，剩余 2 个" in text and "待审核的 3 项中只有 2 项还能通过" in text
    actions.send_back(crowd.wang, crowd.rows[2], why="请补充")
    text = unit.get(my("unit_list")).content.decode()
    assert "项还能通过" not in text and "均可通过" in text
    actions.endorse(crowd.wang, crowd.rows[0])
    actions.endorse(crowd.wang, crowd.rows[1])
    (meter,) = queries.unit_meters(crowd.wang)
    assert (meter.waiting, meter.used, meter.places, meter.too_many) == (0, 2, 0, 0)


def test_last_places_go_by_the_order_of_the_list(crowd):
    """The next test is the negative control: by the time of hand-in another one is held back."""
    unit = signed_in(crowd.wang)
    order = shown(unit, "?sort=requested_down&turn=unit")
    assert order == [crowd.rows[1].ref, crowd.rows[2].ref, crowd.rows[0].ref]
    answer = unit.post(my("unit_bulk"), {"ids": order})
    assert [(one.ref, one.done) for one in answer.context["outcomes"]] == [(order[0], True), (order[1], True), (order[2], False)]
    text = answer.content.decode()
    assert "在本指南至多申报2项，已提交2项" in text and "2 项已提交，1 项未提交" in text
    assert dict(Application.objects.filter(guide=crowd.guide).values_list("ref", "status"))[order[2]] == Status.UNIT_PENDING


def test_last_places_by_hand_in(crowd):
    answer = signed_in(crowd.wang).post(my("unit_bulk"), {"ids": [row.ref for row in crowd.rows]})
    assert [one.done for one in answer.context["outcomes"]] == [True, True, False]


def test_what_lies_with_the_recommending_body_takes_a_place(crowd, as_owner_without_triggers):
    as_owner_without_triggers("UPDATE applications_application SET status = 'RECOMMEND_PENDING' WHERE id = %s", [crowd.rows[0].pk])
    (meter,) = queries.unit_meters(crowd.wang)
    assert (meter.passed, meter.waiting, meter.places, meter.may_pass, meter.too_many) == (1, 2, 2, 1, 1)


def reminders(row) -> int:
    return LedgerRow.objects.filter(verb=queries.REMINDED, target_id=row.pk).count()


def test_remind_all_tells_once_in_the_hours(crowd):
    row, unit = crowd.draft, signed_in(crowd.wang)
    back = actions.send_back(crowd.wang, crowd.rows[0], why="请补充")
    given = {"guide": crowd.guide.ref, "unit": str(crowd.a.uid)}
    text = unit.post(my("unit_remind_all"), given, follow=True).content.decode()
    assert "已提醒 2 位负责人" in text and "李明远" in text and "孙四" in text and "2 项中有 2 项在最近 12 小时内提醒过" in text
    assert Message.objects.filter(event="application.remind_by_unit").count() == 2
    assert Message.objects.get(event="application.remind_by_unit", person=crowd.sun2.person).link == my("overview", row.ref)
    assert (reminders(row), reminders(back), reminders(crowd.rows[1])) == (1, 1, 0)
    assert unit.get(my("unit_list") + "?turn=leader").content.decode().count("已于 ") == 2
    text = unit.post(my("unit_remind_all"), given, follow=True).content.decode()
    assert "没有提醒任何人" in text and "最近 12 小时内已提醒" in text and reminders(row) == 1
    with clock.shifted_to(clock.now() + timedelta(hours=13)):
        found = actions.remind_leaders(crowd.wang, [row])
        assert found.told == [row] and reminders(row) == 2
    assert "单位催交" in signed_in(crowd.sun2).get(my("overview", row.ref)).content.decode()


def test_hours_are_dated_data(crowd):
    assert len(actions.remind_leaders(crowd.wang, [crowd.draft]).told) == 1
    Parameter.objects.filter(key="remind.unit_hours").delete()
    Parameter.objects.create(key="remind.unit_hours", value=2, unit="hours", effective_from=clock.today(), source="测试")
    with clock.shifted_to(clock.now() + timedelta(hours=3)):
        assert len(actions.remind_leaders(crowd.wang, [crowd.draft]).told) == 1


def test_remind_one_and_who_may_not(crowd, as_owner_without_triggers):
    row, unit = crowd.draft, signed_in(crowd.wang)
    page = unit.get(my("unit_application", row.ref)).content.decode()
    assert my("unit_remind", row.ref) in page and "提醒负责人提交" in page
    assert unit.post(my("unit_remind", row.ref)).status_code == 302 and reminders(row) == 1
    assert "提醒过负责人" in unit.get(my("unit_application", row.ref)).content.decode()
    answer = unit.post(my("unit_remind", row.ref))
    assert answer.status_code in (409, 422) and "12 小时" in answer.content.decode() and reminders(row) == 1
    for other in (crowd.badm, crowd.sun2, crowd.li, crowd.chen):
        with pytest.raises(Refused):
            actions.remind_leaders(other, [row])
    assert signed_in(crowd.badm).post(my("unit_remind", row.ref)).status_code == 404
    assert signed_in(crowd.badm).post(my("unit_remind_all"), {"guide": crowd.guide.ref, "unit": str(crowd.a.uid)}).status_code == 302
    assert unit.post(my("unit_remind_all"), {"guide": crowd.guide.ref, "unit": "?"}).status_code == 302
    assert unit.get(my("unit_remind_all")).status_code == 405
    with pytest.raises(Refused, match="待单位审核"):
        actions.remind_leaders(crowd.wang, [crowd.rows[0]])
    with clock.shifted_to(crowd.guide.closes_at + timedelta(hours=13)), pytest.raises(Refused, match="截止"):
        actions.remind_leaders(crowd.wang, [row])
    assert reminders(row) == 1


def test_one_beside_the_other(crowd, as_owner_without_triggers):
    first, second, third = crowd.rows
    unit = signed_in(crowd.wang)
    page = unit.get(my("unit_application", second.ref))
    assert page.context["beside"] == {"previous": first.ref, "next": third.ref, "place": 2, "of": 3}
    assert page.context["wrong"] == [] and "按规则核对未发现问题" in page.content.decode()
    assert [item["text"] for item in page.context["asked"]] == [item["text"] for item in second.version.data["formality_items"]]
    assert unit.get(my("unit_application", crowd.draft.ref)).context["beside"]["next"] == first.ref
    actions.endorse(crowd.wang, first)
    actions.endorse(crowd.wang, third)
    page = unit.get(my("unit_application", second.ref))
    assert page.context["beside"] == {"previous": "", "next": "", "place": 1, "of": 1}
    (item,) = page.context["wrong"]
    assert item["href"] == "#s-unit" and 'id="s-unit"' in page.content.decode() and "至多申报2项" in item["text"]
    assert unit.get(my("unit_application", first.ref)).context["checked"] is False


def test_next_belongs_to_the_own_unit(crowd):
    assert queries.beside(crowd.badm, crowd.draft) == {"previous": "", "next": "", "place": 0, "of": 0}


def exported(client, query: str = "", kind: str = "csv") -> list[dict[str, str]]:
    body = client.get(my("unit_list") + f"?export={kind}{query}").content
    if kind == "xlsx":
        rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)]
    else:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_export_holds_what_the_office_needs_and_equals_the_screen(crowd):
    actions.endorse(crowd.wang, crowd.rows[0])
    actions.endorse(crowd.wang, crowd.rows[1])
    actions.remind_leaders(crowd.wang, [crowd.draft])
    unit = signed_in(crowd.wang)
    page, rows = unit.get(my("unit_list")).context["page"], exported(unit)
    assert [row["申请编号"] for row in rows] == [row["key"] for row in page.rows] and len(rows) == page.total == 4
    column = next(number for number, cell in enumerate(page.rows[0]["cells"]) if cell.col.name == "requested")
    money = next(name for name in rows[0] if name.startswith("申请金额"))
    on_screen = sum(Decimal(str(row["cells"][column].text).replace(",", "")) for row in page.rows)
    assert sum(Decimal(row[money]) for row in rows) == on_screen == 540
    by = {row["申请编号"]: row for row in rows}
    done, waiting, draft = by[crowd.rows[0].ref], by[crowd.rows[2].ref], by[crowd.draft.ref]
    row = Application.objects.get(pk=crowd.rows[0].pk)
    own = sum(line.amount for line in row.budget.all() if line.source == "OWN") / 10000
    assert Decimal(next(value for name, value in done.items() if name.startswith("自筹")) or 0) == own
    assert (done["联系电话"], done["电子邮箱"], done["回执编号"]) == ("13800138001", crowd.li.person.email, row.receipt_number)
    assert done["提交时间"] and done["提交单位时间"] and done["截止时间"] and done["待补正项数"] == "" and draft["最近提醒"]
    assert waiting["待补正项数"] == "1" and int(draft["待补正项数"]) == len(queries.blockers(crowd.draft)) > 5
    assert [row["申请编号"] for row in exported(unit, "&turn=unit", "xlsx")] == [crowd.rows[2].ref]


def test_another_units_people_are_not_in_the_export(crowd, as_owner_without_triggers):
    as_owner_without_triggers(
        "UPDATE programs_guideversion SET data = jsonb_set(data, '{mode,recommenders}', %s::jsonb), sha256 = repeat('s', 64) WHERE id = %s",
        [json.dumps([crowd.b.uscc]), crowd.guide.version_id])
    actions.pass_on(crowd.wang, Application.objects.get(pk=crowd.rows[0].pk))
    (row,) = exported(signed_in(crowd.badm))
    assert row["申请编号"] == crowd.rows[0].ref and row["联系电话"] == row["电子邮箱"] == ""


def test_export_asks_the_same_for_what_is_not_checked(crowd):
    """Rows that are submitted cost no question of their own."""
    unit = signed_in(crowd.wang)
    costs = []
    for row in crowd.rows[:2]:
        actions.endorse(crowd.wang, row)
        costs.append(cost(unit, my("unit_list") + "?export=csv&status=SUBMITTED"))
    assert costs[0] == costs[1]


def test_export_of_what_waits_reads_the_register_once(crowd, monkeypatch):
    """However many wait: the check list of each asks nothing of its own. The numbers are those of the check list asked alone."""
    Engagement.objects.create(person=crowd.li.person, organisation=crowd.a, klass="KEY-INDUSTRY", role="LEADER", state="RUNNING",
                              starts=clock.today(), source_type="test", source_ref="KEY-2020-00001")
    actions.endorse(crowd.wang, crowd.rows[0])
    unit, costs = signed_in(crowd.wang), []
    for most in (1, 2):
        others = Application.objects.filter(unit=crowd.a).exclude(pk__in=[row.pk for row in crowd.rows[1:1 + most]])
        with other_state(others):
            costs.append(cost(unit, my("unit_list") + "?export=csv&turn=unit"))
    assert costs[0] == costs[1]
    by = {row["申请编号"]: row["待补正项数"] for row in exported(unit)}
    for row in (*crowd.rows[1:], crowd.draft):
        assert int(by[row.ref]) == len(queries.blockers(Application.objects.get(pk=row.pk)))
    monkeypatch.setattr(unit_desk.known, "read_at_once", lambda rows: nullcontext())  # the negative control: every row asks
    assert cost(unit, my("unit_list") + "?export=csv&turn=unit") > costs[1] + 5


@contextmanager
def other_state(rows):
    """Rows that do not wait for the unit, for as long as it lasts."""
    before = dict(rows.values_list("pk", "status"))
    rows.filter(status=Status.UNIT_PENDING).update(status=Status.UNIT_RETURNED)
    try:
        yield
    finally:
        for pk, status in before.items():
            Application.objects.filter(pk=pk).update(status=status)


def test_check_beside_a_guide_without_budget(crowd):
    other = programme.published_guide(crowd, "g1", plan=crowd.guide.plan_item.plan)
    row = make.started(crowd.sun2, other, crowd.a)
    page = signed_in(crowd.wang).get(my("unit_application", row.ref))
    assert page.status_code == 200 and page.context["wrong"]


def test_the_card_says_what_the_limits_stop_and_many_rows_ask_for_the_right_once(crowd, as_owner_without_triggers):
    unit = signed_in(crowd.wang)
    (meter,) = unit.get(my("unit_list")).context["meters"]
    assert not meter.limits and not meter.limited
    rule = {"clause": "第四条", "text": "同一负责人在研项目限1项", "scope": "person", "roles": ["LEADER"], "states": ["RUNNING"], "max": 1}
    as_owner_without_triggers(
        "UPDATE programs_guideversion SET data = jsonb_set(data, '{limits}', %s::jsonb), sha256 = repeat('l', 64) WHERE id = %s",
        [json.dumps([rule, {**rule, "text": "大户除外", "exempt_rd_from": "1000000000"}]), crowd.guide.version_id])
    (meter,) = unit.get(my("unit_list")).context["meters"]
    assert len(meter.limits) == 2 and not meter.limited
    before = cost(unit, my("unit_list"))
    for leader in (crowd.li, crowd.zhou, crowd.wu):
        Engagement.objects.create(person=leader.person, organisation=crowd.a, klass=crowd.guide.special.code, role="LEADER", state="RUNNING",
                                  starts=clock.today(), source_type="test", source_ref="KEY-2020-00001")
    page = unit.get(my("unit_list"))
    (meter,) = page.context["meters"]
    assert [text.split("：")[0] for text in meter.limited] == [row.ref for row in crowd.rows] and "大户除外" not in "".join(meter.limited)
    assert crowd.rows[0].ref + "：第四条" in page.content.decode() and cost(unit, my("unit_list")) == before

    refs = [row.ref for row in crowd.rows]
    with CaptureQueriesContext(connection) as one:
        queries.unit_gets(crowd.wang, refs[:1])
    with CaptureQueriesContext(connection) as three:
        assert [row.ref for row in queries.unit_gets(crowd.wang, refs[::-1])] == refs[::-1]
    assert len(one) == len(three)
    with pytest.raises(Http404):
        queries.unit_gets(crowd.badm, refs)
    assert signed_in(crowd.badm).post(my("unit_bulk"), {"ids": refs}).status_code == 404


def test_the_page_after_an_endorsement_says_what_has_happened(town):
    """The words come from what is stored: no cookie carries them, whoever else looks is not told so, and later they are no longer said."""
    row = make.handed_in(town.li, town.guide, town.a)
    desk = signed_in(town.wang)
    answer = desk.post(reverse("applications:my:unit_endorse", args=[row.ref]))
    assert answer.status_code == 302 and "messages" not in answer.cookies
    row.refresh_from_db()
    words = f"已审核通过并提交，回执号 {row.receipt_number}。下一步："
    assert words in desk.get(answer.url).content.decode()
    page = reverse("applications:my:unit_application", args=[row.ref])
    assert answer.url.startswith(page) and words not in desk.get(page).content.decode()
    Application.objects.filter(pk=row.pk).update(endorsed_by=town.li.person)
    assert words not in desk.get(answer.url).content.decode()
