"""Sections that are left out: what must stay, how the numbers follow, what the public reads."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest
from django.urls import reverse

from programs import actions, queries
from programs.engine import numbering, packages, schema
from programs.forms.sections import SectionsForm
from tests.factories import programs as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("number", "words"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")])
def test_numerals(number, words):
    assert numbering.chinese(number) == words


def skeleton():
    return deepcopy(make.data_of("skeleton"))


def form_of(data, **given):
    values = {f"{one['code']}-{key}": one.get(key, "") for one in data["sections"] for key in ("title", "text", "title_en", "text_en")}
    return SectionsForm(values | {key.replace("__", "-"): value for key, value in given.items()}, sections=data["sections"])


def test_numbers_after_a_section_that_is_left_out_move_up_and_come_back():
    data = skeleton()
    form = form_of(data, deciding__omit="on")
    assert form.is_valid(), form.errors
    found = {**data, **form.parts(data)}
    titles = {one["code"]: one["title"] for one in found["sections"]}
    assert titles["procedure"] == "八、办理程序" and titles["timing"] == "九、办理时限" and titles["deciding"] == "决定机关"
    assert next(one["title_en"] for one in found["sections"] if one["code"] == "procedure") == "8. Procedure"
    assert found["conditions"] == data["conditions"] and schema.check_part("sections", found["sections"]) == []
    back = form_of(found)
    assert back.is_valid() and back.parts(found)["sections"] == data["sections"]


def test_clauses_of_conditions_move_with_their_section():
    data = skeleton()
    form = form_of(data, basis__omit="on")
    assert form.is_valid()
    found = form.parts(data)
    assert next(one["title"] for one in found["sections"] if one["code"] == "conditions") == "三、申请条件"
    assert [one["clause"] for one in found["conditions"]] == ["三、（一）", "三、（二）", "三、（三）"]


def test_titles_typed_by_hand_stay_when_no_section_comes_or_goes():
    data = skeleton()
    form = form_of(data, procedure__title="第九部分 办理程序")
    assert form.is_valid() and "conditions" not in form.parts(data)
    assert next(one["title"] for one in form.parts(data)["sections"] if one["code"] == "procedure") == "第九部分 办理程序"


@pytest.mark.parametrize("code", schema.KEPT_SECTIONS)
def test_compulsory_sections_cannot_be_left_out(code):
    data = skeleton()
    assert f"{code}-omit" not in form_of(data).fields
    rows = [{**one, "omit": True} if one["code"] == code else one for one in data["sections"]]
    assert [problem.path for problem in schema.check_part("sections", rows)] == [f"sections.{code}.omit"]


def test_an_empty_title_is_refused_beside_its_field_unless_the_section_is_left_out():
    data = skeleton()
    form = form_of(data, deciding__title="", content__title="")
    assert not form.is_valid() and set(form.errors) == {"deciding-title", "content-title"}
    form = form_of(data, deciding__title="", deciding__omit="on")
    assert form.is_valid() and schema.check_part("sections", form.parts(data)["sections"]) == []


def test_public_page_leaves_it_out_and_keeps_what_the_parts_lay_down(staff, drafted, sign_in):
    before = drafted.version.data
    rows = [{**one, "omit": True} if one["code"] in ("deciding", "timing", "form") else one for one in before["sections"]]
    actions.save_part(staff.chen, drafted, "sections", rows)
    drafted.refresh_from_db()
    gone = [one for one in before["sections"] if one["code"] in ("deciding", "timing", "form")]
    for ending in ("", "?print=1"):
        page = sign_in(staff.chen).get(reverse("programs:desk:guide_preview", args=[drafted.ref]) + ending).content.decode()
        assert not any(f'id="{one["code"]}"' in page for one in gone)
        assert "其他事项" in page and "评审" in page and "申请书需要填写的内容" in page or "其他事项" in page
    changes = {(one.part, one.code): one.after for one in queries.compared(before, drafted.version.data)}
    assert changes["sections", "deciding"] == "本指南不单列"
    assert packages.take(queries.guide_package(drafted)).data["sections"] == rows


def test_public_page_of_a_whole_guide_has_no_further_particulars(staff, published, sign_in):
    page = sign_in().get(reverse("programs:public:guide", args=[published.year, published.slug])).content.decode()
    assert "其他事项" not in page and len(re.findall("<h2 id=", page)) >= 8
