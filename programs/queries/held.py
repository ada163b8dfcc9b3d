"""What the register holds of one unit and one person, as facts with their source; the one-case side of the register.

`programs.queries.register` asks the same of everybody in SQL. Both read JSON by the same narrow rules: what is not
exactly a number, a day, a flag or a text is unknown, and what is unknown a person must look at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Engagement, IntegrityMark, Membership, Organisation, Person
from accounts.states import UNIT_ROLES, MarkLevel, MembershipStatus, OrgKind
from core import clock
from programs.engine.facts import Fact
from programs.models import Guide, Special
from programs.queries.tree import special_names

LEGAL_PERSONS = (OrgKind.ENTERPRISE, OrgKind.UNIVERSITY, OrgKind.INSTITUTE, OrgKind.HOSPITAL, OrgKind.SOCIAL)
RUNNING, APPLIED, ENDED, LEADS = "RUNNING", "APPLIED", "ENDED", "LEADER"
#: An ended engagement was an award when it came from a project, not from an application that was turned down.
PROJECT = "projects.project"
NUMBER = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?", re.ASCII)
DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass
class Holdings:
    """What was already read of a subject: is a mark in force?"""

    blocked: bool = False


@dataclass
class Read:
    """What was read at once of many people and units, for one look at many cases."""

    day: date
    people: set[int]
    units: set[int]
    marks: list[IntegrityMark]
    posts: list[Membership]
    names: dict[str, str] = field(default_factory=dict)

    def covers(self, day: date, people: Iterable[int], units: Iterable[int]) -> bool:
        return day == self.day and self.people >= set(people) and self.units >= set(units)


_READ: ContextVar[Read | None] = ContextVar("held_read", default=None)


@contextmanager
def read_at_once(people: Iterable[int], units: Iterable[int], *, day: date) -> Iterator[None]:
    """Within it the register answers from memory for these people and units, as it stood when it was entered: a list that asks the
    same of two hundred rows asks twice, not thousands of times. For reading alone; what decides asks anew."""
    people, units = set(people), set(units)
    marks = list(marks_on(day).filter(Q(person__in=people) | Q(organisation__in=units)))
    token = _READ.set(Read(day, people, units, marks, list(memberships_on(day).filter(person__in=people))))
    try:
        yield
    finally:
        _READ.reset(token)


def posts_of(people: Iterable[int], day: date) -> list[Membership]:
    """Unit roles of these people in force on a day."""
    wanted = set(people)
    if (read := _READ.get()) is not None and read.covers(day, wanted, ()):
        return [row for row in read.posts if row.person_id in wanted]
    return list(memberships_on(day).filter(person__in=wanted))


def _names_of(codes: set[str]) -> dict[str, str]:
    if (read := _READ.get()) is None:
        return special_names(codes)
    if not read.names:
        read.names.update(special_names(Special.objects.values_list("code", flat=True)))
    return read.names


# --- JSON, read narrowly ------------------------------------------------------------------------------------------


def _get(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def as_number(value: Any) -> Decimal | None:
    """At most 13 digits before and 2 after the point, as number or text; anything else is unknown."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    text = value if isinstance(value, str) else f"{Decimal(str(value)):f}"
    return Decimal(text) if NUMBER.fullmatch(text) else None


def as_day(value: Any) -> date | None:
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def as_flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def as_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def as_texts(value: Any) -> list[str] | None:
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def as_period(value: Any) -> dict[str, str | None] | None:
    """{"number", "valid_from", "valid_to"} of a certificate -> {"from", "to"}; an unreadable end makes it unknown."""
    if as_text(_get(value, "number")) is None:
        return None
    ends = [_get(value, key) for key in ("valid_from", "valid_to")]
    days = [as_day(end) for end in ends]
    if any(end not in (None, "") and day is None for end, day in zip(ends, days, strict=True)):
        return None
    return {key: day.isoformat() if day else None for key, day in zip(("from", "to"), days, strict=True)}


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """part / whole to six places, half up, in whole numbers as the register does it in SQL; None when it cannot be said."""
    if part is None or whole is None or whole <= 0:
        return None
    with localcontext() as context:
        context.prec = 60
        return (part * 2000000 + whole) // (2 * whole) * Decimal("0.000001")


def months_between(since: date | None, day: date) -> int | None:
    """Whole months from one day to another, never below zero."""
    if since is None:
        return None
    return max(0, (day.year - since.year) * 12 + day.month - since.month - (day.day < since.day))


# --- facts --------------------------------------------------------------------------------------------------------


