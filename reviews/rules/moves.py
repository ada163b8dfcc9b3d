"""What a change of seats would do, before anybody takes it: which rules it breaks, and what it gains or loses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviews.rules.draw import Rules


@dataclass(frozen=True)
class Setting:
    """The rules of a plan. `near[panel][code]` is the affinity of everybody who may sit there, `barred[panel]` who may not."""

    people: Mapping[str, Mapping[str, Any]]
    seats: int
    minimum: Mapping[str, int]
    load: int
    near: Mapping[str, Mapping[str, int]]
    barred: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One panel: who comes, who goes, what the affinity gains (millionths)."""

    panel: str
    comes: tuple[str, ...]
    goes: tuple[str, ...]
    gain: int


@dataclass(frozen=True)
class Fault:
    """A hard rule that would be broken: UNKNOWN, BARRED, FAR, TWICE, EMPLOYER, CONSTITUENCY, SEATS, LOAD, LOCKED."""

    rule: str
    panel: str
    about: str = ""


@dataclass(frozen=True)
class Verdict:
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]
    loads: Mapping[str, tuple[int, int]]

    @property
    def gain(self) -> int:
        return sum(change.gain for change in self.changes)


def faults_of(panel: str, members: Sequence[str], setting: Setting) -> list[Fault]:
    """Everything wrong with one panel as it would sit."""
    unknown = [code for code in members if code not in setting.people]
    if unknown:
        return [Fault("UNKNOWN", panel, code) for code in unknown]
    rules, found = Rules(setting.people, setting.seats, setting.minimum), []
    near, barred = setting.near.get(panel, {}), setting.barred.get(panel, ())
    found += [Fault("TWICE", panel, code) for code in sorted({code for code in members if members.count(code) > 1})]
    found += [Fault("BARRED", panel, code) for code in members if code in barred]
    found += [Fault("FAR", panel, code) for code in members if code not in near and code not in barred]
    for place, code in enumerate(members):
        found += [Fault("EMPLOYER", panel, code)] * (rules.clashes(code, members[:place]) and code not in members[:place])
    if len(members) != setting.seats:
        found.append(Fault("SEATS", panel, str(len(members))))
    return found + [Fault("CONSTITUENCY", panel, name) for name in rules.missing(members)]


def loads_of(panels: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for members in panels.values():
        for code in members:
            found[code] = found.get(code, 0) + 1
    return found


def examine(wanted: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]], setting: Setting,
            locked: Collection[tuple[str, str]] = ()) -> Verdict:
    """`wanted` are the panels to be changed, `now` all of them as they sit."""
    changes: list[Change] = []
    faults: list[Fault] = []
    for panel, members in wanted.items():
        if panel not in now:
            faults.append(Fault("UNKNOWN", panel))
            continue
        if sorted(members) == sorted(now[panel]):
            continue
        comes, goes = (tuple(code for code in one if code not in other) for one, other in ((members, now[panel]), (now[panel], members)))
        near = setting.near.get(panel, {})
        gain = sum(near.get(code, 0) for code in comes) - sum(near.get(code, 0) for code in goes)
        changes.append(Change(panel, comes, goes, gain))
        faults += faults_of(panel, members, setting)
        faults += [Fault("LOCKED", panel, code) for code in goes if (panel, code) in locked]
    before = loads_of(now)
    after = loads_of({**now, **{panel: members for panel, members in wanted.items() if panel in now}})
    moved = {code for change in changes for code in (*change.comes, *change.goes)}
    loads = {code: (before.get(code, 0), after.get(code, 0)) for code in sorted(moved)}
    faults += [Fault("LOAD", "", code) for code, (old, new) in loads.items() if new > max(setting.load, old)]
    return Verdict(tuple(changes), tuple(faults), loads)
