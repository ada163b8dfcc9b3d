"""Small worlds of the assignment, and the same question put to another solver."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize, sparse

from reviews.engine.instance import EMPTY, Instance


def features(chance: np.random.Generator, rows: int, width: int = 6) -> sparse.csr_matrix:
    full = chance.integers(0, 400, (rows, width)) * (chance.random((rows, width)) < 0.5)
    return sparse.csr_matrix(full).astype(np.float32)


def world(seed: int, applications: tuple[int, int] = (1, 7), experts: tuple[int, int] = (2, 9)) -> Instance:
    """Seats, loads, employers, kinds, recusals and costs of balance of every sort; often short of experts."""
    chance = np.random.default_rng(seed)
    n, m = int(chance.integers(*applications)), int(chance.integers(*experts))
    units = int(chance.integers(2, m + 1))
    employer = chance.integers(0, units, m)
    kind = chance.integers(0, 3, units)[employer]
    seats = np.full(n, int(chance.integers(1, 4)))
    minimum = np.zeros((n, 2), np.int64)
    minimum[:, 0] = chance.integers(0, 2)
    if seats[0] > 1:
        minimum[:, 1] = chance.integers(0, 2)
    barred = np.unique(chance.integers(0, n * m, chance.integers(0, n * m // 3 + 1))).astype(np.int64)
    balance = np.cumsum(chance.integers(0, 200_000, 3)) if chance.random() < 0.5 else np.zeros(1, np.int64)
    return Instance(features(chance, n), features(chance, m), seats, chance.integers(1, 4, m), employer, kind, minimum, barred,
                    balance=balance)


def best_value(instance: Instance) -> int:
    """The value of the best assignment by mixed-integer programming over whole seats: nothing of the flow is in it."""
    barred = set(instance.barred.tolist())
    near = (instance.rows @ instance.columns.T).toarray().astype(float)
    seats = [(i, j, seat) for i in range(instance.n) for j in range(instance.m) if i * instance.m + j not in barred
             for seat in sorted({0, int(instance.kind[j])})]
    steps = [(j, place) for j in range(instance.m) for place in range(int(instance.load[j]))]
    cost = [-near[i, j] - EMPTY for i, j, _seat in seats] + [float(instance.review_cost(np.array([place]))[0]) for _j, place in steps]
    rows, most = [], []

    def limit(which: Callable[[int, int, int], bool], value: float, expert: int = -1) -> None:
        rows.append([float(which(*seat)) for seat in seats] + [-float(j == expert) for j, _place in steps])
        most.append(value)

    for i in range(instance.n):
        limit(lambda a, _b, s, i=i: a == i and s == 0, instance.free[i])
        for kind in range(1, 3):
            limit(lambda a, _b, s, i=i, kind=kind: a == i and s == kind, instance.minimum[i, kind - 1])
        for unit in set(instance.employer.tolist()):
            limit(lambda a, b, _s, i=i, unit=unit: a == i and instance.employer[b] == unit, 1)
    for j in range(instance.m):
        limit(lambda _a, b, _s, j=j: b == j, 0, j)
    found = optimize.milp(np.array(cost), integrality=np.ones(len(cost)), bounds=optimize.Bounds(0, 1),
                          constraints=optimize.LinearConstraint(np.array(rows), -np.inf, np.array(most, float)))
    return round(-found.fun) - EMPTY * int(instance.seats.sum())


def broken(instance: Instance, i: np.ndarray, j: np.ndarray) -> list[str]:
    """Which hard rules an assignment breaks; asked pair by pair, in the plainest way there is."""
    found, seen, load = [], set(), {}
    barred = {divmod(key, instance.m) for key in instance.barred.tolist()}
    panels: dict[int, list[int]] = {}
    for row, column in zip(i.tolist(), j.tolist(), strict=True):
        panels.setdefault(row, []).append(column)
        load[column] = load.get(column, 0) + 1
        found += ["recused"] * ((row, column) in barred) + ["twice"] * ((row, column) in seen)
        seen.add((row, column))
    for row, panel in panels.items():
        units = [int(instance.employer[one]) for one in panel]
        found += ["employer"] * (len(set(units)) < len(units)) + ["seats"] * (len(panel) > int(instance.seats[row]))
        for kind in range(instance.minimum.shape[1]):
            others = sum(int(instance.kind[one]) != kind + 1 for one in panel)
            found += ["kind"] * (others > int(instance.seats[row] - instance.minimum[row, kind]))
    return found + ["load" for column, count in load.items() if count > int(instance.load[column])]
