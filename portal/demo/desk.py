"""The formality desk of the demo: a professional institution that was handed a guide, many decided at once, old projects taken over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import actions as accounts
from accounts.models import Organisation
from accounts.policies import Actor, system
from accounts.states import Role
from applications import actions as filing
from applications import queries
from applications.models import Application, ImportBatch
from core import clock, jobs
from portal.demo import cycle, invented, people
from portal.demo.people import World
from programs.models import Guide

HEADINGS = "项目编号,项目名称,年度,状态,专项,统一社会信用代码,承担单位,负责人,邮箱,资助金额,开始日期,结束日期,绩效目标,摘要"
OLD = ("低功耗物联网网关芯片研制", "工业视觉缺陷检测关键技术研究", "柔性储能材料中试验证", "城市内涝预警模型研究", "手术导航配准算法研究")


def institution(world: World) -> Organisation:
    root = system("demo")
    row = accounts.register_organisation(
        root, name="深圳市科技项目评审服务中心（演示）", name_en="Shenzhen Centre for Project Review (demo)", kind="AGENCY",
        uscc=invented.uscc(9002, "AGENCY"), region="深圳市福田区", is_demo=True)
    accounts.verify(root, row)
    people.join(world, row, "冯评", "agency@demo.keguan.example", Role.AGENCY)
    return row


def handed(world: World, guide: Guide) -> str:
    """The division hands the check of a guide to the institution, whose officer decides on two applications at once."""
    house, today = institution(world), clock.today()
    filing.hand_over(world.actor("chen"), house, guide=guide, since=today, until=today + timedelta(days=30),
                     reason="本批申报数量较多，委托专业机构开展形式审查。")
    seen = Application.objects.filter(guide=guide).exclude(submitted_at=None).order_by("pk")
    rows = list(seen.filter(status="SUBMITTED")[:2] or seen[:2])  # what is decided already is held back, which the result says
    clerk = Actor.of(people.called("agency@demo.keguan.example"))
    job = filing.order_batch(clerk, filing.ACCEPT, rows, {})
    jobs.run(job.pk)
    cycle.settle()
    return f"{guide.ref}: handed over, {len(rows)} decided at once"


def _table(world: World, year: int) -> SimpleUploadedFile:
    lines = [HEADINGS]
    for number, title in enumerate(OLD):
        unit = world.units[number + 1]
        leader = world.leaders[unit.pk][0]
        state = "已结题" if number else "不详"  # one line that cannot be read
        lines.append(f"JSGG{year}{number + 1:04d},{title},{year},{state},技术攻关,{unit.uscc},{unit.name},{leader.name},{leader.email},"
                     f"{100 + 20 * number},{year}-07-01,{year + 2}-06-30,专利2件,{title}，面向本市产业需求形成样机并开展应用验证。")
    return SimpleUploadedFile(f"技术攻关项目{year}.csv", ("\n".join(lines) + "\n").encode("utf-8-sig"))


def _dry(actor: Actor, upload: Any) -> ImportBatch:
    batch = filing.keep_import(actor, source="原业务系统", upload=upload)
    headings, _lines = filing.read_import(batch)
    jobs.run(filing.map_import(actor, batch, mapping=queries.guessed(headings, batch.mapping), options={"unit": "wan"}).pk)
    return ImportBatch.objects.select_related("source", "file", "errors").get(pk=batch.pk)


def old_projects(world: World) -> str:
    """Two tables: one is taken over, of the other there is a dry run to be looked at."""
    actor, year = world.actor("he"), clock.today().year - 7
    taken = _dry(actor, _table(world, year))
    jobs.run(filing.order_import(actor, taken, why="历史项目进入查重和限项底库").pk)
    _dry(actor, _table(world, year + 1))
    return f"{len(OLD) - 1} old projects taken over, one table waits"
