"""Kept searches of the public calls: keep, manage, stop; a message can be stopped without signing in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.web import steps
from core.web.access import access, public
from core.workflow import Refused
from programs import actions, policies, queries
from programs.forms.searches import KeepForm
from programs.views import calls
from programs.views.attempt import attempt


def links_of(row: Any) -> dict[str, str]:
    """The list, and the secret addresses of feed and calendar of a kept search."""
    return {"page": reverse("programs:public:guides") + (f"?{row.query}" if row.query else ""),
            **{kind: reverse("programs:public:search_feed", args=[row.token, kind]) for kind in ("rss", "ics")}}


@access(policies.keeps_searches)
def searches(request: HttpRequest) -> HttpResponse:
    """The searches of a person. ?keep=<query> offers to keep one, which the button of the search page does."""
    query = queries.clean_search(request.POST.get("query", request.GET.get("keep", "")))
    form = KeepForm(request.POST if request.method == "POST" else None, initial={"query": query, "name": "、".join(queries.search_words(query))[:60]})
    if request.method == "POST" and form.is_valid() and attempt(form, actions.keep_search, request.actor, **form.cleaned_data):
        messages.success(request, _("Kept. You are told of new guides that match, once a night."))
        return redirect("programs:my:searches")
    rows = list(queries.searches_of(request.actor))
    for row in rows:
        row.links, row.words = links_of(row), queries.search_words(row.query)
    context = {
        "title": _("My searches"), "rows": rows, "form": form if form.is_bound or "keep" in request.GET else None,
        "words": queries.search_words(query), "crumbs": [(_("My desk"), "/my/"), (_("My searches"), None)],
    }
    return render(request, "programs/searches.html", context)


def _to(search: Any) -> str:
    return reverse("programs:my:searches")


search_stop = steps.step_view(queries.search_for, actions.stop_search, question=policies.keeps_searches, to=_to)
search_take_up = steps.step_view(queries.search_for, actions.take_up_search, question=policies.keeps_searches, to=_to)
search_renew = steps.step_view(queries.search_for, actions.renew_search, question=policies.keeps_searches, to=_to)


@access(policies.keeps_searches)
@require_POST
def search_drop(request: HttpRequest, key: Any) -> HttpResponse:
    actions.drop_search(request.actor, queries.search_for(request.actor, key))
    messages.success(request, _("The search is forgotten."))
    return redirect("programs:my:searches")


@access(public)
def stop_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a message: one question, one button; it works without signing in."""
    search, reason, done = None, "", False
    try:
        search = queries.search_of_link(token)
        if request.method == "POST":
            search, done = actions.stop_search_by_link(request.actor, token), True
    except Refused as refused:
        reason = refused.reasons[0]
    return render(request, "programs/search_stop.html", {
        "title": _("Stop the messages of a search"), "search": search, "reason": reason,
        "done": done or (search is not None and search.stopped_at is not None)}, status=404 if reason else 200)


@access(public)
def search_feed(request: HttpRequest, token: Any, kind: str) -> HttpResponse:
    """RSS, Atom or calendar of a kept search by its secret address: readers and calendars cannot sign in."""
    row = queries.search_by_token(token)
    if kind == "ics":
        return calls.calendar_of(request, queries.window_entries(queries.found_by(row.query)), row.name, "guides", calls.CACHE)
    return calls.feed_of(request, kind, queries.found_by(row.query), row.name, links_of(row)["page"])
