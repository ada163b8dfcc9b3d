"""An action behind a form: what it refuses is said on the form, so nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import BaseFormSet, Form

from core.workflow import Machine, Refused
from programs import queries


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


def said_after(machine: Machine, verb: str) -> Callable[[Any], str]:
    """What a move of this floor says afterwards: what was done, the state now, whose turn is next."""
    return lambda row: queries.turns.what_happened(machine.steps[verb].label, row)
