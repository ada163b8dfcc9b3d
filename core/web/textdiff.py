"""Two texts side by side with what differs marked: pieces of the old and of the new one, each (is it the same, text)."""

from __future__ import annotations

from dataclasses import dataclass

from diff_match_patch import diff_match_patch

SECONDS = 0.3  # for one pair; what is not found by then is shown as replaced
LONGEST = 20_000


@dataclass(frozen=True)
class Sides:
    """`old` and `new` in pieces; together they are the two texts, letter for letter."""

    old: tuple[tuple[bool, str], ...]
    new: tuple[tuple[bool, str], ...]


def compare(old: str, new: str) -> Sides:
    """Differences as a person reads them: whole words and clauses rather than stray letters."""
    if len(old) + len(new) > LONGEST or not old or not new:
        same = old == new
        return Sides(((same, old),) if old else (), ((same, new),) if new else ())
    engine = diff_match_patch()
    engine.Diff_Timeout = SECONDS
    found = engine.diff_main(old, new)
    engine.diff_cleanupSemantic(found)
    return Sides(tuple((kind == 0, text) for kind, text in found if kind <= 0), tuple((kind == 0, text) for kind, text in found if kind >= 0))
