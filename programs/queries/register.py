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

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.states import APPLICANT_KINDS, OrganisationStatus, OrgKind
from core import clock
from programs.engine import conditions, sql, voices
from programs.engine.conditions import FAIL, HUMAN, Outcome
from programs.engine.facts import CATALOGUE, GUIDE, UNIT, Fact
from programs.engine.operators import register_knows
from programs.models import GuideVersion, RegisterState
from programs.models.register import columns_of
from programs.queries import held, register_sql

CHUNK = 1000
#: Codes of the rules that the heading of a guide makes.
WHO, WHERE, NAMED, OWNER = "WHO", "WHERE", "NAMED", "OWNER"
BARRED = frozenset({NAMED, OWNER})


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
    """The conditions of a guide, and before them what its heading and its way of funding ask: kinds of units and regions
    (clause R6), units it names or shuts out (R4). Without these a unit would be told of a guide that refuses it at the
    first step."""
    return [*_heading_rules(version.data), *(version.data.get("conditions") or [])]


def _heading_rules(data: Any) -> list[dict[str, Any]]:
    kinds, regions = data.get("applicants") or [], (data.get("eligibility") or {}).get("regions") or []
    found = []
    if kinds:
        names = "、".join(str(OrgKind(kind).label) for kind in kinds if kind in OrgKind.values)
        found.append({"code": WHO, "clause": "R6", "hard": True, "text": _("Kinds of units that can apply: %(kinds)s") % {"kinds": names},
                      "test": {"fact": "unit.kind", "op": "in", "value": list(kinds)}})
    if regions:
        found.append({"code": WHERE, "clause": "R6", "hard": True,
                      "text": _("Registered in: %(regions)s") % {"regions": "、".join(regions)},
                      "test": {"fact": "unit.region", "op": "within_region", "value": list(regions)}})
    named, shut = voices.filers(data)
    if named:
        found.append({"code": NAMED, "clause": "R4", "hard": True, "text": _("One of the units that the guide names"),
                      "test": {"fact": "unit.uscc", "op": "in", "value": sorted(named)}})
    if shut:
        found.append({"code": OWNER, "clause": "R4", "hard": True, "text": _("Not the owner of the challenge"),
                      "test": {"fact": "unit.uscc", "op": "not_in", "value": sorted(shut)}})
    return found


def pairs_of_register(day: date) -> Iterator[tuple[int, int]]:
    """(organisation id, person id) of all current memberships, in order, streamed."""
    rows = held.memberships_on(day).filter(
        organisation__status=OrganisationStatus.VERIFIED, organisation__kind__in=APPLICANT_KINDS, person__is_active=True
    )
    found = rows.order_by("organisation_id", "person_id").values_list("organisation_id", "person_id").distinct()
    yield from found.iterator(chunk_size=CHUNK)


def is_fresh(day: date) -> bool:
    """Whether the flat register was written for this day."""
    return RegisterState.objects.filter(day=day).exists()


