"""Score sheets as data: criteria with points that add up to 100, anchored bands, comments, knock-out questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import typed
from programs.engine.conditions import number
from programs.engine.forms import pick
from programs.engine.operators import COUNT_DIGITS
from programs.engine.problems import Problem
from programs.engine.wellformed import check_size

RECOMMENDATIONS = ("A", "B", "C", "D")
CENT = Decimal("0.01")
PLAIN = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
MOST_COMMENT = 2000  # characters a sheet may ask for at one criterion
NOTE = "--note"  # behind the code of a criterion: the name of its comment among the fields of a sheet


@dataclass(frozen=True)
class Criterion:
    """`weight` is the most points this criterion can get."""

    code: str
    weight: Decimal
    data: Mapping[str, Any]

    @property
    def label(self) -> str:
        return pick(self.data, "name")

    @property
    def help(self) -> str:
        return pick(self.data, "help")

    @property
    def anchors(self) -> list[dict[str, Any]]:
        """[{"min", "max", "label"}] in points, best first."""
        return [
            {"min": number(a["min"]), "max": number(a["max"]), "label": pick(a, "text")}
            for a in self.data.get("anchors", ())
        ]

    @property
    def comment_min(self) -> int:
        """Characters a comment on this criterion needs, whatever the points."""
        return int(self.data.get("comment_min") or 0)

    @property
    def reason_min(self) -> int:
        """Characters of a reason where the points lie in the lowest or the highest band."""
        return int(self.data.get("reason_min") or 0)

    @property
    def asks(self) -> bool:
        """Whether this criterion has a comment of its own."""
        return bool(self.comment_min or self.reason_min)

    def is_extreme(self, value: Decimal) -> bool:
        """In the lowest or the highest band; where there are no two bands, no points or all of them."""
        bands = self.anchors
        if len(bands) < 2:
            return value in (0, self.weight)
        low, high = min(bands, key=lambda one: one["min"]), max(bands, key=lambda one: one["max"])
        return value <= low["max"] or value >= high["min"]


@dataclass(frozen=True)
class Sheet:
    criteria: tuple[Criterion, ...]
    comment_min: int = 0
    knockouts: tuple[Mapping[str, Any], ...] = ()
    step: Decimal = Decimal("0.5")

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Sheet:
        return cls(
            criteria=tuple(Criterion(c["code"], number(c["weight"]), c) for c in data["criteria"]),
            comment_min=int(data.get("comment_min", 0)),
            knockouts=tuple(data.get("knockouts", ())),
            step=number(data.get("step", "0.5")),
        )

    def total(self, values: Mapping[str, Any]) -> Decimal:
        """Sum of the points, two decimals, half up; of a draft, what can be read and lies within the points."""
        points = (self._read(c, values.get(c.code)) for c in self.criteria)
        return sum((found for found in points if found is not None), Decimal(0)).quantize(CENT, ROUND_HALF_UP)

    def _read(self, criterion: Criterion, raw: Any) -> Decimal | None:
        """The points typed; None for what are no points of this criterion."""
        try:
            value = typed.number(raw)
            return value if 0 <= value <= criterion.weight and value % self.step == 0 else None
        except (ArithmeticError, ValueError):
            return None

    def clean(self, given: Mapping[str, Any], final: bool = False) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """{values, notes, comment, recommendation, knockouts} -> clean, errors. Drafts keep what was typed. `notes` (comments on
        single criteria) stand in a clean sheet only where something was written, as old sheets know none."""
        errors: dict[str, list[str]] = {}
        values: dict[str, str] = {}
        source = given.get("values") or {}
        for criterion in self.criteria:
            raw = source.get(criterion.code)
            text, wrong = self._points(criterion, raw, final)
            if text is not None:
                values[criterion.code] = text
            if wrong:
                errors[criterion.code] = [wrong]
        notes = self._notes(given.get("notes"), values, errors, final)
        comment = typed.text(given.get("comment")).strip()[:20000]
        if final and len(comment) < self.comment_min:
            errors["comment"] = [
                _("The comment needs at least %(limit)d characters, there are %(count)d")
                % {"limit": self.comment_min, "count": len(comment)}
            ]
        recommendation = typed.text(given.get("recommendation"))[:20]
        if recommendation not in ("", *RECOMMENDATIONS) or (final and not recommendation):
            errors["recommendation"] = [_("Choose a recommendation")]
        codes = {item["code"] for item in self.knockouts}
        knocked = [code for code in given.get("knockouts") or () if isinstance(code, str) and code in codes]
        clean = {"values": values, "comment": comment, "recommendation": recommendation, "knockouts": knocked}
        return clean | ({"notes": notes} if notes else {}), errors

    def _notes(self, given: Any, values: Mapping[str, str], errors: dict[str, list[str]], final: bool) -> dict[str, str]:
        source, notes = given if isinstance(given, Mapping) else {}, {}
        for criterion in (one for one in self.criteria if one.asks):
            text = typed.text(source.get(criterion.code)).strip()[:5000]
            if text:
                notes[criterion.code] = text
            if final and (wrong := self._too_short(criterion, values.get(criterion.code), len(text))):
                errors[f"{criterion.code}{NOTE}"] = [wrong]
        return notes

    def _too_short(self, criterion: Criterion, points: str | None, count: int) -> str:
        told = {"label": criterion.label, "limit": criterion.comment_min, "count": count}
        if count < criterion.comment_min:
            return _("The comment on “%(label)s” needs at least %(limit)d characters, there are %(count)d") % told
        value = self._read(criterion, points)
        if value is not None and count < criterion.reason_min and criterion.is_extreme(value):
            return _("Points at the lowest or highest end of “%(label)s” need a reason of at least %(limit)d characters, there are %(count)d") % {
                **told, "limit": criterion.reason_min}
        return ""

    def _points(self, criterion: Criterion, raw: Any, final: bool) -> tuple[str | None, str]:
        if raw in (None, ""):
            return None, (_("Give points for “%(label)s”") % {"label": criterion.label} if final else "")
        value = self._read(criterion, raw) if isinstance(raw, str | int | float | Decimal) and not isinstance(raw, bool) else None
        if value is None:
            return typed.text(raw)[:20], _("“%(label)s” takes 0 to %(weight)s points in steps of %(step)s") % {
                "label": criterion.label, "weight": criterion.weight, "step": self.step,
            }
        return _plain(value), ""


def _plain(points: Decimal) -> str:
    """As people write points: "1e1" reads as ten, and stands as 10 in the sheet that is frozen and hashed."""
    return str(points) if PLAIN.fullmatch(str(points)) else f"{points.normalize() + 0:f}"


def check(data: Any, path: str = "score_sheet") -> list[Problem]:
    if not isinstance(data, Mapping) or not isinstance(data.get("criteria"), list) or not data["criteria"]:
        return [Problem(f"{path}.criteria", _("is missing"))]
    found, total, seen = _check_values(data, path), Decimal(0), set()
    for index, item in enumerate(data["criteria"]):
        here = f"{path}.criteria[{index}]"
        if not isinstance(item, Mapping) or not all(isinstance(item.get(key), str) and item[key] for key in ("code", "name")):
            found.append(Problem(here, _("needs a code and a name")))
            continue
        if item["code"] in seen:
            found.append(Problem(f"{here}.code", _("“%(code)s” stands twice") % {"code": item["code"]}))
        seen.add(item["code"])
        found.extend(_check_least(item, here))
        try:
            weight = number(item.get("weight"))
            if weight <= 0:
                raise ValueError
            found.extend(check_size([weight], f"{here}.weight", COUNT_DIGITS))
            total += weight
            found.extend(_check_anchors(item.get("anchors") or [], weight, here))
        except (ArithmeticError, TypeError, ValueError):
            found.append(Problem(f"{here}.weight", _("must be more than 0")))
    if not found and total != 100:
        found.append(Problem(f"{path}.criteria", _("the points add up to %(sum)s, not 100") % {"sum": total}))
    for index, item in enumerate(data.get("knockouts") or [] if isinstance(data.get("knockouts"), list) else []):
        if not isinstance(item, Mapping) or not all(isinstance(item.get(key), str) and item[key] for key in ("code", "text")):
            found.append(Problem(f"{path}.knockouts[{index}]", _("needs a code and a text")))
    return found


def _check_values(data: Mapping[str, Any], path: str) -> list[Problem]:
    found = []
    least = data.get("comment_min", 0)
    if isinstance(least, bool) or not isinstance(least, int) or not 0 <= least <= 5000:
        found.append(Problem(f"{path}.comment_min", _("must lie between %(low)d and %(high)d") % {"low": 0, "high": 5000}))
    try:
        step = number(data.get("step", "0.5"))
        if not 0 < step <= 10:
            raise ValueError
        found.extend(check_size([step], f"{path}.step"))
    except (ArithmeticError, TypeError, ValueError):
        found.append(Problem(f"{path}.step", _("must be more than 0")))
    if not isinstance(data.get("knockouts") or [], list):
        found.append(Problem(f"{path}.knockouts", _("must be a list")))
        return found
    codes = [item.get("code") for item in data.get("knockouts") or [] if isinstance(item, Mapping)]
    if len(codes) != len(set(map(str, codes))):
        found.append(Problem(f"{path}.knockouts", _("a code stands twice")))
    return found


def _check_least(item: Mapping[str, Any], here: str) -> list[Problem]:
    return [
        Problem(f"{here}.{name}", _("must lie between %(low)d and %(high)d") % {"low": 0, "high": MOST_COMMENT})
        for name in ("comment_min", "reason_min")
        if (least := item.get(name, 0)) is not None and (isinstance(least, bool) or not isinstance(least, int) or not 0 <= least <= MOST_COMMENT)
    ]


def _check_anchors(anchors: Any, weight: Decimal, here: str) -> list[Problem]:
    try:
        for anchor in anchors:
            low, high = number(anchor["min"]), number(anchor["max"])
            if not 0 <= low <= high <= weight or not isinstance(anchor.get("text"), str) or not anchor["text"]:
                raise ValueError
    except (ArithmeticError, TypeError, ValueError, KeyError):
        return [Problem(f"{here}.anchors", _("each band needs a text and lies within the points"))]
    return []
