"""Tables that come from outside: opened with care, read cell by cell, formulas told apart.

Size, what a file unpacks to, rows and columns are limited before anything is read, and entities are refused.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any, BinaryIO

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, files, ledger, parameters, typed
from core.files import BadFile, kind_of

UNPACKED = 60 * 1024 * 1024  # bytes all parts may unpack to; a table of the allowed rows stays far below
#: Parts that are read as a whole: the texts of the cells, and all else that is no sheet (styles, names, relations).
WHOLE_TEXTS, WHOLE = 16 * 1024 * 1024, 1024 * 1024
RATIO = 200  # a part that shrinks more than this is no table of texts
MEMBERS = 200
MARKS = 400_000  # signs that open or close an element, in all parts: a table of the allowed rows has far fewer
XML, CHUNK = (".xml", ".rels", ".vml"), 1 << 16
DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
MOST_CELL = 5000
WIDEST = 40
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass
class Line:
    """A line as it came: its number in the file, text by heading, and headings whose cell is a formula or too long."""

    number: int
    cells: dict[str, str]
    formulas: list[str] = field(default_factory=list)
    too_long: list[str] = field(default_factory=list)


def refuse_hostile(stream: BinaryIO, size: int, *, most_mb: int, marks: int = MARKS) -> None:
    """Raise BadFile for what is no workbook, or one made to hurt who opens it. Nothing is unpacked to memory before."""
    if size > most_mb * 1024 * 1024:
        raise BadFile(_("The file is larger than %(most)d MB.") % {"most": most_mb})
    if kind_of(stream) != "xlsx":
        raise BadFile(_("This is not an Excel workbook (.xlsx)."))
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_members(archive, marks)
    except BadFile:
        raise
    except Exception as error:  # noqa: BLE001 (a locked, unknown or broken part raises anything)
        raise BadFile(_("The file cannot be read as a workbook. Download the table again and change that.")) from error


def _check_members(archive: zipfile.ZipFile, most: int) -> None:
    members = archive.infolist()
    unpacked = sum(one.file_size for one in members)
    if (len(members) > MEMBERS or unpacked > UNPACKED
            or any(one.file_size > 1_000_000 and one.file_size / (one.compress_size or 1) > RATIO for one in members)
            or any(one.file_size > _most_of(one.filename) for one in members)):
        raise BadFile(_("The file unpacks to far more data than a table of this kind has."))
    if any("vbaProject" in one.filename for one in members):
        raise BadFile(_("The file holds macros; save it as a workbook without macros (.xlsx)."))
    marks = 0
    for one in members:
        if one.filename.lower().endswith(XML):
            with archive.open(one) as part:
                declares, count = _looked_through(part, most)
            if declares:
                raise BadFile(_("The file declares entities, which a table never needs."))
            marks += count
            if marks > most:
                raise BadFile(_("The file unpacks to far more data than a table of this kind has."))


def _most_of(name: str) -> int:
    """Bytes that this part may unpack to: sheets are read row by row."""
    if name.startswith("xl/worksheets/") or not name.lower().endswith(XML):
        return UNPACKED
    return WHOLE_TEXTS if name.lower() == "xl/sharedstrings.xml" else WHOLE


def _looked_through(part: IO[bytes], most: int) -> tuple[bool, int]:
    """Whether a document type or an entity is declared anywhere, in whatever encoding (a comment may stand before it), and how
    many marks there are: a cell costs a reader far more memory than the four bytes of an empty one."""
    last, count = b"", 0
    while chunk := part.read(CHUNK):
        plain = chunk.replace(b"\0", b"")
        count += plain.count(b"<")
        text = last + plain
        if DECLARATION.search(text):
            return True, count
        if count > most:
            break
        last = text[-16:]
    return False, count


def read_lines(stream: BinaryIO, name: str, size: int, *, most_mb: int, most_rows: int, marks: int = MARKS) -> tuple[list[str], list[Line]]:
    """Headings and lines of the first sheet of a workbook, or of a CSV (by the ending of its name). Raises BadFile with the reason."""
    if name.lower().endswith(".csv"):
        rows = _csv_rows(stream, size, most_mb)
    else:
        refuse_hostile(stream, size, most_mb=most_mb, marks=marks)
        stream.seek(0)
        rows = _sheet_rows(stream, most_rows)
    headings = _headings(next(iter(rows), []))
    lines: list[Line] = []
    for number, cells in enumerate(rows[1:], 2):
        if not any(text for text, _formula in cells):
            continue
        if len(lines) >= most_rows:
            raise BadFile(_("The table has more than %(most)d rows.") % {"most": most_rows})
        pairs = [(heading, *(cells[place] if place < len(cells) else ("", False))) for place, heading in headings]
        lines.append(Line(number, {heading: text for heading, text, _formula in pairs}, [heading for heading, _text, formula in pairs if formula],
                          [heading for heading, text, _formula in pairs if len(text) > MOST_CELL]))
    return [heading for _place, heading in headings], lines


def _headings(cells: list[tuple[str, bool]]) -> list[tuple[int, str]]:
    found = [(place, text[:80]) for place, (text, _formula) in enumerate(cells) if text]
    names = [text for _place, text in found]
    if not found:
        raise BadFile(_("The first row of the table has no headings."))
    if twice := sorted({text for text in names if names.count(text) > 1}):
        raise BadFile(_("A heading stands twice: %(names)s") % {"names": "、".join(twice)})
    return found


def _csv_rows(stream: BinaryIO, size: int, most_mb: int) -> list[list[tuple[str, bool]]]:
    if size > most_mb * 1024 * 1024:
        raise BadFile(_("The file is larger than %(most)d MB.") % {"most": most_mb})
    raw = stream.read()
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadFile(_("The file is no text in UTF-8 or GB18030."))
    if "\0" in text:
        raise BadFile(_("The file is no text in UTF-8 or GB18030."))
    try:
        return [[(typed.text(cell).strip(), cell.startswith("=")) for cell in row[:WIDEST]] for row in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise BadFile(_("The file cannot be read as a table.")) from error


def _sheet_rows(stream: BinaryIO, most_rows: int) -> list[list[tuple[str, bool]]]:
    try:
        import openpyxl  # noqa: PLC0415 (brings numpy, which a web process need not hold)

        book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
        try:
            sheet = book.worksheets[0]
            return [[_cell(cell) for cell in row] for row in sheet.iter_rows(max_col=WIDEST, max_row=most_rows * 2 + 1)]
        finally:
            book.close()
    except Exception as error:  # noqa: BLE001 (a broken file raises anything; the person gets one clear sentence)
        raise BadFile(_("The file cannot be read as a table.")) from error


def _cell(cell: Any) -> tuple[str, bool]:
    value = getattr(cell, "value", None)
    if value is None:
        return "", False
    formula = getattr(cell, "data_type", "") == "f" or str(value).startswith("=")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if hasattr(value, "date") and callable(value.date):
        value = value.date()
    return typed.text(value).strip(), formula


# --- how long a table is kept ----------------------------------------------------------------------------------------

WAITING, DONE = ("UPLOADED", "CHECKED"), ("APPLIED", "DISCARDED")


def forget_done(model: type[models.Model], actor: Any, *, discard: Callable[[Any, str], Any], verb: str) -> int:
    """Tables that are done with are deleted at once; those that nobody took over in time are discarded first (`discard(row, why)`). The
    list of faults, which people mend and send again, is kept as long as a dry run is good for (parameter import.keep_days). `model` has
    file, errors, status and created_at; each file that goes is recorded under `verb`. How many went."""
    old = clock.now() - timedelta(days=int(parameters.value("import.keep_days", default=30)))
    rows = model._default_manager.all()
    for row in rows.filter(status__in=WAITING, created_at__lt=old)[:50]:
        discard(row, _("Nobody took the table over in time; personal numbers are not kept longer than needed."))
    ended = rows.filter(status__in=DONE).select_related("file", "errors")
    over = ended.filter(~Q(file__path="") | Q(errors__isnull=False, created_at__lt=old) & ~Q(errors__path=""))
    return sum(_forget(row, actor, old, verb) for row in over[:50])


@transaction.atomic
def _forget(row: Any, actor: Any, old: datetime, verb: str) -> int:
    gone = [one for one in (row.file, row.errors if row.created_at < old else None) if one is not None and one.path]
    for one in gone:
        files.forget(one)
        ledger.record(verb, row, actor, file=one.name, sha256=one.sha256)
    return len(gone)
