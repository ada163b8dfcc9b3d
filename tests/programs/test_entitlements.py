"""Entitlement without application (免申即享): who is on a list and why, three persons, the units' answers, the money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts import actions as accounts
from accounts.policies import Actor
from accounts.states import Role
from core import clock
from core.models import Deadline
from core.workflow import Refused
from notices.models import Document, Message
from portal.demo import invented
from programs import actions
from programs.models import AnnualPlanItem, Entitlement, EntitlementList
from programs.queries import entitlements as reads
from tests.factories import programs as make
from tests.kept import kept
from tests.programs.test_matching import MACHINE, a_person

pytestmark = pytest.mark.django_db


def a_firm(number, spend=50_000_000, *, kind="ENTERPRISE", hnte=True, account=True, region="深圳市南山区"):
    """A verified unit with R&D spending last year (yuan) and a certificate; with its administrator."""
    year = clock.today().year
    facts = {"rd_spend": {str(year - 1): str(spend)}}
    if hnte:
        facts["hnte"] = {"number": f"GR{year - 1}440{number:05d}", "valid_from": f"{year - 1}-01-01", "valid_to": f"{year + 2}-12-31"}
    more = {"account_name": f"免申测试{number}号有限公司", "bank_name": "测试银行", "account_number": f"6222{number:012d}"} if account else {}
    unit = accounts.register_organisation(
        MACHINE, name=f"免申测试{number}号有限公司", kind=kind, uscc=invented.uscc(810 + number, kind), region=region, facts=facts, is_demo=True, **more)
    unit = accounts.verify(MACHINE, unit)
    return unit, Actor.of(a_person(unit, f"管理{number}", Role.ORG_ADMIN))


@kept
def world(staff):
    staff.guide = make.entitlement_guide(staff)
    staff.firm, staff.admin = a_firm(1)
    staff.other, staff.other_admin = a_firm(2, spend=400_000_000)
    return staff


def signed(staff, roll):
    actions.check_entitlements(staff.he, roll)
    return actions.approve_entitlements(staff.lead, roll)


def published(staff):
    return actions.publish_entitlements(staff.chen, signed(staff, actions.draft_entitlements(staff.chen, staff.guide)))


def row_of(unit):
    return Entitlement.objects.select_related("roll", "organisation").get(organisation=unit)


def item_of(staff):
    return AnnualPlanItem.objects.get(pk=staff.guide.plan_item_id)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_list_holds_who_meets_the_conditions_with_the_amount_of_the_formula(world):
    a_firm(3, spend=1_000_000)  # too little
    a_firm(4, hnte=False)  # unknown certificate: a person must look
    a_firm(5, kind="UNIVERSITY")  # not a kind that can apply
    a_firm(6, region="东莞市")
    roll = actions.draft_entitlements(world.chen, world.guide)
    assert {row.organisation: row.amount for row in roll.rows.all()} == {world.firm: Decimal(500_000), world.other: Decimal(2_000_000)}
    assert (roll.total, roll.count, roll.open_cases, roll.status) == (Decimal(2_500_000), 2, 1, "DRAFT")
    row = row_of(world.firm)
    assert any("500,000" in line[2] for line in row.explained["zh-hans"]) and {one["result"] for one in row.conditions} == {"PASS"}
    assert all(one["source"] for one in row.conditions) and len(roll.sha256) == 64


def test_list_asks_the_register_of_this_moment(world):
    type(world.firm).objects.filter(pk=world.firm.pk).update(region="东莞市")
    roll = actions.draft_entitlements(world.chen, world.guide)
    assert [row.organisation for row in roll.rows.all()] == [world.other]


def test_what_was_computed_is_kept_by_the_database(world):
    actions.draft_entitlements(world.chen, world.guide)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entitlement.objects.filter(organisation=world.firm).update(amount=Decimal(900_000))
    with pytest.raises(DatabaseError), transaction.atomic():
        Entitlement.objects.filter(organisation=world.firm).update(explained={})


def test_only_the_division_computes_a_list(world):
    for actor in (world.he, world.lead, world.admin):
        with pytest.raises(Refused):
            actions.draft_entitlements(actor, world.guide)


def test_one_list_in_work_at_a_time(world):
    actions.draft_entitlements(world.chen, world.guide)
    with pytest.raises(Refused, match="list in work|正在办理"):
        actions.draft_entitlements(world.chen, world.guide)


def test_list_above_the_money_of_the_guide_is_refused(staff):
    guide = make.entitlement_guide(staff, budget_control="2100000", max_projects=400)
    a_firm(1), a_firm(2, spend=400_000_000)
    with pytest.raises(Refused, match="A2"):
        actions.draft_entitlements(staff.chen, guide)
    assert not EntitlementList.objects.exists()


def test_list_above_the_number_of_the_guide_is_refused(staff):
    guide = make.entitlement_guide(staff, max_projects=1)
    a_firm(1), a_firm(2)
    with pytest.raises(Refused, match="A2"):
        actions.draft_entitlements(staff.chen, guide)


def test_empty_list_is_refused(staff):
    with pytest.raises(Refused, match="R6"):
        actions.draft_entitlements(staff.chen, make.entitlement_guide(staff))


def test_guide_of_another_mode_or_withdrawn_computes_nothing(world):
    with pytest.raises(Refused, match="R6"):
        actions.draft_entitlements(world.chen, make.published_guide(world, plan=make.approved_plan(world, clock.today().year + 1)))
    actions.withdraw_guide(world.lead, world.guide, why="政策停止执行")
    world.guide.refresh_from_db()
    with pytest.raises(Refused, match="A2"):
        actions.draft_entitlements(world.chen, world.guide)


def test_formula_over_what_only_an_application_says_computes_nothing(world, rewritten):
    version = world.guide.version
    rewritten(version, {**version.data, "amount": {"cap": "100", "formula": "min(cap, application.requested)"}})
    world.guide.version.refresh_from_db()
    assert reads.formula_problems(world.guide.version)
    with pytest.raises(Refused, match="R6"):
        actions.draft_entitlements(world.chen, world.guide)


# --- three persons ----------------------------------------------------------------------------------------------------


def test_list_is_checked_by_the_resource_division_and_approved_by_a_leader(world):
    roll = actions.draft_entitlements(world.chen, world.guide)
    for verb in (actions.approve_entitlements, actions.publish_entitlements):
        with pytest.raises(Refused):
            verb(world.lead, roll)
    with pytest.raises(Refused):
        actions.check_entitlements(world.chen, roll)
    actions.check_entitlements(world.he, roll)
    with pytest.raises(Refused):
        actions.approve_entitlements(world.he, roll)
    done = actions.approve_entitlements(world.lead, roll)
    assert (done.drafted_by, done.checked_by, done.approved_by) == (world.chen.person, world.he.person, world.lead.person)
    item = item_of(world)
    assert (item.committed, item.awarded_count) == (Decimal(2_500_000), 2)


def test_one_person_with_two_roles_may_not_check_and_approve(world):
    accounts.grant_role(MACHINE, world.chen.person, world.bureau, Role.RESOURCE)
    roll = actions.draft_entitlements(world.chen, world.guide)
    with pytest.raises(Refused, match="three persons|三人"):
        actions.check_entitlements(Actor.of(world.chen.person), roll)
    accounts.grant_role(MACHINE, world.he.person, world.bureau, Role.LEADER)
    actions.check_entitlements(world.he, roll)
    with pytest.raises(Refused, match="three persons|三人"):
        actions.approve_entitlements(Actor.of(world.he.person), roll)
    with pytest.raises(DatabaseError), transaction.atomic():
        EntitlementList.objects.filter(pk=roll.pk).update(approved_by=world.he.person)  # the table holds it too


def test_returned_and_discarded_lists_give_the_money_back_and_need_a_reason(world):
    roll = signed(world, actions.draft_entitlements(world.chen, world.guide))
    with pytest.raises(Refused):
        actions.return_entitlements(world.he, roll, why=" ")
    back = actions.return_entitlements(world.he, roll, why="数据需要更新")
    assert (back.status, back.approved_by, item_of(world).committed) == ("DRAFT", None, Decimal(0))
    signed(world, roll)
    actions.discard_entitlements(world.chen, roll, why="数据有误")
    assert (item_of(world).committed, set(Entitlement.objects.values_list("status", flat=True))) == (Decimal(0), {"VOID"})
    assert actions.draft_entitlements(world.chen, world.guide).count == 2  # its units may stand on another list


def test_list_of_an_older_version_of_the_guide_is_not_approved(world):
    roll = actions.draft_entitlements(world.chen, world.guide)
    version = world.guide.version
    newer = type(version).objects.create(guide=world.guide, number=version.number + 1, data=version.data, created_by=world.chen.person)
    type(world.guide).objects.filter(pk=world.guide.pk).update(version=newer)
    with pytest.raises(Refused, match="compute the list again|重新计算"):
        actions.check_entitlements(world.he, roll)


def before(staff, stage):
    """A list that stands before a stage, and what does the stage: (verb, actor, list)."""
    roll = actions.draft_entitlements(staff.chen, staff.guide)
    if stage != "check":
        actions.check_entitlements(staff.he, roll)
    if stage == "publish":
        actions.approve_entitlements(staff.lead, roll)
    verb, actor = {"check": (actions.check_entitlements, staff.he), "approve": (actions.approve_entitlements, staff.lead),
                   "publish": (actions.publish_entitlements, staff.chen)}[stage]
    return verb, actor, roll


@pytest.mark.parametrize("stage", ["check", "approve", "publish"])
def test_nothing_goes_on_with_a_list_of_a_withdrawn_guide(world, stage):
    """Withdrawing leaves the version as it is: it is the state of the guide that stops the list."""
    verb, actor, roll = before(world, stage)
    actions.withdraw_guide(world.lead, world.guide, why="政策停止执行")
    with pytest.raises(Refused, match="withdrawn or superseded|已撤回、已被更正"):
        verb(actor, roll)


@pytest.mark.parametrize("stage", ["check", "approve", "publish"])
def test_nothing_goes_on_with_a_list_above_the_money_left_in_the_guide(world, stage):
    verb, actor, roll = before(world, stage)
    type(world.guide).objects.filter(pk=world.guide.pk).update(budget_control=Decimal(2_400_000))  # 2.5 million stand on the list
    with pytest.raises(Refused, match="A2"):
        verb(actor, roll)


# --- the units --------------------------------------------------------------------------------------------------------


def test_published_list_is_an_official_document_and_every_unit_is_told(world):
    roll = published(world)
    paper = Document.objects.get(kind="entitlement_list")
    assert roll.document == paper and paper.status == "ISSUED" and paper.is_public and paper.signed_by == world.lead.person
    assert {row["name"] for row in paper.context["rows"]} == {world.firm.name, world.other.name}
    told = Message.objects.filter(event="programs.entitlement")
    assert {row.person for row in told} == {world.admin.person, world.other_admin.person}
    assert roll.confirm_by - roll.published_at >= timedelta(days=14, hours=23)


def test_unit_sees_its_own_rows_only_after_publishing(world, sign_in):
    roll = actions.draft_entitlements(world.chen, world.guide)
    client, address = sign_in(world.admin), f"/my/entitlements/{row_of(world.firm).uid}/"
    assert client.get(address).status_code == 404
    actions.publish_entitlements(world.chen, signed(world, roll))
    page = client.get(address).content.decode()
    assert "50" in page and world.firm.account_masked in page and world.firm.account_sealed not in page
    assert client.get(f"/my/entitlements/{row_of(world.other).uid}/").status_code == 404
    assert sign_in(world.other_admin).get(address).status_code == 404
    assert client.get("/my/entitlements/").status_code == 200


def test_confirmation_freezes_the_account_and_the_last_answer_ends_the_list(world):
    roll = published(world)
    done = actions.confirm_entitlement(world.admin, row_of(world.firm))
    assert done.status == "CONFIRMED" and done.account["sealed"] == world.firm.account_sealed and done.answered_by == world.admin.person
    assert "622200000000" not in str(done.account)  # the number itself stands nowhere open
    roll.refresh_from_db()
    assert roll.status == "PUBLISHED"
    actions.decline_entitlement(world.other_admin, row_of(world.other), why="已享受其他资助")
    roll.refresh_from_db()
    item = item_of(world)
    assert (roll.status, roll.total, item.committed, item.awarded_count) == ("FINISHED", Decimal(500_000), Decimal(500_000), 1)
    assert not Deadline.objects.filter(kind="entitlement.lapse", done_at=None).exists()


def test_only_an_administrator_of_the_unit_answers(world):
    published(world)
    row = row_of(world.firm)
    for actor in (world.other_admin, world.chen, Actor.of(a_person(world.firm, "普通成员"))):
        with pytest.raises(Refused):
            actions.confirm_entitlement(actor, row)
        with pytest.raises(Refused):
            actions.decline_entitlement(actor, row, why="不要")
    row.refresh_from_db()
    assert row.status == "OFFERED" and row.answered_by is None  # a refused answer leaves nothing


def test_unit_without_an_account_is_told_to_enter_it(staff):
    staff.guide = make.entitlement_guide(staff)
    unit, admin = a_firm(1, account=False)
    published(staff)
    with pytest.raises(Refused, match="account|账户"):
        actions.confirm_entitlement(admin, row_of(unit))


def test_blocked_unit_may_not_confirm(world):
    published(world)
    accounts.mark(MACHINE, level="SERIOUS", kind="UNIT", reason="测试", since=clock.today(), organisation=world.firm)
    with pytest.raises(Refused, match="R12"):
        actions.confirm_entitlement(world.admin, row_of(world.firm))


def test_decline_needs_a_reason(world):
    published(world)
    with pytest.raises(Refused):
        actions.decline_entitlement(world.admin, row_of(world.firm), why="  ")


def test_answer_after_the_time_is_refused_and_what_is_unanswered_lapses_once(world):
    roll = published(world)
    actions.confirm_entitlement(world.admin, row_of(world.firm))
    with pytest.raises(Refused):
        actions.lapse_entitlements(world.chen, roll)
    with pytest.raises(Refused, match="may still answer|单位仍可答复"):
        actions.lapse_entitlements(MACHINE, roll)  # the clock calls too early
    with clock.shifted_to(roll.confirm_by + timedelta(minutes=1)):
        with pytest.raises(Refused, match="over|已过"):
            actions.confirm_entitlement(world.other_admin, row_of(world.other))
        for _again in range(2):
            roll = actions.lapse_entitlements(MACHINE, roll)
    assert (roll.status, row_of(world.other).status, row_of(world.firm).status) == ("FINISHED", "LAPSED", "CONFIRMED")
    assert row_of(world.other).reason and item_of(world).committed == Decimal(500_000)
    # a further list leaves out who had one, also who let it lapse
    with pytest.raises(Refused, match="R6"):
        actions.draft_entitlements(world.chen, world.guide)


# --- pages and machines -----------------------------------------------------------------------------------------------


def test_desk_walks_a_list_through_by_its_pages(world, sign_in):
    chen, he, lead = sign_in(world.chen), sign_in(world.he), sign_in(world.lead)
    guide_page = chen.get(f"/desk/guides/{world.guide.ref}/").content.decode()
    assert f"/desk/guides/{world.guide.ref}/entitlements/" in guide_page
    assert f"/desk/guides/{world.guide.ref}/entitlements/" not in he.get(f"/desk/guides/{world.guide.ref}/").content.decode()
    page = chen.post(f"/desk/guides/{world.guide.ref}/entitlements/", follow=True)
    roll = EntitlementList.objects.get()
    assert roll.ref in page.content.decode() and world.firm.name in page.content.decode()
    for client, verb in ((he, "check"), (lead, "approve"), (chen, "publish")):
        assert client.post(f"/desk/guides/entitlements/{roll.ref}/{verb}/", follow=True).status_code == 200
    roll.refresh_from_db()
    assert roll.status == "PUBLISHED"
    uid = row_of(world.firm).uid
    assert sign_in(world.admin).post(f"/my/entitlements/{uid}/confirm/", follow=True).status_code == 200
    assert row_of(world.firm).status == "CONFIRMED"
    table = he.get(f"/desk/guides/entitlements/{roll.ref}/?export=csv").content.decode("utf-8-sig")
    assert world.firm.name in table and world.firm.account_masked in table and world.firm.account_sealed not in table


def test_what_waits_stands_on_the_homes(world, sign_in):
    roll = actions.draft_entitlements(world.chen, world.guide)
    assert "待审核的免申即享名单" in sign_in(world.he).get("/desk/").content.decode()
    actions.publish_entitlements(world.chen, signed(world, roll))
    page = sign_in(world.admin).get("/my/").content.decode()
    assert "待确认的收款账户" in page and str(row_of(world.firm).uid) in page
    actions.confirm_entitlement(world.admin, row_of(world.firm))
    assert "待确认的收款账户" not in sign_in(world.admin).get("/my/").content.decode()


def test_public_and_units_see_no_lists(world, sign_in):
    roll = published(world)
    for who in (None, world.admin):
        assert sign_in(who).get(f"/desk/guides/entitlements/{roll.ref}/").status_code in (302, 403, 404)
    assert sign_in().get(f"/notices/{roll.document.uid}/").status_code in (200, 404)


def test_list_page_asks_a_constant_number_of_queries(world, sign_in, django_assert_max_num_queries):
    roll = published(world)
    client = sign_in(world.he)
    client.get(f"/desk/guides/entitlements/{roll.ref}/")
    with django_assert_max_num_queries(32):
        client.get(f"/desk/guides/entitlements/{roll.ref}/")
    with django_assert_max_num_queries(24):
        client.get("/desk/guides/entitlements/")


def test_machines_walk_the_same_way(world, sign_in):
    chen, he, lead, admin = (sign_in(one) for one in (world.chen, world.he, world.lead, world.admin))
    made = chen.post(f"/api/v1/guides/{world.guide.ref}/entitlements/", content_type="application/json")
    assert made.status_code in (200, 201), made.content
    ref = made.json()["ref"]
    assert chen.post(f"/api/v1/entitlements/{ref}/check/", content_type="application/json").status_code in (403, 409)
    for client, verb in ((he, "check"), (lead, "approve"), (chen, "publish")):
        assert client.post(f"/api/v1/entitlements/{ref}/{verb}/", content_type="application/json").status_code == 200
    [own] = admin.get("/api/v1/entitlements/own/").json()
    assert own["amount"] == "500000.00" and own["status"] == "OFFERED"
    assert admin.post(f"/api/v1/entitlements/units/{own['uid']}/confirm/", content_type="application/json").json()["status"] == "CONFIRMED"
    rows = he.get(f"/api/v1/entitlements/{ref}/units/?status=CONFIRMED").json()
    assert "sealed" not in str(rows) and world.firm.account_sealed not in str(rows)
