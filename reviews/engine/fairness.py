"""Raising the worst-served application, and what that costs all together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reviews.engine import flow
from reviews.engine.candidates import Pairs
from reviews.engine.instance import Instance

ROUNDS, PUSH, MOST, SHARE = 12, 0.5, 16.0, 25


@dataclass(frozen=True)
class Raised:
    """`least` is the affinity of the worst-served application, before and after; `price` what all together lose."""

    chosen: np.ndarray
    least: tuple[int, int]
    price: int


def served(pairs: Pairs, chosen: np.ndarray, n: int) -> np.ndarray:
    """Affinity every application gets."""
    return np.bincount(pairs.i, weights=pairs.w * chosen, minlength=n).astype(np.int64)


def _least(got: np.ndarray, full: np.ndarray) -> int:
    """Of the applications whose seats are all filled; the others are a matter of the shortage report."""
    return int(got[full].min()) if full.any() else 0


def raised(instance: Instance, pairs: Pairs, chosen: np.ndarray) -> Raised:
    """Solve again with the pairs of badly served applications counted for more; the best floor found is kept."""
    first = served(pairs, chosen, instance.n)
    full = np.bincount(pairs.i, weights=chosen, minlength=instance.n) >= instance.seats
    best, best_served, got = chosen, first, first
    weight = np.ones(instance.n)
    for _round in range(ROUNDS):
        target = max(1.0, float(np.percentile(got[full], SHARE)) if full.any() else 1.0)
        weight = np.minimum(MOST, weight * np.exp(PUSH * np.clip((target - got) / target, 0, 1)))
        found = flow.solve(instance, replace(pairs, w=np.round(pairs.w * weight[pairs.i]).astype(np.int64)))
        if found.sum() < chosen.sum():
            break
        got = served(pairs, found, instance.n)
        if (_least(got, full), int(got.sum())) > (_least(best_served, full), int(best_served.sum())):
            best, best_served = found, got
    return Raised(best, (_least(first, full), _least(best_served, full)), int(first.sum() - best_served.sum()))
