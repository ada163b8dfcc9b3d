"""Expert review as five people walk it: an expert with a telephone, one with a table on a train, the secretary of a panel without a
mouse, an institution whose delegation ends, an auditor who believes nothing. Two batches: one drawn by the first method and shown
without names, one drawn by lottery in a special that is handed over."""

from __future__ import annotations

import copy
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, Route, expect

from accounts import actions as accounts
from accounts.models import Membership, Organisation, Person
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock, jobs
from notices.models import Message
from notices.tasks import mail_for
from portal.demo import cycle, invented
from portal.demo.people import PASSWORD
from programs.models import Guide
from reviews import actions as reviews
from reviews import documents
from reviews.models import Assignment, Batch, Draw, Meeting, Plan, Score
from reviews.rules import packs
from reviews.tasks import make_copies
from tests.applications.client import signed_in
from tests.factories import reviews as make
from tests.journeys.conftest import Desk, Town, free_year, in_force
from tests.journeys.keyboard import Keyboard
from tests.journeys.test_refusals import posted
from tests.journeys.test_without import followed, small_guide
from tests.pages.browser import WIDEST

OWN, HANDED = "KEY-INDUSTRY", "SUSTAIN"
REVIEW = {"mode": "PANEL", "panel_size": 5, "industry_min": 2, "due_days": 15, "pass_mark": 60, "range_flag": 25}
SOURCE = "次日深证成份指数收盘点位"


@dataclass
class Scene:
    """The batch of the division, whose experts are invited and have all but one accepted; the one drawn by lottery."""

    town: Town
    own: Batch
    handed: Batch
    phone: Person
    offline: Person

    def seats(self, person: Person) -> list[Assignment]:
        return list(Assignment.objects.filter(batch=self.own, expert__person=person).select_related(
            "batch__guide", "expert", "item__application__unit", "item__application__leader").order_by("item__application__ref"))


def guide_of(town: Town, plan: Any, special: str, blind: str, opens: Any) -> Guide:
    data = small_guide()
    data["data"]["review"] = {**REVIEW, "blind": blind}
    return cycle.publish(town.world, data, plan.items.get(special__code=special), [(opens, opens + timedelta(days=10))])


def committed(town: Town, guide: Guide, *, lottery: bool) -> Draw:
    he, batch = town.world.actor("he"), reviews.create_batch(town.world.actor("chen"), guide)
    if not lottery:
        return reviews.commit_draw(he, batch, public_source=SOURCE)
    assert jobs.run(reviews.order_plan(he, batch, scale=2).pk)
    return reviews.commit_lottery(he, Plan.objects.select_related("batch__guide__special__plan").get(batch=batch), public_source=SOURCE)


@pytest.fixture(scope="module")
def scene(town: Town, django_db_blocker) -> Scene:
    with django_db_blocker.unblock():
        year, world = free_year(town), town.world
        for special in (OWN, HANDED):
            in_force(town, special)
        plan = cycle.annual_plan(world, year, [(code, f"{year}年度{name}", Decimal(1_500_000_000), 309) for code, name in (
            (OWN, "重点产业研发计划"), (HANDED, "可持续发展专项"))])
        opens = clock.now() + timedelta(days=1)
        guides = [guide_of(town, plan, OWN, "double", opens), guide_of(town, plan, HANDED, "single", opens)]
        town.later(opens + timedelta(hours=1))
        rows = [row for guide, count in zip(guides, (3, 2), strict=True) for row in cycle.file_many(world, guide, count)]
        cycle.check(world, rows, start=opens + timedelta(days=11))
        draws = [committed(town, guide, lottery=guide is guides[1]) for guide in guides]
        town.later(hours=6)
        he = world.actor("he")
        for draw, value in zip(draws, ("10523.17", "3124.55"), strict=True):
            reviews.open_draw(he, reviews.enter_value(he, draw, value=value, at=clock.now()))
        own, chen = make.fresh(draws[0].batch), world.actor("chen")
        reviews.invite(chen, reviews.set_due(chen, own, due_at=clock.now() + timedelta(days=20)))
        make_copies()
        people = list({seat.expert_id: seat.expert.person for seat in make.seats(own, "INVITED")}.values())
        for person in people[1:]:
            reviews.declare_and_accept(Actor.of(person), own)
        return Scene(town, make.fresh(own), make.fresh(draws[1].batch), people[0], people[1])


@pytest.mark.django_db
def test_00_both_batches_are_drawn(scene: Scene):
    """The mark makes pytest-django set up the database; the journeys commit and so carry none."""
    assert (scene.own.status, scene.handed.status) == ("INVITING", "DRAWN")
    assert {row.candidates.get("algorithm", "") for row in Draw.objects.filter(batch__in=[scene.own, scene.handed])} == {"", "keguan-lottery-1"}


