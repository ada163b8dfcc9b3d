"""Simple moves share one view: POST, fetch through the app's own door, act, say so, go back to the page."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.web.access import Question, access
from core.workflow import Machine, Refused


def step_view(get: Callable[[Any, Any], Any], act: Callable[..., Any], *, question: Question, to: Callable[[Any], str],
              needs_why: bool = False, done: Any = None, told_there: bool = False) -> Callable[..., HttpResponse]:
    """`get(actor, key)` fetches, `act(actor, obj[, why=...])` is the action, `to(obj)` the address to go to.

    `done` is what to say afterwards: words, or a function of the row that says what happened and whose turn is next. With `told_there`
    the page at that address says it from what is stored, and no words travel there in a signed cookie.
    """

    takes_why = "why" in inspect.signature(act).parameters

    @access(question)
    @require_POST
    def view(request: HttpRequest, key: Any) -> HttpResponse:
        obj = get(request.actor, key)
        why = request.POST.get("why", "").strip()
        result = act(request.actor, obj, why=why) if takes_why and (needs_why or why) else act(request.actor, obj)
        if not told_there:
            said = done(result or obj) if callable(done) else done
            messages.success(request, str(said or _("Done.")))
        return HttpResponseRedirect(to(result or obj))  # an address: `redirect` would look for a view of that name first

    view.__name__ = getattr(act, "__name__", "step")
    return view


def buttons(machine: Machine, actor: Any, obj: Any, urls: dict[str, str], needs_why: tuple[str, ...] = (),
            second: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The buttons of a page: verbs open to the actor, with the reasons that still stand in the way. The first is the page's
    main one; those of `second` never are, as going back is not what a page is for."""
    return [
        {
            "verb": verb, "label": machine.steps[verb].label, "url": urls[verb],
            "danger": machine.steps[verb].danger, "second": verb in second, "needs_why": verb in needs_why,
            "reasons": [] if verb in needs_why else machine.why_not(verb, actor, obj),
        }
        for verb in machine.open_to(actor, obj)
        if verb in urls
    ]


def cleaned(form: forms.Form) -> dict[str, Any]:
    """What a small form of a page holds; a bad one is refused with each field's name and fault, and keeps what was typed."""
    if form.is_valid():
        return form.cleaned_data
    raise Refused([
        str(error) if name == "__all__" else _("%(field)s: %(error)s") % {"field": form.fields[name].label or name, "error": error}
        for name, errors in form.errors.items() for error in errors
    ])
