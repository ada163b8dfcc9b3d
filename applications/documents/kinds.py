"""Official documents of this floor: correction (补正通知书) and refusal (不予受理通知书), with frozen contexts.

Documents are Chinese whatever language the officer's screen has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.states import Reason
from notices.queries import Kind, appeal, register_kind

CORRECTION, REFUSAL = "correction", "refusal"
CORRECTION_RULE = "申请指南关于形式审查和一次性告知的规定"
REFUSAL_RULE = "依据申请指南的规定，不符合申请条件、申请材料或者申请时限要求的，不予受理。"



def _contact(application: Application) -> str:
    rows = application.version.data.get("contacts") or []
    return "；".join(f"{row['name']} {row['phone']}" for row in rows) or settings.SUPPORT_PHONE


def due_text(due_at: datetime) -> str:
    """The last day on which an answer counts (the instant itself is the midnight after it)."""
    last = timezone.localtime(due_at - timedelta(seconds=1))
    return f"{last.year}年{last.month}月{last.day}日24时"


def _defect(item: Mapping[str, Any]) -> str:
    """The matter, then what is wrong with it. Items are worded as they should be, so the words alone would say the opposite."""
    return f"“{str(item['text']).rstrip('。；')}”：{item['note']}" if item.get("note") else str(item["text"])


def correction_context(application: Application, items: Iterable[Mapping[str, Any]], due_at: datetime,
                       note: str = "") -> dict[str, Any]:
    return {
        "application": application.ref, "project": application.title, "guide": application.guide.title,
        "items": [_defect(item) for item in items],
        "due": due_text(due_at), "article": CORRECTION_RULE, "contact": _contact(application),
        "paragraphs": [note] if note else [],
    }


def refusal_context(application: Application, reason_code: str, text: str) -> dict[str, Any]:
    with translation.override("zh-hans"):
        reason = str(Reason(reason_code).label)
    return {
        "application": application.ref, "project": application.title, "guide": application.guide.title,
        "reason_code": reason, "reason": text, "article": REFUSAL_RULE, "appeal": appeal(),
        "contact": _contact(application),
    }


def _sample_correction() -> dict[str, Any]:
    things = [
        f"第{number}项材料：扫描件第3页缺少单位公章，且页码不连续，请重新扫描盖章后的完整文件并上传；"
        "其中成员名单应与申请书、可行性研究报告逐一核对，姓名、身份证件号码后四位、所在单位均应一致。"
        for number in range(1, 26)
    ]
    return {
        "application": "KEY-2026-00123", "project": "端侧多模态大模型稀疏推理关键技术研究（样张）",
        "guide": "重点产业研发计划2026年度第一批课题申请指南（样张）", "items": things, "due": "2026年3月27日24时",
        "article": CORRECTION_RULE, "contact": "业务咨询 0755-8800 0001",
    }


def _sample_refusal() -> dict[str, Any]:
    text = "经形式审查，牵头单位主要成员数少于合作单位的主要成员数，不符合指南四（三）1的规定；" * 30
    return {
        "application": "KEY-2026-00123", "project": "端侧多模态大模型稀疏推理关键技术研究（样张）",
        "guide": "重点产业研发计划2026年度第一批课题申请指南（样张）", "reason_code": "申报单位不符合指南规定的条件",
        "reason": text, "article": REFUSAL_RULE, "appeal": appeal(), "contact": "业务咨询 0755-8800 0001",
    }


register_kind(Kind(CORRECTION, "bureau", "notices/applications/correction.html", _("Notice of correction"),
                   _sample_correction))
register_kind(Kind(REFUSAL, "bureau", "notices/applications/refusal.html", _("Notice of non-acceptance"),
                   _sample_refusal))
