"""The order of the whole demo: three years, two real guides, every state."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import Person
from core import clock
from portal.demo import (
    adjustments,
    awards,
    calendar,
    cycle,
    desk,
    editor,
    matching,
    modes,
    people,
    plans,
    portfolios,
    topics,
    tree,
)
from programs import actions as programme
from programs.models import Guide
from projects.models import Project

MILLION = Decimal(1_000_000)
BATCHES = ("一", "二", "三", "四")
ORDER = ("first", "second", "third", "fourth")


def stands() -> bool:
    return Person.objects.filter(email="li@demo.keguan.example").exists()


def _read(name: str) -> Any:
    path = Path(settings.BASE_DIR) / "programs" / "reference" / "guides" / name
    return json.loads(path.read_text(encoding="utf-8"))


def _moved(data: dict[str, Any], year: int) -> dict[str, Any]:
    """The guide of 2026 as that of another year: the year in its titles, nothing else."""
    return json.loads(json.dumps(data, ensure_ascii=False).replace("2026", str(year)))


def _items(year: int, batches: int) -> list[tuple[str, str, Decimal, int]]:
    return [
        *(("KEY-INDUSTRY", f"{year}年度重点产业研发计划（第{BATCHES[number]}批）", 1500 * MILLION, 309) for number in range(batches)),
        ("POC", f"{year}年度概念验证中心认定资助", 100 * MILLION, 30),
        ("JCYJ-MS", f"{year}年度基础研究面上项目", 120 * MILLION, 200),
        ("KEY-LAB", f"{year}年度深圳市重点实验室", 60 * MILLION, 12),
        ("FUTURE-STRAT", f"{year}年度未来产业战略咨询支撑", 20 * MILLION, 8),
        ("RCYX", f"{year}年度优秀青年基础研究项目", 40 * MILLION, 40),
        ("RD-SUBSIDY", f"{year}年度企业研究开发资助（免申即享）", 100 * MILLION, 200),
        ("OPEN-CALL", f"{year}年度揭榜挂帅项目", 30 * MILLION, 6),
    ]


def run(*, small: bool = False) -> Iterator[str]:
    """Yield a line per step with the seconds it took."""
    began = last = time.monotonic()
    today = clock.now()
    past, present = calendar.cycles(today, whole=1 if small else 2)

    def said(text: str) -> str:
        nonlocal last
        spent, last = time.monotonic() - last, time.monotonic()
        return f"{spent:6.1f} s  {text}"

    clock.shift_to((past or [present])[0].start - timedelta(days=30))
    world = people.bureau()
    people.units(world)
    people.expert_people(world)
    awards.pool(world)
    yield said(f"{len(world.units)} units, {len(world.experts)} experts")
    programme.enter_policies_from_data(world.actor("he"), _read("policies.json"))
    yield said("policy documents")
    story = Story(world, today, said, SMALL if small else Counts(), present)
    for cycle_ in past:
        yield from story.whole(cycle_)
    yield from story.present()
    clock.shift_to(None)
    cycle.settle()
    awards.joining(world)
    awards.after_review(world)
    tree.rules_and_tree(world)
    yield said("versions of the tree, documents, numbers")
    for refusal in world.refusals[:20]:
        yield f"          refused: {refusal}"
    yield f"{time.monotonic() - began:6.1f} s  in all; {len(world.refusals)} refusals on the way"


def later(moment: datetime) -> datetime:
    """That moment, or soon after now when it has passed."""
    return max(moment, cycle.days(clock.now(), 8))


@dataclass(frozen=True)
class Counts:
    """How many file in the guides of the whole cycles and of the present one."""

    poc: int = 12
    past: int = 76
    paid: int = 20  # its contracts and first payments are under way
    noticed: int = 16  # stands in public notice
    checked: int = 20  # is being checked
    open: int = 32
    leave: int = 7


SMALL = Counts(poc=5, past=12, paid=4, noticed=4, checked=5, open=4, leave=0)


@dataclass
class Story:
    """Years of the bureau. Filings go through a cycle in the order of their dates; the clock only goes forward."""

    world: people.World
    today: datetime
    said: Callable[[str], str]
    counts: Counts
    now: calendar.Cycle
    waiting: list[Project] = field(default_factory=list)  # projects that will report in a later year
    plans: dict[int, Any] = field(default_factory=dict)
    solicited: Any = None  # the call for topics that has been settled

    def ago(self, days: float, hour: int = 10) -> datetime:
        return cycle.days(self.today, -days, hour)

    def plan(self, year: int, batches: int = 1) -> Any:
        if year not in self.plans:
            self.plans[year] = cycle.annual_plan(self.world, year, _items(year, batches))
        return self.plans[year]

    def go(self, moment: datetime) -> None:
        """Forward to that moment; every year that begins on the way gets its plan, and with it the money of the year."""
        for year in range(clock.today().year, moment.astimezone(cycle.CHINA).year + 1):
            if year not in self.plans:
                cycle.move_to(max(cycle.at(year, 1, 2, 9), clock.now()))
                self.plan(year, len(BATCHES) if year == self.now.year else 1)
        cycle.move_to(moment)

    def whole(self, this: calendar.Cycle) -> Iterator[str]:
        self.go(this.start)
        self.plan(this.year)
        yield self.said(f"annual plan {this.year}")
        poc = yield from self.filing(this, "POC", "g1.json", self.counts.poc, later(this.on(18, 9)))
        key = yield from self.filing(this, "KEY-INDUSTRY", "g2.json", self.counts.past, later(this.on(59, 9)))
        yield from self.post_subsidy(poc, this)
        yield from self.contracts(key, this)

    def present(self) -> Iterator[str]:
        """What people find today: reports of earlier years, contracts and payments at every step, a public notice that runs
        with objections to it, a review that waits for scores, a check under way, and a guide that is open."""
        world, now, counts = self.world, self.now, self.counts
        self.go(now.start)
        self.plan(now.year, len(BATCHES))
        yield self.said(f"annual plan {now.year}")
        yield from self.reports(248, share=0.6)
        self.solicited = topics.closed_call(world, now.year, clock.now(), self.ago(240, 18))
        yield self.said(f"{self.solicited.ref}: topics solicited")
        poc = yield from self.filing(now, "POC", "g1.json", counts.poc, self.ago(238, 9), blind="double")
        first = yield from self.filing(now, "KEY-INDUSTRY", "g2.json", counts.paid, self.ago(155, 9))
        awards.review(world, first, self.ago(100))
        yield self.said(f"{first.ref}: reviewed")
        second = self.published(now, "KEY-INDUSTRY", "g2.json", self.ago(80, 9), self.ago(50, 18), batch=1)
        rows = yield from self.filed(second, counts.noticed, self.ago(70))
        yield from self.reports(66, leave=counts.leave)
        cycle.check(world, rows, correct=1, refuse=1, start=self.ago(48))
        third = self.published(now, "KEY-INDUSTRY", "g2.json", self.ago(39, 9), self.ago(9, 18), batch=2)
        plans.approved_change(world, self.plans[now.year])
        yield self.said(f"{second.ref} checked, {third.ref} published")
        awarded = awards.award(world, awards.propose(world, first, self.ago(44)))
        yield self.said(f"{first.ref}: {len(awarded)} awarded")
        awards.review(world, second, self.ago(27))
        yield self.said(f"{second.ref}: reviewed")
        yield from self.lately(awarded, poc, second, third)

    def lately(self, awarded: list[Project], poc: Guide, second: Guide, third: Guide) -> Iterator[str]:
        """The last three weeks."""
        world, counts = self.world, self.counts
        checked = yield from self.filed(third, counts.checked, self.ago(17))
        yield self.said(modes.challenge(world, self.plans[self.now.year]))
        fourth = self.published(self.now, "KEY-INDUSTRY", "g2.json", self.ago(14, 9), cycle.days(self.today, 12, 18), batch=3)
        awards.contracts(world, awarded, self.ago(17, 14), leave=4)
        self.go(self.ago(16))
        awards.payments(world, awarded, clock.now(), ("SIGN",), leave=4)
        yield self.said("contracts and payments under way")
        batch = awards.review(world, poc, self.ago(16), until="SCORING")
        awards.hand_over(world, batch)
        yield self.said(f"{poc.ref}: waits for scores")
        notice = awards.propose(world, second, self.ago(7))
        cycle.check(world, checked, correct=2, refuse=1, leave=max(len(checked) // 4, 1), withdraw=1, start=self.ago(2), unanswered=True)
        yield self.said(f"{third.ref}: is being checked")
        yield from self.filed(fourth, counts.open, self.ago(2, 14), still_open=True)
        plans.waiting_change(world, self.plans[self.now.year])
        yield self.said(f"{topics.open_call(world, self.now.year + 1, clock.now(), cycle.days(self.today, 16, 18), self.solicited).ref}: open")
        editor.drafting(world, fourth)
        subsidy = self.plans[self.now.year].items.get(special__code="RD-SUBSIDY")
        yield self.said(f"{matching.entitled(world, subsidy, self.ago(3, 9), cycle.days(self.today, 12, 18)).ref}: list at the units")
        cycle.move_to(self.ago(1, 15))
        yield self.said(adjustments.cases(world))
        yield self.said(desk.handed(world, poc if counts is SMALL else fourth))
        yield self.said(desk.old_projects(world))
        yield self.said(portfolios.managers(world))
        yield self.said(portfolios.bodies(world))
        yield self.said(matching.night(world))
        if notice is not None:
            awards.object_to(notice, accepted=True)
            awards.object_to(notice)
        yield self.said(f"{second.ref}: in public notice")

    def published(self, this: calendar.Cycle, code: str, file: str, opens: datetime, closes: datetime, *, batch: int = 0,
                  blind: str = "single") -> Guide:
        """A real guide, moved to the year; a later batch differs from the first in its name. How it is reviewed is the demo's own."""
        item = list(self.plans[this.year].items.filter(special__code=code).order_by("order"))[batch]
        self.go(max(opens - timedelta(days=6), clock.now()))
        data = _moved(_read(file), this.year)
        data["data"]["review"]["blind"] = blind
        if batch:
            text = json.dumps(data, ensure_ascii=False).replace("第一批", f"第{BATCHES[batch]}批")
            data = json.loads(text.replace("first batch", f"{ORDER[batch]} batch"))
        return cycle.publish(self.world, data, item, [(opens, closes)], drafted=topics.link if code == "KEY-INDUSTRY" else None)

    def filed(self, guide: Guide, count: int, moment: datetime, *, still_open: bool = False) -> Iterator[str]:
        cycle.move_to(moment)
        rows = cycle.file_many(self.world, guide, count, unfinished=max(count // 12, 1), returned=max(count // 20, 1),
                               waiting=max(count // 15, 1) if still_open else 0)
        yield self.said(f"{guide.ref}: {len(rows)} applications submitted")
        return rows

    def filing(self, this: calendar.Cycle, code: str, file: str, count: int, opens: datetime, *, blind: str = "single") -> Iterator[str]:
        """Publish a guide, file, check."""
        closes = cycle.days(opens, 30, 18)
        guide = self.published(this, code, file, opens, closes, blind=blind)
        yield self.said(f"{guide.ref} published")
        rows = yield from self.filed(guide, count, opens + timedelta(days=10))
        passed = cycle.check(self.world, rows, correct=max(count // 12, 1), refuse=max(count // 20, 1), start=closes + timedelta(days=3))
        cycle.move_to(closes + timedelta(days=18))
        yield self.said(f"{guide.ref}: {len(passed)} applications accepted")
        return guide

    def post_subsidy(self, guide: Guide, this: calendar.Cycle) -> Iterator[str]:
        """G1: review, award, one payment; no contract."""
        world = self.world
        awards.review(world, guide, later(this.on(101)))
        yield self.said(f"{guide.ref}: reviewed")
        notice = awards.propose(world, guide, later(this.on(131)))
        rows = awards.award(world, notice)
        self.go(later(this.on(171)))
        awards.payments(world, rows, clock.now(), ("ONCE",))
        yield self.said(f"{guide.ref}: {len(rows)} awarded and paid")

    def contracts(self, guide: Guide, this: calendar.Cycle) -> Iterator[str]:
        """G2: review, objection, award, contract, first payment."""
        world = self.world
        awards.review(world, guide, later(this.on(181)))
        yield self.said(f"{guide.ref}: reviewed")
        notice = awards.propose(world, guide, later(this.on(212)))
        rows = awards.award(world, notice, objection="uphold" if self.waiting or self.counts is SMALL else "dismiss")
        yield self.said(f"{guide.ref}: {len(rows)} awarded")
        awards.contracts(world, rows[1:], later(this.on(254)))  # the first never signs: the award lapses
        self.go(later(this.on(273)))
        awards.payments(world, rows, clock.now(), ("SIGN",))
        yield self.said(f"{guide.ref}: contracts signed, first payments made")
        self.waiting += rows

    def reports(self, ago: float, *, share: float = 1.0, leave: int = 0) -> Iterator[str]:
        """Projects whose term is over report, are accepted and evaluated; the younger ones go on."""
        self.go(max(self.ago(ago), clock.now()))
        ended = Project.objects.filter(pk__in=[row.pk for row in self.waiting], status__in=("ACTIVE", "OVERDUE"), ends_on__lt=clock.today())
        ended = ended.select_related("unit").order_by("number")
        rows = list(ended)[: round(ended.count() * share)]
        self.waiting = [row for row in self.waiting if row.pk not in {one.pk for one in rows}]
        awards.payments(self.world, rows, clock.now(), ("MIDTERM",))
        awards.finish(self.world, rows, leave=leave)
        passed = [row for row in rows if Project.objects.get(pk=row.pk).status == "PASSED"]
        awards.payments(self.world, passed, cycle.days(clock.now(), 4), ("FINAL",))
        yield self.said(f"{len(rows)} final reports, {len(passed)} passed")