def blocked(
    person: Person | None = None, organisation: Organisation | None = None, day: date | None = None
) -> list[IntegrityMark]:
    """Marks that forbid applying on a day (clause R12, handbook of the field 7.3)."""
    day = day or clock.today()
    if (read := _READ.get()) is not None and read.covers(day, [person.pk] if person else [], [organisation.pk] if organisation else []):
        return [row for row in read.marks if (row.person_id == person.pk if person else row.organisation_id == getattr(organisation, "pk", None))]
    rows = marks_on(day)
    return list(rows.filter(person=person) if person else rows.filter(organisation=organisation))


def marks_on(day: date) -> Any:
    rows = IntegrityMark.objects.filter(since__lte=day, lifted_at=None).exclude(level=MarkLevel.NOTE)
    return rows.filter(Q(until=None) | Q(until__gte=day))


def is_award(row: Engagement) -> bool:
    return row.state == RUNNING or (row.state == ENDED and row.source_type == PROJECT)


def specials(codes: Iterable[str], source: str, *, named: bool = True) -> Fact:
    """Codes are compared, names are read."""
    rows = sorted(codes)
    names = _names_of(set(rows)) if rows and named else {}
    return Fact(rows, source, "、".join(names.get(code, code) for code in rows) if named else "")


def unit_facts(unit: Organisation, held: Holdings | None = None, *, day: date | None = None) -> dict[str, Fact]:
    """What the register says of a unit; what it does not say stays unknown (a person must look then)."""
    day = day or clock.today()
    source, data, last = _("register of units"), unit.facts, str(day.year - 1)
    spend = [as_number(_get(data, "rd_spend", str(day.year - back))) for back in (1, 2)]
    known = [value for value in spend if value is not None]
    revenue, staff = as_number(_get(data, "revenue", last)), as_number(_get(data, "staff"))
    legal = as_flag(_get(data, "is_legal_person"))
    found: dict[str, Any] = {
        "unit.is_legal_person": legal if legal is not None else unit.kind in LEGAL_PERSONS,
        "unit.uscc": unit.uscc or "",
        "unit.region": unit.region or None,
        "unit.registered_on": unit.registered_on.isoformat() if unit.registered_on else None,
        "unit.hnte": as_period(_get(data, "hnte")),
        "unit.hnte_number": as_text(_get(data, "hnte", "number")),
        "unit.srdi": as_period(_get(data, "srdi")),
        "unit.srdi_number": as_text(_get(data, "srdi", "number")),
        "unit.platforms": as_texts(_get(data, "platforms")),
        "unit.rd_spend_last_year": spend[0],
        "unit.rd_spend_max_two_years": max(known) if known else None,
        "unit.revenue_last_year": revenue,
        "unit.rd_share_last_year": ratio(spend[0], revenue),
        "unit.staff": staff,
        "unit.rd_staff": as_number(_get(data, "rd_staff")),
        "unit.rd_staff_share": ratio(as_number(_get(data, "rd_staff")), staff),
        **{f"unit.{key}": as_text(_get(data, key)) for key in ("district", "tax_region")},
        **{f"unit.{key}": as_flag(_get(data, key))
           for key in ("is_fiscal", "is_listed", "is_top_hundred", "has_science_prize")},
    }
    facts = {name: Fact(value, source) for name, value in found.items() if value is not None}
    facts["unit.kind"] = Fact(unit.kind, source, str(unit.get_kind_display()))
    is_blocked = held.blocked if held else bool(blocked(organisation=unit, day=day))
    facts["unit.blocked"] = Fact(is_blocked, _("integrity records"))
    return facts


def leader_facts(leader: Person, held: Holdings | None = None, *, day: date | None = None) -> dict[str, Fact]:
    """What the person's profile says."""
    source, data = _("personal profile"), leader.facts
    found: dict[str, Any] = {
        "leader.birth_date": leader.birth_date.isoformat() if leader.birth_date else None,
        "leader.is_veteran": as_flag(_get(data, "is_veteran")),
        "leader.degree": leader.degree or None,
        "leader.degree_on": as_day(_get(data, "degree_on")),
        "leader.is_postdoc": as_flag(_get(data, "is_postdoc")),
        "leader.postdoc_left_on": as_day(_get(data, "postdoc_left_on")),
        "leader.title": leader.title or None,
        "leader.talents": as_texts(_get(data, "talents")),
    }
    facts = {name: Fact(value, source) for name, value in found.items() if value is not None}
    if leader.gender:
        facts["leader.gender"] = Fact(leader.gender, source, str(leader.get_gender_display()))
    is_blocked = held.blocked if held else bool(blocked(person=leader, day=day))
    facts["leader.blocked"] = Fact(is_blocked, _("integrity records"))
    return facts


