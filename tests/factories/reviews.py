"""Experts, batches and ranked reviews for tests, made by the verbs of the desks."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from applications import actions as applications
from applications.models import Inspection
from core import clock
from reviews import actions
from reviews.models import Assignment, Batch, Draw, Expert
from tests.factories import projects as upper

WORDS = "本项目目标明确，技术路线可行，团队基础扎实，预算合理，主要风险在于流片进度，建议予以支持，并在合同中写明考核指标。"


def expert(town: SimpleNamespace, number: int, *, constituency: str = "", organisation: Any = None) -> Expert:
    """A person with the role of an expert, in the pool; with an employer only when one is named."""
    person = accounts.create_person(system("test"), name=f"专家甲{number:02d}", email=f"expert{number}@reviews.example")
    accounts.grant_role(system("test"), person, town.bureau, Role.EXPERT)
    if organisation is not None:
        accounts.grant_role(system("test"), person, organisation, Role.MEMBER)
    return actions.enrol(town.he, person, constituency=constituency or ("INDUSTRY" if number % 2 else "SCIENCE"))


def pool(town: SimpleNamespace, size: int = 24) -> list[Expert]:
    return [expert(town, number) for number in range(1, size + 1)]


def made(town: SimpleNamespace, *, requested: tuple[str, ...] = ("3000000", "2000000")) -> Batch:
    """A batch over accepted applications, in preparation."""
    pairs = [(town.li, town.wang, town.a), (town.stranger, town.badm, town.b)]
    for index, amount in enumerate(requested):
        if index >= len(pairs):
            more = upper.unit(town, index)
            pairs.append((more.leader, more.admin, more.organisation))
        leader, admin, organisation = pairs[index]
        upper.accepted(town, leader, admin, organisation, requested=amount, title=f"端侧芯片研制{index + 1}")
    return actions.create_batch(town.chen, town.guide)


def drawn(town: SimpleNamespace, *, value: str = "10234.56", **more: Any) -> Batch:
    return settle_draw(town, made(town, **more), value=value)


def settle_draw(town: SimpleNamespace, made: Batch, *, value: str = "10234.56") -> Batch:
    """Committed, decided by a value published later, opened."""
    batch = made
    if not Expert.objects.exists():
        pool(town)
    draw = actions.commit_draw(town.he, batch, public_source="次日深证成份指数收盘点位")
    upper.later(hours=6)
    actions.open_draw(town.he, actions.enter_value(town.he, draw, value=value, at=clock.now()))
    return fresh(batch)


def invited(town: SimpleNamespace, *, days: int = 15, **more: Any) -> Batch:
    return call(town, drawn(town, **more), days=days)


def call(town: SimpleNamespace, drawn: Batch, *, days: int = 15) -> Batch:
    return fresh(actions.invite(town.chen, actions.set_due(town.chen, drawn, due_at=clock.now() + timedelta(days=days))))


def accept_all(batch: Batch) -> None:
    """Whoever is invited accepts, alternates included, until nobody is asked any more."""
    while waiting := Assignment.objects.filter(batch=batch, status="INVITED").select_related("expert__person").first():
        actions.declare_and_accept(Actor.of(waiting.expert.person), batch)


def scoring(town: SimpleNamespace, **more: Any) -> Batch:
    return start(town, invited(town, **more))


def start(town: SimpleNamespace, invited: Batch) -> Batch:
    accept_all(invited)
    return fresh(actions.begin(town.chen, invited))


def sheet(batch: Batch, share: float = 0.85) -> dict[str, Any]:
    """A complete sheet with that share of the points."""
    values = {row["code"]: f"{round(float(row['weight']) * share * 2) / 2:.1f}" for row in batch.sheet["criteria"]}
    return {"values": values, "comment": WORDS * 3, "recommendation": "B", "knockouts": []}


def score_all(batch: Batch) -> None:
    """Every open sheet is submitted; earlier applications get better points."""
    first = batch.items.order_by("pk").first().pk
    for seat in seats(batch, "ACCEPTED"):
        actions.submit_sheet(owner(seat), seat, values=sheet(batch, 0.9 - 0.02 * (seat.item_id - first)))


def ranked_batch(town: SimpleNamespace, **more: Any) -> Batch:
    """From accepted applications to the fixed ranking."""
    return finish(town, scoring(town, **more))


def finish(town: SimpleNamespace, scoring: Batch) -> Batch:
    score_all(scoring)
    batch = actions.close_batch(town.chen, scoring)
    upper.settle()
    audit_all(town, fresh(batch))
    batch = actions.rank_batch(town.chen, fresh(batch))
    upper.settle()
    return fresh(batch)


def seats(batch: Batch, status: str) -> list[Assignment]:
    rows = Assignment.objects.filter(batch=batch, status=status)
    return list(rows.select_related("batch__guide__special__plan", "expert__person", "item__application").order_by("pk"))


def owner(seat: Assignment) -> Actor:
    return Actor.of(seat.expert.person)


def fresh(batch: Batch) -> Batch:
    return Batch.objects.select_related("guide__special__plan", "guide__version", "created_by").get(pk=batch.pk)


def draw(batch: Batch) -> Draw:
    return Draw.objects.select_related("batch__guide__special__plan").get(batch=batch)


def audit_all(town: SimpleNamespace, batch: Batch) -> None:
    """The special audits that the guide asks for, ordered and filed."""
    actions.order_audits(town.chen, batch)
    for row in Inspection.objects.filter(application__in=batch.items.values("application"), filed_at=None):
        applications.file_inspection(town.chen, row, passed=True, finding="审计核实，数据一致。")
