"""The bureau's side: examine final reports, confirm conclusions, score, confirm scores."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications import queries as filed
from core.web import charts, lists, steps
from core.web.access import access
from performance import actions, policies, queries, rules, states
from performance.forms import AssessForm, ExamineForm, ProposeForm, ScoreForm
from performance.models import Acceptance, Evaluation
from performance.workflow import ACCEPTANCE, EVALUATION

TONES = {"OPEN": "warn", "PROPOSED": "doing", "SCORED": "doing", "CONFIRMED": "good"}


def acceptance_url(row: Acceptance) -> str:
    return reverse("performance:desk:acceptance", args=[row.uid])


def evaluation_url(row: Evaluation) -> str:
    return reverse("performance:desk:evaluation", args=[row.uid])


class Acceptances(lists.Listing):
    name = "acceptances"
    title = gettext_lazy("Acceptance")
    search_fields = ("project__number", "project__title", "project__unit__name")
    columns = (
        lists.Col("project", gettext_lazy("Project"), main=True, link=acceptance_url,
                  value=lambda row: row.project.title, sub=lambda row: row.project.number),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.project.unit.name),
        lists.Col("round", gettext_lazy("Round"), kind="num"),
        lists.Col("opened_at", gettext_lazy("Filed on"), sort="opened"),
        lists.Col("conclusion", gettext_lazy("Conclusion"), show=lambda row: row.conclusion_label or "—"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, TONES[row.status])),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.AcceptanceStatus.choices),
        lists.Facet("conclusion", gettext_lazy("Conclusion"), states.Conclusion.choices),
    )
    sorts = {"new": "-pk", "opened": "opened_at", "opened_down": "-opened_at"}
    empty_title = gettext_lazy("No final report has been filed yet")


class Evaluations(lists.Listing):
    name = "evaluations"
    title = gettext_lazy("Performance")
    search_fields = ("project__number", "project__title", "project__unit__name")
    columns = (
        lists.Col("project", gettext_lazy("Project"), main=True, link=evaluation_url,
                  value=lambda row: row.project.title, sub=lambda row: row.project.number),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.project.unit.name),
        lists.Col("special", gettext_lazy("Special"), value=lambda row: row.project.special.label),
        lists.Col("score", gettext_lazy("Performance score"), kind="num", sort="score",
                  show=lambda row: "—" if row.score is None else rules.shown(row.score)),
        lists.Col("grade", gettext_lazy("Grade"), show=lambda row: row.grade_label or "—"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, TONES[row.status]),
                  sub=lambda row: _("waits for the final report of the leader") if row.status == "OPEN" and row.report_id is None else ""),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.EvaluationStatus.choices),
              lists.Facet("ready", gettext_lazy("Condition"), (("yes", gettext_lazy("Can be scored")), ("no", gettext_lazy("Waits for a report or its examination"))),
                          queries.scorable))
    sorts = {"new": "-pk", "score": "score", "score_down": "-score"}
    empty_title = gettext_lazy("No project has come to its evaluation yet")


@access(policies.is_staff)
def acceptance_list(request: HttpRequest) -> HttpResponse:
    counts = queries.waiting(request.actor)
    kpis = [
        {"label": _("To be examined"), "value": counts["examine"], "link": "?status=OPEN"},
        {"label": _("To be confirmed"), "value": counts["confirm"], "link": "?status=PROPOSED"},
    ]
    return lists.page(request, Acceptances(), policies.acceptances_visible_to(request.actor),
                      template="performance/list.html", context={"kpis": kpis})


@access(policies.is_staff)
def evaluation_list(request: HttpRequest) -> HttpResponse:
    rows, counts = policies.evaluations_visible_to(request.actor), queries.waiting(request.actor)
    kpis = [
        {"label": _("To be scored"), "value": counts["score"], "link": "?ready=yes"},
        {"label": _("To be confirmed"), "value": counts["confirm_score"], "link": "?status=SCORED"},
    ]
    done = rows.filter(status=states.EvaluationStatus.CONFIRMED)
    return lists.page(request, Evaluations(), rows, template="performance/list.html", context={
        "kpis": kpis, "chart": charts.bars(_("Confirmed grades"), queries.grades(done), note=_("number of projects")),
    })


def examine_forms(row: Acceptance, data: Any = None) -> list[ExamineForm]:
    return [ExamineForm(data, result=result) for result in queries.results_of(row.report)]


def _confirm_first(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """To confirm is what the leader came for; it is asked once more, since it ends the project, but is no alarm."""
    return sorted(({**one, "ask": one["verb"] == "confirm"} for one in buttons), key=lambda one: not one["ask"])


def _acceptance_context(request: HttpRequest, row: Acceptance, rows: list[ExamineForm], form: Any) -> dict[str, Any]:
    urls = {verb: reverse(f"performance:desk:acceptance_{verb}", args=[row.uid]) for verb in ("return", "confirm")}
    return {
        "title": row.project.title, "acceptance": row, "report": row.report, "rows": rows, "form": form,
        "tone": TONES[row.status], "bands": queries.bands(),
        "may_examine": row.status == "OPEN" and policies.examines(request.actor, row) is None,
        "missed": sum(one.result.missed for one in rows),
        "buttons": _confirm_first(steps.buttons(ACCEPTANCE, request.actor, row, urls, needs_why=("return",))),
        "events": queries.history_of([row, row.report]), "words": filed.said(request.actor, row.project.application),
        "crumbs": [(_("Acceptance"), reverse("performance:desk:acceptances")), (row.project.number, None)],
    }


@access(policies.is_staff)
def acceptance(request: HttpRequest, uid: Any) -> HttpResponse:
    """The final report with its targets; the examiner enters what was found, then proposes the conclusion."""
    row = queries.get_acceptance(request.actor, uid)
    if request.method != "POST":
        return render(request, "performance/acceptance.html",
                      _acceptance_context(request, row, examine_forms(row), ProposeForm()))
    rows = examine_forms(row, request.POST)
    if all([one.is_valid() for one in rows]):  # noqa: C419 (every row shows its own errors)
        for one in rows:
            if not one.is_empty():
                data = one.cleaned_data
                actions.examine(request.actor, row, one.result, found=data.get("found"), band=data.get("band", ""),
                                share=data.get("share"), note=data["note"])
        messages.success(request, _("Saved."))
        return redirect(acceptance_url(row))
    return render(request, "performance/acceptance.html",
                  _acceptance_context(request, row, rows, ProposeForm()), status=422)


@access(policies.is_staff)
@require_POST
def acceptance_propose(request: HttpRequest, uid: Any) -> HttpResponse:
    row, form = queries.get_acceptance(request.actor, uid), ProposeForm(request.POST)
    if not form.is_valid():
        return render(request, "performance/acceptance.html",
                      _acceptance_context(request, row, examine_forms(row), form), status=422)
    actions.propose(request.actor, row, **form.cleaned_data)
    messages.success(request, _("The conclusion has been proposed; a leader confirms it."))
    return redirect(acceptance_url(row))


acceptance_return = steps.step_view(
    queries.get_acceptance, actions.return_acceptance, question=policies.is_staff, to=acceptance_url, needs_why=True)
acceptance_confirm = steps.step_view(
    queries.get_acceptance, actions.confirm, question=policies.is_staff, to=acceptance_url)


@access(policies.is_staff)
def evaluation(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_evaluation(request.actor, uid)
    parts = queries.parts_of(row)
    urls = {verb: reverse(f"performance:desk:evaluation_{verb}", args=[row.uid]) for verb in ("return", "confirm")}
    results = queries.results_of(row.report) if row.report else []
    return render(request, "performance/evaluation.html", {
        "title": row.project.title, "evaluation": row, "parts": parts, "tone": TONES[row.status],
        "shown": None if row.score is None else rules.shown(row.score),
        "chart": charts.bullet(_("Points reached of each part"), [(str(p["label"]), p["points"], p["weight"]) for p in parts],
                               note=_("points; the mark is the most that can be reached")) if parts else None,
        "results": [{"row": result, "percent": queries.share_of(result) * 100} for result in results],
        "form": ScoreForm(), "may_score": not EVALUATION.why_not("score", request.actor, row),
        "reasons": EVALUATION.why_not("score", request.actor, row) if "score" in EVALUATION.open_to(request.actor, row) else [],
        "buttons": steps.buttons(EVALUATION, request.actor, row, urls, needs_why=("return",)),
        "events": queries.history_of([row]),
        "crumbs": [(_("Performance"), reverse("performance:desk:evaluations")), (row.project.number, None)],
    })


@access(policies.is_staff)
@require_POST
def evaluation_score(request: HttpRequest, uid: Any) -> HttpResponse:
    row, form = queries.get_evaluation(request.actor, uid), ScoreForm(request.POST)
    if form.is_valid():
        scored = actions.score(request.actor, row, comment=form.cleaned_data["comment"])
        messages.success(request, _("Score %(score)s, grade %(grade)s.") % {
            "score": rules.shown(scored.score), "grade": scored.grade_label})
    return redirect(evaluation_url(row))


evaluation_return = steps.step_view(
    queries.get_evaluation, actions.return_score, question=policies.is_staff, to=evaluation_url, needs_why=True)
evaluation_confirm = steps.step_view(
    queries.get_evaluation, actions.confirm_score, question=policies.is_staff, to=evaluation_url)


@access(policies.is_staff)
@require_POST
def report_assess(request: HttpRequest, uid: Any) -> HttpResponse:
    """What is found of an annual report; a faulty form is refused with its faults and keeps what was typed."""
    row = actions.assess(request.actor, queries.get_report(request.actor, uid), **steps.cleaned(AssessForm(request.POST)))
    messages.success(request, _("The annual report has been assessed."))
    return redirect("performance:my:report", row.uid)
