"""Every refusal, walked in a browser: what is not allowed is not done, the page says why in words, nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts import actions as accounts
from accounts.models import Organisation, Person
from accounts.policies import Actor, system
from accounts.states import Role
from applications import actions as filing
from applications.models import Annex, Application, SectionSave
from core import clock
from core.models import LedgerRow
from funding.models import Disbursement, MoneyEntry
from portal.demo import awards, cycle, fill
from programs import actions as programme
from programs import queries as programmes
from programs.models import ControlFigure, Guide
from reviews import actions as reviews
from reviews.models import Assignment, Batch, Recusal
from tests.journeys.conftest import Desk, Town, free_year, guide_data, in_force

MILLION = Decimal(1_000_000)


@dataclass
class Scene:
    """An open guide of industry R&D (one application per unit) and whose turn it is to file in it."""

    town: Town
    plan: Any
    guide: Guide
    used: list[int] = field(default_factory=list)

    def unit(self, kind: str = "ENTERPRISE") -> Organisation:
        """A unit that has not filed yet."""
        unit = next(one for one in self.town.world.units[1:] if one.kind == kind and one.pk not in self.used)
        self.used.append(unit.pk)
        return unit

    def draft(self, unit: Organisation, person: int = 0, *, finished: bool = True) -> tuple[Application, Person]:
        leader = self.town.world.leaders[unit.pk][person]
        if finished:
            row = fill.begin(self.town.world, self.guide, unit, leader)
            return fill.Filler(self.town.world, row, Actor.of(leader)).everything(), leader
        return filing.start(Actor.of(leader), self.guide, unit=unit, topic=self.guide.topics.first()), leader


@pytest.fixture(scope="module")
def scene(town: Town, django_db_blocker) -> Scene:
    with django_db_blocker.unblock():
        year = free_year(town)
        for special in ("KEY-INDUSTRY", "POC"):
            in_force(town, special)
        plan = cycle.annual_plan(town.world, year, [
            ("KEY-INDUSTRY", f"{year}年度重点产业研发计划", 1500 * MILLION, 309), ("POC", f"{year}年度概念验证中心", 100 * MILLION, 30)])
        data = guide_data("g2.json")
        data["data"]["quota"]["per_unit"] = 1
        now = clock.now()
        item = plan.items.get(special__code="KEY-INDUSTRY")
        return Scene(town, plan, cycle.publish(town.world, data, item, [(now + timedelta(days=1), now + timedelta(days=40))]))


def posted(desk: Desk, path: str, **values: Any) -> Any:
    """What a script could send with this person's session: a POST from outside the page, with a good token."""
    token = desk.page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    return desk.page.request.post(desk.base + path, form={"csrfmiddlewaretoken": token, **values}, headers={"Referer": desk.page.url})


def moves(row: Any, verb: str) -> int:
    return LedgerRow.objects.filter(target_type=row._meta.label_lower, target_id=row.pk, verb=verb).count()


def state(row: Any) -> str:
    row.refresh_from_db()
    return row.status


@pytest.mark.django_db
def test_00_the_programme_tree_is_there(town: Town):
    """The mark makes pytest-django set up the database; the steps below commit and so carry none."""
    assert programmes.tree_as_of() is not None


# --- who may not -------------------------------------------------------------------------------------------------


def test_a_visitor_is_sent_to_sign_in_and_comes_back(town: Town):
    visitor = town.desk()
    visitor.page.goto(f"{town.base}/my/applications/")
    assert "/login/?next=" in visitor.page.url
    visitor.page.fill("main [name=identifier]", "li@demo.keguan.example")
    visitor.page.fill("main [name=password]", "wrong-password")
    visitor.page.locator("main form button").first.click()
    visitor.sees("密码")
    assert visitor.page.locator("main [name=identifier]").input_value() == "li@demo.keguan.example"  # what was typed is still there
    visitor.page.fill("main [name=password]", "keguan-demo-2026")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url("**/my/applications/")


