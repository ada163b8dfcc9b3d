"""How near an expert stands to an application, in millionths: one product of whole numbers for every pair.

Both sides become lists of weighted features in four blocks: disciplines (a code and everything above it in GB/T 13745), clusters,
keywords, and pairs of neighbouring characters of the text. Inside a block the weights have length one; the blocks are mixed by
`WEIGHTS`. A block an application says nothing about gives its weight to the others. Features are rounded to thousandths, so a
product is a whole number of millionths and exact in every order of summation.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

UNIT = 1000  # of a feature; UNIT * UNIT millionths are full affinity
WEIGHTS: Mapping[str, float] = {"discipline": 0.4, "cluster": 0.15, "keyword": 0.25, "text": 0.2}
BLOCKS = tuple(WEIGHTS)
#: What two codes share: the part of the standard (first digit), the first level, the second, the third.
LEVELS: tuple[tuple[int, float], ...] = ((1, 0.1), (3, 0.5), (5, 0.25), (7, 0.15))
NAMED = 0.5  # how much a code that is named counts, beside what the words imply
COMMON = 0.5  # pairs of characters in more than this share of all texts say nothing
WORDS = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Profile:
    """What one side says of its field. `text` is a title with its abstract, or what an expert works on."""

    disciplines: Sequence[str] = ()
    clusters: Sequence[str] = ()
    keywords: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True)
class Vectors:
    """Both sides over the same features. `block[f]` is the block of a feature, `names[f]` what it stands for."""

    rows: sparse.csr_matrix
    columns: sparse.csr_matrix
    block: np.ndarray
    names: tuple[str, ...]


@dataclass
class _Book:
    """Numbers of the features both sides know."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def number(self, block: str, name: str) -> int:
        return self.numbers.setdefault((block, name), len(self.numbers))


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def grams(text: str) -> Counter[str]:
    """Pairs of neighbouring Chinese characters, and whole words of other scripts."""
    found: Counter[str] = Counter()
    for run in WORDS.findall(plain(text)):
        if "\u4e00" <= run[0] <= "\u9fff":
            found.update(run[i:i + 2] for i in range(len(run) - 1))
        elif len(run) > 1:
            found[run] += 1
    return found


def _steps(code: str) -> list[tuple[str, float]]:
    """A code of GB/T 13745 and everything above it, each with what sharing it is worth."""
    digits = "".join(letter for letter in code if letter.isdigit())
    return [(digits[:length], math.sqrt(worth)) for length, worth in LEVELS if len(digits) >= length]


def _raw(profile: Profile) -> dict[str, dict[str, float]]:
    disciplines: dict[str, float] = {}
    for code in profile.disciplines:
        for name, weight in _steps(str(code)):
            disciplines[name] = max(disciplines.get(name, 0.0), weight)
    words = {word for one in profile.keywords if (word := plain(str(one)).strip())}
    text = grams(" ".join([profile.text, *map(str, profile.keywords)]))
    return {
        "discipline": disciplines, "cluster": dict.fromkeys(map(str, profile.clusters), 1.0),
        "keyword": dict.fromkeys(words, 1.0), "text": {gram: 1 + math.log(count) for gram, count in text.items()},
    }


def _rarity(sides: Iterable[Mapping[str, Mapping[str, float]]], total: int) -> dict[tuple[str, str], float]:
    """How much a keyword or a pair of characters says: much when few use it, nothing when half of all do."""
    seen: Counter[tuple[str, str]] = Counter()
    for one in sides:
        seen.update((block, name) for block in ("keyword", "text") for name in one[block])
    most = max(3, COMMON * total)
    return {
        key: 0.0 if key[0] == "text" and count > most else math.log((1 + total) / (1 + count)) + 1
        for key, count in seen.items()
    }


def _unit(block: str, weights: Mapping[str, float], rarity: Mapping[tuple[str, str], float]) -> dict[str, float]:
    scaled = {name: weight * rarity.get((block, name), 1.0) for name, weight in weights.items()}
    length = math.sqrt(sum(weight * weight for weight in scaled.values()))
    return {name: weight / length for name, weight in scaled.items() if weight} if length else {}


