"""The annual implementation plan (clauses A1, A2, R10): drafted, approved by another person, published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock, deadlines, ledger, parameters
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs import documents, policies, queries, rules, states
from programs.actions.changes import keep_version
from programs.actions.turns import hand_over, returned
from programs.models import AnnualPlan, AnnualPlanItem, ControlFigure, PlanTree, Special
from programs.workflow import ANNUAL_PLAN

ITEM_FIELDS = (
    "title", "title_en", "money", "count", "opens_month", "closes_month", "order", "funding_mode", "review_mode", "opens_on",
    "closes_on",
)


def _draft_row(actor: Any, plan: AnnualPlan) -> AnnualPlan:
    """The locked plan, when this person may change it now."""
    if reason := policies.is_planner(actor):
        raise Refused([reason])
    row = AnnualPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if row.status != states.PlanStatus.DRAFT:
        raise Refused([_("Only a draft of the annual plan can be changed.")])
    return row


@transaction.atomic
def draft_plan(
    actor: Any,
    year: int,
    *,
    tree: PlanTree,
    copy_from: AnnualPlan | None = None,
    control_figure: Decimal = Decimal(0),
    reserve: Decimal = Decimal(0),
) -> AnnualPlan:
    """Begin the plan of a year, with last year's items as a start when given (specials found by code in the tree).

    Records programs.annual_plan.create with the titles left out because their special is suspended, cancelled or gone
    (`plan.left_out` holds them for the page). The days of last year's windows are not copied, their months are.
    """
    if reason := policies.is_planner(actor):
        raise Refused([reason])
    if AnnualPlan.objects.filter(year=year).exists():
        raise Refused([_("The annual plan of %(year)d stands already.") % {"year": year}])
    _refuse_reserve(control_figure, reserve)
    plan = AnnualPlan.objects.create(
        year=year, tree=tree, control_figure=control_figure, reserve=reserve, drafted_by=actor.person
    )
    left_out = _copy_items(copy_from, plan) if copy_from is not None else []
    ledger.record(
        "programs.annual_plan.create", plan, actor, copied_from=copy_from.year if copy_from else None,
        items=plan.items.count(), left_out=left_out,
    )
    plan.left_out = left_out  # type: ignore[attr-defined]
    return plan


def _refuse_reserve(control_figure: Decimal, reserve: Decimal) -> None:
    if fault := rules.planned.reserve_inside(control_figure, reserve):
        raise Refused([fault])


def _copy_items(old: AnnualPlan, plan: AnnualPlan) -> list[str]:
    """Last year's items in the new tree; the titles of those whose special is gone, suspended or cancelled."""
    items = list(old.items.filter(cancelled_at=None).select_related("special"))
    found = queries.specials_in(plan.tree, [item.special for item in items])
    AnnualPlanItem.objects.bulk_create(
        AnnualPlanItem(
            plan=plan, special=special, title=item.title.replace(str(old.year), str(plan.year)),
            title_en=item.title_en.replace(str(old.year), str(plan.year)), money=item.money, count=item.count,
            opens_month=item.opens_month, closes_month=item.closes_month, order=item.order,
            funding_mode=item.funding_mode if item.funding_mode in special.funding_modes else "",
            review_mode=item.review_mode if item.review_mode in special.review_modes else "",
        )
        for item in items
        if (special := found.get(item.special_id)) is not None
    )
    return [item.title for item in items if item.special_id not in found]


@transaction.atomic
def set_plan_money(actor: Any, plan: AnnualPlan, *, control_figure: Decimal, reserve: Decimal, note: str = "") -> AnnualPlan:
    """Set the year's control figure and the reserve inside it (clause R10). Records programs.annual_plan.money."""
    row = _draft_row(actor, plan)
    _refuse_reserve(control_figure, reserve)
    before = {"control_figure": row.control_figure, "reserve": row.reserve, "note": row.note}
    AnnualPlan.objects.filter(pk=row.pk).update(control_figure=control_figure, reserve=reserve, note=note)
    row.refresh_from_db()
    ledger.record(
        "programs.annual_plan.money", row, actor, before=before,
        after={"control_figure": row.control_figure, "reserve": row.reserve, "note": row.note},
    )
    return row


@transaction.atomic
def add_item(actor: Any, plan: AnnualPlan, *, special: Special, **values: Any) -> AnnualPlanItem:
    """Add an item: special, title, money, count, opens_month, closes_month. Records programs.annual_plan.item_add."""
    row = _draft_row(actor, plan)
    if special.tree_id != row.tree_id:
        raise Refused([_("“%(name)s” is not in the programme tree of this plan.") % {"name": special.label}])
    item = AnnualPlanItem.objects.create(plan=row, special=special, **_item_values(row, values))
    ledger.record("programs.annual_plan.item_add", row, actor, item=item.pk, after=_item_state(item))
    return item


@transaction.atomic
def change_item(actor: Any, item: AnnualPlanItem, **values: Any) -> AnnualPlanItem:
    """Change an item of a draft. Records programs.annual_plan.item_change with both states."""
    row = _draft_row(actor, item.plan)
    before = _item_state(item)
    AnnualPlanItem.objects.filter(pk=item.pk).update(**_item_values(row, values))
    item.refresh_from_db()
    ledger.record(
        "programs.annual_plan.item_change", row, actor, item=item.pk, before=before, after=_item_state(item)
    )
    return item


@transaction.atomic
def remove_item(actor: Any, item: AnnualPlanItem) -> None:
    """Take an item out of a draft that no guide uses. Records programs.annual_plan.item_remove."""
    row = _draft_row(actor, item.plan)
    if item.guides.exists():
        raise Refused([_("A guide rests on this item; it cannot be removed.")])
    ledger.record("programs.annual_plan.item_remove", row, actor, item=item.pk, before=_item_state(item))
    item.delete()


