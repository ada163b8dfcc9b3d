"""An action behind a form: what it refuses is said on the form, so nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import BaseFormSet, Form

from core.web import steps
from core.workflow import Machine, Refused
from programs import policies, queries


def attempt(form: Form | BaseFormSet, act: Callable[..., Any], *args: Any, **values: Any) -> Any:
    """The result of the action, or None with its reasons as errors of the whole form."""
    try:
        return act(*args, **values)
    except Refused as refused:
        for reason in refused.reasons:
            if isinstance(form, BaseFormSet):
                form.non_form_errors().append(reason)
            else:
                form.add_error(None, reason)
        return None


def moves(machine: Machine, get: Callable[..., Any], to: Callable[[Any], str], question: Any = policies.is_staff) -> Callable[..., Any]:
    """Makes the views of a machine's moves: `step = moves(GUIDE, get, to)`, then `step("submit", actions.submit_guide)`. Each says
    afterwards what was done, the state now, and whose turn is next."""

    def step(verb: str, act: Callable[..., Any], *, needs_why: bool = False) -> Any:
        return steps.step_view(get, act, question=question, to=to, needs_why=needs_why,
                               done=lambda row: queries.turns.what_happened(machine.steps[verb].label, row))

    return step
