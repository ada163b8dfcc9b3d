"""The table of a version: downloaded, changed, given back; every wrong cell is named, hostile files are refused."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Engagement
from core import clock
from core.models import Parameter
from core.workflow import Refused
from programs import actions, queries
from programs.forms import workbook
from programs.models import PlanTree, Special, SpecialMapping, TreeUpload
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def tree(staff):
    return actions.create_tree(staff.he, code="2030", name="新一版体系", effective_from=clock.today() + timedelta(days=30),
                               copy_from=PlanTree.objects.get(code="2024"), source="测试")


def book_of(tree):
    return openpyxl.load_workbook(io.BytesIO(queries.tree_workbook(tree)))


def bytes_of(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data, tree):
    return workbook.read_table(io.BytesIO(data), len(data), tree)


def refused(data, tree):
    with pytest.raises(ValidationError) as error:
        read(data, tree)
    return "；".join(error.value.messages)


def row_of(sheet, code):
    return next(row for row in sheet.iter_rows(min_row=2) if row[0].value == code)


def test_unchanged_table_changes_nothing(tree):
    table = read(queries.tree_workbook(tree), tree)
    assert table.problems == []
    assert queries.table_differences(tree, table.wanted) == []


def test_table_in_english_is_read_as_well(tree):
    from django.utils import translation

    with translation.override("en"):
        data = queries.tree_workbook(tree)
    assert read(data, tree).problems == []
    assert queries.table_differences(tree, read(data, tree).wanted) == []


def changed(tree):
    """One addition, one change, one removal, one new line of mapping instead of another."""
    book = book_of(tree)
    specials, mapping = book["专项"], book["新旧类别对应"]
    row_of(specials, "POC")[2].value = "概念验证中心（改）"
    added = [cell.value for cell in row_of(specials, "POC")]
    added[0], added[2], added[4] = "AI-ONE", "人工智能专项", "AIY"
    specials.append(added)
    specials.delete_rows(row_of(specials, "TIC")[0].row)
    line = next(row for row in mapping.iter_rows(min_row=2) if row[1].value == "TIC")
    line[2].value, line[4].value = "ETRC", "并入工程中心"
    return book


def test_preview_and_apply(tree, staff):
    table = read(bytes_of(changed(tree)), tree)
    assert table.problems == []
    changes = queries.table_differences(tree, table.wanted)
    kinds = sorted((c.what, c.kind, c.key) for c in changes)
    assert kinds == [
        ("MAPPING", "ADD", "2024:TIC → ETRC"), ("MAPPING", "REMOVE", "2024:TIC → TIC"), ("SPECIAL", "ADD", "AI-ONE"),
        ("SPECIAL", "CHANGE", "POC"), ("SPECIAL", "REMOVE", "TIC"),
    ]
    actions.apply_table(staff.he, tree, wanted=table.sound(), seen=queries.table_digest(tree))
    assert queries.table_differences(tree, table.wanted) == []
    assert Special.objects.get(tree=tree, code="POC").name == "概念验证中心（改）"
    assert SpecialMapping.objects.get(into=tree, old__code="TIC").new.code == "ETRC"


def test_apply_over_a_change_of_somebody_else_is_refused(tree, staff):
    table, seen = read(bytes_of(changed(tree)), tree), queries.table_digest(tree)
    actions.move_in_list(staff.he, tree, what="plan", code="TALENT")
    with pytest.raises(Refused):
        actions.apply_table(staff.he, tree, wanted=table.sound(), seen=seen)
    assert not Special.objects.filter(tree=tree, code="AI-ONE").exists()


def test_table_that_orphans_running_projects_is_refused_whole(tree, staff):
    Engagement.objects.create(person=staff.chen.person, klass="TIC", role="LEADER", state="RUNNING", starts=clock.today(),
                              source_type="projects.project", source_ref="P1")
    book = changed(tree)
    mapping = book["新旧类别对应"]
    mapping.delete_rows(next(row for row in mapping.iter_rows(min_row=2) if row[1].value == "TIC")[0].row)
    table = read(bytes_of(book), tree)
    with pytest.raises(Refused) as error:
        actions.apply_table(staff.he, tree, wanted=table.sound(), seen=queries.table_digest(tree))
    assert "T2" in error.value.reasons[0]
    assert Special.objects.filter(tree=tree, code="TIC").exists()
    assert not Special.objects.filter(tree=tree, code="AI-ONE").exists()  # nothing half-saved


def test_shares_of_the_table_that_do_not_add_up_are_refused(tree, staff):
    book = book_of(tree)
    next(row for row in book["新旧类别对应"].iter_rows(min_row=2) if row[1].value == "POC")[3].value = "0.7"
    table = read(bytes_of(book), tree)
    found = queries.table_reasons(tree, table.wanted, queries.table_differences(tree, table.wanted))
    assert any("P3" in text and "0.7" in text for text in found)


@pytest.mark.parametrize(("place", "value", "column", "words"), [
    (0, "bad code", "代码", "大写字母"), (1, "NOWHERE", "所属计划代码", "NOWHERE"), (2, "", "中文名称", ""), (4, "abc", "编号前缀", "大写字母"),
    (5, "凭空资助", "资助方式", "凭空资助"), (7, "随便", "预算", "随便"), (11, "第一", "排列次序", ""), (2, "=1+1", "中文名称", "公式"),
    (2, "字" * 6000, "中文名称", "过长"),
])
def test_every_wrong_cell_is_named_and_nothing_applies(tree, staff, place, value, column, words):
    book = book_of(tree)
    row = row_of(book["专项"], "POC")
    row[place].value = value
    number = row[0].row
    table = read(bytes_of(book), tree)
    found = [p for p in table.problems if p["row"] == number and p["sheet"] == "专项"]
    assert found
    assert any(words in p["text"] for p in found)
    with pytest.raises(Refused):
        actions.apply_table(staff.he, tree, wanted=table.sound(), seen=queries.table_digest(tree))


def test_a_code_that_stands_twice_is_named(tree):
    book = book_of(tree)
    book["专项"].append([cell.value for cell in row_of(book["专项"], "POC")])
    assert any("重复" in p["text"] for p in read(bytes_of(book), tree).problems)


def test_errors_file_has_the_rows_with_a_column_of_problems_and_is_read_again(tree):
    book = book_of(tree)
    row_of(book["专项"], "POC")[4].value = "abc"
    table = read(bytes_of(book), tree)
    back = openpyxl.load_workbook(io.BytesIO(table.errors_file()))
    sheet = back["专项"]
    assert sheet.cell(1, sheet.max_column).value == "问题"
    assert "编号前缀" in row_of(sheet, "POC")[-1].value
    row_of(sheet, "POC")[4].value = "GNYZ"
    again = read(bytes_of(back), tree)
    assert again.problems == []
    assert queries.table_differences(tree, again.wanted) == []


# --- hostile files -----------------------------------------------------------------------------------------------


def repacked(data, change):
    """The workbook with its parts changed: {name: bytes} in, {name: bytes} out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in change(parts).items():
            archive.writestr(name, body)
    return buffer.getvalue()


