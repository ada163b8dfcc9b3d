"""Budgets: headings, where money comes from, and the progressive cap of indirect costs. All numbers come as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from programs.engine import kinds
from programs.engine.amounts import progressive
from programs.engine.conditions import number
from programs.engine.problems import Problem
from programs.engine.wellformed import check_size

LUMP_SUM, ITEMISED = "LUMP_SUM", "ITEMISED"
CITY, OWN, OTHER = "CITY", "OWN", "OTHER"


@dataclass(frozen=True)
class Line:
    heading: str
    source: str
    amount: Decimal
    year: int | None = None
    organisation: Any = None
    note: str = ""


@dataclass(frozen=True)
class Heading:
    code: str
    name: str
    name_en: str = ""
    parent: str = ""
    note: str = ""


@dataclass(frozen=True)
class Scheme:
    """One guide's budget rules. `bands` are ((upper bound in yuan or None, rate), ...)."""

    kind: str
    headings: tuple[Heading, ...] = ()
    bands: tuple[tuple[Decimal | None, Decimal], ...] = ()
    sources: tuple[str, ...] = (CITY, OWN, OTHER)
    self_raised_min_ratio: Decimal = Decimal(0)
    self_raised_for: tuple[str, ...] = ()
    note_equipment_from: Decimal | None = None
    purchase_heading: str = "EQUIP-BUY"
    indirect_heading: str = "INDIRECT"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Scheme:
        bands = tuple(
            (None if band.get("upto") is None else number(band["upto"]), number(band["rate"]))
            for band in data.get("indirect_bands", ())
        )
        return cls(
            kind=data.get("scheme", ITEMISED),
            headings=tuple(
                Heading(h["code"], h["name"], h.get("name_en", ""), h.get("parent", ""), h.get("note", ""))
                for h in data.get("headings", ())
            ),
            bands=bands,
            sources=tuple(data.get("sources") or (CITY, OWN, OTHER)),
            self_raised_min_ratio=number(data.get("self_raised_min_ratio") or 0),
            self_raised_for=tuple(data.get("self_raised_for") or ()),
            note_equipment_from=number(data["note_equipment_from"]) if data.get("note_equipment_from") else None,
        )

    def own_ratio(self, unit_kind: str) -> Decimal:
        """Own money per yuan asked for that a unit of this kind must bring."""
        return self.self_raised_min_ratio if kinds.applies(self.self_raised_for, unit_kind) else Decimal(0)

    def heading(self, code: str) -> Heading | None:
        return next((heading for heading in self.headings if heading.code == code), None)

    @property
    def leaves(self) -> tuple[Heading, ...]:
        """Headings that take figures; the others are sums."""
        parents = {heading.parent for heading in self.headings}
        return tuple(heading for heading in self.headings if heading.code not in parents)


def total(lines: Iterable[Line], source: str | None = None) -> Decimal:
    return sum((line.amount for line in lines if source is None or line.source == source), Decimal(0))


def indirect_cap(
    direct: Decimal, equipment_purchase: Decimal, bands: Iterable[tuple[Decimal | None, Decimal]]
) -> Decimal:
    """Progressive bands over direct costs minus equipment purchase (handbook rule 5.3; bands are dated data)."""
    pairs = list(bands)
    base = max(Decimal(0), direct - equipment_purchase)
    cap = progressive(base, tuple(bound for bound, _rate in pairs), [rate for _bound, rate in pairs])
    return cap.quantize(Decimal("0.01"), ROUND_HALF_UP)


def check_lines(
    scheme: Scheme, lines: Iterable[Line], requested: Decimal, cap: Decimal | None = None, *, unit_kind: str = ""
) -> list[Problem]:
    """Every breach of the guide's budget rules, as sentences for the applicant; `unit_kind` is that of the applicant."""
    rows = list(lines)
    found = [
        Problem(line.heading, _("“%(code)s” is not a heading of this guide") % {"code": line.heading})
        for line in rows
        if scheme.headings and scheme.heading(line.heading) is None
    ]
    found.extend(Problem(line.heading, _("An amount may not be below 0")) for line in rows if line.amount < 0)
    found.extend(
        Problem(line.heading, _("“%(code)s” is not a source of this guide") % {"code": line.source})
        for line in rows
        if line.source not in scheme.sources
    )
    found.extend(_check_sums(scheme, rows, requested, cap))
    ratio = scheme.own_ratio(unit_kind)
    if ratio and total(rows, OWN) < requested * ratio:
        found.append(Problem("own", _("Self-raised money must be at least %(ratio)s times the amount requested") % {"ratio": ratio}))
    if scheme.kind == ITEMISED and scheme.bands:
        found.extend(_check_indirect(scheme, rows))
    return found


def _check_sums(scheme: Scheme, rows: list[Line], requested: Decimal, cap: Decimal | None) -> list[Problem]:
    found = []
    city = total(rows, CITY)
    if scheme.kind == ITEMISED and city != requested:
        found.append(
            Problem(
                "total",
                _("The lines from city money add up to %(sum)s yuan, but %(requested)s yuan are requested")
                % {"sum": f"{city:,.2f}", "requested": f"{requested:,.2f}"},
            )
        )
    if cap is not None and requested > cap:
        found.append(
            Problem(
                "requested",
                _("%(requested)s yuan are more than the cap of %(cap)s yuan")
                % {"requested": f"{requested:,.2f}", "cap": f"{cap:,.2f}"},
            )
        )
    return found


