"""Pages and API of demand solicitation: what was typed stays with its faults, doors are kept, exports, the machine twins."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.policies import Actor
from accounts.states import OrgKind, Role
from core import clock
from programs import actions, queries
from programs.engine import needs as rules
from programs.models import Need
from tests.factories import applications as people_of
from tests.factories import programs as make
from tests.factories import topics
from tests.kept import kept


@kept
def town(staff):
    staff.__dict__.update(people_of.people().__dict__)
    return staff


@kept
def call(town):
    return topics.published_call(town)


@kept
def filed(town, call):
    """Two needs alike, filed; the clock is past the close."""
    rows = [topics.filed(town.li, town.wang, call, town.a, name_agreed=True),
            topics.filed(town.stranger, town.badm, call, town.b, title="面向端侧大模型的稀疏推理芯片架构")]
    clock.shift_to(call.closes_at + timedelta(minutes=1))
    return rows


def flat(**given) -> dict:
    return {**topics.answers(**given), "whole": "1", "rev": "0"}


@pytest.mark.django_db
def test_the_form_keeps_what_was_typed_with_the_fault_beside_the_field(town, call, sign_in):
    li = sign_in(town.li)
    li.post(reverse("programs:my:need_start", args=[call.ref]), {"unit": town.a.pk, "stream": "1"})
    need = Need.objects.get()
    page = li.post(reverse("programs:my:need", args=[need.ref]), flat(ind_0_value="较高", ind_0_unit="", amount="abc", go="hand_in"))
    text = page.content.decode()
    for wanted in ("较高", "abc", 'id="e-f-ind_0_value"', 'id="e-f-ind_0_unit"', 'id="e-f-amount"'):
        assert wanted in text, wanted
    need.refresh_from_db()
    assert (need.status, need.answers["ind_0_value"], need.answers["content"]) == ("DRAFT", "较高", topics.answers()["content"])


@pytest.mark.django_db
def test_a_draft_page_without_a_check_shows_no_fault(town, call, sign_in):
    need = actions.start_need(town.li, call, unit=town.a, stream=call.streams.first())
    page = sign_in(town.li).get(reverse("programs:my:need", args=[need.ref]))
    assert 'class="st-err"' not in page.content.decode()
    assert 'class="st-err"' in sign_in(town.li).get(reverse("programs:my:need", args=[need.ref]) + "?show=errors").content.decode()


@pytest.mark.django_db
def test_handing_in_by_page_and_filing_by_the_unit(town, call, sign_in):
    need = topics.started(town.li, call, town.a)
    sign_in(town.li).post(reverse("programs:my:need", args=[need.ref]), flat(rev=str(need.rev), go="hand_in"))
    need.refresh_from_db()
    assert need.status == "UNIT_PENDING"
    answer = sign_in(town.wang).post(reverse("programs:my:unit_endorse", args=[need.ref]))
    assert answer.status_code == 302
    need.refresh_from_db()
    assert need.status == "FILED"


@pytest.mark.django_db
def test_autosave_speaks_the_protocol_of_the_script(town, call, sign_in):
    need = topics.started(town.li, call, town.a)
    li, url = sign_in(town.li), reverse("programs:my:need_autosave", args=[need.ref])

    def send(body):
        return li.post(url, body if isinstance(body, str) else json.dumps(body), content_type="application/json")

    first = send({"rev": need.rev, "values": {"title": "一"}})
    assert first.status_code == 200
    assert send({"rev": need.rev, "values": {"title": "二"}}).status_code == 409
    assert send({"rev": need.rev, "values": {"title": "二"}}).json()["values"] == {"title": "一"}
    odd = send('{"rev": 2, "values": {"title": "甲\\u0000乙\\ud800"}}')
    assert odd.status_code == 200 and Need.objects.get(pk=need.pk).title == "甲乙"
    for bad in ("[", "[" * 100_000, {"rev": "x", "values": {}}, {"values": 3}, '{"rev": 1e999, "values": {}}', {"rev": -1, "values": {}}, '{"rev": NaN, "values": {}}'):
        assert send(bad).status_code == 400, bad
    assert send({"rev": 1, "values": {"nosuch": "x"}}).status_code == 422
    assert send({"rev": 1, "values": {"content": "长" * 700_000}}).status_code == 413
    assert sign_in(town.stranger).post(url, "{}", content_type="application/json").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "status"), [("li", 200), ("wang", 200), ("stranger", 404), ("chen", 404), (None, 302)])
def test_whose_need_it_is(town, call, sign_in, who, status):
    need = topics.started(town.li, call, town.a)
    answer = sign_in(getattr(town, who) if who else None).get(reverse("programs:my:need", args=[need.ref]))
    assert answer.status_code == status


@pytest.mark.django_db
def test_a_file_is_read_by_those_who_see_the_need_and_by_no_expert(town, call, sign_in):
    need = topics.started(town.li, call, town.a)
    upload = reverse("programs:my:need_upload", args=[need.ref, "letter"])
    sign_in(town.li).post(upload, {"file": topics.letter(), "sealed_by": [town.a.name]})
    row = need.files.get()
    need = actions.endorse_need(town.wang, actions.hand_in_need(town.li, need))
    url = reverse("programs:my:need_file", args=[need.ref, row.pk])
    expert = people_of.member("专家甲", town.bureau, Role.EXPERT)
    found = {name: sign_in(actor).get(url).status_code for name, actor in (
        ("li", town.li), ("wang", town.wang), ("chen", town.chen), ("stranger", town.stranger), ("expert", expert))}
    assert found == {"li": 200, "wang": 200, "chen": 200, "stranger": 404, "expert": 404}


@pytest.mark.django_db
def test_a_wrong_file_is_said_and_the_draft_stays(town, call, sign_in):
    need = topics.started(town.li, call, town.a)
    page = sign_in(town.li).post(reverse("programs:my:need_upload", args=[need.ref, "letter"]),
                                 {"file": topics.letter(data=b"MZ"), "sealed_by": [town.a.name]}, follow=True)
    assert "PDF" in page.content.decode()
    assert not need.files.exists()


@pytest.mark.django_db
def test_public_pages_show_quota_exemption_and_statement(town, call, sign_in):
    text = sign_in().get(reverse("programs:public:topic_call", args=[call.ref])).content.decode()
    for wanted in ("50,000", "1,000", "重大课题情况说明", "通知三（一）", "通知三（三）", "通知四（二）"):
        assert wanted in text, wanted
    calendar = sign_in().get(reverse("programs:public:topic_call_calendar", args=[call.ref]))
    assert calendar["Content-Type"].startswith("text/calendar")
    assert b"VALARM" in calendar.content
    draft = topics.draft_call(town)
    assert sign_in().get(reverse("programs:public:topic_call", args=[draft.ref])).status_code == 404


@pytest.mark.django_db
def test_the_desk_list_searches_and_filters(town, filed, sign_in):
    chen, url = sign_in(town.chen), reverse("programs:desk:needs")
    assert chen.get(url, {"q": "稀疏推理"}).context["page"].total == 2
    assert chen.get(url, {"q": "面向端侧"}).context["page"].total == 1
    assert chen.get(url, {"kind": "UNIVERSITY"}).context["page"].total == 0
    assert chen.get(url, {"q": "单位:先导芯"}).context["page"].total == 1
    assert chen.get(url, {"export": "csv"}).content.decode("utf-8-sig").count("\n") == 3


@pytest.mark.django_db
def test_bulk_screening_says_what_was_held_back(town, filed, sign_in):
    actions.screen_in(town.chen, filed[0])
    page = sign_in(town.chen).post(reverse("programs:desk:need_bulk"), {"ids": [row.ref for row in filed]}, follow=True)
    assert filed[0].ref in page.content.decode()
    filed[1].refresh_from_db()
    assert filed[1].status == "SHORTLISTED"


@pytest.mark.django_db
def test_a_screener_of_another_special_may_not_decide(town, filed, sign_in):
    other = people_of.member("他处", town.bureau, email="other@topics.example")
    from accounts import actions as accounts
    from accounts.policies import system

    accounts.grant_role(system("test"), other.person, town.bureau, Role.DIVISION, scope="POC")
    answer = sign_in(Actor.of(other.person)).post(reverse("programs:desk:need_pass", args=[filed[0].ref]))
    filed[0].refresh_from_db()
    assert filed[0].status == "FILED"
    assert answer.status_code in (302, 409)


@pytest.mark.django_db
def test_compare_page_merges_by_hand(town, filed, sign_in):
    one, two = filed
    url = reverse("programs:desk:need_compare", args=[one.ref, two.ref])
    page = sign_in(town.chen).get(url).content.decode()
    assert "端侧大模型" in page
    sign_in(town.chen).post(url, {"lead": two.ref, "why": "一致"})
    one.refresh_from_db()
    assert one.merged_into == two


@pytest.mark.django_db
def test_blind_scoring_page_names_nobody(town, call, filed, sign_in):
    actions.screen_in(town.chen, filed[0])
    expert = people_of.member("专家甲", town.bureau, Role.EXPERT)
    url = reverse("programs:review:need", args=[filed[0].ref])
    assert sign_in(expert).get(url).status_code == 404  # not invited
    actions.invite_experts(town.chen, call, people=[expert.person])
    page = sign_in(expert).get(url).content.decode()
    for hidden in (town.a.name, town.li.person.name, "13800138001"):
        assert hidden not in page
    assert page.count("st-opt") == 1  # the comment may stay empty, the points may not
    listed = sign_in(expert).get(reverse("programs:review:needs")).content.decode()
    assert "尚未评分" in listed or "not scored yet" in listed
    wrong = sign_in(expert).post(url, {"p_need": "31", "p_novelty": "x", "p_feasibility": "", "p_industry": "20", "comment": "留着"})
    text = wrong.content.decode()
    assert text.count('class="st-err"') == 3
    assert "留着" in text
    sign_in(expert).post(url, {"p_need": "30", "p_novelty": "20", "p_feasibility": "10", "p_industry": "20"})
    filed[0].refresh_from_db()
    assert filed[0].score == Decimal("80.00")


@pytest.mark.django_db
def test_a_call_that_is_not_blind_shows_the_unit(town, sign_in):
    call = topics.published_call(town, blind=False)
    need = topics.filed(town.li, town.wang, call, town.a)
    expert = people_of.member("专家甲", town.bureau, Role.EXPERT)
    with clock.shifted_to(call.closes_at + timedelta(minutes=1)):
        actions.screen_in(town.chen, need)
        actions.invite_experts(town.chen, call, people=[expert.person])
        assert town.a.name in sign_in(expert).get(reverse("programs:review:need", args=[need.ref])).content.decode()


@pytest.mark.django_db
def test_guide_page_says_where_topics_came_from(town, filed, sign_in):
    one, two = filed
    actions.screen_in(town.chen, one)
    actions.merge_need(town.chen, two, lead=one)
    one = actions.adopt_need(town.chen, one)
    guide = make.draft_guide(town)
    url = reverse("programs:desk:guide_sources", args=[guide.ref])
    refused = sign_in(town.chen).post(url, {"need": one.ref, "topic": "", "code": ""})
    assert 'class="st-err"' in refused.content.decode()
    sign_in(town.chen).post(url, {"need": one.ref, "topic": "", "code": "X1"})
    actions.agree_guide(town.he, actions.submit_guide(town.chen, guide))
    make.passed_law(town, guide)
    actions.approve_guide(town.lead, guide)
    guide = actions.publish_guide(town.chen, guide)
    text = sign_in().get(reverse("programs:public:guide", args=[guide.year, guide.slug])).content.decode()
    assert "2" in text.partition("X1")[2][:400]
    assert town.a.name in text.partition("X1")[2]
    assert town.b.name not in text
    assert "X1" in sign_in(town.stranger).get(reverse("programs:my:need", args=[two.ref])).content.decode()


@pytest.mark.django_db
def test_statistics_and_their_export(town, filed, sign_in):
    public = sign_in().get(reverse("programs:public:topic_statistics"))
    assert public.context["found"]["filed"] == 2
    for kind, mime in (("csv", "text/csv"), ("xlsx", "application/vnd.openxmlformats")):
        answer = sign_in().get(reverse("programs:public:topic_statistics"), {"export": kind})
        assert answer["Content-Type"].startswith(mime)
    assert sign_in(town.li).get(reverse("programs:desk:topic_statistics")).status_code == 403


@pytest.mark.django_db
def test_the_form_of_a_call_refuses_an_exemption_without_years(town, sign_in):
    call = topics.draft_call(town)
    page = sign_in(town.chen).post(reverse("programs:desk:topic_call_edit", args=[call.ref]), {
        "title": "题", "text": "文", "kinds": ["ENTERPRISE"], "exempt_spend": "50000", "exempt_years": "去年", "seal_from": "1000", "seal_name": ""})
    text = page.content.decode()
    assert 'id="e-id_exempt_years"' in text
    assert 'id="e-id_seal_name"' in text
    assert "去年" in text


@pytest.mark.django_db
def test_the_fields_of_a_call_are_set_by_screen(town, sign_in):
    call = topics.draft_call(town)
    url = reverse("programs:desk:topic_call_asks", args=[call.ref])
    assert sign_in(town.chen).get(url).status_code == 200
    sign_in(town.chen).post(url, {"title-max": "30", "background-shown": "on", "background-max": "500", "cluster-shown": "on", "cluster-required": "on"})
    found = {one.code: one for one in rules.asked(queries.topics.get_call(town.chen, call.ref).asks)}
    assert found["title"].most == 30
    assert "stage" not in found
    assert not found["background"].required
    assert found["cluster"].required


# --- API -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_machine_twin_from_draft_to_filing(town, call, sign_in):
    li, wang = sign_in(town.li), sign_in(town.wang)
    listed = sign_in().get("/api/v1/topics/").json()
    assert listed["results"][0]["exemption"]["above"] == "500000000.00"
    made = li.post(f"/api/v1/topics/{call.ref}/needs/", {"unit": town.a.uscc, "stream": "1"}, content_type="application/json")
    assert made.status_code == 201
    ref = made.json()["ref"]
    saved = li.patch(f"/api/v1/needs/{ref}/", {"values": topics.answers(ind_0_value="高"), "rev": 0}, content_type="application/json").json()
    assert list(saved["problems"]) == ["ind_0_value"]
    refused = li.post(f"/api/v1/needs/{ref}/hand-in/", {}, content_type="application/json")
    assert refused.status_code == 409
    li.patch(f"/api/v1/needs/{ref}/", {"values": {"ind_0_value": "3"}, "rev": saved["rev"]}, content_type="application/json")
    assert li.post(f"/api/v1/needs/{ref}/hand-in/", {}, content_type="application/json").json()["status"] == "UNIT_PENDING"
    assert li.post(f"/api/v1/needs/{ref}/endorse/", {}, content_type="application/json").status_code == 403
    assert wang.post(f"/api/v1/needs/{ref}/endorse/", {}, content_type="application/json").json()["status"] == "FILED"


@pytest.mark.django_db
def test_the_machine_twin_of_the_desk(town, call, filed, sign_in):
    one, two = filed
    chen = sign_in(town.chen)

    def post(path, **data):
        return chen.post(f"/api/v1/needs/{path}/", data, content_type="application/json")

    assert chen.get(f"/api/v1/needs/{one.ref}/similar/").json()[0]["ref"] == two.ref
    assert post(f"{one.ref}/pass").json()["status"] == "SHORTLISTED"
    assert post(f"{two.ref}/merge", lead=one.ref).json()["merged_into"] == one.ref
    points = {"need": "20", "novelty": "20", "feasibility": "20", "industry": "20"}
    assert post(f"{one.ref}/score", points=points).json()["total"] == "80"
    assert post(f"{one.ref}/decline", why="x", reason_code="NOSUCH").status_code == 409
    assert post(f"{one.ref}/adopt", nosuch=1).status_code == 400
    assert post(f"{one.ref}/adopt", why="列入").json()["outcome"] == "列入"
    assert sign_in().get("/api/v1/topics/statistics/").json()["adopted"] == 2
    guide = make.draft_guide(town)
    made = chen.post(f"/api/v1/guides/{guide.ref}/sources/", {"need": one.ref, "topic": "Q1"}, content_type="application/json")
    assert made.json()["Q1"]["count"] == 2
    assert sign_in(town.li).post(f"/api/v1/needs/{one.ref}/keep/", {"why": "x"}, content_type="application/json").status_code == 403


# --- properties of the rules ---------------------------------------------------------------------------------------

KINDS = st.sampled_from([kind.value for kind in OrgKind])
YUAN = st.decimals(min_value=0, max_value=10**12, places=2)


@given(st.integers(0, 9), st.integers(0, 9), KINDS, YUAN, YUAN)
def test_a_quota_refuses_exactly_what_is_over_it_and_not_exempt(used, most, kind, spend, above):
    exemption = rules.Exemption(above, (2024, 2025), (OrgKind.ENTERPRISE.value,))
    problem = rules.quota_problem(rules.Quota("A", (), most), exemption, kind=kind, group_name="甲", used=used, spend={"2025": str(spend)})
    assert (problem is not None) == (used >= most and not (kind == "ENTERPRISE" and spend > above))


@given(YUAN, YUAN, st.lists(st.sampled_from("甲乙丙丁"), min_size=1, unique=True), st.sets(st.sampled_from("甲乙丙丁")))
def test_a_statement_is_asked_from_the_threshold_on_of_everybody(amount, limit, units, sealed):
    problem = rules.seal_problem(amount, limit, units, sealed, name="说明", clause="条款")
    assert (problem is not None) == (amount >= limit and not set(units) <= sealed)


@given(st.dictionaries(st.sampled_from(sorted(rules.names({}))), st.text(max_size=60)))
def test_any_answers_are_read_without_an_error_and_faults_name_known_fields(answers):
    found = rules.clean(answers, {}, clusters=["P01"], stages=["KEY"])
    assert set(found.errors) <= rules.names({})
    assert found.values["amount"] >= 0
    assert all(row["value"] is not None for row in found.values["indicators"]) or found.errors


@given(st.lists(st.decimals(min_value=0, max_value=100, places=1), min_size=1, max_size=9))
def test_the_mean_lies_between_the_sheets(values):
    assert min(values) <= rules.mean(values) <= max(values)


@pytest.mark.django_db
def test_the_machine_twin_keeps_no_text_that_cannot_be_stored(town, call, sign_in):
    need = topics.started(town.li, call, town.a)
    li, url = sign_in(town.li), f"/api/v1/needs/{need.ref}/"

    def send(body):
        return li.patch(url, body, content_type="application/json")

    assert send('{"rev": 9, "values": {"title": "甲\\u0000乙\\ud800", "content": ["x\\u0000"]}}').status_code == 200
    need.refresh_from_db()
    assert (need.title, need.answers["content"]) == ("甲乙", "['x']")
    for bad in ('{"rev": 1e999, "values": {}}', '{"rev": 9, "values": {"title": 1e999}}', '{"rev": 9, "values": {"title": NaN}}'):
        assert send(bad).status_code == 400
    assert send('{"rev": 9, "values": {"x\\u0000": "y"}}').status_code == 409  # no such field
    assert sign_in(town.chen).post("/api/v1/guides/import/?item=x", "{}", content_type="application/json").status_code == 404


@pytest.mark.django_db
def test_the_desk_asks_for_a_comparison_and_reads_what_was_kept(town, call, filed, sign_in):
    chen, page = sign_in(town.chen), reverse("programs:desk:topic_call", args=[call.ref])
    assert "全部课题" in chen.get(page).content.decode()
    answer = chen.post(reverse("programs:desk:topic_call_compare", args=[call.ref]))
    assert answer.status_code == 302 and "/jobs/" in answer.url
    assert chen.post(f"/api/v1/topics/{call.ref}/alike/").status_code == 202
    actions.compare_needs(town.chen, call)
    assert chen.get(f"/api/v1/topics/{call.ref}/alike/").json()["pairs"][0]["needs"] == [need.ref for need in filed]
    assert reverse("programs:desk:need_compare", args=[need.ref for need in filed]) in chen.get(page).content.decode()
    assert sign_in(town.he).post(reverse("programs:desk:topic_call_compare", args=[call.ref])).status_code in (302, 409, 403)


@pytest.mark.django_db
def test_the_history_of_a_call_says_what_was_changed(town, sign_in):
    call = topics.draft_call(town)
    actions.change_call(town.chen, call, contact="业务处 0755-88009999", exempt_spend=Decimal(600_000_000))
    actions.set_quotas(town.chen, call, rows=[*topics.QUOTAS[1:], {"group": "A", "kinds": [], "most": 3, "clause": "通知三（一）"}])
    actions.set_asks(town.chen, call, asks={"partners": {"shown": False}})
    events = queries.call_events(call)
    lines = [line[:3] for event in events for line in event["lines"]]
    assert ("联系方式", "业务处 0755-88000001", "业务处 0755-88009999") in lines
    assert any(before == "50,000" and after == "60,000" for _what, before, after in lines)
    assert ("删去", "A · 2 · 通知三（一）", "") in lines
    assert ("增加", "", "A · 3 · 通知三（一）") in lines
    assert [after for what, _before, after in lines if what == "其他提出单位（每行一个）"] == ["不要求填写"]
    page = sign_in(town.chen).get(reverse("programs:desk:topic_call", args=[call.ref])).content.decode()
    assert "<del>业务处 0755-88000001</del> → <ins>业务处 0755-88009999</ins>" in page


@pytest.mark.django_db
def test_saving_a_call_as_it_stands_leaves_no_trace(town):
    call = topics.draft_call(town)
    before = len(queries.call_events(call))
    actions.set_quotas(town.chen, call, rows=topics.QUOTAS)
    actions.set_asks(town.chen, call, asks={})
    assert len(queries.call_events(call)) == before
