"""Attached documents: a new upload is a new version, nothing is thrown away."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from applications import queries
from applications.actions.filing import editable, lock
from applications.models import Annex, Application
from core import files, ledger
from core.workflow import Refused

MB = 1024 * 1024


def limit_of(document: dict[str, Any]) -> int:
    """The one limit that is both shown and enforced: the guide's, never above what the server takes."""
    return min(int(document.get("max_mb") or 20) * MB, settings.UPLOAD_LIMIT_BYTES)


def attach(actor: Any, application: Application, *, code: str, upload: Any) -> Annex:
    """Keep a file as the current version of one document of the guide's list.

    The bytes are checked and stored before the row is held. Raises core.files.BadFile with a text for the person.
    Records applications.annex.attach.
    """
    document = queries.document_of(application, code)
    if document is None:
        raise Refused([_("The guide's list has no such document.")])
    editable(actor, application, queries.FILES)
    stored = files.store(upload, actor=actor, kinds=tuple(document["mimes"]), max_bytes=limit_of(document))
    return add_version(actor, application, code, stored)


@transaction.atomic
def add_version(actor: Any, application: Application, code: str, stored: Any) -> Annex:
    row = lock(application)
    editable(actor, row, queries.FILES)
    number = (row.annexes.filter(code=code).aggregate(last=Max("number"))["last"] or 0) + 1
    row.annexes.filter(code=code, is_current=True).update(is_current=False)
    annex = Annex.objects.create(application=row, code=code, file=stored, number=number, added_by=actor.person)
    ledger.record("applications.annex.attach", row, actor, code=code, number=number, sha256=stored.sha256)
    return annex


@transaction.atomic
def detach(actor: Any, annex: Annex) -> None:
    """The document is no longer part of the application; its versions stay on record."""
    row = lock(annex.application)
    editable(actor, row, queries.FILES)
    Annex.objects.filter(pk=annex.pk).update(is_current=False)
    ledger.record("applications.annex.detach", row, actor, code=annex.code, number=annex.number)
