"""The parts of a guide by name, for people: what a problem or a comparison is about."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.engine import labels, modes
from programs.engine.problems import Problem

PARTS = {
    "header": gettext_lazy("Title and bodies"), "support": gettext_lazy("Fields supported"), "sections": gettext_lazy("Texts of the sections"),
    "mode": gettext_lazy("Way of funding"), "applicants": gettext_lazy("Who can apply"), "eligibility": gettext_lazy("Regions and partners"),
    "team": gettext_lazy("Team"), "conditions": gettext_lazy("Conditions"), "limits": gettext_lazy("Limits of applications and projects"), "amount": gettext_lazy("Amount"),
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
            found.append(labels.of(name, part))
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
