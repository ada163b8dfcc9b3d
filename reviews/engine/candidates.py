"""The pairs the flow begins with: the nearest of every application, of every kind it must have, and of every expert."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviews.engine.instance import CHUNK, EMPTY, Instance, ordered

NEAREST, PER_KIND, PER_EXPERT = 60, 40, 10


@dataclass(frozen=True)
class Pairs:
    """Pairs sorted by application, then expert."""

    i: np.ndarray
    j: np.ndarray
    w: np.ndarray

    def __len__(self) -> int:
        return len(self.i)

    def joined(self, i: np.ndarray, j: np.ndarray, w: np.ndarray, m: int) -> Pairs:
        keys = np.concatenate([self.i.astype(np.int64) * m + self.j, i.astype(np.int64) * m + j])
        kept, first = np.unique(keys, return_index=True)
        return Pairs((kept // m).astype(np.int32), (kept % m).astype(np.int32), np.concatenate([self.w, w])[first])


def _top(dense: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(row, column) of the largest `count` of each row."""
    rows, width = dense.shape
    if width <= count:
        return np.repeat(np.arange(rows), width), np.tile(np.arange(width), rows)
    columns = np.argpartition(dense, width - count, axis=1)[:, width - count:]
    return np.repeat(np.arange(rows), count), columns.ravel()


def _first(row: np.ndarray, column: np.ndarray, value: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(row, column) of the largest `count` of each row, from the pairs that are near at all."""
    order, place = ordered(row, value)
    kept = order[place < count]
    return row[kept], column[kept]


def _nearest(instance: Instance, first: int, size: int, near: tuple[np.ndarray, np.ndarray, np.ndarray], members: np.ndarray, count: int
             ) -> list[tuple[np.ndarray, np.ndarray]]:
    """The nearest members of every row; rows with too few that are near are filled with any that may be seated."""
    at, who, value = near
    inside = np.zeros(instance.m, bool)
    inside[members] = True
    mine = inside[who]
    found = [_first(at[mine], who[mine], value[mine], count)]
    poor = np.flatnonzero(np.bincount(at[mine], minlength=size) < min(count, len(members)))
    for start in range(0, len(poor), 200):
        some = poor[start:start + 200]
        dense = instance.dense(some + first)[:, members]
        row, place = _top(dense, count)
        fits = dense[row, place] > -EMPTY
        found.append((some[row[fits]], members[place[fits]]))
    return found


class _ByExpert:
    """The nearest applications of every expert seen so far, so that nobody is left out of all lists."""

    def __init__(self, m: int, count: int) -> None:
        self.count = count
        self.row, self.column, self.value = (np.empty(0, np.int64) for _one in range(3))
        self.least = np.zeros(m, np.int64)

    def add(self, row: np.ndarray, column: np.ndarray, value: np.ndarray) -> None:
        high = value > self.least[column]
        row, column, value = (np.concatenate(pair) for pair in (
            (self.row, row[high]), (self.column, column[high]), (self.value, value[high])))
        order, place = ordered(column, value)
        kept = order[place < self.count]
        self.row, self.column, self.value = row[kept], column[kept], value[kept]
        full = order[place == self.count - 1]
        self.least[column[full]] = value[full]


def _all(instance: Instance) -> Pairs:
    parts = [(np.nonzero(dense > -EMPTY), dense, first) for first, _last, dense in instance.chunks()]
    at, who, near = (np.concatenate(one) for one in zip(*(
        (row + first, column, dense[row, column]) for (row, column), dense, first in parts), strict=True))
    return Pairs(at.astype(np.int32), who.astype(np.int32), near.astype(np.int64))


def choose(instance: Instance, nearest: int = NEAREST, per_kind: int = PER_KIND, per_expert: int = PER_EXPERT) -> Pairs:
    """Every pair that is not barred, where there are few experts; else those most likely to matter. The proof looks at all."""
    m, found = instance.m, []
    if m <= nearest and instance.n * m <= CHUNK:
        return _all(instance)
    everybody = np.arange(m)
    kinds = [np.flatnonzero(instance.kind == one + 1) for one in range(instance.minimum.shape[1])]
    experts = _ByExpert(m, per_expert)
    for first, last, *rest in instance.near():
        near = (rest[0], rest[1], rest[2])
        cut = _nearest(instance, first, last - first, near, everybody, nearest)
        for members in kinds:
            if len(members):
                cut += _nearest(instance, first, last - first, near, members, per_kind)
        row, column = np.concatenate([one for one, _two in cut]), np.concatenate([two for _one, two in cut])
        found.append(np.unique((row + first) * np.int64(m) + column))
        if m > nearest:
            experts.add(near[0] + first, near[1], near[2])
    found.append(experts.row * np.int64(m) + experts.column)
    keys = np.unique(np.concatenate(found))
    i, j = (keys // m).astype(np.int32), (keys % m).astype(np.int32)
    return Pairs(i, j, instance.weights_of(i, j))
