"""Rules of needs (备选课题) in plain Python: what a right answer is, the quota of a unit, seals, points, similarity.

Answers are flat texts as typed; `clean` gives typed values and, per field, what is wrong in the reader's language. The
indicators are rows of flat names (`ind_0_name` ... `ind_5_test`), so that a half-written draft can always be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

ROWS = 6
COLUMNS = ("name", "sign", "value", "unit", "test")
SIGNS = (("GE", "≥"), ("LE", "≤"), ("EQ", "="))
WAN = Decimal(10000)
MOST_WAN = Decimal(10_000_000)  # a thousand million in 万元: beyond that it is a slip of the keyboard, and of the column


@dataclass(frozen=True)
class Ask:
    """A field that a call may ask for: its code, how it is read, and what a new call starts from."""

    code: str
    label: Any
    kind: str  # text, area, wan, cluster, stage, lines, bool, indicators
    most: int = 200
    required: bool = True
    always: bool = False  # a call cannot leave it out


ASKS = (
    Ask("title", gettext_lazy("Title of the topic"), "text", 60, always=True),
    Ask("background", gettext_lazy("Background and need"), "area", 2000),
    Ask("content", gettext_lazy("Research content"), "area", 4000, always=True),
    Ask("indicators", gettext_lazy("Technical indicators"), "indicators", ROWS, always=True),
    Ask("amount", gettext_lazy("Proposed public money (10,000 yuan)"), "wan", always=True),
    Ask("own_money", gettext_lazy("Own money offered (10,000 yuan)"), "wan", required=False),
    Ask("cluster", gettext_lazy("Industry cluster (20+8)"), "cluster"),
    Ask("stage", gettext_lazy("Stage of the innovation chain"), "stage"),
    Ask("result_user", gettext_lazy("Who will use the result"), "text", 200),
    Ask("partners", gettext_lazy("Other proposing units, one per line"), "lines", 2000, required=False),
    Ask("contact_name", gettext_lazy("Contact person"), "text", 60, always=True),
    Ask("contact_phone", gettext_lazy("Telephone"), "text", 40, always=True),
)
KNOWN = {ask.code: ask for ask in ASKS}
CONSENT = "name_agreed"


@dataclass(frozen=True)
class Asked:
    """A field as this call asks for it."""

    code: str
    label: str
    kind: str
    most: int
    required: bool
    help: str


def asked(asks: Mapping[str, Mapping[str, Any]]) -> list[Asked]:
    """The fields of a call in their order; what the call leaves out is not there."""
    found = []
    for ask in ASKS:
        own = asks.get(ask.code) or {}
        if not ask.always and not own.get("shown", True):
            continue
        most = min(int(own.get("max") or ask.most), ask.most)
        required = ask.always or bool(own.get("required", ask.required))
        found.append(Asked(ask.code, str(ask.label), ask.kind, most, required, str(own.get("help", ""))))
    return found


def names(asks: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Every flat name a draft may hold."""
    found = {CONSENT}
    for one in asked(asks):
        found |= {f"ind_{n}_{col}" for n in range(ROWS) for col in COLUMNS} if one.kind == "indicators" else {one.code}
    return found


