"""The virus check of uploads. Bytes go to clamd in its own words (INSTREAM); no verdict is never a clean one.

Without a scanner (`CLAMD` is empty or "off") an upload is released at once and bears the mark that nobody looked.
"""

from __future__ import annotations

import socket
import struct
import time
from datetime import timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.db import models, transaction

from core import files, ledger
from core.clock import CoreNow
from core.models import StoredFile

WAITING = (StoredFile.Scan.PENDING, StoredFile.Scan.UNSCANNED)  # the second from a time without a scanner
SCANNER = ledger.Unnamed("scan")
PIECE = 1 << 16
ANSWER_MOST = 4096
LONGEST = 60  # seconds for one file, from the first byte to the verdict
SWEEP_SECONDS = 20
LONGEST_PAUSE = 5  # minutes: somebody may be waiting for the verdict before a close


class NoVerdict(Exception):
    """The scanner said nothing that can be relied on, about this file."""


class Away(NoVerdict):
    """The scanner cannot be reached: nothing is to be learnt about any file now."""


def _connected(end: float) -> socket.socket:
    host, colon, port = settings.CLAMD.rpartition(":")
    try:
        if settings.CLAMD.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(end - time.monotonic())
            line.connect(settings.CLAMD)
            return line
        place = (host.strip("[]"), int(port)) if colon else (settings.CLAMD, 3310)
        return socket.create_connection(place, timeout=max(0.1, min(5, end - time.monotonic())))
    except (OSError, ValueError) as error:
        raise Away(f"{type(error).__name__}: {error}") from error


def _in_time(line: socket.socket, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise NoVerdict("no verdict in time")
    line.settimeout(left)


def _answer(line: socket.socket, end: float) -> str:
    found = b""
    while not found.endswith(b"\0"):
        _in_time(line, end)
        more = line.recv(ANSWER_MOST)
        if not more or len(found) > ANSWER_MOST:
            raise NoVerdict("the answer was cut")
        found += more
    return found.rstrip(b"\0").decode("utf-8", "replace").strip()


def is_there(seconds: float = 2) -> bool:
    """Whether the scanner answers at all."""
    end = time.monotonic() + seconds
    try:
        with _connected(end) as line:
            _in_time(line, end)
            line.sendall(b"zPING\0")
            return _answer(line, end) == "PONG"
    except (NoVerdict, OSError):
        return False


def ask(stream: BinaryIO) -> str:
    """"" for clean, else the name of what was found. Raises NoVerdict for everything else that may happen."""
    end = time.monotonic() + LONGEST
    with _connected(end) as line:
        try:
            line.sendall(b"zINSTREAM\0")
            for piece in iter(lambda: stream.read(PIECE), b""):
                _in_time(line, end)
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            said = _answer(line, end)
        except OSError as error:
            raise NoVerdict(f"{type(error).__name__}: {error}") from error
    if said == "stream: OK":
        return ""
    name = said.removeprefix("stream: ").removesuffix(" FOUND")
    if name and said == f"stream: {name} FOUND":
        return name
    raise NoVerdict(said or "an empty answer")


@transaction.atomic
def scan(pk: int | None = None) -> bool:
    """The verdict on one file (that one, or the next); False when none waits that nobody else is looking at. Raises Away.

    The row is held until the verdict is written, so that a worker who dies leaves it waiting; the bytes themselves are not locked.
    """
    rows = StoredFile.objects.select_for_update(skip_locked=True, no_key=True).filter(scan__in=WAITING)
    # by name of the state: what is pending goes before what was released long ago
    rows = rows.filter(pk=pk) if pk else rows.filter(scan_retry_at__lte=CoreNow()).order_by("scan", "pk")
    row = rows.first()
    if row is None:
        return False
    try:
        with files.open_file(row) as stream:
            found = ask(stream)
    except Away:
        raise
    except Exception as error:  # noqa: BLE001 (whatever the scanner or the store raises, it is no verdict; others must not wait for it)
        pause = timedelta(minutes=min(LONGEST_PAUSE, row.scan_tries + 1))
        StoredFile.objects.filter(pk=row.pk).update(
            scan_tries=models.F("scan_tries") + 1, scan_note=f"{type(error).__name__}: {error}"[:200], scan_retry_at=CoreNow() + pause)
        return True
    _settle(row, found)
    return True


def _settle(row: StoredFile, found: str) -> None:
    state = StoredFile.Scan.INFECTED if found else StoredFile.Scan.CLEAN
    StoredFile.objects.filter(pk=row.pk).update(scan=state, scan_note=found[:200], scanned_at=CoreNow())
    if found:
        ledger.record("core.file.infected", row, SCANNER, why=found[:200], before={"scan": row.scan}, after={"scan": state}, name=row.name)


def sweep() -> int:
    """Whatever waits and nobody was woken for; ends after a while, or at once when the scanner is away."""
    if not settings.CLAMD:
        return 0
    done, end = 0, time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < end and scan():
        done += 1
    return done


@transaction.atomic
def release(actor: Any) -> int:
    """Where the scanner was taken away for good, what waited for it is released with the mark; on record, each."""
    rows = list(StoredFile.objects.select_for_update(no_key=True).filter(scan=StoredFile.Scan.PENDING))
    for row in rows:
        StoredFile.objects.filter(pk=row.pk).update(scan=StoredFile.Scan.UNSCANNED)
        ledger.record("core.file.release", row, actor, before={"scan": row.scan}, after={"scan": StoredFile.Scan.UNSCANNED}, name=row.name)
    return len(rows)
