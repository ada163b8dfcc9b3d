"""What a unit confirms without an application becomes a project and a payment (免申即享); nothing else does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Engagement
from accounts.policies import Actor
from applications import actions as applications
from core import events
from core.workflow import Refused
from funding import actions
from funding.models import Disbursement, MoneyEntry
from performance import actions as report_actions
from performance import queries as reports
from programs import actions as programme
from programs.models import AnnualPlanItem, Entitlement
from programs.queries import entitlements as programme_queries
from projects import actions as projects
from projects.models import Project
from tests.kept import kept
from tests.programs.conftest import sign_in, staff  # noqa: F401 (fixtures)
from tests.programs.test_entitlements import MACHINE, a_person, published, row_of, world  # noqa: F401

pytestmark = pytest.mark.django_db


@kept
def confirmed(world):  # noqa: F811
    published(world)
    programme.confirm_entitlement(world.admin, row_of(world.firm))
    events.drain()
    return world


def test_confirmed_entitlement_is_awarded_and_its_payment_planned_once(confirmed):
    project = Project.objects.get(entitlement__organisation=confirmed.firm)
    assert (project.status, project.amount, project.application, project.leader) == (
        "COMPLETED", Decimal(500_000), None, confirmed.admin.person)
    payment = Disbursement.objects.get(project=project)
    assert (payment.status, payment.amount) == ("CONDITION_WAIT", Decimal(500_000))
    assert [row.kind for row in MoneyEntry.objects.filter(project=project)] == ["COMMIT"]
    assert not reports.owes_reports(project)  # nothing was agreed, so there is nothing to report against
    with pytest.raises(Refused, match="无需"):
        report_actions.start_report(Actor.of(project.leader), project, kind="FINAL")
    told = programme_queries.entitlement_words(project.entitlement)
    assert told
    assert "round(" not in str(told)
    assert "unit." not in str(told)
    again = projects.award_entitlement(MACHINE, row_of(confirmed.firm))
    assert again == project and Project.objects.count() == 1
    item = AnnualPlanItem.objects.get(pk=confirmed.guide.plan_item_id)
    assert (item.committed, item.awarded_count) == (Decimal(2_500_000), 2)  # taken when the list was approved, not twice


def test_limits_count_the_unit_and_nobody_as_leader(confirmed):
    rows = Engagement.objects.filter(source_type="projects.project")
    assert [(row.organisation, row.person, row.state) for row in rows] == [(confirmed.firm, None, "ENDED")]


def test_it_is_paid_by_three_people_to_the_account_of_the_unit(confirmed):
    payment = Disbursement.objects.get()
    actions.request(confirmed.chen, payment)
    actions.check(confirmed.he, payment)
    actions.approve(confirmed.lead, payment)
    actions.send(confirmed.fin, payment, reference="GK-1")
    done = actions.pay(confirmed.fin, payment, receipt="HD-1")
    assert done.status == "PAID" and done.account["sealed"] == row_of(confirmed.firm).account["sealed"]


@pytest.mark.parametrize("answer", ["OFFERED", "DECLINED"])
def test_what_is_not_confirmed_is_not_awarded(world, answer):  # noqa: F811
    published(world)
    if answer == "DECLINED":
        programme.decline_entitlement(world.admin, row_of(world.firm), why="不需要")
    events.drain()
    with pytest.raises(Refused):
        projects.award_entitlement(MACHINE, row_of(world.firm))
    assert not Project.objects.exists()


def test_only_the_system_awards_it(confirmed):
    with pytest.raises(Refused):
        projects.award_entitlement(confirmed.lead, row_of(confirmed.firm))


def test_a_project_has_one_origin(confirmed):
    project = Project.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(entitlement=None)
    other = Entitlement.objects.exclude(pk=project.entitlement_id).get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(entitlement=other)


def test_pages_show_where_it_came_from(confirmed, sign_in):  # noqa: F811
    project, row = Project.objects.get(), row_of(confirmed.firm)
    page = sign_in(confirmed.chen).get(f"/desk/projects/{project.number}/")
    assert row.roll.ref in page.content.decode()
    assert project.number in sign_in(confirmed.admin).get(f"/my/entitlements/{row.uid}/").content.decode()
    assert sign_in(confirmed.admin).get(f"/my/projects/{project.number}/").status_code == 200
    assert confirmed.firm.name in sign_in().get("/projects/").content.decode()
    answer = sign_in(confirmed.qian).get(f"/audit/cases/{project.number}/")
    assert answer.status_code == 302 and str(row.uid) in answer["Location"]


def test_nobody_applies_in_a_guide_of_entitlement(world, sign_in):  # noqa: F811
    person = a_person(world.firm, "想申报的人")
    from accounts.policies import Actor

    with pytest.raises(Refused, match="R6"):
        applications.start(Actor.of(person), world.guide, unit=world.firm)
    page = sign_in().get(f"/guides/{world.guide.year}/{world.guide.slug}/").content.decode()
    assert f"/my/applications/start/{world.guide.ref}" not in page and "无需申报" in page
