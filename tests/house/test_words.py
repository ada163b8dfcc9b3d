"""Every English message has its Chinese, app by app; nothing is guessed ("fuzzy")."""

from __future__ import annotations

import polib
import pytest
from django.core.management import call_command

from tests.house.source import APPS, ROOT


@pytest.mark.parametrize("app", APPS)
def test_catalogue_is_complete(app, capsys):
    call_command("messages", app, check=True)


@pytest.mark.parametrize("app", APPS)
def test_nothing_is_fuzzy(app):
    path = ROOT / "locale" / app / "zh_Hans" / "LC_MESSAGES" / "django.po"
    assert [entry.msgid for entry in polib.pofile(str(path)) if entry.fuzzy or entry.obsolete] == []
