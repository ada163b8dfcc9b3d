"""Attached documents: the guide's list, upload, versions, and the one door through which they are read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from applications import actions, policies, queries
from applications.models import Annex, Application
from applications.views import frame
from core import files, typed
from core.web.access import access, signed_in
from programs.engine.forms import pick

MB = 1024 * 1024


class LimitedUpload(FileUploadHandler):
    """Stops reading at the limit, whatever length was announced."""

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self.limit, self.seen = limit, 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        if self.seen > self.limit:
            self.request.upload_too_big = True
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


@access(signed_in)
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.FILES, write=True)
    wrong = [item for item in queries.check_list(application).wrong if item.part == queries.FILES]
    if not application.done.get(queries.FILES):
        wrong = []
    rows, errors = _rows(request.actor, application), [{"text": item.text, "id": item.anchor} for item in wrong]
    refused, begun = request.session.pop(_refusal(application), {}), queries.uploads_of(request.actor, application)
    for row in rows:
        row["problem"], row["begun"] = refused.get(row["code"], ""), begun.get(row["code"])
        if row["problem"]:
            errors.insert(0, {"text": _("%(name)s: %(problem)s") % row, "id": f"u-{row['code']}"})
    return render(request, "applications/files.html", frame.context(
        application, here=queries.FILES, title=_("Attached materials"), rows=rows,
        is_done=bool(application.done.get(queries.FILES)), errors=errors,
        wrong={queries.FILES: len(wrong)} if wrong else None,
    ))


def _rows(actor: Any, application: Application) -> list[dict[str, Any]]:
    versions = queries.annexes_by_code(actor, application)
    rows = []
    for document in queries.documents_of(application):
        mine = versions.get(document["code"], [])
        kinds, current = document["mimes"], next((row for row in mine if row.is_current), None)
        rows.append({
            "code": document["code"], "name": pick(document, "name"), "note": pick(document, "note"),
            "signed_by": document.get("signed_by", ""), "required": document.get("required"), "who": document["who"],
            "current": current, "scan": queries.scan_problem(current.file) if current else "", "versions": mine,
            "accept": ",".join(f".{kind}" for kind in kinds), "kinds": "、".join(files.NAMES[kind] for kind in kinds),
            "limit_mb": actions.limit_of(document) // MB, "gone": False,
        })
    asked = {row["code"] for row in rows}
    return rows + [_gone(code, mine) for code, mine in versions.items() if code not in asked and any(one.is_current for one in mine)]


def _gone(code: str, mine: list[Annex]) -> dict[str, Any]:
    """A material that a corrected guide asks for no more: it goes along until it is removed."""
    current = next(row for row in mine if row.is_current)
    return {
        "code": code, "name": _("No longer asked for"), "note": "", "signed_by": "", "required": False, "who": "", "current": current,
        "scan": queries.scan_problem(current.file), "versions": mine, "accept": "", "kinds": "", "limit_mb": 0, "gone": True,
    }


@csrf_exempt  # the limit must stand before anything reads the body; the inner view checks the token
@access(signed_in, body=False)
@require_POST
def upload(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    """Refuse what is too big by its announced length, unread; then the token is checked and the file taken in."""
    application = queries.writer_get(request.actor, ref, queries.FILES, write=True)
    document = queries.document_of(application, code)
    limit = actions.limit_of(document) if document else settings.UPLOAD_LIMIT_BYTES
    length = typed.whole(request.META.get("CONTENT_LENGTH") or "0")
    if length is None or length > limit + MB:
        return _too_big(request, application, code, limit)
    request.upload_too_big = False
    request.upload_handlers.insert(0, LimitedUpload(request, limit))
    return _take_in(request, application, code, limit)


def _line_of(application: Application, code: str) -> str:
    return f"{reverse('applications:my:files', args=[application.ref])}#d-{code}"


def _refusal(application: Application) -> str:
    """Where the session keeps what was wrong with a file until the list is shown: said in the row of its material, which a
    message of the page could not be."""
    return f"refused-file:{application.ref}"


def _refuse(request: HttpRequest, application: Application, code: str, problem: str) -> HttpResponse:
    request.session[_refusal(application)] = {code: problem}
    return redirect(_line_of(application, code))


def _too_big(request: HttpRequest, application: Application, code: str, limit: int) -> HttpResponse:
    return _refuse(request, application, code, _("The file is larger than %(mb)s MB.") % {"mb": limit // MB})


@csrf_protect
def _take_in(request: HttpRequest, application: Application, code: str, limit: int) -> HttpResponse:
    given = request.FILES.get("file")
    if request.upload_too_big:
        return _too_big(request, application, code, limit)
    if given is None:
        return _refuse(request, application, code, _("Choose a file first."))
    try:
        actions.attach(request.actor, application, code=code, upload=given)
    except files.BadFile as error:
        return _refuse(request, application, code, str(error))
    messages.success(request, _("“%(name)s” has been uploaded.") % {"name": given.name})
    return redirect(_line_of(application, code))


@access(signed_in)
def read(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """The file, for whoever may see the application; the ledger keeps who opened it."""
    application = queries.papers_get(request.actor, ref, queries.FILES)
    annex = queries.annex_for(request.actor, application, pk)
    return files.serve(annex.file, request.actor, application.ref, inline=request.GET.get("inline") == "1")


@access(signed_in)
def look(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """For leader and unit, whoever else may see the application, and a co-author with whom the materials are shared."""
    application, actor = queries.papers_get(request.actor, ref, queries.FILES), request.actor
    writes = policies.is_leader(actor, application) is None or policies.may_view_whole(actor, application) is not None
    name = "applications:my:overview" if writes else "applications:my:unit_application"
    return _shown(request, application, pk, "applications:my:look", name)


@access(policies.may_read_desk)
def desk_look(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """The same at the desk, with its menu."""
    return _shown(request, queries.desk_get(request.actor, ref), pk, "applications:desk:look", "applications:desk:application")


def _shown(request: HttpRequest, application: Application, pk: int, look: str, back: str) -> HttpResponse:
    """One material on a page of its own, with the ones before and after it; the file itself comes through `read`."""
    one = queries.annex_for(request.actor, application, pk)
    versions = queries.annexes_by_code(request.actor, application)
    names = {row["code"]: pick(row, "name") for row in queries.documents_of(application)}
    order = sorted(versions, key=[*names, *versions].index)
    here = order.index(one.code)
    beside = [_newest(versions[order[at]], names) if 0 <= at < len(order) else None for at in (here - 1, here + 1)]
    kind = one.file.mime
    return render(request, "applications/look.html", {
        "title": names.get(one.code, one.code), "a": application, "one": one, "versions": versions[one.code], "locked": files.locked(one.file),
        "source": reverse("applications:my:file", args=[application.ref, pk]), "place": here + 1, "count": len(order), "before": beside[0], "after": beside[1],
        "shown": "pdf" if kind == "application/pdf" else "image" if kind.startswith("image/") else "", "look": look,
        "crumbs": [(application.ref, reverse(back, args=[application.ref])), (one.file.name, None)],
    })


def _newest(rows: list[Annex], names: dict[str, str]) -> Annex:
    row = next((one for one in rows if one.is_current), rows[0])
    row.title = names.get(row.code, row.code)
    return row


@access(signed_in)
@require_POST
def remove(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    application = queries.writer_get(request.actor, ref, queries.FILES, write=True)
    actions.detach(request.actor, queries.annex_for(request.actor, application, pk))
    return redirect("applications:my:files", ref)
