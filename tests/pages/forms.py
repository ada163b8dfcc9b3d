"""Forms that stand on a page: whoever sees one may send it there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.house.test_site import question_of

SENT = "() => [...document.querySelectorAll('main form[method=post]')].map((one) => one.getAttribute('action') || location.pathname)"


def closed(targets: Iterable[str], actor: Any) -> list[str]:
    """Targets that the one who looks may not post to, with the reason; the row is asked only when something is sent."""
    found = []
    for target in dict.fromkeys(urlsplit(one).path for one in targets):
        try:
            question = question_of(resolve(target).func)
        except Resolver404:
            found.append(f"a form leads to {target}, which is nothing")
            continue
        if question is not None and (reason := question(actor)):
            found.append(f"a form leads to {target}, which refuses: {reason}")
    return found
