"""No file of the portal asks where it lies: everything works in a store that has no paths at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import File
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications import actions, queries
from applications.models import Annex, Upload
from core import files, jobs, scanning
from tests.applications.client import signed_in
from tests.applications.test_pieces import BODY, Sender
from tests.core.test_scanning import clamd  # noqa: F401 (a fixture)
from tests.factories import applications as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def nowhere(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "none"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    yield default_storage
    assert not Path(settings.MEDIA_ROOT).exists()


def test_a_store_without_paths_has_none(nowhere):
    """What the other tests rest on: whoever opens a file by its path finds none."""
    place = nowhere.save("a", File(files.as_stream(b"x")))
    assert isinstance(nowhere._wrapped, InMemoryStorage)
    with pytest.raises(FileNotFoundError):
        Path(nowhere.path(place)).read_bytes()


def test_uploads_are_kept_proved_scanned_and_served(nowhere, town, clamd):  # noqa: F811
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    annex = row.annexes.filter(is_current=True).first()
    assert nowhere.exists(annex.file.path) and files.intact(annex.file) and files.read(annex.file) == make.PDF
    while scanning.scan():
        pass
    answer = signed_in(town.li).get(reverse("applications:my:file", args=[row.ref, annex.pk]))
    assert b"".join(answer.streaming_content) == make.PDF and answer["Content-Length"] == str(len(make.PDF))
    with nowhere.open(annex.file.path, "wb") as stream:
        stream.write(b"%PDF-1.4 another")
    assert not files.intact(annex.file)


def test_pieces_become_one_file(nowhere, town, django_capture_on_commit_callbacks):
    row = make.started(town.li, town.guide, town.a)
    sender = Sender(town.li, row)
    sender.begin()
    for offset in range(0, len(BODY), actions.PIECE):
        assert sender.piece(offset).status_code == 200
    folder = Upload.objects.get().folder
    assert len(nowhere.listdir(folder)[1]) == 3
    with django_capture_on_commit_callbacks(execute=True):
        assert sender.end().status_code == 200
    assert files.read(Annex.objects.get().file) == BODY and not nowhere.exists(folder)
    actions.sweep_uploads(town.li)


def test_papers_are_printed_and_official_documents_rendered_into_it(nowhere, town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    job = actions.order_preview(town.li, row)
    while jobs.run(job.pk):
        job.refresh_from_db()
        if job.state != "QUEUED":
            break
    job.refresh_from_db()
    assert job.state == "DONE" and files.read(job.file).startswith(b"%PDF") and files.intact(job.file)
    assert nowhere.exists(job.file.path)
    page = signed_in(town.agency).get(reverse("applications:desk:application", args=[row.ref]))
    assert page.status_code == 200


def test_another_upload_goes_through_the_same_store(nowhere, town):
    stored = files.store(SimpleUploadedFile("表.csv", "甲,乙\n".encode()), actor=town.li, kinds=("csv",), max_bytes=1000)
    assert nowhere.exists(stored.path) and queries.place_of_material(stored) == ""
