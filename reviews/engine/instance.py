"""A batch as numbers: seats, loads, employers, kinds of experts, barred and locked pairs, features of both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

#: What an empty seat costs: thirty full affinities, so no seat stays empty to make others better by less than that.
EMPTY = 30_000_000
CHUNK = 4_000_000  # pairs looked at at once


@dataclass(frozen=True)
class Instance:
    """`kind[j]` is 0 for experts no minimum asks for, else 1..K; `minimum[i, t-1]` seats of i are kept for kind t.

    `employer[j]` is a number of its own for who works nowhere. `barred` and `locked` are sorted keys i * m + j. `balance[q]` is
    the cost of the (q+1)-th review of one expert; it never falls.
    """

    rows: sparse.csr_matrix
    columns: sparse.csr_matrix
    seats: np.ndarray
    load: np.ndarray
    employer: np.ndarray
    kind: np.ndarray
    minimum: np.ndarray
    barred: np.ndarray
    locked: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    balance: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))

    @property
    def n(self) -> int:
        return self.rows.shape[0]

    @property
    def m(self) -> int:
        return self.columns.shape[0]

    @property
    def free(self) -> np.ndarray:
        """Seats of each application that any kind may fill."""
        return self.seats - self.minimum.sum(1)

    def review_cost(self, place: np.ndarray) -> np.ndarray:
        """Cost of the `place`-th review (from 0) of an expert; beyond the list its last cost."""
        return self.balance[np.minimum(place, len(self.balance) - 1)]

    def weights_of(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Affinity of the named pairs."""
        found = np.empty(len(i), np.int64)
        for start in range(0, len(i), 200_000):
            cut = slice(start, start + 200_000)
            found[cut] = np.asarray(self.rows[i[cut]].multiply(self.columns[j[cut]]).sum(1)).ravel()
        return found

    def dense(self, rows: np.ndarray) -> np.ndarray:
        """Affinities of some applications to everybody; a barred pair is far below -EMPTY."""
        found = (self.rows[rows] @ self.columns.T.tocsr()).toarray().astype(np.int32)
        for place, row in enumerate(rows.tolist()):
            low, high = np.searchsorted(self.barred, [row * self.m, (row + 1) * self.m])
            found[place, self.barred[low:high] - row * self.m] = -20 * EMPTY
        return found

    def chunks(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """(first, last, affinities) of slices of all pairs; a barred pair is far below -EMPTY."""
        step, turned = max(1, CHUNK // max(1, self.m)), self.columns.T.tocsr()
        for first in range(0, self.n, step):
            last = min(first + step, self.n)
            dense = (self.rows[first:last] @ turned).toarray().astype(np.int32)
            low, high = np.searchsorted(self.barred, [first * self.m, last * self.m])
            at, who = np.divmod(self.barred[low:high], self.m)
            dense[at - first, who] = -20 * EMPTY
            yield first, last, dense

    def near(self) -> Iterator[tuple[int, int, np.ndarray, np.ndarray, np.ndarray]]:
        """(first, last, row in the slice, expert, affinity) of the pairs that have anything in common and are not barred."""
        step, turned = int(np.clip(4 * CHUNK // max(1, self.m), 1, 2000)), self.columns.T.tocsr()
        for first in range(0, self.n, step):
            last = min(first + step, self.n)
            found = (self.rows[first:last] @ turned).tocsr()
            at = np.repeat(np.arange(last - first), np.diff(found.indptr))
            keys = (at + first) * np.int64(self.m) + found.indices
            low, high = np.searchsorted(self.barred, [first * self.m, last * self.m])
            closed = self.barred[low:high]
            fits = found.data > 0
            if len(closed):
                fits &= closed[np.minimum(np.searchsorted(closed, keys), len(closed) - 1)] != keys
            yield first, last, at[fits], found.indices[fits].astype(np.int64), found.data[fits].astype(np.int64)


def settled(instance: Instance) -> Instance:
    """What is left when the locked pairs hold: fewer seats and loads, their employers barred from the same application."""
    if not len(instance.locked):
        return instance
    m, (i, j) = instance.m, np.divmod(instance.locked, instance.m)
    seats, load, minimum = instance.seats.copy(), instance.load.copy(), instance.minimum.copy()
    np.subtract.at(seats, i, 1)
    np.subtract.at(load, j, 1)
    for row, kind in zip(i.tolist(), instance.kind[j].tolist(), strict=True):
        if kind and minimum[row, kind - 1]:
            minimum[row, kind - 1] -= 1
    spare = np.maximum(seats, 0)
    for column in range(minimum.shape[1]):  # more locked than the seats allow: what is kept for a kind shrinks first
        minimum[:, column] = np.minimum(minimum[:, column], spare - minimum[:, :column].sum(1))
    order = np.argsort(instance.employer, kind="stable")
    first, last = (np.searchsorted(instance.employer[order], instance.employer[j], side=side) for side in ("left", "right"))
    more = [row * m + order[a:b] for row, a, b in zip(i.tolist(), first.tolist(), last.tolist(), strict=True)]
    barred = np.unique(np.concatenate([instance.barred, *more]).astype(np.int64))
    return replace(instance, seats=spare, load=np.maximum(load, 0), minimum=np.maximum(minimum, 0), barred=barred,
                   locked=np.empty(0, np.int64))


def laminar(employer: np.ndarray, kind: np.ndarray) -> bool:
    """Whether all experts of an employer are of one kind, so that the flow keeps every rule by itself."""
    order = np.argsort(employer, kind="stable")
    same = employer[order][1:] == employer[order][:-1]
    return not bool((same & (kind[order][1:] != kind[order][:-1])).any())


def ordered(row: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(order by row, then value downwards; place of each in its row)."""
    order = np.lexsort((-value, row))
    sorted_row = row[order]
    begins = np.flatnonzero(np.r_[True, sorted_row[1:] != sorted_row[:-1]]) if len(row) else np.empty(0, np.int64)
    place = np.arange(len(row)) - np.repeat(begins, np.diff(np.r_[begins, len(row)]))
    return order, place


def fingerprint(instance: Instance) -> str:
    """SHA-256 over everything that goes in, in a fixed order and width."""
    digest = hashlib.sha256()
    for matrix in (instance.rows, instance.columns):
        for part in (matrix.indptr, matrix.indices, matrix.data):
            digest.update(np.ascontiguousarray(part, dtype="<i8").tobytes() + b"|")
    for part in (instance.seats, instance.load, instance.employer, instance.kind, instance.minimum, instance.barred, instance.locked,
                 instance.balance):
        digest.update(np.ascontiguousarray(part, dtype="<i8").tobytes() + b"|")
    return digest.hexdigest()