def post_of(rows: Iterable[Membership]) -> Mapping[str, Any]:
    """The data of a person at a unit: of the newest membership that says anything."""
    told = sorted((row for row in rows if row.facts), key=lambda row: row.pk)
    return told[-1].facts if told else {}


def post_facts(data: Mapping[str, Any], *, day: date) -> dict[str, Fact]:
    """What the unit says of this person's post: full time, since when insured here, which post."""
    source = _("people of the unit")
    found = {
        "leader.full_time": as_flag(_get(data, "full_time")),
        "leader.insurance_months": months_between(as_day(_get(data, "insured_since")), day),
        "leader.post": as_text(_get(data, "post")),
    }
    return {name: Fact(value, source) for name, value in found.items() if value is not None}


def engagement_facts(
    unit: list[Engagement], leader: list[Engagement], *, day: date, own: str = "", named: bool = True
) -> dict[str, Fact]:
    """Earlier and running engagements of the unit and of the leader; `own` is the application not to be counted."""
    source, last = _("records of this portal"), day.year - 1

    def codes(rows: Iterable[Engagement]) -> list[str]:
        return [row.klass for row in rows]

    running_unit = [row for row in unit if row.state == RUNNING]
    awards = [row for row in unit if is_award(row)]
    led = [row for row in leader if row.role == LEADS]
    part = [row for row in leader if row.role != LEADS and row.source_ref != own]
    lists = {
        "unit.running_specials": set(codes(running_unit)),
        "unit.running_projects": codes(running_unit),
        "unit.awarded_last_year": {row.klass for row in awards if row.starts.year == last},
        "unit.awards_three_years": codes(row for row in awards if last - 2 <= row.starts.year <= last),
        "unit.awards": codes(awards),
        "leader.running_specials": {row.klass for row in led if row.state == RUNNING},
        "leader.running_led": codes(row for row in led if row.state == RUNNING),
        "leader.running_member": codes(row for row in part if row.state in (RUNNING, APPLIED)),
        "leader.pending_led": codes(row for row in led if row.state == APPLIED and row.source_ref != own),
        "leader.awards": codes(row for row in led if is_award(row)),
    }
    facts = {name: specials(rows, source, named=named) for name, rows in lists.items()}
    facts["leader.running_count"] = Fact(
        sum(1 for row in leader if row.state in (RUNNING, APPLIED) and row.source_ref != own), source
    )
    return facts


def guide_facts(guide: Guide) -> dict[str, Fact]:
    facts = {"guide.year": Fact(guide.year, _("guide"))}
    if guide.closes_at:
        facts["guide.closes_on"] = Fact(timezone.localdate(guide.closes_at).isoformat(), _("guide"))
    return facts


# --- many pairs at once -------------------------------------------------------------------------------------------


def facts_in_bulk(pairs: list[tuple[int, int]], *, day: date, named: bool = False) -> list[dict[str, Fact]]:
    """Facts of (organisation id, person id) pairs in their order: one query per table for all of them."""
    units = Organisation.objects.in_bulk({unit for unit, _person in pairs})
    people = Person.objects.in_bulk({person for _unit, person in pairs})
    marks_unit: set[int | None] = set()
    marks_person: set[int | None] = set()
    for organisation_id, person_id in marks_on(day).filter(
        Q(organisation__in=units) | Q(person__in=people)
    ).values_list("organisation_id", "person_id"):
        marks_unit.add(organisation_id)
        marks_person.add(person_id)
    of_unit: dict[int | None, list[Engagement]] = defaultdict(list)
    of_person: dict[int | None, list[Engagement]] = defaultdict(list)
    for row in Engagement.objects.filter(Q(organisation__in=units) | Q(person__in=people)):
        of_unit[row.organisation_id].append(row)
        of_person[row.person_id].append(row)
    posts: dict[tuple[int, int], list[Membership]] = defaultdict(list)
    for post in memberships_on(day).filter(organisation__in=units, person__in=people):
        posts[post.organisation_id, post.person_id].append(post)
    told_unit = {key: unit_facts(unit, Holdings(key in marks_unit), day=day) for key, unit in units.items()}
    return [
        {
            **told_unit[unit],
            **leader_facts(people[person], Holdings(person in marks_person), day=day),
            **post_facts(post_of(posts[unit, person]), day=day),
            **engagement_facts(of_unit[unit], of_person[person], day=day, named=named),
        }
        for unit, person in pairs
    ]


def memberships_on(day: date) -> Any:
    """Unit roles in force on a day."""
    rows = Membership.objects.filter(status=MembershipStatus.ACTIVE, role__in=UNIT_ROLES, since__lte=day)
    return rows.filter(Q(until=None) | Q(until__gte=day))
