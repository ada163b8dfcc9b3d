"""What submitted sheets add up to: Decimal, two places, half up; every number comes from the guide or a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Rules:
    """Numbers frozen with the batch (defaults of the parameters review.*; the guide's own go first)."""

    trim_from: int
    flag_range: Decimal
    flag_sd: Decimal
    pass_mark: Decimal
    propose_mark: Decimal
    knockout_share: Decimal

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Rules:
        return cls(
            int(data["trim_from"]),
            *(Decimal(str(data[key])) for key in ("flag_range", "flag_sd", "pass_mark", "propose_mark",
                                                  "knockout_share")),
        )


@dataclass(frozen=True)
class Sheet:
    total: Decimal
    tie: Decimal = Decimal(0)  # points of the criterion that decides between equal means
    knockouts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    count: int = 0
    mean: Decimal | None = None
    tie: Decimal | None = None
    spread: Decimal | None = None
    deviation: Decimal | None = None
    trimmed: bool = False
    knockouts: int = 0
    knocked_out: bool = False
    flag: str = ""


def mean(values: Sequence[Decimal]) -> Decimal:
    return cents(sum(values, Decimal(0)) / len(values))


def official_mean(totals: Sequence[Decimal], trim_from: int) -> tuple[Decimal, bool]:
    """From `trim_from` sheets on, one highest and one lowest are left out; below it all count."""
    ordered = sorted(totals)
    trimmed = len(ordered) >= max(trim_from, 3)
    return mean(ordered[1:-1] if trimmed else ordered), trimmed


def deviation(values: Sequence[Decimal]) -> Decimal:
    """Standard deviation of the sample; 0 for a single value."""
    if len(values) < 2:
        return Decimal("0.00")
    middle = sum(values, Decimal(0)) / len(values)
    return cents((sum(((v - middle) ** 2 for v in values), Decimal(0)) / (len(values) - 1)).sqrt())


def aggregate(sheets: Sequence[Sheet], rules: Rules) -> Figures:
    """The figures of one application from its valid sheets.

    A knock-out holds when more than `knockout_share` of the experts said so; a single voice is a flag for the panel.
    """
    if not sheets:
        return Figures()
    totals = [sheet.total for sheet in sheets]
    middle, trimmed = official_mean(totals, rules.trim_from)
    spread, spreading = cents(max(totals) - min(totals)), deviation(totals)
    knocked = sum(bool(sheet.knockouts) for sheet in sheets)
    flag = ""
    if knocked:
        flag = "KNOCKOUT"
    elif spread > rules.flag_range:
        flag = "RANGE"
    elif spreading > rules.flag_sd:
        flag = "SD"
    return Figures(
        count=len(sheets), mean=middle, tie=mean([sheet.tie for sheet in sheets]), spread=spread, deviation=spreading,
        trimmed=trimmed, knockouts=knocked, knocked_out=Decimal(knocked) > rules.knockout_share * len(sheets), flag=flag,
    )


def tie_code(sheet: Mapping[str, Any]) -> str:
    """The criterion that decides between equal means: the sheet's `tie`, else its innovation criterion, else the first."""
    codes = [criterion["code"] for criterion in sheet["criteria"]]
    if sheet.get("tie") in codes:
        return sheet["tie"]
    return next((code for code in codes if "innov" in code.lower()), codes[0])


def calibration(scores: Mapping[str, Mapping[str, Decimal]]) -> list[tuple[str, Decimal, int]]:
    """{item: {expert: total}} -> (expert, mean difference to the others on shared items, number of items)."""
    differences: dict[str, list[Decimal]] = {}
    for by_expert in scores.values():
        if len(by_expert) < 2:
            continue
        everything = sum(by_expert.values(), Decimal(0))
        for expert, total in by_expert.items():
            others = (everything - total) / (len(by_expert) - 1)
            differences.setdefault(expert, []).append(total - others)
    return [(expert, cents(sum(rows, Decimal(0)) / len(rows)), len(rows)) for expert, rows in differences.items()]