@dataclass(frozen=True)
class Question:
    """A guide's conditions as one query: columns organisation, person, words of the unit's and of the pair's results.

    Rules about the unit alone are answered once a unit, the others once a pair; `order` says which rule is which.
    `words` names the columns of the results; `fails` and `unknown` are SQL over them: hard rules not met, rules open.
    """

    sql: str
    params: tuple[Any, ...]
    unit_words: int
    order: tuple[int, ...]
    codes: tuple[str, ...]
    hard: tuple[bool, ...]
    words: tuple[str, ...] = ()
    fails: str = "0"
    unknown: str = "0"

    def results(self, words: tuple[int, ...]) -> list[str]:
        """Results in the order of the guide."""
        units = sum(place < MIXED for place in self.order)
        told = [*sql.unpack(words[: self.unit_words], units), *sql.unpack(words[self.unit_words :], len(self.order) - units)]
        place_of = {place: number for number, place in enumerate(sorted(self.order))}
        return [told[place_of[place]] for place in self.order]

    def told(self, number: int, result: int) -> str:
        """SQL over the words: whether the rule at this place of the guide was answered so (0 PASS, 1 FAIL, 2 HUMAN)."""
        is_unit = self.order[number] < MIXED
        place = sum(other < self.order[number] and (other < MIXED) == is_unit for other in self.order)
        word = self.words[place // sql.RESULTS_IN_WORD + (0 if is_unit else self.unit_words)]
        return f"({word} >> {2 * (place % sql.RESULTS_IN_WORD)} & 3 = {result})"

    def pair(self, words: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """(failed, human, soft): codes of the conditions."""
        rows = list(zip(self.codes, self.hard, self.results(words), strict=True))
        return (
            tuple(code for code, hard, result in rows if hard and result == FAIL),
            tuple(code for code, _hard, result in rows if result == HUMAN),
            tuple(code for code, hard, result in rows if not hard and result == FAIL),
        )


MIXED = 1_000_000  # places of rules that need the pair come after those of the unit alone


def question(
    version: GuideVersion, *, at: date | None = None, near: int = 0, live: bool = False,
    tables: tuple[sql.Sql, sql.Sql] | None = None,
) -> Question:
    """The query that answers for everybody with at most `near` hard conditions failed. Asked of the flat register when
    it was written for that day, else (or with `live`) of the tables of the register themselves; or of `tables`, units
    and pairs with the same columns."""
    day = at or clock.today()
    rules = rules_of(version)
    columns = sql.Columns(
        register_sql.columns_known("u", "p"), {name: fact.value for name, fact in held.guide_facts(version.guide).items()}
    )
    parts = [(sql.compile_rule(rule, columns), _of_unit(rule), bool(rule.get("hard", True))) for rule in rules]
    unit = [(one, hard) for one, is_unit, hard in parts if is_unit]
    pair = [(one, hard) for one, is_unit, hard in parts if not is_unit]
    needed = {column for rule in rules if not _of_unit(rule) for column in _unit_columns(rule)}
    asked = _select(unit, pair, sorted(needed), near, *(tables or _tables(day, live=live)))
    words = [f"w{letter}{number}" for letter, part in (("u", unit), ("p", pair))
             for number in range(len(sql.fail_masks([hard for _one, hard in part])))]
    fails = [*sql.fail_masks([hard for _one, hard in unit]), *sql.fail_masks([hard for _one, hard in pair])]
    open_ = [2 * mask for part in (unit, pair) for mask in sql.fail_masks([True for _one in part])]
    return Question(
        asked.text, asked.params, len(sql.fail_masks([hard for _one, hard in unit])),
        tuple(number if is_unit else MIXED + number for number, (_one, is_unit, _hard) in enumerate(parts)),
        tuple(rule["code"] for rule in rules), tuple(hard for _one, _is_unit, hard in parts),
        tuple(words), _bits(words, fails), _bits(words, open_),
    )


def _of_unit(rule: Any) -> bool:
    """Whether the answer hangs on the unit alone (and on the guide, which is one for everybody)."""
    known = {name for name in conditions.fact_names([rule["test"], rule.get("exempt")]) if register_knows(name)}
    return all(CATALOGUE[name].subject in (UNIT, GUIDE) for name in known)


def _unit_columns(rule: Any) -> list[str]:
    names = conditions.fact_names([rule["test"], rule.get("exempt")]) & set(register_sql.UNIT_FACTS)
    return [column for name in names for column in columns_of(name)]


def _tables(day: date, *, live: bool) -> tuple[sql.Sql, sql.Sql]:
    if not live and is_fresh(day):
        return sql.Sql("programs_registerunit"), sql.Sql("programs_registerpair")
    return tuple(  # type: ignore[return-value]
        sql.put("({})", register_sql.positional(text, day)) for text in (register_sql.SELECT_UNITS, register_sql.SELECT_PAIRS)
    )


def _bits(words: list[str], masks: list[int]) -> str:
    """SQL that counts the bits of the words which the masks let through."""
    return " + ".join(f"bit_count(({word} & {mask})::bit(64))" for word, mask in zip(words, masks, strict=True))


def _failures(words: list[str], hard: list[bool]) -> str:
    """How many hard rules fail, counted in the bits of the words."""
    return _bits(words, sql.fail_masks(hard))


#: First every unit once, leaving out those that fail too much by themselves; then the pairs of the others. OFFSET 0 keeps
#: the results from being worked out a second time for the filter.
SELECT = """
WITH judged AS MATERIALIZED (
    SELECT * FROM (SELECT u.organisation_id, {kept}, {{}} FROM {{}} u OFFSET 0) answered WHERE {fail_unit} <= {{}}
)
SELECT organisation_id, person_id, {words} FROM (
    SELECT p.organisation_id, p.person_id, {unit_words}, {{}}
    FROM {{}} p JOIN judged u ON u.organisation_id = p.organisation_id OFFSET 0
) answered WHERE {fail_unit} + {fail_pair} <= {{}}
"""


def _select(unit: list[Any], pair: list[Any], columns: list[str], near: int, units: sql.Sql, pairs: sql.Sql) -> sql.Sql:
    answers, names, failed = [], [], []
    for letter, part in (("u", unit), ("p", pair)):
        words = sql.pack([one for one, _hard in part])
        called = [f"w{letter}{number}" for number in range(len(words))]
        answers.append(sql.join(", ", [sql.put("{} AS " + name, word) for name, word in zip(called, words, strict=True)]))
        names.append(called)
        failed.append(_failures(called, [hard for _one, hard in part]))
    template = SELECT.format(
        kept=", ".join(f'u."{column}"' for column in columns) or "true AS none", words=", ".join([*names[0], *names[1]]),
        unit_words=", ".join(f"u.{name}" for name in names[0]), fail_unit=failed[0], fail_pair=failed[1],
    )
    most = sql.Sql("%s", (near,))
    return sql.put(template, answers[0], units, most, answers[1], pairs, most)


def who_could_apply(
    version: GuideVersion, *, at: date | None = None, near: int = 0, live: bool = False
) -> Iterator[Pair]:
    """Pairs that fail at most `near` hard conditions (0: that could apply; 1: that nearly could), streamed in no
    particular order. `at` is the day that is asked about (today). Every pair comes once."""
    asked = question(version, at=at, near=near, live=live)
    told: dict[tuple[int, ...], Any] = {}
    with connection.chunked_cursor() as cursor:
        cursor.execute(asked.sql, asked.params)
        while rows := cursor.fetchmany(CHUNK):
            for unit, person, *words in rows:
                key = tuple(words)
                if key not in told:
                    told[key] = asked.pair(key)
                yield Pair(unit, person, *told[key])


def by_one_case(version: GuideVersion, *, at: date | None = None) -> Iterator[Pair]:
    """All pairs through the one-case evaluator, facts read in bulk: the slow twin of the SQL, for tests and measures."""
    day = at or clock.today()
    rules, guide = rules_of(version), held.guide_facts(version.guide)
    pairs = pairs_of_register(day)
    while chunk := list(islice(pairs, CHUNK)):
        for (unit, person), facts in zip(chunk, held.facts_in_bulk(chunk, day=day), strict=True):
            yield pair_of(unit, person, conditions.evaluate(rules, {**facts, **guide}))


def pair_of(unit: int, person: int, outcomes: list[Outcome]) -> Pair:
    return Pair(
        unit, person,
        failed=tuple(o.code for o in outcomes if o.blocks),
        human=tuple(o.code for o in outcomes if o.result == HUMAN),
        soft=tuple(o.code for o in outcomes if o.result == FAIL and not o.hard),
    )


def count_who_could_apply(version: GuideVersion, *, at: date | None = None, live: bool = False) -> tuple[int, int]:
    """(pairs, units) that could apply."""
    asked = question(version, at=at, live=live)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(DISTINCT organisation_id) FROM ({asked.sql}) found", asked.params)  # noqa: S608
        return tuple(cursor.fetchone())  # type: ignore[return-value]
