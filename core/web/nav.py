"""The main navigation: every app registers its entries; a page shows those whose question the actor passes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Entry:
    order: int
    label: Any
    url_name: str
    question: Callable[[Any], str | None]


ENTRIES: dict[str, list[Entry]] = defaultdict(list)


def register(desk: str, order: int, label: Any, url_name: str, question: Callable[[Any], str | None]) -> None:
    """`desk` is one of public, my, review, desk, audit; called from an app's urls module."""
    entry = Entry(order, label, url_name, question)
    if all(known.url_name != url_name for known in ENTRIES[desk]):
        ENTRIES[desk].append(entry)
        ENTRIES[desk].sort(key=lambda one: one.order)


def entries(desk: str, actor: Any, path: str) -> list[dict[str, Any]]:
    """Links of a desk for one actor; the longest address that begins the path is the current one."""
    found = []
    for entry in ENTRIES[desk]:
        if entry.question(actor) is not None:
            continue
        try:
            found.append({"label": entry.label, "url": reverse(entry.url_name)})
        except NoReverseMatch:
            continue
    current = max((one["url"] for one in found if path.startswith(one["url"]) and one["url"] != "/"), key=len, default=path)
    for one in found:
        one["current"] = one["url"] == current
    return found


DESKS = (("my", "/my/"), ("review", "/review/"), ("desk", "/desk/"), ("audit", "/audit/"))


def desk_of(path: str) -> str:
    return next((desk for desk, prefix in DESKS if path.startswith(prefix)), "public")
