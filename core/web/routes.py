"""The site map, found by the first words of an address.

Django asks one pattern after the other; with a thousand of them a request spent more on being found than on its rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import ResolverMatch, RoutePattern

WORDS = 2
Words = tuple[str | None, ...]


def words_of(route: str) -> Words:
    """The words that every address of this route begins with: what stands before its first variable part, in whole words."""
    fixed, variable, _rest = route.partition("<")
    found = fixed.split("/")
    return tuple(found[:-1] if variable else found)[:WORDS]


def leaves(entries: Iterable[Any], before: str = "") -> Iterator[Words]:
    for entry in entries:
        route = _route(entry, before)
        if isinstance(entry, URLPattern):
            yield words_of(route)
        else:
            yield from leaves(entry.url_patterns, route)


def _route(entry: Any, before: str) -> str:
    """A part that is no plain route may be anything."""
    return before + (str(entry.pattern) if isinstance(entry.pattern, RoutePattern) else "<>")


def fitting(entries: Iterable[Any], words: Words, before: str = "") -> Iterator[Any]:
    """The part of the map, in its order, that an address with these first words could be found in. A word that is None is one that
    no fixed part has."""
    for entry in entries:
        route = _route(entry, before)
        if isinstance(entry, URLPattern):
            if all(own == word for own, word in zip(words_of(route), words, strict=False)):
                yield entry
        elif few := list(fitting(entry.url_patterns, words, route)):
            yield URLResolver(entry.pattern, few, entry.default_kwargs, entry.app_name, entry.namespace)


class SiteMap(URLResolver):
    """All of `patterns` for whoever reads or reverses them; an address is looked for in those that could be meant."""

    def __init__(self, patterns: Iterable[Any]) -> None:
        super().__init__(RoutePattern(""), list(patterns))
        self._fixed: frozenset[Words] | None = None
        self._parts: dict[Words, URLResolver] = {}

    def resolve(self, path: str) -> ResolverMatch:
        if settings.DEBUG:  # its page of what was tried names everything
            return super().resolve(path)
        words = self._known(str(path).split("/", WORDS)[:WORDS])
        part = self._parts.get(words)
        if part is None:
            part = self._parts[words] = URLResolver(self.pattern, list(fitting(self.url_patterns, words)))
        return part.resolve(path)

    def _known(self, words: list[str]) -> Words:
        """The words as far as fixed parts have them: addresses that nobody has made up beforehand share one part."""
        if self._fixed is None:
            self._fixed = frozenset(found[:count] for found in leaves(self.url_patterns) for count in range(1, len(found) + 1))
        known: Words = tuple(words)
        while known and known not in self._fixed:
            known = known[:-1]
        return (*known, *[None] * (len(words) - len(known)))
