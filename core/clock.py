"""The one clock of the house: the database's.

`core_now()` is `clock_timestamp()`, or the same shifted by the single row of `core_clockshift`. Only the
owner of the database may write that row; the demo builder and the tests use it to make three years of
history by real actions. Decisions ("too late") are made in SQL with the same function, so a wrong clock on a
web server changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.db import connection, models
from django.utils import timezone


def CoreNow() -> models.Func:  # noqa: N802 (reads as an expression class)
    """A database expression for `db_default`, filters and annotations."""
    return models.Func(function="core_now", output_field=models.DateTimeField())


_STANDING: ContextVar[datetime | None] = ContextVar("standing", default=None)


@contextmanager
def standing(moment: datetime) -> Iterator[None]:
    """Within one act that has asked the database already, `now()` is that moment and asks no more: whatever the act looks at
    is looked at as of one time. Rows still get the time of the database."""
    token = _STANDING.set(moment)
    try:
        yield
    finally:
        _STANDING.reset(token)


def now() -> datetime:
    """Aware datetime of this very moment, read from the database."""
    if (moment := _STANDING.get()) is not None:
        return moment
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_now()")
        return cursor.fetchone()[0]


def today() -> date:
    """The calendar day in the bureau's time zone (Asia/Shanghai)."""
    return timezone.localdate(now())


def is_shifted() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM core_clockshift)")
        return cursor.fetchone()[0]


def shift_to(moment: datetime | None) -> None:
    """Make `core_now()` answer `moment` from now on (it keeps running); None takes the shift away."""
    if moment is not None and timezone.is_naive(moment):
        raise ValueError("shift_to needs an aware datetime")
    with connection.cursor() as cursor:
        if moment is None:
            cursor.execute("DELETE FROM core_clockshift")
        else:
            cursor.execute(
                "INSERT INTO core_clockshift (id, shift) VALUES (1, %s - clock_timestamp())"
                " ON CONFLICT (id) DO UPDATE SET shift = EXCLUDED.shift",
                [moment],
            )


@contextmanager
def shifted_to(moment: datetime) -> Iterator[None]:
    """Run a block at another time; the shift that was in force before comes back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shift FROM core_clockshift")
        before = cursor.fetchone()
    shift_to(moment)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if before is None:
                cursor.execute("DELETE FROM core_clockshift")
            else:
                cursor.execute("UPDATE core_clockshift SET shift = %s", [before[0]])


def local(moment: datetime) -> datetime:
    """The same moment as the bureau's clock on the wall shows it (year, month and day are those of the bureau)."""
    return timezone.localtime(moment)
