"""The conditions of a guide: the list, and the tree editor of one condition. Works without script, button by button."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.web.access import access
from core.workflow import Refused
from programs import actions, policies, queries
from programs.engine import conditions as engine
from programs.forms.amount import AmountTryForm
from programs.forms.condition_editor import ConditionEditor, TryForm, try_names
from programs.models import Guide
from programs.views.editor import base_of, marks_of, show_other
from programs.views.form_builder import moved


def _rules(guide: Guide) -> list[dict[str, Any]]:
    return list(guide.version.data.get("conditions") or [])


def _save(request: HttpRequest, guide: Guide, rules: list[dict[str, Any]]) -> list[str]:
    """Save as a new version; returns the reasons when it is refused."""
    try:
        version = actions.save_parts(request.actor, guide, {"conditions": rules}, base=base_of(request))
    except Refused as refused:
        return refused.reasons
    messages.success(request, _("Saved as version %(number)d.") % {"number": version.number})
    return []


@access(policies.may_write_guides)
def conditions(request: HttpRequest, ref: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    back = reverse("programs:desk:guide", args=[guide.ref])
    return render(request, "programs/conditions.html", {
        "title": _("Conditions"), "guide": guide, "rules": queries.condition_lines(guide), "back": back,
        "crumbs": [(guide.ref, back), (_("Conditions"), None)],
    })


@access(policies.may_write_guides)
def condition(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    """Edit one condition, or a new one (code "new"). POST do=save keeps it; every other button changes the page only."""
    guide = queries.get_for(request.actor, ref)
    rules = _rules(guide)
    old = next((rule for rule in rules if rule["code"] == code), None)
    if old is None and code != "new":
        raise Http404
    others = [rule for rule in rules if rule is not old]
    editor = ConditionEditor(request.POST if request.method == "POST" else None, old, others)
    do = request.POST.get("do", "save") if request.method == "POST" else ""
    if do == "save" and editor.is_good():
        found = [editor.rule() if rule is old else rule for rule in rules] if old else [*rules, editor.rule()]
        if not (reasons := _save(request, guide, found)):
            return redirect("programs:desk:conditions", ref)
        editor.refuse(reasons)
        show_other(request, guide, editor)
    elif do not in ("", "save", "show", "try"):
        editor.edit(do)
    return render(request, "programs/condition.html", _page(request, guide, editor, code, do))


def _page(request: HttpRequest, guide: Guide, editor: ConditionEditor, code: str, do: str) -> dict[str, Any]:
    trial = TryForm(request.POST if request.method == "POST" else None, try_names(editor), guide)
    outcome = None
    if do == "try" and trial.is_valid() and not editor.find_problems():
        outcome = engine.evaluate_rule(editor.rule(), trial.facts())
    back = reverse("programs:desk:conditions", args=[guide.ref])
    title = _("Condition %(code)s") % {"code": code} if code != "new" else _("New condition")
    return {
        "title": title, "guide": guide, "marks": marks_of(request, guide), "code": code, "editor": editor, "form": editor.head, "trial": trial, "outcome": outcome,
        "tried": do == "try", "did": do, "back": back, "crumbs": [(guide.ref, reverse("programs:desk:guide", args=[guide.ref])),
                                                  (_("Conditions"), back), (title, None)],
        "json": json.dumps({key: value for key, value in editor.rule().items() if key in ("test", "exempt", "exempt_result")},
                           ensure_ascii=False, indent=1, default=str),
    }


@access(policies.may_write_guides)
@require_POST
def condition_remove(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    for reason in _save(request, guide, [rule for rule in _rules(guide) if rule["code"] != code]):
        messages.error(request, reason)
    return redirect("programs:desk:conditions", ref)


@access(policies.may_write_guides)
@require_POST
def condition_move(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    """One place up or down (POST do=up|down): the public reads the conditions in this order."""
    guide = queries.get_for(request.actor, ref)
    rules = _rules(guide)
    place = next((number for number, rule in enumerate(rules) if rule["code"] == code), None)
    if place is None:
        raise Http404
    do = request.POST.get("do", "")
    for reason in _save(request, guide, moved(rules, place, do)) if do in ("up", "down") else []:
        messages.error(request, reason)
    return redirect("programs:desk:conditions", ref)


@access(policies.may_write_guides)
def amount_try(request: HttpRequest, ref: str) -> HttpResponse:
    """The amount explained line by line for typed figures; nothing is saved. Figures come by GET, so that they can be shared;
    a POST brings the formula that stands unsaved on the page of the money."""
    guide = queries.get_for(request.actor, ref)
    form = AmountTryForm(request.POST or request.GET or None, guide.version.data.get("amount") or {})
    found, missing = form.explain() if form.is_bound and form.is_valid() and request.method == "GET" else (None, "")
    back = reverse("programs:desk:edit", args=[guide.ref, "money"])
    return render(request, "programs/amount_try.html", {
        "title": _("Try the amount"), "guide": guide, "form": form, "found": found, "missing": missing, "back": back,
        "crumbs": [(guide.ref, reverse("programs:desk:guide", args=[guide.ref])), (_("Try the amount"), None)],
    })
