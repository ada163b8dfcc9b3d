"""Plan and reality: what was planned, published, applied for, awarded, committed and paid; how concentrated the money is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import Status
from core import clock
from core.money import wan
from core.web import charts, export
from funding import queries as funding
from portal import rules
from portal.queries.desk import PAST_CHECK
from programs import policies as programme_policies
from programs import queries as programmes
from programs import states
from programs.models import AnnualPlanItem, Guide, Special
from projects import queries as projects

ZERO = Decimal(0)
WAN = Decimal(10000)
TABLES = ("money", "clusters", "rates")


def in_wan(value: Decimal | None) -> Decimal:
    return ((value or ZERO) / WAN).quantize(Decimal("0.01"))


# --- success rates -------------------------------------------------------------------------------------------------------


@dataclass
class Rate:
    """One guide whose awards are made: how many submitted, passed the check, were awarded."""

    guide: Guide
    submitted: int
    accepted: int
    awarded: int

    @property
    def share(self) -> str:
        return rules.rate(self.awarded, self.submitted)


def rates(**only: Any) -> list[Rate]:
    """Guides with awards, the newest first; nothing is counted before the first award of a guide is public."""
    found = {
        row["guide"]: row
        for row in Application.objects.filter(**{f"guide__{key}": value for key, value in only.items()}).order_by().values("guide")
        .annotate(
            submitted=Count("pk", filter=Q(submitted_at__isnull=False)), accepted=Count("pk", filter=Q(status__in=PAST_CHECK)),
            awarded=Count("pk", filter=Q(status=Status.AWARDED)),
        ).filter(awarded__gt=0)
    }
    guides = Guide.objects.filter(pk__in=found, status__in=states.PUBLIC_STATUSES).select_related("special__plan").order_by("-year", "-pk")
    return [Rate(guide, found[guide.pk]["submitted"], found[guide.pk]["accepted"], found[guide.pk]["awarded"]) for guide in guides]


def rates_of(special: Special) -> dict[str, Any] | None:
    """What the page of a guide or special shows: the guides of that special over the years, and their sum."""
    rows = rates(special__code=special.code)
    if not rows:
        return None
    submitted, awarded = sum(row.submitted for row in rows), sum(row.awarded for row in rows)
    return {"rates": rows[:12], "total": {"submitted": submitted, "accepted": sum(row.accepted for row in rows), "awarded": awarded,
                                         "share": rules.rate(awarded, submitted)}}


# --- money by category and year ------------------------------------------------------------------------------------------


@dataclass
class YearMoney:
    """A category in a year: money in yuan planned and committed, awards planned and made."""

    year: int
    code: str
    label: str
    planned: Decimal
    committed: Decimal
    count: int
    awarded: int


def money_by_category() -> list[YearMoney]:
    """Of all published plans; categories are matched by code over the versions of the tree."""
    name = "special__plan__name_en" if programmes.is_english() else "special__plan__name"
    rows = AnnualPlanItem.objects.filter(plan__status=states.PlanStatus.PUBLISHED).values_list(
        "plan__year", "special__plan__code", name).annotate(
        planned=Sum("money"), done=Sum("committed"), n=Sum("count"), made=Sum("awarded_count"), place=Min("special__plan__order")
    ).order_by("-plan__year", "place")
    return [YearMoney(year, code, label, planned, done, n, made) for year, code, label, planned, done, n, made, _place in rows]


def money_charts(rows: list[YearMoney], year: int) -> list[charts.Chart]:
    chosen = [(row.label, in_wan(row.committed), in_wan(row.planned)) for row in rows if row.year == year]
    years: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in rows:
        years[row.year][0] += row.committed
        years[row.year][1] += row.planned
    note = _("10,000 yuan; published plans")
    return [
        charts.bullet(_("Committed against planned by category, %(year)d") % {"year": year}, chosen, note=note),
        charts.bullet(_("Committed against planned by year"),
                      [(str(one), in_wan(done), in_wan(plan)) for one, (done, plan) in sorted(years.items())], note=note),
    ]


# --- concentration by cluster (clause P1) --------------------------------------------------------------------------------


Cluster = tuple[str, str]
NO_CLUSTER: Cluster = ("", "")


def cluster_sums() -> dict[int, dict[Cluster, tuple[Decimal, int]]]:
    """{year of the guide: {(list, code): (yuan awarded, projects)}} of public projects."""
    found: dict[int, dict[Cluster, tuple[Decimal, int]]] = defaultdict(dict)
    rows = projects.public_projects().select_related(None)
    for key, by_year in projects.tag_sums(rows, states.Dimension.CLUSTER, "guide__year").items():
        for year, (n, money) in by_year.items():
            found[year][key] = (money, n)
    return dict(found)


def cluster_names(keys: Iterable[Cluster]) -> dict[Cluster, str]:
    """Names in the language of the page; the list is named where another list among the keys has a cluster of that name."""
    labels = programmes.tag_labels(states.Dimension.CLUSTER)
    wanted = {key: labels.get(key, key[1]) for key in keys if key != NO_CLUSTER}
    often = Counter(wanted.values())
    return {
        key: f"{name} · {programmes.list_label(key[0])}" if often[name] > 1 else name for key, name in wanted.items()
    } | {NO_CLUSTER: _("no cluster named")}


def concentration(year: int) -> dict[str, Any]:
    """Share by cluster, Herfindahl index and top-share curve of a year, and the index of every year."""
    sums = cluster_sums()
    names = cluster_names(sums.get(year, {}))
    money = {code: pair[0] for code, pair in sums.get(year, {}).items()}
    labelled = [(names[code], (100 * share).quantize(Decimal("0.1"))) for code, share in rules.shares(money)]
    curves = {str(one): [("0", ZERO), *((str(n), share) for n, share in rules.top_curve({code: pair[0] for code, pair in sums[one].items()}))]
              for one in sorted(sums) if one in (year - 1, year)}
    longest = max((len(points) for points in curves.values()), default=0)
    for points in curves.values():
        points += [(str(n), Decimal(100)) for n in range(len(points), longest)]
    by_year = [(one, rules.herfindahl({code: pair[0] for code, pair in rows.items()})) for one, rows in sorted(sums.items())]
    return {
        "index": rules.herfindahl(money), "by_year": by_year, "names": names,
        "charts": [
            charts.bars(_("Share of the awarded money by 20+8 cluster, %(year)d (%%)") % {"year": year}, labelled[:16], unit="%"),
            charts.line(_("Share of the money that the largest clusters hold"), curves, unit="%",
                        note=_("clusters, the largest first; dashed: the year before")),
            charts.bars(_("Herfindahl index by year"), [(str(one), value or 0) for one, value in by_year],
                        note=_("0 to 10,000; the higher, the more concentrated")),
        ],
    }


# --- the public page and its tables --------------------------------------------------------------------------------------


def figure_years(rows: list[YearMoney]) -> list[int]:
    return sorted({row.year for row in rows} | {clock.today().year}, reverse=True)


def public_figures(asked: str) -> dict[str, Any]:
    """Everything the page of figures shows, for the year that was asked for (the last one with a plan otherwise)."""
    rows = money_by_category()
    years = figure_years(rows)
    year = int(asked) if asked.isdigit() and len(asked) == 4 and int(asked) in years else (rows[0].year if rows else years[0])
    found = concentration(year)
    return {
        "year": year, "years": years, "rows": rows, "rates": rates()[:40], "concentration": found,
        "charts": [*money_charts(rows, year), *found["charts"]],
        "kpis": [
            {"label": _("Planned in %(year)d") % {"year": year}, "value": wan(sum((r.planned for r in rows if r.year == year), ZERO)),
             "unit": _("10,000 yuan")},
            {"label": _("Committed"), "value": wan(sum((r.committed for r in rows if r.year == year), ZERO)), "unit": _("10,000 yuan")},
            {"label": _("Awards decided, public notices included"), "value": sum(r.awarded for r in rows if r.year == year), "unit": ""},
            {"label": _("Herfindahl index"), "value": "—" if found["index"] is None else f"{found['index']:,}", "unit": ""},
        ],
    }


def figure_table(name: str) -> tuple[str, list[export.Column], list[tuple[Any, ...]]]:
    """(title, columns, rows) of a table to take away."""
    column = export.Column
    if name == "money":
        return _("Money by category and year"), [
            column("year", _("Year")), column("code", _("Code"), _("category of the programme tree")), column("plan", _("Plan")),
            column("planned", _("Planned (10,000 yuan)"), _("items of the published annual plan, changes included"), _("10,000 yuan")),
            column("committed", _("Committed (10,000 yuan)"), _("awards that stand"), _("10,000 yuan")),
            column("count", _("Awards planned")), column("awarded", _("Awards decided, public notices included")),
        ], [(r.year, r.code, r.label, in_wan(r.planned), in_wan(r.committed), r.count, r.awarded) for r in money_by_category()]
    if name == "clusters":
        found = cluster_sums()
        labels = programmes.tag_labels(states.Dimension.CLUSTER) | {NO_CLUSTER: _("no cluster named")}
        return _("Money by cluster and year"), [
            column("year", _("Year"), _("year of the guide")), column("list", _("Code list")),
            column("code", _("Code"), _("20+8 list of clusters")),
            column("cluster", _("Industry cluster")), column("money", _("Awarded (10,000 yuan)"), _("projects that stand"), _("10,000 yuan")),
            column("projects", _("Awarded projects")), column("share", _("Share of the year"), _("of the awarded money"), "%"),
        ], [
            (year, programmes.list_label(key[0]) if key[0] else "", key[1], labels.get(key, key[1]), in_wan(money), n, (100 * money / total).quantize(Decimal("0.01")))
            for year, sums in sorted(found.items(), reverse=True)
            for total in [sum((pair[0] for pair in sums.values()), ZERO)]
            for key, (money, n) in sorted(sums.items(), key=lambda row: -row[1][0])
        ]
    return _("Applications and awards by guide"), [
        column("year", _("Year")), column("ref", _("Number")), column("guide", _("Guide")), column("special", _("Special")),
        column("submitted", _("Submitted"), _("applications in time")), column("accepted", _("Accepted"), _("passed the formality check")),
        column("awarded", _("Awarded")), column("share", _("Success rate"), _("awarded of submitted")),
    ], [(r.guide.year, r.guide.ref, programmes.title_of(r.guide), r.guide.special.label, r.submitted, r.accepted, r.awarded, r.share)
        for r in rates()]


# --- plan against reality, for the desks ---------------------------------------------------------------------------------


def actual_items(plan: Any) -> Any:
    """The items of a plan for the list; `measure` adds what was done."""
    return AnnualPlanItem.objects.filter(plan=plan).select_related("special__plan", "plan")


def measure(rows: Iterable[AnnualPlanItem]) -> None:
    """Add to items, in three queries whatever their number: guides, their money and first days, applications, payments."""
    items = {row.pk: row for row in rows}
    public = Q(status__in=states.RUNNING_STATUSES)
    guides = {
        row["plan_item"]: row
        for row in Guide.objects.filter(public, plan_item__in=items).order_by().values("plan_item").annotate(
            n=Count("pk"), money=Sum("budget_control"), opens=Min("opens_at"), closes=Min("closes_at"))
    }
    filed = dict(Application.objects.filter(guide__plan_item__in=items, submitted_at__isnull=False).order_by().values_list(
        "guide__plan_item").annotate(n=Count("pk")))
    paid = funding.paid_by_item(items)
    for pk, item in items.items():
        found = guides.get(pk, {})
        item.guides_published, item.guide_money = found.get("n") or 0, found.get("money") or ZERO
        item.opened, item.closed = _day(found.get("opens")), _day(found.get("closes"))
        item.filed, item.paid = filed.get(pk, 0), paid.get(pk, ZERO)
        item.variance = item.committed - item.money
        item.late_days = _late(item)


def _day(moment: Any) -> date | None:
    return clock.local(moment).date() if moment else None


def _late(item: AnnualPlanItem) -> int | None:
    """Days the first guide opened after the last day the plan foresaw for its opening; None when it has not opened."""
    if item.opened is None:
        return None
    if item.opens_on:
        return (item.opened - item.opens_on).days
    after = date(item.plan.year + item.opens_month // 12, item.opens_month % 12 + 1, 1)
    return max((item.opened - after).days + 1, 0)


def opened_words(item: AnnualPlanItem) -> str:
    """When the first guide opened, and how many days after the planned time."""
    if item.opened is None:
        return _("no guide yet")
    text = _("opened %(day)s") % {"day": item.opened.isoformat()}
    return text + (_(", %(n)d days late") % {"n": item.late_days} if item.late_days and item.late_days > 0 else "")


def actual_by_category(plan: Any) -> dict[str, Any]:
    """Sums per category with their charts."""
    rows = list(actual_items(plan))
    measure(rows)
    groups: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: (one.special.plan.order, one.order)):
        group = groups.setdefault(row.special.plan.label, defaultdict(lambda: ZERO))
        for name, value in (("money", row.money), ("guide_money", row.guide_money), ("committed", row.committed), ("paid", row.paid),
                            ("variance", row.variance)):
            group[name] += value
        for name, value in (("count", row.count), ("awarded", row.awarded_count), ("filed", row.filed)):
            group[name] = int(group[name]) + value
    note = _("10,000 yuan")
    return {
        "groups": [{"label": label, **group} for label, group in groups.items()],
        "charts": [
            charts.bullet(_("Guides published against planned"),
                          [(label, in_wan(g["guide_money"]), in_wan(g["money"])) for label, g in groups.items()], note=note),
            charts.bullet(_("Committed against planned"),
                          [(label, in_wan(g["committed"]), in_wan(g["money"])) for label, g in groups.items()], note=note),
            charts.bullet(_("Paid against committed"),
                          [(label, in_wan(g["paid"]), in_wan(g["committed"])) for label, g in groups.items()], note=note),
            charts.bullet(_("Awards against planned number"),
                          [(label, Decimal(g["awarded"]), Decimal(g["count"])) for label, g in groups.items()]),
        ],
    }


# --- slots ---------------------------------------------------------------------------------------------------------------


def rates_of_guide(actor: Any, guide: Guide) -> tuple[str, dict[str, Any]] | None:
    found = rates_of(guide.special)
    return ("portal/_rates.html", found) if found else None


def rates_of_special(actor: Any, special: Special) -> tuple[str, dict[str, Any]] | None:
    found = rates_of(special)
    return ("portal/_rates.html", found) if found else None


def plan_links(actor: Any, plan: Any) -> tuple[str, dict[str, Any]]:
    """Below an annual plan: plan against reality for staff, the public figures for everybody."""
    return "portal/_plan_links.html", {"year": plan.year, "is_staff": programme_policies.is_staff(actor) is None}


def figure_links(actor: Any, listing: Any) -> tuple[str, dict[str, Any]]:
    return "portal/_figure_links.html", {}
