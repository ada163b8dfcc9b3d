"""An open challenge in the demo: the owner is asked about two bids and has answered one; an ethics approval waits for the desk."""

from __future__ import annotations

import copy
from typing import Any

from accounts.policies import Actor
from applications import actions as filing
from applications.models import Application, Voice
from core import clock
from portal.demo import cycle, fill, texts
from portal.demo.people import World
from programs import queries as programmes
from programs.models import AnnualPlanItem, Guide

TEXTS = {
    "content": "低空物流无人机在高密度城区的起降引导精度不足，雨雾天气下失锁率高。发榜方提出需求，面向全社会征集揭榜团队。",
    "support": "榜额600万元，其中市级资助不超过300万元，发榜方出资300万元，按指标完成情况拨付。",
    "conditions": "揭榜方应具有独立法人资格，具备完成榜单任务的研发条件。发榜方不得揭榜。",
    "timing": "受理截止后90个工作日内办结。", "certificate": "无。",
}
DETAILS = {
    "problem": "雨雾天气下起降引导的厘米级定位与失锁恢复。", "price": "6000000", "owner_money": "3000000",
    "acceptance_test": "发榜方在龙岗试飞场按约定工况测试100架次，水平误差不超过10厘米的比例不低于99%为揭榜成功。",
    "open_to": "不限注册地，可联合揭榜",
}


def _data(item: AnnualPlanItem, owner: Any) -> dict[str, Any]:
    data = copy.deepcopy(programmes.skeleton(item, "CHALLENGE"))
    data["sections"] = [{**part, "text": TEXTS.get(part["code"]) or part.get("text") or "按公开通知执行。"} for part in data["sections"]]
    data["mode"]["details"] = {**DETAILS, "owner": owner.name, "owner_uscc": owner.uscc}
    data["amount"] = {"cap": "3000000", "note": "单项不超过300万元。", "note_en": "At most 3 million yuan."}
    data["conditions"], data["topics"] = [], []
    data["ethics"] = {"rule": "BEFORE_AWARD", "note": "涉及科技伦理审查范围的项目应当在立项前提交审查批件。",
                      "note_en": "Projects within the scope of ethics review hand in the approval before the award."}
    return data


def challenge(world: World, plan: Any) -> str:
    """Publish, two bids, check; the owner (the demo's own unit) agrees to one; returns a line for the log."""
    item, owner = plan.items.get(special__code="OPEN-CALL"), world.units[0]
    now = clock.now()
    package = {"title": f"{plan.year}年度揭榜挂帅项目申请指南（城区低空起降引导）", "title_en": f"Open challenge {plan.year}: guidance for urban landing",
               "data": _data(item, owner), "demo_notes": []}
    guide = cycle.publish(world, package, item, [(now, cycle.days(now, 30, 18))])
    bids = [_bid(world, guide, unit, in_scope=number == 0) for number, unit in enumerate(_bidders(world, guide))]
    cycle.check(world, bids)
    host, paper = world.admin(owner), Voice.objects.filter(application=bids[0], code="ethics").first()
    filing.answer_voice(host, Voice.objects.get(application=bids[0], code="owner_choice"), agree=True, text="技术路线可行，愿意提供试飞条件。")
    if paper is not None:
        filing.hand_in_voice(Actor.of(bids[0].leader), paper, decided_on=clock.today(), number=f"伦审〔{clock.today().year}〕18号", text="同意开展",
                             upload=texts.pdf("科技伦理审查批件.pdf"))
    return f"{guide.ref}: {len(bids)} bids, the owner is asked"


def _bidders(world: World, guide: Guide) -> list[Any]:
    wanted = guide.version.data["applicants"]
    return [unit for unit in world.units[1:] if unit.kind in wanted][:2]


def _bid(world: World, guide: Guide, unit: Any, *, in_scope: bool) -> Application:
    leader = world.leaders[unit.pk][0]
    row = fill.Filler(world, fill.begin(world, guide, unit, leader), Actor.of(leader)).everything()
    if in_scope:
        filing.save_section(Actor.of(leader), row, section="ethics", base=10_000, values={
            "in_scope": "yes", "scope": ["E1"], "committee": "深圳市演示科技伦理（审查）委员会"})
    row.refresh_from_db()
    return filing.endorse(world.admin(unit), filing.hand_in(Actor.of(leader), row))
