"""Text that two documents share (查重): fingerprints to find who to compare with, and the passages themselves. No database.

Fingerprints are hashes of every `WINDOW` neighbouring characters, of which one in `SAMPLE` is kept, chosen by its value: the
same text gives the same fingerprints wherever it stands, so that a copy is found through an index however long the two
documents are. What is shared is then read from the texts: from each common fingerprint on both ways, over small edits. It is
overlap of text and nothing more: neither paraphrase nor translation is seen, and nobody is judged by it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WINDOW, SAMPLE = 8, 8
BASE, PRIME = 1_000_003, (1 << 61) - 1
TOP = pow(BASE, WINDOW, PRIME)
SPREAD = 0x9E3779B97F4A7C15
#: Runs that agree are joined over so few characters that differ, when so many agree again after them.
EDIT, AGAIN = 4, 4
JOIN = 24  # two passages this near to each other on both sides are one
SHORTEST = 16  # characters; what is shorter is how everybody writes

STEPS = sorted(((i, j) for i in range(EDIT + 1) for j in range(EDIT + 1) if i or j), key=lambda pair: (max(pair), sum(pair)))


@dataclass(frozen=True)
class Plain:
    """The letters, digits and characters of a text in one spelling; `at[i]` is where the i-th stood in the text."""

    text: str
    at: tuple[int, ...]


@dataclass(frozen=True)
class Passage:
    """A run that stands in both texts: from `start` to before `end` in the one, from `other_start` in the other."""

    start: int
    end: int
    other_start: int
    other_end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def plain(text: str) -> Plain:
    """Full width and half width, capitals, spaces and punctuation make no difference."""
    letters, places = [], []
    for place, character in enumerate(text):
        for one in unicodedata.normalize("NFKC", character).lower():
            if one.isalnum():
                letters.append(one)
                places.append(place)
    return Plain("".join(letters), tuple(places))


def fingerprints(text: str) -> Iterator[tuple[int, int]]:
    """(fingerprint, position) of a plain text; a fingerprint is a signed number of 32 bits."""
    value = 0
    for end, character in enumerate(text):
        value = (value * BASE + ord(character)) % PRIME
        if end >= WINDOW:
            value = (value - ord(text[end - WINDOW]) * TOP) % PRIME
        if end >= WINDOW - 1:
            mixed = (value * SPREAD) >> 20 & 0xFFFF_FFFF_FFFF
            if mixed % SAMPLE == 0:
                yield (mixed >> 3 & 0xFFFF_FFFF) - (1 << 31), end - WINDOW + 1


def common_passages(one: str, other: str, shared: Iterable[int]) -> list[Passage]:
    """The passages of two plain texts around the fingerprints in `shared`, in the order of the first; none overlap in it."""
    wanted = set(shared)
    places: dict[int, int] = {}
    for print_, place in fingerprints(other):
        if print_ in wanted:
            places.setdefault(print_, place)
    found: list[Passage] = []
    for print_, start in fingerprints(one):
        there = places.get(print_)
        if there is None or one[start:start + WINDOW] != other[there:there + WINDOW] or (found and start < found[-1].end):
            continue
        found.append(_grown(one, other, start, there, found[-1].end if found else 0))
    return [passage for passage in _joined(found) if passage.length >= SHORTEST]


def _grown(one: str, other: str, start: int, there: int, from_: int) -> Passage:
    ahead, ahead_there = _follow(one, other, start + WINDOW, there + WINDOW)
    back, back_there = _follow(one[from_:start][::-1], other[max(0, there - 4 * (start - from_)):there][::-1], 0, 0)
    return Passage(start - back, ahead, there - back_there, ahead_there)


def _follow(one: str, other: str, i: int, j: int) -> tuple[int, int]:
    """As far as the texts agree from here on, over edits of a few characters."""
    while True:
        while i < len(one) and j < len(other) and one[i] == other[j]:
            i, j = i + 1, j + 1
        for step, step_there in STEPS:
            a, b = i + step, j + step_there
            if b + AGAIN <= len(other) and a + AGAIN <= len(one) and one[a:a + AGAIN] == other[b:b + AGAIN]:
                i, j = a, b
                break
        else:
            return i, j


def _joined(found: list[Passage]) -> list[Passage]:
    joined: list[Passage] = []
    for passage in found:
        last = joined[-1] if joined else None
        if last is not None and passage.start - last.end <= JOIN and 0 <= passage.other_start - last.other_end <= JOIN:
            joined[-1] = Passage(last.start, passage.end, last.other_start, passage.other_end)
        else:
            joined.append(passage)
    return joined


def covered(passages: Iterable[Passage], length: int) -> float:
    """The share of a text of this length that stands in the passages, 0 to 1."""
    return min(1.0, sum(passage.length for passage in passages) / length) if length else 0.0


def likeness(one: str, other: str) -> float:
    """How alike two short plain texts are: the share of their neighbouring pairs that both have (Dice), 0 to 1."""
    pairs = [{text[i:i + 2] for i in range(len(text) - 1)} for text in (one, other)]
    size = len(pairs[0]) + len(pairs[1])
    return 2 * len(pairs[0] & pairs[1]) / size if size else 0.0
