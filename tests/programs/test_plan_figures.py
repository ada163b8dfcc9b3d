"""The figures of an annual plan: what the database would refuse is said beside its field, and what is over is not called saved in green
alone."""

from decimal import Decimal

import pytest
from django.urls import reverse

from core.workflow import Refused
from programs import actions, queries
from programs.models import AnnualPlan
from tests.factories import programs as make
from tests.kept import kept


@kept
def world(staff):
    staff.plan = make.approved_plan(staff)
    staff.next = staff.plan.year + 1
    return staff


@pytest.fixture
def draft(world):
    return actions.draft_plan(world.he, world.next, tree=world.plan.tree, copy_from=world.plan, control_figure=Decimal(10_000), reserve=Decimal(0))


def test_reserve_above_the_control_figure_is_refused_beside_it(world, sign_in):
    values = {"year": world.next, "copy_from": str(world.plan.year), "control_figure": "1000", "reserve": "5000"}
    answer = sign_in(world.he).post(reverse("programs:desk:plan_new"), values)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["reserve"]
    page = answer.content.decode()
    assert "条款R10" in page.replace(" ", "") and 'value="5000"' in page
    assert not AnnualPlan.objects.filter(year=world.next).exists()


@pytest.mark.parametrize("reserve", [Decimal(2), Decimal(-1)])
def test_action_refuses_the_reserve_before_the_database_does(world, reserve):
    with pytest.raises(Refused, match="R10"):
        actions.draft_plan(world.he, world.next, tree=world.plan.tree, control_figure=Decimal(1), reserve=reserve)


def test_year_that_has_a_plan_is_refused_beside_the_year(world, sign_in):
    values = {"year": world.plan.year, "copy_from": "", "control_figure": "1000", "reserve": "5"}
    answer = sign_in(world.he).post(reverse("programs:desk:plan_new"), values)
    assert list(answer.context["form"].errors) == ["year"]


@pytest.mark.parametrize(("figure", "warned"), [("1", True), ("9000000", False)])
def test_items_over_the_control_figure_are_said_when_the_plan_is_saved(world, draft, sign_in, figure, warned):
    answer = sign_in(world.he).post(
        reverse("programs:desk:plan_money", args=[draft.year]), {"control_figure": figure, "reserve": "0", "note": ""}, follow=True)
    said = [message.level_tag for message in answer.context["messages"]]
    assert said == (["success", "warning"] if warned else ["success"])
    draft.refresh_from_db()
    assert bool(queries.plan_over(draft)) == warned
