"""Adjustment cases (clauses R3, T2) and the report of overlap (clause P2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts import actions as accounts
from accounts.policies import system
from core import clock, deadlines, jobs
from core.models import Deadline, Job, LedgerRow
from core.workflow import Refused
from notices.models import Document
from programs import actions, policies, queries, states
from programs.engine import overlap
from programs.models import Adjustment, Special
from tests.factories import programs as make

OFFER = queries.Offer(states.EvidenceKind.OTHER, "", "审计调查报告", "审字〔2026〕3号", "发现问题12项")


def opened(people, kind="SUSPEND", code="POC", *, days=10, by="he", cite=True, **more):
    case = actions.open_adjustment(
        getattr(people, by), kind, special=make.special(code), title=f"{kind} {code}", reason="连续两年绩效评价为差。",
        effective_on=clock.today() + timedelta(days=days), **more,
    )
    if cite:
        actions.cite(getattr(people, by), case, OFFER)
    return case


def decided(people, case):
    actions.ask_opinions(people.he, case)
    actions.give_opinion(people.chen, case, stance="FOR")
    actions.give_opinion(people.sun, case, stance="AGAINST", text="建议保留一年。")
    actions.submit_adjustment(people.he, case)
    return actions.approve_adjustment(people.lead, case)


def today_is_the_day(case):
    """The clock of the house is the database's: the date of the case is moved to today instead."""
    Adjustment.objects.filter(pk=case.pk).update(effective_on=clock.today())
    Deadline.objects.filter(kind="adjustment.apply", target_id=case.pk).update(due_at=clock.now(), retry_at=clock.now())
    deadlines.sweep()
    case.refresh_from_db()
    return case


def test_case_takes_effect_on_its_date_and_not_before(staff):
    case = decided(staff, opened(staff))
    assert (case.status, case.special.status) == ("APPROVED", "ACTIVE")
    deadlines.sweep()
    case.refresh_from_db()
    assert case.status == "APPROVED"
    today_is_the_day(case)
    assert (case.status, make.special("POC").status) == ("IN_FORCE", "SUSPENDED")
    verbs = list(LedgerRow.objects.filter(target_type="programs.special", target_id=case.special_id).values_list("verb", flat=True))
    assert verbs == ["programs.special.suspend"]


def test_approval_issues_a_public_document_with_evidence(staff):
    case = decided(staff, opened(staff))
    document = Document.objects.get(kind="adjustment", subject_id=case.pk)
    assert (document.status, document.is_public, document.signed_by) == ("ISSUED", True, staff.lead.person)
    assert document.context["evidence"] == ["其他：审计调查报告（发现问题12项）"]
    assert document.context["kind_words"] == "暂停"


def test_case_due_today_takes_effect_at_approval(staff):
    case = decided(staff, opened(staff, days=0))
    assert (case.status, make.special("POC").status) == ("IN_FORCE", "SUSPENDED")


def test_ask_without_evidence_is_refused(staff):
    case = opened(staff, cite=False)
    with pytest.raises(Refused) as refused:
        actions.ask_opinions(staff.he, case)
    assert any("R3" in reason for reason in refused.value.reasons)


def test_submit_with_too_few_opinions_is_refused(staff):
    case = opened(staff)
    actions.ask_opinions(staff.he, case)
    actions.give_opinion(staff.chen, case, stance="FOR")
    with pytest.raises(Refused):
        actions.submit_adjustment(staff.he, case)
    actions.give_opinion(staff.sun, case, stance="FOR")
    assert actions.submit_adjustment(staff.he, case).status == "SUBMITTED"


def test_drafter_gives_no_opinion_and_does_not_decide(staff):
    case = opened(staff)
    actions.ask_opinions(staff.he, case)
    with pytest.raises(Refused):
        actions.give_opinion(staff.he, case, stance="FOR")
    with pytest.raises(IntegrityError), transaction.atomic():
        Adjustment.objects.filter(pk=case.pk).update(decided_by=case.drafted_by)


