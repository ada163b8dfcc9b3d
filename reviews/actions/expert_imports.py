"""Experts from tables: keep, map, dry run, take over; the same row again is brought up to date.

A table may hold identity numbers: as soon as it is done with, its bytes are deleted and the fingerprint stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.policies import system
from core import books, clock, files, jobs, ledger
from core.web import export
from core.workflow import Refused
from reviews import policies, queries
from reviews.actions.pool import edit_expert, enrol
from reviews.models import Expert, ExpertImport
from reviews.queries import expert_imports as tables
from reviews.states import ImportStatus, Origin
from reviews.workflow import IMPORT

KIND = "reviews.import"
CHUNK = 100
Progress = Callable[[int, int], None]


def _may(actor: Any) -> None:
    if reason := policies.manages_pool(actor):
        raise Refused([reason])


def read_table(row: ExpertImport) -> tuple[list[str], list[books.Line]]:
    """Headings and lines of the kept file. Raises BadFile."""
    with files.open_file(row.file) as stream:
        return books.read_lines(stream, row.file.name, row.file.size, **tables.limits())


@transaction.atomic
def keep_table(actor: Any, *, upload: Any) -> ExpertImport:
    """Keep an uploaded table; a file that cannot be read is refused at once. The columns are mapped as they were last."""
    _may(actor)
    ending = str(upload.name).rsplit(".", 1)[-1].lower()
    if ending not in ("xlsx", "csv"):
        raise files.BadFile(_("Only .xlsx and .csv are read."))
    books.read_lines(upload, upload.name, upload.size, **tables.limits())
    upload.seek(0)
    file = files.store_bytes(upload.read(), str(upload.name)[-200:], export.MIME_XLSX if ending == "xlsx" else "text/csv", actor=actor)
    last = queries.imports(actor).exclude(mapping={}).first()
    row = ExpertImport.objects.create(file=file, mapping=last.mapping if last else {}, uploaded_by=actor.person)
    ledger.record("reviews.import.keep", row, actor, file=file.name, sha256=file.sha256)
    return row


@transaction.atomic
def map_table(actor: Any, row: ExpertImport, *, mapping: Mapping[str, str], job: bool = True) -> Any:
    """Say which column is what and order the dry run; returns the job."""
    _may(actor)
    if row.status not in (ImportStatus.UPLOADED, ImportStatus.CHECKED):
        raise Refused([_("This table is “%(state)s”.") % {"state": row.status_label}])
    known = {name: heading for name, heading in mapping.items() if name in tables.FIELDS and heading}
    if lacking := [str(label) for name, (label, needed, _words) in tables.FIELDS.items() if needed and name not in known]:
        raise Refused([_("Say which column holds: %(fields)s") % {"fields": "、".join(lacking)}])
    ExpertImport.objects.filter(pk=row.pk).update(mapping=known, counts={})  # what an earlier dry run said was of other columns
    row.mapping, row.counts = known, {}
    return jobs.start(KIND, actor, {"table": row.pk, "apply": False}, _("Dry run: %(name)s") % {"name": row.file.name}) if job else None


def _read(row: ExpertImport) -> tuple[list[str], list[tables.Read]]:
    headings, lines = read_table(row)
    reader = tables.Reader(lines, row.mapping)
    return headings, [reader.read(line) for line in lines]


def check_table(actor: Any, row: ExpertImport, progress: Progress) -> ExpertImport:
    """The dry run: counts, every fault beside row and column, and the file with a column of faults. Nothing is taken over."""
    progress(0, 2)
    headings, reads = _read(row)
    progress(1, 2)
    tally, problems = Counter(tables.changes(reads).values()), tables.told(reads, row.mapping)
    counts = {"rows": len(reads), "new": tally["NEW"], "changed": tally["CHANGED"], "same": tally["SAME"],
              "wrong": sum(bool(one.wrong) for one in reads)}
    before = row.errors
    with transaction.atomic():
        if before is not None:
            files.forget(before)
        errors = _errors_file(actor, row, headings, reads, problems) if problems else None
        return IMPORT.move("check", actor, row, data=counts, columns={"counts": counts, "problems": problems[:tables.SHOWN], "errors": errors})


def _errors_file(actor: Any, row: ExpertImport, headings: list[str], reads: list[tables.Read], problems: list[dict[str, Any]]) -> Any:
    """The lines with a fault as they came, each with what it is: to be mended and sent again."""
    body = export.faults(headings, [one.line for one in reads], problems, heading=_("What is wrong"), title=_("Expert pool"), source=row.file.name)
    return files.store_bytes(body, f"{_('Experts')}-{_('problems')}.xlsx", export.MIME_XLSX, actor=actor)


@transaction.atomic
def order_table(actor: Any, row: ExpertImport, *, why: str, job: bool = True) -> Any:
    """Decide to take the sound rows over, with the reason; returns the job."""
    if reasons := IMPORT.why_not("apply", actor, row, reason=why):
        raise Refused(reasons)
    ExpertImport.objects.filter(pk=row.pk).update(why=why.strip())
    ledger.record("reviews.import.order", row, actor, why=why)
    return jobs.start(KIND, actor, {"table": row.pk, "apply": True}, _("Taking over: %(name)s") % {"name": row.file.name}) if job else None


def apply_table(actor: Any, row: ExpertImport, progress: Progress) -> ExpertImport:
    """Take the sound rows over, some at a time; rows with a fault are left out. A job begun again finds its own rows the same."""
    row.refresh_from_db()
    if row.status == ImportStatus.APPLIED:
        return row
    if reasons := IMPORT.why_not("apply", actor, row, reason=row.why):
        raise Refused(reasons)
    _headings, reads = _read(row)
    sound = [one for one in reads if not one.wrong]
    for begin in range(0, len(sound), CHUNK):
        progress(begin, len(sound))
        with transaction.atomic():
            some = sound[begin:begin + CHUNK]
            kinds = tables.changes(some)
            for one in some:
                if kinds[one.line.number] != "SAME":
                    _write(actor, row, one)
    return IMPORT.move("apply", actor, row, why=row.why, reason=row.why, data={"sound": len(sound), **row.counts}, columns={"applied_at": clock.now()})


def _write(actor: Any, row: ExpertImport, one: tables.Read) -> None:
    values = one.values
    person = values["person"] or accounts.create_person(
        system("pool"), name=values["name"], email=values["email"] or None, phone=values["phone"] or None, id_number=values["id_number"])
    expert = Expert.objects.filter(person=person).first()
    if expert is None:
        enrol(actor, person, origin=Origin.IMPORT, why=row.why, **{name: values[name] for name in tables.WRITTEN})
    else:
        edit_expert(actor, expert, **{name: values[name] for name in one.written})
    if values["employer"] is not None and not person.employments.filter(organisation=values["employer"], until=None).exists():
        accounts.employ(actor, person, values["employer"], since=values["since"])


@transaction.atomic
def discard_table(actor: Any, row: ExpertImport, *, why: str) -> ExpertImport:
    return IMPORT.move("discard", actor, row, why=why, reason=why)


def sweep_tables(actor: Any) -> int:
    """As with tables of old projects."""
    return books.forget_done(ExpertImport, actor, discard=lambda row, why: discard_table(actor, row, why=why), verb="reviews.import.forget")
