"""What is typed: nothing that the database cannot hold comes through."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from core import typed

ANY = st.text(st.characters(exclude_categories=()), max_size=40)


@given(ANY)
def test_text_can_be_sent_to_the_database_and_loses_nothing_else(raw):
    found = typed.text(raw)
    found.encode()
    assert "\x00" not in found
    assert found == "".join(c for c in raw if c != "\x00" and not 0xD800 <= ord(c) <= 0xDFFF).replace("\r\n", "\n")


@pytest.mark.django_db
@pytest.mark.parametrize("raw", ["a\x00b", "a\ud800b"])
def test_the_database_holds_what_is_left(raw):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb->>0", [json.dumps([typed.text(raw)])])
        assert cursor.fetchone() == ("ab",)


def test_fit_is_the_same_object_when_nothing_is_wrong():
    sent = QueryDict("a=1&a=2&b=%E7%A7%91")
    assert typed.fit(sent) is sent
    assert typed.fit(QueryDict("a=1%00&a=2&%00b=x")) == QueryDict("a=1&a=2&b=x")