def test_disagreement_needs_its_reason(staff):
    case = opened(staff)
    actions.ask_opinions(staff.he, case)
    with pytest.raises(Refused):
        actions.give_opinion(staff.chen, case, stance="AGAINST", text=" ")


def test_nobody_but_the_system_changes_the_state_of_a_special(staff):
    for person in (staff.lead, staff.he, staff.chen):
        with pytest.raises(Refused):
            actions.suspend_special(person, make.special("POC"), why="直接暂停")
    assert actions.suspend_special(system("adjustment"), make.special("POC"), why="ADJ").status == "SUSPENDED"


def test_second_case_about_the_same_special_is_refused(staff):
    opened(staff)
    with pytest.raises(Refused) as refused:
        opened(staff, "CANCEL")
    assert len(refused.value.reasons) == 1
    assert Adjustment.objects.count() == 1


def test_division_opens_cases_for_its_own_specials_alone(staff):
    person = accounts.create_person(system("test"), name="单专项处室", email="one@programs.example")
    accounts.grant_role(system("test"), person, staff.bureau, "DIVISION", scope="KEY-LAB")
    from accounts.policies import Actor

    with pytest.raises(Refused):
        actions.open_adjustment(Actor.of(person), "SUSPEND", special=make.special("POC"), title="越权", reason="越权",
                                effective_on=clock.today())
    own = actions.open_adjustment(Actor.of(person), "SUSPEND", special=make.special("KEY-LAB"), title="暂停", reason="理由",
                                  effective_on=clock.today())
    assert own.status == "DRAFT"


@pytest.mark.parametrize(("fate", "expected"), [("KEEP", "OPEN"), ("WITHDRAW", "WITHDRAWN")])
def test_open_guides_end_as_the_case_says(staff, fate, expected):
    guide = make.published_guide(staff, "g1")
    assert guide.status == "OPEN"
    case = decided(staff, opened(staff, days=0, open_guides=fate))
    guide.refresh_from_db()
    assert (case.status, guide.status) == ("IN_FORCE", expected)


def test_guide_not_yet_open_is_withdrawn_in_any_case(staff):
    """Clause T2: a suspended special opens no guide."""
    guide = make.published_guide(staff, "g1", opens=5, closes=20)
    assert guide.status == "PUBLISHED"
    case = opened(staff, days=0)
    assert queries.consequences(case).withdrawn == [guide]
    decided(staff, case)
    guide.refresh_from_db()
    assert guide.status == "WITHDRAWN"


def test_running_projects_go_on(staff):
    """Clause T2: the case counts them and touches none."""
    from accounts.models import Engagement

    row = Engagement.objects.create(organisation=staff.bureau, klass="POC", role="LEAD", state="RUNNING", starts=clock.today(),
                                    source_type="projects.project", source_ref="X1")
    case = opened(staff, "CANCEL", days=0)
    assert queries.consequences(case).running == 1
    decided(staff, case)
    row.refresh_from_db()
    assert (row.state, make.special("POC").status) == ("RUNNING", "CANCELLED")


def test_new_special_comes_with_its_date(staff):
    plan = make.special("POC").plan
    proposal = {"code": "NEW-1", "name": "概念验证种子专项", "prefix": "GNZ", "funding_modes": ["POST"], "review_modes": ["PANEL"],
                "budget_scheme": "ITEMISED", "is_superuser": True}
    case = actions.open_adjustment(staff.he, "CREATE", plan=plan, title="新设", reason="补齐链条", effective_on=clock.today(),
                                   proposal=proposal)
    assert "is_superuser" not in case.proposal
    actions.cite(staff.he, case, OFFER)
    decided(staff, case)
    made = Special.objects.get(code="NEW-1")
    assert (made.plan, made.status, made.source) == (plan, "ACTIVE", case.ref)


def test_new_special_without_its_columns_is_refused(staff):
    case = actions.open_adjustment(staff.he, "CREATE", plan=make.special("POC").plan, title="新设", reason="补齐", effective_on=clock.today(),
                                   proposal={"name": "只有名称"})
    actions.cite(staff.he, case, OFFER)
    with pytest.raises(Refused):
        actions.ask_opinions(staff.he, case)


