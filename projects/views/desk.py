"""The bureau's side of projects and contracts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import queries as filed
from core.web import charts, lists, steps
from core.web.access import access
from core.web.templatetags.st import tag
from projects import actions, policies, queries, states
from projects.forms import ContractForm, TargetForm
from projects.models import Contract, Project
from projects.workflow import CONTRACT, PROJECT

CONTRACT_TONES = {"DRAFT": "warn", "OFFERED": "doing", "UNIT_SIGNED": "doing", "EFFECTIVE": "good"}


def project_url(row: Project) -> str:
    return reverse("projects:desk:project", args=[row.number])


def contract_url(row: Contract) -> str:
    return reverse("projects:desk:contract", args=[row.project.number])


class Projects(lists.Listing):
    name = "projects"
    title = gettext_lazy("Projects")
    search_column = "search"
    hint = gettext_lazy("Number, title, unit or leader; unit:name, leader:name and money:>1000000 (yuan) narrow the list.")
    keywords = {"unit": "unit__name__icontains", "单位": "unit__name__icontains", "leader": "leader__name__icontains",
                "负责人": "leader__name__icontains", "money": "amount", "金额": "amount"}
    columns = (
        lists.Col("title", gettext_lazy("Project"), main=True, link=project_url, sub=lambda row: row.number),
        lists.Col("number", gettext_lazy("Project number"), export_only=True),
        lists.Col("unit", gettext_lazy("Undertaking unit"), value=lambda row: row.unit.name, sub=lambda row: row.leader.name),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name, export_only=True),
        lists.Col("special", gettext_lazy("Special"), value=lambda row: row.special.label),
        lists.Col("amount", gettext_lazy("Grant (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("ends_on", gettext_lazy("Ends on"), kind="tag", sort="ends", show=lambda row: f"{row.ends_on:%Y-%m-%d}" if row.ends_on else "—"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, row.tone)),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.ProjectStatus.choices),
        lists.Facet("year", gettext_lazy("Year"), queries.year_choices, lambda rows, value: rows.filter(awarded_at__year=value)),
        lists.Facet("plan", gettext_lazy("Plan"), queries.plan_choices, lambda rows, value: rows.filter(special__plan__code=value)),
        lists.Facet("contract", gettext_lazy("Contract"), states.ContractStatus.choices, queries.with_contract),
    )
    sorts = {"new": "-pk", "money": "-amount", "money_up": "amount", "ends": "ends_on", "ends_down": "-ends_on"}
    empty_title = gettext_lazy("No project has been awarded yet")


@access(policies.is_desk)
def project_list(request: HttpRequest) -> HttpResponse:
    rows, counts = policies.visible_to(request.actor), queries.status_counts(request.actor)
    labels = dict(states.ProjectStatus.choices)
    return lists.page(request, Projects(), rows, template="projects/list.html", context={
        "actions": [(_("Figures by tag"), reverse("projects:desk:tag_figures"))],
        "chart": charts.bars(_("Projects by state"), [
            (str(labels[code]), counts[code]) for code in labels if counts.get(code)], note=_("number of projects")),
        "chart2": charts.bars(_("Grants by plan"), queries.money_of(rows), note=_("10,000 yuan")),
    })


@access(policies.is_desk)
def project(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_for(request.actor, number)
    urls = {verb: reverse(f"projects:desk:project_{verb}", args=[number]) for verb in ("suspend", "resume")}
    return render(request, "projects/project.html", {
        **project_context(row), "words": filed.said(request.actor, row.application),
        "contract_url": reverse("projects:desk:contract", args=[number]), "desk_page": True,
        "buttons": steps.buttons(PROJECT, request.actor, row, urls, needs_why=("suspend", "resume")),
        "crumbs": [(Projects.title, reverse("projects:desk:projects")), (row.number, None)],
    })


def project_context(row: Project) -> dict[str, Any]:
    """What every page of a project shows."""
    contract = queries.contract_of(row)
    return {
        "title": row.title, "project": row, "contract": contract, "targets": queries.targets_of(row),
        "payments": queries.payments_of(row), "line": queries.line_of(row, contract),
        "contract_tone": CONTRACT_TONES.get(contract.status, "") if contract else "",
        "events": queries.history_of(row, contract), "tags": queries.tags_of(row),
    }


def contract_context(request: HttpRequest, row: Contract) -> dict[str, Any]:
    project = row.project
    return {
        "title": _("Contract of %(number)s") % {"number": project.number}, "contract": row, "project": project,
        "tone": CONTRACT_TONES[row.status], "targets": queries.targets_of(project), "payments": queries.payments_of(project),
        "changes": queries.target_changes(project), "events": queries.history_of(row), "terms": queries.contract_template(project),
    }


@access(policies.is_desk)
def contract(request: HttpRequest, number: str) -> HttpResponse:
    """Term and reasons while it is a draft; the frozen text and its signatures afterwards."""
    row = queries.get_contract(request.actor, number)
    form = ContractForm(request.POST or None, contract=row)
    if request.method == "POST" and form.is_valid():
        actions.edit_contract(request.actor, row, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(contract_url(row))
    urls = {verb: reverse(f"projects:desk:contract_{verb}", args=[number]) for verb in ("offer", "take_back", "sign_bureau")}
    may_edit = row.status == "DRAFT" and policies.drafts_contract(request.actor, row) is None
    return render(request, "projects/contract.html", {
        **contract_context(request, row), "form": form if may_edit else None, "may_edit": may_edit,
        "buttons": steps.buttons(CONTRACT, request.actor, row, urls, needs_why=("take_back",)),
        "crumbs": [(Projects.title, reverse("projects:desk:projects")), (number, project_url(row.project)), (_("Contract"), None)],
    }, status=422 if form.errors else 200)


@access(policies.is_desk)
def contract_target(request: HttpRequest, number: str, order: int) -> HttpResponse:
    row = queries.get_contract(request.actor, number)
    target = queries.get_target(row, order)
    form = TargetForm(request.POST or None, target=target)
    if request.method == "POST" and form.is_valid():
        actions.edit_target(request.actor, row, target, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(contract_url(row))
    return render(request, "st/form_page.html", {
        "title": target.name, "form": form, "back": contract_url(row),
        "lead": _("The application promised %(value)s.") % {"value": queries.promised(target)},
        "crumbs": [(Projects.title, reverse("projects:desk:projects")), (number, project_url(row.project)),
                   (_("Contract"), contract_url(row)), (target.name, None)],
    }, status=422 if form.errors else 200)


project_suspend = steps.step_view(queries.get_for, actions.suspend, question=policies.is_desk, to=project_url, needs_why=True)
project_resume = steps.step_view(queries.get_for, actions.resume, question=policies.is_desk, to=project_url, needs_why=True)
contract_offer = steps.step_view(
    queries.get_contract, actions.offer_contract, question=policies.is_desk, to=contract_url,
    done=gettext_lazy("The unit has been asked to sign."))
contract_take_back = steps.step_view(
    queries.get_contract, actions.take_back_contract, question=policies.is_desk, to=contract_url, needs_why=True)
contract_sign_bureau = steps.step_view(
    queries.get_contract, actions.sign_bureau, question=policies.is_desk, to=contract_url,
    done=gettext_lazy("Signed. The contract is in force and the project runs."))
