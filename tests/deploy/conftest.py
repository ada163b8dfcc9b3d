"""What is deployed, run for real: a private broker, worker and beat as processes, and the parts of script/."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
BIN = Path(sys.executable).parent


def wait_for(question, seconds: float = 20.0, what: str = "it"):
    """The first true answer of `question`; a failure after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.05)
    pytest.fail(f"{what} did not happen within {seconds} s")


def gone(pid: int) -> bool:
    """No such process, or only its entry that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture(scope="session")
def script() -> ModuleType:
    """`script/server` as a module; it brings `house` (script/house) with it."""
    loader = SourceFileLoader("keguan_script_server", str(ROOT / "script" / "server"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    before, writes = list(sys.path), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        loader.exec_module(module)
    finally:
        sys.path[:], sys.dont_write_bytecode = before, writes
    return module


@pytest.fixture
def broker():
    """(url, process) of a Redis of this test alone; its socket lies in a short path, as the kernel wants."""
    folder = Path(tempfile.mkdtemp(prefix="kg"))
    process = subprocess.Popen(
        [shutil.which("redis-server") or "redis-server", "--port", "0", "--unixsocket", str(folder / "s"), "--save", "",
         "--appendonly", "no", "--dir", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for((folder / "s").exists, what="the start of Redis")
    yield f"unix://{folder / 's'}", process
    process.kill()
    process.wait()
    shutil.rmtree(folder)


def database_url() -> str:
    """The test database, for another process."""
    given = connection.settings_dict
    account = quote(given["USER"]) + (f":{quote(given['PASSWORD'])}" if given["PASSWORD"] else "")
    query = {key: given[name] for key, name in (("host", "HOST"), ("port", "PORT")) if given[name]}
    return f"postgresql://{account}@/{quote(given['NAME'])}?{urlencode(query)}"


@pytest.fixture
def celery(broker, transactional_db, tmp_path):
    """`start("worker", ...)` starts Celery as its own process group on the private broker and the test database."""
    started: list[subprocess.Popen[bytes]] = []
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": database_url(),
           "REDIS_URL": broker[0], "PYTHONUNBUFFERED": "1"}

    def start(*words: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"{words[0]}-{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(BIN / "celery"), "-A", "tests.deploy.quick", *words], cwd=ROOT, env=env, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the process and all it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
