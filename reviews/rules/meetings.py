"""Quorum, the sealed box of a secret vote, and what its count says. Plain Python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

LENGTH, EACH = 2000, 40  # of the text of a box, and for each choice of many: its length tells nothing of what is in it


def empty_box(choices: Sequence[str]) -> str:
    return padded(dict.fromkeys(choices, 0))


def padded(counts: Mapping[str, int]) -> str:
    """The counts in one order and one length. What does not fit is an error: it would tell by being longer."""
    text, room = json.dumps(counts, sort_keys=True, ensure_ascii=True), max(LENGTH, EACH * len(counts))
    if len(text) > room:
        raise ValueError("too many choices for one vote")
    return text.ljust(room)


def counted(box: str) -> dict[str, int]:
    return json.loads(box)


def put_in(box: str, choice: str) -> str:
    """The box with one more vote. Raises KeyError for what is no choice of this vote."""
    counts = counted(box)
    counts[choice] = counts[choice] + 1
    return padded(counts)


def quorum(eligible: int, share: Decimal) -> int:
    """How many of those who may vote must be there, and must have voted; never none."""
    return max(1, int((Decimal(eligible) * share).to_integral_value(ROUND_CEILING)))


def passed(counts: Mapping[str, int], share: Decimal) -> bool:
    """More than the share of all votes cast, abstentions among them, are for it."""
    return Decimal(counts.get("FOR", 0)) > share * sum(counts.values())


def tied(counts: Mapping[str, int], share: Decimal) -> bool:
    """As many for it as against it, so that one more vote decides; where abstentions or a higher share stand in between, none does."""
    votes = counts.get("FOR", 0)
    return votes == counts.get("AGAINST", 0) > 0 and passed({**counts, "FOR": votes + 1}, share)


def elected(counts: Mapping[str, int]) -> str:
    """Who has most votes; "" when two have as many."""
    best = max(counts.values(), default=0)
    first = [name for name, count in counts.items() if count == best and best]
    return first[0] if len(first) == 1 else ""
