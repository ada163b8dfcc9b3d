"""The catalogues: what is compiled is spoken at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.translation import gettext, override
from django.utils.translation.reloader import translation_file_changed

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "A word of this test"\nmsgstr "测试用词"\n'


@pytest.fixture
def fresh_clone(settings, tmp_path):
    """A checkout whose catalogue has never been compiled, in a process that has looked for it already."""
    catalogue = tmp_path / "locale/core/zh_Hans/LC_MESSAGES/django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(PO, encoding="utf-8")
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale/core"]
    translation_file_changed(None, Path("x.mo"))
    yield
    translation_file_changed(None, Path("x.mo"))


def test_compiled_words_are_spoken_by_the_process_that_compiled_them(fresh_clone):
    with override("zh-hans"):
        assert gettext("A word of this test") == "A word of this test"
    call_command("messages", "core", compile=True)
    with override("zh-hans"):
        assert gettext("A word of this test") == "测试用词"