# --- an expert with a telephone ----------------------------------------------------------------------------------------

#: What a finger cannot hit: smaller than 24 px and nearer than that to something else (WCAG 2.5.8); a link inside a sentence is as
#: high as the sentence.
SMALL = """() => {
  const sentence = (one) => getComputedStyle(one).display === 'inline' && [...one.parentElement.childNodes].some((it) => it.nodeType === 3 && /[\\p{L}]{2}/u.test(it.nodeValue));
  const seen = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter((one) => one.type !== 'hidden'
    && one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().right > 0);
  const boxes = seen.map((one) => {
    const all = [one, ...(one.labels || [])].flatMap((it) => [...it.getClientRects()]);
    const left = Math.min(...all.map((b) => b.left)), right = Math.max(...all.map((b) => b.right));
    const top = Math.min(...all.map((b) => b.top)), bottom = Math.max(...all.map((b) => b.bottom));
    return { one, left, right, top, bottom, x: (left + right) / 2, y: (top + bottom) / 2, small: right - left < 24 || bottom - top < 24 };
  });
  const gap = (a, b) => Math.hypot(Math.max(b.left - a.x, 0, a.x - b.right), Math.max(b.top - a.y, 0, a.y - b.bottom));
  return boxes.filter((a) => a.small && !sentence(a.one) && boxes.some((b) => b !== a && !a.one.contains(b.one) && !b.one.contains(a.one)
    && (gap(a, b) < 12 || b.small && Math.hypot(a.x - b.x, a.y - b.y) < 24)))
    .map((a) => `${a.one.tagName} “${(a.one.textContent || a.one.name || '').trim().slice(0, 20)}” ${Math.round(a.right - a.left)} × ${Math.round(a.bottom - a.top)}`);
}"""


class Phone(Desk):
    """390 × 844, a finger; every page that comes is looked at."""

    def looks(self) -> Phone:
        wide, small = self.page.evaluate(WIDEST), self.page.evaluate(SMALL)
        assert not wide, f"{self.page.url} goes sideways: {wide}"
        assert not small, f"too small for a finger on {self.page.url}: {small}"
        return self

    def tap(self, name: str, role: Any = "button") -> Phone:
        with self.page.expect_navigation() as coming:
            self.page.locator("main").get_by_role(role, name=name, exact=True).first.tap()
        assert coming.value is not None and coming.value.status == 200, (name, self.page.url)
        return self.looks()


@pytest.fixture
def phone(town: Town) -> Iterator[Phone]:
    context = town.browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="zh-CN")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    yield Phone(page, town.base)
    context.close()


def test_what_a_finger_cannot_hit_is_found(phone: Phone):
    """The control of the look at every page."""
    phone.page.set_content("<main><p>Read the <a href='#a'>rules</a> first.</p><button>a</button><a href='#b'>b</a><p><button style='padding: 12px'>c</button></p>"
                           "<style>button, a { font-size: 10px; padding: 0; border: 0 }</style></main>")
    assert [one.split()[0] for one in phone.page.evaluate(SMALL)] == ["BUTTON", "A"]
    phone.page.set_content("<meta name=viewport content='width=device-width'><main><p style='width: 600px'>wide</p></main>")
    with pytest.raises(AssertionError, match="sideways"):
        phone.looks()


def mailed_link(person: Person) -> str:
    """The address in the letter that the expert got."""
    letter = mail_for(Message.objects.filter(person=person, event="reviews.invite").latest("pk"))
    assert letter.to == [person.email]
    return next(word for word in letter.body.split() if "/invitations/" in word).partition("/invitations/")[2]


def within(page: Page, selector: str) -> bool:
    return page.locator(selector).evaluate("one => { const box = one.getBoundingClientRect(); return box.top < innerHeight - 60 && box.bottom > 60; }")


