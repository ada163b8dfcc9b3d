"""Save and next, one submit for all, the offline pack and its form, and copies that show nobody."""

from __future__ import annotations

import io
import json
import sys
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import files
from reviews import actions, documents, queries
from reviews.models import Assignment, BatchItem, Score
from reviews.rules import packs
from reviews.tasks import make_copies
from tests.applications.client import signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


def page(name: str, *args) -> str:
    return reverse(f"reviews:review:{name}", args=args)


@pytest.fixture
def seat(scoring) -> Assignment:
    """The first seat of an expert who has taken on both applications."""
    return next(one for one in make.seats(scoring, "ACCEPTED") if len(mine(one)) == 2)


def test_seats_are_held_before_their_sheets_by_every_save(town, seat):
    """A window that saves by itself and “submit all” of another take the same rows in the same order."""
    owner = make.owner(seat)
    actions.save_draft(owner, seat, values=make.sheet(seat.batch, 0.5), base=0)
    with CaptureQueriesContext(connection) as found:
        actions.submit_all(owner, seat.batch)
    locks = [one["sql"].split('FROM "')[1].split('"')[0] for one in found if " FOR " in one["sql"] and "UPDATE" in one["sql"] and 'FROM "' in one["sql"]]
    assert locks[0] == "reviews_assignment" and "reviews_score" not in locks


def mine(seat) -> list[Assignment]:
    return queries.pack_of(make.owner(seat), seat.batch)


def flat(seat, share: float = 0.85) -> dict[str, str]:
    sheet = make.sheet(seat.batch, share)
    return {**{f"v-{code}": value for code, value in sheet["values"].items()}, "comment": sheet["comment"], "recommendation": "B"}


# --- save and next, submit all -------------------------------------------------------------------------------------------


def test_save_and_next_keeps_a_draft_and_goes_round_to_the_overview(seat):
    client, (first, second) = signed_in(make.owner(seat)), mine(seat)
    answer = client.post(page("task", first.uid), {"v-x": "1", "comment": "未完", "do": "next", "rev": "0"})
    assert (answer.status_code, answer.url) == (302, page("task", second.uid))
    assert Score.objects.get(assignment=first).draft["comment"] == "未完"
    answer = client.post(page("task", second.uid), flat(seat) | {"do": "next", "rev": "0"})
    assert answer.url == page("summary", seat.batch.ref)
    stale = client.post(page("task", first.uid), {"comment": "别的窗口", "do": "next", "rev": "0"})
    assert stale.status_code == 409 and "别的窗口" in stale.content.decode()
    assert Score.objects.get(assignment=first).draft["comment"] == "未完"


def test_one_submit_takes_the_complete_sheets_and_leaves_the_others(seat):
    owner, (first, second) = make.owner(seat), mine(seat)
    client = signed_in(owner)
    assert client.post(page("submit_all", seat.batch.ref)).status_code == 409
    actions.save_draft(owner, first, values=make.sheet(seat.batch, 0.6), base=0)
    actions.save_draft(owner, second, values=make.sheet(seat.batch) | {"comment": "短"}, base=0)
    shown = client.get(page("summary", seat.batch.ref))
    assert [(row["place"], bool(row["missing"])) for row in shown.context["rows"]] == [(1, True), (2, False)]
    assert f"{page('task', second.uid)}#v-comment" in shown.content.decode() and not shown.context["chart"].empty
    assert client.post(page("submit_all", seat.batch.ref)).status_code == 302
    assert list(Score.objects.filter(submitted_at__isnull=False).values_list("assignment", flat=True)) == [first.pk]
    actions.save_draft(owner, second, values=make.sheet(seat.batch), base=1)
    assert client.post(page("submit_all", seat.batch.ref)).status_code == 302
    assert Score.objects.filter(submitted_at__isnull=False).count() == 2


def test_the_overview_asks_no_more_for_more_sheets(seat, as_owner_without_triggers):
    client, counts = signed_in(make.owner(seat)), []
    client.get(page("summary", seat.batch.ref))
    for status, shown in (("VOID", 1), ("ACCEPTED", 2)):
        as_owner_without_triggers("UPDATE reviews_assignment SET status = %s WHERE id = %s", [status, seat.pk])
        with CaptureQueriesContext(connection) as counted:
            assert len(client.get(page("summary", seat.batch.ref)).context["rows"]) == shown
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_a_draft_is_seen_by_its_expert_alone(town, seat):
    owner, words = make.owner(seat), "草稿里独有的话"
    actions.save_draft(owner, seat, values=make.sheet(seat.batch) | {"comment": words}, base=0)
    places = [reverse("reviews:desk:batch", args=[seat.batch.ref]), reverse("reviews:api:batch", args=[seat.batch.ref]),
              page("summary", seat.batch.ref), page("offline_form", seat.batch.ref)]
    rival = next(one for one in make.seats(seat.batch, "ACCEPTED") if one.expert_id != seat.expert_id)
    for actor in (make.owner(rival), town.chen, town.he, town.qian, town.lead, town.li):
        for url in places:
            answer = signed_in(actor).get(url)
            text = answer.content if "spreadsheet" not in answer.headers.get("Content-Type", "") else "".join(
                str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0] for cell in row).encode()
            assert words.encode() not in text, url
    assert words in signed_in(owner).get(page("task", seat.uid)).content.decode()


