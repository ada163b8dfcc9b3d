"""Several fee lists of one month are one taxable amount of a person; what is paid says so, whoever pays when."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from core.models import Parameter
from core.workflow import Refused
from reviews import actions
from reviews.models import Assignment, Batch, BatchItem, FeeList
from reviews.queries import after as reads
from reviews.rules import fees
from tests.applications.client import cost, signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


def url(name: str, row: FeeList) -> str:
    return reverse(f"reviews:desk:{name}", args=[row.uid])


def again(batch: Batch, number: int) -> Batch:
    """Another ranked review with the same experts and sheets."""
    seats = list(Assignment.objects.filter(batch=batch))
    items = {item.pk: item for item in BatchItem.objects.filter(batch=batch)}
    copy = Batch.objects.get(pk=batch.pk)
    copy.pk, copy.ref = None, f"{batch.ref}-{number}"
    copy.save(force_insert=True)
    for old, item in list(items.items()):
        item.pk, item.batch = None, copy
        item.save(force_insert=True)
        items[old] = item
    for seat in seats:
        seat.pk, seat.uid, seat.batch, seat.item = None, None, copy, items[seat.item_id]
        seat.uid = Assignment._meta.get_field("uid").get_default()
    Assignment.objects.bulk_create(seats)
    return make.fresh(copy)


def rated(batch: Batch, units: str) -> None:
    """A review by sheets with a rate that is taxed."""
    Parameter.objects.filter(key="review.fee_item").update(value=dict.fromkeys(("ACADEMICIAN", "FULL", "DEPUTY", "MIDDLE", "NONE"), units))
    Parameter.objects.filter(key="review.fee_day").update(value=dict.fromkeys(("ACADEMICIAN", "FULL", "DEPUTY", "MIDDLE", "NONE"), units))


@pytest.fixture
def two(town, ranked_batch):
    """Two lists of the same people, handed to finance one after the other."""
    rated(ranked_batch, "2000")
    rows = [actions.make_fees(town.chen, batch) for batch in (ranked_batch, again(ranked_batch, 2))]
    for line in reads.lines_of(rows[0]):
        actions.set_account(make.Actor.of(line.expert.person), line.expert, holder="甲", bank="某银行", number="6222000011112222")
    return [actions.confirm_fees(town.chen, row) for row in rows]


def sums(row: FeeList) -> dict[int, tuple[Decimal, Decimal]]:
    return {line.expert_id: (line.gross, line.tax) for line in row.lines.all()}


def test_the_second_list_of_a_month_is_taxed_beside_the_first(town, two):
    first, second = map(sums, two)
    table = fees.Table.load(two[0].rules["tax"])
    for expert, (gross, tax) in second.items():
        assert tax + first[expert][1] == table.tax(gross + first[expert][0])
        assert tax > table.tax(gross)  # the control: by itself it would be less
    line = two[1].lines.first()
    assert (line.before_gross, line.before_tax) == first[line.expert_id]
    page = signed_in(town.fin).get(url("fee_list", two[1])).content.decode()
    assert f"{line.before_gross}" in page and two[0].batch.ref in page and f"{clock.today():%Y-%m}" in page
    book = openpyxl.load_workbook(io.BytesIO(actions.export_fees(town.fin, two[1])))
    assert line.before_gross in {cell.value if not isinstance(cell.value, float) else Decimal(str(cell.value)) for row in book.worksheets[0].iter_rows() for cell in row}


def test_a_list_waits_for_the_one_whose_amounts_it_counts(town, two):
    with pytest.raises(Refused, match=two[0].batch.ref):
        actions.pay_fees(town.fin, two[1])
    shown = signed_in(town.fin).get(url("fee_list", two[1])).content.decode()
    assert "先行支付" in shown
    actions.pay_fees(town.fin, two[0])
    assert actions.pay_fees(town.fin, two[1]).status == "PAID"


def test_a_list_that_went_back_is_counted_no_more(town, two):
    actions.reopen_fees(town.fin, two[0], why="金额有误")
    for act in (actions.pay_fees, actions.export_fees):
        with pytest.raises(Refused, match="重新计税"):
            act(town.fin, two[1])
    row = actions.work_out_fees(town.fin, two[1])
    assert all(not line.before_gross for line in row.lines.all())
    assert actions.pay_fees(town.fin, row).status == "PAID"
    back = actions.confirm_fees(town.chen, actions.make_fees(town.chen, make.fresh(two[0].batch)))
    assert all(line.before_gross for line in back.lines.all())  # it is the second of the month now
    assert actions.pay_fees(town.fin, back).status == "PAID"


def test_what_is_paid_in_the_next_month_is_taxed_there(town, two):
    actions.pay_fees(town.fin, two[0])
    clock.shift_to(next_month())
    with pytest.raises(Refused, match="重新计税"):
        actions.pay_fees(town.fin, two[1])
    answer = signed_in(town.fin).post(url("fees_reckon", two[1]))
    assert answer.status_code == 302
    row = FeeList.objects.get(pk=two[1].pk)
    assert row.month == reads.this_month() and all(not line.before_gross for line in row.lines.all())
    assert actions.pay_fees(town.fin, row).status == "PAID"


def next_month():
    from datetime import timedelta

    return clock.local(clock.now()).replace(day=28) + timedelta(days=7)


def test_only_finance_works_out_the_tax_again(town, two):
    for who in ("chen", "he", "lead", "qian"):
        with pytest.raises(Refused):
            actions.work_out_fees(getattr(town, who), two[1])
        assert signed_in(getattr(town, who)).post(url("fees_reckon", two[1])).status_code in (403, 404)


def test_where_every_payment_is_taxed_by_itself_lists_know_nothing_of_each_other(town, ranked_batch):
    """The other value of the parameter, which is dated as all of them are."""
    Parameter.objects.filter(key="tax.labour_period").update(value="PAYMENT")
    rated(ranked_batch, "2000")
    rows = [actions.make_fees(town.chen, batch) for batch in (ranked_batch, again(ranked_batch, 2))]
    for line in reads.lines_of(rows[0]):
        actions.set_account(make.Actor.of(line.expert.person), line.expert, holder="甲", bank="某银行", number="6222000011112222")
    one, two = (actions.confirm_fees(town.chen, row) for row in rows)
    assert sums(one) == sums(two)
    assert actions.pay_fees(town.fin, two).status == "PAID"


def test_a_list_of_before_the_rule_is_worked_out_before_it_is_paid(town, two):
    FeeList.objects.filter(pk=two[0].pk).update(month=None, worked_at=None, rules={key: value for key, value in two[0].rules.items() if key != "period"})
    old = FeeList.objects.select_related("batch").get(pk=two[0].pk)
    with pytest.raises(Refused, match="重新计税"):
        actions.pay_fees(town.fin, old)
    assert signed_in(town.fin).get(url("fee_list", old)).status_code == 200
    assert actions.work_out_fees(town.fin, old).month == reads.this_month()


def test_the_page_costs_the_same_with_one_line_and_many(town, two):
    many = cost(signed_in(town.fin), url("fee_list", two[1]))
    two[1].lines.exclude(pk=two[1].lines.first().pk).delete()
    assert cost(signed_in(town.fin), url("fee_list", two[1])) == many < 40
