"""Suspend, resume and cancel a special, as an adjustment case says. Its running projects go on in any case (clause T2)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from programs.models import Special
from programs.workflow import SPECIAL


@transaction.atomic
def suspend_special(actor: Any, special: Special, *, why: str) -> Special:
    """ACTIVE -> SUSPENDED: no guide of it can be published (clauses R3, T2). The system does it, for a case."""
    return SPECIAL.move("suspend", actor, special, why=why, reason=why)


@transaction.atomic
def resume_special(actor: Any, special: Special, *, why: str) -> Special:
    """SUSPENDED -> ACTIVE. The system does it, for a case."""
    return SPECIAL.move("resume", actor, special, why=why, reason=why)


@transaction.atomic
def cancel_special(actor: Any, special: Special, *, why: str) -> Special:
    """-> CANCELLED for good; a new case or tree version is needed to have it again. The system does it, for a case."""
    return SPECIAL.move("cancel", actor, special, why=why, reason=why)
