"""After the review: what applicants read, what is said of experts, what is paid, and who sees whole numbers."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Message
from reviews import actions
from reviews.models import Assignment, Batch, BatchItem, ExpertReview, FeeList
from reviews.queries import after as reads
from tests.applications.client import signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


def desk(name: str, *args) -> str:
    return reverse(f"reviews:desk:{name}", args=args)


def edited(town, batch) -> None:
    for item in reads.comment_items(batch):
        actions.edit_comments(town.chen, item, text=f"一、目标明确。二、请补充验证数据。（{item.application.ref}）")


# --- comments for applicants -----------------------------------------------------------------------------------------


def test_names_and_scores_never_go_out(town, ranked_batch):
    item = reads.comment_items(ranked_batch).first()
    seat = make.seats(ranked_batch, "SUBMITTED")[0]
    url, client = desk("comment", ranked_batch.ref, item.application.ref), signed_in(town.chen)
    for text in (f"{seat.expert.person.name}认为可行。", "专家03认为可行。"):
        for fine in ({}, {"numbers_are_fine": "on"}):
            answer = client.post(url, {"text": text, **fine})
            assert answer.status_code == 422 and text in answer.content.decode()
    total = reads.raw_comments(item)[0].total
    scored = f"综合评价 {total:.2f}，目标明确。"
    assert client.post(url, {"text": scored}).status_code == 422
    assert not BatchItem.objects.get(pk=item.pk).feedback
    assert client.post(url, {"text": "建议 30% 的经费用于验证。"}).status_code == 302
    assert BatchItem.objects.get(pk=item.pk).feedback_by_id == town.chen.id


def test_comments_are_sent_once_to_each_applicant_alone(town, ranked_batch):
    with pytest.raises(Refused):
        actions.send_comments(town.chen, ranked_batch)  # not edited yet
    edited(town, ranked_batch)
    for actor in (town.he, town.lead, town.li):
        with pytest.raises(Refused):
            actions.send_comments(actor, ranked_batch)
    page = reverse("applications:my:overview", args=[ranked_batch.items.get(application__leader=town.li.id).application.ref])
    assert "请补充验证数据" not in signed_in(town.li).get(page).content.decode()
    assert actions.send_comments(town.chen, ranked_batch) == 2
    mine = Message.objects.get(person=town.li.id, event="reviews.comments")
    other = ranked_batch.items.exclude(application__leader=town.li.id).get().application.ref
    assert "请补充验证数据" in mine.body and other not in mine.body
    text = signed_in(town.li).get(page).content.decode()
    assert "请补充验证数据" in text and other not in text
    with pytest.raises(Refused):
        actions.edit_comments(town.chen, reads.comment_items(ranked_batch).first(), text="另写")
    with pytest.raises(Refused):
        actions.send_comments(town.chen, ranked_batch)


# --- experts ---------------------------------------------------------------------------------------------------------


def test_grade_is_computed_and_another_needs_a_note(town, ranked_batch):
    rows = reads.merits_of(ranked_batch)
    one = rows[0]
    assert one["work"].submitted == one["work"].seats > 0 and one["work"].words > 60
    assert one["grade"] == ("FAIR" if one["work"].repeated else "GOOD")
    url, client = desk("merit", ranked_batch.ref), signed_in(town.chen)
    given = {"expert": str(one["expert"].uid), "grade": "POOR", "note": ""}
    assert client.post(url, given).status_code == 422
    assert not ExpertReview.objects.exists()
    assert client.post(url, given | {"note": "会上未发表意见"}).status_code == 302
    kept = ExpertReview.objects.get()
    assert (kept.computed, kept.grade, kept.figures["submitted"]) == (one["grade"], "POOR", one["work"].submitted)
    assert actions.evaluate_rest(town.chen, ranked_batch) == len(rows) - 1
    ExpertReview.objects.get(pk=kept.pk, grade="POOR")  # what was decided stays
    page = signed_in(town.he).get(desk("expert", one["expert"].uid)).content.decode()
    assert "会上未发表意见" in page
    with pytest.raises(Refused):
        actions.evaluate(town.he, ranked_batch, one["expert"].uid, grade="GOOD")


# --- fees ------------------------------------------------------------------------------------------------------------


def test_fees_from_the_list_to_the_payment(town, ranked_batch):
    row = actions.make_fees(town.chen, ranked_batch, days=Decimal("1.5"))
    lines = reads.lines_of(row)
    assert len(lines) == len({seat.expert_id for seat in make.seats(ranked_batch, "SUBMITTED")})
    assert all(line.gross == line.net + line.tax for line in lines)
    assert {line.net for line in lines} == {Decimal("1920.00") if row.rules["per"] == "day" else Decimal(80 * lines[0].count)}
    assert "未登记" in signed_in(town.chen).get(desk("fee_list", row.uid)).content.decode()
    asked = Message.objects.filter(event="reviews.fees", link="/review/profile/")
    assert set(asked.values_list("person", flat=True)) == {line.expert.person_id for line in lines} and asked.count() == len(lines)
    actions.make_fees(town.chen, ranked_batch, days=Decimal("1.5"))
    assert asked.count() == len(lines)  # once a list
    row.refresh_from_db()
    lines = reads.lines_of(row)
    with pytest.raises(Refused):  # nobody has given an account
        actions.confirm_fees(town.chen, row)
    for line in lines:
        actions.set_account(make.Actor.of(line.expert.person), line.expert, holder=line.expert.person.name, bank="某银行", number="6222000011112222")
    fin = signed_in(town.fin)
    assert fin.get(desk("fee_list", row.uid)).status_code == 404  # not handed over yet
    row = actions.confirm_fees(town.chen, FeeList.objects.get(pk=row.pk))
    with pytest.raises(Refused):
        actions.make_fees(town.chen, ranked_batch)
    page = fin.get(desk("fee_list", row.uid)).content.decode()
    assert "6222********2222" in page and "6222000011112222" not in page
    for actor in (town.chen, town.he, town.lead, town.qian):
        assert signed_in(actor).post(desk("fees_export", row.uid)).status_code == 403
        with pytest.raises(Refused):
            actions.export_fees(actor, row)
    assert not LedgerRow.objects.filter(verb="reviews.fees.export").exists()
    book = openpyxl.load_workbook(io.BytesIO(fin.post(desk("fees_export", row.uid)).content))
    assert "6222000011112222" in {cell.value for line in book.worksheets[0].iter_rows() for cell in line}
    assert LedgerRow.objects.get(verb="reviews.fees.export").actor_id == town.fin.id
    with pytest.raises(Refused):
        actions.pay_fees(town.chen, row)
    assert actions.pay_fees(town.fin, row).status == "PAID"


def test_the_button_of_the_batch_makes_the_list_of_a_remote_review(town, ranked_batch):
    """A browser sends the token of the form along; a review by sheets asks for no days."""
    assert signed_in(town.chen).post(desk("fees_make", ranked_batch.ref), {"csrfmiddlewaretoken": "x"}).status_code == 302
    assert FeeList.objects.get(batch=ranked_batch).days == 1
    wrong = signed_in(town.chen).post(desk("fees_make", ranked_batch.ref), {"csrfmiddlewaretoken": "x", "days": "0.3"})
    assert wrong.status_code != 302 and FeeList.objects.get(batch=ranked_batch).days == 1


def test_a_list_made_before_a_sheet_became_void_is_not_paid(town, scoring):
    make.score_all(scoring)
    batch = actions.close_batch(town.chen, scoring)
    row = actions.make_fees(town.chen, batch)
    for line in reads.lines_of(row):
        actions.set_account(make.Actor.of(line.expert.person), line.expert, holder="甲", bank="某银行", number="6222000011112222")
    actions.uphold(town.chen, make.seats(batch, "SUBMITTED")[0], code="RC3", note="亲属")
    with pytest.raises(Refused, match="尚未结束"):  # scores are taken again
        actions.confirm_fees(town.chen, row)
    clock.shift_to(batch.due_at + timedelta(days=1))
    Assignment.objects.filter(batch=batch, status="INVITED").delete()
    batch = actions.close_batch(town.chen, make.fresh(batch))
    with pytest.raises(Refused, match="重新生成"):
        actions.confirm_fees(town.chen, row)
    row = actions.make_fees(town.chen, batch)
    confirmed = actions.confirm_fees(town.chen, row)
    Assignment.objects.filter(pk=make.seats(batch, "SUBMITTED")[0].pk).update(status="VOID")
    with pytest.raises(Refused, match="重新生成"):
        actions.pay_fees(town.fin, confirmed)
    assert actions.reopen_fees(town.fin, confirmed, why="评分表作废").status == "DRAFT"


# --- the share of industry -------------------------------------------------------------------------------------------


def test_share_of_industry_counts_experts_whose_sheets_count(town, ranked_batch):
    row = reads.industry_shares(town.chen)[0]
    seats = make.seats(ranked_batch, "SUBMITTED")
    experts = {seat.expert for seat in seats}
    firms = sum(one.constituency == "INDUSTRY" for one in experts)
    assert (row["all"], row["industry"], row["sheets"]) == (len(experts), firms, len(seats))
    assert row["share"] == round(firms * 100 / len(experts))
    assert reads.industry_shares(town.chen, 1999) == []
    Batch.objects.update(created_at=datetime(2098, 12, 31, 23, 0, tzinfo=UTC))  # seven in the morning of New Year's Day
    assert reads.years_of_reviews(town.chen) == [2099] and reads.industry_shares(town.chen, 2099)
    assert signed_in(town.chen).get(desk("industry")).status_code == 200
    assert signed_in(town.li).get(desk("industry")).status_code == 403


# --- late conflicts -----------------------------------------------------------------------------------------------


def test_late_conflict_after_the_ranking_is_refused_with_the_reason(town, ranked_batch):
    seat = make.seats(ranked_batch, "SUBMITTED")[0]
    with pytest.raises(Refused) as refused:
        actions.uphold(town.chen, seat, code="RC5", note="持股")
    assert "排序" in refused.value.reasons[0] or "ranking" in refused.value.reasons[0]
    seat.refresh_from_db()
    assert seat.status == "SUBMITTED"
