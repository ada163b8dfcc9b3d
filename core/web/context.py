"""What base.html needs on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.web import kept, nav

# An upper floor says how many unread messages who asks has; the kernel does not know what a message is.
COUNTERS: dict[str, Callable[[HttpRequest], int]] = {}


def house(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None:
        return {}
    desk = nav.desk_of(request.path, actor)
    counter = COUNTERS.get("unread")
    return {
        "actor": actor,
        "desk": desk,
        "nav_entries": SimpleLazyObject(lambda: nav.entries(desk, actor, request.path)),
        "desks": SimpleLazyObject(lambda: [d for d, _prefix in nav.DESKS if nav.is_open(d, actor)]),
        "unread": SimpleLazyObject(lambda: counter(request) if counter and actor.is_signed_in else 0),
        "kept": SimpleLazyObject(lambda: kept.take(request)),
        "large_text": request.COOKIES.get("keguan_large") == "1",
        "SITE_NAME": settings.SITE_NAME,
        "SUPPORT_PHONE": settings.SUPPORT_PHONE,
        "IS_DEMO": settings.IS_DEMO,
    }
