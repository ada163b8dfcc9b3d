"""A page of the guide editor: one form of single values, lists of lines, or both; what they give goes into the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs import queries
from programs.engine import modes
from programs.forms import parts, rows
from programs.forms.base import show_theirs
from programs.forms.parts import PartForm
from programs.forms.rows import RowForm
from programs.forms.tags import TagsForm

SPARE_LINES, MOST_LINES, MOST_FILLED = 2, 200, 5


@dataclass(frozen=True)
class Lines:
    """A list inside the data: where it lies, and the form of one line. `spare` empty lines wait below it."""

    form: type[RowForm]
    path: tuple[str, ...]
    title: Any = ""
    prefix: str = "form"
    hint: Any = ""


@dataclass(frozen=True)
class Page:
    form: type[PartForm] | None = None
    lines: tuple[Lines, ...] = ()
    lead: Any = ""


PAGES: dict[str, Page] = {
    "header": Page(parts.HeaderForm),
    "contacts": Page(lines=(Lines(rows.ContactRow, ("contacts",)),)),
    "support": Page(parts.SupportForm),
    "tags": Page(TagsForm),
    "mode": Page(parts.ModeForm),
    "money": Page(parts.MoneyForm),
    "topics": Page(lines=(Lines(rows.TopicRow, ("topics",)),)),
    "payment_plan": Page(lines=(Lines(rows.PaymentRow, ("payment_plan",)),), lead=_("The shares add up to 100 %. Without a contract there is one single payment.")),
    "contract": Page(parts.ContractForm),
    "applicants": Page(parts.ApplicantsForm),
    "limits": Page(lines=(Lines(rows.LimitRow, ("limits",)),), lead=_(
        "How many applications and projects one person or unit may be in. Counted at hand-in, at submission and again before the award.")),
    "documents": Page(lines=(Lines(rows.DocumentRow, ("documents",)),), lead=_("What an applicant uploads, each with its blank form.")),
    "annexes": Page(lines=(Lines(rows.AnnexRow, ("annexes",)),), lead=_("Papers that come with the guide; the public can download those with a file.")),
    "ethics": Page(parts.EthicsForm),
    "budget": Page(parts.BudgetForm, (Lines(rows.HeadingRow, ("budget", "headings"), _("Budget headings")),)),
    "targets": Page(parts.TargetsForm, (Lines(rows.TargetKindRow, ("targets", "kinds"), _("Kinds of targets")),)),
    "formality_items": Page(lines=(Lines(rows.CheckRow, ("formality_items",)),), lead=_("What the formality check looks at, point by point.")),
    "review": Page(parts.ReviewForm),
    "criteria": Page(parts.SheetForm, (
        Lines(rows.CriterionRow, ("score_sheet", "criteria"), _("Criteria"), hint=_("The points of all criteria add up to 100.")),
        Lines(rows.KnockoutRow, ("score_sheet", "knockouts"), _("Knock-out questions"), "knockouts"),
    )),
}


class EditPage:
    """What a request shows or sends for one part. `is_valid`, then `parts` for the action; errors stand in the forms.

    A ready-made content is filled in without a save: its code then travels with the page as `filled`, because the lines of the
    page are found again by their place, those of the content first. `begun` is the content this person began from, where
    another stands by now: the lines that were sent are of it.
    """

    def __init__(self, code: str, data: Mapping[str, Any], post: Any = None, files: Any = None,
                 filled: Sequence[str] = (), begun: Mapping[str, Any] | None = None) -> None:
        self.page, self.data, self.code = PAGES[code], _with_annexes(code, data), code
        self.filled = [name for name in filled if name in dict(templates_for(code))][:MOST_FILLED]
        self.shown = with_templates(code, self.page, self.data, self.filled)
        self.begun = self.shown if begun is None else with_templates(code, self.page, _with_annexes(code, begun), self.filled)
        self.form = self.page.form(post, files, guide=data, initial=self.page.form.load(self.shown)) if self.page.form else None
        self.sets = [(lines, _set(lines, [lines.form.initial_of(row) for row in list_at(self.begun, lines.path)], post, files))
                     for lines in self.page.lines]

    def fill(self, name: str) -> bool:
        """Put a ready-made content into the page as it was typed: the values it gives take their places, its lines come first,
        and the lines that were there stay below, ticked to be taken out. False when there is no such content, or no room."""
        if name not in dict(templates_for(self.code)) or len(self.filled) >= MOST_FILLED:
            return False
        ready, sets = template_of(self.code, name), []
        for lines, sheet in self.sets:
            first = [lines.form.initial_of(row) for row in list_at(ready, lines.path)]
            rows = first + [_moved(row, len(first)) for row in typed_rows(sheet)]
            if len(rows) > MOST_LINES:
                return False
            sets.append((lines, _set(lines, rows)))
        if self.form is not None:
            given = {key: value for key, value in self.page.form.load(ready).items() if value not in (None, "", [])}
            self.form = self.page.form(guide=self.data, initial={**typed_values(self.form), **given})
        self.filled, self.sets = [name, *self.filled], sets
        return True

    @property
    def sheets(self) -> list[Any]:
        return [one for _lines, one in self.sets]

    @property
    def forms(self) -> list[Any]:
        """All forms of the page: the single values, then every line."""
        return [*([self.form] if self.form is not None else []), *(form for sheet in self.sheets for form in sheet)]

    @property
    def is_multipart(self) -> bool:
        return any(one.is_multipart() for one in (self.form, *self.sheets) if one is not None)

    def is_valid(self) -> bool:
        found = [one.is_valid() for one in (self.form, *self.sheets) if one is not None]
        return all(found)

    def parts(self) -> dict[str, Any]:
        found = self.form.parts(self.shown) if self.form else {}
        for lines, sheet in self.sets:
            old = list_at(self.begun, lines.path)
            kept = [form for form in sheet.ordered_forms if form.cleaned_data]
            places = {form: number for number, form in enumerate(sheet.forms)}
            new = [form.row(old[places[form]] if places[form] < min(len(old), sheet.initial_form_count()) else {}) for form in kept]
            top = lines.path[0]
            if top == "annexes":  # versions of before had bare names in the header
                found["header"] = {key: value for key, value in (self.data.get("header") or {}).items() if not key.startswith("annexes")}
            found[top] = new if len(lines.path) == 1 else {**(found.get(top) or self.shown.get(top) or {}), lines.path[1]: new}
        return found

    def refuse(self, reasons: list[str]) -> None:
        """What the action refused, above the form; nothing that was typed is lost."""
        for reason in reasons:
            if self.form is not None:
                self.form.add_error(None, reason)
            else:
                self.sheets[0].non_form_errors().append(reason)

    def compare(self, before: Mapping[str, Any], who: str) -> None:
        """Beside the fields that somebody else changed meanwhile: what that person saved (`before` is what both began from).
        Lines are compared by their codes; those that are not on this page are named."""
        if self.form is not None:
            show_theirs(self.form, EditPage(self.code, before).form.initial, who)
        for lines, sheet in self.sets:
            mine, theirs = (_by_code(list_at(data, lines.path)) for data in (self.begun, self.shown))
            for form, (code, row) in zip(sheet.forms, mine.items(), strict=False):
                if code in theirs:
                    show_theirs(form, lines.form.initial_of(row), who, lines.form.initial_of(theirs[code]))
                elif form.fields:
                    next(iter(form.fields.values())).theirs = {"who": who, "text": _("this line was taken out")}
            if added := [_line_name(row) for code, row in theirs.items() if code not in mine]:
                sheet.non_form_errors().append(gettext("%(who)s, has more lines: %(lines)s. Type them here as well, or saving takes them out.") % {
                    "who": who, "lines": "、".join(added)})


def _with_annexes(code: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Versions of before had bare names of annexes in the header."""
    if code != "annexes" or "annexes" in data:
        return data
    return {**data, "annexes": [{"code": f"A{row['code']}", "name": row["label"]} for row in queries.annexes_of(data)]}


