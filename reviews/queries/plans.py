"""Reads of assignment plans: supply, seats, what bars whom."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Count, F, Field, Func, IntegerField, JSONField, Min, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast, Coalesce

from core import crypt
from programs.models import ReferenceEntry
from reviews import policies
from reviews.models import (
    Batch,
    BatchItem,
    Plan,
    PlanItem,
    Recusal,
)
from reviews.queries.finding import _one, _uid
from reviews.queries.pool import drawable
from reviews.queries.recusals import recusals_of
from reviews.rules import moves


def get_plan(actor: Any, uid: Any) -> Plan:
    return _one(policies.plans_visible_to(actor), uid=_uid(uid))


def get_plan_of(actor: Any, batch: Batch, uid: Any) -> Plan:
    """A plan of this very batch."""
    return _one(policies.plans_visible_to(actor).filter(batch=batch), uid=_uid(uid))


def plan_of_job(job: Any) -> Plan:
    return Plan.objects.select_related("batch").get(pk=job.params["plan"])


def plans_of(batch: Batch) -> QuerySet[Plan]:
    return Plan.objects.filter(batch=batch).select_related("operator").order_by("-pk")


def panels_of(batch: Batch) -> dict[str, list[BatchItem]]:
    """key of a panel -> its applications: one per group, or one per application in remote review."""
    found: dict[str, list[BatchItem]] = {}
    for item in batch.items.filter(withdrawn=False).select_related("application__topic").order_by("application__ref"):
        found.setdefault(item.group if batch.mode == "PANEL" else item.application.ref, []).append(item)
    return found


def panel_of_each(batch: Batch) -> dict[int, str]:
    """application -> key of its panel, without reading what the applications say."""
    rows = batch.items.filter(withdrawn=False).values_list("application", "group", "application__ref")
    return {application: group if batch.mode == "PANEL" else ref for application, group, ref in rows}


def items_of_panel(batch: Batch, panel: str) -> list[BatchItem]:
    """The applications of one panel."""
    mine = {"group": panel} if batch.mode == "PANEL" else {"application__ref": panel}
    return list(batch.items.filter(withdrawn=False, **mine).select_related("application").order_by("application__ref"))


def discipline_names() -> dict[str, str]:
    return dict(ReferenceEntry.objects.filter(list="disciplines").values_list("code", "name"))


def barred_pairs(batch: Batch) -> set[tuple[int, int]]:
    """(application, expert) with any evidence of a conflict."""
    return set(Recusal.objects.filter(batch=batch).values_list("application", "expert"))


def plan_seats(plan: Plan) -> dict[str, list[str]]:
    """panel -> codes that sit there; panels without anybody are missing."""
    found: dict[str, list[str]] = {}
    for panel, code in plan.items.filter(seat=True).order_by("panel", "place").values_list("panel", "code"):
        found.setdefault(panel, []).append(code)
    return found


def plan_key(plan: Plan) -> dict[str, int]:
    """{code: expert id}, for the acts of a plan; no page shows it."""
    return json.loads(crypt.open_sealed(plan.key_sealed)) if plan.key_sealed else {}


def plan_setting(plan: Plan, panels: Iterable[str] | None = None) -> moves.Setting:
    """The rules of a plan for whoever wants to move somebody, with the recusals as they stand now; of some panels, or of all."""
    near: dict[str, dict[str, int]] = defaultdict(dict)
    items = plan.items.all() if panels is None else plan.items.filter(panel__in=set(panels))
    for panel, code, affinity in items.order_by().values_list("panel", "code", "affinity"):
        near[panel][code] = affinity
    codes = {pk: code for code, pk in plan_key(plan).items()}
    barred: dict[str, set[str]] = defaultdict(set)
    pairs = barred_pairs(plan.batch)
    gone = set(codes) - set(drawable().filter(pk__in=codes).values_list("pk", flat=True))
    whose = panel_of_each(plan.batch)
    for application, expert in pairs:
        if application in whose and expert in codes:
            barred[whose[application]].add(codes[expert])
    for panel in set(whose.values()):
        barred[panel] |= {codes[pk] for pk in gone}
    return moves.Setting(plan.people, plan.batch.panel_size, plan.params["minimum"], int(plan.params["load"]), near, barred)


def least_served(plan: Plan) -> int:
    """Affinity of the seats of the worst-served panel."""
    rows = plan.items.order_by().values("panel").annotate(sum=Coalesce(Sum("affinity", filter=Q(seat=True)), 0))
    return min((row["sum"] for row in rows), default=0)


def barred_from(plan: Plan, panel: str) -> QuerySet[Recusal]:
    """Who may not look at a panel's applications, by which evidence."""
    return recusals_of(plan.batch).filter(application__in=[item.application_id for item in items_of_panel(plan.batch, panel)])


