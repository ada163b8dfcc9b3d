"""Natural days and working days. The first day is not counted; a last day of rest moves to the next working day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from core.models import WorkdayOverride

NATURAL, WORKING = "natural", "working"


def _overrides(first: date, last: date) -> dict[date, bool]:
    rows = WorkdayOverride.objects.filter(date__range=(first, last))
    return dict(rows.values_list("date", "is_workday"))


def is_workday(day: date, overrides: dict[date, bool] | None = None) -> bool:
    known = _overrides(day, day) if overrides is None else overrides
    return known.get(day, day.weekday() < 5)


def add_workdays(day: date, count: int) -> date:
    """The day that is `count` working days after `day`."""
    overrides = _overrides(day, day + timedelta(days=count * 2 + 30))
    while count > 0:
        day += timedelta(days=1)
        if is_workday(day, overrides):
            count -= 1
    return day


def add_days(moment: datetime, count: int, unit: str = NATURAL) -> datetime:
    """Same time of day, `count` natural or working days later."""
    if unit == WORKING:
        return moment + (add_workdays(moment.date(), count) - moment.date())
    return moment + timedelta(days=count)
