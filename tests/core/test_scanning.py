"""The virus check: a verdict is a verdict, and everything else is none (fail closed)."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from core import clock, files, scanning, tasks
from core.management.commands.scan import EICAR
from core.models import LedgerRow, StoredFile
from core.web import health
from core.workflow import Refused
from tests.core.clamd import Clamd
from tests.core.test_files import NOBODY, WHOLE

S = StoredFile.Scan


@pytest.fixture
def clamd(settings):
    server = Clamd()
    settings.CLAMD = server.address
    yield server
    server.end()


def kept(body: bytes = WHOLE, name: str = "方案.pdf") -> StoredFile:
    return files.store(SimpleUploadedFile(name, body), actor=NOBODY, max_bytes=10_000_000)


def infected() -> StoredFile:
    return kept(WHOLE[:9] + EICAR + WHOLE[9:], "中毒.pdf")


def state(file: StoredFile) -> str:
    file.refresh_from_db()
    return file.scan


def test_clean_and_found_by_the_real_protocol(clamd):
    assert scanning.ask(io.BytesIO(WHOLE)) == ""
    assert scanning.ask(io.BytesIO(b"x" * 200_000 + EICAR)) == "Eicar-Test-Signature"
    assert clamd.seen == [len(WHOLE), 200_000 + len(EICAR)]


def test_health_says_whether_the_scanner_answers_and_is_no_503_for_it(clamd, settings, monkeypatch, client, db):
    monkeypatch.setattr(health, "state", lambda: {"database": True})
    assert client.get("/healthz").json() == {"database": True, "scanner": True}
    clamd.manner = b"UNKNOWN COMMAND\0"
    assert client.get("/healthz").json()["scanner"] is False
    settings.CLAMD = "127.0.0.1:1"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["scanner"]) == (200, False)
    settings.CLAMD = ""
    assert client.get("/healthz").json() == {"database": True}


def test_by_a_socket_of_the_machine(settings, tmp_path):
    settings.CLAMD = str(tmp_path / "no.sock")
    with pytest.raises(scanning.Away):
        scanning.ask(io.BytesIO(WHOLE))


@pytest.mark.parametrize("manner", [b"", b"stream: OK~", b"INSTREAM size limit exceeded. ERROR", b"stream: OKAY", b"stream:  FOUND", b"OK",
                                    b"stream: x FOUND stream: OK", b"\xff\xfe" * 3000, "gone", "hang"])
def test_what_is_no_verdict_is_never_clean(clamd, manner, monkeypatch):
    monkeypatch.setattr(scanning, "LONGEST", 0.3)
    clamd.manner = manner or b" "
    with pytest.raises(scanning.NoVerdict):
        scanning.ask(io.BytesIO(WHOLE * 10))


def test_scanner_that_is_not_there_or_not_named_rightly_is_away(settings):
    for address in ("127.0.0.1:1", "127.0.0.1:x"):
        settings.CLAMD = address
        with pytest.raises(scanning.Away):
            scanning.ask(io.BytesIO(WHOLE))


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_released_with_the_mark(settings):
    settings.CLAMD = ""
    file = kept()
    assert (file.scan, str(file.mark), file.is_locked) == (S.UNSCANNED, "未扫描", False)
    assert scanning.sweep() == 0 and state(file) == S.UNSCANNED
    assert files.serve(file, NOBODY, "test").status_code == 200


@pytest.mark.django_db
def test_an_upload_waits_for_the_verdict_and_a_bad_one_locks_it(clamd):
    good, bad = kept(), infected()
    assert good.scan == bad.scan == S.PENDING
    for file in (good, bad):
        with pytest.raises(Refused, match="尚未完成"):
            files.serve(file, NOBODY, "test")
    tasks.scan(good.pk)
    assert scanning.sweep() == 1
    assert (state(good), good.mark, state(bad), bad.scan_note) == (S.CLEAN, "", S.INFECTED, "Eicar-Test-Signature")
    assert files.serve(good, NOBODY, "test").status_code == 200
    with pytest.raises(Refused, match="查出病毒"):
        files.serve(bad, NOBODY, "test")
    row = LedgerRow.objects.get(verb="core.file.infected")
    assert (row.target_id, row.why, row.data["name"]) == (bad.pk, "Eicar-Test-Signature", "中毒.pdf")
    assert scanning.sweep() == 0 and LedgerRow.objects.filter(verb="core.file.infected").count() == 1


@pytest.mark.django_db
def test_without_the_lock_the_file_would_be_sent(clamd, monkeypatch):
    """The negative control of the door."""
    file = kept()
    monkeypatch.setattr(files, "locked", lambda file: None)
    assert files.serve(file, NOBODY, "test").status_code == 200


@pytest.mark.django_db
def test_a_file_without_verdict_is_asked_again_later_and_holds_up_nobody(clamd):
    clamd.manner = b"INSTREAM size limit exceeded. ERROR"
    stuck = kept()
    assert scanning.sweep() == 1
    assert state(stuck) == S.PENDING and "size limit" in stuck.scan_note
    clamd.manner = b""
    other = kept()
    assert scanning.sweep() == 1 and state(other) == S.CLEAN and state(stuck) == S.PENDING
    with clock.shifted_to(clock.now() + timedelta(minutes=2)):
        assert scanning.sweep() == 1 and state(stuck) == S.CLEAN


@pytest.mark.django_db
def test_bytes_that_are_gone_are_no_clean_file(clamd):
    file = kept()
    default_storage.delete(file.path)
    assert scanning.sweep() == 1
    assert state(file) == S.PENDING and "FileNotFound" not in file.mark


@pytest.mark.django_db
def test_scanner_away_leaves_everything_waiting(settings):
    settings.CLAMD = "127.0.0.1:1"
    file = kept()
    tasks.scan(file.pk)
    with pytest.raises(scanning.Away):
        scanning.sweep()
    assert (state(file), file.scan_tries) == (S.PENDING, 0)


@pytest.mark.django_db
def test_pending_goes_first_then_what_was_released_before_there_was_a_scanner(settings):
    settings.CLAMD = ""
    old = kept()
    server = Clamd()
    settings.CLAMD = server.address
    new = kept()
    assert scanning.scan() and state(new) == S.CLEAN and state(old) == S.UNSCANNED
    assert scanning.scan() and state(old) == S.CLEAN and not scanning.scan()
    server.end()


@pytest.mark.django_db
def test_what_the_house_made_itself_is_not_asked(clamd):
    assert files.store_bytes(b"x", "a.csv", "text/csv", actor=SimpleNamespace(id=None, label="t")).scan == S.CLEAN


@pytest.mark.django_db
def test_command_tells_whether_the_scanner_works(clamd, settings, capsys):
    kept()
    call_command("scan")
    assert "looked at: 1" in capsys.readouterr().out
    clamd.manner = b"stream: OK"
    with pytest.raises(CommandError, match="no signatures"):
        call_command("scan")
    with pytest.raises(CommandError, match="CLAMD=off"):
        call_command("scan", release=True)
    waiting = kept()
    settings.CLAMD = ""
    call_command("scan", release=True)
    assert state(waiting) == S.UNSCANNED and LedgerRow.objects.filter(verb="core.file.release", target_id=waiting.pk).exists()
