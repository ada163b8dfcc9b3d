"""A file of a material that comes in pieces: begun, gone on with, finished through the same door as a whole one.

Who uploads may lose the line, the session or the machine in between; the row says where it stands. Pieces lie in the file store,
so any web process of any machine may take the next one.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from applications import queries
from applications.actions.filing import editable
from applications.actions.materials import MB, attach, limit_of
from applications.models import Annex, Application, Upload
from core import clock, files, parameters
from core.clock import CoreNow
from core.workflow import Refused

PIECE = MB  # bytes of one piece: seconds on a slow line; far below what a request may hold in memory
PERSON_LOCK = 0x4103
FOLDER = "pieces"


@transaction.atomic
def begin_upload(actor: Any, application: Application, *, code: str, name: str, size: int, mark: str) -> Upload:
    """The same file, chosen again, goes on where it stopped; another one for the material takes its place.

    Refuses what would be refused at the end anyway. Raises core.files.BadFile with a text for the person.
    """
    document = queries.document_of(application, code)
    if document is None:
        raise Refused([_("The guide's list has no such document.")])
    editable(actor, application, queries.FILES)
    name, mark = name.replace("\\", "/").rsplit("/", 1)[-1].strip(" .")[-200:] or "file", mark[:80]
    _within_limits(document, name, size)
    with connection.cursor() as cursor:  # two windows of one person begin one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PERSON_LOCK, actor.id % 2**31])
    mine = Upload.objects.filter(person=actor.id)
    before = mine.filter(application=application, code=code).first()
    if before is not None and (before.name, before.size, before.mark) == (name, size, mark):
        return before
    if before is not None:
        _drop(before)
    waiting, most = mine.aggregate(all=Sum("size"))["all"] or 0, int(parameters.value("upload.pending_mb", default=500))
    if waiting + size > most * MB:
        raise Refused([_("Unfinished uploads of yours may hold at most %(most)d MB together. Finish or cancel one of them first.") % {"most": most}])
    return Upload.objects.create(application=application, code=code, person=actor.person, name=name, size=size, mark=mark)


def _within_limits(document: Any, name: str, size: int) -> None:
    limit = limit_of(document)
    if size <= 0:
        raise files.BadFile(_("The file “%(name)s” is empty.") % {"name": name})
    if size > limit:
        raise files.BadFile(_("The file is larger than %(mb)s MB.") % {"mb": limit // MB})


def _held(upload: Upload) -> Upload:
    row = Upload.objects.select_for_update(no_key=True, of=("self",)).select_related("application").filter(pk=upload.pk).first()
    if row is None:
        raise Refused([_("This upload has ended already. Open the page again.")])
    return row


@transaction.atomic
def append_piece(actor: Any, upload: Upload, *, offset: int, body: bytes) -> Upload:
    """The next bytes. A piece that does not begin where the last one ended changes nothing: the answer says where it stands."""
    row = _held(upload)
    document = queries.document_of(row.application, row.code)
    editable(actor, row.application, queries.FILES)
    if document is None:
        raise Refused([_("The guide's list has no such document.")])
    _within_limits(document, row.name, row.size)
    if offset != row.received:
        return row
    if not body or len(body) > PIECE or row.received + len(body) > row.size:
        raise Refused([_("The file is not as long as was announced. Please choose it again.")])
    place = default_storage.save(f"{row.folder}/{offset:012d}", ContentFile(body))
    row.pieces, row.received = [*row.pieces, place], row.received + len(body)
    Upload.objects.filter(pk=row.pk).update(pieces=row.pieces, received=row.received, touched_at=CoreNow())
    return row


def finish_upload(actor: Any, upload: Upload) -> Annex:
    """All pieces are there: one file again, through the door that every file takes. Raises BadFile and Refused like it; a file
    that is refused is thrown away, because sending the rest again would not help it."""
    try:
        with transaction.atomic():
            row = _held(upload)
            if row.received != row.size:
                raise Refused([_("The file is not complete yet.")])
            with _joined(row) as whole:
                annex = attach(actor, row.application, code=row.code, upload=whole)
            _drop(row)
            return annex
    except files.BadFile:
        cancel_upload(actor, upload)
        raise


def _joined(row: Upload) -> TemporaryUploadedFile:
    """The whole file, on a disk of this machine for a moment, and as it was announced."""
    whole, digest, size = TemporaryUploadedFile(row.name, "application/octet-stream", row.size, None), hashlib.sha256(), 0
    broken = _("The file did not arrive as it was sent. Please choose it again.")
    for place in row.pieces:
        try:
            with default_storage.open(place, "rb") as stream:
                body = stream.read()
        except OSError as error:
            raise files.BadFile(broken) from error
        digest.update(body)
        size += whole.write(body)
    if size != row.size or (len(row.mark) == 64 and digest.hexdigest() != row.mark):
        raise files.BadFile(broken)
    whole.seek(0)
    return whole


@transaction.atomic
def cancel_upload(actor: Any, upload: Upload) -> None:
    """Given up by whoever began it."""
    row = Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk).first()
    if row is not None:
        _drop(row)


def _drop(row: Upload) -> None:
    folder = row.folder
    Upload.objects.filter(pk=row.pk).delete()
    transaction.on_commit(lambda: _clear(folder))


def _clear(folder: str) -> None:
    """Everything in the folder, also a piece whose request died before its row was written."""
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)  # where folders exist at all


def sweep_uploads(actor: Any) -> int:
    """What nothing has come for is thrown away; and once an hour bytes that no row knows."""
    keep = timedelta(hours=int(parameters.value("upload.keep_hours", default=48)))
    rows = list(Upload.objects.filter(touched_at__lt=CoreNow() - keep)[:200])
    for row in rows:
        with transaction.atomic():
            if (held := Upload.objects.select_for_update(no_key=True).filter(pk=row.pk, touched_at=row.touched_at).first()) is not None:
                _drop(held)
    if clock.now().minute == 0:
        _clear_strays()
    return len(rows)


def _clear_strays() -> None:
    try:
        folders = set(default_storage.listdir(FOLDER)[0])
    except FileNotFoundError:
        return
    for name in folders - {str(uid) for uid in Upload.objects.values_list("uid", flat=True)}:  # asked after: a row is older than its folder
        _clear(f"{FOLDER}/{name}")
