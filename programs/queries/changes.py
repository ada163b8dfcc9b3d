"""Changes of the annual plan, its versions, and the sums a page shows while the plan is edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.money import wan
from notices import queries as notices
from programs import policies, rules, states
from programs.models import AnnualPlan, PlanChange, PlanChangeLine, PlanVersion, Special
from programs.queries.lists import is_english
from programs.queries.plans import DECIDED
from programs.rules.planned import months_words
from programs.workflow import plan_after, plan_facts, reserve_bounds

ZERO = Decimal(0)
WORDS = {
    "title": gettext_lazy("Title"), "special": gettext_lazy("Special"), "money": gettext_lazy("Money (10,000 yuan)"),
    "count": gettext_lazy("Awards"), "window": gettext_lazy("Guide window"), "opens_month": gettext_lazy("Guide opens in month"),
    "closes_month": gettext_lazy("Guide closes in month"), "item": gettext_lazy("Plan item"),
    "to": gettext_lazy("Item that takes the money"), "funding_mode": gettext_lazy("Way of funding"),
    "review_mode": gettext_lazy("Review"), "state": gettext_lazy("State"), "opens_on": gettext_lazy("Opens on"),
    "closes_on": gettext_lazy("Closes on"),
}
CANCELLED = pgettext_lazy("plan item", "cancelled")


def line_word(name: str) -> str:
    return str(WORDS.get(name, name))


def is_decided(plan: AnnualPlan) -> bool:
    return plan.status in DECIDED


def get_change(actor: Any, ref: str) -> PlanChange:
    change = policies.changes_visible_to(actor).filter(ref=ref).first()
    if change is None:
        raise Http404
    return change


def get_line(change: PlanChange, pk: int) -> PlanChangeLine:
    line = change.lines.select_related("change", "special", "item", "to").filter(pk=pk).first()
    if line is None:
        raise Http404
    return line


def lines_of(change: PlanChange) -> list[PlanChangeLine]:
    return list(change.lines.select_related("item__special", "to__special", "special").order_by("pk"))


def line_from(plan: AnnualPlan, values: Mapping[str, Any]) -> dict[str, Any]:
    """A line as machines send it (ids and codes) with the rows of this plan; what is not there stays None and is refused."""
    items = {item.pk: item for item in plan.items.select_related("special__plan")}
    found = dict(values) | {name: items.get(values[name]) for name in ("item", "to") if name in values}
    if "special" in values:
        found["special"] = Special.objects.filter(tree=plan.tree_id, code=values["special"]).select_related("plan").first()
    return found


def changes_of(actor: Any, plan: AnnualPlan) -> QuerySet[PlanChange]:
    return policies.changes_visible_to(actor).filter(plan=plan)


# --- versions ------------------------------------------------------------------------------------------------------------


def plan_snapshot(plan: AnnualPlan) -> dict[str, Any]:
    """The plan as plain data (money as text in yuan): what a version keeps and a document freezes."""
    return {
        "year": plan.year, "tree": plan.tree.code, "control_figure": f"{plan.control_figure:.2f}", "reserve": f"{plan.reserve:.2f}",
        "items": [
            {
                "id": item.pk, "special": item.special.code, "special_name": item.special.name, "special_name_en": item.special.name_en,
                "plan": item.special.plan.code, "plan_name": item.special.plan.name, "plan_name_en": item.special.plan.name_en,
                "title": item.title, "title_en": item.title_en, "money": f"{item.money:.2f}", "count": item.count,
                "opens_month": item.opens_month, "closes_month": item.closes_month, "opens_on": _day(item.opens_on),
                "closes_on": _day(item.closes_on), "funding_mode": item.funding_mode, "review_mode": item.review_mode,
                "cancelled": item.cancelled_at is not None,
            }
            for item in plan.items.select_related("special__plan").order_by("order", "pk")
        ],
    }


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def plan_fingerprint(plan: AnnualPlan) -> str:
    """Changes whenever somebody changes the draft; the editor sends back the one it was made from."""
    return rules.digest({**plan_snapshot(plan), "note": plan.note, "status": plan.status})


def versions_of_plan(plan: AnnualPlan) -> list[PlanVersion]:
    return list(plan.versions.select_related("change").order_by("-number"))


def plan_on(plan: AnnualPlan, day: str) -> PlanVersion | None:
    """The version in force at the end of a day (ISO text); None when the plan was not approved by then. Raises ValueError."""
    end = timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(0)))
    return plan.versions.select_related("change").filter(at__lt=end).order_by("-number").first()


def version_rows(version: PlanVersion) -> list[dict[str, Any]]:
    """The items of a version for a table, money in yuan."""
    english = is_english()
    return [
        {
            **item, "money": Decimal(item["money"]), "label": (item["title_en"] if english else "") or item["title"],
            "plan_label": (item["plan_name_en"] if english else "") or item["plan_name"],
            "special_label": (item["special_name_en"] if english else "") or item["special_name"], "window": window_words(item),
            "mode": mode_words(item["funding_mode"]), "review": review_words(item["review_mode"]),
        }
        for item in version.data["items"]
    ]


def window_words(item: Mapping[str, Any]) -> str:
    if item["opens_on"] and item["closes_on"]:
        return f"{item['opens_on']} – {item['closes_on']}"
    return months_words(item["opens_month"], item["closes_month"])


def mode_words(code: str) -> str:
    return str(states.FundingMode(code).label) if code else ""


def review_words(code: str) -> str:
    return str(states.ReviewMode(code).label) if code else ""


# --- what a change changes -----------------------------------------------------------------------------------------------


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Differences of two snapshots: [{item, word, before, after}], the figures of the year first."""
    found = [
        {"item": _("The whole year"), "word": word, "before": wan(Decimal(before[name])), "after": wan(Decimal(after[name]))}
        for name, word in (("control_figure", _("Control figure (10,000 yuan)")), ("reserve", _("Reserve (10,000 yuan)")))
        if Decimal(before[name]) != Decimal(after[name])
    ]
    old = {item["id"]: item for item in before["items"]}
    for item in after["items"]:
        had = _shown(old[item["id"]]) if item["id"] in old else {}
        now = _shown(item)
        name = old.get(item["id"], item)["title"]
        found += [
            {"item": name, "word": line_word(key), "before": had.get(key, "—"), "after": value or "—"}
            for key, value in now.items() if had.get(key, "" if key != "title" else None) != value
        ]
    return found


