"""An application's tags are copied to its project at the award, and figures are cut by them exactly."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from programs.models import PlanTree
from projects import queries
from projects.models import Project
from tests.applications.client import cost, signed_in

pytestmark = pytest.mark.django_db


def sums(figures):
    return sum(row["count"] for row in figures["rows"]), sum((row["money"] for row in figures["rows"]), Decimal(0))


def test_award_copies_the_tags_and_the_list_they_are_of(town, awarded):
    project = awarded[0]
    assert project.cluster == project.application.cluster != ""
    assert (project.cluster_list, project.stage, project.stream) == ("clusters-2024", "KEYTECH", "")
    words = {row["dimension"]: row["label"] for row in queries.tags_of(project)}
    assert words["创新链环节"] == "关键核心技术攻关"


def test_project_keeps_the_version_of_the_tree_it_was_awarded_under(town, awarded):
    project = awarded[0]
    tree = project.special.tree
    PlanTree.objects.filter(pk=tree.pk).update(status="ENDED", effective_to="2025-01-01")
    project.refresh_from_db()
    assert (project.special.tree_id, project.guide.special_id, project.application.version.guide.special_id) == (
        tree.pk, project.special_id, project.special_id)


def test_figures_add_up_to_the_register_for_every_dimension(town, awarded):
    projects = awarded
    total = sum((project.amount for project in projects), Decimal(0))
    for dimension in ("cluster", "stream", "stage"):
        assert sums(queries.tag_figures(Project.objects.all(), dimension)) == (len(projects), total)


def test_both_versions_of_the_clusters_stand_side_by_side(town, awarded):
    projects = awarded
    Project.objects.filter(pk=projects[0].pk).update(cluster_list="clusters-2022", cluster="P01")
    Project.objects.filter(pk=projects[1].pk).update(cluster_list="clusters-2024", cluster="P01")
    rows = queries.tag_figures(Project.objects.all(), "cluster")["rows"]
    assert [(row["list"], row["label"], row["count"]) for row in rows] == [
        ("“20+8”产业集群（2024年）", "半导体与集成电路", 1), ("“20+8”产业集群（2022年）", "网络与通信", 1)]


def test_projects_without_a_tag_are_counted_last(town, awarded):
    assert queries.tag_figures(Project.objects.all(), "stream")["rows"][-1]["label"] == "未标注"


def test_page_export_and_api(town, awarded, client):
    project = awarded[0]
    address = reverse("projects:desk:tag_figures")
    assert client.get(address).status_code == 302
    assert signed_in(town.li).get(address).status_code == 403
    desk = signed_in(town.chen)
    page = desk.get(f"{address}?by=stage").content.decode()
    assert "关键核心技术攻关" in page
    assert desk.get(f"{address}?by=nonsense&year=x&plan=%00").status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(desk.get(f"{address}?by=stage&export=xlsx").content)).worksheets[0]
    assert sheet.cell(2, 2).value == "KEYTECH"
    assert desk.get(f"{address}?by=cluster&export=csv").content.startswith(b"\xef\xbb\xbf")
    rows = desk.get(reverse("projects:api:tag_figures") + "?by=stage").json()["rows"]
    assert rows[0]["code"] == "KEYTECH"
    assert "创新链环节" in desk.get(reverse("projects:desk:project", args=[project.number])).content.decode()


def test_page_asks_the_same_number_of_questions_for_one_project_and_many(town, awarded):
    client, address = signed_in(town.chen), reverse("projects:desk:tag_figures")
    many = cost(client, address)
    Project.objects.exclude(pk=Project.objects.first().pk).update(cluster="", cluster_list="")
    assert cost(client, address) == many
