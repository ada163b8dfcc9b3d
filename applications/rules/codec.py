"""Answers travel flat, one name per box on the page, and rest structured: a cell of a table or group is "field.row.column".

Drafts keep what was typed, as it was typed; cleaning is a reading of the draft and never changes it. So an empty row
stays where it is until the page is saved as a whole, and a cell saved by another tab lands in the right row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.typed import (
    text,
    whole,
)
from programs.engine.forms import (
    HARD_ROWS,
    HARD_TEXT_LIMIT,
    ROW_KINDS,
    Field,
    Section,
)

SPARE_ROWS = 2  # empty rows a page offers below the filled ones


def flat(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """Structured answers of a section -> one value per name."""
    found: dict[str, Any] = {}
    for item in section.fields:
        value = values.get(item.code)
        if item.kind not in ROW_KINDS:
            if value is not None:
                found[item.code] = value
            continue
        for index, row in enumerate(value or ()):
            for column, cell in row.items():
                found[f"{item.code}.{index}.{column}"] = cell
    return found


def _target(section: Section, name: str) -> tuple[Field, int, str] | None:
    """Which field, row and column a name means; None for a name the form does not have."""
    item = section.field(name)
    if item is not None and item.kind not in ROW_KINDS:
        return item, -1, ""
    parts = name.rsplit(".", 2)
    if len(parts) != 3 or (row := whole(parts[1])) is None or row >= HARD_ROWS:
        return None
    item = section.field(parts[0])
    if item is None or item.kind not in ROW_KINDS or all(column.code != parts[2] for column in item.columns):
        return None
    return item, row, parts[2]


def ticked(value: Any) -> bool:
    """Whether a box counts as ticked, however it was sent."""
    return value in (True, "true", "on", "True")


def known_names(section: Section, names: Any) -> tuple[list[str], list[str]]:
    """(names of the form, names it does not have)."""
    mine, foreign = [], []
    for name in names:
        (mine if _target(section, name) else foreign).append(name)
    return mine, foreign


def _typed(item: Field, value: Any) -> Any:
    """As typed, within the hard limits; lists only where the field takes several answers."""
    if item.kind == "multi":
        items = value if isinstance(value, (list, tuple)) else [value]
        return [one[:200] for one in map(text, items) if one.strip()][:HARD_ROWS]
    if isinstance(value, (list, tuple)):
        value = value[-1] if value else ""
    if isinstance(value, bool):
        return value
    return text(value)[:HARD_TEXT_LIMIT]


def typed(section: Section, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Values of known names brought to the shape in which they rest."""
    found = {}
    for name, value in sent.items():
        target = _target(section, name)
        if target:
            item, _row, column = target
            cell = next((c for c in item.columns if c.code == column), item)
            found[name] = _typed(cell, value)
    return found


def apply(section: Section, values: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """The section's answers with some names written."""
    result = {key: ([dict(row) for row in value] if _is_rows(value) else value) for key, value in values.items()}
    for name, value in written.items():
        target = _target(section, name)
        if target is None:
            continue
        item, row, column = target
        if row < 0:
            result[item.code] = value
            continue
        rows = result.setdefault(item.code, [])
        while len(rows) <= row:
            rows.append({})
        rows[row][column] = value
    return result


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)


def without_empty_rows(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """Close the gaps of tables; done when a page is saved as a whole."""
    result = dict(values)
    for item in section.fields:
        if item.kind in ROW_KINDS and item.code in result:
            rows = [row for row in result[item.code] if any(cell not in ("", None, [], False) for cell in row.values())]
            result[item.code] = rows
    return result


def moved_names(section: Section, before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Names that mean another value once the gaps are closed: whoever still has the page of before must not write by them."""
    old, new = flat(section, before), flat(section, after)
    return {name for name in {*old, *new} if old.get(name, "") != new.get(name, "")}


def _rows_from(section: Section, item: Field, post: Any) -> dict[str, Any]:
    """The cells of a table or group; in a line that was sent, a box that was not ticked is empty."""
    found: dict[str, Any] = {}
    for name in post:
        target = _target(section, name) if name.startswith(f"{item.code}.") else None
        if target is None:
            continue
        for column in item.columns:
            cell = f"{item.code}.{target[1]}.{column.code}"
            if column.kind == "multi":
                found[cell] = [value for value in post.getlist(cell) if value]
            elif cell in post or column.kind in ("radio", "bool"):
                found[cell] = post.get(cell, "")
    return found


def sent_from(section: Section, post: Any) -> dict[str, Any]:
    """What a whole page posted (a QueryDict). A box that was not ticked is not sent by browsers: it means empty."""
    found: dict[str, Any] = {}
    for item in section.fields:
        if item.kind in ROW_KINDS:
            found.update(_rows_from(section, item, post))
        elif item.kind == "multi":
            found[item.code] = [value for value in post.getlist(item.code) if value]
        elif item.code in post or item.kind in ("radio", "bool"):
            found[item.code] = post.get(item.code, "")
    return typed(section, found)
