"""A refused form loses nothing: what was typed waits in the session for the page the person is sent back to.

The page fills it into the form again; without script it stands on the page to be copied.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

KEY = "kept"
MOST_CHARACTERS = 200_000  # far above any form of the house, far below what a session table should hold
NEVER = ("once", "rev")  # of the page that was sent, not of the one that comes
#: Fields that are never given back, whatever form they stand in: `person-password`, `old`, `team.0.id_number`.
SECRET = re.compile(r"passw|secret|token|(?:^|[-_.])(?:old|id_?(?:card|number)|account_?(?:no|number))\d*$", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Passwords, tokens and the numbers of people and accounts; asked wherever what was typed is shown or kept."""
    return SECRET.search(name) is not None


def _fields(post: Any) -> list[tuple[str, str]]:
    return [(name, value) for name in post if name not in NEVER and not is_secret(name) for value in post.getlist(name) if value.strip()]


def fits(post: Any) -> bool:
    """Whether what was typed can wait in the session; longer texts are shown in the answer itself."""
    return sum(len(value) for _name, value in _fields(post)) <= MOST_CHARACTERS


def keep(request: HttpRequest, origin: str) -> None:
    """Remember the posted texts for the page `origin`; files cannot be kept."""
    if (fields := _fields(request.POST)) and fits(request.POST):
        request.session[KEY] = {"page": urlsplit(origin).path, "action": request.path, "fields": fields}


def take(request: HttpRequest) -> dict[str, Any] | None:
    """What waits for this page, once."""
    waiting = request.session.get(KEY)
    if not waiting or waiting["page"] != request.path or request.headers.get("HX-Request"):
        return None
    return request.session.pop(KEY)
