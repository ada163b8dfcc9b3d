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
from django.utils.translation import gettext_lazy

from programs.states import (
    GUIDE_BASES,
    MODES_WITHOUT_CONTRACT,
    AdjustmentKind,
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
    for before, after in zip(ordered, ordered[1:], strict=False):
        if after.opens_at < before.closes_at:
            found.append(_("Two windows overlap."))
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
    if policy.kind not in GUIDE_BASES:
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


#: Columns of a special that a case may set, with the kind of value.
PROPOSAL_FIELDS = ("code", "name", "name_en", "prefix", "plan", "funding_modes", "review_modes", "budget_scheme", "division",
                   "amount_note", "note")
NEEDED_FOR_NEW = {
    "code": gettext_lazy("Code"), "name": gettext_lazy("Name"), "prefix": gettext_lazy("Letters of project numbers"),
    "funding_modes": gettext_lazy("Way of funding"), "review_modes": gettext_lazy("Review"), "budget_scheme": gettext_lazy("Budget"),
}
FITTING = {
    AdjustmentKind.CHANGE: (SpecialStatus.ACTIVE, SpecialStatus.SUSPENDED),
    AdjustmentKind.SUSPEND: (SpecialStatus.ACTIVE,),
    AdjustmentKind.RESUME: (SpecialStatus.SUSPENDED,),
    AdjustmentKind.CANCEL: (SpecialStatus.ACTIVE, SpecialStatus.SUSPENDED),
}


def adjustment_problems(*, kind: str, status: str, evidence: int, proposal: Mapping[str, Any], effective_on: date, today: date,
                        has_special: bool, has_plan: bool) -> list[str]:
    """Clause R3: what stands in the way of a case; `status` is that of the special it is about ("" for none)."""
    found = []
    if evidence < 1:
        found.append(_("Clause R3: an adjustment cites its evidence; none is cited yet."))
    if effective_on < today:
        found.append(_("Clause R3: the effective date %(date)s is over.") % {"date": effective_on.isoformat()})
    if kind == AdjustmentKind.CREATE:
        found.extend(_new_special_problems(proposal, has_plan))
    elif not has_special and not has_plan:
        found.append(_("Clause R3: name the special or the plan the case is about."))
    elif has_special and status not in FITTING[AdjustmentKind(kind)]:
        found.append(_("Clause R3: “%(kind)s” does not fit a special that is “%(state)s”.") % {
            "kind": AdjustmentKind(kind).label, "state": SpecialStatus(status).label,
        })
    if kind == AdjustmentKind.CHANGE and not proposal:
        found.append(_("Clause R3: nothing is proposed to change."))
    return found


def _new_special_problems(proposal: Mapping[str, Any], has_plan: bool) -> list[str]:
    found = [] if has_plan else [_("Clause R3: name the plan the new special belongs to.")]
    if missing := [str(label) for name, label in NEEDED_FOR_NEW.items() if not proposal.get(name)]:
        found.append(_("Clause R3: the proposal of a new special lacks: %(names)s.") % {"names": "、".join(missing)})
    return found


def document_state(
    status: str, valid_from: date, valid_to: date | None, replaced: bool, on: date
) -> str:
    """What a document is on a day: DRAFT, COMING, VALID, REPLACED, REPEALED or EXPIRED."""
    if status == PolicyStatus.DRAFT:
        return "DRAFT"
    if status == PolicyStatus.REPEALED:
        return "REPEALED"
    if on < valid_from:
        return "COMING"
    if valid_to is not None and on > valid_to:
        return "REPLACED" if replaced else "EXPIRED"
    return "VALID"


def parameter_problems(old: Any, new: Any, effective_from: date, today: date, last_from: date | None) -> list[str]:
    """A new value of a deciding number (clause T3): of the same kind as the old one, from a day to come, after the last."""
    found = []
    if effective_from <= today:
        found.append(_("Clause T3: a new value is in force from a day to come, never backwards."))
    if last_from is not None and effective_from <= last_from:
        found.append(_("Clause T3: a value from %(day)s stands already; the new one must begin later.") % {"day": last_from.isoformat()})
    if kind_of(old) != kind_of(new):
        found.append(_("The new value must be of the same kind as the old one (%(kind)s).") % {"kind": KIND_WORDS[kind_of(old)]()})
    elif canonical(old) == canonical(new):
        found.append(_("This is the value in force already."))
    return found


def kind_of(value: Any) -> str:
    """The kind of a stored value: a whole number, a number with a fraction (kept as text), a text, a list, a table."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, str):
        try:
            Decimal(value)
        except ArithmeticError:
            return "text"
        return "number"
    if isinstance(value, list):
        return "list"
    return "table" if isinstance(value, Mapping) else "number"


KIND_WORDS = {
    "bool": lambda: _("yes or no"), "int": lambda: _("a whole number"), "number": lambda: _("a number with a fraction"),
    "text": lambda: _("a text"), "list": lambda: _("a list"), "table": lambda: _("a table"),
}
