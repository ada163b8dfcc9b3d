"""Pages are Chinese unless the person has switched; machines are answered by their header."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_page_is_chinese_whatever_the_browser_was_sold_with(client):
    answer = client.get("/login/", headers={"accept-language": "en-US,en"})
    assert answer.headers["Content-Language"] == "zh-hans"
    assert "登录" in answer.content.decode()


def test_the_switch_makes_it_english(client):
    client.post("/language/", {"language": "en", "next": "/"})
    answer = client.get("/login/")
    assert answer.headers["Content-Language"] == "en"
    assert "登录" not in answer.content.decode().split("<main")[1]


def test_the_address_of_a_form_opened_as_a_page_leads_to_the_page_above(client):
    """Switching the language on a form's answer, or reloading it, came to an empty page."""
    answer = client.post("/language/", {"language": "zh-hans", "next": "/language/"}, follow=True)
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST" and 'href="/"' in answer.content.decode().split("<main")[1]
    assert not client.get("/language/", headers={"accept": "application/json"}).content
    assert client.head("/language/").status_code == 405
