"""Official documents of this floor: the notices that issue, extend, correct or withdraw a guide, the annual plan and its changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.states import OrgKind
from core.money import wan
from notices.queries import (
    Kind,
    about,
    register_kind,
)
from notices.queries import (
    about as documents_about,
)
from notices.states import (
    DocumentStatus,
)
from programs import (
    queries,
    rules,
    states,
)
from programs.engine import (
    needs,
    numbering,
)
from programs.models import (
    Adjustment,
    AnnualPlan,
    EntitlementList,
    Guide,
    PlanChange,
    TopicCall,
)

GUIDE, EXTENSION, CORRECTION, WITHDRAWAL = "guide", "guide_extension", "guide_correction", "guide_withdrawal"
LATE_FILING = "guide_late_filing"
MOST_CHANGES, MOST_WORDS = 40, 200
WEEKDAYS = "一二三四五六日"


def moment(value: datetime) -> str:
    """2026年8月29日（星期六）18:00: official documents are Chinese whatever the reader's language."""
    local = timezone.localtime(value)
    return f"{local.year}年{local.month}月{local.day}日（星期{WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def title(guide: Guide) -> str:
    if guide.supersedes_id:
        return f"关于更正并重新发布《{guide.title}》的通知"
    return f"关于发布《{guide.title}》的通知"


def number_of(guide: Guide) -> str:
    """The number of the notice that issued the guide; empty when it has none."""
    found = about(guide).filter(kind=GUIDE, status=DocumentStatus.ISSUED).first()
    return found.number if found else ""


def _contact(guide: Guide) -> str:
    return "；".join(f"{c['name']} {c['phone']}" for c in guide.version.data.get("contacts") or [])


def _cut(text: str) -> str:
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]}……"


def corrections(guide: Guide) -> list[dict[str, str]]:
    """What a corrected guide says otherwise than the one it takes the place of, clause by clause."""
    if guide.supersedes is None or guide.supersedes.version is None:
        return []
    found = queries.compared(guide.supersedes.version.data, guide.version.data)
    return [
        {"part": queries.part_label(one.part), "label": one.label, "before": _cut(one.before), "after": _cut(one.after)}
        for one in found[:MOST_CHANGES]
    ]


def addressee() -> str:
    return "各有关单位"


def context(guide: Guide) -> dict[str, Any]:
    """The frozen content of the notice; sums as text in 万元."""
    data = guide.version.data
    sections = {section["code"]: section for section in data.get("sections", ())}
    return {
        "replaces": number_of(guide.supersedes) if guide.supersedes else "",
        "changes": corrections(guide),
        "basis": [f"《{policy.title}》（{policy.number}）" for policy in guide.policies.order_by("valid_from")],
        "special": guide.special.name,
        "subject": _subject(guide.special.name),
        "amount": _amount(data),
        "year": guide.year,
        "windows": [{"opens": moment(w.opens_at), "closes": moment(w.closes_at)} for w in guide.windows.all()],
        "total_wan": wan(guide.budget_control),
        "count": guide.max_projects,
        "cap_wan": wan(guide.cap_per_project),
        "summary": sections.get("content", {}).get("text", ""),
        "requirements": [rule["text"] for rule in data.get("conditions", ())],
        "annexes": [row["label"] for row in queries.annexes_of(data)],
        "contact": _contact(guide),
        "remark": "此件公开发布",
    }


def _subject(name: str) -> str:
    """What is applied for; a special that is called 项目 already is not called so twice."""
    return name if "项目" in name else f"{name}项目"


def _amount(data: Mapping[str, Any]) -> list[str]:
    """The rules of the amount; Chinese whatever the reader's language."""
    with translation.override(CHINESE):
        return queries.amount_words(data)


def _about(guide: Guide, why: str) -> dict[str, Any]:
    """What the notices on a published guide have in common."""
    return {"guide": guide.title, "guide_ref": guide.ref, "guide_number": number_of(guide), "why": why,
            "special": guide.special.name, "contact": _contact(guide), "remark": "此件公开发布", "annexes": []}


