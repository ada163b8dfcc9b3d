"""A submitted application is a version: whole, hashed, append-only."""

from __future__ import annotations

from typing import Any

from django.db import connection

from applications import queries, rules
from applications.models import Application, Version
from core import clock, ledger, plans

#: The text that was kept, completed with the receipt: it need not leave the database for that.
FROM_PREPARED = """
INSERT INTO applications_version (application_id, number, data, sha256, why, by_id)
SELECT p.application_id, %s, w.text::jsonb, encode(sha256(convert_to(w.text, 'UTF8')), 'hex'), 'SUBMIT', %s
FROM applications_prepared p, LATERAL (SELECT p.head || %s || p.tail AS text) w
WHERE p.application_id = %s
RETURNING sha256
"""


def freeze(actor: Any, row: Application, *, why: str) -> Version:
    """Write what stands in a locked application as its next version. The hash covers the canonical text to the letter."""
    cleaned, _errors = queries.form_of(row).clean(row.answers, final=True)
    data = queries.snapshot(row, cleaned)
    number = Version.objects.filter(application=row).count() + 1
    return Version.objects.create(application=row, number=number, data=data, sha256=rules.digest(data), why=why, by=actor.person)


def freeze_prepared(actor: Any, row: Application, *, number: int, receipt: dict[str, Any]) -> str:
    """The same from what stands ready, for a submission; returns the hash. `receipt` are its number, time and who approved."""
    with connection.cursor() as cursor:
        cursor.execute(FROM_PREPARED, [number, actor.id, rules.canonical(receipt), row.pk])
        return str(cursor.fetchone()[0])


def submit_prepared(actor: Any, row: Application, counted: tuple[list[int], list[int]], *, receipt: dict[str, Any]) -> str | None:
    """Hold whoever is counted, prove what stands ready, freeze it and engage whom it names, in one statement (migration
    applications 0007); the hash. None: nothing stands ready or something was submitted before, and nothing was written."""
    with connection.cursor() as cursor:
        plans.run(cursor, "SELECT applications_submit(%s, %s, %s, %s, %s::int[], %s::int[], %s, %s, %s)", [
            row.pk, queries.made_by(), actor.id, rules.canonical(receipt), *counted, clock.today(), row._meta.label_lower, ledger.reference(row)])
        found: str | None = cursor.fetchone()[0]
    return found
