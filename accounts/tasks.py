"""Clock: what ends by its date."""

from __future__ import annotations

from accounts import actions
from accounts.policies import system
from core.tasks import sweep


@sweep("accounts.roles")
def end_expired_roles() -> int:
    return actions.end_expired_roles(system("clock"))


@sweep("accounts.sessions")
def forget_ended_sessions() -> int:
    return actions.forget_ended_sessions()
