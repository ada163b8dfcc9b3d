"""Pages for what went wrong: they say what happened and what to do, and lose nothing that was typed."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core import clock
from core.web import kept
from core.web.access import wants_json


def _answer(request: HttpRequest, status: int, text: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"reasons": [text]}, status=status)
    if not hasattr(request, "actor"):
        return HttpResponse(render_to_string("errors/plain.html", {"status": status, "text": text}), status=status)
    return render(request, f"errors/{status}.html", {"reason": text}, status=status)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 403, _("You may not open this page."))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 404, _("There is no such page, or it is not yours to see."))


def only_sent(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The address of a form, opened as a page: by reloading the form's answer, by switching the language there, from a bookmark. It says
    so and leads to the page above, instead of nothing at all."""
    if wants_json(request) or not hasattr(request, "actor"):
        return answer
    text = _("This address only takes a form that is sent. Open the page and send the form from there.")
    page = render(request, "errors/405.html", {"reason": text, "above": _above(request.path)}, status=405)
    page["Allow"] = answer.headers.get("Allow", "")
    return page


def _above(path: str) -> str:
    """The nearest address above that leads anywhere; "" when none does."""
    while (path := path.rstrip("/").rpartition("/")[0]):
        try:
            resolve(f"{path}/")
        except Resolver404:
            continue
        return f"{path}/"
    return ""


def paused(request: HttpRequest, pause: Any) -> HttpResponse:
    """Heavy work that is switched off for a time: what, until when, why."""
    text = _("%(what)s are switched off until %(until)s, so that applications can be submitted. Reason: %(why)s") % {
        "what": pause.kind_label, "until": f"{clock.local(pause.ends_at):%Y-%m-%d %H:%M}", "why": pause.reason}
    answer = _answer(request, 503, text)
    answer["Retry-After"] = str(max(1, int((pause.ends_at - clock.now()).total_seconds()) + 1))
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """Without the house's context: whatever broke may be part of it. While the database is away (it is being started again)
    the answer says so, and a form comes back with what was typed, to be sent again."""
    if _is_away(sys.exc_info()[1]):
        return _away(request)
    text = _("Something went wrong on our side. It has been recorded; please try again in a moment.")
    return HttpResponse(render_to_string("errors/plain.html", {"status": 500, "text": text}), status=500)


def _is_away(error: BaseException | None) -> bool:
    """No connection, or one that the database has ended or cannot give; not a statement that took too long or met another."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(("08", "53", "57P"))


def _away(request: HttpRequest) -> HttpResponse:
    text = _("The portal is being started again. Please try again in a few seconds; nothing that you sent before is lost.")
    headers = {"Retry-After": "3"}
    if wants_json(request) or request.headers.get("X-Autosave"):
        return JsonResponse({"reasons": [text]}, status=503, headers=headers)
    typed = _typed(request) if request.method == "POST" and _from_own_page(request) else []
    if typed and TOKEN in request.POST:
        typed = [*typed, (TOKEN, request.POST[TOKEN])]  # the person's own, from the page that was sent
    page = render_to_string("errors/plain.html", {"status": 503, "text": text, "typed": typed, "path": request.get_full_path()})
    return HttpResponse(page, status=503, headers=headers)


TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (the name of a field)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form as they came, to be sent again; what is secret is typed again."""
    return [(name, value) for name in request.POST for value in request.POST.getlist(name) if not kept.is_secret(name)]


def unreadable(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Nothing of the request can be trusted to be read, so the page stands alone."""
    text = _("The request cannot be read.")
    if wants_json(request) or request.headers.get("X-Autosave"):
        return JsonResponse({"reasons": [text]}, status=400)
    return HttpResponse(render_to_string("errors/plain.html", {"status": 400, "text": text}), status=400)


def _from_own_page(request: HttpRequest) -> bool:
    """Whether the form stood on a page of ours and was sent by a browser that has a session here."""
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    own = url_has_allowed_host_and_scheme(source, {request.get_host()}, require_https=request.is_secure())
    return bool(source.startswith(("http://", "https://")) and own and request.COOKIES.get(settings.SESSION_COOKIE_NAME))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or in two sessions. What was typed comes back with the form, ready to send again.

    Only to our own pages: a form of another site would come back with its fields and a fresh token, one click from done.
    """
    if not _from_own_page(request):
        return _answer(request, 403, _("The form does not come from a page of this portal, or its page has expired. Open the page again and send it from there."))
    text = _("The page had been open for too long. Please send the form again; nothing you typed is lost.")
    if wants_json(request) or request.headers.get("X-Autosave"):
        return JsonResponse({"reasons": [text]}, status=403)
    typed = _typed(request)
    return render(request, "errors/csrf.html", {"reason": text, "typed": typed, "path": request.get_full_path()},
                  status=403)
