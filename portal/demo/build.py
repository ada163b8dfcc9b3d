"""The order of the whole demo: three years, two real guides, every state."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import Person
from core import clock
from portal.demo import awards, cycle, people
from programs import actions as programme
from programs.models import Guide, PlanTree
from projects.models import Project

MILLION = Decimal(1_000_000)


def stands() -> bool:
    return Person.objects.filter(email="li@demo.keguan.example").exists()


def _read(name: str) -> Any:
    path = Path(settings.BASE_DIR) / "programs" / "reference" / "guides" / name
    return json.loads(path.read_text(encoding="utf-8"))


def _moved(data: dict[str, Any], year: int) -> dict[str, Any]:
    """The guide of 2026 as that of another year: the year in its titles, nothing else."""
    return json.loads(json.dumps(data, ensure_ascii=False).replace("2026", str(year)))


def _items(year: int) -> list[tuple[str, str, Decimal, int]]:
    return [
        ("KEY-INDUSTRY", f"{year}年度重点产业研发计划（第一批）", 1500 * MILLION, 309),
        ("KEY-INDUSTRY", f"{year}年度重点产业研发计划（第二批）", 1500 * MILLION, 309),
        ("POC", f"{year}年度概念验证中心认定资助", 100 * MILLION, 30),
        ("JCYJ-MS", f"{year}年度基础研究面上项目", 120 * MILLION, 200),
        ("KEY-LAB", f"{year}年度深圳市重点实验室", 60 * MILLION, 12),
        ("RCYX", f"{year}年度优秀青年基础研究项目", 40 * MILLION, 40),
    ]


def run(*, small: bool = False) -> Iterator[str]:
    """Yield a line per step with the seconds it took."""
    began = last = time.monotonic()
    today = clock.now()
    this = clock.today().year

    def said(text: str) -> str:
        nonlocal last
        spent, last = time.monotonic() - last, time.monotonic()
        return f"{spent:6.1f} s  {text}"

    clock.shift_to(cycle.at(this - 2, 1, 8))
    world = people.bureau()
    people.units(world)
    people.expert_people(world)
    awards.pool(world)
    yield said(f"{len(world.units)} units, {len(world.experts)} experts")
    programme.enter_policies_from_data(world.actor("he"), _read("policies.json"))
    yield said("policy documents")
    story = Story(world, today, said, small)
    for year in [this - 2, this] if small else [this - 2, this - 1, this]:
        yield from story.year(year)
    clock.shift_to(None)
    cycle.settle()
    for refusal in world.refusals[:20]:
        yield f"          refused: {refusal}"
    yield f"{time.monotonic() - began:6.1f} s  in all; {len(world.refusals)} refusals on the way"


def later(moment: datetime) -> datetime:
    """That moment, or soon after now when it has passed: the first year of the plans began late."""
    return max(moment, cycle.days(clock.now(), 8))


@dataclass
class Story:
    """Three years of the bureau. Filings go through the year in the order of their dates; the clock only goes forward."""

    world: people.World
    today: datetime
    said: Callable[[str], str]
    small: bool
    waiting: list[Project] = field(default_factory=list)  # projects that will report in a later year

    def year(self, year: int) -> Iterator[str]:
        world, this = self.world, self.today.astimezone(cycle.CHINA).year
        # The five plans are in force from 22 April 2024: the plan of that year is made under them, in May.
        early = PlanTree.objects.filter(specials__isnull=False, effective_from__lte=date(year, 2, 1), is_ready=True)
        start = cycle.at(year, 2, 20) if early.filter(specials__code="POC").exists() else cycle.at(year, 5, 6)
        cycle.move_to(start)
        plan = cycle.annual_plan(world, year, _items(year))
        yield self.said(f"annual plan {year}")
        if year == this:
            yield from self.this_year(plan, year)
            return
        poc = yield from self.filing(plan, year, "POC", "g1.json", 5 if self.small else 12, later(cycle.at(year, 3, 10, 9)))
        key = yield from self.filing(plan, year, "KEY-INDUSTRY", "g2.json", 8 if self.small else 76, later(cycle.at(year, 4, 20, 9)))
        yield from self.post_subsidy(poc, year)
        yield from self.contracts(key, year, last=self.small or year == this - 1)

    def this_year(self, plan: Any, year: int) -> Iterator[str]:
        """What people find today: reports of earlier years, a review that waits for scores, a public notice that runs with
        an objection to it, and a guide that is open."""
        world = self.world
        yield from self.reports(year)
        poc = yield from self.filing(plan, year, "POC", "g1.json", 5 if self.small else 12, cycle.at(year, 3, 10, 9))
        first = yield from self.filing(plan, year, "KEY-INDUSTRY", "g2.json", 4 if self.small else 20, cycle.at(year, 4, 20, 9))
        awards.review(world, first, cycle.at(year, 8, 20))
        yield self.said(f"{first.ref}: reviewed")
        opens = cycle.days(self.today, -18, 9)
        second = self.published(plan, year, "KEY-INDUSTRY", "g2.json", opens, cycle.days(self.today, 12, 18), batch=1)
        yield self.said(f"{second.ref} published")
        batch = awards.review(world, poc, cycle.days(self.today, -13), until="SCORING")
        awards.hand_over(world, batch)
        yield self.said(f"{poc.ref}: waits for scores")
        notice = awards.propose(world, first, cycle.days(self.today, -8))
        yield from self.filed(second, 8 if self.small else 64, cycle.days(self.today, -3), still_open=True)
        cycle.move_to(cycle.days(self.today, -2, 15))
        if notice is not None:
            awards.object_to(notice)
        yield self.said(f"{first.ref}: in public notice")

    def published(self, plan: Any, year: int, code: str, file: str, opens: datetime, closes: datetime, *, batch: int = 0) -> Guide:
        """A real guide, moved to the year; its second batch differs from the first in its name."""
        item = list(plan.items.filter(special__code=code).order_by("order"))[batch]
        cycle.move_to(opens - timedelta(days=6))
        data = _moved(_read(file), year)
        if batch:
            data = json.loads(json.dumps(data, ensure_ascii=False).replace("第一批", "第二批").replace("first batch", "second batch"))
        return cycle.publish(self.world, data, item, [(opens, closes)])

    def filed(self, guide: Guide, count: int, moment: datetime, *, still_open: bool = False) -> Iterator[str]:
        cycle.move_to(moment)
        rows = cycle.file_many(self.world, guide, count, unfinished=max(count // 12, 1), returned=max(count // 20, 1),
                               waiting=max(count // 15, 1) if still_open else 0)
        yield self.said(f"{guide.ref}: {len(rows)} applications submitted")
        return rows

    def filing(self, plan: Any, year: int, code: str, file: str, count: int, opens: datetime) -> Iterator[str]:
        """Publish a guide, file, check."""
        closes = cycle.days(opens, 30, 18)
        guide = self.published(plan, year, code, file, opens, closes)
        yield self.said(f"{guide.ref} published")
        rows = yield from self.filed(guide, count, opens + timedelta(days=10))
        cycle.move_to(closes + timedelta(days=3))
        passed = cycle.check(self.world, rows, correct=max(count // 12, 1), refuse=max(count // 20, 1))
        cycle.move_to(closes + timedelta(days=25))
        yield self.said(f"{guide.ref}: {len(passed)} applications accepted")
        return guide

    def post_subsidy(self, guide: Guide, year: int) -> Iterator[str]:
        """G1: review, award, one payment; no contract."""
        world = self.world
        awards.review(world, guide, later(cycle.at(year, 6, 1)))
        yield self.said(f"{guide.ref}: reviewed")
        notice = awards.propose(world, guide, later(cycle.at(year, 7, 1)))
        rows = awards.award(world, notice)
        awards.payments(world, rows, later(cycle.at(year, 8, 10)), ("ONCE",))
        yield self.said(f"{guide.ref}: {len(rows)} awarded and paid")

    def contracts(self, guide: Guide, year: int, *, last: bool) -> Iterator[str]:
        """G2: review, objection, award, contract, first payment. Of last year's some stay unsigned or unpaid."""
        world = self.world
        awards.review(world, guide, later(cycle.at(year, 8, 20)))
        yield self.said(f"{guide.ref}: reviewed")
        notice = awards.propose(world, guide, later(cycle.at(year, 9, 20)))
        rows = awards.award(world, notice, objection="uphold" if last else "dismiss")
        yield self.said(f"{guide.ref}: {len(rows)} awarded")
        awards.contracts(world, rows, later(cycle.at(year, 11, 1)))
        awards.payments(world, rows, later(cycle.at(year, 11, 20)), ("SIGN",), leave=4 if last else 0)
        yield self.said(f"{guide.ref}: contracts signed, first payments made")
        self.waiting += rows

    def reports(self, year: int) -> Iterator[str]:
        """In the spring of this year the projects of the years before report; the younger ones go on."""
        rows = list(Project.objects.filter(pk__in=[row.pk for row in self.waiting], ends_on__lt=clock.today()).select_related("unit"))
        awards.payments(self.world, rows, cycle.at(year, 2, 24), ("MIDTERM",))
        awards.finish(self.world, rows, leave=0 if self.small else 7)
        passed = [row for row in rows if Project.objects.get(pk=row.pk).status == "PASSED"]
        awards.payments(self.world, passed, cycle.at(year, 3, 2), ("FINAL",))
        yield self.said(f"{len(rows)} final reports, {len(passed)} passed")