def scored_by_finger(phone: Phone, batch: Batch, place: int, count: int) -> None:
    page = phone.page
    phone.sees(f"第{place}项，共{count}项")
    paper = page.get_by_role("link", name="打开 PDF")
    assert within(page, "main a:has-text('打开 PDF')"), "the paper is reached without a search"
    answer = page.request.get(phone.base + str(paper.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF")
    page.locator("main a[href='#sheet']").tap()
    assert within(page, "#sheet h2"), "the sheet is one tap away"
    assert not page.locator("main kbd").first.is_visible(), "no keys are named where there is no keyboard"
    sheet = make.sheet(batch, 0.9 - place / 50)
    for code, points in sheet["values"].items():
        page.fill(f"[name='v-{code}']", points)
    page.fill("main [name=comment]", sheet["comment"])
    page.locator("main [name=recommendation][value=B]").tap()
    phone.looks().tap("保存并总览" if place == count else "保存并评下一项")


def test_an_expert_reviews_on_a_telephone(scene: Scene, phone: Phone):
    page, batch, mine = phone.page, scene.own, scene.seats(scene.phone)
    phone.open(f"/invitations/{mailed_link(scene.phone)}")
    phone.looks()
    assert mine[0].item.application.title not in phone.says(), "who has not signed in sees no application"
    phone.tap("登录并接受", "link")
    page.fill("main [name=identifier]", scene.phone.email)
    page.fill("main [name=password]", PASSWORD)
    phone.tap("登录").sees("声明利益冲突并接受邀请", *(seat.item.application.ref for seat in mine))
    page.locator("main [name=pledge]").tap()
    phone.tap("接受评审").sees(f"已接受{len(mine)}个项目")
    phone.tap(mine[0].shown_title, "link")
    for place in range(1, len(mine) + 1):
        scored_by_finger(phone, batch, place, len(mine))
    phone.sees(f"未提交的 {len(mine)} 份中，{len(mine)} 份已填写完整")
    assert {seat.status for seat in scene.seats(scene.phone)} == {"ACCEPTED"}, "nothing is submitted before the one press"
    phone.tap("全部提交").sees(f"已提交 {len(mine)} 份评分表")
    assert {seat.status for seat in scene.seats(scene.phone)} == {"SUBMITTED"}


# --- an expert on a train ----------------------------------------------------------------------------------------------


def pack_of(desk: Desk) -> zipfile.ZipFile:
    with desk.page.expect_download() as coming:
        desk.page.get_by_role("link", name="申请书和评分表").click()
    return zipfile.ZipFile(io.BytesIO(coming.value.path().read_bytes()))


def text_of(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def filled(form: bytes, batch: Batch, change: Callable[[Any, dict[str, int]], None]) -> dict[str, Any]:
    """The workbook with every line filled in, and then `change`; as a browser sends it."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    page, given = book.worksheets[0], make.sheet(batch, 0.8)
    columns = {column.code or column.kind: place for place, column in enumerate(packs.columns_of(batch.sheet), 3)}
    for line in range(2, page.max_row + 1):
        for code, points in given["values"].items():
            page.cell(line, columns[code]).value = float(points)
        page.cell(line, columns["comment"]).value, page.cell(line, columns["recommendation"]).value = given["comment"], "B"
    change(page, columns)
    body = io.BytesIO()
    book.save(body)
    return {"name": "评分表.xlsx", "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "buffer": body.getvalue()}


def dry_run(desk: Desk, form: dict[str, Any]) -> None:
    desk.page.locator("main [name=file]").set_input_files(form)
    followed(desk, "试运行", "button")


def cell_of(desk: Desk, ref: str, heading: str) -> Locator:
    """What the dry run says of one cell: the second column of its line."""
    card = desk.page.locator("section.st-card", has=desk.page.get_by_role("heading", name=ref))
    return card.get_by_role("row").filter(has=desk.page.get_by_role("rowheader", name=heading)).get_by_role("cell").first


def test_an_expert_reviews_without_a_line(town: Town, scene: Scene):
    batch, mine = scene.own, scene.seats(scene.offline)
    desk = town.desk(scene.offline.email).open(f"/review/{batch.ref}/")
    followed(desk, "离线评审")
    pack = pack_of(desk)
    papers = [text_of(pack.read(name)) for name in pack.namelist() if name.endswith(".pdf")]
    assert len(papers) == len(mine) and all("匿名评审本" in paper for paper in papers)
    for seat in mine:
        application = seat.item.application
        assert not [name for name in (application.unit.name, application.leader.name) if name in "".join(papers) + "".join(pack.namelist())]
    form, page = pack.read(documents.FORM), openpyxl.load_workbook(io.BytesIO(pack.read(documents.FORM))).worksheets[0]
    assert page.cell(1, page.max_column).value == packs.CHECK
    assert {page.cell(line, 1).value: page.cell(line, page.max_column).value for line in range(2, page.max_row + 1)} == {
        seat.item.application.ref: documents.check_value(batch, seat) for seat in mine}
    first = batch.sheet["criteria"][0]
    heading = f"{first['name']}（0–{first['weight']}）"
    wrong = page.cell(2, 1).value

    def spoil(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(2, columns[first["code"]]).value = 1000

    dry_run(desk, filled(form, batch, spoil))
    at = cell_of(desk, wrong, heading)
    assert at.inner_text().startswith("1000") and at.locator(".st-err").inner_text().strip()
    assert desk.page.locator("main .st-err").count() == 1, "one fault, said once"
    desk.sees("尚未存入任何内容", "有错误的行不存入")
    assert not Score.objects.filter(assignment__in=mine).exclude(draft={}).exists()
    dry_run(desk, filled(form, batch, lambda sheet, columns: None))
    assert not desk.page.locator("main .st-err").count()
    desk.press("/offline/apply/").sees(f"已存为草稿：{len(mine)} 份")
    assert {seat.status for seat in scene.seats(scene.offline)} == {"ACCEPTED"}
    desk.press("/submit/").sees(f"已提交 {len(mine)} 份评分表")
    assert {seat.status for seat in scene.seats(scene.offline)} == {"SUBMITTED"}


# --- the secretary of a panel, by keyboard -----------------------------------------------------------------------------


def pressed(keys: Keyboard, name: str, role: str = "button") -> None:
    keys.go(name, role)
    keys.skip()


def begun(keys: Keyboard, title: str) -> None:
    keys.to(f"1 {title}")
    keys.press("Enter")
    pressed(keys, "开始审议")


def planned(keys: Keyboard, batch: Batch) -> Meeting:
    keys.open(f"/desk/reviews/{batch.ref}/")
    keys.skip()
    pressed(keys, "安排会议", "link")
    keys.write("会议名称", "重点产业评审会")
    keys.moment("开始时间", f"{clock.local(clock.now() + timedelta(days=2)):%Y-%m-%d}T09:30")
    keys.write("会议地点", "市民中心C区")
    pressed(keys, "安排会议")
    return Meeting.objects.get(batch=batch)


def test_a_secretary_runs_a_meeting_by_keyboard(town: Town, scene: Scene):
    keys = Keyboard(town.desk("chen").page, town.base)
    meeting = planned(keys, scene.own)
    before = list(meeting.agenda.values_list("pk", flat=True))
    keys.write("该项的顺序 1", "9")
    pressed(keys, "按此顺序排列")
    assert list(meeting.agenda.values_list("pk", flat=True)) == [*before[1:], before[0]]
    pressed(keys, "发出会议通知")
    members = list(meeting.attendees.select_related("expert__person"))
    for member in members:
        keys.tick(member.alias)
    pressed(keys, "登记到会")
    keys.to("指定组长")
    keys.press("Enter")
    keys.choose("专家", members[1].alias)
    pressed(keys, "指定组长")
    pressed(keys, "宣布开会")
    points = list(meeting.agenda.select_related("item__application"))
    begun(keys, points[0].item.application.title)
    pressed(keys, "开始无记名投票")
    choices = ["AGAINST", *["FOR"] * (len(members) - 1)]
    for member, choice in zip(members, choices, strict=True):
        answer = signed_in(Actor.of(member.expert.person)).post(reverse("reviews:review:vote", args=[points[0].pk]), {"choice": choice})
        assert answer.status_code == 302
    keys.open(f"/desk/reviews/meetings/{meeting.uid}/")
    keys.skip()
    pressed(keys, "结束投票并计票")
    for point in points[1:]:
        keys.to(f"{point.order} {point.item.application.title}")
        keys.press("Enter")
        keys.write("“本次不审议”的理由", "时间不足，另行安排。")
        pressed(keys, "本次不审议")
    pressed(keys, "结束会议并生成纪要")
    keys.go("会议纪要", "link")
    meeting.refresh_from_db()
    said = meeting.minutes.context["points"]
    shown = keys.page.locator("main").inner_text()
    assert meeting.status == "ENDED" and meeting.minutes.title in shown and "。。" not in shown
    assert (said[0]["eligible"], said[0]["voted"], said[0]["result"]) == (len(members), len(members), "通过")
    assert f"同意 {len(members) - 1} 票" in said[0]["tally"] and {one["why"] for one in said[1:]} == {"时间不足，另行安排"}
    keys.close()


# --- an institution under delegation -----------------------------------------------------------------------------------


@pytest.fixture
def institution(scene: Scene, django_db_blocker) -> tuple[Organisation, Person]:
    with django_db_blocker.unblock():
        root = system("test")
        unit = accounts.register_organisation(root, name="深圳市项目评审中心（演示）", kind="AGENCY", uscc=invented.uscc(9009, "AGENCY"), region="深圳市", is_demo=True)
        person = accounts.create_person(root, name="钱专员", email="agency@journeys.example")
        Person.objects.filter(pk=person.pk).update(password=scene.town.world.password)
        return accounts.verify(root, unit), person


def test_an_institution_has_its_special_as_long_as_it_is_handed_over(town: Town, scene: Scene, institution):
    unit, person = institution
    today = clock.today()
    admin = town.desk("admin").open("/desk/roles/")
    admin.press("", email=person.email, organisation=unit.pk, role=Role.AGENCY, scope=HANDED, since=today, until=today + timedelta(days=90))
    admin.sees("角色已授予")
    here = f"/desk/reviews/{scene.handed.ref}/"
    desk = town.desk(person.email).open("/desk/reviews/").sees(scene.handed.ref)
    assert scene.own.ref not in desk.says()
    assert desk.page.goto(f"{desk.base}/desk/reviews/{scene.own.ref}/").status == 404
    desk.open(here)
    for verb, says in (("rank", "只有主管本专项的业务处室可以办理"), ("commit", "仅资源配置处或监督处可以抽取专家")):
        assert not desk.page.locator(f"form[action$='/{verb}/']").count() and says not in desk.page.content(), verb
        assert says in posted(desk, f"{here}{verb}/", public_source=SOURCE).text(), verb
    scene.handed.refresh_from_db()
    assert scene.handed.status == "DRAWN" and Draw.objects.filter(batch=scene.handed).count() == 1
    due = clock.local(clock.now() + timedelta(days=15)).strftime("%Y-%m-%dT%H:%M")
    desk.press("/due/", due_at=due).press("/invite/")
    scene.handed.refresh_from_db()
    assert scene.handed.status == "INVITING" and make.seats(scene.handed, "INVITED")
    role = Membership.objects.get(person=person, role=Role.AGENCY)
    admin.open(f"/desk/people/{person.uid}/").press(f"/{role.pk}/end/")
    desk.page.goto(desk.base + here)
    assert "/login/?next=" in desk.page.url, "the session ends with the delegation"
    desk.press("", identifier=person.email, password=PASSWORD)
    assert desk.page.url.endswith(here)
    desk.sees(f"您的“专业机构”角色已于 {today} 终止", "仅科技创新局工作人员和专业机构可以查看评审")
    assert scene.handed.name not in desk.says()


# --- an auditor who believes nothing -----------------------------------------------------------------------------------


def another_digit(text: str) -> str:
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def other_value(receipt: dict[str, Any]) -> None:
    receipt["public_value"] = another_digit(receipt["public_value"])


def other_expert(receipt: dict[str, Any]) -> None:
    waiting = receipt["result"]["panels"][0]["alternates"]
    waiting[-1] = another_digit(waiting[-1])


def verdicts(page: Page) -> list[str]:
    page.get_by_role("button", name="在本浏览器中重新抽取").click()
    expect(page.locator("#verify li")).to_have_count(4)
    expect(page.locator("#verify button")).to_be_enabled()
    return page.locator("#verify li .st-tag").all_inner_texts()


@pytest.mark.parametrize("method", ["own", "handed"])
def test_an_auditor_draws_again(town: Town, scene: Scene, tmp_path, method):
    desk = town.desk("qian").open(f"/desk/reviews/{getattr(scene, method).ref}/")
    page = desk.page
    for link in ("抽取", "本次抽取的公开凭证"):
        with page.expect_navigation():
            page.locator("main").get_by_role("link", name=link, exact=True).click()
    assert "/desk/" not in page.url
    assert verdicts(page) == ["一致"] * 4
    with page.expect_download() as coming:
        page.get_by_role("link", name="verify_draw.py").click()
    coming.value.save_as(tmp_path / "verify_draw.py")
    address = desk.base + str(page.get_by_role("link", name="JSON").get_attribute("href"))
    kept = page.request.get(address).body()

    def script(body: bytes) -> int:
        (tmp_path / "receipt.json").write_bytes(body)
        return subprocess.run([sys.executable, "-I", str(tmp_path / "verify_draw.py"), str(tmp_path / "receipt.json")], capture_output=True).returncode

    assert script(kept) == 0
    for change in (other_value, other_expert):
        forged = copy.deepcopy(json.loads(kept))
        change(forged)
        body = json.dumps(forged).encode()
        page.route(address, partial(Route.fulfill, body=body, content_type="application/json"))
        assert verdicts(page).count("不一致") > 0, change.__name__
        page.unroute(address)
        assert script(body) == 1, change.__name__
    assert verdicts(page) == ["一致"] * 4, "the receipt itself is as it was"