def fields_of(codes: Iterable[Any]) -> list[str]:
    """Disciplines of the first level."""
    return sorted({digits[:3] for code in codes if len(digits := "".join(c for c in str(code) if c.isdigit())) >= 3})


def supply(batch: Batch) -> list[dict[str, Any]]:
    """Per field: applications and seats asked, experts without conflict by constituency, and what they can carry together. An
    expert of several fields counts in each; who is barred from every application of a field does not count there."""
    names, wanted, barred = discipline_names(), defaultdict(list), barred_pairs(batch)
    for application, disciplines in batch.items.filter(withdrawn=False).values_list("application", "application__disciplines"):
        for field in fields_of(disciplines)[:1] or [""]:
            wanted[field].append(application)
    field_of = {application: field for field, inside in wanted.items() for application in inside}
    blocked = Counter((field_of[application], expert) for application, expert in barred if application in field_of)
    able: dict[str, Counter[str]] = defaultdict(Counter)
    for pk, constituency, disciplines in drawable().values_list("pk", "constituency", "disciplines"):
        for field in fields_of(disciplines) or [""]:
            able[field][constituency] += blocked[field, pk] < len(wanted.get(field, ())) or field not in wanted
    load = int(batch.rules["load"])
    return [
        {"field": names.get(field, field), "applications": len(inside), "seats": len(inside) * batch.panel_size,
         "industry": len(inside) * batch.industry_min, "experts": sum(able[field].values()), "from_industry": able[field]["INDUSTRY"],
         "carry": sum(able[field].values()) * load,
         "short": sum(able[field].values()) * load < len(inside) * batch.panel_size or sum(able[field].values()) < batch.panel_size
         or able[field]["INDUSTRY"] < batch.industry_min}
        for field, inside in sorted(wanted.items(), key=lambda one: -len(one[1]))
    ]


def experts_of(plan: Plan) -> QuerySet[PlanItem]:
    """Experts of a plan by load, each by the first row that names his `code`. Rows of the pool itself would stand in its order, and
    who can read the pool would read the names beside the codes. The sums are taken in one pass and handed in: asked for row by row they
    take minutes right after the plan was written, when the database knows nothing of its rows yet."""
    seated = Q(seat=True)
    rows = list(plan.items.order_by().values_list("code").annotate(first=Min("pk"), n=Count("pk", filter=seated), near=Sum("affinity", filter=seated)))
    loads, nears = {code: n for code, _first, n, _near in rows}, {code: near or 0 for code, _first, _n, near in rows}
    return PlanItem.objects.filter(pk__in=[first for _code, first, _n, _near in rows]).annotate(
        load=_told(loads, IntegerField()), near=_told(nears, BigIntegerField()), constituency=F("expert__constituency"))


def _told(numbers: dict[str, int], kind: Field) -> Cast:
    """A number for each `code`, from a table that goes with the statement."""
    book = Cast(Value(json.dumps(numbers)), JSONField())
    return Cast(Func(book, F("code"), arg_joiner=" ->> ", template="(%(expressions)s)", output_field=TextField()), kind)
