"""A group of fields that is filled in several times: typed, saved on the way, checked row by row, printed; news of the guide."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from django.http import QueryDict

from applications import forms, rules
from applications.queries.dossier import _rows
from programs.engine import forms as engine

GROUP = {
    "code": "loans", "kind": "group", "label": "贷款合同", "required": True, "min_rows": 1, "max_rows": 3, "fields": [
        {"code": "number", "kind": "text", "label": "合同编号", "required": True, "max_length": 10},
        {"code": "amount", "kind": "money", "label": "贷款金额", "required": True},
        {"code": "uses", "kind": "multi", "label": "用途", "choices": [{"value": "a", "label": "研发"}, {"value": "b", "label": "设备"}]},
        {"code": "repaid", "kind": "bool", "label": "已结清"},
        {"code": "note", "kind": "textarea", "label": "说明", "max_length": 200},
    ],
}
HIDDEN = {
    "code": "more", "kind": "text", "label": "补充", "visible_if": {"all": [
        {"field": "many", "op": "ge", "value": "2"}, {"field": "kind", "op": "in", "value": ["x", "y"]}]},
}
FORM = engine.Form.load({"sections": [{"code": "s", "title": "部分", "fields": [
    GROUP, {"code": "many", "kind": "number", "label": "几笔"}, {"code": "kind", "kind": "text", "label": "类型"}, HIDDEN]}]})
SECTION = FORM.sections[0]


def test_typed_names_find_their_row_and_field():
    post = QueryDict(mutable=True)
    for name, value in (("loans.0.number", "A1"), ("loans.0.amount", "100"), ("loans.0.uses", "a"), ("loans.0.uses", "b"), ("loans.1.number", "")):
        post.appendlist(name, value)
    sent = rules.sent_from(SECTION, post)
    assert sent["loans.0.uses"] == ["a", "b"] and sent["loans.0.repaid"] == ""
    answers = rules.without_empty_rows(SECTION, rules.apply(SECTION, {}, sent))
    assert [row["number"] for row in answers["loans"]] == ["A1"]
    assert rules.flat(SECTION, answers)["loans.0.number"] == "A1"


def test_autosaved_cell_lands_in_its_row():
    mine, foreign = rules.known_names(SECTION, ["loans.2.note", "loans.2.nothing", "loans.x.note", "loans"])
    assert mine == ["loans.2.note"] and len(foreign) == 3
    saved = rules.apply(SECTION, {"loans": [{"number": "A1"}]}, rules.typed(SECTION, {"loans.2.note": "第三笔", "loans.0.uses": ["b"]}))
    assert saved["loans"] == [{"number": "A1", "uses": ["b"]}, {}, {"note": "第三笔"}]


def test_each_row_is_checked_and_says_its_number():
    values = {"loans": [{"number": "A1", "amount": "100"}, {"number": "A" * 11, "amount": "x", "uses": ["z"]}]}
    clean, errors = FORM.clean(values, section="s", final=True)
    assert clean["loans"][0] == {"number": "A1", "amount": "100.00"}
    assert len(errors["loans"]) == 3 and all(text.startswith("第2组") for text in errors["loans"])
    assert FORM.clean(values, section="s")[1]["loans"]  # a draft says so too
    again, _errors = FORM.clean(clean, section="s")
    assert again == clean


@pytest.mark.parametrize(("rows", "wrong"), [(0, True), (1, False), (3, False), (4, True)])
def test_least_and_most_rows(rows, wrong):
    values = {"loans": [{"number": f"A{n}", "amount": "1"} for n in range(rows)]}
    assert ("loans" in FORM.clean(values, section="s", final=True)[1]) is wrong


def test_row_without_a_tick_is_an_empty_row():
    assert FORM.clean({"loans": [{"repaid": False}, {"number": "A1", "amount": "1"}]}, section="s", final=True)[0]["loans"][0]["number"] == "A1"


def test_joined_rule_shows_and_hides():
    for many, kind, seen in (("2", "x", True), ("1", "x", False), ("2", "z", False), ("", "x", False), ("abc", "x", False)):
        shown = [item.code for item in FORM.visible("s", {"s": {"many": many, "kind": kind}})]
        assert ("more" in shown) is seen


def test_page_shows_one_block_more_and_each_error_at_its_field():
    answers = {"loans": [{"number": "A1", "amount": "x"}]}
    _clean, errors = FORM.clean(answers, section="s", final=True)
    box = forms.boxes_of(SECTION, answers, errors)[0]
    assert len(box.blocks) == 2 and box.blocks[0][1].code == "loans.0.amount"
    assert box.blocks[0][1].errors and not box.blocks[0][0].errors and not box.errors
    lines = forms.error_list([box])
    assert lines[0]["id"] == "f-loans-0-amount" and "第1组" in lines[0]["text"]


def test_most_blocks_are_not_exceeded():
    answers = {"loans": [{"number": str(n), "amount": "1"} for n in range(3)]}
    assert len(forms.boxes_of(SECTION, answers)[0].blocks) == 3


def test_dossier_prints_every_block():
    rows = _rows(SECTION, {"s": {"loans": [{"number": "A1", "amount": "100.00", "uses": ["a"], "repaid": True}, {"number": "A2", "amount": "5.00"}]}}, FORM)
    texts = [[cell["text"] for cell in block] for block in rows[0]["blocks"]]
    assert texts[0][:1] == ["A1"] and "研发" in texts[0] and len(texts) == 2


@pytest.mark.parametrize(("change", "place"), [
    ({"fields": []}, "fields"), ({"fields": [{"code": "x", "kind": "table", "label": "x", "columns": []}]}, "kind"),
    ({"fields": [{"code": "x", "kind": "text", "label": "x", "visible_if": {"field": "s.many", "op": "filled"}}]}, "visible_if"),
    ({"min_rows": 4}, "min_rows"), ({"max_rows": 500}, "max_rows"),
])
def test_group_that_cannot_be_asked_is_refused(change, place):
    data = {"sections": [{"code": "s", "title": "部分", "fields": [{**copy.deepcopy(GROUP), **change}, {"code": "many", "kind": "number", "label": "n"}]}]}
    assert any(place in problem.path for problem in engine.check(data))


@pytest.mark.parametrize(("rules_", "says"), [
    ({"a": "b", "b": "a"}, "循环"), ({"a": "b", "b": "c", "c": "a"}, "循环"), ({"a": "a"}, "循环"), ({"a": "gone"}, "不是"),
])
def test_rules_in_a_circle_or_on_nothing_are_refused_with_the_place(rules_, says):
    fields = [{"code": code, "kind": "text", "label": code, **({"visible_if": {"any": [{"field": rules_[code], "op": "filled"}]}} if code in rules_ else {})}
              for code in "abc"]
    found = engine.check({"sections": [{"code": "s", "title": "s", "fields": fields}]})
    assert len(found) == 1 and says in found[0].text and found[0].path.startswith("form.s.a")


# --- regions, partners, news of the guide ---------------------------------------------------------------------------


@pytest.mark.parametrize(("named", "region", "open_"), [
    ([], "广州市", True), (["深圳市"], "深圳市南山区", True), (["深圳市", "广州市"], "广州市", True), (["深圳市"], "广州市", False), (["深圳市"], "", False),
    (["深圳市"], "深汕特别合作区", True), (["广州市"], "深汕特别合作区", False),
])
def test_region_of_the_unit_decides(named, region, open_):
    assert (rules.region_problem({"regions": named}, region) is None) is open_


@pytest.mark.parametrize(("place", "count", "shared", "wrong"), [
    ({}, 5, 1, 0), ({"partners_max": 1}, 2, 0, 1), ({"partners_max": 0, "partner_transfer": False}, 1, 1, 2), ({"partner_transfer": True}, 2, 1, 0),
])
def test_partners_within_the_guide(place, count, shared, wrong):
    from decimal import Decimal

    assert len(rules.partner_problem(place, count, Decimal(shared))) == wrong


@pytest.mark.django_db
def test_later_close_is_told_to_everyone_who_has_begun(town):
    """Reaction to the official act: the leader and the administrators of the unit, each once."""
    from core import events
    from notices.models import Message
    from programs import actions as programme
    from programs import queries as programmes
    from tests.factories import applications as make

    row = make.started(town.li, town.guide, town.a)
    close = programmes.current_window(town.guide).closes_at
    extension = programme.request_extension(town.chen, town.guide, closes_at=close + timedelta(days=365), why="系统维护")
    programme.approve_extension(town.he, extension)
    events.drain()
    told = Message.objects.filter(event="guide.extend")
    assert told.filter(person=row.leader).count() == 1 and "系统维护" in told.first().body
    events.drain()
    assert Message.objects.filter(event="guide.extend", person=row.leader).count() == 1
