"""What is known of one case: the register, earlier engagements, the application itself. Each fact says its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Engagement
from applications import rules, states
from applications.models import Application
from core import clock
from programs.engine.facts import Fact
from programs.engine.forms import Form
from programs.queries import held
from programs.queries.held import leader_facts, unit_facts


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
    rows = held.memberships_on(day).filter(person=application.leader_id, organisation=application.unit_id)
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
    for part in (
        _money_facts(application), _team_facts(application), unit_facts(application.unit),
        leader_facts(application.leader), _post_facts(application), _engagement_facts(application),
        held.guide_facts(application.guide),
    ):
        facts.update(part)
    return facts
