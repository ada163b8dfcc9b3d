"""What people read: conditions over rows, what a person must look at, differences of versions, problems all at once."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest
from django.urls import reverse
from django.utils import translation

from programs import actions, queries
from programs.engine import conditions, modes, schema
from programs.engine.facts import Fact
from programs.forms import conditions as trees
from programs.queries.leaves import version_changes
from tests.factories import programs as make
from tests.factories.modes import town_of

pytestmark = pytest.mark.django_db
FROM_HONG_KONG = {"fact": "partner.region", "op": "within_region", "value": "香港"}


def at_most(count, **more):
    return {"rows": "team.partners", "most": count, "that": FROM_HONG_KONG, **more}


def partners(*regions):
    return {"team.partners": Fact([{"partner.region": one} for one in regions], "合作单位")}


# --- at most so many rows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "regions", "result"), [
    (3, ["香港"] * 3, "PASS"), (3, ["香港"] * 4, "FAIL"), (0, [], "PASS"), (0, ["香港"], "FAIL"), (1, ["香港", "深圳市"], "PASS"),
    (1, ["香港", None], "HUMAN"), (1, ["香港", "香港", None], "FAIL"), (2, ["香港", None], "PASS"),
])
def test_at_most_so_many_rows(count, regions, result):
    assert conditions.result_of(at_most(count), partners(*regions)) == result
    negated = {"PASS": "FAIL", "FAIL": "PASS"}.get(result, result)
    assert conditions.result_of({"not": at_most(count)}, partners(*regions)) == negated


def test_one_to_three_partners_are_two_conditions():
    between = {"all": [{**at_most(3)}, {"rows": "team.partners", "least": 1, "that": FROM_HONG_KONG}]}
    assert [conditions.result_of(between, partners(*["香港"] * count)) for count in range(5)] == ["FAIL", "PASS", "PASS", "PASS", "FAIL"]
    with translation.override("zh-hans"):
        said = queries.words(between)
    assert "不超过 3 项符合" in said and "不少于 1 项符合" in said


@pytest.mark.parametrize(("node", "place"), [
    (at_most(501), ".most"), (at_most(-1), ".most"), (at_most("x"), ".most"), (at_most(True), ".most"), (at_most(1, least=1), ""),
    (at_most(5, first=4), ".most"), ({"rows": "team.partners", "that": FROM_HONG_KONG}, ""),
])
def test_wrong_numbers_of_rows_are_named(node, place):
    assert [one.path for one in conditions.check([{"code": "C1", "text": "条件", "test": node}])] == [f"conditions[0].test{place}"]


def test_the_editor_offers_at_most_and_marks_its_box(staff, sign_in):
    draft = trees.load(at_most(0))
    assert (draft.text("way"), draft.text("many")) == ("most", "0") and trees.dump(draft)["most"] == 0
    guide = make.draft_guide(staff)
    client, address = sign_in(staff.chen), f"/desk/guides/{guide.ref}/conditions/new/"
    typed = {"code": "X", "text": "香港合作单位1至3家", "clause": "四、（九）", "hard": "on", "t-kind": "rows", "t-n": "1", "t-rows": "team.partners",
             "t-way": "most", "t-many": "3", "t.0-kind": "leaf", "t.0-n": "0", "t.0-fact": "partner.region", "t.0-op": "within_region",
             "t.0-value": "香港"}
    page = client.post(address, {**typed, "do": "save", "t-many": "900"}).content.decode()
    assert "1 到 500" in page or "500" in page
    assert client.post(address, {**typed, "do": "save"}).status_code == 302
    guide.refresh_from_db()
    assert next(one for one in guide.version.data["conditions"] if one["code"] == "X")["test"] == {**at_most(3), "that": {**FROM_HONG_KONG, "value": ["香港"]}}


# --- what a person looks at -----------------------------------------------------------------------------------------


def test_what_a_person_must_look_at_is_no_value_found():
    rule = {"code": "C1", "text": "条件", "test": {"all": [{"fact": "unit.staff", "op": "ge", "value": "3"}, {"human": "核对合作协议"}]}}
    with translation.override("zh-hans"):
        outcome = conditions.evaluate_rule(rule, {"unit.staff": Fact(4, "登记信息")})
        assert (outcome.result, outcome.look) == ("HUMAN", "核对合作协议") and "核对" not in outcome.found
        assert outcome.said.endswith("须人工核对：核对合作协议")
        failed = conditions.evaluate_rule(rule, {"unit.staff": Fact(2, "登记信息")})
        assert (failed.result, failed.look, failed.said) == ("FAIL", "", failed.found)


def test_self_check_says_that_a_person_looks(staff, drafted, sign_in):
    rules = [{"code": "C1", "clause": "四、（一）", "text": "合作协议", "hard": True, "test": {
        "all": [{"fact": "unit.kind", "op": "eq", "value": "ENTERPRISE"}, {"human": "核对已上传的合作协议"}]}}]
    actions.save_part(staff.chen, drafted, "conditions", rules)
    drafted = _published(staff, drafted)
    page = sign_in().post(f"/guides/{drafted.year}/{drafted.slug}/check/", {"unit_kind": "ENTERPRISE"}).content.decode()
    found, _sep, rest = page.partition("须人工核对：核对已上传的合作协议")
    assert rest and "核对已上传" not in found


def _published(staff, guide):
    actions.submit_guide(staff.chen, guide)
    actions.agree_guide(staff.he, guide)
    make.passed_law(staff, guide)
    return actions.publish_guide(staff.chen, actions.approve_guide(staff.lead, guide))


# --- problems all at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["JOINT", "CHALLENGE", "STABLE", "MATCHING"])
def test_a_fresh_guide_names_every_detail_of_its_way_of_funding_at_once(staff, code):
    item = make.approved_plan(staff).items.first()
    data = queries.skeleton(item, mode=code)
    paths = [problem.path for problem in schema.check(data)]
    assert {"sections.content", "sections.support"} <= set(paths)
    assert {f"mode.details.{field['code']}" for field in modes.fields_of(code) if field["required"]} <= set(paths)


def test_a_part_that_cannot_be_read_hides_nothing_of_the_others():
    data = deepcopy(make.data_of("g2")["data"])
    data["review"] = "x"
    data["sections"] = [{**one, "text": ""} for one in data["sections"]]
    data["documents"] = [{"code": "", "name": "x"}, {"code": "D2", "name": "y", "mimes": [], "max_mb": 999}]
    data["amount"] = {**data["amount"], "cap": "99000000000"}
    paths = [problem.path for problem in schema.check(data)]
    assert {"review", "sections.content", "documents[0]", "documents[1].mimes", "documents[1].max_mb", "amount.cap"} <= set(paths)


def test_the_task_list_of_a_fresh_guide_is_true(staff):
    guide = actions.create_guide(staff.chen, make.approved_plan(staff).items.first(), title="新指南")
    actions.save_parts(staff.chen, guide, modes.adapted(guide.version.data, "JOINT"))
    guide.refresh_from_db()
    with translation.override("zh-hans"):
        items = {item["code"]: item for group in queries.editor_groups(guide) for item in group["items"]}
        assert items["mode"]["state"] == "err" and len(items["mode"]["problems"]) == 3
        assert items["sections"]["state"] == "err" and (items["payment_plan"]["state"], items["annexes"]["text"]) == ("done", "选填")
    before = queries.progress(queries.editor_groups(guide))[0]
    texts = [{**one, "text": one["text"] or "正文"} for one in guide.version.data["sections"]]
    actions.save_part(staff.chen, guide, "sections", texts)
    guide.refresh_from_db()
    found = {item["code"]: item for group in queries.editor_groups(guide) for item in group["items"]}
    assert queries.progress(queries.editor_groups(guide))[0] == before + 1 and len(found["mode"]["problems"]) == 3


# --- differences of versions ----------------------------------------------------------------------------------------


def changed(**parts):
    data = deepcopy(make.data_of("g2")["data"])
    with translation.override("zh-hans"):
        return {(one["part"], one["label"]): (one["before"], one["after"]) for one in version_changes(data, {**data, **parts})}


def test_places_and_values_of_differences_are_words():
    data = deepcopy(make.data_of("g2")["data"])
    first = data["payment_plan"][0]
    found = changed(payment_plan=[{**first, "share": "0.4"}, *data["payment_plan"][1:]])
    assert [value[1] for value in found.values()] == ["40%"] and all("share" not in label for _part, label in found)
    found = changed(review={**data["review"], "blind": "double"})
    assert list(found.values()) == [("专家知道申报单位，申报单位不知道专家", "双方互不知道")] or "single" not in str(found)
    form = deepcopy(data["form"])
    form["sections"][0]["fields"][0]["kind"] = "textarea"
    found = changed(form=form)
    ((_part, label), (_before, after)), = found.items()
    assert form["sections"][0]["fields"][0]["label"] in label and "字段类型" in label and "textarea" not in after and "sections" not in label
    rules = deepcopy(data["conditions"])
    rules[0]["test"] = at_most(3)
    ((_part, label), (_before, after)), = changed(conditions=rules).items()
    assert rules[0]["clause"] in label and "不超过 3 项" in after and "team.partners" not in after


def test_nothing_that_differs_is_left_out():
    data = deepcopy(make.data_of("g2")["data"])
    assert changed() == {}
    for part, value in data.items():
        if isinstance(value, dict):
            assert len(changed(**{part: {**value, "zz_new": "x"}})) == 1, part
    assert list(changed(unheard_of={"a": 1}).values()) == [("", "1")]


def test_clauses_and_versions_show_no_bare_codes(staff, drafted, sign_in):
    actions.save_part(staff.chen, drafted, "review", {**drafted.version.data["review"], "blind": "double"})
    drafted.refresh_from_db()
    client = sign_in(staff.chen)
    page = client.get(reverse("programs:desk:guide_clauses", args=[drafted.ref])).content.decode()
    assert "<span lang=\"en\">single" not in page and ">double<" not in page and ">CITY" not in page
    page = client.get(reverse("programs:desk:guide_version", args=[drafted.ref, drafted.version.number])).content.decode()
    assert "double" not in page and "<code" not in page.partition("<table")[2]


def test_english_texts_of_the_header_can_be_changed(staff, drafted, sign_in):
    client, address = sign_in(staff.chen), reverse("programs:desk:edit", args=[drafted.ref, "header"])
    for key in drafted.version.data["header"]:
        assert key.startswith("annexes") or f'name="{key}"' in client.get(address).content.decode(), key
    header = {key: value for key, value in drafted.version.data["header"].items() if not key.startswith("annexes")}
    assert client.post(address, {**header, "title": "标题", "base": drafted.version.number, "receiving_body_en": "The Bureau"}).status_code == 302
    drafted.refresh_from_db()
    assert drafted.version.data["header"]["receiving_body_en"] == "The Bureau"


def test_visibility_rules_name_the_answer(staff):
    data = deepcopy(make.data_of("g2")["data"])
    with translation.override("zh-hans"):
        said = [one.text for one in queries.clauses_of(data) if one.part == "form" and "时显示" in one.text]
    assert said and all('"yes"' not in text and "= 是" in text for text in said)


# --- the public page ------------------------------------------------------------------------------------------------


def test_public_page_shows_budget_targets_groups_and_ethics(staff, drafted, sign_in):
    data = drafted.version.data
    form = deepcopy(data["form"])
    form["sections"][-1]["fields"].append({
        "code": "history", "kind": "group", "label": "承担项目情况", "min_rows": 1, "max_rows": 5,
        "fields": [{"code": "a", "kind": "text", "label": "项目名称"}, {"code": "b", "kind": "money", "label": "资助金额"}]})
    actions.save_parts(staff.chen, drafted, {
        "form": form, "targets": {**data["targets"], "min_rows": 3}, "budget": {**data["budget"], "self_raised_min_ratio": "1"},
        "ethics": {"rule": "NONE", "note": "", "note_en": ""}})
    drafted = _published(staff, drafted)
    page = sign_in().get(reverse("programs:public:guide", args=[drafted.year, drafted.slug])).content.decode()
    assert "承担项目情况" in page and "1至5项" in page and "项目名称、资助金额" in page
    assert "绩效目标 · 3至" in page and "不低于1:1" in page
    assert re.search(r"科技伦理审查</b>\s*不要求", page)
    assert all(row["name"] in page for row in data["budget"]["headings"])


@pytest.mark.parametrize(("code", "name"), [("JOINT", "事前资助 · "), ("MATCHING", "事后")])
def test_public_page_names_the_family_of_the_way_of_funding(code, name):
    town = town_of(code)
    with translation.override("zh-hans"):
        page = queries.guide_page(town.guide)
        assert page.mode_name.startswith(name) and page.mode_name.endswith(page.mode_label) and modes.name_of("PRE") == "事前资助"
        assert all("（%）" not in one["label"] and "（万元）" not in one["label"] for one in page.mode_details)


@pytest.mark.parametrize("name", ["g1", "g2", "skeleton"])
def test_every_place_of_a_real_guide_has_a_name(name):
    data = make.data_of(name)
    data = data.get("data") or data
    with translation.override("zh-hans"):
        found = [one["label"] for one in version_changes({}, data)]
    assert len(found) > 200
    assert [label for label in found if re.search(r"[a-z]{3,}", re.sub(r"·?[^·]*(?:PCT|SCI|EI)[^·]*", "", label))] == []
