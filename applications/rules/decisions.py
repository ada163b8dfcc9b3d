"""Plain decisions of the applications floor: merging saves, limits, quotas, formality outcome, dates. No database."""

from __future__ import annotations

import calendar
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from applications.states import CheckOutcome, ItemResult
from programs.engine import operators

MOST_SECTION_BYTES = 2_000_000  # a section's answers as JSON; far above any real text


#: What of a guide each part of an application that is no section of the form follows.
BEHIND = {"team": ("team",), "partners": ("eligibility",), "targets": ("targets",), "budget": ("budget",), "files": ("documents",)}


# --- numbers and hashes ------------------------------------------------------------------------------------------


def application_ref(prefix: str, year: int, number: int) -> str:
    """KEY-2026-00123: the special's letters, the guide's year, a running number of both."""
    return f"{prefix}-{year}-{number:05d}"


def receipt_number(ref: str, submission: int) -> str:
    """One receipt for each submission of one application. It needs no counter, so submissions never queue for one."""
    return f"{ref}-R{submission}"


def canonical(data: Any) -> str:
    """One text for equal data, the basis of a version's hash."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(data: Any) -> str:
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def version_digest(content: str, receipt: Mapping[str, Any] | None) -> str:
    """The hash of a version, from that of its content and the receipt: a hash over a hash, so a letter changed in either changes it."""
    return digest({"content": content, "receipt": receipt})


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Codes of the parts of an application that another text of its guide asks differently, new sections among them; what
    the new text no longer asks is not named. Shapes: the data of two guide versions."""
    def sections(data: Mapping[str, Any]) -> dict[str, Any]:
        found = {section["code"]: section for section in (data.get("form") or {}).get("sections") or ()}
        return {code: [section, data.get("topics") or [] if code == "basic" else []] for code, section in found.items()}

    old, new = sections(before), sections(after)
    found = [code for code, section in new.items() if canonical(section) != canonical(old.get(code))]
    return found + [part for part, keys in BEHIND.items()
                    if any(canonical(before.get(key)) != canonical(after.get(key)) for key in keys)]


def end_date(starts_on: date, months: int) -> date | None:
    """The last day of a term that begins on a day and runs so many months; None when that lies beyond the calendar."""
    total = starts_on.month - 1 + months
    year, month = starts_on.year + total // 12, total % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return None
    last = calendar.monthrange(year, month)[1]
    if starts_on.day > last:
        return date(year, month, last)
    return date.fromordinal(date(year, month, starts_on.day).toordinal() - 1)


# --- two people, one section -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merge:
    """What a save writes, and what it must not overwrite: {name: value of the other}."""

    written: dict[str, Any]
    conflicts: dict[str, Any]


def row_of(name: str) -> str:
    """The row a cell stands in ("loans.2" of "loans.2.bank"); "" for a field of its own."""
    parts = name.rsplit(".", 2)
    return f"{parts[0]}.{parts[1]}" if len(parts) == 3 and parts[1].isdecimal() and ":" not in name else ""


def merge(current: Mapping[str, Any], revs: Mapping[str, int], base: int, sent: Mapping[str, Any],
          bases: Mapping[str, int] | None = None) -> Merge:
    """Field by field: a field changed by somebody else since its base, to another value, is a conflict and is kept. A row
    that somebody else has begun since is one thing: what another person wrote into it meanwhile belongs to a row of its own."""
    known = bases or {}
    floor = known.get("", base)
    rows: dict[str, list[str]] = {}
    for name, value in current.items():
        if not blank(value) and (row := row_of(name)):
            rows.setdefault(row, []).append(name)
    written, conflicts = {}, {}
    for name, value in sent.items():
        now, since = current.get(name), known.get(name, floor)
        if now == value or (blank(now) and blank(value)):
            continue
        cells = rows.get(row_of(name), ())
        foreign = bool(cells) and all(revs.get(cell, 0) > known.get(cell, floor) for cell in cells) and any(
            sent.get(cell) != current[cell] for cell in cells)
        if revs.get(name, 0) > since or foreign:
            conflicts[name] = now
        else:
            written[name] = value
    return Merge(written, conflicts)


