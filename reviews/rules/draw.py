"""A draw anybody can repeat: committed secret, public value, candidates in, panels out; integers only.

1. `commitment(secret)` is published before the public value exists.
2. seed = HMAC-SHA256(secret, ALGORITHM | public value | SHA-256 of the candidates).
3. A stream of 64-bit integers comes from HMAC-SHA256(seed, label | counter); `below(n)` rejects what would favour
   anybody.
4. Per panel (fewest candidates first, then by key) the candidates are shuffled (Fisher-Yates). Going through that
   order, each is seated if the panel can still be completed under the hard rules: at most one per employer, the least
   number per constituency, the load of every expert. The rest, in the same order, are the alternates.

When a panel cannot be filled because earlier panels used up the load, the whole draw is repeated with the next attempt
number, so the outcome stays a function of secret, value and candidates.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALGORITHM = "keguan-draw-1"
ATTEMPTS = 64
STEPS = 50_000  # of the search for one panel; without experts of two employers it never goes back a step
WORD = 1 << 64


def canonical(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: Any) -> str:
    return hashlib.sha256(canonical(data)).hexdigest()


def commitment(secret: str) -> str:
    """The hash published first; `secret` is 64 hexadecimal digits."""
    return hashlib.sha256(bytes.fromhex(secret)).hexdigest()


def seed_of(secret: str, public_value: str, candidates_sha256: str, algorithm: str = ALGORITHM) -> str:
    message = "|".join((algorithm, public_value.strip(), candidates_sha256))
    return hmac.new(bytes.fromhex(secret), message.encode(), hashlib.sha256).hexdigest()


class Stream:
    """Integers from a seed and a label; the same everywhere, for ever."""

    def __init__(self, seed: str, label: str) -> None:
        self._key, self._label, self._counter = bytes.fromhex(seed), label.encode(), 0
        self._words: list[int] = []

    def word(self) -> int:
        if not self._words:
            block = hmac.new(self._key, self._label + b"|" + self._counter.to_bytes(8, "big"), hashlib.sha256).digest()
            self._counter += 1
            self._words = [int.from_bytes(block[i : i + 8], "big") for i in (24, 16, 8, 0)]
        return self._words.pop()

    def below(self, n: int) -> int:
        """Uniform in 0..n-1: words in the last incomplete run are thrown away."""
        limit = WORD - WORD % n
        while (word := self.word()) >= limit:
            pass
        return word % n


def shuffled(codes: Iterable[str], stream: Stream) -> list[str]:
    order = sorted(codes)
    for last in range(len(order) - 1, 0, -1):
        other = stream.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return order


@dataclass(frozen=True)
class Rules:
    """Hard rules of one panel over `experts` = {code: {"constituency", "employers"}}."""

    experts: Mapping[str, Mapping[str, Any]]
    seats: int
    minimum: Mapping[str, int]

    def employers(self, code: str) -> frozenset[str]:
        return frozenset(self.experts[code]["employers"])

    def constituency(self, code: str) -> str:
        return self.experts[code]["constituency"]

    def missing(self, members: Collection[str]) -> dict[str, int]:
        """How many of each constituency the panel still needs."""
        return {
            name: lack for name, least in self.minimum.items()
            if (lack := least - sum(self.constituency(code) == name for code in members)) > 0
        }

    def clashes(self, code: str, members: Iterable[str]) -> bool:
        own = self.employers(code)
        return any(own & self.employers(member) for member in members)

    def may_complete(self, members: Sequence[str], rest: Iterable[str]) -> bool:
        """Whether the rest offers enough employers for the free seats and for every constituency still missing.

        Exact while every expert has one employer; otherwise a bound that prunes the search.
        """
        free, missing = self.seats - len(members), self.missing(members)
        if sum(missing.values()) > free:
            return False
        taken = frozenset().union(*(self.employers(code) for code in members)) if members else frozenset()
        anybody: set[Any] = set()
        by_name: dict[str, set[Any]] = {name: set() for name in missing}
        for code in rest:
            own = self.employers(code)
            if own & taken:
                continue
            unit = min(own) if own else code
            anybody.add(unit)
            if (name := self.constituency(code)) in by_name:
                by_name[name].add(unit)
        return len(anybody) >= free and all(len(by_name[name]) >= lack for name, lack in missing.items())


def seat(order: Sequence[str], rules: Rules) -> list[str] | None:
    """The first panel of the order under the rules; None when there is none."""
    steps = [0]

    def search(members: list[str], start: int) -> list[str] | None:
        if len(members) == rules.seats:
            return members if not rules.missing(members) else None
        for index in range(start, len(order)):
            steps[0] += 1
            if steps[0] > STEPS:
                return None
            code = order[index]
            if rules.clashes(code, members):
                continue
            grown = [*members, code]
            if rules.may_complete(grown, order[index + 1 :]) and (found := search(grown, index + 1)):
                return found
        return None

    return search([], 0) if rules.may_complete([], order) else None


def alternates(order: Sequence[str], members: Collection[str], rules: Rules, count: int) -> list[str]:
    """The next ones of the order; as many of each needed constituency as the panel has, where there are."""
    rest = [code for code in order if code not in members]
    reserved: list[str] = []
    for name in rules.minimum:
        wanted = min(rules.minimum[name], count)
        reserved += [code for code in rest if rules.constituency(code) == name][:wanted]
    chosen = set(reserved[:count])
    for code in rest:
        if len(chosen) >= count:
            break
        chosen.add(code)
    return [code for code in rest if code in chosen]


def run(data: Mapping[str, Any], seed: str) -> dict[str, Any]:
    """The whole draw. `data` = {"panels": [{key, seats, alternates, minimum, candidates}], "experts": {...}, "load"}."""
    for attempt in range(ATTEMPTS):
        if (panels := _attempt(data, seed, attempt)) is not None:
            return {"algorithm": ALGORITHM, "attempt": attempt, "panels": panels}
    return {"algorithm": ALGORITHM, "attempt": ATTEMPTS, "panels": []}


def _attempt(data: Mapping[str, Any], seed: str, attempt: int) -> list[dict[str, Any]] | None:
    used: dict[str, int] = {}
    found: dict[str, dict[str, Any]] = {}
    for panel in sorted(data["panels"], key=lambda one: (len(one["candidates"]), one["key"])):
        stream = Stream(seed, f"{panel['key']}|{attempt}")
        free = [code for code in panel["candidates"] if used.get(code, 0) < data["load"]]
        order = shuffled(free, stream)
        rules = Rules(data["experts"], panel["seats"], panel["minimum"])
        members = seat(order, rules)
        if members is None:
            return None
        for code in members:
            used[code] = used.get(code, 0) + 1
        found[panel["key"]] = {
            "key": panel["key"], "members": members,
            "alternates": alternates(order, members, rules, panel["alternates"]),
        }
    return [found[key] for key in sorted(found)]


def short(data: Mapping[str, Any]) -> list[str]:
    """Keys of panels that cannot be filled even alone: the draw is not begun."""
    return [
        panel["key"] for panel in data["panels"]
        if seat(sorted(panel["candidates"]), Rules(data["experts"], panel["seats"], panel["minimum"])) is None
    ]


def replay(data: Mapping[str, Any], secret: str, public_value: str) -> tuple[str, str, dict[str, Any]]:
    """(commitment, seed, result) as anybody can work them out again."""
    seed = seed_of(secret, public_value, sha256(data))
    return commitment(secret), seed, run(data, seed)


def next_alternate(waiting: Sequence[str], members: Collection[str], rules: Rules, barred: Collection[str] = ()
                   ) -> tuple[str | None, list[tuple[str, str]]]:
    """The first alternate in the order of the draw that keeps the rules, and who was passed over for which rule."""
    passed: list[tuple[str, str]] = []
    missing = rules.missing(members)
    for code in waiting:
        if code in barred:
            passed.append((code, "RECUSED"))
        elif rules.clashes(code, members):
            passed.append((code, "EMPLOYER"))
        elif sum(missing.values()) >= rules.seats - len(members) and rules.constituency(code) not in missing:
            passed.append((code, "CONSTITUENCY"))
        else:
            return code, passed
    return None, passed


def order_by_lot(refs: Sequence[str], secret: str, public_value: str) -> list[str]:
    """The order among equals near a line, from what is public after the draw: `seed_of` and `shuffled` as for experts."""
    return shuffled(refs, Stream(seed_of(secret, public_value, sha256(sorted(refs))), "line"))
