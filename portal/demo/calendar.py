"""When the demo's three years happen: counted back from today, so that the world can be built on any day.

The five plans are in force from 22 April 2024; nothing of the demo is older. The last cycle ends today, with every state
of the chain in it; before it as many whole cycles as fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
EARLIEST = datetime(2024, 5, 6, 9, tzinfo=CHINA)
PRESENT = 250  # days of the cycle that ends today
SHORTEST = 230  # days a whole cycle needs
USUAL = 325


class TooEarly(ValueError):
    """The clock of this machine is before the first day on which the demo world can stand."""


@dataclass(frozen=True)
class Cycle:
    """One year of the bureau: `year` in its titles, the moment it begins, its length in days."""

    year: int
    start: datetime
    length: float

    def on(self, day: float, hour: int = 10) -> datetime:
        """A day of the cycle as it lies in a usual one of 325 days, squeezed into this one."""
        moment = self.start + timedelta(days=day * self.length / USUAL)
        return moment.astimezone(CHINA).replace(hour=hour, minute=0, second=0, microsecond=0)


def cycles(today: datetime, *, whole: int = 2) -> tuple[list[Cycle], Cycle]:
    """The whole cycles (at most `whole`, the older first: its projects have ended by now) and the present one. Raises
    TooEarly."""
    today = today.astimezone(CHINA)
    present = today - timedelta(days=PRESENT)
    room = min((present - EARLIEST).days, 2 * USUAL)
    if room < 0:
        raise TooEarly(f"The demo world needs a date after {EARLIEST + timedelta(days=PRESENT):%Y-%m-%d}; this machine says {today:%Y-%m-%d}.")
    count = min(2, room // SHORTEST)
    found: list[Cycle] = []
    for number in range(min(whole, count)):
        start = present - timedelta(days=room * (count - number) / count)
        found.append(Cycle(_year(start, found), start, room / count))
    return found, Cycle(_year(present, found), present, PRESENT)


def _year(start: datetime, before: list[Cycle]) -> int:
    """A plan is of the year its cycle begins in, or of the next when that year has one already."""
    return max(start.astimezone(CHINA).year, before[-1].year + 1 if before else 0)
