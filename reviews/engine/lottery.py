"""The odds of a lottery: the best shares of seats when nobody may have a panel with more than one chance in S.

The same flow as the assignment, in parts of 1/S. What it gives is published; the draw itself (reviews.rules.lottery) needs neither
this module nor a solver.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reviews.engine import flow
from reviews.engine.candidates import Pairs
from reviews.engine.instance import Instance


def solve(instance: Instance, pairs: Pairs, scale: int) -> np.ndarray:
    """Parts of a seat (0 or 1, of `scale`) per pair."""
    return flow.solve(instance, pairs, scale)


def published(instance: Instance, pairs: Pairs, parts: np.ndarray, scale: int, spare: int, algorithm: str) -> dict[str, Any]:
    """The input of the draw with numbers for names, as the bench and the tests of the engine use it."""
    used = parts > 0
    i, j = pairs.i[used].tolist(), pairs.j[used].tolist()
    odds: list[dict[str, int]] = [{} for _one in range(instance.n)]
    for row, column in zip(i, j, strict=True):
        odds[row][f"E{column:06d}"] = 1
    kinds, units = instance.kind.tolist(), instance.employer.tolist()
    people = {f"E{j:06d}": {"constituency": f"K{kinds[j]}", "employers": [f"U{units[j]}"], "unit": f"U{units[j]}"} for j in set(j)}
    panels = [
        {"key": f"A{row:06d}", "seats": int(instance.seats[row]), "alternates": spare,
         "minimum": {f"K{kind + 1}": int(least) for kind, least in enumerate(instance.minimum[row].tolist()) if least},
         "odds": odds[row], "candidates": sorted(odds[row])}
        for row in range(instance.n)
    ]
    return {"algorithm": algorithm, "scale": scale, "experts": people, "panels": panels}
