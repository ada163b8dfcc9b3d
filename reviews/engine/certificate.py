"""The certificate of an assignment: all that somebody without this program needs to check it, in one file.

First line: the data as JSON with sorted keys; second line: SHA-256 of the first. `script/verify_assignment.py` reads it with
nothing but Python and numpy, looks at every pair, and says whether the assignment keeps the rules and is the best there is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from reviews.engine.instance import EMPTY, Instance

FORMAT = "keguan-certificate-1"


def _features(matrix: sparse.csr_matrix) -> list[list[list[int]]]:
    """Per row its (feature, thousandths)."""
    starts, columns, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.astype(np.int64).tolist()
    return [[list(one) for one in zip(columns[a:b], values[a:b], strict=True)] for a, b in zip(starts, starts[1:], strict=False)]


def _rows(keys: np.ndarray, n: int, m: int) -> list[list[int]]:
    at, who = np.divmod(keys, m)
    cuts = np.searchsorted(at, np.arange(n + 1)).tolist()
    return [who[a:b].tolist() for a, b in zip(cuts, cuts[1:], strict=False)]


def data_of(instance: Instance, i: np.ndarray, j: np.ndarray, *, prices: np.ndarray, objective: int, bound: int,
            applications: Sequence[str], experts: Sequence[str], locked: np.ndarray, employers: Sequence[Sequence[int]] | None = None
            ) -> dict[str, Any]:
    """`instance` is the settled one; the locked pairs stand beside it, since the optimum is taken among what is free. `employers`
    are all employers of each expert, which no panel may share; the bound counts the one number of the instance, which is never
    stricter and so never too low."""
    owners = employers if employers is not None else [[int(one)] for one in instance.employer]
    n, m = instance.n, instance.m
    chosen = np.sort(i.astype(np.int64) * m + j)
    barred, mine, held = (_rows(keys, n, m) for keys in (instance.barred, chosen, np.sort(locked)))
    asked, offered = _features(instance.rows), _features(instance.columns)
    return {
        "format": FORMAT, "empty": EMPTY, "balance": instance.balance.tolist(), "objective": objective, "bound": bound,
        "applications": [
            {"key": key, "seats": int(instance.seats[row]), "minimum": instance.minimum[row].tolist(), "features": asked[row],
             "barred": barred[row], "assigned": mine[row], "locked": held[row]}
            for row, key in enumerate(applications)
        ],
        "experts": [
            {"key": key, "load": int(instance.load[column]), "employer": int(instance.employer[column]), "employers": list(owners[column]),
             "kind": int(instance.kind[column]), "features": offered[column], "price": int(prices[column])}
            for column, key in enumerate(experts)
        ],
    }


def written(data: dict[str, Any]) -> bytes:
    body = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return body + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
