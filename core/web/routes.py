"""The site map, found by the words of an address.

Django asks one pattern after the other; with a thousand of them a request spent more on being found than on its rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import ResolverMatch, RoutePattern

#: Kinds of variable parts that never reach over a slash.
WITHIN = ("", "str", "int", "slug", "uuid")
#: So many shapes of addresses are remembered; whoever makes up more only makes the map be looked through again.
REMEMBERED = 2048
Words = tuple[str | None, ...]


@cache
def words_of(route: str) -> tuple[Words, bool]:
    """The words of a route between the slashes, None where any word may stand, and whether more may follow."""
    found: list[str | None] = []
    for word in route.split("/"):
        if "<" not in word:
            found.append(word)
            continue
        kind = word.partition("<")[2].partition(">")[0].rpartition(":")[0]
        if kind not in WITHIN:
            return tuple(found), True
        found.append(None)
    return tuple(found), False


def _route(entry: Any, before: str) -> str:
    """A part that is no plain route may be anything."""
    return before + (str(entry.pattern) if isinstance(entry.pattern, RoutePattern) else "<any:any>")


def leaves(entries: Iterable[Any], before: str = "") -> Iterator[Words]:
    for entry in entries:
        route = _route(entry, before)
        if isinstance(entry, URLPattern):
            yield words_of(route)[0]
        else:
            yield from leaves(entry.url_patterns, route)


def could_be(route: str, words: Sequence[str | None]) -> bool:
    """Whether an address of these words could be meant; a word that is None is one that no route has at its place."""
    own, more = words_of(route)
    if len(words) < len(own) or (len(words) > len(own) and not more):
        return False
    return all(mine is None or mine == word for mine, word in zip(own, words, strict=False))


def fitting(entries: Iterable[Any], words: Sequence[str | None], before: str = "") -> Iterator[Any]:
    """The part of the map, in its order, that an address of these words could be found in."""
    for entry in entries:
        route = _route(entry, before)
        if isinstance(entry, URLPattern):
            if could_be(route, words):
                yield entry
        elif few := list(fitting(entry.url_patterns, words, route)):
            yield URLResolver(entry.pattern, few, entry.default_kwargs, entry.app_name, entry.namespace)


class SiteMap(URLResolver):
    """All of `patterns` for whoever reads or reverses them; an address is looked for in those that could be meant."""

    def __init__(self, patterns: Iterable[Any]) -> None:
        super().__init__(RoutePattern(""), list(patterns))
        self._fixed: dict[int, set[str]] | None = None
        self._parts: dict[Words, URLResolver] = {}

    def resolve(self, path: str) -> ResolverMatch:
        if settings.DEBUG:  # its page of what was tried names everything
            return super().resolve(path)
        words = self._known(str(path).split("/"))
        part = self._parts.get(words)
        if part is None:
            if len(self._parts) >= REMEMBERED:
                self._parts.clear()
            part = self._parts[words] = URLResolver(self.pattern, list(fitting(self.url_patterns, words)))
        return part.resolve(path)

    def _known(self, words: list[str]) -> Words:
        """The words that some route has at their place; the others, such as numbers of applications, are all one."""
        fixed = self._fixed
        if fixed is None:
            fixed = {}
            for found in leaves(self.url_patterns):
                for place, word in enumerate(found):
                    if word is not None:
                        fixed.setdefault(place, set()).add(word)
            self._fixed = fixed
        return tuple(word if word in fixed.get(place, ()) else None for place, word in enumerate(words))
