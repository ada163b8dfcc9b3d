"""The page that offers a form again: only to our own pages, and never with a password or a number of a person in it."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client, RequestFactory

from core.web import kept

pytestmark = pytest.mark.django_db
OWN = "http://testserver"


def send(client: Client, **headers: str):
    return client.post("/language/", {"language": "en", "note": "x" * 50, "person-password": "sehr-geheim-1"}, headers=headers)


@pytest.fixture
def client():
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = "somebody"
    return client


@pytest.mark.parametrize("headers", [{"origin": OWN}, {"referer": f"{OWN}/me/"}])
def test_own_page_gets_its_words_back(client, headers):
    page = send(client, **headers)
    assert page.status_code == 403
    assert "x" * 50 in page.content.decode()
    assert 'name="csrfmiddlewaretoken"' in page.content.decode().partition("<main")[2]


@pytest.mark.parametrize("headers", [
    {}, {"origin": "https://evil.example"}, {"origin": "null"}, {"referer": "https://evil.example/testserver"}, {"referer": "//testserver/"},
    {"origin": "https://evil.example", "referer": f"{OWN}/me/"}, {"origin": "http://testserver.evil.example"},
])
def test_form_of_another_site_is_refused_plainly(client, headers):
    page = send(client, **headers)
    assert page.status_code == 403
    text = page.content.decode().partition("<main")[2]
    assert "x" * 50 not in text
    assert 'action="/language/"' not in text


def test_visitor_without_a_session_is_offered_nothing():
    page = send(Client(enforce_csrf_checks=True), origin=OWN)
    assert page.status_code == 403
    assert "x" * 50 not in page.content.decode()


SECRETS = ("password", "password1", "person-password", "old", "x-old", "old_password", "id_number", "person-id_number", "team.0.id_number",
           "account_number", "unit-account_number", "csrfmiddlewaretoken", "api_token", "IdCard", "accountNo")


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_are_neither_shown_nor_kept(client, name):
    page = client.post("/language/", {name: "sehr-geheim-1", "note": "gut"}, headers={"origin": OWN})
    assert "sehr-geheim-1" not in page.content.decode()
    assert "gut" in page.content.decode()
    request = RequestFactory().post("/me/")
    request.POST, request.session = QueryDict(f"{name}=sehr-geheim-1&note=gut"), {}
    kept.keep(request, "/me/")
    assert request.session[kept.KEY]["fields"] == [("note", "gut")]


@pytest.mark.parametrize("name", ["name", "threshold", "fold", "holder", "number", "note", "identity_kind", "id_kind", "account_name"])
def test_other_fields_are_not_taken_for_secrets(name):
    assert not kept.is_secret(name)
