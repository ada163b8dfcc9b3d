"""An uploaded table of a tree version: opened with care, read cell by cell, every problem named with sheet, row and column.

The file comes from outside: its size, what it unpacks to, its sheets, rows and columns are limited before anything is
read, entities are refused, and formulas are refused instead of being guessed from their last value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from core import books, parameters
from core.files import BadFile
from core.workflow import Refused
from programs import queries, states
from programs.forms.versions import MappingRowForm, PlanForm, SpecialForm
from programs.models import PlanTree, Special
from programs.queries.workbook import CHOICES, SHEETS

MOST_CELL = 5000
WIDEST = 40


@dataclass
class Row:
    """A line of a sheet as it came and what is wrong with it; `cells` names the wrong columns."""

    number: int
    raw: list[Any]
    problems: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


@dataclass
class Table:
    """What a file says: the rows of the stored table when they are right, and the lines with their problems."""

    wanted: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {what: {} for what in SHEETS})
    lines: dict[str, list[Row]] = field(default_factory=lambda: {what: [] for what in SHEETS})

    @property
    def problems(self) -> list[dict[str, Any]]:
        return [
            {"sheet": str(SHEETS[what][0]), "row": row.number, "columns": "、".join(row.columns), "text": text}
            for what, rows in self.lines.items() for row in rows for text in row.problems
        ]

    def sound(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The wanted table for an action; a table with a wrong cell is refused as a whole."""
        if problems := self.problems:
            raise Refused([_("%(sheet)s, row %(row)d: %(text)s") % problem for problem in problems[:20]])
        return self.wanted

    def errors_file(self) -> bytes:
        return queries.error_workbook({what: [(row.raw, row.problems) for row in rows] for what, rows in self.lines.items()})


def read_table(stream: BinaryIO, size: int, tree: PlanTree) -> Table:
    """The whole way from bytes to clean rows. Raises ValidationError for a file that is not opened at all."""
    _look_inside(stream, size)
    stream.seek(0)
    try:
        import openpyxl  # noqa: PLC0415 (brings numpy, which a web process need not hold)

        book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # noqa: BLE001 (a broken file raises anything; the person gets one clear sentence)
        raise ValidationError(_("The file cannot be read as a workbook. Download the table again and change that.")) from error
    try:
        sheets = {what: _sheet(book, what) for what in SHEETS}
        lines = {what: _lines(sheet, what) for what, sheet in sheets.items()}
    except ValidationError:
        raise
    except Exception as error:  # noqa: BLE001 (the same: the parts are only read here)
        raise ValidationError(_("The file cannot be read as a workbook. Download the table again and change that.")) from error
    finally:
        book.close()
    return _checked(lines, tree)


def _look_inside(stream: BinaryIO, size: int) -> None:
    try:
        books.refuse_hostile(stream, size, most_mb=int(parameters.value("tree.table_mb", default=5)))
    except BadFile as error:
        raise ValidationError(str(error)) from error


def _both(label: Any) -> set[str]:
    """A heading or a tab in both languages."""
    found = set()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.add(str(label).strip().lower())
    return found


def _sheet(book: Any, what: str) -> Any:
    names = _both(SHEETS[what][0])
    found = next((name for name in book.sheetnames if name.strip().lower() in names), None)
    if found is None:
        raise ValidationError(_("The sheet “%(name)s” is missing.") % {"name": SHEETS[what][0]})
    return book[found]


def _lines(sheet: Any, what: str) -> list[tuple[int, dict[str, Any], Row]]:
    """(row number, {field: text}, row) of every line that is not empty. Formulas are marked as wrong."""
    most = int(parameters.value("tree.table_rows", default=1000))
    rows = sheet.iter_rows(max_col=WIDEST)
    columns = _headings(next(rows, ()), what)
    found = []
    for number, cells in enumerate(rows, 2):
        values = [_text(cell) for cell in cells]
        if not any(values):
            if number > 20 * most:
                break
            continue
        if len(found) >= most:
            raise ValidationError(_("The sheet “%(name)s” has more than %(most)d rows.") % {"name": SHEETS[what][0], "most": most})
        row = Row(number, [values[place] if place < len(values) else "" for _name, place in columns])
        for (_name, place), label in zip(columns, SHEETS[what][1], strict=True):
            cell = cells[place] if place < len(cells) else None
            if getattr(cell, "data_type", "") == "f" or str(getattr(cell, "value", "") or "").startswith("="):
                _wrong(row, str(label[1]), _("formulas are not read; put in the value itself"))
            elif len(values[place] if place < len(values) else "") > MOST_CELL:
                _wrong(row, str(label[1]), _("the text is too long"))
        found.append((number, dict(zip((name for name, _p in columns), row.raw, strict=True)), row))
    return found


