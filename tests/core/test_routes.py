"""The site map finds what Django finds, among fewer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import Resolver404, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from core.web import routes
from tests.house.test_site import patterns

SAMPLES = {"str": "KEY-2026-00123", "int": "7", "slug": "a-b", "uuid": "0b0e8a3c-1d6f-4c64-9d2e-6d0c5b1f9a11", "path": "a/b/c", "": "word"}


def site() -> routes.SiteMap:
    (found,) = get_resolver().url_patterns
    assert isinstance(found, routes.SiteMap)
    return routes.SiteMap(found.url_patterns)


def plain() -> URLResolver:
    return URLResolver(RegexPattern(r"^/"), [URLResolver(RoutePattern(""), site().url_patterns)])


def addresses() -> Iterator[str]:
    """Found anew by the first that asks; the map of the house does not change between two tests."""
    if not ADDRESSES:
        ADDRESSES.extend(all_addresses())
    return iter(ADDRESSES)


ADDRESSES: list[str] = []


def all_addresses() -> Iterator[str]:
    """Of each route one that is meant, and, in turn, one without its end, with more behind it, with a word of the map for a number."""
    for turn, (route, _entry) in enumerate(patterns(plain())):
        route = route.removeprefix("^/")
        if "(?P" in route:
            continue
        whole = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or ""], route)
        yield from (whole, (whole.rstrip("/"), f"{whole}more/", whole.replace("KEY-2026-00123", "list"))[turn % 3])
    yield from ("review/profile/tie/", "review/profile/nothing/", f"desk/experts/{SAMPLES['uuid']}/tie/", "", "/", "//", "my", "nobody/knows/", "healthz/")


def answer(resolver: URLResolver, path: str) -> tuple | None:
    try:
        found = resolver.resolve(path)
    except Resolver404:
        return None
    return found.func, found.args, found.kwargs, found.url_name, found.namespaces, found.app_names, found.route


def differing(site_map: routes.SiteMap) -> Iterator[str]:
    django = plain()
    return (path for path in addresses() if answer(site_map, path) != answer(django, f"/{path}"))


def test_every_address_is_found_as_django_finds_it():
    found = site()
    assert sum(answer(found, path) is not None for path in addresses()) > 700
    assert list(differing(found)) == []


def test_a_map_that_looks_at_too_few_is_found(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(routes, "WITHIN", ("", "str", "int"))
    monkeypatch.setattr(routes, "words_of", lambda route: (tuple(route.split("/")), False))
    assert next(differing(site()), None)


def test_few_are_looked_at_and_addresses_nobody_made_cost_no_memory():
    found = site()
    found.resolve("my/unit/applications/KEY-2026-00123/endorse/")
    (part,) = found._parts.values()
    assert len(list(patterns(part))) <= 3 < 700 < len(list(patterns(found)))
    for number in range(300):
        found.resolve(f"my/unit/applications/KEY-{number}/endorse/")
    assert len(found._parts) == 1


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(routes, "REMEMBERED", 5)
    found = site()
    for number in range(40):
        with pytest.raises(Resolver404):
            found.resolve("x/" * (number + 3))
        assert len(found._parts) <= 5
