"""One way to say what is wrong with a guide's data: where, and a sentence for the person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """`path` is the place in the data ("conditions[2].test.op"); `position` the character in a formula."""

    path: str
    text: str
    position: int | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


class DataError(ValueError):
    """The data cannot be read at all; carries every problem found."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))