def test_no_workbook_is_refused(tree):
    assert "Excel" in refused(b"name,code\n", tree)
    assert "Excel" in refused(b"%PDF-1.7", tree)
    assert "Excel" in refused(b"", tree)


def test_a_bomb_is_refused_before_it_is_opened(tree):
    data = repacked(queries.tree_workbook(tree), lambda parts: {**parts, "xl/media/x.xml": b"0" * 50_000_000})
    assert len(data) < 200_000
    assert "解压" in refused(data, tree)


@pytest.mark.parametrize("name", ["xl/worksheets/sheet9.xml", "xl/worksheets/ss.xml", "xl/other/strings.xml"])
def test_millions_of_empty_cells_are_refused_before_they_are_read(tree, name):
    """Padding beside them that does not shrink hides the ratio of the whole file; a cell costs the reader hundreds of bytes."""
    cells = b"<worksheet><sheetData><row>" + b"<c/>" * 240_000 + b"</row></sheetData></worksheet>"
    many = b"<worksheet><sheetData><row>" + b"".join(b'<c r="%x"/>' % (n * 2654435761 % 2**32) for n in range(500_000)) + b"</row></sheetData></worksheet>"
    padding = random.Random(5).randbytes(1_000_000)
    for body in (cells * 2, many):
        data = repacked(queries.tree_workbook(tree), lambda parts, body=body: {**parts, name: body, "xl/media/a.png": padding})
        assert "解压" in refused(data, tree)


def test_entities_are_refused(tree):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    data = repacked(queries.tree_workbook(tree), lambda parts: {**parts, "xl/sharedStrings.xml": bomb})
    assert "实体" in refused(data, tree)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_behind_a_long_comment_are_refused(tree, encoding):
    bomb = f'<?xml version="1.0"?><!--{"x" * 70_000}--><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'.encode(encoding)
    data = repacked(queries.tree_workbook(tree), lambda parts: {**parts, "docProps/core.xml": bomb})
    assert "实体" in refused(data, tree)


def test_styles_larger_than_any_table_has_are_refused_before_they_are_read(tree):
    heavy = b"<styleSheet><cellXfs>" + b"".join(b'<xf n="%d"/>' % n for n in range(100_000)) + b"</cellXfs></styleSheet>"
    data = repacked(queries.tree_workbook(tree), lambda parts: {**parts, "xl/styles.xml": heavy})
    assert "解压" in refused(data, tree)


