"""The application form by screen: sections, fields with what is inside them and when they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from programs.engine import operators
from programs.forms.fields import FIELD_KINDS, FieldPage, SectionForm
from programs.models import Guide
from programs.views.editor import base_of, begun_data, part_context, show_other

Sections = list[dict[str, Any]]


def _form(guide: Guide) -> dict[str, Any]:
    return guide.version.data.get("form") or {"sections": []}


def _save(request: HttpRequest, guide: Guide, sections: Sections, refuse: Callable[[str], None] | None = None) -> bool:
    """Save the form as a new version. What is refused stands on the page, or as a message where the page has no form."""
    try:
        version = actions.save_part(request.actor, guide, "form", {**_form(guide), "sections": sections}, base=base_of(request))
    except Refused as refused:
        for reason in refused.reasons:
            refuse(reason) if refuse else messages.error(request, reason)
        return False
    messages.success(request, _("Saved as version %(number)d.") % {"number": version.number})
    return True


def _shown(guide: Guide) -> Sections:
    """The sections of the application form, every field with the words for its kind and its rule."""
    kinds, labels = dict(FIELD_KINDS), queries.field_labels(_form(guide))
    return [
        {"group": "", "help": "", **part, "fields": [
            {**item, "kind_label": kinds.get(item["kind"], item["kind"]), "fact_label": operators.label(item.get("fact", "")), "span": _span(item), "inside": [*item.get("columns", ()), *item.get("fields", ())] if item["kind"] in (
                "table", "group") else [], "rule_words": queries.visible_words(
                    item["visible_if"], part["code"], labels) if item.get("visible_if") else ""}
            for item in part["fields"]
        ]}
        for part in _form(guide)["sections"]
    ]


def _span(item: Mapping[str, Any]) -> str:
    """How many rows or blocks are allowed, where that is limited: 1–3."""
    low, high = item.get("min_rows"), item.get("max_rows")
    return "" if low is None and high is None else f"{low or 0}–{'…' if high is None else high}"


@access(policies.may_write_guides)
def form_parts(request: HttpRequest, ref: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    return render(request, "programs/form_parts.html", {"sections": _shown(guide), **part_context(request, guide, "form")})


def _at(sections: Sections, code: str) -> int:
    place = next((number for number, part in enumerate(sections) if part["code"] == code), None)
    if place is None:
        raise Http404
    return place


@access(policies.may_write_guides)
def form_section(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """One section, or a new one (code "new"): name, stage, help."""
    guide = queries.get_for(request.actor, ref)
    sections = list(_form(guide)["sections"])
    old = sections[_at(sections, section)] if section != "new" else {}
    form = SectionForm(request.POST or None, initial=old)
    if request.method == "POST" and form.is_valid():
        new = form.section(old)
        changed = [new if part is old else part for part in sections] if old else [*sections, new]
        if _save(request, guide, changed, lambda reason: form.add_error(None, reason)):
            return redirect("programs:desk:form_parts", ref)
    context = part_context(request, guide, "form")
    return render(request, "programs/edit.html", {
        **context, "form": form, "title": old.get("title") or _("New section"), "back": reverse("programs:desk:form_parts", args=[ref]),
    })


@access(policies.may_write_guides)
@require_POST
def section_move(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """Move a section one place (do=up|down), or take it out with its fields (do=remove)."""
    guide = queries.get_for(request.actor, ref)
    sections = list(_form(guide)["sections"])
    _save(request, guide, moved(sections, _at(sections, section), request.POST.get("do", "")))
    return redirect("programs:desk:form_parts", ref)


def moved(rows: list[Any], place: int, verb: str) -> list[Any]:
    rows = list(rows)
    other = place - 1 if verb == "up" else place + 1
    if verb == "remove":
        rows.pop(place)
    elif verb in ("up", "down") and 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return rows


@access(policies.may_write_guides)
def form_field(request: HttpRequest, ref: str, section: str, code: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    sections = list(_form(guide)["sections"])
    place = _at(sections, section)
    page = FieldPage(_form(guide), section, code, request.POST or None, begun=begun_data(request, guide).get("form"))
    if code != "new" and not page.old:
        raise Http404
    if request.method == "POST" and page.is_valid():
        sections[place] = _with_field(sections[place], code, page.field())
        if _save(request, guide, sections, page.refuse):
            again = request.POST.get("go") == "stay"
            return redirect("programs:desk:form_field", ref, section, page.field()["code"]) if again else redirect("programs:desk:form_parts", ref)
        show_other(request, guide, page)
    label = page.old.get("label") or _("New field")
    return render(request, "programs/field.html", {
        **part_context(request, guide, "form"), "page": page, "title": f"{sections[place]['title']}：{label}",
        "back": reverse("programs:desk:form_parts", args=[ref]),
    })


def _with_field(part: Mapping[str, Any], code: str, new: dict[str, Any]) -> dict[str, Any]:
    fields = [new if item["code"] == code else item for item in part["fields"]]
    return {**part, "fields": fields if code != "new" else [*fields, new]}


@access(policies.may_write_guides)
@require_POST
def form_move(request: HttpRequest, ref: str, section: str, code: str) -> HttpResponse:
    """Take a field out, or move it one place (POST do=remove|up|down)."""
    guide = queries.get_for(request.actor, ref)
    sections = list(_form(guide)["sections"])
    place = _at(sections, section)
    fields = sections[place]["fields"]
    where = next((number for number, item in enumerate(fields) if item["code"] == code), None)
    if where is None:
        raise Http404
    sections[place] = {**sections[place], "fields": moved(fields, where, request.POST.get("do", ""))}
    _save(request, guide, sections)
    return redirect("programs:desk:form_parts", ref)