def _by_code(rows: Sequence[Mapping[str, Any]]) -> dict[Any, Mapping[str, Any]]:
    """Lines by code; those without one by their place."""
    return {row.get("code") or place: row for place, row in enumerate(rows)}


def _line_name(row: Mapping[str, Any]) -> str:
    return next((str(row[key]) for key in ("name", "title", "text", "label", "code") if row.get(key)), "—")


def _set(lines: Lines, rows: list[dict[str, Any]], post: Any = None, files: Any = None) -> Any:
    factory = forms.formset_factory(lines.form, extra=SPARE_LINES, can_delete=True, can_order=True, max_num=MOST_LINES, absolute_max=MOST_LINES + 20)
    return factory(post, files, initial=rows, prefix=lines.prefix)


def with_templates(code: str, page: Page, data: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """The data behind a page into which ready-made contents were filled: their lines before those of the guide."""
    for name in reversed(names):
        ready = template_of(code, name)
        merged = {key: {**(data.get(key) or {}), **value} if isinstance(value, dict) else value for key, value in ready.items()}
        for lines in page.lines:
            rows = [*list_at(ready, lines.path), *list_at(data, lines.path)]
            top = lines.path[0]
            merged[top] = rows if len(lines.path) == 1 else {**merged[top], lines.path[1]: rows}
        data = {**data, **merged}
    return dict(data)


def typed_values(form: forms.Form) -> dict[str, Any]:
    """What stands in the boxes of a form that was sent, right or wrong."""
    return {name: field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name)) for name, field in form.fields.items()}


