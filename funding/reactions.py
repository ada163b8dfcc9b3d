"""What follows an award and a contract: the commitment is booked, the payments are planned."""

from __future__ import annotations

from typing import Any

from accounts.policies import system
from core.events import on
from funding import actions
from programs.engine import modes


@on("projects.project.award")
def book_award(event: Any) -> None:
    """A project without contract waits for the award only: its one payment is planned at once. What is not paid through
    the portal (an equity investment) commits no money."""
    if not modes.pays(event.target.mode):
        return
    actions.commit_project(system("award"), event.target)
    if event.target.status == "COMPLETED":
        actions.plan_payments(system("award"), event.target)


@on("projects.project.start")
def plan_contract_payments(event: Any) -> None:
    actions.plan_payments(system("contract"), event.target)


@on("projects.project.lapse")
def release_award(event: Any) -> None:
    actions.release_project(system("clock"), event.target)
