"""Questions of the tables of moves, each asked on its own: another question of the same step must not answer for it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock
from programs import actions, policies
from programs.models import Adjustment
from programs.workflow import another_person, guides
from programs.workflow.adjustments import ADJUSTMENT
from programs.workflow.plans import ANNUAL_PLAN
from programs.workflow.topics import CALL
from tests.factories import programs as make
from tests.programs.test_entitlements import world  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
MACHINE = system("test")


@pytest.mark.parametrize(("question", "people"), [
    ("owns_entitlements", {"chen"}), ("checks_entitlements", {"he"}), ("approves_entitlements", {"lead"}), ("returns_entitlements", {"he", "lead"}),
])
def test_list_of_entitlements_is_for_its_own_desks(world, question, people):  # noqa: F811
    roll = actions.draft_entitlements(world.chen, world.guide)
    actors = {key: one for key, one in vars(world).items() if isinstance(one, Actor)}
    assert len(actors) > 6
    assert {key for key, actor in actors.items() if getattr(policies, question)(actor, roll) is None} == people


def test_guide_opens_when_its_window_begins(staff):
    guide = make.published_guide(staff, opens=2)
    assert guides.GUIDE.why_not("open", MACHINE, guide)
    with clock.shifted_to(clock.now() + timedelta(days=2, minutes=1)):
        assert guides.GUIDE.why_not("open", MACHINE, guide) == []


@pytest.mark.parametrize(("days", "goes"), [(1, False), (0, True), (-1, True)])
def test_adjustment_takes_effect_on_its_day(days, goes):
    case = Adjustment(status="APPROVED", effective_on=clock.today() + timedelta(days=days))
    assert (ADJUSTMENT.why_not("apply", MACHINE, case) == []) is goes


def test_who_drafted_a_guide_does_not_agree_to_it(staff, drafted):
    actions.submit_guide(staff.chen, drafted)
    drafted.refresh_from_db()
    accounts.grant_role(MACHINE, staff.chen.person, staff.bureau, Role.RESOURCE)
    assert len(guides.GUIDE.why_not("agree", Actor.of(staff.chen.person), drafted)) == 1
    assert guides.GUIDE.why_not("agree", staff.he, drafted) == []


@pytest.mark.parametrize(("table", "verb"), [
    (guides.GUIDE, "agree"), (guides.GUIDE, "approve"), (ADJUSTMENT, "approve"), (ADJUSTMENT, "refuse"), (CALL, "approve"), (ANNUAL_PLAN, "approve")])
def test_two_persons_stand_in_every_approval(table, verb):
    assert another_person in table.steps[verb].needs
    one, other = (SimpleNamespace(id=number) for number in (1, 2))
    made = SimpleNamespace(drafted_by_id=1, _meta=SimpleNamespace(label_lower="programs.other"))
    assert another_person(made, actor=one) and another_person(made, actor=other) is None
