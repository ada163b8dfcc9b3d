"""The whole register against the conditions of a guide: who could apply, who nearly, and why not.

A pair is a verified unit and a person who holds a role there today: the person could lead an application of the unit.
For one pair `outcomes_for` explains every condition; for all pairs the same conditions are asked in SQL. Facts that
only an application can state (team, budget ...) answer HUMAN in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from accounts.models import Organisation, Person
from accounts.states import APPLICANT_KINDS, OrganisationStatus
from core import clock
from programs.engine import conditions
from programs.engine.conditions import FAIL, HUMAN, Outcome
from programs.engine.facts import Fact
from programs.models import GuideVersion
from programs.queries import held

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Pair:
    """One unit and one possible leader. `failed`: codes of hard conditions that are not met (none: could apply);
    `human`: codes somebody must look at; `soft`: codes that are not met but do not block."""

    organisation_id: int
    person_id: int
    failed: tuple[str, ...] = ()
    human: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()


def facts_for(
    unit: Organisation, person: Person, *, version: GuideVersion | None = None, at: date | None = None
) -> dict[str, Fact]:
    """Everything the register knows of this pair on a day (today), and of the guide if a version is given."""
    day = at or clock.today()
    facts = held.facts_in_bulk([(unit.pk, person.pk)], day=day, named=True)[0]
    return {**facts, **(held.guide_facts(version.guide) if version else {})}


def outcomes_for(
    version: GuideVersion, unit: Organisation, person: Person, *, at: date | None = None
) -> list[Outcome]:
    """One outcome per condition of the guide, from the register alone, with value found and source."""
    return conditions.evaluate(rules_of(version), facts_for(unit, person, version=version, at=at))


def rules_of(version: GuideVersion) -> list[Any]:
    return list(version.data.get("conditions") or [])


def pairs_of_register(day: date) -> Iterator[tuple[int, int]]:
    """(organisation id, person id) of all current memberships, in order, streamed."""
    rows = held.memberships_on(day).filter(
        organisation__status=OrganisationStatus.VERIFIED, organisation__kind__in=APPLICANT_KINDS, person__is_active=True
    )
    found = rows.order_by("organisation_id", "person_id").values_list("organisation_id", "person_id").distinct()
    yield from found.iterator(chunk_size=CHUNK)


def who_could_apply(version: GuideVersion, *, at: date | None = None, near: int = 0) -> Iterator[Pair]:
    """Pairs that fail at most `near` hard conditions (0: that could apply; 1: that nearly could), ordered by unit
    and person, streamed. `at` is the day that is asked about (today)."""
    day = at or clock.today()
    rules, guide = rules_of(version), held.guide_facts(version.guide)
    pairs = pairs_of_register(day)
    while chunk := list(islice(pairs, CHUNK)):
        for (unit, person), facts in zip(chunk, held.facts_in_bulk(chunk, day=day), strict=True):
            pair = pair_of(unit, person, conditions.evaluate(rules, {**facts, **guide}))
            if len(pair.failed) <= near:
                yield pair


def pair_of(unit: int, person: int, outcomes: list[Outcome]) -> Pair:
    return Pair(
        unit, person,
        failed=tuple(o.code for o in outcomes if o.blocks),
        human=tuple(o.code for o in outcomes if o.result == HUMAN),
        soft=tuple(o.code for o in outcomes if o.result == FAIL and not o.hard),
    )


def count_who_could_apply(version: GuideVersion, *, at: date | None = None) -> int:
    """How many pairs could apply."""
    return sum(1 for _pair in who_could_apply(version, at=at))