def _check_indirect(scheme: Scheme, rows: list[Line]) -> list[Problem]:
    """Fiscal and self-raised money are computed separately."""
    found = []
    for source in scheme.sources:
        mine = [line for line in rows if line.source == source]
        indirect = total(line for line in mine if line.heading == scheme.indirect_heading)
        direct = total(mine) - indirect
        purchase = total(line for line in mine if line.heading == scheme.purchase_heading)
        cap = indirect_cap(direct, purchase, scheme.bands)
        if indirect > cap:
            found.append(
                Problem(
                    scheme.indirect_heading,
                    _("Indirect costs of %(sum)s yuan are above the limit of %(cap)s yuan")
                    % {"sum": f"{indirect:,.2f}", "cap": f"{cap:,.2f}"},
                )
            )
    return found


def check(data: Any, path: str = "budget") -> list[Problem]:
    """Problems of the budget part of a guide."""
    if not isinstance(data, Mapping):
        return [Problem(path, _("is missing"))]
    found = []
    if data.get("scheme") not in (LUMP_SUM, ITEMISED):
        found.append(Problem(f"{path}.scheme", _("must be a lump sum or an itemised budget")))
    found += _check_values(data, path)
    headings = data.get("headings") or []
    if not isinstance(headings, list) or not all(
        isinstance(h, Mapping) and all(isinstance(h.get(key), str) and h[key] for key in ("code", "name")) for h in headings
    ):
        return [*found, Problem(f"{path}.headings", _("each heading needs a code and a name"))]
    codes = [h["code"] for h in headings]
    if len(codes) != len(set(codes)):
        found.append(Problem(f"{path}.headings", _("a code stands twice")))
    found.extend(Problem(f"{path}.headings[{index}].{name}", _("must be plain text")) for index, row in enumerate(headings)
                 for name in ("name_en", "parent", "note", "note_en") if row.get(name) is not None and not isinstance(row[name], str))
    if data.get("scheme") == ITEMISED and not headings:
        found.append(Problem(f"{path}.headings", _("an itemised budget needs headings")))
    found.extend(
        Problem(f"{path}.headings", _("“%(code)s” is not a heading of this guide") % {"code": h["parent"]})
        for h in headings
        if h.get("parent") and h["parent"] not in codes
    )
    if not found and _runs_in_a_circle({h["code"]: h.get("parent") for h in headings}):
        found.append(Problem(f"{path}.headings", _("the headings run in a circle")))
    return found + _check_bands(data.get("indirect_bands") or [], f"{path}.indirect_bands")


def _check_values(data: Mapping[str, Any], path: str) -> list[Problem]:
    found = []
    sources = data.get("sources") or [CITY]
    if not isinstance(sources, list) or not set(map(str, sources)) <= {CITY, OWN, OTHER} or CITY not in sources:
        found.append(Problem(f"{path}.sources", _("name the sources of money, the city among them")))
    for key, high in (("self_raised_min_ratio", Decimal(20)), ("note_equipment_from", Decimal(10) ** 12)):
        if data.get(key) in (None, ""):
            continue
        try:
            if not 0 <= number(data[key]) <= high:
                raise ValueError
        except (ArithmeticError, TypeError, ValueError):
            found.append(Problem(f"{path}.{key}", _("must be a number from 0")))
    found.extend(kinds.check(data.get("self_raised_for"), f"{path}.self_raised_for"))
    if data.get("self_raised_for") and not data.get("self_raised_min_ratio"):
        found.append(Problem(f"{path}.self_raised_for", _("names kinds of units, but no own money is asked for")))
    return found


def _runs_in_a_circle(parents: Mapping[str, Any]) -> bool:
    for code in parents:
        seen: set[Any] = set()
        step: Any = code
        while step in parents and step not in seen:
            seen.add(step)
            step = parents[step]
        if step in seen:
            return True
    return False


def _check_bands(bands: Any, path: str) -> list[Problem]:
    low = Decimal(0)
    try:
        for index, band in enumerate(bands):
            rate = number(band["rate"])
            if not 0 <= rate <= 1:
                return [Problem(path, _("a rate must lie between 0 and 1"))]
            if band.get("upto") is None:
                if index != len(bands) - 1:
                    return [Problem(path, _("only the last band may be open"))]
            elif number(band["upto"]) <= low:
                return [Problem(path, _("the bounds must rise"))]
            elif wrong := check_size([number(band["upto"]), rate], path):
                return wrong
            else:
                low = number(band["upto"])
        if bands and bands[-1].get("upto") is not None:
            return [Problem(path, _("the last band must be open"))]
    except (ArithmeticError, TypeError, ValueError, KeyError, AttributeError):
        return [Problem(path, _("the bands cannot be read"))]
    return []
