"""Quotas that cross: experts of one employer in two kinds, experts of two employers, quotas by place or age.

Such rules do not nest, so the flow cannot hold them. The linear programme is solved; applications it leaves whole are kept, and the
few others are decided exactly among themselves. The programme's value is a bound over the pairs it was given, and the distance to
it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from reviews.engine.candidates import Pairs
from reviews.engine.flow import NoFlow
from reviews.engine.instance import EMPTY, Instance

SECONDS, WHOLE = 120.0, 1e-6
MILLION = 1_000_000


@dataclass(frozen=True)
class Quota:
    """At least `least[i]` seats of application i go to experts of `members`."""

    members: np.ndarray
    least: np.ndarray


@dataclass(frozen=True)
class Crossed:
    """`bound` holds over the given pairs; `open_applications` had broken seats in the linear programme."""

    chosen: np.ndarray
    bound: int
    open_applications: int


@dataclass(frozen=True)
class _Programme:
    cost: np.ndarray
    upper: np.ndarray
    rows: sparse.csr_matrix
    least: np.ndarray
    most: np.ndarray


def quotas_of(instance: Instance) -> list[Quota]:
    """One per kind, and one for all kinds together: what is kept for one does not go to another."""
    found = [Quota(instance.kind == kind + 1, instance.minimum[:, kind]) for kind in range(instance.minimum.shape[1])]
    return [*found, Quota(instance.kind > 0, instance.minimum.sum(1))] if len(found) > 1 else found


def _rows(count: int, row: np.ndarray, column: np.ndarray, width: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(count, width))


def _employers(pairs: Pairs, employers: Sequence[Sequence[int]], width: int) -> sparse.csr_matrix:
    """A row per application and employer that two or more of its pairs share."""
    widest = 1 + max((max(units, default=0) for units in employers), default=0)
    place = [(pair, units) for pair, j in enumerate(pairs.j.tolist()) if (units := employers[j])]
    pair = np.array([one for one, units in place for _unit in units], np.int64)
    unit = np.array([unit for _one, units in place for unit in units], np.int64)
    keys, row, count = np.unique(pairs.i[pair].astype(np.int64) * widest + unit, return_inverse=True, return_counts=True)
    company = count > 1
    number = np.cumsum(company) - 1
    kept = company[row] if len(keys) else np.empty(0, bool)
    return _rows(int(company.sum()), number[row[kept]], pair[kept], width)


def _programme(instance: Instance, pairs: Pairs, employers: Sequence[Sequence[int]], quotas: Sequence[Quota]) -> _Programme:
    n, m, count = instance.n, instance.m, len(pairs)
    places = np.arange(int(instance.load.max(initial=0)))
    step, who = np.nonzero(instance.load[None, :] > places[:, None])
    width = count + n + len(who)
    all_pairs, empty = np.arange(count), count + np.arange(n)
    seats = _rows(n, np.r_[pairs.i, np.arange(n)], np.r_[all_pairs, empty], width)
    loads = _rows(m, pairs.j, all_pairs, width) - _rows(m, who, count + n + np.arange(len(who)), width)
    kept = [_rows(n, pairs.i[~quota.members[pairs.j]], all_pairs[~quota.members[pairs.j]], width) for quota in quotas]
    one = _employers(pairs, employers, width)
    most = np.concatenate([instance.seats, np.zeros(m), np.ones(one.shape[0]), *(instance.seats - quota.least for quota in quotas)])
    least = np.concatenate([instance.seats, np.full(len(most) - n, -np.inf)])
    cost = np.concatenate([-pairs.w / MILLION, np.full(n, EMPTY / MILLION), instance.review_cost(places)[step] / MILLION])
    upper = np.concatenate([np.ones(count), instance.seats, np.ones(len(who))])
    return _Programme(cost, upper, sparse.vstack([seats, loads, one, *kept]).tocsr(), least, most)


def _run(programme: _Programme, lower: np.ndarray, upper: np.ndarray, whole: np.ndarray) -> optimize.OptimizeResult:
    found = optimize.milp(programme.cost, integrality=whole, bounds=optimize.Bounds(lower, upper),
                          constraints=optimize.LinearConstraint(programme.rows, programme.least, programme.most),
                          options={"time_limit": SECONDS, "mip_rel_gap": 1e-7})
    if found.x is None:
        raise NoFlow(str(found.message))
    return found


def solve(instance: Instance, pairs: Pairs, employers: Sequence[Sequence[int]], quotas: Sequence[Quota] | None = None) -> Crossed:
    """`employers[j]` are all employers of an expert; `instance` is settled."""
    programme = _programme(instance, pairs, employers, quotas_of(instance) if quotas is None else quotas)
    count, width = len(pairs), len(programme.cost)
    relaxed = _run(programme, np.zeros(width), programme.upper, np.zeros(width))
    seats = relaxed.x[:count]
    bound = int(np.floor(-relaxed.fun * MILLION + 0.5))
    broken = np.unique(pairs.i[(seats > WHOLE) & (seats < 1 - WHOLE)])
    if not len(broken):
        return Crossed((seats > 0.5).astype(np.int8), bound, 0)
    loose = np.zeros(instance.n, bool)
    loose[broken] = True
    fixed = np.flatnonzero(~loose[pairs.i])
    lower, upper, whole = np.zeros(width), programme.upper.copy(), np.zeros(width)
    lower[fixed] = upper[fixed] = np.round(seats[fixed])
    whole[np.flatnonzero(loose[pairs.i])] = 1
    found = _run(programme, lower, upper, whole)
    return Crossed((found.x[:count] > 0.5).astype(np.int8), bound, len(broken))
