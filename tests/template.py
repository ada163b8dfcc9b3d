"""The migrated database with its reference data that every worker's test database is a copy of.

It is made once for each state of the migrations and of the reference data, and kept between runs: a run that changes neither
begins at once. `python -m tests.template` makes it while the workers are still collecting.

`TESTS_AHEAD="31 days 6 hours" script/test` (an interval of PostgreSQL) runs the suite as it will run then: the clock of the house stands so
far ahead in the template.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "keguan_template_"
MADE_FROM = ("*/migrations/*.py", "*/reference/**/*.json", "*/management/commands/load_reference.py", "*/actions/reference.py")
AHEAD = """
CREATE OR REPLACE FUNCTION core_now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN clock_timestamp() + COALESCE((SELECT shift FROM core_clockshift WHERE id = 1), interval {ahead});
END $$;
"""
LOCK = 5_060_501  # of the server: two workers that start together make one template


def ahead() -> str:
    return os.environ.get("TESTS_AHEAD", "")


def name() -> str:
    digest = hashlib.sha256(ahead().encode())
    for path in sorted(path for pattern in MADE_FROM for path in ROOT.glob(pattern)):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def make(url: str) -> str:
    """The name of the template on the server of `url`, made if it is not there; those of other states are dropped."""
    wanted = name()
    session = psycopg2.connect(url)
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
            there = {row[0] for row in cursor.fetchall()}
            for old in there - {wanted}:
                cursor.execute(f'DROP DATABASE "{old}"')
            if wanted not in there:
                half = f"{PREFIX}half"
                cursor.execute(f'CREATE DATABASE "{half}"')
                env = {**os.environ, "DATABASE_URL": urlsplit(url)._replace(path=f"/{half}").geturl()}
                for command in ("migrate", "load_reference"):
                    subprocess.run([sys.executable, "manage.py", command, "-v", "0"], cwd=ROOT, env=env, check=True)
                    if command == "migrate" and ahead():
                        set_ahead(env["DATABASE_URL"])
                cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{wanted}"')
    finally:
        session.close()
    return wanted


def set_ahead(url: str) -> None:
    link = psycopg2.connect(url)
    with link, link.cursor() as cursor:
        cursor.execute(sql.SQL(AHEAD).format(ahead=sql.Literal(ahead())))
    link.close()


if __name__ == "__main__":
    make(os.environ["DATABASE_URL"])