@dataclass
class Cleaned:
    """`values` are typed (money in yuan, indicators as rows); `errors` are {flat name: sentences}."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def wrong(self, name: str, text: str) -> None:
        self.errors.setdefault(name, []).append(text)


def number(text: str) -> Decimal | None:
    """A decimal as typed, or None when it is none (or not finite, or too long to be kept)."""
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and value.adjusted() < 12 else None


def clean(
    answers: Mapping[str, Any], asks: Mapping[str, Mapping[str, Any]], *, clusters: Iterable[str], stages: Iterable[str],
    indicators_min: int = 1,
) -> Cleaned:
    """Everything at once: what is missing, too long, no number, out of its list, not measurable."""
    found = Cleaned({CONSENT: bool(answers.get(CONSENT))})
    lists = {"cluster": set(clusters), "stage": set(stages)}
    for one in asked(asks):
        if one.kind == "indicators":
            found.values["indicators"] = _indicators(answers, found, indicators_min)
            continue
        text = str(answers.get(one.code) or "").strip()
        if not text:
            if one.required:
                found.wrong(one.code, _("This is missing."))
            found.values[one.code] = Decimal(0) if one.kind == "wan" else [] if one.kind == "lines" else ""
        elif one.kind == "wan":
            found.values[one.code] = _money(one, text, found)
        elif one.kind in lists:
            if text not in lists[one.kind]:
                found.wrong(one.code, _("This is not in the list."))
            found.values[one.code] = text
        else:
            if len(text) > one.most:
                found.wrong(one.code, _("%(n)d characters; at most %(most)d are allowed.") % {"n": len(text), "most": one.most})
            lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
            found.values[one.code] = lines if one.kind == "lines" else text
    return found


def _money(one: Asked, text: str, found: Cleaned) -> Decimal:
    value = number(text)
    if value is None or value < 0 or value > MOST_WAN:
        found.wrong(one.code, _("Write an amount in 10,000 yuan, for example 800."))
        return Decimal(0)
    if value == 0 and one.required:
        found.wrong(one.code, _("The amount must be more than zero."))
    return (value * WAN).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _indicators(answers: Mapping[str, Any], found: Cleaned, least: int) -> list[dict[str, Any]]:
    rows = []
    for n in range(ROWS):
        row = {col: str(answers.get(f"ind_{n}_{col}") or "").strip() for col in COLUMNS}
        if not any(row[col] for col in ("name", "value", "unit", "test")):
            continue
        value = number(row["value"]) if row["value"] else None
        if not row["name"]:
            found.wrong(f"ind_{n}_name", _("Say what is measured."))
        if row["sign"] not in dict(SIGNS):
            found.wrong(f"ind_{n}_sign", _("Choose ≥, ≤ or =."))
        if value is None:
            found.wrong(f"ind_{n}_value", _("The indicator cannot be measured: a number is needed."))
        if not row["unit"]:
            found.wrong(f"ind_{n}_unit", _("The indicator cannot be measured: a unit is needed (1 for a plain ratio)."))
        for col, most in (("name", 100), ("unit", 30), ("test", 200)):
            if len(row[col]) > most:
                found.wrong(f"ind_{n}_{col}", _("%(n)d characters; at most %(most)d are allowed.") % {"n": len(row[col]), "most": most})
        rows.append({**row, "value": value})
    if len(rows) < least:
        found.wrong("ind_0_name", ngettext(
            "A topic needs at least %(n)d measurable technical indicator.", "A topic needs at least %(n)d measurable technical indicators.",
            least) % {"n": least})
    return rows


# --- quota, exemption, seals ---


@dataclass(frozen=True)
class Quota:
    """`kinds` empty: for all kinds that no other line of the group names."""

    group: str
    kinds: tuple[str, ...]
    most: int
    clause: str = ""


@dataclass(frozen=True)
class Exemption:
    """`above`: yuan, exceeded in one of the years."""

    above: Decimal
    years: tuple[int, ...]
    kinds: tuple[str, ...]
    clause: str = ""


def quota_for(quotas: Sequence[Quota], group: str, kind: str) -> Quota | None:
    """The line that names the kind, else the one for all others; None: the group has no limit for it."""
    of_group = [quota for quota in quotas if quota.group == group]
    return next((q for q in of_group if kind in q.kinds), None) or next((q for q in of_group if not q.kinds), None)


def exempt_by(exemption: Exemption | None, kind: str, spend: Mapping[str, Any]) -> tuple[int, Decimal] | None:
    """(year, yuan) that frees the unit from its quota; `spend` is {year: yuan} of the register."""
    if exemption is None or (exemption.kinds and kind not in exemption.kinds):
        return None
    known = [(year, value) for year in exemption.years if (value := number(str(spend.get(str(year)) or ""))) is not None]
    return next(((year, value) for year, value in known if value > exemption.above), None)


def quota_problem(
    quota: Quota | None, exemption: Exemption | None, *, kind: str, group_name: str, used: int, spend: Mapping[str, Any]
) -> str | None:
    """One more need, led by a unit that has `used` of them in the group already: None, or the clause with the numbers."""
    if quota is None or used < quota.most or exempt_by(exemption, kind, spend):
        return None
    text = _("%(clause)s: a unit may lead at most %(most)d topics in “%(group)s”; this unit has filed %(used)d already.") % {
        "clause": quota.clause or _("Quota of the call"), "most": quota.most, "group": group_name, "used": used,
    }
    if exemption is None or (exemption.kinds and kind not in exemption.kinds):
        return text
    known = ["%s：%s" % (year, f"{Decimal(value) / WAN:,.0f}") for year in exemption.years  # noqa: UP031 (reads as year：value)
             if (value := number(str(spend.get(str(year)) or ""))) is not None]
    return text + _(" The exemption (R&D spend over %(above)s × 10,000 yuan in %(years)s) does not apply; the register says: %(found)s.") % {
        "above": f"{exemption.above / WAN:,.0f}", "years": "、".join(map(str, exemption.years)),
        "found": "、".join(known) or _("nothing"),
    }


def seal_problem(amount: Decimal, seal_from: Decimal | None, units: Sequence[str], sealed: Iterable[str], *, name: str, clause: str
                 ) -> str | None:
    """From the threshold on every proposing unit must have sealed the statement; the sentence names who has not."""
    if seal_from is None or amount < seal_from:
        return None
    missing = [unit for unit in units if unit not in set(sealed)]
    if not missing:
        return None
    return _("%(clause)s: from %(limit)s × 10,000 yuan on “%(name)s” with the seal of every proposing unit is needed; missing: %(units)s.") % {
        "clause": clause or _("Rule of the call"), "limit": f"{seal_from / WAN:,.0f}", "name": name, "units": "、".join(missing),
    }


# --- points ---


def points_problems(criteria: Sequence[Mapping[str, Any]], points: Mapping[str, Any]) -> dict[str, str]:
    """{code: sentence} for lines without a number between 0 and their weight, in halves."""
    wrong = {}
    for one in criteria:
        value = number(str(points.get(one["code"], "")))
        if value is None or value < 0 or value > one["weight"] or value * 2 != (value * 2).to_integral_value():
            wrong[one["code"]] = _("Between 0 and %(most)d, in steps of 0.5.") % {"most": one["weight"]}
    return wrong


def total(criteria: Sequence[Mapping[str, Any]], points: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(str(points[one["code"]])) for one in criteria), Decimal(0))


def mean(values: Sequence[Decimal]) -> Decimal | None:
    """The mean of the sheets, half up to two places; None when there is none."""
    if not values:
        return None
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def sheet_problems(weights: Sequence[int]) -> list[str]:
    if not weights:
        return [_("The call has no score sheet.")]
    if sum(weights) != 100:
        return [_("The points of the score sheet add up to %(sum)d, not to 100.") % {"sum": sum(weights)}]
    return []


def share(part: int, whole: int) -> Decimal:
    """Percent, half up to one place; 0 of nothing is 0."""
    if not whole:
        return Decimal(0)
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
