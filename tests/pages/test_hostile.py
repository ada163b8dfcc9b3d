"""Every address of the URL conf with what nobody of ours sends: whoever asks, the answer is never a crash.

Walked are pages, targets of forms and the API, with hostile values in the path, in the query, in the body and in the content
type, by one person of every kind. What an answer says is for the tests of the page; here it must only be an answer (< 500).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import get_resolver

from tests.pages import samples
from tests.pages.addresses import _walk
from tests.pages.test_access import KINDS, strangers  # noqa: F401 (a fixture)
from tests.pages.test_axe import visits

pytestmark = pytest.mark.django_db
SECONDS = 60
PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
#: Values that the converter of a path lets through; the first is an ordinary one that names nothing.
IN_PATH = {
    "str": ("nobody", "%00", "%E7%A7%91%00", "²", "9" * 300, "%F0%9F%92%A9"), "path": ("nobody", "%00"), "slug": ("nobody", "9" * 300),
    "int": ("0", "9" * 9, "9" * 19, "9" * 400), "uuid": ("11111111-1111-4111-8111-111111111111",),
}
QUERY = {"q": 'money:>1e999999 unit:"\x00 -', "status": "\x00", "guide": "\x00", "version": "\x00", "on": "9999-99-99", "year": "²",
    "after": "WzFlOTk5OTk5LDFd", "cursor": "cD1hYmM=", "before": "9" * 5000, "with": "²", "sort": "\x00", "export": "\x00",
    "page": "-1", "number": "\x00", "code": "\x00", "tail": "\x00", "next": "//evil", "show": "\x00", "phase": "\x00"}
MARKS = ("W0luZmluaXR5LDFd", "W05hTiwxXQ==", "WyJcdTAwMDAiLDFd", "W3siYSI6MX0sMV0=", "WzFlOTk5OTk5LDFd", "WyJ4IiwiOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXQ==", "é", "a")
CURSORS = ("cD1hYmM=", "cD0xZTk5OTk5OQ==", "bz0tMQ==", "cD0lMDA=", "é")
FORM = "application/x-www-form-urlencoded"
BODIES: tuple[tuple[str, Any], ...] = (
    (FORM, "rev=%C2%B2&ids=%00&ids=x&why=%00&once=x&amount=1e999999&base=" + "9" * 5000), (f"{FORM}; charset=utf-7", "a=1"), (f"{FORM}; charset=\x01", "a=1"),
    ("application/json", "5"), ("application/json", "[{}]"), ("application/json", "[" * 100_000), ("application/json", '{"rev":1e400,"values":{}}'),
    ("application/json", '{"why":"\\u0000","values":{"a":[1e400]},"data":{"a":"\\ud800"}}'), ("multipart/form-data; boundary=x", "--x\r\nbroken"), ("text/plain", "\xff"),
)


def entries() -> list[tuple[str, str, Any]]:
    return [(name, pattern, entry) for name, pattern, entry in _walk(get_resolver()) if name not in ("healthz",)]


def paths(pattern: str, more: bool) -> Iterator[str]:
    """The address with nothing in its places, and once with each hostile value in all places that take it."""
    kinds = {kind or "str" for kind, _name in PLACE.findall(pattern)}
    turns = max((len(IN_PATH[kind]) for kind in kinds), default=1) if more else 1
    for turn in range(turns):
        chosen = {kind: values[min(turn, len(values) - 1)] for kind, values in IN_PATH.items()}
        yield "/" + PLACE.sub(lambda found, chosen=chosen: chosen[found[1] or "str"], pattern)


def broken(answer: Any, what: str) -> list[str]:
    return [f"{answer.status_code} {what}"] if answer.status_code >= 500 else []


def real(name: str) -> Iterator[str]:
    """The address with what the examples of the pages name, so that the view itself is reached."""
    from django.urls import reverse

    for visit in (visits(next(page for page in samples_of() if page.name == name)) if name in samples.SAMPLES else []):
        yield reverse(name, args=visit.args)


def samples_of():
    from tests.pages.addresses import pages

    return pages()


BRIEF = {"accept": "application/json"}  # a refusal comes without the page around it


def post(client: Client, path: str, kind: str, body: str, **more: Any) -> Any:
    return client.generic("POST", path, body.encode("latin-1", "replace") if "\xff" in body else body.encode(), content_type=kind, **more)


def test_no_address_breaks_for_anybody_by_its_path(strangers):  # noqa: F811
    found = []
    for number, (_name, pattern, _entry) in enumerate(entries()):
        for turn, path in enumerate(paths(pattern, more=True)):
            kind = KINDS[(number + turn) % len(KINDS)]
            found += broken(strangers[kind].get(path, headers=BRIEF if turn else {}), f"GET {path[:120]} as {kind}")
    assert not found, "\n".join(found)


def test_no_address_breaks_by_query_or_body(strangers):  # noqa: F811
    """Every address by everybody would take minutes: each is asked by one of those whose desk it is, in turn, and by a visitor."""
    began, found = time.monotonic(), []
    desks = {"my": ("applicant", "unit"), "review": ("expert",), "desk": ("he", "lead"), "audit": ("qian",), "api": ("chen",)}
    for number, (name, pattern, _entry) in enumerate(entries()):
        own = desks.get(pattern.partition("/")[0], ("admin",))
        for real_one, path in enumerate((next(paths(pattern, more=False)), *real(name))):
            for turn, kind in enumerate((own[number % len(own)], *(() if real_one else ("public",)))):
                client, brief = strangers[kind], bool(turn) or ("<" in pattern and not real_one)  # what names nothing is refused alike everywhere
                found += broken(client.get(path, QUERY, headers=BRIEF if brief else {}), f"GET {path} with a query as {kind}")
                for shift in range(2):
                    content, body = BODIES[(number + 3 * turn + 5 * shift) % len(BODIES)]
                    if name not in LEAVING:
                        found += broken(post(client, path, content, body, headers=BRIEF if shift else {}), f"POST {path} {content} {body[:40]} as {kind}")
    assert not found, "\n".join(found)
    assert time.monotonic() - began < SECONDS * 3, "the walk has become too long for a machine shared by others"


#: The walk would sign itself out.
LEAVING = ("accounts:public:logout",)


def test_every_body_is_answered_by_every_kind_of_target(strangers):  # noqa: F811
    found = []
    targets = (("public", "/login/"), ("public", "/register/"), ("public", "/forgot/"), ("public", "/language/"), ("applicant", "/me/"),
               ("unit", "/my/unit/people/"), ("he", "/desk/plans/new/"), ("chen", "/api/v1/guides/"), ("admin", "/desk/roles/"))
    for kind, path in targets:
        for content, body in BODIES:
            found += broken(post(strangers[kind], path, content, body), f"POST {path} {content} {body[:40]}")
    verbs = [pattern for name, pattern, entry in entries() if pattern.startswith("api/") and hasattr(getattr(entry.callback, "cls", None), "post")]
    assert verbs
    for pattern in verbs:
        for content, body in BODIES:
            path = next(paths(pattern, more=False))
            found += broken(post(strangers["chen"], path, content, body), f"POST {path} {content} {body[:40]}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("mark", MARKS)
def test_bad_mark_shows_the_first_page_of_a_list(strangers, mark):  # noqa: F811
    for kind, path in (("he", "/desk/organisations/"), ("he", "/desk/applications/"), ("qian", "/audit/ledger/"), ("public", "/projects/")):
        page = strangers[kind].get(path, {"after": mark})
        first = strangers[kind].get(path)
        assert (page.status_code, [row["key"] for row in page.context["page"].rows]) == (
            first.status_code, [row["key"] for row in first.context["page"].rows]), path


@pytest.mark.parametrize("cursor", CURSORS)
def test_bad_cursor_shows_the_first_page_of_the_api(strangers, cursor):  # noqa: F811
    for kind, path in (("chen", "/api/v1/applications/"), ("public", "/api/v1/guides/"), ("chen", "/api/v1/projects/")):
        assert strangers[kind].get(path, {"cursor": cursor}).json()["results"] == strangers[kind].get(path).json()["results"], path


def test_schema_is_drawn_for_two_at_once(site):
    """From a cold start the generator prepares itself; a second request meanwhile must not find it half done."""
    from drf_spectacular.generators import SchemaGenerator

    inside, most = [], []
    draw = SchemaGenerator.get_schema

    def counted(self, *args, **kwargs):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.05)
        try:
            return draw(self, *args, **kwargs)
        finally:
            inside.pop()

    def ask(_turn: int) -> int:
        try:
            return Client(raise_request_exception=False).get("/api/v1/schema/", headers={"accept": "application/json"}).status_code
        finally:
            connections.close_all()

    patch = pytest.MonkeyPatch()
    patch.setattr(SchemaGenerator, "get_schema", counted)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(ask, range(4))) == {200}
    finally:
        patch.undo()
    assert max(most) == 1
