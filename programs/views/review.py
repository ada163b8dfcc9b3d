"""Desk pages beside the making of a guide: comparison, history of a clause, comments, the legality opinion."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from core.web import steps
from core.web.access import access
from core.web.once import once
from programs import actions, policies, queries
from programs.forms.review import CommentForm, OpinionForm
from programs.models import Guide, GuideComment
from programs.views.attempt import attempt
from programs.views.editor import desk_url
from programs.workflow import COMMENT, GUIDE


def _crumbs(guide: Guide, title: str) -> list[tuple[str, str | None]]:
    return [(guide.ref, desk_url(guide)), (title, None)]


@access(policies.is_staff)
def compare(request: HttpRequest, ref: str) -> HttpResponse:
    """The guide, clause by clause, against the one it corrects or last year's (the newest earlier one of the same special), or
    against any one (?with=)."""
    guide = queries.get_for(request.actor, ref)
    wanted = request.GET.get("with", "")
    other = queries.get_for(request.actor, wanted) if wanted else guide.supersedes or queries.last_years(guide)
    changes = queries.compared(other.version.data, guide.version.data) if other and other.version else []
    title = pgettext("guides", "Comparison")
    return render(request, "programs/compare.html", {
        "title": title, "guide": guide, "other": other, "groups": queries.by_part(changes), "count": len(changes),
        "choices": [(label, rows) for label, rows in zip((_("Of this special"), _("Of other specials")), queries.comparable(guide), strict=True) if rows],
        "no_last": other is None, "back": desk_url(guide), "crumbs": _crumbs(guide, title),
    })


@access(policies.is_staff)
def clause_history(request: HttpRequest, ref: str, part: str, clause: str) -> HttpResponse:
    """Who changed a clause when, over the versions of the guide and of those it comes from."""
    guide = queries.get_for(request.actor, ref)
    label, found = queries.clause_history(guide, part, clause)
    if not found:
        raise Http404
    title = _("History of “%(clause)s”") % {"clause": label}
    return render(request, "programs/clause.html", {
        "title": title, "guide": guide, "steps": found, "part": queries.part_label(part), "back": desk_url(guide),
        "comments": [row for row in queries.comments_of(guide, (part,)) if row.clause == clause], "crumbs": _crumbs(guide, title),
    })


@access(policies.is_staff)
def clauses(request: HttpRequest, ref: str) -> HttpResponse:
    """Every clause of the guide in words, each with its history; `?part=` shows one part."""
    guide = queries.get_for(request.actor, ref)
    wanted = request.GET.get("part", "")
    rows = [row for row in queries.clauses_of(guide.version.data) if not wanted or row.part == wanted]
    title = _("Clauses and their history")
    return render(request, "programs/clauses.html", {
        "title": title, "guide": guide, "groups": queries.by_part(rows), "back": desk_url(guide), "crumbs": _crumbs(guide, title),
    })


def _buttons(request: HttpRequest, comment: GuideComment) -> list[dict[str, Any]]:
    urls = {verb: reverse(f"programs:desk:comment_{verb}", args=[comment.pk]) for verb in ("settle", "reopen")}
    return steps.buttons(COMMENT, request.actor, comment, urls, needs_why=("reopen",))


@access(policies.is_staff)
@once
def comments(request: HttpRequest, ref: str) -> HttpResponse:
    guide = queries.get_for(request.actor, ref)
    form = CommentForm(request.POST or None, data_of_guide=guide.version.data, initial={"place": request.GET.get("place", "")})
    if request.method == "POST" and form.is_valid():
        if attempt(form, actions.comment_guide, request.actor, guide, **form.values()):
            messages.success(request, _("The comment is there."))
            return redirect("programs:desk:comments", ref)
    rows = queries.comments_of(guide)
    for row in rows:
        row.buttons = _buttons(request, row)
        row.may_answer = row.status == "OPEN" and policies.answers_comment(request.actor, row) is None
        row.part_name = queries.part_label(row.part)
    title = _("Comments of the staff")
    return render(request, "programs/comments.html", {
        "title": title, "guide": guide, "form": form, "rows": rows, "back": desk_url(guide), "crumbs": _crumbs(guide, title),
    })


def _to_comments(comment: GuideComment) -> str:
    return reverse("programs:desk:comments", args=[comment.guide.ref])


@access(policies.may_write_guides)
@require_POST
def comment_answer(request: HttpRequest, key: int) -> HttpResponse:
    row = queries.comment_for(request.actor, key)
    actions.answer_comment(request.actor, row, answer=request.POST.get("answer", ""))
    return redirect(_to_comments(row))


comment_settle = steps.step_view(queries.comment_for, actions.settle_comment, question=policies.is_staff, to=_to_comments)
comment_reopen = steps.step_view(queries.comment_for, actions.reopen_comment, question=policies.is_staff, to=_to_comments, needs_why=True)


@access(policies.is_staff)
@once
def opinion(request: HttpRequest, ref: str) -> HttpResponse:
    """The legality and fair-competition check of the present version, and the opinions filed so far."""
    guide = queries.get_for(request.actor, ref)
    form = OpinionForm(request.POST or None, points=queries.legal_points())
    if request.method == "POST" and form.is_valid():
        if attempt(form, actions.check_guide_law, request.actor, guide, **form.values()):
            messages.success(request, queries.turns.what_happened(GUIDE.steps["check_law"].label, guide))
            return redirect(desk_url(guide))
    may = guide.status == "LEGAL_REVIEW" and policies.checks_law(request.actor, guide) is None
    title = _("Legality and fair-competition check")
    return render(request, "programs/opinion.html", {
        "title": title, "guide": guide, "form": form, "may": may, "why_not": policies.checks_law(request.actor, guide) or "",
        "opinions": queries.opinions_of(guide), "back": desk_url(guide), "crumbs": _crumbs(guide, title),
    })