def extension_title(guide: Guide) -> str:
    return f"关于延长《{guide.title}》申报时间的通知"


def extension_context(guide: Guide, old_close: datetime, new_close: datetime, why: str) -> dict[str, Any]:
    return {**_about(guide, why), "old_close": moment(old_close), "new_close": moment(new_close)}


def late_filing_title(guide: Guide) -> str:
    return f"关于《{guide.title}》已开始填报的申报延长提交时间的通知"


def late_filing_context(guide: Guide, extension: Any) -> dict[str, Any]:
    """`extension` is the approved row: who had begun by when, and until when they may submit."""
    return {**_about(guide, extension.reason), "old_close": moment(extension.window.closes_at), "new_close": moment(extension.closes_at),
            "begun_before": moment(extension.begun_before)}


def correction_title(guide: Guide) -> str:
    return f"关于更正《{guide.title}》的通知"


def correction_context(guide: Guide, why: str) -> dict[str, Any]:
    return _about(guide, why)


def withdrawal_title(guide: Guide) -> str:
    return f"关于撤回《{guide.title}》的通知"


def withdrawal_context(guide: Guide, why: str) -> dict[str, Any]:
    return _about(guide, why)


def _act_sample() -> dict[str, Any]:
    """Long enough for three pages."""
    why = "因申报系统于受理期间进行了必要的维护，为保障各申报单位有充足的时间完成填报和审核，经研究决定作出本项调整。"
    return {
        "guide": "2026年度重点产业研发计划（第一批）项目申请指南", "guide_ref": "2026-KEY-INDUSTRY-1", "guide_number": "深科创〔2026〕19号",
        "special": "重点产业研发计划", "why": "\n".join([why] * 24), "contact": "业务咨询 0755-8800 0001", "remark": "此件公开发布", "annexes": [],
        "old_close": "2026年8月29日（星期六）18:00", "new_close": "2026年9月15日（星期二）18:00",
        "begun_before": "2026年8月29日（星期六）18:00",
    }


def sample() -> dict[str, Any]:
    """Long enough for three pages."""
    requirement = "申报单位应当在深圳市（含深汕特别合作区）依法登记注册，具有独立法人资格，具备完成项目所需的人才和条件。"
    return {
        "replaces": "", "changes": [], "subject": "重点产业研发计划项目", "amount": ["资助金额不超过项目总预算的50%，其余由申报单位自筹。"],
        "basis": ["《深圳市科技计划项目管理办法（演示文本）》（深科创规〔2025〕2号）"],
        "special": "重点产业研发计划",
        "year": 2026,
        "windows": [{"opens": "2026年7月30日（星期四）09:00", "closes": "2026年8月29日（星期六）18:00"}],
        "total_wan": "150,000",
        "count": 309,
        "cap_wan": "3,000",
        "summary": "围绕战略性新兴产业和未来产业，支持企业牵头或产学研联合开展关键核心技术攻关，按课题指南申报。" * 4,
        "requirements": [requirement] * 18,
        "annexes": ["申请书填写说明", "可行性研究报告提纲", "形式审查要点表", "课题指南"],
        "contact": "业务咨询 0755-8800 0001",
        "remark": "此件公开发布",
    }


register_kind(
    Kind(code=GUIDE, series="bureau", template="notices/programs/guide.html", title=_("Guide notice"), sample=sample)
)


# --- adjustment of programmes ------------------------------------------------------------------------------------

ADJUSTMENT = "adjustment"
#: Official documents are Chinese whatever the reader's language.
KIND_WORDS = {"CREATE": "新设", "CHANGE": "调整", "SUSPEND": "暂停", "RESUME": "恢复", "CANCEL": "取消"}
FIELD_WORDS = {
    "code": "代码", "name": "名称", "prefix": "项目编号字头", "plan": "所属计划", "budget_scheme": "经费管理方式",
    "division": "主管处室", "amount_note": "资助强度", "note": "说明", "funding_modes": "资助方式", "review_modes": "评审方式",
}


