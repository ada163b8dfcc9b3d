"""What is refused stands beside its field, in the unit of the field; a page of lines has one summary that tells the lines apart."""

import pytest
from django.urls import reverse

from programs import queries, rules
from tests.factories import programs as make
from tests.kept import kept


@kept
def world(staff):
    staff.guide = make.draft_guide(staff)
    return staff


def test_money_above_the_plan_item_is_refused_beside_the_field_in_its_unit(world, sign_in):
    address = reverse("programs:desk:edit", args=[world.guide.ref, "money"])
    shown = sign_in(world.chen).get(address).context["page"].form
    values = {name: "" if shown[name].value() is None else shown[name].value() for name in shown.fields}
    answer = sign_in(world.chen).post(address, {**values, "budget_control": "99999999", "max_projects": "99999"})
    errors = answer.context["page"].form.errors
    assert set(errors) == {"budget_control", "max_projects"}
    assert "99,999,999万元" in str(errors["budget_control"])


@pytest.mark.parametrize(("taken", "said"), [(0, False), (5, True)])
def test_other_guides_are_named_only_where_there_are_some(world, taken, said):
    item = rules.Item(2026, "APPROVED", 100, 1, taken, taken, "", False)
    words = " ".join(rules.item_problems(item, 200, 9, 2026))
    assert ("其他指南" in words) == said


def test_wrong_windows_have_one_summary_with_numbered_lines(world, sign_in):
    address = reverse("programs:desk:guide_windows", args=[world.guide.ref])
    rows = {f"form-{n}-{name}": at for n in (0, 1) for name, at in (("opens_at", "2030-05-02T09:00"), ("closes_at", "2030-05-01T09:00"))}
    answer = sign_in(world.chen).post(address, {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", **rows})
    page = answer.content.decode()
    assert page.count('class="st-errs"') == 1
    assert "2 处" in page.replace("2处", "2 处") and "第1行" in page and "第2行" in page


@pytest.mark.parametrize("name", ["guide_windows", "guide_policies"])
def test_every_tab_of_the_editor_has_its_crumbs(world, sign_in, name):
    answer = sign_in(world.chen).get(reverse(f"programs:desk:{name}", args=[world.guide.ref]))
    assert answer.context["crumbs"][0][0] == world.guide.ref


def test_policy_basis_is_not_optional_and_offers_nothing_that_is_over(world, sign_in):
    form = sign_in(world.chen).get(reverse("programs:desk:guide_policies", args=[world.guide.ref])).context["form"]
    assert "选填" not in str(form.fields["policies"].mark)
    named = {str(pk) for pk in world.guide.policies.values_list("pk", flat=True)}
    over = {str(one.pk) for one in queries.documents_in_force(world.guide.special) if not queries.is_not_over(one)} - named
    offered = {value for value, _label in form.fields["policies"].choices}
    assert over and not over & offered
    assert named <= offered
