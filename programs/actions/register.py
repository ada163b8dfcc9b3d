"""The flat register, written whole for one day (see ADR 0014)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction

from core import clock, ledger
from core.clock import CoreNow
from core.workflow import Refused
from programs import policies
from programs.models import RegisterPair, RegisterState, RegisterUnit
from programs.queries import register_sql


@transaction.atomic
def refresh_register(actor: Any, *, day: date | None = None) -> RegisterState:
    """Write units and pairs anew for a day (today), by two statements; readers see the old rows until the commit.

    Only the system does this, by the clock. Records programs.register.refresh with the numbers of rows.
    """
    if reason := policies.is_system(actor):
        raise Refused(reason)
    day = day or clock.today()
    counts = []
    for model, select in ((RegisterUnit, register_sql.SELECT_UNITS), (RegisterPair, register_sql.SELECT_PAIRS)):
        table = model._meta.db_table
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if field.column)
        source = register_sql.positional(select, day)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (the model's own table)
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({source.text}) source", source.params)  # noqa: S608
            counts.append(cursor.rowcount)
    state, _created = RegisterState.objects.update_or_create(
        pk=1, defaults={"day": day, "units": counts[0], "pairs": counts[1], "at": CoreNow()}
    )
    ledger.record("programs.register.refresh", state, actor, day=day.isoformat(), units=counts[0], pairs=counts[1])
    return state
