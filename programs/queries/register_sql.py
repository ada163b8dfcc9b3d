"""Where the columns of the flat register come from: one SELECT over units, one over pairs, for a day.

The counterpart of `programs.queries.held`, fact by fact; a property test compares the two. The functions
`programs_number`, `programs_day`, `programs_flag`, `programs_text`, `programs_texts` are made by a migration and read
JSON by the same narrow rules as `held`. `%(day)s` is the day asked about.
"""

from __future__ import annotations

import re
from datetime import date

from accounts.states import APPLICANT_KINDS, UNIT_ROLES, MarkLevel, MembershipStatus, OrganisationStatus
from programs.engine.facts import LEADER, PAIR, UNIT
from programs.engine.sql import Sql
from programs.models.register import columns_of, register_facts
from programs.queries.held import APPLIED, ENDED, LEADS, LEGAL_PERSONS, PROJECT, RUNNING

PARAMS = {
    "kinds": [str(kind) for kind in APPLICANT_KINDS], "legal": [str(kind) for kind in LEGAL_PERSONS],
    "roles": sorted(str(role) for role in UNIT_ROLES), "active": str(MembershipStatus.ACTIVE),
    "verified": str(OrganisationStatus.VERIFIED), "note": str(MarkLevel.NOTE),
    "running": RUNNING, "applied": APPLIED, "ended": ENDED, "leads": LEADS, "project": PROJECT,
}
YEAR = "date_part('year', %(day)s::date)::int"
AWARD = "(e.state = %(running)s OR (e.state = %(ended)s AND e.source_type = %(project)s))"
ROWS = "coalesce(array_agg({what}) FILTER (WHERE {when}), '{{}}')::text[]"


def _list(when: str, *, once: bool = False) -> str:
    return ROWS.format(what="DISTINCT e.klass" if once else "e.klass", when=when)


def _yearly(key: str, back: int) -> str:
    return f"programs_number(o.facts -> '{key}' -> ({YEAR} - {back})::text)"


def _share(part: str, whole: str) -> str:
    """part / whole to six places, rounded half up in whole numbers as `held.ratio` does."""
    return f"CASE WHEN {part} >= 0 AND {whole} > 0 THEN div({part} * 2000000 + {whole}, 2 * {whole}) * 0.000001 END"


def _period(name: str) -> tuple[str, str, str]:
    """Known when there is a number and both ends can be read or are left open."""
    data = f"o.facts -> '{name}'"
    start, end = f"({data} -> 'valid_from')", f"({data} -> 'valid_to')"
    readable = " AND ".join(
        f"(coalesce({one}, 'null'::jsonb) IN ('null'::jsonb, '\"\"'::jsonb) OR programs_day({one}) IS NOT NULL)" for one in (start, end)
    )
    held = f"programs_text({data} -> 'number') IS NOT NULL AND {readable}"
    return f"CASE WHEN {held} THEN true END", f"programs_day({start})", f"programs_day({end})"


SPEND, BEFORE, REVENUE = _yearly("rd_spend", 1), _yearly("rd_spend", 2), _yearly("revenue", 1)
STAFF, RD_STAFF = "programs_number(o.facts -> 'staff')", "programs_number(o.facts -> 'rd_staff')"

UNIT_COLUMNS: dict[str, tuple[str, ...]] = {
    "unit.kind": ("o.kind",),
    "unit.uscc": ("coalesce(o.uscc, '')",),
    "unit.is_legal_person": ("coalesce(programs_flag(o.facts -> 'is_legal_person'), o.kind = ANY(%(legal)s))",),
    "unit.region": ("nullif(o.region, '')",),
    "unit.registered_on": ("o.registered_on",),
    "unit.hnte": _period("hnte"),
    "unit.hnte_number": ("programs_text(o.facts -> 'hnte' -> 'number')",),
    "unit.srdi": _period("srdi"),
    "unit.srdi_number": ("programs_text(o.facts -> 'srdi' -> 'number')",),
    "unit.platforms": ("programs_texts(o.facts -> 'platforms')",),
    "unit.rd_spend_last_year": (SPEND,),
    "unit.rd_spend_max_two_years": (f"greatest({SPEND}, {BEFORE})",),
    "unit.revenue_last_year": (REVENUE,),
    "unit.rd_share_last_year": (_share(SPEND, REVENUE),),
    "unit.staff": (STAFF,),
    "unit.rd_staff": (RD_STAFF,),
    "unit.rd_staff_share": (_share(RD_STAFF, STAFF),),
    **{f"unit.{key}": (f"programs_text(o.facts -> '{key}')",) for key in ("district", "tax_region")},
    **{f"unit.{key}": (f"programs_flag(o.facts -> '{key}')",)
       for key in ("is_fiscal", "is_listed", "is_top_hundred", "has_science_prize")},
    "unit.blocked": ("k.organisation_id IS NOT NULL",),
    **{f"unit.{key}": (f"coalesce(h.{key}, '{{}}'::text[])",)
       for key in ("running_specials", "running_projects", "awarded_last_year", "awards_three_years", "awards")},
}
UNIT_ENGAGEMENTS = {
    "running_specials": _list("e.state = %(running)s", once=True),
    "running_projects": _list("e.state = %(running)s"),
    "awarded_last_year": _list(f"{AWARD} AND date_part('year', e.starts) = {YEAR} - 1", once=True),
    "awards_three_years": _list(f"{AWARD} AND date_part('year', e.starts) BETWEEN {YEAR} - 3 AND {YEAR} - 1"),
    "awards": _list(AWARD),
}
LED, PART = "e.role = %(leads)s", "e.role <> %(leads)s"
LEADER_ENGAGEMENTS = {
    "running_specials": _list(f"{LED} AND e.state = %(running)s", once=True),
    "running_led": _list(f"{LED} AND e.state = %(running)s"),
    "running_member": _list(f"{PART} AND e.state IN (%(running)s, %(applied)s)"),
    "pending_led": _list(f"{LED} AND e.state = %(applied)s"),
    "awards": _list(f"{LED} AND {AWARD}"),
}
INSURED = "programs_day(m.facts -> 'insured_since')"
PAIR_COLUMNS: dict[str, tuple[str, ...]] = {
    "leader.birth_date": ("p.birth_date",),
    "leader.gender": ("nullif(p.gender, '')",),
    "leader.degree": ("nullif(p.degree, '')",),
    "leader.title": ("nullif(p.title, '')",),
    **{f"leader.{key}": (f"programs_flag(p.facts -> '{key}')",) for key in ("is_veteran", "is_postdoc")},
    **{f"leader.{key}": (f"programs_day(p.facts -> '{key}')",) for key in ("degree_on", "postdoc_left_on")},
    "leader.talents": ("programs_texts(p.facts -> 'talents')",),
    "leader.blocked": ("k.person_id IS NOT NULL",),
    **{f"leader.{key}": (f"coalesce(h.{key}, '{{}}'::text[])",) for key in LEADER_ENGAGEMENTS},
    "leader.running_count": ("coalesce(h.running_count, 0)",),
    "leader.full_time": ("programs_flag(m.facts -> 'full_time')",),
    "leader.insurance_months": (
        f"CASE WHEN {INSURED} IS NOT NULL THEN greatest(0, (date_part('year', %(day)s::date) - date_part('year', {INSURED})) * 12"
        f" + date_part('month', %(day)s::date) - date_part('month', {INSURED})"
        f" - CASE WHEN date_part('day', %(day)s::date) < date_part('day', {INSURED}) THEN 1 ELSE 0 END)::numeric END",
    ),
    "leader.post": ("programs_text(m.facts -> 'post')",),
}


