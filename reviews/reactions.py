"""What follows below, after it has been committed: an application that is withdrawn leaves its review."""

from __future__ import annotations

from typing import Any

from accounts.policies import system
from core.events import on
from reviews import actions


@on("applications.application.withdraw")
def leave_review(event: Any) -> None:
    """Nobody goes on scoring it, and it takes no place from another in the ranking."""
    if event.target.status == "WITHDRAWN":
        actions.drop_application(system("withdrawal"), event.target, why=event.why or "withdrawn")
