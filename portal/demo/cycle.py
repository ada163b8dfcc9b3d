"""The year of the bureau: plan, guides, filing, check; every step an action at its own (shifted) time."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.policies import Actor, system
from applications import actions as filing
from applications.models import Application
from core import clock, deadlines, events
from core.workflow import Refused
from notices import actions as notices
from portal.demo import fill
from portal.demo.people import World
from programs import actions as programme
from programs import queries as programme_queries
from programs.models import AnnualPlan, AnnualPlanItem, Guide, PlanTree, Special

CHINA = ZoneInfo("Asia/Shanghai")


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


def move_to(moment: datetime) -> None:
    """Go to a later moment: what fell due on the way is run there, as the minute sweep would have."""
    if moment > clock.now():
        clock.shift_to(moment)
    settle()


def settle() -> None:
    """Timers, reactions; until nothing is left."""
    for _round in range(8):
        if not deadlines.sweep(2000) + events.drain(5000):
            return


def annual_plan(world: World, year: int, items: list[tuple[str, str, Decimal, int]]) -> AnnualPlan:
    """Drafted by the resource division, approved by a leader, published; `items` are (special, title, money, count)."""
    tree = PlanTree.objects.filter(effective_from__lte=clock.today(), is_ready=True, specials__code=items[0][0]).order_by(
        "-effective_from").first()
    planner, leader = world.actor("he"), world.actor("lead")
    total = sum((money for _s, _t, money, _c in items), Decimal(0))
    plan = programme.draft_plan(planner, year, tree=tree, control_figure=total * 2, reserve=total / 10)
    for order, (code, title, money, count) in enumerate(items):
        special = Special.objects.get(tree=tree, code=code)
        programme.add_item(planner, plan, special=special, title=title, money=money, count=count, opens_month=3,
                           closes_month=5, order=order)
    plan = programme.submit_plan(planner, plan)
    plan = programme.approve_plan(leader, plan)
    return programme.publish_plan(planner, plan)


def publish(world: World, data: dict[str, Any], item: AnnualPlanItem, windows: list[tuple[datetime, datetime]]) -> Guide:
    """Enter a real guide, moved to the year, and take it through sign-off."""
    division = world.actor("chen")
    governing = list(programme_queries.documents_for(item.special, clock.today()))
    guide = programme.enter_guide_from_data(division, data, item, windows, policies=governing or None)
    guide = programme.submit_guide(division, guide)
    guide = programme.agree_guide(world.actor("he"), guide, why="与年度计划一致")
    guide = programme.approve_guide(world.actor("lead"), guide, why="经合法性和公平竞争审查，同意")
    guide = programme.publish_guide(division, guide)
    settle()
    guide.refresh_from_db()
    return guide


def file_many(world: World, guide: Guide, count: int, *, unfinished: int = 0, returned: int = 0, waiting: int = 0
              ) -> list[Application]:
    """Leaders file, units endorse; some stay drafts, some are sent back, some still wait at the unit."""
    wanted = guide.version.data.get("applicants") or []
    units = [unit for unit in world.units if unit.kind in wanted] or world.units
    pairs = [(unit, person) for unit in units for person in world.leaders[unit.pk]]
    world.dice.dice.shuffle(pairs)
    if waiting:  # in a guide that stays open, the demo's own applicant finds a draft to go on with
        mine = [pair for pair in pairs if pair[1].email == "li@demo.keguan.example"]
        pairs = [pair for pair in pairs if pair not in mine]
        pairs[count + returned + waiting : count + returned + waiting] = mine
    submitted: list[Application] = []
    for number in range(count + unfinished + returned + waiting):
        unit, person = pairs[number % len(pairs)]
        if number and number % len(pairs) == 0:
            break  # everybody who may lead has filed once
        try:
            row = fill.file_application(world, guide, unit, person, finished=number < count + returned + waiting)
            if number >= count + returned + waiting:
                continue
            row = filing.hand_in(Actor.of(person), row)
            if number < count:
                submitted.append(filing.endorse(world.admin(unit), row))
            elif number < count + returned:
                filing.send_back(world.admin(unit), row, why="经费预算与单位财务核对后请补充说明。")
        except Refused as refusal:
            world.refusals.append(f"{guide.ref} {unit.name}: {refusal}")
    settle()
    return submitted


def check(world: World, rows: list[Application], *, correct: int = 0, refuse: int = 0, leave: int = 0) -> list[Application]:
    """The formality check: most pass, some are asked for a correction (and answer), some are refused, some wait."""
    officer = world.actor("chen")
    passed: list[Application] = []
    for number, row in enumerate(rows[: len(rows) - leave] if leave else rows):
        round_ = filing.open_check(officer, row)
        codes = list(round_.items.values_list("code", flat=True))
        results = dict.fromkeys(codes, ("OK", ""))
        if number < refuse:
            filing.tick(officer, round_, results={**results, codes[0]: ("FAIL", "申报主体不符合申报条件")})
            filing.refuse(officer, row, reason_code="UNIT_INELIGIBLE", text="申报单位不符合指南规定的申报条件，且无法通过补正改正。")
            continue
        if number < refuse + correct:
            filing.tick(officer, round_, results={**results, codes[-1]: ("FIX", "附件材料缺少签字页，请补充后重新上传")})
            asked = filing.ask_correction(officer, row, sections=["pledge", "files"])
            if number % 4 == 0:
                continue  # this one never answers and is refused by the clock
            asked = filing.answer(Actor.of(asked.leader), asked, text="已补充签字页。")
            round_ = filing.open_check(officer, asked)
            filing.tick(officer, round_, results=results)
            row = asked
        else:
            filing.tick(officer, round_, results=results)
        passed.append(filing.accept(officer, row))
    settle()
    return passed


def issue_pending(world: World) -> int:
    """Leaders sign and staff issue what was drafted as an official document."""
    from notices.models import Document  # noqa: PLC0415 (one use)

    count = 0
    for document in Document.objects.filter(status="DRAFT").order_by("pk"):
        notices.issue_now(world.actor("he"), world.staff["lead"], document)
        count += 1
    return count


def days(moment: datetime, count: int, hour: int = 10) -> datetime:
    return datetime.combine((moment + timedelta(days=count)).astimezone(CHINA).date(), time(hour), tzinfo=CHINA)


def nobody() -> Actor:
    return system("demo")
