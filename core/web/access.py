"""Who may open a page: every view says so in one line, and a test finds the view that does not.

`@access(question)` takes the same questions as the state machines: `question(actor)` gives None or the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core import typed

Question = Callable[[Any], "str | None"]
View = Callable[..., HttpResponse]


def public(actor: Any) -> str | None:
    return None


def signed_in(actor: Any) -> str | None:
    return None if actor.is_signed_in else _("Please sign in first.")


def access(question: Question, *, body: bool = True) -> Callable[[View], View]:
    """What was sent reaches the view without characters that cannot be stored; a view that must set a limit before
    anything reads the body says `body=False`."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            reason = question(request.actor)
            if reason is None:
                request.GET = typed.fit(request.GET)
                if body and request.method == "POST":
                    request.POST = typed.fit(request.POST)  # type: ignore[assignment]
                return view(request, *args, **kwargs)
            return refuse(request, str(reason))

        guarded.access_question = question  # type: ignore[attr-defined]
        return guarded

    return wrap


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")


def refuse(request: HttpRequest, reason: str) -> HttpResponse:
    """Visitors are sent to sign in and come back; others see the reason."""
    anonymous = not request.actor.is_signed_in
    if wants_json(request):
        return JsonResponse({"reasons": [reason]}, status=401 if anonymous else 403)
    if anonymous:
        target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return redirect(target)
    return render(request, "errors/403.html", {"reason": reason}, status=403)
