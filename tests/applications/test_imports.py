"""Old projects from tables: mapped, tried dry, taken over; again and again without doubling; nothing is guessed (clause T1)."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
import xlsxwriter
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Engagement
from accounts.policies import system
from applications import actions, queries
from applications.models import CheckedText, DuplicateFinding, ImportBatch, ImportSource, OldProject, TextPrint
from applications.states import ImportStatus
from core import clock, files, jobs
from core.models import LedgerRow
from core.workflow import Refused
from programs import queries as programme
from programs.models import Special
from tests.factories import applications as make
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db
HEADINGS = ("项目编号", "项目名称", "年度", "状态", "专项", "统一社会信用代码", "承担单位", "负责人", "邮箱", "资助金额", "开始日期", "结束日期", "绩效目标", "摘要")
ABSTRACT = "本项目研究端侧部署的多模态大模型稀疏推理方法，建立面向国产芯片的算子库与评测基准，形成可复用的工具链。" * 3


def sheet(*rows, headings=HEADINGS) -> SimpleUploadedFile:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False})
    page = book.add_worksheet()
    for number, row in enumerate((headings, *rows)):
        for place, value in enumerate(row):
            (page.write_formula if str(value).startswith("=1") else page.write)(number, place, value)
    book.close()
    return SimpleUploadedFile("旧项目.xlsx", stream.getvalue())


def line(town, number="JCYJ2019001", **more):
    values = {"项目编号": number, "项目名称": "稀疏推理方法研究", "年度": "2019", "状态": "在研", "统一社会信用代码": town.a.uscc, "承担单位": town.a.name,
              "负责人": town.li.person.name, "邮箱": town.li.person.email, "资助金额": "50", "开始日期": "2019-07-01", "结束日期": "2099/6/30",
              "绩效目标": "论文3篇\n专利2件", "摘要": ABSTRACT, **more}
    return [values.get(heading, "") for heading in HEADINGS]


def run(job):
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "DONE", job.error


def dry(town, upload, source="旧系统", actor=None) -> ImportBatch:
    actor = actor or town.he
    row = actions.keep_import(actor, source=source, upload=upload)
    headings, _lines = actions.read_import(row)
    run(actions.map_import(actor, row, mapping=queries.guessed(headings, row.mapping), options={"unit": "wan"}))
    return ImportBatch.objects.select_related("source", "file").get(pk=row.pk)


def taken(town, upload, **more) -> ImportBatch:
    row = dry(town, upload, **more)
    run(actions.order_import(town.he, row, why="2019年以前的历史数据"))
    row.refresh_from_db()
    return row


def test_dry_run_takes_nothing_over_and_names_every_fault(town):
    row = dry(town, sheet(
        line(town), line(town, "A-2", 年度="二〇一九"), line(town, "A-3", 状态="不明"), line(town, "A-4", 资助金额="很多"), line(town, "A-5", 结束日期="2018-01-01"),
        line(town, "", 项目名称="无编号"), line(town, "A-6"), line(town, "A-6"), line(town, "A-7", 摘要="=1+1"), line(town, "A-8", 开始日期="2019-13-45")))
    assert row.status == ImportStatus.CHECKED
    assert (row.counts["rows"], row.counts["new"], row.counts["wrong"]) == (10, 1, 9)
    assert {(one["row"], one["column"]) for one in row.problems} >= {
        (3, "年度"), (4, "状态"), (5, "资助金额"), (6, "结束日期"), (7, "项目编号"), (8, "项目编号"), (9, "项目编号"), (10, "摘要"), (11, "开始日期")}
    assert not OldProject.objects.exists()
    assert not CheckedText.objects.exists()
    assert not Engagement.objects.exists()
    book = openpyxl.load_workbook(io.BytesIO(files.read(row.errors)))
    assert book.worksheets[0].max_row == 10
    assert "很多" in str(book.worksheets[0].cell(4, 15).value)


def test_taken_over_feeds_limits_and_duplicate_check(town):
    row = taken(town, sheet(line(town)))
    old = OldProject.objects.get()
    assert row.status == ImportStatus.APPLIED
    assert row.why
    assert (old.unit, old.leader, old.amount, old.batch) == (town.a, town.li.person, 500000, row)
    held = {(one.role, one.person_id, one.organisation_id): one.state for one in Engagement.objects.all()}
    assert held == {("LEADER", town.li.id, None): "RUNNING", ("LEAD", None, town.a.pk): "RUNNING"}
    text = CheckedText.objects.get()
    assert (text.source, text.ref, text.lines) == ("旧系统", "JCYJ2019001", ["论文3篇", "专利2件"])
    new = make.submitted(town.li, town.wang, town.guide, town.a)
    kept = actions.keep_text(new)
    CheckedText.objects.filter(pk=kept.pk).update(text=kept.text + ABSTRACT)
    TextPrint.objects.filter(text=kept).delete()
    kept.refresh_from_db()
    actions.keep_prints(kept)
    actions.compare_text(town.agency, kept)
    assert DuplicateFinding.objects.get().other == text


def test_again_is_brought_up_to_date_and_never_doubled(town):
    taken(town, sheet(line(town)))
    assert dry(town, sheet(line(town))).counts["same"] == 1
    with pytest.raises(Refused):
        actions.order_import(town.he, ImportBatch.objects.latest("pk"), why="再来")
    row = taken(town, sheet(line(town, 状态="已验收", 负责人="另一人", 邮箱="", 摘要="改写后的摘要，" * 20)))
    assert row.counts["changed"] == 1
    old = OldProject.objects.get()
    assert (old.state, old.leader) == ("DONE", None)
    assert set(Engagement.objects.values_list("state", flat=True)) == {"ENDED"}
    assert CheckedText.objects.count() == 1
    assert "改写后" in CheckedText.objects.get().text
    assert LedgerRow.objects.filter(verb="applications.oldproject.change").exists()
    taken(town, sheet(line(town)), source="另一系统")
    assert OldProject.objects.count() == 2


def test_what_is_not_certain_stays_text(town):
    twin = make.member(town.li.person.name, town.a, "MEMBER", email="twin@applications.example")
    unknown = "91440300MA5XXXXX0X"
    row = taken(town, sheet(
        line(town, "B-1", 邮箱=""), line(town, "B-2", 统一社会信用代码=unknown), line(town, "B-3", 统一社会信用代码="", 承担单位="没有这个单位"),
        line(town, "B-4", 专项="从未有过的类别"), line(town, "B-5", 统一社会信用代码="", 承担单位=town.a.name)))
    assert twin.id
    found = {one.number: one for one in OldProject.objects.all()}
    assert row.counts["unclear"] == 4
    assert (found["B-1"].leader, found["B-1"].leader_text) == (None, town.li.person.name)  # two people of this name in the unit
    assert (found["B-2"].unit, found["B-2"].unit_text) == (None, town.a.name)  # a wrong code is not mended by the name
    assert (found["B-3"].unit, found["B-3"].unit_text) == (None, "没有这个单位")
    assert (found["B-4"].special, found["B-4"].klass) == (None, "从未有过的类别")
    assert found["B-5"].unit == town.a
    assert all(found[number].unclear for number in ("B-1", "B-2", "B-3", "B-4"))


def test_class_keeps_its_version_and_counts_under_its_heir(town):
    tree = programme.tree_as_of(clock.today())
    heirs, kinds = programme.heirs_now(), set()
    for special in Special.objects.exclude(tree=tree).select_related("tree").order_by("pk"):
        years = [year for year in range(2018, clock.today().year) if programme.tree_as_of(date(year, 12, 31)) == special.tree]
        kind = min(len(heirs(special.pk)), 2)
        if not years or kind in kinds:
            continue
        kinds.add(kind)
        number = f"K-{special.pk}"
        taken(town, sheet(line(town, number, 专项=special.code, 年度=str(years[0]))))
        old = OldProject.objects.get(number=number)
        codes = [Special.objects.get(pk=pk).code for pk in heirs(special.pk)]
        assert old.special == special  # the version it was awarded under
        assert old.klass == (codes[0] if len(codes) == 1 else special.code)
        assert bool(old.unclear) == (len(codes) > 1)
        assert set(Engagement.objects.filter(source_ref=old.ref).values_list("klass", flat=True)) == {old.klass}
    assert kinds


def test_only_two_desks_take_over(town, client):
    for actor in (town.chen, town.wang, town.agency, town.badm):
        with pytest.raises(Refused):
            actions.keep_import(actor, source="x", upload=sheet(line(town)))
    row = dry(town, sheet(line(town)))
    with pytest.raises(Refused):
        actions.order_import(town.chen, row, why="x")
    with pytest.raises(Refused):
        actions.order_import(town.he, row, why=" ")
    assert visit(client, town.chen).get(reverse("applications:desk:import", args=[row.uid])).status_code in (403, 404)
    assert not OldProject.objects.exists()


def test_hostile_and_broken_files_are_refused(town):
    bomb = io.BytesIO()
    with zipfile.ZipFile(sheet(line(town)).file) as good, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            body = good.read(name)
            bad.writestr(name, body.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1) if "sheet1" in name else body)
    huge = "x" * 30
    for name, body in (("a.xlsx", bomb.getvalue()), ("a.xlsx", b"PK\x03\x04 no book"), ("a.csv", b"\xff\xfe\x00\x00"), ("a.exe", b"MZ"),
                       ("a.csv", "编号,编号\n1,2".encode()), ("a.csv", b""), ("a.xlsx", huge.encode())):
        with pytest.raises(files.BadFile):
            actions.keep_import(town.he, source="坏", upload=SimpleUploadedFile(name, body))
    assert not ImportBatch.objects.exists()


def test_csv_in_the_encoding_of_old_systems(town):
    body = "\n".join((",".join(HEADINGS), ",".join(cell.replace("\n", "；") for cell in line(town)))).encode("gb18030")
    assert dry(town, SimpleUploadedFile("旧.csv", body)).counts["new"] == 1


def test_a_job_begun_again_goes_on(town, monkeypatch):
    row = dry(town, sheet(*(line(town, f"C-{number}") for number in range(5))))
    monkeypatch.setattr("applications.actions.imports.CHUNK", 2)
    job = actions.order_import(town.he, row, why="历史数据")
    seen = []

    def dies(done, total):
        seen.append(done)
        if done >= 2:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        actions.apply_import(town.he, row, dies)
    assert OldProject.objects.count() == 2
    run(job)
    assert OldProject.objects.count() == 5
    assert Engagement.objects.count() == 10


def test_mapping_is_remembered_for_the_source(town, client):
    visitor = visit(client, town.he)
    other = tuple(f"{heading}（旧）" for heading in HEADINGS)
    sent = visitor.post(reverse("applications:desk:import_new"), {"source": "档案馆", "file": sheet(line(town), headings=other)})
    row = ImportBatch.objects.get()
    assert sent["Location"] == reverse("applications:desk:import", args=[row.uid])
    assert visitor.get(sent["Location"]).status_code == 200
    columns = reverse("applications:desk:import_map", args=[row.uid])
    assert visitor.post(columns, {"m-number": other[0], "unit": "wan"}).status_code == 422
    typed = {"m-number": other[0], "m-title": other[1], "m-year": other[2], "m-state": other[3], "unit": "yuan"}
    assert visitor.post(columns, {**typed, "m-unit": other[0]}).status_code == 422  # one column for two fields
    assert "/jobs/" in visitor.post(columns, typed)["Location"]
    assert ImportSource.objects.get().mapping["title"] == other[1]
    visitor.post(reverse("applications:desk:import_new"), {"source": "档案馆", "file": sheet(line(town, "Z-1"), headings=other)})
    page = visitor.get(reverse("applications:desk:import", args=[ImportBatch.objects.latest("pk").uid])).content.decode()
    assert f'<option value="{other[1]}" selected>' in page
    bad = visitor.post(reverse("applications:desk:import_new"), {"source": "档案馆", "file": SimpleUploadedFile("x.xlsx", b"x")})
    assert bad.status_code == 422
    assert "档案馆" in bad.content.decode()


def test_lists_ask_the_same_for_one_row_and_for_three(town, client):
    visitor, counts = visit(client, town.he), []
    for number in range(3):
        taken(town, sheet(line(town, f"D-{number}")))
        found = []
        for name in ("imports", "old_projects"):
            with CaptureQueriesContext(connection) as caught:
                assert f"D-{number}" in visitor.get(reverse(f"applications:desk:{name}")).content.decode() or name == "imports"
            found.append(len(caught))
        counts.append(found)
    assert counts[0] == counts[2]
    assert visit(client, town.lead).get(reverse("applications:desk:old_projects")).status_code == 200
    lines, mapping = actions.read_import(ImportBatch.objects.latest("pk"))[1], ImportSource.objects.get().mapping
    asked = []
    for times in (1, 30):
        with CaptureQueriesContext(connection) as caught:
            reader = queries.Reader(lines * times, mapping, True)
            for one in lines * times:
                reader.read(one)
        asked.append(len(caught))
    assert asked[0] == asked[1]


def test_command_does_the_same(town, tmp_path):
    path = tmp_path / "旧项目.xlsx"
    path.write_bytes(sheet(line(town), line(town, "E-2", 年度="无")).read())
    out = io.StringIO()
    given = {"source": "命令行", "email": town.he.person.email, "stdout": out}
    call_command("import_projects", str(path), **given)
    assert "new 1" in out.getvalue()
    assert "“无”" in out.getvalue()
    assert not OldProject.objects.exists()
    call_command("import_projects", str(path), apply="历史数据", **given)
    call_command("import_projects", str(path), **given)
    assert OldProject.objects.count() == 1
    with pytest.raises(CommandError):
        call_command("import_projects", str(path), **{**given, "email": town.chen.person.email})


def test_a_table_goes_when_it_is_done_with_and_its_fingerprint_stays(town):
    row = taken(town, sheet(line(town), line(town, "A-2", 年度="二〇一九")))
    path, sha256 = row.file.path, row.file.sha256
    assert actions.sweep_tables(system("test")) == 1 and actions.sweep_tables(system("test")) == 0
    row = ImportBatch.objects.select_related("file", "errors").get(pk=row.pk)
    assert (row.file.path, row.file.sha256) == ("", sha256) and LedgerRow.objects.filter(verb="applications.import.forget").count() == 1
    assert row.errors.path and OldProject.objects.count() == 1
    assert not default_storage.exists(path) or connection.in_atomic_block
    page = visit(Client(), town.he).get(reverse("applications:desk:import", args=[row.uid])).content.decode()
    assert sha256 in page and "import_errors" not in page
    with clock.shifted_to(clock.now() + timedelta(days=31)):
        assert actions.sweep_tables(system("test")) == 1
        row.errors.refresh_from_db()
        assert row.errors.path == ""
        with pytest.raises(Refused):
            files.serve(row.errors, town.he, "x")


def test_a_dry_run_that_nobody_follows_goes_too_and_one_in_time_stays(town):
    row = dry(town, sheet(line(town)))
    with clock.shifted_to(clock.now() + timedelta(days=29)):
        assert actions.sweep_tables(system("test")) == 0
    with clock.shifted_to(clock.now() + timedelta(days=31)):
        assert actions.sweep_tables(system("test")) == 1
    row = ImportBatch.objects.select_related("file").get(pk=row.pk)
    assert (row.status, row.file.path) == (ImportStatus.DISCARDED, "")
