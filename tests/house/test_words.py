"""Every English message has its Chinese, app by app; nothing is guessed ("fuzzy")."""

from __future__ import annotations

import re

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


@pytest.mark.parametrize("app", APPS)
def test_clauses_are_named_in_one_way(app):
    """“条款 R3”, with a space between."""
    path = ROOT / "locale" / app / "zh_Hans" / "LC_MESSAGES" / "django.po"
    words = [text for entry in polib.pofile(str(path)) for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in words if re.search(r"条款(?:[A-Z]|\xa0|  )", text)] == []


def in_two_words(catalogues: dict[str, polib.POFile]) -> dict[str, dict[str, str]]:
    """Message ids with two Chinese forms. Django merges the catalogues, so one of them would never be shown."""
    found: dict[str, dict[str, str]] = {}
    for app, entries in catalogues.items():
        for entry in entries:
            found.setdefault(f"{entry.msgctxt or ''}|{entry.msgid}", {})[app] = entry.msgstr or entry.msgstr_plural.get(0, "")
    return {key: forms for key, forms in found.items() if len(set(forms.values())) > 1}


def test_one_message_has_one_chinese_form():
    """Where two meanings need two words, the message gets a context (`pgettext`)."""
    paths = {app: ROOT / "locale" / app / "zh_Hans" / "LC_MESSAGES" / "django.po" for app in APPS}
    assert in_two_words({app: polib.pofile(str(path)) for app, path in paths.items() if path.exists()}) == {}


def test_a_message_in_two_words_is_found():
    one, two = polib.POFile(), polib.POFile()
    one.append(polib.POEntry(msgid="Note", msgstr="备注"))
    two.append(polib.POEntry(msgid="Note", msgstr="提醒"))
    assert in_two_words({"a": one, "b": two}) == {"|Note": {"a": "备注", "b": "提醒"}}
