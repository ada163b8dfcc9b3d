"""Topic calls and needs for tests, made by the same actions the desks use; the numbers of the call are those of the real 2025
notice (two topics per unit in directions 1 to 10, five for universities and institutes in direction 11)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.policies import Actor
from accounts.states import OrgKind
from core import clock
from programs import actions, queries
from programs.models import Need, TopicCall
from tests.factories.applications import PDF
from tests.factories.programs import special

RESEARCH = [OrgKind.UNIVERSITY.value, OrgKind.INSTITUTE.value]
QUOTAS = (
    {"group": "A", "kinds": [], "most": 2, "clause": "通知三（一）"},
    {"group": "B", "kinds": RESEARCH, "most": 5, "clause": "通知三（二）"},
    {"group": "B", "kinds": [], "most": 2, "clause": "通知三（二）"},
)


def draft_call(people: SimpleNamespace, **more: Any) -> TopicCall:
    """Directions 1 and 2 of group A, 11 of group B; 500 million exemption, statement from 10 million on."""
    year = clock.today().year
    call = actions.create_call(people.chen, special("KEY-INDUSTRY"), year=year, title=f"{year}年度重点产业研发计划备选课题征集")
    values = {
        "text": "征集可考核的备选课题。", "exempt_spend": Decimal(500_000_000), "exempt_years": [year - 2, year - 1],
        "exempt_kinds": [OrgKind.ENTERPRISE.value], "exempt_clause": "通知三（三）", "seal_from": Decimal(10_000_000),
        "seal_name": "重大课题情况说明", "seal_clause": "通知四（二）", "contact": "业务处 0755-88000001", **more,
    }
    actions.change_call(people.chen, call, **values)
    actions.set_streams(people.chen, call, rows=[
        {"code": "1", "name": "专项1", "group": "A"}, {"code": "2", "name": "专项2", "group": "A"},
        {"code": "11", "name": "专项11（可持续发展）", "group": "B"}])
    actions.set_quotas(people.chen, call, rows=QUOTAS)
    call.refresh_from_db()
    return call


def published_call(people: SimpleNamespace, *, opens: float = -1, closes: float = 10, **more: Any) -> TopicCall:
    call, now = draft_call(people, **more), clock.now()
    actions.set_call_windows(people.chen, call, windows=[(now + timedelta(days=opens), now + timedelta(days=closes))])
    actions.submit_call(people.chen, call)
    actions.approve_call(people.lead, call)
    return actions.publish_call(people.chen, call)


def answers(**given: Any) -> dict[str, Any]:
    return {
        "title": "端侧大模型稀疏推理芯片", "background": "端侧部署算力受限，现有方案功耗高。", "content": "研制稀疏推理架构与编译工具链。",
        "amount": "800", "own_money": "800", "cluster": "P02", "stage": "KEY", "result_user": "智能终端整机企业", "contact_name": "李明远",
        "contact_phone": "13800138001", "ind_0_name": "能效比", "ind_0_sign": "GE", "ind_0_value": "12.5", "ind_0_unit": "TOPS/W",
        "ind_0_test": "第三方检测", **given,
    }


def started(actor: Actor, call: TopicCall, unit: Any, *, stream: str = "1", **given: Any) -> Need:
    need = actions.start_need(actor, call, unit=unit, stream=call.streams.get(code=stream))
    actions.save_need(actor, need, values=answers(**given), base=need.rev)
    return queries.topics.get_need(actor, need.ref)


def handed_in(actor: Actor, call: TopicCall, unit: Any, **given: Any) -> Need:
    return actions.hand_in_need(actor, started(actor, call, unit, **given))


def filed(actor: Actor, admin: Actor, call: TopicCall, unit: Any, **given: Any) -> Need:
    return actions.endorse_need(admin, handed_in(actor, call, unit, **given))


def letter(name: str = "重大课题情况说明.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)
