"""The application form of a guide as its applicants will see it, while it is being made. Nothing here can be sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import forms
from core.web.access import access
from programs import policies, queries
from programs.engine.problems import DataError


@access(policies.is_staff)
def form_preview(request: HttpRequest, ref: str) -> HttpResponse:
    """All sections on one page, every field shown, also those that a rule may hide; `?answer=` is not kept."""
    guide = queries.get_for(request.actor, ref)
    try:
        sections = queries.form_of(guide.version).sections
    except (DataError, KeyError):
        sections = ()  # an unfinished form has nothing to show yet
    shown = [{"code": one.code, "title": one.title, "help": one.help, "rows": forms.paired(forms.shown_boxes(one))} for one in sections]
    desk = reverse("programs:desk:form_parts", args=[ref])
    return render(request, "applications/form_preview.html", {
        "title": _("Application form, as the applicant sees it"), "guide": guide, "sections": shown, "back": desk,
        "crumbs": [(guide.ref, reverse("programs:desk:guide", args=[ref])), (_("Application form"), desk), (_("Preview"), None)],
    })
