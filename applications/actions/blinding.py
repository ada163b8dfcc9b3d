"""The copy of an application for a double-blind review, made once from what was frozen and kept as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from applications import queries
from applications.documents import printing
from applications.models import Application
from core import files
from core.models import StoredFile


def blind_copy(actor: Any, application: Application, hide: Iterable[str] = ()) -> StoredFile:
    """Neither the text nor the name of the file nor its metadata tells who is behind the application."""
    data = printing.application_pdf(application, blind=True, hide=hide)
    return files.store_bytes(data, f"{application.ref}-blind.pdf", files.MIMES["pdf"], actor=actor)


def blind_titles(applications: list[Application], hide: Iterable[str] = ()) -> dict[int, str]:
    """{application: title} with names hidden."""
    return {one.pk: queries.blind_title(one, hide)[:200] for one in applications}
