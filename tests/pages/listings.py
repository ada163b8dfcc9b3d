"""Every list of the product with somebody who may open it, found once for all that look at lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.conf import settings
from django.template import loader
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.middleware import EPOCH
from accounts.models import Organisation, Person
from accounts.policies import system
from accounts.states import Role
from core.web import lists
from projects.models import Project
from tests.pages import samples
from tests.pages.addresses import pages
from tests.pages.test_axe import person, visits

#: Lists of what is one's own: somebody who keeps the books of many units opens them.
OWN = ("applications:my:unit_list", "projects:my:projects", "funding:my:payments", "performance:my:reports", "programs:my:entitlements")


def client_of(who: Any) -> Client:
    client = Client()
    if who is not None:
        client.force_login(who, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.session
        session[EPOCH] = who.session_epoch
        session.save()
    return client


@contextmanager
def undrawn() -> Iterator[list[Mapping[str, Any]]]:
    """Pages are made up to what they would be drawn from, and that is kept; their drawing takes as long again."""
    given: list[Mapping[str, Any]] = []
    with mock.patch.object(loader, "render_to_string", lambda name, context=None, request=None, using=None: given.append(context or {}) or ""):
        yield given


def context_of(client: Client, path: str) -> Mapping[str, Any]:
    """What the page is drawn from; empty where there is no page."""
    with undrawn() as given:
        answer = client.get(path)
    return given[-1] if given and answer.status_code == 200 else {}


def is_list(client: Client, path: str) -> bool:
    return isinstance(context_of(client, path).get("page"), lists.Page)


def keeper() -> Person:
    """The administrator of every unit that has a project."""
    root = system("test")
    if person := Person.objects.filter(email="many@stranger.example").first():
        return person  # another module of this package has made the same
    person = accounts.create_person(root, name="多单位管理员", email="many@stranger.example", is_demo=True)
    for unit in Organisation.objects.filter(pk__in=Project.objects.values("unit")):
        accounts.grant_role(root, person, unit, Role.ORG_ADMIN)
    return person


def found() -> dict[str, tuple[Client, str]]:
    mine = keeper()
    rows = {name: (client_of(mine), reverse(name)) for name in OWN}
    for page in pages():
        for visit in visits(page)[:1] if page.name not in samples.NO_SCREEN else ():
            client, path = client_of(person(visit.who)), reverse(page.name, args=visit.args) + visit.query
            if page.name not in rows and is_list(client, path):
                rows[page.name] = (client, path)
    return rows
