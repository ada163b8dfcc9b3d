"""Duplicate check (查重): the list of what looks alike, two texts side by side, the verdict of a person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import actions, policies, queries, states
from applications.models import Application, DuplicateFinding
from applications.workflow import DUPLICATE
from core.web import lists, steps
from core.web.access import access


def url_of(finding: DuplicateFinding) -> str:
    return reverse("applications:desk:duplicate", args=[finding.uid])


def percent(share: Any) -> str:
    return f"{share * 100:.0f}%"


class Duplicates(lists.Listing):
    name = "duplicates"
    title = gettext_lazy("Duplicate check")
    search_fields = ("application__title", "application__ref", "application__unit__name", "other__title", "other__ref", "other__unit")
    columns = (
        lists.Col("application", gettext_lazy("Application"), main=True, link=url_of, value=lambda row: row.application.title,
                  sub=lambda row: f"{row.application.ref} · {row.application.unit.name}"),
        lists.Col("other", gettext_lazy("Looks like"), value=lambda row: f"{row.other.title}（{row.other.ref}）"),
        lists.Col("other_unit", gettext_lazy("Unit of the other"), value=lambda row: row.other.unit),
        lists.Col("share", gettext_lazy("Share of the text"), value=lambda row: percent(row.share), sort="share"),
        lists.Col("found_at", gettext_lazy("Found at"), sort="time"),
        lists.Col("status", gettext_lazy("Verdict"), kind="tag", show=lambda row: (row.status_label, row.tone)),
    )
    facets = (lists.Facet("status", gettext_lazy("Verdict"), states.DuplicateStatus.choices),)
    sorts = {"share_down": "-share", "share": "share", "time_down": "-found_at", "time": "found_at"}  # noqa: RUF012
    empty_title = gettext_lazy("No two texts look alike")


@access(policies.may_read_desk)
def duplicates(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Duplicates(), queries.duplicates_on_desk(request.actor))


@access(policies.may_read_desk)
def duplicate(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.duplicate_for(request.actor, uid)
    own = row.application.checked_text
    urls = {"clear": reverse("applications:desk:duplicate_clear", args=[row.uid]),
            "call_partly": reverse("applications:desk:duplicate_partly", args=[row.uid]),
            "call_duplicate": reverse("applications:desk:duplicate_call", args=[row.uid])}
    other = queries.other_application(request.actor, row)
    return render(request, "applications/duplicate.html", {
        "title": _("Two texts side by side"), "d": row, "a": row.application, "pairs": queries.side_by_side(row, own), "own": own,
        "numbers": [(_("Share of the application"), percent(row.share)), (_("Share of the other text"), percent(row.other_share)),
                    (_("Likeness of the titles"), percent(row.title_likeness)), (_("Passages"), len(row.passages))],
        "case": desk_url(row.application), "other_case": desk_url(other) if other else "",
        "buttons": steps.buttons(DUPLICATE, request.actor, row, urls, needs_why=tuple(urls)),
        "events": queries.history_of_duplicate(row),
        "crumbs": [(_("Applications"), reverse("applications:desk:list")), (_("Duplicate check"), reverse("applications:desk:duplicates")),
                   (row.application.ref, None)],
    })


def desk_url(application: Application) -> str:
    return reverse("applications:desk:application", args=[application.ref])


def job_url(job: Any) -> str:
    return reverse("job", args=[job.uid])


clear = steps.step_view(queries.duplicate_for, actions.clear_duplicate, question=policies.is_checker_desk, to=url_of, needs_why=True)
partly = steps.step_view(queries.duplicate_for, actions.call_partly, question=policies.is_checker_desk, to=url_of, needs_why=True)
is_duplicate = steps.step_view(queries.duplicate_for, actions.call_duplicate, question=policies.is_checker_desk, to=url_of, needs_why=True)
compare = steps.step_view(queries.desk_get, actions.ask_comparison, question=policies.is_checker_desk, to=job_url,
                          done=gettext_lazy("The comparison has been queued."))