def _field_of_words(raw: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    """What the words of a pool say of the field: {word: {code: share of those who use it and name the code}}."""
    codes: dict[str, Counter[str]] = {}
    users: Counter[str] = Counter()
    for one in raw:
        for word in one["text"]:
            users[word] += 1
            codes.setdefault(word, Counter()).update(one["discipline"].keys())
    return {word: {code: count / users[word] for code, count in found.items()} for word, found in codes.items()}


def _with_implied(raw: dict[str, dict[str, float]], rarity: Mapping[tuple[str, str], float], says: Mapping[str, Mapping[str, float]]
                  ) -> dict[str, dict[str, float]]:
    """Codes that the words imply count beside the named ones, so that a missing or a wrong code does not decide alone."""
    implied: Counter[str] = Counter()
    for word in raw["text"]:
        weight = rarity.get(("text", word), 0.0)
        for code, share in says.get(word, {}).items():
            implied[code] += weight * share * share
    named = dict(raw["discipline"])
    found = _unit("discipline", {code: value * math.sqrt(dict(LEVELS)[len(code)]) for code, value in implied.items()}, {})
    given = _unit("discipline", named, {})
    return raw | {"discipline": {code: NAMED * given.get(code, 0.0) + (1 - NAMED) * found.get(code, 0.0) for code in {*given, *found}}}


def _matrix(rows: list[dict[int, int]], width: int) -> sparse.csr_matrix:
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.fromiter((key for row in rows for key in sorted(row)), np.int32, int(starts[-1]))
    values = np.fromiter((row[key] for row in rows for key in sorted(row)), np.float32, int(starts[-1]))
    return sparse.csr_matrix((values, columns, starts), shape=(len(rows), width))


def vectors(applications: Sequence[Profile], experts: Sequence[Profile], weights: Mapping[str, float] = WEIGHTS) -> Vectors:
    left, right = [_raw(one) for one in applications], [_raw(one) for one in experts]
    rarity = _rarity([*left, *right], len(left) + len(right))
    says = _field_of_words(right)
    left = [_with_implied(one, rarity, says) for one in left]
    units = [[{block: _unit(block, one[block], rarity) for block in BLOCKS} for one in side] for side in (left, right)]
    known = [{(block, name) for one in side for block in BLOCKS for name in one[block]} for side in units]
    common, book = known[0] & known[1], _Book()
    for key in sorted(common):
        book.number(*key)
    sides: list[list[dict[int, int]]] = []
    for side, asks in zip(units, (True, False), strict=True):
        rows = []
        for one in side:
            said = sum(weights[block] for block in BLOCKS if one[block]) or 1.0
            share = {block: weights[block] / (said if asks else 1.0) for block in BLOCKS}
            # The asking side carries the block's whole weight, so that both sides together mix the blocks exactly by it.
            row = {
                book.number(block, name): round(UNIT * value * (share[block] if asks else 1.0))
                for block in BLOCKS for name, value in one[block].items() if (block, name) in common
            }
            rows.append({number: value for number, value in row.items() if value})
        sides.append(rows)
    width = max(1, len(book.numbers))
    keys = list(book.numbers) or [("text", "")]
    return Vectors(_matrix(sides[0], width), _matrix(sides[1], width), np.array([BLOCKS.index(block) for block, _name in keys], np.int8),
                   tuple(name for _block, name in keys))


def pair(found: Vectors, row: int, column: int) -> int:
    return int((found.rows[row] @ found.columns[column].T).toarray()[0, 0])


def parts(found: Vectors, row: int, column: int) -> dict[str, tuple[int, list[str]]]:
    """Why a pair is near: {block: (millionths, what both name, the weightiest first)}."""
    both = found.rows[row].multiply(found.columns[column]).tocoo()
    told: dict[str, tuple[int, list[str]]] = {}
    order = sorted(zip(both.data.tolist(), both.col.tolist(), strict=True), key=lambda one: (-one[0], found.names[one[1]]))
    for value, feature in order:
        block = BLOCKS[int(found.block[feature])]
        total, names = told.get(block, (0, []))
        told[block] = (total + int(value), [*names, found.names[feature]][:6])
    return told
