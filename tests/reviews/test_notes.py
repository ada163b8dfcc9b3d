"""Comments on single criteria: beside their field, in the draft, the offline form, the sealed sheet, and what the organiser reads."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reviews import actions, documents, queries
from reviews.models import Assignment, Score
from reviews.queries import after
from tests.applications.client import signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db
REASON = "指标达到国际先进水平，已有第三方检测报告。"


def page(name: str, *args) -> str:
    return reverse(f"reviews:review:{name}", args=args)


@pytest.fixture
def seat(scoring, as_owner_without_triggers) -> Assignment:
    """Of a batch whose first criterion wants a comment and whose second a reason for extreme points."""
    sheet = scoring.sheet
    sheet["criteria"][0]["comment_min"], sheet["criteria"][1]["reason_min"] = 5, 10
    as_owner_without_triggers("UPDATE reviews_batch SET sheet = %s WHERE id = %s", [json.dumps(sheet), scoring.pk])
    return make.seats(make.fresh(scoring), "ACCEPTED")[0]


def codes(seat) -> tuple[str, str]:
    return seat.batch.sheet["criteria"][0]["code"], seat.batch.sheet["criteria"][1]["code"]


def flat(seat, **notes: str) -> dict[str, str]:
    sheet = make.sheet(seat.batch)
    best = seat.batch.sheet["criteria"][1]
    values = {f"v-{code}": value for code, value in sheet["values"].items()} | {f"v-{best['code']}": str(best["weight"])}
    return {**values, "comment": sheet["comment"], "recommendation": "B", **{f"n-{code}": text for code, text in notes.items()}}


def test_what_is_missing_stands_beside_its_field_and_nothing_typed_is_lost(seat):
    first, second = codes(seat)
    client = signed_in(make.owner(seat))
    answer = client.post(page("task", seat.uid), flat(seat, **{first: "短", second: "太短"}))
    text = answer.content.decode()
    assert answer.status_code == 422 and not Score.objects.filter(assignment=seat, submitted_at__isnull=False).exists()
    for code, typed in ((first, "短"), (second, "太短")):
        field = text.split(f'<label for="v-{code}--note">')[1].split("</div>")[0]
        assert 'class="st-err"' in field and 'aria-invalid="true"' in field and f">{typed}</textarea>" in field
        assert f'href="#v-{code}--note"' in text
    answer = client.post(page("task", seat.uid), flat(seat, **{first: REASON, second: REASON}))
    assert answer.status_code == 302
    score = Score.objects.get(assignment=seat)
    assert score.notes == {first: REASON, second: REASON} and score.submitted_at
    assert REASON in client.get(page("task", seat.uid)).content.decode()


def test_the_verb_refuses_what_the_page_would(seat):
    from core.workflow import Refused

    given = make.sheet(seat.batch)
    with pytest.raises(Refused):
        actions.submit_sheet(make.owner(seat), seat, values=given)
    assert actions.submit_sheet(make.owner(seat), seat, values=given | {"notes": {codes(seat)[0]: REASON}}).submitted_at


def test_a_window_that_saves_by_itself_keeps_comments_on_criteria(seat):
    first, _second = codes(seat)
    client, url = signed_in(make.owner(seat)), page("autosave", seat.uid)
    answer = client.post(url, json.dumps({"rev": 0, "values": {f"n-{first}": REASON}}), content_type="application/json")
    assert answer.status_code == 200 and Score.objects.get(assignment=seat).draft["notes"] == {first: REASON}
    client.post(url, json.dumps({"rev": 1, "values": {"comment": "别的"}}), content_type="application/json")
    assert Score.objects.get(assignment=seat).draft["notes"] == {first: REASON}
    stale = client.post(url, json.dumps({"rev": 0, "values": {"comment": "旧"}}), content_type="application/json")
    assert stale.status_code == 409 and stale.json()["values"][f"n-{first}"] == REASON


def test_the_offline_form_takes_them_out_and_back(seat):
    first, _second = codes(seat)
    owner = make.owner(seat)
    actions.save_draft(owner, seat, values={"notes": {first: "原来写的"}}, base=0)
    seats = queries.pack_of(owner, seat.batch)
    book = openpyxl.load_workbook(io.BytesIO(documents.form_xlsx(seat.batch, seats)))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    place = next(number for number, head in enumerate(heads, 1) if head.endswith(f"[{first} 说明]"))
    line = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == seat.item.application.ref)
    assert sheet.cell(line, place).value == "原来写的"
    sheet.cell(line, place).value = REASON
    body = io.BytesIO()
    book.save(body)
    rows = documents.read_form(SimpleUploadedFile("评分表.xlsx", body.getvalue()), seat.batch, seats, 5)
    row = next(one for one in rows if one.uid == str(seat.uid))
    assert row.taken and row.given["notes"][first] == REASON
    actions.apply_form(owner, seat.batch, [{"uid": row.uid, "rev": row.rev, "given": row.given}])
    assert Score.objects.get(assignment=seat).draft["notes"][first] == REASON


def test_the_seal_covers_them_and_the_organiser_reads_them(town, seat, as_owner_without_triggers):
    first, second = codes(seat)
    batch = make.fresh(seat.batch)
    for one in make.seats(batch, "ACCEPTED"):
        actions.submit_sheet(make.owner(one), one, values=make.sheet(batch) | {"notes": {first: REASON, second: ""}})
    batch = actions.close_batch(town.chen, batch)
    item = after.comment_items(batch).first()
    assert f"{batch.sheet['criteria'][0]['name']}：{REASON}" in after.draft_comments(item)
    assert REASON in signed_in(town.chen).get(reverse("reviews:desk:comment", args=[batch.ref, item.application.ref])).content.decode()
    assert actions.problems_of(batch) == []
    as_owner_without_triggers("UPDATE reviews_score SET notes = %s WHERE assignment_id = %s", [json.dumps({first: "改过的话"}), seat.pk])
    assert actions.problems_of(batch)  # the control: another word under the same seal is found
