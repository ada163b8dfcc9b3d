"""The year of the bureau: plan, guides, filing, check; every step an action at its own (shifted) time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accounts.policies import Actor, system
from applications import actions as filing
from applications.models import Application
from core import clock, deadlines, events
from core.models import Reaction
from portal.demo import fill, hands
from portal.demo.calendar import CHINA
from portal.demo.people import World
from programs import actions as programme
from programs import queries as programme_queries
from programs.models import AnnualPlan, AnnualPlanItem, Guide, PlanTree, Special


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


def move_to(moment: datetime) -> None:
    """Go to a later moment: what fell due on the way is run there, as the minute sweep would have."""
    if moment > clock.now():
        clock.shift_to(moment)
    settle()


MANY = 30  # reactions that are worth a second hand


def settle() -> None:
    """Timers, reactions; until nothing is left. Many reactions are run as in real life, by several workers at once."""
    for _round in range(8):
        ran = deadlines.sweep(2000)
        if Reaction.objects.filter(done_at=None, retry_at__lte=clock.CoreNow())[:MANY].count() == MANY:
            ran += sum(hands.share(range(hands.count()), lambda _hand: events.drain(5000), by=int)[0])
        if not ran + events.drain(5000):
            return


#: Ways of funding and of review that the year's plan chooses, where they are not the first of the special.
CHOSEN = {"RD-SUBSIDY": ("ENTITLEMENT", "FORMAL")}


def annual_plan(world: World, year: int, items: list[tuple[str, str, Decimal, int]]) -> AnnualPlan:
    """Drafted by the resource division, approved by a leader, published; `items` are (special, title, money, count)."""
    tree = PlanTree.objects.filter(effective_from__lte=clock.today(), status__in=("IN_FORCE", "ENDED"), specials__code=items[0][0]).order_by(
        "-effective_from").first()
    planner, leader = world.actor("he"), world.actor("lead")
    total = sum((money for _s, _t, money, _c in items), Decimal(0))
    plan = programme.draft_plan(planner, year, tree=tree, control_figure=total * 2, reserve=total / 10)
    for order, (code, title, money, count) in enumerate(items):
        special = Special.objects.get(tree=tree, code=code)
        funding, review = CHOSEN.get(code, (special.funding_modes[0], special.review_modes[0]))
        programme.add_item(planner, plan, special=special, title=title, money=money, count=count, opens_month=3,
                           closes_month=5, order=order, funding_mode=funding, review_mode=review)
    plan = programme.submit_plan(planner, plan)
    plan = programme.approve_plan(leader, plan)
    return programme.publish_plan(planner, plan)


def publish(world: World, data: dict[str, Any], item: AnnualPlanItem, windows: list[tuple[datetime, datetime]], *,
            drafted: Callable[[World, Guide], None] | None = None) -> Guide:
    """Enter a real guide, moved to the year, and take it through sign-off; `drafted` adds to it while it is a draft."""
    division = world.actor("chen")
    governing = list(programme_queries.documents_for(item.special, clock.today()))
    guide = programme.enter_guide_from_data(division, data, item, windows, policies=governing or None)
    if drafted is not None:
        drafted(world, guide)
    guide = programme.submit_guide(division, guide)
    guide = programme.agree_guide(world.actor("he"), guide, why="与年度计划一致")
    programme.check_guide_law(
        world.actor("sun"), guide, passed=True, text="经审查，内容合法，未发现排除、限制竞争的情形，同意提交审定。",
        answers={point.code: (True, "") for point in programme_queries.legal_points()})
    guide = programme.approve_guide(world.actor("lead"), guide, why="同意")
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
    every = pairs[: count + unfinished + returned + waiting]  # everybody who may lead files once
    drafts = [(number, fill.begin(world, guide, unit, person)) for number, (unit, person) in enumerate(every)]

    def one(job: tuple[int, Application]) -> int | None:
        number, row = job
        finished = number < count + returned + waiting
        row = fill.Filler(world, row, Actor.of(row.leader)).everything(finished)
        if finished:
            row = filing.hand_in(Actor.of(row.leader), row)
        if number < count:
            return filing.endorse(world.admin(row.unit), row).pk
        if number < count + returned:
            filing.send_back(world.admin(row.unit), row, why="经费预算与单位财务核对后请补充说明。")
        return None

    done, refusals = hands.share(drafts, one, by=lambda job: units.index(job[1].unit))
    world.refusals += [f"{guide.ref}: {refusal}" for refusal in refusals]
    settle()
    return _rows([pk for pk in done if pk])


def _rows(keys: list[int]) -> list[Application]:
    found = Application.objects.select_related("leader", "unit", "guide").in_bulk(keys)
    return [found[pk] for pk in keys]


def check(world: World, rows: list[Application], *, start: datetime | None = None, correct: int = 0, refuse: int = 0, leave: int = 0, withdraw: int = 0,
          unanswered: bool = False) -> list[Application]:
    """The formality check, once the guide has closed. The first `refuse` are refused, `correct` are asked for a correction,
    the last `leave` still wait, before them `withdraw` withdraw, all others pass."""
    if start is not None:
        move_to(start)
    officer = world.actor("chen")
    end = len(rows) - leave
    passed = [_check_hard(officer, number, row, refuse, unanswered) for number, row in enumerate(rows[: refuse + correct])]
    for row in rows[end - withdraw : end]:
        filing.withdraw(world.admin(row.unit), row, why="合作单位经营情况变化，本年度不再申报。")

    def one(row: Application) -> int:
        round_ = filing.open_check(officer, row)
        filing.tick(officer, round_, results=dict.fromkeys(round_.items.values_list("code", flat=True), ("OK", "")))
        return filing.accept(officer, row).pk

    done, refusals = hands.share(rows[refuse + correct : end - withdraw], one, by=lambda row: row.pk)
    world.refusals += refusals
    settle()
    return _rows([pk for pk in (*passed, *done) if pk])


def _check_hard(officer: Actor, number: int, row: Application, refuse: int, unanswered: bool) -> int | None:
    """The first `refuse` are refused; the others are asked for a correction, which every fourth never answers."""
    round_ = filing.open_check(officer, row)
    codes = list(round_.items.values_list("code", flat=True))
    results = dict.fromkeys(codes, ("OK", ""))
    if number < refuse:
        filing.tick(officer, round_, results={**results, codes[0]: ("FAIL", "申报主体不符合申报条件")})
        filing.refuse(officer, row, reason_code="UNIT_INELIGIBLE", text="申报单位不符合指南规定的申报条件，且无法通过补正改正。")
        return None
    filing.tick(officer, round_, results={**results, codes[-1]: ("FIX", "附件材料缺少签字页，请补充后重新上传")})
    asked = filing.ask_correction(officer, row, sections=["pledge", "files"])
    if unanswered or number % 4 == 0:
        return None  # the clock refuses it when its time is over
    asked = filing.answer(Actor.of(asked.leader), asked, text="已补充签字页。")
    filing.tick(officer, filing.open_check(officer, asked), results=results)
    return filing.accept(officer, asked).pk


def days(moment: datetime, count: float, hour: int = 10) -> datetime:
    return datetime.combine((moment + timedelta(days=count)).astimezone(CHINA).date(), time(hour), tzinfo=CHINA)


def nobody() -> Actor:
    return system("demo")
