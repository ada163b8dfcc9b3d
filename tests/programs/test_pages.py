"""Who gets which page of the programmes floor, forms that keep what was typed, one move per double click, steady queries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation
from core.models import LedgerRow
from core.workflow import Machine
from programs import actions, queries
from programs.forms.parts import ModeForm
from programs.models import AnnualPlan, Extension, Guide, PolicyDocument
from tests.factories import programs as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
STAFF = {"chen", "he", "sun", "lead", "fin", "qian"}
EVERYBODY = STAFF | {"public", "applicant"}
READS, WRITES, PLANS = STAFF, {"chen"}, {"he"}


@kept
def world(staff, applicant):
    staff.guide = make.published_guide(staff)
    staff.draft = actions.create_guide(staff.chen, staff.guide.plan_item, title="起草中的指南", title_en="", copy_from=staff.guide)
    plan = staff.guide.plan_item.plan
    staff.plan = actions.draft_plan(
        staff.he, plan.year + 1, tree=plan.tree, copy_from=plan, control_figure=Decimal(5_000_000_000), reserve=Decimal(0)
    )
    staff.item = staff.plan.items.first()
    staff.policy = staff.guide.policies.first()
    staff.applicant, staff.public = applicant, None
    return staff


#: page -> (who may open it, its arguments)
PAGES = {
    "public:guides": (EVERYBODY, lambda w: ()),
    "public:guide": (EVERYBODY, lambda w: (w.guide.year, w.guide.slug)),
    "public:calendar": (EVERYBODY, lambda w: (w.guide.year, w.guide.slug)),
    "public:tree": (EVERYBODY, lambda w: ()),
    "public:special": (EVERYBODY, lambda w: (w.guide.special.tree.code, w.guide.special.code)),
    "public:policy": (EVERYBODY, lambda w: (w.policy.number,)),
    "desk:tree": (READS, lambda w: ()),
    "desk:special": (READS, lambda w: (w.guide.special.tree.code, w.guide.special.code)),
    "desk:plans": (READS, lambda w: ()),
    "desk:plan_new": (PLANS, lambda w: ()),
    "desk:plan": (READS, lambda w: (w.plan.year,)),
    "desk:plan_money": (PLANS, lambda w: (w.plan.year,)),
    "desk:item_new": (PLANS, lambda w: (w.plan.year,)),
    "desk:item": (PLANS, lambda w: (w.item.pk,)),
    "desk:policies": (READS, lambda w: ()),
    "desk:policy_new": (PLANS, lambda w: ()),
    "desk:policy": (READS, lambda w: (w.policy.number,)),
    "desk:policy_edit": (PLANS, lambda w: (w.policy.number,)),
    "desk:guides": (READS, lambda w: ()),
    "desk:guide_new": (WRITES, lambda w: ()),
    "desk:guide": (READS, lambda w: (w.draft.ref,)),
    "desk:guide_preview": (READS, lambda w: (w.draft.ref,)),
    "desk:guide_windows": (WRITES, lambda w: (w.draft.ref,)),
    "desk:guide_policies": (WRITES, lambda w: (w.draft.ref,)),
    "desk:guide_extend": (READS, lambda w: (w.guide.ref,)),
    "desk:guide_extend_begun": (READS, lambda w: (w.guide.ref,)),
    "desk:guide_export": (READS, lambda w: (w.draft.ref,)),
    "desk:guide_version": (READS, lambda w: (w.guide.ref, 2)),
    "desk:conditions": (WRITES, lambda w: (w.draft.ref,)),
    "desk:condition": (WRITES, lambda w: (w.draft.ref, "new")),
    "desk:form_parts": (WRITES, lambda w: (w.draft.ref,)),
    "desk:amount_try": (WRITES, lambda w: (w.draft.ref,)),
    "desk:form_field": (WRITES, lambda w: (w.draft.ref, "basic", "title")),
    "desk:edit": (WRITES, lambda w: (w.draft.ref, "money")),
    # versions of the tree, policy basis, numbers that decide
    "public:tree_compare": (EVERYBODY, lambda w: ()),
    "public:special_lineage": (EVERYBODY, lambda w: ("2024", "HK-A")),
    "desk:versions": (READS, lambda w: ()),
    "desk:version_new": (PLANS, lambda w: ()),
    "desk:version": (READS, lambda w: ("2025",)),
    "desk:version_edit": (PLANS, lambda w: ("2025",)),
    "desk:version_plan": (PLANS, lambda w: ("2025", "BASIC")),
    "desk:version_special": (PLANS, lambda w: ("2025", "new")),
    "desk:version_mapping": (READS, lambda w: ("2025",)),
    "desk:version_map": (PLANS, lambda w: ("2025", "2024:POC")),
    "desk:version_table": (READS, lambda w: ("2025",)),
    "desk:version_upload": (PLANS, lambda w: ("2025",)),
    "desk:year_report": (READS, lambda w: (w.guide.year,)),
    "desk:policy_warnings": (READS, lambda w: ()),
    "desk:policy_replace": (PLANS, lambda w: (w.policy.number,)),
    "desk:policy_attach": (PLANS, lambda w: (w.policy.number,)),
    "desk:parameters": (READS, lambda w: ()),
    "desk:parameter": (READS, lambda w: ("guide.min_open_days",)),
    "desk:parameter_ask": (PLANS, lambda w: ("guide.min_open_days",)),
    # guide editor
    "desk:form_section": (WRITES, lambda w: (w.draft.ref, "basic")),
    "desk:guide_import": (WRITES, lambda w: ()),
    "desk:guide_compare": (READS, lambda w: (w.draft.ref,)),
    "desk:guide_clauses": (READS, lambda w: (w.draft.ref,)),
    "desk:clause_history": (READS, lambda w: (w.draft.ref, "publicity_days", "value")),
    "desk:comments": (READS, lambda w: (w.draft.ref,)),
    "desk:guide_opinion": (READS, lambda w: (w.draft.ref,)),
}


def url(name, *args):
    return reverse(f"programs:{name}", args=args)


def test_access_every_page_for_every_role(world, sign_in):
    """Whoever may not, and one who may: what the page holds for each who may is looked at in tests/pages."""
    wrong = []
    for who in sorted(EVERYBODY):
        client = sign_in(getattr(world, who))
        for name, (allowed, args) in PAGES.items():
            if who in allowed and who != min(allowed):
                continue
            status = client.get(url(name, *args(world))).status_code
            expected = 200 if who in allowed else 302 if who == "public" else 403
            if status != expected:
                wrong.append(f"{name} as {who}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["public:guide", "public:calendar"])
def test_guide_page_of_a_draft_is_not_there_for_the_public(world, sign_in, name):
    address = url(name, world.draft.year, world.draft.slug)
    assert sign_in().get(address).status_code == 404
    assert sign_in(world.applicant).get(address).status_code == 404


def test_annual_plan_page_appears_with_its_publication(world, sign_in):
    plan = world.guide.plan_item.plan
    address = url("public:annual_plan", plan.year)
    assert sign_in().get(address).status_code == 404
    actions.publish_plan(world.he, plan)
    assert sign_in().get(address).status_code == 200


def test_guide_page_leads_to_the_application_only_while_open(world, sign_in):
    start = reverse("applications:my:start", args=[world.guide.ref])
    address = url("public:guide", world.guide.year, world.guide.slug)
    assert start in sign_in().get(address).content.decode()
    actions.withdraw_guide(world.lead, world.guide, why="政策调整")
    page = sign_in().get(address).content.decode()
    assert start not in page
    assert "该指南已失效" in page


def test_guide_page_shows_all_fields_and_marks(world, sign_in):
    guide = world.guide
    page = sign_in().get(url("public:guide", guide.year, guide.slug)).content.decode()
    data = guide.version.data
    for text in (
        guide.title, guide.ref, "3,000", str(guide.max_projects), "演示数据", *[s["title"] for s in data["sections"]],
        *[c["text"] for c in data["conditions"]], *[d["name"] for d in data["documents"]],
        *[t["title"] for t in data["topics"]], *[p.number for p in guide.policies.all()],
    ):
        assert text in page or text.replace("\n", "<br>") in page, text


def test_a_title_cannot_write_lines_into_the_calendar(world, sign_in):
    Guide.objects.filter(pk=world.guide.pk).update(title="题目,\r\nATTENDEE:x;\ny")
    text = sign_in().get(url("public:calendar", world.guide.year, world.guide.slug)).content.decode()
    assert "\r\nATTENDEE" not in text
    assert "题目\\,\\nATTENDEE:x\\;\\ny" in text.replace("\r\n ", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_calendar_has_one_entry_per_window(world, sign_in):
    answer = sign_in().get(url("public:calendar", world.guide.year, world.guide.slug))
    assert answer["Content-Type"].startswith("text/calendar")
    body = answer.content.decode()
    assert body.count("BEGIN:VEVENT") == world.guide.windows.count() == 1
    assert "\r\n" in body


# --- refusals are shown, and nothing typed is lost -----------------------------------------------------------------


def test_publish_refused_on_the_page_says_the_rules(world, sign_in):
    guide = make.approved_guide(world, "g1", plan=world.guide.plan_item.plan)
    guide.policies.clear()
    page = sign_in(world.chen).get(url("desk:guide", guide.ref)).content.decode()
    assert "条款 R13" in page
    answer = sign_in(world.chen).post(url("desk:guide_publish", guide.ref), follow=True)
    assert "条款 R13" in answer.content.decode()
    assert Guide.objects.get(pk=guide.pk).status == "BUREAU_APPROVED"


def test_guide_beyond_its_plan_item_says_so(world, sign_in):
    page = sign_in(world.chen).get(url("desk:guide", world.draft.ref)).content.decode()
    item = world.draft.plan_item
    assert ("条款 A2" in page) == (2 * world.guide.budget_control > item.money or 2 * world.guide.max_projects > item.count)


@pytest.mark.parametrize("typed", ["abc", "-5", "1e9999", "", "1.234567"])  # the last is refused by the action (R10)
def test_plan_money_with_bad_input_keeps_it(world, sign_in, typed):
    before = world.plan.control_figure
    answer = sign_in(world.he).post(
        url("desk:plan_money", world.plan.year), {"control_figure": typed, "reserve": "7", "note": "说明文字"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="st-errors"' in page or 'role="alert"' in page
    assert "说明文字" in page
    assert f'value="{typed}"' in page or not typed
    assert AnnualPlan.objects.get(pk=world.plan.pk).control_figure == before


def test_item_that_closes_before_it_opens_is_refused_beside_the_field(world, sign_in):
    values = {"special": "POC", "title": "新计划项", "money": "100", "count": "3", "opens_month": "9", "closes_month": "9",
              "opens_on": f"{world.plan.year}-09-20", "closes_on": f"{world.plan.year}-09-02"}
    answer = sign_in(world.he).post(url("desk:item_new", world.plan.year), values)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "截止不得早于开放" in page
    assert "新计划项" in page


def test_policy_that_ends_before_it_begins_is_refused_beside_the_field(world, sign_in):
    values = {
        "number": "深科创规〔2030〕1号", "title": "测试办法", "kind": "MEASURES", "issuer": "科技创新局", "issued_on": "2030-01-01",
        "valid_from": "2030-02-01", "valid_to": "2029-02-01",
    }
    answer = sign_in(world.he).post(url("desk:policy_new"), values)
    assert answer.status_code == 200
    assert "文件失效日期早于生效日期" in answer.content.decode()
    assert not PolicyDocument.objects.filter(number=values["number"]).exists()


def test_windows_with_a_wrong_date_keep_what_was_typed(world, sign_in):
    values = {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-opens_at": "2026-13-45T09:00", "form-0-closes_at": "下周",
    }
    answer = sign_in(world.chen).post(url("desk:guide_windows", world.draft.ref), values)
    assert answer.status_code == 200
    assert "下周" in answer.content.decode()
    assert world.draft.windows.count() == 0


def test_condition_that_cannot_be_read_keeps_its_text(world, sign_in):
    values = {"do": "save", "code": "C99", "text": "条件正文在此", "t-kind": "leaf", "t-n": "0", "t-fact": "unit.staff", "t-op": "ge",
              "t-value": "三百多"}
    answer = sign_in(world.chen).post(url("desk:condition", world.draft.ref, "new"), values)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "条件正文在此" in page
    assert 'value="三百多"' in page
    assert not any(rule["code"] == "C99" for rule in Guide.objects.get(pk=world.draft.pk).version.data["conditions"])


def test_two_people_at_one_part_the_second_is_told(world, sign_in):
    client = sign_in(world.chen)
    rules = world.draft.version.data["conditions"]
    base, first = world.draft.version.number, rules[0]
    values = {"code": first["code"], "text": "甲的修改", "do": "save", "t-kind": "human", "t-n": "0", "t-human": "查看证明",
              "base": base, "clause": ""}
    assert client.post(url("desk:condition", world.draft.ref, first["code"]), values).status_code == 302
    answer = client.post(url("desk:condition", world.draft.ref, first["code"]), {**values, "text": "乙的修改"})
    assert answer.status_code == 200
    assert "乙的修改" in answer.content.decode()
    texts = [rule["text"] for rule in Guide.objects.get(pk=world.draft.pk).version.data["conditions"]]
    assert "甲的修改" in texts
    assert "乙的修改" not in texts


@pytest.mark.parametrize("name", ["desk:guide", "desk:guide_preview", "desk:conditions", "desk:guide_export"])
def test_forged_reference_is_not_found(world, sign_in, name):
    assert sign_in(world.chen).get(url(name, "2026-NOTHING-9")).status_code == 404


# --- one click, one move --------------------------------------------------------------------------------------------


def test_double_click_on_submit_moves_once(world, sign_in):
    client, address = sign_in(world.he), url("desk:plan_submit", world.plan.year)
    assert client.post(address).status_code == 302
    client.post(address)
    assert LedgerRow.objects.filter(verb="programs.annual_plan.submit", target_id=world.plan.pk).count() == 1
    assert AnnualPlan.objects.get(pk=world.plan.pk).status == "SUBMITTED"


def test_double_click_on_a_new_item_adds_one(world, sign_in):
    client, address = sign_in(world.he), url("desk:item_new", world.plan.year)
    count = world.plan.items.count()
    values = {"special": "POC", "title": "只加一次", "money": "100", "count": "3", "opens_month": "2", "closes_month": "9",
              "once": "7c1f6a52-6f5e-4f07-9f55-0a3c6f3c9d11"}
    assert [client.post(address, values).status_code for _ in range(2)] == [302, 302]
    assert world.plan.items.count() == count + 1


def test_moves_answer_to_post_only(world, sign_in):
    assert sign_in(world.chen).get(url("desk:guide_submit", world.draft.ref)).status_code == 405


def test_drafter_cannot_approve_her_own_plan_on_the_page(world, sign_in):
    actions.submit_plan(world.he, world.plan)
    answer = sign_in(world.he).post(url("desk:plan_approve", world.plan.year), follow=True)
    assert AnnualPlan.objects.get(pk=world.plan.pk).status == "SUBMITTED"
    assert "只有局领导可以办理" in answer.content.decode()


def test_later_close_needs_a_second_person(world, sign_in):
    closes = queries.current_window(world.guide).closes_at
    values = {"closes_at": (closes + timedelta(days=365)).strftime("%Y-%m-%dT18:00"), "why": "系统维护"}
    assert sign_in(world.chen).post(url("desk:guide_extend", world.guide.ref), values).status_code == 302
    extension = Extension.objects.get(guide=world.guide)
    sign_in(world.chen).post(url("desk:extension_approve", world.guide.ref))
    extension.refresh_from_db()
    assert extension.status == "REQUESTED"
    sign_in(world.he).post(url("desk:extension_approve", world.guide.ref))
    extension.refresh_from_db()
    assert extension.status == "APPROVED"


# --- queries --------------------------------------------------------------------------------------------------------


def queries_of(client, address):
    client.get(address)  # caches of the process
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found), [row["sql"][:160] for row in found.captured_queries]


@pytest.mark.parametrize(
    ("name", "who"), [("public:guides", "public"), ("desk:guides", "chen"), ("desk:plans", "he"), ("desk:policies", "he")]
)
def test_lists_ask_the_same_number_of_queries_at_one_and_three_rows(staff, sign_in, name, who):
    client = sign_in(getattr(staff, who, None))
    plan = make.approved_plan(staff)
    make.published_guide(staff, "g1", plan=plan)
    one, _sql = queries_of(client, url(name))
    for year in (1, 2):
        actions.draft_plan(staff.he, plan.year + year, tree=plan.tree, copy_from=plan, control_figure=Decimal(10), reserve=Decimal(0))
        make.published_guide(staff, "g1", plan=plan)
    three, more = queries_of(client, url(name))
    assert three == one, "\n".join(more)


@pytest.mark.parametrize("name", ["public:special", "desk:special"])
def test_special_page_asks_the_same_number_of_queries_with_more_guides(staff, sign_in, name):
    plan = make.approved_plan(staff)
    guide = make.published_guide(staff, "g1", plan=plan)
    client, address = sign_in(staff.chen), url(name, guide.special.tree.code, guide.special.code)
    one, _sql = queries_of(client, address)
    make.published_guide(staff, "g1", plan=plan)
    two, more = queries_of(client, address)
    assert two == one, "\n".join(more)


# --- machines -------------------------------------------------------------------------------------------------------


def test_api_reads_for_everybody_moves_for_those_who_may(world, sign_in):
    draft = make.draft_guide(world, "g1", plan=world.guide.plan_item.plan)
    address = url("api:guide_submit", draft.ref)
    assert sign_in().get(url("api:guides")).status_code == 200
    found = sign_in().get(url("api:guide", world.guide.ref)).json()
    assert (found["ref"], found["is_open"], found["cap_per_project"]) == (world.guide.ref, True, "30000000.00")
    assert sign_in().get(url("api:guide", world.draft.ref)).status_code == 404
    assert sign_in().post(address, content_type="application/json").status_code in (401, 403)
    refused = sign_in(world.lead).post(address, {}, content_type="application/json")
    assert (refused.status_code, bool(refused.json()["reasons"])) == (409, True)
    unknown = sign_in(world.chen).post(address, {"stauts": "OPEN"}, content_type="application/json")
    assert (unknown.status_code, "stauts" in unknown.json()["fields"]) == (400, True)
    done = sign_in(world.chen).post(address, {}, content_type="application/json")
    assert (done.status_code, done.json()["status"]) == (200, "INTERNAL_REVIEW")


def test_api_refusal_names_the_rule(world, sign_in):
    draft = actions.submit_guide(world.chen, make.draft_guide(world, "g1", plan=world.guide.plan_item.plan))
    answer = sign_in(world.chen).post(url("api:guide_agree", draft.ref), {}, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["reasons"]


@pytest.mark.parametrize("typed", ["123", "91440300MA5EXAMPL1", "9144030012345678XX\n滨海大学"])
def test_recommending_bodies_are_registered_units_named_by_their_code(world, typed):
    form = ModeForm({"recommenders": typed})
    assert not form.is_valid() and form.errors["recommenders"]


def test_recommending_bodies_are_kept_once_each(world):
    code = Organisation.objects.exclude(uscc=None).first().uscc
    form = ModeForm({"recommenders": f"{code.lower()}\n\n{code}"})
    form.is_valid()
    assert "recommenders" not in form.errors and form.cleaned_data["recommenders"] == [code]


@pytest.mark.parametrize(("verb", "words"), [
    ("adjustment.open", "提出事项"), ("guide.open", "开放申报"), ("entitlement.decline", "单位放弃资金"), ("recommendation.decline", "不予采纳"),
    ("need.attach", "添加文件"), ("policy_document.attach", "上传文件原文"), ("recommendation.make", "提出建议"), ("overlap.make", "生成报告")])
def test_one_verb_of_two_nouns_has_its_own_words(verb, words):
    assert queries.verb_label(f"programs.{verb}") == words


def test_every_move_of_the_floor_has_words_on_a_time_line():
    moves = [f"{machine.name}.{verb}" for machine in Machine.registry.values() if machine.name.startswith("programs.") for verb in machine.steps]
    assert len(moves) > 60
    assert [move for move in moves if queries.verb_label(move) == move] == []
