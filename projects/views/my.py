"""The project leader's and the unit's side: their projects and contracts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import queries as filed
from core.web import lists, steps
from core.web.access import access, signed_in
from core.web.templatetags.st import tag
from projects import actions, queries, states
from projects.models import Contract, Project
from projects.views.desk import contract_context, project_context
from projects.workflow import CONTRACT


def project_url(row: Project) -> str:
    return reverse("projects:my:project", args=[row.number])


def contract_url(row: Contract) -> str:
    return reverse("projects:my:contract", args=[row.project.number])


class Mine(lists.Listing):
    name = "my-projects"
    title = gettext_lazy("Projects")
    search_column = "search"
    columns = (
        lists.Col("title", gettext_lazy("Project"), main=True, link=project_url, sub=lambda row: row.number),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name),
        lists.Col("amount", gettext_lazy("Grant (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("sign_by", gettext_lazy("Sign by"), kind="tag",
                  show=lambda row: f"{row.sign_by:%Y-%m-%d}" if row.status == "CONTRACT_PENDING" else "—"),
        lists.Col("ends_on", gettext_lazy("Ends on"), kind="tag", sort="ends", show=lambda row: f"{row.ends_on:%Y-%m-%d}" if row.ends_on else "—"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, row.tone)),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.ProjectStatus.choices),)
    sorts = {"new": "-pk", "money": "-amount", "money_up": "amount", "ends": "ends_on", "ends_down": "-ends_on"}
    empty_title = gettext_lazy("No project yet")
    empty_text = gettext_lazy("An application that is awarded becomes a project here.")


@access(signed_in)
def project_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Mine(), queries.mine(request.actor))


@access(signed_in)
def project(request: HttpRequest, number: str) -> HttpResponse:
    row = queries.get_for(request.actor, number)
    return render(request, "projects/project.html", {
        **project_context(row), "words": filed.said(request.actor, row.application), "contract_url": reverse("projects:my:contract", args=[number]),
        "crumbs": [(Mine.title, reverse("projects:my:projects")), (row.number, None)],
    })


@access(signed_in)
def contract(request: HttpRequest, number: str) -> HttpResponse:
    """The contract as it is offered, with what differs from the application, to be signed for the unit."""
    row = queries.get_contract(request.actor, number)
    urls = {"sign_unit": reverse("projects:my:contract_sign", args=[number])}
    return render(request, "projects/contract.html", {
        **contract_context(request, row), "buttons": steps.buttons(CONTRACT, request.actor, row, urls),
        "crumbs": [(Mine.title, reverse("projects:my:projects")), (number, project_url(row.project)), (_("Contract"), None)],
    })


contract_sign = steps.step_view(
    queries.get_contract, actions.sign_unit, question=signed_in, to=contract_url,
    done=gettext_lazy("Signed for the unit; the bureau signs next."))
