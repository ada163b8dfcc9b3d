"""Natural days and working days. The first day is not counted; a last day of rest moves to the next working day.

Monday to Friday are worked, but for what the State Council orders for a year: two dated numbers that decide, `workdays.off` (days off among
them) and `workdays.on` (Saturdays and Sundays that are worked for others), lists of days as 2026-10-01.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from core import parameters

NATURAL, WORKING = "natural", "working"
OFF, ON = "workdays.off", "workdays.on"


def _exceptions() -> dict[date, bool]:
    """day -> is it worked, for the days on which the week does not decide."""
    found = parameters.values([OFF, ON])
    return {date.fromisoformat(day): worked for key, worked in ((OFF, False), (ON, True)) for day in found.get(key, [])}


def is_workday(day: date, known: dict[date, bool] | None = None) -> bool:
    return (_exceptions() if known is None else known).get(day, day.weekday() < 5)


def next_workday(day: date) -> date:
    """The day itself, or the first working day after it."""
    known = _exceptions()
    while not is_workday(day, known):
        day += timedelta(days=1)
    return day


def add_workdays(day: date, count: int) -> date:
    """The day that is `count` working days after `day`."""
    known = _exceptions()
    while count > 0:
        day += timedelta(days=1)
        if is_workday(day, known):
            count -= 1
    return day


def add_days(moment: datetime, count: int, unit: str = NATURAL) -> datetime:
    """Same time of day, `count` natural or working days later."""
    if unit == WORKING:
        day = timezone.localdate(moment)
        return moment + (add_workdays(day, count) - day)
    return moment + timedelta(days=count)
