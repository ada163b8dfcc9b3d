"""The demo's tree and rules: a version that is being drafted, documents that replace one another, a number under change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core import clock
from portal.demo import texts
from portal.demo.people import World
from programs import actions, queries
from programs.models import PolicyDocument, Special

TEXT = """第一章 总则
第一条 为规范科技计划项目管理，提高财政科技资金使用效益，制定本办法（演示文本）。
第二条 本办法适用于市科技计划项目的申报、评审、立项、过程管理、验收和绩效评价。
第二章 申报与立项
第三条 主管部门依据年度科技计划实施计划发布申请指南，指南应当载明资助数量、条件、强度和受理时间。
第四条 申请单位对申请材料的真实性负责。
第三章 附则
第五条 本办法自施行之日起有效期五年。
"""


def rules_and_tree(world: World) -> None:
    """Everything of this part, at the present day; seconds."""
    documents(world)
    next_version(world)
    numbers(world)


def documents(world: World) -> None:
    """The measures of 2020 give way to those of 2025; one document runs out in two months."""
    he = world.actor("he")
    old, new = (PolicyDocument.objects.get(number=number) for number in ("深科创规〔2020〕5号", "深科创规〔2025〕2号"))
    actions.change_policy(he, new, text=TEXT)
    actions.attach_text(he, new, upload=texts.pdf("科技计划项目管理办法（演示）.pdf"))
    actions.replace_policy(he, old, by=new)
    today = clock.today()
    ending = actions.create_policy(
        he, number=f"深科创规〔{today.year - 3}〕9号", title="深圳市科技金融资助实施细则（演示文本）", title_en="Rules of science and technology finance (demo text)",
        kind="MEASURES", issuer="深圳市科技创新局", issued_on=today - timedelta(days=1040), valid_from=today - timedelta(days=1030),
        valid_to=today + timedelta(days=60), specials=Special.objects.filter(code="STI-FIN"), source="演示数据", is_demo=True)
    actions.enact_policy(he, ending)


def next_version(world: World) -> None:
    """A draft from the version in force: one class split, one renamed, one not continued; not checked yet."""
    he, today = world.actor("he"), clock.today()
    base = queries.tree_as_of()
    if base is None:
        return
    year = today.year + 1
    tree = actions.create_tree(
        he, code=f"{year}", name=f"{year}年科技计划体系（演示草案）", name_en=f"Programme system of {year} (demo draft)",
        effective_from=today.replace(year=year, month=1, day=1), copy_from=base, source="演示数据", note="演示用草案，不代表任何真实方案。",
        note_en="A draft for the demo; it stands for no real plan.")
    new = {row.code: row for row in tree.specials.select_related("plan")}
    one = new["POC"]
    actions.save_special(he, tree, code="POC", plan=one.plan, **{**_values(one), "name": "概念验证中心建设", "name_en": "Proof-of-concept centres"})
    old = {row.code: row for row in Special.objects.filter(tree=base).select_related("tree")}
    actions.map_special(he, tree, old=old["PILOT"], heirs=[(new["PILOT"], Decimal("0.6"), "中小试部分"), (new["POC"], Decimal("0.4"), "验证部分并入概念验证")])
    actions.map_special(he, tree, old=old["CONTEST"], heirs=[(None, Decimal(1), "演示：改由大赛组委会自行组织，存量项目管理至结题")])
    actions.remove_special(he, tree, code="CONTEST")


def _values(row: Special) -> dict[str, object]:
    return {name: getattr(row, name) for name in actions.SPECIAL_FIELDS}


def numbers(world: World) -> None:
    """One number has a value to come, another waits for its second person."""
    he, lead, today = world.actor("he"), world.actor("lead"), clock.today()
    first = actions.ask_parameter(he, key="guide.min_open_days", value=25, effective_from=today + timedelta(days=45),
                                  source="演示数据", why="演示：申报单位反映时间偏紧")
    actions.approve_parameter(lead, first)
    actions.ask_parameter(he, key="policy.warn_days", value=120, effective_from=today + timedelta(days=30), source="演示数据",
                          why="演示：修订文件需要更长准备时间")
