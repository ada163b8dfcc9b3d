"""The public figures by cluster: a code is an industry only together with the list it is of (clause P1)."""

from __future__ import annotations

import pytest

from portal.queries import figures
from projects.models import Project

pytestmark = pytest.mark.django_db


def test_money_by_cluster_keeps_the_lists_apart(town, awarded):
    one, two = awarded[:2]
    Project.objects.exclude(pk__in=[one.pk, two.pk]).update(status="REVOKED")
    Project.objects.filter(pk=one.pk).update(cluster_list="clusters-2022", cluster="P01")
    Project.objects.filter(pk=two.pk).update(cluster_list="clusters-2024", cluster="P01")
    year = one.guide.year
    assert figures.cluster_sums()[year] == {("clusters-2022", "P01"): (one.amount, 1), ("clusters-2024", "P01"): (two.amount, 1)}
    _title, columns, rows = figures.figure_table("clusters")
    shown = {row[[c.name for c in columns].index("list")]: row[[c.name for c in columns].index("cluster")] for row in rows}
    assert shown == {"“20+8”产业集群（2022年）": "网络与通信", "“20+8”产业集群（2024年）": "半导体与集成电路"}
    names = figures.concentration(year)["names"]
    assert (names["clusters-2022", "P01"], names["clusters-2024", "P01"]) == ("网络与通信", "半导体与集成电路")


def test_a_name_of_both_lists_says_of_which_it_is(db):
    keys = [key for key, label in figures.programmes.tag_labels("cluster").items() if label == "网络与通信"]
    assert len(keys) == 2
    names = figures.cluster_names(keys)
    assert len(set(names.values())) == 3
    assert all("20+8" in names[key] for key in keys)
