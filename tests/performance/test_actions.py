"""From the final report to the confirmed score; every refusal, and what the database refuses by itself."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import override_settings
from django.urls import reverse

from core.models import LedgerRow
from core.workflow import Refused
from performance import actions, queries, tasks
from performance.models import Acceptance, Evaluation, Report, Result
from performance.workflow import EVALUATION
from projects.models import Project
from tests.factories import performance as make
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db


def test_the_whole_way_ends_with_a_confirmed_grade(town, project):
    row = actions.confirm_score(town.he, make.scored(town, project))
    project.refresh_from_db()
    assert (project.status, row.status, row.grade) == ("PASSED", "CONFIRMED", "优")
    assert row.breakdown["weights"]["OUTPUT"] == 40
    assert queries.special_summary(project.special)["count"] == 1
    verbs = list(LedgerRow.objects.filter(target_type="performance.evaluation", target_id=row.pk).values_list("verb", flat=True))
    assert verbs == ["performance.evaluation.open", "performance.evaluation.score", "performance.evaluation.confirm"]


def test_half_reached_gives_a_lower_grade(town, project):
    row = make.scored(town, project, reached="0.5")
    assert row.grade in ("中", "差")
    assert row.score < 80


def test_a_pass_with_missed_targets_says_why_beside_each(client, town, project):
    row = make.examined(town, project, reached="0.5")
    Result.objects.filter(report=row.report).update(note="")
    with pytest.raises(Refused):
        actions.propose(town.sun, row, conclusion="PASSED", opinion="同意")
    missed = [result for result in queries.results_of(row.report) if result.missed]
    assert missed
    for result in missed:
        actions.examine(town.sun, row, result, found=result.found, note="客户推迟验收，已核实")
    proposed = actions.propose(town.sun, row, conclusion="PASSED", opinion="同意")
    page = visit(client, town.lead).get(reverse("performance:desk:acceptance", args=[row.uid])).content.decode()
    assert 'id="missed"' in page
    assert page.count("st-tag--bad") == len(missed)
    assert page.index("/confirm/") < page.index("/return/")  # to confirm is the first, filled button and no alarm
    assert "st-btn--bad" not in page
    assert actions.confirm(town.lead, proposed).status == "CONFIRMED"


def test_a_report_without_results_or_file_is_not_handed_in(town, project):
    report = actions.start_report(make.leader(project), project, kind="FINAL")
    with pytest.raises(Refused) as refused:
        actions.hand_in(make.leader(project), report)
    assert len(refused.value.reasons) == 3  # text, file, results


def test_only_the_leader_writes_and_only_the_unit_files(town, project):
    report = make.written(project)
    with pytest.raises(Refused):
        actions.save_report(town.chen, report, done="x")
    report = actions.hand_in(make.leader(project), report)
    with pytest.raises(Refused):
        actions.file_report(make.leader(project), report)


def test_a_save_from_an_old_window_overwrites_nothing(town, project):
    report = make.written(project)
    with pytest.raises(Refused, match="meanwhile|同时|其间|期间|他人"):
        actions.save_report(make.leader(project), report, rev=report.rev - 1, done="older")
    report.refresh_from_db()
    assert report.done == "全部完成"


def test_spent_beyond_the_grant_is_refused(town, project):
    report = actions.start_report(make.leader(project), project, kind="FINAL")
    with pytest.raises(Refused):
        actions.save_report(make.leader(project), report, done="x", spent=project.amount + 1)


def test_starting_twice_gives_the_same_report(town, project):
    first = actions.start_report(make.leader(project), project, kind="FINAL")
    assert actions.start_report(make.leader(project), project, kind="FINAL").pk == first.pk
    assert Report.objects.count() == 1


def test_the_division_that_awarded_does_not_examine(town, project):
    row = Acceptance.objects.get(report=make.filed(project))
    result = Result.objects.filter(report=row.report).first()
    with pytest.raises(Refused):
        actions.examine(town.chen, row, result, found=Decimal(1))


def test_a_conclusion_needs_every_target_examined(town, project):
    row = Acceptance.objects.get(report=make.filed(project))
    with pytest.raises(Refused):
        actions.propose(town.sun, row, conclusion="PASSED", opinion="同意")


def test_reconsidered_opens_the_report_and_a_second_round(town, project):
    make.concluded(town, project, "RECONSIDER")
    report, fresh = Report.objects.get(project=project), Project.objects.get(pk=project.pk)
    assert (report.status, fresh.status) == ("RETURNED", "RECONSIDER")
    assert not Evaluation.objects.filter(project=project).exists()
    actions.file_report(make.admin(project), actions.hand_in(make.leader(project), report))
    assert list(Acceptance.objects.filter(project=project).order_by("round").values_list("round", "status")) == [
        (1, "CONFIRMED"), (2, "OPEN")]


def test_who_scores_does_not_confirm(town, project):
    row = make.scored(town, project)
    with pytest.raises(Refused):
        actions.confirm_score(town.sun, row)


def test_two_people_negative_control_the_table_refuses_too(town, project):
    row = make.scored(town, project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=row.pk).update(confirmed_by=row.scored_by)


def test_filed_results_are_frozen_by_the_database(town, project):
    report = make.filed(project)
    with pytest.raises(DatabaseError), transaction.atomic():
        Result.objects.filter(report=report).update(evidence="changed")


def test_filed_results_negative_control_without_the_trigger(town, project):
    report = make.filed(project)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    assert Result.objects.filter(report=report).update(evidence="changed")


def test_a_confirmed_score_is_frozen_by_the_database(town, project):
    row = actions.confirm_score(town.he, make.scored(town, project))
    with pytest.raises(DatabaseError), transaction.atomic():
        Evaluation.objects.filter(pk=row.pk).update(grade="差")


@override_settings(LANGUAGE_CODE="en")
def test_the_sweep_opens_missing_evaluations_once(town, project):
    make.concluded(town, project)
    Evaluation.objects.filter(project=project).delete()
    assert tasks.open_evaluations() == 1
    assert tasks.open_evaluations() == 0


def test_an_ended_project_without_targets_waits_for_no_score(town, project):
    with connection.cursor() as cursor:  # as an afterwards subsidy ends: paid, and no contract named a target
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE projects_project SET status = 'COMPLETED' WHERE id = %s", [project.pk])
    assert list(queries.unevaluated()) == [project]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM projects_contracttarget WHERE project_id = %s", [project.pk])
    assert tasks.open_evaluations() == 0


def test_what_waits_for_a_report_is_not_counted_as_work(town, project):
    make.concluded(town, project)
    rows = Evaluation.objects.filter(project=project)
    assert queries.scorable(rows).count() == queries.waiting(town.sun)["score"] == 1
    rows.update(report=None)
    assert queries.scorable(rows).count() == queries.waiting(town.sun)["score"] == 0
    assert queries.scorable(rows, "no").count() == 1
    assert project.leader.name in str(EVALUATION.why_not("score", town.sun, rows.get()))
