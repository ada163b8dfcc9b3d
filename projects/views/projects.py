"""Projects and contracts, for the desk and for the unit: lists, one project, its contract and the signatures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.money import wan
from core.web import charts, lists, steps
from core.web.access import access, signed_in
from programs import queries as programme
from projects import actions, policies, queries, states
from projects.forms import ContractForm, TargetForm
from projects.models import Contract, Project
from projects.workflow import CONTRACT, PROJECT

CONTRACT_TONES = {"DRAFT": "warn", "OFFERED": "doing", "UNIT_SIGNED": "doing", "EFFECTIVE": "good"}


def desk_url(row: Project) -> str:
    return reverse("projects:desk:project", args=[row.number])


def my_url(row: Project) -> str:
    return reverse("projects:my:project", args=[row.number])


def contract_url(row: Contract) -> str:
    return reverse("projects:desk:contract", args=[row.project.number])


def my_contract_url(row: Contract) -> str:
    return reverse("projects:my:contract", args=[row.project.number])


class Projects(lists.Listing):
    name = "projects"
    title = gettext_lazy("Projects")
    search_column = "search"
    columns = (
        lists.Col("title", gettext_lazy("Project"), main=True, link=desk_url, sub=lambda row: row.number),
        lists.Col("unit", gettext_lazy("Unit"), value=lambda row: row.unit.name),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name),
        lists.Col("special", gettext_lazy("Special"), value=lambda row: row.special.label),
        lists.Col("amount", gettext_lazy("Money, 10,000 yuan"), kind="num", sort="money", show=lambda row: wan(row.amount)),
        lists.Col("ends_on", gettext_lazy("Ends"), sort="end"),
        lists.Col("status", gettext_lazy("State"), kind="tag", show=lambda row: (row.status_label, row.tone)),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.ProjectStatus.choices),
        lists.Facet("guide__year", gettext_lazy("Year"), programme.year_choices),
    )
    sorts = {"new": "-pk", "money": "amount", "money_down": "-amount", "end": "ends_on", "end_down": "-ends_on"}  # noqa: RUF012
    empty_title = gettext_lazy("No project yet")


class MyProjects(Projects):
    name = "my-projects"
    title = gettext_lazy("My projects")
    columns = (lists.Col("title", gettext_lazy("Project"), main=True, link=my_url, sub=lambda row: row.number), *Projects.columns[1:])


@access(policies.is_desk)
def desk_list(request: HttpRequest) -> HttpResponse:
    counts = queries.status_counts(request.actor)
    kpis = [{"label": states.ProjectStatus(code).label, "value": counts[code], "link": f"?status={code}",
             "tone": states.TONES.get(code, "") if states.TONES.get(code) in ("warn", "bad") else ""}
            for code in states.ProjectStatus.values if counts.get(code)]
    return lists.page(request, Projects(), policies.visible_to(request.actor), template="projects/project_list.html", context={
        "kpis": kpis[:6], "chart": charts.bars(_("Awarded money by plan"), [(name, round(money / 10_000)) for name, money in queries.money_by_plan(request.actor)], note=_("10,000 yuan"))})


@access(signed_in)
def my_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, MyProjects(), policies.visible_to(request.actor))


def _context(request: HttpRequest, row: Project, place: str) -> dict[str, Any]:
    contract = queries.contract_of(row)
    desk = place == "desk"
    urls = {verb: reverse(f"projects:desk:project_{verb}", args=[row.number]) for verb in ("suspend", "resume")} if desk else {}
    return {
        "title": row.title, "project": row, "contract": contract, "targets": queries.targets_of(row), "desk": desk,
        "contract_tone": CONTRACT_TONES.get(contract.status, "") if contract else "",
        "contract_url": (contract_url(contract) if desk else my_contract_url(contract)) if contract else "",
        "lines": queries.payments_of(row), "events": queries.history_of(row, contract),
        "buttons": steps.buttons(PROJECT, request.actor, row, urls, needs_why=("suspend", "resume")),
        "place": f"projects.{place}",
        "crumbs": [(_("Projects") if desk else _("My projects"), reverse(f"projects:{place}:{'projects' if desk else 'list'}")), (row.number, None)],
    }


@access(policies.is_desk)
def desk_project(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_for(request.actor, number)
    return render(request, "projects/project.html", _context(request, row, "desk"))


@access(signed_in)
def my_project(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_for(request.actor, number)
    return render(request, "projects/project.html", _context(request, row, "my"))


project_suspend = steps.step_view(queries.get_for, actions.suspend, question=policies.is_supervision, to=desk_url, needs_why=True)
project_resume = steps.step_view(queries.get_for, actions.resume, question=policies.is_supervision, to=desk_url, needs_why=True)


# --- contract ----------------------------------------------------------------------------------------------------


def _contract_context(request: HttpRequest, row: Contract, place: str, form: Any = None) -> dict[str, Any]:
    verbs = ("offer", "take_back", "sign_bureau") if place == "desk" else ("sign_unit",)
    urls = {verb: reverse(f"projects:{place}:contract_{verb}", args=[row.project.number]) for verb in verbs}
    may_write = place == "desk" and row.status == "DRAFT" and policies.drafts_contract(request.actor, row) is None
    return {
        "title": _("Contract %(number)s") % {"number": row.number}, "contract": row, "project": row.project,
        "tone": CONTRACT_TONES[row.status], "targets": queries.targets_of(row.project), "lines": queries.payments_of(row.project),
        "differences": queries.target_changes(row.project), "may_write": may_write, "form": form or (ContractForm(contract=row) if may_write else None),
        "buttons": steps.buttons(CONTRACT, request.actor, row, urls, needs_why=("take_back",)), "events": queries.history_of(row),
        "crumbs": [(row.project.number, desk_url(row.project) if place == "desk" else my_url(row.project)), (_("Contract"), None)],
    }


@access(policies.is_desk)
def desk_contract(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_contract(request.actor, number)
    form = ContractForm(request.POST, contract=row) if request.method == "POST" else None
    if form is not None and form.is_valid():
        actions.edit_contract(request.actor, row, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(contract_url(row))
    return render(request, "projects/contract.html", _contract_context(request, row, "desk", form), status=422 if form else 200)


@access(signed_in)
def my_contract(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "projects/contract.html", _contract_context(request, queries.get_contract(request.actor, number), "my"))


@access(policies.is_desk)
def target(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    row = queries.get_contract(request.actor, number)
    item = queries.target_of(row, pk)
    form = TargetForm(request.POST or None, target=item)
    if request.method == "POST" and form.is_valid():
        actions.edit_target(request.actor, row, item, **form.cleaned_data)
        return redirect(contract_url(row))
    return render(request, "st/form_page.html", {
        "title": item.name, "form": form, "back": contract_url(row), "lead": f"{item.l1} / {item.l2}",
        "crumbs": [(row.number, contract_url(row)), (item.name, None)]}, status=422 if form.errors else 200)


contract_offer = steps.step_view(queries.get_contract, actions.offer_contract, question=policies.is_desk, to=contract_url)
contract_take_back = steps.step_view(queries.get_contract, actions.take_back_contract, question=policies.is_desk, to=contract_url, needs_why=True)
contract_sign_bureau = steps.step_view(queries.get_contract, actions.sign_bureau, question=policies.is_desk, to=contract_url)
contract_sign_unit = steps.step_view(queries.get_contract, actions.sign_unit, question=signed_in, to=my_contract_url)


@access(policies.is_desk)
@require_POST
def contract_draft(request: HttpRequest, number: str) -> HttpResponse:
    return redirect(contract_url(actions.draft_contract(request.actor, queries.get_for(request.actor, number))))
