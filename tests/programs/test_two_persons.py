"""Whoever had a hand in a plan, a guide or a call is no second person, by the record; roles do not change that."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock, ledger
from core.workflow import Refused
from programs import actions, queries
from tests.factories import programs as make
from tests.programs import test_adjustments as cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(staff):
    """One person with the roles of drafter, checker and leader."""
    person = accounts.create_person(system("test"), name="多岗人员", email="many@programs.example")
    for role in (Role.DIVISION, Role.RESOURCE, Role.LEADER):
        accounts.grant_role(system("test"), person, staff.bureau, role)
    return Actor.of(person)


def drafted(staff):
    return actions.draft_plan(staff.he, clock.today().year + 1, tree=queries.tree_as_of(), control_figure=Decimal(1_000_000_000),
                              reserve=Decimal(50_000_000))


@pytest.mark.parametrize("what", ["money", "item", "submit"])
def test_who_changed_or_submitted_a_plan_does_not_approve_it(staff, many, what):
    plan = drafted(staff)
    adding = many if what == "item" else staff.he
    actions.add_item(adding, plan, special=make.special("POC"), title="概念验证", money=Decimal(1_000_000), count=1, opens_month=1, closes_month=12)
    if what == "money":
        actions.set_plan_money(many, plan, control_figure=Decimal(900_000_000), reserve=Decimal(40_000_000))
    actions.submit_plan(many if what == "submit" else staff.he, plan)
    with pytest.raises(Refused, match="两人"):
        actions.approve_plan(many, plan)
    assert actions.approve_plan(staff.lead, plan).status == "APPROVED"


@pytest.mark.parametrize("what", ["save", "submit", "agree"])
def test_who_changed_submitted_or_agreed_to_a_guide_does_not_approve_it(staff, drafted, many, what):
    if what == "save":
        actions.save_part(many, drafted, "publicity_days", 9)
    actions.submit_guide(many if what == "submit" else staff.chen, drafted)
    if what != "agree":
        with pytest.raises(Refused, match="两人"):
            actions.agree_guide(many, drafted)
    actions.agree_guide(many if what == "agree" else staff.he, drafted)
    make.passed_law(staff, drafted)
    with pytest.raises(Refused, match="两人"):
        actions.approve_guide(many, drafted)
    assert actions.approve_guide(staff.lead, drafted).status == "BUREAU_APPROVED"


def test_who_cited_evidence_for_a_case_does_not_approve_it(staff, many):
    case = cases.opened(staff, cite=False)
    actions.cite(many, case, cases.OFFER)
    actions.ask_opinions(staff.he, case)
    for adviser in (staff.chen, staff.sun):
        actions.give_opinion(adviser, case, stance="FOR")
    actions.submit_adjustment(staff.he, case)
    with pytest.raises(Refused, match="两人"):
        actions.approve_adjustment(many, case)
    assert actions.approve_adjustment(staff.lead, case).status in ("APPROVED", "EFFECTIVE")


def test_record_without_its_rows_would_let_the_same_person_through(staff, many, monkeypatch):
    """Negative control: the refusal rests on the record and on nothing else."""
    plan = drafted(staff)
    actions.add_item(many, plan, special=make.special("POC"), title="概念验证", money=Decimal(1_000_000), count=1, opens_month=1, closes_month=12)
    actions.submit_plan(staff.he, plan)
    monkeypatch.setattr(ledger, "took_part", lambda *given: False)
    assert actions.approve_plan(many, plan).status == "APPROVED"
