"""Who is asking: one actor per request, the end of sessions whose epoch is over, and consent before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.policies import ANONYMOUS, Actor

EPOCH = "epoch"
CONSENT = "accounts:public:consent"
#: What stays open to a person who has not agreed yet: the notice, leaving, how pages look, static files, health.
FREE = ("/privacy/", "/logout/", "/language/", "/large/", "/static/", "/healthz", "/help/")


class ActorMiddleware:
    """Sets `request.actor`. A session begun before the person's present epoch (a role or account ended, the password
    changed) is closed at its next request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self.actor(request)  # type: ignore[attr-defined]
        return self.without_consent(request) or self.get_response(request)

    def without_consent(self, request: HttpRequest) -> HttpResponse | None:
        """Nothing is processed before the person has agreed to the notice in force (PIPL art. 13, 14 and 17).

        Invented people of a demonstration have no personal data to agree about.
        """
        actor = request.actor  # type: ignore[attr-defined]
        if actor.owed_notice is None or not settings.ASK_CONSENT or not actor.is_signed_in or actor.person.is_demo:
            return None
        page = resolve_url(CONSENT)
        if request.path == page or request.path.startswith(FREE):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"reasons": [_("Sign in on the web once and agree to the privacy notice first.")]}, status=403)
        query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{page}?{query}" if query else page)

    def actor(self, request: HttpRequest) -> Actor:
        known = sessions.actor_of(request.session)
        if known is not None:
            request._cached_user = known.person  # type: ignore[attr-defined]  # where Django's own middleware looks first
        person = request.user
        if not person.is_authenticated:
            return ANONYMOUS
        if not person.is_active or request.session.get(EPOCH) != person.session_epoch:
            logout(request)
            return ANONYMOUS
        return known or Actor.of(person)
