"""How fast "who could apply?" is: 100 guides over 100,000 units and 300,000 people.

    python3 -m bench.matching            the whole register
    python3 -m bench.matching --small    a tenth of it

Last line: {"speedup", "sql_s", "nightly_s", "rss_mb", ...}. `sql_s` is the refresh of the flat register and all guides
asked with near misses, stored; `speedup` compares it with the one-case evaluator, facts read in bulk, one query per table
for 1,000 pairs, measured on a sample and scaled; `nightly_s` is the portal's own first night: everybody matched with every guide and told.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from bench import harness

UNITS, PEOPLE, GUIDES, SAMPLE, NEAR = 100_000, 300_000, 100, 2_000, 1
DAY = date(2026, 6, 15)
SPECIALS = ["POC", "KEY-INDUSTRY", "SUSTAIN", "BASIC", "TALENT", "PLATFORM"]
DISTRICTS = ["南山区", "福田区", "宝安区", "龙岗区", "光明区", "罗湖区"]

#: Columns of the generated rows, over `n` of generate_series; `r(k)` is a number in [0, 1) that n and k decide.
UNIT_ROWS = {
    "kind": "(ARRAY['ENTERPRISE','ENTERPRISE','ENTERPRISE','ENTERPRISE','UNIVERSITY','INSTITUTE','HOSPITAL','SOCIAL'])[1 + n %% 8]",
    "uscc": "'B' || lpad(n::text, 17, '0')", "name": "'单位' || n", "status": "'VERIFIED'", "uid": "gen_random_uuid()",
    "region": "CASE WHEN r(1) < 0.8 THEN '深圳市' || (%(districts)s::text[])[1 + n %% 6] WHEN r(1) < 0.85 THEN '深汕特别合作区' ELSE '东莞市' END",
    "registered_on": "date '1995-01-01' + (r(2) * 11000)::int",
    "facts": """jsonb_strip_nulls(jsonb_build_object(
        'rd_spend', jsonb_build_object('2025', round((r(3) ^ 6 * 900000000)::numeric, 2)::text, '2024', round((r(4) ^ 6 * 900000000)::numeric, 2)::text),
        'revenue', jsonb_build_object('2025', (r(5) ^ 4 * 5000000000)::bigint), 'staff', (5 + r(6) ^ 4 * 3000)::int, 'rd_staff', (1 + r(7) ^ 4 * 600)::int,
        'is_listed', CASE WHEN r(8) < 0.9 THEN r(9) < 0.03 END, 'is_fiscal', n %% 8 > 3 AND n %% 8 < 7,
        'hnte', CASE WHEN r(10) < 0.45 THEN jsonb_build_object('number', 'GR20' || (20 + n %% 6) || '440' || lpad(n::text, 5, '0'),
            'valid_from', '2023-0' || (1 + n %% 9) || '-01', 'valid_to', (date '2025-06-01' + (r(11) * 900)::int)::text) END,
        'platforms', CASE WHEN r(12) < 0.1 THEN jsonb_build_array('KEY_LAB') ELSE '[]'::jsonb END))""",
}
PERSON_ROWS = {
    "uid": "gen_random_uuid()", "email": "'p' || n || '@bench.example'", "name": "'人' || n", "is_active": "true",
    "gender": "CASE WHEN r(1) < 0.38 THEN 'F' ELSE 'M' END", "birth_date": "date '1955-01-01' + (r(2) * 16500)::int",
    "degree": "(ARRAY['博士','硕士','硕士','学士'])[1 + n %% 4]", "title": "(ARRAY['正高级工程师','副教授','工程师',''])[1 + n %% 4]",
    "facts": "jsonb_strip_nulls(jsonb_build_object('is_veteran', CASE WHEN r(3) < 0.5 THEN r(4) < 0.05 END, 'degree_on', '20' || lpad((5 + n %% 20)::text, 2, '0') || '-07-01'))",
}
POST_ROWS = {
    "person_id": "(SELECT min(id) FROM accounts_person) + n - 1", "organisation_id": "(SELECT min(id) FROM accounts_organisation) + n %% %(units)s",
    "role": "'MEMBER'", "status": "'ACTIVE'", "since": "date '2020-01-01' + (r(1) * 2200)::int",
    "facts": "jsonb_strip_nulls(jsonb_build_object('full_time', CASE WHEN r(2) < 0.9 THEN r(3) < 0.95 END, 'insured_since', CASE WHEN r(4) < 0.8 THEN (date '2018-01-01' + (r(5) * 3000)::int)::text END))",
}
ENGAGEMENT_ROWS = {
    "person_id": "CASE WHEN n %% 2 = 0 THEN (SELECT min(id) FROM accounts_person) + (r(1) * (%(people)s - 1))::int END",
    "organisation_id": "CASE WHEN n %% 2 = 1 THEN (SELECT min(id) FROM accounts_organisation) + (r(2) * (%(units)s - 1))::int END",
    "klass": "(%(specials)s::text[])[1 + n %% 6]", "role": "CASE WHEN n %% 3 = 0 THEN 'MEMBER' ELSE 'LEADER' END", "source_ref": "'S' || n",
    "state": "(ARRAY['RUNNING','APPLIED','ENDED'])[1 + n %% 3]", "starts": "date '2022-01-01' + (r(3) * 1600)::int",
    "source_type": "'projects.project'",
}
MARK_ROWS = {
    "person_id": "CASE WHEN n %% 2 = 0 THEN (SELECT min(id) FROM accounts_person) + (r(1) * (%(people)s - 1))::int END",
    "organisation_id": "CASE WHEN n %% 2 = 1 THEN (SELECT min(id) FROM accounts_organisation) + (r(2) * (%(units)s - 1))::int END",
    "level": "(ARRAY['NOTE','ORDINARY','SERIOUS'])[1 + n %% 3]", "kind": "'bench'", "since": "date '2024-01-01'", "reason": "'bench'",
    "until": "date '2026-01-01' + (r(3) * 700)::int",
}
EMPTY = {"boolean": "false", "jsonb": "'{}'::jsonb", "integer": "0", "bigint": "0", "smallint": "0"}


def fill(table: str, rows: dict[str, str], count: int, values: dict[str, Any]) -> None:
    """Insert `count` generated rows; other columns that must not be null get an empty value."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
                       " AND column_default IS NULL AND is_identity = 'NO'", [table])
        rows = {**{name: EMPTY.get(kind, "''") for name, kind in cursor.fetchall()}, **rows}
        cursor.execute("CREATE OR REPLACE FUNCTION pg_temp.dice(n int, k int) RETURNS float LANGUAGE sql IMMUTABLE AS"
                       " $$ SELECT (hashint8extended(n, k) & 1073741823) / 1073741824.0::float $$")
        columns = ", ".join(rows.values()).replace("r(", "pg_temp.dice(n, ")
        cursor.execute(f"INSERT INTO {table} ({', '.join(rows)}) SELECT {columns} FROM generate_series(1, {count}) AS n", values)  # noqa: S608


