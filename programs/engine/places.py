"""The parts of a guide by name, for people: what a problem or a comparison is about."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


def part_name(part: str) -> str:
    return str(PARTS.get(part, part))


def part_of(path: str) -> str:
    """"payment_plan[2].share" and "payment_plan.MIDTERM" are both about the payment plan."""
    return path.split(".", 1)[0].split("[", 1)[0]


def said(problem: Problem) -> str:
    """A problem for a person: the part by its name, the place inside it as it stands in the data."""
    part = part_of(problem.path)
    rest = problem.path[len(part):].lstrip(".")
    if not part:
        return problem.text
    place = _("%(part)s (%(place)s)") % {"part": part_name(part), "place": rest} if rest else part_name(part)
    return _("%(place)s: %(text)s") % {"place": place, "text": problem.text}
