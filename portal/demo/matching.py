"""Matching in the demo: a guide of entitlement without application with its list at the units, kept searches, one night."""

from __future__ import annotations

import copy
from typing import Any

from accounts.policies import Actor, system
from core import clock
from portal.demo import cycle
from portal.demo.people import World
from programs import actions, queries
from programs.models import AnnualPlanItem, Entitlement, EntitlementList

FORMULA = "reward = round(unit.rd_spend_last_year * 1%)\nmin(cap, reward)"
TEXTS = {
    "content": "对上年度研发投入达到规定强度的国家高新技术企业给予奖励，由平台按已归集数据直接计算，企业无需申报。",
    "support": "按上年度研发投入的1%计算，单家最高200万元。",
    "materials": "无需提交材料。",
    "form": "无需填报申请书。",
    "accepting": "按归集数据的时间分批计算名单并公告。",
    "procedure": "系统计算名单和金额\n工作人员核对批准\n名单公告\n单位确认收款账户\n一次性拨付",
}
CONDITIONS: list[dict[str, Any]] = [
    {"code": "C1", "clause": "三（一）", "hard": True, "text": "在深圳市（含深汕特别合作区）注册", "text_en": "Registered in Shenzhen",
     "test": {"fact": "unit.region", "op": "within_region", "value": "深圳市"}},
    {"code": "C2", "clause": "三（二）", "hard": True, "text": "国家高新技术企业证书在有效期内", "text_en": "A valid high-tech enterprise certificate",
     "test": {"fact": "unit.hnte", "op": "valid_on", "value": {"fact": "guide.closes_on"}}},
    {"code": "C3", "clause": "三（三）", "hard": True, "text": "上年度研发投入不低于3000万元", "text_en": "R&D spending of at least 30 million yuan last year",
     "test": {"fact": "unit.rd_spend_last_year", "op": "ge", "value": "30000000"}},
    {"code": "C4", "clause": "三（四）", "hard": True, "text": "未处于科研失信限制期", "text_en": "Under no integrity restriction",
     "test": {"fact": "unit.blocked", "op": "is_false"}},
]


def content(item: AnnualPlanItem) -> dict[str, Any]:
    """What is entered for the guide: the skeleton of its mode with texts, conditions and formula."""
    data = copy.deepcopy(queries.skeleton(item, "ENTITLEMENT"))
    data["sections"] = [{**part, "text": TEXTS.get(part["code"]) or part.get("text") or "详见本指南各条。"} for part in data["sections"]]
    data["mode"]["details"] = {"held_data": "研发投入统计数据、高新技术企业认定数据", "confirm_days": 15}
    data["amount"] = {"cap": "2000000", "formula": FORMULA, "labels": {"reward": "按研发投入计算的金额"}}
    data["documents"], data["quota"]["kind"] = [], "UNLIMITED"
    data["applicants"], data["conditions"] = ["ENTERPRISE"], copy.deepcopy(CONDITIONS)
    return data


def entitled(world: World, item: AnnualPlanItem, opens: Any, closes: Any) -> EntitlementList:
    """The guide is published, its first list discarded, the second computed, checked, approved and with the units: one has confirmed, one declined."""
    chen, he, lead = world.actor("chen"), world.actor("he"), world.actor("lead")
    data = {"title": item.title, "title_en": f"R&D subsidy for enterprises {item.plan.year}", "special": item.special.code, "data": content(item)}
    guide = cycle.publish(world, data, item, [(opens, closes)])
    early = actions.draft_entitlements(chen, guide, is_demo=True)
    actions.discard_entitlements(chen, early, why="归集数据有更新，重新计算名单")
    roll = actions.draft_entitlements(chen, guide, is_demo=True)
    actions.check_entitlements(he, roll, why="与归集数据核对一致")
    actions.approve_entitlements(lead, roll, why="同意")
    roll = actions.publish_entitlements(chen, roll)
    rows = list(Entitlement.objects.filter(roll=roll).select_related("organisation").order_by("pk"))
    mine = [row for row in rows if row.organisation_id != world.units[0].pk]  # the demo's own unit still has to answer
    for row in mine[:2]:
        actions.confirm_entitlement(Actor.of(world.admins[row.organisation_id]), row)
    if len(mine) > 3:
        actions.decline_entitlement(Actor.of(world.admins[mine[2].organisation_id]), mine[2], why="同一研发投入已享受市级其他资助")
    cycle.settle()
    return roll


def night(world: World) -> str:
    """Two kept searches and one run over the register; returns the line of the build."""
    li = Actor.of(world.leaders[world.units[0].pk][0])
    actions.keep_search(li, name="人工智能重点产业", query="q=人工智能&phase=open")
    actions.keep_search(li, name="全部新指南", query="")
    run = actions.match_tonight(system("demo"))
    return f"matching of {clock.today()}: {run.guides} guides, {run.pairs} pairs, {run.told} told"
