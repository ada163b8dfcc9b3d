"""The web server as script/server starts it: a killed worker is back without the application being read anew."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager

from tests.deploy.conftest import BIN, ROOT, wait_for

#: The application of the test takes 1.5 s to be read.
SLOW = 1.2


def answer(port: int) -> str:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as link:
            link.request("GET", "/")
            return link.getresponse().read().decode()
    except OSError:
        return ""


@contextmanager
def served(program: list[str], words: list[str], port: int):
    child = subprocess.Popen([*program, *words[:-1], "tests.deploy.slow_app:application"], cwd=ROOT, env=dict(os.environ), start_new_session=True)
    try:
        yield wait_for(lambda: answer(port), what="the first answer")
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def gap_after_a_kill(script, tmp_path, program: list[str] | None = None) -> float:
    """Seconds from the death of the only worker to the next answer."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = script.commands("127.0.0.1", str(port), tmp_path)["web"]
    words[words.index("--workers") + 1] = "1"
    with served(program or words[:3], words[3:], port) as worker:
        os.kill(int(worker), signal.SIGKILL)
        began = time.monotonic()
        assert wait_for(lambda: (now := answer(port)) != worker and now, what="an answer after the kill")
        return time.monotonic() - began


def test_a_killed_worker_is_back_at_once(script, tmp_path):
    assert script.commands("127.0.0.1", "1", tmp_path)["web"][:3] == [sys.executable, "-m", "config.serve"]
    assert gap_after_a_kill(script, tmp_path) < SLOW


def test_a_server_that_reads_it_in_every_worker_would_be_found(script, tmp_path):
    """The negative control."""
    assert gap_after_a_kill(script, tmp_path, [str(BIN / "granian")]) > SLOW
