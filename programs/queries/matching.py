"""Guides and the register together: what a unit or a person meets, who could apply for a guide, and who is to be told.

Everything is asked in SQL over the register (`programs.queries.register`); the explanation of a case comes from the
one-case evaluator, on the facts of the same day, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.states import UNIT_ROLES, Role
from core import clock, parameters
from core.clock import CoreNow
from programs import states
from programs.engine import conditions, selfcheck, sql
from programs.engine.conditions import FAIL, HUMAN, PASS, Outcome
from programs.engine.facts import CATALOGUE, LEADER, PAIR, UNIT, Fact
from programs.models import Guide, GuideMatch, GuideVersion, GuideWindow, MatchRun
from programs.queries import held, register, register_sql
from programs.queries.calls import CallCard, call_card
from programs.queries.tree import special_names
from programs.states import FundingMode, Reach

EVERYBODY = 100_000  # more conditions than any guide has: nobody is left out


def running_guides() -> QuerySet[Guide]:
    """Public guides that are open or will open, by the clock; with the data of their versions."""
    ahead = GuideWindow.objects.filter(guide=OuterRef("pk"), closes_at__gt=CoreNow())
    return (
        Guide.objects.filter(Exists(ahead), status__in=states.RUNNING_STATUSES, version__isnull=False)
        .select_related("version", "special__plan").prefetch_related("windows").order_by("pk")
    )


def running_versions() -> list[GuideVersion]:
    """The current versions of the running guides, each knowing its guide without another query."""
    guides = list(running_guides())
    for guide in guides:
        guide.version.guide = guide
    return [guide.version for guide in guides]


def near_most() -> int:
    """How many conditions may be missing for "nearly"; parameter matching.near."""
    return int(parameters.value("matching.near"))


# --- one unit, or one person of it, and all running guides ------------------------------------------------------------


@dataclass
class Miss:
    """One condition that is not met, or that a person must look at, with where to mend it ("" where nothing can be)."""

    outcome: Outcome
    place: str = ""


@dataclass
class Standing:
    """How a unit stands to a guide with its best leader. `able` counts its people who could lead."""

    card: CallCard
    reach: Reach
    leader: Person | None
    able: int
    missing: list[Miss] = field(default_factory=list)
    open_: list[Miss] = field(default_factory=list)
    advice: list[Outcome] = field(default_factory=list)
    met: list[Outcome] = field(default_factory=list)

    @property
    def guide(self) -> Guide:
        return self.card.guide


def units_of(actor: Any) -> QuerySet[Organisation]:
    """Units for which the actor may ask: where a role of the unit is held."""
    return Organisation.objects.filter(pk__in=actor.units(*UNIT_ROLES)).order_by("name", "pk")


@dataclass(frozen=True)
class Best:
    """The leader of a unit with the fewest conditions missing, and how many could lead."""

    person_id: int
    failed: int
    able: int


def best_leaders(versions: list[GuideVersion], unit: int, *, person: int | None = None, day: date) -> dict[int, Best]:
    """{place in `versions`: best leader} of one unit, from one query; with `person` of that person alone."""
    if not versions:
        return {}
    narrow = [sql.Sql("organisation_id = %s", (unit,))] + ([sql.Sql("person_id = %s", (person,))] if person else [])
    units = sql.put("SELECT * FROM ({}) x WHERE {}", register_sql.positional(register_sql.SELECT_UNITS, day), narrow[0])
    pairs = sql.put("SELECT * FROM ({}) x WHERE {}", register_sql.positional(register_sql.SELECT_PAIRS, day), sql.join(" AND ", narrow))
    parts = []
    for number, version in enumerate(versions):
        asked = register.question(version, at=day, near=EVERYBODY, tables=(sql.Sql("unit_here"), sql.Sql("pairs_here")))
        parts.append(sql.put(
            f"(SELECT {number} AS guide, person_id, {asked.fails} AS failed, count(*) FILTER (WHERE {asked.fails} = 0) OVER () AS able"  # noqa: S608
            f" FROM ({{}}) q ORDER BY {asked.fails}, {asked.unknown}, person_id LIMIT 1)", sql.Sql(asked.sql, asked.params)))
    whole = sql.put("WITH unit_here AS MATERIALIZED ({}), pairs_here AS MATERIALIZED ({}) {}", units, pairs, sql.join(" UNION ALL ", parts))
    with connection.cursor() as cursor:
        cursor.execute(whole.text, whole.params)
        return {guide: Best(person_id, failed, able) for guide, person_id, failed, able in cursor.fetchall()}


def named(cases: list[dict[str, Fact]]) -> list[dict[str, Fact]]:
    """The same facts with the names of the specials that lists hold as codes; one query for all."""
    lists = {name for name, entry in CATALOGUE.items() if entry.choices == "special"}
    codes = {code for facts in cases for name in lists & facts.keys() for code in facts[name].value}
    names = special_names(codes) if codes else {}
    return [
        {name: Fact(fact.value, fact.source, "、".join(names.get(code, code) for code in fact.value) or _("none")) if name in lists else fact
         for name, fact in facts.items()}
        for facts in cases
    ]


def standings(unit: Organisation, *, person: Person | None = None) -> list[Standing]:
    """Every running guide with the best leader of the unit (or this person), explained. A constant number of queries."""
    day, now, near = clock.today(), clock.now(), near_most()
    versions = running_versions()
    best = best_leaders(versions, unit.pk, person=person.pk if person else None, day=day)
    leaders = sorted({row.person_id for row in best.values()})
    people = Person.objects.in_bulk(leaders)
    facts = dict(zip(leaders, named(held.facts_in_bulk([(unit.pk, one) for one in leaders], day=day)), strict=True))
    found = []
    for number, version in enumerate(versions):
        row = best.get(number)
        if row is None:
            continue
        outcomes = conditions.evaluate(register.rules_of(version), {**facts[row.person_id], **held.guide_facts(version.guide)})
        found.append(standing_of(version, outcomes, call_card(version.guide, now), near, people[row.person_id], row.able))
    return found


def standing_of(version: GuideVersion, outcomes: list[Outcome], card: CallCard, near: int, leader: Person | None = None,
                able: int = 0) -> Standing:
    """The outcomes of a guide sorted into what is missing, open, advised and met."""
    rules = {rule["code"]: rule for rule in register.rules_of(version)}
    failed = [one for one in outcomes if one.blocks]
    barred = any(one.code in register.BARRED for one in failed)  # nothing the unit could mend brings it nearer
    return Standing(
        card, Reach.MEETS if not failed else Reach.NEARLY if len(failed) <= near and not barred else Reach.NOT, leader, able,
        [Miss(one, mend_place(rules[one.code])) for one in failed],
        [Miss(one, mend_place(rules[one.code])) for one in outcomes if one.result == HUMAN],
        [one for one in outcomes if one.result == FAIL and not one.hard], [one for one in outcomes if one.result == PASS],
    )


# --- anybody, before signing in ---------------------------------------------------------------------------------------


def few_questions(versions: list[GuideVersion]) -> list[selfcheck.Question]:
    """What is asked of somebody who has chosen no guide yet; parameter matching.questions."""
    return selfcheck.most_asked([register.rules_of(version) for version in versions], int(parameters.value("matching.questions")))


def standings_by_answers(versions: list[GuideVersion], facts: Mapping[str, Fact]) -> list[Standing]:
    """The same for what a visitor answered: nothing of the register is read, nothing is kept. Best first."""
    now, near = clock.now(), near_most()
    found = [
        standing_of(version, conditions.evaluate(register.rules_of(version), {**facts, **held.guide_facts(version.guide)}),
                    call_card(version.guide, now), near)
        for version in versions
    ]
    return sorted(found, key=lambda one: (len(one.missing), len(one.open_), -len(one.met), one.guide.pk))


#: Where facts are mended, by subject; what the portal itself recorded can be mended nowhere.
PLACES = {UNIT: "unit", LEADER: "profile", PAIR: "people"}
RECORDED = frozenset({"unit.uscc", "unit.blocked", "leader.blocked", "leader.running_count", *(
    name for name, entry in CATALOGUE.items() if entry.choices == "special")})


def mend_place(rule: Mapping[str, Any]) -> str:
    """"unit", "profile", "people" (data of the register), "application" (said in the application), or "" for nowhere."""
    names = conditions.fact_names([rule["test"], rule.get("exempt")])
    asked = [CATALOGUE[name] for name in names if name in CATALOGUE and name not in RECORDED and CATALOGUE[name].subject != "guide"]
    for entry in asked:
        if entry.subject in PLACES and entry.register:
            return PLACES[entry.subject]
    return "application" if asked else ""


# --- one guide and the whole register ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClauseReach:
    """What one hard condition does: units it keeps out whoever leads, and units that only it keeps out."""

    code: str
    clause: str
    text: str
    out: int
    alone: int


@dataclass(frozen=True)
class GuideReach:
    """Who could apply for a guide, over the register of a day."""

    pairs: int
    units: int
    all_units: int
    near_units: int
    clauses: tuple[ClauseReach, ...]


def is_askable(version: GuideVersion | None) -> bool:
    return version is not None and not conditions.check(register.rules_of(version))


def guide_reach(version: GuideVersion, *, day: date | None = None) -> GuideReach:
    """Numbers of a guide, a draft too, in one query."""
    asked = register.question(version, at=day, near=EVERYBODY)
    rules = [(number, rule) for number, rule in enumerate(register.rules_of(version)) if rule.get("hard", True)]
    columns = "".join(
        f", bool_and({asked.told(number, 1)}) AS out{number}, bool_or({asked.told(number, 1)} AND {asked.fails} = 1) AS alone{number}"
        for number, _rule in rules)
    sums = "".join(f", count(*) FILTER (WHERE out{number}), count(*) FILTER (WHERE able = 0 AND alone{number})" for number, _rule in rules)
    text = (
        f"SELECT coalesce(sum(able), 0), count(*) FILTER (WHERE able > 0), count(*), count(*) FILTER (WHERE least_failed BETWEEN 1 AND %s){sums}"  # noqa: S608
        f" FROM (SELECT organisation_id, count(*) FILTER (WHERE {asked.fails} = 0) AS able, min({asked.fails}) AS least_failed{columns}"
        f" FROM ({asked.sql}) q GROUP BY organisation_id) per_unit"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, (near_most(), *asked.params))
        pairs, units, every, near, *counts = cursor.fetchone()
    clauses = tuple(
        ClauseReach(rule["code"], rule.get("clause", ""), rule.get("text", ""), counts[2 * place], counts[2 * place + 1])
        for place, (_number, rule) in enumerate(rules))
    return GuideReach(int(pairs), units, every, near, clauses)


def matched(guide: Guide) -> dict[str, Any] | None:
    """{units, pairs, day} of the last night that matched this guide; nothing before the first."""
    run = last_run()
    if run is None:
        return None
    found = GuideMatch.objects.filter(guide=guide).aggregate(units=Count("organisation", distinct=True), pairs=Count("pk"))
    return {**found, "day": run.day} if found["pairs"] else None


def _per_unit(version: GuideVersion, extra: str = "") -> tuple[str, tuple[Any, ...]]:
    asked = register.question(version, near=EVERYBODY)
    return (
        f"SELECT organisation_id, min({asked.fails}) AS failed, count(*) FILTER (WHERE {asked.fails} = 0) AS able{extra}"  # noqa: S608
        f" FROM ({asked.sql}) q GROUP BY organisation_id", asked.params,
    )


def units_reached(version: GuideVersion, reach: str = Reach.MEETS) -> QuerySet[Organisation]:
    """Units that could apply for a guide, or nearly, or not; as rows of a list."""
    text, params = _per_unit(version)
    near = near_most()
    low, high = {Reach.MEETS: (0, 0), Reach.NEARLY: (1, near), Reach.NOT: (near + 1, EVERYBODY)}[Reach(reach)]
    chosen = RawSQL(f"SELECT organisation_id FROM ({text}) u WHERE failed BETWEEN %s AND %s", (*params, low, high))  # noqa: S608, S611 (ours)
    return Organisation.objects.filter(pk__in=chosen)


def best_of_units(version: GuideVersion, units: Iterable[int]) -> dict[int, tuple[int, str, int, tuple[str, ...]]]:
    """{unit: (people who could lead, name of the best leader, conditions missing, their codes)}, in two queries."""
    wanted = list(units)
    if not wanted:
        return {}
    asked = register.question(version, near=EVERYBODY)
    text = (
        f"SELECT DISTINCT ON (organisation_id) organisation_id, person_id, count(*) FILTER (WHERE {asked.fails} = 0)"  # noqa: S608
        f" OVER (PARTITION BY organisation_id), {', '.join(asked.words)} FROM ({asked.sql}) q WHERE organisation_id = ANY(%s)"
        f" ORDER BY organisation_id, {asked.fails}, {asked.unknown}, person_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, (*asked.params, wanted))
        rows = cursor.fetchall()
    names = dict(Person.objects.filter(pk__in={row[1] for row in rows}).values_list("pk", "name"))
    return {
        unit: (able, names.get(person, ""), len(missing), missing)
        for unit, person, able, *words in rows
        for missing in [asked.pair(tuple(words))[0]]
    }


# --- the night --------------------------------------------------------------------------------------------------------


def last_run() -> MatchRun | None:
    return MatchRun.objects.filter(done_at__isnull=False).first()


#: Guides that a person of this range should know of and was not told; who heard something today waits for tomorrow. Where
#: nobody applies (免申即享) there is no leader to tell, only the administrator of the unit.
DUE = """
WITH running AS (
    SELECT g.id FROM programs_guide g WHERE g.status = ANY(%(running)s)
    AND EXISTS (SELECT 1 FROM programs_guidewindow w WHERE w.guide_id = g.id AND w.closes_at > core_now())
), due AS (
    SELECT m.guide_id, m.person_id FROM programs_guidematch m JOIN programs_guide g ON g.id = m.guide_id
    WHERE m.person_id BETWEEN %(low)s AND %(high)s AND g.funding_mode <> %(computed)s
    UNION
    SELECT m.guide_id, a.person_id FROM accounts_membership a
    JOIN programs_guidematch m ON m.organisation_id = a.organisation_id
    WHERE a.person_id BETWEEN %(low)s AND %(high)s AND a.role = %(admin)s AND a.status = %(active)s
    AND a.since <= %(day)s AND (a.until IS NULL OR a.until >= %(day)s)
)
SELECT d.person_id, array_agg(d.guide_id ORDER BY d.guide_id) FROM due d
JOIN running r ON r.id = d.guide_id JOIN accounts_person p ON p.id = d.person_id AND p.is_active
WHERE NOT EXISTS (SELECT 1 FROM programs_guidetold t WHERE t.person_id = d.person_id AND (t.guide_id = d.guide_id OR t.day = %(day)s))
GROUP BY d.person_id ORDER BY d.person_id
"""


def people_to_tell(low: int, high: int, *, day: date) -> dict[int, list[int]]:
    """{person: new guides} of the people whose numbers lie in a range."""
    values = {
        "low": low, "high": high, "day": day, "running": [str(one) for one in states.RUNNING_STATUSES],
        "admin": str(Role.ORG_ADMIN), "active": "ACTIVE", "computed": str(FundingMode.ENTITLEMENT),
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, values)
        return dict(cursor.fetchall())


def matches_of(actor: Any) -> int:
    """How many guides the person, or a unit the person administers, matches by the last night."""
    rows = Guide.objects.filter(matches__isnull=False, status__in=states.RUNNING_STATUSES)
    mine = rows.filter(matches__person=actor.id) | rows.filter(matches__organisation__in=actor.units(Role.ORG_ADMIN))
    return mine.values("pk").distinct().count()
