"""The one list engine: search, facets, sorting, keyset paging, chosen rows, export, saved views.

A page declares a `Listing` once:

    class Units(Listing):
        name = "units"
        columns = (Col("name", _("Name"), link=lambda row: ..., main=True), Col("region", _("District")))
        facets = (Facet("status", _("State"), OrganisationStatus.choices),)
        keywords = {"区": "region__icontains", "district": "region__icontains"}
        sorts = {"name": "name", "new": "-created_at"}
        search_column = "search"

and its view is `return lists.page(request, Units(), queryset, context={...})`. Every state is in the address, works
without script, and costs the same number of queries whatever the number of rows.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet, FieldError, ValidationError
from django.db import DataError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import (
    clock,
    money,
    pauses,
    search,
    typed,
)
from core.web import export

PAGE = 20
EXPORT_ROWS = 20000
OPERATORS = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
TEXT_LOOKUPS = ("contains", "startswith", "endswith", "iexact", "regex", "search")
TIGHT = re.compile(r"[!-~]{1,24}( [!-~]{1,6})?")
TOKEN = re.compile(r'(-?)(?:([^\s:："]+)[:：])?("[^"]*"|[^\s]+)')


@dataclass(frozen=True)
class Col:
    """One column. `value` gives the raw value (also for export); `show` the text on screen, for a tag (text, tone)."""

    name: str
    label: Any
    value: Callable[[Any], Any] | None = None
    show: Callable[[Any], Any] | None = None
    link: Callable[[Any], str] | None = None
    sub: Callable[[Any], Any] | None = None
    sort: str = ""
    main: bool = False
    kind: str = "text"  # text, num, money (yuan, shown and exported in 万元), tag, html (markup made by the house)
    meaning: Any = ""
    unit: Any = ""
    export_only: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in ("num", "money")

    def raw(self, row: Any) -> Any:
        if self.value is not None:
            return self.value(row)
        found: Any = row
        for part in self.name.split("__"):
            found = getattr(found, part, None)
        return found


@dataclass(frozen=True)
class Facet:
    """A choice beside the search box. `apply(rows, value)` when it is more than `name=value`."""

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]] | Callable[[], Sequence[tuple[str, Any]]]
    apply: Callable[[QuerySet, str], QuerySet] | None = None

    def options(self) -> Sequence[tuple[str, Any]]:
        return self.choices() if callable(self.choices) else self.choices


@dataclass(frozen=True)
class Bulk:
    """An act on the chosen rows: the page posts `ids` to `url`."""

    label: Any
    url: str
    danger: bool = False


@dataclass
class Cell:
    col: Col
    text: Any
    link: str = ""
    sub: Any = ""

    @property
    def tight(self) -> bool:
        """A code, a date or a time stays on one line."""
        return bool(TIGHT.fullmatch(str(self.text)))


@dataclass
class Page:
    rows: list[dict[str, Any]]
    total: int
    next: str = ""
    previous: str = ""
    chips: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Listing:
    name: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    columns: ClassVar[Sequence[Col]] = ()
    facets: Sequence[Facet] = ()  # of the class, or of the one list that knows its own choices
    keywords: ClassVar[Mapping[str, str]] = {}
    sorts: ClassVar[Mapping[str, str]] = {"new": "-pk"}
    search_column: ClassVar[str] = ""
    search_fields: ClassVar[Sequence[str]] = ()
    bulk: ClassVar[Sequence[Bulk]] = ()
    empty_title: ClassVar[Any] = gettext_lazy("Nothing here yet")
    empty_text: ClassVar[Any] = ""
    hint: ClassVar[Any] = ""
    per_page: ClassVar[int] = PAGE
    can_export: ClassVar[bool] = True
    #: The rows of the result; a list of cards names its own template and finds each object as `row.object`.
    fragment: ClassVar[str] = "st/_list.html"
    #: Words of the sorts for a select beside the facets, for lists without headings to click.
    sort_labels: ClassVar[Mapping[str, Any]] = {}

    def key(self, row: Any) -> str:
        """The public name of a row, used as the value of its check box."""
        return str(getattr(row, "ref", None) or getattr(row, "uid", None) or row.pk)

    def may_choose(self, row: Any) -> bool:
        """Whether the bulk acts are open to this row: one that is closed to them cannot be ticked."""
        return True

    def row_class(self, row: Any) -> str:
        return ""

    def prepare(self, rows: list[Any]) -> None:
        """A hook for one more query over the rows of a page (never per row)."""


def _literal(value: str) -> Any:
    for read in (typed.number, typed.day):
        try:
            return read(value.replace(",", ""))
        except ValueError:
            continue
    return value


def _condition(lookup: str, value: str) -> Q:
    """Raises ValueError for a number that no column holds, where the column is no text."""
    if not lookup.endswith(TEXT_LOOKUPS):
        try:
            Decimal(value.lstrip("<>=").replace(",", ""))
        except InvalidOperation:
            pass
        else:
            typed.number(value.lstrip("<>=").replace(",", ""))
    for sign, operator in OPERATORS.items():
        if value.startswith(sign):
            return Q(**{f"{lookup.split('__icontains')[0]}__{operator}": _literal(value[len(sign):])})
    return Q(**{lookup: value})


def _words(listing: Listing, rows: QuerySet, words: str) -> QuerySet:
    if listing.search_column:
        return search.match(rows, words, listing.search_column)
    for word in words.split():
        either = Q()
        for name in listing.search_fields:
            either |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(either)
    return rows


def apply_search(listing: Listing, rows: QuerySet, q: str) -> tuple[QuerySet, list[str]]:
    """Plain words are AND-ed; `key:value` by the listing's keywords; a leading minus excludes. Never an error page."""
    notes, plain = [], []
    for minus, key, quoted in TOKEN.findall(q or ""):
        value = quoted.strip('"')
        if key and key in listing.keywords:
            try:
                condition = _condition(listing.keywords[key], value)
                narrowed = rows.exclude(condition) if minus else rows.filter(condition)
                with suppress(EmptyResultSet):  # a number beyond its column: nothing is like that
                    str(narrowed.query)  # a wrong type shows here, not on the page
                rows = narrowed
            except (ValueError, TypeError, ArithmeticError, FieldError, ValidationError):
                notes.append(_("“%(key)s:%(value)s” was not understood and is left out.") % {"key": key, "value": value})
        elif key:
            known = " ".join(listing.keywords)
            notes.append(_("There is no keyword “%(key)s” here; known ones: %(known)s") % {"key": key, "known": known or "-"})
            plain.append(value)
        elif minus:
            rows = rows.exclude(pk__in=_words(listing, rows.model._base_manager.all(), value).values("pk"))
        else:
            plain.append(value)
    return (_words(listing, rows, " ".join(plain)) if plain else rows), notes


