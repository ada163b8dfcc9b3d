"""The public self-check, of one guide and of all at once: what is asked, what it answers, and that nothing is kept."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Session
from core.models import LedgerRow
from programs.engine import selfcheck
from programs.engine.facts import CATALOGUE
from programs.models import Guide
from programs.queries import matching, register
from tests.factories import programs as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
ALL = "/guides/check/"


@kept
def guides(staff):
    """G2 and a guide of entitlement, both running."""
    plan = make.approved_plan(staff, codes=("KEY-INDUSTRY", "RD-SUBSIDY"))
    staff.g2 = make.published_guide(staff, plan=plan)
    staff.subsidy = make.entitlement_guide(staff, plan=plan)
    return staff


def rule(code, fact, op, value=None, **more):
    return {"code": code, "clause": code, "text": code, "hard": True, "test": {"fact": fact, "op": op, "value": value}, **more}


def test_only_what_conditions_ask_and_a_person_can_say_is_asked():
    rules = [rule("A", "unit.staff", "ge", 10), rule("B", "team.members", "ge", 1), rule("C", "guide.year", "ge", 2020),
             rule("D", "leader.running_specials", "none_of", ["POC"]), rule("E", "unit.running_projects", "count_le", 2)]
    assert [one.fact for one in selfcheck.questions(rules)] == ["unit.staff", "leader.running_specials"]
    assert selfcheck.questions(rules)[1].codes == ("POC",)
    assert selfcheck.questions([]) == []


def test_most_asked_come_first_and_what_only_an_application_says_is_left_out():
    many = [rule("A", "unit.staff", "ge", 10), rule("B", "application.requested", "le", 10)]
    few = [rule("C", "unit.rd_staff", "ge", 10)]
    assert [one.fact for one in selfcheck.most_asked([many, many, few], 1)] == ["unit.staff"]
    assert [one.fact for one in selfcheck.most_asked([many, few], 9)] == ["unit.staff", "unit.rd_staff"]


def test_questions_of_all_guides_are_few_and_all_known(guides):
    asked = matching.few_questions(matching.running_versions())
    assert 5 <= len(asked) <= 12 and {one.fact for one in asked} <= CATALOGUE.keys()
    assert {"unit.kind", "unit.region"} <= {one.fact for one in asked}  # the two that every heading asks


def test_answers_sort_the_guides_and_name_the_clause(guides, sign_in):
    client = sign_in()
    page = client.get(ALL).content.decode()
    assert 'name="unit_kind"' in page and "哪些指南适合我们" in page
    page = client.post(ALL, {"unit_kind": "ENTERPRISE", "unit_region": "深圳市南山区", "unit_rd_spend_last_year": "100"}).content.decode()
    assert "上年度研发投入不低于3000万元" in page and "接近符合" in page and "100 万元" in page
    page = client.post(ALL, {"unit_kind": "ENTERPRISE", "unit_region": "深圳市南山区", "unit_rd_spend_last_year": "5000"}).content.decode()
    assert "接近符合" not in page


def test_a_kind_of_unit_that_the_heading_shuts_out_does_not_fit(guides):
    from programs.engine.facts import Fact

    rows = matching.standings_by_answers(matching.running_versions(), {"unit.kind": Fact("UNIVERSITY", "您的回答")})
    row = next(one for one in rows if one.guide.pk == guides.subsidy.pk)
    assert [miss.outcome.code for miss in row.missing] == [register.WHO]


def test_empty_and_wrong_answers_are_refused_beside_the_field_and_kept(guides, sign_in):
    client = sign_in()
    assert "请至少回答一个问题" in client.post(ALL, {}).content.decode()
    page = client.post(ALL, {"unit_rd_spend_last_year": "很多", "unit_region": "深圳市"}).content.decode()
    assert "st-err" in page and 'value="很多"' in page and 'value="深圳市"' in page
    assert "st-err" in client.post(ALL, {"unit_kind": "<script>"}).content.decode()


def test_nothing_is_stored(guides, sign_in):
    client = sign_in()
    client.get(ALL)
    before = LedgerRow.objects.count(), Session.objects.count()
    with CaptureQueriesContext(connection) as asked:
        client.post(ALL, {"unit_kind": "ENTERPRISE", "unit_region": "深圳市"})
        client.post(f"/guides/{guides.g2.year}/{guides.g2.slug}/check/", {"unit_kind": "ENTERPRISE"})
    assert not [one["sql"] for one in asked if one["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (LedgerRow.objects.count(), Session.objects.count()) == before
    assert "sessionid" not in client.cookies


def test_page_asks_a_constant_number_of_queries(guides, sign_in):
    client = sign_in()

    def count():
        with CaptureQueriesContext(connection) as found:
            assert client.post(ALL, {"unit_kind": "ENTERPRISE"}).status_code == 200
        return len(found)

    count()
    first = count()
    Guide.objects.filter(pk=guides.g2.pk).update(status="WITHDRAWN")
    assert count() >= first - 1  # one guide less asks no fewer
    Guide.objects.filter(pk=guides.g2.pk).update(status="OPEN")
    assert count() == first


def test_without_running_guides_nothing_is_asked(staff, sign_in):
    assert "目前没有正在受理或者即将受理的指南" in sign_in().get(ALL).content.decode()


def test_one_guide_asks_all_of_its_questions_and_links_are_where_people_look(guides, sign_in):
    client = sign_in()
    page = client.get(f"/guides/{guides.g2.year}/{guides.g2.slug}/check/").content.decode()
    assert page.count("<input") > 5
    assert ALL in client.get("/").content.decode() and ALL in client.get("/guides/").content.decode()
    assert f"/guides/{guides.g2.year}/{guides.g2.slug}/check/" in client.get(f"/guides/{guides.g2.year}/{guides.g2.slug}/").content.decode()


def test_draft_guides_are_checked_by_nobody_outside(staff, drafted, sign_in):
    assert sign_in().get(f"/guides/{drafted.year}/{drafted.slug}/check/").status_code == 404


def test_machines_ask_the_same(guides, sign_in):
    client = sign_in()
    asked = client.get("/api/v1/self-check/").json()
    assert {"fact": "unit.kind", "kind": "text", "codes": []} in asked
    found = client.post("/api/v1/self-check/", {"answers": {"unit.kind": "UNIVERSITY"}}, content_type="application/json").json()
    assert {row["guide"]: row["reach"] for row in found}[guides.subsidy.ref] == "NEARLY"
    for bad in ({}, {"unit.kind": "X"}, {"no.such": "1"}):
        assert client.post("/api/v1/self-check/", {"answers": bad}, content_type="application/json").status_code == 400
    one = client.post(f"/api/v1/guides/{guides.g2.ref}/check/", {"answers": {"unit.kind": "ENTERPRISE"}}, content_type="application/json").json()
    assert one["can_apply"] is True and one["outcomes"]
