"""The closed list of facts a guide may ask about: kind of value, labels, subject, and who can know it.

The applications floor fills them for one case; the register knows those marked `register` for everybody, so that
"who could apply?" can be asked of all units and people at once. What nobody knows stays unknown: a person must look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NUMBER, MONEY, TEXT, DATE, BOOL, LIST, PERIOD, ROWS = (
    "number", "money", "text", "date", "bool", "list", "period", "rows"
)
#: Whom a fact is about. `pair` is the leader at this unit; `member` and `partner` are rows of the application.
UNIT, LEADER, PAIR, TEAM, APPLICATION, GUIDE, MEMBER, PARTNER = (
    "unit", "leader", "pair", "team", "application", "guide", "member", "partner"
)


@dataclass(frozen=True)
class FactKind:
    """`choices` names the code list its values come from; `unit` is the unit of measure; `items` what a list holds."""

    kind: str
    name: str
    name_en: str
    subject: str = ""
    register: bool = False
    choices: str = ""
    unit: str = ""
    items: str = TEXT


@dataclass(frozen=True)
class Fact:
    """A value and where it came from (登记信息, 填报内容, 系统记录 ...); `shown` is how a person reads it, when that differs."""

    value: Any
    source: str = ""
    shown: str = ""


def _known(kind: str, name: str, name_en: str, subject: str, **more: Any) -> FactKind:
    return FactKind(kind, name, name_en, subject, register=True, **more)


_UNIT = {
    "unit.kind": _known(TEXT, "单位类型", "Kind of organisation", UNIT, choices="org_kind"),
    "unit.uscc": _known(TEXT, "统一社会信用代码", "Unified social credit code", UNIT),
    "unit.is_legal_person": _known(BOOL, "具有独立法人资格", "Is a legal person", UNIT),
    "unit.region": _known(TEXT, "注册地区划", "Registration region", UNIT),
    "unit.district": _known(TEXT, "所在区", "District", UNIT),
    "unit.tax_region": _known(TEXT, "纳税登记地", "Region of tax registration", UNIT),
    "unit.registered_on": _known(DATE, "成立日期", "Registered on", UNIT),
    "unit.is_fiscal": _known(BOOL, "财政供养单位", "Fiscally funded institution", UNIT),
    "unit.is_listed": _known(BOOL, "上市公司", "Listed company", UNIT),
    "unit.is_top_hundred": _known(BOOL, "行业百强企业", "Among the top hundred firms of its industry", UNIT),
    "unit.has_science_prize": _known(BOOL, "获市级以上科学技术奖", "Holds a science prize of the city or above", UNIT),
    "unit.hnte": _known(PERIOD, "国家高新技术企业证书有效期", "High-tech enterprise certificate validity", UNIT),
    "unit.hnte_number": _known(TEXT, "国家高新技术企业证书编号", "High-tech enterprise certificate number", UNIT),
    "unit.srdi": _known(PERIOD, "专精特新企业认定有效期", "Validity as a specialised and innovative firm", UNIT),
    "unit.srdi_number": _known(TEXT, "专精特新企业认定编号", "Number as a specialised and innovative firm", UNIT),
    "unit.platforms": _known(LIST, "科研平台类型", "Kinds of research platforms", UNIT, choices="platform_kind"),
    "unit.rd_spend_last_year": _known(MONEY, "上年度研发投入", "R&D spending last year", UNIT),
    "unit.rd_spend_max_two_years": _known(MONEY, "近两年研发投入最大值", "Highest R&D spending of two years", UNIT),
    "unit.revenue_last_year": _known(MONEY, "上年度营业收入", "Revenue last year", UNIT),
    "unit.rd_share_last_year": _known(NUMBER, "上年度研发投入占营业收入比例", "R&D spending to revenue last year", UNIT),
    "unit.staff": _known(NUMBER, "职工人数", "Staff", UNIT, unit="人"),
    "unit.rd_staff": _known(NUMBER, "研发人员数", "R&D staff", UNIT, unit="人"),
    "unit.rd_staff_share": _known(NUMBER, "研发人员占职工比例", "Share of R&D staff", UNIT),
    "unit.blocked": _known(BOOL, "处于科研失信限制期", "Under an integrity restriction", UNIT),
    "unit.running_specials": _known(
        LIST, "单位在研项目所属专项", "Specials of the unit's running projects", UNIT, choices="special"
    ),
    "unit.running_projects": _known(
        LIST, "单位在研项目（每项一条）", "The unit's running projects, one entry each", UNIT, choices="special"
    ),
    "unit.awarded_last_year": _known(
        LIST, "上一自然年度获立项专项", "Specials awarded last calendar year", UNIT, choices="special"
    ),
    "unit.awards_three_years": _known(
        LIST, "近三个自然年度获立项（每项一条）", "Awards of the last three calendar years, one entry each", UNIT, choices="special"
    ),
    "unit.awards": _known(LIST, "历年获立项（每项一条）", "All earlier awards, one entry each", UNIT, choices="special"),
    "unit.led_this_guide": FactKind(NUMBER, "本批次单位牵头申报数", "Applications led by the unit in this guide", UNIT, unit="项"),
}
_LEADER = {
    "leader.birth_date": _known(DATE, "项目负责人出生日期", "Leader's date of birth", LEADER),
    "leader.gender": _known(TEXT, "项目负责人性别", "Leader's sex", LEADER, choices="gender"),
    "leader.is_veteran": _known(BOOL, "项目负责人为退役军人", "Leader is a veteran", LEADER),
    "leader.degree": _known(TEXT, "项目负责人学位", "Leader's degree", LEADER),
    "leader.degree_on": _known(DATE, "项目负责人最高学位授予日期", "Day of the leader's highest degree", LEADER),
    "leader.is_postdoc": _known(BOOL, "项目负责人为在站博士后", "Leader is a post-doctoral researcher", LEADER),
    "leader.postdoc_left_on": _known(DATE, "项目负责人博士后出站日期", "Day the leader's post-doctoral stay ended", LEADER),
    "leader.title": _known(TEXT, "项目负责人职称", "Leader's professional title", LEADER),
    "leader.talents": _known(LIST, "项目负责人人才称号", "Leader's talent titles", LEADER),
    "leader.blocked": _known(BOOL, "项目负责人处于科研失信限制期", "Leader under an integrity restriction", LEADER),
    "leader.running_specials": _known(
        LIST, "项目负责人在研项目(主持)所属专项", "Specials of running projects the leader leads", LEADER, choices="special"
    ),
    "leader.running_led": _known(
        LIST, "项目负责人主持在研项目（每项一条）", "Running projects the leader leads, one entry each", LEADER, choices="special"
    ),
    "leader.running_member": _known(
        LIST, "项目负责人参与在研及在申项目（每项一条）", "Running and pending projects the leader takes part in", LEADER,
        choices="special"
    ),
    "leader.pending_led": _known(
        LIST, "项目负责人主持在申项目（每项一条）", "Pending applications the leader leads, one entry each", LEADER,
        choices="special"
    ),
    "leader.running_count": _known(
        NUMBER, "项目负责人在研及在申项目数", "Leader's running and pending projects", LEADER, unit="项"
    ),
    "leader.awards": _known(LIST, "项目负责人历年获立项（每项一条）", "Earlier awards of the leader", LEADER, choices="special"),
    "leader.full_time": _known(BOOL, "项目负责人全职在申报单位工作", "Leader works full time at the applicant unit", PAIR),
    "leader.insurance_months": _known(
        NUMBER, "项目负责人在深连续缴纳社保月数", "Leader's consecutive months of social insurance", PAIR, unit="个月"
    ),
    "leader.post": _known(TEXT, "项目负责人在申报单位的岗位", "Leader's post at the applicant unit", PAIR),
    "leader.new_team_pledge": FactKind(
        BOOL, "海内外高水平新引进团队并提交全职来深承诺函", "Newly recruited team with a pledge to work here full time", LEADER
    ),
}
_TEAM = {
    "team.size": FactKind(NUMBER, "项目组人数", "Team size", TEAM, unit="人"),
    "team.full_time_share": FactKind(NUMBER, "全职人员占比", "Share of full-time members", TEAM),
    "team.lead_main_members": FactKind(NUMBER, "牵头单位主要成员数", "Main members from the lead unit", TEAM, unit="人"),
    "team.partner_main_members": FactKind(
        LIST, "各合作单位主要成员数", "Main members from each partner", TEAM, items=NUMBER
    ),
    "team.names": FactKind(LIST, "申请书成员名单", "Members named in the form", TEAM),
    "team.report_names": FactKind(LIST, "可行性研究报告成员名单", "Members named in the feasibility report", TEAM),
    "team.insurance_names": FactKind(LIST, "社保凭证成员名单", "Members named in the insurance proof", TEAM),
    "team.members": FactKind(ROWS, "项目组成员", "Members of the team", TEAM, items=MEMBER),
    "team.partners": FactKind(ROWS, "合作单位", "Partners", TEAM, items=PARTNER),
    "member.of_lead_unit": FactKind(BOOL, "成员来自牵头单位", "Member belongs to the lead unit", MEMBER),
    "member.full_time": FactKind(BOOL, "成员全职", "Member works full time", MEMBER),
    "member.insurance_months": FactKind(
        NUMBER, "成员在深连续缴纳社保月数", "Member's consecutive months of social insurance", MEMBER, unit="个月"
    ),
    "member.birth_date": FactKind(DATE, "成员出生日期", "Member's date of birth", MEMBER),
    "member.gender": FactKind(TEXT, "成员性别", "Member's sex", MEMBER, choices="gender"),
    "member.degree": FactKind(TEXT, "成员学位", "Member's degree", MEMBER),
    "member.title": FactKind(TEXT, "成员职称", "Member's professional title", MEMBER),
    "member.person_months": FactKind(NUMBER, "成员投入人月", "Member's person-months", MEMBER),
    "partner.kind": FactKind(TEXT, "合作单位类型", "Kind of the partner", PARTNER, choices="org_kind"),
    "partner.region": FactKind(TEXT, "合作单位注册地", "Partner's region", PARTNER),
    "partner.is_overseas": FactKind(BOOL, "合作单位为境外机构", "Partner is an overseas body", PARTNER),
    "partner.share": FactKind(MONEY, "合作单位分配资助金额", "Partner's share of the money", PARTNER),
    "partner.is_related": FactKind(BOOL, "合作单位与牵头单位存在关联关系", "Partner is related to the lead unit", PARTNER),
}
_APPLICATION = {
    "application.requested": FactKind(MONEY, "申请资助金额", "Amount requested", APPLICATION),
    "application.self_raised": FactKind(MONEY, "自筹资金", "Self-raised money", APPLICATION),
    "application.self_raised_ratio": FactKind(NUMBER, "自筹与申请资助之比", "Self-raised to requested ratio", APPLICATION),
    "application.total_budget": FactKind(MONEY, "项目总预算", "Total budget", APPLICATION),
    "application.requested_share": FactKind(NUMBER, "申请资助占总预算比例", "Requested share of the total budget", APPLICATION),
    "application.months": FactKind(NUMBER, "实施期限(月)", "Duration in months", APPLICATION, unit="个月"),
    "application.completion_year": FactKind(NUMBER, "完成年度", "Completion year", APPLICATION, unit="年"),
    "application.partner_count": FactKind(NUMBER, "合作单位数", "Number of partners", APPLICATION, unit="家"),
    "application.out_of_city_partners": FactKind(NUMBER, "市外合作单位数", "Partners from outside the city", APPLICATION, unit="家"),
    "application.overseas_partners": FactKind(NUMBER, "境外合作单位数", "Overseas partners", APPLICATION, unit="家"),
    "application.partner_kinds": FactKind(
        LIST, "合作单位类型（每家一条）", "Kinds of the partners, one entry each", APPLICATION, choices="org_kind"
    ),
    "application.is_secret": FactKind(BOOL, "涉及国家秘密", "Touches state secrets", APPLICATION),
    "application.ethics": FactKind(BOOL, "涉及科技伦理审查范围", "Within the scope of ethics review", APPLICATION),
    "audit.service_cost": FactKind(MONEY, "经审计的近两年服务成本", "Audited service cost of the last two years", APPLICATION),
    "audit.fiscal_aid": FactKind(MONEY, "其中财政资助", "Fiscal aid in it", APPLICATION),
    "service.years": FactKind(NUMBER, "概念验证服务年限", "Years of proof-of-concept service", APPLICATION, unit="年"),
    "service.clients": FactKind(NUMBER, "近两年服务项目数", "Projects served in the last two years", APPLICATION, unit="项"),
    "service.staff": FactKind(NUMBER, "专职服务人员数", "Full-time service staff", APPLICATION, unit="人"),
    "service.area": FactKind(NUMBER, "服务场地面积(平方米)", "Floor area (m2)", APPLICATION),
    "guide.closes_on": _known(DATE, "受理截止日", "Close of filing", GUIDE),
    "guide.year": _known(NUMBER, "指南年度", "Year of the guide", GUIDE, unit="年"),
}
CATALOGUE: dict[str, FactKind] = {**_UNIT, **_LEADER, **_TEAM, **_APPLICATION}


def lookup(facts: Mapping[str, Any], name: str) -> Fact | None:
    """A fact by name; None when nobody knows it (the answer is then: a human must look)."""
    found = facts.get(name)
    if found is None:
        return None
    if isinstance(found, Fact):
        return None if found.value is None else found
    return Fact(found)
