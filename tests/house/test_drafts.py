"""What a browser keeps of unsaved text belongs to a person: another account in the same browser must not find it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = re.compile(r'data-(?:key|keep)="([^"]*)"')


def nameless(text: str) -> list[str]:
    return [key for key in KEY.findall(text) if not key.startswith("{{ actor.person.")]


def test_every_key_of_a_local_copy_names_the_person():
    texts = {str(path): path.read_text() for path in (ROOT / "templates").rglob("*.html")}
    assert sum(len(KEY.findall(text)) for text in texts.values()) >= 8
    assert not {name: found for name, text in texts.items() if (found := nameless(text))}


@pytest.mark.parametrize("key", ["{{ a.ref }}:{{ part.code }}", "review:{{ seat.uid }}"])
def test_a_key_without_a_person_is_found(key):
    assert nameless(f'<form data-key="{key}">')
