"""Reads of the projects floor. Pages fetch only through `policies.*visible_to` and these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications import queries as filed
from applications.models import Application
from applications.states import Status
from core import clock
from core.models import LedgerRow
from core.money import in_wan
from core.workflow import Machine
from programs import policies as programme
from programs import queries as programmes
from programs.engine import modes
from programs.engine.forms import pick
from programs.models import Plan, Special
from projects import policies
from projects.models import Contract, ContractTarget, Objection, PaymentLine, Project, ProposalItem, ProposalList, Publicity
from projects.states import UNSETTLED
from reviews.models import BatchItem


def _one(rows: QuerySet[Any], **keys: Any) -> Any:
    found = rows.filter(**keys).first()
    if found is None:
        raise Http404
    return found


def _uid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Http404 from error


def get_list(actor: Any, ref: str) -> ProposalList:
    return _one(policies.lists_visible_to(actor), ref=ref)


def get_publicity(actor: Any, ref: str) -> Publicity:
    return _one(policies.publicities_visible_to(actor), proposal__ref=ref)


def get_objection(actor: Any, number: str) -> Objection:
    return _one(policies.objections_visible_to(actor), number=number)


def get_for(actor: Any, number: str) -> Project:
    return _one(policies.visible_to(actor), number=number)


def get_contract(actor: Any, number: str) -> Contract:
    """The contract of a project the actor may see, by the number of the project."""
    return _one(Contract.objects.select_related("project__special__plan", "project__unit", "project__leader", "project__guide")
                .filter(project__in=policies.visible_to(actor)), project__number=number)


# --- lists -------------------------------------------------------------------------------------------------------


def guides_to_propose(actor: Any) -> list[dict[str, Any]]:
    """Guides with ranked applications that stand in no list yet: [{guide, count, requested}]."""
    waiting = _ranked() | _unranked()
    guides = {g.pk: g for g in programme.visible_to(actor).filter(pk__in=waiting.values("guide"))}
    sums = waiting.values("guide").annotate(n=Count("pk"), requested=Sum("requested")).order_by()
    return [{"guide": guides[row["guide"]], "title": title_of(guides[row["guide"]]), "count": row["n"], "requested": row["requested"]}
            for row in sums if row["guide"] in guides]


def _ranked() -> QuerySet[Application]:
    return Application.objects.filter(status=Status.RANKED).exclude(pk__in=ProposalItem.objects.values("application"))


def _unranked() -> QuerySet[Application]:
    """What guides without experts have accepted or audited; the list itself ranks them."""
    return Application.objects.filter(status__in=(Status.ACCEPTED, Status.SPECIAL_AUDIT), version__data__review__mode="FORMAL").exclude(
        pk__in=ProposalItem.objects.values("application"))


def waiting_for_rank(guide: Any) -> QuerySet[Application]:
    return _unranked().filter(guide=guide).select_related(
        "guide__special__plan", "version").prefetch_related("inspections").order_by("ref")


def ranking_of(guide: Any) -> list[tuple[Application, BatchItem | None]]:
    """Ranked applications of a guide that no list has, in the order of the review; those without a review by number."""
    rows = list(_ranked().filter(guide=guide).select_related("unit", "leader", "guide__special").prefetch_related("inspections", "voices"))
    items = {item.application_id: item for item in BatchItem.objects.filter(application__in=rows, rank__isnull=False)}
    late = 10**6
    return sorted(((row, items.get(row.pk)) for row in rows),
                  key=lambda pair: (pair[1].rank if pair[1] else late, pair[0].ref))


def sums_of(row: ProposalList) -> dict[str, Any]:
    """Count and money of what is proposed against the limits of guide and plan item (yuan)."""
    chosen = row.items.filter(selected=True).aggregate(n=Count("pk"), money=Sum("amount"))
    item = row.guide.plan_item
    return {
        "count": chosen["n"], "money": chosen["money"] or 0, "most": row.guide.max_projects,
        "budget": row.guide.budget_control, "plan_left": item.money - item.committed,
        "plan_count_left": item.count - item.awarded_count,
    }


def notice_sums(row: ProposalList) -> dict[str, Any]:
    """Count and money (yuan) that a public notice still stands for, and apart from them what an upheld objection took out."""
    out = Q(application__status=Status.REJECTED)
    found = row.items.filter(selected=True).aggregate(
        count=Count("pk", filter=~out), money=Sum("amount", filter=~out), out=Count("pk", filter=out), out_money=Sum("amount", filter=out))
    return {name: value or 0 for name, value in found.items()}


def items_of(row: ProposalList, **only: Any) -> QuerySet[Any]:
    return row.items.filter(**only).select_related("application__unit", "application__leader").order_by("rank")


def running_notices(actor: Any) -> QuerySet[Publicity]:
    """Public notices that run now, by the clock."""
    now = clock.now()
    return policies.publicities_visible_to(actor).filter(status="OPEN", opens_at__lte=now, closes_at__gt=now)


def open_objections(row: Publicity) -> set[int]:
    """Applications with an objection that is not settled: they are not awarded until it is."""
    return set(row.objections.filter(status__in=UNSETTLED).values_list("application", flat=True))


def items_not_held(row: Publicity) -> list[ProposalItem]:
    """Proposed applications in the notice that no objection holds."""
    held = open_objections(row)
    found = items_of(row.proposal, selected=True, application__status=Status.PUBLICITY).select_related(
        "application__unit", "application__leader", "application__guide").prefetch_related("application__voices")
    items = [item for item in found if item.application_id not in held]
    filed.with_versions(item.application for item in items)
    return items


def award_gaps(row: Publicity) -> list[str]:
    """Which approvals of other bodies are missing before the award, of whom."""
    return [text for item in items_not_held(row) for text in filed.gaps_before_award(item.application)]


def open_objection_count(actor: Any) -> int:
    """How many objections are not settled, on the lists the actor sees. A count names nobody: who may not open an
    objection is still told the truth about how many there are."""
    seen = Objection.objects.filter(publicity__proposal__in=policies.lists_visible_to(actor))
    return seen.filter(status__in=UNSETTLED).count()


def objections_outline(actor: Any, application: Application) -> list[dict[str, Any]]:
    """That a visible application was objected to, when, and how it ended: [{notice, filed_at, decided_at, state}]. Nothing
    of the objector, and neither the facts nor the decision, which may name them."""
    rows = Objection.objects.filter(application=application, publicity__proposal__in=policies.lists_visible_to(actor))
    return [{"notice": row.publicity.proposal.ref, "filed_at": row.filed_at, "decided_at": row.decided_at, "state": row.status_label}
            for row in rows.select_related("publicity__proposal").order_by("pk")]


def title_of(guide: Any) -> str:
    return guide.title_en if programmes.is_english() and guide.title_en else guide.title


def runs(row: Publicity) -> bool:
    return row.status == "OPEN" and row.opens_at <= clock.now() < row.closes_at


def with_counts(rows: QuerySet[Publicity]) -> QuerySet[Publicity]:
    """Each notice with `chosen`, the number of its projects without those an upheld objection took out, and `against`, the
    objections not settled."""
    chosen = Q(proposal__items__selected=True) & ~Q(proposal__items__application__status=Status.REJECTED)
    return rows.annotate(
        chosen=Count("proposal__items", filter=chosen, distinct=True),
        against=Count("objections", filter=Q(objections__status__in=UNSETTLED), distinct=True),
    )


def lists_with_sums(rows: QuerySet[ProposalList]) -> QuerySet[ProposalList]:
    chosen = Q(items__selected=True)
    return rows.annotate(ranked=Count("items"), chosen=Count("items", filter=chosen), money=Sum("items__amount", filter=chosen))


def ranking_page(row: ProposalList, number: Any, size: int) -> Page:
    """A page of the ranking; each line has `.so_far` (yuan proposed down to it) and `.ends_here` where number or money of
    the guide is used up. One pass over rank and amount of the whole list, however many pages it has."""
    page = Paginator(items_of(row), size).get_page(number)
    count, total, ended, facts = 0, Decimal(0), False, {}
    most, money = row.guide.max_projects, row.guide.budget_control
    for pk, selected, amount in row.items.order_by("rank").values_list("pk", "selected", "amount"):
        full = not ended and not selected and ((most is not None and count >= most) or total + amount > money)
        if selected:
            count, total = count + 1, total + amount
        facts[pk], ended = (total, full), ended or full
    for item in page:
        item.so_far, item.ends_here = facts[item.pk]
    return page


def publicity_of(row: ProposalList) -> Publicity | None:
    return Publicity.objects.filter(proposal=row).first()


def lists_to_publish(actor: Any) -> QuerySet[ProposalList]:
    return policies.lists_visible_to(actor).filter(status="DECIDED", publicity=None, items__selected=True).distinct()


def projects_of_list(row: ProposalList) -> QuerySet[Project]:
    return Project.objects.filter(application__in=row.items.values("application")).select_related("award_document", "unit").order_by("number")


def objection_by_uid(uid: Any) -> Objection:
    """By the secret address that the objector was given."""
    return _one(Objection.objects.select_related("application", "publicity__proposal__guide"), uid=_uid(uid))


def objections_of(actor: Any, row: Publicity) -> QuerySet[Objection]:
    return policies.objections_visible_to(actor).filter(publicity=row)


# --- project -----------------------------------------------------------------------------------------------------


def targets_of(project: Project) -> QuerySet[ContractTarget]:
    return ContractTarget.objects.filter(project=project).order_by("order", "pk")


def payments_of(project: Project) -> QuerySet[PaymentLine]:
    return PaymentLine.objects.filter(project=project).order_by("order", "pk")


def contract_of(project: Project) -> Contract | None:
    return Contract.objects.filter(project=project).select_related("project__special").first()


def ending_on(day: date) -> QuerySet[Project]:
    """Running or overdue projects whose term ends on that day."""
    return Project.objects.filter(ends_on=day, status__in=["ACTIVE", "OVERDUE"]).select_related("leader", "unit")


def public_projects() -> QuerySet[Project]:
    """Awarded projects as the public may see them (number, title, unit, amount); secret ones are not in the portal."""
    return Project.objects.exclude(status__in=["LAPSED", "REVOKED"]).select_related("unit", "special__plan", "guide", "leader")


def year_choices() -> list[tuple[str, str]]:
    return [(str(day.year), str(day.year)) for day in Project.objects.dates("awarded_at", "year", order="DESC")]


def plan_choices() -> list[tuple[str, str]]:
    """Plans of the five categories by code; a plan of several versions of the tree stands once."""
    return [(code, name) for code, name in {
        plan.code: plan.label for plan in Plan.objects.filter(specials__isnull=False).distinct().order_by("tree", "order")}.items()]


def money_of(rows: QuerySet[Project]) -> list[tuple[str, Any]]:
    """(plan, 10,000 yuan) of these projects, the largest first."""
    name = "special__plan__name_en" if programmes.is_english() else "special__plan__name"
    found = rows.order_by().values_list(name).annotate(money=Sum("amount"))
    return sorted(((plan, in_wan(money)) for plan, money in found), key=lambda row: -row[1])


def count_by_year(rows: QuerySet[Project]) -> list[tuple[str, int]]:
    found = rows.order_by().values_list("awarded_at__year").annotate(n=Count("pk"))
    return [(str(year), n) for year, n in sorted(found)]


def special_summary(special: Any) -> dict[str, Any]:
    rows = public_projects().filter(special__code=special.code)
    found = rows.aggregate(count=Count("pk"), money=Sum("amount"))
    return {"count": found["count"], "money": found["money"], "newest": list(rows.order_by("-pk")[:5])}


def contract_template(project: Project) -> dict[str, Any] | None:
    """The template of the contract that the guide was published with, if any: {uid, name, words}."""
    data = project.guide.version.data if project.guide.version_id else {}
    terms = data.get("contract") or {}
    file, words = terms.get("file"), pick(terms, "note")
    return {"file": file, "words": words} if file or words else None


def with_contract(rows: QuerySet[Project], status: str) -> QuerySet[Project]:
    """Projects whose contract stands there; the contract table joins once."""
    return rows.filter(contract__status=status)


def get_target(contract: Contract, order: int) -> ContractTarget:
    return _one(ContractTarget.objects.filter(project=contract.project_id).select_related("project"), order=order)


def promised(target: ContractTarget) -> str:
    """The value in the application, as text."""
    old = target.project.application.targets.filter(order=target.order).first()
    return "—" if old is None or old.value is None else f"{old.value.normalize():f} {old.unit}".strip()


def line_of(project: Project, contract: Contract | None) -> list[dict[str, str]]:
    """Where the project stands, as steps: award, contract, run, acceptance, end."""
    names = [_("Awarded"), _("Contract signed"), _("Running"), _("Acceptance"), pgettext("step of a project", "Ended")]
    if contract is None and project.status == "COMPLETED":
        end = pick(modes.mode_of(project.mode).get("end") or {}, "text") if not modes.pays(project.mode) else ""
        return [{"label": _("Awarded"), "state": "done"}, {"label": end or _("Paid once, no contract"), "state": "here"}]
    at = {"CONTRACT_PENDING": 1, "ACTIVE": 2, "SUSPENDED": 2, "OVERDUE": 2, "ACCEPTANCE": 3, "RECONSIDER": 3}.get(project.status, 4)
    stop = project.status in ("SUSPENDED", "LAPSED", "FAILED", "REVOKED", "TERMINATED")
    return [{"label": name, "state": "done" if i < at else ("stop" if stop else "here") if i == at else ""}
            for i, name in enumerate(names)]


def of_entitlement(actor: Any, row: Any) -> Project | None:
    """The project that a confirmed entitlement became, for who may see it."""
    return policies.visible_to(actor).filter(entitlement=row).first()


def mine(actor: Any) -> QuerySet[Project]:
    """Projects the actor leads or whose unit the actor acts for; not what a desk shows."""
    return policies.mine(actor)


def status_counts(actor: Any) -> dict[str, int]:
    rows = policies.visible_to(actor).order_by().values_list("status").annotate(n=Count("pk"))
    return dict(rows)


def money_by_plan(actor: Any) -> list[tuple[str, Any]]:
    """(plan name, awarded yuan) of visible projects."""
    name = "special__plan__name_en" if programmes.is_english() else "special__plan__name"
    rows = policies.visible_to(actor).order_by().values_list(name).annotate(money=Sum("amount"))
    return sorted(rows, key=lambda row: -row[1])


def target_changes(project: Project) -> list[dict[str, Any]]:
    """Where the targets of the contract differ from those of the application: [{name, before, after}]."""
    before = {row.order: row for row in project.application.targets.all()}
    found = []
    for row in targets_of(project):
        old = before.get(row.order)
        if old is None:
            found.append({"name": row.name, "before": "—", "after": row.value})
        elif (old.name, old.value, old.weight, old.value_text) != (row.name, row.value, row.weight, row.value_text):
            found.append({"name": row.name, "before": old.value, "after": row.value})
    return found


def to_award(rows: QuerySet[Publicity], value: str = "yes") -> QuerySet[Publicity]:
    """Public notices that are over and still have something to award; no join, for rows that are counted already."""
    open_items = ProposalItem.objects.filter(proposal=OuterRef("proposal"), application__status="PUBLICITY")
    return rows.filter(Exists(open_items), status="CLOSED")


def objections_that_are(rows: QuerySet[Objection], value: str) -> QuerySet[Objection]:
    """"yes": not settled; "handed": supervision has proposed to uphold them and a leader decides."""
    states = {"handed": ["HANDED"], "supervision": ["FILED", "ACCEPTED"]}
    return rows.filter(status__in=states.get(value, UNSETTLED))


def waiting(actor: Any) -> dict[str, int]:
    """Counts for the homes: lists to decide, notices to publish, objections, contracts to sign, awards to make."""
    lists = policies.lists_visible_to(actor)
    # An award that lapsed keeps its unsigned contract, and nobody has anything to do with it.
    contracts = Contract.objects.filter(project__in=policies.visible_to(actor).filter(status="CONTRACT_PENDING"))
    return {
        "decide": lists.filter(status="SUBMITTED").count(),
        "publicise": lists_to_publish(actor).count(),
        "objections": open_objection_count(actor),
        "objections_to_examine": objections_that_are(policies.objections_visible_to(actor), "supervision").count(),
        "objections_handed": objections_that_are(policies.objections_visible_to(actor), "handed").count(),
        "offer": contracts.filter(status="DRAFT").count(),
        "unit_sign": contracts.filter(status="OFFERED").count(),
        "bureau_sign": contracts.filter(status="UNIT_SIGNED").count(),
        "award": to_award(policies.publicities_visible_to(actor)).count(),
    }


# --- history -----------------------------------------------------------------------------------------------------


def verb_label(verb: str) -> str:
    head, _dot, name = verb.rpartition(".")
    machine = Machine.registry.get(head)
    if machine is not None and name in machine.steps:
        return str(machine.steps[name].label)
    return str(OTHER_VERBS.get(verb, lambda: verb)())


OTHER_VERBS = {
    "projects.proposal.create": lambda: _("List begun"), "projects.proposal.item": lambda: _("Line of the list changed"),
    "projects.publicity.prepare": lambda: _("Public notice prepared"), "projects.objection.file": lambda: _("Objection filed"),
    "projects.objection.open_identity": lambda: _("Identity of the objector opened"),
    "projects.project.award": lambda: _("Awarded"), "projects.contract.draft": lambda: _("Contract drafted"),
    "projects.contract.edit": lambda: _("Contract changed"),
}


def history_of(*objects: Any) -> list[dict[str, Any]]:
    """What happened to these rows, the newest first, as events of the time line."""
    wanted = Q()
    for one in objects:
        if one is not None:
            wanted |= Q(target_type=one._meta.label_lower, target_id=one.pk)
    if not wanted:
        return []
    return [{"at": row.at, "who": row.who, "why": row.why, "label": verb_label(row.verb)}
            for row in LedgerRow.objects.filter(wanted).order_by("-pk")[:200]]


def titles_of(codes: list[str]) -> list[tuple[str, str, str]]:
    """(code of the special, number, title) of what was funded, for the report of overlap."""
    return list(public_projects().filter(special__code__in=codes).values_list("special__code", "number", "title"))


def running_in(specials: Iterable[Special]) -> list[Project]:
    """Projects under way in these specials, the nearest end first, for who watches them."""
    under_way = ("CONTRACT_PENDING", "ACTIVE", "SUSPENDED", "OVERDUE", "ACCEPTANCE", "RECONSIDER")
    rows = Project.objects.filter(special__code__in=[special.code for special in specials], status__in=under_way)
    return list(rows.select_related("unit", "special").order_by(F("ends_on").asc(nulls_last=True), "number")[:100])


# --- tags: money and number by cluster, stream, stage and year (clauses P1, C1, C3) -------------------------------


def tags_of(project: Project) -> list[dict[str, str]]:
    """The tags a project was awarded with, in words; one query."""
    found = {"cluster": (project.cluster_list, project.cluster), "stream": ("research-streams", project.stream),
             "stage": ("chain-stages", project.stage)}
    return programmes.tag_words({name: pair for name, pair in found.items() if pair[1]})


def tag_figures(rows: QuerySet[Project], dimension: str) -> dict[str, Any]:
    """{years, rows, sums}: count and money (yuan) per tag and year of award, the tags in the order of their lists, those
    without a tag last; two queries. `rows` are those the person may see, so the sums are those of the register."""
    cells = tag_sums(rows, dimension)
    years = sorted({year for by_year in cells.values() for year in by_year})
    labels = programmes.tag_labels(dimension)
    order = [*[key for key in labels if key in cells], *sorted(key for key in cells if key not in labels and key[1]), *[k for k in cells if not k[1]]]
    total = sum((money for by_year in cells.values() for _n, money in by_year.values()), Decimal(0))
    return {"years": years, "total": total, "rows": [_tag_row(key, cells[key], labels, years, total) for key in order]}


def tag_sums(rows: QuerySet[Project], dimension: str, year: str = "awarded_at__year") -> dict[tuple[str, str], dict[int, tuple[int, Decimal]]]:
    """{(list, code): {year: (count, yuan)}}; ("", "") has no tag. A code means something only together with its list: P01 is one
    industry in 2022 and another in 2024. `year` is the column that says of which year a project is; one query."""
    lists = {"cluster": "cluster_list"}.get(dimension)
    columns = [*([lists] if lists else []), dimension]
    cells: dict[tuple[str, str], dict[int, tuple[int, Decimal]]] = {}
    for *key, when, count, money in rows.order_by().values_list(*columns, year).annotate(n=Count("pk"), money=Sum("amount")):
        code = key[-1]
        name = key[0] if lists else next(iter(programmes.tag_lists(dimension)))
        by_year = cells.setdefault((name, code) if code else ("", ""), {})
        before = by_year.get(when, (0, Decimal(0)))
        by_year[when] = (before[0] + count, before[1] + money)
    return cells


def _tag_row(key: tuple[str, str], by_year: dict[int, tuple[int, Decimal]], labels: dict[tuple[str, str], str],
             years: list[int], total: Decimal) -> dict[str, Any]:
    money = sum((one[1] for one in by_year.values()), Decimal(0))
    return {
        "label": labels.get(key, key[1]) if key[1] else _("without a tag"), "list": programmes.list_label(key[0]) if key[0] else "",
        "code": key[1], "count": sum(one[0] for one in by_year.values()), "money": money,
        "share": (money * 100 / total).quantize(Decimal("0.1")) if total else Decimal(0),
        "cells": [by_year.get(year, (0, Decimal(0))) for year in years],
    }
