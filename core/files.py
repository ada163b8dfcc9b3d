"""Files: kept by content hash, typed by content, quarantined until scanned, and served only with a reason.

The app that gives the reason opens the door: a view of that app asks its own policy and calls `serve`, which writes
the ledger row. Nothing here has a URL of its own.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import ledger
from core.models import StoredFile
from core.workflow import Refused

MIMES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "csv": "text/csv",
}
#: Endings that say the same; any other is replaced, so that nobody is offered an .exe by the bureau.
ENDINGS = {"jpg": ("jpg", "jpeg"), "csv": ("csv", "txt")}
NAMES = {"pdf": "PDF", "png": "PNG", "jpg": "JPG", "docx": "Word (.docx)", "xlsx": "Excel (.xlsx)", "zip": "ZIP",
         "csv": "CSV"}
PDF_END = 4096  # bytes from the end in which readers look for the end mark
UNPACK_LIMIT = 200 * 1024 * 1024  # bytes a packed office file may unpack to
#: An upper floor says on which page a file stands: a function of the file that returns an address, or "".
PLACES: list[Callable[[StoredFile], str]] = []


class BadFile(ValueError):
    """The file is refused; the text says why and what to do, in the reader's language."""


def _office_kind(stream: BinaryIO) -> str | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if len(names) > 5000 or sum(item.file_size for item in archive.infolist()) > UNPACK_LIMIT:
                raise BadFile(_("The file unpacks to far more data than allowed. Please export it again."))
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, BadFile):
            raise
        return None
    if "[Content_Types].xml" in names:
        if any(name.startswith("word/") for name in names):
            return "docx"
        if any(name.startswith("xl/") for name in names):
            return "xlsx"
    return "zip"


def kind_of(stream: BinaryIO) -> str | None:
    """The kind by content, never by name; None when it is none we know."""
    stream.seek(0)
    head = stream.read(4096)
    stream.seek(0)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"PK\x03\x04"):
        return _office_kind(stream)
    if head and b"\x00" not in head:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                head[: len(head) - 4 if len(head) == 4096 else None].decode(encoding)
            except UnicodeDecodeError:
                continue
            return "csv"
    return None


def _refuse_cut(stream: BinaryIO, size: int, name: str) -> None:
    """A PDF without its end was cut on the way, or is something else that begins like one."""
    stream.seek(max(0, size - PDF_END))
    if b"%%EOF" not in stream.read(PDF_END):
        raise BadFile(_("The PDF “%(name)s” is not complete: its end is missing. Please save it as PDF again.") % {"name": name})
    stream.seek(0)


def _with_ending(name: str, kind: str) -> str:
    """The name as given, with an ending that tells its content."""
    stem, point, ending = name.rpartition(".")
    if point and ending.lower() in ENDINGS.get(kind, (kind,)):
        return name
    is_ending = point and stem and len(ending) <= 5 and ending.isascii() and ending.isalnum()
    return f"{stem if is_ending else name}.{kind}"


def _size_text(size: int) -> str:
    return f"{size / 1048576:.1f} MB" if size >= 104858 else f"{size / 1024:.0f} KB"


def store(upload: Any, *, actor: Any, kinds: tuple[str, ...] = ("pdf",), max_bytes: int, name: str = "") -> StoredFile:
    """Check and keep an uploaded file. Raises BadFile with a message for the person; writes storage and one row.

    `name` (without its ending) replaces the name that the person gave it, where that might tell who they are.
    """
    kind = checked(upload, kinds=kinds, max_bytes=max_bytes)
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    scan = StoredFile.Scan.PENDING if settings.CLAMD else StoredFile.Scan.UNSCANNED
    kept = _keep(upload, f"{name}.{kind}" if name else _with_ending(upload.name, kind), MIMES[kind], upload.size, digest.hexdigest(), actor, scan)
    if kept.scan == StoredFile.Scan.PENDING and settings.KICK_WORKERS:
        transaction.on_commit(lambda: _wake_scanner(kept.pk))
    return kept


def _wake_scanner(pk: int) -> None:
    from core import tasks  # noqa: PLC0415 (slow import)

    tasks.send(tasks.scan, pk)


