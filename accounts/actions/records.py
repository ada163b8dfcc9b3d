"""Marks of integrity and engagements, written for upper floors."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from django.db import connection, models, transaction

from accounts.models import (
    Engagement,
    IntegrityMark,
    Organisation,
    Person,
)
from accounts.policies import Actor
from core import (
    ledger,
)


@transaction.atomic
def mark(actor: Actor, *, level: str, kind: str, reason: str, since: date, until: date | None = None,
         person: Person | None = None, organisation: Organisation | None = None, source: models.Model | None = None
         ) -> IntegrityMark:
    """Write an integrity mark; called by the floors that decide (acceptance, supervision)."""
    row = IntegrityMark.objects.create(
        person=person, organisation=organisation, level=level, kind=kind, reason=reason, since=since, until=until,
        source_type=source._meta.label_lower if source else "", source_ref=ledger.reference(source) if source else "",
    )
    ledger.record("accounts.integrity.mark", row, actor, why=reason, level=level, kind=kind)
    return row


def engage(actor: Actor, *, klass: str, role: str, state: str, starts: date, source: models.Model,
           ends: date | None = None, person: Person | None = None, organisation: Organisation | None = None
           ) -> Engagement:
    """What limits count: made or brought up to date for one source (an application or a project)."""
    row, _created = Engagement.objects.update_or_create(
        person=person, organisation=organisation, role=role, source_type=source._meta.label_lower,
        source_ref=ledger.reference(source), defaults={"klass": klass, "state": state, "starts": starts, "ends": ends},
    )
    return row


def engage_all(actor: Actor, source: models.Model, rows: Iterable[tuple[str, int | None, int | None]], *, klass: str, state: str,
               starts: date, ends: date | None = None) -> None:
    """The same for many (role, key of the person, key of the unit) of one source, in one statement; one key of each is None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_engage(%s::jsonb, %s, %s, %s, %s, %s, %s)", [
            json.dumps(list(rows)), klass, state, starts, ends, source._meta.label_lower, ledger.reference(source)])


def disengage(actor: Actor, source: models.Model, *, state: str, ends: date) -> int:
    """The source is over: its engagements end on that day in that state."""
    return Engagement.objects.filter(
        source_type=source._meta.label_lower, source_ref=ledger.reference(source)
    ).update(state=state, ends=ends)
