"""The recusal graph: which expert may not look at which application, by which rule, on what evidence.

Found here: RC1 same employer, RC4 co-applicant, RC7 applicant under the same guide, RC8 named by the applicant, RC9
guide author, RC10 drawn too often; and RC2, RC3, RC5 and RC6 as far as the expert has declared them once for all reviews (ties).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Employer:
    """An employer of an expert, part-time posts included; `until` None means still."""

    organisation: int
    since: date
    until: date | None = None
    source: str = "EMPLOYMENT"  # or MEMBERSHIP (an account of the unit), PROJECT (led an earlier project there)
    ref: str = ""  # of the project


@dataclass(frozen=True)
class Tie:
    """A relation declared by the expert. One with a named person is with that person; RC5 and RC6 are with the unit as well."""

    key: int
    code: str
    name: str = ""
    person: int | None = None
    organisation: int | None = None
    until: date | None = None


@dataclass(frozen=True)
class Candidate:
    expert: int
    person: int
    identity: str = ""  # fingerprint of the identity number
    name: str = ""
    employers: tuple[Employer, ...] = ()
    ties: tuple[Tie, ...] = ()
    drawn_this_year: int = 0
    yearly_max: int = 0  # 0 = no limit


@dataclass(frozen=True)
class Filing:
    """What one application says about who is behind it."""

    application: int
    units: frozenset[int] = frozenset()  # applicant, partners, employers of the team
    people: frozenset[int] = frozenset()  # accounts of leader and team
    identities: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()  # of leader and team, plain
    avoid: frozenset[str] = frozenset()  # names the applicant asked to leave out (at most three)


@dataclass(frozen=True)
class Context:
    """What holds for the whole batch on the day of the check."""

    day: date
    years: int  # look-back of RC1 and RC4
    guide_people: frozenset[int] = frozenset()
    guide_identities: frozenset[str] = frozenset()
    authors: frozenset[int] = frozenset()
    author_how: Mapping[int, str] = field(default_factory=dict)  # DRAFTED, REMARKED, TOPIC_EXPERT, PROPOSED
    # person of an expert -> {person of an applicant: reference of the common filing inside the look-back}
    together: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    code: str
    about: str  # what was found, in short: organisation id, reference, count ...
    evidence: Mapping[str, Any] = field(default_factory=dict, compare=False)  # the same as data, shown in words


def years_before(day: date, years: int) -> date:
    """The same calendar day some years ago; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def plain_name(name: str) -> str:
    """Names as people type them: without blanks and middle dots, in one case."""
    return "".join(name.replace("·", "").replace("•", "").replace("．", "").split()).casefold()


def recent_employers(candidate: Candidate, context: Context) -> dict[int, Employer]:
    """Employers now or within the look-back (RC1: 3 years by default, parameter review.recusal_years); what lasted longest stands."""
    since, found = years_before(context.day, context.years), {}
    for one in candidate.employers:
        if one.since <= context.day and (one.until is None or one.until >= since):
            known = found.get(one.organisation)
            if known is None or (known.until is not None and (one.until is None or one.until > known.until)):
                found[one.organisation] = one
    return found


def general(candidate: Candidate, context: Context) -> list[Finding]:
    """Rules that bar an expert from the whole batch: RC7, RC9, RC10."""
    found = []
    if candidate.person in context.guide_people or (
        candidate.identity and candidate.identity in context.guide_identities
    ):
        found.append(Finding("RC7", "", {"by": "ACCOUNT" if candidate.person in context.guide_people else "IDENTITY"}))
    if candidate.person in context.authors:
        found.append(Finding("RC9", "", {"how": context.author_how.get(candidate.person, "")}))
    if candidate.yearly_max and candidate.drawn_this_year >= candidate.yearly_max:
        found.append(Finding("RC10", str(candidate.drawn_this_year), {"drawn": candidate.drawn_this_year, "most": candidate.yearly_max}))
    return found


