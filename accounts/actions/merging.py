"""Duplicates of people and of units become one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import policies
from accounts.actions.people import end_sessions
from accounts.actions.roles import end_role, grant_role, request_membership
from accounts.models import (
    Organisation,
    Person,
)
from accounts.policies import Actor
from accounts.states import (
    MembershipStatus,
)
from accounts.workflow import (
    ORGANISATION,
)
from core import (
    ledger,
)
from core.clock import CoreNow
from core.workflow import Refused


@transaction.atomic
def merge_people(actor: Actor, keep: Person, drop: Person, *, why: str) -> Person:
    """Two accounts of one person: memberships, employments, marks and engagements go to `keep`; `drop` is closed."""
    if reason := policies.is_sysadmin(actor):
        raise Refused(reason)
    if keep.pk == drop.pk:
        raise Refused(_("Choose two different accounts."))
    for row in drop.memberships.filter(status=MembershipStatus.ACTIVE):
        grant_role(actor, keep, row.organisation, row.role, scope=row.scope, division=row.division, since=row.since,
                   until=row.until, carried=True)
        end_role(actor, row, why=why, unit_closes=True)
    for relation in ("employments", "marks", "engagements"):
        getattr(drop, relation).update(person=keep)
    Person.objects.filter(pk=drop.pk).update(merged_into=keep, is_active=False, ended_at=CoreNow())
    end_sessions(drop)
    ledger.record("accounts.person.merge", keep, actor, why=why, dropped=str(drop.uid))
    return keep


@transaction.atomic
def merge_organisations(actor: Actor, keep: Organisation, drop: Organisation, *, why: str) -> Organisation:
    """Two records of one unit: members move to `keep`; `drop` keeps its history and points to it."""
    if keep.pk == drop.pk:
        raise Refused(_("Choose two different units."))
    row = ORGANISATION.move("merge", actor, drop, why=why, data={"into": keep.ref})
    row.merged_into = keep
    row.save(update_fields=["merged_into"])
    for membership in drop.memberships.filter(status=MembershipStatus.ACTIVE):
        grant_role(policies.system("merge"), membership.person, keep, membership.role, scope=membership.scope,
                   since=membership.since, until=membership.until)
        end_role(policies.system("merge"), membership, why=why, unit_closes=True)
    for membership in drop.memberships.filter(status=MembershipStatus.REQUESTED):  # they ask the unit that stays
        end_role(policies.system("merge"), membership, why=why, unit_closes=True)
        request_membership(Actor(person=membership.person), keep)
    drop.employments.update(organisation=keep)
    return keep
