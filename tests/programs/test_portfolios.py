"""Project managers and advisory bodies (clause R5)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts import actions as accounts
from accounts.policies import Actor, system
from core import clock, deadlines
from core.models import Deadline
from core.workflow import Refused
from portal.demo import invented
from programs import actions, policies, queries, rules, states, workflow
from programs.models import AdvisoryBody, Portfolio
from tests.factories import programs as make

RIGHTS = ["propose_topics", "watch_milestones"]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def person(db):
    return accounts.create_person(system("test"), name="周经理", email="zhou@programs.example")


def proposed(staff, person, *, days=30, codes=("POC",), rights=RIGHTS):
    return actions.propose_portfolio(
        staff.chen, person, specials=[make.special(code) for code in codes], rights=rights, since=clock.today(),
        until=clock.today() + timedelta(days=days), reason="熟悉概念验证领域。",
    )


def may(person, right, code="POC"):
    fresh = type(person).objects.get(pk=person.pk)  # permissions are remembered by the object
    return policies.manages(Actor.of(fresh), make.special(code), right) is None


def test_rights_come_with_the_appointment_and_end_with_the_period(staff, person):
    row = proposed(staff, person)
    assert not may(person, "propose_topics")
    actions.appoint(staff.lead, row)
    assert may(person, "propose_topics") and may(person, "watch_milestones")
    assert not may(person, "recommend_projects")
    assert not may(person, "propose_topics", "KEY-LAB")
    Deadline.objects.filter(kind="portfolio.end").update(due_at=clock.now(), retry_at=clock.now())
    deadlines.sweep()
    row.refresh_from_db()
    assert (row.status, may(person, "propose_topics")) == ("ENDED", False)


def test_rights_end_by_the_date_even_when_the_timer_is_late(staff, person):
    row = actions.appoint(staff.lead, proposed(staff, person))
    Portfolio.objects.filter(pk=row.pk).update(since=clock.today() - timedelta(days=9), until=clock.today() - timedelta(days=1))
    assert not may(person, "propose_topics")


def test_end_keeps_the_rights_of_another_appointment(staff, person):
    first = actions.appoint(staff.lead, proposed(staff, person))
    actions.appoint(staff.lead, proposed(staff, person, rights=["propose_topics"]))
    actions.end_portfolio(staff.lead, first, why="调整分工")
    assert may(person, "propose_topics")
    assert not may(person, "watch_milestones")


def test_who_proposed_does_not_appoint(staff, person):
    row = proposed(staff, person)
    accounts.grant_role(system("test"), staff.chen.person, staff.bureau, "LEADER")
    with pytest.raises(Refused):
        actions.appoint(Actor.of(staff.chen.person), row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Portfolio.objects.filter(pk=row.pk).update(appointed_by=row.proposed_by)


def test_nobody_appoints_for_a_period_that_is_over(staff, person):
    row = proposed(staff, person)
    Portfolio.objects.filter(pk=row.pk).update(since=clock.today() - timedelta(days=9), until=clock.today() - timedelta(days=1))
    with pytest.raises(Refused) as refused:
        actions.appoint(staff.lead, row)
    assert "R5" in refused.value.reasons[0]


def test_recommendation_needs_the_right_for_that_special(staff, person):
    row = actions.appoint(staff.lead, proposed(staff, person))
    actor = Actor.of(type(person).objects.get(pk=person.pk))
    made = actions.recommend(actor, row, special=make.special("POC"), kind="TOPIC", subject="固态电池概念验证", text="企业需求集中")
    assert made.status == "OPEN"
    for kind, code in (("STOP", "POC"), ("TOPIC", "KEY-LAB")):
        with pytest.raises(Refused) as refused:
            actions.recommend(actor, row, special=make.special(code), kind=kind, subject="x", text="y")
        assert "R5" in refused.value.reasons[0]


def test_answer_needs_a_reason_and_comes_once(staff, person):
    row = actions.appoint(staff.lead, proposed(staff, person))
    actor = Actor.of(type(person).objects.get(pk=person.pk))
    made = actions.recommend(actor, row, special=make.special("POC"), kind="TOPIC", subject="题目", text="理由")
    with pytest.raises(Refused):
        actions.answer_recommendation(staff.chen, made, adopt=True, answer=" ")
    with pytest.raises(Refused):
        actions.answer_recommendation(staff.he, made, adopt=True, answer="不是主管处室")
    assert actions.answer_recommendation(staff.chen, made, adopt=True, answer="列入下批指南").status == "ADOPTED"
    with pytest.raises(Refused):
        actions.answer_recommendation(staff.chen, made, adopt=False, answer="又改主意")


def test_portfolio_visible_is_what_may_be_viewed(staff, person, applicant):
    rows = [actions.appoint(staff.lead, proposed(staff, person)), proposed(staff, person)]
    for actor in (staff.he, Actor.of(person), applicant):
        assert set(policies.portfolios_visible_to(actor)) == {row for row in rows if policies.may_view_portfolio(actor, row) is None}


def test_portfolio_pages_from_proposal_to_answer(staff, person, sign_in):
    chen, lead, own = sign_in(staff.chen), sign_in(staff.lead), sign_in(Actor.of(person))
    address = chen.post("/desk/portfolios/new/", {
        "email": "zhou@programs.example", "specials": ["POC"], "rights": RIGHTS, "since": clock.today().isoformat(),
        "until": (clock.today() + timedelta(days=90)).isoformat(), "reason": "熟悉领域",
    })["Location"]
    uid = Portfolio.objects.get().uid
    assert own.get(f"/my/portfolios/{uid}/").status_code == 404  # not before the appointment
    lead.post(f"{address}appoint/")
    assert own.get(f"/my/portfolios/{uid}/").status_code == 200
    own.post(f"/my/portfolios/{uid}/recommend/", {"special": "POC", "kind": "TOPIC", "subject": "固态电池", "text": "需求集中"})
    made = Portfolio.objects.get().recommendations.get()
    chen.post(f"{address}recommendations/{made.pk}/", {"adopt": "yes", "answer": "列入"})
    made.refresh_from_db()
    assert made.status == "ADOPTED"
    assert sign_in().get(address).status_code == 302


def test_unknown_person_and_wrong_dates_are_said_beside_the_fields(staff, sign_in):
    answer = sign_in(staff.chen).post("/desk/portfolios/new/", {
        "email": "nobody@programs.example", "specials": ["POC"], "rights": RIGHTS, "since": "2026-05-01", "until": "2026-04-01", "reason": "r",
    })
    assert set(answer.context["form"].errors) == {"email", "until"}


# --- advisory bodies ---------------------------------------------------------------------------------------------


@pytest.fixture
def unit(db):
    row = accounts.register_organisation(system("test"), name="未来产业研究院（测试）", kind="INSTITUTE", uscc=invented.uscc(8101, "INSTITUTE"), is_demo=True,
                                         region="深圳市")
    accounts.verify(system("test"), row)
    return row


@pytest.fixture
def keeper(unit):
    person = accounts.create_person(system("test"), name="研究院管理员", email="keeper@programs.example")
    accounts.grant_role(system("test"), person, unit, "ORG_ADMIN")
    return Actor.of(person)


def registered(staff, unit, place=0):
    return actions.register_body(staff.he, unit, industry=queries.future_industries()[place], tasks="年度技术路线图", since=clock.today())


def test_one_body_per_industry(staff, unit):
    body = registered(staff, unit)
    with pytest.raises(Refused) as refused:
        registered(staff, unit)
    assert "R5" in refused.value.reasons[0]
    actions.end_body(staff.he, body, until=clock.today(), why="期满")
    assert registered(staff, unit).until is None
    assert AdvisoryBody.objects.count() == 2


def test_money_stays_within_the_plan_item(staff, unit):
    body, other = registered(staff, unit), registered(staff, unit, 1)
    year = clock.today().year
    with pytest.raises(Refused) as refused:
        actions.set_advisory_money(staff.he, body, year=year, money=Decimal(1))
    assert "A2" in refused.value.reasons[0]
    make.approved_plan(staff, codes=("FUTURE-STRAT",))
    actions.set_advisory_money(staff.he, body, year=year, money=Decimal("1500000000"))
    actions.set_advisory_money(staff.he, other, year=year, money=Decimal("500000000"))
    with pytest.raises(Refused):
        actions.set_advisory_money(staff.he, other, year=year, money=Decimal("500000000.01"))
    actions.set_advisory_money(staff.he, body, year=year, money=Decimal("1499999999.99"))
    actions.set_advisory_money(staff.he, other, year=year, money=Decimal("500000000.01"))


def test_report_is_filed_by_the_body_and_public_only_when_accepted(staff, unit, keeper, applicant):
    body = registered(staff, unit)
    with pytest.raises(Refused):
        actions.file_report(applicant, body, year=2026, title="越权", summary="越权")
    report = actions.file_report(keeper, body, year=2026, title="路线图", summary="摘要", upload=SimpleUploadedFile("r.pdf", PDF))
    assert set(policies.reports_visible_to(applicant)) == set()
    actions.accept_report(staff.he, report, is_public=True)
    for actor in (applicant, keeper, staff.he):
        seen = set(policies.reports_visible_to(actor))
        assert seen == {report} and policies.may_view_report(actor, seen.pop()) is None


def test_report_pages(staff, unit, keeper, sign_in):
    body = registered(staff, unit)
    own = sign_in(keeper)
    wrong = own.post(f"/my/advisory/{body.uid}/", {"year": 2026, "title": "t", "summary": "s", "file": SimpleUploadedFile("r.pdf", b"no pdf")})
    assert "file" in wrong.context["report_form"].errors
    own.post(f"/my/advisory/{body.uid}/", {"year": 2026, "title": "路线图", "summary": "s", "file": SimpleUploadedFile("r.pdf", PDF)})
    report = body.reports.get()
    assert sign_in().get(f"/advisory/reports/{report.uid}/file.pdf").status_code == 404
    sign_in(staff.he).post(f"/desk/advisory/reports/{report.uid}/accept/", {"is_public": "on"})
    assert sign_in().get(f"/advisory/reports/{report.uid}/file.pdf").status_code == 200
    assert "路线图" in sign_in().get("/advisory/").content.decode()
    assert sign_in(staff.chen).get(f"/my/advisory/{body.uid}/").status_code == 404


def test_every_right_is_a_permission_of_the_special(db):
    found = set(Permission.objects.filter(content_type__app_label="programs", content_type__model="special").values_list("codename", flat=True))
    assert {right.value for right in states.PortfolioRight} <= found


def test_plan_change_leaves_advisory_bodies_their_money(staff, unit):
    year = clock.today().year
    plan = make.approved_plan(staff, codes=("FUTURE-STRAT", "POC"))
    body, (item, other) = registered(staff, unit), plan.items.order_by("order", "pk")
    actions.set_advisory_money(staff.he, body, year=year, money=Decimal("1500000000"))
    planned = workflow.plan_facts(plan).items
    assert (planned[item.pk].taken_money, planned[other.pk].taken_money) == (Decimal("1500000000"), 0)
    line = rules.Line("SET", item.pk, money=Decimal("1499999999"))
    assert any("A2" in reason for reason in rules.changed_plan(workflow.plan_facts(plan), [line])[1])
    line = rules.Line("SET", item.pk, money=Decimal("1500000000"))
    assert rules.changed_plan(workflow.plan_facts(plan), [line])[1] == []


def test_advisory_money_is_measured_by_the_locked_item(staff, unit, monkeypatch):
    year = clock.today().year
    plan = make.approved_plan(staff, codes=("FUTURE-STRAT",))
    body, stale = registered(staff, unit), plan.items.get()
    type(stale).objects.filter(pk=stale.pk).update(money=Decimal(100))  # a change of the plan commits after the first look
    monkeypatch.setattr(queries, "advisory_item", lambda year: stale)
    with pytest.raises(Refused, match="A2"):
        actions.set_advisory_money(staff.he, body, year=year, money=Decimal(101))
    assert actions.set_advisory_money(staff.he, body, year=year, money=Decimal(100)).money == 100


def test_body_with_an_end_to_come_works_until_then(staff, unit, keeper):
    body, day = registered(staff, unit), clock.today() + timedelta(days=30)
    body = actions.end_body(staff.he, body, until=day, why="任期届满")
    assert actions.file_report(keeper, body, year=day.year, title="路线图", summary="摘要").body == body
    assert queries.own_bodies(keeper) == [body]
    assert queries.industries()[0][1] == body
    with pytest.raises(Refused, match="R5"):
        registered(staff, unit)
    with clock.shifted_to(clock.now() + timedelta(days=31)):
        assert (queries.own_bodies(keeper), queries.industries()[0][1]) == ([], None)
        with pytest.raises(Refused):
            actions.file_report(keeper, body, year=day.year, title="路线图", summary="摘要")
        assert registered(staff, unit).is_at_work
