"""What the ways of funding promise between the ranking and the payment: the word of others, no payment, yearly money, caps."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Organisation
from applications import actions as filing
from applications import queries as filed
from applications.models import Application, Voice
from core import clock
from core.workflow import Refused
from funding import actions as funding
from funding.models import Disbursement, MoneyEntry
from performance import actions as performance
from performance import queries as report_queries
from performance.models import Report
from programs.engine import voices
from projects import actions, queries, rules
from projects.models import PaymentLine, Project, ProposalItem
from projects.workflow import _yearly_cap
from tests.applications.client import signed_in
from tests.applications.test_voices import in_scope, paper
from tests.factories import funding as pay
from tests.factories import modes
from tests.factories import performance as report
from tests.factories import projects as make
from tests.kept import kept

challenged = kept(modes.challenge)


def on_record(town, voice, **more):
    upload = SimpleUploadedFile("决定.pdf", make.make.PDF, content_type="application/pdf")
    return filing.answer_voice(town.chen, voice, **{
        "agree": True, "decided_on": clock.today(), "number": "决〔2026〕1号", "text": "同意", "upload": upload, **more})


def answer_all(town, **more):
    for voice in Voice.objects.filter(status="ASKED").order_by("pk"):
        figures = {"invested": Decimal("1000000"), "share": Decimal("0.1")} if voice.code == "invest_decision" else None
        on_record(town, voice, figures=figures, **more)


# --- challenge, joint funding ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_list_waits_for_the_owner_and_goes_on_with_its_word(challenged):
    town = challenged
    row = make.begun(town)
    with pytest.raises(Refused, match="R4") as refusal:
        actions.submit_list(town.chen, row)
    assert len(refusal.value.reasons) == 2 and town.owner.name in str(refusal.value)
    for voice in Voice.objects.all():
        filing.answer_voice(town.host, voice, agree=True)
    assert actions.decide(town.lead, actions.submit_list(town.chen, row)).status == "DECIDED"


@pytest.mark.django_db
def test_bid_that_the_owner_declines_is_not_proposed_nor_chosen_by_hand(challenged):
    town = challenged
    first, second = make.ranked(town)
    filing.answer_voice(town.host, first.voices.get(), agree=False, text="技术路线不符合需求")
    filing.answer_voice(town.host, second.voices.get(), agree=True)
    row = actions.create_list(town.chen, town.guide)
    item = row.items.get(application=first)
    assert (item.selected, item.reason_code) == (False, "BODY_DECLINED") and item.reason
    with pytest.raises(Refused):
        actions.set_item(town.chen, item, selected=True, amount=Decimal(1000000))
    assert actions.decide(town.lead, actions.submit_list(town.chen, row)).items.get(selected=True).application == second


@pytest.mark.django_db
def test_answer_taken_back_after_the_submission_stops_the_decision(challenged):
    town = challenged
    row = make.begun(town)
    for voice in Voice.objects.all():
        filing.answer_voice(town.host, voice, agree=True)
    row = actions.submit_list(town.chen, row)
    filing.reopen_voice(town.chen, Voice.objects.first(), why="更正")
    with pytest.raises(Refused, match="R4"):
        actions.decide(town.lead, row)


@pytest.mark.django_db
def test_partner_body_on_record_lets_a_joint_project_go_on():
    town = modes.town_of("JOINT", details=lambda town: {"partner_body": "香港创新科技署", "city_share_max": "1"})
    row = make.begun(town)
    with pytest.raises(Refused, match="香港创新科技署"):
        actions.submit_list(town.chen, row)
    answer_all(town)
    assert actions.submit_list(town.chen, row).status == "SUBMITTED"


@pytest.mark.django_db
def test_other_ways_ask_nobody(town, decided):
    assert not Voice.objects.exists()


# --- equity ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_equity_is_put_on_record_and_pays_nothing():
    town = modes.town_of("EQUITY", details=lambda town: {"share_limit": "0.2"})
    row = make.begun(town)
    with pytest.raises(Refused):
        actions.submit_list(town.chen, row)
    answer_all(town)
    actions.decide(town.lead, actions.submit_list(town.chen, row))
    notice = actions.open_publicity(town.he, actions.prepare_publicity(town.he, row))
    make.later(days=30)
    notice = actions.close_publicity(make.system("clock"), notice)
    document = actions.prepare_award(town.he, notice)
    projects = actions.award(town.lead, notice)
    make.settle()
    assert {p.status for p in Project.objects.all()} == {"COMPLETED"} and projects
    assert not PaymentLine.objects.exists() and not Disbursement.objects.exists() and not MoneyEntry.objects.exists()
    document.refresh_from_db()
    assert "不拨付资助资金" in document.context["mode_text"][0]
    assert queries.line_of(projects[0], None)[-1]["label"] == "投资结果已登记"


@pytest.mark.django_db
def test_post_subsidy_still_pays_once(subsidy):
    project = make.awarded(subsidy)[0]
    assert [line.kind for line in queries.payments_of(project)] == ["ONCE"] and Disbursement.objects.filter(project=project).count() == 1
    assert MoneyEntry.objects.filter(project=project, kind="COMMIT").exists()


# --- ethics at the award -----------------------------------------------------------------------------------------


def noticed(town):
    row = make.decided(town)
    notice = actions.open_publicity(town.he, actions.prepare_publicity(town.he, row))
    make.later(days=30)
    return actions.close_publicity(make.system("clock"), notice)


@pytest.mark.django_db
def test_award_without_the_ethics_approval_is_refused_with_its_clause_and_follows_it():
    town = modes.town_of("PRE", change=in_scope)
    notice = noticed(town)
    first, second = Application.objects.order_by("pk")
    modes.in_ethics_scope(first)
    assert [item.application for item in actions.awardable(notice)] == [second]
    actions.prepare_award(town.he, notice)
    assert [project.application for project in actions.award(town.lead, notice)] == [second]
    with pytest.raises(Refused, match="科技伦理审查办法"):
        actions.prepare_award(town.he, notice)
    with pytest.raises(Refused, match="科技伦理审查办法"):
        filing.award(town.lead, first)
    voice = filing.ask_voices(town.chen, first, ("AWARD",))[0]
    handed = filing.hand_in_voice(town.li, voice, decided_on=clock.today(), number="伦审1号", upload=paper())
    filing.answer_voice(town.chen, handed, agree=True)
    actions.prepare_award(town.he, notice)
    assert [project.application for project in actions.award(town.lead, notice)] == [first]


# --- yearly money ------------------------------------------------------------------------------------------------


def stable():
    return modes.town_of("STABLE", details=lambda town: {"yearly": "1000000", "years": 3, "institutions": [town.a.uscc, town.b.uscc]})


@given(st.decimals(min_value=1, max_value=10**12, places=2), st.integers(1, 20))
def test_yearly_parts_are_equal_to_the_cent_and_add_up(amount, years):
    parts = rules.yearly(amount, years)
    assert sum(parts) == amount and len(parts) == years
    assert len(set(parts[:-1])) <= 1 and 0 <= parts[-1] - parts[0] < Decimal("0.01") * years


@pytest.mark.django_db
def test_year_after_year_is_payable_only_after_a_favourable_report():
    town = stable()
    project = make.running(town, requested=("3000000",))[0]
    pay.with_accounts()
    lines = list(queries.payments_of(project))
    assert [(line.kind, line.year_no, line.amount) for line in lines] == [("YEARLY", no, Decimal(1000000)) for no in (1, 2, 3)]
    first, second, third = Disbursement.objects.filter(project=project).select_related("line").order_by("line__order")
    assert funding.request(town.chen, first).status == "REQUESTED"
    with pytest.raises(Refused, match="R4"):
        funding.request(town.chen, second)
    row = performance.start_report(report.leader(project), project, kind="ANNUAL")
    for result in row.results.select_related("target"):
        given = {"band": "MET"} if result.target.direction == "QUAL" else {"actual": Decimal(1)}
        performance.save_result(report.leader(project), result, evidence="附件", **given)
    performance.save_report(report.leader(project), row, done="按计划开展")
    row.refresh_from_db()
    row = performance.file_report(report.admin(project), performance.hand_in(report.leader(project), row))
    for who in (town.chen, town.li, town.wang, town.he):
        with pytest.raises(Refused):
            performance.assess(who, row, favourable=True, text="合格")
    desk, url = signed_in(town.sun), reverse("performance:api:report_assess", args=[row.uid])
    assert desk.post(url, {"favourable": False, "text": ""}, content_type="application/json").status_code == 400
    assert desk.post(url, {"favourable": False, "text": "进度滞后，整改后重新报送"}, content_type="application/json").status_code == 200
    row.refresh_from_db()
    assert (row.status, row.assessment) == ("RETURNED", "UNFAVOURABLE")
    with pytest.raises(Refused, match="R4"):
        funding.request(town.chen, second)
    row = performance.file_report(report.admin(project), performance.hand_in(report.leader(project), row))
    page, url = reverse("performance:my:report", args=[row.uid]), reverse("performance:desk:report_assess", args=[row.uid])
    assert "评估年度报告" in desk.get(page).content.decode()
    assert "评估年度报告" not in signed_in(report.leader(project)).get(page).content.decode()
    assert desk.post(url, {"favourable": "yes", "text": "评估合格"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.assessment) == ("CLOSED", "FAVOURABLE")
    assert funding.request(town.chen, second).status == "REQUESTED"
    with pytest.raises(Refused, match="R4"):
        funding.request(town.chen, third)


@pytest.mark.django_db
def test_the_report_of_a_year_is_written_after_its_end_too():
    """Asked for in January, the report of the year before is begun, on which the next instalment waits, not one of the new year."""
    project = make.running(stable(), requested=("3000000",))[0]
    leader, first = report.leader(project), project.starts_on.year
    clock.shift_to(clock.local(clock.now()).replace(year=first + 1, month=1, day=5))
    row = performance.start_report(leader, project, kind="ANNUAL")
    assert (row.year, report_queries.year_no(row)) == (first, 1)
    page = reverse("projects:my:project", args=[project.number])
    assert f"填写{first}年度报告" in signed_in(leader).get(page).content.decode()
    assert performance.start_report(leader, project, kind="ANNUAL") == row
    for result in row.results.select_related("target"):
        performance.save_result(leader, result, evidence="附件", **({"band": "MET"} if result.target.direction == "QUAL" else {"actual": Decimal(1)}))
    performance.save_report(leader, row, done="按计划开展")
    performance.hand_in(leader, Report.objects.get(pk=row.pk))
    assert performance.start_report(leader, project, kind="ANNUAL").year == first + 1


# --- amounts within the details ----------------------------------------------------------------------------------


def interest():
    def details(town):
        return {"interest_share": "0.5", "max_loans": 2, "unit_year_cap": "30000000"}

    return modes.town_of("INTEREST", details=details)


def with_loans(application, *paid):
    loans = [{"loan_contract": f"L{no}", "interest_paid": amount} for no, amount in enumerate(paid)]
    return modes.rewritten(application, loan={"loans": loans})


@pytest.mark.django_db
def test_interest_subsidy_is_cut_to_the_share_of_the_interest_paid():
    town = interest()
    row = make.accepted(town, town.li, town.wang, town.a, requested="3000000")
    with_loans(row, "1000000", "1000001")
    assert filed.allowed_amount(row) == Decimal("1000000.5")
    assert not any("贷款" in item.text and "R4" in item.text for item in filed.blockers(row))
    with_loans(row, "1", "1", "1")
    assert any("R4" in item.text and "3" in item.text for item in filed.blockers(row))


@pytest.mark.django_db
def test_unit_does_not_get_more_than_its_yearly_cap():
    names, cap = {1: "甲"}, Decimal(100)
    assert rules.unit_cap_problems([(1, Decimal(60)), (1, Decimal(40))], {}, names, cap) == []
    assert rules.unit_cap_problems([(1, Decimal(60)), (1, Decimal(41))], {}, names, cap)
    assert rules.unit_cap_problems([(1, Decimal(60))], {1: Decimal("40.01")}, names, cap)
    town = interest()
    with_audit = make.ranked(town)
    for row in with_audit:
        with_loans(row, "20000000")
    row = actions.create_list(town.chen, town.guide)
    ProposalItem.objects.filter(proposal=row).update(selected=True, amount=Decimal(2000000), reason_code="", reason="")
    row.refresh_from_db()
    row.guide.version.data["mode"]["details"]["unit_year_cap"] = "1999999"
    assert len(_yearly_cap(row, list(row.items.select_related("application")))) == 2
    row.guide.version.data["mode"]["details"]["unit_year_cap"] = "2000000"
    assert _yearly_cap(row, list(row.items.select_related("application"))) == []


@pytest.mark.parametrize(("arrived", "before", "most"), [("1000000", "0", "500000"), ("1000000", "400000", "100000"), ("1,000,000", "600000", "0")])
def test_matching_is_the_ratio_of_what_arrived_less_what_was_matched(arrived, before, most):
    data = {"mode": {"funding_mode": "MATCHING", "details": {"ratio": "0.5"}}}
    answers = {"upper": {"arrived_amount": arrived, "already_matched": before}}
    assert [cap for _name, cap in voices.amount_caps(data, answers, Decimal(0))] == [Decimal(most)]


@pytest.mark.django_db
def test_amount_above_the_details_is_refused_in_the_list(challenged):
    town = challenged
    make.ranked(town)
    answer_all(town)
    row = actions.create_list(town.chen, town.guide)
    item = row.items.order_by("rank").first()
    with connection.cursor() as cursor:  # as if it had been filed above the price
        cursor.execute("SET session_replication_role = replica")
        Application.objects.filter(pk=item.application_id).update(requested=Decimal(9000000))
        cursor.execute("SET session_replication_role = DEFAULT")
    item.application.refresh_from_db()
    with pytest.raises(Refused, match="3000000"):
        actions.set_item(town.chen, item, selected=True, amount=Decimal(3000001))
    ProposalItem.objects.filter(pk=item.pk).update(amount=Decimal(3000001), selected=True, reason_code="", reason="")
    with pytest.raises(Refused, match="R4"):
        actions.submit_list(town.chen, row)


@pytest.mark.django_db(transaction=True)
def test_lists_that_pay_one_unit_are_decided_one_after_another(town):
    """The yearly sum of a unit is counted over lists of several guides: while one is decided, another waits."""
    row = actions.submit_list(town.chen, make.begun(town))
    held, leave = threading.Event(), threading.Event()

    def decide_another() -> None:
        with transaction.atomic():
            Organisation.objects.select_for_update(no_key=True).get(pk=town.a.pk)
            held.set()
            leave.wait(20)
        connection.close()

    other = threading.Thread(target=decide_another)
    other.start()
    held.wait(20)
    try:
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '400ms'")
            actions.decide(town.lead, row, minutes="会议审议通过")
    finally:
        leave.set()
        other.join()
    assert actions.decide(town.lead, row, minutes="会议审议通过").status == "DECIDED"
