"""What is known of one case: the register, earlier engagements, the application itself. Each fact says its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Engagement, IntegrityMark, Organisation, Person
from accounts.states import MarkLevel, OrgKind
from applications import rules, states
from applications.models import Application
from core import clock
from programs import queries as programme
from programs.engine.facts import Fact
from programs.engine.forms import Form

LEGAL_PERSONS = (OrgKind.ENTERPRISE, OrgKind.UNIVERSITY, OrgKind.INSTITUTE, OrgKind.HOSPITAL, OrgKind.SOCIAL)
RUNNING, APPLIED = "RUNNING", "APPLIED"


def blocked(person: Person | None = None, organisation: Organisation | None = None) -> list[IntegrityMark]:
    """Marks that forbid applying today (clause R12, handbook 7.3)."""
    day = clock.today()
    rows = IntegrityMark.objects.filter(since__lte=day, lifted_at=None).exclude(level=MarkLevel.NOTE)
    rows = rows.filter(Q(until=None) | Q(until__gte=day))
    return list(rows.filter(person=person) if person else rows.filter(organisation=organisation))


def engagements(people: Iterable[int] = (), organisations: Iterable[int] = ()) -> list[Engagement]:
    return list(Engagement.objects.filter(Q(person__in=list(people)) | Q(organisation__in=list(organisations))))


def held_by(rows: Iterable[Engagement]) -> list[rules.Held]:
    return [rules.Held(row.klass, row.role, row.state, row.starts, row.source_ref) for row in rows]


def led_in_guide(application: Application) -> int:
    """Submitted applications of the same unit in the same guide, without this one."""
    return (
        Application.objects.filter(
            guide=application.guide_id, unit=application.unit_id, status__in=states.COUNTING
        ).exclude(pk=application.pk).count()
    )


def led_by_person(application: Application) -> int:
    return (
        Application.objects.filter(
            guide=application.guide_id, leader=application.leader_id, status__in=states.COUNTING
        ).exclude(pk=application.pk).count()
    )


def _yearly(facts: Mapping[str, Any], key: str, year: int) -> Decimal | None:
    value = (facts.get(key) or {}).get(str(year))
    return Decimal(str(value)) if value not in (None, "") else None


def unit_facts(unit: Organisation) -> dict[str, Fact]:
    """What the register says of a unit; what it does not say stays unknown (a person must look then)."""
    source, data, year = _("register of units"), unit.facts or {}, clock.today().year
    spend = [_yearly(data, "rd_spend", y) for y in (year - 1, year - 2)]
    known = [value for value in spend if value is not None]
    hnte = data.get("hnte") or {}
    found: dict[str, Any] = {
        "unit.kind": unit.kind,
        "unit.is_legal_person": data.get("is_legal_person", unit.kind in LEGAL_PERSONS),
        "unit.region": unit.region or None,
        "unit.registered_on": unit.registered_on.isoformat() if unit.registered_on else None,
        "unit.is_fiscal": data.get("is_fiscal"),
        "unit.hnte": {"from": hnte.get("valid_from"), "to": hnte.get("valid_to")} if hnte.get("number") else None,
        "unit.hnte_number": hnte.get("number"),
        "unit.rd_spend_last_year": spend[0],
        "unit.rd_spend_max_two_years": max(known) if known else None,
        "unit.revenue_last_year": _yearly(data, "revenue", year - 1),
        "unit.staff": data.get("staff"),
    }
    facts = {name: Fact(value, source) for name, value in found.items() if value is not None}
    facts["unit.kind"] = Fact(unit.kind, source, str(unit.get_kind_display()))
    facts["unit.blocked"] = Fact(bool(blocked(organisation=unit)), _("integrity records"))
    return facts


def leader_facts(leader: Person) -> dict[str, Fact]:
    source = _("personal profile")
    found = {
        "leader.birth_date": leader.birth_date.isoformat() if leader.birth_date else None,
        "leader.gender": leader.gender or None,
        "leader.degree": leader.degree or None,
        "leader.title": leader.title or None,
    }
    facts = {name: Fact(value, source) for name, value in found.items() if value is not None}
    if leader.gender:
        facts["leader.gender"] = Fact(leader.gender, source, str(leader.get_gender_display()))
    facts["leader.blocked"] = Fact(bool(blocked(person=leader)), _("integrity records"))
    return facts


def _specials(codes: set[str], source: str) -> Fact:
    """Codes are compared, names are read."""
    names = programme.special_names(codes) if codes else {}
    return Fact(sorted(codes), source, "、".join(names.get(code, code) for code in sorted(codes)))


def _engagement_facts(application: Application) -> dict[str, Fact]:
    rows = engagements([application.leader_id], [application.unit_id])
    leader = [row for row in rows if row.person_id == application.leader_id]
    unit = [row for row in rows if row.organisation_id == application.unit_id]
    last = clock.today().year - 1
    source = _("records of this portal")
    return {
        "unit.running_specials": _specials({r.klass for r in unit if r.state == RUNNING}, source),
        "unit.awarded_last_year": _specials(
            {r.klass for r in unit if r.state not in (APPLIED, "ENDED") and r.starts.year == last}, source
        ),
        "unit.led_this_guide": Fact(led_in_guide(application) + 1, source),
        "leader.running_specials": _specials(
            {r.klass for r in leader if r.state == RUNNING and r.role == states.TeamRole.LEADER}, source
        ),
        "leader.running_count": Fact(
            sum(1 for r in leader if r.state in (RUNNING, APPLIED) and r.source_ref != application.ref), source
        ),
    }


def _team_facts(application: Application) -> dict[str, Fact]:
    team = list(application.team.all())
    if not team:
        return {}
    source = _("team list")
    main = [row for row in team if row.role in (states.TeamRole.LEADER, states.TeamRole.MAIN)]
    of_lead = [row for row in main if row.organisation_id == application.unit_id]
    per_partner: dict[str, int] = {partner.name: 0 for partner in application.partners.all()}
    for row in main:
        if row.organisation_id != application.unit_id:
            name = row.organisation_name or (row.organisation.name if row.organisation else "")
            per_partner[name] = per_partner.get(name, 0) + 1
    share = rules.ratio(Decimal(sum(row.full_time for row in team)), Decimal(len(team)))
    return {
        "team.size": Fact(len(team), source),
        "team.full_time_share": Fact(share, source, f"{share * 100:.1f}%"),
        "team.lead_main_members": Fact(len(of_lead), source),
        "team.partner_main_members": Fact(list(per_partner.values()), source),
        "team.names": Fact(sorted(row.name for row in team), source),
        "application.partner_count": Fact(application.partners.count(), _("list of partners")),
    }


def _money_facts(application: Application) -> dict[str, Fact]:
    lines = list(application.budget.all())
    own = sum((line.amount for line in lines if line.source == states.Source.OWN), Decimal(0))
    total = sum((line.amount for line in lines), Decimal(0))
    source = _("budget")
    facts = {
        "application.requested": Fact(application.requested, _("application")),
        "application.self_raised": Fact(own, source),
        "application.total_budget": Fact(total or application.requested, source),
    }
    if (share := rules.ratio(own, application.requested)) is not None:
        facts["application.self_raised_ratio"] = Fact(share, source, f"{share:.2f} : 1")
    return facts


def facts_of(application: Application, form: Form, cleaned: Mapping[str, Any]) -> dict[str, Fact]:
    """Every fact of the case. What the application states itself comes last, so the register wins over a claim."""
    facts = dict(form.facts(cleaned))
    if application.months:
        facts["application.months"] = Fact(application.months, _("application"))
    if application.ends_on:
        facts["application.completion_year"] = Fact(application.ends_on.year, _("application"))
    if application.guide.closes_at:
        closes = timezone.localdate(application.guide.closes_at)
        facts["guide.closes_on"] = Fact(closes.isoformat(), _("guide"))
    for part in (
        _money_facts(application), _team_facts(application), unit_facts(application.unit),
        leader_facts(application.leader), _engagement_facts(application),
    ):
        facts.update(part)
    return facts
