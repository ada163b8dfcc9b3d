"""Plain decisions of the programmes floor: windows, policy basis, limits of the annual plan. No database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from programs.states import (
    MODES_WITHOUT_CONTRACT,
    PlanStatus,
    PolicyKind,
    PolicyStatus,
    SpecialStatus,
)


@dataclass(frozen=True)
class Window:
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Policy:
    """What the publishing rule needs to know of a policy document."""

    title: str
    kind: str
    status: str
    valid_from: date
    valid_to: date | None
    government_approval: str
    covers: bool


@dataclass(frozen=True)
class Item:
    """An annual-plan item with what its other guides already take of it."""

    plan_year: int
    plan_status: str
    money: Decimal
    count: int
    taken_money: Decimal
    taken_count: int


def open_window(windows: Iterable[Any], at: datetime) -> Any | None:
    """The window that is open at a moment. The close instant is exclusive: what comes at it is late."""
    return next((w for w in windows if w.opens_at <= at < w.closes_at), None)


def next_window(windows: Iterable[Any], at: datetime) -> Any | None:
    return min((w for w in windows if w.opens_at > at), key=lambda w: w.opens_at, default=None)


def window_problems(windows: Sequence[Any], at: datetime | None = None) -> list[str]:
    """Order, overlap and (with `at`) whether the last one is already over."""
    if not windows:
        return [_("The guide has no filing window.")]
    found = []
    ordered = sorted(windows, key=lambda w: w.opens_at)
    for window in ordered:
        if window.closes_at <= window.opens_at:
            found.append(_("A window must close after it opens."))
    for number, (before, after) in enumerate(zip(ordered, ordered[1:], strict=False), 1):
        if after.opens_at < before.closes_at:
            found.append(_("Two windows overlap: no. %(a)d and no. %(b)d.") % {"a": number, "b": number + 1})
    if at is not None and max(w.closes_at for w in windows) <= at:
        found.append(_("The last window is already over."))
    return found


def policy_problems(policies: Sequence[Policy], on: date) -> list[str]:
    """Clause R13: a guide rests on 管理办法 or 实施方案 valid on the day; a 实施方案 needs the government's approval.

    One document that holds is enough; when none does, the reason for each is given.
    """
    if not policies:
        return [_("Clause R13: no policy document (measures or implementation scheme) is named as the basis.")]
    found = []
    for policy in policies:
        reason = _policy_problem(policy, on)
        if reason is None:
            return []
        found.append(reason)
    return found


def _policy_problem(policy: Policy, on: date) -> str | None:
    given = {"title": policy.title, "date": on.isoformat()}
    if not policy.covers:
        return _("Clause R13: “%(title)s” does not govern this special.") % given
    if policy.kind not in PolicyKind.values:
        return _("Clause R13: “%(title)s” is neither measures nor an implementation scheme.") % given
    if policy.status != PolicyStatus.IN_FORCE:
        return _("Clause R13: “%(title)s” is not in force.") % given
    if on < policy.valid_from:
        return _("Clause R13: “%(title)s” is not yet valid on %(date)s.") % given
    if policy.valid_to is not None and on > policy.valid_to:
        return _("Clause R13: “%(title)s” is no longer valid on %(date)s.") % given
    if policy.kind == PolicyKind.SCHEME and not policy.government_approval.strip():
        return _("Clause R13: the scheme “%(title)s” has no approval of the municipal government.") % given
    return None


def item_problems(item: Item | None, money: Decimal, count: int, year: int) -> list[str]:
    """Clause A2: a guide is part of an approved annual plan and stays within the item's money and number."""
    if item is None:
        return [_("Clause A2: the guide is not an item of an annual plan.")]
    found = []
    if item.plan_status not in (PlanStatus.APPROVED, PlanStatus.PUBLISHED):
        found.append(_("Clause A2: the annual plan of %(year)d is not approved.") % {"year": item.plan_year})
    if item.plan_year != year:
        found.append(_("Clause A2: the guide is of %(a)d, its plan item of %(b)d.") % {"a": year, "b": item.plan_year})
    if item.taken_money + money > item.money:
        found.append(
            _("Clause A2: %(money)s yuan with the item's other guides are more than the item's %(limit)s yuan.")
            % {"money": f"{item.taken_money + money:,.0f}", "limit": f"{item.money:,.0f}"}
        )
    if item.taken_count + count > item.count:
        found.append(
            _("Clause A2: %(count)d awards with the item's other guides are more than the item's %(limit)d.")
            % {"count": item.taken_count + count, "limit": item.count}
        )
    return found


