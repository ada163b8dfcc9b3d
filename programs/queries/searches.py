"""Kept searches of the public calls: the words and filters of the page, asked again at night (clause R6)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core import signing
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from core.web import lists
from core.workflow import Refused
from programs import states
from programs.models import CallSearch, CallSearchHit, Guide
from programs.queries.calls import AMOUNTS, calls, for_applicants, within_amount
from programs.queries.guides import in_phase
from programs.states import FundingMode

KEYS = ("q", "phase", "plan", "who", "funding_mode", "amount", "year")
STOP = "programs.searches.stop"  # the salt of the links


class Words(lists.Listing):
    """The search box of the page, without the page."""

    name = "guides"
    search_column = "search"


def clean_search(query: str) -> str:
    """Only what searches: order, page and export of the address are left out."""
    pairs = [(key, value[:200]) for key, value in parse_qsl(query.lstrip("?")) if key in KEYS and value]
    return urlencode(dict(pairs))[:600]


def found_by(query: str) -> QuerySet[Guide]:
    """Public guides as the page would list them; a value that is not known changes nothing."""
    asked = QueryDict(query)
    rows, _notes = lists.apply_search(Words(), calls(), asked.get("q", ""))
    if (phase := asked.get("phase", "")) in ("open", "coming", "closed"):
        rows = in_phase(rows, phase)
    if plan := asked.get("plan"):
        rows = rows.filter(special__plan__code=plan)
    if (mode := asked.get("funding_mode")) in FundingMode.values:
        rows = rows.filter(funding_mode=mode)
    if who := asked.get("who"):
        rows = for_applicants(rows, who)
    if (year := asked.get("year", "")).isdigit() and len(year) == 4:
        rows = rows.filter(year=int(year))
    return within_amount(rows, asked.get("amount", ""))


def new_for_search(row: CallSearch) -> QuerySet[Guide]:
    """What was published since the search was kept, runs, and was not told for it yet; the oldest first."""
    told = CallSearchHit.objects.filter(search=row, guide=OuterRef("pk"))
    rows = found_by(row.query).filter(published_at__gte=row.since, status__in=states.RUNNING_STATUSES)
    return rows.filter(~Exists(told)).exclude(pk__in=in_phase(Guide.objects.all(), "closed").values("pk")).order_by("published_at", "pk")


def searches_of(actor: Any) -> QuerySet[CallSearch]:
    rows = CallSearch.objects.filter(person=actor.id) if actor.id else CallSearch.objects.none()
    return rows.annotate(told=Count("hits")).order_by("stopped_at", "name")


def search_for(actor: Any, uid: Any) -> CallSearch:
    row = searches_of(actor).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def search_by_token(token: Any) -> CallSearch:
    """By the secret of its feed, while its owner may sign in."""
    row = CallSearch.objects.filter(token=token, person__is_active=True).first()
    if row is None:
        raise Http404
    return row


def stop_token(row: CallSearch) -> str:
    """What the link at the end of a message proves itself with; it opens nothing but the end of the messages."""
    return signing.dumps(str(row.uid), salt=STOP)


def search_of_link(token: str) -> CallSearch:
    """Raises Refused when the link is not ours or its search is gone."""
    try:
        row = CallSearch.objects.filter(uid=signing.loads(token, salt=STOP)).first()
    except signing.BadSignature:
        row = None
    if row is None:
        raise Refused([_("This link is not valid any more.")])
    return row


def search_words(query: str) -> list[str]:
    """The search as a person reads it."""
    asked, found = QueryDict(query), []
    names = {"phase": {"open": _("Open now"), "coming": _("Opening soon"), "closed": _("Closed")},
             "funding_mode": dict(FundingMode.choices), "amount": {row[0]: row[1] for row in AMOUNTS}}
    for key in KEYS:
        if value := asked.get(key, ""):
            found.append(str(names.get(key, {}).get(value, value)))
    return found or [_("every new guide")]


