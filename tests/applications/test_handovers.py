"""The formality check in the hands of an institution: exactly what is handed over, as long as it is, and back at any time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import HANDED_OVER, OrgKind, Role
from applications import actions, policies, queries
from applications.models import Application, Handover
from applications.states import HandoverStatus
from core import clock, deadlines, events
from core.workflow import Refused
from notices.models import Message
from tests.applications.test_desk_queue import three  # noqa: F401
from tests.applications.test_filing import refused
from tests.applications.test_formality import ticked
from tests.factories import applications as make
from tests.kept import kept
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db


@kept
def house(town, three):  # noqa: F811
    """Two institutions; one person of each sees nothing but what is handed over."""
    for name, body in (("深圳市形式审查中心", "MA5AAA11"), ("深圳市另一机构", "MA5AAA22")):
        unit = make.unit(name, body, OrgKind.AGENCY)
        person = accounts.create_person(system("test"), name=name[-4:], email=f"{body}@agency.example")
        accounts.grant_role(system("test"), person, unit, Role.AGENCY, scope=HANDED_OVER)
        setattr(town, "centre" if body.endswith("11") else "rival", Actor.of(person))
        setattr(town, "centre_unit" if body.endswith("11") else "rival_unit", unit)
    return town


def give(house, rows=(), **more):
    day = clock.today()
    given = {"guide": house.guide, "applications": rows, "since": day, "until": day + timedelta(days=10), "reason": "第三季度委托", **more}
    return actions.hand_over(house.chen, more.pop("to", house.centre_unit), **{k: v for k, v in given.items() if k != "to"})


def seen(actor):
    return {row.pk for row in policies.at_desk(actor)}


def agree(actor):
    """Question and queryset say the same of every application."""
    for row in Application.objects.select_related("guide__special__plan"):
        assert (policies.may_view(actor, row) is None) == policies.visible_to(actor).filter(pk=row.pk).exists()
        if row.pk in seen(actor):
            assert (policies.is_checker(actor, row) is None) == policies.at_desk(actor).filter(policies.to_check(actor), pk=row.pk).exists()


def test_people_of_the_institution_see_and_check_exactly_what_is_handed_over(house, three):  # noqa: F811
    assert seen(house.centre) == set()
    refused(actions.open_check, house.centre, three[0])
    give(house, three[:1])
    assert seen(house.centre) == {three[0].pk}
    assert seen(house.rival) == set()
    ticked(house.centre, three[0])
    actions.accept(house.centre, three[0])
    refused(actions.open_check, house.centre, three[1])
    refused(actions.open_check, house.rival, three[1])
    for actor in (house.centre, house.rival, house.agency, house.chen, house.wang):
        agree(actor)


def test_whole_guide_and_the_general_institution_steps_back(house, three):  # noqa: F811
    assert policies.is_checker(house.agency, three[0]) is None
    give(house)
    assert seen(house.centre) == {row.pk for row in three}
    assert "R11" in policies.is_checker(house.agency, three[0])
    assert policies.is_checker(house.chen, three[0]) is None  # the division stays in charge
    agree(house.agency)
    assert queries.next_to_check(house.centre).pk in seen(house.centre)
    assert queries.next_to_check(house.agency) is None


def test_back_at_any_time_and_by_the_clock(house, three):  # noqa: F811
    row = give(house)
    refused(actions.take_check_back, house.centre, row, why="不做了")
    refused(actions.take_check_back, house.chen, row, why=" ")
    actions.take_check_back(house.chen, row, why="改由处室审查")
    assert seen(house.centre) == set()
    again = give(house)
    with clock.shifted_to(clock.now() + timedelta(days=12)):
        assert seen(house.centre) == set()
        deadlines.sweep()
        again.refresh_from_db()
        assert again.status == HandoverStatus.ENDED
    later = give(house, since=clock.today() + timedelta(days=2))
    assert seen(house.centre) == set()
    with clock.shifted_to(clock.now() + timedelta(days=3)):
        assert later.status == HandoverStatus.ACTIVE
        assert seen(house.centre)


def test_suspension_of_the_institution_moves_the_work_back(house, three):  # noqa: F811
    row = give(house)
    accounts.suspend(house.sun, house.centre_unit, reason="年度考核不合格")
    assert seen(house.centre) == set()  # at once, before any worker
    events.drain()
    row.refresh_from_db()
    assert row.status == HandoverStatus.SUSPENDED
    assert Message.objects.filter(person=house.chen.person, event="application.handed_over").exists()
    refused(actions.resume_handover, house.chen, row)
    accounts.release(house.sun, house.centre_unit)
    assert seen(house.centre) == set()  # what stands still begins again by the division's word alone
    row.organisation.refresh_from_db()
    actions.resume_handover(house.chen, Handover.objects.get(pk=row.pk))
    assert seen(house.centre)


def test_rules_of_handing_over(house, three):  # noqa: F811
    day = clock.today()
    refused(give, house, reason=" ")
    refused(give, house, until=day - timedelta(days=1))
    refused(give, house, to=house.a)
    refused(actions.hand_over, house.wang, house.centre_unit, guide=house.guide, since=day, until=day, reason="越权")
    refused(actions.hand_over, house.agency, house.centre_unit, guide=house.guide, since=day, until=day, reason="越权")
    give(house, three[:1])
    refused(give, house, three[:1], to=house.rival_unit)
    refused(give, house, to=house.rival_unit)
    give(house, three[1:2], to=house.rival_unit)
    three[2].unit = house.rival_unit
    refused(give, house, three[2:], to=house.rival_unit)
    assert "R11" in policies.is_checker(house.rival, three[2])


def test_the_guards_are_what_keeps_others_out(house, three, monkeypatch):  # noqa: F811
    """The negative control: without the state and the time of the handover the tests above would see too much."""
    row = give(house)
    actions.suspend_handover(house.chen, row, why="核查")
    assert seen(house.centre) == set()
    monkeypatch.setattr(policies, "in_force", Handover.objects.all)
    assert seen(house.centre) == {row.pk for row in three}


def test_only_an_institution_has_the_narrow_role(house):
    with pytest.raises(Refused):
        accounts.grant_role(house.badm, house.li.person, house.bureau, Role.DIVISION, scope=HANDED_OVER)


def test_pages_of_both_sides(client, house, three):  # noqa: F811
    visitor = visit(client, house.chen)
    assert visitor.get(reverse("applications:desk:handover_new")).status_code == 200
    chosen = visitor.post(reverse("applications:desk:handover_new"), {"ids": [three[0].ref]})
    assert chosen.status_code == 200
    day = clock.today()
    typed = {"decide": "1", "ids": [three[0].ref], "guide": house.guide.ref, "organisation": house.centre_unit.pk, "since": day.isoformat(),
             "until": day.isoformat(), "reason": "委托"}
    bad = visitor.post(reverse("applications:desk:handover_new"), {**typed, "reason": "", "until": "2001-01-01"})
    assert bad.status_code == 422
    done = visitor.post(reverse("applications:desk:handover_new"), typed)
    row = Handover.objects.get()
    url = reverse("applications:desk:handover", args=[row.uid])
    assert done["Location"] == url
    assert not row.whole
    assert three[0].ref in visitor.get(url).content.decode()
    theirs = visit(client, house.centre)
    assert house.guide.ref in theirs.get(reverse("applications:desk:handovers")).content.decode()
    assert three[0].ref in theirs.get(url).content.decode()
    assert theirs.get(reverse("applications:desk:application", args=[three[0].ref])).status_code == 200
    assert theirs.get(reverse("applications:desk:application", args=[three[1].ref])).status_code == 404
    assert visit(client, house.rival).get(url).status_code == 404
    assert queries.handovers(house.centre).get().waiting == 1
    visit(client, house.chen).post(reverse("applications:desk:handover_take_back", args=[row.uid]), {"why": "收回"})
    row.refresh_from_db()
    assert row.status == HandoverStatus.ENDED


def test_list_asks_the_same_for_one_row_and_for_three(client, house, three):  # noqa: F811
    visitor, counts = visit(client, house.chen), []
    for rows in (three[:1], three[1:2], three[2:]):
        give(house, rows)
        with CaptureQueriesContext(connection) as caught:
            visitor.get(reverse("applications:desk:handovers"))
        counts.append(len(caught))
    assert counts[0] == counts[2]


def test_what_has_nothing_left_to_check_is_not_offered(house, three):  # noqa: F811
    assert [one.pk for one in queries.guides_to_hand_over(house.chen)] == [house.guide.pk]
    type(house.guide).objects.filter(pk=house.guide.pk).update(status="CLOSED")
    assert [one.pk for one in queries.guides_to_hand_over(house.chen)] == [house.guide.pk], "closed, and something to check"
    type(three[0]).objects.filter(guide=house.guide).update(status="ACCEPTED")
    assert queries.guides_to_hand_over(house.chen) == []
