"""The window an item of the annual plan foresees: it opens in the year of the plan and closes within twelve months of its
opening, so at the latest in the year after (guides that open in November close in January). No database.

Because less than twelve months lie between them, two months alone say which year the close is in: one that comes before
the month of the opening is a month of the next year.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _


def closing_year(year: int, opens_month: int, closes_month: int) -> int:
    return year + (closes_month < opens_month)


def planned_days(year: int, opens_month: int, closes_month: int, opens_on: date | None, closes_on: date | None) -> tuple[date, date]:
    """First and last day: the days when they are known, else those of the months."""
    if opens_on and closes_on:
        return opens_on, closes_on
    last = closing_year(year, opens_month, closes_month)
    return date(year, opens_month, 1), date(last, closes_month, monthrange(last, closes_month)[1])


def months_words(opens_month: int, closes_month: int) -> str:
    words = _("month %(a)d to month %(b)d of the next year") if closes_month < opens_month else _("month %(a)d to %(b)d")
    return words % {"a": opens_month, "b": closes_month}


def day_faults(year: int, opens_on: date | None, closes_on: date | None) -> dict[str, str]:
    """What is wrong with the days, by field; {} when they are right or not known yet."""
    if opens_on is not None and opens_on.year != year:
        return {"opens_on": _("Clause A1: the window opens in %(year)d, the year of the plan.") % {"year": year}}
    if (opens_on is None) != (closes_on is None):
        return {"closes_on" if opens_on else "opens_on": _("Clause A1: give both days of the window or none.")}
    if opens_on is None or closes_on is None:
        return {}
    if closes_on < opens_on:
        return {"closes_on": _("Clause A1: the close may not be before the opening.")}
    if (closes_on.year - opens_on.year) * 12 + closes_on.month - opens_on.month > 11:
        return {"closes_on": _("Clause A1: the window closes within twelve months of its opening.")}
    return {}


def item_window_problems(
    year: int, title: str, opens_month: int, closes_month: int, opens_on: date | None, closes_on: date | None
) -> list[str]:
    """Clause A1: the window of an item opens in the year of the plan and closes within twelve months."""
    if not (1 <= opens_month <= 12 and 1 <= closes_month <= 12):
        return [_("Clause A1: “%(title)s”: the months must lie between 1 and 12.") % {"title": title}]
    return [_("“%(title)s”: %(fault)s") % {"title": title, "fault": fault} for fault in day_faults(year, opens_on, closes_on).values()]


def reserve_inside(control: Decimal, reserve: Decimal) -> str | None:
    """Clause R10: the reserve is a part of the control figure. The database refuses anything else, also of a draft."""
    return None if 0 <= reserve <= control else _("Clause R10: the reserve is more than the control figure.")


def over_control(control: Decimal, reserve: Decimal, items: Decimal) -> str | None:
    """Clause A1: what the items of a draft have more than the control figure without the reserve."""
    over = items - (control - reserve)
    if over <= 0:
        return None
    return _("Clause A1: the items add up to %(sum)s, %(over)s more than the control figure without the reserve (%(limit)s). "
             "The plan cannot be submitted like this.") % {
        "sum": planned_wan(items), "over": planned_wan(over), "limit": planned_wan(control - reserve)}


def planned_wan(amount: Decimal) -> str:
    """An amount as the fields of the house are typed: 万元."""
    return _("%(number)s (10,000 yuan)") % {"number": f"{(Decimal(amount) / 10000).normalize():,f}"}


# --- what a person should look at before a window is made public --------------------------------------------------


def outside_plan(windows: Iterable[Any], planned: tuple[date, date], local: Any) -> list[str]:
    """Clause A2: windows of a guide beyond those its plan item foresees. A remark, not a refusal: the plan says when a guide is
    expected, the guide itself decides; who checks it decides whether the plan is changed first."""
    first, last = planned
    given = {"first": first.isoformat(), "last": last.isoformat()}
    return [
        _("Clause A2: the window %(opens)s to %(closes)s is not within that of the plan item (%(first)s to %(last)s); have the annual "
          "plan changed, or say why the guide departs from it.")
        % {**given, "opens": local(w.opens_at).date().isoformat(), "closes": local(w.closes_at).date().isoformat()}
        for w in windows if local(w.opens_at).date() < first or local(w.closes_at).date() > last
    ]


def time_remarks(windows: Iterable[Any], least: int, published: datetime, local: Any) -> list[str]:
    """Whether the time to file is reasonable: as long as the dated parameter asks, and not begun before anybody can read of it."""
    found = []
    for window in windows:
        days = (window.closes_at - max(window.opens_at, published)).days
        given = {"opens": f"{local(window.opens_at):%Y-%m-%d %H:%M}", "left": _("%(days)d days") % {"days": days} if days else _("less than a day")}
        if window.opens_at < published < window.closes_at:
            found.append(_("The opening %(opens)s is before the publishing; filing would begin at once, with %(left)s left.") % given)
        if days < least and window.closes_at > published:
            found.append(_("The window that opens %(opens)s leaves %(left)s to file; the least is %(least)d days.")
                         % {**given, "least": least})
    return found
