"""The proof: a price for a review of every expert, and a bound over every pair that rests on the prices alone.

Whatever the prices u >= 0 are, no assignment is worth more than
    sum over applications of the best panel by (affinity - u)  +  sum over experts of what their load earns at u.
When that bound equals the value of the assignment, the assignment is the best there is. Prices are found by raising each expert's
until no application would rather have somebody it did not get; then every pair is looked at, also those no solver ever saw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviews.engine import flow
from reviews.engine.candidates import Pairs
from reviews.engine.instance import EMPTY, Instance, ordered

ROUNDS = 5000  # of raising prices; a solution that is not the best would raise them for ever
PER_APPLICATION = 15  # pairs added at once
HUGE = np.int64(2**40)


@dataclass(frozen=True)
class Bound:
    """`value` holds for every assignment over all pairs; `better` are pairs that may improve the present one."""

    value: int
    better: Pairs


def _spans(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The numbers of all slices one after the other."""
    sizes = ends - starts
    total = int(sizes.sum())
    if not total:
        return np.empty(0, np.int64)
    offset = np.repeat(starts - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    return offset + np.arange(total)


def floors(instance: Instance, i: np.ndarray, kind: np.ndarray, value: np.ndarray) -> np.ndarray:
    """floors[i, t]: how much a newcomer of kind t must be worth to take a seat of application i from the least of those there."""
    n, kinds = instance.n, instance.minimum.shape[1]
    kept = np.full((n, kinds + 1), HUGE)
    order, place = ordered(i * np.int64(kinds + 1) + kind, value)
    who, what, worth = i[order], kind[order], value[order]
    quota = np.concatenate([np.zeros((n, 1), np.int64), instance.minimum], axis=1)
    reserved = place < quota[who, what]
    np.minimum.at(kept, (who[reserved], what[reserved]), worth[reserved])
    had = np.zeros((n, kinds + 1), np.int64)
    np.add.at(had, (who[reserved], what[reserved]), 1)
    kept = np.where(quota > had, -EMPTY, kept)
    free = np.full(n, HUGE)
    np.minimum.at(free, who[~reserved], worth[~reserved])
    count = np.bincount(who[~reserved], minlength=n)
    free = np.where(instance.free > count, -EMPTY, free)
    return np.minimum(kept, free[:, None])


class Prices:
    """Raises prices from the cost of each expert's last review until nothing moves."""

    def __init__(self, instance: Instance, pairs: Pairs, chosen: np.ndarray) -> None:
        self.instance, self.pairs = instance, pairs
        self.i, self.j, self.w = (part[chosen > 0].astype(np.int64) for part in (pairs.i, pairs.j, pairs.w))
        self.others = np.flatnonzero(chosen == 0)
        self.oi, self.oj, self.ow = (part[self.others].astype(np.int64) for part in (pairs.i, pairs.j, pairs.w))
        self.kind = instance.kind.astype(np.int64)
        self.same = self._same_employer()
        self.begin = np.searchsorted(self.oi, np.arange(instance.n))
        self.end = np.searchsorted(self.oi, np.arange(instance.n), side="right")

    def _same_employer(self) -> np.ndarray:
        """Per unchosen pair the chosen one of the same application and employer, or -1."""
        width = np.int64(self.instance.employer.max(initial=0) + 1)
        keys = self.i * width + self.instance.employer[self.j]
        order = np.argsort(keys)
        wanted = self.oi * width + self.instance.employer[self.oj]
        if not len(keys):
            return np.full(len(wanted), -1)
        at = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
        return np.where(keys[order][at] == wanted, order[at], -1)

    def find(self) -> np.ndarray:
        load = np.bincount(self.j, minlength=self.instance.m)
        prices = np.where(load > 0, self.instance.review_cost(np.maximum(load - 1, 0)), 0).astype(np.int64)
        seats_of = np.argsort(self.j, kind="stable")
        first = np.searchsorted(self.j[seats_of], np.arange(self.instance.m))
        last = np.searchsorted(self.j[seats_of], np.arange(self.instance.m), side="right")
        active = np.arange(self.instance.n)
        for _round in range(ROUNDS):
            arcs = _spans(self.begin[active], self.end[active])
            if not len(arcs):
                break
            asked = self.ow[arcs] - self._must(active, arcs, prices)
            high = asked > prices[self.oj[arcs]]
            if not high.any():
                break
            arcs, asked = arcs[high], asked[high]
            np.maximum.at(prices, self.oj[arcs], asked)
            risen = np.unique(self.oj[arcs])
            active = np.unique(self.i[seats_of[_spans(first[risen], last[risen])]])
        return prices

    def _must(self, active: np.ndarray, arcs: np.ndarray, prices: np.ndarray) -> np.ndarray:
        """What a newcomer of each pair must be worth, at these prices."""
        worth = self.w - prices[self.j]
        inside = np.zeros(self.instance.n, bool)
        inside[active] = True
        here = inside[self.i]
        low = floors_of(self.instance, active, self.i[here], self.kind[self.j[here]], worth[here])
        position = np.zeros(self.instance.n, np.int64)
        position[active] = np.arange(len(active))
        must = low[position[self.oi[arcs]], self.kind[self.oj[arcs]]]
        rival = self.same[arcs]
        return np.where(rival >= 0, worth[np.maximum(rival, 0)] if len(worth) else must, must)


def floors_of(instance: Instance, active: np.ndarray, i: np.ndarray, kind: np.ndarray, value: np.ndarray) -> np.ndarray:
    """`floors` of some applications only."""
    if len(active) == instance.n:
        return floors(instance, i, kind, value)
    position = np.zeros(instance.n, np.int64)
    position[active] = np.arange(len(active))
    return floors(_Part(instance, active), position[i], kind, value)  # type: ignore[arg-type]


class _Part:
    """Seats of some applications, as far as `floors` asks."""

    def __init__(self, instance: Instance, active: np.ndarray) -> None:
        self.n, self.minimum, self.free = len(active), instance.minimum[active], instance.free[active]


def earned(instance: Instance, prices: np.ndarray) -> int:
    """What the loads of all experts earn at most at these prices."""
    total = 0
    for place in range(int(instance.load.max(initial=0))):
        gain = np.maximum(prices - instance.review_cost(np.array([place]))[0], 0)
        total += int(gain[instance.load > place].sum())
    return total


def best_panel(values: np.ndarray, kinds: np.ndarray, employers: np.ndarray, minimum: np.ndarray, seats: int) -> int:
    """The most one application can be worth: one per employer, the kept seats by kind, then the free ones."""
    order = np.argsort(-values, kind="stable")
    _units, first = np.unique(employers[order], return_index=True)
    order = order[np.sort(first)]
    order = order[values[order] > -EMPTY]
    kept: list[int] = []
    for kind, count in enumerate(minimum.tolist(), 1):
        kept += order[kinds[order] == kind][:count].tolist()
    free = seats - int(minimum.sum())
    rest = order[~np.isin(order, kept)][:max(free, 0)] if kept else order[:free]
    taken = [*kept, *rest.tolist()]
    return int(values[taken].sum()) - EMPTY * (seats - len(taken))


def bound(instance: Instance, i: np.ndarray, j: np.ndarray, prices: np.ndarray) -> Bound:
    """Look at every pair there is: the bound, and the pairs that might improve the assignment (i, j)."""
    i, j = i.astype(np.int64), j.astype(np.int64)
    worth = instance.weights_of(i, j) - prices[j]
    kind, m = instance.kind.astype(np.int64), instance.m
    low = floors(instance, i, kind[j], worth)
    total = earned(instance, prices) + int(worth.sum()) - EMPTY * (int(instance.seats.sum()) - len(i))
    mine = np.searchsorted(i, np.arange(instance.n + 1))
    asked, news = prices.astype(np.int32), []
    for first, last, dense in instance.chunks():
        dense -= asked
        dense[i[mine[first]:mine[last]] - first, j[mine[first]:mine[last]]] = -30 * EMPTY
        limit = np.minimum(np.min(low[first:last], axis=1), 10 * EMPTY).astype(np.int32)
        at, who = np.nonzero(dense > limit[:, None])
        value = dense[at, who].astype(np.int64)
        real = (value > low[first + at, kind[who]]) & (value > -10 * EMPTY)
        at, who, value = at[real] + first, who[real], value[real]
        kept = _beyond_own_employer(instance, i, j, worth, at, who, value)
        at, who, value = at[kept], who[kept], value[kept]
        for row in np.unique(at).tolist():
            total += _gain(instance, row, (j, worth, mine), who[at == row], value[at == row])
        order, place = ordered(at, value)
        order = order[place < PER_APPLICATION]
        news.append(at[order] * m + who[order])
    keys = np.sort(np.concatenate(news)) if news else np.empty(0, np.int64)
    at, who = np.divmod(keys, m)
    return Bound(total, Pairs(at.astype(np.int32), who.astype(np.int32), instance.weights_of(at, who)))


def _beyond_own_employer(instance: Instance, i: np.ndarray, j: np.ndarray, worth: np.ndarray, at: np.ndarray, who: np.ndarray,
                         value: np.ndarray) -> np.ndarray:
    """A newcomer whose employer sits there already must beat that very expert."""
    width = np.int64(instance.employer.max(initial=0) + 1)
    keys = i * width + instance.employer[j]
    if not len(keys) or not len(at):
        return np.ones(len(at), bool)
    order = np.argsort(keys)
    wanted = at * width + instance.employer[who]
    place = order[np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)]
    return (keys[place] != wanted) | (value > worth[place])


