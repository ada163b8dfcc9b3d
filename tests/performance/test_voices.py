"""The owner of a challenge shares in the acceptance (clause R4)."""

from __future__ import annotations

import pytest

from applications import actions as filing
from applications.models import Voice
from core import clock
from core.workflow import Refused
from performance import actions
from performance.models import Acceptance
from projects import actions as awards
from projects.models import Contract
from tests.factories import modes
from tests.factories import performance as report
from tests.factories import projects as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
challenged = kept(modes.challenge)


def running_challenge(town):
    """A bid the owner chose, its contract in force."""
    for row in make.ranked(town, requested=("3000000",)):
        filing.answer_voice(town.host, row.voices.get(), agree=True)
    listed = awards.decide(town.lead, awards.submit_list(town.chen, awards.create_list(town.chen, town.guide)))
    notice = awards.open_publicity(town.he, awards.prepare_publicity(town.he, listed))
    make.later(days=30)
    notice = awards.close_publicity(make.system("clock"), notice)
    awards.prepare_award(town.he, notice)
    project = awards.award(town.lead, notice)[0]
    make.settle()
    contract, today = Contract.objects.get(project=project), clock.today()
    awards.edit_contract(town.chen, contract, starts_on=today, ends_on=today.replace(year=today.year + 2, day=1))
    awards.sign_bureau(town.lead, awards.sign_unit(town.wang, awards.offer_contract(town.chen, contract)))
    make.settle()
    project.refresh_from_db()
    return project


def test_challenge_passes_only_with_the_owners_test_and_a_second_round_asks_again(challenged):
    town = challenged
    project = running_challenge(town)
    row = report.examined(town, project)
    with pytest.raises(Refused, match="R4"):
        actions.propose(town.sun, row, conclusion="PASSED", opinion="同意")
    with pytest.raises(Refused, match="R4"):
        actions.propose(town.sun, row, conclusion="FAILED", opinion="未通过")  # nothing is concluded before the owner has spoken
    voice = Voice.objects.get(code="owner_test")
    assert (voice.organisation, voice.round) == (town.owner, 1)
    filing.answer_voice(town.host, voice, agree=False, text="水平误差超出榜单约定")
    row.refresh_from_db()
    with pytest.raises(Refused, match="R4"):
        actions.propose(town.sun, row, conclusion="PASSED", opinion="同意")
    actions.confirm(town.lead, actions.propose(town.sun, row, conclusion="RECONSIDER", opinion="整改后再次测试"))
    project.refresh_from_db()
    report_again = actions.file_report(report.admin(project), actions.hand_in(report.leader(project), row.report))
    second = Acceptance.objects.get(report=report_again, round=2)
    again = Voice.objects.get(code="owner_test", round=2)
    assert again.status == "ASKED"
    with pytest.raises(Refused):
        filing.reopen_voice(town.chen, voice, why="更正")
    with pytest.raises(Refused, match="R4"):
        actions.propose(town.sun, second, conclusion="PASSED", opinion="同意")
    filing.answer_voice(town.host, again, agree=True)
    second.refresh_from_db()
    actions.confirm(town.lead, actions.propose(town.sun, second, conclusion="PASSED", opinion="同意"))
    project.refresh_from_db()
    assert project.status == "PASSED"


def test_other_ways_of_funding_ask_no_owner(project, town):
    row = report.examined(town, project)
    assert actions.propose(town.sun, row, conclusion="PASSED", opinion="同意").status == "PROPOSED"
    assert not Voice.objects.exists()
