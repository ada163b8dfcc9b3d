"""Publishing a guide: refused one reason at a time, with all reasons at once, and allowed when nothing is missing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.policies import system
from core import clock
from core.models import Deadline, LedgerRow
from core.workflow import Refused
from notices.models import Document
from programs import actions, queries
from programs.models import AnnualPlan, Guide, GuideWindow, PolicyDocument
from tests.factories import programs as make

pytestmark = pytest.mark.django_db


def reasons(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.reasons


def test_publish_a_complete_guide_opens_it_and_issues_the_notice(staff):
    guide = make.published_guide(staff, opens=-1)
    assert guide.status == "OPEN"
    assert guide.published_at is not None
    document = Document.objects.get(subject_type="programs.guide", subject_id=guide.pk)
    assert (document.kind, document.status, document.is_public) == ("guide", "ISSUED", True)
    verbs = list(
        LedgerRow.objects.filter(target_type="programs.guide", target_id=guide.pk).order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == [
        "programs.guide.create", "programs.guide.save", "programs.guide.save", "programs.guide.windows",
        "programs.guide.submit", "programs.guide.agree", "programs.guide.check_law", "programs.guide.approve", "programs.guide.publish",
        "programs.guide.open",
    ]
    assert Deadline.objects.filter(kind="guide.close", target_id=guide.pk, done_at=None).count() == 1


def test_publish_before_the_window_waits_for_the_clock(staff):
    guide = make.published_guide(staff, opens=5)
    assert guide.status == "PUBLISHED"
    assert Deadline.objects.get(kind="guide.open", target_id=guide.pk, done_at=None).due_at == guide.opens_at


def test_publish_refused_without_a_policy_document(staff, approved):
    approved.policies.clear()
    assert len(found := reasons(actions.publish_guide, staff.chen, approved)) == 1
    assert "R13" in found[0]
    approved.refresh_from_db()
    assert (approved.status, approved.published_at) == ("BUREAU_APPROVED", None)
    assert not Document.objects.filter(subject_id=approved.pk, subject_type="programs.guide").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"valid_to": date(2020, 1, 1), "valid_from": date(2019, 1, 1)}, "R13"),
        ({"valid_from": date(2099, 1, 1)}, "R13"),
        ({"status": "REPEALED"}, "R13"),
        ({"kind": "SCHEME", "government_approval": ""}, "R13"),
    ],
)
def test_publish_refused_when_no_document_is_valid(staff, approved, change, says):
    PolicyDocument.objects.update(**{"valid_to": None, **change})
    found = reasons(actions.publish_guide, staff.chen, approved)
    assert len(found) == approved.policies.count()
    assert all(says in reason for reason in found)


def test_publish_refused_when_the_document_governs_another_special(staff, approved):
    other = PolicyDocument.objects.exclude(specials=approved.special).first()
    approved.policies.set([other])
    assert len(reasons(actions.publish_guide, staff.chen, approved)) == 1


def test_publish_allowed_on_a_scheme_with_government_approval(staff):
    guide = make.approved_guide(staff, "g1")
    scheme = PolicyDocument.objects.get(number="深科创规〔2024〕6号")
    guide.policies.set([scheme])
    assert actions.publish_guide(staff.chen, guide).status == "OPEN"


def test_publish_refused_when_the_annual_plan_is_not_approved(staff, approved):
    AnnualPlan.objects.update(status="SUBMITTED")
    found = reasons(actions.publish_guide, staff.chen, approved)
    assert len(found) == 1
    assert "A2" in found[0]


def test_publish_refused_beyond_the_money_and_number_of_the_item(staff, approved):
    item = approved.plan_item
    type(item).objects.filter(pk=item.pk).update(money=Decimal("1000000"), count=300)
    found = reasons(actions.publish_guide, staff.chen, approved)
    assert len(found) == 2
    assert all("A2" in reason for reason in found)


def test_publish_counts_the_other_guides_of_the_item(staff):
    plan = make.approved_plan(staff)
    first = make.approved_guide(staff, plan=plan)
    second = make.approved_guide(staff, plan=plan)  # 309 + 309 awards, the item has 400
    actions.publish_guide(staff.chen, first)
    found = reasons(actions.publish_guide, staff.chen, second)
    assert len(found) == 2
    actions.withdraw_guide(staff.lead, first, why="更正")
    assert actions.publish_guide(staff.chen, second).status == "OPEN"


def test_publish_refused_for_a_suspended_special(staff, approved):
    actions.suspend_special(system("adjustment"), approved.special, why="绩效评价为差")
    found = reasons(actions.publish_guide, staff.chen, approved)
    assert len(found) == 1
    assert "T2" in found[0]


def test_publish_refused_when_every_window_is_over(staff, approved):
    GuideWindow.objects.filter(guide=approved).update(
        opens_at=clock.now() - timedelta(days=9), closes_at=clock.now() - timedelta(days=1)
    )
    assert len(reasons(actions.publish_guide, staff.chen, approved)) == 1


def test_publish_refused_with_schema_errors(staff, approved, rewritten):
    data = dict(approved.version.data)
    del data["score_sheet"]
    rewritten(approved.version, data)
    found = reasons(actions.publish_guide, staff.chen, approved)
    assert len(found) == 1
    assert "评分表" in found[0]


def test_publish_gives_all_reasons_at_once(staff, approved):
    approved.policies.clear()
    AnnualPlan.objects.update(status="SUBMITTED")
    actions.suspend_special(system("adjustment"), approved.special, why="调整")
    found = reasons(actions.publish_guide, staff.chen, approved)
    assert [clause for clause in ("T2", "R13", "A2") if any(clause in reason for reason in found)] == ["T2", "R13", "A2"]


def test_moves_belong_to_their_desks(staff, drafted):
    assert reasons(actions.submit_guide, staff.qian, drafted)
    actions.submit_guide(staff.chen, drafted)
    assert reasons(actions.agree_guide, staff.chen, drafted)
    actions.agree_guide(staff.he, drafted)
    assert reasons(actions.approve_guide, staff.he, drafted)
    make.passed_law(staff, drafted)
    actions.approve_guide(staff.lead, drafted)
    assert reasons(actions.publish_guide, staff.he, drafted)


def test_return_needs_a_reason_and_voids_the_sign_offs(staff, approved):
    assert reasons(actions.return_guide, staff.he, approved, why=" ")
    approved = actions.return_guide(staff.he, approved, why="条件表述不清")
    assert (approved.status, approved.approved_by, approved.agreed_by) == ("DRAFT", None, None)


def test_supersede_starts_a_new_draft_from_the_old_content(staff, published):
    new = actions.supersede_guide(staff.chen, published, why="更正课题上限")
    published.refresh_from_db()
    assert published.status == "SUPERSEDED"
    assert (new.status, new.supersedes_id) == ("DRAFT", published.pk)
    assert new.version.data["conditions"] == published.version.data["conditions"]
    assert new.windows.count() == published.windows.count()
    assert not queries.is_open(published)
    assert not Deadline.objects.filter(target_id=published.pk, kind__startswith="guide.", done_at=None).exists()


def test_guide_numbers_run_per_special_and_year(staff):
    plan = make.approved_plan(staff)
    refs = [make.draft_guide(staff, plan=plan).ref for _ in range(2)]
    year = clock.today().year
    assert refs == [f"{year}-KEY-INDUSTRY-1", f"{year}-KEY-INDUSTRY-2"]
    assert Guide.objects.count() == 2


@pytest.mark.parametrize("sql", [
    "UPDATE programs_guideversion SET data = '{}' WHERE guide_id = %s", "DELETE FROM programs_guideversion WHERE guide_id = %s"])
def test_a_version_of_a_guide_is_never_rewritten(staff, drafted, sql):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [drafted.pk])
