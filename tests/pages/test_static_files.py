"""Our styles and scripts on their way to the browser: smaller, and nothing else."""

from __future__ import annotations

import gzip
import json
import re
from functools import partial
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.management import call_command

from config.settings import base
from config.static import OURS, smaller

SOURCES = sorted(path for path in (Path(settings.BASE_DIR) / "static" / OURS).iterdir() if path.suffix in (".css", ".js"))
RULES = """text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
  const all = rules => [...rules].map(one => one.cssRules?.length ? [one.cssText.split("{")[0], all(one.cssRules)] : one.cssText.replaceAll(", ", ","));
  return all(sheet.cssRules) }"""
#: Parsed as a module, which may export. What it then misses on an empty page is no fault of its text.
READ = """text => import(URL.createObjectURL(new Blob([text], {type: "text/javascript"})))
  .then(() => "", problem => problem instanceof SyntaxError ? String(problem) : "")"""


def sent(path: Path) -> str:
    return smaller(OURS + path.name, path.read_bytes()).decode()


@pytest.fixture
def blank(visitor):
    page = visitor.browser.new_page()
    yield page
    page.close()


@pytest.mark.django_db
def test_a_browser_reads_the_same_rules_in_the_small_style(blank):
    for path in SOURCES:
        if path.suffix == ".css":
            rules = blank.evaluate(RULES, path.read_text())
            assert len(rules) > 5
            assert blank.evaluate(RULES, sent(path)) == rules, path.name
    broken = sent(SOURCES[[p.name for p in SOURCES].index("st.css")]).replace("calc(100vh - 32px)", "calc(100vh -32px)")
    assert blank.evaluate(RULES, broken) != blank.evaluate(RULES, (SOURCES[0].parent / "st.css").read_text())


@pytest.mark.django_db
def test_a_browser_can_read_every_small_script(blank):
    for path in SOURCES:
        if path.suffix == ".js":
            assert not blank.evaluate(READ, sent(path)), path.name
    assert blank.evaluate(READ, "(() => {")


def literals(text: str) -> list[str]:
    """Of a script, in order; one template within another is not written here, because what makes scripts smaller does not know it."""
    found = re.findall(r"`[^`]*`", text)
    assert all(one.count("{") == one.count("}") for one in found), "a template within another"
    return found


def test_templates_of_scripts_stay_as_they_are():
    for path in SOURCES:
        if path.suffix == ".js":
            assert literals(sent(path)) == literals(path.read_text()), path.name
    with pytest.raises(AssertionError, match="within another"):
        literals("`x ${b ? `y  z` : 1} q`")


def test_only_files_of_ours_are_made_smaller():
    text = b"a {  color: red;  } /* why */"
    assert smaller("st/a.css", text) == b"a{color:red}"
    for name in ("admin/css/a.css", "django_htmx/htmx-2.min.js", "st/mark.svg", "st/data.json"):
        assert smaller(name, text) == text


def test_production_collects_the_small_form_under_a_name_with_its_hash(settings, tmp_path):
    settings.STATIC_ROOT, settings.STORAGES = tmp_path, base.STORAGES
    (tmp_path / OURS).mkdir()
    for path in SOURCES:  # as an earlier release saved them, later than these sources were written
        (tmp_path / OURS / path.name).write_bytes(path.read_bytes())
    collect = partial(call_command, "collectstatic", verbosity=0, interactive=False, ignore_patterns=["admin", "rest_framework", "guardian"])
    collect()
    manifest = tmp_path / "staticfiles.json"
    names = json.loads(manifest.read_text())["paths"]
    collect(dry_run=True)
    assert json.loads(manifest.read_text())["paths"] == names != {}
    for path in SOURCES:
        small = sent(path).encode()
        assert len(small) < 0.95 * path.stat().st_size, path.name
        for name in (OURS + path.name, names[OURS + path.name]):
            assert (tmp_path / name).read_bytes() == small
        hashed = tmp_path / names[OURS + path.name]
        assert hashed.name != path.name
        packed = {".gz": gzip.decompress, ".br": brotli.decompress}
        assert {end: unpack((hashed.parent / (hashed.name + end)).read_bytes()) for end, unpack in packed.items()} == dict.fromkeys(packed, small)