def marked(data, local, central, value):
    """Bytes of every header of the archive set: at these places of the headers before the parts and of those at the end."""
    found = bytearray(data)
    for sign, place in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = found.find(sign)
        while at >= 0:
            found[at + place] = value
            at = found.find(sign, at + 4)
    return bytes(found)


def cut_stream(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = next(one.header_offset for one in archive.infolist() if one.filename == "xl/workbook.xml")
    at = start + 30 + len("xl/workbook.xml")
    return data[:at] + b"\xff" * 40 + data[at + 40:]


@pytest.mark.parametrize("damage", [
    lambda data: marked(data, 6, 8, 1), lambda data: marked(data, 8, 10, 99),
    lambda data: data[:4] + data[4:].replace(b"PK\x03\x04", b"PK\x03\x05"), cut_stream,
], ids=["locked", "unknown method", "broken header", "broken stream"])
def test_a_damaged_archive_is_refused_with_words(tree, staff, sign_in, damage):
    data = damage(queries.tree_workbook(tree))
    assert "无法" in refused(data, tree)
    assert give(sign_in(staff.he), tree, data).status_code == 422


def test_macros_are_refused(tree):
    assert "宏" in refused(repacked(queries.tree_workbook(tree), lambda parts: {**parts, "xl/vbaProject.bin": b"x"}), tree)


def test_a_missing_sheet_or_column_is_named(tree):
    book = book_of(tree)
    del book["专项"]
    assert "专项" in refused(bytes_of(book), tree)
    book = book_of(tree)
    book["专项"].delete_cols(3)
    assert "中文名称" in refused(bytes_of(book), tree)


def test_damaged_parts_are_refused_with_words(tree):
    data = repacked(queries.tree_workbook(tree), lambda parts: {**parts, "xl/workbook.xml": b"<nothing"})
    assert "无法" in refused(data, tree)
    data = repacked(queries.tree_workbook(tree), lambda parts: {**parts, "xl/worksheets/sheet2.xml": b"<nothing"})
    assert "无法" in refused(data, tree)


def test_too_large_and_too_many_rows_are_refused(tree):
    Parameter.objects.filter(key="tree.table_rows").update(value=3)
    assert "3" in refused(queries.tree_workbook(tree), tree)
    Parameter.objects.filter(key="tree.table_mb").update(value=0)
    assert "MB" in refused(queries.tree_workbook(tree), tree)


# --- by screen ---------------------------------------------------------------------------------------------------


def give(client, tree, data, name="表.xlsx"):
    return client.post(reverse("programs:desk:version_upload", args=[tree.code]), {"file": SimpleUploadedFile(name, data)})


def test_round_trip_by_screen(tree, staff, sign_in):
    client = sign_in(staff.he)
    data = client.get(reverse("programs:desk:version_table", args=[tree.code])).content
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames[:3] == ["计划", "专项", "新旧类别对应"]
    answer = give(client, tree, bytes_of(changed(tree)))
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "AI-ONE" in page.content.decode()
    assert not Special.objects.filter(tree=tree, code="AI-ONE").exists()
    upload = TreeUpload.objects.get()
    apply = reverse("programs:desk:version_apply", args=[tree.code, upload.uid])
    assert client.post(apply, {"seen": page.context["seen"]}).status_code == 302
    assert Special.objects.filter(tree=tree, code="AI-ONE").exists()
    upload.refresh_from_db()
    assert upload.applied_at is not None


def test_a_bad_file_by_screen_is_refused_beside_the_field_and_nothing_is_kept(tree, staff, sign_in):
    answer = give(sign_in(staff.he), tree, b"PK\x03\x04 broken")
    assert answer.status_code == 422
    assert "Excel" in answer.content.decode()
    assert not TreeUpload.objects.exists()


def test_upload_by_others_is_refused(tree, staff, sign_in):
    assert give(sign_in(staff.chen), tree, b"x").status_code == 403


def test_api_twin_reads_and_applies_the_table(tree, staff, sign_in):
    client = sign_in(staff.he)
    address = reverse("programs:api:version_table", args=[tree.code])
    found = client.get(address).json()
    found["table"]["SPECIAL"]["POC"]["name"] = "接口改名"
    answer = client.put(address, {**found}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["changes"] == [{"what": "SPECIAL", "kind": "CHANGE", "key": "POC"}]
    found["table"]["SPECIAL"]["POC"]["prefix"] = "x y"
    answer = client.put(address, {**found, "seen": queries.table_digest(tree)}, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["reasons"]
