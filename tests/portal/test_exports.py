"""Exports: cells are never formulas, personal data are covered, every export is a row of the record."""

import csv
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import files, jobs
from core.models import LedgerRow
from core.web import export
from core.workflow import Refused
from portal import actions
from portal.queries.tables import TABLES
from tests.portal.conftest import FORMULA, visit

COLUMNS = (export.Column("a", "a", "meaning"),)
NASTY = st.text(min_size=1, max_size=40) | st.tuples(
    st.sampled_from(export.DANGEROUS + (" =", "\u3000=", "\t=")), st.text(max_size=20)).map("".join)
CLEAN = NASTY.map(lambda text: "".join(char for char in text if char.isprintable() or char in "\t\r\n"))


def sheet_of(data):
    return openpyxl.load_workbook(io.BytesIO(data))


@given(CLEAN)
def test_no_xlsx_cell_is_a_formula(text):
    cell = sheet_of(export.to_xlsx(COLUMNS, [[text]], title="t")).worksheets[0]["A2"]
    assert cell.data_type in ("s", "n", "inlineStr") and (cell.data_type != "n" or cell.value is None)


def test_the_check_would_see_a_formula():
    """The negative control: a formula written as one is seen as one by the same reader."""
    book = openpyxl.Workbook()
    book.active["A2"] = "=1+1"
    buffer = io.BytesIO()
    book.save(buffer)
    assert sheet_of(buffer.getvalue()).worksheets[0]["A2"].data_type == "f"


@given(CLEAN)
def test_no_csv_cell_begins_like_a_formula(text):
    body = export.to_csv(COLUMNS, [[text]]).decode("utf-8-sig").split("\r\n", 1)[1]
    cell = next(csv.reader(io.StringIO(body, newline="")), [""])
    assert not "".join(cell).lstrip(" \u3000").startswith(export.DANGEROUS)


def made(actor, table, fmt="xlsx", **more):
    job = actions.ask_export(actor, table, format=fmt, purpose="审计通知书〔2026〕1号", **more)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_data_and_dictionary(town, filed, table):
    job = made(town.qian, table)
    book = sheet_of(files.read(job.file))
    data, dictionary = book.worksheets
    assert data.max_column == len(TABLES[table].columns)
    assert (job.state, data.max_row - 1) == ("DONE", job.result["rows"])
    named = [row[0].value for row in dictionary.iter_rows(min_row=6)]
    assert named == [column.name for column in TABLES[table].columns]


def test_csv_carries_its_dictionary(town, filed):
    with zipfile.ZipFile(io.BytesIO(files.read(made(town.qian, "applications", "csv").file))) as archive:
        assert sorted(archive.namelist()) == ["data.csv", "dictionary.csv"]
        data = archive.read("data.csv").decode("utf-8-sig")
    assert f"'{FORMULA.split(',')[0]}".replace('"', '""') in data


def test_title_that_is_a_formula_stays_text(town, filed):
    sheet = sheet_of(files.read(made(town.qian, "applications").file)).worksheets[0]
    cell = next(cell for cell in sheet[2] if cell.value == FORMULA)
    assert cell.data_type == "s"


def test_personal_data_are_covered(town, filed):
    data = files.read(made(town.qian, "applications", "csv").file)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("data.csv").decode("utf-8-sig")
    assert "13800138001" not in text and filed.ref in text
    assert filed.leader.phone == "13800138001", "there was something to leak"


def test_export_is_a_row_of_the_record(town, filed):
    job = made(town.qian, "applications")
    rows = LedgerRow.objects.filter(target_type="core.job", target_id=job.pk).order_by("pk")
    assert [(row.verb, row.actor_id, row.why) for row in rows] == [
        ("portal.export.ask", town.qian.id, "审计通知书〔2026〕1号"), ("portal.export.make", town.qian.id, "审计通知书〔2026〕1号")]
    assert rows.last().data["rows"] == 1


@pytest.mark.parametrize("key", ["li", "wang", "chen", "lead", "fin"])
@pytest.mark.parametrize("table", ["applications", "ledger"])
def test_others_take_nothing_out(town, key, table):
    with pytest.raises(Refused):
        actions.ask_export(getattr(town, key), table, format="csv", purpose="x")
    assert not LedgerRow.objects.filter(verb="portal.export.ask").exists()


def test_role_that_ended_before_the_job_ran_takes_nothing_out(town, filed):
    from accounts import actions as accounts
    from accounts.policies import system

    job = actions.ask_export(town.qian, "applications", format="csv", purpose="x")
    accounts.end_role(system("test"), town.qian.person.memberships.get())
    with pytest.raises(Refused):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert job.file is None


def test_export_without_purpose_is_refused(town):
    with pytest.raises(Refused):
        actions.ask_export(town.qian, "applications", format="csv", purpose="  ")


def test_period_narrows(town, filed):
    from datetime import timedelta

    from core import clock

    assert made(town.qian, "applications", since=clock.today()).result["rows"] == 1
    assert made(town.qian, "applications", since=clock.today() + timedelta(days=1)).result["rows"] == 0


def test_page_leads_to_the_job_and_only_its_owner_sees_it(client, town, filed):
    answer = visit(client, town.qian).post("/audit/exports/", {"table": "applications", "format": "xlsx", "purpose": "抽查"})
    assert answer.status_code == 302 and answer["Location"].startswith("/jobs/")
    assert client.get(answer["Location"]).status_code == 200
    client.logout()
    assert visit(client, town.lead).get(answer["Location"]).status_code == 404


@pytest.mark.parametrize("wrong", [{"purpose": ""}, {"table": "passwords"}, {"format": "exe"}, {"since": "2026-02-01", "until": "2026-01-01"}])
def test_wrong_input_is_told(client, town, wrong):
    data = {"table": "applications", "format": "xlsx", "purpose": "抽查", **wrong}
    assert visit(client, town.qian).post("/audit/exports/", data).status_code == 422
