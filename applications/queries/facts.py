"""What is known of one case: the register, earlier engagements, the application itself. Each fact says its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Engagement
from accounts.states import OrgKind
from applications import rules, states
from applications.models import Application, Partner, TeamMember
from applications.queries import parts
from core import clock, parameters
from programs.engine.facts import Fact
from programs.engine.forms import Form
from programs.engine.operators import REGION_ALIASES, region
from programs.queries import held
from programs.queries.held import leader_facts, unit_facts


@dataclass
class Read:
    """Engagements, submitted applications and the number per leader, read at once for many applications."""

    engagements: list[Engagement]
    counting: list[tuple[int, int, int, int]]  # application, guide, unit, leader
    per_leader: int


_READ: ContextVar[Read | None] = ContextVar("facts_read", default=None)


@contextmanager
def read_at_once(rows: Iterable[Application]) -> Iterator[None]:
    """Within it every question of the check list to the register and to other applications is answered from memory, as of one moment.
    The teams are read here too where the rows bring them along."""
    every = list(rows)
    people = {row.leader_id for row in every} | {member.person_id for row in every for member in row.team.all() if member.person_id}
    units, guides = {row.unit_id for row in every}, {row.guide_id for row in every}
    counting = Application.objects.filter(guide__in=guides, status__in=states.COUNTING).filter(Q(unit__in=units) | Q(leader__in=people))
    with clock.standing(clock.now()), held.read_at_once(people, units, day=clock.today()):
        token = _READ.set(Read(engagements(people, units), list(counting.values_list("pk", "guide", "unit", "leader")), per_leader()))
        try:
            yield
        finally:
            _READ.reset(token)


def per_leader() -> int:
    """How many applications one person may lead in a guide that says nothing of it."""
    return read.per_leader if (read := _READ.get()) is not None else int(parameters.value("limit.per_leader", default=1))


def engagements(people: Iterable[int] = (), organisations: Iterable[int] = ()) -> list[Engagement]:
    if (read := _READ.get()) is not None:
        of, at = set(people), set(organisations)
        return [row for row in read.engagements if row.person_id in of or row.organisation_id in at]
    return list(Engagement.objects.filter(Q(person__in=list(people)) | Q(organisation__in=list(organisations))))


def held_by(rows: Iterable[Engagement]) -> list[rules.Held]:
    return [rules.Held(row.klass, row.role, row.state, row.starts, row.source_ref) for row in rows]


def led_in_guide(application: Application) -> int:
    """Submitted applications of the same unit in the same guide, without this one."""
    if (read := _READ.get()) is not None:
        return sum(guide == application.guide_id and unit == application.unit_id and pk != application.pk for pk, guide, unit, _who in read.counting)
    return (
        Application.objects.filter(
            guide=application.guide_id, unit=application.unit_id, status__in=states.COUNTING
        ).exclude(pk=application.pk).count()
    )


def led_by_person(application: Application) -> int:
    if (read := _READ.get()) is not None:
        return sum(guide == application.guide_id and who == application.leader_id and pk != application.pk for pk, guide, _unit, who in read.counting)
    return (
        Application.objects.filter(
            guide=application.guide_id, leader=application.leader_id, status__in=states.COUNTING
        ).exclude(pk=application.pk).count()
    )


def _engagement_facts(application: Application) -> dict[str, Fact]:
    rows = engagements([application.leader_id], [application.unit_id])
    leader = [row for row in rows if row.person_id == application.leader_id]
    unit = [row for row in rows if row.organisation_id == application.unit_id]
    return {
        **held.engagement_facts(unit, leader, day=clock.today(), own=application.ref),
        "unit.led_this_guide": Fact(led_in_guide(application) + 1, _("records of this portal")),
    }


def _post_facts(application: Application) -> dict[str, Fact]:
    day = clock.today()
    rows = [row for row in held.posts_of([application.leader_id], day) if row.organisation_id == application.unit_id]
    return held.post_facts(held.post_of(rows), day=day)


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
        "team.members": Fact(_member_rows(application, team), source, "、".join(row.name for row in team)),
    }


def _partner_facts(application: Application) -> dict[str, Fact]:
    """Partners one by one, and how many of them sit outside the city or abroad (seen by registration, then by what is typed)."""
    rows, source = parts.rows_of(application, "partners", "organisation"), _("list of partners")
    told = [
        {
            "partner.kind": partner.organisation.kind if partner.organisation else None,
            "partner.region": (partner.organisation.region if partner.organisation else partner.region) or None,
            "partner.is_overseas": _overseas(partner), "partner.share": partner.share, "partner.is_related": partner.is_related,
        }
        for partner in rows
    ]
    home = next(iter(REGION_ALIASES.values()))
    known = all(row["partner.region"] or row["partner.is_overseas"] for row in told)
    outside = [row for row in told if row["partner.is_overseas"] or not region(row["partner.region"] or "").startswith(home)]
    kinds = [row["partner.kind"] for row in told]
    found = {
        "application.partner_count": len(rows), "team.partners": told,
        "application.overseas_partners": sum(row["partner.is_overseas"] for row in told),
        "application.out_of_city_partners": len(outside) if known else None,
        "application.partner_kinds": kinds if all(kinds) else None,
    }
    return {name: Fact(value, source, "" if name != "team.partners" else "、".join(p.name for p in rows))
            for name, value in found.items() if value is not None}


def _overseas(partner: Partner) -> bool:
    if partner.organisation:
        return partner.organisation.kind == OrgKind.OVERSEAS
    return bool(partner.country) and not partner.uscc


def _member_rows(application: Application, team: list[TeamMember]) -> list[dict[str, Any]]:
    """The members in their order; months of insurance are those the unit has told of people registered here."""
    day = clock.today()
    posts: dict[tuple[int, int], list[Any]] = {}
    for post in held.posts_of([m.person_id for m in team if m.person_id], day):
        posts.setdefault((post.organisation_id, post.person_id), []).append(post)
    rows = []
    for member in team:
        key = (member.organisation_id or 0, member.person_id or 0)
        insured = held.post_facts(held.post_of(posts.get(key, [])), day=day).get("leader.insurance_months")
        rows.append({
            "member.of_lead_unit": member.organisation_id == application.unit_id, "member.full_time": member.full_time,
            "member.insurance_months": insured.value if insured else None,
            "member.birth_date": member.birth_date.isoformat() if member.birth_date else None,
            "member.gender": member.gender or None, "member.degree": member.degree or None,
            "member.title": member.title or None, "member.person_months": member.person_months,
        })
    return rows


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
    if (part := rules.ratio(application.requested, total)) is not None:
        facts["application.requested_share"] = Fact(part, source, f"{part * 100:.1f}%")
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
    for part in (
        _money_facts(application), _team_facts(application), _partner_facts(application), unit_facts(application.unit),
        leader_facts(application.leader), _post_facts(application), _engagement_facts(application),
        held.guide_facts(application.guide),
    ):
        facts.update(part)
    return facts
