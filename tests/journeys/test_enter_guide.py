"""A guide nobody here has seen before is entered from its public text by screen alone: 深港联合资助项目（A类）, moved to the
running year, from the annual plan to its publication, by the people of the bureau, with no change of code.

What the public text says is marked SOURCE; money, number, form and score sheet were not public and are invented.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from notices.models import Document
from programs import queries
from programs.engine import schema
from programs.models import AnnualPlan, Guide
from tests.journeys.conftest import Desk, Town, free_year

PDF = {"name": "合作协议模板.pdf", "mimeType": "application/pdf",
       "buffer": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"}
STORY: dict[str, Any] = {}
#: SOURCE: sections, quantity, amount, time and steps as the guide published them.
TEXTS = {
    "content": "支持深港两地高等院校、科研机构和企业联合开展研究开发，双方项目由深圳市和香港特别行政区的资助机构共同资助（A类）。",
    "basis": "《深圳市科技计划项目管理办法》等。",
    "support": "有数量限制，竞争性择优支持。单个项目资助最高300万元，且不超过项目深方预算的50%。",
    "conditions": "申请单位应当同时符合下列条件：",
    "materials": "申请人应当提交下列材料：",
    "form": "登录科技业务管理系统在线填报。",
    "accepting": "网上受理，每年一次，成批处理。",
    "deciding": "深圳市科技创新局",
    "procedure": "\n".join(["申请人网上申报", "市科技创新主管部门初审", "专家评审、答辩或者现场考察", "与香港创新科技署确定拟联合资助项目",
                            "市科技创新主管部门审定", "社会公示", "拟立项单位提交纸质材料", "下达立项计划"]),
    "timing": "每年一次，成批处理。",
    "certificate": "批准文件；申请人应当在收到批准文件之日起1个月内签订项目合同书。",
}


@pytest.fixture(scope="module", autouse=True)
def _marked(town: Town):
    """The steps stand in the order of the file and leave their finds in STORY."""
    STORY.clear()


def part(desk: Desk, code: str) -> Desk:
    """Open a part of the guide by the link of its task list."""
    return desk.open(f"/desk/guides/{STORY['ref']}/edit/{code}/")


def saved(desk: Desk) -> None:
    assert desk.page.locator(".st-msg--success").count(), desk.says()[:1500]


@pytest.mark.django_db
def test_00_the_special_is_in_the_tree(town: Town):
    assert queries.get_special("2024", "HK-A").funding_modes == ["JOINT"]


def test_01_the_annual_plan_has_an_item_for_it(town: Town):
    year = free_year(town)
    he = town.desk("he").open("/desk/plans/annual/new/").press(year=year, copy_from="", control_figure=100000, reserve=5000)
    he.open(f"/desk/plans/annual/{year}/items/new/")
    option = he.page.locator('select[name=special] option:has-text("深港")').first.get_attribute("value")
    he.press(special=option, title=f"{year}年度深港联合资助项目（A类）", money=9000, count=30, opens_month=2, closes_month=6)
    he.open(f"/desk/plans/annual/{year}/").press("/submit/")
    town.desk("lead").open(f"/desk/plans/annual/{year}/").press("/approve/")
    STORY["year"] = year


def test_02_the_guide_begins_with_its_way_of_funding(town: Town):
    chen = town.desk("chen").open("/desk/guides/new/")
    item = AnnualPlan.objects.get(year=STORY["year"]).items.get()
    chen.press(item=item.pk, title=f"{STORY['year']}年度深港联合资助项目（A类）申请指南", funding_mode="JOINT", review_mode="JOINT-PANEL")
    guide = Guide.objects.get(plan_item=item)
    assert guide.funding_mode == "JOINT"
    chen.sees("任务书", "绩效目标模板")
    STORY["ref"], STORY["desk"] = guide.ref, f"/desk/guides/{guide.ref}/"


def test_03_frame_texts_windows_and_contacts(town: Town):
    chen = town.desk("chen")
    part(chen, "header").press(issuer="深圳市科技创新局", receiving_body="深圳市科技创新局", deciding_body="深圳市科技创新局",
                               notice_line="申请单位应自主申报，不得购买、委托代写项目申请书。")
    saved(chen)
    part(chen, "sections").press(**{f"{code}-text": text for code, text in TEXTS.items()})
    saved(chen)
    now = clock.now()
    opens, closes = ((now + timedelta(days=days)).replace(hour=hour, minute=0, second=0) for days, hour in ((1, 1), (60, 16)))
    stamp = [clock.local(moment).strftime("%Y-%m-%dT%H:%M") for moment in (opens, closes)]
    chen.open(f"{STORY['desk']}windows/").press(**{"form-0-opens_at": stamp[1], "form-0-closes_at": stamp[0]})
    chen.sees("截止")  # the wrong way round is refused beside the field
    chen.press(**{"form-0-opens_at": stamp[0], "form-0-closes_at": stamp[1]})
    part(chen, "contacts").press(**{"form-0-name": "业务咨询", "form-0-phone": "0755-8800 0001", "form-0-hours": "工作日 9:00–18:00"})
    assert Guide.objects.get(ref=STORY["ref"]).policies.exists()  # those that govern the special are named from the start


def test_04_money_mode_and_payments(town: Town):
    chen = town.desk("chen")
    part(chen, "mode").press(**{
        "d-partner_body": "香港创新科技署", "d-partner_share": 50, "d-city_share_max": 50,
        "d-both_decide": "双方分别评审，经协商确定拟联合资助项目；只有双方均同意的项目才予资助。"})
    saved(chen)
    part(chen, "money").press(kind="LIMITED", max_projects=31, budget_control=9000, cap=300, per_unit=2, publicity_days=10,
                              formula="min(cap, application.total_budget * 50%)", note="最高300万元，不超过项目深方预算的50%")
    chen.sees("条款 A2")  # one award more than the plan allows
    chen.press(max_projects=30)
    saved(chen)
    part(chen, "support").press(lines="信息科技\n生物医药\n新材料")
    part(chen, "payment_plan")
    chen.page.select_option("[name=template]", "two")
    with chen.page.expect_navigation():
        chen.page.get_by_role("button", name="套用").click()
    with chen.page.expect_navigation():
        chen.page.locator("main form[method=post] button:has-text('保存')").first.click()
    assert [row["share"] for row in Guide.objects.get(ref=STORY["ref"]).version.data["payment_plan"]] == ["0.7", "0.3"]
    part(chen, "contract").press(note="申请人应当在收到批准文件之日起1个月内签订项目合同书。", upload=PDF)


def seen(chen: Desk, base: str, code: str, clause: str, text: str, check: str) -> None:
    """A condition that a person decides, built on the page with the buttons of its tree."""
    chen.open(f"{base}new/")
    chen.fill(chen.form(""), code=code, clause=clause, text=text)
    for verb in ("human:t", "remove:t.0"):
        chosen(chen, verb)
    chen.fill(chen.form(""), **{"t.0-human": check})
    chosen(chen, "save")


def chosen(chen: Desk, verb: str) -> None:
    """A button of the tree; but for saving, its answer is put in place without a new page."""
    button = chen.page.locator(f'main button[name=do][value="{verb}"]').first
    if verb == "save":
        with chen.page.expect_navigation():
            button.click()
        return
    with chen.page.expect_response(lambda answer: answer.request.method == "POST"):
        button.click()
    chen.page.wait_for_selector("#editor form:not([aria-busy])")


def test_05_who_can_apply(town: Town):
    chen = town.desk("chen")
    part(chen, "applicants").press(regions="深圳市", team_min=3, team_max=30, partners_max=3, partner_transfer=False, partners_anywhere=True)
    saved(chen)
    base = f"{STORY['desk']}conditions/"
    for rule in list(Guide.objects.get(ref=STORY["ref"]).version.data["conditions"]):
        chen.open(base)
        with chen.page.expect_navigation():
            chen.form(f"/{rule['code']}/remove/").locator("button").first.click()
    seen(chen, base, "C1", "四、（一）", "申请单位应当是在深圳市依法注册、具有独立法人资格的机构。", "核对法人登记证书")
    seen(chen, base, "C2", "四、（二）", "港方合作单位已同时向香港创新科技署提出申请。", "与香港创新科技署核对申请名单")
    assert [rule["code"] for rule in Guide.objects.get(ref=STORY["ref"]).version.data["conditions"]] == ["C1", "C2"]


def test_06_materials_with_their_blank_forms(town: Town):
    chen = town.desk("chen")
    part(chen, "documents")
    free = chen.page.locator('[name$="-code"]').count() - 2
    chen.press(**{f"form-{free}-code": "D20", f"form-{free}-name": "深港合作协议", f"form-{free}-required": True, f"form-{free}-max_mb": 20,
                  f"form-{free}-mimes": True, f"form-{free}-signed_by": "深港双方单位公章", f"form-{free}-upload": PDF})
    row = next(one for one in Guide.objects.get(ref=STORY["ref"]).version.data["documents"] if one["code"] == "D20")
    assert row["file"]["name"] == "合作协议模板.pdf" and row["signed_by"] == "深港双方单位公章"
    part(chen, "annexes").press(**{"form-0-code": "A1", "form-0-name": "申请书填写说明", "form-0-upload": PDF})
    part(chen, "ethics").press(rule="DECLARE", note="涉及科技伦理的项目应当通过伦理审查。")
    saved(chen)


def test_07_the_form_is_built_with_a_group_and_a_rule(town: Town):
    chen = town.desk("chen")
    form = f"{STORY['desk']}form/"
    chen.open(f"{form}new/").press(code="milestones", title="进度安排", group="项目内容", help="按半年度填写，深港双方任务分列")
    chen.open(f"{form}milestones/text/").press(label="总体安排", max_length=800)
    chen.open(f"{form}milestones/new/")
    chen.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    chen.press(code="stages", kind="group", label="阶段目标", min_rows=1, max_rows=6, **{
        "inside-0-code": "period", "inside-0-kind": "text", "inside-0-label": "起止时间", "inside-0-required": True,
        "inside-1-code": "work", "inside-1-kind": "textarea", "inside-1-label": "深方任务", "inside-1-required": True, "inside-1-max_length": 300})
    chen.open(f"{form}milestones/new/")
    chen.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    chen.press(code="ethics_plan", kind="textarea", label="伦理审查计划", max_length=500, required=True, join="all", **{
        "rules-0-field": "ethics.in_scope", "rules-0-op": "eq", "rules-0-value": "yes",
        "rules-1-field": "basic.requested", "rules-1-op": "ge", "rules-1-value": "100000"})
    sections = {one["code"]: one for one in Guide.objects.get(ref=STORY["ref"]).version.data["form"]["sections"]}
    fields = {one["code"]: one for one in sections["milestones"]["fields"]}
    assert [one["code"] for one in fields["stages"]["fields"]] == ["period", "work"]
    assert len(fields["ethics_plan"]["visible_if"]["all"]) == 2
    chen.open(f"{STORY['desk']}form-preview/").sees("阶段目标（第1组）", "伦理审查计划", "合作方单位名称")


def test_08_budget_targets_review_and_score_sheet(town: Town):
    chen = town.desk("chen")
    part(chen, "budget").press(scheme="ITEMISED", self_raised_min_ratio=1, note_equipment_from=50, bands="500 | 30\n1000 | 25\n以上 | 20")
    saved(chen)
    part(chen, "targets").press(min_rows=3, max_rows=20, required_l1="产出指标")
    saved(chen)
    part(chen, "review").press(mode="JOINT-PANEL", panel_size=5, industry_min=1, due_days=20, pass_mark=60, range_flag=25)
    saved(chen)
    part(chen, "criteria").press(**{"comment_min": 50, "form-0-anchors": "", "knockouts-0-code": "fraud", "knockouts-0-text": "是否存在弄虚作假"})
    saved(chen)
    guide = Guide.objects.get(ref=STORY["ref"])
    assert schema.check(guide.version.data) == []


def test_09_comment_legal_check_approval_publication(town: Town):
    here = STORY["desk"]
    chen = town.desk("chen").open(here).press("/submit/")
    sun = town.desk("sun").open(f"{here}comments/").press("", place="conditions:C1", text="请写明法人资格的核对方式", must_settle=True)
    town.desk("he").open(here).press("/agree/")
    sun.open(f"{here}opinion/")
    for yes in sun.page.locator("main input[type=radio][value=yes]").all():
        yes.check()
    sun.press(text="经审查，未发现违反公平竞争和上位法规定的内容，同意。")
    lead = town.desk("lead").open(here)
    lead.sees("必须解决的意见未办结")
    chen.open(f"{here}comments/").press("/answer/", answer="核对法人登记证书，已写入条件")
    sun.open(f"{here}comments/").press("/settle/")
    lead.open(here).press("/approve/")
    chen.open(f"{here}preview/").sees("香港创新科技署", "深港合作协议")
    chen.open(here).press("/publish/")
    guide = Guide.objects.get(ref=STORY["ref"])
    assert guide.status == "PUBLISHED"
    public = town.desk().open(f"/guides/{guide.year}/{guide.slug}/")
    public.sees("深港联合资助项目（A类）", "香港创新科技署", "与香港创新科技署确定拟联合资助项目", "300", "合作协议模板.pdf", "1个月内签订项目合同书",
                Document.objects.get(kind="guide", subject_id=guide.pk).number)
    with public.page.expect_download() as coming:
        public.page.get_by_role("link", name="合作协议模板.pdf").first.click()
    assert coming.value.suggested_filename.endswith(".pdf")
    town.later(days=2)
    guide.refresh_from_db()
    assert guide.status == "OPEN"
