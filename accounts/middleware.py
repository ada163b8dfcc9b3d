"""Who is asking: one actor per request, and the end of sessions whose epoch is over."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.policies import ANONYMOUS, Actor

EPOCH = "epoch"


class ActorMiddleware:
    """Sets `request.actor`. A session begun before the person's present epoch (a role or account ended, the password
    changed) is closed at its next request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self.actor(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def actor(self, request: HttpRequest) -> Actor:
        person = request.user
        if not person.is_authenticated:
            return ANONYMOUS
        if not person.is_active or request.session.get(EPOCH) != person.session_epoch:
            logout(request)
            return ANONYMOUS
        return Actor.of(person)
