"""Official documents of this floor: the notice that issues a guide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.states import OrgKind
from core.money import wan
from notices.queries import Kind, register_kind
from programs.engine import needs
from programs.models import Guide, TopicCall

GUIDE = "guide"
WEEKDAYS = "一二三四五六日"


def moment(value: datetime) -> str:
    """2026年8月29日（星期六）18:00: official documents are Chinese whatever the reader's language."""
    local = timezone.localtime(value)
    return f"{local.year}年{local.month}月{local.day}日（星期{WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def title(guide: Guide) -> str:
    return f"关于发布《{guide.title}》的通知"


def addressee() -> str:
    return "各有关单位"


def context(guide: Guide) -> dict[str, Any]:
    """The frozen content of the notice; sums as text in 万元."""
    data = guide.version.data
    sections = {section["code"]: section for section in data.get("sections", ())}
    contacts = data.get("contacts") or []
    return {
        "basis": [f"《{policy.title}》（{policy.number}）" for policy in guide.policies.order_by("valid_from")],
        "special": guide.special.name,
        "year": guide.year,
        "windows": [{"opens": moment(w.opens_at), "closes": moment(w.closes_at)} for w in guide.windows.all()],
        "total_wan": wan(guide.budget_control),
        "count": guide.max_projects,
        "cap_wan": wan(guide.cap_per_project),
        "summary": sections.get("content", {}).get("text", ""),
        "requirements": [rule["text"] for rule in data.get("conditions", ())],
        "annexes": (data.get("header") or {}).get("annexes") or [],
        "contact": "；".join(f"{c['name']} {c['phone']}" for c in contacts),
        "remark": "此件公开发布",
    }


def sample() -> dict[str, Any]:
    """Long enough for three pages."""
    requirement = "申报单位应当在深圳市（含深汕特别合作区）依法登记注册，具有独立法人资格，具备完成项目所需的人才和条件。"
    return {
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

# --- demand solicitation: the notice of a topic call (课题征集通知) ---

TOPIC_CALL = "topic_call"


def call_title(call: TopicCall) -> str:
    return f"关于开展{call.title.removesuffix('通知')}的通知"


def call_context(call: TopicCall) -> dict[str, Any]:
    """The frozen content of the notice of a call; sums as text in 万元. Chinese whatever the reader's language."""
    with translation.override("zh-hans"):
        kinds = {kind.value: str(kind.label) for kind in OrgKind}
        groups: dict[str, list[str]] = {}
        for stream in call.streams.all():
            groups.setdefault(stream.group, []).append(stream.name)
        fields = [one.label for one in needs.asked(call.asks)]
    quotas = []
    for quota in call.quotas.all():
        names = groups.get(quota.group, [])
        where = names[0] if len(names) == 1 else f"{names[0]}至{names[-1]}" if names else quota.group
        who = "、".join(kinds[kind] for kind in quota.kinds) if quota.kinds else "每家单位" if len(
            [q for q in call.quotas.all() if q.group == quota.group]) == 1 else "其他单位"
        quotas.append(f"{where}：{who}牵头不超过{quota.most}项；")
    return {
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
        "contact": "业务咨询 0755-8800 0001", "remark": "此件公开发布",
    }


register_kind(Kind(code=TOPIC_CALL, series="bureau", template="notices/programs/topic_call.html", title=_("Notice of a topic call"),
                   sample=_call_sample))
