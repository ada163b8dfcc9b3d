"""Plain rules of the projects floor: the limits of a proposed list, numbers, instalments, the hash of a contract."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Proposed:
    """One line of a list. Amounts in yuan."""

    ref: str
    selected: bool
    amount: Decimal
    requested: Decimal
    reason_code: str = ""
    reason: str = ""


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _names(rows: Sequence[Proposed]) -> str:
    return "、".join(row.ref for row in rows[:5]) + ("…" if len(rows) > 5 else "")


def list_problems(rows: Iterable[Proposed], *, most: int | None, money: Decimal, cap: Decimal, plan_left: Decimal,
                  plan_count_left: int) -> list[str]:
    """What stands against a list: number and money of the guide, what is left of the annual plan (clause A2), the cap,
    the amount requested, a reason for everybody left out (a refusal always says why)."""
    every = list(rows)
    chosen = [row for row in every if row.selected]
    total = sum((row.amount for row in chosen), Decimal(0))
    found = []
    if not every:
        found.append(_("The list is empty."))
    if most is not None and len(chosen) > most:
        found.append(_("%(count)d projects are proposed; the guide allows %(most)d.") % {"count": len(chosen), "most": most})
    if total > money:
        found.append(_("%(sum)s yuan are proposed; the guide has %(money)s yuan.") % {"sum": _yuan(total), "money": _yuan(money)})
    if total > plan_left:
        found.append(_("Clause A2: %(sum)s yuan are proposed; the plan item has %(left)s yuan left.") % {
            "sum": _yuan(total), "left": _yuan(plan_left)})
    if len(chosen) > plan_count_left:
        found.append(_("Clause A2: %(count)d projects are proposed; the plan item has %(left)d left.") % {
            "count": len(chosen), "left": plan_count_left})
    for text, bad in (
        (_("The amount is above what was requested: %(names)s."), [r for r in chosen if r.amount > r.requested]),
        (_("The amount is above the cap of the guide: %(names)s."), [r for r in chosen if cap and r.amount > cap]),
        (_("No amount is set: %(names)s."), [r for r in chosen if r.amount <= 0]),
        (_("Give the reason why they are not proposed: %(names)s."),
         [r for r in every if not r.selected and not (r.reason_code and r.reason.strip())]),
    ):
        if bad:
            found.append(text % {"names": _names(bad)})
    return found


@dataclass(frozen=True)
class Asked:
    """A line of the list with what the rules of the guide say of it today: [{code, text, stops}], and the division's words."""

    ref: str
    hits: Sequence[Mapping[str, Any]]
    note: str = ""


def rule_problems(chosen: Iterable[Asked]) -> list[str]:
    """What the rules, asked once more, say against those proposed: restrictions and limits stop (clause R12, handbook 7.1);
    a condition that is met no longer is explained in words or stops as well (clause R6)."""
    found = []
    for row in chosen:
        found += [_("%(ref)s: %(text)s") % {"ref": row.ref, "text": hit["text"]} for hit in row.hits if hit.get("stops")]
        lost = [str(hit["text"]) for hit in row.hits if not hit.get("stops")]
        if lost and not row.note.strip():
            found.append(_("%(ref)s: say why it is proposed although a condition is met no longer: %(texts)s") % {
                "ref": row.ref, "texts": "；".join(lost)})
    return found


def mode_problems(rows: Iterable[tuple[Proposed, Decimal]]) -> list[str]:
    """Amounts above what audits found and the way of funding allows: (line, most) pairs of what is proposed."""
    above = [row for row, most in rows if most < row.amount <= row.requested]
    return [_("Clause R4: the amount is above what the audit or the way of funding allows: %(names)s.") % {"names": _names(above)}] if above else []


def unit_cap_problems(mine: Iterable[tuple[int, Decimal]], before: Mapping[int, Decimal], names: Mapping[int, str], cap: Decimal) -> list[str]:
    """Units that would get more in one year than the guide allows: (unit, yuan) of this list, yuan decided before this year."""
    sums: dict[int, Decimal] = {}
    for unit, amount in mine:
        sums[unit] = sums.get(unit, Decimal(0)) + amount
    return [
        _("Clause R4: %(unit)s would get %(sum)s yuan this year; the guide allows %(cap)s.") % {
            "unit": names.get(unit, unit), "sum": _yuan(total + before.get(unit, Decimal(0))), "cap": _yuan(cap)}
        for unit, total in sums.items() if total + before.get(unit, Decimal(0)) > cap
    ]


def yearly(amount: Decimal, years: int) -> list[Decimal]:
    """The amount in equal yearly parts, to the cent; the last year takes the rest, so that the sum is exact."""
    part = (amount / years).quantize(CENT, ROUND_DOWN)
    return [part] * (years - 1) + [amount - part * (years - 1)]


def instalments(amount: Decimal, plan: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    """The amount cut by the shares of the plan, to the cent; the last instalment takes the rest, so that the sum is
    exact. Raises ValueError when the shares do not add up to 1."""
    shares = [Decimal(str(line["share"])) for line in plan]
    if sum(shares) != 1:
        raise ValueError("shares of a payment plan add up to 1")
    parts = [(amount * share).quantize(CENT, ROUND_DOWN) for share in shares[:-1]]
    return [*parts, amount - sum(parts, Decimal(0))]


def project_number(prefix: str, year: int, number: int) -> str:
    """项目编号, e.g. KEYRD2026-0012."""
    return f"{prefix}{year}-{number:04d}"


def digest(content: Any) -> str:
    """SHA-256 over canonical JSON."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def contact_problem(text: str) -> str | None:
    """Why nobody can be reached there: neither an e-mail address nor a phone number of at least 7 digits (mobile, landline
    with or without area code and extension, or with a country code) stands in it, alone or with words beside it."""
    if re.search(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", text) or re.search(r"\d(?:[ \-()（）－—]{0,2}\d){6}", text):
        return None
    return _("Give a phone number of at least 7 digits or an e-mail address, so that you can be reached.")
