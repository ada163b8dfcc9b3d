"""The order of the whole demo: three years, two real guides, every state."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import Person
from core import clock
from portal.demo import cycle, people
from programs import actions as programme
from programs.models import Guide

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
        ("KEY-INDUSTRY", f"{year}年度重点产业研发计划", 1500 * MILLION, 309),
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
    yield said(f"{len(world.units)} units, {len(world.experts)} experts")
    programme.enter_policies_from_data(world.actor("he"), _read("policies.json"))
    yield said("policy documents")
    years = [this] if small else [this - 2, this - 1, this]
    for year in years:
        yield from _year(world, year, today, said, small)
    clock.shift_to(None)
    cycle.settle()
    for refusal in world.refusals[:20]:
        yield f"          refused: {refusal}"
    yield f"{time.monotonic() - began:6.1f} s  in all; {len(world.refusals)} refusals on the way"


def _year(world: people.World, year: int, today: datetime, said: Any, small: bool) -> Iterator[str]:
    cycle.move_to(cycle.at(year, 2, 20))
    plan = cycle.annual_plan(world, year, _items(year))
    yield said(f"annual plan {year}")
    running = year == today.astimezone(cycle.CHINA).year
    for code, file, count in (("POC", "g1.json", 14 if not small else 4), ("KEY-INDUSTRY", "g2.json", 78 if not small else 8)):
        item = plan.items.get(special__code=code)
        opens = cycle.at(year, 3, 10, 9) if not running or code == "POC" else cycle.days(today, -18, 9)
        closes = cycle.days(opens, 30, 18) if not running or code == "POC" else cycle.days(today, 12, 18)
        cycle.move_to(opens - timedelta(days=6))
        guide = cycle.publish(world, _moved(_read(file), year), item, [(opens, closes)])
        yield said(f"{guide.ref} published")
        yield from _file_and_check(world, guide, count, opens, closes, said, running and code == "KEY-INDUSTRY")


def _file_and_check(world: people.World, guide: Guide, count: int, opens: datetime, closes: datetime, said: Any,
                    still_open: bool) -> Iterator[str]:
    cycle.move_to(opens + timedelta(days=10))
    rows = cycle.file_many(world, guide, count, unfinished=max(count // 12, 1), returned=max(count // 20, 1),
                           waiting=max(count // 15, 1) if still_open else 0)
    yield said(f"{guide.ref}: {len(rows)} applications submitted")
    if still_open:
        return
    cycle.move_to(closes + timedelta(days=3))
    passed = cycle.check(world, rows, correct=max(count // 12, 1), refuse=max(count // 20, 1))
    cycle.move_to(closes + timedelta(days=25))
    yield said(f"{guide.ref}: {len(passed)} applications accepted")
