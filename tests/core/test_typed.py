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


@pytest.mark.parametrize(("raw", "found"), [
    ("7", 7), ("０７", 7), (7, 7), ("0", 0), ("²", None), ("-1", None), (-1, None), ("", None), (None, None), (True, None), (1e400, None),
    (1.0, None), ("9" * 15, 10**15 - 1), ("9" * 16, None), ("9" * 5000, None), (10**15, None), ([1], None), ("1e3", None), ("٣", 3),
])
def test_whole_number_from_outside(raw, found):
    assert typed.whole(raw) == found


@given(ANY | st.floats() | st.integers())
def test_whole_number_never_raises_and_stays_in_bounds(raw):
    found = typed.whole(raw)
    assert found is None or 0 <= found < 10**15


@pytest.mark.parametrize("raw", ["1e999999", "-1e999999", "1e-999999", "NaN", "Infinity", "", "1,5", "x", {"a": 1}, None, "9" * 5000])
def test_number_out_of_bounds_is_refused(raw):
    with pytest.raises(ValueError, match="number|bounds"):
        typed.number(raw)


@pytest.mark.parametrize("raw", ["9999-12-31", "0001-01-01", "1899-12-31", "2026-02-30", "", "x"])
def test_day_beyond_planning_is_refused(raw):
    with pytest.raises(ValueError, match=r".+"):
        typed.day(raw)


@pytest.mark.parametrize("raw", [b"5", b"true", b"null", b"[{}]", b"[" * 100_000, b'{"a":' * 100_000, b'{"a":NaN}', b'{"a":-Infinity}', b"",
                                 b"\xff\xfe", b'{"a":' + b"[" * 30 + b"]" * 30 + b"}"])
def test_body_that_is_no_plain_object_is_refused(raw):
    with pytest.raises(ValueError, match=r".*"):
        typed.body(raw)
