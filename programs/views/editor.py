"""The guide editor: one page per part of the content. Every save is a new version; a wrong part is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import typed
from core.web.access import access
from core.workflow import Refused
from programs import actions, policies, queries
from programs.forms import parts
from programs.forms.rules import FIELD_KINDS, ConditionForm, FieldForm, SectionsForm
from programs.models import Guide

FORMS: dict[str, tuple[Any, type[forms.Form]]] = {
    "header": (gettext_lazy("Title, bodies, annexes, applicants"), parts.HeaderForm),
    "money": (gettext_lazy("Money, number, formula"), parts.MoneyForm),
    "review": (gettext_lazy("Review"), parts.ReviewForm),
}
#: part -> (title, row form, path of the list inside the data)
ROWS: dict[str, tuple[Any, type[parts.RowForm], tuple[str, ...]]] = {
    "documents": (gettext_lazy("Materials"), parts.DocumentRow, ("documents",)),
    "topics": (gettext_lazy("Topics"), parts.TopicRow, ("topics",)),
    "formality_items": (gettext_lazy("Formality check list"), parts.CheckRow, ("formality_items",)),
    "payment_plan": (gettext_lazy("Payment plan"), parts.PaymentRow, ("payment_plan",)),
    "contacts": (gettext_lazy("Contacts"), parts.ContactRow, ("contacts",)),
    "criteria": (gettext_lazy("Score sheet"), parts.CriterionRow, ("score_sheet", "criteria")),
}


def desk_url(guide: Guide) -> str:
    return reverse("programs:desk:guide", args=[guide.ref])


def _save(request: HttpRequest, guide: Guide, found: Mapping[str, Any], form: forms.Form | None) -> bool:
    """Save as a new version; a refusal stays on the page with what was typed."""
    try:
        version = actions.save_parts(request.actor, guide, found, base=typed.whole(request.POST.get("base", "")))
    except Refused as refused:
        if form is None:
            messages.error(request, "；".join(refused.reasons))
        else:
            for reason in refused.reasons:
                form.add_error(None, reason)
        return False
    messages.success(request, _("Saved as version %(number)d.") % {"number": version.number})
    return True


@access(policies.may_write_guides)
def edit(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """The parts that are one form or a list of rows; the others have their own pages."""
    guide = queries.get_for(request.actor, ref)
    if part in FORMS:
        return _edit_form(request, guide, part)
    if part in ROWS:
        return _edit_rows(request, guide, part)
    if part == "sections":
        return _edit_sections(request, guide)
    raise Http404


def _edit_form(request: HttpRequest, guide: Guide, part: str) -> HttpResponse:
    title, kind = FORMS[part]
    data = guide.version.data
    form = kind(request.POST or None, initial=kind.load(data))
    if request.method == "POST" and form.is_valid() and _save(request, guide, form.parts(data), form):
        return redirect(desk_url(guide))
    return render(request, "programs/edit.html", {"form": form, "title": title, "guide": guide, "back": desk_url(guide)})


def _edit_sections(request: HttpRequest, guide: Guide) -> HttpResponse:
    data = guide.version.data
    form = SectionsForm(request.POST or None, sections=data["sections"])
    if request.method == "POST" and form.is_valid() and _save(request, guide, form.parts(data), form):
        return redirect(desk_url(guide))
    return render(request, "programs/edit.html", {
        "form": form, "title": _("Texts of the sections"), "guide": guide, "back": desk_url(guide),
    })


def _list_at(data: Mapping[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
    node: Any = data
    for step in path:
        node = (node or {}).get(step)
    return node or []


def _edit_rows(request: HttpRequest, guide: Guide, part: str) -> HttpResponse:
    title, kind, path = ROWS[part]
    data = guide.version.data
    old = _list_at(data, path)
    factory = forms.formset_factory(kind, extra=2, can_delete=True, max_num=200, absolute_max=220)
    rows = factory(request.POST or None, initial=[kind.initial_of(row) for row in old])
    if request.method == "POST" and rows.is_valid():
        known = {row[kind.key]: row for row in old if kind.key in row}
        new = [
            form.row(known.get(form.cleaned_data[kind.key], {}))
            for form in rows if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        value: Any = new if len(path) == 1 else {**(data.get(path[0]) or {}), path[1]: new}
        if _save(request, guide, {path[0]: value}, None):
            return redirect(desk_url(guide))
    return render(request, "programs/rows.html", {"rows": rows, "title": title, "guide": guide, "back": desk_url(guide)})


# --- conditions --------------------------------------------------------------------------------------------------


@access(policies.may_write_guides)
def conditions(request: HttpRequest, ref: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    context = {
        "title": _("Conditions"), "guide": guide, "rules": queries.condition_lines(guide), "back": desk_url(guide),
        "crumbs": [(guide.ref, desk_url(guide)), (_("Conditions"), None)],
    }
    return render(request, "programs/conditions.html", context)


@access(policies.may_write_guides)
def condition(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    """Edit one condition, or a new one (code "new")."""
    guide = queries.get_for(request.actor, ref)
    rules = guide.version.data.get("conditions") or []
    old = next((rule for rule in rules if rule["code"] == code), None)
    if old is None and code != "new":
        raise Http404
    initial = ConditionForm.load(old) if old else {"hard": True, "join": "all", "code": f"C{len(rules) + 1}"}
    form = ConditionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        new = form.rule(old or {})
        found = [new if rule is old else rule for rule in rules] if old else [*rules, new]
        if _save(request, guide, {"conditions": found}, form):
            return redirect("programs:desk:conditions", ref)
    context = {"form": form, "title": _("Condition %(code)s") % {"code": code} if old else _("New condition"), "guide": guide, "code": code,
               "back": reverse("programs:desk:conditions", args=[ref])}
    return render(request, "programs/condition.html", context)


@access(policies.may_write_guides)
@require_POST
def condition_remove(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    rules = [rule for rule in guide.version.data.get("conditions") or [] if rule["code"] != code]
    _save(request, guide, {"conditions": rules}, None)
    return redirect("programs:desk:conditions", ref)


# --- the application form ----------------------------------------------------------------------------------------


def _form_sections(guide: Guide) -> list[dict[str, Any]]:
    """The sections of the application form, every field with the words for its kind."""
    kinds = dict(FIELD_KINDS)
    return [
        {**part, "fields": [{**item, "kind_label": kinds.get(item["kind"], item["kind"])} for item in part["fields"]]}
        for part in (guide.version.data.get("form") or {}).get("sections", ())
    ]


@access(policies.may_write_guides)
def form_parts(request: HttpRequest, ref: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    context = {
        "title": _("Application form"), "guide": guide, "sections": _form_sections(guide),
        "back": desk_url(guide), "crumbs": [(guide.ref, desk_url(guide)), (_("Application form"), None)],
    }
    return render(request, "programs/form_parts.html", context)


def _replace_field(data: dict[str, Any], section: str, code: str, new: dict[str, Any] | None) -> dict[str, Any]:
    """The form with one field changed, added (code "new") or taken out (new None)."""
    sections = []
    for part in data["sections"]:
        fields = part["fields"]
        if part["code"] == section:
            fields = [new if item["code"] == code else item for item in fields if new or item["code"] != code]
            fields = [*fields, new] if code == "new" and new else fields
        sections.append({**part, "fields": fields})
    return {**data, "sections": sections}


@access(policies.may_write_guides)
def form_field(request: HttpRequest, ref: str, section: str, code: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    data = guide.version.data["form"]
    part = next((item for item in data["sections"] if item["code"] == section), None)
    old = next((item for item in part["fields"] if item["code"] == code), None) if part else None
    if part is None or (old is None and code != "new"):
        raise Http404
    form = FieldForm(request.POST or None, initial=FieldForm.load(old) if old else {"kind": "textarea", "required": True})
    if request.method == "POST" and form.is_valid():
        new = form.field(old or {})
        if _save(request, guide, {"form": _replace_field(data, section, code, new)}, form):
            return redirect("programs:desk:form_parts", ref)
    return render(request, "programs/edit.html", {
        "form": form, "title": f"{part['title']}：{old['label'] if old else _('New field')}", "guide": guide,
        "back": reverse("programs:desk:form_parts", args=[ref]),
    })


@access(policies.may_write_guides)
@require_POST
def form_move(request: HttpRequest, ref: str, section: str, code: str) -> HttpResponse:
    """Take a field out, or move it one place up (POST do=remove|up)."""
    guide = queries.get_for(request.actor, ref)
    data = guide.version.data["form"]
    if request.POST.get("do") == "remove":
        new = _replace_field(data, section, code, None)
    else:
        new = {**data, "sections": [_lifted(part, code) if part["code"] == section else part for part in data["sections"]]}
    _save(request, guide, {"form": new}, None)
    return redirect("programs:desk:form_parts", ref)


def _lifted(part: dict[str, Any], code: str) -> dict[str, Any]:
    fields = list(part["fields"])
    place = next((i for i, item in enumerate(fields) if item["code"] == code), 0)
    if place:
        fields[place - 1], fields[place] = fields[place], fields[place - 1]
    return {**part, "fields": fields}


@access(policies.may_write_guides)
@require_POST
def form_section(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a section with a first field, or take an empty-handed one out (POST do=add|remove)."""
    guide = queries.get_for(request.actor, ref)
    data = guide.version.data["form"]
    code, title = request.POST.get("code", "").strip(), request.POST.get("title", "").strip()
    if request.POST.get("do") == "remove":
        sections = [part for part in data["sections"] if part["code"] != code]
    else:
        first = {"code": "content", "kind": "textarea", "label": title, "label_en": request.POST.get("title_en", "")}
        new = {"code": code, "title": title, "title_en": request.POST.get("title_en", ""), "fields": [first]}
        sections = [*data["sections"], new]
    _save(request, guide, {"form": {**data, "sections": sections}}, None)
    return redirect("programs:desk:form_parts", ref)
