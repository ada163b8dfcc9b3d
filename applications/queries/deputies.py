"""Who approves for a unit besides its administrators, where and until when."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from accounts.models import Membership, Organisation, Person
from accounts.states import UNIT_ROLES, MembershipStatus, Role
from core import clock
from programs import queries as programme
from programs.models import Guide


def deputies_at(*units: Organisation | int) -> QuerySet[Membership]:
    rows = Membership.objects.filter(role=Role.ORG_DEPUTY, status=MembershipStatus.ACTIVE, organisation__in=units)
    return rows.select_related("person", "organisation").order_by("until", "pk")


def deputies(actor: Any) -> list[Membership]:
    """Of the units the person administers, with the title of the guide (`place`) and whether the right holds today (`now`)."""
    rows, day = list(deputies_at(*actor.units(Role.ORG_ADMIN))), clock.today()
    titles = dict(Guide.objects.filter(ref__in={row.scope for row in rows if row.scope}).values_list("ref", "title"))
    for row in rows:
        row.place = titles.get(row.scope, row.scope)
        row.now = row.since <= day and (row.until is None or row.until >= day)
    return rows


def speakers_of(guide: Guide, *units: int) -> list[Person]:
    """Who hears what units are told of applications in a guide: their administrators, and who approves for them today in this guide
    or in all. The same truth as policies.is_unit_admin, asked from the other side."""
    day = clock.today()
    rows = Membership.objects.filter(organisation__in=units, status=MembershipStatus.ACTIVE, person__is_active=True)
    now = rows.filter(since__lte=day).filter(Q(until=None) | Q(until__gte=day))
    inside = now.filter(role__in=UNIT_ROLES, person=OuterRef("person"), organisation=OuterRef("organisation"))
    approving = now.filter(Exists(inside), role=Role.ORG_DEPUTY, scope__in=("", guide.ref))
    heads = rows.filter(role=Role.ORG_ADMIN)
    return list(Person.objects.filter(Q(pk__in=heads.values("person")) | Q(pk__in=approving.values("person"))).order_by("pk"))


def may_be_deputies(actor: Any) -> list[Membership]:
    """People of the own units, each once, who do not approve anyway."""
    units = actor.units(Role.ORG_ADMIN)
    rows = Membership.objects.filter(status=MembershipStatus.ACTIVE, organisation__in=units, role__in=UNIT_ROLES)
    rows = list(rows.select_related("person", "organisation").order_by("organisation__name", "person__name_sort", "pk"))
    heads = {(row.person_id, row.organisation_id) for row in rows if row.role == Role.ORG_ADMIN}
    found = {(row.person_id, row.organisation_id): row for row in rows}
    return [row for key, row in found.items() if key not in heads]


def guides_now() -> list[Guide]:
    return list(programme.open_rows(Guide.objects.all()).order_by("closes_at", "pk"))


def deputy_for(actor: Any, pk: int) -> Membership:
    found = deputies_at(*actor.units(Role.ORG_ADMIN)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
