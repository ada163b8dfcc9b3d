"""A unit asks people who have an account; it does not take them. What it may see and end, and whose sessions go on."""

from __future__ import annotations

import pytest

from accounts import actions, queries, reset
from accounts.middleware import EPOCH
from accounts.models import Membership, Person
from accounts.policies import Actor
from accounts.states import MembershipStatus, Role
from accounts.workflow import MEMBERSHIP
from core.events import drain
from core.workflow import Refused
from notices.models import Message
from tests.accounts.conftest import SYSTEM, licence, person, uscc

PEOPLE = "/my/unit/people/"


def signed_in(client, who):
    client.force_login(who)
    session = client.session
    session[EPOCH] = Person.objects.get(pk=who.pk).session_epoch
    session.save()
    actions.consent(Actor.of(who), queries.current_notice())
    return client


@pytest.fixture
def stranger(house):
    """Somebody of another unit, with a name that unit 甲 does not know."""
    other = actions.register_organisation(SYSTEM, name="丁单位", kind="ENTERPRISE", uscc=uscc("91440300", "MA5DA777"), licence=licence())
    actions.verify(house.he, other)
    row = person("stranger", name="欧阳不知")
    actions.grant_role(SYSTEM, row, other, Role.MEMBER)
    return row


def ask(house, who, role=Role.MEMBER):
    return reset.invite(house.wang, house.unit, name="随便", email=f" {who.email.upper()} ", role=role)


def test_existing_account_is_asked_and_not_taken(client, house, stranger):
    page = signed_in(client, house.wang_person).post(PEOPLE, {"name": "随便", "email": stranger.email, "role": "MEMBER"}, follow=True)
    row = Membership.objects.get(person=stranger, organisation=house.unit)
    assert row.status == MembershipStatus.INVITED
    assert not Actor.of(stranger).holds(Role.MEMBER, at=house.unit)
    assert not stranger.employments.filter(organisation=house.unit).exists()
    assert stranger not in queries.people_of(house.unit)
    assert stranger.name not in page.content.decode()
    assert stranger.email in page.content.decode()


def test_person_reads_of_it_in_the_inbox_and_decides_on_the_own_page(client, house, stranger):
    row = ask(house, stranger)
    drain()
    assert Message.objects.filter(person=stranger, event="membership.invite").count() == 1
    page = signed_in(client, stranger).get("/me/").content.decode()
    assert house.unit.name in page
    assert client.post(f"/me/memberships/{row.pk}/accept/").status_code == 302
    assert Actor.of(stranger).holds(Role.MEMBER, at=house.unit)
    assert stranger.employments.filter(organisation=house.unit, until=None).count() == 1


def test_nobody_else_accepts(house, stranger):
    row = ask(house, stranger)
    for actor in (house.wang, house.li, house.he):
        with pytest.raises(Refused):
            actions.accept_membership(actor, row)
        with pytest.raises(Refused):
            actions.confirm_membership(actor, row)
        with pytest.raises(Refused):
            actions.grant_role(actor, stranger, house.unit, Role.MEMBER)
    assert Membership.objects.get(pk=row.pk).status == MembershipStatus.INVITED


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_name_stays_unknown_after_the_invitation_is_over(client, house, stranger, end):
    row = ask(house, stranger)
    if end == "decline":
        actions.decline_membership(Actor.of(stranger), row)
    else:
        actions.withdraw_invitation(house.wang, row)
    assert stranger.name not in signed_in(client, house.wang_person).get(PEOPLE).content.decode()


def test_asking_to_join_accepts_an_invitation_and_an_invitation_confirms_who_asked(house, stranger):
    ask(house, stranger)
    assert actions.request_membership(Actor.of(stranger), house.unit).status == MembershipStatus.ACTIVE
    other = person("other")
    actions.request_membership(Actor.of(other), house.unit)
    assert ask(house, other).status == MembershipStatus.ACTIVE
    assert other.employments.filter(organisation=house.unit).count() == 1


def test_new_account_is_of_the_unit_at_once(house):
    row = reset.invite(house.wang, house.unit, name="新人", email="fresh@accounts.example", role=Role.MEMBER)
    assert (row.status, row.person.name) == (MembershipStatus.ACTIVE, "新人")


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN, Role.AUDITOR, Role.DISCIPLINE])
def test_who_runs_or_audits_the_system_joins_no_unit(house, role):
    somebody = person("somebody")
    actions.grant_role(SYSTEM, somebody, house.bureau, role)
    row = ask(house, somebody)  # the unit is told nothing of it
    with pytest.raises(Refused):
        actions.accept_membership(Actor.of(somebody), row)
    with pytest.raises(Refused):
        actions.request_membership(Actor.of(somebody), house.unit)
    with pytest.raises(Refused):
        actions.grant_role(SYSTEM, person("again"), house.unit, Role.MEMBER) and actions.grant_role(SYSTEM, Person.objects.get(
            email="again@accounts.example"), house.bureau, role)
    assert not Membership.objects.filter(person=somebody, organisation=house.unit, status=MembershipStatus.ACTIVE).exists()


def test_expert_may_join_a_unit(house):
    expert = person("expert")
    actions.grant_role(SYSTEM, expert, house.bureau, Role.EXPERT)
    assert actions.accept_membership(Actor.of(expert), ask(house, expert)).status == MembershipStatus.ACTIVE


def test_administrator_ends_roles_of_the_own_unit_only(house, stranger):
    foreign = stranger.memberships.get()
    agency = actions.grant_role(SYSTEM, person("agent"), house.unit, Role.AGENCY)
    for row in (foreign, agency):
        assert MEMBERSHIP.open_to(house.wang, row) == []
        with pytest.raises(Refused):
            actions.end_role(house.wang, row)


@pytest.mark.parametrize(("also", "goes_on"), [(None, False), (Role.EXPERT, True)])
def test_a_unit_that_ends_its_role_ends_no_session_for_other_work(client, house, also, goes_on):
    worker = person("worker")
    row = actions.grant_role(SYSTEM, worker, house.unit, Role.MEMBER)
    if also:
        actions.grant_role(SYSTEM, worker, house.bureau, also)
    signed_in(client, worker)
    actions.end_role(house.wang, row)
    assert not Actor.of(worker).holds(Role.MEMBER)
    assert (client.get("/me/").status_code == 200) == goes_on


@pytest.mark.parametrize("role", [Role.EXPERT, Role.DIVISION, Role.AUDITOR])
def test_session_ends_with_rights_of_desk_review_or_audit_whatever_remains(client, house, role):
    worker = person("worker")
    row = actions.grant_role(SYSTEM, worker, house.bureau, role)
    actions.grant_role(SYSTEM, worker, house.bureau, Role.MONITOR)
    signed_in(client, worker)
    actions.end_role(SYSTEM, row)
    assert client.get("/me/").status_code == 302
