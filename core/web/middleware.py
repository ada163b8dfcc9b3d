"""What every request of the house gets: a number for the ledger, and a page instead of a crash when an act is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from core import pauses, typed
from core.ledger import request_context
from core.web import errors, kept
from core.web.access import wants_json
from core.workflow import Refused


def back(request: HttpRequest) -> str | None:
    """The page a form was posted from, when it is one of ours."""
    referer = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return referer if own and referer else None


class PolicyMiddleware(CSPMiddleware):  # type: ignore[misc]
    """django-csp, which writes the same text anew for every answer; here it is written once. What a view changes, and whatever else
    differs from the one policy of the house, is left to it."""

    _written: tuple[Any, str] = (None, "")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        policy = settings.CONTENT_SECURITY_POLICY
        changed = any(name.startswith("_csp") for name in (*vars(response), *vars(request)))
        if changed or settings.DEBUG or set(policy) != {"DIRECTIVES"} or getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None):
            return super().process_response(request, response)
        if self._written[0] is not policy:
            self._written = (policy, build_policy())
        response.headers.setdefault(HEADER, self._written[1])
        return response


class LanguageMiddleware:
    """Chinese unless the person has switched. What a browser was sold with says nothing about a bureau's users; machines
    that ask by header get their answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.path.startswith("/api/") and chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ReadableMiddleware:
    """What cannot be stored or read does not get in: one place for every page and every machine.

    A path with such a character names nothing (404); in a query it is left out; a form in another charset is refused
    before anything reads it, because Django raises for it wherever it is read first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
        if charset.strip("\"' ").lower() not in ("utf-8", "utf8"):
            return errors.unreadable(request)
        if typed.UNFIT.search(request.path_info):
            return errors.not_found(request)
        request.GET = typed.fit(request.GET)
        return self.get_response(request)


class HouseMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid.uuid4().hex
        request.number = number  # type: ignore[attr-defined]
        token = request_context.set({"request_id": number, "ip": request.META.get("REMOTE_ADDR", "")})
        try:
            response = self.get_response(request)
        finally:
            request_context.reset(token)
        if response.status_code == 405 and request.method in ("GET", "HEAD"):
            response = errors.only_sent(request, response)
        response.headers.setdefault("X-Request-Id", number)
        if request.actor.is_signed_in and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-cache"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal is an answer: the reasons, on the page the person came from. A form where plain text was wanted has been
        read as a form already, and is no longer there as text."""
        if isinstance(error, RawPostDataException):
            return errors.unreadable(request)
        if isinstance(error, pauses.Paused):
            return errors.paused(request, error.pause)
        if not isinstance(error, Refused):
            return None
        if wants_json(request):
            return JsonResponse({"reasons": error.reasons}, status=409)
        origin = back(request)
        if request.method == "POST" and origin and not request.headers.get("HX-Request"):
            for reason in error.reasons:
                messages.error(request, reason)
            kept.keep(request, origin)
            return redirect(origin)
        return render(request, "errors/refused.html", {"reasons": error.reasons, "back": origin}, status=409)
