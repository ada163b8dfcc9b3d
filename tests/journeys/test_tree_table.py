"""A new version of the programme tree in a browser: drafted from the old one, changed as a table, checked by another
person, put in force by a leader, read by the public."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from core import clock
from programs.models import PlanTree, Special
from tests.journeys.conftest import Desk, Town


def saved(desk: Desk, link: str, folder: Path) -> Path:
    """The file behind a link of the page, as the browser saves it."""
    with desk.page.expect_download() as coming:
        desk.page.get_by_role("link", name=link).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def row_of(sheet, code):
    return next(row for row in sheet.iter_rows(min_row=2) if row[0].value == code)


@pytest.mark.parametrize("script", [False, True])
def test_version_by_table(town: Town, tmp_path, script):
    code = f"j{int(script)}"
    day = clock.today() + timedelta(days=3000 + 10 * script)
    he = town.desk("he", script=script)
    he.open("/desk/tree/new/").press(code=code, name=f"演练体系{code}", effective_from=day.isoformat(), copy_from="2024", source="演练")
    he.sees("草拟中", "新旧类别对应")
    path = saved(he, "下载表格（XLSX）", tmp_path)
    book = openpyxl.load_workbook(path)
    specials = book["专项"]
    row_of(specials, "POC")[2].value = "概念验证中心（新名）"
    row_of(specials, "POC")[4].value = "小写 abc"
    book.save(path)
    he.open(f"/desk/tree/{code}/upload/").press(file=str(path))
    he.sees("表中有 1 个问题", "编号前缀", "专项")
    assert he.page.get_by_role("button", name="全部应用").count() == 0
    back = openpyxl.load_workbook(saved(he, "下载带问题列的表格", tmp_path))
    assert "编号前缀" in row_of(back["专项"], "POC")[-1].value
    row_of(back["专项"], "POC")[4].value = "GNYZ"
    back.save(tmp_path / "again.xlsx")
    he.open(f"/desk/tree/{code}/upload/").press(file=str(tmp_path / "again.xlsx"))
    he.sees("概念验证中心（新名）", "修改")
    assert not Special.objects.filter(tree__code=code, name="概念验证中心（新名）").exists()
    he.press("/apply/").sees("表格已应用：1 项改动")
    he.press("/check/").sees("双人办理")
    assert PlanTree.objects.get(code=code).status == "DRAFT"
    town.desk("gao", script=script).open(f"/desk/tree/{code}/").press("/check/").sees("已核对")
    if script:  # a second version to come would have to say what becomes of all that the other journeys use (clause T2)
        return
    lead = town.desk("lead", script=script).open(f"/desk/tree/{code}/")
    lead.press("/enact/", on=day.isoformat()).sees("施行")
    assert PlanTree.objects.get(code=code).status == "IN_FORCE", lead.says()[:1500]
    everyone = town.desk(script=script).open(f"/tree/compare/?from=2024&to={code}")
    everyone.sees("概念验证中心（新名）", "更名")
    everyone.open(f"/plans/?on={day.isoformat()}").sees(f"演练体系{code}")
    everyone.open(f"/tree/{code}/POC/").sees("2024年改革方案科技计划体系", "承接自")