@pytest.mark.parametrize(("key", "path", "says"), [
    ("li", "/desk/applications/", "只有"), ("li", "/audit/", "审计"), ("zhao", "/desk/payments/", "仅局内工作人员"), ("qian", "/desk/reviews/", ""),
    ("wang", "/desk/", ""), ("fin", "/desk/plans/annual/new/", "资源配置"),
])
def test_the_wrong_role_reads_who_may(town: Town, key: str, path: str, says: str):
    desk = town.desk(key)
    answer = desk.page.goto(town.base + path)
    if key == "qian":  # the auditor may read the list of reviews, not organise one
        assert answer.status == 200
        return
    assert answer.status == 403, (key, path, answer.status)
    desk.sees(says, "返回首页")


def test_forged_numbers_lead_nowhere(town: Town, scene: Scene):
    town.later(scene.guide.opens_at + timedelta(hours=1))
    unit = scene.unit()
    row, leader = scene.draft(unit)
    row = filing.hand_in(Actor.of(leader), row)
    stranger = town.desk("li").open("/my/")
    for path in (f"/my/applications/{row.ref}/", "/my/applications/KEY-9999-00000/", f"/my/applications/{row.ref}/sections/basic/",
                 "/my/reports/00000000-0000-0000-0000-000000000000/", f"/desk/applications/{row.ref}/"):
        answer = stranger.page.goto(town.base + path)
        assert answer.status in (403, 404), (path, answer.status)
    stranger.page.goto(f"{town.base}/my/applications/{row.ref}/")
    stranger.sees("页面不存在，或您无权查看。")
    other = town.desk("wang").open("/my/unit/applications/")  # the administrator of another unit
    assert posted(other, f"/my/unit/applications/{row.ref}/endorse/").status == 404
    assert posted(other, f"/my/unit/applications/{row.ref}/return/", why="x").status == 404
    assert state(row) == "UNIT_PENDING"


# --- filing ------------------------------------------------------------------------------------------------------


def test_a_unit_of_the_wrong_kind_and_a_guide_not_open(town: Town, scene: Scene):
    data = guide_data("g1.json")
    now = clock.now()
    other = cycle.publish(town.world, data, scene.plan.items.get(special__code="POC"), [(now + timedelta(days=20), now + timedelta(days=50))])
    early = town.desk("li").open(f"/guides/{other.year}/{other.slug}/")
    assert not early.page.locator("main a[href*='/start/']").count()
    early.open(f"/my/applications/start/{other.ref}/").press("").sees("开放申报")
    assert not Application.objects.filter(guide=other).exists()
    wrong = next(unit for unit in town.world.units if unit.kind not in scene.guide.version.data["applicants"] and town.world.leaders[unit.pk])
    desk = town.desk(town.world.leaders[wrong.pk][0].email).open(f"/my/applications/start/{scene.guide.ref}/")
    desk.sees("本指南不受理此类单位的申报")
    assert not desk.page.locator("main form").count()
    assert not Application.objects.filter(guide=scene.guide, unit=wrong).exists()


def test_bad_values_stand_beside_their_fields_and_stay(town: Town, scene: Scene):
    row, leader = scene.draft(scene.unit(), finished=False)
    here = f"/my/applications/{row.ref}/sections/basic/"
    desk = town.desk(leader.email).open(here)
    long, words = "超长题目" * 30, "三十万"
    form = desk.form()
    desk.fill(form, title=long, requested=words, months="-3", starts_on="1999-01-01")
    with desk.page.expect_navigation():
        form.locator("[name=done][value='1'], [name=done]").first.check()
        form.locator("button[name=go]").first.click()
    desk.sees("最多 40 个字", "须为数字", "不得小于", "不得早于")
    for name, value in {"title": long, "requested": words, "months": "-3", "starts_on": "1999-01-01"}.items():
        box = desk.page.locator(f'main [name="{name}"]')
        assert box.input_value() == value, name
        assert box.get_attribute("aria-invalid") == "true", f"{name}: {desk.says()[:900]}"
    row.refresh_from_db()
    assert row.answers["basic"]["title"] == long


