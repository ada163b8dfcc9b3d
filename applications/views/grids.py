"""What the pages of the budget and the targets show beside the boxes: sums, caps, examples."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from applications import forms, queries
from applications.models import Application
from applications.states import Source
from core.money import wan
from programs.engine import budget as budgets


def context_of(application: Application, part: queries.Part, answers: Mapping[str, Any],
               errors: Mapping[str, list[str]]) -> dict[str, Any]:
    if part.code == queries.BUDGET:
        return _budget(application, answers, errors)
    return _targets(application, part, answers, errors)


def _listed(errors: Mapping[str, list[str]]) -> list[dict[str, str]]:
    return [{"text": text, "id": f"f-{name}" if ":" in name or name.startswith("rows") else name} for name, texts in errors.items()
            for text in texts]


def _budget(application: Application, answers: Mapping[str, Any], errors: Mapping[str, list[str]]) -> dict[str, Any]:
    """Headings x sources in 万元; parents are sums. The sums on the page are those of what has been saved."""
    scheme = queries.scheme_of(application)
    leaves = {heading.code for heading in queries.budget_leaves(scheme)}
    lines = [budgets.Line(row.heading, row.source, row.amount) for row in application.budget.all()]
    rows = []
    for heading in scheme.headings or queries.budget_leaves(scheme):
        covered = queries.under(scheme, heading.code)
        own = [line for line in lines if line.heading in covered]
        rows.append({
            "code": heading.code, "name": heading.name, "note_text": heading.note, "leaf": heading.code in leaves,
            "level": queries.level_of(scheme, heading.code),
            "cells": [_cell(heading, source, answers, own, errors) for source in scheme.sources],
            "sum": wan(budgets.total(own)), "note": answers.get(f"{heading.code}:note", ""),
            "note_cell": {"id": f"f-{heading.code}:note", "errors": errors.get(f"{heading.code}:note", ())},
        })
    return {
        "grid": rows, "sources": [Source(source).label for source in scheme.sources],
        "sums": [(Source(source).label, wan(budgets.total(lines, source))) for source in scheme.sources], "sum": wan(budgets.total(lines)),
        "facts": _budget_facts(application, scheme, lines), "errors": _listed(errors), "rev": application.rev,
    }


def _cell(heading: Any, source: str, answers: Mapping[str, Any], own: list[Any], errors: Mapping[str, Any]
          ) -> dict[str, Any]:
    name = f"{heading.code}:{source}"
    return {"name": name, "value": answers.get(name, ""), "label": f"{heading.name} {Source(source).label}",
            "head": Source(source).label, "sum": wan(budgets.total(own, source)), "id": f"f-{name}", "errors": errors.get(name, ())}


def _budget_facts(application: Application, scheme: Any, lines: list[Any]) -> list[dict[str, Any]]:
    """Amount requested, cap, self-raised, indirect costs against their limit: each with what it is measured by."""
    requested, city = application.requested, budgets.total(lines, budgets.CITY)
    facts = [{"label": _("Amount requested"), "value": wan(requested), "unit": _("万元"),
              "tone": "" if requested == city else "warn"}]
    for name, cap in queries.caps_of(application):
        if cap:
            facts.append({"label": name, "value": wan(cap), "unit": _("万元"),
                          "tone": "bad" if requested > cap else ""})
    if budgets.OWN in scheme.sources:
        facts.append({"label": _("Self-raised"), "value": wan(budgets.total(lines, budgets.OWN)) or "0",
                      "unit": _("万元"), "tone": ""})
    if scheme.bands:
        mine = [line for line in lines if line.source == budgets.CITY]
        indirect = budgets.total(line for line in mine if line.heading == scheme.indirect_heading)
        purchase = budgets.total(line for line in mine if line.heading == scheme.purchase_heading)
        cap = budgets.indirect_cap(budgets.total(mine) - indirect, purchase, scheme.bands)
        facts.append({"label": _("Indirect costs, limit %(cap)s") % {"cap": wan(cap) or "0"}, "value": wan(indirect) or "0",
                      "unit": _("万元"), "tone": "bad" if indirect > cap else ""})
    return facts


def _targets(application: Application, part: queries.Part, answers: Mapping[str, Any],
             errors: Mapping[str, list[str]]) -> dict[str, Any]:
    template = queries.template_of(application)
    box = forms.boxes_of(part.section, answers)[0]
    for cell in (cell for line in box.lines for cell in line):
        cell.errors = errors.get(cell.id.removeprefix("f-"), ())
    weight = sum((row.weight for row in application.targets.all()), Decimal(0))
    groups: dict[str, list[Any]] = {}
    for kind in template.kinds:
        groups.setdefault(kind.l1_label, []).append(kind)
    return {
        "box": box, "template": template, "weight": f"{weight.normalize():f}",
        "weight_ok": weight == template.weight_total, "groups": list(groups.items()), "errors": _listed(errors),
        "choices": [(label, [(f"{k.l1}/{k.l2}", k.l2_label) for k in kinds]) for label, kinds in groups.items()],
    }