MARKED = (
    "SELECT DISTINCT {subject} FROM accounts_integritymark WHERE {subject} IS NOT NULL AND since <= %(day)s"
    " AND lifted_at IS NULL AND level <> %(note)s AND (until IS NULL OR until >= %(day)s)"
)


def _columns(facts: list[str], sources: dict[str, tuple[str, ...]]) -> str:
    return ", ".join(
        f'{source} AS "{column}"' for name in facts for source, column in zip(sources[name], columns_of(name), strict=True)
    )


def _grouped(subject: str, lists: dict[str, str], more: str = "") -> str:
    columns = ", ".join(f"{source} AS {name}" for name, source in lists.items())
    return f"SELECT e.{subject}, {columns}{more} FROM accounts_engagement e WHERE e.{subject} IS NOT NULL GROUP BY e.{subject}"  # noqa: S608 (ours)


UNIT_FACTS, PAIR_FACTS = register_facts(UNIT), register_facts(LEADER, PAIR)
#: All pieces are ours; days, codes and states are parameters.
SELECT_UNITS = f"""
SELECT o.id AS organisation_id, {_columns(UNIT_FACTS, UNIT_COLUMNS)}
FROM accounts_organisation o
LEFT JOIN ({_grouped("organisation_id", UNIT_ENGAGEMENTS)}) h ON h.organisation_id = o.id
LEFT JOIN ({MARKED.format(subject="organisation_id")}) k ON k.organisation_id = o.id
WHERE o.status = %(verified)s AND o.kind = ANY(%(kinds)s)
"""  # noqa: S608
_COUNT = ", count(*) FILTER (WHERE e.state IN (%(running)s, %(applied)s)) AS running_count"
SELECT_PAIRS = f"""
SELECT m.organisation_id, m.person_id, {_columns(PAIR_FACTS, PAIR_COLUMNS)}
FROM (
    SELECT DISTINCT ON (organisation_id, person_id) organisation_id, person_id, facts
    FROM accounts_membership
    WHERE status = %(active)s AND role = ANY(%(roles)s) AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
    ORDER BY organisation_id, person_id, (facts = '{{}}'::jsonb), id DESC
) m
JOIN accounts_organisation o ON o.id = m.organisation_id AND o.status = %(verified)s AND o.kind = ANY(%(kinds)s)
JOIN accounts_person p ON p.id = m.person_id AND p.is_active
LEFT JOIN ({_grouped("person_id", LEADER_ENGAGEMENTS, _COUNT)}) h ON h.person_id = m.person_id
LEFT JOIN ({MARKED.format(subject="person_id")}) k ON k.person_id = m.person_id
"""  # noqa: S608


def columns_known(unit: str, pair: str) -> dict[str, tuple[str, ...]]:
    """{fact: SQL names of its columns} for the two tables under these aliases."""
    return {
        **{name: tuple(f'{unit}."{column}"' for column in columns_of(name)) for name in UNIT_FACTS},
        **{name: tuple(f'{pair}."{column}"' for column in columns_of(name)) for name in PAIR_FACTS},
    }


def positional(text: str, day: date) -> Sql:
    """Named parameters of the two SELECTs as positional ones, to stand before those of the conditions."""
    values = {**PARAMS, "day": day}
    names = re.findall(r"%\((\w+)\)s", text)
    return Sql(re.sub(r"%\(\w+\)s", "%s", text), tuple(values[name] for name in names))
