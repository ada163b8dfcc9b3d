"""The right to approve for a unit: who may see and endorse what, by page and by policy, within the time and after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership
from accounts.policies import Actor
from accounts.states import Role
from applications import actions, policies, queries
from applications.models import Application
from applications.states import Status
from core import clock
from core.workflow import Refused
from notices.models import Message
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.factories import programs as programme
from tests.kept import kept

pytestmark = pytest.mark.django_db


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


@kept
def office(town):
    """Unit A has an application that waits in one guide and one begun in another; gao of the unit leads nothing. Unit B has one."""
    town.gao = make.member("高助理", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138031")
    town.waiting = make.handed_in(town.li, town.guide, town.a)
    town.other = programme.published_guide(town, "g1", plan=town.guide.plan_item.plan)
    town.elsewhere = make.started(town.li, town.other, town.a)
    town.theirs = make.started(town.stranger, town.guide, town.b)
    town.day = clock.today()
    return town


def gave(office, guide=None, *, since=0, until=3, by=None, person=None) -> Membership:
    return actions.appoint_deputy(by or office.wang, unit=office.a, person=person or office.gao.person, guide=guide,
                                  since=office.day + timedelta(days=since), until=office.day + timedelta(days=until))


def agreed(actor, row) -> bool:
    """What every policy and every queryset say of one row; they must say the same."""
    found = {
        policies.is_unit_admin(actor, row) is None, policies.may_view(actor, row) is None,
        policies.visible_to(actor).filter(pk=row.pk).exists(), policies.of_units(actor).filter(pk=row.pk).exists(),
        policies.of_own_units(actor).filter(pk=row.pk).exists(), queries.unit_queue(actor).filter(pk=row.pk).exists(),
    }
    assert len(found) == 1, "the policies and the querysets do not agree"
    return found.pop()


@pytest.mark.parametrize(("one_guide", "since", "until", "seen"), [
    (None, 0, 0, ()),              # no right at all
    (False, 0, 3, ("waiting", "elsewhere")),
    (True, 0, 3, ("waiting",)),    # in one guide
    (False, 1, 3, ()),             # from tomorrow
    (True, 0, 0, ("waiting",)),    # today is the last day
])
def test_matrix(office, one_guide, since, until, seen):
    if one_guide is not None:
        gave(office, office.guide if one_guide else None, since=since, until=until)
    gao = Actor.of(office.gao.person)
    rows = {name: Application.objects.get(pk=getattr(office, name).pk) for name in ("waiting", "elsewhere", "theirs")}
    assert {name for name, row in rows.items() if agreed(gao, row)} == set(seen)
    assert (policies.is_unit_user(gao) is None) == bool(seen)
    assert policies.is_administrator(gao) and policies.is_unit_head(gao, rows["waiting"])
    client = signed_in(office.gao)
    assert client.get(my("unit_list")).status_code == (200 if seen else 403)
    for name, row in rows.items():
        assert client.get(my("unit_application", row.ref)).status_code == (200 if name in seen else 404 if seen else 403)
    client.post(my("unit_endorse", rows["waiting"].ref))
    rows["waiting"].refresh_from_db()
    assert rows["waiting"].status == (Status.SUBMITTED if "waiting" in seen else Status.UNIT_PENDING)


def test_after_the_last_day_nothing(office):
    gave(office, until=0)
    with clock.shifted_to(clock.now() + timedelta(days=1)):
        gao = Actor.of(office.gao.person)
        assert not agreed(gao, Application.objects.get(pk=office.waiting.pk))
        with pytest.raises(Refused):
            actions.endorse(gao, office.waiting)
        assert gave(office, since=1, until=2).until == office.day + timedelta(days=2)


def test_ended_at_once_and_told(office):
    row = gave(office, office.guide)
    assert Message.objects.filter(person=office.gao.person, event="application.deputy").count() == 1
    assert signed_in(office.badm).post(my("deputy_end", row.pk)).status_code == 404
    assert signed_in(office.wang).post(my("deputy_end", row.pk)).status_code == 302
    assert not agreed(Actor.of(office.gao.person), office.waiting)


def test_who_leaves_the_unit_approves_no_more(office):
    gave(office)
    Membership.objects.filter(person=office.gao.person, role=Role.MEMBER).update(status="ENDED")
    assert not agreed(Actor.of(office.gao.person), office.waiting)


def test_withdrawing_and_giving_on_stay_with_the_administrator(office):
    gave(office)
    gao = Actor.of(office.gao.person)
    actions.endorse(gao, office.waiting)
    with pytest.raises(Refused):
        actions.withdraw(gao, office.waiting, why="误提交")
    assert signed_in(office.gao).get(my("deputies")).status_code == 403
    with pytest.raises(Refused):
        gave(office, by=gao, person=office.li.person)


@pytest.mark.parametrize("wrong", ["stranger", "administrator", "twice", "past", "order", "other unit"])
def test_refusals(office, wrong):
    given = {"stranger": {"person": office.stranger.person}, "administrator": {"person": office.wang.person}, "twice": {}, "past": {"since": -3, "until": -1},
             "order": {"since": 3, "until": 1}, "other unit": {"by": office.badm}}[wrong]
    if wrong == "twice":
        gave(office)
    with pytest.raises(Refused):
        gave(office, **given)
    assert Membership.objects.filter(role=Role.ORG_DEPUTY).count() == (wrong == "twice")


def test_the_page(office):
    unit = signed_in(office.wang)
    page = unit.get(my("deputies"))
    keys = dict(page.context["form"].fields["who"].choices)
    assert [name.split(" ")[0] for key, name in keys.items() if key] == ["高助理", "李明远"] or len(keys) == 3
    key = next(key for key, name in keys.items() if "高助理" in name)
    sent = {"who": key, "guide": office.guide.ref, "since": office.day.isoformat(), "until": (office.day + timedelta(days=2)).isoformat()}
    text = unit.post(my("deputies"), sent, follow=True).content.decode()
    assert "已授权高助理" in text and office.guide.title in text
    assert unit.post(my("deputies"), sent).status_code == 422
    assert unit.post(my("deputies"), {}).status_code in (200, 422)
    assert my("deputies") in unit.get(my("unit_list")).content.decode()
    assert my("deputies") not in signed_in(office.gao).get(my("unit_list")).content.decode()


def test_who_approves_for_the_unit_hears_what_the_unit_is_told(office):
    from applications.actions import telling

    def told() -> bool:
        telling.tell_of("hand_in", office.waiting, event_id=clock.now().timestamp())
        return office.gao.id in {one.person_id for one in Message.objects.filter(event="application.hand_in")}

    assert not told()
    right = gave(office, office.other)
    assert not told()  # of another guide
    actions.end_deputy(office.wang, right)
    gave(office, office.guide)
    assert told() and Message.objects.filter(event="application.hand_in", person=office.wang.person).exists()
    Message.objects.all().delete()
    with clock.shifted_to(clock.now() + timedelta(days=5)):
        assert not told()
    Membership.objects.filter(person=office.gao.person, role=Role.MEMBER).update(status="ENDED")
    assert not told()  # somebody who has left the unit
    Membership.objects.filter(person=office.gao.person, role=Role.MEMBER).update(status="ACTIVE")
    gave(office, None)  # in every guide of the unit, and in no other unit
    people = {one.pk for one in queries.speakers_of(office.other, office.a.pk)}
    assert people == {office.gao.id, office.wang.id}
    assert {one.pk for one in queries.speakers_of(office.other, office.b.pk)} == {office.badm.id}