# --- the offline form ----------------------------------------------------------------------------------------------------


def form_of(seat, change=lambda sheet, columns: None) -> SimpleUploadedFile:
    """The form as the site gives it, filled in by `change(worksheet, {code: column number})`."""
    book = openpyxl.load_workbook(io.BytesIO(documents.form_xlsx(seat.batch, mine(seat))))
    sheet = book.worksheets[0]
    columns = {c.code or c.kind: place for place, c in enumerate(packs.columns_of(seat.batch.sheet), 3)}
    change(sheet, columns | {"check": sheet.max_column})
    buffer = io.BytesIO()
    book.save(buffer)
    return SimpleUploadedFile("评分表.xlsx", buffer.getvalue())


def fill(seat, share=0.8):
    def change(sheet, columns):
        given = make.sheet(seat.batch, share)
        for row in (2, 3):
            for code, value in given["values"].items():
                sheet.cell(row, columns[code]).value = float(value)
            sheet.cell(row, columns["comment"]).value = given["comment"]
            sheet.cell(row, columns["recommendation"]).value = "b"
    return change


def test_the_form_comes_back_as_drafts_and_is_submitted_once(seat):
    client, url = signed_in(make.owner(seat)), page("offline", seat.batch.ref)
    looked = client.post(url, {"file": form_of(seat, fill(seat))})
    assert [line.wrong for line in looked.context["lines"]] == [False, False] and not Score.objects.filter(rev__gt=0).exists()
    apply = page("offline_apply", seat.batch.ref)
    assert client.post(apply, {"payload": looked.context["payload"]}).status_code == 302
    assert {score.draft["recommendation"] for score in Score.objects.all()} == {"B"}
    assert client.post(apply, {"payload": looked.context["payload"]}).status_code == 409  # the same again: the sheets have moved on
    assert client.post(page("submit_all", seat.batch.ref)).status_code == 302
    assert Score.objects.filter(submitted_at__isnull=False).count() == 2


def test_every_fault_stands_beside_its_cell_and_spoils_its_line_only(seat):
    def change(sheet, columns):
        fill(seat)(sheet, columns)
        codes = [code for code in columns if code in {one["code"] for one in seat.batch.sheet["criteria"]}]
        sheet.cell(2, columns[codes[0]]).value = 1000
        sheet.cell(2, columns[codes[1]]).value = "=1+1"
        sheet.cell(2, columns["recommendation"]).value = "Z"
        sheet.cell(3, columns["comment"]).value = "短"

    client = signed_in(make.owner(seat))
    looked = client.post(page("offline", seat.batch.ref), {"file": form_of(seat, change)})
    bad, good = looked.context["lines"]
    assert [len(cell["wrong"]) for cell in bad.cells if cell["wrong"]] == [1, 1, 1] and bad.wrong
    assert not good.wrong and [bool(cell["missing"]) for cell in good.cells].count(True) == 1
    assert looked.context["taken"] == 1
    client.post(page("offline_apply", seat.batch.ref), {"payload": looked.context["payload"]})
    assert [str(score.assignment.uid) for score in Score.objects.filter(rev__gt=0)] == [good.uid]


def test_a_form_of_another_expert_or_batch_or_a_forged_line_is_refused(seat):
    rival = next(one for one in make.seats(seat.batch, "ACCEPTED") if one.expert_id != seat.expert_id and len(mine(one)) == 2)

    def swap(sheet, columns):
        a, b = sheet.cell(2, columns["check"]), sheet.cell(3, columns["check"])
        a.value, b.value = b.value, a.value

    def forge(sheet, columns):
        sheet.cell(2, columns["check"]).value = "0-00000000000000000000"

    client, url = signed_in(make.owner(seat)), page("offline", seat.batch.ref)
    for upload in (form_of(rival, fill(rival)), form_of(seat, forge)):
        answer = client.post(url, {"file": upload})
        assert answer.status_code == 422 and not answer.context["lines"] and "校验码" in answer.content.decode()
    assert client.post(url, {"file": form_of(seat, swap)}).context["taken"] == 0
    looked = client.post(url, {"file": form_of(seat, fill(seat))})
    assert signed_in(make.owner(rival)).post(page("offline_apply", seat.batch.ref), {"payload": looked.context["payload"]}).status_code == 409
    assert not Score.objects.filter(rev__gt=0).exists()


