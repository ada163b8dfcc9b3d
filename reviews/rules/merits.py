"""What the sheets of a batch say of an expert: attendance, punctuality, comments, deviation; and the grade that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

GRADES = ("GOOD", "FAIR", "POOR")


@dataclass(frozen=True)
class Numbers:
    """Parameters review.grade_*."""

    words: int
    words_poor: int
    deviation: Decimal
    deviation_poor: Decimal


@dataclass(frozen=True)
class Work:
    seats: int  # taken on
    submitted: int
    late: int = 0  # submitted after the time that was set first
    words: int = 0  # mean length of the comments
    repeated: int = 0  # comments that say the same of several applications
    deviation: Decimal | None = None  # mean difference to the others on shared applications


def words_of(comments: Sequence[str]) -> tuple[int, int]:
    """(mean number of characters without blanks, comments that are written word for word more than once)."""
    plain = ["".join(one.split()) for one in comments]
    if not plain:
        return 0, 0
    return round(sum(len(one) for one in plain) / len(plain)), sum(plain.count(one) > 1 for one in plain if one)


def faults(work: Work, numbers: Numbers) -> list[tuple[str, str]]:
    """(code, grade at best) of what was not as it should be."""
    found = []
    missing = work.seats - work.submitted
    if missing:
        found.append(("MISSING", "POOR" if missing * 2 > work.seats else "FAIR"))
    if work.late:
        found.append(("LATE", "FAIR"))
    if work.submitted and work.words < numbers.words:
        found.append(("WORDS", "POOR" if work.words < numbers.words_poor else "FAIR"))
    if work.repeated:
        found.append(("REPEATED", "FAIR"))
    if work.deviation is not None and abs(work.deviation) > numbers.deviation:
        found.append(("DEVIATION", "POOR" if abs(work.deviation) > numbers.deviation_poor else "FAIR"))
    return found


def grade(work: Work, numbers: Numbers) -> str:
    return max((at_best for _code, at_best in faults(work, numbers)), key=GRADES.index, default="GOOD")
