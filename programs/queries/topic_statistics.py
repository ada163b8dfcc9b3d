"""Statistics of participation in topic calls (clause R1): who proposes, in which clusters and years, and what was adopted."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.states import APPLICANT_KINDS, OrgKind
from programs import states
from programs.engine import needs as need_rules
from programs.models import Need
from programs.queries.topics import cluster_choices
from programs.states import NeedStatus


def participation(year: str = "") -> dict[str, Any]:
    """Filed needs of published calls by kind of unit, cluster and year, with what was adopted (a merged need counts with the
    one it was merged into). One query."""
    rows = (
        Need.objects.filter(status__in=states.NEED_COUNTING, call__status__in=states.PUBLIC_CALLS)
        .annotate(taken=Exists(Need.objects.filter(
            Q(pk=OuterRef("pk")) | Q(pk=OuterRef("merged_into")), status=NeedStatus.ADOPTED)))
        .order_by().values_list("call__year", "unit__kind", "cluster", "taken").annotate(n=Count("pk"))
    )
    table = [(str(y), kind, cluster, taken, n) for y, kind, cluster, taken, n in rows if not year or str(y) == year]
    clusters = dict(cluster_choices())
    kinds = [(kind.value, str(kind.label)) for kind in APPLICANT_KINDS]
    enterprise = sum(n for _y, kind, _c, _t, n in table if kind == OrgKind.ENTERPRISE)
    filed, adopted = sum(row[4] for row in table), sum(row[4] for row in table if row[3])
    return {
        "filed": filed, "adopted": adopted, "enterprise": enterprise, "enterprise_share": need_rules.share(enterprise, filed),
        "adopted_share": need_rules.share(adopted, filed),
        "enterprise_adopted": sum(n for _y, kind, _c, t, n in table if t and kind == OrgKind.ENTERPRISE),
        "kinds": _cut(table, 1, kinds), "clusters": _cut(table, 2, list(clusters.items())),
        "years": _cut(table, 0, [(y, y) for y in sorted({row[0] for row in table})]),
    }


def _cut(table: list[tuple], column: int, names: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """One line per name that occurs: filed, of them by enterprises, adopted."""
    found = []
    for key, label in names:
        rows = [row for row in table if row[column] == key]
        filed = sum(row[4] for row in rows)
        if filed:
            adopted = sum(row[4] for row in rows if row[3])
            enterprise = sum(row[4] for row in rows if row[1] == OrgKind.ENTERPRISE)
            found.append({"label": label, "filed": filed, "enterprise": enterprise, "adopted": adopted,
                          "share": need_rules.share(adopted, filed), "enterprise_share": need_rules.share(enterprise, filed)})
    return found
