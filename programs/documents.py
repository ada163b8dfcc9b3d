"""Official documents of this floor: the notice that issues a guide, and those that extend, correct or withdraw it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.money import wan
from notices.queries import Kind, about, register_kind
from notices.states import DocumentStatus
from programs import queries
from programs.models import Guide

GUIDE, EXTENSION, CORRECTION, WITHDRAWAL = "guide", "guide_extension", "guide_correction", "guide_withdrawal"
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


def _about(guide: Guide, why: str) -> dict[str, Any]:
    """What the notices on a published guide have in common."""
    return {"guide": guide.title, "guide_ref": guide.ref, "guide_number": number_of(guide), "why": why,
            "special": guide.special.name, "contact": _contact(guide), "remark": "此件公开发布", "annexes": []}


def extension_title(guide: Guide) -> str:
    return f"关于延长《{guide.title}》申报时间的通知"


def extension_context(guide: Guide, old_close: datetime, new_close: datetime, why: str) -> dict[str, Any]:
    return {**_about(guide, why), "old_close": moment(old_close), "new_close": moment(new_close)}


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
    }


def sample() -> dict[str, Any]:
    """Long enough for three pages."""
    requirement = "申报单位应当在深圳市（含深汕特别合作区）依法登记注册，具有独立法人资格，具备完成项目所需的人才和条件。"
    return {
        "replaces": "", "changes": [],
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
register_kind(Kind(code=EXTENSION, series="bureau", template="notices/programs/extension.html", title=_("Notice of a later close"), sample=_act_sample))
register_kind(Kind(code=CORRECTION, series="bureau", template="notices/programs/correction.html", title=_("Notice of a correction"), sample=_act_sample))
register_kind(Kind(code=WITHDRAWAL, series="bureau", template="notices/programs/withdrawal.html", title=_("Notice of a withdrawal"), sample=_act_sample))