def news(current: Mapping[str, Any], revs: Mapping[str, int], base: int, sent: Mapping[str, Any], bases: Mapping[str, int]) -> dict[str, Any]:
    """What others have changed since the page knew it, besides the fields that were sent: {name: its value}."""
    floor = bases.get("", base)
    return {name: current.get(name, "") for name, rev in revs.items() if name not in sent and rev > bases.get(name, floor)}


THEIRS, MINE, BOTH = "theirs", "mine", "both"


def joined(theirs: Any, mine: Any, *, line: bool) -> str:
    """Both texts, one after the other."""
    return ("\n" if line else " ").join(str(text) for text in (theirs, mine) if not blank(text))


def settled(sent: Mapping[str, Any], current: Mapping[str, Any], key: str, choice: str, *, line: bool, next_row: int) -> dict[str, Any]:
    """What a save writes when a person has chosen between two texts. `key` is a field or a row; `line`: the field holds lines
    of text; both rows stay when the own one goes to the next free row."""
    own = {name: value for name, value in sent.items() if name == key or row_of(name) == key}
    rest = {name: value for name, value in sent.items() if name not in own}
    if choice == MINE:
        return dict(sent)
    if choice != BOTH:
        return rest
    if key in own:
        return {**rest, key: joined(current.get(key), own[key], line=line)}
    table = key.rsplit(".", 1)[0]
    return {**rest, **{f"{table}.{next_row}.{name.rsplit('.', 1)[1]}": value for name, value in own.items()}}


def blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def too_big(values: Mapping[str, Any]) -> bool:
    return len(json.dumps(values, ensure_ascii=False).encode()) > MOST_SECTION_BYTES


# --- limits (handbook 7.1) and quotas ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """What a person or unit is already in: an engagement as plain values."""

    klass: str
    role: str
    state: str
    starts: date
    ref: str


@dataclass(frozen=True)
class LimitRule:
    """At most `most` engagements of these classes, roles and states. `window`: running, or one calendar year."""

    text: str
    clause: str = ""
    scope: str = "person"  # person: the leader and every member; unit: the applicant unit
    roles: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    states: tuple[str, ...] = ("APPLIED", "RUNNING")
    window: str = "running"
    most: int = 1
    exempt_kinds: tuple[str, ...] = ()
    exempt_rd_from: Decimal | None = None

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> LimitRule:
        rd = data.get("exempt_rd_from")
        return cls(
            text=str(data.get("text", "")),
            clause=str(data.get("clause", "")),
            scope=str(data.get("scope", "person")),
            roles=tuple(data.get("roles", ())),
            classes=tuple(data.get("classes", ())),
            excluded=tuple(data.get("excluded", ())),
            states=tuple(data.get("states", ("APPLIED", "RUNNING"))),
            window=str(data.get("window", "running")),
            most=int(data.get("max", 1)),
            exempt_kinds=tuple(data.get("exempt_kinds", ())),
            exempt_rd_from=Decimal(str(rd)) if rd is not None else None,
        )


def counted(rule: LimitRule, held: Iterable[Held], *, year: int, own: str = "") -> list[Held]:
    """The engagements that count against the rule; `own` is this application, which is counted by the caller."""
    return [
        item
        for item in held
        if item.ref != own
        and item.state in rule.states
        and (not rule.roles or item.role in rule.roles)
        and (not rule.classes or item.klass in rule.classes)
        and item.klass not in rule.excluded
        and (rule.window != "calendar_year" or item.starts.year == year)
    ]