def adjustment_title(case: Adjustment) -> str:
    return f"关于{KIND_WORDS[case.kind]}{_target(case)}的通知"


def _target(case: Adjustment) -> str:
    if case.special is not None:
        return f"“{case.special.name}”专项"
    if case.kind == "CREATE":
        return f"“{case.proposal.get('name', '')}”专项"
    return f"“{case.plan.name}”"


def adjustment_context(case: Adjustment) -> dict[str, Any]:
    """The frozen content of the decision: what, why, on what evidence, from when, and what becomes of what runs."""
    follows = queries.consequences(case)
    with translation.override("zh-hans"):
        words = [
            {"label": FIELD_WORDS[key], "text": queries.proposal_text(key, value, case.tree)}
            for key, value in case.proposal.items() if key in FIELD_WORDS and not key.endswith("_en")
        ]
        evidence = [f"{row.kind_label}：{row.title}{f'（{row.figure}）' if row.figure else ''}" for row in case.evidence.all()]
    return {
        "kind": case.kind, "kind_words": KIND_WORDS[case.kind], "target": _target(case), "plan": case.plan.name if case.plan else "",
        "reason": case.reason, "evidence": evidence, "changes": words,
        "effective": f"{case.effective_on.year}年{case.effective_on.month}月{case.effective_on.day}日",
        "specials": [special.name for special in follows.specials] if case.special is None else [],
        "closing": case.kind in states.CLOSING_KINDS, "withdrawn": [guide.title for guide in follows.withdrawn],
        "kept": [guide.title for guide in follows.kept], "running": follows.running, "remark": "此件公开发布",
    }


def adjustment_sample() -> dict[str, Any]:
    """Long enough for three pages."""
    reason = "连续两年绩效评价为差，支持方向与重点产业研发计划重叠度较高，经研究不再单独设立。"
    return {
        "kind": "CANCEL", "kind_words": "取消", "target": "“技术攻关面上项目”专项", "plan": "重点研发计划", "reason": reason * 12,
        "evidence": ["绩效评价：2024年度专项绩效评价（58.20分，差）", "重叠度报告：技术攻关面上项目 ～ 重点产业研发计划（46.3%）"] * 8,
        "changes": [], "effective": "2026年12月31日", "specials": [], "closing": True,
        "withdrawn": ["2026年度技术攻关面上项目申请指南"], "kept": ["2026年度技术攻关面上项目（第二批）申请指南"] * 6, "running": 126,
        "remark": "此件公开发布",
    }


register_kind(Kind(code=ADJUSTMENT, series="bureau", template="notices/programs/adjustment.html", title=_("Adjustment of a programme"),
                   sample=adjustment_sample))


# --- plan: the annual plan and its changes ----------------------------------------------------------------------------

ANNUAL_PLAN = "annual_plan"
PLAN_CHANGE = "plan_change"
CHINESE = "zh-hans"


def plan_title(plan: AnnualPlan) -> str:
    return f"关于印发《{plan.year}年度科技计划实施计划》的通知"


def plan_context(plan: AnnualPlan) -> dict[str, Any]:
    """The frozen content: figures as text in 万元 and the table of the items by category, as the plan stands now."""
    data = queries.plan_snapshot(plan)
    items = [item for item in data["items"] if not item["cancelled"]]
    groups: dict[str, list[dict[str, Any]]] = {}
    with translation.override(CHINESE):
        for item in items:
            groups.setdefault(item["plan_name"], []).append({
                "title": item["title"], "special": item["special_name"], "money_wan": wan(Decimal(item["money"])),
                "count": item["count"], "window": queries.window_words(item),
                "mode": queries.mode_words(item["funding_mode"]) or "按专项规定",
                "review": queries.review_words(item["review_mode"]) or "按专项规定",
            })
    return {
        "year": plan.year, "tree": plan.tree.name, "control_wan": wan(plan.control_figure), "reserve_wan": wan(plan.reserve),
        "share": rules.percent(plan.reserve / plan.control_figure) if plan.control_figure else "0",
        "total_wan": wan(sum((Decimal(item["money"]) for item in items), Decimal(0))), "count": sum(item["count"] for item in items),
        "groups": [
            {"plan": name, "money_wan": wan(sum((Decimal(item["money"]) for item in items if item["plan_name"] == name), Decimal(0))),
             "count": sum(row["count"] for row in rows), "rows": rows}
            for name, rows in groups.items()
        ],
        "annexes": [f"{plan.year}年度科技计划实施计划项目表"], "remark": "此件公开发布",
    }


