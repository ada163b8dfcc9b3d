"""Acts of the audit desk: every export and every check of the seal is itself a row of the record."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.policies import Actor
from core import clock, files, jobs, ledger, parameters, pauses
from core.clock import CoreNow
from core.models import Job, Pause
from core.web import export
from core.workflow import Refused
from notices import actions as notices
from portal import policies
from portal.queries import record, tables

EXPORT_JOB = "portal.export"
STEP = 200
Progress = Callable[[int, int], None]


@transaction.atomic
def ask_export(actor: Any, table: str, *, format: str, purpose: str, year: int | None = None,  # noqa: A002
               since: date | None = None, until: date | None = None) -> Job:
    """Queues the table as a job and records who wants it and what for."""
    pauses.ask(Pause.Kind.EXPORT)
    wanted = tables.TABLES[table]
    if reason := policies.may_export(actor, wanted):
        raise Refused([reason])
    if not purpose.strip():
        raise Refused([_("Say what the export is for; the record keeps it.")])
    params = {
        "table": table, "format": format, "year": year, "purpose": purpose.strip(),
        "since": since.isoformat() if since else "", "until": until.isoformat() if until else "",
        "language": translation.get_language() or settings.LANGUAGE_CODE,
    }
    job = jobs.start(EXPORT_JOB, actor, params, _("Export: %(table)s") % {"table": wanted.label})
    ledger.record("portal.export.ask", job, actor, why=purpose.strip(), **params)
    return job


def make_export(job: Job, progress: Progress) -> None:
    """Writes the file with the eyes of the person who asked, as of now: a role that has ended shows nothing.

    Side effects: one stored file, one row of the record with the number of rows and the fingerprint.
    """
    person = Person.objects.get(pk=job.actor_id)
    actor = Actor.of(person)
    table = tables.TABLES[job.params["table"]]
    if reason := policies.may_export(actor, table):
        raise Refused([reason])
    with translation.override(job.params.get("language") or settings.LANGUAGE_CODE):  # that of the page it was asked on
        rows = tables.chosen(table, actor, job.params)
        total = rows.count()
        lines = _counted(tables.lines(table, actor, rows), total, progress)
        data, mime, suffix = _written(table, lines, job)
        name = f"{table.label}-{job.uid.hex[:8]}.{suffix}"
    with transaction.atomic():
        job.file = files.store_bytes(data, name, mime, actor=actor)
        job.result = {"rows": total, "sha256": hashlib.sha256(data).hexdigest()}
        ledger.record("portal.export.make", job, actor, why=job.params["purpose"], table=table.name, **job.result)


def _counted(lines: Iterator[tables.Row], total: int, progress: Progress) -> Iterator[tables.Row]:
    progress(0, total)
    for number, line in enumerate(lines, start=1):
        yield line
        if number % STEP == 0 or number == total:
            progress(number, total)


def _written(table: tables.Table, lines: Iterable[tables.Row], job: Job) -> tuple[bytes, str, str]:
    said = ((_("Table"), table.label), (_("Year"), job.params.get("year")), (_("From"), job.params.get("since")),
            (_("Until"), job.params.get("until")), (_("Purpose"), job.params["purpose"]))
    source = "; ".join(f"{name}: {value}" for name, value in said if value)
    if job.params["format"] == "xlsx":
        return export.to_xlsx(table.columns, lines, title=str(table.label), source=source), export.MIME_XLSX, "xlsx"
    dictionary = (
        export.Column("column", _("Column")), export.Column("heading", _("Heading")),
        export.Column("meaning", _("Meaning")), export.Column("unit", _("Unit")),
    )
    words = [(column.name, str(column.label), str(column.meaning), str(column.unit)) for column in table.columns]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", export.to_csv(table.columns, lines))
        archive.writestr("dictionary.csv", export.to_csv(dictionary, words))
    return buffer.getvalue(), files.MIMES["zip"], "zip"


@transaction.atomic
def ask_seal_check(actor: Any) -> Job:
    """Queues a check of the whole chain of seals; the record keeps who asked."""
    if reason := policies.reads_ledger(actor):
        raise Refused([reason])
    job = jobs.start(record.SEAL_JOB, actor, {}, _("Check of the seal of the record"))
    ledger.record("portal.seal.ask", job, actor)
    return job


def check_seal(job: Job, progress: Progress) -> None:
    """Seals what is committed, then recomputes the chain from its first row; the verdict stays on the job."""
    ledger.seal_pending()
    verdict = ledger.verify(progress=progress)
    job.result = {"sealed": verdict.sealed, "head": verdict.head, "broken_at": verdict.broken_at}


# --- heavy work switched off for a time ------------------------------------------------------------------------------


@transaction.atomic
def switch_off(actor: Any, kind: str, *, ends_at: datetime, why: str) -> Pause:
    """Heavy work of a kind is off from now to a moment, when it comes on by itself. Records portal.pause.begin."""
    if reason := policies.may_pause(actor):
        raise Refused([reason])
    reasons = [] if why.strip() else [_("A reason is needed.")]
    if ends_at <= clock.now():
        reasons.append(_("The end must lie in the future."))
    hours = int(parameters.value("pause.hours_max", default=3))
    if ends_at > clock.now() + timedelta(hours=hours):
        reasons.append(_("At most %(hours)d hours at a time: a switch that is forgotten must come on by itself.") % {"hours": hours})
    if pauses.running().filter(kind=kind).exists():
        reasons.append(_("It is switched off already; switch it on first to choose another end."))
    if reasons:
        raise Refused(reasons)
    row = Pause.objects.create(kind=kind, ends_at=ends_at, reason=why.strip(), actor_id=actor.id, actor_label=str(actor.label)[:120])
    ledger.record("portal.pause.begin", row, actor, why=why.strip(), kind=kind, ends_at=ends_at.isoformat())
    return row


def tell_of_ends() -> int:
    """What has come on again by itself is told to who had switched it off; once, however often the minute comes by."""
    told, since = 0, clock.now() - timedelta(days=1)
    for row in Pause.objects.filter(ended_at=None, ends_at__lte=CoreNow(), ends_at__gt=since, actor_id__isnull=False):
        given = {"kind": Pause.Kind(row.kind).label}
        told += notices.tell(Person.objects.filter(pk=row.actor_id, is_active=True), "portal.turn", lambda given=given: _(
            "Switched on again by itself, because its time was over: %(kind)s") % given,
            link=reverse("portal:desk:pauses"), dedupe=f"pause:{row.pk}")
    return told


@transaction.atomic
def switch_on(actor: Any, pause: Pause) -> Pause:
    """Before its end. Records portal.pause.end."""
    if reason := policies.may_pause(actor):
        raise Refused([reason])
    if not Pause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=CoreNow()):
        raise Refused([_("It is on again already.")])
    ledger.record("portal.pause.end", pause, actor, kind=pause.kind)
    return pause