def test_without_the_check_value_a_foreign_form_would_be_read(seat, monkeypatch):
    """The control: with a mark that is the same for all, the form of another expert comes in."""
    rival = next(one for one in make.seats(seat.batch, "ACCEPTED") if one.expert_id != seat.expert_id and len(mine(one)) == 2)
    monkeypatch.setattr(documents, "_mark", lambda batch, one: str(one.item_id))
    answer = signed_in(make.owner(seat)).post(page("offline", seat.batch.ref), {"file": form_of(rival, fill(rival))})
    assert answer.status_code == 200 and answer.context["taken"] == 2


def test_a_form_older_than_the_sheet_is_told_so(seat):
    old = form_of(seat, fill(seat))
    actions.save_draft(make.owner(seat), seat, values=make.sheet(seat.batch, 0.5), base=0)
    lines = signed_in(make.owner(seat)).post(page("offline", seat.batch.ref), {"file": old}).context["lines"]
    assert [bool(line.problem) for line in lines].count(True) == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"a,b\n1,2\n"])
def test_what_is_no_form_is_refused(seat, content):
    answer = signed_in(make.owner(seat)).post(page("offline", seat.batch.ref), {"file": SimpleUploadedFile("x.xlsx", content)})
    assert answer.status_code == 422 and "role=\"alert\"" in answer.content.decode()


# --- copies that show nobody ---------------------------------------------------------------------------------------------


def metadata(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return json.dumps(document.get_metadata_dict()) + "".join(one.get_textpage().get_text_range() for one in document)


def test_the_double_blind_pack_names_nobody_in_text_names_and_metadata(town):
    town.guide.version.data.setdefault("review", {})["blind"] = "double"
    batch = make.scoring(town, requested=("3000000",))
    BatchItem.objects.filter(batch=batch).update(blind_title="")
    one = make.seats(batch, "ACCEPTED")[0]
    client = signed_in(make.owner(one))
    assert client.get(page("offline_pack", batch.ref)).status_code == 409  # papers are being prepared
    assert make_copies() == 1 and make_copies() == 0
    with zipfile.ZipFile(io.BytesIO(client.get(page("offline_pack", batch.ref)).content)) as archive:
        papers = [archive.read(name) for name in archive.namelist() if name.endswith(".pdf")]
        listed = " ".join(archive.namelist()) + archive.read(documents.FORM).decode("latin-1")
    text = listed + "".join(metadata(paper) for paper in papers)
    names = [town.a.name, town.li.person.name, town.wang.person.name]
    assert len(papers) == 1 and "匿名评审本" in text
    assert [name for name in names if name in text] == []
    task = client.get(page("task", one.uid)).content.decode()
    assert [name for name in names if name in task] == [] and "芯片" in task
    desk, organiser = reverse("reviews:desk:blind_copies", args=[batch.ref]), signed_in(town.chen)
    assert organiser.get(desk).status_code == 200 and signed_in(town.li).get(desk).status_code in (403, 404)
    assert organiser.post(desk, {"item": one.item_id, "words": "芯片，某实验室"}).status_code == 302
    item = BatchItem.objects.get(pk=one.item_id)
    assert (item.hidden, item.blind_pdf) == (["某实验室", "芯片"], None)
    assert "芯片" not in client.get(page("task", one.uid)).content.decode() and "芯片" not in item.blind_title


def test_without_the_pattern_of_names_a_title_would_tell(town, seat, monkeypatch):
    """The control: a title with names in it, once with and once without what hides them."""
    from applications.queries import blind

    dossier = sys.modules["applications.queries.dossier"]
    application, data_of = seat.item.application, dossier.data_of
    monkeypatch.setattr(dossier, "data_of", lambda row: data_of(row) | {"title": f"{row.leader.name}（{row.unit.name}）芯片"})
    assert application.leader.name not in dossier.blind_title(application) and "芯片" in dossier.blind_title(application)
    monkeypatch.setattr(blind, "pattern_of", lambda names: None)
    assert application.leader.name in dossier.blind_title(application)


def test_taking_the_papers_along_is_recorded_under_the_seat(town, seat):
    from core.models import LedgerRow

    for one in mine(seat):
        application = one.item.application
        application.pdf = files.store_bytes(b"%PDF-1.4 x", "a.pdf", "application/pdf", actor=town.chen)
        application.save(update_fields=["pdf"])
    with zipfile.ZipFile(io.BytesIO(signed_in(make.owner(seat)).get(page("offline_pack", seat.batch.ref)).content)) as archive:
        assert len(archive.namelist()) == 3
    rows = LedgerRow.objects.filter(verb="reviews.assignment.pack")
    assert {row.target_type for row in rows} == {"reviews.assignment"} and rows.count() == 2