def test_two_tabs_keep_both_texts(town: Town, scene: Scene):
    row, leader = scene.draft(scene.unit(), finished=False)
    here = f"/my/applications/{row.ref}/sections/basic/"
    first, second = town.desk(leader.email).open(here), town.desk(leader.email).open(here)
    with first.page.expect_response(lambda r: "autosave" in r.url) as saved:
        first.page.fill("[name=title]", "第一个窗口写下的题目")
    assert saved.value.status == 200
    with second.page.expect_response(lambda r: "autosave" in r.url) as refused:
        second.page.fill("[name=title]", "第二个窗口写下的题目")
    assert refused.value.status == 409
    expect(second.page.locator("main")).to_contain_text("第一个窗口写下的题目")
    assert second.page.locator("[name=title]").input_value() == "第二个窗口写下的题目"
    second.press("")  # the person has seen both and keeps the own one; the other stays in the history
    row.refresh_from_db()
    assert row.answers["basic"]["title"] == "第二个窗口写下的题目"
    saves = [save.values.get("title") for save in SectionSave.objects.filter(application=row, section="basic")]
    assert saves, "the history of saves is kept"


def test_two_people_without_script_keep_both_texts(town: Town, scene: Scene):
    row, leader = scene.draft(scene.unit(), finished=False)
    here = f"/my/applications/{row.ref}/sections/basic/"
    desk = town.desk(leader.email, script=False).open(here)
    filing.save_section(Actor.of(leader), row, section="basic", values={"title": "先保存的题目"}, base=10_000)
    desk.press("", title="后写的题目").sees("先保存的题目")
    assert desk.page.locator("[name=title]").input_value() == "后写的题目"
    desk.press("")
    row.refresh_from_db()
    assert row.answers["basic"]["title"] == "后写的题目"


def test_files_that_are_not_what_they_say_or_too_big(town: Town, scene: Scene, tmp_path: Path):
    row, leader = scene.draft(scene.unit(), finished=False)
    desk = town.desk(leader.email).open(f"/my/applications/{row.ref}/files/")

    def send(code: str, file: Any) -> None:
        form = desk.page.locator(f"form[action$='/files/{code}/upload/']")
        form.locator("[type=file]").set_input_files(file)
        if form.locator("button").is_visible():
            form.locator("button").click()

    good = {"name": "可行性研究报告.pdf", "mimeType": "application/pdf", "buffer": fill.PDF}
    send("D01", good)
    expect(desk.page.locator("#d-D01")).to_contain_text("可行性研究报告.pdf")
    send("D01", {"name": "其实是文本.pdf", "mimeType": "application/pdf", "buffer": "只是文字".encode()})
    expect(desk.page.locator("body")).to_contain_text("其实是文本.pdf")
    desk.open(f"/my/applications/{row.ref}/files/")
    expect(desk.page.locator("#d-D01")).to_contain_text("可行性研究报告.pdf")  # the good one is untouched
    big = tmp_path / "很大的报告.pdf"
    with big.open("wb") as file:
        file.write(fill.PDF)
        file.truncate(1024**3)
    send("D01", str(big))
    expect(desk.page.locator("#d-D01")).to_contain_text("超过 50 MB")
    assert Annex.objects.filter(application=row, is_current=True).count() == 1


def test_what_is_missing_is_listed_at_once_and_nothing_is_handed_in(town: Town, scene: Scene):
    row, leader = scene.draft(scene.unit(), finished=False)
    desk = town.desk(leader.email).open(f"/my/applications/{row.ref}/check/")
    desk.sees("营业执照", "可行性研究报告", "社保")
    assert desk.form("/hand-in/").locator("button:not([name])").first.is_disabled()
    link = desk.page.locator("#errors a", has_text="营业执照").first
    link.click()
    desk.page.wait_for_url("**/files/**")
    desk.open(f"/my/applications/{row.ref}/check/")
    answer = posted(desk, f"/my/applications/{row.ref}/hand-in/")
    assert "可行性研究报告" in answer.text()
    assert state(row) == "DRAFT" and not moves(row, "applications.application.hand_in")


def test_more_money_than_the_topic_gives(town: Town, scene: Scene):
    row, leader = scene.draft(scene.unit())
    filing.save_section(Actor.of(leader), row, section="basic", values={"requested": "29999999"}, base=10_000)
    row.refresh_from_db()
    topic = row.topic
    if topic.cap >= Decimal("29999999"):
        topic = scene.guide.topics.exclude(cap__gte=Decimal("29999999")).first()
        Application.objects.filter(pk=row.pk).update(topic=topic)
    desk = town.desk(leader.email).open(f"/my/applications/{row.ref}/check/")
    desk.sees("超过课题资助上限")
    posted(desk, f"/my/applications/{row.ref}/hand-in/")
    assert state(row) == "DRAFT"


