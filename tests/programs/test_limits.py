"""Rules of limitation (限项): what is refused, what a reader sees, the page of the editor."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from applications import rules
from programs import queries
from programs.engine import limits, schema
from tests.factories import programs as make

RULE = {"code": "L1", "clause": "限项（一）", "text": "同一负责人同年度限申报一项", "text_en": "One a year", "scope": "person", "roles": ["LEADER"],
        "states": ["APPLIED", "RUNNING"], "window": "calendar_year", "max": 1, "classes": ["TECH-KEY"], "excluded": ["POC"],
        "exempt_kinds": ["HOSPITAL"], "exempt_rd_from": "500000000"}


@pytest.mark.parametrize(("change", "at"), [
    ({"max": -1}, "max"), ({"max": "1"}, "max"), ({"max": True}, "max"), ({"max": 10**9}, "max"), ({"scope": "city"}, "scope"),
    ({"roles": ["LEAD"]}, "roles"), ({"roles": "LEADER"}, "roles"), ({"roles": [1]}, "roles"), ({"states": []}, "states"),
    ({"states": ["SLEEPING"]}, "states"), ({"window": "week"}, "window"), ({"exempt_kinds": ["BANK"]}, "exempt_kinds"),
    ({"exempt_rd_from": "-1"}, "exempt_rd_from"), ({"exempt_rd_from": "1" * 40}, "exempt_rd_from"), ({"text": ""}, "text"),
    ({"text": 5}, "text"), ({"clause": []}, "clause"), ({"classes": ["x"] * 61}, "classes"), ({"scope": []}, "scope"), ({"scope": {}}, "scope"),
    ({"window": []}, "window"), ({"exempt_rd_from": "NaN"}, "exempt_rd_from"), ({"exempt_rd_from": "Infinity"}, "exempt_rd_from"),
    ({"exempt_rd_from": True}, "exempt_rd_from"), ({"exempt_rd_from": []}, "exempt_rd_from"),
])
def test_rule_that_cannot_be_counted_is_refused_at_its_place(change, at):
    assert [problem.path for problem in limits.check([{**RULE, **change}])] == [f"limits[0].{at}"]


@pytest.mark.parametrize("rows", [None, {}, "x", [5], [{}], [{"code": 5}], [{**RULE, "code": "L\n1"}], [{**RULE, "code": ".."}], [{**RULE, "code": "a/b"}], [{**RULE, "code": "<b>"}], [RULE, RULE], [{**RULE, "code": f"L{n}"} for n in range(31)]])
def test_list_of_rules_that_cannot_be_read_is_refused(rows):
    assert limits.check(rows)


def test_sound_rule_is_counted_as_it_reads():
    assert limits.check([RULE]) == []
    assert {"limits"} < set(schema.PARTS) and "limits" not in schema.NEEDED_PARTS
    loaded = rules.LimitRule.load(RULE)
    assert (loaded.scope, loaded.roles, loaded.most, loaded.window) == ("person", ("LEADER",), 1, "calendar_year")
    text = limits.words(RULE)
    for wanted in ("同一负责人同年度限申报一项", "最多1项", "作为负责人", "本自然年度", "TECH-KEY", "POC", "50,000万元"):
        assert wanted in text, wanted


@pytest.mark.django_db
def test_rule_is_entered_by_screen_read_by_the_public_and_kept_in_the_history(staff, sign_in):
    guide = make.draft_guide(staff, "g2")
    address = reverse("programs:desk:edit", args=[guide.ref, "limits"])
    client = sign_in(staff.chen)
    page = client.get(address).content.decode()
    special = make.special("TECH-KEY")  # the specials are ticked in a list by their names, not typed blind
    assert 'value="TECH-KEY"' in page and f"{special.label}（TECH-KEY）" in page and 'value="POC"' in page
    assert "同时计算" not in page and "不论哪一年开始，合并计算" in page and "连同本次申报一并计数" in page
    sent = {"base": guide.version.number, "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-code": "L1", "form-0-clause": "限项（一）",
            "form-0-text": RULE["text"], "form-0-text_en": "", "form-0-scope": "unit", "form-0-max": "1", "form-0-roles": ["LEADER"],
            "form-0-states": ["APPLIED", "RUNNING"], "form-0-window": "running", "form-0-classes": ["TECH-KEY", "TECH-MS"], "form-0-exempt_rd_from": "50000"}
    refused = client.post(address, sent)
    assert refused.status_code != 302 and "所选身份与限制对象不符：作为负责人" in refused.content.decode()
    unknown = client.post(address, {**sent, "form-0-roles": ["LEAD"], "form-0-classes": "NOSUCH", "form-0-code": "L\n1"})
    assert unknown.status_code != 302 and "没有代码为NOSUCH的专项" in unknown.content.decode()
    done = client.post(address, {**sent, "form-0-roles": ["LEAD"]})
    assert done.status_code == 302, done.content.decode()[-2000:]
    guide.refresh_from_db()
    [row] = guide.version.data["limits"]
    assert (row["scope"], row["roles"], row["classes"], row["exempt_rd_from"]) == ("unit", ["LEAD"], ["TECH-KEY", "TECH-MS"], "500000000")
    assert "50,000万元" in "".join(clause.text for clause in queries.clauses_of(guide.version.data) if clause.part == "limits")
    preview = client.get(reverse("programs:desk:guide_preview", args=[guide.ref])).content.decode()
    assert RULE["text"] in preview and "限项（一）" in preview
    assert make.special("TECH-KEY").label in preview and "TECH-KEY" not in preview
    again = client.get(address).content.decode()
    chosen = re.search(r"已选：([^<]*)<", again)[1]
    assert all(f"{make.special(code).label}（{code}）" in chosen for code in ("TECH-KEY", "TECH-MS"))
    assert re.search(r'value="TECH-MS"[^>]*checked', again) and 'value="50000"' in again


@pytest.mark.django_db
def test_damaged_rules_of_a_package_are_refused(staff):
    guide = make.draft_guide(staff, "g2")
    package = queries.guide_package(guide)
    package["data"]["limits"] = [{**RULE, "max": "many"}]
    assert [p.path for p in schema.check(package["data"])] == ["limits[0].max"]
