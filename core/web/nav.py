"""The main navigation: every app registers its entries; a page shows those whose question the actor passes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, get_script_prefix, reverse


@dataclass(frozen=True)
class Entry:
    order: int
    label: Any
    url_name: str
    question: Callable[[Any], str | None]
    #: Further lists of the same entry, whose pages light it up as well.
    also: tuple[str, ...] = ()


ENTRIES: dict[str, list[Entry]] = defaultdict(list)


def register(desk: str, order: int, label: Any, url_name: str, question: Callable[[Any], str | None], *, also: tuple[str, ...] = ()) -> None:
    """`desk` is one of public, my, review, desk, audit; called from an app's urls module."""
    entry = Entry(order, label, url_name, question, also)
    if all(known.url_name != url_name for known in ENTRIES[desk]):
        ENTRIES[desk].append(entry)
        ENTRIES[desk].sort(key=lambda one: one.order)


def entries(desk: str, actor: Any, path: str) -> list[dict[str, Any]]:
    """Links of a desk for one actor; the longest address that begins the path is the current one."""
    prefix = get_script_prefix()
    shown = [(entry, url) for entry in ENTRIES[desk] if entry.question(actor) is None and (url := address(entry.url_name, prefix))]
    begins = {start: url for entry, url in shown for start in (url, *(address(name, prefix) for name in entry.also)) if start}
    longest = max((start for start in begins if path.startswith(start) and start != "/"), key=len, default="")
    current = begins.get(longest, path)
    return [{"label": entry.label, "url": url, "current": url == current} for entry, url in shown]


@cache
def address(url_name: str, prefix: str) -> str:
    """Worked out once: every page asks for all of them. "" for a page that is not there."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def is_open(desk: str, actor: Any) -> bool:
    """Whether the desk has at least one page for the actor."""
    return any(entry.question(actor) is None for entry in ENTRIES[desk])


DESKS = (("my", "/my/"), ("review", "/review/"), ("desk", "/desk/"), ("audit", "/audit/"))


#: Pages of the person, not of a desk: they keep the menu of the desk that the person works at.
PERSONAL = ("/me/", "/inbox/", "/jobs/")
#: Which desk that is, an upper floor says; the kernel does not know what a role is.
OWN: list[Callable[[Any], str]] = []


def desk_of(path: str, actor: Any = None) -> str:
    """The desk whose menu a page shows."""
    if actor is not None and actor.is_signed_in and path.startswith(PERSONAL):
        return OWN[-1](actor) if OWN else "public"
    return next((desk for desk, prefix in DESKS if path.startswith(prefix)), "public")
