"""Demand solicitation in the demo world (clause R1): last spring's call with needs in every state, adopted ones in the guide that
is open now, and a call that is open."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Organisation, Person
from accounts.policies import Actor
from accounts.states import OrgKind
from core import clock
from portal.demo import cycle
from portal.demo.invented import TOPICS
from portal.demo.people import World
from programs import actions, policies, queries
from programs.models import Guide, Need, Special, TopicCall
from programs.queries import topics

RESEARCH = [OrgKind.UNIVERSITY.value, OrgKind.INSTITUTE.value]
SOURCE = "2025年度重点产业研发计划备选课题征集通知（深圳市科技创新局，2025年3月31日），日期移至本年度；专项名称为演示文本"
STREAMS = (
    "半导体与集成电路", "人工智能", "低空经济与空天", "新能源", "智能网联汽车", "生物医药", "高端医疗器械", "网络与通信", "智能机器人",
    "新材料", "可持续发展",
)
GAPS = (
    ("功耗和成本高", "能效比", "TOPS/W", 12), ("可靠性数据不足", "平均无故障时间", "小时", 50000), ("精度不能满足量产要求", "定位精度", "微米", 2),
    ("关键部件依赖外购", "国产化率", "%", 95), ("现有工艺良率低", "良率", "%", 98), ("缺少统一测试方法", "测试覆盖率", "%", 99),
)
#: What becomes of each filed need in turn; a number is the place of the need it is merged into.
FATES: tuple[Any, ...] = (
    "adopt", 0, "adopt", "decline", "keep", "adopt", "FILED", "pass", 2, "adopt", "decline", "pass", "keep", "FILED", "pass", "decline",
    "adopt", 5, "pass", "FILED", "decline", "pass",
)


def new_call(world: World, year: int, opens: datetime, closes: datetime, *, copy_from: TopicCall | None = None) -> TopicCall:
    """The real notice of 2025 moved to a year: written by the division, approved by a leader, published."""
    division = world.actor("chen")
    special = Special.objects.filter(code="KEY-INDUSTRY", tree=queries.tree_as_of()).select_related("plan").get()
    call = actions.create_call(division, special, year=year, title=f"{year}年度重点产业研发计划备选课题征集", is_demo=True, copy_from=copy_from,
                               title_en=f"Call for topics of the {year} key industry R&D plan")
    actions.change_call(
        division, call, text="围绕战略性新兴产业集群和未来产业的重大需求，面向企业、高等院校、科研机构和医疗卫生机构等征集备选课题。"
        "课题应当来自产业真实需求，有明确的成果使用方，技术指标可考核。\n征集的课题经筛选、合并和论证后，作为课题指南的备选。",
        text_en="Topics are asked of enterprises, universities, institutes and hospitals: real needs of industry, measurable indicators.",
        exempt_spend=Decimal(500_000_000), exempt_years=[year - 2, year - 1], exempt_kinds=[OrgKind.ENTERPRISE.value], exempt_clause="通知三（三）",
        seal_from=Decimal(10_000_000), seal_name="重大课题情况说明", seal_clause="通知四（二）", source=SOURCE, blind=True,
        contact="业务咨询 0755-8800 0001")
    if copy_from is None:
        actions.set_streams(division, call, rows=[
            {"code": str(n), "name": f"专项{n}：{name}", "group": "A" if n < 11 else "B"} for n, name in enumerate(STREAMS, 1)])
        actions.set_quotas(division, call, rows=[
            {"group": "A", "kinds": [], "most": 2, "clause": "通知三（一）"},
            {"group": "B", "kinds": RESEARCH, "most": 5, "clause": "通知三（二）"}, {"group": "B", "kinds": [], "most": 2, "clause": "通知三（二）"}])
    actions.set_call_windows(division, call, windows=[(opens, closes)])
    actions.approve_call(world.actor("lead"), actions.submit_call(division, call), why="同意征集")
    return actions.publish_call(division, call)


def propose(world: World, call: TopicCall, number: int, unit: Organisation, person: Person, *, like: Need | None = None) -> Need:
    """One need filled in completely and handed in; `like` makes it say nearly the same as another one."""
    subject, cluster = TOPICS[number % len(TOPICS)]
    gap, indicator, measure, value = GAPS[number % len(GAPS)]
    clusters = {label: code for code, label in topics.cluster_choices()}
    answers = {
        "title": f"{subject}关键技术", "background": f"目前{subject}{gap}，产业链上下游均有迫切需求，国内尚无成熟方案。",
        "content": f"围绕{subject}，研究总体架构、核心部件和工艺，建立测试验证平台，形成样机并在{unit.name}的应用场景验证。",
        "amount": str(1200 if number % 9 == 4 else 300 + 50 * (number % 8)), "own_money": str(200 + 100 * (number % 5)),
        "cluster": clusters.get(cluster, next(iter(clusters.values()))), "stage": ("KEY", "FRONTIER", "SCENARIO", "DEMO")[number % 4],
        "result_user": "整机企业和系统集成企业", "contact_name": person.name, "contact_phone": person.phone or "0755-88000001",
        "ind_0_name": indicator, "ind_0_sign": "LE" if measure == "微米" else "GE", "ind_0_value": str(value), "ind_0_unit": measure,
        "ind_0_test": "第三方检测报告", "name_agreed": number % 3 != 2,
    }
    if like is not None:
        answers |= {"title": f"面向产业化的{like.title}", "background": like.background, "content": like.content.replace("样机", "工程样机")}
    actor = Actor.of(person)
    stream = list(call.streams.all())[number % 10]
    need = actions.start_need(actor, call, unit=unit, stream=stream, is_demo=True)
    actions.save_need(actor, need, values=answers, base=need.rev)
    if Decimal(answers["amount"]) >= 1000:
        paper = SimpleUploadedFile("重大课题情况说明-演示.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
        actions.attach_file(actor, need, upload=paper, kind=topics.LETTER, sealed_by=[unit.name])
    return actions.hand_in_need(actor, topics.own_need(actor, need.ref))


def closed_call(world: World, year: int, opens: datetime, closes: datetime) -> TopicCall:
    """A call with filed needs in every state after its close: screened, merged, scored by three experts, decided."""
    cycle.move_to(opens)
    call = new_call(world, year, opens, closes)
    cycle.move_to(cycle.days(opens, 1))
    filed: list[Need] = []
    order = sorted(world.units, key=lambda unit: (unit.pk * 7) % 43)
    order.sort(key=lambda unit: unit.pk != world.units[0].pk)  # the demo's own unit comes first
    for number, fate in enumerate(FATES):
        unit = order[number % len(order)]
        like = filed[fate] if isinstance(fate, int) else None
        need = propose(world, call, number, unit, world.leaders[unit.pk][0], like=like)
        filed.append(actions.endorse_need(world.admin(unit), need))
    for number, unit in enumerate(order[len(FATES):len(FATES) + 3], len(FATES)):  # one withdrawn, two that the close ended
        need = propose(world, call, number, unit, world.leaders[unit.pk][0])
        if number == len(FATES):
            actions.withdraw_need(world.admin(unit), actions.endorse_need(world.admin(unit), need), why="研究内容已另行立项")
    cycle.move_to(cycle.days(closes, 1))
    _settle(world, call, filed)
    return call


def _settle(world: World, call: TopicCall, filed: list[Need]) -> None:
    division = world.actor("chen")
    for need, fate in zip(filed, FATES, strict=True):
        if not isinstance(fate, int) and fate != "FILED":
            actions.screen_in(division, need)
    for need, fate in zip(filed, FATES, strict=True):
        if isinstance(fate, int):
            actions.merge_need(division, need, lead=filed[fate], why="研究内容和指标基本一致")
    actions.compare_needs(division, call)
    experts = world.experts[:3]
    actions.invite_experts(division, call, people=experts)
    for number, person in enumerate(experts):
        expert = Actor.of(person)
        for need in list(policies.needs_to_score(expert))[number:]:
            spread = (need.pk * 7 + number * 5) % 12 / 2
            actions.score_need(expert, need, points={"need": f"{29 - spread:g}", "novelty": f"{22 - spread / 2:g}" if spread % 1 == 0 else "20",
                                                     "feasibility": "16", "industry": f"{24 - spread:g}"}, comment="需求明确，指标可考核。")
    for need, fate in zip(filed, FATES, strict=True):
        if fate == "adopt":
            actions.adopt_need(division, need, why="列入本年度课题指南备选。")
        elif fate == "keep":
            actions.keep_need(division, need, why="方向可行，基础不足，列入下一年度储备。")
        elif fate == "decline":
            actions.decline_need(division, need, reason_code="LOW_RANK", why="综合评分靠后，本年度不采纳；评审意见已反馈。")
    cycle.settle()


def link(world: World, guide: Guide) -> None:
    """Two adopted needs of the special that no guide has taken yet become the sources of the first topics of a draft guide."""
    division = world.actor("chen")
    adopted = topics.adoptable(guide).filter(topic_links=None)[:2]
    for topic, need in zip(guide.topics.all()[:2], adopted, strict=False):
        actions.link_topic(division, guide, topic=topic, need=need)


def open_call(world: World, year: int, opens: datetime, closes: datetime, source: TopicCall) -> TopicCall:
    """A call that is open now: some filed, one with the unit, one draft of the demo's own applicant."""
    cycle.move_to(opens)
    call = new_call(world, year, opens, closes, copy_from=source)
    cycle.move_to(cycle.days(clock.now(), 1))
    for number in range(4):
        unit = world.units[5 + number * 6]
        need = propose(world, call, number + 7, unit, world.leaders[unit.pk][0])
        actions.endorse_need(world.admin(unit), need)
    own = world.units[0]
    li = Person.objects.get(email="li@demo.keguan.example")
    propose(world, call, 3, own, li)
    draft = actions.start_need(Actor.of(li), call, unit=own, stream=call.streams.get(code="2"), is_demo=True)
    actions.save_need(Actor.of(li), draft, values={"title": "端侧多模态模型压缩", "ind_0_name": "压缩比", "ind_0_value": "较高"}, base=draft.rev)
    zhao = Person.objects.get(email="zhao@demo.keguan.example")  # the account that people try as an expert
    if not source.experts.filter(person=zhao).exists():
        actions.invite_experts(world.actor("chen"), source, people=[zhao])
    return call
