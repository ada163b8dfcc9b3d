"""What follows an award, after it has been committed: the contract is drafted, so that no project is forgotten. What
follows a confirmed entitlement: its award."""

from __future__ import annotations

from typing import Any

from accounts.policies import system
from core.events import on
from projects import actions


@on("projects.project.award")
def draft_contract(event: Any) -> None:
    if event.target.status == "CONTRACT_PENDING":
        actions.draft_contract(system("award"), event.target)


@on("programs.entitlement.confirm")
def award_entitlement(event: Any) -> None:
    """What a unit confirms without an application is awarded and paid like any other project (clause R6)."""
    actions.award_entitlement(system("entitlement"), event.target)