def change_title(change: PlanChange, plan: AnnualPlan) -> str:
    return f"关于调整《{plan.year}年度科技计划实施计划》的通知"


def change_context(change: PlanChange, plan: AnnualPlan) -> dict[str, Any]:
    """The frozen content: the reason and every figure before and after, from the two versions of the plan."""
    with translation.override(CHINESE):
        page = queries.change_page(change)
    sums = page["sums"]
    return {
        "year": plan.year, "plan_number": _number_of(plan), "ref": change.ref, "change_title": change.title, "reason": change.reason,
        "assignment": change.assignment, "rows": page["rows"], "version": page["version"].number,
        "control_wan": wan(sums["control"]), "reserve_wan": wan(sums["reserve"]), "total_wan": wan(sums["items"]),
        "annexes": [f"{plan.year}年度科技计划实施计划调整表"], "remark": "此件公开发布",
    }


def _number_of(plan: AnnualPlan) -> str:
    found = documents_about(plan).filter(kind=ANNUAL_PLAN, status="ISSUED").first()
    return found.number if found else ""


def plan_sample() -> dict[str, Any]:
    row = {"title": "2026年度重点产业研发计划（第一批）", "special": "重点产业研发计划", "money_wan": "150,000", "count": 309,
           "window": "3月至5月", "mode": "事前资助", "review": "会议评审"}
    groups = [{"plan": name, "money_wan": "900,000", "count": 1854, "rows": [row] * 6}
              for name in ("基础研究计划", "成果转化计划", "重点研发计划", "平台载体计划", "科技人才计划")]
    return {"year": 2026, "tree": "五大计划（2024年）", "control_wan": "5,000,000", "reserve_wan": "250,000", "share": "5",
            "total_wan": "4,500,000", "count": 9270, "groups": groups, "annexes": ["2026年度科技计划实施计划项目表"],
            "remark": "此件公开发布"}


def change_sample() -> dict[str, Any]:
    row = {"item": "2026年度重点产业研发计划（第一批）", "word": "金额（万元）", "before": "150,000", "after": "160,000"}
    return {"year": 2026, "plan_number": "深科创〔2026〕1号", "ref": "PLAN-2026-C1", "change_title": "调整重点产业研发计划资金安排",
            "reason": "根据市委市政府工作部署和项目储备情况，需要加大重点产业研发投入。" * 3, "assignment": "", "rows": [row] * 40,
            "version": 2, "control_wan": "5,000,000", "reserve_wan": "250,000", "total_wan": "4,510,000",
            "annexes": ["2026年度科技计划实施计划调整表"], "remark": "此件公开发布"}


register_kind(Kind(code=ANNUAL_PLAN, series="bureau", template="notices/programs/annual_plan.html", title=_("Annual plan, notice"),
                   sample=plan_sample))
register_kind(Kind(code=PLAN_CHANGE, series="bureau", template="notices/programs/plan_change.html",
                   title=_("Change of the annual plan, notice"), sample=change_sample))

# --- demand solicitation: the notice of a topic call (课题征集通知) ---

TOPIC_CALL = "topic_call"


def call_title(call: TopicCall) -> str:
    return f"关于开展{call.title.removesuffix('通知')}的通知"


