"""Rules for certain kinds of units only: materials that enterprises must hand in, own money that enterprises must bring."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

import pytest
from django.urls import reverse

from programs import actions, queries
from programs.engine import budget, kinds, packages, schema
from programs.forms.pages import EditPage
from tests.factories import programs as make

pytestmark = pytest.mark.django_db
CITY_AND_OWN = [budget.Line("A", "CITY", Decimal(100)), budget.Line("A", "OWN", Decimal(60))]


def g2(**parts):
    return {**deepcopy(make.data_of("g2")["data"]), **parts}


def materials(**more):
    rows = deepcopy(make.data_of("g2")["data"]["documents"])
    return [{**rows[0], **more}, *rows[1:]]


@pytest.mark.parametrize(("more", "place"), [
    ({"required": True, "required_for": ["ENTERPRISE"]}, ""), ({"required": True, "required_for": []}, ""),
    ({"required": True, "required_for": ["BUREAU"]}, "documents[0].required_for"),
    ({"required": True, "required_for": "ENTERPRISE"}, "documents[0].required_for"),
    ({"required": True, "required_for": [1]}, "documents[0].required_for"),
    ({"required": True, "required_for": ["ENTERPRISE", "ENTERPRISE"]}, "documents[0].required_for"),
    ({"required": False, "required_for": ["ENTERPRISE"]}, "documents[0].required_for"),
])
def test_kinds_of_a_material_are_checked(more, place):
    assert [problem.path for problem in schema.check(g2(documents=materials(**more)))] == ([place] if place else [])


@pytest.mark.parametrize(("row", "unit", "needed"), [
    ({"required": True}, "UNIVERSITY", True), ({"required": True, "required_for": ["ENTERPRISE"]}, "ENTERPRISE", True),
    ({"required": True, "required_for": ["ENTERPRISE"]}, "UNIVERSITY", False), ({"required_for": ["ENTERPRISE"]}, "ENTERPRISE", False),
])
def test_a_material_is_required_of_the_kinds_it_names(row, unit, needed):
    assert kinds.is_required(row, unit) is needed


@pytest.mark.parametrize(("asked_of", "unit", "problems"), [
    ((), "UNIVERSITY", ["own"]), (("ENTERPRISE",), "ENTERPRISE", ["own"]), (("ENTERPRISE",), "UNIVERSITY", []),
])
def test_own_money_is_asked_of_the_kinds_it_names(asked_of, unit, problems):
    scheme = budget.Scheme.load({"scheme": "LUMP_SUM", "self_raised_min_ratio": "1", "self_raised_for": list(asked_of)})
    assert [one.path for one in budget.check_lines(scheme, CITY_AND_OWN, Decimal(100), unit_kind=unit)] == problems


def test_kinds_without_a_ratio_are_a_problem():
    data = g2()["budget"]
    assert [one.path for one in schema.check_part("budget", {**data, "self_raised_for": ["ENTERPRISE"]})] == ["budget.self_raised_for"]
    assert schema.check_part("budget", {**data, "self_raised_for": ["ENTERPRISE"], "self_raised_min_ratio": "1"}) == []


def posted(code, data, **given):
    """The fields of a page of the editor as a browser sends them, with some changed."""
    page = EditPage(code, data)
    values: dict = {}
    for form in (page.form, *(one for sheet in page.sheets for one in (sheet.management_form, *sheet))):
        for bound in form or ():
            value = bound.value()
            if value not in (None, False, ""):
                values[bound.html_name] = value
    values |= given
    from django.utils.datastructures import MultiValueDict

    return MultiValueDict({
        name: value if isinstance(value, list) else [value]
        for name, value in ((name, "\n".join(value) if isinstance(value, list) and not choices(page, name) else value) for name, value in values.items())})


def choices(page, name):
    return name.endswith(("mimes", "sources", "_for"))


def test_editor_keeps_the_kinds_and_refuses_them_alone():
    data = g2()
    page = EditPage("documents", data, posted("documents", data, **{"form-0-required": "on", "form-0-required_for": ["ENTERPRISE"]}))
    assert page.is_valid(), page.sheets[0].errors
    rows = page.parts()["documents"]
    assert rows[0]["required_for"] == ["ENTERPRISE"] and all("required_for" not in row for row in rows[1:])
    form = posted("documents", data, **{"form-0-required_for": ["ENTERPRISE"]})
    form.pop("form-0-required", None)
    page = EditPage("documents", data, form)
    assert not page.is_valid() and "required_for" in page.sheets[0].errors[0]
    page = EditPage("budget", data, posted("budget", data, self_raised_min_ratio="1", self_raised_for=["ENTERPRISE"]))
    assert page.is_valid(), page.form.errors
    assert page.parts()["budget"]["self_raised_for"] == ["ENTERPRISE"] and schema.check_part("budget", page.parts()["budget"]) == []
    page = EditPage("budget", data, posted("budget", data, self_raised_for=["ENTERPRISE"]))
    assert not page.is_valid() and list(page.form.errors) == ["self_raised_for"]


def test_public_page_and_comparison_say_of_whom_it_is_required(staff, drafted, sign_in):
    before = drafted.version.data
    rows = [{**before["documents"][0], "required": True, "required_for": ["ENTERPRISE", "UNIVERSITY"]}, *before["documents"][1:]]
    money = {**before["budget"], "self_raised_min_ratio": "1", "self_raised_for": ["ENTERPRISE"]}
    actions.save_parts(staff.chen, drafted, {"documents": rows, "budget": money})
    drafted.refresh_from_db()
    page = sign_in(staff.chen).get(reverse("programs:desk:guide_preview", args=[drafted.ref])).content.decode()
    assert "企业、高等学校必交" in page or "企业、高等院校必交" in page
    assert "自筹资金与申请资助金额之比不低于1:1（仅企业）" in page
    found = {(one.part, one.code): one.after for one in queries.compared(before, drafted.version.data)}
    assert found["documents", rows[0]["code"]].endswith("必交；PDF") or "必交" in found["documents", rows[0]["code"]]
    assert found["budget", "self_raised_for"] == "企业"


def test_kinds_go_through_a_guide_file(staff, drafted):
    rows = [{**drafted.version.data["documents"][0], "required": True, "required_for": ["ENTERPRISE"]}]
    actions.save_part(staff.chen, drafted, "documents", rows)
    drafted.refresh_from_db()
    package = queries.guide_package(drafted)
    assert package["format"] == "keguan-guide-1"
    found = packages.take(package)
    assert found.problems == () and found.data["documents"][0]["required_for"] == ["ENTERPRISE"]
