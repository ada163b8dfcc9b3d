"""Official documents of this floor: the notice that issues a guide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.money import wan
from notices.queries import Kind, register_kind
from programs.models import Guide

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
