"""Calendar files: what RFC 5545 asks of every one the portal gives."""

import re

import pytest

from tests.factories import applications as make
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db
UTC = re.compile(r"\d{8}T\d{6}Z")


def parsed(body: bytes) -> list[tuple[str, str, str]]:
    """(name, parameters, value) of every line, unfolded; the file is refused when its blocks do not nest."""
    text = body.decode()
    assert "\n" not in text.replace("\r\n", "")
    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines.pop() == ""
    found, blocks = [], []
    for line in lines:
        head, sign, value = line.partition(":")
        assert sign, line
        name, _semicolon, parameters = head.partition(";")
        assert re.fullmatch(r"[A-Z-]+", name), line
        if name == "BEGIN":
            blocks.append(value)
        elif name == "END":
            assert blocks.pop() == value
        found.append((name, parameters, value))
    assert blocks == []
    return found


def sound(body: bytes) -> None:
    rows = parsed(body)
    assert rows[0] == ("BEGIN", "", "VCALENDAR")
    zones = set()
    for name, parameters, value in rows:
        if name == "TZID":
            zones.add(value)
        if parameters.startswith("TZID="):
            assert parameters[5:] in zones, "a zone is described before it is used"
        if name == "DTSTAMP":
            assert UTC.fullmatch(value)
    names = [name for name, _parameters, _value in rows]
    for needed in ("UID", "DTSTAMP", "SUMMARY"):
        assert names.count(needed) == sum(row == ("BEGIN", "", "VEVENT") for row in rows)


def test_calendar_of_a_guide(client, town):
    sound(client.get(f"/guides/{town.guide.year}/{town.guide.slug}/calendar.ics").content)


def test_calendar_of_an_application(client, town):
    application = make.started(town.li, town.guide, town.a)
    body = visit(client, town.li).get(f"/my/applications/{application.ref}/calendar.ics").content
    sound(body)
    assert f"申报截止 {town.guide.title}" in body.decode().replace("\r\n ", "")


@pytest.mark.parametrize("was, now", [(b"DTSTAMP:2", b"DTSTAMP;X=1:x2"), (b"END:VEVENT\r\n", b"")])
def test_a_bad_file_is_found(client, town, was, now):
    body = client.get(f"/guides/{town.guide.year}/{town.guide.slug}/calendar.ics").content
    with pytest.raises(AssertionError):
        sound(re.sub(was, now, body, count=1))
