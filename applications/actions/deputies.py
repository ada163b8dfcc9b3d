"""The administrator of a unit lets one of its people approve for it: in one guide or in all, for a time."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Membership, Organisation, Person
from accounts.states import Role
from applications import queries
from core import clock
from core.workflow import Refused
from notices import actions as notices
from programs.models import Guide


@transaction.atomic
def appoint_deputy(actor: Any, *, unit: Organisation, person: Person, guide: Guide | None, since: date, until: date) -> Membership:
    """The right is a role with a last day like every other of the house; who may give it is asked where roles are given. The
    ledger row is the one of the role (accounts.membership.confirm)."""
    scope = guide.ref if guide else ""
    if until < since or until < clock.today():
        raise Refused(_("The last day lies before the first or is over."))
    if person.memberships.filter(organisation=unit, role=Role.ORG_ADMIN, status="ACTIVE").exists():
        raise Refused(_("%(name)s is an administrator of the unit and approves anyway.") % {"name": person.name})
    for row in queries.deputies_at(unit).filter(person=person, scope=scope):
        if row.until is None or row.until >= clock.today():
            raise Refused(_("%(name)s has this right already; end it first.") % {"name": person.name})
        accounts.end_role(actor, row)  # its last day is over: only the books do not say so yet
    row = accounts.grant_role(actor, person, unit, Role.ORG_DEPUTY, scope=scope, since=since, until=until, of_guide=bool(guide))
    given = {"unit": unit.name, "guide": guide.title if guide else "", "since": since.isoformat(), "until": until.isoformat()}
    notices.tell([person], "application.deputy", lambda: _("You approve applications for %(unit)s") % given,
                 lambda: (_("In the guide “%(guide)s”, from %(since)s to %(until)s.") if guide else
                          _("In all guides, from %(since)s to %(until)s.")) % given,
                 reverse("applications:my:unit_list"), dedupe=f"deputy:{row.pk}")
    return row


def end_deputy(actor: Any, membership: Membership) -> Membership:
    """At once: every request asks for the roles in force."""
    if membership.role != Role.ORG_DEPUTY:
        raise Refused(_("This is no right to approve."))
    return accounts.end_role(actor, membership)
