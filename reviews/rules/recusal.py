"""The recusal graph: which expert may not look at which application, by which rule, on what evidence.

Found here: RC1 same employer, RC4 co-applicant, RC7 applicant under the same guide, RC8 named by the applicant, RC9
guide author, RC10 drawn too often. RC2, RC3, RC5 and RC6 are declared by the expert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Employer:
    """An employer of an expert, part-time posts included; `until` None means still."""

    organisation: int
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Candidate:
    expert: int
    person: int
    identity: str = ""  # fingerprint of the identity number
    name: str = ""
    employers: tuple[Employer, ...] = ()
    drawn_this_year: int = 0
    yearly_max: int = 0  # 0 = no limit


@dataclass(frozen=True)
class Filing:
    """What one application says about who is behind it."""

    application: int
    units: frozenset[int] = frozenset()  # applicant, partners, employers of the team
    people: frozenset[int] = frozenset()  # accounts of leader and team
    identities: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()  # names the applicant asked to leave out (at most three)


@dataclass(frozen=True)
class Context:
    """What holds for the whole batch on the day of the check."""

    day: date
    years: int  # look-back of RC1 and RC4
    guide_people: frozenset[int] = frozenset()
    guide_identities: frozenset[str] = frozenset()
    authors: frozenset[int] = frozenset()
    # person of an expert -> {person of an applicant: reference of the common filing inside the look-back}
    together: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    code: str
    about: str  # what was found, as data for the evidence line: organisation id, person id, name, count ...


def years_before(day: date, years: int) -> date:
    """The same calendar day some years ago; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def plain_name(name: str) -> str:
    """Names as people type them: without blanks and middle dots, in one case."""
    return "".join(name.replace("·", "").replace("•", "").replace("．", "").split()).casefold()


def recent_employers(candidate: Candidate, context: Context) -> set[int]:
    """Employers now or within the look-back (RC1: 3 years by default, parameter review.recusal_years)."""
    since = years_before(context.day, context.years)
    return {e.organisation for e in candidate.employers
            if e.since <= context.day and (e.until is None or e.until >= since)}


def general(candidate: Candidate, context: Context) -> list[Finding]:
    """Rules that bar an expert from the whole batch: RC7, RC9, RC10."""
    found = []
    if candidate.person in context.guide_people or (
        candidate.identity and candidate.identity in context.guide_identities
    ):
        found.append(Finding("RC7", ""))
    if candidate.person in context.authors:
        found.append(Finding("RC9", ""))
    if candidate.yearly_max and candidate.drawn_this_year >= candidate.yearly_max:
        found.append(Finding("RC10", str(candidate.drawn_this_year)))
    return found


def between(candidate: Candidate, filing: Filing, context: Context) -> list[Finding]:
    """Rules between one expert and one application: RC1, RC4, RC8."""
    shared = sorted(recent_employers(candidate, context) & filing.units)
    found = [Finding("RC1", str(organisation)) for organisation in shared[:1]]
    common = context.together.get(candidate.person, {})
    if partners := sorted(person for person in filing.people if person in common):
        found.append(Finding("RC4", common[partners[0]]))
    if candidate.name and plain_name(candidate.name) in {plain_name(name) for name in filing.avoid}:
        found.append(Finding("RC8", ""))
    return found


def find(candidate: Candidate, filing: Filing, context: Context) -> list[Finding]:
    return [*general(candidate, context), *between(candidate, filing, context)]


def graph(candidates: Iterable[Candidate], filings: Iterable[Filing], context: Context
          ) -> dict[tuple[int, int], list[Finding]]:
    """{(application, expert): findings} for every barred pair."""
    filings = list(filings)
    barred: dict[tuple[int, int], list[Finding]] = {}
    for candidate in candidates:
        whole = general(candidate, context)
        for filing in filings:
            found = whole + between(candidate, filing, context)
            if found:
                barred[filing.application, candidate.expert] = found
    return barred
