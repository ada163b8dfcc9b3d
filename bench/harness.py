"""A private PostgreSQL of the bench, on a database of its own, with the tables of the product; gone when the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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


@contextmanager
def database(name: str) -> Iterator[dict[str, str]]:
    """The environment of a fresh, migrated database; the server stops with the block."""
    place = Path(os.environ.get("KEGUAN_VAR", ROOT / "var")).resolve() / f"bench-{name}"
    place.mkdir(parents=True, exist_ok=True)
    house = Supervisor(say)
    store = stores.prepare(place, disposable=True)
    stores.stop_left_over(store)
    quick = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_wal_size=4GB"]
    house.add(Child("postgres", [*store.command(), *quick], {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
                    place / "postgres.log", user=stores.as_user(store.user), ask=signal.SIGINT))
    try:
        stores.make_database(place, store)
        env = {**os.environ, "DATABASE_URL": store.owner_url, "DJANGO_SETTINGS_MODULE": "config.settings.test",
               "KEGUAN_VAR": str(place), "PYTHONPATH": str(ROOT)}
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