def test_the_quota_of_the_unit_and_a_double_click(town: Town, scene: Scene):
    unit = scene.unit()
    rows = [scene.draft(unit, person) for person in (0, 1)]
    for row, leader in rows:
        desk = town.desk(leader.email).open(f"/my/applications/{row.ref}/check/")
        desk.twice("/hand-in/")
        assert state(row) == "UNIT_PENDING" and moves(row, "applications.application.hand_in") == 1
    admin = town.desk(town.world.admins[unit.pk].email)
    first, second = rows[0][0], rows[1][0]
    admin.open(f"/my/unit/applications/{first.ref}/").twice("/endorse/")
    assert state(first) == "SUBMITTED" and moves(first, "applications.application.endorse") == 1
    receipt = first.receipt_number
    answer = posted(admin, f"/my/unit/applications/{first.ref}/endorse/")  # the same POST again
    assert receipt in answer.text() or answer.ok
    assert moves(first, "applications.application.endorse") == 1
    admin.open(f"/my/unit/applications/{second.ref}/").press("/endorse/").sees("至多申报1项，已提交1项")
    assert state(second) == "UNIT_PENDING"


def test_a_refused_return_keeps_the_reason(town: Town, scene: Scene):
    """The leader takes the application back while the administrator is writing why it is returned."""
    unit = scene.unit()
    row, leader = scene.draft(unit)
    filing.hand_in(Actor.of(leader), row)
    admin = town.desk(town.world.admins[unit.pk].email).open(f"/my/unit/applications/{row.ref}/")
    filing.recall(Actor.of(leader), row)
    why = "预算第三行的单价与报价单不一致，请核对后重新提交；另请补充社保凭证中两名成员的姓名。"
    admin.press("/return/", why=why)
    admin.sees(why)
    assert state(row) == "DRAFT"


def test_late_by_a_minute(town: Town, scene: Scene):
    unit, other = scene.unit(), scene.unit()
    row, leader = scene.draft(unit)
    row = filing.hand_in(Actor.of(leader), row)
    draft, writer = scene.draft(other, finished=False)
    admin = town.desk(town.world.admins[unit.pk].email).open(f"/my/unit/applications/{row.ref}/")
    typing = town.desk(writer.email).open(f"/my/applications/{draft.ref}/sections/ground/")
    typing.page.fill("[name=necessity]", "截止前写下的文字，一个字也不能丢。")
    clock.shift_to(scene.guide.closes_at + timedelta(seconds=1))  # the sweep that closes the guide has not run yet
    admin.press("/endorse/").sees("截止申报", "当前服务器时间")
    assert state(row) == "UNIT_PENDING" and not row.receipt_number
    typing.press("")
    typing.open(f"/my/applications/{draft.ref}/read/")
    typing.sees("截止前写下的文字，一个字也不能丢。")
    town.later(scene.guide.closes_at + timedelta(minutes=2))
    town.desk(writer.email).open(f"/my/applications/start/{scene.guide.ref}/").press("").sees("截止申报")
    answer = posted(admin, f"/my/unit/applications/{row.ref}/endorse/")
    assert "截止" in answer.text() or "NOT_SUBMITTED" in state(row)
    assert state(row) != "SUBMITTED"


# --- the bureau --------------------------------------------------------------------------------------------------


def test_a_guide_above_its_plan_item_is_not_published(town: Town, scene: Scene):
    data = guide_data("g2.json")
    data["data"]["quota"] |= {"budget_control": "2000000000"}
    item = scene.plan.items.get(special__code="KEY-INDUSTRY")
    now = clock.now()
    chen = town.world.actor("chen")
    guide = programme.enter_guide_from_data(chen, data, item, [(now + timedelta(days=1), now + timedelta(days=9))],
                                            policies=programmes.documents_for(item.special, clock.today()))
    town.desk("chen").open(f"/desk/guides/{guide.ref}/").sees("条款 A2")
    answer = posted(town.desk("chen").open(f"/desk/guides/{guide.ref}/"), f"/desk/guides/{guide.ref}/submit/")
    assert "条款 A2" in answer.text()
    assert state(guide) == "DRAFT"
    assert town.desk().page.goto(f"{town.base}/guides/{guide.year}/{guide.slug}/").status == 404
    bare = programme.create_guide(chen, item, title="没有政策依据的指南", title_en="A guide without a basis")
    town.desk("chen").open(f"/desk/guides/{bare.ref}/").sees("政策")


