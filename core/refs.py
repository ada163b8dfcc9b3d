"""Numbers of named series: unique and gapless, because the row of the series is locked until the act commits."""

from __future__ import annotations

from django.db import connection


def next_number(series: str, period: str = "") -> int:
    """The next number of a series in a period (1, 2, 3 ...). Must run in the transaction that uses it."""
    if not connection.in_atomic_block:
        raise RuntimeError("next_number outside a transaction would leave gaps")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (series, period, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (series, period) DO UPDATE SET last = core_counter.last + 1 RETURNING last",
            [series, period],
        )
        return cursor.fetchone()[0]
