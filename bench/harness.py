"""A private PostgreSQL of the bench, on a database of its own, with the tables of the product; gone when the run ends."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "script")]

from house import needs, stores  # noqa: E402
from house.supervisor import Child, Supervisor  # noqa: E402

#: What an earlier run left goes first; the flush of Django would be stopped by the append-only tables.
EMPTY = """
import sys, psycopg2
link = psycopg2.connect(sys.argv[1])
with link, link.cursor() as cursor:
    cursor.execute("DROP SCHEMA public CASCADE")
    cursor.execute("CREATE SCHEMA public")
"""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


#: A database that may be lost.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def database(name: str, *, durable: bool = False, house: Supervisor | None = None) -> Iterator[dict[str, str]]:
    """The environment of a fresh, migrated database; the server stops with the block.

    A `durable` one writes to the disk as in production. Its environment also holds the web's own address (`WEB_URL`) and that of
    a Redis. Its processes are the first children of `house`, where one is given.
    """
    place = Path(os.environ.get("KEGUAN_VAR", ROOT / "var")).resolve() / f"bench-{name}"
    place.mkdir(parents=True, exist_ok=True)
    house = house or Supervisor(say)
    store = stores.prepare(place, disposable=True)
    stores.stop_left_over(store)
    settings = [word for setting in ("max_wal_size=4GB", *(() if durable else QUICK)) for word in ("-c", setting)]
    house.add(Child("postgres", [*store.command(), *settings], {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
                    place / "postgres.log", user=stores.as_user(store.user), ask=signal.SIGINT))
    redis, redis_url = stores.redis(place)
    if durable:
        house.add(Child("redis", redis, os.environ, place / "redis.log"))
    try:
        stores.make_database(place, store)
        env = {**os.environ, "DATABASE_URL": store.owner_url, "DJANGO_SETTINGS_MODULE": "config.settings.test",
               "KEGUAN_VAR": str(place), "PYTHONPATH": str(ROOT), "WEB_URL": store.web_url, "REDIS_URL": redis_url}
        subprocess.run([str(needs.PYTHON), "-c", EMPTY, store.owner_url], check=True)
        subprocess.run([str(needs.PYTHON), "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
        yield env
    finally:
        house.stop()


def again(module: str, env: dict[str, str], *words: str) -> str:
    """Run a step of a bench in a process of its own, so that its memory is its own; shows what it prints, returns the last line."""
    lines = []
    with subprocess.Popen([str(needs.PYTHON), "-m", module, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout or ():
            lines.append(line.rstrip())
            say(lines[-1])
    if child.returncode:
        raise SystemExit(child.returncode)
    return lines[-1]


def cpu_of(*roots: int) -> float:
    """CPU seconds so far of these processes, of all below them, and of their ended children."""
    children: dict[int, list[int]] = {}
    times: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # ended meanwhile; its parent counts it
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
        times[int(folder.name)] = sum(int(field) for field in fields[11:15])
    found, waiting = 0, list(roots)
    while waiting:
        pid = waiting.pop()
        found += times.get(pid, 0)
        waiting += children.get(pid, [])
    return found / os.sysconf("SC_CLK_TCK")


def commands(port: int, folder: Path) -> dict[str, list[str]]:
    """Web server, worker and beat exactly as script/server starts them."""
    loader = importlib.machinery.SourceFileLoader("server", str(ROOT / "script" / "server"))
    spec = importlib.util.spec_from_loader("server", loader)
    if spec is None:
        raise SystemExit("script/server is not there")
    server = importlib.util.module_from_spec(spec)
    loader.exec_module(server)
    found: dict[str, list[str]] = server.commands("127.0.0.1", str(port), folder)
    return found


def answering(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers at port {port}")
