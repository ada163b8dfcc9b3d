"""The formality check in the hands of a professional institution for a time (clause R11), and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import Organisation
from accounts.policies import system
from accounts.states import OrganisationStatus, OrgKind, Role
from applications import policies, queries, states
from applications.models import Application, Handover
from applications.workflow import HANDOVER
from core import clock, deadlines, ledger
from core.workflow import Refused
from notices import actions as notices
from programs.models import Guide

END = "applications.handover_end"


@transaction.atomic
def hand_over(actor: Any, organisation: Organisation, *, guide: Guide, applications: Sequence[Application] = (), since: date,
              until: date, reason: str) -> Handover:
    """Hand the check of a guide, or of chosen applications of it, to an institution. Records applications.handover.give; the
    institution's people are told. The guide row is locked, so that two hands cannot give the same away."""
    if refusal := policies.hands_over(actor, guide):
        raise Refused([refusal])
    Guide.objects.select_for_update(no_key=True).get(pk=guide.pk)
    chosen = list(applications)
    if found := _problems(guide, organisation, chosen, since, until, reason):
        raise Refused(found)
    row = Handover.objects.create(guide=guide, organisation=organisation, whole=not chosen, since=since, until=until, reason=reason.strip(),
                                  handed_by=actor.person, is_demo=guide.is_demo)
    row.applications.set(chosen)
    ledger.record("applications.handover.give", row, actor, why=reason, unit=organisation.name, since=since.isoformat(),
                  until=until.isoformat(), chosen=[one.ref for one in chosen])
    deadlines.set(END, row, timezone.make_aware(datetime.combine(until + timedelta(days=1), time())))
    notices.tell(people_of(organisation), "application.handed_over", lambda: _("The formality check is handed over to you: %(guide)s") % {
        "guide": guide.title}, row.reason, reverse("applications:desk:handover", args=[row.uid]), dedupe=f"handover:{row.pk}")
    return row


def _problems(guide: Guide, organisation: Organisation, chosen: list[Application], since: date, until: date, reason: str) -> list[str]:
    found = []
    if organisation.kind != OrgKind.AGENCY or organisation.status != OrganisationStatus.VERIFIED:
        found.append(_("Clause R11: only a verified professional institution is given checks."))
    if until < since or until < clock.today():
        found.append(_("Clause R11: the handover ends before it begins."))
    if not reason.strip():
        found.append(_("A reason is needed."))
    if any(one.guide_id != guide.pk for one in chosen):
        found.append(_("Clause R11: the chosen applications belong to one guide."))
    if decided := [one.ref for one in chosen if one.status not in states.AT_CHECK]:
        found.append(_("Only what is still to be checked is handed over; decided already: %(refs)s") % {"refs": "、".join(decided)})
    if own := [one.ref for one in chosen if one.unit_id == organisation.pk]:
        found.append(_("Clause R11: an institution does not check its own application: %(refs)s") % {"refs": "、".join(own)})
    if other := queries.standing_in_the_way(guide, chosen, since, until):
        found.append(_("Clause R11: this is handed over to “%(unit)s” until %(until)s; take it back first.") % {
            "unit": other.organisation.name, "until": other.until.isoformat()})
    return found


def people_of(organisation: Organisation) -> list[Any]:
    return list(people.holders(Role.AGENCY).filter(memberships__organisation=organisation, memberships__role=Role.AGENCY).distinct())


def _back(verb: str, actor: Any, row: Handover, why: str) -> Handover:
    moved = HANDOVER.move(verb, actor, row, why=why, reason=why)
    notices.tell(people_of(moved.organisation), "application.handed_over", lambda: _("The formality check is with the division again: %(guide)s") % {
        "guide": moved.guide.title}, why, reverse("applications:desk:handover", args=[moved.uid]),
        dedupe=f"handover:{moved.pk}:{verb}:{clock.now():%Y%m%d%H%M%S}")
    return moved


@transaction.atomic
def take_check_back(actor: Any, row: Handover, *, why: str) -> Handover:
    """-> ENDED at any time, with the reason; what the institution has ticked stays for whoever goes on."""
    moved = _back("take_back", actor, row, why)
    deadlines.cancel(END, moved)
    return moved


@transaction.atomic
def suspend_handover(actor: Any, row: Handover, *, why: str) -> Handover:
    return _back("suspend", actor, row, why)


@transaction.atomic
def resume_handover(actor: Any, row: Handover) -> Handover:
    return HANDOVER.move("resume", actor, row)


@transaction.atomic
def expire_handover(actor: Any, row: Handover) -> Handover:
    """By the clock; a row that has ended already is left alone."""
    row.refresh_from_db()
    if row.status == states.HandoverStatus.ENDED:
        return row
    return HANDOVER.move("expire", actor, row)


def suspend_of_institution(organisation: Organisation, *, why: str) -> int:
    """An institution that is suspended keeps nothing: its handovers stand still, and who gave them is told."""
    rows = list(Handover.objects.filter(organisation=organisation, status=states.HandoverStatus.ACTIVE).select_related("guide", "handed_by"))
    for row in rows:
        suspend_handover(system("R11"), row, why=why or _("The institution is suspended."))
        notices.tell([row.handed_by], "application.handed_over", lambda row=row: _("“%(unit)s” is suspended; the checks are with the division again: %(guide)s") % {
            "unit": organisation.name, "guide": row.guide.title}, why, reverse("applications:desk:handover", args=[row.uid]))
    return len(rows)
