"""An application from the first page to its receipt by people who cannot use all of a browser: once with the keyboard alone,
once without JavaScript. The form of the guide has a field of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Organisation, Person
from accounts.policies import Actor
from applications import actions as filing
from applications.models import Application
from core import clock
from core.models import Job
from portal.demo import cycle, fill
from portal.demo.invented import resident_id
from portal.demo.people import PASSWORD
from programs import actions as programme
from programs.models import Guide
from tests.journeys.conftest import Desk, Town, free_year, guide_data, in_force
from tests.journeys.keyboard import Keyboard

YES_NO = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]
KINDS = [{"value": "bank", "label": "银行贷款"}, {"value": "fund", "label": "基金投资"}, {"value": "own", "label": "自有资金"}]
FIELDS = {
    "basic": ("基本信息", "准备", [
        {"code": "title", "kind": "text", "label": "项目名称", "required": True, "max_length": 40},
        {"code": "requested", "kind": "money", "label": "申请资助金额", "required": True, "min": "100000"},
        {"code": "months", "kind": "number", "label": "实施期限", "required": True, "min": 12, "max": 36, "unit": "个月"},
        {"code": "starts_on", "kind": "date", "label": "计划开始日期", "required": True},
        {"code": "cluster", "kind": "select", "label": "所属产业集群（20+8）", "required": True, "choices_from": "clusters-2024"},
        {"code": "full_time", "kind": "radio", "label": "是否全职在牵头单位工作", "required": True, "choices": YES_NO, "fact": "leader.full_time"},
        {"code": "sources", "kind": "multi", "label": "资金来源", "required": True, "choices": KINDS, "min_items": 2},
    ]),
    "content": ("研究内容", "项目内容", [
        {"code": "goals", "kind": "textarea", "label": "总体目标", "required": True, "max_length": 1000},
        {"code": "steps", "kind": "table", "label": "进度安排", "required": True, "min_rows": 2, "max_rows": 8, "columns": [
            {"code": "from", "kind": "date", "label": "开始", "required": True}, {"code": "work", "kind": "text", "label": "工作内容", "required": True},
            {"code": "days", "kind": "number", "label": "天数"}, {"code": "source", "kind": "select", "label": "经费", "choices": KINDS},
            {"code": "outside", "kind": "bool", "label": "外协"}]},
        {"code": "loans", "kind": "group", "label": "贷款合同", "max_rows": 3, "fields": [
            {"code": "number", "kind": "text", "label": "合同编号", "required": True}, {"code": "amount", "kind": "money", "label": "贷款金额"},
            {"code": "repaid", "kind": "radio", "label": "是否结清", "choices": YES_NO}, {"code": "note", "kind": "textarea", "label": "贷款说明"}]},
    ]),
    "pledge": ("承诺", "提交", [{"code": "true", "kind": "bool", "label": "所填内容真实、准确、完整", "required": True, "must_be": True}]),
}


@dataclass
class Scene:
    """An open guide and the two units that file in it."""

    town: Town
    guide: Guide
    units: list[Organisation]

    def people(self, index: int) -> tuple[Person, Person]:
        unit = self.units[index]
        return self.town.world.leaders[unit.pk][0], self.town.world.admins[unit.pk]


def small_guide() -> dict[str, Any]:
    """The guide of industry R&D with a form of every kind, one material, and the conditions these ask for."""
    data = guide_data("g2.json")
    kept = {"C1", "C2", "C10", "C11"}
    body = data["data"]
    body["form"] = {"sections": [{"code": code, "title": title, "group": group, "fields": fields} for code, (title, group, fields) in FIELDS.items()]}
    body["documents"], body["team"] = body["documents"][:1], {"min": 2, "max": 10}
    body["conditions"] = [one for one in body["conditions"] if one["code"] in kept]
    body["formality_items"] = [one for one in body["formality_items"] if one.get("auto") in kept]
    body["targets"] |= {"min_rows": 2}
    return data


@pytest.fixture(scope="module")
def scene(town: Town, django_db_blocker) -> Scene:
    with django_db_blocker.unblock():
        plan = cycle.annual_plan(town.world, free_year(town), [("KEY-INDUSTRY", "重点产业研发计划", Decimal(1_500_000_000), 309)])
        in_force(town, "KEY-INDUSTRY")
        opens = clock.now() + timedelta(days=1)
        guide = cycle.publish(town.world, small_guide(), plan.items.get(), [(opens, opens + timedelta(days=40))])
        town.later(opens + timedelta(hours=1))
        units = [unit for unit in town.world.units if unit.kind == "ENTERPRISE"]
        return Scene(town, guide, [units[0], units[1]])


@pytest.mark.django_db
def test_00_the_guide_is_open(scene: Scene):
    """The mark makes pytest-django set up the database; the journeys commit and so carry none."""
    scene.guide.refresh_from_db()
    assert scene.guide.status == "OPEN"


def arrived(row: Application, year: int) -> None:
    """What both people have filled in stands in what was submitted."""
    data = row.versions.latest("number").data
    answers = data["answers"]
    assert answers["basic"]["starts_on"] == f"{year}-03-15" and answers["basic"]["sources"] == ["bank", "own"]
    assert answers["basic"]["full_time"] == "yes" and answers["pledge"]["true"] is True
    assert [(line["from"], line["days"], line["source"], line["outside"]) for line in answers["content"]["steps"]] == [
        (f"{year}-0{number}-20", f"{number}0", "fund", True) for number in (1, 2, 3)]
    assert answers["content"]["loans"] == [{"number": "HT-1", "amount": "5000.00", "repaid": "no", "note": "已放款"}]
    assert [member["name"] for member in data["team"]][1:] == ["周子衿"]
    assert {(line["heading"], line["source"]): Decimal(line["amount"]) for line in data["budget"]} == {
        ("EQUIP-BUY", "CITY"): 2_000_000, ("EQUIP-BUY", "OWN"): 3_000_000, ("LABOUR", "CITY"): 800_000, ("INDIRECT", "CITY"): 200_000}
    assert [(one["name"], one["weight"]) for one in data["targets"]] == [("样机", "60"), ("新增销售收入", "40")]
    assert [one["name"] for one in data["annexes"]] == ["可行性研究报告.pdf"]


# --- the keyboard alone ------------------------------------------------------------------------------------------


def sign_in(keys: Keyboard, person: Person) -> None:
    keys.open("/")
    keys.go("登录", "link")
    keys.skip()
    keys.write("邮箱或手机号", person.email)
    keys.write("密码", PASSWORD)
    keys.turned(lambda: keys.press("Enter"))


def finished(keys: Keyboard) -> None:
    """Say that the part is finished, and go on to the next."""
    keys.pick("填完了")
    keys.go("保存并继续", "button", "Space")
    keys.skip()


def begin(keys: Keyboard, guide: Guide) -> Application:
    keys.skip()
    keys.go(guide.title, "link")
    keys.skip()
    keys.go("开始申报", "link")
    keys.skip()
    keys.choose("课题", "T02")
    keys.go("开始填写申请", "button")
    keys.skip()
    keys.go("基本信息", "link")
    keys.skip()
    return Application.objects.get(guide=guide, ref=keys.page.url.split("/")[5])


def basic(keys: Keyboard) -> None:
    keys.write("项目名称", "只用键盘填写的项目")
    keys.write("申请资助金额", "3000000")
    keys.write("实施期限", "24")
    keys.date("计划开始日期", f"{clock.today().year + 1}-03-15")
    keys.choose("所属产业集群", "")
    keys.press("ArrowDown")
    keys.pick("否")
    keys.press("ArrowUp")  # the arrows change the answer: back to yes
    assert keys.kept().name == "是"
    keys.tick("银行贷款")
    keys.tick("自有资金")
    finished(keys)


def team(keys: Keyboard) -> None:
    keys.go("添加成员", "link")
    keys.skip()
    keys.write("姓名", "周子衿")
    keys.pick("参与人员")
    keys.write("证件号码", resident_id(date(1990, 5, 6), "F", 771))
    keys.write("承担任务", "测试")
    keys.write("投入人月", "6")
    keys.turned(lambda: keys.press("Enter"))
    keys.skip()
    keys.go("这一部分已完成，继续", "button")
    keys.skip()
    keys.go("这一部分已完成，继续", "button", "Space")  # no partners
    keys.skip()


def content(keys: Keyboard) -> None:
    keys.write("总体目标", "建成一条示范线。")
    keys.press("Enter")
    assert keys.kept().value.endswith("\n"), "Enter begins a new line of a long text"
    for row in range(1, 4):
        if row == 3:  # more rows come with a save
            keys.go("保存", "button", exact=True)
            keys.skip()
        keys.date(f"开始 {row}", f"{clock.today().year + 1}-0{row}-20")
        keys.write(f"工作内容 {row}", f"第 {row} 步")
        keys.write(f"天数 {row}", f"{row}0")
        keys.choose(f"经费 {row}", "基金投资")
        keys.tick(f"外协 {row}")
        if row == 2:
            keys.write("合同编号", "HT-1")
            keys.write("贷款金额", "5000")
            keys.pick("否")
            keys.write("贷款说明", "已放款")
    finished(keys)


def targets(keys: Keyboard) -> None:
    for row, (kind, name, value, weight) in enumerate((("产出指标", "样机", "3", "60"), ("效益指标", "新增销售收入", "900", "40")), 1):
        keys.choose(f"指标类别 {row}", kind)
        keys.write(f"指标 {row}", name)
        keys.choose(f"方向 {row}", "不少于")
        keys.write(f"目标值 {row}", value)
        keys.write(f"计量单位 {row}", "台" if row == 1 else "万元")
        keys.write(f"权重 {row}", weight)
    finished(keys)


def budget(keys: Keyboard) -> None:
    for heading, city, own in (("购置设备费", "200", "300"), ("劳务费", "80", ""), ("间接费用", "20", "")):
        keys.write(f"{heading} 市财政资金", city)
        if own:
            keys.write(f"{heading} 自筹资金", own)
    finished(keys)


def files(keys: Keyboard) -> None:
    keys.attach("可行性研究报告", {"name": "可行性研究报告.pdf", "mimeType": "application/pdf", "buffer": fill.PDF})
    keys.to("上传 可行性研究报告", "button")
    with keys.page.expect_response(lambda answer: answer.request.method == "GET" and "/files/" in answer.url):
        keys.press("Enter")
    keys.page.wait_for_selector("#d-D01 a")
    assert keys.kept().id == "u-D01"
    keys.go("这一部分已完成，继续", "button")
    keys.skip()


def test_an_application_by_keyboard_alone(town: Town, scene: Scene):
    leader, admin = scene.people(0)
    keys = Keyboard(town.desk().page, town.base)
    sign_in(keys, leader)
    row = begin(keys, scene.guide)
    for part in (basic, team, content, targets, budget):
        part(keys)
    keys.tick("所填内容真实、准确、完整")
    finished(keys)
    files(keys)
    assert "/check/" in keys.page.url
    keys.go("提交单位审核", "button")
    row.refresh_from_db()
    assert row.status == "UNIT_PENDING"
    keys.go("退出", "button")
    sign_in(keys, admin)
    keys.go("单位申请", "link")
    keys.skip()
    keys.go("只用键盘填写的项目", "link")
    keys.skip()
    keys.go("审核通过并提交", "button")
    row.refresh_from_db()
    assert row.status == "SUBMITTED"
    assert row.receipt_number in keys.page.locator("main").inner_text()
    arrived(row, year=clock.today().year + 1)
    keys.close()



def test_the_tree_of_a_condition_keeps_the_focus(town: Town, scene: Scene):
    """Every button of the editor puts another editor in its place."""
    draft = programme.create_guide(town.world.actor("chen"), scene.guide.plan_item, title="起草中的指南", title_en="A draft")
    keys = Keyboard(town.desk("chen").page, town.base)
    keys.open(f"/desk/guides/{draft.ref}/conditions/new/")
    keys.skip()
    for button, says in (("增加比较项", "增加比较项"), ("交人工判断", "交人工判断"), ("移除", "")):
        keys.to(button, "button")
        with keys.page.expect_response(lambda answer: answer.request.method == "POST"):
            keys.press("Enter")
        keys.page.wait_for_selector("#editor form:not([aria-busy])")
        assert keys.kept().name.startswith(says)
    keys.close()


def test_taking_the_other_text_keeps_the_focus(town: Town, scene: Scene):
    leader = town.world.leaders[scene.units[0].pk][1]
    row = filing.start(Actor.of(leader), scene.guide, unit=scene.units[0], topic=scene.guide.topics.first())
    keys = Keyboard(town.desk(leader.email).page, town.base)
    keys.open(f"/my/applications/{row.ref}/sections/basic/")
    filing.save_section(Actor.of(leader), row, section="basic", values={"title": "另一窗口的题目"}, base=row.rev)
    keys.skip()
    keys.write("项目名称", "本窗口的题目")
    keys.page.wait_for_selector("#conflicts button")
    keys.to("采用对方的 项目名称", "button")
    with keys.page.expect_navigation():
        keys.press("Space")
    keys.page.wait_for_selector("#f-title:focus")
    stop = keys.kept()
    assert (stop.id, stop.value) == ("f-title", "另一窗口的题目")
    keys.close()


def test_a_job_that_tells_its_progress_keeps_the_focus(town: Town, scene: Scene):
    """Its card is put anew every two seconds, and at the end with another thing to press."""
    leader, _admin = scene.people(0)
    job = Job.objects.create(kind="nobody.does.this", actor_id=leader.pk, title="打印")
    keys = Keyboard(town.desk(leader.email).page, town.base)

    def told() -> None:
        with keys.page.expect_response(lambda answer: str(job.uid) in answer.url):
            pass
        keys.page.wait_for_selector("#job:not(.htmx-request, .htmx-swapping, .htmx-settling)")

    keys.open(f"/jobs/{job.uid}/")
    keys.skip()
    keys.to("取消", "button")
    told()
    assert keys.kept().name == "取消"
    Job.objects.filter(pk=job.pk).update(state="DONE", result={"link": "/my/"})
    told()
    keys.page.wait_for_selector("#job a")
    assert keys.kept().name == "查看结果"
    keys.close()


# --- without JavaScript ------------------------------------------------------------------------------------------


def saved(desk: Desk, go: str = "next", **values: Any) -> None:
    """Fill the form of a part and press one of its buttons."""
    form = desk.form()
    desk.fill(form, **values)
    with desk.page.expect_navigation() as coming:
        form.locator(f"button[name=go][value={go}]").click()
    assert coming.value is not None and coming.value.status == 200


def ticked(desk: Desk, name: str, *values: str) -> None:
    for value in values:
        desk.page.locator(f'main [name="{name}"][value="{value}"]').check()


def followed(desk: Desk, name: str, role: Any = "link", where: str = "main") -> None:
    with desk.page.expect_navigation() as coming:
        desk.page.locator(where).get_by_role(role, name=name).first.click()
    assert coming.value is not None and coming.value.status == 200


def plain_sign_in(desk: Desk, person: Person) -> None:
    desk.open("/login/").press("", identifier=person.email, password=PASSWORD)


def plain_basic(desk: Desk, row: Application, year: int) -> None:
    """A wrong number first: said beside the field, and nothing of the page is lost."""
    values: dict[str, Any] = {"title": "不用脚本填写的项目", "requested": "3000000", "starts_on": f"{year}-03-15", "full_time": "yes"}
    ticked(desk, "sources", "bank", "own")
    desk.page.locator("main [name=cluster]").select_option(index=2)
    saved(desk, months="七个月", **values, done="1")
    field = desk.page.locator(".st-field", has=desk.page.locator("[name=months]"))
    assert "须为数字" in field.inner_text() and field.locator("[aria-invalid=true]").input_value() == "七个月"
    for name, value in values.items():
        checked = ":checked" if name == "full_time" else ""
        assert desk.page.locator(f"main [name={name}]{checked}").input_value() == value, name
    assert desk.page.locator("main [name=sources]:checked").count() == 2 and desk.page.locator("main [name=cluster]").input_value()
    saved(desk, months="24", done="1")
    assert desk.page.url.endswith("/team/")


def plain_team(desk: Desk) -> None:
    followed(desk, "添加成员")
    desk.press("", name="周子衿", role="MEMBER", id_number=resident_id(date(1990, 5, 6), "F", 773), duty="测试", person_months="6").sees("周子衿")
    followed(desk, "这一部分已完成，继续", "button")
    followed(desk, "这一部分已完成，继续", "button")  # no partners


def plain_content(desk: Desk, year: int) -> None:
    def step(number: int) -> dict[str, Any]:
        line = {"from": f"{year}-0{number}-20", "work": f"第 {number} 步", "days": f"{number}0", "source": "fund", "outside": True}
        return {f"steps.{number - 1}.{name}": value for name, value in line.items()}

    loan = {"loans.0.number": "HT-1", "loans.0.amount": "5000", "loans.0.repaid": "no", "loans.0.note": "已放款"}
    saved(desk, "here", goals="建成一条示范线。", **step(1), **step(2), **loan)
    assert desk.page.locator("[name='loans.1.number']").count() == 1, "after a save there is room for one more"
    saved(desk, **step(3), done="1")


def test_an_application_without_script(town: Town, scene: Scene):
    leader, admin = scene.people(1)
    year = clock.today().year + 1
    desk = town.desk(script=False)
    plain_sign_in(desk, leader)
    desk.open("/my/")
    for link in (scene.guide.title, "开始申报"):
        followed(desk, link)
    desk.press("", topic=scene.guide.topics.last().pk)
    row = Application.objects.get(guide=scene.guide, leader=leader)
    followed(desk, "基本信息")
    plain_basic(desk, row, year)
    plain_team(desk)
    plain_content(desk, year)
    for index, (kind, name, value, unit, weight) in enumerate((("产出指标", "样机", "3", "台", "60"), ("效益指标", "新增销售收入", "900", "万元", "40"))):
        menu = desk.page.locator(f"[name='rows.{index}.kind']")
        menu.select_option(menu.locator("option", has_text=kind).first.get_attribute("value"))
        line = {"name": name, "direction": "GE", "value": value, "unit": unit, "weight": weight}
        desk.fill(desk.form(), **{f"rows.{index}.{key}": text for key, text in line.items()})
    saved(desk, done="1")
    saved(desk, **{"EQUIP-BUY:CITY": "200", "EQUIP-BUY:OWN": "300", "LABOUR:CITY": "80", "INDIRECT:CITY": "20"}, done="1")
    saved(desk, true=True, done="1")
    desk.press("/files/D01/upload/").sees("请先选择文件")
    desk.press("/files/D01/upload/", file={"name": "可行性研究报告.pdf", "mimeType": "application/pdf", "buffer": fill.PDF}).sees("已上传")
    followed(desk, "这一部分已完成，继续", "button")
    desk.sees("系统能核对的内容全部符合").press("/hand-in/")
    followed(desk, "退出", "button", "body")
    plain_sign_in(desk, admin)
    desk.open("/my/unit/applications/")
    assert not desk.page.get_by_role("checkbox", name="全选本页").is_visible(), "what only a script can do is not offered"
    followed(desk, "不用脚本填写的项目")
    desk.press("/endorse/")
    row.refresh_from_db()
    assert row.status == "SUBMITTED"
    desk.sees(row.receipt_number)
    arrived(row, year)