def narrowed(request: HttpRequest, listing: Listing, rows: QuerySet) -> tuple[QuerySet, list[str], list[dict[str, str]]]:
    """Search and facets applied, with the chips that take each one off again."""
    chips = []
    rows, notes = apply_search(listing, rows, request.GET.get("q", "").replace("\x00", "")[:200])
    for facet in listing.facets:
        value = request.GET.get(facet.name, "")
        options = {str(key): label for key, label in facet.options()}
        if value not in options or value == "":
            continue
        rows = facet.apply(rows, value) if facet.apply else rows.filter(**{facet.name: value})
        chips.append({"label": f"{facet.label}：{options[value]}", "off": _address(request, **{facet.name: None})})
    return rows, notes, chips


def _address(request: HttpRequest, **changes: str | None) -> str:
    query = {key: value for key, value in request.GET.items() if key not in ("after", "before", "export") and value}
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = value
    return f"?{urlencode(query)}" if query else "?"


def _sort(request: HttpRequest, listing: Listing) -> tuple[str, str]:
    chosen = request.GET.get("sort", "")
    if chosen not in listing.sorts:
        chosen = next(iter(listing.sorts))
    return chosen, listing.sorts[chosen]


def _mark(row: Any, field_name: str) -> str:
    value: Any = row
    for part in field_name.split("__"):
        value = getattr(value, part, None)
    if isinstance(value, datetime | date):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    return base64.urlsafe_b64encode(json.dumps([value, row.pk]).encode()).decode()


