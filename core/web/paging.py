"""Numbered pages for long tables that are no list of their own: a section of a page, a table of forms.

`part(request, rows)` in the view, `{% include "parts/pages.html" with part=... %}` under the table. A list with search, sorting and
export is a `core.web.lists.Listing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

SIZE = 50


def part(request: HttpRequest, rows: QuerySet | Sequence[Any], size: int = SIZE, *, name: str = "page", anchor: str = "",
         label: str = "", number: int = 0) -> Page:
    """The page that `?name=` asks for (the nearest there is), or the `number` where something stands that was not taken; with the
    addresses before and after it. The rest of the query stays."""
    found = Paginator(rows, size).get_page(number or request.GET.get(name))

    def address(number: int) -> str:
        kept = {key: value for key, value in request.GET.items() if key != name and value}
        return f"?{urlencode({**kept, name: number})}{anchor and '#' + anchor}"

    found.label = label or gettext("Pages")
    found.before = address(found.previous_page_number()) if found.has_previous() else ""
    found.after = address(found.next_page_number()) if found.has_next() else ""
    return found
