"""A browser that is signed in, and what a page costs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.middleware import EPOCH


def signed_in(actor: Any, **more: Any) -> Client:
    client = Client(headers={"accept-language": "zh-hans"}, **more)
    person = type(actor.person).objects.get(pk=actor.id)
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session[EPOCH] = person.session_epoch
    session.save()
    return client


def cost(client: Client, url: str) -> int:
    client.get(url)  # what is kept in the process is fetched once and is not the page's own cost
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200, url
    return len(found)
