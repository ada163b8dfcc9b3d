"""The real call for topics of 2025 (重点产业研发计划备选课题征集通知), entered by screen from its public text with the dates moved to
the running year, and carried from the draft to a guide's topic: written, approved, published, filed, refused where the text says
so, screened, merged, scored, adopted, shown on the public guide. No row is made but by a page, save the annual plan and the
guide's other parts, which have their own journey."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Organisation, Person
from core import clock
from core.models import LedgerRow
from notices.models import Document, Message
from portal.demo import cycle
from programs import actions as programme
from programs import queries as programmes
from programs.models import Guide, Need, TopicCall
from tests.factories.applications import PDF
from tests.journeys.conftest import Desk, Town, free_year, guide_data

STORY: dict[str, Any] = {}
#: The text of the notice: window, quotas, exemption, sealed statement, indicators.
TITLE = "{year}年度重点产业研发计划备选课题征集"
TEXT = "现面向各创新主体征集{year}年度重点产业研发计划备选课题。课题应当有可考核的技术指标。"


@pytest.mark.django_db
def test_00_the_programme_tree_is_there(town: Town):
    """The mark makes pytest-django set up the database; the steps below commit and so carry none."""
    assert programmes.tree_as_of() is not None


def tick(desk: Desk, name: str, *values: str) -> None:
    for value in values:
        desk.page.locator(f'main form [name="{name}"][value="{value}"]').first.check()


def test_01_the_division_enters_the_notice_by_screen(town: Town):
    year = free_year(town)
    chen = town.desk("chen").open("/desk/topics/new/")
    option = chen.page.locator('select[name=special] option:has-text("重点产业")').first.get_attribute("value")
    chen.press(special=option, year=year, title=TITLE.format(year=year))
    call = TopicCall.objects.get(year=year)
    here = STORY["here"] = f"/desk/topics/{call.ref}/"
    chen.open(f"{here}edit/")
    tick(chen, "exempt_kinds", "ENTERPRISE")
    chen.press(text=TEXT.format(year=year), exempt_spend=50000, exempt_years=f"{year - 2}、{year - 1}", exempt_clause="征集通知二",
               seal_from=1000, seal_name="重大课题情况说明", seal_clause="征集通知三", contact="业务处 0755-88000001",
               source="2025年度重点产业研发计划备选课题征集通知")
    chen.open(f"{here}windows/").press(**{"form-0-opens_at": f"{year}-03-31T09:00", "form-0-closes_at": f"{year}-04-21T18:00"})
    streams = {f"form-{n}-{key}": value for n in range(11) for key, value in (
        ("code", str(n + 1)), ("name", f"专项{n + 1}" + ("（可持续发展）" if n == 10 else "")), ("group", "1-10" if n < 10 else "11"))}
    chen.open(f"{here}directions/").press(**streams)
    chen.open(f"{here}quotas/")
    tick(chen, "form-1-kinds", "UNIVERSITY", "INSTITUTE")
    chen.press(**{"form-0-group": "1-10", "form-0-most": 2, "form-0-clause": "征集通知二", "form-1-group": "11", "form-1-most": 5,
                  "form-1-clause": "征集通知二", "form-2-group": "11", "form-2-most": 2, "form-2-clause": "征集通知二"})
    call.refresh_from_db()
    assert (call.exempt_spend, call.seal_from) == (Decimal(500_000_000), Decimal(10_000_000))
    assert call.streams.count() == 11
    assert list(call.quotas.values_list("group", "most")) == [("1-10", 2), ("11", 5), ("11", 2)]
    assert clock.local(call.closes_at).strftime("%m-%d %H:%M") == "04-21 18:00"
    STORY["call"] = call


def test_02_another_person_approves_and_it_is_published_with_its_document(town: Town):
    call, here = STORY["call"], STORY["here"]
    town.desk("chen").open(here).press("/submit/")
    assert not town.desk("chen").open(here).form("/approve/").count()
    town.desk("lead").open(here).press("/approve/")
    town.desk("chen").open(here).press("/publish/")
    document = Document.objects.get(subject_type="programs.topiccall", subject_id=call.pk)
    assert document.status == "ISSUED"
    public = town.desk().open(f"/topics/{call.ref}/").sees(call.title, "50,000", "1,000", "重大课题情况说明", document.number, "即将受理")
    answer = public.page.request.get(f"{town.base}/topics/{call.ref}/calendar.ics")
    assert "BEGIN:VALARM" in answer.text()


def fill_need(desk: Desk, **given: Any) -> Desk:
    values = {"title": "端侧大模型稀疏推理芯片", "background": "端侧部署功耗高。", "content": "研制稀疏推理架构与编译工具链。", "amount": 800,
              "own_money": 800, "cluster": "P02", "stage": "KEY", "result_user": "智能终端企业", "contact_name": "李晓舟", "contact_phone": "0755-88000002",
              "ind_0_name": "能效比", "ind_0_sign": "GE", "ind_0_value": "12.5", "ind_0_unit": "TOPS/W", **given}
    return desk.press(**values)


def begin(town: Town, key: str, stream: str) -> tuple[Desk, Need]:
    call = STORY["call"]
    desk = town.desk(key).open(f"/my/needs/start/{call.ref}/")
    desk.press(stream=stream)
    return desk, Need.objects.filter(call=call).latest("pk")


def test_03_a_unit_files_and_what_the_notice_forbids_is_refused_beside_the_field(town: Town, tmp_path: Path):
    call = STORY["call"]
    unit = Person.objects.get(email="li@demo.keguan.example").memberships.get().organisation
    Organisation.objects.filter(pk=unit.pk).update(facts={"rd_spend": {str(call.year - 1): "80000000"}})
    town.desk("li").open(f"/my/needs/start/{call.ref}/").sees("当前不在受理时间内")
    town.later(cycle.at(call.year, 3, 31, 10))
    li, need = begin(town, "li", "1")
    fill_need(li, ind_0_value="较高", ind_0_unit="").sees("指标不可考核：请填写数值", "指标不可考核：请填写单位")
    assert li.page.locator("[name=ind_0_value]").input_value() == "较高"
    assert li.page.locator("#e-f-ind_0_value").count() == 1
    fill_need(li, amount=1200).sees("征集通知三：建议金额1,000万元及以上", unit.name)
    letter = tmp_path / "说明.pdf"
    letter.write_bytes(b"MZ not a pdf")
    li.page.locator(f'form[action$="/files/letter/"] [name=sealed_by][value="{unit.name}"]').check()
    li.press("/files/letter/", file=str(letter)).sees("不属于允许的类型")
    letter.write_bytes(PDF)
    li.page.locator(f'form[action$="/files/letter/"] [name=sealed_by][value="{unit.name}"]').check()
    li.press("/files/letter/", file=str(letter)).sees("说明.pdf")
    fill_need(li, amount=1200, name_agreed=True)
    need.refresh_from_db()
    assert need.status == "UNIT_PENDING"
    town.desk("wang").open(f"/my/unit/needs/{need.ref}/").press("/endorse/").sees("已提交，待筛选")
    STORY["need"] = need


def test_04_the_third_topic_of_the_unit_is_refused_with_the_clause(town: Town):
    li, second = begin(town, "li", "2")
    fill_need(li, title="车路云协同感知")
    town.desk("wang").open(f"/my/unit/needs/{second.ref}/").press("/endorse/")
    li, third = begin(town, "li", "3")
    fill_need(li, title="第三项课题").sees("征集通知二", "不超过2项", "已提交2项", "8,000")
    third.refresh_from_db()
    assert (third.status, third.title) == ("DRAFT", "第三项课题")
    li.open(f"/my/needs/{second.ref}/").press("/withdraw/", why="另行立项")
    fill_need(li.open(f"/my/needs/{third.ref}/"), title="第三项课题")
    third.refresh_from_db()
    assert third.status == "UNIT_PENDING"  # the withdrawn one no longer counts
    STORY["third"] = third


def test_05_another_unit_files_nearly_the_same(town: Town):
    other = Person.objects.get(email="p1-0@demo.keguan.example")
    desk, need = begin(town, other.email, "1")
    fill_need(desk, title="面向端侧大模型的稀疏推理芯片架构", contact_name=other.name)
    town.desk("a1").open(f"/my/unit/needs/{need.ref}/").press("/endorse/")
    need.refresh_from_db()
    assert need.status == "FILED"
    STORY["alike"] = need


def test_06_what_comes_at_the_close_is_late(town: Town):
    call, third = STORY["call"], STORY["third"]
    town.later(call.closes_at)
    town.desk("wang").open(f"/my/unit/needs/{third.ref}/").sees("逾期未提交")
    third.refresh_from_db()
    assert third.status == "EXPIRED"


def test_07_the_desk_merges_scores_and_adopts(town: Town):
    call, need, alike = STORY["call"], STORY["need"], STORY["alike"]
    chen = town.desk("chen").open("/desk/needs/?q=稀疏推理芯片").sees(need.ref, alike.ref)
    chen.open(f"/desk/needs/{need.ref}/").press("/pass/").sees("相近课题", alike.title)
    chen.page.get_by_role("link", name="对比").first.click()
    chen.page.locator(f'[name=lead][value="{need.ref}"]').check()
    chen.press().sees("并入本课题的课题", alike.title)
    chen.open(f"/desk/topics/{call.ref}/experts/")
    zhao = Person.objects.get(email="zhao@demo.keguan.example")
    chen.press(people=zhao.pk)
    expert = town.desk("zhao").open("/review/needs/").sees(need.title)
    expert.open(f"/review/needs/{need.ref}/")
    assert need.unit.name not in expert.says()
    expert.press(p_need=40).sees("0至30之间")
    expert.press(p_need=28, p_novelty=20, p_feasibility=16, p_industry="22.5").sees("86.5")
    chen.open(f"/desk/topics/{call.ref}/ranking/").sees("86.50")
    chen.open(f"/desk/needs/{need.ref}/").press("/adopt/")
    need.refresh_from_db()
    assert need.status == "ADOPTED"
    assert Message.objects.filter(person__email="p1-0@demo.keguan.example", dedupe__contains="adopt").exists()
    assert LedgerRow.objects.filter(verb="programs.need.merge", target_id=alike.pk).exists()


def test_08_the_guide_takes_the_topic_and_says_where_it_came_from(town: Town):
    need, call = STORY["need"], STORY["call"]
    plan = cycle.annual_plan(town.world, call.year, [("KEY-INDUSTRY", f"{call.year}年度重点产业研发计划", Decimal(1_500_000_000), 309)])
    now = clock.now()
    item = plan.items.get()
    guide: Guide = programme.enter_guide_from_data(
        town.world.actor("chen"), guide_data("g2.json"), item, [(now, cycle.days(now, 30, 18))],
        policies=programmes.documents_for(item.special, clock.today()))
    chen = town.desk("chen").open(f"/desk/guides/{guide.ref}/sources/").press(need=need.ref, code="Z1").sees("Z1", need.ref)
    for key, verb in (("chen", "submit"), ("he", "agree"), ("lead", "approve"), ("chen", "publish")):
        if verb == "approve":
            sun = town.desk("sun").open(f"/desk/guides/{guide.ref}/opinion/")
            for yes in sun.page.locator("main input[type=radio][value=yes]").all():
                yes.check()
            sun.press(text="经审查，未发现问题，同意。")
        town.desk(key).open(f"/desk/guides/{guide.ref}/").press(f"/{verb}/")
    guide.refresh_from_db()
    assert chen and guide.status == "OPEN"
    public = town.desk().open(f"/guides/{guide.year}/{guide.slug}/").sees("来源于企业出题（2项需求）", need.unit.name)
    assert STORY["alike"].unit.name not in public.says()  # it did not agree to be named
    for key, row in (("li", need), ("p1-0@demo.keguan.example", STORY["alike"])):
        town.desk(key).open(f"/my/needs/{row.ref}/").sees("处理结果", "Z1", guide.title)
    town.desk().open("/topics/statistics/").sees("出题情况统计", "100.0%")
