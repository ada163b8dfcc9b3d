"""The public search of calls: cards, facets, the order of urgency; what its feeds and calendars say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateTimeField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import OrgKind
from core import clock
from core.clock import CoreNow
from core.money import wan
from programs import rules, states
from programs.models import AnnualPlanItem, Guide, GuideWindow, TopicCall
from programs.queries.guides import public_guides, search_guides
from programs.queries.lists import is_english
from programs.queries.opening import is_stopped, phase, unstopped

AGES = timedelta(days=36525)  # an order of its own for coming guides, after all open ones
FAR = datetime(2300, 1, 1, tzinfo=UTC)  # closed ones come last, counted backwards from here


@dataclass
class CallCard:
    """A guide as a person understands it at a glance: who, how much, until when. No query after this is built."""

    guide: Guide
    phase: str
    label: str
    tone: str
    who: str
    mode: str
    now: datetime
    window: Any = None
    upcoming: Any = None
    windows: list[Any] = field(default_factory=list)


TONES = {states.GuideStatus.OPEN: "good", states.GuideStatus.PUBLISHED: "doing", states.GuideStatus.WITHDRAWN: "bad"}


def phase_label(value: str) -> str:
    return str({"OPEN": _("Open now"), "PUBLISHED": _("Opening soon"), "CLOSED": _("Closed")}.get(
        value, states.GuideStatus(value).label))


def call_card(guide: Guide, now: datetime) -> CallCard:
    """From a row of `calls` or `public_guides`: nothing is asked of the database."""
    windows = list(guide.windows.all())
    running = guide.status in states.RUNNING_STATUSES and not is_stopped(guide)
    found = phase(guide, now)
    kinds = getattr(guide, "applicant_kinds", None)
    if kinds is None:
        kinds = (guide.version.data if guide.version else {}).get("applicants") or []
    return CallCard(
        guide, found, phase_label(found), TONES.get(found, ""), "、".join(str(OrgKind(k).label) for k in kinds if k in OrgKind.values),
        guide.mode_label, now, rules.open_window(windows, now) if running else None,
        rules.next_window(windows, now) if running else None, windows,
    )


def calls() -> QuerySet[Guide]:
    """Public guides with what cards and the search need, without the long texts of their versions.

    `urgency` orders them: open ones by their close, then coming ones by their opening, then closed ones, the latest first.
    """
    windows = GuideWindow.objects.filter(guide=OuterRef("pk"))
    closes = Subquery(windows.filter(opens_at__lte=CoreNow(), closes_at__gt=CoreNow()).order_by("closes_at").values("closes_at")[:1])
    opens = Subquery(windows.filter(opens_at__gt=CoreNow()).order_by("opens_at").values("opens_at")[:1])
    far = Value(FAR, output_field=DateTimeField())
    return (
        public_guides().select_related(None).select_related("special__plan")
        .annotate(applicant_kinds=F("version__data__applicants"), closing=closes, opening=opens)
        .annotate(urgency=Case(
            When(unstopped(), closing__isnull=False, then=F("closing")),
            When(unstopped(), opening__isnull=False, then=F("opening") + AGES),
            default=far + (far - Coalesce(F("closes_at"), F("created_at"), output_field=DateTimeField())),
            output_field=DateTimeField(),
        ))
    )


# --- facets --------------------------------------------------------------------------------------------------------------

AMOUNTS = (
    ("to50", gettext_lazy("up to 500,000 yuan"), None, Decimal(500_000)),
    ("to300", gettext_lazy("500,000 to 3 million yuan"), Decimal(500_000), Decimal(3_000_000)),
    ("to1000", gettext_lazy("3 to 10 million yuan"), Decimal(3_000_000), Decimal(10_000_000)),
    ("more", gettext_lazy("more than 10 million yuan"), Decimal(10_000_000), None),
)


def within_amount(rows: QuerySet[Guide], value: str) -> QuerySet[Guide]:
    """Guides by what one project may get at most; the lower bound is outside, the upper one inside."""
    for code, _label, low, high in AMOUNTS:
        if code == value:
            rows = rows.filter(cap_per_project__gt=low) if low is not None else rows
            return rows.filter(cap_per_project__lte=high) if high is not None else rows
    return rows


def for_applicants(rows: QuerySet[Guide], value: str) -> QuerySet[Guide]:
    return rows.filter(version__data__applicants__contains=[value])


def search_calls(actor: Any, asked: Mapping[str, str]) -> QuerySet[Guide]:
    """The search of the API: the words and filters of the page; a value that is not known changes nothing."""
    rows = search_guides(actor, asked.get("q", ""), asked.get("phase", ""), asked.get("year", ""))
    if plan := asked.get("plan"):
        rows = rows.filter(special__plan__code=plan)
    if (mode := asked.get("funding_mode")) in states.FundingMode.values:
        rows = rows.filter(funding_mode=mode)
    if (who := asked.get("who")) in OrgKind.values:
        rows = for_applicants(rows, who)
    return within_amount(rows, asked.get("amount", ""))


def applicant_choices() -> list[tuple[str, str]]:
    """Kinds of units that may apply somewhere; bureaus do not."""
    return [(kind, str(label)) for kind, label in OrgKind.choices if kind not in ("BUREAU", "AGENCY", "DISTRICT")]


# --- feeds and calendars -------------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """One line of a feed, or one event of a calendar. `uid` stays the same when times move."""

    uid: str
    title: str
    text: str
    path: str
    updated: datetime
    starts: datetime | date
    ends: datetime | date
    alarms: bool = False


FEED_ROWS = 100
CALENDAR_ROWS = 500


def title_of(guide: Guide | TopicCall) -> str:
    return guide.title_en if is_english() and guide.title_en else guide.title


def feed_entries(rows: QuerySet[Guide]) -> list[CallCard]:
    """The newest publications of a search."""
    now = clock.now()
    return [call_card(guide, now) for guide in rows.order_by("-published_at", "-pk")[:FEED_ROWS]]


def card_text(card: CallCard) -> str:
    parts = [
        f"{card.guide.special.plan.label} · {card.guide.special.label}", card.label, card.who,
        _("at most %(cap)s (10,000 yuan) each, up to %(count)d awards") % {
            "cap": wan(card.guide.cap_per_project), "count": card.guide.max_projects},
    ]
    shown = card.window or card.upcoming
    if shown is not None:
        parts.append(f"{clock.local(shown.opens_at):%Y-%m-%d %H:%M} – {clock.local(shown.closes_at):%Y-%m-%d %H:%M} " + _("Beijing time"))
    return "；".join(part for part in parts if part)


def window_entries(rows: QuerySet[Guide]) -> list[Entry]:
    """Two events per window, its opening and its close, of the guides of a search; the latest first."""
    now = clock.now()
    found = []
    for guide in rows.filter(status__in=states.RUNNING_STATUSES).order_by("-closes_at", "-pk")[:CALENDAR_ROWS]:
        card, path = call_card(guide, now), f"/guides/{guide.year}/{guide.slug}/"
        text = card_text(card)
        for window in card.windows:
            updated = guide.published_at or guide.created_at
            found += [
                Entry(f"{guide.ref}-{window.pk}-open@keguan", _("Filing opens: %(title)s") % {"title": title_of(guide)}, text, path,
                      updated, window.opens_at, window.opens_at + timedelta(hours=1)),
                Entry(f"{guide.ref}-{window.pk}@keguan", _("Filing closes: %(title)s") % {"title": title_of(guide)}, text, path,
                      updated, window.closes_at - timedelta(hours=1), window.closes_at, alarms=True),
            ]
    return found


def closing_entries(row: Guide | TopicCall, path: str) -> list[Entry]:
    """One event per window of a guide or a call, its last hour, with reminders; the same UID when dates move."""
    title, decides = title_of(row), _("Beijing time; the moment the server receives it decides")
    return [
        Entry(f"{row.ref}-{window.pk}@keguan", _("Filing closes: %(title)s") % {"title": title},
              f"{clock.local(window.closes_at):%Y-%m-%d %H:%M} {decides}", path,
              row.published_at or row.created_at, window.closes_at - timedelta(hours=1), window.closes_at, alarms=True)
        for window in row.windows.all()
    ]


def expected_entries(rows: QuerySet[AnnualPlanItem]) -> list[Entry]:
    """Expected calls as all-day events: the day when it is known, else the first of the month."""
    found, today = [], clock.today()
    for item in rows[:CALENDAR_ROWS]:
        starts = item.opens_on or date(item.plan.year, item.opens_month, 1)
        found.append(Entry(
            f"plan-item-{item.pk}@keguan", _("Call expected: %(title)s") % {"title": item.label}, expected_text(item, today),
            f"/plans/annual/{item.plan.year}/", item.plan.published_at, starts, starts + timedelta(days=1),
        ))
    return found


def expected_text(item: AnnualPlanItem, today: date) -> str:
    return "；".join((
        f"{item.special.plan.label} · {item.special.label}",
        item.window_text + (_(" (later than planned)") if item.is_behind(today) else ""),
        _("%(money)s (10,000 yuan), up to %(count)d awards") % {"money": wan(item.money), "count": item.count},
        _("by the annual plan; the guide itself decides"),
    ))


def calendar_text(entries: list[Entry], name: str, host: str, now: datetime) -> str:
    """An iCalendar file (RFC 5545): lines of at most 75 octets, CRLF, texts escaped, times in UTC, days as dates."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Keguan//Guides//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
             f"X-WR-CALNAME:{escaped_text(name)}", "X-WR-TIMEZONE:Asia/Shanghai", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    for one in entries:
        lines += [
            "BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{_utc(now)}", f"LAST-MODIFIED:{_utc(one.updated)}", _when("DTSTART", one.starts),
            _when("DTEND", one.ends), f"SUMMARY:{escaped_text(one.title)}", f"DESCRIPTION:{escaped_text(one.text)}", f"URL:{host}{one.path}",
        ]
        for before in ("P7D", "P1D") if one.alarms else ():
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-{before}", f"DESCRIPTION:{escaped_text(one.title)}", "END:VALARM"]
        lines.append("END:VEVENT")
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _when(name: str, value: datetime | date) -> str:
    return f"{name}:{_utc(value)}" if isinstance(value, datetime) else f"{name};VALUE=DATE:{value:%Y%m%d}"


def escaped_text(text: str) -> str:
    """A text inside a calendar file (RFC 5545, 3.3.11): what would end or part it is escaped."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, never cut inside a character; continued ones begin with a space."""
    found, part = [], ""
    for char in line:
        if len((part + char).encode()) > (75 if not found else 74):
            found.append(part)
            part = ""
        part += char
    found.append(part)
    return [found[0], *(f" {more}" for more in found[1:])]
