"""The order of a batch and where number and money cut it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby


@dataclass(frozen=True)
class Row:
    key: int
    mean: Decimal | None
    tie: Decimal | None
    amount: Decimal
    knocked_out: bool = False
    withdrawn: bool = False


@dataclass(frozen=True)
class Place:
    key: int
    rank: int | None
    outcome: str


def _out_of_order(row: Row) -> str:
    if row.withdrawn:
        return "WITHDRAWN"
    return "UNSCORED" if row.mean is None else ""


def rank(rows: Sequence[Row], *, quota: int, money: Decimal, pass_mark: Decimal, propose_mark: Decimal) -> list[Place]:
    """Rank by mean, then by the tie criterion; equal in both share a rank and stand or fall together at the line.

    Going down the order, a rank is proposed while number (`quota`, 0 = none set) and money (0 = none set) suffice; from
    the first that does not fit on, everybody is on the reserve list. The line never jumps over a better application.
    """
    places = [Place(row.key, None, why) for row in rows if (why := _out_of_order(row))]
    standing = sorted((row for row in rows if not _out_of_order(row)), key=_order)
    count, spent, closed, position = 0, Decimal(0), False, 1
    for _same, group in groupby(standing, key=lambda row: (row.mean, row.tie or Decimal(0), row.knocked_out)):
        tied = list(group)
        outcome = _by_mark(tied[0], pass_mark, propose_mark)
        if outcome == "PROPOSE":
            ask = sum((row.amount for row in tied), Decimal(0))
            closed = closed or bool(quota and count + len(tied) > quota) or bool(money and spent + ask > money)
            if closed:
                outcome = "RESERVE"
            else:
                count, spent = count + len(tied), spent + ask
        places += [Place(row.key, position, outcome) for row in tied]
        position += len(tied)
    return places


def _order(row: Row) -> tuple[bool, Decimal, Decimal, int]:
    return (row.knocked_out, -(row.mean or Decimal(0)), -(row.tie or Decimal(0)), row.key)


def _by_mark(row: Row, pass_mark: Decimal, propose_mark: Decimal) -> str:
    if row.knocked_out:
        return "KNOCKED_OUT"
    mean = row.mean or Decimal(0)
    if mean < pass_mark:
        return "FAILED"
    return "BELOW" if mean < propose_mark else "PROPOSE"
