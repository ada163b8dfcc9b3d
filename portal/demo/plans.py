"""Changes of the running year's annual plan: one that was approved, one that waits for the leader."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from portal.demo.people import World
from programs import actions as programme
from programs.models import AnnualPlan

MILLION = Decimal(1_000_000)


def approved_change(world: World, plan: AnnualPlan) -> Any:
    """Money moves between two items without a guide and the window of one gets its days: asked by the division, checked by the
    resource division, approved by a leader. The demo has one person per desk, which is enough for the three of a change."""
    items = {item.special.code: item for item in plan.items.select_related("special")}
    opens = clock.today() + timedelta(days=60)
    lines: list[dict[str, Any]] = [
        {"kind": "MOVE", "item": items["JCYJ-MS"], "to": items["KEY-LAB"], "money": 20 * MILLION},
        {"kind": "SET", "item": items["KEY-LAB"], "count": 15},
    ]
    if opens.year == plan.year and (opens + timedelta(days=30)).year == plan.year:
        lines.append({"kind": "SET", "item": items["RCYX"], "opens_on": opens, "closes_on": opens + timedelta(days=30)})
    change = programme.ask_change(
        world.actor("chen"), plan, title="从基础研究面上项目向重点实验室调剂资金",
        reason="重点实验室储备项目较多，基础研究面上项目本年度申报数量低于预期，为提高资金使用效益，在控制数内调剂。", lines=lines,
    )
    change = programme.submit_change(world.actor("chen"), change)
    change = programme.check_change(world.actor("he"), change, why="资金在控制数之内，不影响已发布指南")
    return programme.approve_change(world.actor("lead"), change)


def waiting_change(world: World, plan: AnnualPlan) -> Any:
    """A new item is asked for and checked; the leader has not decided."""
    item = plan.items.select_related("special__plan").get(special__code="RCYX")
    special = plan.tree.specials.exclude(pk__in=plan.items.values("special")).filter(
        status="ACTIVE", disabled_on=None, plan=item.special.plan).order_by("order", "pk").first() or item.special
    change = programme.ask_change(
        world.actor("chen"), plan, title=f"增列{special.name}", reason="根据人才工作部署，拟在本年度增列一项，资金在控制数结余内安排。",
        lines=[{"kind": "ADD", "special": special, "title": f"{plan.year}年度{special.name}（增列）", "money": 30 * MILLION, "count": 10,
                "opens_month": 11, "closes_month": 12}],
    )
    change = programme.submit_change(world.actor("chen"), change)
    return programme.check_change(world.actor("he"), change)
