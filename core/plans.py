"""Statements that every act runs, planned once per connection: planning a small one costs more than running it.

PostgreSQL keeps a prepared statement as long as the connection lives, also over a rollback. A pooler that hands a connection to
somebody else between two transactions would lose it: with such a one set `KEEP_PLANS=0`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection

#: {connection of the driver: {text of a statement: its name there}}
_KEPT: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


def run(cursor: Any, text: str, values: Sequence[Any]) -> None:
    """Execute `text`, whose places are `%s`, with these values. Their types must follow from the text alone."""
    if not settings.KEEP_PLANS:
        cursor.execute(text, values)
        return
    names = _KEPT.setdefault(connection.connection, {})
    if text not in names:
        places = tuple(f"${number}" for number in range(1, len(values) + 1))
        # not one of the statements of the act: it comes once per connection. Its errors are Django's all the same: a database
        # that is away is told as such, and the connection is not used again
        with connection.wrap_database_errors, connection.connection.cursor() as plain:
            plain.execute(f"PREPARE keguan_{len(names)} AS {text % places}")
        names[text] = f"keguan_{len(names)}"
    marks = ", ".join(["%s"] * len(values))
    cursor.execute(f"EXECUTE {names[text]} ({marks})" if values else f"EXECUTE {names[text]}", values)
