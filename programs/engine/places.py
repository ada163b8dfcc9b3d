"""The parts of a guide by name, for people: what a problem or a comparison is about."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.engine import modes
from programs.engine.problems import Problem

PARTS = {
    "header": gettext_lazy("Title and bodies"), "support": gettext_lazy("Fields supported"), "sections": gettext_lazy("Texts of the sections"),
    "mode": gettext_lazy("Way of funding"), "applicants": gettext_lazy("Who can apply"), "eligibility": gettext_lazy("Regions and partners"),
    "team": gettext_lazy("Team"), "conditions": gettext_lazy("Conditions"), "amount": gettext_lazy("Amount"),
    "quota": gettext_lazy("Money and number"), "topics": gettext_lazy("Topics"), "documents": gettext_lazy("Materials"),
    "annexes": gettext_lazy("Annexes"), "ethics": gettext_lazy("Ethics review"), "form": gettext_lazy("Application form"),
    "budget": gettext_lazy("Budget"), "targets": gettext_lazy("Targets"), "formality_items": gettext_lazy("Formality check list"),
    "review": gettext_lazy("Review"), "score_sheet": gettext_lazy("Score sheet"), "payment_plan": gettext_lazy("Payment plan"),
    "contract": gettext_lazy("Contract terms"), "publicity_days": gettext_lazy("Days of public notice"), "contacts": gettext_lazy("Contacts"),
    "tags": gettext_lazy("Tags"), "provenance": gettext_lazy("Marks of demo data"),
}

#: The sections of a guide's texts, by code.
SECTIONS = {
    "content": gettext_lazy("What is applied for"), "basis": gettext_lazy("Legal basis"),
    "support": gettext_lazy("Strength and way of support"), "conditions": gettext_lazy("Conditions"),
    "materials": gettext_lazy("Materials"), "form": gettext_lazy("Application form"),
    "accepting": gettext_lazy("Receiving body and time"), "deciding": gettext_lazy("Deciding body"),
    "procedure": gettext_lazy("Procedure"), "timing": gettext_lazy("Time of handling"),
    "certificate": gettext_lazy("Certificate and validity"), "annexes": gettext_lazy("Annexes"),
}
#: What stands inside the parts, as the pages of the editor call it.
INSIDE = {
    "code": gettext_lazy("Code"), "title": gettext_lazy("Title"), "title_en": gettext_lazy("Title in English"),
    "name": gettext_lazy("Name"), "name_en": gettext_lazy("Name in English"), "text": gettext_lazy("Text"),
    "text_en": gettext_lazy("Text in English"), "label": gettext_lazy("Label"), "label_en": gettext_lazy("Label in English"),
    "funding_mode": gettext_lazy("Way of funding"), "contract_required": gettext_lazy("A contract is signed"),
    "audit_required": gettext_lazy("A special audit is made before the list"), "recommenders": gettext_lazy("Recommending bodies"),
    "cap": gettext_lazy("At most per project (10,000 yuan)"), "formula": gettext_lazy("Formula of the amount"),
    "max_projects": gettext_lazy("Awards at most"), "budget_control": gettext_lazy("Money of the whole guide (10,000 yuan)"),
    "per_unit": gettext_lazy("Applications per unit at most"), "share": gettext_lazy("Share in %"), "weight": gettext_lazy("Points"),
    "scheme": gettext_lazy("Budget"), "sources": gettext_lazy("Sources of money"), "headings": gettext_lazy("Budget headings"),
    "indirect_bands": gettext_lazy("Limit of indirect costs"), "criteria": gettext_lazy("Criteria"),
    "knockouts": gettext_lazy("Knock-out questions"), "kinds": gettext_lazy("Kinds of targets"),
    "panel_size": gettext_lazy("Experts per application (odd)"), "pass_mark": gettext_lazy("Points to be eligible"),
    "rule": gettext_lazy("How ethics review is asked for"), "visible_if": gettext_lazy("When the field is shown"),
    "choices": gettext_lazy("Answers of a choice"), "columns": gettext_lazy("Columns of the table"),
    "fields": gettext_lazy("Fields of the group"), "min_rows": gettext_lazy("Rows or blocks at least"),
    "max_rows": gettext_lazy("Rows or blocks at most"), "max_length": gettext_lazy("Characters at most"),
    "phone": gettext_lazy("Telephone"), "mimes": gettext_lazy("Kinds of file"), "max_mb": gettext_lazy("At most MB"),
    "test": gettext_lazy("The condition"), "clause": gettext_lazy("Clause"), "mode": gettext_lazy("Way of review"),
}
STEP = re.compile(r"([^.\[\]]*)((?:\[\d+\])?)")


def section_name(code: str) -> str:
    return str(SECTIONS.get(code, code))


def inside_name(part: str, rest: str) -> str:
    """The place inside a part by the labels of its page; what has no label stays as it stands in the data."""
    if part == "sections" and rest in SECTIONS:
        return section_name(rest)
    if part == "mode" and rest.startswith("details."):
        return modes.detail_label(rest.removeprefix("details."))
    found = []
    for piece in rest.split("."):
        name, index = STEP.fullmatch(piece).groups() if STEP.fullmatch(piece) else (piece, "")
        if name:
            found.append(str(INSIDE.get(name, name)))
        if index:
            found.append(_("line %(number)d") % {"number": int(index[1:-1]) + 1})
    return " · ".join(found)


def part_name(part: str) -> str:
    return str(PARTS.get(part, part))


def part_of(path: str) -> str:
    """"payment_plan[2].share" and "payment_plan.MIDTERM" are both about the payment plan."""
    return path.split(".", 1)[0].split("[", 1)[0]


def said(problem: Problem) -> str:
    """A problem for a person: the part by its name, and the place inside it by the label of its page."""
    part = part_of(problem.path)
    rest = problem.path[len(part):].lstrip(".")
    if not part:
        return problem.text
    place = _("%(part)s (%(place)s)") % {"part": part_name(part), "place": inside_name(part, rest)} if rest else part_name(part)
    return _("%(place)s: %(text)s") % {"place": place, "text": problem.text}
