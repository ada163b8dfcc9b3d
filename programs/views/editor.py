"""The guide editor: one page per part of the content. Every save is a new version; a wrong part is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core import typed
from core.web.access import access
from core.workflow import Refused
from programs import actions, policies, queries
from programs.forms.amount import FUNCTION_WORDS, formula_facts
from programs.forms.pages import PAGES, EditPage, templates_for
from programs.forms.sections import SectionsForm
from programs.models import Guide


def desk_url(guide: Guide) -> str:
    return reverse("programs:desk:guide", args=[guide.ref])


@access(policies.may_write_guides)
def edit(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """A part of the content: a form, lists of lines, or both. POST do=fill puts a ready-made content into the page, unsaved."""
    guide = queries.get_for(request.actor, ref)
    if part == "sections":
        return _edit_sections(request, guide)
    if part not in PAGES:
        raise Http404
    page = EditPage(part, guide.version.data, request.POST or None, request.FILES or None, request.POST.getlist("filled"),
                    begun=begun_data(request, guide))
    if part == "money":
        page.form.item = guide.plan_item
    filled = request.POST.get("do") == "fill" and page.fill(request.POST.get("template", ""))
    if request.method == "POST" and request.POST.get("do") != "fill" and page.is_valid() and _save_page(request, guide, page):
        return redirect(request.path if request.POST.get("go") == "stay" or part == "mode" and page.form.before != request.POST.get(
            "funding_mode") else desk_url(guide))
    return render(request, "programs/part.html", {
        "page": page, "templates": templates_for(part), "filled": filled, **part_context(request, guide, part),
        **({"facts": formula_facts(guide.version.data), "functions": FUNCTION_WORDS} if part == "money" else {}),
    })


def part_context(request: HttpRequest, guide: Guide, part: str) -> dict[str, Any]:
    """What every page of the editor shows beside its form: the title, the way back, the comments on this part."""
    keys = queries.keys_of(part)
    return {
        "title": queries.page_title(part), "guide": guide, "back": desk_url(guide), "part": part, "keys": keys,
        "comments": queries.comments_of(guide, keys) if keys else [],
        "crumbs": [(guide.ref, desk_url(guide)), (queries.page_title(part), None)], "marks": marks_of(request, guide),
    }


def marks_of(request: HttpRequest, guide: Guide) -> dict[str, Any]:
    """What a page of the editor carries along: `base`, the version its lines are of, whatever was saved since; and `seen`, the
    newest version that was shown beside it."""
    base, seen = (typed.whole(request.POST.get(name, "")) for name in ("base", "seen"))
    return {"base": guide.version.number if base is None else base, "seen": getattr(request, "overtaken_by", seen)}


def base_of(request: HttpRequest) -> int | None:
    """The newest version this person knows: what was saved after it is not overwritten."""
    base, seen = (typed.whole(request.POST.get(name, "")) for name in ("base", "seen"))
    return base if seen is None else seen


def begun_data(request: HttpRequest, guide: Guide) -> Mapping[str, Any]:
    """The content the lines of the sent page are of; they are found again by their place in it."""
    base = typed.whole(request.POST.get("base", ""))
    return guide.version.data if base in (None, guide.version.number) else queries.data_at(guide, base)


def show_other(request: HttpRequest, guide: Guide, page: Any) -> None:
    """Beside what was refused: what somebody else saved meanwhile. From then on this person knows it."""
    if (overtaken := queries.overtaken(guide, base_of(request))) is not None:
        page.compare(*overtaken)
        request.overtaken_by = guide.version.number  # type: ignore[attr-defined]


def _save_page(request: HttpRequest, guide: Guide, page: EditPage | SectionsForm, data: Mapping[str, Any] | None = None) -> bool:
    """Save as a new version; a refusal stays on the page with what was typed, beside it what somebody else saved meanwhile."""
    try:
        version = actions.save_parts(request.actor, guide, page.parts() if data is None else page.parts(data), base=base_of(request))
    except Refused as refused:
        page.refuse(refused.reasons)
        show_other(request, guide, page)
        return False
    messages.success(request, _("Saved as version %(number)d.") % {"number": version.number})
    if getattr(page, "code", "") in ("money", "topics"):
        guide.refresh_from_db()
        if over := queries.remarks.topics_over_cap(guide):
            messages.warning(request, format_html('{} <a href="{}">{}</a>', over, reverse("programs:desk:edit", args=[guide.ref, "topics"]),
                                                  queries.page_title("topics")))
    return True


def _edit_sections(request: HttpRequest, guide: Guide) -> HttpResponse:
    data = guide.version.data
    form = SectionsForm(request.POST or None, sections=data["sections"])
    if request.method == "POST" and form.is_valid() and _save_page(request, guide, form, data):
        return redirect(desk_url(guide))
    return render(request, "programs/edit.html", {"form": form, **part_context(request, guide, "sections")})