def typed_rows(sheet: Any) -> list[dict[str, Any]]:
    """The lines of a list as they were sent; empty new ones are left out."""
    count = sheet.initial_form_count()
    return [typed_values(form) for place, form in enumerate(sheet.forms) if place < count or form.has_changed()]


def _moved(row: dict[str, Any], by: int) -> dict[str, Any]:
    """A line that makes room for `by` others, to be taken out unless the person wants it kept."""
    order = str(row.get("ORDER") or "")
    return {**row, "DELETE": by > 0 or row.get("DELETE"), "ORDER": int(order) + by if order.isdecimal() and len(order) < 6 else None}


def list_at(data: Mapping[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
    node: Any = data
    for step in path:
        node = (node or {}).get(step)
    return node or []


def templates_for(code: str) -> list[tuple[str, str]]:
    """Ready-made contents a part can begin with: (code, words)."""
    if code == "payment_plan":
        return [(one["code"], parts.pick(one, "name")) for one in modes.payment_templates()]
    if code == "budget":
        return [(name, queries.list_label(name)) for name in ("expenditure-2021", "expenditure-2016")] + [("lump", str(_("Lump sum, no headings")))]
    if code == "targets":
        return [("common", str(_("The common kinds of targets")))]
    return []


def template_of(code: str, name: str) -> dict[str, Any]:
    """The parts a ready-made content fills; nothing for a name that is not there."""
    if code == "payment_plan":
        found = next((one for one in modes.payment_templates() if one["code"] == name), None)
        return {"payment_plan": found["rows"]} if found else {}
    if code == "budget" and name == "lump":
        return {"budget": modes.NEUTRAL["budget"]}
    if code == "budget" and name in dict(templates_for(code)):
        return {"budget": {"scheme": "ITEMISED", "sources": ["CITY", "OWN", "OTHER"], "headings": queries.budget_headings(name)}}
    if code == "targets" and name == "common":
        return {"targets": {"min_rows": 5, "max_rows": 30, "required_l1": [], "kinds": queries.target_kinds()}}
    return {}
