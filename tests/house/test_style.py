"""Style is checked by ruff, whose table in pyproject.toml says which rules; and the papers lead where they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house.source import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
RUFF = str(Path(sys.executable).with_name("ruff"))


def ruff(*words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [RUFF, "check", "--no-cache", "--output-format", "concise", *words], cwd=ROOT, input=given, capture_output=True, text=True,
        check=False)


def test_style():
    done = ruff(".")
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize(("text", "rule"), [
    ("from django.dispatch import receiver\n\nx = receiver\n", "TID251"),
    ("import os\n", "F401"),
    ("print(1)\n", "T201"),
    ("from datetime import datetime\n\nx = datetime.now()\n", "DTZ005"),
    ("try:\n    x = 1\nexcept Exception:\n    x = 2\n", "BLE001"),
])
def test_ruff_finds(text, rule):
    assert rule in ruff("--stdin-filename", "projects/rules.py", "-", given=text).stdout


def lost_links(paper: Path, text: str) -> list[str]:
    """Relative links to files that are not there."""
    found = []
    for target in LINK.findall(text):
        place = unquote(target.partition("#")[0])
        if place and "://" not in place and not place.startswith(("mailto:", "/")) and not (paper.parent / place).exists():
            found.append(f"{paper.relative_to(ROOT)} -> {target}")
    return found


def test_links_of_the_papers_lead_somewhere():
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(papers) > 20
    assert [lost for paper in papers for lost in lost_links(paper, paper.read_text(encoding="utf-8"))] == []


def test_a_lost_link_is_found():
    assert lost_links(ROOT / "README.md", "[a](docs/nowhere.md) [b](README.md#x) [c](https://example.org)") == [
        "README.md -> docs/nowhere.md"]
