"""What an adjustment case may ask, whom it stands in the way of, and which opinions carry it (clause R3)."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from core import clock
from core.workflow import Refused
from programs import actions, queries
from tests.factories import programs as make
from tests.programs.test_adjustments import OFFER, decided, opened

pytestmark = pytest.mark.django_db
NEW = {"code": "NEW-1", "name": "概念验证种子专项", "prefix": "GNZ", "funding_modes": ["POST"], "review_modes": ["PANEL"],
       "budget_scheme": "ITEMISED"}


def of_plan(people, kind="SUSPEND", **more):
    case = actions.open_adjustment(people.he, kind, plan=make.special("POC").plan, title=f"{kind}整体", reason="统筹",
                                   effective_on=clock.today(), **more)
    actions.cite(people.he, case, OFFER)
    return case


def why(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return "；".join(refused.value.reasons)


def test_code_of_a_special_is_never_changed(staff):
    case = opened(staff, "CHANGE", proposal={"code": "POC-2", "division": "成果处"})
    assert "R3" in why(actions.ask_opinions, staff.he, case)
    type(case).objects.filter(pk=case.pk).update(status="APPROVED", decided_by=staff.lead.person, effective_on=clock.today())
    actions.apply_adjustment(queries.actor_of(None), case)  # approved before the rule was there
    assert make.special("POC").division == "成果处"


def test_form_refuses_a_code_beside_its_field(staff, sign_in):
    answer = sign_in(staff.he).post("/desk/plans/adjustments/new/", {
        "kind": "CHANGE", "special": "POC", "title": "更名", "reason": "理由", "effective_on": clock.today().isoformat(),
        "open_guides": "KEEP", "code": "POC-2", "name": "新名称"})
    assert set(answer.context["form"].errors) == {"code"}
    assert 'name="code"' not in sign_in(staff.he).get(f"/desk/plans/adjustments/{opened(staff, 'CHANGE').ref}/edit/").content.decode()


def test_opinions_on_an_earlier_text_do_not_count(staff):
    case = opened(staff)
    actions.ask_opinions(staff.he, case)
    actions.give_opinion(staff.chen, case, stance="FOR")
    actions.give_opinion(staff.sun, case, stance="FOR")
    actions.return_adjustment(staff.lead, case, why="理由不足")
    actions.change_adjustment(staff.he, case, open_guides="WITHDRAW")
    actions.ask_opinions(staff.he, case)
    assert "R3" in why(actions.submit_adjustment, staff.he, case)
    assert [row.is_old for row in queries.case_opinions(type(case).objects.get(pk=case.pk))] == [True, True]
    actions.give_opinion(staff.chen, case, stance="AGAINST", text="范围扩大")
    actions.give_opinion(staff.sun, case, stance="FOR")
    assert actions.submit_adjustment(staff.he, case).status == "SUBMITTED"


def test_opinions_on_the_same_text_stand_after_a_return(staff):
    case = opened(staff)
    actions.ask_opinions(staff.he, case)
    actions.give_opinion(staff.chen, case, stance="FOR")
    actions.give_opinion(staff.sun, case, stance="FOR")
    actions.return_adjustment(staff.lead, case, why="暂缓")
    actions.ask_opinions(staff.he, case)
    assert actions.submit_adjustment(staff.he, case).status == "SUBMITTED"


def test_case_of_a_plan_and_case_of_its_special_stand_in_each_others_way(staff):
    whole, part, other = of_plan(staff), opened(staff), opened(staff, code="KEY-LAB")
    actions.ask_opinions(staff.he, part)
    assert part.ref in why(actions.ask_opinions, staff.he, whole)
    assert actions.ask_opinions(staff.he, other).status == "OPINIONS"
    actions.withdraw_adjustment(staff.he, part, why="改由整体处理")
    assert actions.ask_opinions(staff.he, whole).status == "OPINIONS"
    assert whole.ref in why(actions.ask_opinions, staff.he, of_plan(staff, "CANCEL"))


def test_two_cases_with_one_new_code_or_a_code_in_use_are_refused(staff):
    first, second = of_plan(staff, "CREATE", proposal=NEW), of_plan(staff, "CREATE", proposal=NEW)
    other = of_plan(staff, "CREATE", proposal={**NEW, "code": "NEW-2"})
    actions.ask_opinions(staff.he, first)
    assert first.ref in why(actions.ask_opinions, staff.he, second)
    assert actions.ask_opinions(staff.he, other).status == "OPINIONS"
    actions.withdraw_adjustment(staff.he, first, why="合并")
    decided(staff, second)
    assert "NEW-1" in why(actions.ask_opinions, staff.he, of_plan(staff, "CREATE", proposal=NEW))


@pytest.mark.django_db(transaction=True)
def test_of_two_cases_asked_at_once_one_goes_on(transactional_db, staff):
    cases, found = [of_plan(staff), of_plan(staff, "CANCEL")], []
    start = threading.Barrier(2)

    def ask(case):
        try:
            start.wait(20)
            actions.ask_opinions(staff.he, case)
            found.append("")
        except Refused as error:
            found.append(error.reasons[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 2
    assert found.count("") == 1
