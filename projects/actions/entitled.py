"""Award without application (免申即享): what a unit confirmed becomes a project without contract, paid once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from core import clock, ledger, refs, search
from core.workflow import Refused
from programs.models import Entitlement
from programs.states import EntitlementStatus
from projects import documents, policies, rules
from projects.actions.awards import write_lines
from projects.models import Project
from projects.states import ProjectStatus


@transaction.atomic
def award_entitlement(actor: Any, row: Entitlement) -> Project:
    """A confirmed entitlement -> its project, COMPLETED, with one payment; asked twice it is the same project.

    The money and the number were taken from the plan item when the list was approved, so nothing is taken here. Who
    confirmed for the unit stands where another project has its leader; limits count the unit only. Only the system.
    Records projects.project.award.
    """
    if reason := policies.is_system(actor):
        raise Refused(reason)
    held = Entitlement.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "guide__special", "guide__version", "organisation", "answered_by", "roll").get(pk=row.pk)
    if known := Project.objects.filter(entitlement=held).first():
        return known
    if held.status != EntitlementStatus.CONFIRMED:
        raise Refused(_("The unit has not confirmed this entitlement."))
    guide, unit, year = held.guide, held.organisation, clock.today().year
    project = Project.objects.create(
        number=rules.project_number(guide.special.prefix, year, refs.next_number(f"project.{guide.special.prefix}", str(year))),
        entitlement=held, guide=guide, special=guide.special, leader=held.answered_by, unit=unit, title=documents.called(guide.title)[:200],
        amount=held.amount, mode=guide.funding_mode, awarded_at=clock.now(), status=ProjectStatus.COMPLETED,
        award_document=held.roll.document, is_demo=held.roll.is_demo,
    )
    Project.objects.filter(pk=project.pk).update(search=search.vector(project.number, project.title, unit.name, project.leader.name))
    write_lines(project)
    today = clock.today()
    accounts.engage(actor, organisation=unit, klass=guide.special.code, role="LEAD", state="ENDED", starts=today, ends=today, source=project)
    ledger.record("projects.project.award", project, actor, after={"status": project.status, "amount": project.amount},
                  entitlement=held.roll.ref)
    return project
