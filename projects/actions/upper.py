"""Thin verbs for the floors above and for the clock."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts import actions as accounts
from core import clock
from projects.models import Project
from projects.workflow import PROJECT

ENDS = {"PASSED": "pass", "RECONSIDER": "reconsider", "CLOSED": "close", "FAILED": "fail"}


def file_acceptance(actor: Any, project: Project) -> Project:
    """ACTIVE, OVERDUE or RECONSIDER -> ACCEPTANCE by the unit."""
    return PROJECT.move("file_acceptance", actor, project)


@transaction.atomic
def conclude(actor: Any, project: Project, conclusion: str) -> Project:
    """ACCEPTANCE -> the end that the leader confirmed; an end lifts the engagement of leader and unit."""
    row = PROJECT.move(ENDS[conclusion], actor, project)
    if conclusion != "RECONSIDER":
        accounts.disengage(actor, row, state="ENDED", ends=clock.today())
    return row


def suspend(actor: Any, project: Project, *, why: str) -> Project:
    """ACTIVE -> SUSPENDED: payments stop."""
    return PROJECT.move("suspend", actor, project, why=why, reason=why)


def resume(actor: Any, project: Project, *, why: str) -> Project:
    """SUSPENDED -> ACTIVE."""
    return PROJECT.move("resume", actor, project, why=why, reason=why)


def mark_overdue(actor: Any, project: Project) -> Project:
    """ACTIVE -> OVERDUE by the clock: the term is over and nothing has been filed."""
    return PROJECT.move("overdue", actor, project)
