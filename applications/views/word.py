"""Long texts out as a Word file and back: download, upload, look at every difference, tick, apply."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actions, policies, queries, states
from applications.documents import word
from applications.models import Application
from applications.views import frame, taking
from core import files, parameters, typed
from core.web.access import access, signed_in

MB = 1024 * 1024


def _parts(request: HttpRequest, application: Application, *, write: bool) -> list[queries.Part]:
    """Sections with long texts that the person may read or write; `?part=` limits them to one."""
    question, only = policies.may_write if write else policies.may_read, request.GET.get("part", "")
    opened = actions.opened_parts(application) if application.status == states.Status.CORRECTION and write else None
    return [part for part in queries.parts_of(application) if queries.long_fields(part) and only in ("", part.code)
            and question(request.actor, application, part.code) is None and (opened is None or part.code in opened)]


def _closed(request: HttpRequest, application: Application) -> list[queries.Part]:
    """Parts that the person may not write now."""
    opened = actions.opened_parts(application) if application.status == states.Status.CORRECTION else None
    return [part for part in queries.parts_of(application) if policies.may_write(request.actor, application, part.code)
            or (opened is not None and part.code not in opened)]


def _open(request: HttpRequest, ref: str) -> Application:
    application = queries.writer_get(request.actor, ref)
    if application.status not in states.EDITABLE:
        raise Http404
    return application


def _page(request: HttpRequest, application: Application, **more: Any) -> HttpResponse:
    parts = _parts(request, application, write=True)
    if not parts:
        raise Http404
    return render(request, "applications/word.html", frame.context(
        application, here="word", title=_("Write in Word"), parts=parts, **more), status=422 if more.get("problem") else 200)


@access(signed_in)
def word_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Download and upload; an uploaded file is compared with what is written, and nothing is kept of it."""
    application = _open(request, ref)
    if request.method != "POST":
        return _page(request, application)
    upload = request.FILES.get("file")
    if upload is None:
        return _page(request, application, problem=_("Choose a file first."))
    try:
        found = word.read(upload, int(parameters.value("word.upload_mb", default=10)) * MB)
    except files.BadFile as error:
        return _page(request, application, problem=str(error))
    parts = _parts(request, application, write=True)
    closed = _closed(request, application)
    matched = word.matched(application, parts, found, closed)
    return _page(request, application, looked=True, groups=taking.grouped(matched.offers), matched=matched,
                 dropped=found.dropped, texts=True, file_name=upload.name)


@access(signed_in)
def word_file(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref)
    parts = _parts(request, application, write=False)
    if not parts:
        raise Http404
    name = f"{application.ref}{'-' + parts[0].code if request.GET.get('part') else ''}.docx"
    return HttpResponse(word.written(application, parts), content_type=files.MIMES["docx"], headers={
        "Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"})


@access(signed_in)
@require_POST
def word_apply(request: HttpRequest, ref: str) -> HttpResponse:
    """The ticked fields as one save. The texts come from the page of the differences, as every typed text does."""
    application = _open(request, ref)
    keys, base = set(request.POST.getlist("take")), typed.whole(request.POST.get("rev", ""))
    offers = [offer for part in _parts(request, application, write=True) for item in queries.long_fields(part)
              if f"{part.code}/{item.code}" in keys
              and (offer := queries.text_offer(application, part, item, request.POST.get(f"text/{part.code}/{item.code}", "").replace("\r\n", "\n")))]
    taking.told(request, actions.take_offers(request.actor, application, offers, base=application.rev if base is None else base))
    return redirect(reverse("applications:my:overview", args=[ref]))
