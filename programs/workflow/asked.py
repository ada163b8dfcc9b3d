"""What several tables of moves ask."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core import ledger


def with_reason(obj: Any, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def _of(machine: str, verbs: str) -> tuple[str, ...]:
    return tuple(f"{machine}.{verb}" for verb in verbs.split())


#: What making something consists of, by the record; whoever did any of it is no second person.
MAKING = {
    "programs.guide": _of("programs.guide", "create save file policies windows link_need unlink_need submit"),
    "programs.annualplan": _of("programs.annual_plan", "create money item_add item_change item_remove submit"),
    "programs.topiccall": _of("programs.topic_call", "create change asks windows submit"),
    "programs.adjustment": _of("programs.adjustment", "open change cite uncite submit"),
}


def another_person(obj: Any, *, actor: Any, **given: Any) -> str | None:
    """Neither the drafter nor anybody who changed it or submitted it agrees to it or approves it."""
    made = MAKING.get(obj._meta.label_lower, ())
    if actor.id is not None and (actor.id == obj.drafted_by_id or (made and ledger.took_part(obj, actor, made))):
        return _("Whoever drafted, changed or submitted it may not approve it (two persons).")
    return None
