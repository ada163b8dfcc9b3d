"""Django's PostgreSQL, asked more cheaply whether a kept connection still lives."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    def is_usable(self) -> bool:
        """A server that has gone, or has sent somebody away, has said so on the line, and an idle line on which nothing was said needs no
        question: the first statement of the request would learn nothing from `SELECT 1` before it. After an error, or when
        something was said, Django asks as ever."""
        if self.errors_occurred or self.connection is None or self.connection.closed or spoken(self.connection.fileno()):
            return bool(super().is_usable())
        return True


def spoken(line: int) -> bool:
    """Whether something waits to be read there, the end included; no question and no waiting."""
    ear = select.poll()
    ear.register(line, select.POLLIN | select.POLLPRI)
    return bool(ear.poll(0))