def _headings(cells: Sequence[Any], what: str) -> list[tuple[str, int]]:
    """Where each column stands; columns may change places, none may be missing."""
    known = {_text(cell).lower(): place for place, cell in enumerate(cells) if _text(cell)}
    found, missing = [], []
    for name, label in SHEETS[what][1]:
        place = next((known[text] for text in _both(label) if text in known), None)
        if place is None:
            missing.append(str(label))
        else:
            found.append((name, place))
    if missing:
        raise ValidationError(_("The sheet “%(name)s” has no column %(columns)s.") % {"name": SHEETS[what][0], "columns": "、".join(missing)})
    return found


def _text(cell: Any) -> str:
    value = getattr(cell, "value", cell)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\x00", "").strip()


def _wrong(row: Row, column: str, text: str) -> None:
    row.problems.append(f"{column}：{text}")
    row.columns.append(column)


# --- rows ---------------------------------------------------------------------------------------------------------


def _checked(lines: Mapping[str, list[tuple[int, dict[str, Any], Row]]], tree: PlanTree) -> Table:
    table = Table()
    for what, found in lines.items():
        table.lines[what] = [row for _number, _values, row in found]
    for _number, values, row in lines["PLAN"]:
        _read(table, "PLAN", PlanForm(_words(values, row)), row)
    plans = [(code, code) for code in table.wanted["PLAN"]]
    for _number, values, row in lines["SPECIAL"]:
        _read(table, "SPECIAL", SpecialForm(_words(values, row), plans=plans), row)
    olds = {
        (tree_code, code): name for tree_code, code, name in Special.objects.filter(
            tree__status__in=states.OFFICIAL_TREES, tree__effective_from__lt=tree.effective_from,
        ).values_list("tree__code", "code", "name")
    }
    for _number, values, row in lines["MAPPING"]:
        _read(table, "MAPPING", MappingRowForm(values, specials=table.wanted["SPECIAL"], olds=olds), row)
    return table


def _words(values: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """Codes for the words of the cells that are chosen from a list; an unknown word is left as it is and refused."""
    found = dict(values)
    for name, enum in CHOICES.items():
        if name not in found:
            continue
        many = name.endswith("_modes")
        codes = [code for part in re.split(r"[、;；]", found[name]) for code in _codes(enum, part)] if many else [_code(enum, found[name])]
        found[name] = codes if many else codes[0]
    return found


def _codes(enum: Any, text: str) -> list[str]:
    """One word, or several parted by commas; a word of the list may hold a comma itself."""
    whole = _code(enum, text)
    parts = [text] if whole in enum.values else re.split(r"[,，]", text)
    return [_code(enum, part) for part in parts if part.strip()]


def _code(enum: Any, word: str) -> str:
    text = word.strip()
    for one in enum:
        if text.lower() in _both(one.label) or text.upper() == str(one.value).upper():
            return str(one.value)
    return text


def _read(table: Table, what: str, form: forms.Form, row: Row) -> None:
    """A line into the wanted table, or its problems beside it."""
    labels = dict(SHEETS[what][1])
    if not form.is_valid():
        for name, errors in form.errors.items():
            for error in errors:
                _wrong(row, str(labels.get(name, name)), str(error))
    values = form.cleaned_data
    key = queries.mapping_key(values) if what == "MAPPING" and {"old_tree", "old"} <= set(values) else values.get("code")
    if not key:
        return
    if key in table.wanted[what]:
        _wrong(row, str(labels.get("code", labels.get("old"))), _("“%(key)s” stands twice in the sheet") % {"key": key})
    clean = {name: value for name, value in values.items() if name != "code"}
    if not row.problems:
        table.wanted[what][key] = clean
    else:  # the code counts as known, so that one wrong cell does not make all lines that name it wrong
        table.wanted[what].setdefault(key, {**_unread(what, row), **clean})


def _unread(what: str, row: Row) -> dict[str, Any]:
    """What the preview shows of a line with a wrong cell: the text as it came, nothing where only words of a list may stand."""
    return {name: [] if name.endswith("_modes") else "" if name in CHOICES else raw
            for (name, _label), raw in zip(SHEETS[what][1], row.raw, strict=True) if name != "code"}


def checked_rows(given: Mapping[str, Any], tree: PlanTree) -> Table:
    """The same checks over a table that a machine sends: {PLAN|SPECIAL|MAPPING: {key: row}}; a row of another shape is a
    problem of that row."""
    lines: dict[str, list[tuple[int, dict[str, Any], Row]]] = {what: [] for what in SHEETS}
    for what in SHEETS:
        rows = given.get(what, {})
        for number, (key, row) in enumerate(rows.items() if isinstance(rows, Mapping) else (), 1):
            values = {name: _plain(row, name, key) for name, _label in SHEETS[what][1]}
            lines[what].append((number, values, Row(number, list(values.values()))))
    return _checked(lines, tree)


def _plain(row: Any, name: str, key: Any) -> str:
    if name == "code":
        return str(key)
    value = row.get(name, "") if isinstance(row, Mapping) else ""
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value if value is not None else "")
