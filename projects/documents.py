"""Official documents of this floor: public notice (公示), award (立项通知), not awarded (不予立项通知书).

Documents are Chinese whatever language the officer's screen has; the context is frozen at issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.states import Reason
from core.money import capital, wan
from notices.queries import Kind, appeal, register_kind
from programs.engine import modes

PUBLICITY, AWARD, NOT_AWARDED = "publicity", "award", "not_awarded"
REVIEW_RULE = "依据申请指南关于择优支持的规定，经专家评审、综合评议和局长办公会审议，该项目未列入本批拟立项清单。"


def called(guide_title: str) -> str:
    """What a guide is a guide for: “2026年度重点产业研发项目申请指南” -> “2026年度重点产业研发”. A notice of projects is about
    the projects, not about the guide."""
    return re.sub(r"(?:项目)?(?:申请|申报)?指南(?=（|\(|$)", "", guide_title.strip()) or guide_title


def publicity_title(guide: Any) -> str:
    return f"关于{called(guide.title)}拟资助项目的公示"


def award_title(guide: Any) -> str:
    return f"关于下达{called(guide.title)}立项项目的通知"


def day(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{local.year}年{local.month}月{local.day}日"


def minute(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{day(value)}{local:%H:%M}"


def contact(guide: Any) -> str:
    rows = (guide.version.data if guide.version else {}).get("contacts") or []
    return "；".join(f"{row['name']} {row['phone']}" for row in rows) or settings.SUPPORT_PHONE


def row_of(number: int, application: Application, amount: Decimal, code: str = "") -> dict[str, Any]:
    return {
        "no": number, "number": code or application.ref, "title": application.title, "unit": application.unit.name,
        "leader": application.leader.name, "amount_wan": wan(amount),
    }


def publicity_context(publicity: Any, items: Iterable[Any], days: int) -> dict[str, Any]:
    every = list(items)
    guide = publicity.proposal.guide
    total = sum((item.amount for item in every), Decimal(0))
    return {
        "plain": True, "guide": guide.title, "batch": f"第{guide.batch_no}批", "count": len(every), "total_wan": wan(total),
        "opens": minute(publicity.opens_at), "closes": minute(publicity.closes_at), "days": days,
        "rows": [row_of(no, item.application, item.amount) for no, item in enumerate(every, 1)],
        "phone": settings.SUPPORT_PHONE, "address": settings.SUPPORT_ADDRESS,
    }


def award_context(proposal: Any, rows: list[dict[str, Any]], total: Decimal, sign_days: int) -> dict[str, Any]:
    guide = proposal.guide
    if guide.contract_required:
        texts = [f"请各承担单位自本通知印发之日起{sign_days}日内登录平台完成任务书签订；逾期未签订且无正当理由的，视为放弃立项资格。"]
    elif own := modes.mode_of(guide.funding_mode).get("award_text"):
        texts = [own]
    else:
        texts = ["本批项目采取事后补助方式，不签订任务书，资助资金按程序一次性拨付。请各单位在平台核对收款账户信息。"]
    return {
        "guide": guide.title, "batch": f"第{guide.batch_no}批", "count": len(rows), "total_wan": wan(total),
        "total_capital": capital(total), "rows": rows, "sign_days": sign_days, "mode_text": texts,
        "basis": [f"《{policy.title}》（{policy.number}）" for policy in guide.policies.order_by("valid_from")],
        "contact": contact(guide), "annexes": ["立项项目清单"],
    }


def not_awarded_context(application: Application, reason_code: str, text: str) -> dict[str, Any]:
    with translation.override("zh-hans"):
        reason = str(Reason(reason_code).label)
    return {
        "application": application.ref, "project": application.title, "guide": application.guide.title,
        "reason_code": reason, "reason": text, "comments": [], "article": REVIEW_RULE,
        "appeal": appeal(), "contact": contact(application.guide),
    }


def _sample_rows(count: int) -> list[dict[str, Any]]:
    return [
        {"no": no, "number": f"KEY-2026-{no:05d}", "title": f"面向低空经济的第{no}号关键零部件研发与验证（样张）",
         "unit": f"深圳市第{no}先进制造技术有限公司", "leader": "李明", "amount_wan": "800"}
        for no in range(1, count + 1)
    ]


def _sample_publicity() -> dict[str, Any]:
    return {
        "plain": True, "guide": "重点产业研发计划2026年度第一批课题申请指南（样张）", "batch": "第一批", "count": 60,
        "total_wan": "48,000", "opens": "2026年6月1日09:00", "closes": "2026年6月11日18:00", "days": 10,
        "rows": _sample_rows(60), "phone": settings.SUPPORT_PHONE, "address": settings.SUPPORT_ADDRESS,
    }


def _sample_award() -> dict[str, Any]:
    return {
        "guide": "重点产业研发计划2026年度第一批课题申请指南（样张）", "batch": "第一批", "count": 60, "total_wan": "48,000",
        "total_capital": capital(480_000_000), "rows": _sample_rows(60), "sign_days": 30,
        "basis": ["《深圳市科技计划项目管理办法（演示文本）》（深科创规〔2025〕2号）"],
        "mode_text": ["请各承担单位自本通知印发之日起30日内登录平台完成任务书签订；逾期未签订且无正当理由的，视为放弃立项资格。"],
        "contact": "业务咨询 0755-8800 0001", "annexes": ["立项项目清单"],
    }


def _sample_not_awarded() -> dict[str, Any]:
    comments = (
        "专家认为项目技术路线具有一定新颖性但关键指标的先进性论证不足产业化路径不够清晰，预算编制依据有待补充。",
        "建议进一步明确与国内外同类工作的差别，补充可以量化的阶段考核指标，并说明风险发生时的应对办法和替代方案。",
        "团队在核心环节的前期积累有限，合作单位承担的任务和经费分配与其能力不完全相称，成果归属约定需要细化。",
    )
    return {
        "application": "KEY-2026-00123", "project": "端侧多模态大模型稀疏推理关键技术研究（样张）",
        "guide": "重点产业研发计划2026年度第一批课题申请指南（样张）", "reason_code": "综合排序未进入支持范围",
        "reason": "综合评议排序第321位，超出本批支持数量。", "comments": list(comments) * 8, "article": REVIEW_RULE,
        "appeal": appeal(), "contact": "业务咨询 0755-8800 0001",
    }


register_kind(Kind(PUBLICITY, "bureau", "notices/projects/publicity.html", _("Public notice of proposed awards"), _sample_publicity))
register_kind(Kind(AWARD, "bureau", "notices/projects/award.html", _("Award notice"), _sample_award))
register_kind(Kind(NOT_AWARDED, "bureau", "notices/projects/not_awarded.html", _("Notice of non-award"), _sample_not_awarded))
