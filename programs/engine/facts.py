"""The closed list of facts a guide may ask about, with the kind of value and a label in both languages.

The applications floor fills them for one case; the register fills the `unit.*` and `leader.*` ones for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NUMBER, MONEY, TEXT, DATE, BOOL, LIST, PERIOD = "number", "money", "text", "date", "bool", "list", "period"


@dataclass(frozen=True)
class FactKind:
    kind: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Fact:
    """A value and where it came from (登记信息, 填报内容, 系统记录 ...); `shown` is how a person reads it, when that differs."""

    value: Any
    source: str = ""
    shown: str = ""


CATALOGUE: dict[str, FactKind] = {
    "unit.kind": FactKind(TEXT, "单位类型", "Kind of organisation"),
    "unit.is_legal_person": FactKind(BOOL, "具有独立法人资格", "Is a legal person"),
    "unit.region": FactKind(TEXT, "注册地区划", "Registration region"),
    "unit.registered_on": FactKind(DATE, "成立日期", "Registered on"),
    "unit.is_fiscal": FactKind(BOOL, "财政供养单位", "Fiscally funded institution"),
    "unit.hnte": FactKind(PERIOD, "国家高新技术企业证书有效期", "High-tech enterprise certificate validity"),
    "unit.hnte_number": FactKind(TEXT, "国家高新技术企业证书编号", "High-tech enterprise certificate number"),
    "unit.rd_spend_last_year": FactKind(MONEY, "上年度研发投入", "R&D spending last year"),
    "unit.rd_spend_max_two_years": FactKind(MONEY, "近两年研发投入最大值", "Highest R&D spending of two years"),
    "unit.revenue_last_year": FactKind(MONEY, "上年度营业收入", "Revenue last year"),
    "unit.staff": FactKind(NUMBER, "职工人数", "Staff"),
    "unit.blocked": FactKind(BOOL, "处于科研失信限制期", "Under an integrity restriction"),
    "unit.running_specials": FactKind(LIST, "单位在研项目所属专项", "Specials of the unit's running projects"),
    "unit.led_this_guide": FactKind(NUMBER, "本批次单位牵头申报数", "Applications led by the unit in this guide"),
    "unit.awarded_last_year": FactKind(LIST, "上一自然年度获立项专项", "Specials awarded last calendar year"),
    "leader.birth_date": FactKind(DATE, "项目负责人出生日期", "Leader's date of birth"),
    "leader.gender": FactKind(TEXT, "项目负责人性别", "Leader's sex"),
    "leader.full_time": FactKind(BOOL, "项目负责人全职在申报单位工作", "Leader works full time at the applicant unit"),
    "leader.insurance_months": FactKind(
        NUMBER, "项目负责人在深连续缴纳社保月数", "Leader's consecutive months of social insurance"
    ),
    "leader.degree": FactKind(TEXT, "项目负责人学位", "Leader's degree"),
    "leader.title": FactKind(TEXT, "项目负责人职称", "Leader's professional title"),
    "leader.blocked": FactKind(BOOL, "项目负责人处于科研失信限制期", "Leader under an integrity restriction"),
    "leader.running_specials": FactKind(
        LIST, "项目负责人在研项目(主持)所属专项", "Specials of running projects the leader leads"
    ),
    "leader.running_count": FactKind(NUMBER, "项目负责人在研及在申项目数", "Leader's running and pending projects"),
    "leader.new_team_pledge": FactKind(
        BOOL, "海内外高水平新引进团队并提交全职来深承诺函", "Newly recruited team with a pledge to work here full time"
    ),
    "team.size": FactKind(NUMBER, "项目组人数", "Team size"),
    "team.full_time_share": FactKind(NUMBER, "全职人员占比", "Share of full-time members"),
    "team.lead_main_members": FactKind(NUMBER, "牵头单位主要成员数", "Main members from the lead unit"),
    "team.partner_main_members": FactKind(LIST, "各合作单位主要成员数", "Main members from each partner"),
    "team.names": FactKind(LIST, "申请书成员名单", "Members named in the form"),
    "team.report_names": FactKind(LIST, "可行性研究报告成员名单", "Members named in the feasibility report"),
    "team.insurance_names": FactKind(LIST, "社保凭证成员名单", "Members named in the insurance proof"),
    "application.requested": FactKind(MONEY, "申请资助金额", "Amount requested"),
    "application.self_raised": FactKind(MONEY, "自筹资金", "Self-raised money"),
    "application.self_raised_ratio": FactKind(NUMBER, "自筹与申请资助之比", "Self-raised to requested ratio"),
    "application.total_budget": FactKind(MONEY, "项目总预算", "Total budget"),
    "application.months": FactKind(NUMBER, "实施期限(月)", "Duration in months"),
    "application.completion_year": FactKind(NUMBER, "完成年度", "Completion year"),
    "application.partner_count": FactKind(NUMBER, "合作单位数", "Number of partners"),
    "application.is_secret": FactKind(BOOL, "涉及国家秘密", "Touches state secrets"),
    "application.ethics": FactKind(BOOL, "涉及科技伦理审查范围", "Within the scope of ethics review"),
    "audit.service_cost": FactKind(MONEY, "经审计的近两年服务成本", "Audited service cost of the last two years"),
    "audit.fiscal_aid": FactKind(MONEY, "其中财政资助", "Fiscal aid in it"),
    "service.years": FactKind(NUMBER, "概念验证服务年限", "Years of proof-of-concept service"),
    "service.clients": FactKind(NUMBER, "近两年服务项目数", "Projects served in the last two years"),
    "service.staff": FactKind(NUMBER, "专职服务人员数", "Full-time service staff"),
    "service.area": FactKind(NUMBER, "服务场地面积(平方米)", "Floor area (m2)"),
    "guide.closes_on": FactKind(DATE, "受理截止日", "Close of filing"),
}


def lookup(facts: Mapping[str, Any], name: str) -> Fact | None:
    """A fact by name; None when nobody knows it (the answer is then: a human must look)."""
    found = facts.get(name)
    if found is None:
        return None
    if isinstance(found, Fact):
        return None if found.value is None else found
    return Fact(found)
