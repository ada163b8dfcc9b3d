"""Who may apply is said the same at home, in the matching, in the list of open guides and before the first word."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import Organisation
from accounts.policies import Actor, system
from accounts.states import OrganisationStatus
from applications import actions, queries
from applications.models import Application
from applications.states import Status
from core import clock
from programs.queries import matching
from programs.states import Reach
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.factories import modes
from tests.kept import kept

pytestmark = pytest.mark.django_db
challenged = kept(modes.challenge)


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


def test_owner_of_a_challenge_is_told_everywhere_that_it_does_not_fit(challenged):
    town = challenged
    leader = make.member("榜主员", town.owner, "MEMBER", phone="13800138010")
    client = signed_in(leader)
    start = client.get(my("start", town.guide.ref)).content.decode()
    assert "发榜方不得" in start or "R4" in start
    assert 'name="once"' not in start
    [guide] = [one for one in queries.open_guides(leader) if one.pk == town.guide.pk]
    assert not guide.fits and "R4" in guide.why_not
    assert guide.why_not in client.get(my("list")).content.decode()
    home = client.get("/my/").content.decode()
    assert "不符合" in home and "可以申报" not in home
    [mine] = [one for one in matching.standings(town.owner) if one.guide.pk == town.guide.pk]
    assert mine.reach == Reach.NOT


def test_other_units_begin_as_before(challenged):
    town = challenged
    page = signed_in(town.li).get(my("start", town.guide.ref))
    assert page.context["units"] == [town.a] and 'name="once"' in page.content.decode()


def test_person_whose_unit_is_being_verified_is_told_to_wait(town):
    person = accounts.create_person(system("test"), name="新人", email="new@applications.example")
    unit = Organisation.objects.create(name="新单位", uscc="91440300MA5FTEST1X", kind=town.a.kind, status=OrganisationStatus.PENDING)
    unit.memberships.create(person=person, role="ORG_ADMIN", status="REQUESTED", since=clock.today())
    page = signed_in(Actor.of(person)).get(my("start", town.guide.ref))
    assert page.status_code == 200
    text = page.content.decode()
    assert "单位正在核验，通过后即可申报" in text and 'name="once"' not in text
    nobody = accounts.create_person(system("test"), name="无单位", email="none@applications.example")
    assert signed_in(Actor.of(nobody)).get(my("start", town.guide.ref)).status_code == 403


def test_guide_with_an_application_leads_to_it(town):
    row = make.started(town.li, town.guide, town.a)
    text = signed_in(town.li).get(my("list")).content.decode()
    assert f"您在本指南中已有申请 {row.ref}" in text
    assert my("start", town.guide.ref) not in text
    assert "我的项目" in queries.next_step(Application(status=Status.AWARDED, guide=row.guide)).text


def test_only_rows_that_wait_can_be_ticked_by_the_unit(town):
    row, client = make.handed_in(town.li, town.guide, town.a), signed_in(town.wang)
    assert f'name="ids" value="{row.ref}"' in client.get(my("unit_list")).content.decode()
    actions.endorse(town.wang, row)
    text = client.get(my("unit_list")).content.decode()
    assert row.ref in text and f'name="ids" value="{row.ref}"' not in text


def test_unit_reads_the_receipt_first_and_withdraws_last(town):
    row = make.handed_in(town.li, town.guide, town.a)
    page = signed_in(town.wang).post(my("unit_endorse", row.ref), follow=True)
    row.refresh_from_db()
    [said] = [str(one) for one in page.context["messages"]]
    assert row.receipt_number in said and "下一步" in said
    text = page.content.decode()
    places = [text.index(one) for one in ('class="st-receipt', "st-split", my("unit_withdraw", row.ref))]
    assert places == sorted(places)
    assert f"</strong> {queries.next_step(row).text}" in text


def test_taking_back_is_no_main_button(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    text = signed_in(town.li).get(my("overview", row.ref)).content.decode()
    form = text[text.index(my("take_back", row.ref)):]
    assert 'class="st-btn st-btn--2"' in form[:form.index("</form>")] or "st-btn--bad" in form[:form.index("</form>")]


def test_who_asked_to_join_or_was_invited_is_told_whose_turn_it_is(town):
    asker = accounts.create_person(system("test"), name="申请加入", email="asks@applications.example")
    town.a.memberships.create(person=asker, role="MEMBER", status="REQUESTED", since=clock.today())
    invited = accounts.create_person(system("test"), name="受邀加入", email="invited@applications.example")
    accounts.invite_member(town.wang, invited, town.a, "MEMBER")
    for person, words in ((asker, f"申请加入{town.a.name}，待该单位管理员确认"), (invited, f"{town.a.name}邀请您加入")):
        client = signed_in(Actor.of(person))
        refused = client.get(my("start", town.guide.ref))
        assert refused.status_code == 403 and words in refused.content.decode()
        assert words in client.get("/my/").content.decode()