def special_problem(status: str, name: str) -> str | None:
    """Clause T2: a suspended or cancelled special opens no guide."""
    if status == SpecialStatus.ACTIVE:
        return None
    return _("Clause T2: the special “%(name)s” is suspended or cancelled and may open no guide.") % {"name": name}


def plan_problems(control: Decimal, reserve: Decimal, items: Iterable[tuple[str, Decimal, int, int, int]]) -> list[str]:
    """An annual plan that may go for approval: (title, money, count, opens_month, closes_month) per item."""
    rows = list(items)
    found = []
    if control <= 0:
        found.append(_("Clause A1: the control figure of the year is missing."))
    if reserve > control:
        found.append(_("Clause R10: the reserve is more than the control figure."))
    if not rows:
        found.append(_("Clause A1: the plan has no item."))
    total = sum((row[1] for row in rows), Decimal(0))
    if total > control - reserve:
        found.append(
            _("Clause A1: the items add up to %(sum)s yuan; the control figure without the reserve is %(limit)s yuan.")
            % {"sum": f"{total:,.0f}", "limit": f"{control - reserve:,.0f}"}
        )
    for title, money, count, opens, closes in rows:
        if money <= 0 or count <= 0:
            found.append(_("Clause A1: “%(title)s” needs money and a number of awards.") % {"title": title})
        if closes < opens:
            found.append(_("Clause A1: “%(title)s” closes before it opens.") % {"title": title})
    return found


def guide_columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns lists and locks need, read from the version's data (the data is the truth)."""
    mode, quota = data.get("mode") or {}, data.get("quota") or {}
    funding = str(mode.get("funding_mode", ""))
    return {
        "funding_mode": funding,
        "budget_scheme": str((data.get("budget") or {}).get("scheme", "")),
        "max_projects": int(quota.get("max_projects") or 0),
        "budget_control": Decimal(str(quota.get("budget_control") or 0)),
        "cap_per_project": Decimal(str((data.get("amount") or {}).get("cap") or 0)),
        "publicity_days": int(data.get("publicity_days") or 0),
        "contract_required": bool(mode.get("contract_required", funding not in MODES_WITHOUT_CONTRACT)),
    }


def canonical(data: Any) -> str:
    """One text for equal data, the basis of a version's hash."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(data: Any) -> str:
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the parts that differ between two versions."""
    return sorted(key for key in {*before, *after} if canonical(before.get(key)) != canonical(after.get(key)))


# guide editor


@dataclass(frozen=True)
class Opinion:
    """A legality opinion before it is filed: points as (text, ok, note), the conclusion and its words."""

    items: Sequence[tuple[str, bool | None, str]]
    passed: bool
    text: str


def opinion_problems(opinion: Opinion) -> list[str]:
    found = [_("“%(point)s”: answer yes or no.") % {"point": text} for text, ok, _note in opinion.items if ok is None]
    found += [_("“%(point)s”: say what stands against it.") % {"point": text}
              for text, ok, note in opinion.items if ok is False and not note.strip()]
    if not opinion.items:
        found.append(_("The check list of the legality check is empty; ask the administrator to load the reference data."))
    if not opinion.text.strip():
        found.append(_("The opinion needs its words."))
    if opinion.passed and any(ok is False for _text, ok, _note in opinion.items):
        found.append(_("A point is answered with no, so the opinion cannot be favourable."))
    return found


def own_limits(money: Decimal, count: int, item_money: Decimal, item_count: int) -> list[str]:
    """Clause A2 while a guide is being written: what it asks for alone must fit into its plan item."""
    found = []
    if money > item_money:
        found.append(_("Clause A2: %(money)s yuan are more than the plan item's %(limit)s yuan.")
                     % {"money": f"{money:,.0f}", "limit": f"{item_money:,.0f}"})
    if count > item_count:
        found.append(_("Clause A2: %(count)d awards are more than the plan item's %(limit)d.") % {"count": count, "limit": item_count})
    return found
