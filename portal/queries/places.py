"""Where things are: addresses of other floors' pages, by name. A page that a deployment does not carry has none."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode


def address(name: str, *args: Any, **query: Any) -> str:
    """The address of a page, with a query; empty when there is no such page."""
    try:
        found = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{found}?{urlencode(query)}" if query else found
