"""The applicant's last pages: the check list, handing in, answering a correction, reading and printing the whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actions, queries
from applications.models import Application
from applications.states import Status
from applications.views import frame
from core import files, pauses
from core.web import steps
from core.web.access import access, signed_in


def overview_url(application: Application) -> str:
    return reverse("applications:my:overview", args=[application.ref])


def _linked(application: Application, items: Any) -> list[dict[str, str]]:
    return [
        {"text": item.text, "found": item.found,
         "url": f"{frame.url_of(application, item.part)}?show=errors#{item.anchor}" if item.part else ""}
        for item in items
    ]


@access(signed_in)
def check(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything the portal can check, at once, each with the way to where it is put right."""
    application = queries.leader_get(request.actor, ref)
    if application.status not in (Status.DRAFT, Status.UNIT_RETURNED, Status.CORRECTION):
        return redirect(overview_url(application))
    found = queries.check_list(application)
    return render(request, "applications/check.html", frame.context(
        application, here="check", title=_("Check and hand in"), items=_linked(application, found.wrong),
        outcomes=frame.rules_of(found.outcomes), amount=found.amount, checked=found,
        mode="answer" if application.status == Status.CORRECTION else "hand_in",
        shut="" if application.status == Status.CORRECTION else queries.shut(application),
    ))


hand_in = steps.step_view(
    lambda actor, key: queries.leader_get(actor, key), actions.hand_in, question=signed_in, to=overview_url)
recall = steps.step_view(
    lambda actor, key: queries.leader_get(actor, key), actions.recall, question=signed_in, to=overview_url)
take_back = steps.step_view(
    lambda actor, key: queries.leader_get(actor, key), actions.take_back, question=signed_in, to=overview_url)


@access(signed_in)
@require_POST
def answer(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.leader_get(request.actor, ref)
    actions.answer(request.actor, application, text=request.POST.get("text", ""))
    messages.success(request, _("The correction has been sent."))
    return redirect("applications:my:overview", ref)


@access(signed_in)
def preview(request: HttpRequest, ref: str) -> HttpResponse:
    """To the leader the whole, to a co-author the parts that are shared."""
    application = queries.writer_get(request.actor, ref)
    return render(request, "applications/preview.html", frame.context(
        application, here="preview", title=_("The whole application"), d=queries.open_dossier(request.actor, application)))


@access(signed_in)
@require_POST
def preview_pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """A worker prints it; the job page shows how far it is and then gives the file."""
    pauses.ask("PREVIEW")
    job = actions.order_preview(request.actor, queries.leader_get(request.actor, ref))
    return redirect("job", uid=job.uid)


@access(signed_in)
def paper(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """The kept PDF of the submission, or its receipt, for whoever may see the application."""
    application = queries.papers_get(request.actor, ref)
    file = {"application": application.pdf, "receipt": application.receipt_pdf}.get(kind)
    if file is None:
        raise Http404
    return files.serve(file, request.actor, application.ref, inline=request.GET.get("inline") == "1")
