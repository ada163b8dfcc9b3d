"""How script/server begins: it says what is in the way, and changes nothing that it may not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "script"
if str(SCRIPT) not in sys.path:
    sys.path.insert(0, str(SCRIPT))

from house import needs, stores  # noqa: E402


def test_a_taken_port_is_said_clearly():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([sys.executable, str(SCRIPT / "server")], env={**os.environ, "PORT": str(port)}, capture_output=True,
                              text=True, timeout=60, check=False)
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


#: What stands where the distribution's Python is looked for -> whether it is taken. The question itself is asked of the Python of the tests.
STAND_INS = {
    "": False,
    f'exec {sys.executable} "$@"': True,
    f"exec {sys.executable} -c 'import sys; sys.version_info = (3, 10); exec(sys.argv[1])' \"$2\"": False,
    f"exec {sys.executable} -c 'import sys; sys.modules[\"ensurepip\"] = None; exec(sys.argv[1])' \"$2\"": False,
}


@pytest.mark.parametrize(("words", "taken"), STAND_INS.items(), ids=("none", "able", "too old", "makes no environment"))
def test_the_python_of_the_distribution_is_taken_where_it_is_able(tmp_path, monkeypatch, words, taken):
    monkeypatch.setattr(needs, "DISTRIBUTION", tmp_path / "python3")
    if words:
        needs.DISTRIBUTION.write_text(f"#!/bin/sh\n{words}\n")
        needs.DISTRIBUTION.chmod(0o755)
    assert needs.interpreter() == (str(needs.DISTRIBUTION) if taken else sys.executable)


def test_secrets_are_made_once_and_are_for_their_owner_only(tmp_path):
    first = stores._secret(tmp_path, "database_owner")
    assert stores._secret(tmp_path, "database_owner") == first != stores._secret(tmp_path, "database_web")
    assert (tmp_path / "secrets" / "database_owner").stat().st_mode & 0o077 == 0


@pytest.fixture
def forsaken(tmp_path, monkeypatch):
    """The data of an installation whose folder was removed and cloned anew: the passwords are gone."""
    base = tmp_path / "elsewhere"
    (base / "data").mkdir(parents=True)
    (base / "data" / "PG_VERSION").write_text("16")
    monkeypatch.setattr(stores, "home", lambda var, user: base)
    monkeypatch.setattr(stores, "_binaries", lambda base, user: base)
    monkeypatch.setattr(stores.subprocess, "run", lambda *given, **_words: subprocess.CompletedProcess(given, 1, "", "no initdb here"))
    return base


def test_a_forsaken_database_is_not_touched_and_the_way_on_is_told(tmp_path, forsaken, capsys):
    with pytest.raises(SystemExit):
        stores.prepare(tmp_path / "var")
    assert f"rm -rf {forsaken}" in capsys.readouterr().out
    assert (forsaken / "data" / "PG_VERSION").exists()
    assert not (tmp_path / "var" / "secrets").exists()


def test_that_of_the_tests_is_thrown_away(tmp_path, forsaken, capsys):
    with pytest.raises(SystemExit):
        stores.prepare(tmp_path / "var", disposable=True)
    assert "initdb failed" in capsys.readouterr().out
    assert not (forsaken / "data" / "PG_VERSION").exists()
