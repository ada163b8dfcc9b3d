"""A version of the tree as a workbook: plans, specials, mapping; what is downloaded can be changed and given back."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import states
from programs.models import PlanTree
from programs.queries.versions import stored_table

#: Sheet -> (name of the tab, columns as (field, heading)). The headings of both languages are read back.
SHEETS: dict[str, tuple[Any, tuple[tuple[str, Any], ...]]] = {
    "PLAN": (gettext_lazy("Plans of the version"), (
        ("code", gettext_lazy("Code")), ("name", gettext_lazy("Name in Chinese")), ("name_en", gettext_lazy("Name in English")),
        ("budget_scheme", gettext_lazy("Budget")), ("order", gettext_lazy("Place in the list")), ("source", gettext_lazy("Source")),
    )),
    "SPECIAL": (gettext_lazy("Specials of the version"), (
        ("code", gettext_lazy("Code")), ("plan", gettext_lazy("Code of its plan")), ("name", gettext_lazy("Name in Chinese")),
        ("name_en", gettext_lazy("Name in English")), ("prefix", gettext_lazy("Number prefix")),
        ("funding_modes", gettext_lazy("Ways of funding")), ("review_modes", gettext_lazy("Ways of review")),
        ("budget_scheme", gettext_lazy("Budget")), ("amount_note", gettext_lazy("Words on the amount")),
        ("amount_note_en", gettext_lazy("Words on the amount, in English")), ("division", gettext_lazy("Division")),
        ("order", gettext_lazy("Place in the list")), ("note", gettext_lazy("Note")), ("note_en", gettext_lazy("Note in English")),
        ("source", gettext_lazy("Source")), ("confidence", gettext_lazy("How well it is known")),
    )),
    "MAPPING": (gettext_lazy("Mapping of old classes"), (
        ("old_tree", gettext_lazy("Old version")), ("old", gettext_lazy("Old class")), ("new", gettext_lazy("New special")),
        ("share", gettext_lazy("Share")), ("note", gettext_lazy("Note")),
    )),
}
CHOICES = {
    "budget_scheme": states.BudgetScheme, "funding_modes": states.FundingMode, "review_modes": states.ReviewMode,
    "confidence": states.Confidence,
}
PROBLEM = gettext_lazy("What is wrong")


def shown(field: str, value: Any) -> Any:
    """A stored value as the cell has it: words for codes, parted by 、."""
    if field in ("funding_modes", "review_modes"):
        return "、".join(str(CHOICES[field](code).label) for code in value)
    if field in CHOICES:
        return str(CHOICES[field](value).label) if value else ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value


def tree_workbook(tree: PlanTree) -> bytes:
    """Three sheets as `SHEETS` has them. Texts are texts: no cell is a formula or a link."""
    stored = stored_table(tree)
    rows = {
        what: [[shown(field, key if field == "code" else row[field]) for field, _label in SHEETS[what][1]]
               for key, row in stored[what].items()]
        for what in SHEETS
    }
    return _book(rows)


def error_workbook(rows: Mapping[str, Iterable[tuple[Sequence[Any], Sequence[str]]]]) -> bytes:
    """The uploaded rows as they came, with a last column that says what is wrong with each."""
    return _book({what: [[*cells, "；".join(problems)] for cells, problems in found] for what, found in rows.items()}, with_problems=True)


def _book(rows: Mapping[str, Sequence[Sequence[Any]]], *, with_problems: bool = False) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                        "strings_to_numbers": False})
    head = book.add_format({"bold": True, "bg_color": "#eaf2fb", "border": 1, "border_color": "#d3d9e2"})
    wrong = book.add_format({"font_color": "#b3261e", "text_wrap": True})
    for what, (tab, columns) in SHEETS.items():
        sheet = book.add_worksheet(str(tab))
        headings = [str(label) for _field, label in columns] + ([str(PROBLEM)] if with_problems else [])
        for index, label in enumerate(headings):
            sheet.write_string(0, index, label, head)
        for number, row in enumerate(rows.get(what, ()), 1):
            for index, value in enumerate(row):
                if isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(number, index, value)
                else:
                    sheet.write_string(number, index, str(value or "")[:32767], wrong if index >= len(columns) else None)
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(headings) - 1, 20)
    help_sheet = book.add_worksheet(_("Allowed words"))
    for index, (_field, enum) in enumerate(CHOICES.items()):
        for number, label in enumerate(enum.labels):
            help_sheet.write_string(number, index, str(label))
    help_sheet.set_column(0, len(CHOICES) - 1, 24)
    book.close()
    return buffer.getvalue()
