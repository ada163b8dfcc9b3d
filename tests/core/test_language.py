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
