"""The access matrix: every page of the product, asked for by one person of every kind, against the table on record.

`access.txt` is read by people: a page that opens to one role more or one role fewer shows up there as a changed line.
Write it anew with `KEGUAN_WRITE_ACCESS=1 script/test tests/pages/test_access.py` and read the difference before you commit.
The applicant and the unit administrator are strangers to the example: they belong to another unit.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.middleware import EPOCH
from accounts.models import Membership, Organisation, Person
from accounts.states import Role
from tests.pages import samples
from tests.pages.addresses import pages
from tests.pages.test_axe import visits

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("access.txt")
STAFF = ("chen", "he", "sun", "lead", "fin", "qian", "admin")
KINDS = ("public", "applicant", "unit", "expert", *STAFF)
WORDS = {200: "yes", 202: "yes", 302: "in", 403: "no", 404: "-", 409: "wait"}


def client_of(person: Person | None) -> Client:
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.session
        session[EPOCH] = person.session_epoch
        session.save()
    return client


@pytest.fixture(scope="module")
def strangers(site, django_db_blocker) -> dict[str, Client]:
    """One of every kind; the applicant, the administrator and the expert have nothing at all of their own."""
    from accounts import actions
    from accounts.policies import system
    from portal.demo import invented

    with django_db_blocker.unblock():
        root = system("test")
        bureau = Membership.objects.filter(role=Role.SYSADMIN).first().organisation
        unit = Organisation.objects.filter(name="旁观单位").first()  # another module of this package may have made them
        unit = unit or actions.register_organisation(root, name="旁观单位", kind="ENTERPRISE", uscc=invented.uscc(7001, "ENTERPRISE"),
                                             region="深圳市", is_demo=True)
        if unit.status != "VERIFIED":
            actions.verify(root, unit)
        made = {}
        for kind, name, role, place in (("applicant", "旁观人员", Role.MEMBER, unit), ("unit", "旁观管理员", Role.ORG_ADMIN, unit),
                                       ("expert", "旁观专家", Role.EXPERT, bureau)):
            person = Person.objects.filter(email=f"{kind}@stranger.example").first()
            if person is None:
                person = actions.create_person(root, name=name, email=f"{kind}@stranger.example", is_demo=True)
                actions.grant_role(root, person, place, role)
            made[kind] = client_of(person)
        staff = {key: client_of(Person.objects.get(email=f"{key}@demo.keguan.example")) for key in STAFF}
        return {"public": client_of(None), **made, **staff}


def word(client: Client, path: str) -> str:
    known = settings.SESSION_COOKIE_NAME in client.cookies
    answer = client.get(path, headers={"accept": "application/json"} if known else {})  # a refusal comes without the page around it
    if answer.status_code == 302 and "/login/" not in answer["Location"]:
        return "to"
    return WORDS.get(answer.status_code, str(answer.status_code))


def line(name: str, strangers: dict[str, Client]) -> str:
    page = next(page for page in pages() if page.name == name)
    found: list[Any] = visits(page)
    if not found:
        return ""
    path = reverse(name, args=found[0].args) + found[0].query
    return f"{name:<34}" + "".join(f"{word(strangers[kind], path):<10}" for kind in KINDS).rstrip()


NAMES = sorted(page.name for page in pages() if page.name not in samples.NO_SCREEN | {"job"})
HEAD = f"{'page':<34}" + "".join(f"{kind:<10}" for kind in KINDS).rstrip()


@pytest.fixture(scope="module")
def on_record() -> dict[str, str]:
    return {row.split()[0]: row for row in TABLE.read_text(encoding="utf-8").splitlines() if row} if TABLE.exists() else {}


def test_the_matrix_is_the_one_on_record(strangers, on_record):
    rows = [text for name in NAMES if (text := line(name, strangers))]
    if os.environ.get("KEGUAN_WRITE_ACCESS"):
        TABLE.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    assert not [row for row in rows if "500" in row.split()], "a page breaks for somebody"
    changed = [f"{row}\n  on record: {on_record.get(row.split()[0], 'nothing')}" for row in rows if on_record.get(row.split()[0]) != row]
    assert not changed or os.environ.get("KEGUAN_WRITE_ACCESS"), "\n".join(changed)


def test_a_page_opened_to_everybody_would_be_seen(strangers, on_record, monkeypatch):
    """The negative control: with the question answered by yes for all, the line of a page is another one."""
    from reviews import policies

    name = "reviews:desk:experts"
    before = line(name, strangers)
    monkeypatch.setattr(policies, "READERS", tuple(Role.values))
    monkeypatch.setattr(policies, "ORGANISERS", tuple(Role.values))
    monkeypatch.setattr(policies, "NAMERS", tuple(Role.values))
    monkeypatch.setattr(policies, "DRAWERS", tuple(Role.values))
    assert line(name, strangers) != before