def _read_mark(text: str) -> tuple[Any, int] | None:
    try:
        value, pk = typed.body(b'{"mark":' + base64.urlsafe_b64decode(text.encode()) + b"}")["mark"]
    except (ValueError, TypeError):
        return None
    plain = value is None or (isinstance(value, str | int | float) and typed.text(value) == str(value) != "inf")
    return (value, pk) if plain and typed.whole(pk) is not None else None


def _beyond(field_name: str, descending: bool, mark: tuple[Any, int]) -> Q:
    """Rows after a mark in the order (field, pk), nulls last; a key set costs the same on page 1 and page 500."""
    value, pk = mark
    step = "lt" if descending else "gt"
    if field_name == "pk":
        return Q(**{f"pk__{step}": pk})
    if value is None:
        return Q(**{f"{field_name}__isnull": True, f"pk__{step}": pk})
    return (Q(**{f"{field_name}__{step}": value}) | Q(**{field_name: value, f"pk__{step}": pk})
            | Q(**{f"{field_name}__isnull": True}))


def build(request: HttpRequest, listing: Listing, rows: QuerySet) -> Page:
    """One page of rows: a count and the rows, two queries however many rows there are."""
    rows, notes, chips = narrowed(request, listing, rows)
    total = rows.count()
    _chosen, order = _sort(request, listing)
    field_name, descending = order.lstrip("-"), order.startswith("-")
    mark = _read_mark(request.GET.get("after", "")) if request.GET.get("after") else None
    items = _items_beyond(rows, field_name, descending, mark, listing.per_page + 1) if mark else None
    if items is None:
        mark, items = None, list(ordered(rows, field_name, descending)[: listing.per_page + 1])
    more = len(items) > listing.per_page
    items = items[: listing.per_page]
    listing.prepare(items)
    return Page(
        rows=[{"key": listing.key(row), "cells": cells(listing, row), "css": listing.row_class(row), "object": row,
               "open": bool(listing.bulk) and listing.may_choose(row)} for row in items],
        total=total, chips=chips, notes=notes,
        next=_address(request, after=_mark(items[-1], field_name)) if more else "",
        previous=_address(request) if mark else "",
    )


def _items_beyond(rows: QuerySet, field_name: str, descending: bool, mark: tuple[Any, int], most: int) -> list[Any] | None:
    """Rows after the mark; None for a mark that this list never made, which shows the first page."""
    try:
        with transaction.atomic():
            return list(ordered(rows.filter(_beyond(field_name, descending, mark)), field_name, descending)[:most])
    except (ValueError, TypeError, ArithmeticError, ValidationError, DataError):
        return None


def ordered(rows: QuerySet, field_name: str, descending: bool) -> QuerySet:
    if field_name == "pk":
        return rows.order_by("-pk" if descending else "pk")
    from django.db.models import F  # noqa: PLC0415 (one use)

    column = F(field_name)
    first = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)
    return rows.order_by(first, "-pk" if descending else "pk")


def cells(listing: Listing, row: Any) -> list[Cell]:
    return [
        Cell(col, _shown(col, row), col.link(row) if col.link else "", col.sub(row) if col.sub else "")
        for col in listing.columns if not col.export_only
    ]


