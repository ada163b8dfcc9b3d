"""Verbs of the public notice: prepared with its document, opened, closed by the clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import actions as applications
from core import clock, deadlines, ledger, parameters
from core.workflow import Refused
from notices import actions as notices
from projects import documents, policies, queries
from projects.models import ProposalList, Publicity
from projects.states import ListStatus
from projects.workflow import PUBLICITY


def closing(opens_at: datetime, days: int) -> datetime:
    """Midnight after the last day; the day of publication is not counted (10 natural days by the notices of the city)."""
    day = timezone.localdate(opens_at) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def days_of(guide: Any) -> int:
    """Days of the notice: what the guide says, never less than the parameter in force."""
    return max(int(guide.publicity_days or 0), int(parameters.value("objection.window")))


@transaction.atomic
def prepare_publicity(actor: Any, proposal: ProposalList) -> Publicity:
    """One notice per decided list. Nothing is public yet."""
    if reason := policies.is_resource(actor):
        raise Refused(reason)
    row = ProposalList.objects.select_for_update(no_key=True, of=("self",)).select_related("guide").get(pk=proposal.pk)
    if row.status != ListStatus.DECIDED:
        raise Refused(_("Only a decided list is published."))
    if not row.items.filter(selected=True).exists():
        raise Refused(_("The list proposes no award; there is nothing to publish."))
    opens_at = clock.now()
    found, made = Publicity.objects.get_or_create(proposal=row, defaults={
        "opens_at": opens_at, "closes_at": closing(opens_at, days_of(row.guide)), "created_by": actor.person})
    if made:
        ledger.record("projects.publicity.prepare", found, actor)
    return found


@transaction.atomic
def open_publicity(actor: Any, publicity: Publicity) -> Publicity:
    """PREPARED -> OPEN: times count from now, the notice is issued under the signature of the leader who decided, the
    applications stand in PUBLICITY, the closing timer is set."""
    days = days_of(publicity.proposal.guide)
    opens_at = clock.now()
    if reasons := PUBLICITY.why_not("open", actor, publicity):
        raise Refused(reasons)
    Publicity.objects.filter(pk=publicity.pk, status="PREPARED").update(opens_at=opens_at, closes_at=closing(opens_at, days))
    row = PUBLICITY.move("open", actor, publicity)
    row.refresh_from_db()
    items = list(queries.items_of(row.proposal, selected=True))
    for item in items:
        applications.publicise(actor, item.application)
    document = notices.draft(
        actor, documents.PUBLICITY, subject=row, title=documents.publicity_title(row.proposal.guide),
        context=documents.publicity_context(row, items, days), is_public=True,
    )
    issued = notices.issue_now(actor, row.proposal.decided_by, document)
    Publicity.objects.filter(pk=row.pk).update(document=issued)
    deadlines.set("projects.publicity.close", row, row.closes_at)
    row.refresh_from_db()
    return row


def close_publicity(actor: Any, publicity: Publicity) -> Publicity:
    """OPEN -> CLOSED by the clock; objections filed in time go on."""
    return PUBLICITY.move("close", actor, publicity)
