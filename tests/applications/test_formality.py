"""The formality desk: the list, one correction with its clock, refusals with a reason, nothing by the wrong hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from applications import actions, queries
from applications.actions.formality import correction_due
from applications.models import Application, Correction
from applications.states import ItemResult, Reason, Status
from core import clock, deadlines, events
from core.models import Parameter
from notices.models import Document
from tests.applications.test_filing import moves, refused
from tests.factories import applications as make
from tests.kept import kept
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db


@kept
def row(town):
    return make.submitted(town.li, town.wang, town.guide, town.a)


def ticked(actor, row, **other):
    """The whole list in order, but for the named items."""
    check = actions.open_check(actor, row)
    results = {item["code"]: (ItemResult.OK, "") for item in row.version.data["formality_items"]}
    return actions.tick(actor, check, results={**results, **other})


def first_item(row) -> str:
    return row.version.data["formality_items"][0]["code"]


def asked(town, row) -> Application:
    ticked(town.agency, row, **{first_item(row): (ItemResult.FIX, "扫描件不清晰")})
    return actions.ask_correction(town.agency, row, sections=["basic", queries.FILES])


def test_accept_needs_the_whole_list(town, row):
    refused(actions.accept, town.agency, row)
    check = actions.open_check(town.agency, row)
    if check.items.filter(result="").exists():
        refused(actions.accept, town.agency, row)
    ticked(town.agency, row, **{first_item(row): (ItemResult.FIX, "缺页")})
    refused(actions.accept, town.agency, row)
    ticked(town.agency, row)
    assert actions.accept(town.agency, row).status == Status.ACCEPTED
    refused(actions.accept, town.agency, row)
    assert moves(row, "accept") == 1


def test_only_the_formality_desk_decides(town, row):
    ticked(town.agency, row)
    for actor in (town.li, town.wang, town.badm, town.qian, town.fin):
        refused(actions.accept, actor, row)
        refused(actions.refuse, actor, row, reason_code=Reason.OTHER, text="不符")
    row.refresh_from_db()
    assert row.status == Status.SUBMITTED


def test_a_last_day_on_new_years_day_moves_to_the_next_working_day():
    """Seven days from Friday 25 December end on 1 January 2027, a day off, before a weekend."""
    issued = datetime(2026, 12, 25, 4, 0, tzinfo=UTC)
    with clock.shifted_to(issued):
        assert clock.local(correction_due(issued)) == clock.local(datetime(2027, 1, 4, 16, 0, tzinfo=UTC))
        Parameter.objects.filter(key="workdays.off").delete()
        assert clock.local(correction_due(issued)) == clock.local(datetime(2027, 1, 1, 16, 0, tzinfo=UTC))  # the control


def test_correction_is_one_notice_with_a_clock_and_opens_only_its_parts(town, row):
    moved = asked(town, row)
    correction = Correction.objects.get(application=row)
    assert moved.status == Status.CORRECTION
    assert correction.document.number
    assert correction.due_at == moved.correction_due_at > correction.issued_at
    actions.save_section(town.li, moved, section="basic", values={"title": "改正后的题目"}, base=moved.rev)
    refused(actions.save_section, town.li, moved, section=queries.TARGETS, values={"rows.0.name": "新"}, base=moved.rev)
    with clock.shifted_to(moved.correction_due_at + timedelta(seconds=1)):
        refused(actions.answer, town.li, moved)
    back = actions.answer(town.li, moved, text="已更换")
    assert (back.status, back.submitted_at) == (Status.SUBMITTED, row.submitted_at)
    ticked(town.agency, back, **{first_item(row): (ItemResult.FIX, "仍不清晰")})
    refused(actions.ask_correction, town.agency, back, sections=["basic"])
    assert moves(row, "ask_correction") == 1


def test_correction_not_answered_lapses_by_the_clock_and_not_before(town, row):
    moved = asked(town, row)
    with clock.shifted_to(moved.correction_due_at - timedelta(seconds=1)):
        deadlines.sweep()
        moved.refresh_from_db()
        assert moved.status == Status.CORRECTION
    with clock.shifted_to(moved.correction_due_at + timedelta(seconds=1)):
        deadlines.sweep()
    moved.refresh_from_db()
    assert (moved.status, moved.refusal_code) == (Status.NOT_ACCEPTED, Reason.CORRECTION_LATE)
    assert Document.objects.filter(kind="refusal", subject_ref=row.ref, status="ISSUED").count() == 1


def test_refusal_needs_a_code_of_the_list_and_a_text(town, row):
    ticked(town.agency, row)
    refused(actions.refuse, town.agency, row, reason_code="", text="缺材料")
    refused(actions.refuse, town.agency, row, reason_code=Reason.BEYOND_QUOTA, text="缺材料")
    refused(actions.refuse, town.agency, row, reason_code=Reason.MATERIAL_MISSING, text=" ")
    ticked(town.agency, row, **{first_item(row): (ItemResult.FAIL, "未附")})
    moved = actions.refuse(town.agency, row, reason_code=Reason.MATERIAL_MISSING, text="缺少审计报告。")
    assert (moved.status, moved.refusal_text) == (Status.NOT_ACCEPTED, "缺少审计报告。")
    assert Document.objects.filter(kind="refusal", subject_ref=row.ref, status="ISSUED").count() == 1
    refused(actions.refuse, town.agency, row, reason_code=Reason.MATERIAL_MISSING, text="再次")


def test_refusal_looks_at_the_list(town, row):
    given = {"reason_code": Reason.DUPLICATE, "text": "与已立项项目重复。"}
    actions.open_check(town.agency, row)
    open_item = first_item(row)
    ticked(town.agency, row, **{open_item: ("", "")})
    refused(actions.refuse, town.agency, row, clause="指南第五条", **given)
    ticked(town.agency, row)
    refused(actions.refuse, town.agency, row, **given)
    ticked(town.agency, row, **{open_item: (ItemResult.FIX, "缺页")})
    refused(actions.refuse, town.agency, row, **given)  # what can be corrected is asked for first
    ticked(town.agency, row)
    moved = actions.refuse(town.agency, row, clause="指南第五条", **given)
    assert moved.refusal_text == "指南第五条：与已立项项目重复。"


def test_a_defect_without_words_stays_on_the_page_and_never_reaches_a_notice(client, town, row):
    check = actions.open_check(town.chen, row)
    codes = [item["code"] for item in row.version.data["formality_items"]]
    typed = {f"r-{code}": "OK" for code in codes} | {f"n-{code}": f"看过{code}" for code in codes}
    answer = visit(client, town.chen).post(
        reverse("applications:desk:tick", args=[row.ref]), typed | {f"r-{codes[0]}": "FIX", f"n-{codes[0]}": " "})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.index(f'id="i-{codes[0]}"') < text.index(f'id="e-{codes[0]}"') < text.index(f'id="i-{codes[1]}"')
    assert f"看过{codes[-1]}" in text
    check.items.filter(code=codes[0]).update(result=ItemResult.FIX, note="")
    check.items.exclude(code=codes[0]).update(result=ItemResult.OK)
    refused(actions.ask_correction, town.chen, row, sections=["basic"])


def test_the_notice_of_correction_names_the_matter_and_the_problem(client, town, row):
    asked(town, row)
    document = Correction.objects.get(application=row).document
    text = row.version.data["formality_items"][0]["text"].rstrip("。；")
    assert document.context["items"] == [f"“{text}”：扫描件不清晰"]
    page = visit(client, town.chen).get(reverse("notices:desk:document", args=[document.uid])).content.decode()
    assert "standing sign-off" in page or "授权签发" in page


def test_database_keeps_no_refusal_without_a_reason(row):
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(status=Status.NOT_ACCEPTED)


def test_close_ends_what_was_not_submitted_and_spares_what_was(town, row):
    other = make.started(town.stranger, town.guide, town.b)
    with clock.shifted_to(town.guide.closes_at + timedelta(minutes=1)):
        deadlines.sweep()
        events.drain()
        deadlines.sweep()
    other.refresh_from_db()
    row.refresh_from_db()
    assert (other.status, other.refusal_code) == (Status.EXPIRED, Reason.DEADLINE_PASSED)
    assert row.status == Status.SUBMITTED


def test_refused_correction_shows_the_summary_with_a_link_to_the_field(client, town, row):
    actions.open_check(town.chen, row)
    answer = visit(client, town.chen).post(reverse("applications:desk:ask", args=[row.ref]), {})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.index('id="errors"') < text.index("<h1")
    assert 'href="#id_sections"' in text
    assert 'id="id_sections"' in text
