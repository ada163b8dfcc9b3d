"""The public search of calls, its feeds and calendars, and the calls to expect."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core import clock
from core.web import lists
from core.web.access import access, public
from programs import queries, states
from programs.models import AnnualPlanItem, Guide
from programs.views.public import calendar_of, guide_url

PHASES = (("open", gettext_lazy("Open now")), ("coming", gettext_lazy("Opening soon")), ("closed", gettext_lazy("Closed")))
#: A feed reader asks often and by itself: what it gets may be a quarter of an hour old.
CACHE = {"Cache-Control": "public, max-age=900"}


class Guides(lists.Listing):
    name = "guides"
    title = gettext_lazy("Application guides")
    search_column = "search"
    hint = gettext_lazy("Words of the title, the special or the text; a minus leaves a word out.")
    empty_title = gettext_lazy("No guide is published yet")
    fragment = "programs/_calls.html"
    sorts = {"urgent": "urgency", "new": "-published_at", "cap": "-cap_per_project", "cap_up": "cap_per_project"}
    sort_labels = {
        "urgent": gettext_lazy("Closing soonest"), "new": gettext_lazy("Newest first"), "cap": gettext_lazy("Largest amount first"),
        "cap_up": gettext_lazy("Smallest amount first"),
    }
    columns = (
        lists.Col("title", gettext_lazy("Guide"), main=True, link=guide_url, show=queries.title_of),
        lists.Col("ref", gettext_lazy("Number")),
        lists.Col("special__plan__label", gettext_lazy("Plan")),
        lists.Col("special__label", gettext_lazy("Special")),
        lists.Col("phase", gettext_lazy("State"), value=lambda row: row.card.label),
        lists.Col("who", gettext_lazy("Who can apply"), value=lambda row: row.card.who),
        lists.Col("mode", gettext_lazy("Way of funding"), value=lambda row: row.mode_label),
        lists.Col("opens_at", gettext_lazy("Opens")),
        lists.Col("closes_at", gettext_lazy("Closes (Beijing time)")),
        lists.Col("cap_per_project", gettext_lazy("At most per project (10,000 yuan)"), kind="money"),
        lists.Col("max_projects", gettext_lazy("Awards"), kind="num"),
        lists.Col("budget_control", gettext_lazy("Total money (10,000 yuan)"), kind="money"),
    )
    facets = (
        lists.Facet("phase", gettext_lazy("State"), PHASES, queries.in_phase),
        lists.Facet("plan", gettext_lazy("Plan"), lambda: queries.plan_choices(),
                    lambda rows, value: rows.filter(special__plan__code=value)),
        lists.Facet("who", gettext_lazy("Who can apply"), lambda: queries.applicant_choices(), queries.for_applicants),
        lists.Facet("funding_mode", gettext_lazy("Way of funding"), states.FundingMode.choices),
        lists.Facet("amount", gettext_lazy("At most per project"), [row[:2] for row in queries.AMOUNTS], queries.within_amount),
        lists.Facet("year", gettext_lazy("Year"), lambda: queries.year_choices()),
    )

    def prepare(self, rows: list[Any]) -> None:
        now = clock.now()
        for row in rows:
            row.card = queries.call_card(row, now)


@access(public)
def guides(request: HttpRequest) -> HttpResponse:
    asked = request.GET.urlencode()
    tail = f"?{asked}" if asked else ""
    context = {
        "expected": [] if request.GET else queries.expected_guides(clock.today()),
        "feeds": [
            (_("Atom feed of this search"), reverse("programs:public:feed", args=["atom"]) + tail, "application/atom+xml"),
            (_("RSS feed of this search"), reverse("programs:public:feed", args=["rss"]) + tail, "application/rss+xml"),
            (_("Calendar of this search (.ics)"), reverse("programs:public:windows") + tail, "text/calendar"),
        ],
        "crumbs": [(_("Home"), "/"), (_("Application guides"), None)],
    }
    return lists.page(request, Guides(), queries.calls(), template="programs/guides.html", context=context)


def _found(request: HttpRequest) -> Any:
    """The guides of the search in the address, as the page would list them."""
    return lists.narrowed(request, Guides(), queries.calls())[0]


FEEDS = {"atom": Atom1Feed, "rss": Rss201rev2Feed}


def _new_feed(request: HttpRequest, kind: str, title: str, page: str) -> SyndicationFeed:
    if kind not in FEEDS:
        raise Http404
    return FEEDS[kind](
        title=title, link=request.build_absolute_uri(page), description=title, language=get_language(),
        feed_url=request.build_absolute_uri(),
    )


def _sent(feed: SyndicationFeed) -> HttpResponse:
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type, headers=CACHE)


@access(public)
def feed(request: HttpRequest, kind: str) -> HttpResponse:
    """RSS or Atom of a search: /guides/feed.atom?q=...&phase=open takes the same words and filters as the page."""
    return feed_of(request, kind, _found(request), str(_("Application guides")), reverse("programs:public:guides"))


def feed_of(request: HttpRequest, kind: str, rows: Any, title: str, page: str) -> HttpResponse:
    feed_ = _new_feed(request, kind, title, page)
    for card in queries.feed_entries(rows):
        guide: Guide = card.guide
        feed_.add_item(
            title=queries.title_of(guide), link=request.build_absolute_uri(guide_url(guide)), description=queries.card_text(card),
            unique_id=f"urn:keguan:guide:{guide.ref}", pubdate=guide.published_at, updateddate=guide.published_at,
            categories=[guide.special.plan.label, card.label],
        )
    return _sent(feed_)


@access(public)
def windows(request: HttpRequest) -> HttpResponse:
    """The filing windows of a search as a calendar; without filters those of every guide."""
    return calendar_of(request, queries.window_entries(_found(request)), str(_("Filing windows")), "guides", CACHE)


def plan_of_item(item: AnnualPlanItem) -> str:
    return reverse("programs:public:annual_plan", args=[item.plan.year])


class Expected(lists.Listing):
    name = "expected"
    title = gettext_lazy("Calls to expect")
    search_fields = ("title", "title_en", "special__name", "special__plan__name")
    sorts = {"month": "opens_month", "month_down": "-opens_month", "money": "-money", "money_up": "money"}
    columns = (
        lists.Col("label", gettext_lazy("Plan item"), main=True, link=plan_of_item,
                  sub=lambda row: f"{row.special.plan.label} · {row.special.label}"),
        lists.Col("plan__year", gettext_lazy("Year"), kind="num"),
        lists.Col("window_text", gettext_lazy("Guide window"), sort="month",
                  sub=lambda row: _("later than planned") if row.is_behind(clock.today()) else ""),
        lists.Col("money", gettext_lazy("Money (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("count", gettext_lazy("Awards"), kind="num"),
        lists.Col("mode_label", gettext_lazy("Way of funding")),
        lists.Col("review_label", gettext_lazy("Review")),
    )
    facets = (lists.Facet("plan", gettext_lazy("Plan"), lambda: queries.plan_choices(),
                          lambda rows, value: rows.filter(special__plan__code=value)),)
    empty_title = gettext_lazy("Every item of the published annual plans has its guide")


@access(public)
def expected(request: HttpRequest) -> HttpResponse:
    """Items of the published annual plans whose guide is still to come."""
    context = {
        "lead": _("From the published annual plans; dates may move, the guide itself decides."),
        "actions": [(_("Atom feed"), reverse("programs:public:expected_feed", args=["atom"])),
                    (_("Calendar (.ics)"), reverse("programs:public:expected_feed", args=["ics"]))],
        "crumbs": [(_("Application guides"), reverse("programs:public:guides")), (_("Calls to expect"), None)],
    }
    with clock.standing(clock.now()):  # every row asks whether its day has passed
        return lists.page(request, Expected(), queries.expected_items(clock.today()), context=context)


@access(public)
def expected_feed(request: HttpRequest, kind: str) -> HttpResponse:
    """The calls to expect as Atom, RSS or a calendar, with the same filters as their page."""
    rows = lists.narrowed(request, Expected(), queries.expected_items(clock.today()))[0]
    title = str(_("Calls to expect"))
    entries = queries.expected_entries(rows)
    if kind == "ics":
        return calendar_of(request, entries, title, "expected", CACHE)
    feed_ = _new_feed(request, kind, title, reverse("programs:public:expected"))
    for one in entries:
        feed_.add_item(title=one.title, link=request.build_absolute_uri(one.path), description=one.text,
                       unique_id=f"urn:keguan:{one.uid}", pubdate=one.updated, updateddate=one.updated)
    return _sent(feed_)
