"""A time after the close for those who had begun: what may be asked for. No database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


def base_window(windows: Iterable[Any], at: datetime) -> Any | None:
    """The window whose close it is about: the running one, else the one that closed last."""
    begun = [window for window in windows if window.opens_at <= at]
    return max(begun, key=lambda window: window.opens_at, default=None)


def late_problems(windows: Iterable[Any], grants: Iterable[Any], at: datetime, *, closes_at: datetime, begun_before: datetime | None) -> list[str]:
    """Why this time for those who had begun cannot be: it lies after the close, ends before everybody may file again, does not run
    beside another, and nobody who began after the close belongs to it."""
    rows, found = list(windows), []
    base = base_window(rows, at)
    if base is None:
        return [_("No filing window has been open yet, so nobody has begun.")]
    if closes_at <= max(at, base.closes_at):
        found.append(_("The new close must lie after the close of the window, and in the future."))
    if begun_before is not None and not min(row.opens_at for row in rows) <= begun_before <= base.closes_at:
        found.append(_("The moment by which an application must have been begun lies between the opening of the guide and the close of the window."))
    if any(base.opens_at < row.opens_at < closes_at for row in rows):
        found.append(_("The new close lies after the opening of the next window."))
    if any(row.closes_at > at for row in grants):
        found.append(_("Those who had begun have a later close already; ask again when it is over."))
    return found
