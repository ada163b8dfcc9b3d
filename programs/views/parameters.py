"""The numbers that decide: as of a day, with their history and the two-person change (clause T3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.models import Parameter
from core.web import lists, steps
from core.web.access import access
from core.web.once import once
from core.web.templatetags.st import tag
from programs import actions, policies, queries
from programs.forms.basis import ParameterForm
from programs.models import ParameterChange
from programs.views.attempt import attempt
from programs.workflow import PARAMETER_CHANGE

TONES = {"REQUESTED": "doing", "APPROVED": "good", "REFUSED": "bad"}


def parameter_url(row: Any) -> str:
    return reverse("programs:desk:parameter", args=[row.key])


class Parameters(lists.Listing):
    name = "parameters"
    title = gettext_lazy("Numbers that decide")
    search_fields = ("key", "note", "source")
    hint = gettext_lazy("Key, meaning or source.")
    sorts = {"key": "key", "from": "-effective_from"}
    per_page = 50
    columns = (
        lists.Col("note", gettext_lazy("Meaning"), main=True, link=parameter_url, show=lambda row: row.note or row.key,
                  sub=lambda row: format_html("<code>{}</code>", row.key)),
        lists.Col("key", gettext_lazy("Key"), export_only=True),
        lists.Col("value", gettext_lazy("Value"), value=lambda row: queries.value_words(row.value),
                  show=lambda row: queries.measured(row.value, row.unit)[0]),
        lists.Col("unit", gettext_lazy("Unit of measure"), value=lambda row: queries.unit_words(row.unit),
                  show=lambda row: queries.measured(row.value, row.unit)[1]),
        lists.Col("effective_from", gettext_lazy("In force from"), sort="from"),
        lists.Col("until", gettext_lazy("In force to")),
        lists.Col("source", gettext_lazy("Source")),
    )

    def key(self, row: Parameter) -> str:
        return row.key

    def prepare(self, rows: list[Parameter]) -> None:
        queries.until_of(rows)


@access(policies.is_parameter_reader)
def parameters(request: HttpRequest) -> HttpResponse:
    day, problem = queries.asked_day(request.GET.get("on", ""))
    waiting = list(queries.parameter_changes(request.actor).filter(status="REQUESTED"))
    queries.before_and_after(waiting)
    return lists.page(request, Parameters(), queries.parameter_rows(day or clock.today()), template="programs/parameters.html", context={
        "on": request.GET.get("on", ""), "day": day or clock.today(), "on_problem": problem, "waiting": waiting,
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (Parameters.title, None)],
    })


@access(policies.is_parameter_reader)
def parameter(request: HttpRequest, key: str) -> HttpResponse:
    history, asked = queries.parameter_history(key), list(queries.parameter_changes(request.actor, key))
    queries.before_and_after(asked)
    changes = [
        {"row": row, "state": tag(row.status_label, TONES.get(row.status, "")),
         "buttons": steps.buttons(PARAMETER_CHANGE, request.actor, row, {
             verb: reverse(f"programs:desk:parameter_{verb}", args=[row.pk]) for verb in PARAMETER_CHANGE.steps}, needs_why=("refuse",))}
        for row in asked
    ]
    return render(request, "programs/parameter.html", {
        "title": history[0].note or key, "key": key, "changes": changes, "today": clock.today(),
        "history": [(row, *queries.measured(row.value, row.unit)) for row in history],
        "ask_url": reverse("programs:desk:parameter_ask", args=[key]) if policies.is_planner(request.actor) is None else "",
        "crumbs": [(Parameters.title, reverse("programs:desk:parameters")), (key, None)],
    })


@access(policies.is_planner)
@once
def parameter_ask(request: HttpRequest, key: str) -> HttpResponse:
    present = queries.parameter_history(key)[0]
    form = ParameterForm(request.POST or None, present=present.value, initial={"value": queries.value_text(present.value)})
    if request.method == "POST" and form.is_valid():
        if attempt(form, actions.ask_parameter, request.actor, key=key, **form.cleaned_data):
            messages.success(request, _("The new value awaits a second person."))
            return redirect("programs:desk:parameter", key)
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Ask for a new value"), "lead": present.note or key, "back": reverse("programs:desk:parameter", args=[key]),
        "crumbs": [(Parameters.title, reverse("programs:desk:parameters")), (key, parameter_url(present)), (_("Ask for a new value"), None)],
    }, status=422 if form.errors else 200)


def _to(row: ParameterChange) -> str:
    return parameter_url(row)


parameter_approve = steps.step_view(
    queries.parameter_change, actions.approve_parameter, question=policies.is_parameter_reader, to=_to)
parameter_refuse = steps.step_view(
    queries.parameter_change, actions.refuse_parameter, question=policies.is_parameter_reader, to=_to, needs_why=True)
parameter_take_back = steps.step_view(
    queries.parameter_change, actions.take_back_parameter, question=policies.is_parameter_reader, to=_to)
