"""Guide G2 carried from the annual plan to the evaluated project, by every role in a browser.

What a hundred people would do alike is done by the same verbs without a browser: most sections of the long form (one is
filled in on its page), the sheets of the other experts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Person
from accounts.policies import Actor
from applications.models import Application
from core import clock
from core.models import LedgerRow
from funding.models import Disbursement
from performance.models import Acceptance, Evaluation, Report, Result
from portal.demo import cycle, fill, texts
from programs import actions as programme
from programs import queries as programmes
from programs.models import AnnualPlan, Guide
from projects.models import Project, ProposalList, Publicity
from reviews import actions as reviews
from reviews.models import Assignment, Batch, Draw
from tests.journeys.conftest import Town, free_year, guide_data

STORY: dict[str, Any] = {}  # what one step leaves to the next; the steps run in the order of the file


def moved(row: Any, verb: str) -> bool:
    return LedgerRow.objects.filter(target_type=row._meta.label_lower, target_id=row.pk, verb=verb).exists()


@pytest.mark.django_db
def test_00_the_programme_tree_is_there(town: Town):
    """The mark makes pytest-django set up the database; the steps below commit and so carry none."""
    assert programmes.tree_as_of() is not None


def test_01_the_annual_plan_is_drafted_approved_by_another_and_published(town: Town):
    year = free_year(town)
    he = town.desk("he").open("/desk/plans/annual/new/").press(year=year, copy_from="", control_figure=400000, reserve=10000)
    he.open(f"/desk/plans/annual/{year}/items/new/")
    values = {"title": f"{year}年度重点产业研发计划", "money": 150000, "count": 309, "opens_month": 1, "closes_month": 12}
    option = he.page.locator('select[name=special] option:has-text("重点产业")').first.get_attribute("value")
    he.press(special=option, **values).sees("150,000")
    he.open(f"/desk/plans/annual/{year}/").press("/submit/")
    plan = AnnualPlan.objects.get(year=year)
    assert plan.status == "SUBMITTED"
    town.desk("lead").open(f"/desk/plans/annual/{year}/").press("/approve/")
    town.desk("he").open(f"/desk/plans/annual/{year}/").press("/publish/")
    assert moved(plan, "programs.annual_plan.approve") and moved(plan, "programs.annual_plan.publish")
    town.desk().open(f"/plans/annual/{year}/").sees("150,000")
    STORY["plan"] = plan


def test_02_the_guide_goes_through_four_hands_and_opens(town: Town):
    item = STORY["plan"].items.get()
    now = clock.now()
    guide = programme.enter_guide_from_data(
        town.world.actor("chen"), guide_data("g2.json"), item, [(now - timedelta(hours=1), now + timedelta(days=30))],
        policies=programmes.documents_for(item.special, clock.today()))
    here = f"/desk/guides/{guide.ref}/"
    for key, verb in (("chen", "submit"), ("he", "agree"), ("lead", "approve"), ("chen", "publish")):
        if verb == "approve":
            sun = town.desk("sun").open(f"{here}opinion/")
            for yes in sun.page.locator("main input[type=radio][value=yes]").all():
                yes.check()
            sun.press(text="经审查，未发现问题，同意。")
        town.desk(key).open(here).press(f"/{verb}/")
        assert moved(guide, f"programs.guide.{verb}"), verb
    guide.refresh_from_db()
    assert guide.status == "OPEN"
    STORY["guide"] = guide
    town.desk().open(f"/guides/{guide.year}/{guide.slug}/").sees(guide.title)


def test_03_the_leader_fills_in_and_hands_in_the_unit_submits(town: Town):
    guide: Guide = STORY["guide"]
    li = town.desk("li").open(f"/my/applications/start/{guide.ref}/")
    li.press(topic=guide.topics.first().pk)
    row = Application.objects.get(guide=guide)
    li.open(f"/my/applications/{row.ref}/sections/basic/")
    li.press(title="端侧多模态大模型稀疏推理关键技术", requested=3000000, months=12)
    li.open(f"/my/applications/{row.ref}/sections/basic/")
    assert li.page.locator("[name=title]").input_value() == "端侧多模态大模型稀疏推理关键技术"
    filler = fill.Filler(town.world, Application.objects.get(pk=row.pk), Actor.of(row.leader))
    filler.everything()
    li.open(f"/my/applications/{row.ref}/check/").sees("核对并提交").press("/hand-in/")
    row.refresh_from_db()
    assert row.status == "UNIT_PENDING"
    town.desk("wang").open(f"/my/unit/applications/{row.ref}/").press("/endorse/")
    row.refresh_from_db()
    assert row.status == "SUBMITTED"
    town.desk("li").open(f"/my/applications/{row.ref}/").sees(row.receipt_number, row.receipt_sha256)
    STORY["application"] = row


def test_04_the_formality_check(town: Town):
    row: Application = STORY["application"]
    town.later(days=31)
    chen = town.desk("chen").open(f"/desk/applications/{row.ref}/").press("/check/")
    for choice in chen.page.locator('main input[type=radio][value=OK]').all():
        choice.check()
    chen.press("/check/list/").press("/accept/")
    row.refresh_from_db()
    assert row.status == "ACCEPTED"


def test_05_experts_are_drawn_declare_and_score(town: Town):
    guide: Guide = STORY["guide"]
    town.desk("chen").open("/desk/reviews/").press(f"/new/{guide.ref}/")
    batch = Batch.objects.get(guide=guide)
    here = f"/desk/reviews/{batch.ref}/"
    town.desk("he").open(here).press("/commit/", public_source="次日收盘指数")
    draw = Draw.objects.get(batch=batch)
    town.later(days=1, hours=2)
    at = clock.local(clock.now() - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    he = town.desk("he").open(f"/desk/reviews/draws/{draw.uid}/").press("/value/", value="10523.17", at=at)
    he.press("/open/").sees("10523.17")
    town.desk().open(f"/draws/{draw.uid}/").sees(draw.commit_hash)
    due = clock.local(clock.now() + timedelta(days=15)).strftime("%Y-%m-%dT%H:%M")
    town.desk("chen").open(here).press("/due/", due_at=due).press("/invite/")
    seats = list(Assignment.objects.filter(batch=batch, status="INVITED").select_related("expert__person"))
    assert len(seats) == batch.panel_size
    first = town.desk(seats[0].expert.person.email).open(f"/review/{batch.ref}/").press("/accept/", pledge=True)
    for seat in seats[1:]:
        reviews.declare_and_accept(Actor.of(seat.expert.person), batch)
    town.desk("chen").open(here).press("/begin/")
    first.open(f"/review/tasks/{seats[0].uid}/")
    points = {f"v-{one['code']}": float(one["weight"]) * 0.9 // 0.5 * 0.5 for one in batch.sheet["criteria"]}
    first.fill(first.form(), comment="技术路线清晰，团队基础扎实，指标先进，风险应对措施具体，产业化场景已经落实，建议优先支持。" * 2, recommendation="A", **points)
    with first.page.expect_navigation():
        first.form().locator("button").first.click()  # save and look through all
    first.press("/submit/")
    seats[0].refresh_from_db()
    assert seats[0].status == "SUBMITTED"
    for seat in seats[1:]:
        reviews.submit_sheet(Actor.of(seat.expert.person), seat, values={
            "values": {one["code"]: str(float(one["weight"]) * 0.85 // 0.5 * 0.5) for one in batch.sheet["criteria"]},
            "comment": texts.comment(town.world.dice.dice, 86), "recommendation": "B"})
    chen = town.desk("chen").open(here).press("/close/")
    chen.press("/rank/")
    batch.refresh_from_db()
    assert batch.status == "RANKED"


def test_06_list_decision_public_notice_award(town: Town):
    guide: Guide = STORY["guide"]
    town.desk("chen").open("/desk/proposals/").press(f"/new/{guide.ref}/")
    row = ProposalList.objects.get(guide=guide)
    here = f"/desk/proposals/{row.ref}/"
    town.desk("chen").open(here).press("/submit/")
    town.desk("lead").open(here).press("/decide/", minutes="同意列入拟立项清单。")
    row.refresh_from_db()
    assert row.status == "DECIDED"
    town.desk("he").open(here).press("/prepare/")
    notice = f"/desk/publicity/{row.ref}/"
    town.desk("he").open(notice).press("/open/")
    publicity = Publicity.objects.get(proposal=row)
    assert publicity.status == "OPEN"
    town.desk().open(f"/publicity/{row.ref}/").sees(STORY["application"].unit.name)
    town.later(publicity.closes_at + timedelta(hours=1))
    publicity.refresh_from_db()
    assert publicity.status == "CLOSED"
    town.desk("he").open(notice).press("/award/prepare/")
    town.desk("lead").open(notice).press("/award/")
    cycle.settle()
    project = Project.objects.get(guide=guide)
    assert project.status == "CONTRACT_PENDING"
    STORY["project"] = project
    town.desk().open("/projects/").sees(project.number)


def test_07_the_contract_is_signed_by_both_sides(town: Town):
    project: Project = STORY["project"]
    here = f"/desk/projects/{project.number}/contract/"
    today = clock.today()
    chen = town.desk("chen").open(here)
    chen.press("", starts_on=today, ends_on=today + timedelta(days=364))
    chen.open(here).press("/offer/")
    town.desk("wang").open(f"/my/projects/{project.number}/contract/").press("/sign/")
    town.desk("lead").open(here).press("/sign/")
    cycle.settle()
    project.refresh_from_db()
    assert project.status == "ACTIVE"


def test_08_three_people_and_the_bank_pay(town: Town):
    project: Project = STORY["project"]
    row = Disbursement.objects.get(project=project, line__kind="SIGN")
    here = f"/desk/payments/{row.ref}/"
    town.desk("chen").open(here).press("/request/", pool="CONTROL")
    town.desk("he").open(here).press("/check/")
    town.desk("lead").open(here).press("/approve/")
    town.desk("fin").open(here).press("/send/", reference="ZL20260001")
    town.desk("fin").open(here).press("/pay/", receipt="HD0001")
    row.refresh_from_db()
    assert row.status == "PAID"
    people = {row.requested_by_id, row.checked_by_id, row.approved_by_id}
    assert len(people) == 3


def test_09_the_final_report_is_filed_and_accepted(town: Town):
    project: Project = STORY["project"]
    town.later(days=370)
    li = town.desk("li").open(f"/my/projects/{project.number}/").press("/reports/final/start/")
    report = Report.objects.get(project=project, kind="FINAL")
    here = f"/my/reports/{report.uid}/"
    paid = Disbursement.objects.get(project=project, status="PAID").amount
    values: dict[str, Any] = {"done": texts.done(project.title), "spent": f"{paid / 10000:f}"}
    for result in Result.objects.filter(report=report).select_related("target"):
        values[f"r{result.pk}-evidence"] = "附件一"
        if result.target.direction == "QUAL":
            values[f"r{result.pk}-band"] = "MET"
        else:
            values[f"r{result.pk}-actual"] = f"{result.target.value.normalize():f}"
    values["file"] = {"name": "总结报告.pdf", "mimeType": "application/pdf", "buffer": fill.PDF}
    li.open(here)
    li.fill(li.form(), **values)
    with li.page.expect_navigation():
        li.form().locator("button").last.click()
    li.open(here).press("/hand-in/")
    town.desk("wang").open(here).press("/file/")
    acceptance = Acceptance.objects.get(project=project)
    here = f"/desk/acceptance/{acceptance.uid}/"
    sun = town.desk("sun").open(here).press("")
    sun.open(here).press("/propose/", conclusion="PASSED", opinion="专家组同意通过验收。")
    town.desk("lead").open(here).press("/confirm/")
    project.refresh_from_db()
    assert project.status == "PASSED"


def test_10_the_score_is_worked_out_confirmed_and_public(town: Town):
    project: Project = STORY["project"]
    row = Evaluation.objects.get(project=project)
    here = f"/desk/performance/{row.uid}/"
    town.desk("sun").open(here).press("/score/")
    town.desk("he").open(here).press("/confirm/")
    row.refresh_from_db()
    assert (row.status, row.grade) == ("CONFIRMED", "优")
    town.desk().open("/plans/2024/KEY-INDUSTRY/").sees(project.title, "优")
    town.desk("qian").open("/audit/cases/").sees("项目")


def test_11_every_act_stands_in_the_ledger_in_order(town: Town):
    application, project = STORY["application"], STORY["project"]
    verbs = list(LedgerRow.objects.filter(
        target_type="applications.application", target_id=application.pk).order_by("pk").values_list("verb", flat=True))
    wanted = [f"applications.application.{verb}" for verb in (
        "start", "hand_in", "endorse", "accept", "put_in_review", "close_review", "rank", "propose", "publicise", "award")]
    assert [verb for verb in verbs if verb in wanted] == wanted
    assert LedgerRow.objects.filter(target_type="projects.project", target_id=project.pk, verb="projects.project.pass").exists()
    assert Person.objects.filter(email="li@demo.keguan.example").exists()