def _shown(col: Col, row: Any) -> Any:
    if col.show is not None:
        shown = col.show(row)
        if isinstance(shown, tuple):  # (text, tone) of a tag column
            text, tone = shown
            return format_html('<span class="st-tag st-tag--{}">{}</span>', tone, text) if tone else text
        return shown
    value = col.raw(row)
    if col.kind == "money":
        return money.wan(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _exported(col: Col, row: Any) -> Any:
    """What leaves the house is what the screen says: money in the unit of its heading (exact, never rounded), a choice
    by its label, a tag by its words; other columns by their raw value."""
    value = col.raw(row)
    if col.kind == "money":
        return money.in_wan(value)
    if col.value is None and col.show is not None and (col.kind == "tag" or (isinstance(value, str) and value)):
        shown = col.show(row)
        return strip_tags(str(shown[0] if isinstance(shown, tuple) else shown))
    label = getattr(row, f"get_{col.name}_display", None) if col.value is None else None
    return str(label()) if callable(label) else value


def headings(request: HttpRequest, listing: Listing) -> list[dict[str, Any]]:
    chosen, order = _sort(request, listing)
    found = []
    for col in listing.columns:
        if col.export_only:
            continue
        options = [name for name in (col.sort, f"{col.sort}_down") if col.sort and name in listing.sorts]
        state, target = "none", ""
        if options:
            target = options[(options.index(chosen) + 1) % len(options)] if chosen in options else options[0]
            state = ("descending" if order.startswith("-") else "ascending") if chosen in options else "none"
        found.append({"col": col, "sort": _address(request, sort=target) if target else "", "state": state})
    return found


def exported(request: HttpRequest, listing: Listing, rows: QuerySet) -> HttpResponse:
    """The whole result of the search, all columns: what the screen shows and the raw ones."""
    pauses.ask("EXPORT")
    rows, _notes, _chips = narrowed(request, listing, rows)
    _chosen, order = _sort(request, listing)
    items = list(ordered(rows, order.lstrip("-"), order.startswith("-"))[:EXPORT_ROWS])
    listing.prepare(items)
    columns = [export.Column(col.name, col.label, col.meaning, col.unit or (_("10,000 yuan") if col.kind == "money" else ""))
               for col in listing.columns]
    data = ([_exported(col, row) for col in listing.columns] for row in items)
    name = f"{listing.title or listing.name}-{clock.today():%Y%m%d}"
    if request.GET["export"] == "csv":
        body, mime, name = export.to_csv(columns, data), "text/csv; charset=utf-8", f"{name}.csv"
    else:
        body = export.to_xlsx(columns, data, title=str(listing.title), source=request.get_full_path())
        mime, name = export.MIME_XLSX, f"{name}.xlsx"
    return HttpResponse(body, content_type=mime,
                        headers={"Content-Disposition": content_disposition_header(True, name)})


def context(request: HttpRequest, listing: Listing, rows: QuerySet) -> dict[str, Any]:
    """The part of a page's context that templates/st/list.html needs, for pages with more than a list."""
    return {
        "listing": listing,
        "page": build(request, listing, rows),
        "headings": headings(request, listing),
        "facets": [
            {"facet": facet, "options": facet.options(), "value": request.GET.get(facet.name, "")}
            for facet in listing.facets
        ],
        "q": request.GET.get("q", ""),
        "sort": request.GET.get("sort", ""), "query": _address(request),
        "xlsx": _address(request, export="xlsx"),
        "csv": _address(request, export="csv"),
        "narrowed": any(request.GET.get(facet.name) for facet in listing.facets) or bool(request.GET.get("q")),
    }


def page(request: HttpRequest, listing: Listing, rows: QuerySet, *, template: str = "st/list_page.html",
         context: Mapping[str, Any] | None = None) -> HttpResponse:  # noqa: A002
    """The whole answer: an export, the fragment that htmx asks for, or the page."""
    if request.GET.get("export") in ("xlsx", "csv") and listing.can_export:
        return exported(request, listing, rows)
    data = {"title": listing.title, **_context(request, listing, rows), **(context or {})}
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == f"list-{listing.name}":
        return render(request, listing.fragment, data)
    return render(request, template, data)


_context = context


def chosen(request: HttpRequest, most: int = 200) -> list[str]:
    """Keys of the rows a bulk act was asked for."""
    return [key[:80] for key in request.POST.getlist("ids")][:most]


def rows_of(keys: Iterable[str], get: Callable[[str], Any]) -> list[Any]:
    return [get(key) for key in keys]
