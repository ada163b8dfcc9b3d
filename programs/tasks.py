"""Timers of this floor. Each calls one action; being late or running twice changes nothing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock
from core.deadlines import due
from notices import actions as notices
from programs import actions, queries

CLOCK = "clock"


@due("guide.open")
def open_guide(deadline: Any) -> None:
    actions.materialise_guide(system(CLOCK), deadline.target)


@due("guide.close")
def close_guide(deadline: Any) -> None:
    actions.materialise_guide(system(CLOCK), deadline.target)


@due("annual_plan.warn")
def warn_annual_plan(deadline: Any) -> None:
    """Clause A1: the owners hear in time that the year's plan is still missing; then the day itself is watched."""
    _tell_owners(clock.today().year)
    actions.watch_annual_plan(system(CLOCK), deadline.target)


@due("annual_plan.due")
def annual_plan_due(deadline: Any) -> None:
    """31 March: the last warning; the watch moves to the next year."""
    _tell_owners(clock.today().year)
    actions.watch_annual_plan(system(CLOCK), deadline.target)


def _tell_owners(year: int) -> None:
    if queries.is_plan_decided(year):
        return
    notices.tell(
        queries.planners(), "programs.annual_plan.due",
        lambda: _("The annual plan of %(year)d is not approved yet") % {"year": year},
        lambda: _("Clause A1: the annual implementation plan is in principle made before 31 March."),
        f"/desk/plans/annual/{year}/", dedupe=f"annual_plan:{year}:{clock.today().isoformat()}",
    )


# --- demand solicitation ---


@due("topic_call.close")
def close_topic_call(deadline: Any) -> None:
    actions.close_call(system(CLOCK), deadline.target)