def checked(upload: Any, *, kinds: tuple[str, ...] = ("pdf",), max_bytes: int) -> str:
    """The kind of an upload by its content; raises BadFile with a message for the person. Keeps nothing."""
    size = upload.size
    if size == 0:
        raise BadFile(_("The file “%(name)s” is empty.") % {"name": upload.name})
    if size > max_bytes:
        raise BadFile(
            _("The file “%(name)s” has %(size)s; at most %(limit)s are allowed.")
            % {"name": upload.name, "size": _size_text(size), "limit": _size_text(max_bytes)}
        )
    stream = upload.file if hasattr(upload, "file") else upload
    kind = kind_of(stream)
    if kind not in kinds:
        raise BadFile(
            _("The content of “%(name)s” is not one of the allowed types: %(kinds)s.")
            % {"name": upload.name, "kinds": ", ".join(NAMES[k] for k in kinds)}
        )
    if kind == "pdf":
        _refuse_cut(stream, size, upload.name)
    return kind


def store_bytes(data: bytes, name: str, mime: str, *, actor: Any) -> StoredFile:
    """Keep bytes that the house itself made."""
    return _keep(ContentFile(data), name, mime, len(data), hashlib.sha256(data).hexdigest(), actor,
                 StoredFile.Scan.CLEAN)


def _keep(content: File, name: str, mime: str, size: int, sha256: str, actor: Any, scan: str) -> StoredFile:
    path = default_storage.save(f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}-{uuid4().hex[:8]}", content)
    visible = "".join(one for one in name if unicodedata.category(one) not in ("Cc", "Cf"))
    clean = visible.replace("\\", "/").rsplit("/", 1)[-1][-200:] or "file"
    return StoredFile.objects.create(
        name=clean, mime=mime, size=size, sha256=sha256, path=path, scan=scan, uploaded_by_id=actor.id
    )


def open_file(file: StoredFile) -> File:
    return default_storage.open(file.path, "rb")


def read(file: StoredFile) -> bytes:
    with open_file(file) as stream:
        return stream.read()


def forget(file: StoredFile) -> None:
    """Throw the bytes away and keep the row: its fingerprint still proves which file it was, should somebody show it again."""
    path = file.path
    if path:
        StoredFile.objects.filter(pk=file.pk).update(path="")
        file.path = ""
        transaction.on_commit(lambda: default_storage.delete(path))


def intact(file: StoredFile) -> bool:
    """Whether the stored bytes still have the recorded hash."""
    digest = hashlib.sha256()
    with open_file(file) as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest() == file.sha256


def locked(file: StoredFile) -> str | None:
    """Why nobody may open the file, or None. The only door asks it, for every app."""
    if not file.path:
        return _("“%(name)s” has been deleted as the rules on keeping data ask; its fingerprint is kept.") % {"name": file.name}
    if file.scan == StoredFile.Scan.INFECTED:
        return _("A virus was found in “%(name)s”; the file is locked.") % {"name": file.name}
    if file.scan == StoredFile.Scan.PENDING:
        return _("The virus check of “%(name)s” is not finished; until then nobody can open the file. Please try again in a minute.") % {
            "name": file.name}
    return None


def place_of(file: StoredFile) -> str:
    """The page on which the file stands, for a message about it; "" when no floor knows."""
    return next((found for place in PLACES if (found := place(file))), "")


def serve(file: StoredFile, actor: Any, reason: str, *, inline: bool = False, part_of: Any = None) -> FileResponse:
    """Send a file to somebody whom the calling app has let in; the ledger keeps who saw it and why.

    `part_of` is the row under which the look is recorded instead of the file, where readers of the record know the person
    by that row only (an expert by the seat).
    """
    if reason := locked(file):
        raise Refused([reason])
    ledger.record("core.file.open", part_of or file, actor, why=reason, name=file.name)
    shown = inline and file.mime in ("application/pdf", "image/png", "image/jpeg")
    response = FileResponse(open_file(file), content_type=file.mime)
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = content_disposition_header(not shown, file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def as_stream(data: bytes) -> BinaryIO:
    return io.BytesIO(data)
