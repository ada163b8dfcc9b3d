"""From the first word to the receipt: what the applicant and the unit may do, when, and what stops them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from applications import actions, queries
from applications.models import Application
from applications.states import Status
from core import clock, files
from core.models import LedgerRow
from core.workflow import Refused
from tests.factories import applications as make

pytestmark = pytest.mark.django_db


def refused(act, *args, **more) -> str:
    """The reasons of a refusal, as one text; fails when nothing was refused."""
    with pytest.raises(Refused) as found, transaction.atomic():
        act(*args, **more)
    return " ".join(str(reason) for reason in found.value.reasons)


def moves(row: Application, verb: str) -> int:
    return LedgerRow.objects.filter(verb=f"applications.application.{verb}", target_id=row.pk).count()


def test_fill_hand_in_endorse_gives_a_receipt(town):
    application = make.fill(town.li, make.started(town.li, town.guide, town.a))
    found = queries.check_list(application)
    assert [str(item) for item in found.wrong] == []
    actions.hand_in(town.li, application)
    row = actions.endorse(town.wang, application)
    assert row.status == Status.SUBMITTED
    assert row.receipt_number == f"{row.ref}-R1"
    assert row.submitted_at < town.guide.closes_at
    assert queries.latest(row).sha256 == row.receipt_sha256


def test_endorse_after_the_close_is_refused_and_before_it_is_not(town):
    row = make.handed_in(town.li, town.guide, town.a)
    with clock.shifted_to(town.guide.closes_at + timedelta(seconds=1)):
        text = refused(actions.endorse, town.wang, row)
    assert "截止" in text and "服务器" in text
    row.refresh_from_db()
    assert (row.status, row.receipt_number) == (Status.UNIT_PENDING, None)
    with clock.shifted_to(town.guide.closes_at - timedelta(minutes=1)):
        assert actions.endorse(town.wang, row).status == Status.SUBMITTED


def test_hand_in_after_the_close_is_refused(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    with clock.shifted_to(town.guide.closes_at + timedelta(seconds=1)):
        assert "截止" in refused(actions.hand_in, town.li, row)


def test_hand_in_without_a_required_document_names_it(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    wanted = next(one for one in queries.documents_of(row) if one.get("required"))
    actions.detach(town.li, row.annexes.get(code=wanted["code"], is_current=True))
    assert wanted["name"] in refused(actions.hand_in, town.li, row)
    actions.attach(town.li, row, code=wanted["code"], upload=SimpleUploadedFile("a.pdf", make.PDF))
    assert actions.hand_in(town.li, row).status == Status.UNIT_PENDING


def test_hand_in_of_an_empty_form_lists_everything_at_once(town):
    row = make.started(town.li, town.guide, town.a)
    parts = {item.part for item in queries.check_list(row).wrong}
    assert {"basic", queries.TARGETS, queries.FILES} <= parts
    assert moves(row, "hand_in") == 0


def test_wrong_people_move_nothing(town):
    row = make.handed_in(town.li, town.guide, town.a)
    for actor in (town.li, town.stranger, town.badm, town.chen, town.qian):
        refused(actions.endorse, actor, row)
        refused(actions.send_back, actor, row, why="材料不齐")
    for actor in (town.wang, town.stranger, town.chen):
        refused(actions.recall, actor, row)
    row.refresh_from_db()
    assert row.status == Status.UNIT_PENDING


def test_endorse_twice_gives_one_move_and_one_receipt(town):
    row = make.handed_in(town.li, town.guide, town.a)
    first = actions.endorse(town.wang, row)
    again = actions.endorse(town.wang, row)
    assert (first.receipt_number, first.submitted_at) == (again.receipt_number, again.submitted_at)
    assert moves(row, "endorse") == 1
    with clock.shifted_to(town.guide.closes_at + timedelta(days=1)):
        assert actions.endorse(town.wang, row).receipt_number == first.receipt_number
    assert moves(row, "endorse") == 1


def test_return_needs_a_reason_and_the_leader_reads_it(town):
    row = make.handed_in(town.li, town.guide, town.a)
    refused(actions.send_back, town.wang, row, why="  ")
    back = actions.send_back(town.wang, row, why="预算说明太短")
    assert (back.status, back.return_reason) == (Status.UNIT_RETURNED, "预算说明太短")
    assert actions.hand_in(town.li, back).status == Status.UNIT_PENDING


def test_take_back_before_the_close_and_submit_again_counts_up_the_receipt(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    back = actions.take_back(town.li, row)
    assert (back.status, back.submitted_at) == (Status.DRAFT, None)
    actions.hand_in(town.li, back)
    again = actions.endorse(town.wang, back)
    assert again.receipt_number == f"{row.ref}-R2"
    with clock.shifted_to(town.guide.closes_at + timedelta(seconds=1)):
        refused(actions.take_back, town.li, again)


def test_submitted_application_cannot_be_written(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    refused(actions.save_section, town.li, row, section="basic", values={"title": "改名"}, base=row.rev)
    refused(actions.attach, town.li, row, code=queries.documents_of(row)[0]["code"], upload=SimpleUploadedFile("a.pdf", make.PDF))
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(answers={})
    row.refresh_from_db()
    assert row.title != "改名"


def test_two_tabs_keep_both_texts(town):
    """A field somebody else changed since the page was built is left alone and reported; other fields are kept."""
    row = make.started(town.li, town.guide, town.a)
    base = row.rev
    first = actions.save_section(town.li, row, section="basic", values={"title": "甲标签页"}, base=base)
    assert first.conflicts == {}
    second = actions.save_section(town.li, row, section="basic", values={"title": "乙标签页", "requested": "300"}, base=base)
    assert second.conflicts == {"title": "甲标签页"}
    row.refresh_from_db()
    assert (row.answers["basic"]["title"], row.answers["basic"]["requested"]) == ("甲标签页", "300")
    third = actions.save_section(town.li, row, section="basic", values={"title": "乙标签页"}, base=second.rev)
    assert third.conflicts == {}


def test_attach_refuses_what_is_not_what_it_says(town):
    row = make.started(town.li, town.guide, town.a)
    code = queries.documents_of(row)[0]["code"]
    with pytest.raises(files.BadFile):
        actions.attach(town.li, row, code=code, upload=SimpleUploadedFile("a.pdf", b"MZ\x90\x00 program"))
    refused(actions.attach, town.li, row, code="no-such", upload=SimpleUploadedFile("a.pdf", make.PDF))
    actions.attach(town.li, row, code=code, upload=SimpleUploadedFile("a.pdf", make.PDF))
    actions.attach(town.li, row, code=code, upload=SimpleUploadedFile("b.pdf", make.PDF))
    assert sorted(row.annexes.filter(code=code).values_list("number", "is_current")) == [(1, False), (2, True)]


def test_start_for_a_foreign_unit_or_a_closed_guide_is_refused(town):
    topic = town.guide.topics.first()
    refused(actions.start, town.li, town.guide, unit=town.b, topic=topic)
    with clock.shifted_to(town.guide.closes_at + timedelta(seconds=1)):
        refused(actions.start, town.li, town.guide, unit=town.a, topic=topic)


def test_withdraw_after_submission_is_the_unit_with_a_reason(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    refused(actions.withdraw, town.li, row, why="不做了")
    refused(actions.withdraw, town.wang, row, why="")
    assert actions.withdraw(town.wang, row, why="合作方退出").status == Status.WITHDRAWN