def _item_values(plan: AnnualPlan, values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean columns of an item; known days set the months. Refused with every fault."""
    clean = {key: values[key] for key in ITEM_FIELDS if key in values}
    reasons = []
    if clean.get("money", 1) <= 0 or clean.get("count", 1) <= 0:
        reasons.append(_("An item needs money and a number of awards above 0."))
    opens_on, closes_on = clean.get("opens_on"), clean.get("closes_on")
    if opens_on and closes_on:
        clean |= {"opens_month": opens_on.month, "closes_month": closes_on.month}
    opens, closes = clean.get("opens_month", 1), clean.get("closes_month", 12)
    reasons += rules.item_window_problems(plan.year, clean.get("title", ""), opens, closes, opens_on, closes_on)
    if reasons:
        raise Refused(reasons)
    return clean


@transaction.atomic
def save_plan(
    actor: Any, plan: AnnualPlan, *, control_figure: Decimal, reserve: Decimal, note: str, rows: Iterable[Mapping[str, Any]],
    base: str = "",
) -> AnnualPlan:
    """Save a whole draft as the editor shows it: the figures and every item, all or nothing.

    Each row has the columns of an item and either `item` (a row of this plan; with `remove` it is taken out) or `special`.
    `base` is the fingerprint the page was made from: when somebody else changed the plan meanwhile it is refused instead
    of overwriting. Records programs.annual_plan.money and one record per item that is added, changed or removed.
    """
    row = _draft_row(actor, plan)
    if base and base != queries.plan_fingerprint(row):
        raise Refused([_("Somebody changed this plan meanwhile. Your figures are kept below; open the plan in a second window, "
                         "compare, and save again.")])
    row = set_plan_money(actor, row, control_figure=control_figure, reserve=reserve, note=note)
    for values in rows:
        item, given = values.get("item"), {key: values[key] for key in ITEM_FIELDS if key in values}
        if item is None:
            add_item(actor, row, special=values["special"], **given)
        elif values.get("remove"):
            remove_item(actor, item)
        elif any(getattr(item, key) != value for key, value in given.items()):
            change_item(actor, item, **given)
    return row


def _item_state(item: AnnualPlanItem) -> dict[str, Any]:
    return {"special": item.special.code, **{key: getattr(item, key) for key in ITEM_FIELDS}}


@transaction.atomic
def submit_plan(actor: Any, plan: AnnualPlan) -> AnnualPlan:
    """DRAFT -> SUBMITTED. Refused with every reason when the plan is not sound (clauses A1, R10). The leaders are told."""
    row = ANNUAL_PLAN.move("submit", actor, plan)
    AnnualPlan.objects.filter(pk=row.pk).update(submitted_at=CoreNow())
    hand_over(actor, row)
    return row


@transaction.atomic
def return_plan(actor: Any, plan: AnnualPlan, *, why: str) -> AnnualPlan:
    """SUBMITTED -> DRAFT with a reason; the drafter is told."""
    row = ANNUAL_PLAN.move("return", actor, plan, why=why, reason=why)
    returned(actor, row, row.drafted_by, why=why)
    return row


@transaction.atomic
def approve_plan(actor: Any, plan: AnnualPlan) -> AnnualPlan:
    """SUBMITTED -> APPROVED by a leader who did not draft it.

    Makes the year's control figure (without the reserve) and reserve, from which payments are drawn (clause R10).
    """
    row = ANNUAL_PLAN.move("approve", actor, plan)
    AnnualPlan.objects.filter(pk=row.pk).update(approved_by=actor.person, approved_at=CoreNow())
    for pool, amount in (
        (states.Pool.CONTROL, row.control_figure - row.reserve), (states.Pool.RESERVE, row.reserve)
    ):
        ControlFigure.objects.update_or_create(year=row.year, pool=pool, defaults={"amount": amount})
    row.refresh_from_db()
    keep_version(row)
    hand_over(actor, row)
    return row


@transaction.atomic
def publish_plan(actor: Any, plan: AnnualPlan) -> AnnualPlan:
    """APPROVED -> PUBLISHED: the public page shows it (clause A1), and the official document with the table of its items is
    issued, signed by the leader who approved the plan."""
    row = ANNUAL_PLAN.move("publish", actor, plan)
    AnnualPlan.objects.filter(pk=row.pk).update(published_at=CoreNow())
    row.refresh_from_db()
    document = notices.draft(
        actor, documents.ANNUAL_PLAN, subject=row, title=documents.plan_title(row), context=documents.plan_context(row),
        addressee=documents.addressee(), is_public=True,
    )
    notices.issue_now(actor, row.approved_by, document)
    return row


@transaction.atomic
def watch_annual_plan(actor: Any, tree: PlanTree) -> None:
    """Set the timers of the 31 March date (clause A1) on the tree in force: an early warning, then the day itself.

    Called when reference data is loaded and by the timers themselves for the next year.
    """
    now = clock.now()
    day = str(parameters.value("annual_plan.due", default="03-31"))
    ahead = int(parameters.value("annual_plan.warn_days", default=30))
    for year in (now.year, now.year + 1):
        month, date_of_month = (int(part) for part in day.split("-"))
        due = timezone.make_aware(datetime.combine(date(year, month, date_of_month), time(9)))
        if due - timedelta(days=ahead) > now:
            deadlines.set("annual_plan.warn", tree, due - timedelta(days=ahead))
            return
        if due > now:
            deadlines.set("annual_plan.due", tree, due)
            return
