"""Every hand-over is told to those whose turn it is, in the transaction of the move itself."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.models import LedgerRow
from notices import actions as notices
from programs import queries
from programs.models import AnnualPlan, Guide, PlanChange, TopicCall

PAGES = {
    Guide: ("guide", "programs:desk:guide", "ref"), AnnualPlan: ("plan", "programs:desk:plan", "year"),
    PlanChange: ("plan_change", "programs:desk:plan_change", "ref"), TopicCall: ("topic_call", "programs:desk:topic_call", "ref"),
}


def title_of(row: Any) -> str:
    if isinstance(row, AnnualPlan):
        return _("Annual implementation plan %(year)d") % {"year": row.year}
    return str(row.title)


def hand_over(actor: Any, row: Any, *, why: str = "") -> int:
    """Tell who is next; who acted knows it already. Returns how many were told.

    The fact is the act, not the state: a guide that is returned and submitted again is told again, so the dedupe key holds
    the number of the act's record.
    """
    turn = queries.turns.turn_of(row)
    if turn is None:
        return 0
    noun, page, key = PAGES[type(row)]
    people = [person for person in turn.people if person.pk != actor.id]
    act = LedgerRow.objects.filter(target_type=row._meta.label_lower, target_id=row.pk).order_by("-pk").values_list("pk", flat=True).first()
    return notices.tell(
        people, f"{noun}.turn", lambda: _("Your turn: %(step)s — %(title)s") % {"step": turn.step, "title": title_of(row)},
        lambda: _words(actor, why), reverse(page, args=[getattr(row, key)]), dedupe=f"{noun}:{row.pk}:turn:{act}")


def returned(actor: Any, row: Any, person: Any, *, why: str) -> int:
    """Tell who drafted it that it came back, and why."""
    noun, page, key = PAGES[type(row)]
    return notices.tell(
        [person], f"{noun}.returned", lambda: _("Returned to you: %(title)s") % {"title": title_of(row)}, why,
        reverse(page, args=[getattr(row, key)]))


def _words(actor: Any, why: str) -> str:
    said = _("%(name)s has passed it on to you.") % {"name": actor.label}
    return f"{said}\n{why}" if why else said
