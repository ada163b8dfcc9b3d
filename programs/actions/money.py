"""Limits that later floors draw on: awards within a plan item, payments within the year's control figure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import ledger
from core.workflow import Refused
from programs import states
from programs.models import AnnualPlanItem, ControlFigure


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


@transaction.atomic
def commit_award(actor: Any, plan_item: AnnualPlanItem, amount: Decimal, count: int = 1) -> AnnualPlanItem:
    """Take `amount` and `count` awards from a plan item. Clause A2; refused when the item would be exceeded.

    Locks the item; the table's own CHECK refuses what would slip past. Records programs.plan_item.commit.
    """
    item = AnnualPlanItem.objects.select_for_update(no_key=True).get(pk=plan_item.pk)
    reasons = []
    if amount < 0 or count < 0:
        raise ValueError("an award commits an amount and a number from 0")
    if item.committed + amount > item.money:
        reasons.append(
            _("Clause A2: %(sum)s yuan would be committed, the plan item “%(title)s” has %(limit)s yuan.")
            % {"sum": _yuan(item.committed + amount), "title": item.title, "limit": _yuan(item.money)}
        )
    if item.awarded_count + count > item.count:
        reasons.append(
            _("Clause A2: %(count)d awards would be made, the plan item “%(title)s” allows %(limit)d.")
            % {"count": item.awarded_count + count, "title": item.title, "limit": item.count}
        )
    if reasons:
        raise Refused(reasons)
    return _shift_item(actor, item, amount, count, "programs.plan_item.commit")


@transaction.atomic
def release_award(actor: Any, plan_item: AnnualPlanItem, amount: Decimal, count: int = 1) -> AnnualPlanItem:
    """Give back what `commit_award` took (award lapsed, revoked, reduced). Records programs.plan_item.release."""
    item = AnnualPlanItem.objects.select_for_update(no_key=True).get(pk=plan_item.pk)
    if amount > item.committed or count > item.awarded_count:
        raise Refused([_("More would be released from the plan item than was committed.")])
    return _shift_item(actor, item, -amount, -count, "programs.plan_item.release")


def _shift_item(actor: Any, item: AnnualPlanItem, amount: Decimal, count: int, verb: str) -> AnnualPlanItem:
    before = {"committed": item.committed, "awarded_count": item.awarded_count}
    AnnualPlanItem.objects.filter(pk=item.pk).update(
        committed=F("committed") + amount, awarded_count=F("awarded_count") + count
    )
    item.refresh_from_db()
    ledger.record(
        verb, item, actor, before=before, after={"committed": item.committed, "awarded_count": item.awarded_count}
    )
    return item


@transaction.atomic
def reserve_payment(actor: Any, year: int, pool: str, amount: Decimal) -> ControlFigure:
    """Reserve money of a year's pool for a payment. Clauses R10; refused above the control figure.

    Locks the figure; its CHECK is the last guard. Records programs.control_figure.reserve.
    """
    if amount <= 0:
        raise ValueError("a reservation is more than 0")
    figure = ControlFigure.objects.select_for_update(no_key=True).filter(year=year, pool=pool).first()
    if figure is None:
        raise Refused(
            [_("There is no %(pool)s for %(year)d: its annual plan is not approved.")
             % {"pool": states.Pool(pool).label, "year": year}]
        )
    if figure.reserved + amount > figure.amount:
        raise Refused(
            [
                _("The %(pool)s of %(year)d has %(left)s yuan left; %(amount)s yuan are asked for.")
                % {
                    "pool": states.Pool(pool).label, "year": year, "left": _yuan(figure.amount - figure.reserved),
                    "amount": _yuan(amount),
                }
            ]
        )
    return _shift_figure(actor, figure, amount, "programs.control_figure.reserve")


@transaction.atomic
def release_payment(actor: Any, year: int, pool: str, amount: Decimal) -> ControlFigure:
    """Give back a reservation (payment returned or cancelled). Records programs.control_figure.release."""
    figure = ControlFigure.objects.select_for_update(no_key=True).get(year=year, pool=pool)
    if amount > figure.reserved:
        raise Refused([_("More would be released from the control figure than was reserved.")])
    return _shift_figure(actor, figure, -amount, "programs.control_figure.release")


def _shift_figure(actor: Any, figure: ControlFigure, amount: Decimal, verb: str) -> ControlFigure:
    before = {"reserved": figure.reserved}
    ControlFigure.objects.filter(pk=figure.pk).update(reserved=F("reserved") + amount)
    figure.refresh_from_db()
    ledger.record(verb, figure, actor, before=before, after={"reserved": figure.reserved})
    return figure
