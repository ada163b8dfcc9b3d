"""What is missing when a batch cannot be staffed: which field, which kind, how many people to recruit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reviews.engine.instance import Instance


@dataclass(frozen=True)
class Lack:
    """`recruit` people of the field and kind, with employers of their own and no conflict, fill all `seats`; fewer do not."""

    field: str
    kind: int
    seats: int
    applications: tuple[int, ...]
    recruit: int


def lacks(instance: Instance, i: np.ndarray, j: np.ndarray, fields: Sequence[str], load: int) -> list[Lack]:
    """Empty seats by the field of their application and the kind they are kept for (0 = any). An assignment leaves as few seats
    empty as there can be, since an empty one costs more than all it could spoil."""
    kinds = instance.minimum.shape[1]
    had = np.zeros((instance.n, kinds + 1), np.int64)
    np.add.at(had, (i, instance.kind[j].astype(np.int64)), 1)
    kept = np.maximum(instance.minimum - had[:, 1:], 0)
    empty = instance.seats - had.sum(1)
    found: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for row in np.flatnonzero(empty > 0).tolist():
        left = int(empty[row])
        for kind in range(kinds):
            if kept[row, kind]:
                found[fields[row], kind + 1][row] = int(kept[row, kind])
                left -= int(kept[row, kind])
        if left > 0:
            found[fields[row], 0][row] = left
    return [
        Lack(field, kind, sum(rows.values()), tuple(rows), max(-(-sum(rows.values()) // max(load, 1)), max(rows.values())))
        for (field, kind), rows in sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    ]
