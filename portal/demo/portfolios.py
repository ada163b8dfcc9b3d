"""Project managers and advisory bodies in the demo (clause R5)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from accounts.policies import Actor
from accounts.states import OrgKind
from core import clock
from portal.demo import people, texts
from programs import actions, queries
from programs.states import PortfolioRight, RecommendationKind

WAN = Decimal(10_000)


def managers(world: people.World) -> str:
    """One project manager at work with two recommendations, one proposed."""
    chen, today = world.actor("chen"), clock.today()
    unit = next(unit for unit in world.units if unit.kind == OrgKind.INSTITUTE)
    person, other = world.leaders[unit.pk][0], world.leaders[world.units[0].pk][0]
    key, poc = queries.special_in_force("KEY-INDUSTRY"), queries.special_in_force("POC")
    active = actions.propose_portfolio(
        chen, person, specials=[key, poc], rights=PortfolioRight.values, since=today, until=today + timedelta(days=365),
        reason="长期从事产业技术研究和项目管理，熟悉重点产业链条。", is_demo=True,
    )
    actions.appoint(world.actor("lead"), active)
    actor = Actor.of(type(person).objects.get(pk=person.pk))
    first = actions.recommend(actor, active, special=key, kind=RecommendationKind.TOPIC, subject="高可靠车规级功率器件测试方法",
                              text="多家企业提出同类需求，现有课题未覆盖测试环节。")
    actions.answer_recommendation(chen, first, adopt=True, answer="列入下一批课题指南研究。")
    actions.recommend(actor, active, special=poc, kind=RecommendationKind.START, subject="先进材料概念验证平台",
                      text="已具备服务能力，建议优先启动。")
    actions.propose_portfolio(
        chen, other, specials=[poc], rights=[PortfolioRight.WATCH], since=today, until=today + timedelta(days=180),
        reason="拟聘为概念验证方向项目经理人，跟踪服务项目进展。", is_demo=True,
    )
    return "project managers"


def bodies(world: people.World) -> str:
    """Two advisory bodies with money of the year and reports, one of them public."""
    he, today = world.actor("he"), clock.today()
    units = [unit for unit in world.units if unit.kind in (OrgKind.INSTITUTE, OrgKind.UNIVERSITY)][:2]
    for place, (unit, industry) in enumerate(zip(units, queries.future_industries(), strict=False)):
        body = actions.register_body(he, unit, industry=industry, tasks="编制技术路线图，跟踪国内外进展，每年提交咨询报告。", since=today, is_demo=True)
        actions.set_advisory_money(he, body, year=today.year, money=150 * WAN, note="年度咨询服务经费")
        report = actions.file_report(world.admin(unit), body, year=today.year, title=f"{industry.name}产业技术路线图（演示）",
                                     summary="梳理关键技术方向、企业需求和建议布局的课题。", upload=texts.pdf("咨询报告.pdf"))
        if place == 0:
            actions.accept_report(he, report, is_public=True)
    return "advisory bodies"
