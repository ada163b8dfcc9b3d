"""What is wrong is told where it is wrong: at the cell, at the row, at the material, and the same on every page."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications import actions, queries
from programs.engine import form_schema
from tests.applications.client import signed_in
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
STEPS = {"code": "s", "title": "进度", "fields": [{"code": "steps", "kind": "table", "label": "进度安排", "columns": [
    {"code": "from", "kind": "date", "label": "开始"}, {"code": "to", "kind": "date", "label": "结束", "not_before": "from"}]}]}


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


def draft(town):
    return make.started(town.li, town.guide, town.a)


def test_step_that_ends_before_it_begins_is_told_in_its_row(town):
    row, client = draft(town), signed_in(town.li)
    make.save(town.li, row, "schedule", {
        "steps.0.from": "2027-01-01", "steps.0.to": "2027-01-01", "steps.0.work": "设计", "steps.0.result": "方案",
        "steps.1.from": "2027-06-30", "steps.1.to": "2027-01-01", "steps.1.work": "流片", "steps.1.result": "样片"})
    row.refresh_from_db()
    wrong = [item for item in queries.check_list(row).wrong if item.part == "schedule"]
    assert [item.text for item in wrong] == ["第 2 行：“结束”不得早于“开始”"]
    page = client.get(my("section", row.ref, "schedule") + "?show=errors").content.decode()
    cell = re.search(r'<input id="f-steps-1-to"[^>]*aria-invalid="true"[^>]*>.*?</td>', page, re.S)
    assert cell and "“结束”不得早于“开始”" in cell[0]
    assert 'href="#f-steps-1-to"' in page


@pytest.mark.parametrize("other", ["nothing", "to", "work"])
def test_rule_of_order_names_another_date_of_the_row(other):
    columns = [{"code": "from", "kind": "date", "label": "开始"}, {"code": "work", "kind": "text", "label": "工作"},
               {"code": "to", "kind": "date", "label": "结束", "not_before": other}]
    data = {"sections": [{**STEPS, "fields": [{**STEPS["fields"][0], "columns": columns}]}]}
    assert [problem.path for problem in form_schema.check(data)] == ["form.sections[0].fields[0].columns[2].not_before"]
    assert form_schema.check({"sections": [STEPS]}) == []


def test_finished_part_with_errors_is_shown_as_wrong_on_every_page(town):
    row, client = draft(town), signed_in(town.li)
    row = make.fill(town.li, row)
    for part in queries.parts_of(row):
        actions.mark_done(town.li, row, part=part.code, done=True)
        row.refresh_from_db()
    every = client.get(my("overview", row.ref))
    assert every.context["done"] == every.context["total"]
    make.save(town.li, row, "schedule", {"steps.0.from": "很早", "steps.0.work": ""})
    row.refresh_from_db()
    actions.detach(town.li, row.annexes.filter(is_current=True).first())
    actions.detach(town.li, row.annexes.filter(is_current=True).first())
    for url in (my("overview", row.ref), my("section", row.ref, "basic"), my("files", row.ref), my("team", row.ref), my("check", row.ref)):
        page = client.get(url)
        shown = {item["url"]: (item["state"], item["text"]) for group in page.context["tasks"] for item in group["items"]}
        assert shown[my("section", row.ref, "schedule")] == ("err", "2处待改"), url
        assert shown[my("files", row.ref)] == ("err", "2处待改"), url
        assert page.context["done"] == page.context["total"] - 2, url


def send(client, row, code, **files):
    return client.post(my("upload", row.ref, code), files, follow=True)


@pytest.mark.parametrize("given", [None, SimpleUploadedFile("x.pdf", b"no PDF at all")])
def test_refused_file_is_told_in_the_row_of_its_material(town, given):
    row, client = draft(town), signed_in(town.li)
    last = queries.documents_of(row)[-1]
    page = send(client, row, last["code"], **({"file": given} if given else {}))
    assert page.redirect_chain[-1][0].endswith(f"#d-{last['code']}")
    text = page.context["errors"][0]["text"]
    assert text.startswith(last["name"]) and page.context["errors"][0]["id"] == f"u-{last['code']}"
    line = re.search(rf'<li id="d-{last["code"]}".*?</li>', page.content.decode(), re.S)[0]
    assert text.removeprefix(f"{last['name']}：") in line and 'aria-invalid="true"' in line
    assert "st-msgs" not in page.content.decode()
    again = client.get(my("files", row.ref))
    assert again.context["errors"] == [] and "aria-invalid" not in again.content.decode()


def test_task_list_counts_required_materials_only(town):
    row, client = draft(town), signed_in(town.li)
    wanted = [one for one in queries.documents_of(row) if one["required"]]
    assert len(wanted) < len(queries.documents_of(row))
    page = client.get(my("files", row.ref))
    texts = {item["url"]: item["text"] for group in page.context["tasks"] for item in group["items"]}
    assert texts[my("files", row.ref)] == f"必交已传 0/{len(wanted)}"
    assert re.search(r"未上传<span[^>]*> · PDF", page.content.decode())


def cell_of(page: str, name: str) -> str:
    return re.search(rf'<input id="f-{name}"[^>]*>.*?</td>', page, re.S)[0]


def test_wrong_cells_of_the_budget_are_told_beside_them(town):
    row, client = make.fill(town.li, draft(town)), signed_in(town.li)
    leaf = queries.budget_leaves(queries.scheme_of(row))[0].code
    make.save(town.li, row, queries.BUDGET, {f"{leaf}:CITY": "abc", f"{leaf}:OWN": "-5"})
    page = client.get(my("section", row.ref, queries.BUDGET) + "?show=errors").content.decode()
    for source, words in (("CITY", "数字"), ("OWN", "0")):
        cell = cell_of(page, f"{leaf}:{source}")
        assert 'aria-invalid="true"' in cell and "st-err" in cell and words in cell.split("st-err")[1], source
        assert f'href="#f-{leaf}:{source}"' in page


def test_wrong_cells_of_the_targets_are_told_beside_them(town):
    row, client = make.fill(town.li, draft(town)), signed_in(town.li)
    make.save(town.li, row, queries.TARGETS, {"rows.1.value": "很多", "rows.2.name": "", "rows.0.value": "-5", "rows.3.weight": "abc"})
    page = client.get(my("section", row.ref, queries.TARGETS) + "?show=errors").content.decode()
    for name in ("rows-0-value", "rows-1-value", "rows-2-name", "rows-3-weight"):
        cell = cell_of(page, name)
        assert 'aria-invalid="true"' in cell and "st-err" in cell, name
        assert f'href="#f-{name}"' in page
    assert "第 2 行：目标值须为不小于0的数字" in page and "未填写完整" not in page
