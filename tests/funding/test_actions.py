"""Payments in five states by three people and the bank; what the rules and what the database refuse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import actions as accounts
from accounts.models import Organisation
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock
from core.workflow import Refused
from funding import actions, queries
from funding.models import Disbursement, MoneyEntry
from portal.queries import desk
from programs.models import ControlFigure
from projects.models import Project
from tests.factories import funding as make
from tests.factories import programs as programme
from tests.factories import projects as projects
from tests.kept import kept
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db


def figure():
    return ControlFigure.objects.get(year=projects.clock.today().year, pool="CONTROL")


row = kept(make.first_instalment)


def test_five_states_reserve_and_book_the_money(town, row):
    before = figure().reserved
    done = make.paid(town, row)
    assert done.status == "PAID"
    assert figure().reserved == before + row.amount
    kinds = list(MoneyEntry.objects.filter(disbursement=row).order_by("pk").values_list("kind", "amount"))
    assert kinds == [("RESERVE", row.amount), ("PAY", row.amount)]
    reserved = MoneyEntry.objects.get(disbursement=row, kind="RESERVE")
    assert reserved.ref.startswith(f"{row.ref}/{clock.local(reserved.at):%Y%m%d%H}")  # local time, as the column beside it
    assert queries.paid_to(done.project) == row.amount


def test_award_is_committed_once(town, row):
    assert MoneyEntry.objects.filter(project=row.project, kind="COMMIT").count() == 1
    actions.commit_project(town.chen, row.project)
    actions.plan_payments(town.chen, row.project)
    assert MoneyEntry.objects.filter(project=row.project, kind="COMMIT").count() == 1
    assert Disbursement.objects.filter(project=row.project).count() == row.project.payments.count()


@pytest.mark.parametrize(("verb", "right"), [
    ("request", "chen"), ("check", "he"), ("approve", "lead"), ("send", "fin"), ("pay", "fin")])
def test_each_step_is_refused_to_every_other_role(town, row, verb, right):
    before = {"request": lambda: row, "check": lambda: make.requested(town, row),
              "approve": lambda: actions.check(town.he, make.requested(town, row)),
              "send": lambda: make.approved(town, row), "pay": lambda: make.sent(town, row)}
    given = {"send": {"reference": "ZL9"}, "pay": {"receipt": "HD9"}}.get(verb, {})
    at = before[verb]()
    for key in ("chen", "he", "sun", "lead", "fin", "qian", "li", "wang", "stranger"):
        if key != right:
            with pytest.raises(Refused):
                getattr(actions, verb)(getattr(town, key), at, **given)
    assert getattr(actions, verb)(getattr(town, right), at, **given).status != at.status


def test_who_asked_cannot_check_nor_approve_even_with_every_role(town, row):
    from accounts import actions as accounts
    from accounts.policies import Actor, system

    for role in (Role.RESOURCE, Role.LEADER):
        accounts.grant_role(system("test"), town.chen.person, town.bureau, role)
    accounts.grant_role(system("test"), town.he.person, town.bureau, Role.LEADER)
    chen, he = Actor.of(town.chen.person), Actor.of(town.he.person)
    asked = actions.request(chen, row)
    with pytest.raises(Refused):
        actions.check(chen, asked)
    checked = actions.check(he, asked)
    for again in (chen, he):
        with pytest.raises(Refused):
            actions.approve(again, checked)
    assert actions.approve(town.lead, checked).status == "APPROVED"


def test_database_refuses_the_same_person_twice(town, row):
    asked = make.requested(town, row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disbursement.objects.filter(pk=asked.pk).update(checked_by=town.chen.id)
    checked = actions.check(town.he, asked)
    for who in (town.chen, town.he):
        with pytest.raises(IntegrityError), transaction.atomic():
            Disbursement.objects.filter(pk=checked.pk).update(approved_by=who.id)


def test_same_person_negative_control_without_the_constraint(town, row):
    asked = make.requested(town, row)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no pending trigger stands in the way
        cursor.execute("ALTER TABLE funding_disbursement DROP CONSTRAINT disbursement_checker_is_another")
    assert Disbursement.objects.filter(pk=asked.pk).update(checked_by=town.chen.id) == 1


def test_approve_twice_reserves_once(town, row):
    checked = actions.check(town.he, make.requested(town, row))
    before = figure().reserved
    actions.approve(town.lead, checked)
    with pytest.raises(Refused):
        actions.approve(town.lead, checked)
    assert figure().reserved == before + row.amount
    assert MoneyEntry.objects.filter(disbursement=row, kind="RESERVE").count() == 1


def test_approve_above_the_control_figure_is_refused_and_changes_nothing(town, row):
    checked = actions.check(town.he, make.requested(town, row))
    ControlFigure.objects.filter(pk=figure().pk).update(amount=figure().reserved + row.amount - 1)
    with pytest.raises(Refused) as refusal:
        actions.approve(town.lead, checked)
    assert "R10" in str(refusal.value) or f"{row.amount:,.2f}" in str(refusal.value)
    assert Disbursement.objects.get(pk=row.pk).status == "CHECKED"
    assert not MoneyEntry.objects.filter(disbursement=row).exists()


def test_database_refuses_to_reserve_above_the_figure(town, row):
    with pytest.raises(IntegrityError), transaction.atomic():
        ControlFigure.objects.filter(pk=figure().pk).update(reserved=figure().amount + 1)


def entry(row, kind, amount, **more):
    return MoneyEntry.objects.create(kind=kind, year=2026, project=row.project, disbursement=row, amount=amount, **more)


def test_database_refuses_more_than_the_payment(town, row):
    entry(row, "RESERVE", row.amount)
    with pytest.raises(DatabaseError), transaction.atomic():
        entry(row, "RESERVE", Decimal("0.01"))
    with pytest.raises(DatabaseError), transaction.atomic():
        entry(row, "FREE", -row.amount - 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        entry(row, "PAY", row.amount + Decimal("0.01"))


def test_database_negative_control_without_the_trigger(town, row):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TRIGGER funding_entry_guard ON funding_moneyentry")
    entry(row, "RESERVE", row.amount)
    assert entry(row, "RESERVE", Decimal("0.01")).pk


def test_ledger_of_money_is_append_only(town, row):
    one = entry(row, "RESERVE", row.amount)
    for change in (lambda: MoneyEntry.objects.filter(pk=one.pk).update(amount=1), lambda: MoneyEntry.objects.filter(pk=one.pk).delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_reversal_undoes_exactly_its_row_and_once(town, row):
    one = entry(row, "RESERVE", row.amount)
    with pytest.raises(DatabaseError), transaction.atomic():
        entry(row, "REVERSAL", -row.amount + 1, reverses=one)
    entry(row, "REVERSAL", -row.amount, reverses=one)
    with pytest.raises(DatabaseError), transaction.atomic():
        entry(row, "REVERSAL", -row.amount, reverses=one)
    assert entry(row, "RESERVE", row.amount).pk


def test_returned_by_the_bank_frees_the_money_and_is_paid_again(client, town, row):
    before = figure().reserved
    back = actions.bounce(town.fin, make.sent(town, row), why="账号有误")
    assert (back.status, figure().reserved) == ("RETURNED", before)
    with pytest.raises(Refused):
        actions.request(town.chen, back)  # somebody says first what was checked
    page = visit(client, town.fin).get(reverse("funding:desk:payment", args=[row.ref])).content.decode()
    assert "账号有误" in page.split('id="moves"')[1].split("</section>")[0]
    assert desk.SOURCES["payment"](town.chen)["payment.returned"] == 1
    assert any(queue.count == "payment.returned" and "DIVISION" in queue.roles for _title, rows in desk.QUEUES for queue in rows)
    assert actions.request(town.chen, back, why="已与单位核对账号并更正").year is None  # of which year, its approval says again
    back = actions.send_back(town.he, back, why="重新核对")
    again = make.sent(town, back, reference="ZL0002", why="已与单位核对账号并更正")
    assert figure().reserved == before + row.amount
    assert actions.pay(town.fin, again, receipt="HD2").status == "PAID"


def test_what_is_approved_in_december_and_paid_in_january_is_a_payment_of_january(town, row):
    clock.shift_to(clock.local(clock.now()).replace(month=12, day=28))
    programme.plan_of_this_year(town)
    sent, year = make.sent(town, row), clock.today().year
    projects.later(days=10)
    done = actions.pay(town.fin, sent, receipt="HD1")
    assert done.year == year  # out of the figure it was reserved in
    assert dict(queries.paid_by_month(year + 1))["1"] == row.amount and not any(paid for _month, paid in queries.paid_by_month(year))
    assert {one["pool"]: one["paid"] for one in queries.figures(year)}["CONTROL"] == row.amount


def test_a_number_and_its_series_are_of_one_year_at_midnight_too(town, row, monkeypatch):
    days = iter([date(2098, 12, 31)])
    monkeypatch.setattr(clock, "today", lambda: next(days, date(2099, 1, 1)))
    Disbursement.objects.filter(project=row.project).delete()
    made = actions.plan_payments(town.chen, row.project)
    assert made and [one.ref for one in made] == [f"ZF2098-{number:05d}" for number in range(1, len(made) + 1)]


def test_payment_order_number_is_used_once(town, row):
    make.sent(town, row)
    other = Disbursement.objects.exclude(project=row.project).filter(line__order=0).get()
    with pytest.raises(Refused):
        make.sent(town, other)
    assert Disbursement.objects.get(pk=other.pk).status == "APPROVED"


def test_database_keeps_amount_and_reference_of_a_sent_payment(town, row):
    make.sent(town, row)
    for change in ({"amount": row.amount - 1}, {"sent_reference": "ZL7"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Disbursement.objects.filter(pk=row.pk).update(**change)


def test_check_refuses_an_account_changed_since_the_request(town, row):
    asked = make.requested(town, row)
    Organisation.objects.filter(pk=row.project.unit_id).update(account_sealed="other")
    with pytest.raises(Refused):
        actions.check(town.he, asked)


def test_request_without_account_is_refused(town, row):
    Organisation.objects.filter(pk=row.project.unit_id).update(account_sealed="")
    with pytest.raises(Refused):
        actions.request(town.chen, row)


def test_nothing_is_paid_to_a_suspended_project(town, row):
    from projects import actions as project_actions

    project_actions.suspend(town.sun, row.project, why="核查")
    with pytest.raises(Refused):
        actions.request(town.chen, row)


def test_later_instalments_wait_for_their_condition(town, row):
    rest = {one.line.kind: one for one in Disbursement.objects.filter(project=row.project).select_related("line", "project")}
    if "FINAL" in rest:
        with pytest.raises(Refused):
            actions.request(town.chen, rest["FINAL"])
    if "MIDTERM" in rest:
        with pytest.raises(Refused):
            actions.request(town.chen, rest["MIDTERM"])
        assert actions.request(town.chen, rest["MIDTERM"], why="中期检查通过").status == "REQUESTED"


def test_wrong_booking_is_reversed_until_the_unit_confirms(town, row):
    done = make.paid(town, row)
    back = actions.unbook(town.fin, done, why="回单登记有误")
    assert (back.status, back.paid_at, queries.paid_to(row.project)) == ("SENT", None, 0)
    again = actions.pay(town.fin, back, receipt="HD0002")
    actions.confirm_receipt(town.wang, again)
    with pytest.raises(Refused):
        actions.unbook(town.fin, Disbursement.objects.get(pk=row.pk), why="x")
    assert queries.paid_to(row.project) == row.amount


def test_after_a_reversal_the_same_receipt_is_booked_again(town, row):
    done = make.paid(town, row)
    receipt = done.bank_receipt
    for _turn in range(2):
        done = actions.pay(town.fin, actions.unbook(town.fin, done, why="回单登记有误"), receipt=receipt)
    assert (done.status, done.bank_receipt, queries.paid_to(row.project)) == ("PAID", receipt, row.amount)
    assert sorted(MoneyEntry.objects.filter(disbursement=row, kind="PAY").values_list("ref", flat=True)) == [
        receipt, f"{receipt}#2", f"{receipt}#3"]


@pytest.mark.parametrize("who", ["li", "stranger", "badm", "chen", "fin"])
def test_receipt_is_confirmed_by_the_unit_only(town, row, who):
    done = make.paid(town, row)
    with pytest.raises(Refused):
        actions.confirm_receipt(getattr(town, who), done)


def test_receipt_confirmed_twice_is_one_row(town, row):
    from core.models import LedgerRow

    done = make.paid(town, row)
    actions.confirm_receipt(town.wang, done)
    actions.confirm_receipt(town.wang, done)
    assert LedgerRow.objects.filter(verb="funding.payment.confirm").count() == 1


def test_bulk_does_what_it_can_and_says_why_not(town, row):
    rows = [make.requested(town, row), Disbursement.objects.exclude(pk=row.pk).filter(line__order=0).get()]
    first, second = actions.bulk(actions.check, town.he, rows)
    assert (first.done, second.done) == (True, False)
    assert second.reasons


def test_post_subsidy_has_one_payment_right_after_the_award(subsidy):
    project = projects.awarded(subsidy, requested=("2000000",))[0]
    make.with_accounts()
    programme.plan_of_this_year(subsidy)
    row = Disbursement.objects.get(project=project)
    assert row.amount == project.amount
    assert make.paid(subsidy, row).status == "PAID"


def test_lapsed_award_is_booked_back(town):
    from core import deadlines

    projects.awarded(town)
    projects.later(days=32)
    deadlines.sweep()
    projects.settle()
    assert Project.objects.filter(status="LAPSED").count() == 2
    assert MoneyEntry.objects.filter(kind="RELEASE").count() == 2
    assert sum(MoneyEntry.objects.values_list("amount", flat=True)) == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["RESERVE", "FREE", "PAY", "RETURN", "REVERSAL"]), st.integers(1, 300)), max_size=14))
def test_no_order_of_bookings_takes_more_than_the_payment(town, row, story):
    """Whatever is tried in whatever order: what is reserved and what is paid stay within the payment."""
    mark = transaction.savepoint()
    for kind, share in story:
        amount = row.amount * share / 200
        more = {}
        if kind == "REVERSAL":
            known = list(MoneyEntry.objects.filter(disbursement=row).exclude(kind="REVERSAL").order_by("pk"))
            one = known[share % len(known)] if known else None
            amount, more = (-one.amount, {"reverses": one}) if one else (amount, {})
        elif kind in ("FREE", "RETURN"):
            amount = -amount
        try:
            with transaction.atomic():
                entry(row, kind, amount.quantize(Decimal("0.01")), ref=f"{kind}{MoneyEntry.objects.count()}", **more)
        except DatabaseError:
            continue
        for taking, giving in (("RESERVE", "FREE"), ("PAY", "RETURN")):
            rows = MoneyEntry.objects.filter(disbursement=row)
            total = sum((one.amount for one in rows.select_related("reverses")
                         if (one.reverses.kind if one.reverses else one.kind) in (taking, giving)), Decimal(0))
            assert 0 <= total <= row.amount
    transaction.savepoint_rollback(mark)


@pytest.mark.parametrize("sql", [
    "UPDATE funding_disbursement SET account = '{}' WHERE id = %s", "UPDATE funding_disbursement SET approved_by_id = NULL WHERE id = %s",
    "DELETE FROM funding_disbursement WHERE id = %s"])
def test_a_payment_that_has_left_the_house_keeps_account_and_hands(town, row, sql):
    done = make.paid(town, row)
    with pytest.raises(DatabaseError, match="has left the house"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [done.pk])


@pytest.mark.parametrize("hand", ["asked", "checked", "approved"])
def test_who_asked_checked_or_approved_neither_sends_nor_books(town, hand):
    who = {"asked": town.chen, "checked": town.he, "approved": town.lead}[hand]
    accounts.grant_role(system("test"), who.person, town.bureau, Role.FINANCE)
    row = make.approved(town, make.planned(town))
    both = Actor.of(who.person)
    with pytest.raises(Refused):
        actions.send(both, row, reference="ZL9")
    row = actions.send(town.fin, row, reference="ZL9")
    with pytest.raises(Refused):
        actions.pay(both, row, receipt="HD9")
    assert actions.pay(town.fin, row, receipt="HD9").status == "PAID"
