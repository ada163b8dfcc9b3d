"""The register against the conditions of a guide: one pair explained, all pairs at once."""

import pytest

from accounts import actions as accounts
from accounts.policies import system
from accounts.states import Role
from portal.demo import invented
from programs.queries import register
from tests.factories import programs as make
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def unit():
    row = accounts.register_organisation(
        system("test"), name="深圳登记测试有限公司", kind="ENTERPRISE", uscc=invented.uscc(700, "ENTERPRISE"), region="深圳市南山区",
        facts={"rd_spend": {"2025": "6000000"}}, is_demo=True,
    )
    return accounts.verify(system("test"), row)


@kept
def leader(unit):
    person = accounts.create_person(system("test"), name="李登记", email="li@register.example")
    accounts.grant_role(system("test"), person, unit, Role.MEMBER)
    return person


def test_register_alone_answers_for_one_pair(staff, unit, leader):
    version = make.draft_guide(staff).version
    results = {o.code: o.result for o in register.outcomes_for(version, unit, leader)}
    assert results["C1"] == "PASS"
    assert "HUMAN" in results.values()


def test_everybody_who_could_apply_is_found(staff, unit, leader):
    version = make.draft_guide(staff).version
    pairs = list(register.who_could_apply(version))
    assert [(pair.organisation_id, pair.person_id) for pair in pairs] == [(unit.pk, leader.pk)]
    assert pairs[0].failed == () and pairs[0].human
