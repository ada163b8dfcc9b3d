"""Clock: the close of public notices, lapsed awards, overdue projects, overdue signatures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, deadlines
from core.tasks import sweep
from notices import actions as notices
from projects import actions
from projects.models import Project, Publicity


@deadlines.due("projects.publicity.close")
def close_notice(deadline: Any) -> None:
    row = deadline.target
    if row.status == "OPEN":
        actions.close_publicity(system("clock"), row)


@deadlines.due("projects.lapse")
def lapse_award(deadline: Any) -> None:
    """The contract was not signed within the time of parameter contract.sign."""
    row = deadline.target
    if row.status == "CONTRACT_PENDING":
        actions.lapse(system("clock"), row)


@sweep("projects.notices")
def close_missed_notices() -> int:
    """Notices past their time whose timer was lost; a second run finds none."""
    rows = Publicity.objects.filter(status="OPEN", closes_at__lte=clock.now())[:50]
    for row in rows:
        actions.close_publicity(system("clock"), row)
    return len(rows)


@sweep("projects.overdue")
def mark_overdue_projects() -> int:
    rows = Project.objects.filter(status="ACTIVE", ends_on__lt=clock.today())[:200]
    for row in rows:
        actions.mark_overdue(system("clock"), row)
    return len(rows)


@sweep("projects.sign_reminder")
def remind_to_sign() -> int:
    """Seven days before an award lapses."""
    rows = Project.objects.filter(status="CONTRACT_PENDING", sign_by=clock.today() + timedelta(days=7)).select_related("unit", "leader")
    for row in rows[:200]:
        notices.tell(
            [row.unit, row.leader], "projects.contract.remind",
            lambda row=row: _("The contract of %(number)s must be signed by %(day)s") % {"number": row.number, "day": row.sign_by},
            link=f"/my/projects/{row.number}/contract/", dedupe=f"sign-by:{row.pk}", statutory=True,
        )
    return len(rows)
