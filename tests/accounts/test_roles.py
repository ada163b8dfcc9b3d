"""Granting roles of the bureau: limited to what the tree knows, not in force before their day, told apart when they are ended."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import actions
from accounts.models import Membership
from accounts.policies import Actor
from accounts.states import Role
from core import clock
from core.workflow import Refused
from tests.accounts.conftest import PASSWORD, SYSTEM, person


@pytest.fixture
def boss(house, client):
    """The system administrator, signed in."""
    row = person("boss")
    actions.grant_role(SYSTEM, row, house.bureau, Role.SYSADMIN)
    client.post("/login/", {"identifier": row.email, "password": PASSWORD})
    return Actor.of(row)


def give(client, house, who, **more):
    values = {"email": who.email, "organisation": house.bureau.pk, "role": Role.DIVISION, "scope": "", "since": clock.today().isoformat(),
              "until": "", **more}
    return client.post(reverse("accounts:desk:grant"), values)


def test_scope_is_a_plan_or_a_special_of_the_tree_in_force(house, boss, client):
    who = person("clerk")
    answer = give(client, house, who, scope="不存在的范围")
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["scope"]
    with pytest.raises(Refused, match="不存在的范围"):
        actions.grant_role(boss, who, house.bureau, Role.DIVISION, scope="不存在的范围")
    assert give(client, house, who, scope="POC").status_code == 302
    assert Membership.objects.get(person=who).scope == "POC"


def test_refused_grant_keeps_what_was_typed(house, boss, client):
    answer = give(client, house, house.li_person)  # a user of a unit
    assert answer.status_code == 422
    assert house.li_person.email in answer.content.decode() and list(answer.context["form"].errors) == ["role"]
    nobody = give(client, house, house.li_person, email="nobody@nowhere.example")
    assert nobody.status_code == 422 and list(nobody.context["form"].errors) == ["email"]


def test_role_of_a_later_day_says_so_and_ending_it_ends_no_session(house, boss, client):
    who, later = person("clerk"), clock.today() + timedelta(days=40)
    give(client, house, who, scope="POC")
    give(client, house, who, scope="KEY-LAB", since=later.isoformat())
    page = client.get(reverse("accounts:desk:person", args=[who.uid])).content.decode()
    assert "未生效" in page
    words = [part.split("</button>")[0] for part in page.split('st-link--blue">') if "终止" in part.split("</button>")[0]]
    assert len(words) == len(set(words)) == 2
    who.refresh_from_db()
    before = who.session_epoch
    actions.end_role(boss, Membership.objects.get(person=who, scope="KEY-LAB"))
    who.refresh_from_db()
    assert who.session_epoch == before
    actions.end_role(boss, Membership.objects.get(person=who, scope="POC"))
    who.refresh_from_db()
    assert who.session_epoch > before


def test_merging_of_accounts_is_reached_from_the_list_and_from_a_person(house, boss, client):
    address, who = reverse("accounts:desk:merge"), person("twice")
    assert address in client.get(reverse("accounts:desk:people")).content.decode()
    page = client.get(reverse("accounts:desk:person", args=[who.uid])).content.decode()
    assert f"{address}?drop=" in page
    page = client.get(address, {"drop": who.email})
    assert page.context["crumbs"] and f'value="{who.email}"' in page.content.decode()


def test_nobody_gives_himself_a_role_of_the_bureau(house, boss):
    with pytest.raises(Refused, match="本人"):
        actions.grant_role(boss, boss.person, house.bureau, Role.AUDITOR)
