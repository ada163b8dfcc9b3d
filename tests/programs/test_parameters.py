"""Deciding numbers: as of a day, never backwards, never by one person alone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock, parameters, workdays
from core.models import LedgerRow, Parameter
from core.workflow import Refused
from programs import actions, queries
from programs.models import ParameterChange
from tests.factories import programs as make
from tests.house.source import ROOT

pytestmark = pytest.mark.django_db
KEY = "guide.min_open_days"


def reasons(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.reasons


def ask(people, value=25, days=10, key=KEY, **more):
    values = {"source": "深科创〔2030〕1号", "why": "延长受理时间", **more}
    return actions.ask_parameter(people.he, key=key, value=value, effective_from=clock.today() + timedelta(days=days), **values)


def test_a_new_value_is_in_force_from_its_day_and_the_old_one_before(staff):
    change = actions.approve_parameter(staff.lead, ask(staff))
    day = change.effective_from
    assert parameters.value(KEY) == 20
    assert parameters.value(KEY, day - timedelta(days=1)) == 20
    assert parameters.value(KEY, day) == 25
    rows = queries.parameter_history(KEY)
    assert [(row.value, row.until) for row in rows] == [(25, None), (20, day - timedelta(days=1))]
    assert (rows[0].unit, rows[0].note) == (rows[1].unit, rows[1].note)
    assert {row.key: row.value for row in queries.parameters_on(day)}[KEY] == 25
    verbs = list(LedgerRow.objects.filter(target_type="programs.parameterchange").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["programs.parameter_change.ask", "programs.parameter_change.approve"]


@pytest.mark.parametrize("days", [0, -1, -400])
def test_backwards_is_refused(staff, days):
    assert "T3" in reasons(ask, staff, days=days)[0]
    assert not ParameterChange.objects.exists()


def test_the_day_that_came_meanwhile_is_refused_at_the_approval(staff):
    change = ask(staff, days=2)
    with clock.shifted_to(clock.now() + timedelta(days=3)):
        assert "T3" in reasons(actions.approve_parameter, staff.lead, change)[0]
    change.refresh_from_db()
    assert change.status == "REQUESTED"
    assert Parameter.objects.filter(key=KEY).count() == 1


def test_before_a_value_that_stands_already_is_refused(staff):
    actions.approve_parameter(staff.lead, ask(staff, days=30))
    assert "T3" in reasons(ask, staff, value=30, days=20)[0]


@pytest.mark.parametrize("value", ["25", 25.5, [1], "二十", True, {"a": 1}])
def test_another_kind_of_value_is_refused(staff, value):
    assert reasons(ask, staff, value=value)


def test_the_same_value_a_missing_source_and_a_second_request_are_refused(staff):
    assert reasons(ask, staff, value=20)
    assert reasons(ask, staff, source=" ")
    ask(staff)
    assert reasons(ask, staff, value=30)


def test_the_days_off_of_a_year_are_entered_as_days(staff):
    """The State Council orders them each autumn; the bureau adds them by two people, as any number that decides."""
    known = parameters.value("workdays.off")
    day = date(clock.today().year + 2, 5, 3)
    for wrong in ([*known, "5月3日"], [*known, 20280503], [*known, "2028-02-30"]):
        assert "2026-10-01" in reasons(ask, staff, wrong, key="workdays.off")[0]
    change = actions.approve_parameter(staff.lead, ask(staff, [*known, day.isoformat()], key="workdays.off"))
    with clock.shifted_to(clock.now() + timedelta(days=11)):
        assert not workdays.is_workday(day) and change.effective_from <= clock.today()
    assert workdays.is_workday(day) == (day.weekday() < 5)
    Parameter.objects.filter(key="workdays.on").update(value=[])  # a list that was emptied still takes nothing but days
    assert "2026-10-01" in reasons(ask, staff, ["周六"], key="workdays.on")[0]


def test_one_person_alone_is_refused_by_rule_and_by_database(staff):
    both = accounts.create_person(system("test"), name="双岗", email="both@programs.example")
    for role in (Role.RESOURCE, Role.LEADER):
        accounts.grant_role(system("test"), both, staff.bureau, role)
    actor = Actor.of(both)
    change = actions.ask_parameter(actor, key=KEY, value=30, effective_from=clock.today() + timedelta(days=3), source="x", why="y")
    assert "双人" in reasons(actions.approve_parameter, actor, change)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        ParameterChange.objects.filter(pk=change.pk).update(status="APPROVED", decided_by=both)


def test_who_may_ask_decide_and_take_back(staff):
    assert reasons(actions.ask_parameter, staff.chen, key=KEY, value=30, effective_from=clock.today() + timedelta(days=3), source="x", why="y")
    change = ask(staff)
    assert reasons(actions.approve_parameter, staff.he, change)
    assert reasons(actions.take_back_parameter, staff.lead, change)
    assert reasons(actions.refuse_parameter, staff.lead, change, why="")
    assert actions.take_back_parameter(staff.he, change).status == "TAKEN_BACK"
    assert actions.refuse_parameter(staff.lead, ask(staff), why="依据不足").status == "REFUSED"
    assert parameters.value(KEY, clock.today() + timedelta(days=100)) == 20


def test_pages_as_of_a_day_history_and_the_two_person_change(staff, sign_in):
    page = sign_in(staff.chen).get(f"{reverse('programs:desk:parameters')}?on=2024-01-01").content.decode()
    assert "指南受理窗口最短天数" in page
    assert sign_in().get(reverse("programs:desk:parameters")).status_code == 302
    client, address = sign_in(staff.he), reverse("programs:desk:parameter_ask", args=[KEY])
    values = {"value": "二十五", "effective_from": (clock.today() + timedelta(days=5)).isoformat(), "source": "文件", "why": "理由文字"}
    answer = client.post(address, values)
    assert answer.status_code == 422
    assert "理由文字" in answer.content.decode()
    assert client.post(address, {**values, "value": "25"}).status_code == 302
    change = ParameterChange.objects.get()
    assert "待另一人审定" in client.get(reverse("programs:desk:parameter", args=[KEY])).content.decode()
    assert sign_in(staff.lead).post(reverse("programs:desk:parameter_approve", args=[change.pk])).status_code == 302
    assert parameters.value(KEY, change.effective_from) == 25


def test_a_number_with_a_fraction_stays_exact(staff):
    row = next(row for row in Parameter.objects.all() if queries.value_kind(row.value) == "number")
    change = actions.approve_parameter(staff.lead, ask(staff, key=row.key, value="0.0125"))
    assert parameters.value(row.key, change.effective_from) == Decimal("0.0125")


def test_year_report_uses_the_tree_and_the_numbers_of_its_year(staff, sign_in):
    plan = make.approved_plan(staff)
    page = sign_in(staff.he).get(reverse("programs:desk:year_report", args=[plan.year])).content.decode()
    assert "2024年改革方案科技计划体系" in page
    assert "200,000" in page
    assert queries.tree_of_year(2022).code == "2019"


def test_list_asks_the_same_number_of_questions_for_one_row_and_many(staff, sign_in, django_assert_max_num_queries):
    client = sign_in(staff.he)
    with django_assert_max_num_queries(16):
        client.get(reverse("programs:desk:parameters"))


@pytest.mark.parametrize(("value", "words"), [
    (True, "是"), ("0.25", "0.25"), (20, "20"), ([3, 1], "3、1"), ({"EXECUTION": 10, "OUTPUT": 50}, "预算执行 10、产出 50"),
    ([{"upto": "5000000", "rate": "0.20"}, {"upto": None, "rate": "0.13"}], "不超过 500 万元、比例 0.20；不超过 不限、比例 0.13"),
    ([{"grade": "优", "en": "Excellent", "min": 90}], "优：不低于 90"), ({"own": 1}, "own 1"), ("500000000", "500,000,000"), ("2026", "2026"),
])
def test_value_is_read_as_words_and_typed_as_it_is_stored(value, words):
    assert queries.value_words(value) == words
    assert queries.value_text(value) == (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def test_sums_are_read_in_wan_and_a_request_says_which_number_from_what_to_what(staff, sign_in):
    ask(staff, key="limit.rd_exempt", value="600000000")
    client = sign_in(staff.lead)
    for address in (reverse("programs:desk:parameters"), reverse("programs:desk:parameter", args=["limit.rd_exempt"])):
        page = client.get(address).content.decode()
        assert "500000000" not in page
        assert "50,000 万元 → <b>60,000 万元</b>" in page
    meaning = Parameter.objects.get(key="limit.rd_exempt").note
    assert f">{meaning}</a>" in client.get(reverse("programs:desk:parameters")).content.decode().split("st-note")[1]
    assert queries.measured("9999", "yuan") == ("9999", "元") and queries.measured(20000, "natural days")[0] == "20,000"


def test_every_unit_that_comes_with_the_house_has_its_word():
    from programs.queries.parameters import UNITS

    brought = {row["unit"] for file in ROOT.glob("*/reference/**/*.json") if isinstance(data := json.loads(file.read_text("utf-8")), dict)
               and data.get("model") == "core.Parameter" for row in data["rows"]}
    assert len(brought) > 20 and brought <= set(UNITS), brought - set(UNITS)
