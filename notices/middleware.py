"""A page that a message leads to, opened from anywhere, is that message read: nobody has to open the inbox as well."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from notices import actions


class NoticesMiddleware:
    """Writes only when the page has found, while it counted, that unread messages lead to it, and only when it was shown:
    a page that is refused or missing tells nobody anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 200 and getattr(request, "messages_here", 0):
            actions.read_opened(request.actor, request.path, request.get_full_path())
        return response
