"""What follows an award, after it has been committed: the contract is drafted, so that no project is forgotten."""

from __future__ import annotations

from typing import Any

from accounts.policies import system
from core.events import on
from projects import actions


@on("projects.project.award")
def draft_contract(event: Any) -> None:
    if event.target.status == "CONTRACT_PENDING":
        actions.draft_contract(system("award"), event.target)