def test_change_keeps_what_was_before(staff):
    case = opened(staff, "CHANGE", days=0, proposal={"division": "成果转化处", "budget_scheme": "LUMP_SUM"})
    before = make.special("POC").budget_scheme
    case = decided(staff, case)
    after = make.special("POC")
    assert (after.division, after.budget_scheme) == ("成果转化处", "LUMP_SUM")
    assert case.before["budget_scheme"] == before


def test_revoked_case_never_takes_effect(staff):
    case = decided(staff, opened(staff))
    actions.revoke_adjustment(staff.lead, case, why="情况变化")
    today_is_the_day(case)
    assert (case.status, make.special("POC").status) == ("WITHDRAWN", "ACTIVE")


def test_past_date_is_refused_at_approval(staff):
    case = opened(staff)
    actions.ask_opinions(staff.he, case)
    actions.give_opinion(staff.chen, case, stance="FOR")
    actions.give_opinion(staff.sun, case, stance="FOR")
    actions.submit_adjustment(staff.he, case)
    Adjustment.objects.filter(pk=case.pk).update(effective_on=clock.today() - timedelta(days=1))
    with pytest.raises(Refused):
        actions.approve_adjustment(staff.lead, case)


def test_plan_case_reaches_every_special_of_it(staff):
    plan = make.special("POC").plan
    case = actions.open_adjustment(staff.he, "SUSPEND", plan=plan, title="整体暂停", reason="统筹", effective_on=clock.today())
    actions.cite(staff.he, case, OFFER)
    decided(staff, case)
    assert set(Special.objects.filter(plan=plan, disabled_on=None).values_list("status", flat=True)) == {"SUSPENDED"}


def test_visible_is_what_may_be_viewed(staff, applicant):
    shown, hidden = decided(staff, opened(staff)), opened(staff, code="KEY-LAB")
    for actor in (staff.he, staff.qian, applicant):
        seen = set(policies.adjustments_visible_to(actor))
        assert {case for case in (shown, hidden) if policies.may_view_adjustment(actor, case) is None} == seen
    assert set(policies.adjustments_visible_to(applicant)) == {shown}


# --- pages -------------------------------------------------------------------------------------------------------


def test_case_by_page_from_opening_to_effect(staff, sign_in):
    he, chen, sun, lead = (sign_in(actor) for actor in (staff.he, staff.chen, staff.sun, staff.lead))
    page = he.get("/desk/plans/adjustments/new/")
    form = {"kind": "SUSPEND", "special": "POC", "title": "暂停概念验证", "reason": "绩效为差", "effective_on": clock.today().isoformat(),
            "open_guides": "KEEP", "once": page.content.decode().split('name="once" value="')[1].split('"')[0]}
    address = he.post("/desk/plans/adjustments/new/", form)["Location"]
    assert he.post("/desk/plans/adjustments/new/", form)["Location"] == address  # a double click makes one case
    assert Adjustment.objects.count() == 1
    he.post(f"{address}cite/", {"offer": "", "title": "审计调查报告", "url": "", "note": ""})
    he.post(f"{address}ask/")
    chen.post(f"{address}opinion/", {"stance": "FOR", "text": ""})
    sun.post(f"{address}opinion/", {"stance": "REMARK", "text": "注意衔接"})
    he.post(f"{address}submit/")
    lead.post(f"{address}approve/")
    assert make.special("POC").status == "SUSPENDED"
    assert "暂停概念验证" in sign_in().get(f"/plans/adjustments/{Adjustment.objects.get().ref}/").content.decode()


def test_wrong_input_is_said_beside_the_field_and_kept(staff, sign_in):
    answer = sign_in(staff.he).post("/desk/plans/adjustments/new/", {
        "kind": "CREATE", "plan": "", "title": "新设专项", "reason": "理由写得很长", "effective_on": "2026-13-45", "open_guides": "KEEP", "code": "a b",
    })
    text = answer.content.decode()
    assert answer.status_code == 200
    assert {"plan", "effective_on", "code", "name", "prefix", "budget_scheme"} <= set(answer.context["form"].errors)
    assert "理由写得很长" in text