def build(units: int, people: int) -> None:
    values = {"units": units, "people": people, "specials": SPECIALS, "districts": DISTRICTS}
    for table, rows, count in (
        ("accounts_organisation", UNIT_ROWS, units), ("accounts_person", PERSON_ROWS, people), ("accounts_membership", POST_ROWS, people),
        ("accounts_engagement", ENGAGEMENT_ROWS, people // 4), ("accounts_integritymark", MARK_ROWS, people // 100),
    ):
        fill(table, rows, count, values)
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def guides() -> list[Any]:
    """A hundred guides of ten to fourteen conditions each, as real ones have them, with varied numbers."""
    dice, found = random.Random(7), []  # noqa: S311 (no secret)
    closes = {"fact": "guide.closes_on"}
    for number in range(GUIDES):
        age, months = dice.choice([35, 40, 45, 60]), dice.choice([3, 6, 12])
        pool = [
            {"fact": "unit.region", "op": "within_region", "value": "深圳市"},
            {"fact": "unit.is_legal_person", "op": "is_true"},
            {"fact": "unit.kind", "op": "in", "value": dice.sample(["ENTERPRISE", "UNIVERSITY", "INSTITUTE", "HOSPITAL", "SOCIAL"], 3)},
            {"any": [{"fact": "unit.kind", "op": "ne", "value": "ENTERPRISE"}, {"fact": "unit.hnte", "op": "valid_on", "value": closes}]},
            {"fact": "unit.rd_spend_max_two_years", "op": "ge", "value": str(dice.choice([100000, 1000000, 5000000]))},
            {"fact": "unit.registered_on", "op": "years_since_ge", "value": str(dice.choice([1, 2, 3])), "at": closes},
            {"any": [{"fact": "unit.awarded_last_year", "op": "none_of", "value": dice.sample(SPECIALS, 2)},
                     {"fact": "unit.rd_spend_max_two_years", "op": "ge", "value": "500000000"}]},
            {"fact": "unit.blocked", "op": "is_false"}, {"fact": "leader.blocked", "op": "is_false"},
            {"fact": "leader.birth_date", "op": "age_on_le", "value": str(age), "at": closes,
             "value_by": {"facts": ["leader.gender", "leader.is_veteran"], "values": [
                 {"when": {"leader.is_veteran": True}, "value": str(age + 5)}, {"when": {"leader.gender": "F"}, "value": str(age + 3)}]}},
            {"fact": "leader.insurance_months", "op": "ge", "value": str(months)},
            {"fact": "leader.full_time", "op": "is_true"},
            {"fact": "leader.running_led", "op": "count_le", "value": "0", "of": dice.sample(SPECIALS, 3)},
            {"fact": "leader.running_count", "op": "le", "value": str(dice.choice([1, 2, 3]))},
            {"any": [{"fact": "leader.degree", "op": "eq", "value": "博士"}, {"fact": "leader.title", "op": "contains", "value": ["正高级", "教授"]}]},
            {"fact": "unit.rd_staff_share", "op": "ge", "value": str(dice.choice(["0.05", "0.1"]))},
            {"fact": "application.partner_count", "op": "between", "value": ["1", "3"]},
            {"fact": "team.full_time_share", "op": "ge", "value": "0.5"},
        ]
        tests = dice.sample(pool, dice.randint(10, 14))
        rules = [{"code": f"C{n}", "text": "条件", "test": test, "hard": n % 6 != 5} for n, test in enumerate(tests, 1)]
        closes_at = datetime(2026, 7 + number % 3, 10 + number % 15, 10, tzinfo=UTC)
        found.append(SimpleNamespace(data={"conditions": rules}, guide=SimpleNamespace(year=2026, closes_at=closes_at)))
    return found


def ask_in_sql(versions: list[Any]) -> tuple[float, int]:
    """(seconds, pairs found): the refresh of the flat register and every guide, results stored in the database."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from accounts.policies import system  # noqa: PLC0415
    from programs import actions  # noqa: PLC0415
    from programs.queries import register  # noqa: PLC0415

    start, found = time.perf_counter(), 0
    actions.refresh_register(system("bench"), day=DAY)
    harness.say(f"flat register written in {time.perf_counter() - start:.1f} s")
    with connection.cursor() as cursor:
        for version in versions:
            asked = register.question(version, at=DAY, near=NEAR)
            cursor.execute(f"CREATE TEMP TABLE answer AS {asked.sql}", asked.params)
            found += cursor.rowcount
            cursor.execute("DROP TABLE answer")
    return time.perf_counter() - start, found


def ask_one_by_one(versions: list[Any], pairs: int) -> float:
    """Seconds the one-case evaluator would take for all pairs, from a sample."""
    from itertools import islice  # noqa: PLC0415

    from programs.engine import conditions  # noqa: PLC0415
    from programs.queries import held, register  # noqa: PLC0415

    everybody = register.pairs_of_register(DAY)
    sample = list(islice(everybody, min(SAMPLE, pairs // 60)))
    start = time.perf_counter()
    for first in range(0, len(sample), register.CHUNK):
        chunk = sample[first : first + register.CHUNK]
        cases = held.facts_in_bulk(chunk, day=DAY)
        for version in versions:
            guide = held.guide_facts(version.guide)
            for (unit, person), facts in zip(chunk, cases, strict=True):
                register.pair_of(unit, person, conditions.evaluate(version.data["conditions"], {**facts, **guide}))
    return (time.perf_counter() - start) * pairs / len(sample)


def publish(versions: list[Any]) -> None:
    """A row per guide, running for a month from now, so that matches and messages have something to point to. What else a
    guide hangs on is left out, with the foreign keys off."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    count = len(versions)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        fill("programs_guide", {
            "ref": "'G' || n", "slug": "'g' || n", "year": "2026", "title": "'指南' || n", "status": "'OPEN'", "funding_mode": "'PRE'",
            "budget_scheme": "'ITEMISED'", "budget_control": "0", "cap_per_project": "0", "opens_at": "now()", "published_at": "now()",
            "closes_at": "now() + interval '30 days'", "version_id": "n"}, count, {})
        fill("programs_guidewindow", {
            "guide_id": "(SELECT min(id) FROM programs_guide) + n - 1", "opens_at": "now() - interval '1 day'",
            "closes_at": "now() + interval '30 days'"}, count, {})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SELECT id FROM programs_guide ORDER BY id")
        for version, (pk,) in zip(versions, cursor.fetchall(), strict=True):
            version.guide_id = pk


