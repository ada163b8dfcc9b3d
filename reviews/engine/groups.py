"""Panels by topic: applications that stand near each other sit in one group, and no group is larger than its panel can carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from reviews.engine.affinity import BLOCKS, Profile, Vectors, vectors

STEPS = 60  # of the power iteration


def _direction(features: sparse.csr_matrix) -> np.ndarray:
    """Where every row lies along the direction in which the rows differ most; the same in every run."""
    centre = np.asarray(features.mean(0)).ravel()
    vector = np.random.default_rng(1).standard_normal(features.shape[1])
    for _step in range(STEPS):
        along = features @ vector - centre @ vector
        vector = features.T @ along - centre * along.sum()
        length = np.linalg.norm(vector)
        if not length:
            break
        vector /= length
    along = features @ vector - centre @ vector
    return along if along[np.argmax(np.abs(along))] >= 0 else -along


def _split(features: sparse.csr_matrix, members: np.ndarray, sizes: Sequence[int]) -> list[np.ndarray]:
    if len(sizes) == 1:
        return [members]
    half = len(sizes) // 2
    order = members[np.argsort(_direction(features[members]), kind="stable")]
    cut = sum(sizes[:half])
    return [*_split(features, order[:cut], sizes[:half]), *_split(features, order[cut:], sizes[half:])]


def propose(applications: Sequence[Profile], most: int) -> list[list[int]]:
    """Groups of applications (their positions), each at most `most` and all of nearly one size; the same for the same input."""
    if not applications:
        return []
    count = -(-len(applications) // most)
    sizes = [len(applications) // count + (1 if place < len(applications) % count else 0) for place in range(count)]
    features = vectors(applications, applications).columns.astype(np.float64)
    return [sorted(part.tolist()) for part in _split(features, np.arange(len(applications)), sizes)]


def about(found: Vectors, members: Sequence[int]) -> tuple[str, list[str]]:
    """(the discipline most members name, the keywords most of them share)."""
    weight: Counter[int] = Counter()
    for row in members:
        part = found.columns[row]
        weight.update(dict(zip(part.indices.tolist(), part.data.tolist(), strict=True)))
    disciplines = [name for feature, _w in weight.most_common() if BLOCKS[int(found.block[feature])] == "discipline"
                   and len(name := found.names[feature]) == 3]
    keywords = [found.names[feature] for feature, _w in weight.most_common() if BLOCKS[int(found.block[feature])] == "keyword"]
    return (disciplines[0] if disciplines else "", keywords[:2])
