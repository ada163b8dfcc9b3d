"""Plain decisions of the programmes floor: windows, policy basis, limits of the annual plan. No database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.rules.planned import (
    item_window_problems,
    planned_wan,
    reserve_inside,
)
from programs.states import (
    GUIDE_BASES,
    MODES_WITHOUT_CONTRACT,
    AdjustmentKind,
    ChangeKind,
    FundingMode,
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
    mode: str = ""
    cancelled: bool = False


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


def item_problems(item: Item | None, money: Decimal, count: int, year: int, mode: str = "") -> list[str]:
    """Clause A2: a guide is part of an approved annual plan and stays within the item's money, number and (when the item
    sets one) mode of funding."""
    if item is None:
        return [_("Clause A2: the guide is not an item of an annual plan.")]
    if item.cancelled:
        return [_("Clause A2: this item was cancelled by a change of the annual plan.")]
    found = []
    if item.mode and mode and item.mode != mode:
        found.append(
            _("Clause A2: the plan item is funded as “%(planned)s”, the guide as “%(mode)s”.")
            % {"planned": FundingMode(item.mode).label, "mode": FundingMode(mode).label if mode in FundingMode.values else mode}
        )
    if item.plan_status not in (PlanStatus.APPROVED, PlanStatus.PUBLISHED):
        found.append(_("Clause A2: the annual plan of %(year)d is not approved.") % {"year": item.plan_year})
    if item.plan_year != year:
        found.append(_("Clause A2: the guide is of %(a)d, its plan item of %(b)d.") % {"a": year, "b": item.plan_year})
    if item.taken_money + money > item.money:
        words = _("Clause A2: %(money)s with the item's other guides are more than the item's %(limit)s.") if item.taken_money else _(
            "Clause A2: %(money)s are more than the plan item's %(limit)s.")
        found.append(words % {"money": planned_wan(item.taken_money + money), "limit": planned_wan(item.money)})
    if item.taken_count + count > item.count:
        words = _("Clause A2: %(count)d awards with the item's other guides are more than the item's %(limit)d.") if item.taken_count else _(
            "Clause A2: %(count)d awards are more than the plan item's %(limit)d.")
        found.append(words % {"count": item.taken_count + count, "limit": item.count})
    return found


def special_problem(status: str, name: str) -> str | None:
    """Clause T2: a suspended or cancelled special opens no guide."""
    if status == SpecialStatus.ACTIVE:
        return None
    return _("Clause T2: the special “%(name)s” is suspended or cancelled and may open no guide.") % {"name": name}


def reserve_problems(control: Decimal, reserve: Decimal, least: Decimal, most: Decimal) -> list[str]:
    """Clause R10: the reserve is a share of the control figure, between two dated parameters."""
    if control <= 0:
        return []
    share = reserve / control
    if least <= share <= most:
        return []
    return [
        _("Clause R10: the reserve is %(share)s%% of the control figure; it must lie between %(least)s%% and %(most)s%%.")
        % {"share": percent(share), "least": percent(least), "most": percent(most)}
    ]


def percent(share: Decimal) -> str:
    """0.05125 -> 5.13: two places at most, no trailing zeros."""
    text = f"{(share * 100).quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".")


def plan_problems(
    control: Decimal, reserve: Decimal, items: Iterable[tuple[str, Decimal, int, int, int]],
    bounds: tuple[Decimal, Decimal] | None = None,
) -> list[str]:
    """An annual plan that may go for approval: (title, money, count, opens_month, closes_month) per item; `bounds` are the
    least and the largest share of the reserve."""
    rows = list(items)
    found = reserve_problems(control, reserve, *bounds) if bounds else []
    if control <= 0:
        found.append(_("Clause A1: the control figure of the year is missing."))
    if fault := reserve_inside(control, reserve):
        found.append(fault)
    if not rows:
        found.append(_("Clause A1: the plan has no item."))
    total = sum((row[1] for row in rows), Decimal(0))
    if total > control - reserve:
        found.append(
            _("Clause A1: the items add up to %(sum)s yuan; the control figure without the reserve is %(limit)s yuan.")
            % {"sum": f"{total:,.0f}", "limit": f"{control - reserve:,.0f}"}
        )
    for title, money, count, *_months in rows:
        if money <= 0 or count <= 0:
            found.append(_("Clause A1: “%(title)s” needs money and a number of awards.") % {"title": title})
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
    if kind != AdjustmentKind.CREATE and proposal.get("code"):
        found.append(code_problem())
    if kind == AdjustmentKind.CHANGE and not proposal:
        found.append(_("Clause R3: nothing is proposed to change."))
    return found


def code_problem() -> str:
    """Guides, projects and roles know a special by its code: another code is another special."""
    return _("Clause R3: the code of a special is given once, when it is new; projects and guides are known by it.")


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


def parameter_problems(old: Any, new: Any, effective_from: date, today: date, last_from: date | None, unit: str = "") -> list[str]:
    """A new value of a deciding number (clause T3): of the same kind and unit as the old one, from a day to come, after the last."""
    found = []
    if effective_from <= today:
        found.append(_("Clause T3: a new value is in force from a day to come, never backwards."))
    if last_from is not None and effective_from <= last_from:
        found.append(_("Clause T3: a value from %(day)s stands already; the new one must begin later.") % {"day": last_from.isoformat()})
    if kind_of(old) != kind_of(new):
        found.append(_("The new value must be of the same kind as the old one (%(kind)s).") % {"kind": KIND_WORDS[kind_of(old)]()})
    elif canonical(old) == canonical(new):
        found.append(_("This is the value in force already."))
    elif unit == "dates" and not is_days(new):
        found.append(_("Every entry must be a day written as 2026-10-01."))
    return found


def is_days(value: Any) -> bool:
    """A list of days, each as 2026-10-01."""
    try:
        return isinstance(value, list) and all(date.fromisoformat(one).isoformat() == one for one in value)
    except (TypeError, ValueError):
        return False


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


# --- plan: changes of a decided annual plan ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """An item of a decided plan with what already rests on it; a new one has a negative key."""

    key: int
    title: str
    money: Decimal
    count: int
    taken_money: Decimal = Decimal(0)
    taken_count: int = 0
    committed: Decimal = Decimal(0)
    awarded: int = 0
    opens_month: int = 1
    closes_month: int = 12
    opens_on: date | None = None
    closes_on: date | None = None
    funding_mode: str = ""
    review_mode: str = ""
    special: str = ""
    special_status: str = SpecialStatus.ACTIVE
    cancelled: bool = False

    @property
    def least_money(self) -> Decimal:
        return max(self.taken_money, self.committed)

    @property
    def least_count(self) -> int:
        return max(self.taken_count, self.awarded)


@dataclass(frozen=True)
class PlanFacts:
    """A decided plan: figures in yuan, items by key, what payments have reserved of its two pools, shares of the reserve."""

    year: int
    control: Decimal
    reserve: Decimal
    items: Mapping[int, Planned]
    drawn_control: Decimal = Decimal(0)
    drawn_reserve: Decimal = Decimal(0)
    bounds: tuple[Decimal, Decimal] = (Decimal(0), Decimal(1))


@dataclass(frozen=True)
class Line:
    """One line of a change request; None and "" mean: as it is."""

    kind: str
    item: int | None = None
    to: int | None = None
    money: Decimal | None = None
    count: int | None = None
    opens_month: int | None = None
    closes_month: int | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    funding_mode: str = ""
    review_mode: str = ""
    title: str = ""
    special: str = ""
    special_status: str = SpecialStatus.ACTIVE


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _set(item: Planned, line: Line) -> Planned:
    fields = ("money", "count", "opens_month", "closes_month", "opens_on", "closes_on")
    given = {name: value for name in fields if (value := getattr(line, name)) is not None}
    given |= {name: value for name in ("title", "funding_mode", "review_mode") if (value := getattr(line, name))}
    return replace(item, **given)


def changed_plan(
    plan: PlanFacts, lines: Sequence[Line], *, control: Decimal | None = None, reserve: Decimal | None = None, assignment: str = ""
) -> tuple[PlanFacts, list[str]]:
    """The plan after the lines, in their order, and everything that speaks against it (clauses A1, A2, R10, T2).

    The lines of a request take effect together: what counts is the plan at its end, so money may pass through an item.
    """
    items, touched, found = dict(plan.items), set(), []
    if not lines and control is None and reserve is None:
        found.append(_("Clause A1: the change changes nothing."))
    for number, line in enumerate(lines, 1):
        if problem := _line_problem(items, line):
            found.append(problem)
            continue
        if line.kind == ChangeKind.ADD:
            items[-number] = _set(Planned(-number, line.title, Decimal(0), 0, special=line.special,
                                          special_status=line.special_status), line)
            touched.add(-number)
            continue
        item = items[line.item]  # type: ignore[index]
        touched.add(item.key)
        if line.kind == ChangeKind.SET:
            items[item.key] = _set(item, line)
        elif line.kind == ChangeKind.CANCEL:
            items[item.key] = replace(item, money=Decimal(0), count=0, cancelled=True)
        else:
            other = items[line.to]  # type: ignore[index]
            touched.add(other.key)
            items[item.key] = replace(item, money=item.money - line.money)
            items[other.key] = replace(other, money=other.money + line.money)
    after = replace(plan, items=items, control=plan.control if control is None else control,
                    reserve=plan.reserve if reserve is None else reserve)
    for key in sorted(touched, key=abs):
        found += _item_change_problems(after, items[key])
    return after, found + _figure_problems(plan, after, assignment)


def _line_problem(items: Mapping[int, Planned], line: Line) -> str | None:
    """What makes a line meaningless before any sum is made."""
    if line.kind == ChangeKind.ADD:
        if line.special_status != SpecialStatus.ACTIVE:
            return special_problem(line.special_status, line.special or line.title)
        return None if line.title else _("Clause A1: a new item needs a title.")
    named = [line.item, line.to] if line.kind == ChangeKind.MOVE else [line.item]
    for key in named:
        if key not in items:
            return _("Clause A2: the line names no item of this plan.")
        if items[key].cancelled:
            return _("Clause A2: “%(title)s” is cancelled and takes no further change.") % {"title": items[key].title}
    if line.kind == ChangeKind.MOVE:
        if line.item == line.to:
            return _("Clause A2: money moves between two different items.")
        if line.money is None or line.money <= 0:
            return _("Clause A2: the sum that moves must be above 0.")
        if items[line.to].special_status != SpecialStatus.ACTIVE:
            return special_problem(items[line.to].special_status, items[line.to].special or items[line.to].title)
    return None


def _item_change_problems(plan: PlanFacts, item: Planned) -> list[str]:
    """Clause A2: never below what guides have taken and awards have committed."""
    found, given = [], {"title": item.title}
    if item.cancelled:
        if item.least_money > 0 or item.least_count > 0:
            found.append(_("Clause A2: “%(title)s” cannot be cancelled: guides or awards rest on it.") % given)
        return found
    if item.money <= 0 or item.count <= 0:
        found.append(_("Clause A1: “%(title)s” needs money and a number of awards.") % given)
    if item.money < item.taken_money:
        found.append(_("Clause A2: “%(title)s” would have %(sum)s yuan; its published guides have taken %(least)s yuan.")
                     % {**given, "sum": _yuan(item.money), "least": _yuan(item.taken_money)})
    if item.money < item.committed:
        found.append(_("Clause A2: “%(title)s” would have %(sum)s yuan; awards have committed %(least)s yuan.")
                     % {**given, "sum": _yuan(item.money), "least": _yuan(item.committed)})
    if item.count < item.taken_count:
        found.append(_("Clause A2: “%(title)s” would allow %(count)d awards; its published guides offer %(least)d.")
                     % {**given, "count": item.count, "least": item.taken_count})
    if item.count < item.awarded:
        found.append(_("Clause A2: “%(title)s” would allow %(count)d awards; %(least)d are made.")
                     % {**given, "count": item.count, "least": item.awarded})
    return found + item_window_problems(plan.year, item.title, item.opens_month, item.closes_month, item.opens_on, item.closes_on)


def _figure_problems(before: PlanFacts, after: PlanFacts, assignment: str) -> list[str]:
    found = []
    if after.reserve > after.control or after.reserve < 0:
        found.append(_("Clause R10: the reserve is more than the control figure."))
    if (before.control, before.reserve) != (after.control, after.reserve):
        found += reserve_problems(after.control, after.reserve, *after.bounds)
    if after.reserve < before.reserve and not assignment.strip():
        found.append(_("Clause R10: the reserve is only for tasks assigned by the municipal party committee and government; "
                       "name the document that assigns the task."))
    total = sum((item.money for item in after.items.values()), Decimal(0))
    if total > after.control - after.reserve:
        found.append(
            _("Clause A1: the items add up to %(sum)s yuan; the control figure without the reserve is %(limit)s yuan.")
            % {"sum": _yuan(total), "limit": _yuan(after.control - after.reserve)}
        )
    if after.control - after.reserve < after.drawn_control:
        found.append(_("Clause R10: payments have reserved %(sum)s yuan of the control figure already.")
                     % {"sum": _yuan(after.drawn_control)})
    if after.reserve < after.drawn_reserve:
        found.append(_("Clause R10: payments have reserved %(sum)s yuan of the reserve already.") % {"sum": _yuan(after.drawn_reserve)})
    return found


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


def own_limits(money: Decimal, count: int, item_money: Decimal, item_count: int) -> dict[str, str]:
    """Clause A2 while a guide is being written: what it asks for alone must fit into its plan item. By the field that is wrong."""
    found = {}
    if money > item_money:
        found["budget_control"] = _("Clause A2: %(money)s are more than the plan item's %(limit)s.") % {
            "money": planned_wan(money), "limit": planned_wan(item_money)}
    if count > item_count:
        found["max_projects"] = _("Clause A2: %(count)d awards are more than the plan item's %(limit)d.") % {"count": count, "limit": item_count}
    return found


# --- entitlement (免申即享) ---


def entitlement_problems(guide: Any, money: Decimal, count: int) -> list[str]:
    """Clause A2: what lists of a guide take, against its total money and its number of awards (0: no number)."""
    found = []
    if money > guide.budget_control:
        found.append(_("Clause A2: the lists come to %(sum)s yuan, the guide has %(limit)s yuan.")
                     % {"sum": f"{money:,.2f}", "limit": f"{guide.budget_control:,.2f}"})
    if guide.max_projects and count > guide.max_projects:
        found.append(_("Clause A2: the lists name %(count)d units, the guide allows %(limit)d awards.")
                     % {"count": count, "limit": guide.max_projects})
    return found
