"""Every way of funding: its skeleton can be filled in and published; a guide whose parts contradict it is refused."""

from __future__ import annotations

import copy

import pytest

from accounts.models import Organisation
from core.workflow import Refused
from programs import actions, queries
from programs.engine import modes, schema
from programs.states import FundingMode, ReviewMode
from tests.factories import programs as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
TEXTS = {"content": "支持内容", "support": "最高300万元", "procedure": "网上申报\n审定"}
FORMULA = "min(cap, 100万)"


@kept
def item(staff):
    plan = make.approved_plan(staff, codes=("HK-A", "POC"))
    make.documents(staff)
    return plan.items.get(special__code="HK-A")


def details_of(code):
    given = {"money": "1000000", "number": 3, "percent": "0.5", "usccs": ["91350100M000100Y43"], "uscc": "91350100M000100Y43"}
    found = {field["code"]: given.get(field["kind"], "说明") for field in modes.fields_of(code)}
    return found | ({"unit_year_cap": "900000000"} if code == "INTEREST" else {})


def filled(item, code):
    """The skeleton of a mode with the texts and the mode's own fields filled in."""
    data = copy.deepcopy(queries.skeleton(item, code))
    data["sections"] = [{**part, "text": part.get("text") or TEXTS.get(part["code"], "说明")} for part in data["sections"]]
    if details := details_of(code):
        data["mode"]["details"] = details
    if modes.mode_of(code)["formula"]:
        data["amount"]["formula"] = FORMULA
    return data


@pytest.mark.parametrize("code", FundingMode.values)
def test_skeleton_of_every_mode_becomes_a_sound_guide(item, code):
    assert schema.check(filled(item, code)) == []
    assert modes.steps_of(code)


@pytest.mark.parametrize("code", FundingMode.values)
def test_mode_without_its_own_fields_is_refused(item, code):
    data = filled(item, code)
    for field in modes.fields_of(code):
        if field["required"]:
            without = copy.deepcopy(data)
            without["mode"]["details"].pop(field["code"])
            assert f"mode.details.{field['code']}" in [problem.path for problem in schema.check(without)]


@pytest.mark.parametrize("code", FundingMode.values)
def test_mode_with_the_wrong_contract_or_review_is_refused(item, code):
    data, entry = filled(item, code), modes.mode_of(code)
    other = {**data, "mode": {**data["mode"], "contract_required": not entry["contract"]}}
    assert "mode.contract_required" in [p.path for p in schema.check(other)] or "payment_plan" in [p.path for p in schema.check(other)]
    for wrong in set(ReviewMode.values) - set(entry["reviews"]):
        found = schema.check({**data, "review": {**data["review"], "mode": wrong, "panel_size": 5}})
        assert "review.mode" in [p.path for p in found], wrong


@pytest.mark.parametrize(("code", "path", "value", "place"), [
    ("POST", ("payment_plan",), [{"kind": "SIGN", "share": "0.5"}, {"kind": "MIDTERM", "share": "0.5"}], "payment_plan"),
    ("CHALLENGE", ("mode", "details", "owner_money"), "0", "mode.details.owner_money"),
    ("CHALLENGE", ("mode", "details", "price"), "99000000000", "mode.details.price"),
    ("JOINT", ("mode", "details", "partner_share"), "0", "mode.details.partner_share"),
    ("JOINT", ("mode", "details", "partner_share"), "1", "mode.details.partner_share"),
    ("MATCHING", ("mode", "details", "ratio"), "0", "mode.details.ratio"),
    ("MATCHING", ("mode", "audit_required"), False, "mode.audit_required"),
    ("INTEREST", ("mode", "details", "unit_year_cap"), "1", "mode.details.unit_year_cap"),
    ("STABLE", ("mode", "details", "yearly"), "9000000000000", "mode.details.yearly"),
    ("ENTITLEMENT", ("amount", "formula"), "", "amount.formula"),
])
def test_contradiction_is_refused_at_its_place(item, code, path, value, place):
    data = filled(item, code)
    node = data
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert place in [problem.path for problem in schema.check(data)]


@pytest.mark.parametrize(("code", "field"), [("MATCHING", "upper_award"), ("MATCHING", "arrived_amount"), ("JOINT", "partner_unit"),
                                             ("CHALLENGE", "bid_plan"), ("INTEREST", "loan_contract")])
def test_form_that_does_not_ask_what_the_mode_needs_is_refused(item, code, field):
    data = filled(item, code)
    for part in data["form"]["sections"]:
        part["fields"] = [one for one in part["fields"] if one["code"] != field and field not in [x["code"] for x in one.get("fields", ())]]
    data["form"]["sections"] = [part for part in data["form"]["sections"] if part["fields"]]
    assert any(problem.path == "form" and field in problem.text for problem in schema.check(data))


def test_changed_mode_takes_the_parts_with_it(item):
    data = filled(item, "PRE")
    for code in FundingMode.values:
        data = {**data, **modes.adapted(data, code)}
        assert {row["kind"] for row in data["payment_plan"]} <= set(modes.mode_of(code)["payments"])
        assert data["review"]["mode"] in modes.mode_of(code)["reviews"]
        assert not modes.missing_fields(data, code)
        assert "details" not in data["mode"]


def test_new_guide_takes_the_chosen_modes_and_refuses_what_does_not_go_together(staff, item):
    guide = actions.create_guide(staff.chen, item, title="揭榜", funding_mode="CHALLENGE", review_mode="DEFENCE")
    assert (guide.funding_mode, guide.version.data["review"]["mode"]) == ("CHALLENGE", "DEFENCE")
    with pytest.raises(Refused, match="R4"):
        actions.create_guide(staff.chen, item, title="免申即享", funding_mode="ENTITLEMENT", review_mode="DEFENCE")


def test_editor_shows_only_parts_that_apply(staff, item):
    def shown(mode):
        guide = actions.create_guide(staff.chen, item, title=mode, funding_mode=mode)
        return {one["code"] for group in queries.editor_groups(guide) for one in group["items"]}

    assert {"contract", "budget", "criteria"} <= shown("JOINT")
    assert not {"contract", "budget", "criteria", "review"} & shown("ENTITLEMENT")


def test_owner_code_that_is_not_registered_is_refused_on_the_form(staff, item):
    from programs.forms.parts import ModeForm

    data = filled(item, "CHALLENGE")
    form = ModeForm({"funding_mode": "CHALLENGE", "contract_required": "on", "d-owner_uscc": "91440300MA5XXXXXXX"}, guide=data)
    assert not form.is_valid() and "d-owner_uscc" in form.errors
    known = Organisation.objects.exclude(uscc=None).first().uscc
    form = ModeForm({"funding_mode": "CHALLENGE", "contract_required": "on", "d-owner_uscc": known, "d-price": "100"}, guide=data)
    assert form.is_valid(), form.errors
    assert form.parts(data)["mode"]["details"] == {"owner_uscc": known, "price": "1000000"}