def _gain(instance: Instance, row: int, chosen: tuple[np.ndarray, np.ndarray, np.ndarray], who: np.ndarray, value: np.ndarray) -> int:
    """How much better one application could be than it is, at the prices."""
    j, worth, mine = chosen
    cut = slice(mine[row], mine[row + 1])
    experts, values = np.concatenate([j[cut], who]), np.concatenate([worth[cut], value])
    seats = int(instance.seats[row])
    now = int(worth[cut].sum()) - EMPTY * (seats - len(j[cut]))
    return best_panel(values, instance.kind[experts], instance.employer[experts], instance.minimum[row], seats) - now


@dataclass(frozen=True)
class Solved:
    """An optimum with its proof. `gap` is bound - objective, in millionths of an affinity; 0 proves it."""

    i: np.ndarray
    j: np.ndarray
    objective: int
    bound: int
    prices: np.ndarray
    pairs: Pairs
    rounds: int

    @property
    def gap(self) -> int:
        return self.bound - self.objective


def certified(instance: Instance, pairs: Pairs, rounds: int = 12, chosen: np.ndarray | None = None) -> Solved:
    """Solve, look at every pair, add what could be better, until nothing is left (or `rounds` are used up).

    `instance` is settled and its employers nest in the kinds; `chosen` is an optimum over `pairs` that is known already.
    """
    for count in range(1, rounds + 1):
        chosen = flow.solve(instance, pairs) if chosen is None else chosen
        i, j = pairs.i[chosen > 0], pairs.j[chosen > 0]
        found = Prices(instance, pairs, chosen).find()
        proof = bound(instance, i, j, found)
        value = flow.objective(instance, i, j)
        if proof.value == value or not len(proof.better) or count == rounds:
            break
        grown = pairs.joined(proof.better.i, proof.better.j, proof.better.w, instance.m)
        if len(grown) == len(pairs):
            break
        pairs, chosen = grown, None
    return Solved(i, j, value, proof.value, found, pairs, count)