def _shown(item: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": item["title"], "money": wan(Decimal(item["money"])), "count": str(item["count"]), "window": window_words(item),
        "funding_mode": mode_words(item["funding_mode"]), "review_mode": review_words(item["review_mode"]),
        "state": str(CANCELLED) if item["cancelled"] else "",
    }


def _facts_snapshot(facts: rules.PlanFacts) -> dict[str, Any]:
    return {
        "control_figure": facts.control, "reserve": facts.reserve,
        "items": [
            {"id": item.key, "title": item.title, "money": item.money, "count": item.count, "opens_month": item.opens_month,
             "closes_month": item.closes_month, "opens_on": _day(item.opens_on), "closes_on": _day(item.closes_on),
             "funding_mode": item.funding_mode, "review_mode": item.review_mode, "cancelled": item.cancelled}
            for item in facts.items.values()
        ],
    }


def change_page(change: PlanChange) -> dict[str, Any]:
    """What a page of a request shows: `rows` (before and after), `problems`, `sums` of the plan after it.

    A request that is applied shows what it did, from the versions it lies between; an open one what it would do today.
    """
    if change.status == states.ChangeStatus.APPLIED:
        version = PlanVersion.objects.get(change=change)
        earlier = PlanVersion.objects.get(plan=change.plan_id, number=version.number - 1)
        return {"rows": compare(earlier.data, version.data), "problems": [], "version": version,
                "sums": _sums(Decimal(version.data["control_figure"]), Decimal(version.data["reserve"]),
                              [Decimal(item["money"]) for item in version.data["items"]])}
    before = plan_facts(change.plan)
    after, problems = plan_after(change)
    return {"rows": compare(_facts_snapshot(before), _facts_snapshot(after)), "problems": problems, "version": None,
            "sums": _sums(after.control, after.reserve, [item.money for item in after.items.values()])}