def test_applicant_sees_no_desk_page_and_public_sees_no_draft(staff, applicant, sign_in):
    case = opened(staff)
    assert sign_in(applicant).get(f"/desk/plans/adjustments/{case.ref}/").status_code == 403
    assert sign_in().get(f"/plans/adjustments/{case.ref}/").status_code == 404


def test_api_moves_are_the_same_moves(staff, sign_in):
    case = opened(staff)
    he = sign_in(staff.he)
    assert he.post(f"/api/v1/adjustments/{case.ref}/ask/").json()["status"] == "OPINIONS"
    refused = he.post(f"/api/v1/adjustments/{case.ref}/submit/")
    assert refused.status_code == 409 and "R3" in refused.json()["reasons"][0]
    assert sign_in().get("/api/v1/adjustments/").json()["results"] == []


# --- overlap -----------------------------------------------------------------------------------------------------

WEIGHTS = {"aims": Decimal("0.3"), "conditions": Decimal("0.2"), "applicants": Decimal("0.25"), "topics": Decimal("0.25")}
TITLES = st.text("新型电池材料芯片设备算法研制工艺", min_size=2, max_size=12)
PORTRAITS = st.builds(
    lambda aims, units, titles: overlap.Portrait("X", aims, (), frozenset(units), tuple((str(i), t) for i, t in enumerate(titles))),
    TITLES, st.lists(st.sampled_from("甲乙丙丁戊"), max_size=5), st.lists(TITLES, max_size=6),
)


@given(PORTRAITS, PORTRAITS)
def test_overlap_is_a_share_and_the_same_both_ways(a, b):
    there, back = (overlap.compare(x, y, WEIGHTS, Decimal("0.45")) for x, y in ((a, b), (b, a)))
    assert (there is None) == (back is None)
    if there is not None:
        assert 0 <= there.number <= 1
        assert all(value is None or 0 <= value <= 1 for value in there.parts.values())
        assert {**there.parts, "topics": None} == {**back.parts, "topics": None}


@given(PORTRAITS)
def test_a_special_overlaps_wholly_with_itself(a):
    found = overlap.compare(a, a, WEIGHTS, Decimal("0.45"))
    assert found is None or found.number == 1


def test_like_titles_are_found_and_others_are_not():
    a = overlap.Portrait("A", topics=(("1", "高能量密度固态电池关键材料研发"), ("2", "城市内涝监测预警平台")))
    b = overlap.Portrait("B", topics=(("9", "高能量密度固态电池材料研发与应用"), ("8", "核酸药物递送系统")))
    assert [(x[0], y[0]) for _share, x, y in overlap.twins(a, b, Decimal("0.45"))] == [("1", "9")]


def test_missing_parts_are_left_out_and_the_others_scaled():
    a, b = (overlap.Portrait(code, applicants=frozenset(units)) for code, units in (("A", "甲乙"), ("B", "甲丙丁")))
    found = overlap.compare(a, b, WEIGHTS, Decimal("0.45"))
    assert found.number == Decimal("0.5000")
    assert found.parts["aims"] is None


def test_report_by_page_shows_pairs_with_what_stands_behind(staff, sign_in):
    make.published_guide(staff, "g1")
    he = sign_in(staff.he)
    job = he.post("/desk/plans/overlap/make/")["Location"]
    assert jobs.run(Job.objects.get(kind="programs.overlap").pk)
    assert he.get(job).status_code == 200
    report = queries.last_overlap()
    pair = queries.pairs_of(report).first()
    page = he.get("/desk/plans/overlap/")
    assert pair.first.name in page.content.decode()
    assert he.get(f"/desk/plans/overlap/pairs/{pair.pk}/").status_code == 200
    assert sign_in().get("/desk/plans/overlap/").status_code == 302


def test_applicant_makes_no_report(applicant):
    with pytest.raises(Refused):
        actions.ask_overlap(applicant, queries.tree_as_of())
