"""Clock: evaluations of ended projects, reminders before and after the end of a project."""

from __future__ import annotations

from datetime import timedelta

from accounts.policies import system
from core import clock, parameters
from core.tasks import sweep
from performance import actions, queries
from projects import queries as projects


@sweep("performance.evaluations")
def open_evaluations() -> int:
    """Every ended project has its evaluation, whatever was missed; a second run finds none."""
    found = 0
    for project in queries.unevaluated()[:200]:
        actions.open_evaluation(system("clock"), project)
        found += 1
    return found


@sweep("performance.reminders")
def remind_of_acceptance() -> int:
    """On the days of parameter acceptance.overdue_warn, counted from the end of the project; told once each."""
    found = 0
    for days in parameters.value("acceptance.overdue_warn"):
        for project in projects.ending_on(clock.today() - timedelta(days=int(days))):
            actions.remind_overdue(system("clock"), project, days=int(days))
            found += 1
    return found