def _sums(control: Decimal, reserve: Decimal, money: Iterable[Decimal]) -> dict[str, Any]:
    total = sum(money, ZERO)
    return {"control": control, "reserve": reserve, "items": total, "left": control - reserve - total}


def plan_history(actor: Any, plan: AnnualPlan, on: str, *, public: bool = False) -> dict[str, Any]:
    """What the page of a plan shows of its history: `changes` with what they did (`.rows`) and their documents (`.papers`),
    `versions`, and with `on` (ISO day) the version in force on that day as `old` with `old_items`, or `on_error`."""
    versions = versions_of_plan(plan)
    by_change = {version.change_id: version for version in versions if version.change_id}
    by_number = {version.number: version for version in versions}
    wanted = changes_of(actor, plan)
    changes = list(wanted.filter(status=states.ChangeStatus.APPLIED) if public else wanted)
    papers: dict[int, list[Any]] = {}
    for paper in notices.issued_about(PlanChange, [change.pk for change in changes]):
        papers.setdefault(paper.subject_id, []).append(paper)
    for change in changes:
        version = by_change.get(change.pk)
        change.rows = compare(by_number[version.number - 1].data, version.data) if version else []
        change.papers = papers.get(change.pk, [])
    old, error = None, ""
    if on:
        try:
            old = plan_on(plan, on)
            error = "" if old else _("The plan was not approved yet on that day.")
        except (ValueError, OverflowError):
            error = _("“%(day)s” is no day; write it like 2026-03-31.") % {"day": on[:20]}
    return {
        "changes": changes, "versions": versions, "old": old, "old_items": version_rows(old) if old else [],
        "old_control": Decimal(old.data["control_figure"]) if old else ZERO, "old_reserve": Decimal(old.data["reserve"]) if old else ZERO,
        "on": on if not error else "", "on_error": error,
        "share": rules.percent(plan.reserve / plan.control_figure) if plan.control_figure else "",
        "papers": list(notices.issued_about(AnnualPlan, [plan.pk])), "is_public_page": public,
    }


# --- live sums of the editor ---------------------------------------------------------------------------------------------


def live_sums(plan: AnnualPlan, control: Decimal | None, reserve: Decimal | None, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the editor shows beside the form, from what is typed and perhaps not right yet.

    `rows` have special (a Special), money, count, title, opens_month, closes_month; None where a field cannot be read.
    """
    rows = [row for row in rows if not row.get("remove")]
    control, reserve = control or ZERO, reserve or ZERO
    groups: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: one["special"].plan.order):
        group = groups.setdefault(row["special"].plan.label, {"money": ZERO, "count": 0, "items": 0})
        group["money"] += row.get("money") or ZERO
        group["count"] += row.get("count") or 0
        group["items"] += 1
    total = sum((group["money"] for group in groups.values()), ZERO)
    least, most = reserve_bounds(plan.year)
    items = [(row.get("title") or row["special"].label, row.get("money") or ZERO, row.get("count") or 0, row.get("opens_month") or 1,
              row.get("closes_month") or 12) for row in rows]
    warnings = rules.plan_problems(control, reserve, items, (least, most))
    if control > 0 and reserve == 0:
        warnings.append(_("Clause R10: no reserve is set aside for tasks assigned by the municipal party committee and government."))
    share = rules.percent(reserve / control) if control > 0 else ""
    return {
        "groups": [{"label": label, **group, "share": rules.percent(group["money"] / total) if total else ""}
                   for label, group in groups.items()],
        "total": total, "count": sum(group["count"] for group in groups.values()), "control": control, "reserve": reserve,
        "share": share, "left": control - reserve - total, "warnings": warnings,
        "least": rules.percent(least), "most": rules.percent(most),
    }