#: The parts that the notice adds to the drafter's text, in their order, with the words of an own heading that treats the same.
CALL_PARTS = (
    ("kinds", ("对象", "主体", "提出单位")), ("streams", ("方向", "领域")), ("quotas", ("数量", "限额", "限项")),
    ("fields", ("填报要求", "填报内容", "填写要求")), ("windows", ("时间",)), ("others", ("其他",)),
)
OWN_HEADING = re.compile(r"^\s*([一二三四五六七八九十]{1,3})、(.{1,30})$", re.MULTILINE)


def call_numbers(text: str, said: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The number of each part that is added, counted on from the drafter's own headings. A part is left out only when an own
    heading treats it and the text holds all that it must say (`said`: names, numbers, days), so that a heading that merely
    sounds like it takes nothing away."""
    own = [found.group(2) for found in OWN_HEADING.finditer(text)]
    left = [code for code, words in CALL_PARTS
            if not any(word in heading for heading in own for word in words) or not all(one in text for one in said.get(code, ()))]
    return {code: numbering.chinese(len(own) + place) for place, code in enumerate(left, 1)}


def _must_say(call: TopicCall, plain: Mapping[str, Any]) -> dict[str, list[str]]:
    closes = [timezone.localtime(window.closes_at) for window in call.windows.all()]
    return {
        "kinds": plain["kinds"].split("、"), "streams": plain["streams"], "quotas": [f"{quota.most}项" for quota in call.quotas.all()],
        "windows": [f"{day.month}月{day.day}日" for day in closes], "others": [call.contact] if call.contact else [],
    }


def call_context(call: TopicCall) -> dict[str, Any]:
    """The frozen content of the notice of a call; sums as text in 万元. Chinese whatever the reader's language."""
    with translation.override("zh-hans"):
        kinds = {kind.value: str(kind.label) for kind in OrgKind}
        groups: dict[str, list[str]] = {}
        for stream in call.streams.all():
            groups.setdefault(stream.group, []).append(stream.name)
        fields = [one.label for one in needs.asked(call.asks)]
    quotas = _quota_lines(call, groups, kinds)
    plain = {
        "special": call.special.name, "year": call.year, "text": call.text,
        "kinds": "、".join(kinds[kind] for kind in call.kinds if kind in kinds),
        "streams": [stream.name for stream in call.streams.all()], "quotas": quotas,
        "exempt": f"{'或'.join(f'{year}年' for year in call.exempt_years)}研发投入超过{wan(call.exempt_spend)}万元的"
                  f"{'、'.join(kinds[kind] for kind in call.exempt_kinds if kind in kinds) or '单位'}不受上述数量限制。"
                  if call.exempt_spend is not None else "",
        "seal": f"建议财政资助金额{wan(call.seal_from)}万元及以上的课题，须提交加盖所有提出单位公章的《{call.seal_name}》。"
                if call.seal_from is not None else "",
        "fields": "、".join(fields),
        "windows": [{"opens": moment(w.opens_at), "closes": moment(w.closes_at)} for w in call.windows.all()],
        "contact": call.contact, "remark": "此件公开发布",
    }
    return {**plain, "numbers": call_numbers(call.text, _must_say(call, plain))}


def _quota_lines(call: TopicCall, groups: dict[str, list[str]], kinds: dict[str, str]) -> list[str]:
    quotas = []
    for quota in call.quotas.all():
        names = groups.get(quota.group, [])
        where = names[0] if len(names) == 1 else f"{names[0]}至{names[-1]}" if names else quota.group
        who = "、".join(kinds[kind] for kind in quota.kinds) if quota.kinds else "每家单位" if len(
            [q for q in call.quotas.all() if q.group == quota.group]) == 1 else "其他单位"
        quotas.append(f"{where}：{who}牵头不超过{quota.most}项；")
    return quotas


def _call_sample() -> dict[str, Any]:
    return {
        "special": "重点产业研发计划", "year": 2026, "kinds": "企业、高等院校、科研机构、医疗卫生机构",
        "text": "围绕产业发展的重大需求，面向各创新主体征集备选课题，由企业提出真问题，课题应有可考核的技术指标。" * 36,
        "streams": [f"专项{number}" for number in range(1, 12)],
        "quotas": ["专项1至专项10：每家单位牵头不超过2项；", "专项11：高等院校、科研机构牵头不超过5项；", "专项11：其他单位牵头不超过2项；"],
        "exempt": "2024年或2025年研发投入超过50,000万元的企业不受上述数量限制。",
        "seal": "建议财政资助金额1,000万元及以上的课题，须提交加盖所有提出单位公章的《重大课题情况说明》。",
        "fields": "课题名称、背景与需求、研究内容、技术指标、建议资助金额、自筹资金、产业集群、创新链环节、成果使用方、联系人",
        "windows": [{"opens": "2026年3月31日（星期二）09:00", "closes": "2026年4月21日（星期二）18:00"}],
        "contact": "业务咨询 0755-8800 0001", "remark": "此件公开发布", "numbers": call_numbers("", {}),
    }


register_kind(Kind(code=TOPIC_CALL, series="bureau", template="notices/programs/topic_call.html", title=_("Notice of a topic call"),
                   sample=_call_sample))
register_kind(Kind(code=EXTENSION, series="bureau", template="notices/programs/extension.html", title=_("Notice of a later close"), sample=_act_sample))
register_kind(Kind(code=LATE_FILING, series="bureau", template="notices/programs/late_filing.html",
                   title=_("Notice of a later close for those who had begun"), sample=_act_sample))
register_kind(Kind(code=CORRECTION, series="bureau", template="notices/programs/correction.html", title=_("Notice of a correction"), sample=_act_sample))
register_kind(Kind(code=WITHDRAWAL, series="bureau", template="notices/programs/withdrawal.html", title=_("Notice of a withdrawal"), sample=_act_sample))

# --- entitlement without application (免申即享): the notice of a list ---

ENTITLEMENT = "entitlement_list"


def entitlement_title(roll: EntitlementList) -> str:
    return f"关于《{roll.guide.title}》免申即享兑现名单（第{roll.number}批）的公告"


def entitlement_context(roll: EntitlementList) -> dict[str, Any]:
    """The frozen content: who gets how much by which data, and until when a unit answers. Sums as text in 万元."""
    rows = roll.rows.exclude(status="VOID").select_related("organisation").order_by("pk")
    return {
        "guide": roll.guide.title, "guide_number": number_of(roll.guide), "special": roll.guide.special.name, "day": f"{roll.day.year}年{roll.day.month}月{roll.day.day}日",
        "basis": [f"《{policy.title}》（{policy.number}）" for policy in roll.guide.policies.order_by("valid_from")],
        "count": roll.count, "total_wan": wan(roll.total), "confirm_by": moment(roll.confirm_by), "days": roll.confirm_days,
        "rows": [{"name": row.organisation.name, "uscc": row.organisation.uscc or "", "amount_wan": wan(row.amount)} for row in rows],
        "contact": _contact(roll.guide), "annexes": ["免申即享兑现名单"], "remark": "此件公开发布",
    }


def entitlement_sample() -> dict[str, Any]:
    return {
        "guide": "2026年度研发投入奖励", "guide_number": "深科创〔2026〕12号", "special": "企业研发投入激励", "day": "2026年6月1日",
        "basis": ["《深圳市科技计划项目管理办法》（深科技创新规〔2024〕3号）"], "count": 60, "total_wan": "3,000",
        "confirm_by": "2026年6月16日（星期二）18:00", "days": 15,
        "rows": [{"name": "深圳市样张科技有限公司", "uscc": "91440300MA5EXAMPLE", "amount_wan": "50"}] * 60,
        "contact": "业务咨询 0755-8800 0001", "annexes": ["免申即享兑现名单"], "remark": "此件公开发布",
    }


register_kind(Kind(code=ENTITLEMENT, series="bureau", template="notices/programs/entitlement_list.html",
                   title=_("Notice of an entitlement list"), sample=entitlement_sample))
