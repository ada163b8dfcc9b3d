"""Adjustment of programmes in the demo: one case in effect, one decided for next year, one still collecting opinions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from core import clock
from portal.demo import people
from programs import actions, queries
from programs.states import EvidenceKind, Stance


def _decided(world: people.World, case: Any) -> None:
    actions.ask_opinions(world.actor("he"), case)
    actions.give_opinion(world.actor("chen"), case, stance=Stance.FOR)
    actions.give_opinion(world.actor("sun"), case, stance=Stance.REMARK, text="在研项目按原合同书管理，验收和绩效评价不受影响。")
    actions.submit_adjustment(world.actor("he"), case)
    actions.approve_adjustment(world.actor("lead"), case)


def _cited(world: people.World, case: Any, *, title: str, note: str) -> Any:
    """A source outside the portal, and what the portal itself knows of the specials."""
    he = world.actor("he")
    actions.cite(he, case, queries.Offer(EvidenceKind.OTHER, "", title), note=note)
    for offer in queries.offers(he, queries.specials_of_case(case))[:2]:
        actions.cite(he, case, offer)
    return case


def cases(world: people.World) -> str:
    """The report of overlap, then three cases; returns the line of the build."""
    he, today = world.actor("he"), clock.today()
    actions.make_overlap(he, queries.tree_as_of())
    old, demo = queries.special_in_force("TECH-MS"), queries.special_in_force("APPDEMO")
    ended = actions.open_adjustment(
        he, "CANCEL", special=old, title="取消技术攻关面上项目，并入重点产业研发计划", effective_on=today, is_demo=True,
        reason="支持方向与重点产业研发计划重叠，申报主体高度重合，资金分散。经评估不再单独设立，有关方向并入重点产业研发计划。",
    )
    _decided(world, _cited(world, ended, title="科技计划绩效评价报告（演示）", note="连续两年产出指标完成率低于同类专项平均水平。"))
    new = actions.open_adjustment(
        he, "CREATE", plan=queries.plan_in_force("TRANSFER"), title="新设科技成果中试验证专项", is_demo=True,
        effective_on=date(today.year + 1, 1, 1), reason="概念验证与中小试之间缺少支持环节，企业反映集中，拟新设专项补齐转化链条。",
        proposal={"code": "PILOT-CHECK", "name": "科技成果中试验证", "name_en": "Pilot verification of results", "prefix": "ZSYZ",
                  "funding_modes": ["POST"], "review_modes": ["PANEL", "AUDIT"], "budget_scheme": "ITEMISED", "division": "成果转化处"},
    )
    _decided(world, _cited(world, new, title="企业需求调研报告（演示）", note="受访企业中六成提出中试验证资金需求。"))
    asked = actions.open_adjustment(
        he, "SUSPEND", special=demo, title="暂停科技应用示范项目", effective_on=today + timedelta(days=45), is_demo=True,
        reason="近一年未安排指南，应用场景由市级部门统一组织，建议暂停并评估后再定。",
    )
    actions.ask_opinions(he, _cited(world, asked, title="专项运行检查记录（演示）", note="年度内未发布指南，无新增项目。"))
    actions.give_opinion(world.actor("chen"), asked, stance=Stance.AGAINST, text="示范项目仍有企业需求，建议保留并缩小规模。")
    return "adjustment cases and report of overlap"
