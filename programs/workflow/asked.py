"""What several tables of moves ask."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def with_reason(obj: Any, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def another_person(obj: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == obj.drafted_by_id:
        return _("The person who drafted it may not approve it (two persons).")
    return None
