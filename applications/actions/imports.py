"""Old projects from tables of other systems (clause T1): keep, map, dry run, take over; the same row again is brought up to date.

A table may hold identity numbers of people, in any column, sheet or remark, so no masked copy of it could be trusted: as soon as it is
done with, its bytes are deleted and the fingerprint stays. What was taken over stands in rows of its own, without such numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from applications import policies, queries, rules, states
from applications.actions.duplicates import keep_prints
from applications.models import CheckedText, ImportBatch, ImportSource, OldProject, TextPrint
from applications.workflow import IMPORT
from core import books, clock, files, jobs, ledger
from core.clock import CoreNow
from core.web import export
from core.workflow import Refused

KIND = "applications.import"
CHUNK = 200
#: Signs of a table of the allowed rows: each cell opens and closes up to six elements.
MARKS = 3_000_000
Progress = Callable[[int, int], None]


def _may(actor: Any) -> None:
    if reason := policies.imports(actor):
        raise Refused([reason])


def read_import(batch: ImportBatch) -> tuple[list[str], list[books.Line]]:
    """Headings and lines of the kept file. Raises BadFile."""
    with files.open_file(batch.file) as stream:
        return books.read_lines(stream, batch.file.name, batch.file.size, marks=MARKS, **queries.limits())


@transaction.atomic
def keep_import(actor: Any, *, source: str, upload: Any) -> ImportBatch:
    """Keep an uploaded table; a file that cannot be read is refused at once. Records applications.import.keep."""
    _may(actor)
    name, most = source.strip()[:30], queries.limits()
    if not name:
        raise Refused([_("Name the source of the table.")])
    ending = str(upload.name).rsplit(".", 1)[-1].lower()
    if ending not in ("xlsx", "csv"):
        raise files.BadFile(_("Only .xlsx and .csv are read."))
    books.read_lines(upload, upload.name, upload.size, marks=MARKS, **most)
    upload.seek(0)
    mime = export.MIME_XLSX if ending == "xlsx" else "text/csv"
    file = files.store_bytes(upload.read(), str(upload.name)[-200:], mime, actor=actor)
    kept, _created = ImportSource.objects.get_or_create(name=name)
    row = ImportBatch.objects.create(source=kept, file=file, mapping=kept.mapping, options=kept.options, uploaded_by=actor.person)
    ledger.record("applications.import.keep", row, actor, source=name, file=file.name, sha256=file.sha256)
    return row


@transaction.atomic
def map_import(actor: Any, batch: ImportBatch, *, mapping: Mapping[str, str], options: Mapping[str, Any], job: bool = True) -> Any:
    """Say which column is what, remember it for the source, and order the dry run; returns the job. The command makes it itself."""
    _may(actor)
    if batch.status not in (states.ImportStatus.UPLOADED, states.ImportStatus.CHECKED):
        raise Refused([_("This table is “%(state)s”.") % {"state": batch.status_label}])
    known = {name: heading for name, heading in mapping.items() if name in queries.FIELDS and heading}
    if lacking := [str(label) for name, (label, needed, _words) in queries.FIELDS.items() if needed and name not in known]:
        raise Refused([_("Say which column holds: %(fields)s") % {"fields": "、".join(lacking)}])
    ImportBatch.objects.filter(pk=batch.pk).update(mapping=known, options=dict(options))
    ImportSource.objects.filter(pk=batch.source_id).update(mapping=known, options=dict(options))
    return jobs.start(KIND, actor, {"batch": batch.pk, "apply": False}, _("Dry run: %(name)s") % {"name": batch.file.name}) if job else None


def _read(batch: ImportBatch) -> tuple[list[str], list[queries.Read]]:
    headings, lines = read_import(batch)
    reader = queries.Reader(lines, batch.mapping, batch.options.get("unit") != "yuan")
    return headings, [reader.read(line) for line in lines]


def check_import(actor: Any, batch: ImportBatch, progress: Progress) -> ImportBatch:
    """The dry run: counts, every fault beside row and column, and the file with a column of faults. Nothing is taken over."""
    progress(0, 2)
    headings, reads = _read(batch)
    progress(1, 2)
    kinds = queries.changes(batch, reads)
    tally, problems = Counter(kinds.values()), queries.told(reads, batch.mapping)
    counts = {"rows": len(reads), "new": tally["NEW"], "changed": tally["CHANGED"], "same": tally["SAME"],
              "wrong": sum(bool(one.wrong) for one in reads), "unclear": sum(not one.wrong and bool(one.values["unclear"]) for one in reads)}
    before = batch.errors
    with transaction.atomic():
        if before is not None:
            files.forget(before)
        errors = _errors_file(actor, batch, headings, reads) if problems else None
        return IMPORT.move("check", actor, batch, data=counts, columns={
            "counts": counts, "problems": problems[:queries.SHOWN], "errors": errors})


def _errors_file(actor: Any, batch: ImportBatch, headings: list[str], reads: list[queries.Read]) -> Any:
    """The lines with a fault or a doubt as they came, each with what it is: to be mended and sent again."""
    body = export.faults(headings, [one.line for one in reads], queries.told(reads, batch.mapping), heading=_("What is wrong or unclear"),
                         title=str(batch.source), source=batch.file.name)
    return files.store_bytes(body, f"{batch.source.name}-{_('problems')}.xlsx", export.MIME_XLSX, actor=actor)


@transaction.atomic
def order_import(actor: Any, batch: ImportBatch, *, why: str, job: bool = True) -> Any:
    """Decide to take the sound rows over, with the reason; returns the job."""
    if reasons := IMPORT.why_not("apply", actor, batch, reason=why):
        raise Refused(reasons)
    ImportBatch.objects.filter(pk=batch.pk).update(why=why.strip())
    ledger.record("applications.import.order", batch, actor, why=why)
    return jobs.start(KIND, actor, {"batch": batch.pk, "apply": True}, _("Taking over: %(name)s") % {"name": batch.file.name}) if job else None


def apply_import(actor: Any, batch: ImportBatch, progress: Progress) -> ImportBatch:
    """Take the sound rows over, some at a time; rows that stand already are brought up to date, rows with a fault are left out.
    A job begun again finds its own rows the same and goes on."""
    batch.refresh_from_db()
    if batch.status == states.ImportStatus.APPLIED:
        return batch
    _may(actor)
    _headings, reads = _read(batch)
    sound = [one for one in reads if not one.wrong]
    for begin in range(0, len(sound), CHUNK):
        progress(begin, len(sound))
        with transaction.atomic():
            some = sound[begin:begin + CHUNK]
            kinds = queries.changes(batch, some)
            for one in some:
                if kinds[one.line.number] != "SAME":
                    _write(actor, batch, one.values)
    return IMPORT.move("apply", actor, batch, why=batch.why, reason=batch.why, data={"rows": len(sound), **batch.counts},
                       columns={"applied_by": actor.person, "applied_at": clock.now()})


def _write(actor: Any, batch: ImportBatch, values: Mapping[str, Any]) -> OldProject:
    before = OldProject.objects.select_for_update().filter(source=batch.source, number=values["number"]).first()
    row, created = OldProject.objects.update_or_create(
        source=batch.source, number=values["number"], defaults={**values, "batch": batch, "written_at": clock.now()})
    if not created and before is not None:
        changed = [name for name in values if getattr(before, name) != getattr(row, name)]
        ledger.record("applications.oldproject.change", row, actor, batch=str(batch.uid), changed=changed)
    _engage(actor, row)
    _keep_text(row)
    return row


def _engage(actor: Any, row: OldProject) -> None:
    """What limits count (限项): the leader and the unit that are known for certain, as long as it runs."""
    accounts.disengage(actor, row, state="ENDED", ends=clock.today())  # who is named no more
    state = {"APPLIED": "APPLIED", "RUNNING": "RUNNING"}.get(row.state, "ENDED")
    whom = [("LEADER", row.leader_id, None)] * bool(row.leader_id) + [("LEAD", None, row.unit_id)] * bool(row.unit_id)
    starts = row.starts_on or date(row.year, 1, 1)
    ends = max(row.ends_on, starts) if row.ends_on else None
    if whom:
        accounts.engage_all(actor, row, whom, klass=row.klass, state=state, starts=starts, ends=ends)


def _keep_text(row: OldProject) -> None:
    """For the duplicate check (查重): later applications are compared with it."""
    text = "\n".join(part for part in (row.title, row.abstract, row.targets) if part)
    lines = [line.strip() for line in row.targets.splitlines() if line.strip()]
    sha256, ref = rules.digest([text, lines]), row.number
    kept = CheckedText.objects.select_for_update().filter(source=row.source.name, ref=ref).first()
    columns = {"title": row.title, "unit": row.unit_text, "people": [row.leader_text] if row.leader_text else []}
    if kept is not None and kept.sha256 == sha256:
        CheckedText.objects.filter(pk=kept.pk).update(**columns)
        return
    if kept is not None:
        TextPrint.objects.filter(value__in=queries.prints_of(kept.text, kept.lines), text=kept).delete()
    kept, _created = CheckedText.objects.update_or_create(source=row.source.name, ref=ref, defaults={
        **columns, "text": text, "lines": lines, "sha256": sha256, "made_at": CoreNow()})
    keep_prints(kept)


@transaction.atomic
def discard_import(actor: Any, batch: ImportBatch, *, why: str) -> ImportBatch:
    return IMPORT.move("discard", actor, batch, why=why, reason=why)


def sweep_tables(actor: Any) -> int:
    return books.forget_done(ImportBatch, actor, discard=lambda batch, why: discard_import(actor, batch, why=why), verb="applications.import.forget")
