"""The doors of an upload in pieces; a script uses them, and the plain form beside it needs none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications import actions, queries
from applications.models import Upload
from core import files, typed
from core.web.access import access, signed_in, wants_json


def _stand(request: HttpRequest, upload: Upload, status: int = 200) -> JsonResponse:
    """Where it stands. With a fresh token: the page may be older than the session."""
    return JsonResponse({
        "url": reverse("applications:my:piece", args=[upload.application.ref, upload.uid]), "piece": actions.PIECE,
        "received": upload.received, "size": upload.size, "token": get_token(request)}, status=status)


def _refused(reason: Any, status: int = 422) -> JsonResponse:
    return JsonResponse({"reasons": [str(reason)]}, status=status)


@access(signed_in)
def token(request: HttpRequest, ref: str) -> HttpResponse:
    """Whether who asks is signed in (again), and a token that is good now, before there is an upload to ask about."""
    queries.writer_get(request.actor, ref, queries.FILES, write=True)
    return JsonResponse({"token": get_token(request)})


@access(signed_in)
@require_POST
def begin(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    application, size = queries.writer_get(request.actor, ref, queries.FILES, write=True), typed.whole(request.POST.get("size", ""))
    if size is None:
        return _refused(_("Choose a file first."))
    try:
        upload = actions.begin_upload(request.actor, application, code=code, name=request.POST.get("name", ""), size=size,
                                      mark=request.POST.get("mark", ""))
    except files.BadFile as error:
        return _refused(error)
    return _stand(request, upload)


@access(signed_in)
@require_http_methods(["GET", "POST"])
def piece(request: HttpRequest, ref: str, uid: UUID) -> HttpResponse:
    """Asked: where it stands. Sent: the next bytes, from the offset that the header names; 409 says that it is another one."""
    upload = queries.upload_for(request.actor, ref, uid)
    if request.method == "GET":
        return _stand(request, upload)
    length, offset = typed.whole(request.META.get("CONTENT_LENGTH") or ""), typed.whole(request.headers.get("X-Offset", ""))
    if length is None or offset is None or not 0 < length <= actions.PIECE:
        return _refused(_("The request cannot be read."), 400)
    body = request.body
    if len(body) != length:  # the line was cut: what came is not a piece
        return _refused(_("The request cannot be read."), 400)
    try:
        row = actions.append_piece(request.actor, upload, offset=offset, body=body)
    except files.BadFile as error:
        return _refused(error)
    return _stand(request, row, 200 if row.received == offset + length else 409)


@access(signed_in)
@require_POST
def finish(request: HttpRequest, ref: str, uid: UUID) -> HttpResponse:
    upload = queries.upload_for(request.actor, ref, uid)
    try:
        annex = actions.finish_upload(request.actor, upload)
    except files.BadFile as error:
        return _refused(error)
    return JsonResponse({"name": annex.file.name, "number": annex.number})


@access(signed_in)
@require_POST
def cancel(request: HttpRequest, ref: str, uid: UUID) -> HttpResponse:
    try:
        upload = queries.upload_for(request.actor, ref, uid)
    except Http404:
        if wants_json(request):
            raise
        queries.writer_get(request.actor, ref, queries.FILES, write=True)
        messages.info(request, _("This upload is no longer there: it is finished, or has been given up before."))
        return redirect("applications:my:files", ref)
    actions.cancel_upload(request.actor, upload)
    if wants_json(request):
        return JsonResponse({"cancelled": True})
    return redirect(f"{reverse('applications:my:files', args=[ref])}#d-{upload.code}")
