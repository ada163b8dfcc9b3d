"""Clause T2: a suspended special opens no guide, whoever decided, whenever the window comes, and whoever publishes meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts import actions as accounts
from accounts.models import Membership
from accounts.policies import Actor, system
from core import clock
from core.workflow import Refused
from programs import actions, queries
from programs.models import Guide
from tests.factories import programs as make
from tests.programs.test_adjustments import decided, opened, today_is_the_day


def windows(*days):
    now = clock.now()
    return [(now + timedelta(days=begins), now + timedelta(days=ends)) for begins, ends in days]


@pytest.mark.django_db
def test_guide_between_two_windows_is_withdrawn(staff):
    guide = make.published_guide(staff, "g1", windows=windows((-3, -1), (5, 9)))
    assert guide.status == "CLOSED"
    case = opened(staff, days=0, open_guides="WITHDRAW")
    assert queries.consequences(case).withdrawn == [guide]
    decided(staff, case)
    guide.refresh_from_db()
    assert guide.status == "WITHDRAWN"


@pytest.mark.django_db
def test_kept_guide_does_not_open_its_second_window(staff):
    guide = make.published_guide(staff, "g1", windows=windows((-1, 1), (5, 9)))
    decided(staff, opened(staff, days=0, open_guides="KEEP"))
    guide.refresh_from_db()
    assert (guide.status, queries.is_open(guide)) == ("OPEN", True)
    with clock.shifted_to(clock.now() + timedelta(days=2)):
        assert actions.materialise_guide(system("clock"), guide).status == "CLOSED"
    with clock.shifted_to(clock.now() + timedelta(days=6)):
        guide = actions.materialise_guide(system("clock"), guide)
        assert (guide.status, queries.is_open(guide), queries.phase(guide, clock.now())) == ("CLOSED", False, "CLOSED")
        assert not queries.open_rows(Guide.objects.all()).exists()
        assert queries.in_phase(Guide.objects.all(), "closed").get() == guide
        with pytest.raises(Refused, match="T2"), transaction.atomic():
            queries.lock_open(guide.pk)
        actions.resume_special(system("adjustment"), make.special("POC"), why="恢复")
        guide = Guide.objects.get(pk=guide.pk)
        assert actions.materialise_guide(system("clock"), guide).status == "OPEN"


@pytest.mark.django_db
def test_guide_is_withdrawn_or_corrected_between_windows_and_not_after_the_last(staff):
    guide = make.published_guide(staff, "g1", windows=windows((-3, -1), (5, 9)))
    with clock.shifted_to(clock.now() + timedelta(days=20)):
        guide = actions.materialise_guide(system("clock"), guide)
        for act, who in ((actions.withdraw_guide, staff.lead), (actions.supersede_guide, staff.chen)):
            with pytest.raises(Refused):
                act(who, guide, why="有误")
    assert actions.supersede_guide(staff.chen, guide, why="有误").supersedes == guide


@pytest.mark.django_db
def test_case_takes_effect_though_its_leader_has_lost_the_role(staff):
    guide = make.published_guide(staff, "g1", opens=20, closes=40)
    case = decided(staff, opened(staff))
    Membership.objects.filter(person=staff.lead.person).update(status="ENDED")
    today_is_the_day(case)
    guide.refresh_from_db()
    assert (case.status, guide.status) == ("IN_FORCE", "WITHDRAWN")


@pytest.mark.django_db
def test_system_withdraws_no_guide_without_a_decided_case_of_its_special(staff):
    guide = make.published_guide(staff, "g1", opens=5, closes=20)
    other = decided(staff, opened(staff, code="KEY-LAB"))
    for case in (None, opened(staff), other):
        with pytest.raises(Refused, match="R3"):
            actions.withdraw_guide(system("adjustment"), guide, why="撤回", case=case)


@pytest.mark.django_db
def test_leader_of_another_special_does_not_decide(staff):
    person = accounts.create_person(system("test"), name="分管领导", email="part@programs.example")
    accounts.grant_role(system("test"), person, staff.bureau, "LEADER", scope="KEY-LAB")
    staff.whole, staff.lead = staff.lead, Actor.of(person)
    with pytest.raises(Refused):
        decided(staff, opened(staff))
    assert decided(staff, opened(staff, code="KEY-LAB")).status == "APPROVED"


@pytest.mark.django_db(transaction=True)
def test_case_waits_for_a_guide_that_is_being_published(transactional_db, staff):
    """The guide is found and withdrawn: without the lock the case would compute before the publication is committed."""
    guide = make.approved_guide(staff, "g1", opens=5, closes=20)
    case = decided(staff, opened(staff, days=1))
    type(case).objects.filter(pk=case.pk).update(effective_on=clock.today())
    published, leave, applied = threading.Event(), threading.Event(), threading.Event()

    def publish():
        try:
            with transaction.atomic():
                actions.publish_guide(staff.chen, guide)
                published.set()
                leave.wait(30)
        finally:
            connection.close()

    def apply():
        try:
            actions.apply_adjustment(system("adjustment"), case)
            applied.set()
        finally:
            connection.close()

    first, second = threading.Thread(target=publish), threading.Thread(target=apply)
    first.start()
    assert published.wait(30)
    second.start()
    assert not applied.wait(3)
    leave.set()
    first.join(30)
    second.join(30)
    guide.refresh_from_db()
    assert (applied.is_set(), guide.status, make.special("POC").status) == (True, "WITHDRAWN", "SUSPENDED")
