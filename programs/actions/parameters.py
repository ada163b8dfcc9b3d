"""Deciding numbers change by two persons and from a day to come (clause T3): asked by one, decided by another."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, ledger
from core.clock import CoreNow
from core.models import Parameter
from core.workflow import Refused
from programs import policies, queries, rules, states
from programs.models import ParameterChange
from programs.workflow import PARAMETER_CHANGE


@transaction.atomic
def ask_parameter(actor: Any, *, key: str, value: Any, effective_from: date, source: str, why: str) -> ParameterChange:
    """Ask for a new value from a day to come. One request per number waits at a time. Records
    programs.parameter_change.ask."""
    if reason := policies.is_planner(actor):
        raise Refused([reason])
    history = queries.parameter_history(key)
    found = rules.parameter_problems(history[0].value, value, effective_from, clock.today(), history[0].effective_from, history[0].unit)
    if ParameterChange.objects.filter(key=key, status=states.ParameterStatus.REQUESTED).exists():
        found.append(_("A new value of this number already awaits a second person."))
    if not source.strip() or not why.strip():
        found.append(_("A new value needs its source and a reason."))
    if found:
        raise Refused(found)
    change = ParameterChange.objects.create(
        key=key, value=value, effective_from=effective_from, source=source.strip(), why=why.strip(), requested_by=actor.person)
    ledger.record("programs.parameter_change.ask", change, actor, why=why, before={"value": history[0].value},
                  after={"key": key, "value": value, "effective_from": effective_from})
    return change


@transaction.atomic
def approve_parameter(actor: Any, change: ParameterChange) -> ParameterChange:
    """REQUESTED -> APPROVED by a leader who did not ask; the value becomes a row of the numbers, the old one stays.

    Refused when the day has come meanwhile: a number is never changed backwards (clause T3).
    """
    row = PARAMETER_CHANGE.move("approve", actor, change)
    old = queries.parameter_history(row.key)[0]
    if found := rules.parameter_problems(old.value, row.value, row.effective_from, clock.today(), old.effective_from, old.unit):
        raise Refused(found)
    Parameter.objects.create(
        key=row.key, value=row.value, unit=old.unit, effective_from=row.effective_from, source=row.source, note=old.note)
    return _decided(actor, row)


@transaction.atomic
def refuse_parameter(actor: Any, change: ParameterChange, *, why: str) -> ParameterChange:
    """REQUESTED -> REFUSED with a reason."""
    return _decided(actor, PARAMETER_CHANGE.move("refuse", actor, change, why=why, reason=why))


@transaction.atomic
def take_back_parameter(actor: Any, change: ParameterChange) -> ParameterChange:
    """REQUESTED -> TAKEN_BACK by the person who asked."""
    return _decided(actor, PARAMETER_CHANGE.move("take_back", actor, change))


def _decided(actor: Any, change: ParameterChange) -> ParameterChange:
    ParameterChange.objects.filter(pk=change.pk).update(decided_by=actor.person, decided_at=CoreNow())
    change.refresh_from_db()
    return change
