"""The applicant's side of rules for certain kinds of units: materials and own money; JOINT pages in words and with units."""

from __future__ import annotations

import pytest

from accounts.states import OrgKind
from applications import queries
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.factories.modes import town_of

pytestmark = pytest.mark.django_db


def asks_enterprises(data):
    data["documents"] = [{**row, "required": True, "required_for": ["ENTERPRISE"]} if row["code"] == "D01" else row for row in data["documents"]]
    data["budget"] = {**data["budget"], "self_raised_min_ratio": "1", "self_raised_for": ["ENTERPRISE"]}
    data["applicants"] = ["ENTERPRISE", "UNIVERSITY"]


@pytest.mark.parametrize(("kind", "asked"), [(OrgKind.ENTERPRISE, True), (OrgKind.UNIVERSITY, False)])
def test_file_list_and_check_list_follow_the_kind_of_the_unit(kind, asked):
    town = town_of("PRE", change=asks_enterprises)
    application = make.started(town.li, town.guide, town.a)
    type(application.unit).objects.filter(pk=application.unit_id).update(kind=kind)
    application = queries.leader_get(town.li, application.ref)
    row = next(one for one in queries.documents_of(application) if one["code"] == "D01")
    assert (row["required"], row["who"]) == (asked, "企业")
    wrong = [item.text for item in queries.check_list(application).wrong if item.anchor == "d-D01"]
    assert bool(wrong) is asked and all("企业必交" in text for text in wrong)
    page = signed_in(town.li).get(f"/my/applications/{application.ref}/files/").content.decode()
    mine = page.partition('id="d-D01"')[2].partition("</b>")[0]
    assert "企业必交" in mine and ("选填" not in mine) is asked


@pytest.mark.parametrize(("kind", "asked"), [(OrgKind.ENTERPRISE, True), (OrgKind.UNIVERSITY, False)])
def test_own_money_is_asked_of_the_kind_of_the_unit(kind, asked):
    town = town_of("PRE", change=asks_enterprises)
    application = make.fill(town.li, make.started(town.li, town.guide, town.a))
    application.budget.filter(source="OWN").update(amount=1)
    type(application.unit).objects.filter(pk=application.unit_id).update(kind=kind)
    application = queries.leader_get(town.li, application.ref)
    texts = [item.text for item in queries.check_list(application).wrong if item.part == "budget"]
    assert any("自筹" in text for text in texts) is asked


def test_money_of_a_joint_application_says_its_unit():
    town = town_of("JOINT")
    application = make.started(town.li, town.guide, town.a)
    page = signed_in(town.li).get(f"/my/applications/{application.ref}/sections/partner_side/").content.decode()
    box = page.partition('name="partner_budget"')[2].partition("</div>")[0]
    assert "<span>元</span>" in box
