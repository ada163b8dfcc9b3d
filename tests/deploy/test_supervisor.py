"""The supervisor of script/server: a dead child is back within two seconds, and nothing outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.deploy.conftest import ROOT, gone, wait_for

HOUSE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from house.supervisor import Child, Supervisor
place = Path(sys.argv[2])
# A child that has a child of its own, as the web server and the worker have.
body = "import os, subprocess, sys, time; p = subprocess.Popen(['sleep', '600']); " \\
       "open(sys.argv[1], 'a').write(f'{os.getpid()} {p.pid}\\\\n'); time.sleep(600)"
house = Supervisor(lambda text: print(text, flush=True))
for name in ("web", "worker"):
    house.add(Child(name, [sys.executable, "-c", body, str(place / name)], {}, place / f"{name}.log"))
house.run()
"""


@pytest.fixture
def house(tmp_path):
    """A supervisor with two children, as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOUSE, str(ROOT / "script"), str(tmp_path)], stdout=subprocess.PIPE, text=True)
    wait_for(lambda: _pids(tmp_path, "web") and _pids(tmp_path, "worker"), what="the start of both children")
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    for name in ("web", "worker"):
        for pair in _pids(tmp_path, name):
            for pid in pair:
                if not gone(pid):
                    os.kill(pid, signal.SIGKILL)


def _pids(place: Path, name: str) -> list[tuple[int, int]]:
    """(child, its child) of every start."""
    path = place / name
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(line.split()[0]), int(line.split()[1])) for line in lines if len(line.split()) == 2]


def test_killed_child_is_back_within_two_seconds(house, tmp_path):
    (child, grandchild), = _pids(tmp_path, "web")
    began = time.monotonic()
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: len(_pids(tmp_path, "web")) == 2, 10, "the second start")
    assert time.monotonic() - began < 2
    assert gone(grandchild)  # it would hold the port
    assert len(_pids(tmp_path, "worker")) == 1  # the other one is left alone
    assert house.poll() is None


def test_end_of_the_supervisor_ends_all_and_says_so(house, tmp_path):
    house.send_signal(signal.SIGTERM)
    assert house.wait(15) == 0
    for name in ("web", "worker"):
        (child, grandchild), = _pids(tmp_path, name)
        assert gone(child)
        assert gone(grandchild)


def test_killed_supervisor_takes_its_children_with_it(house, tmp_path):
    house.kill()
    house.wait()
    for name in ("web", "worker"):
        (child, _grandchild), = _pids(tmp_path, name)
        wait_for(lambda pid=child: gone(pid), 5, f"the end of {name}")


def test_child_that_always_dies_is_tried_again_without_a_busy_loop(script, tmp_path):
    from house.supervisor import MOST_DELAY, Child, Supervisor

    said: list[str] = []
    house = Supervisor(said.append)
    child = house.add(Child("web", [sys.executable, "-c", "raise SystemExit(3)"], {}, tmp_path / "log"))
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        house.look()
        time.sleep(0.05)
    house.stop()
    assert 2 <= len(said) <= 12
    assert said[0].startswith("web ended (3); starting it again")
    assert child.failures >= 2
    assert MOST_DELAY < 2
