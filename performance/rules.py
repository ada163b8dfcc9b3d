"""The score of a project from its targets and results. Plain Python over dataclasses; shares are 0 to 1, points 0 to 100.

One target: met = full marks; "at least": actual / target; "at most": target / actual; never more than full marks
(项目支出绩效自评表). A qualitative target has the share that the examiner gave it inside its band. Weights of the parts
are those of 财预〔2021〕101号 or what the bureau enters later; a part without any target hands its weight to the others
in proportion, so that nobody loses points for what the guide never asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
CENT, FINE = Decimal("0.01"), Decimal("0.000001")
GE, LE, QUAL = "GE", "LE", "QUAL"

#: First-level and second-level names of targets -> part of the score. Cost targets stand under output in the template.
PARTS = {"产出指标": "OUTPUT", "效益指标": "BENEFIT", "满意度指标": "SATISFACTION", "成本指标": "COST"}
COST_L2 = ("成本指标", "产出成本")


@dataclass(frozen=True)
class Measured:
    """One target with what was reached. `share` is the examiner's share of a qualitative target."""

    name: str
    part: str
    direction: str
    weight: Decimal
    target: Decimal | None = None
    actual: Decimal | None = None
    share: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """One part of a score: the weight it has after redistribution, the share reached, the points."""

    code: str
    weight: Decimal
    share: Decimal
    points: Decimal
    count: int


@dataclass(frozen=True)
class Score:
    total: Decimal
    parts: tuple[Part, ...]


def part_of(l1: str, l2: str) -> str:
    """The part of the score that a target of this kind counts for."""
    return "COST" if l2 in COST_L2 else PARTS.get(l1, "OUTPUT")


def share_reached(one: Measured) -> Decimal:
    """0 to 1. A target without a result counts nothing; a target "at most 0" is met only by 0."""
    if one.direction == QUAL:
        return min(max(one.share or ZERO, ZERO), ONE)
    if one.actual is None or one.target is None or one.actual < 0:
        return ZERO
    if one.direction == GE:
        return ONE if one.actual >= one.target else one.actual / one.target
    return ONE if one.actual <= one.target else one.target / one.actual


def shortfall(direction: str, agreed: Decimal | None, found: Decimal | None) -> Decimal | None:
    """By how much the agreed value was missed, in its own unit; None for a target that was met or is not counted in numbers."""
    if direction == QUAL or agreed is None or found is None:
        return None
    by = agreed - found if direction == GE else found - agreed
    return by if by > 0 else None


def execution(paid: Decimal, spent: Decimal) -> Decimal:
    """Budget execution: spent of what was paid, 0 to 1. Nothing paid yet: nothing to execute, full marks."""
    if paid <= 0:
        return ONE
    return min(max(spent, ZERO) / paid, ONE)


def score(measured: Sequence[Measured], weights: Mapping[str, Any], paid: Decimal, spent: Decimal) -> Score:
    """The score of a project. `weights`: part -> points, 100 in all."""
    shares: dict[str, tuple[Decimal, int]] = {"EXECUTION": (execution(paid, spent), 1)}
    for code in weights:
        rows = [one for one in measured if one.part == code]
        total = sum((one.weight for one in rows), ZERO)
        if total > 0:
            shares[code] = (sum((share_reached(one) * one.weight for one in rows), ZERO) / total, len(rows))
    present = {code: Decimal(str(weight)) for code, weight in weights.items() if code in shares}
    whole = sum((Decimal(str(weight)) for weight in weights.values()), ZERO)
    held = sum(present.values(), ZERO)
    parts = []
    for code, weight in present.items():
        share, count = shares[code]
        full = weight * whole / held
        parts.append(Part(code, full, share, full * share, count))
    return Score(sum((part.points for part in parts), ZERO), tuple(parts))


def shown(points: Decimal) -> Decimal:
    """Points as shown, two decimals; grades are taken from the unrounded points."""
    return points.quantize(CENT, ROUND_HALF_UP)


def grade(points: Decimal, bands: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The band of a score; limits are lower bounds, inclusive, on the unrounded points.

    Raises:
        ValueError: the bands do not begin at 0.
    """
    ordered = sorted(bands, key=lambda band: Decimal(str(band["min"])), reverse=True)
    for band in ordered:
        if points >= Decimal(str(band["min"])):
            return band
    raise ValueError("grade bands must begin at 0")


def band_allows(band: Mapping[str, Any] | None, share: Decimal) -> bool:
    """May a qualitative target in this band have this share? Both limits belong to the band."""
    return band is not None and Decimal(str(band["min"])) <= share <= Decimal(str(band["max"]))
