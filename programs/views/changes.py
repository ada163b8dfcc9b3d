"""Desk pages of the plan editor and of changes during the year."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.web import lists, steps
from core.web.access import access
from core.web.once import once
from notices import queries as notices
from programs import actions, policies, queries, states
from programs.forms.changes import ChangeForm, LineForm, PlanEditor
from programs.models import AnnualPlan, PlanChange
from programs.views.attempt import attempt, moves
from programs.views.plans import events_of, plan_url, say_saved
from programs.workflow import PLAN_CHANGE

TONES = {"DRAFT": "warn", "SUBMITTED": "doing", "CHECKED": "doing", "APPLIED": "good", "REFUSED": "bad"}


# --- the whole draft on one page, with live sums -------------------------------------------------------------------------


def _editor(request: HttpRequest, plan: AnnualPlan, editor: PlanEditor) -> HttpResponse:
    return render(request, "programs/plan_edit.html", {
        "title": _("Edit the annual plan of %(year)d") % {"year": plan.year}, "plan": plan, "editor": editor, "sums": editor.sums(),
        "forms": [editor.money, *editor.rows], "back": plan_url(plan),
        "crumbs": [(_("Annual plans"), reverse("programs:desk:plans")), (str(plan.year), plan_url(plan)), (_("Edit"), None)],
    })


@access(policies.is_planner)
def plan_edit(request: HttpRequest, year: int) -> HttpResponse:
    """All items and the figures of the year. “Work out” shows the sums without saving, for browsers without script."""
    plan = queries.get_plan(request.actor, year)
    if plan.status != states.PlanStatus.DRAFT:
        return redirect(plan_url(plan))
    editor = PlanEditor(plan, request.POST or None)
    if request.method == "POST" and "work_out" not in request.POST and editor.is_valid():
        saved = attempt(editor.money, actions.save_plan, request.actor, plan, rows=editor.clean_rows(), base=editor.base,
                        **editor.money.cleaned_data)
        if saved:
            say_saved(request, plan)
            return redirect("programs:desk:plan_edit", year=year)
    return _editor(request, plan, editor)


@access(policies.is_planner)
@require_POST
def plan_live(request: HttpRequest, year: int) -> HttpResponse:
    """The sums beside the editor from what is typed; saves nothing."""
    plan = queries.get_plan(request.actor, year)
    return render(request, "programs/_plan_live.html", {"plan": plan, "sums": PlanEditor(plan, request.POST).sums()})


# --- changes of a decided plan -------------------------------------------------------------------------------------------


def change_url(change: PlanChange) -> str:
    return reverse("programs:desk:plan_change", args=[change.ref])


class Changes(lists.Listing):
    name = "plan_changes"
    title = gettext_lazy("Changes of annual plans")
    search_fields = ("ref", "title", "reason")
    sorts = {"new": "-pk", "submitted": "-submitted_at", "submitted_up": "submitted_at"}
    columns = (
        lists.Col("title", gettext_lazy("What is to be changed"), main=True, link=change_url, sub=lambda row: row.ref),
        lists.Col("plan__year", gettext_lazy("Year"), kind="num"),
        lists.Col("requested_by__name", gettext_lazy("Asked by")),
        lists.Col("submitted_at", gettext_lazy("Submitted"), sort="submitted"),
        lists.Col("decided_at", gettext_lazy("Decided")),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, TONES.get(row.status, ""))),
        lists.Col("reason", gettext_lazy("Reason"), export_only=True),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.ChangeStatus.choices),)
    empty_title = gettext_lazy("No change has been asked for yet")
    empty_text = gettext_lazy("An approved plan is changed by request: open the plan and ask for a change.")


@access(policies.is_staff)
def change_list(request: HttpRequest) -> HttpResponse:
    context = {"crumbs": [(_("Annual plans"), reverse("programs:desk:plans")), (_("Changes of annual plans"), None)]}
    return lists.page(request, Changes(), policies.changes_visible_to(request.actor), context=context)


@access(policies.may_ask_change)
@once
def change_new(request: HttpRequest, year: int) -> HttpResponse:
    plan = queries.get_plan(request.actor, year)
    form = ChangeForm(request.POST or None, with_figures=policies.is_planner(request.actor) is None)
    if request.method == "POST" and form.is_valid():
        if change := attempt(form, actions.ask_change, request.actor, plan, **form.cleaned_data):
            messages.success(request, _("The request is begun. Now add what is to be changed."))
            return redirect(change_url(change))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Ask for a change of the annual plan of %(year)d") % {"year": year}, "back": plan_url(plan),
        "lead": _("Another person of the resource division checks it, a leader approves it; then it takes effect at once."),
    })


@access(policies.may_ask_change)
def change_edit(request: HttpRequest, ref: str) -> HttpResponse:
    change = queries.get_change(request.actor, ref)
    initial = {name: getattr(change, name) for name in ("title", "reason", "control_figure", "reserve", "assignment")}
    form = ChangeForm(request.POST or None, initial=initial, with_figures=policies.is_planner(request.actor) is None)
    if request.method == "POST" and form.is_valid():
        if attempt(form, actions.edit_change, request.actor, change, **form.cleaned_data):
            messages.success(request, _("Saved."))
            return redirect(change_url(change))
    return render(request, "st/form_page.html", {"form": form, "title": change.title, "back": change_url(change)})


@access(policies.is_staff)
def change(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_change(request.actor, ref)
    drafting = row.status == states.ChangeStatus.DRAFT and policies.asked_for_change(request.actor, row) is None
    return render(request, "programs/plan_change.html", {
        "title": row.title, "change": row, "turn": queries.turns.turn_of(row), "lines": queries.lines_of(row), "page": queries.change_page(row), "may_edit": drafting,
        "kinds": states.ChangeKind.choices, "tone": TONES.get(row.status, ""), "events": events_of(row),
        "notices": notices.about(row).filter(status="ISSUED"),
        "buttons": steps.buttons(
            PLAN_CHANGE, request.actor, row,
            {verb: reverse(f"programs:desk:change_{verb}", args=[ref]) for verb in PLAN_CHANGE.steps}, needs_why=("return", "refuse"),
        ),
        "crumbs": [(str(row.plan.year), plan_url(row.plan)), (_("Changes of annual plans"), reverse("programs:desk:plan_changes")),
                   (row.ref, None)],
    })


@access(policies.may_ask_change)
@once
def line_new(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    row = queries.get_change(request.actor, ref)
    if kind not in states.ChangeKind.values:
        raise Http404
    form = LineForm(request.POST or None, plan=row.plan, kind=kind, initial={"item": request.GET.get("item", "")})
    if request.method == "POST" and form.is_valid():
        if attempt(form, actions.add_change_line, request.actor, row, kind=kind, **form.cleaned_data):
            return redirect(change_url(row))
    return render(request, "st/form_page.html", {
        "form": form, "title": states.ChangeKind(kind).label, "lead": f"{row.ref} {row.title}", "back": change_url(row),
    })


@access(policies.may_ask_change)
@require_POST
def line_remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    row = queries.get_change(request.actor, ref)
    actions.remove_change_line(request.actor, queries.get_line(row, pk))
    messages.success(request, _("The line is removed."))
    return redirect(change_url(row))


_move = moves(PLAN_CHANGE, queries.get_change, change_url)
change_submit = _move("submit", actions.submit_change)
change_check = _move("check", actions.check_change)
change_approve = _move("approve", actions.approve_change)
change_return = _move("return", actions.return_change, needs_why=True)
change_refuse = _move("refuse", actions.refuse_change, needs_why=True)
change_withdraw = _move("withdraw", actions.withdraw_change)