def limit_problem(rule: LimitRule, held: Iterable[Held], *, who: str, klass: str, role: str, year: int, own: str = "",
                  kind: str = "", rd_spend: Decimal | None = None) -> str | None:
    """None, or the sentence that names the rule, the person or unit and what was counted (with this application)."""
    if kind and kind in rule.exempt_kinds:
        return None
    if rule.exempt_rd_from is not None and rd_spend is not None and rd_spend > rule.exempt_rd_from:
        return None
    concerned = (
        (not rule.roles or role in rule.roles)
        and (not rule.classes or klass in rule.classes)
        and klass not in rule.excluded
    )
    if not concerned:
        return None
    found = counted(rule, held, year=year, own=own)
    if len(found) + 1 <= rule.most:
        return None
    listed = "、".join(item.ref for item in found)
    return _("%(clause)s %(text)s (at most %(most)d; %(who)s already has %(count)d: %(listed)s)") % {
        "clause": rule.clause, "text": rule.text, "most": rule.most, "who": who, "count": len(found),
        "listed": listed,
    }


def quota_problem(most: int | None, used: int, *, subject: str) -> str | None:
    """A number per unit or per leader in one guide; `used` counts other submitted applications."""
    if most is None or used < most:
        return None
    return _("%(subject)s may have %(most)d applications in this guide; %(used)d have been submitted already.") % {
        "subject": subject, "most": most, "used": used,
    }


# --- amounts -----------------------------------------------------------------------------------------------------


def caps(*pairs: tuple[str, Decimal | None]) -> tuple[str, Decimal] | None:
    """The lowest of several caps with its name."""
    known = [(name, value) for name, value in pairs if value is not None and value > 0]
    return min(known, key=lambda pair: pair[1]) if known else None


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / whole).quantize(Decimal("0.0001")) if whole else None


# --- formality check ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What the ticked items lead to; `open` lists items without a result."""

    outcome: str
    open: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def verdict(results: Mapping[str, str], codes: Sequence[str], *, asked_before: bool) -> Verdict:
    """All in order: pass. Something that cannot be corrected, or a defect after the one correction: refuse."""
    missing = [code for code in codes if not results.get(code)]
    failed = [code for code in codes if results.get(code) == ItemResult.FAIL]
    to_fix = [code for code in codes if results.get(code) == ItemResult.FIX]
    if failed or (to_fix and asked_before):
        return Verdict(CheckOutcome.REFUSE, missing, failed + to_fix)
    if to_fix:
        return Verdict(CheckOutcome.FIX, missing, to_fix)
    return Verdict(CheckOutcome.PASS, missing, [])


def unexplained(results: Mapping[str, tuple[str, str]]) -> list[str]:
    """Items marked to be corrected without a word of what is wrong: the notice could only repeat the item itself."""
    return [code for code, (result, note) in results.items() if result == ItemResult.FIX and not note.strip()]


# --- the public's question ---------------------------------------------------------------------------------------


def phone_tail(phone: str) -> str:
    digits = "".join(char for char in phone if char.isdecimal())
    return digits[-4:] if len(digits) >= 7 else ""


# guide editor


def region_problem(eligibility: Mapping[str, Any], region: str) -> str | None:
    """Clause R6: the regions a guide names; one that is part of a named region counts ("深圳市南山区" lies in "深圳市",
    and so does 深汕特别合作区, as in the conditions)."""
    named = eligibility.get("regions") or []
    whole = operators.region(region)
    if not named or any(whole.startswith(one) for one in named):
        return None
    return _("Clause R6: units registered in “%(region)s” may not apply in this guide; it is open to %(regions)s.") % {
        "region": region or "—", "regions": "、".join(named),
    }


def partner_problem(eligibility: Mapping[str, Any], count: int, shared: Decimal) -> list[str]:
    """Clause R8: how many partners a guide allows, and whether money may be passed on to them."""
    found, most = [], eligibility.get("partners_max")
    if most is not None and count > most:
        found.append(_("Clause R8: at most %(most)d partner units are allowed, %(count)d are named.") % {"most": most, "count": count})
    if shared and eligibility and not eligibility.get("partner_transfer", True):
        found.append(_("Clause R8: this guide passes no money on to partners; their shares must be 0."))
    return found
