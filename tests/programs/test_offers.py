"""What forms offer is in force; what notices say is said once; lists tell the state of today."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock
from programs import actions, documents, queries
from programs.forms.changes import LineForm
from programs.forms.plans import ItemForm
from programs.forms.topics import QuotaRow, years_of
from programs.models import AnnualPlan, Special
from tests.factories import programs as make

pytestmark = pytest.mark.django_db


def codes(field):
    return [code for _group, rows in field.choices[1:] for code, _label in rows]


def test_specials_out_of_force_are_not_offered_and_nothing_is_preselected(staff):
    plan = make.approved_plan(staff)
    Special.objects.filter(tree=plan.tree, code="POC").update(status="SUSPENDED")
    form = LineForm(plan=plan, kind="ADD")
    assert "POC" not in codes(form.fields["special"]) and "KEY-INDUSTRY" in codes(form.fields["special"])
    assert form.fields["special"].choices[0][0] == ""
    own = plan.items.get(special__code="POC")
    assert "POC" in codes(ItemForm(plan=plan, own=own.special, initial={"special": "POC"}).fields["special"])


def test_a_new_call_offers_the_specials_in_force_of_the_own_division(staff, sign_in):
    person = accounts.create_person(system("test"), name="测试丁", email="ding@programs.example")
    accounts.grant_role(system("test"), person, staff.bureau, Role.DIVISION, scope="POC")
    assert [special.code for special in queries.specials_to_call(Actor.of(person))] == ["POC"]
    everything = queries.specials_to_call(staff.chen)
    assert {special.tree_id for special in everything} == {queries.tree_as_of().pk}
    assert len({special.code for special in everything}) == len(everything)


def test_a_new_guide_offers_items_of_this_year_and_leads_to_the_plan_change(staff, sign_in):
    plan = make.approved_plan(staff)
    page = sign_in(staff.chen).get(reverse("programs:desk:guide_new")).content.decode()
    assert reverse("programs:desk:change_new", args=[plan.year]) in page
    assert queries.items_without_guide(staff.chen).count() == 2
    AnnualPlan.objects.filter(pk=plan.pk).update(year=plan.year - 1)
    assert not queries.items_without_guide(staff.chen).exists()
    with clock.shifted_to(clock.local(clock.now()).replace(month=1, day=5)):
        plan.items.filter(special__code="POC").update(opens_month=11, closes_month=2)
        assert [item.special.code for item in queries.items_without_guide(staff.chen)] == ["POC"]


def test_groups_of_quotas_come_from_the_directions():
    form = QuotaRow(initial={"group": "旧组"})
    form.offer(["甲", "乙"])
    assert [value for value, _label in form.fields["group"].choices] == ["", "甲", "乙", "旧组"]
    plain = QuotaRow()
    plain.offer([])
    assert not hasattr(plain.fields["group"], "choices")


def test_years_are_read_however_they_are_parted():
    assert years_of("2025年或2026年") == years_of("2026、2025") == [2025, 2026]
    assert years_of("") == []
    for wrong in ("25年", "近两年"):
        with pytest.raises(ValidationError):
            years_of(wrong)


SAID = {"streams": ["人工智能"], "windows": ["4月21日"], "quotas": ["2项"]}


def test_added_parts_of_a_call_go_on_after_the_own_ones_and_repeat_none():
    assert documents.call_numbers("按下列要求征集。", SAID) == {
        "kinds": "一", "streams": "二", "quotas": "三", "fields": "四", "windows": "五", "others": "六"}
    own = "一、征集背景\n说明。\n二、征集方向\n人工智能。\n三、征集时间\n2026年4月21日18:00截止。"
    assert documents.call_numbers(own, SAID) == {"kinds": "四", "quotas": "五", "fields": "六", "others": "七"}


@pytest.mark.parametrize(("own", "part"), [
    ("一、项目实施时间\n三年。", "windows"), ("一、征集时间\n另行通知。", "windows"), ("一、填报时间\n见系统。", "fields"),
    ("一、支持方向\n生物医药。", "streams"), ("一、数量要求\n不限。", "quotas")])
def test_a_heading_that_only_sounds_like_it_takes_no_part_away(own, part):
    assert part in documents.call_numbers(own, SAID)


def test_the_notice_of_a_call_always_holds_its_closing_day(staff):
    call = actions.create_call(staff.chen, make.special("KEY-INDUSTRY"), year=2026, title="2026年度备选课题征集")
    closes = clock.local(clock.now() + timedelta(days=20))
    call.windows.create(opens_at=clock.now(), closes_at=closes)
    call.text = "一、征集时间\n以系统为准。"
    assert "windows" in documents.call_context(call)["numbers"]
    call.text += f"{closes.month}月{closes.day}日截止。"
    assert "windows" not in documents.call_context(call)["numbers"]


def test_own_money_of_some_kinds_is_asked_of_them_alone():
    budget = {"self_raised_min_ratio": "1", "self_raised_for": ["ENTERPRISE"]}
    [words] = queries.amount_words({"budget": budget})
    assert "企业" in words and "企业" not in queries.amount_words({"budget": {"self_raised_min_ratio": "1"}})[0]


def test_only_what_was_written_with_a_sign_is_a_per_cent():
    [words] = queries.amount_words({"amount": {"cap": "1", "formula": "min(cap, application.requested / max(1, application.months) * 50%)"}})
    assert "50%" in words and "100%" not in words


def test_the_notice_of_a_guide_says_the_amount_in_words_and_the_project_once(staff):
    guide = make.draft_guide(staff, "g1")
    context = documents.context(guide)
    assert any("50%" in line for line in context["amount"])
    assert any("资助比例 = " in line and "100%" in line for line in context["amount"])
    assert documents._subject("深港联合资助项目（A类）") == "深港联合资助项目（A类）"
    assert documents._subject("概念验证中心") == "概念验证中心项目"


def test_a_share_of_the_budget_is_said():
    words = queries.amount_words({"amount": {"cap": "1000000", "formula": "min(cap, (application.total_budget - 10万) * 50%)"}})
    assert words and "50%" in words[0] and "（" in words[0]
    assert queries.amount_words({"amount": {"cap": "1", "formula": "min("}}) == []
    assert queries.amount_words({"budget": {"self_raised_min_ratio": "1"}})
    joint = {"mode": {"funding_mode": "JOINT", "details": {"partner_share": "0.5", "city_share_max": "0.5", "both_decide": "协商"}}}
    assert queries.amount_words(joint) == ["合作方承担比例：50%", "市级资助占深方预算上限：50%"]


def test_a_document_whose_time_is_over_is_listed_as_expired(staff, sign_in):
    make.documents(staff)
    row = queries.documents_in_force(make.special("POC")).first()
    type(row).objects.filter(pk=row.pk).update(valid_from=date(2019, 1, 1), valid_to=date(2020, 1, 31))
    page = sign_in(staff.he).get(reverse("programs:desk:policies") + "?status=EXPIRED").content.decode()
    assert row.number in page and "2020-01-31" in page
    assert row.number not in sign_in(staff.he).get(reverse("programs:desk:policies") + "?status=IN_FORCE").content.decode()


def test_documents_by_state_are_the_same_truth_as_the_words(staff):
    make.documents(staff)
    rows = queries.documents_in_force(make.special("POC"))
    first, second = list(rows[:2])
    today = clock.today()
    type(first).objects.filter(pk=first.pk).update(valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1))
    type(first).objects.filter(pk=second.pk).update(valid_from=today + timedelta(days=1), valid_to=None)
    for row in type(first).objects.all():
        state = {"VALID": "IN_FORCE", "REPLACED": "EXPIRED"}.get(found := queries.state_of(row, today), found)
        assert queries.documents_that_are(type(row).objects.filter(pk=row.pk), state).exists()


def test_an_item_without_a_way_of_funding_says_that_of_its_special(staff):
    item = make.approved_plan(staff).items.get(special__code="POC")
    assert item.mode_label == "" and item.mode_words


def test_preview_shows_a_coming_window_as_coming(staff):
    guide = make.draft_guide(staff, opens=5, closes=40)
    page = queries.guide_page(queries.get_for(staff.chen, guide.ref), preview=True)
    assert page.upcoming is not None and page.window is None
    assert queries.guide_page(queries.get_for(staff.chen, guide.ref)).upcoming is None


def test_the_history_says_which_part_was_saved(staff, drafted, sign_in):
    quota = {**drafted.version.data["quota"], "max_projects": 7, "budget_control": str(Decimal("1000000"))}
    actions.save_part(staff.chen, drafted, "quota", quota)
    page = sign_in(staff.chen).get(reverse("programs:desk:guide", args=[drafted.ref])).content.decode()
    assert f"{queries.verb_label('programs.guide.save')}：{queries.part_label('quota')}" in page


def test_topic_pages_light_up_topics_and_say_where_they_are(staff, sign_in):
    call = actions.create_call(staff.chen, make.special("KEY-INDUSTRY"), year=2026, title="2026年度备选课题征集")
    page = sign_in(staff.chen).get(reverse("programs:desk:topic_call_streams", args=[call.ref])).content.decode()
    assert call.ref in page.split('class="st-crumb"')[1].split("</nav>")[0]
    from core.web import nav

    found = nav.entries("desk", staff.chen, f"/desk/topics/{call.ref}/quotas/")
    assert [one["url"] for one in found if one["current"]] == [reverse("programs:desk:needs")]