def test_nobody_approves_what_they_drafted(town: Town, scene: Scene):
    """The resource officer who becomes a leader may not approve the plan they drafted (two persons)."""
    he = town.world.staff["he"]
    year = scene.plan.year + 1
    plan = programme.draft_plan(Actor.of(he), year, tree=scene.plan.tree, control_figure=100 * MILLION, reserve=MILLION)
    programme.add_item(Actor.of(he), plan, special=scene.plan.items.first().special, title="测试", money=MILLION, count=1,
                       opens_month=3, closes_month=5)
    plan = programme.submit_plan(Actor.of(he), plan)
    accounts.grant_role(system("test"), he, town.world.bureau, Role.LEADER, since=clock.today())
    desk = town.desk("he").open(f"/desk/plans/annual/{year}/")
    desk.sees("起草、修改或者提交的人员不能审定（须由两人办理）")
    posted(desk, f"/desk/plans/annual/{year}/approve/")
    assert state(plan) == "SUBMITTED"
    grant = he.memberships.get(role=Role.LEADER)
    accounts.end_role(system("test"), grant, why="测试结束")


def test_a_late_correction_is_refused_by_the_clock(town: Town, scene: Scene):
    officer = town.world.actor("chen")
    row = Application.objects.filter(guide=scene.guide, status="SUBMITTED").first()
    chen = town.desk("chen").open(f"/desk/applications/{row.ref}/")
    round_ = filing.open_check(officer, row)
    codes = list(round_.items.values_list("code", flat=True))
    filing.tick(officer, round_, results={**dict.fromkeys(codes, ("OK", "")), codes[-1]: ("FIX", "缺少签字页")})
    chen.open(f"/desk/applications/{row.ref}/")
    posted(chen, f"/desk/applications/{row.ref}/accept/")
    assert state(row) == "SUBMITTED"  # with a defect on its list it is not accepted
    row = filing.ask_correction(officer, row, sections=["pledge", "files"])
    leader = town.desk(row.leader.email).open(f"/my/applications/{row.ref}/check/")
    answer = posted(leader, f"/my/applications/{row.ref}/sections/ground/autosave/")
    assert answer.status in (400, 422)
    clock.shift_to(row.correction_due_at + timedelta(seconds=5))
    leader.press("/answer/", text="已补充签字页，详见附件。").sees("补正期限已过")
    assert leader.page.locator("[name=text]").input_value() == "已补充签字页，详见附件。"  # what was written is still there
    assert state(row) == "CORRECTION"
    cycle.settle()
    assert state(row) != "CORRECTION"
    town.desk(row.leader.email).open(f"/my/applications/{row.ref}/").sees("不予受理")


# --- experts -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def batch(scene: Scene, django_db_blocker) -> Batch:
    """A review of a small post-subsidy guide, its experts drawn and invited."""
    with django_db_blocker.unblock():
        town = scene.town
        guide = Guide.objects.filter(special__code="POC", plan_item__plan=scene.plan).latest("pk")
        cycle.move_to(guide.opens_at + timedelta(days=1))
        rows = cycle.file_many(town.world, guide, 4)
        cycle.move_to(guide.closes_at + timedelta(days=1))
        cycle.check(town.world, rows)
        chen, he = town.world.actor("chen"), town.world.actor("he")
        found = reviews.create_batch(chen, guide)
        awards.confirm_pool()  # years have gone by in this town
        draw = reviews.commit_draw(he, found, public_source="次日收盘指数")
        cycle.move_to(clock.now() + timedelta(days=1, hours=6))
        draw = reviews.enter_value(he, draw, value="10101.01", at=clock.now())
        reviews.open_draw(he, draw)
        found.refresh_from_db()
        found = reviews.set_due(chen, found, due_at=cycle.days(clock.now(), 15, 18))
        return reviews.invite(chen, found)


