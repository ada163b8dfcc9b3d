"""The supervisor of script/server: a dead child is back within two seconds, and nothing is left over at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "script"
sys.path.insert(0, str(SCRIPT))

from house import needs, stores  # noqa: E402
from house.supervisor import Child, Supervisor  # noqa: E402

LONG = [sys.executable, "-c", "import time; time.sleep(600)"]


def wait(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def child(tmp_path, name="child", command=None):
    return Child(name, command or LONG, os.environ, tmp_path / f"{name}.log")


@pytest.fixture
def house(monkeypatch):
    """A supervisor at work in a thread; signals belong to the main thread of the test run."""
    monkeypatch.setattr(signal, "signal", lambda *_given: None)
    said: list[str] = []
    house = Supervisor(said.append)
    house.said = said
    thread = threading.Thread(target=house.run)
    yield house, thread
    house.leave()
    if thread.ident:
        thread.join(20)
        assert not thread.is_alive()


def test_a_killed_child_is_back_within_two_seconds(house, tmp_path):
    supervisor, thread = house
    children = [supervisor.add(child(tmp_path, name)) for name in ("one", "two")]
    thread.start()
    for one in children:
        for _again in range(2):
            old = one.process.pid
            os.kill(old, signal.SIGKILL)
            assert wait(lambda one=one, old=old: one.process.pid != old and one.alive(), 2), supervisor.said
    assert any("one ended" in line for line in supervisor.said)


def test_without_the_supervisor_it_stays_dead(tmp_path):
    """Negative control: it is the look of the supervisor that brings a child back."""
    one = child(tmp_path)
    one.start()
    old = one.process.pid
    os.kill(old, signal.SIGKILL)
    one.process.wait(5)
    time.sleep(2)
    assert one.process.pid == old
    assert not one.alive()


def test_a_child_that_always_dies_is_tried_again_but_does_not_spin(house, tmp_path):
    supervisor, thread = house
    supervisor.add(child(tmp_path, "sick", [sys.executable, "-S", "-c", "raise SystemExit(3)"]))
    thread.start()
    time.sleep(4)
    starts = sum("sick ended (3)" in line for line in supervisor.said)
    assert 2 <= starts <= 12


def test_grandchildren_go_with_a_killed_child(house, tmp_path):
    """A killed web server must not leave workers behind that hold its port."""
    supervisor, thread = house
    note = tmp_path / "pid"
    family = [sys.executable, "-c", "import subprocess,sys,time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
              f"open({str(note)!r}, 'w').write(str(p.pid)); time.sleep(600)"]
    one = supervisor.add(child(tmp_path, "family", family))
    thread.start()
    assert wait(lambda: note.exists() and note.read_text(), 10)
    grandchild = int(note.read_text())
    os.kill(one.process.pid, signal.SIGKILL)
    assert wait(lambda: not alive(grandchild), 3)


def test_stop_leaves_nothing(tmp_path):
    supervisor = Supervisor(lambda _text: None)
    pids = [supervisor.add(child(tmp_path, name)).process.pid for name in ("one", "two")]
    supervisor.stop()
    assert not any(alive(pid) for pid in pids)


def test_children_of_a_killed_supervisor_end_with_it(tmp_path):
    note = tmp_path / "pid"
    program = (f"import sys, os, time; sys.path.insert(0, {str(SCRIPT)!r})\n"
               "from pathlib import Path\nfrom house.supervisor import Child, Supervisor\n"
               f"house = Supervisor(print)\nchild = house.add(Child('x', {LONG!r}, os.environ, Path({str(tmp_path / 'x.log')!r})))\n"
               f"Path({str(note)!r}).write_text(str(child.process.pid))\ntime.sleep(600)")
    supervisor = subprocess.Popen([sys.executable, "-c", program])
    try:
        assert wait(lambda: note.exists() and note.read_text(), 10)
    finally:
        supervisor.kill()
        supervisor.wait(5)
    assert wait(lambda: not alive(int(note.read_text())), 3)


def test_a_taken_port_is_said_clearly():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([sys.executable, str(SCRIPT / "server")], env={**os.environ, "PORT": str(port)}, capture_output=True,
                              text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert f"Port {port} is in use" in done.stdout


def test_without_rights_the_exact_line_is_printed_and_nothing_changed(monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(needs, "missing", lambda packages: ["redis-server", "fontconfig"])
    monkeypatch.setattr(needs, "privileged", lambda: None)
    monkeypatch.setattr(needs.subprocess, "run", lambda *given, **_words: ran.append(given))
    with pytest.raises(SystemExit) as end:
        needs.system(needs.RUNTIME)
    assert end.value.code == 2
    assert "sudo apt-get install --yes --no-install-recommends redis-server fontconfig" in capsys.readouterr().out
    assert ran == []


def test_secrets_are_made_once_and_are_for_their_owner_only(tmp_path):
    first = stores._secret(tmp_path, "database_owner")
    assert stores._secret(tmp_path, "database_owner") == first != stores._secret(tmp_path, "database_web")
    assert (tmp_path / "secrets" / "database_owner").stat().st_mode & 0o077 == 0
