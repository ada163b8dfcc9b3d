"""Tables out of the house: XLSX and CSV whose cells are never formulas, with a data dictionary and the row count."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

MIME_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """One column of a table that leaves the house: heading, meaning (for the dictionary), unit."""

    name: str
    label: Any
    meaning: Any = ""
    unit: Any = ""


def plain(value: Any) -> Any:
    """What a cell holds: text, a number, or an aware time in the bureau's zone as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return value
    return str(value)


def safe_text(value: Any) -> str:
    """For CSV: a text that a spreadsheet would read as a formula gets an apostrophe in front."""
    text = str(plain(value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return text
    return f"'{text}" if text.lstrip(" \u3000").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


def to_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte-order mark, so that the usual spreadsheet opens Chinese right."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([str(column.label) for column in columns])
    for row in rows:
        writer.writerow([safe_text(value) for value in row])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def to_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, title: str, source: str = "") -> bytes:
    """One sheet with the rows (frozen heading), one with the dictionary, the row count and the sums.

    Texts are written as strings, never as formulas or links; long numbers of people and units stay text.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {
        "in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    })
    head = book.add_format({"bold": True, "bg_color": "#eaf2fb", "border": 1, "border_color": "#d3d9e2",
                            "valign": "vcenter"})
    money = book.add_format({"num_format": "#,##0.00####"})
    sheet = book.add_worksheet(_("Data"))
    sums: list[Decimal | None] = [None] * len(columns)
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), head)
    count = 0
    for row in rows:
        count += 1
        for index, value in enumerate(row):
            cell = plain(value)
            if isinstance(cell, Decimal):
                sheet.write_number(count, index, float(cell), money)  # the file format knows no decimals
                sums[index] = (sums[index] or Decimal(0)) + cell
            elif isinstance(cell, int):
                sheet.write_number(count, index, cell)
            else:
                sheet.write_string(count, index, cell[:32767])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(count, 1), max(len(columns) - 1, 0))
    sheet.set_column(0, max(len(columns) - 1, 0), 18)
    _dictionary(book, columns, sums, head, count, title, source)
    book.close()
    return buffer.getvalue()


def faults(headings: Sequence[str], lines: Iterable[Any], problems: Iterable[Mapping[str, Any]], *, heading: Any, title: str, source: str) -> bytes:
    """The lines of a table from outside that have a fault, as they came (`core.books.Line`), each with what it is: to be mended and sent
    again. `problems` are {row: number of the line, column: its heading or nothing, text}."""
    by_line: dict[int, list[str]] = {}
    for one in problems:
        by_line.setdefault(one["row"], []).append(f"{one['column']}：{one['text']}" if one["column"] else one["text"])
    columns = [*(Column(f"c{place}", text) for place, text in enumerate(headings)), Column("problems", heading)]
    rows = [[*(line.cells[text] for text in headings), "；".join(by_line[line.number])] for line in lines if line.number in by_line]
    return to_xlsx(columns, rows, title=title, source=source)


def _dictionary(book: Any, columns: Sequence[Column], sums: list[Decimal | None], head: Any, count: int, title: str,
                source: str) -> None:
    sheet = book.add_worksheet(_("Data dictionary"))
    for row, (name, value) in enumerate(((_("Table"), title), (_("Rows"), str(count)), (_("Source"), source))):
        sheet.write_string(row, 0, name, head)
        sheet.write_string(row, 1, value)
    for index, label in enumerate((_("Column"), _("Heading"), _("Meaning"), _("Unit of measure"), _("Sum"))):
        sheet.write_string(4, index, label, head)
    for index, column in enumerate(columns):
        total = sums[index]
        values = (column.name, str(column.label), str(column.meaning), str(column.unit),
                  "" if total is None else str(total))
        for place, value in enumerate(values):
            sheet.write_string(5 + index, place, value)
    sheet.set_column(0, 4, 24)
