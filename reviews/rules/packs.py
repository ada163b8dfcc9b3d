"""The offline form of an expert: one line for each application, whose check value says whose it is. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Headings of the form, which is Chinese as every paper of the house; codes of criteria stand behind them.
REF, TITLE, COMMENT, RECOMMENDATION, CHECK = "申请编号", "项目名称", "评语", "推荐意见", "校验码（请勿改动）"
YES, NO = "是", "否"
TRUE = {"是", "yes", "y", "true", "1", "√", "✓", "有"}
FALSE = {"否", "no", "n", "false", "0", "无", "×", ""}


@dataclass(frozen=True)
class Column:
    """What a heading of the form stands for."""

    heading: str
    kind: str  # points, note, knockout, comment, recommendation
    code: str = ""


@dataclass
class Row:
    """A line of an uploaded form beside what stands on the server."""

    number: int
    ref: str
    title: str = ""
    uid: str = ""
    rev: int = 0
    given: dict[str, Any] = field(default_factory=dict)
    cells: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""

    @property
    def wrong(self) -> bool:
        return bool(self.problem) or any(cell["wrong"] for cell in self.cells)

    @property
    def changed(self) -> bool:
        return any(cell["before"] != cell["now"] for cell in self.cells)

    @property
    def taken(self) -> bool:
        return not self.wrong and self.changed


def columns_of(sheet: Mapping[str, Any]) -> list[Column]:
    """The writable columns in the order of the form; headings never stand twice, because each ends with its code."""
    criteria = []
    for one in sheet["criteria"]:
        criteria.append(Column(f"{one['name']}（0–{one['weight']}）[{one['code']}]", "points", one["code"]))
        if one.get("comment_min") or one.get("reason_min"):
            criteria.append(Column(f"{one['name']} 说明 [{one['code']} 说明]", "note", one["code"]))
    knockouts = [Column(f"{one['text'][:60]} 是/否 [{one['code']}]", "knockout", one["code"]) for one in sheet.get("knockouts") or ()]
    return [*criteria, *knockouts, Column(RECOMMENDATION, "recommendation"), Column(COMMENT, "comment")]


def headings_of(sheet: Mapping[str, Any]) -> list[str]:
    return [REF, TITLE, *(column.heading for column in columns_of(sheet)), CHECK]


def knockout(text: str) -> bool | None:
    """是 or 否 in the ways people write them; None for neither."""
    word = text.strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def cells_of(given: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, str]:
    """heading -> text of a cell, from a sheet as drafts are kept."""
    values, knocked, notes = given.get("values") or {}, given.get("knockouts") or (), given.get("notes") or {}
    found = {}
    for column in columns:
        if column.kind == "points":
            found[column.heading] = str(values.get(column.code, ""))
        elif column.kind == "note":
            found[column.heading] = str(notes.get(column.code, ""))
        elif column.kind == "knockout":
            found[column.heading] = YES if column.code in knocked else NO
        else:
            found[column.heading] = str(given.get(column.kind, "") or "")
    return found


def given_of(cells: Mapping[str, str], columns: Sequence[Column]) -> dict[str, Any]:
    """A sheet from the cells of a line."""
    return {
        "values": {c.code: cells.get(c.heading, "") for c in columns if c.kind == "points"},
        "notes": {c.code: cells.get(c.heading, "") for c in columns if c.kind == "note"},
        "knockouts": [c.code for c in columns if c.kind == "knockout" and knockout(cells.get(c.heading, ""))],
        "recommendation": cells.get(RECOMMENDATION, "").strip().upper()[:1], "comment": cells.get(COMMENT, ""),
    }
