"""Every page of the product, read from the URL conf; what is only posted to, and the API, are no pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """A named entry of the URL conf: `programs:desk:guide`, its pattern, and the names of what it must be given."""

    name: str
    pattern: str
    arguments: tuple[str, ...]


def _walk(resolver: URLResolver, spaces: tuple[str, ...] = (), before: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces, pattern)
        else:
            yield ":".join((*spaces, entry.name or "")), pattern, entry


def answers_get(view) -> bool:
    """False for a view behind `require_POST`, wherever in the chain of decorators it stands."""
    while view is not None:
        code = getattr(view, "__code__", None)
        if code is not None and "request_method_list" in code.co_freevars:
            return "GET" in view.__closure__[code.co_freevars.index("request_method_list")].cell_contents
        view = getattr(view, "__wrapped__", None)
    return True


@cache
def pages() -> list[Address]:
    return [
        Address(name, pattern, tuple(entry.pattern.converters) or tuple(entry.pattern.regex.groupindex))
        for name, pattern, entry in _walk(get_resolver())
        if not pattern.startswith("api/") and ":api:" not in name and answers_get(entry.callback)
    ]
