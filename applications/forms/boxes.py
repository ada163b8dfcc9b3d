"""What a page shows for the fields of a guide's form: one Box per field, with its answer, hint and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from applications import rules
from programs.engine.forms import (
    Choice,
    Field,
    Section,
    is_untouched,
    is_visible,
    row_errors,
)

SHORT = ("number", "money", "date", "select")
LONG_TEXT_ROWS = ((1500, 9), (600, 6), (0, 4))
MANY_CHOICES = 12
WIDE = 5
TICKED = (True, "true", "on", "True")


@dataclass
class Cell:
    name: str
    id: str
    kind: str
    label: str
    value: Any
    choices: tuple[Choice, ...] = ()
    limit: int | None = None
    head: str = ""
    errors: Sequence[str] = ()

    @property
    def ticked(self) -> bool:
        return self.value in TICKED


@dataclass
class Box:
    """One field on the page. `id` is the anchor the error list links to."""

    code: str
    id: str
    kind: str
    label: str
    help: str
    why: str
    unit: str
    required: bool
    value: Any
    choices: tuple[Choice, ...] = ()
    errors: Sequence[str] = ()
    limit: int | None = None
    rows: int = 4
    locked: str = ""  # why this person does not answer it
    columns: list[str] = field(default_factory=list)
    lines: list[list[Cell]] = field(default_factory=list)
    blocks: list[list[Box]] = field(default_factory=list)  # a group: the fields of each time it is filled in

    @property
    def described(self) -> str:
        ids = []
        if self.errors:
            ids.append(f"e-{self.id}")
        if self.help:
            ids.append(f"h-{self.id}")
        if self.limit and self.kind == "textarea":
            ids.append(f"c-{self.id}")
        return " ".join(ids)

    @property
    def is_many(self) -> bool:
        return len(self.choices) > MANY_CHOICES

    @property
    def is_wide(self) -> bool:
        """More columns than fit beside each other: every row becomes a block of its own."""
        return len(self.columns) >= WIDE

    @property
    def picked(self) -> list[str]:
        return [str(one) for one in self.value] if isinstance(self.value, list) else []

    @property
    def ticked(self) -> bool:
        return self.value in TICKED


def boxes_of(section: Section, answers: Mapping[str, Any], errors: Mapping[str, Sequence[str]] | None = None,
             all_answers: Mapping[str, Any] | None = None, final: bool = True) -> list[Box]:
    """Fields that are asked now, in order. Of a draft (not `final`) the rows, too, are told only what is wrong and not what is
    missing."""
    known = {**(all_answers or {}), section.code: answers}
    return [
        _box(item, answers.get(item.code), (errors or {}).get(item.code, ()), final=final)
        for item in section.fields
        if is_visible(item, section.code, known)
    ]


def shown_boxes(section: Section) -> list[Box]:
    """Every field without an answer, for a look at the form; one that a rule hides says when it is shown."""
    found = []
    for item in section.fields:
        box = _box(item, None, (), f"{section.code}-{item.code}")
        hidden = _("(shown only under a condition)")
        found.append(replace(box, help=f"{box.help} {hidden}".strip()) if item.visible_if else box)
    return found


def _box(item: Field, value: Any, errors: Sequence[str], name: str = "", final: bool = True) -> Box:
    limit, name = item.max_length, name or item.code
    box = Box(
        code=name, id="f-" + name.replace(".", "-"), kind=item.kind, label=item.label, help=item.help, why=item.why,
        unit=item.unit.strip(), required=item.required, value="" if value is None else value, choices=item.choices,
        errors=errors, limit=limit,
        rows=next(rows for least, rows in LONG_TEXT_ROWS if (limit or 0) >= least),
    )
    if item.kind == "table":
        box.columns = [f"{column.label} ({column.unit.strip()})" if column.unit.strip() else column.label for column in item.columns]
        box.lines, box.errors = _lines(item, value, errors, final)
    if item.kind == "group":
        box.blocks, box.errors = _blocks(item, value, errors, final)
    return box


def _blocks(item: Field, value: Any, errors: Sequence[str], final: bool) -> tuple[list[list[Box]], Sequence[str]]:
    """A group as often as it is filled in and once more. When errors are shown, each stands at its own field; what is
    left are those of the group as a whole (too few, too many)."""
    filled = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    most = int(item.data.get("max_rows") or 200)
    count = max(min(len(filled) + 1, most), int(item.data.get("min_rows") or 1), len(filled))
    blocks, shown = [], []
    for index in range(count):
        row = filled[index] if index < len(filled) else {}
        wrong = row_errors(item, row, final)[1] if errors and index < len(filled) else {}
        blocks.append([
            _box(column, row.get(column.code), wrong.get(column.code, ()), f"{item.code}.{index}.{column.code}")
            for column in item.columns
        ])
        shown.extend(text for texts in wrong.values() for text in texts)
    own = [text for text in errors if not any(text.endswith(one) for one in shown)] if shown else list(errors)
    return blocks, own


def _lines(item: Field, value: Any, errors: Sequence[str], final: bool) -> tuple[list[list[Cell]], Sequence[str]]:
    """The rows of a table; as in a group each error stands at its own cell, and what is left are those of the table."""
    filled = value if isinstance(value, list) else []
    most = int(item.data.get("max_rows") or 200)
    count = max(len(filled) + rules.SPARE_ROWS, int(item.data.get("lines") or item.data.get("min_rows") or 1))
    lines, shown = [], []
    for index in range(max(min(count, most), len(filled))):
        row = filled[index] if index < len(filled) else {}
        wrong = row_errors(item, row, final)[1] if errors and index < len(filled) and not is_untouched(row) else {}
        shown.extend(text for texts in wrong.values() for text in texts)
        lines.append([
            Cell(f"{item.code}.{index}.{column.code}", f"f-{item.code}-{index}-{column.code}", column.kind,
                 f"{column.label} {index + 1}", row.get(column.code, ""), column.choices, column.max_length, column.label,
                 wrong.get(column.code, ()))
            for column in item.columns
        ])
    return lines, [text for text in errors if not any(text.endswith(one) for one in shown)]


def paired(boxes: Sequence[Box]) -> list[list[Box]]:
    """Two short fields side by side, everything else on a line of its own."""
    found: list[list[Box]] = []
    for box in boxes:
        short = box.kind in SHORT
        if short and found and len(found[-1]) == 1 and found[-1][0].kind in SHORT:
            found[-1].append(box)
        else:
            found.append([box])
    return found


def error_list(boxes: Sequence[Box]) -> list[dict[str, str]]:
    """For the error summary: one line per problem, each leads to its field."""
    found = []
    for box in boxes:
        found += [{"text": text, "id": box.id} for text in box.errors]
        for number, block in enumerate(box.blocks, 1):
            found += [{"text": _("%(label)s, no. %(row)d: %(text)s") % {"label": box.label, "row": number, "text": text}, "id": one.id}
                      for one in block for text in one.errors]
        for number, line in enumerate(box.lines, 1):
            found += [{"text": _("%(label)s, row %(row)d: %(text)s") % {"label": box.label, "row": number, "text": text}, "id": cell.id}
                      for cell in line for text in cell.errors]
    return found
