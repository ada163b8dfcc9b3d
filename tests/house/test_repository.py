"""What is committed: nothing of one machine, no secrets, no foreign files."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.house.source import ROOT

#: Written in pieces, so that this file does not find itself.
MACHINE = re.compile("|".join((
    r"/ho" r"me/\w+/", r"/wo" r"rk/", r"/tm" r"p/", r"/Us" r"ers/\w+/", r"\.\./sha" r"red/",
    r"https?://[\w.-]*(?:pypi|npmjs|pythonhosted|debian)\.(?:org|net|com)", r"--(?:extra-)?index" r"-url\s+http",
)))
SECRET = re.compile(r"-----BEGIN (?:RSA |EC )?PRIVATE" r" KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{30}")
#: The repository speaks of the product, not of how, when or by whom it was typed.
WORKSHOP = re.compile("|".join((
    r"\bsub-?age" r"nts?\b", r"\bcoding age" r"nts?\b", r"\bla" r"nguage model", r"\bhel" r"per-\d+\b", r"\bLE" r"AD_NOTE",
    r"\b(?:this|last|next|previous) ses" r"sion\b(?! cookie)", r"\bses" r"sion \d\b",
)), re.IGNORECASE)
TEXT_LIMIT = 2_000_000


def committed() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def finds(pattern: re.Pattern[str], texts: dict[str, str]) -> dict[str, str]:
    return {name: match.group() for name, text in texts.items() if (match := pattern.search(text))}


def texts() -> dict[str, str]:
    found = {}
    for name in committed():
        data = (ROOT / name).read_bytes()[:TEXT_LIMIT]
        if b"\0" not in data:
            found[name] = data.decode("utf-8", "replace")
    return found


def test_no_path_of_one_machine_and_no_registry():
    assert finds(MACHINE, texts()) == {}


def test_no_word_about_the_workshop():
    assert finds(WORKSHOP, texts()) == {}


def test_no_secret():
    assert finds(SECRET, texts()) == {}


def test_a_path_of_a_machine_and_a_key_are_found():
    assert finds(WORKSHOP, {"a": "left for the next ses" + "sion", "b": "written by hel" + "per-3"}).keys() == {"a", "b"}
    assert finds(MACHINE, {"a": "see /ho" + "me/somebody/x", "b": "https://pypi." + "org/simple"}).keys() == {"a", "b"}
    assert finds(SECRET, {"a": "-----BEGIN PRIVATE" + " KEY-----"})


def test_nothing_generated_is_committed():
    wrong = [name for name in committed()
             if name.startswith(("var/", ".venv/")) or name.endswith((".pyc", ".mo", ".sqlite3", ".ttf", ".otf", ".woff2"))]
    assert wrong == []


def test_every_package_is_pinned_with_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
        loose = [block.splitlines()[0] for block in blocks[1:] if "==" not in block or "--hash=sha256:" not in block]
        assert loose == []
        assert len(blocks) > 10


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_pinned(name):
    """The machine of whoever wrote the line may have the package anyway; a new one has what the pins say."""
    asked = (ROOT / f"{name}.in").read_text("utf-8")
    pinned = "".join((ROOT / one).read_text("utf-8") for one in {"requirements.txt", f"{name}.txt"})
    wanted = re.findall(r"^([\w.\-]+(?:\[[\w,]+\])?==[\w.]+)", asked, re.MULTILINE)
    assert len(wanted) > 5 and not [one for one in wanted if not re.search(rf"^{re.escape(one)} ", pinned, re.MULTILINE)]
