"""An empty installation gets its first people by one command."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.models import Organisation, Person
from portal.demo.invented import uscc

pytestmark = pytest.mark.django_db
CODE = uscc(7001, "BUREAU")
PASSWORD = "a long sentence of 2026"


@pytest.fixture
def make(monkeypatch):
    def run(*, password: str = PASSWORD, **words: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        out = io.StringIO()
        given = {"bureau": "某市科技创新局", "uscc": CODE, "name": "安宁", "email": "An@keji.example", "role": "SYSADMIN", **words}
        call_command("bureau_account", *(f"--{key}={value}" for key, value in given.items()), stdout=out)
        return out.getvalue()

    return run


def test_first_account_can_sign_in_and_opens_the_desk(make, client):
    assert make() == "an@keji.example: SYSADMIN at 某市科技创新局\n"
    answer = client.post("/login/", {"identifier": "an@keji.example", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/desk/", follow=True).status_code == 200
    assert client.get("/desk/roles/").status_code == 200


def test_second_person_joins_the_same_bureau(make):
    make()
    make(bureau="", name="何静", email="he@keji.example", role="RESOURCE", division="资源配置处")
    assert Organisation.objects.filter(uscc=CODE).count() == 1
    assert list(Person.objects.get(email="he@keji.example").memberships.values_list("role", "division", "status")) == [
        ("RESOURCE", "资源配置处", "ACTIVE")]


def test_role_is_added_to_an_account_that_stands(make):
    make(role="DIVISION")
    before = Person.objects.get(email="an@keji.example").password
    make(role="RESOURCE", password="is not asked for")
    person = Person.objects.get(email="an@keji.example")
    assert {row.role for row in person.memberships.all()} == {"DIVISION", "RESOURCE"}
    assert person.password == before


@pytest.mark.parametrize(("words", "reason"), [
    ({"password": "short"}, "too short"),
    ({"uscc": "91440300000000000X"}, "check"),
    ({"bureau": ""}, "give its name"),
])
def test_refusal_changes_nothing_and_says_why(make, words, reason):
    with translation.override("en"), pytest.raises(CommandError, match=reason):
        make(**words)
    assert not Organisation.objects.filter(kind="BUREAU").exists()
    assert not Person.objects.exists()


def test_separation_of_duties_holds_here_too(make):
    make()
    with pytest.raises(CommandError):
        make(role="RESOURCE")
