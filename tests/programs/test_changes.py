"""Changing a decided annual plan: who, in which order, within which guards, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock
from core.models import Deadline, LedgerRow
from core.workflow import Refused
from notices.models import Document, Message
from programs import actions, queries, rules, tasks
from programs.models import AnnualPlan, AnnualPlanItem, ControlFigure, PlanChange, PlanVersion
from programs.rules import Line, PlanFacts, Planned
from programs.states import ChangeKind
from tests.factories import programs as make
from tests.kept import kept

MILLION = Decimal(1_000_000)


# --- the rule, without a database ------------------------------------------------------------------------------------


def plan(**more):
    items = {
        1: Planned(1, "甲", 100 * MILLION, 10, taken_money=40 * MILLION, taken_count=4, committed=60 * MILLION, awarded=6),
        2: Planned(2, "乙", 50 * MILLION, 5),
    }
    return PlanFacts(2026, 200 * MILLION, 20 * MILLION, items, drawn_control=60 * MILLION, drawn_reserve=5 * MILLION,
                     bounds=(Decimal(0), Decimal("0.2")), **more)


@pytest.mark.parametrize(
    ("lines", "figures", "clause"),
    [
        ([], {}, "A1"),
        ([Line("SET", item=1, money=59 * MILLION)], {}, "A2"),  # awards have 60
        ([Line("SET", item=1, count=5)], {}, "A2"),  # six are made
        ([Line("MOVE", item=1, to=2, money=41 * MILLION)], {}, "A2"),
        ([Line("MOVE", item=2, to=2, money=MILLION)], {}, "A2"),
        ([Line("MOVE", item=2, to=1, money=Decimal(0))], {}, "A2"),
        ([Line("CANCEL", item=1)], {}, "A2"),
        ([Line("CANCEL", item=2), Line("SET", item=2, money=MILLION)], {}, "A2"),
        ([Line("SET", item=9, money=MILLION)], {}, "A2"),
        ([Line("SET", item=2, money=81 * MILLION)], {}, "A1"),  # 180 without the reserve
        ([Line("ADD", title="丙", special="丙", money=31 * MILLION, count=1)], {}, "A1"),
        ([Line("ADD", title="丙", special="丙", special_status="SUSPENDED", money=MILLION, count=1)], {}, "T2"),
        ([Line("SET", item=2, opens_on=date(2026, 11, 1), closes_on=date(2027, 11, 1))], {}, "A1"),  # twelve months
        ([Line("SET", item=2, opens_on=date(2026, 11, 1), closes_on=date(2026, 10, 1))], {}, "A1"),
        ([Line("SET", item=2, opens_on=date(2027, 1, 1), closes_on=date(2027, 2, 1))], {}, "A1"),
        ([], {"reserve": 10 * MILLION}, "R10"),  # no assigned task named
        ([], {"reserve": 4 * MILLION, "assignment": "市委〔2026〕1号"}, "R10"),  # five are paid out of it
        ([], {"reserve": 35 * MILLION, "control": 180 * MILLION}, "A1"),
        ([], {"reserve": 45 * MILLION, "control": 220 * MILLION}, "R10"),  # over a fifth
        ([], {"control": 10 * MILLION}, "R10"),
    ],
)
def test_change_refused_with_the_clause(lines, figures, clause):
    _after, found = rules.changed_plan(plan(), lines, **figures)
    assert found
    assert any(clause in reason for reason in found), found


@pytest.mark.parametrize(
    ("lines", "figures"),
    [
        ([Line("SET", item=1, money=60 * MILLION, count=6)], {}),
        ([Line("MOVE", item=1, to=2, money=40 * MILLION)], {}),
        ([Line("CANCEL", item=2)], {}),
        ([Line("SET", item=2, money=80 * MILLION)], {}),
        ([Line("CANCEL", item=2), Line("ADD", title="丙", special="丙", money=80 * MILLION, count=3)], {}),
        ([Line("SET", item=2, opens_on=date(2026, 5, 1), closes_on=date(2026, 6, 1))], {}),
        ([], {"reserve": 10 * MILLION, "assignment": "市委〔2026〕1号"}),
        ([Line("SET", item=2, money=180 * MILLION)], {"control": 300 * MILLION}),
    ],
)
def test_change_within_the_guards_is_sound(lines, figures):
    assert rules.changed_plan(plan(), lines, **figures)[1] == []


wan = st.integers(0, 30_000).map(lambda n: Decimal(n) * 10_000)
one_line = st.one_of(
    st.builds(Line, st.just("SET"), item=st.sampled_from([1, 2, 3]), money=st.none() | wan, count=st.none() | st.integers(0, 20)),
    st.builds(Line, st.just("MOVE"), item=st.sampled_from([1, 2, 3]), to=st.sampled_from([1, 2, 3]), money=wan),
    st.builds(Line, st.just("CANCEL"), item=st.sampled_from([1, 2, 3])),
    st.builds(Line, st.just("ADD"), title=st.just("新"), special=st.just("专项"), money=wan, count=st.integers(0, 9)),
)
request = st.tuples(st.lists(one_line, max_size=4), st.none() | wan, st.none() | wan, st.sampled_from(["", "市委〔2026〕1号"]))


def guarded(facts: PlanFacts) -> bool:
    """What must hold of a plan whatever was asked of it, said in other words than the rule says it."""
    total = sum((item.money for item in facts.items.values()), Decimal(0))
    return (
        total + facts.reserve <= facts.control and facts.drawn_control + facts.reserve <= facts.control
        and facts.drawn_reserve <= facts.reserve
        and all(item.money >= item.taken_money and item.money >= item.committed and item.count >= item.taken_count
                and item.count >= item.awarded for item in facts.items.values())
    )


def run(requests, change=rules.changed_plan) -> PlanFacts:
    """Requests one after the other; what is refused changes nothing. New items get a key of their own, as the table does."""
    now = plan()
    for lines, control, reserve, assignment in requests:
        after, problems = change(now, lines, control=control, reserve=reserve, assignment=assignment)
        if not problems:
            items = {}
            for key, item in after.items.items():
                fresh = key if key > 0 else max([*after.items, *items]) + 1
                items[fresh] = replace(item, key=fresh)
            now = replace(after, items=items)
    return now


@given(st.lists(request, max_size=6))
def test_no_sequence_of_changes_breaks_the_guards(requests):
    assert guarded(run(requests))


def test_without_the_rule_a_sequence_would_break_them():
    """The negative control: the same sequences with the refusals left out."""

    def careless(now, lines, **figures):
        return rules.changed_plan(now, lines, **figures)[0], []

    for broken in (
        ([Line("SET", item=1, money=MILLION)], None, None, ""), ([Line("SET", item=2, money=300 * MILLION)], None, None, ""),
        ([], None, MILLION, ""), ([], MILLION, None, ""), ([Line("CANCEL", item=1)], None, None, ""),
    ):
        assert guarded(run([broken]))
        assert not guarded(run([broken], careless)), broken


# --- the acts --------------------------------------------------------------------------------------------------------


@kept
def world(staff):
    staff.he2 = _second(staff, Role.RESOURCE, "he2")
    staff.lead2 = _second(staff, Role.LEADER, "lead2")
    staff.guide = make.published_guide(staff, "g1")
    staff.plan = actions.publish_plan(staff.he, staff.guide.plan_item.plan)
    staff.poc = staff.plan.items.get(special__code="POC")
    staff.key = staff.plan.items.get(special__code="KEY-INDUSTRY")
    return staff


def _second(staff, role, name):
    person = accounts.create_person(system("test"), name=f"测试{name}", email=f"{name}@programs.example")
    accounts.grant_role(system("test"), person, staff.bureau, role)
    return Actor.of(person)


def asked(world, *lines, who=None, **figures) -> PlanChange:
    who = who or world.chen
    change = actions.ask_change(who, world.plan, title="调整资金安排", reason="项目储备情况变化", **figures)
    for kind, values in lines:
        actions.add_change_line(who, change, kind=kind, **values)
    return change


def applied(world, *lines, who=None, **figures) -> PlanChange:
    change = actions.submit_change(who or world.chen, asked(world, *lines, who=who, **figures))
    return actions.approve_change(world.lead, actions.check_change(world.he2, change))


def refused(act, *args, **more) -> str:
    with pytest.raises(Refused) as found:
        act(*args, **more)
    return "；".join(found.value.reasons)


def move(world, money=10 * MILLION):
    return "MOVE", {"item": world.key, "to": world.poc, "money": money}


@pytest.mark.django_db
def test_change_goes_from_division_over_resource_to_leader_and_applies_at_once(world):
    add = ("ADD", {"special": make.special("KEY-LAB"), "title": "重点实验室", "money": 30 * MILLION, "count": 3,
                   "opens_month": 9, "closes_month": 10})
    window = ("SET", {"item": world.key, "opens_on": date(world.plan.year, 9, 1), "closes_on": date(world.plan.year, 10, 9)})
    change = applied(world, move(world), add, window)
    world.poc.refresh_from_db()
    world.key.refresh_from_db()
    new = world.plan.items.get(special__code="KEY-LAB")
    assert (change.status, change.checked_by_id, change.decided_by_id) == ("APPLIED", world.he2.id, world.lead.id)
    assert (world.poc.money, world.key.money, new.money, new.count) == (2010 * MILLION, 1990 * MILLION, 30 * MILLION, 3)
    assert (world.key.opens_month, world.key.closes_month, world.key.opens_on) == (9, 10, date(world.plan.year, 9, 1))
    verbs = LedgerRow.objects.filter(target_type="programs.planchange", target_id=change.pk).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "programs.plan_change.create", *["programs.plan_change.line_add"] * 3, "programs.plan_change.submit",
        "programs.plan_change.check", "programs.plan_change.approve",
    ]


@pytest.mark.django_db
def test_change_of_a_published_plan_is_an_official_document_that_can_be_verified(world, sign_in):
    change = applied(world, move(world))
    paper = Document.objects.get(subject_type="programs.planchange", subject_id=change.pk)
    assert (paper.kind, paper.status, paper.is_public, paper.signed_by_id) == ("plan_change", "ISSUED", True, world.lead.id)
    assert {(row["before"], row["after"]) for row in paper.context["rows"]} == {("200,000", "201,000"), ("200,000", "199,000")}
    assert sign_in().get(reverse("notices:public:verified", args=[paper.verify_code])).status_code == 200
    page = sign_in().get(reverse("programs:public:annual_plan", args=[world.plan.year])).content.decode()
    for text in (change.title, change.reason, paper.number, "201,000", change.ref):
        assert text in page


@pytest.mark.django_db
def test_published_plan_is_an_official_document_with_its_items(world, sign_in):
    paper = Document.objects.get(kind="annual_plan", subject_id=world.plan.pk)
    assert (paper.status, paper.is_public, paper.signed_by_id) == ("ISSUED", True, world.lead.id)
    titles = {row["title"] for group in paper.context["groups"] for row in group["rows"]}
    assert titles == set(world.plan.items.values_list("title", flat=True))
    assert paper.number in sign_in().get(reverse("programs:public:annual_plan", args=[world.plan.year])).content.decode()


@pytest.mark.django_db
def test_three_persons_ask_check_and_approve(world):
    change = actions.submit_change(world.he, asked(world, move(world), who=world.he))
    assert "两人" in refused(actions.check_change, world.he, change)
    assert "只有资源配置和管理处" in refused(actions.check_change, world.chen, change)
    change = actions.check_change(world.he2, change)
    assert "只有局领导" in refused(actions.approve_change, world.he2, change)
    assert actions.approve_change(world.lead, change).status == "APPLIED"


@pytest.mark.django_db
def test_table_refuses_one_person_in_two_roles(world):
    """The negative control of three persons: without the questions the constraint still stands."""
    change = applied(world, move(world))
    for name in ("checked_by", "decided_by"):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanChange.objects.filter(pk=change.pk).update(**{name: change.requested_by_id})


@pytest.mark.django_db
def test_guards_are_asked_again_when_the_leader_approves(world):
    """Between the check and the approval an award takes the money: nothing of the change is applied."""
    change = actions.submit_change(world.chen, asked(world, move(world, 1500 * MILLION), ("SET", {"item": world.poc, "count": 401})))
    change = actions.check_change(world.he2, change)
    actions.commit_award(system("test"), world.key, 600 * MILLION, 1)
    assert "A2" in refused(actions.approve_change, world.lead, change)
    world.poc.refresh_from_db()
    world.key.refresh_from_db()
    assert (world.key.money, world.poc.money, world.poc.count) == (2000 * MILLION, 2000 * MILLION, 400)
    assert PlanChange.objects.get(pk=change.pk).status == "CHECKED"
    assert PlanVersion.objects.filter(plan=world.plan).count() == 1


@pytest.mark.django_db
def test_item_is_not_cut_below_its_published_guide(world):
    taken = world.guide.budget_control
    change = asked(world, ("SET", {"item": world.poc, "money": taken - 1}))
    assert "A2" in refused(actions.submit_change, world.chen, change)
    assert "A2" in refused(actions.submit_change, world.chen, asked(world, ("CANCEL", {"item": world.poc})))
    assert actions.submit_change(world.chen, asked(world, ("SET", {"item": world.poc, "money": taken}))).status == "SUBMITTED"


@pytest.mark.django_db
def test_cancelled_item_is_empty_and_takes_no_guide(world):
    applied(world, ("CANCEL", {"item": world.key}))
    world.key.refresh_from_db()
    assert (world.key.money, world.key.count, world.key.cancelled_at is None) == (0, 0, False)
    guide = make.draft_guide(world, "g2", plan=world.plan)
    assert "A2" in refused(actions.submit_guide, world.chen, guide)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualPlanItem.objects.filter(pk=world.key.pk).update(money=1)


@pytest.mark.django_db
def test_figures_of_the_year_change_with_the_pools(world):
    change = applied(world, who=world.he, control_figure=6000 * MILLION, reserve=500 * MILLION)
    pools = dict(ControlFigure.objects.filter(year=world.plan.year).values_list("pool", "amount"))
    assert pools == {"CONTROL": 5500 * MILLION, "RESERVE": 500 * MILLION}
    assert AnnualPlan.objects.get(pk=world.plan.pk).control_figure == 6000 * MILLION
    assert change.status == "APPLIED"


@pytest.mark.django_db
def test_pool_never_falls_below_what_payments_reserved(world):
    actions.reserve_payment(system("test"), world.plan.year, "RESERVE", 90 * MILLION)
    change = asked(world, who=world.he, reserve=80 * MILLION, assignment="市委〔2026〕1号")
    assert "R10" in refused(actions.submit_change, world.he, change)
    with pytest.raises(IntegrityError), transaction.atomic():  # the last guard
        ControlFigure.objects.filter(year=world.plan.year, pool="RESERVE").update(amount=80 * MILLION)


@pytest.mark.django_db
def test_division_asks_only_for_its_own_and_never_for_the_figures(world):
    person = accounts.create_person(system("test"), name="专项处室", email="narrow@programs.example")
    accounts.grant_role(system("test"), person, world.bureau, Role.DIVISION, scope="POC")
    narrow = Actor.of(person)
    change = actions.ask_change(narrow, world.plan, title="调整", reason="理由")
    assert "责任处室" in refused(actions.add_change_line, narrow, change, kind="SET", item=world.key, count=1)
    assert "责任处室" in refused(actions.add_change_line, narrow, change, kind="MOVE", item=world.key, to=world.poc, money=MILLION)
    actions.add_change_line(narrow, change, kind="SET", item=world.poc, count=300)
    assert "R10" in refused(actions.ask_change, narrow, world.plan, title="调整", reason="理由", reserve=Decimal(1))
    assert refused(actions.ask_change, world.lead, world.plan, title="调整", reason="理由")


@pytest.mark.django_db
@pytest.mark.parametrize(("title", "reason"), [("", "理由"), ("调整", " ")])
def test_change_needs_a_title_and_a_reason(world, title, reason):
    assert refused(actions.ask_change, world.chen, world.plan, title=title, reason=reason)


@pytest.mark.django_db
def test_draft_plan_is_edited_not_changed_by_request(world):
    draft = actions.draft_plan(world.he, world.plan.year + 1, tree=world.plan.tree, copy_from=world.plan)
    assert "A1" in refused(actions.ask_change, world.chen, draft, title="调整", reason="理由")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [("SET", {}), ("MOVE", {"money": MILLION}), ("ADD", {"title": "丙"}), ("CANCEL", {}), ("BOGUS", {}), ("SET", {"item": "poc"}),
     ("SET", {"item": "poc", "money": Decimal(-1)}), ("SET", {"item": "foreign", "count": 3})],
)
def test_line_that_makes_no_sense_is_refused_at_once(world, kind, values):
    other = actions.draft_plan(world.he, world.plan.year + 1, tree=world.plan.tree, copy_from=world.plan)
    named = {"poc": world.poc, "foreign": other.items.first()}
    change = asked(world)
    assert refused(actions.add_change_line, world.chen, change, kind=kind,
                   **{key: named.get(value, value) if isinstance(value, str) else value for key, value in values.items()})
    assert change.lines.count() == 0


@pytest.mark.django_db
def test_returned_refused_and_withdrawn_requests_change_nothing(world):
    change = actions.check_change(world.he2, actions.submit_change(world.chen, asked(world, move(world))))
    assert refused(actions.return_change, world.lead, change, why=" ")
    change = actions.return_change(world.lead, change, why="请补充依据")
    assert (change.status, change.checked_by) == ("DRAFT", None)
    change = actions.submit_change(world.chen, change)
    assert refused(actions.add_change_line, world.chen, change, kind="CANCEL", item=world.key)
    change = actions.refuse_change(world.lead, change, why="暂不调整")
    assert (change.status, refused(actions.withdraw_change, world.chen, change) != "") == ("REFUSED", True)
    other = actions.submit_change(world.chen, asked(world, move(world)))
    assert refused(actions.withdraw_change, world.he, other)
    assert actions.withdraw_change(world.chen, other).status == "WITHDRAWN"
    world.key.refresh_from_db()
    assert world.key.money == 2000 * MILLION


# --- history ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_plan_as_of_a_day_is_the_version_of_that_day(world, sign_in):
    change = applied(world, move(world))
    PlanVersion.objects.filter(number=1).update(at=clock.now() - timedelta(days=30))
    PlanVersion.objects.filter(change=change).update(at=clock.now() - timedelta(days=10))
    for days, number in ((20, 1), (10, 2), (0, 2)):
        day = (clock.today() - timedelta(days=days)).isoformat()
        assert queries.plan_on(world.plan, day).number == number
    before = (clock.today() - timedelta(days=40)).isoformat()
    assert queries.plan_on(world.plan, before) is None
    address = reverse("programs:public:annual_plan", args=[world.plan.year])
    old = sign_in().get(address, {"on": (clock.today() - timedelta(days=20)).isoformat()}).content.decode()
    assert "第1版" in old.replace(" ", "")
    assert "没有审定" in sign_in().get(address, {"on": before}).content.decode().replace("尚未", "没有")
    assert sign_in().get(address, {"on": "2026-99-99"}).status_code == 200
    assert sign_in().get(address, {"on": "9999-12-31"}).status_code == 200


# --- drafting: from last year, on one page ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_draft_from_last_year_names_what_is_left_out_and_keeps_modes(world):
    AnnualPlanItem.objects.filter(pk=world.poc.pk).update(funding_mode=world.poc.special.funding_modes[0])
    actions.suspend_special(system("adjustment"), world.key.special, why="评估未达标")
    plan = actions.draft_plan(world.he, world.plan.year + 1, tree=world.plan.tree, copy_from=world.plan)
    assert plan.left_out == [world.key.title]
    assert [(item.special.code, item.funding_mode) for item in plan.items.all()] == [("POC", world.poc.special.funding_modes[0])]


@pytest.mark.django_db
def test_guide_of_another_mode_than_its_item_is_not_published(world):
    guide = make.approved_guide(world, "g2", plan=world.plan)
    AnnualPlanItem.objects.filter(pk=world.key.pk).update(funding_mode="CHALLENGE")
    assert "A2" in refused(actions.publish_guide, world.chen, guide)
    AnnualPlanItem.objects.filter(pk=world.key.pk).update(funding_mode=guide.funding_mode)
    assert actions.publish_guide(world.chen, guide).status in ("OPEN", "PUBLISHED")


@kept
def draft(world):
    return actions.draft_plan(world.he, world.plan.year + 1, tree=world.plan.tree, copy_from=world.plan,
                              control_figure=5000 * MILLION, reserve=100 * MILLION)


def typed(draft, **changes) -> dict[str, str]:
    rows = list(draft.items.all())
    values = {"control_figure": "500000", "reserve": "10000", "note": "", "row-TOTAL_FORMS": str(len(rows) + 1),
              "row-INITIAL_FORMS": str(len(rows)), "base": queries.plan_fingerprint(draft)}
    for i, row in enumerate(rows):
        values |= {f"row-{i}-item": str(row.pk), f"row-{i}-title": row.title, f"row-{i}-money": str(row.money / 10000),
                   f"row-{i}-count": str(row.count), f"row-{i}-opens_month": "3", f"row-{i}-closes_month": "5"}
    return values | changes


@pytest.mark.django_db
def test_editor_saves_everything_at_once(world, draft, sign_in):
    year = draft.year
    values = typed(draft, **{
        "row-0-money": "1234", "row-1-remove": "on", "row-2-special": "KEY-LAB", "row-2-title": "新的计划项", "row-2-money": "600",
        "row-2-count": "3", "row-2-opens_on": f"{year}-04-01", "row-2-closes_on": f"{year}-05-20", "row-2-funding_mode": "PRE"})
    answer = sign_in(world.he).post(reverse("programs:desk:plan_edit", args=[year]), values)
    assert answer.status_code == 302, [form.errors for form in answer.context["forms"]]
    rows = list(draft.items.order_by("pk"))
    assert [(row.title, row.money) for row in rows] == [(draft.items.first().title, 1234 * 10000), ("新的计划项", 600 * 10000)]
    assert (rows[1].opens_month, rows[1].closes_month, rows[1].funding_mode) == (4, 5, "PRE")


@pytest.mark.django_db
def test_editor_with_one_fault_saves_nothing_and_keeps_what_was_typed(world, draft, sign_in):
    values = typed(draft, **{"row-0-money": "9999", "row-1-opens_on": "2001-01-01", "row-1-closes_on": "下周"})
    answer = sign_in(world.he).post(reverse("programs:desk:plan_edit", args=[draft.year]), values)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="9999"' in page and "下周" in page and "条款 A1" in page
    assert draft.items.filter(money=9999 * 10000).count() == 0


@pytest.mark.django_db
def test_editor_does_not_overwrite_what_somebody_else_saved(world, draft, sign_in):
    values = typed(draft, **{"row-0-money": "77"})
    actions.change_item(world.he2, draft.items.first(), money=MILLION)
    answer = sign_in(world.he).post(reverse("programs:desk:plan_edit", args=[draft.year]), values)
    assert answer.status_code == 200
    assert 'value="77"' in answer.content.decode()
    assert draft.items.first().money == MILLION


@pytest.mark.django_db
def test_live_sums_follow_what_is_typed_and_save_nothing(world, draft, sign_in):
    client = sign_in(world.he)
    live, edit = (reverse(f"programs:desk:{name}", args=[draft.year]) for name in ("plan_live", "plan_edit"))
    values = typed(draft, **{"control_figure": "400000", "reserve": "100000", "row-0-money": "150000", "row-1-money": "200000"})
    fragment = client.post(live, values).content.decode()
    assert "25%" in fragment and "-50,000" in fragment and "条款 R10" in fragment and "条款 A1" in fragment
    assert "<html" not in fragment
    twin = client.post(edit, {**values, "work_out": "1"}).content.decode()  # the same without script
    assert "-50,000" in twin and 'value="150000"' in twin
    assert client.post(live, typed(draft, **{"row-0-money": "abc"})).status_code == 200
    assert AnnualPlan.objects.get(pk=draft.pk).control_figure == 5000 * MILLION


@pytest.mark.django_db
def test_plan_with_too_much_reserve_is_not_submitted(world, draft):
    actions.set_plan_money(world.he, draft, control_figure=6000 * MILLION, reserve=1300 * MILLION)
    assert "R10" in refused(actions.submit_plan, world.he, draft)
    actions.set_plan_money(world.he, draft, control_figure=6000 * MILLION, reserve=1200 * MILLION)
    assert actions.submit_plan(world.he, draft).status == "SUBMITTED"


# --- 31 March --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_watch_of_31_march_warns_the_owners_with_the_clock_moved(staff, sign_in):
    year = clock.today().year + 1
    tree = queries.tree_as_of()
    Deadline.objects.filter(kind__startswith="annual_plan").delete()
    clock.shift_to(clock.now().replace(year=year, month=1, day=5))
    try:
        actions.watch_annual_plan(system("clock"), tree)
        timer = Deadline.objects.get(kind="annual_plan.warn", done_at=None)
        assert (timer.due_at.year, timer.due_at.month) == (year, 3)
        clock.shift_to(timer.due_at + timedelta(minutes=1))
        tasks.warn_annual_plan(SimpleNamespace(target=tree))
        Deadline.objects.filter(pk=timer.pk).update(done_at=clock.now())
        assert Message.objects.filter(event="programs.annual_plan.due", person=staff.he.person).count() == 1
        home = sign_in(staff.he).get(reverse("portal:desk:home")).content.decode()
        assert f"{year}-03-31" in home and "条款 A1" in home
        assert "条款 A1" not in sign_in(staff.chen).get(reverse("portal:desk:home")).content.decode()
        plan = make.approved_plan(staff, year)
        assert plan.year == year
        clock.shift_to(clock.now() + timedelta(days=29))
        tasks.annual_plan_due(SimpleNamespace(target=tree))  # decided meanwhile: nobody is told
        assert Message.objects.filter(event="programs.annual_plan.due").count() == 1
        assert "条款 A1" not in sign_in(staff.he).get(reverse("portal:desk:home")).content.decode()
    finally:
        clock.shift_to(None)


# --- pages and machines ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_change_by_screen_from_request_to_plan(world, sign_in):
    chen, he2, lead = sign_in(world.chen), sign_in(world.he2), sign_in(world.lead)
    year = world.plan.year
    answer = chen.post(reverse("programs:desk:change_new", args=[year]), {"title": "追加概念验证资金", "reason": "储备项目增加"})
    change = PlanChange.objects.get()
    assert answer["Location"] == reverse("programs:desk:plan_change", args=[change.ref])
    line = {"item": world.key.pk, "to": world.poc.pk, "money": "3000000"}
    new = reverse("programs:desk:line_new", args=[change.ref, "MOVE"])
    assert chen.post(new, {**line, "money": "many"}).status_code == 200
    assert chen.post(new, line).status_code == 302
    page = chen.get(reverse("programs:desk:plan_change", args=[change.ref])).content.decode()
    assert "条款 A2" in page  # more than the item has: said before anybody submits
    chen.post(reverse("programs:desk:line_remove", args=[change.ref, change.lines.get().pk]))
    assert chen.post(new, {**line, "money": "1000"}).status_code == 302
    for client, verb in ((chen, "submit"), (he2, "check"), (lead, "approve")):
        assert client.post(reverse(f"programs:desk:change_{verb}", args=[change.ref])).status_code == 302
    world.poc.refresh_from_db()
    assert world.poc.money == 2010 * MILLION
    assert "201,000" in lead.get(reverse("programs:desk:plan_change", args=[change.ref])).content.decode()


@pytest.mark.django_db
def test_desk_pages_of_changes_are_for_staff(world, sign_in, applicant):
    change = asked(world, move(world))
    address = reverse("programs:desk:plan_change", args=[change.ref])
    assert [sign_in(who).get(address).status_code for who in (None, applicant, world.qian, world.chen)] == [302, 403, 200, 200]
    public = reverse("programs:public:annual_plan", args=[world.plan.year])
    assert change.title not in sign_in().get(public).content.decode()  # an open request is nobody's business yet
    assert sign_in(world.lead).get(reverse("programs:desk:change_new", args=[world.plan.year])).status_code == 403


@pytest.mark.django_db
def test_machines_ask_check_and_approve_a_change(world, sign_in):
    def post(who, name, key, **data):
        return sign_in(who).post(reverse(f"programs:api:{name}", args=[key]), data, content_type="application/json")

    asked_ = post(world.chen, "plan_changes", world.plan.year, title="调整", reason="储备变化", lines=[
        {"kind": "MOVE", "item": world.key.pk, "to": world.poc.pk, "money": "10000000.00"}])
    assert asked_.status_code == 201, asked_.content
    ref = asked_.json()["ref"]
    assert sign_in().get(reverse("programs:api:plan_change", args=[ref])).status_code == 404
    assert post(world.chen, "change_submit", ref).json()["status"] == "SUBMITTED"
    wrong = post(world.chen, "change_approve", ref)
    assert (wrong.status_code, bool(wrong.json()["reasons"])) == (409, True)
    assert post(world.he2, "change_check", ref).json()["status"] == "CHECKED"
    assert post(world.lead, "change_approve", ref).json()["status"] == "APPLIED"
    found = sign_in().get(reverse("programs:api:annual_plan", args=[world.plan.year])).json()
    assert {item["special"]: item["money"] for item in found["items"]}["POC"] == "2010000000.00"
    assert [row["ref"] for row in sign_in().get(reverse("programs:api:plan_changes", args=[world.plan.year])).json()["results"]] == [ref]
    bad = post(world.chen, "plan_changes", world.plan.year, title="调整", reason="理由", lines=[{"kind": "MOVE", "item": 0}])
    assert bad.status_code == 409
    assert PlanChange.objects.count() == 1  # nothing half-saved


@pytest.mark.django_db
def test_machines_move_an_annual_plan(world, draft, sign_in):
    def post(who, verb, **data):
        return sign_in(who).post(reverse(f"programs:api:plan_{verb}", args=[draft.year]), data, content_type="application/json")

    assert post(world.he, "submit").json()["status"] == "SUBMITTED"
    assert post(world.lead, "return", why="请核对").json()["status"] == "DRAFT"
    assert post(world.he, "submit").status_code == 200
    assert post(world.he, "approve").status_code == 409
    assert post(world.lead, "approve").json()["status"] == "APPROVED"
    assert post(world.he, "publish").json()["status"] == "PUBLISHED"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["desk:plan", "public:annual_plan", "desk:plan_changes"])
def test_pages_with_changes_ask_the_same_number_of_queries(world, sign_in, name):
    client = sign_in(world.he)
    address = reverse(f"programs:{name}", args=[] if name.endswith("changes") else [world.plan.year])

    def asked_queries():
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    applied(world, move(world))
    one = asked_queries()
    applied(world, move(world))
    applied(world, move(world))
    assert asked_queries() == one


def test_kinds_have_words():
    assert all(str(ChangeKind(kind).label) for kind in ChangeKind.values)