def between(candidate: Candidate, filing: Filing, context: Context, recent: Mapping[int, Employer] | None = None) -> list[Finding]:
    """Rules between one expert and one application: RC1, RC4, RC8, and the relations that were declared. `recent` are the expert's
    `recent_employers`, for who asks of many applications."""
    recent = recent_employers(candidate, context) if recent is None else recent
    found = [_employed(recent[organisation]) for organisation in sorted(recent.keys() & filing.units)[:1]]
    common = context.together.get(candidate.person, {})
    if partners := sorted(person for person in filing.people if person in common):
        found.append(Finding("RC4", common[partners[0]], {"person": partners[0], "ref": common[partners[0]]}))
    if candidate.name and filing.avoid and plain_name(candidate.name) in {plain_name(name) for name in filing.avoid}:
        found.append(Finding("RC8", "", {"name": candidate.name}))
    declared: dict[str, Finding] = {}
    for tie in candidate.ties:
        if matched := meets(tie, filing, context):
            declared.setdefault(tie.code, Finding(tie.code, str(tie.key), {"tie": tie.key, "by": matched}))
    return found + [declared[code] for code in sorted(declared)]


def _employed(one: Employer) -> Finding:
    return Finding("RC1", str(one.organisation), {
        "organisation": one.organisation, "since": one.since.isoformat(), "until": one.until.isoformat() if one.until else "",
        "source": one.source, "ref": one.ref})


def meets(tie: Tie, filing: Filing, context: Context) -> str:
    """How a declared relation meets an application: PERSON, NAME, UNIT, or "" when it does not. Kin and teachers hold for ever; an
    interest or a dispute that is over counts for the look-back years. A name that is only the same bars as well: whoever
    declared it can end it, nobody else can know."""
    if tie.code in ("RC5", "RC6") and tie.until is not None and tie.until < years_before(context.day, context.years):
        return ""
    if tie.person is not None and tie.person in filing.people:
        return "PERSON"
    if tie.name and plain_name(tie.name) in filing.names:
        return "NAME"
    is_with_unit = tie.code in ("RC5", "RC6") or not (tie.name or tie.person)
    return "UNIT" if is_with_unit and tie.organisation is not None and tie.organisation in filing.units else ""


def find(candidate: Candidate, filing: Filing, context: Context) -> list[Finding]:
    return [*general(candidate, context), *between(candidate, filing, context)]


@dataclass(frozen=True)
class _Index:
    """Places of filings by what a rule may meet in them, so that an expert is compared with few of many."""

    units: Mapping[int, list[int]]
    people: Mapping[int, list[int]]
    names: Mapping[str, list[int]]
    avoided: Mapping[str, list[int]]

    @classmethod
    def of(cls, filings: Iterable[Filing]) -> _Index:
        units, people, names, avoided = ({}, {}, {}, {})  # type: ignore[var-annotated]
        for place, filing in enumerate(filings):
            for book, keys in ((units, filing.units), (people, filing.people), (names, filing.names), (avoided, {plain_name(one) for one in filing.avoid})):
                for key in keys:
                    book.setdefault(key, []).append(place)
        return cls(units, people, names, avoided)

    def near(self, candidate: Candidate, context: Context, recent: Mapping[int, Employer]) -> list[int]:
        """Places of every filing that `between` may say something of, in their order."""
        found: set[int] = set()
        for unit in (*recent, *(tie.organisation for tie in candidate.ties if tie.organisation is not None)):
            found.update(self.units.get(unit, ()))
        for person in (*context.together.get(candidate.person, {}), *(tie.person for tie in candidate.ties if tie.person is not None)):
            found.update(self.people.get(person, ()))
        for tie in candidate.ties:
            found.update(self.names.get(plain_name(tie.name), ()) if tie.name else ())
        return sorted(found.union(self.avoided.get(plain_name(candidate.name), ()) if candidate.name else ()))


def graph(candidates: Iterable[Candidate], filings: Iterable[Filing], context: Context
          ) -> dict[tuple[int, int], list[Finding]]:
    """{(application, expert): findings} for every barred pair."""
    filings = list(filings)
    barred: dict[tuple[int, int], list[Finding]] = {}
    index = _Index.of(filings)
    for candidate in candidates:
        whole, recent = general(candidate, context), recent_employers(candidate, context)
        for place in range(len(filings)) if whole else index.near(candidate, context, recent):
            if found := whole + between(candidate, filings[place], context, recent):
                barred[filings[place].application, candidate.expert] = found
    return barred
