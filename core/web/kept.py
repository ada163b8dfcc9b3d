"""A refused form loses nothing: what was typed waits in the session for the page the person is sent back to.

The page fills it into the form again; without script it stands on the page to be copied.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

KEY = "kept"
MOST_CHARACTERS = 200_000  # far above any form of the house, far below what a session table should hold
NEVER = ("csrfmiddlewaretoken", "once", "rev", "password", "password1", "password2", "old_password", "id_number", "account_number")


def keep(request: HttpRequest, origin: str) -> None:
    """Remember the posted texts for the page `origin`; files cannot be kept."""
    fields = [(name, value) for name in request.POST if name not in NEVER for value in request.POST.getlist(name) if value.strip()]
    if fields and sum(len(value) for _name, value in fields) <= MOST_CHARACTERS:
        request.session[KEY] = {"page": urlsplit(origin).path, "action": request.path, "fields": fields}


def take(request: HttpRequest) -> dict[str, Any] | None:
    """What waits for this page, once."""
    waiting = request.session.get(KEY)
    if not waiting or waiting["page"] != request.path or request.headers.get("HX-Request"):
        return None
    return request.session.pop(KEY)
