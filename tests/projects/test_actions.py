"""From the ranking to the signed contract, and what is refused on the way."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import actions as accounts
from accounts.models import Engagement, Organisation
from accounts.policies import Actor, system
from accounts.states import Role
from applications.models import Application
from core import clock, deadlines, ledger, parameters
from core.models import Counter, LedgerRow
from core.workflow import Refused
from notices.models import Delivery, Document, Message
from programs import queries as programmes
from programs.models import AnnualPlanItem, Guide
from projects import actions, queries
from projects.models import Contract, ContractTarget, Objection, PaymentLine, Project, ProposalItem, ProposalList, Publicity
from tests.factories import projects as make
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db


def plan_item(town):
    return AnnualPlanItem.objects.get(pk=town.guide.plan_item_id)


def test_create_list_proposes_the_best_within_number_and_money(town):
    Guide.objects.filter(pk=town.guide.pk).update(max_projects=1)
    row = make.begun(town)
    first, second = row.items.order_by("rank")
    assert (first.selected, first.amount) == (True, Decimal(3_000_000))
    assert (second.selected, second.reason_code) == (False, "BEYOND_QUOTA")
    assert second.reason


def test_create_list_twice_finds_nothing_left(town, begun):
    with pytest.raises(Refused):
        actions.create_list(town.chen, town.guide)
    assert ProposalList.objects.count() == 1


@pytest.mark.parametrize("who", ["he", "sun", "fin", "li", "wang", "stranger", "qian"])
def test_create_list_by_a_wrong_role_is_refused(town, ranked, who):
    with pytest.raises(Refused):
        actions.create_list(getattr(town, who), town.guide)


def test_submit_over_the_number_of_the_guide_is_refused(town, begun):
    row = begun
    Guide.objects.filter(pk=town.guide.pk).update(max_projects=1)
    with pytest.raises(Refused) as refusal:
        actions.submit_list(town.chen, row)
    assert "2" in str(refusal.value)
    assert ProposalList.objects.get().status == "DRAFT"


def test_submit_over_the_money_of_the_guide_is_refused(town, begun):
    row = begun
    Guide.objects.filter(pk=town.guide.pk).update(budget_control=Decimal(4_000_000))
    with pytest.raises(Refused):
        actions.submit_list(town.chen, row)


def test_decide_over_the_plan_item_is_refused_and_takes_nothing(town, begun):
    row = actions.submit_list(town.chen, begun)
    AnnualPlanItem.objects.filter(pk=town.guide.plan_item_id).update(money=Decimal(4_000_000))
    with pytest.raises(Refused) as refusal:
        actions.decide(town.lead, row)
    assert "A2" in str(refusal.value)
    assert plan_item(town).committed == 0
    assert set(Application.objects.values_list("status", flat=True)) == {"RANKED"}


def test_who_prepared_the_list_reads_that_another_decides(town, begun):
    row = actions.submit_list(town.chen, begun)
    accounts.grant_role(system("test"), town.chen.person, town.bureau, Role.LEADER)
    with pytest.raises(Refused, match="prepared the list|清单编制人"):
        actions.decide(Actor.of(town.chen.person), row)


def test_plan_item_refuses_overspending_whoever_asks(town):
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualPlanItem.objects.filter(pk=town.guide.plan_item_id).update(committed=plan_item(town).money + 1)


def test_plan_item_negative_control_without_the_constraint(town):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no pending trigger stands in the way of ALTER TABLE
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'programs_annualplanitem'::regclass"
                       " AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%committed%money%'")
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER TABLE programs_annualplanitem DROP CONSTRAINT "{name}"')
    assert AnnualPlanItem.objects.filter(pk=town.guide.plan_item_id).update(committed=plan_item(town).money + 1) == 1


def test_set_item_above_the_request_is_refused_at_submission(town, begun):
    row = begun
    item = row.items.first()
    actions.set_item(town.chen, item, selected=True, amount=item.application.requested + 1)
    with pytest.raises(Refused):
        actions.submit_list(town.chen, row)


def test_set_item_after_submission_is_refused(town, begun):
    row = actions.submit_list(town.chen, begun)
    with pytest.raises(Refused):
        actions.set_item(town.chen, row.items.first(), selected=False, amount=Decimal(0))


def test_restriction_that_came_after_submission_stops_the_list(town, begun):
    first = begun.items.select_related("application__leader").order_by("rank").first()
    accounts.mark(system("test"), level="SERIOUS", kind="科研失信", reason="查实", since=clock.today(), person=first.application.leader)
    with pytest.raises(Refused, match="R12") as refusal:
        actions.submit_list(town.chen, begun)
    assert any(first.application.ref in reason for reason in refusal.value.reasons)
    first.refresh_from_db()
    assert any(hit["stops"] for hit in first.hits), "what was found stays on the line"
    actions.set_item(town.chen, first, selected=True, amount=first.amount, note="情况特殊")  # no words lift a restriction
    with pytest.raises(Refused, match="R12"):
        actions.submit_list(town.chen, begun)
    actions.set_item(town.chen, first, selected=False, amount=first.amount, reason_code="INTEGRITY", reason="失信限制期内不予支持")
    assert actions.submit_list(town.chen, begun).status == "SUBMITTED"


def test_restriction_between_list_and_decision_stops_the_decision(town, begun):
    row = actions.submit_list(town.chen, begun)
    unit = row.items.order_by("rank").first().application.unit
    accounts.mark(system("test"), level="SERIOUS", kind="科研失信", reason="查实", since=clock.today(), organisation=unit)
    before = plan_item(town).committed
    with pytest.raises(Refused, match="R12"):
        actions.decide(town.lead, row, minutes="同意")
    row.refresh_from_db()
    assert (row.status, plan_item(town).committed) == ("SUBMITTED", before)


LIMIT = {"code": "L1", "text": "同一负责人在研项目限一项", "clause": "限项（一）", "scope": "person", "roles": ["LEADER"], "states": ["RUNNING"], "max": 1}


def test_limit_of_the_guide_is_asked_again_before_the_award(town, begun, monkeypatch):
    """The leader was awarded another project meanwhile (handbook 7.1)."""
    first = begun.items.select_related("application__leader").order_by("rank").first()
    version = programmes.kept_version_of(first.application.version_id)
    monkeypatch.setattr(version, "data", {**version.data, "limits": [LIMIT]})
    assert actions.submit_list(town.chen, begun).status == "SUBMITTED"
    accounts.engage(system("test"), person=first.application.leader, klass="POC", role="LEADER", state="RUNNING",
                    starts=clock.today(), source=town.a)
    with pytest.raises(Refused, match="限项（一）.*已有1项") as refusal:
        actions.decide(town.lead, begun, minutes="同意")
    assert len(refusal.value.reasons) == 1


def test_running_project_counts_for_every_member_of_its_team(town):
    project = make.running(town)[0]
    team = set(project.application.team.exclude(person=None).values_list("person", "role"))
    rows = Engagement.objects.filter(source_type="projects.project", source_ref=project.number, state="RUNNING")
    assert set(rows.exclude(person=None).values_list("person", "role")) == team
    assert rows.get(person=None).role == "LEAD"
    awarded = clock.local(project.awarded_at).date()  # “awarded last year” asks for this day's year; the term began on another day
    assert set(rows.values_list("starts", flat=True)) == {awarded} != {project.application.starts_on}


def test_condition_met_no_longer_is_explained_or_stops(client, town, begun):
    first = begun.items.select_related("application__unit").order_by("rank").first()
    Organisation.objects.filter(pk=first.application.unit_id).update(region="广州市")
    with pytest.raises(Refused, match="注册") as refusal:
        actions.submit_list(town.chen, begun)
    assert "广州" in str(refusal.value)
    page = visit(client, town.chen)
    address = f"/desk/proposals/{begun.ref}/"
    text = page.get(address).content.decode()
    assert "广州" in text and f'name="i{first.pk}-note"' in text
    actions.set_item(town.chen, first, selected=True, amount=first.amount, note="已迁回深圳，变更登记正在办理")
    assert actions.submit_list(town.chen, begun).status == "SUBMITTED"
    assert "变更登记正在办理" in page.get(address).content.decode()
    row = actions.decide(town.lead, ProposalList.objects.get(pk=begun.pk), minutes="同意")
    assert row.status == "DECIDED"


def test_left_out_without_a_reason_is_refused(town, begun):
    row = begun
    actions.set_item(town.chen, row.items.first(), selected=False, amount=Decimal(0))
    with pytest.raises(Refused):
        actions.submit_list(town.chen, row)


def test_decide_takes_the_money_moves_everybody_and_tells_those_left_out(town):
    Guide.objects.filter(pk=town.guide.pk).update(max_projects=1)
    row = make.decided(town)
    assert (plan_item(town).committed, plan_item(town).awarded_count) == (Decimal(3_000_000), 1)
    assert sorted(Application.objects.values_list("status", flat=True)) == ["NOT_SELECTED", "PROPOSED"]
    document = Document.objects.get(kind="not_awarded")
    assert not re.search("[A-Z]{2,}_[A-Z]", document.context["reason_code"])  # words, never the code of the house
    assert "本平台“申诉”" not in document.context["appeal"]  # the portal has no such page
    assert "书面申诉" in document.context["appeal"]
    left_out = Application.objects.get(status="NOT_SELECTED")
    assert document.status == "ISSUED"
    assert document.subject_ref == left_out.ref
    assert set(Delivery.objects.filter(document=document).values_list("person_id", "organisation_id")) >= {(left_out.leader_id, None)}
    assert row.status == "DECIDED"


def test_decide_twice_takes_the_money_once(town, decided):
    row = decided
    taken = plan_item(town).committed
    with pytest.raises(Refused):
        actions.decide(town.lead, row)
    assert plan_item(town).committed == taken


@pytest.mark.parametrize("who", ["chen", "he", "sun", "fin", "wang"])
def test_decide_by_a_wrong_role_is_refused(town, begun, who):
    row = actions.submit_list(town.chen, begun)
    with pytest.raises(Refused):
        actions.decide(getattr(town, who), row)


def test_database_refuses_that_the_preparer_decides(town, begun):
    row = actions.submit_list(town.chen, begun)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposalList.objects.filter(pk=row.pk).update(decided_by=town.chen.id)


def test_open_publicity_issues_the_notice_and_counts_its_days(town, published):
    row = published
    assert row.status == "OPEN"
    assert row.document.status == "ISSUED"
    assert row.document.is_public
    assert row.closes_at - row.opens_at >= timedelta(days=actions.days_of(town.guide))
    assert set(Application.objects.values_list("status", flat=True)) == {"PUBLICITY"}


def test_publicity_closes_by_the_clock_only(town, published):
    row = published
    deadlines.sweep()
    assert Publicity.objects.get().status == "OPEN"
    clock.shift_to(row.closes_at + timedelta(minutes=1))
    deadlines.sweep()
    assert Publicity.objects.get().status == "CLOSED"


def test_award_while_the_notice_runs_is_refused(town, published):
    row = published
    with pytest.raises(Refused):
        actions.prepare_award(town.he, row)
    with pytest.raises(Refused):
        actions.award(town.lead, row)
    assert not Project.objects.exists()


def test_objection_after_the_close_is_refused(town, published):
    row = published
    clock.shift_to(row.closes_at)
    with pytest.raises(Refused) as refusal:
        make.objection(row, Application.objects.first())
    assert f"{clock.local(row.closes_at):%Y-%m-%d %H:%M}" in str(refusal.value)


def test_the_number_of_an_objection_and_its_series_are_of_one_year_at_midnight_too(town, published, monkeypatch):
    days = iter([date(2098, 12, 31)])
    monkeypatch.setattr(clock, "today", lambda: next(days, date(2099, 1, 1)))
    assert make.objection(published, published.proposal.items.filter(selected=True).first().application).number == "YY2098-0001"
    assert Counter.objects.get(series="objection").period == "2098"


@pytest.mark.parametrize("missing", ["name", "contact", "facts"])
def test_objection_without_identity_or_facts_is_refused(town, published, missing):
    row = published
    with pytest.raises(Refused):
        make.objection(row, Application.objects.first(), **{missing: " "})


def test_one_address_files_so_many_objections_an_hour_and_no_more(town, published):
    row, most = published, int(parameters.value("objection.per_address_hour"))
    token = ledger.request_context.set({"ip": "203.0.113.7"})
    try:
        for _one in range(most):
            make.objection(row, Application.objects.first())
        with pytest.raises(Refused):
            make.objection(row, Application.objects.first())
        ledger.request_context.set({"ip": "203.0.113.8"})
        make.objection(row, Application.objects.first())  # somebody else is not kept out
        ledger.request_context.set({"ip": "203.0.113.7"})
        clock.shift_to(clock.now() + timedelta(hours=2))
        make.objection(row, Application.objects.first())
    finally:
        ledger.request_context.reset(token)


def test_objection_holds_only_its_own_application(town, published):
    row = published
    first, second = Application.objects.order_by("pk")
    actions.accept_objection(town.sun, make.objection(row, first))
    clock.shift_to(row.closes_at + timedelta(hours=1))
    row = actions.close_publicity(make.system("clock"), row)
    actions.prepare_award(town.he, row)
    assert [project.application_id for project in actions.award(town.lead, row)] == [second.pk]


def test_filed_objection_alone_keeps_from_award(town, published):
    row = published
    first = Application.objects.order_by("pk").first()
    make.objection(row, first)
    assert first.pk not in [item.application_id for item in actions.awardable(row)]


def test_dismissed_objection_frees_for_a_second_award(town, published):
    row = published
    first = Application.objects.order_by("pk").first()
    objection = actions.accept_objection(town.sun, make.objection(row, first))
    clock.shift_to(row.closes_at + timedelta(hours=1))
    row = actions.close_publicity(make.system("clock"), row)
    actions.prepare_award(town.he, row)
    actions.award(town.lead, row)
    actions.dismiss(town.sun, objection, decision="不属实")
    actions.prepare_award(town.he, row)
    assert [project.application_id for project in actions.award(town.lead, row)] == [first.pk]
    assert Document.objects.filter(kind="award", status="ISSUED").count() == 2


def test_upheld_objection_gives_the_money_back(town, published):
    row = published
    first = Application.objects.order_by("pk").first()
    objection = actions.accept_objection(town.sun, make.objection(row, first))
    for who in (town.sun, town.lead):  # supervision never; the leader not before supervision has said what it found
        with pytest.raises(Refused):
            actions.uphold(who, objection, decision="属实")
    actions.hand_over(town.sun, objection, findings="经查属实")
    with pytest.raises(Refused):
        actions.uphold(town.sun, objection, decision="属实")
    actions.uphold(town.lead, objection, decision="属实")
    first.refresh_from_db()
    assert (first.status, first.refusal_code) == ("REJECTED", "OBJECTION_UPHELD")
    assert plan_item(town).committed == Decimal(2_000_000)


def test_supervision_hands_an_objection_to_the_leader(client, town, published):
    objection = actions.accept_objection(town.sun, make.objection(published, Application.objects.first()))
    page = visit(client, town.sun).get(f"/desk/objections/{objection.number}/").content.decode()
    assert "/hand-over/" in page
    assert "/uphold/" not in page
    for who in (town.lead, town.chen):
        with pytest.raises(Refused):
            actions.hand_over(who, objection, findings="属实")
    with pytest.raises(Refused):
        actions.hand_over(town.sun, objection, findings=" ")
    assert queries.waiting(town.lead)["objections_handed"] == 0
    actions.hand_over(town.sun, objection, findings="经查属实")
    assert queries.waiting(town.lead)["objections_handed"] == 1
    client.logout()
    found = visit(client, town.lead).get("/desk/objections/?open=handed").content.decode()
    assert objection.number in found
    assert "经查属实" in client.get(f"/desk/objections/{objection.number}/").content.decode()
    actions.uphold(town.lead, objection, decision="属实")
    assert queries.waiting(town.lead)["objections_handed"] == 0


def test_leader_sends_an_objection_back_and_supervision_ends_it(client, town, published):
    first = Application.objects.order_by("pk").first()
    objection = actions.accept_objection(town.sun, make.objection(published, first))
    actions.hand_over(town.sun, objection, findings="经查属实")
    with pytest.raises(Refused):  # it lies with the leader now
        actions.dismiss(town.sun, objection, decision="不属实")
    with pytest.raises(Refused):
        actions.send_back(town.lead, objection)
    visit(client, town.lead).post(f"/desk/objections/{objection.number}/send-back/", {"why": "补充核实合同"})
    objection.refresh_from_db()
    assert objection.status == "ACCEPTED"
    assert Message.objects.filter(person_id=town.sun.id, subject__contains=objection.number).exists()
    actions.hand_over(town.sun, objection, findings="再查属实")  # told a second time, as it is a second proposal
    assert Message.objects.filter(person_id=town.lead.id, event="objection.hand_over").count() == 2
    actions.send_back(town.lead, objection, why="证据不足")
    actions.dismiss(town.sun, objection, decision="不属实")
    first.refresh_from_db()
    assert first.status == "PUBLICITY"


def test_upheld_objection_is_told_in_public_and_counted_where_it_waits(client, town, published):
    first = Application.objects.order_by("pk").first()
    objection = actions.accept_objection(town.sun, make.objection(published, first))
    assert queries.waiting(town.sun)["objections_to_examine"] == 1
    actions.hand_over(town.sun, objection, findings="经查属实")
    assert (queries.waiting(town.sun)["objections_to_examine"], queries.waiting(town.lead)["objections_handed"]) == (0, 1)
    address = f"/publicity/{published.ref}/"
    assert "异议成立，不予立项" not in client.get(address).content.decode()
    actions.uphold(town.lead, objection, decision="属实")
    page = client.get(address).content.decode()
    assert "异议成立，不予立项" in page and f"?project={first.ref}" not in page
    assert f'value="{first.ref}"' not in client.get(f"{address}object/").content.decode()
    history = [event["why"] for event in queries.history_of(objection)]
    assert "经查属实" in history


def test_totals_of_a_notice_leave_out_what_an_upheld_objection_took_and_say_so(client, town, published):
    first = Application.objects.order_by("pk").first()
    before = queries.notice_sums(published.proposal)
    gone = published.proposal.items.get(application=first).amount
    objection = actions.hand_over(town.sun, actions.accept_objection(town.sun, make.objection(published, first)), findings="属实")
    actions.uphold(town.lead, objection, decision="属实")
    assert queries.notice_sums(published.proposal) == {
        "count": before["count"] - 1, "money": before["money"] - gone, "out": 1, "out_money": gone}
    page = client.get(f"/publicity/{published.ref}/")
    assert "以上合计未计入" in page.content.decode() and page.context["sums"]["count"] == before["count"] - 1
    assert queries.with_counts(Publicity.objects.filter(pk=published.pk)).get().chosen == before["count"] - 1


def test_the_division_of_the_guide_is_told_of_an_upheld_objection_and_not_who_objected(client, town, published):
    first = Application.objects.order_by("pk").first()
    objection = actions.hand_over(town.sun, actions.accept_objection(town.sun, make.objection(published, first)), findings="经查明")
    assert not Message.objects.filter(person_id=town.chen.id, event__startswith="objection").exists()
    actions.uphold(town.lead, objection, decision="与在研项目重复")
    letter = Message.objects.get(person_id=town.chen.id, event="objection.uphold.division")
    assert first.ref in letter.subject and "与在研项目重复" in letter.body and "杜衡" not in letter.subject + letter.body
    assert visit(client, town.chen).get(letter.link).status_code == 200


def test_two_objections_against_one_project_are_both_upheld(town, published):
    """The project is refused once, its money given back once; no third objection is taken."""
    first = Application.objects.order_by("pk").first()
    both = [actions.accept_objection(town.sun, make.objection(published, first)) for _turn in range(2)]
    for objection in both:
        actions.uphold(town.lead, actions.hand_over(town.sun, objection, findings="经查属实"), decision="属实")
    first.refresh_from_db()
    assert (first.status, plan_item(town).committed) == ("REJECTED", Decimal(2_000_000))
    assert set(Objection.objects.values_list("status", flat=True)) == {"UPHELD"}
    assert Message.objects.filter(person_id=town.sun.id, event="objection.uphold").count() == 2
    with pytest.raises(Refused, match="已认定成立"):
        make.objection(published, first)


def test_who_investigated_does_not_decide(town, published):
    accounts.grant_role(system("test"), town.sun.person, town.bureau, Role.LEADER)
    both = Actor.of(town.sun.person)
    objection = actions.accept_objection(both, make.objection(published, Application.objects.first()))
    objection = actions.hand_over(both, objection, findings="经查属实")
    for act, given in ((actions.uphold, {"decision": "属实"}), (actions.send_back, {"why": "再查"})):
        with pytest.raises(Refused, match="两人"):
            act(both, objection, **given)
    with pytest.raises(IntegrityError, match="objection_decided_by_another"), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(status="UPHELD", decision="x", decided_by=both.id)


def test_who_changed_or_submitted_the_list_does_not_decide(town, begun):
    other = make.make.member("另一处长", town.bureau, Role.DIVISION, Role.LEADER, phone="13900139999")
    line = begun.items.order_by("rank").first()
    actions.set_item(other, line, selected=True, amount=line.amount - 10_000)
    row = actions.submit_list(town.chen, begun)
    with pytest.raises(Refused, match="不能"):
        actions.decide(other, row, minutes="同意")
    assert actions.decide(town.lead, row, minutes="同意").status == "DECIDED"


def test_decision_without_words_is_refused(town, published):
    row = published
    objection = make.objection(row, Application.objects.first())
    with pytest.raises(Refused):
        actions.refuse_objection(town.sun, objection, decision=" ")
    assert Objection.objects.get().status == "FILED"


def test_identity_of_the_objector_is_sealed_and_each_look_recorded(town, published):
    objection = make.objection(published, Application.objects.first())
    assert "杜衡" not in objection.name_sealed
    with pytest.raises(Refused):
        actions.open_identity(town.lead, objection, why="查看")
    with pytest.raises(Refused):
        actions.open_identity(town.sun, objection, why="")
    assert actions.open_identity(town.sun, objection, why="核实") == ("杜衡", "13800000000")
    assert LedgerRow.objects.filter(verb="projects.objection.open_identity", actor_id=town.sun.id).count() == 1


def test_award_twice_makes_no_second_project(town, closed):
    row = closed
    actions.prepare_award(town.he, row)
    assert len(actions.award(town.lead, row)) == 2
    with pytest.raises(Refused):
        actions.award(town.lead, row)
    assert Project.objects.count() == 2


def test_award_without_the_prepared_notice_is_refused(town, closed):
    row = closed
    with pytest.raises(Refused):
        actions.award(town.lead, row)


def test_award_drafts_the_contract_with_targets_and_instalments(town, awarded):
    project = awarded[0]
    assert project.status == "CONTRACT_PENDING"
    assert project.sign_by == clock.today() + timedelta(days=30)
    assert ContractTarget.objects.filter(project=project).count() == project.application.targets.count()
    assert sum(PaymentLine.objects.filter(project=project).values_list("amount", flat=True)) == project.amount
    assert Contract.objects.get(project=project).status == "DRAFT"
    assert project.award_document.status == "ISSUED"


def test_post_subsidy_is_awarded_without_contract_and_paid_once(subsidy):
    project = make.awarded(subsidy, requested=("2000000",))[0]
    assert project.status == "COMPLETED"
    assert not Contract.objects.exists()
    assert list(PaymentLine.objects.values_list("kind", "amount")) == [("ONCE", project.amount)]


def test_contract_needs_both_signatures_in_order(town, awarded):
    project = awarded[0]
    contract = Contract.objects.get(project=project)
    actions.edit_contract(town.chen, contract, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=700))
    with pytest.raises(Refused):
        actions.sign_unit(town.wang, contract)
    contract = actions.offer_contract(town.chen, contract)
    with pytest.raises(Refused):
        actions.sign_bureau(town.lead, contract)
    with pytest.raises(Refused):
        actions.sign_unit(town.badm, contract)
    contract = actions.sign_unit(town.wang, contract)
    with pytest.raises(Refused):
        actions.sign_unit(town.wang, contract)
    assert actions.sign_bureau(town.lead, contract).status == "EFFECTIVE"
    assert Project.objects.get(pk=project.pk).status == "ACTIVE"


def test_changed_target_needs_a_reason_in_the_contract(town, awarded):
    contract = Contract.objects.get(project=awarded[0])
    actions.edit_contract(town.chen, contract, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=700))
    target = ContractTarget.objects.filter(project=contract.project, direction="GE").first()
    actions.edit_target(town.chen, contract, target, value=target.value + 5, why="专家建议")
    with pytest.raises(Refused):
        actions.offer_contract(town.chen, contract)
    contract = actions.edit_contract(
        town.chen, contract, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=700), changes="按专家建议提高指标")
    assert actions.offer_contract(town.chen, contract).status == "OFFERED"


def test_offered_contract_is_frozen_by_the_database(town, running):
    project = running[0]
    for change in (
        lambda: ContractTarget.objects.filter(project=project).update(value=1),
        lambda: PaymentLine.objects.filter(project=project).update(condition="x"),
        lambda: Contract.objects.filter(project=project).update(content={}),
        lambda: Project.objects.filter(pk=project.pk).update(amount=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_offered_contract_negative_control_without_the_trigger(town, running):
    project = running[0]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER projects_contracttarget_guard ON projects_contracttarget")
    assert ContractTarget.objects.filter(project=project).update(value=1)


def test_instalments_that_do_not_add_up_are_refused_by_the_database(town, awarded):
    project = awarded[0]
    line = PaymentLine.objects.filter(project=project).first()
    with pytest.raises(DatabaseError), transaction.atomic():
        PaymentLine.objects.filter(pk=line.pk).update(amount=line.amount + 1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_unsigned_award_lapses_by_the_clock_and_frees_the_money(town, awarded):
    project = awarded[0]
    before = plan_item(town).committed
    with pytest.raises(Refused):
        actions.lapse(make.system("clock"), project)
    make.later(days=32)
    deadlines.sweep()
    assert set(Project.objects.values_list("status", flat=True)) == {"LAPSED"}
    assert before > 0
    assert plan_item(town).committed == 0


def test_item_of_one_list_only(town, begun):
    row = begun
    item = row.items.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposalItem.objects.create(proposal=row, application=item.application, rank=99)
