"""Pages of the kernel: language, large text, jobs, saved views, the gallery of components."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import files, jobs
from core.models import Job
from core.web import saved
from core.web.access import access, public, signed_in
from core.web.gallery import sample

YEAR = 365 * 24 * 3600


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()) else "/"


@access(public)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    response = redirect(_next(request))
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax")
    return response


@access(public)
@require_POST
def large(request: HttpRequest) -> HttpResponse:
    """大字版: remembered in a cookie, so that it needs neither script nor account."""
    response = redirect(_next(request))
    response.set_cookie("keguan_large", "0" if request.COOKIES.get("keguan_large") == "1" else "1", max_age=YEAR,
                        samesite="Lax")
    return response


def _own_job(request: HttpRequest, uid: uuid.UUID) -> Job:
    row = get_object_or_404(Job, uid=uid)
    if row.actor_id != request.actor.id:
        raise Http404
    return row


@access(signed_in)
def job(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Real progress: htmx asks every two seconds; without script the page refreshes itself."""
    row = _own_job(request, uid)
    context = {"job": row, "running": row.state in ("QUEUED", "RUNNING"), "title": row.title}
    template = "st/_job.html" if request.headers.get("HX-Request") else "st/job.html"
    return render(request, template, context)


@access(signed_in)
@require_POST
def job_cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    row = _own_job(request, uid)
    jobs.cancel(row)
    messages.info(request, _("The job has been cancelled."))
    return redirect("job", uid=row.uid)


@access(signed_in)
def job_file(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    row = _own_job(request, uid)
    if row.file is None:
        raise Http404
    return files.serve(row.file, request.actor, str(row.uid))


@access(signed_in)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    saved.keep(request.actor, listing=request.POST.get("listing", ""), name=request.POST.get("name", ""),
                       query=request.POST.get("query", ""))
    messages.success(request, _("The view is saved."))
    return redirect(_next(request))


@access(public)
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/index.html", sample())