def test_no_expert_judges_the_own_employer(town: Town, batch: Batch):
    seats = Assignment.objects.filter(batch=batch).select_related("item__application__unit", "expert__person")
    for seat in seats:
        employers = set(seat.expert.person.employments.values_list("organisation_id", flat=True))
        assert seat.item.application.unit_id not in employers
    found = Recusal.objects.filter(batch=batch, code="RC1").select_related("expert__person").first()
    assert found is not None
    town.desk("he").open(f"/desk/reviews/{batch.ref}/recusals/").sees("RC1", found.expert.person.name)


def test_a_declared_conflict_closes_the_application(town: Town, batch: Batch):
    expert = Assignment.objects.filter(batch=batch, status="INVITED").select_related("expert__person").first().expert
    seats = list(Assignment.objects.filter(batch=batch, expert=expert).select_related("item__application"))
    desk = town.desk(expert.person.email).open(f"/review/{batch.ref}/")
    answer = desk.page.goto(f"{town.base}/review/tasks/{seats[0].uid}/")
    assert answer.status == 409  # nothing opens before the declaration
    desk.open(f"/review/{batch.ref}/")
    ref, why = seats[0].item.application.ref, "近三年与申报单位合作承担过项目"
    desk.press("/accept/", **{f"c-{ref}": "RC5", f"n-{ref}": why})  # the pledge is not ticked
    desk.sees("请先确认")
    assert desk.page.locator(f"[name='n-{ref}']").input_value() == why  # what was written is still there
    assert desk.page.locator(f"[name='c-{ref}']").input_value() == "RC5"
    desk.press("/accept/", pledge=True)
    assert desk.page.goto(f"{town.base}/review/tasks/{seats[0].uid}/").status in (404, 409)
    assert state(seats[0]) in ("VOID", "DECLINED")
    if len(seats) > 1:
        assert state(seats[1]) == "ACCEPTED"
    other = Assignment.objects.filter(batch=batch).exclude(expert=expert).first()
    assert desk.page.goto(f"{town.base}/review/tasks/{other.uid}/").status == 404  # somebody else's sheet


