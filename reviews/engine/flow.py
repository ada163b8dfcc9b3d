"""The assignment as one flow of least cost: kept and free seats -> (application, employer) -> expert -> load.

The rules nest (an expert in an employer, an employer in a kind), so the flow's whole optimum is that of the linear programme and
no branching is needed. An empty seat is a dear arc: there is always an answer, and what is missing can be told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from reviews.engine.candidates import Pairs
from reviews.engine.instance import EMPTY, Instance


class NoFlow(Exception):
    """The solver did not end with an optimum; nothing may rest on what it left."""


@dataclass(frozen=True)
class Network:
    """The arcs of the pairs come first, in the order of the pairs."""

    tail: np.ndarray
    head: np.ndarray
    capacity: np.ndarray
    cost: np.ndarray
    supply: np.ndarray


def _groups(instance: Instance, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Per pair the number of its (application, employer) where it has company there, else -1; and the first pair of each."""
    width = np.int64(instance.employer.max(initial=0) + 1)
    keys = pairs.i * width + instance.employer[pairs.j]
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]]) if len(keys) else np.empty(0, np.int64)
    sizes = np.diff(np.r_[starts, len(keys)])
    alone = sizes == 1
    number = np.where(alone, -1, np.cumsum(~alone) - 1)
    group = np.empty(len(keys), np.int64)
    group[order] = np.repeat(number, sizes)
    return group, order[starts[~alone]]


def _seats(instance: Instance, scale: int) -> tuple[np.ndarray, ...]:
    """Arcs between the seats kept for a kind and the free ones: (tail, head, capacity)."""
    n, kinds = instance.n, instance.minimum.shape[1]
    row = np.tile(np.arange(n), kinds)
    head = n + np.arange(n * kinds)
    return row, head, np.tile(instance.free * scale, kinds)


def _loads(instance: Instance, experts: np.ndarray, sink: int, scale: int) -> tuple[np.ndarray, ...]:
    """An arc per cost a review of an expert may have: (tail, head, capacity, cost)."""
    most = int(instance.load.max(initial=0))
    costs = instance.review_cost(np.arange(max(most, 1)))
    steps = np.flatnonzero(np.r_[True, costs[1:] != costs[:-1]])
    ends = np.r_[steps[1:], most]
    capacity = np.clip(np.minimum(instance.load[:, None], ends) - steps, 0, None)
    who, step = np.nonzero(capacity)
    return experts[who], np.full(len(who), sink), capacity[who, step] * scale, costs[steps][step]


def build(instance: Instance, pairs: Pairs, scale: int = 1) -> Network:
    """`scale` S > 1 counts in parts 1/S of a seat, one part per pair: every pair then has at most the chance 1/S."""
    n, kinds, m = instance.n, instance.minimum.shape[1], instance.m
    group, first = _groups(instance, pairs)
    kind = instance.kind[pairs.j].astype(np.int64)
    seat = np.where(kind > 0, n + (kind - 1) * n + pairs.i, pairs.i)
    base, many = n + n * kinds, len(first)
    experts, sink = base + many + np.arange(m), base + many + m
    row, head, room = _seats(instance, scale)
    whose, to, capacity, cost = _loads(instance, experts, sink, scale)
    supply = np.zeros(sink + 1, np.int64)
    supply[:n] = instance.free * scale
    supply[n:base] = instance.minimum.T.ravel() * scale
    supply[sink] = -supply.sum()
    tail = np.concatenate([np.where(group >= 0, base + group, seat), seat[first], row, np.arange(base), whose])
    ahead = np.concatenate([experts[pairs.j], base + np.arange(many), head, np.full(base, sink), to])
    space = np.concatenate([np.ones(len(pairs), np.int64), np.full(many, scale), room, supply[:base], capacity])
    price = np.concatenate([-pairs.w, np.zeros(many + len(row), np.int64), np.full(base, EMPTY), cost])
    return Network(tail.astype(np.int32), ahead.astype(np.int32), space, price, supply)


def run(network: Network) -> np.ndarray:
    """Flow of every arc, least in cost."""
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(network.tail, network.head, network.capacity, network.cost)
    solver.set_nodes_supplies(np.arange(len(network.supply), dtype=np.int32), network.supply)
    if (status := solver.solve()) != solver.OPTIMAL:
        raise NoFlow(str(status))
    return np.asarray(solver.flows(np.arange(len(network.tail), dtype=np.int32)))


def solve(instance: Instance, pairs: Pairs, scale: int = 1) -> np.ndarray:
    """Parts (0 or 1) of each pair in an optimum; whole seats when `scale` is 1."""
    return run(build(instance, pairs, scale))[:len(pairs)].astype(np.int8)


def objective(instance: Instance, i: np.ndarray, j: np.ndarray) -> int:
    """Affinity of the chosen pairs, less what balance and empty seats cost; whole seats."""
    load = np.bincount(j, minlength=instance.m)
    running = np.concatenate([[0], np.cumsum(instance.review_cost(np.arange(max(1, int(load.max(initial=0))))))])
    return int(instance.weights_of(i, j).sum() - running[load].sum() - EMPTY * (int(instance.seats.sum()) - len(i)))
