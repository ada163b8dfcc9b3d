"""Official documents of this floor: the notice that issues a guide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core.money import wan
from notices.queries import Kind, register_kind
from programs import queries, states
from programs.models import Adjustment, Guide

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