def nightly(versions: list[Any]) -> None:
    """The first night, when everybody is new to every guide and is told: the portal's own run, in this process alone; then a
    second one of the same day, when nothing is new. Prints seconds and memory."""
    from accounts.policies import system  # noqa: PLC0415 (after the set-up)
    from programs import actions  # noqa: PLC0415

    publish(versions)
    start = time.perf_counter()
    run = actions.refresh_matches(system("bench"), day=DAY, versions=versions, anew=True)
    nightly_s = time.perf_counter() - start
    start = time.perf_counter()
    again = actions.refresh_matches(system("bench"), day=DAY, versions=versions, anew=True)
    if (again.pairs, again.told) != (run.pairs, run.told):
        raise SystemExit("a second run of the day told somebody twice, or matched otherwise")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    harness.say(json.dumps({"nightly_s": round(nightly_s, 1), "rss_mb": round(peak), "matches": run.pairs, "told": run.told,
                            "quiet_night_s": round(time.perf_counter() - start, 1)}))


def step(words: list[str]) -> None:
    import django  # noqa: PLC0415

    django.setup()
    units, people = int(words[1]), int(words[2])
    versions = guides()
    if words[0] == "nightly":
        nightly(versions)
        return
    start = time.perf_counter()
    build(units, people)
    harness.say(f"{units} units and {people} people made in {time.perf_counter() - start:.1f} s")
    sql_s, found = ask_in_sql(versions)
    slow_s = ask_one_by_one(versions, people)
    harness.say(f"{found} pairs could apply or nearly; one by one it would take {slow_s:.0f} s")
    harness.say(json.dumps({"speedup": round(slow_s / sql_s, 1), "sql_s": round(sql_s, 1), "pairs_found": found}))


def main() -> None:
    share = 10 if "--small" in sys.argv else 1
    with harness.database("matching") as env:
        size = (str(UNITS // share), str(PEOPLE // share))
        results: dict[str, Any] = {"units": UNITS // share, "people": PEOPLE // share, "guides": GUIDES}
        for name in ("measure", "nightly"):
            results |= json.loads(harness.again("bench.matching", env, name, *size))
        harness.say(json.dumps(results))


if __name__ == "__main__":
    if len(sys.argv) > 3:
        step(sys.argv[1:])
    else:
        main()