def test_a_sheet_with_mistakes_and_a_late_sheet(town: Town, batch: Batch):
    for expert in {seat.expert for seat in Assignment.objects.filter(batch=batch, status="INVITED").select_related("expert__person")}:
        reviews.declare_and_accept(Actor.of(expert.person), batch)
    reviews.begin(town.world.actor("chen"), Batch.objects.get(pk=batch.pk)) if state(batch) == "INVITING" else None
    seat = Assignment.objects.filter(batch=batch, status="ACCEPTED").select_related("expert__person").first()
    here = f"/review/tasks/{seat.uid}/"
    desk = town.desk(seat.expert.person.email).open(here)
    first = batch.sheet["criteria"][0]
    desk.fill(desk.form(), **{f"v-{first['code']}": "999"}, comment="太短")
    with desk.page.expect_navigation():
        desk.form().locator("button:not([name])").first.click()
    assert desk.page.locator(f"[name='v-{first['code']}']").input_value() == "999"
    assert desk.page.locator("#errors").is_visible()
    assert state(seat) == "ACCEPTED"
    clock.shift_to(batch.due_at + timedelta(seconds=5))
    points = {f"v-{one['code']}": float(one["weight"]) * 0.8 // 0.5 * 0.5 for one in batch.sheet["criteria"]}
    comment = "技术路线清晰，团队基础扎实，指标先进，风险应对措施具体，产业化场景已经落实，建议支持。" * 2
    desk.fill(desk.form(), comment=comment, recommendation="B", **points)
    with desk.page.expect_navigation():
        desk.form().locator("button:not([name])").first.click()
    desk.sees("评分时间已于")
    assert desk.page.locator("[name=comment]").input_value() == comment
    assert state(seat) == "ACCEPTED"
    reviews.extend_due(town.world.actor("chen"), Batch.objects.get(pk=batch.pk), due_at=clock.now() + timedelta(days=20), why="专家来函说明出差")
    with desk.page.expect_navigation():
        desk.form().locator("button:not([name])").first.click()
    assert state(seat) == "SUBMITTED"
    answer = posted(desk, here, comment=comment, recommendation="A", **{key: str(value) for key, value in points.items()})
    assert answer.status < 500 and moves(seat, "reviews.assignment.submit") == 1


# --- money -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def payment(scene: Scene, batch: Batch, django_db_blocker) -> Disbursement:
    """Awards of the small guide; the first payment that waits."""
    with django_db_blocker.unblock():
        town = scene.town
        batch.refresh_from_db()
        awards.score(town.world, batch)
        found = reviews.close_batch(town.world.actor("chen"), batch)
        cycle.settle()
        awards.inspect(town.world, found)
        reviews.rank_batch(town.world.actor("chen"), found)
        notice = awards.propose(town.world, batch.guide, clock.now() + timedelta(days=2))
        awards.award(town.world, notice)
        return Disbursement.objects.filter(project__guide=batch.guide, status="CONDITION_WAIT").select_related("project__unit").first()


def test_three_people_pay_and_nobody_twice(town: Town, payment: Disbursement):
    chen = town.world.staff["chen"]
    here = f"/desk/payments/{payment.ref}/"
    town.desk("chen").open(here).press("/request/", pool="CONTROL")
    for role in (Role.RESOURCE, Role.LEADER):
        accounts.grant_role(system("test"), chen, town.world.bureau, role, since=clock.today())
    desk = town.desk("chen").open(here).sees("申请人不能复核同一笔拨款")
    posted(desk, f"{here}check/")
    assert state(payment) == "REQUESTED"
    town.desk("he").open(here).press("/check/")
    desk.open(here).sees("申请人、复核人不能审批同一笔拨款")
    posted(desk, f"{here}approve/")
    assert state(payment) == "CHECKED"
    for grant in chen.memberships.filter(role__in=[Role.RESOURCE, Role.LEADER]):
        accounts.end_role(system("test"), grant, why="测试结束")


def test_the_control_figure_of_the_year_holds(town: Town, scene: Scene, payment: Disbursement):
    """A figure cut below what is asked for: the approval is refused with the sum that is left."""
    figure = ControlFigure.objects.get(year=clock.today().year, pool="CONTROL")
    here = f"/desk/payments/{payment.ref}/"
    ControlFigure.objects.filter(pk=figure.pk).update(amount=figure.reserved + payment.amount - 1)
    lead = town.desk("lead").open(here).press("/approve/")
    lead.sees("剩余")
    assert state(payment) == "CHECKED" and not MoneyEntry.objects.filter(disbursement=payment).exists()
    ControlFigure.objects.filter(pk=figure.pk).update(amount=figure.amount)
    lead.open(here).twice("/approve/")
    assert state(payment) == "APPROVED" and MoneyEntry.objects.filter(disbursement=payment, kind="RESERVE").count() == 1


def test_a_payment_order_is_used_once(town: Town, payment: Disbursement):
    here = f"/desk/payments/{payment.ref}/"
    desk = town.desk("fin").open(here)
    desk.press("/send/", reference="   ")
    assert state(payment) == "APPROVED"
    desk.open(here).press("/send/", reference="ZL-REFUSAL-1")
    assert state(payment) == "SENT"
    answer = posted(desk, f"{here}send/", reference="ZL-REFUSAL-2")  # a replay with another number
    assert answer.status < 500
    payment.refresh_from_db()
    assert payment.sent_reference == "ZL-REFUSAL-1"
    desk.open(here).press("/pay/", receipt="HD-1")
    posted(desk, f"{here}pay/", receipt="HD-1")
    assert MoneyEntry.objects.filter(disbursement=payment, kind="PAY").count() == 1


def test_a_page_left_open_too_long_is_sent_again(town: Town):
    """The token of another session: what was typed comes back with a button that sends it again."""
    desk = town.desk("wang").open("/me/")
    desk.page.context.clear_cookies(name="csrftoken")
    form = desk.page.locator("main form", has=desk.page.locator("[name=title]"))
    desk.fill(form, title="高级工程师（补正）")
    with desk.page.expect_navigation() as coming:
        form.locator("button:not([type=button])").first.click()
    assert coming.value.status == 403
    desk.sees("不会丢失")
    with desk.page.expect_navigation():
        desk.form().locator("button").first.click()
    assert Person.objects.get(email="wang@demo.keguan.example").title == "高级工程师（补正）"
