"""Work that can be done before the last minute is done before it: the check list and the content of the version to be frozen.

By a worker, after the leader has handed in and again on the days before the close. The submission takes it only when the print
of everything it was made from is the same in the database at that moment (ADR 0025).
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from applications import queries
from applications.actions import freezing
from applications.models import Application, Content, Prepared
from programs import queries as programme

AT_ONCE = 200  # rows of one run of the minute sweep


def keep(row: Application) -> list[queries.Item]:
    """Work out everything a submission needs, as the database holds it now, and keep it (without content when something is
    wrong); returns what is wrong."""
    if missing := row.get_deferred_fields():
        row.refresh_from_db(fields=missing)
    queries.fetch_rows(row)
    of_unit = queries.looks_at_unit(row.version.data)
    before = queries.print_of(row, of_unit)
    found = queries.check_list(row)
    content = {**queries.snapshot(row, found.cleaned), "conditions": queries.told_outcomes(found)}
    kept = None if found.wrong else freezing.keep_content(row, content)
    Prepared.objects.filter(pk=row.pk).delete()
    Prepared.objects.create(application=row, print=before, of_unit=of_unit, content=kept, engaged=queries.engaged_by(row),
                            klass=row.guide.special.code)
    return found.wrong


@transaction.atomic
def prepare(actor: Any, application: Application) -> bool:
    """What the submission will ask, asked beforehand. False when something is wrong with it, when it waits no longer, or when it
    was changed while it was looked at: the print is taken before anything is read, so what changes later never passes for the same."""
    row = Application.objects.get(pk=application.pk)
    if row.status not in queries.WAITING:
        return False
    row.version = programme.kept_version_of(row.version_id)
    return not keep(row)


@transaction.atomic
def _throw_away() -> None:
    """What was prepared for what waits no more, and the texts of it that were never submitted. The rows are held, and those that somebody
    holds are left for the next time: nobody submits a text while it is thrown away."""
    held = list(queries.outlived().values_list("pk", flat=True)[:AT_ONCE])
    Content.objects.defer("data").filter(application__in=held, versions=None).delete()
    Prepared.objects.filter(pk__in=held).delete()


def prepare_due(actor: Any) -> int:
    """What waits in guides that close soon, some at a time; returns how many were looked at. What waits no more is thrown away."""
    _throw_away()
    rows = list(queries.to_prepare()[:AT_ONCE])
    for row in rows:
        prepare(actor, row)
    return len(rows)
