"""Who asks is read together with the session, in one statement; and only what the session itself proves is believed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import HASH_SESSION_KEY
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import sessions
from accounts.models import Person, Session
from accounts.policies import Actor
from accounts.sessions import SessionStore
from accounts.tasks import forget_ended_sessions
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(client, house):
    client.post("/login/", {"identifier": "li@accounts.example", "password": PASSWORD})
    return client


def stored(client) -> SessionStore:
    """The session of the client as a request reads it."""
    return SessionStore(client.cookies["sessionid"].value)


def test_one_statement_tells_all(visit):
    session = stored(visit)
    with CaptureQueriesContext(connection) as asked:
        actor = sessions.actor_of(session)
    assert len(asked) == 1
    known = Actor.of(Person.objects.get(email="li@accounts.example"))
    assert (actor.person, actor.holdings, actor.owed_notice) == (known.person, known.holdings, known.owed_notice)
    for field in Person._meta.concrete_fields:
        assert getattr(actor.person, field.attname) == getattr(known.person, field.attname), field.name


def test_session_names_its_person_from_the_log_in_on(client, house):
    client.get("/login/")
    client.post("/login/", {"identifier": "li@accounts.example", "password": PASSWORD})
    assert list(Session.objects.values_list("person__email", flat=True)) == ["li@accounts.example"]
    client.post("/logout/")
    assert not Session.objects.exists()


def test_somebody_else_in_the_row_is_not_believed(visit):
    """The signed content of the session decides; the column only finds the person quickly."""
    other = Person.objects.get(email="wang@accounts.example")
    Session.objects.update(person=other)
    assert sessions.actor_of(stored(visit)) is None
    assert visit.get("/me/").context["actor"].person.email == "li@accounts.example"
    Session.objects.update(person=None)
    assert visit.get("/me/").status_code == 200


def test_password_changed_behind_the_portal_ends_the_session(visit):
    row = Person.objects.get(email="li@accounts.example")
    row.set_password("another-password-2026")
    row.save(update_fields=["password"])
    assert sessions.actor_of(stored(visit)) is None
    assert visit.get("/me/").status_code == 302


def test_session_without_its_proof_is_not_believed(visit):
    session = stored(visit)
    session[HASH_SESSION_KEY] = ""
    session.save()
    assert sessions.actor_of(stored(visit)) is None


def test_account_that_is_off_is_nobody(visit):
    Person.objects.filter(email="li@accounts.example").update(is_active=False, ended_at=timezone.now())
    assert sessions.actor_of(stored(visit)) is None
    assert visit.get("/me/").status_code == 302


def test_session_that_is_over_is_not_read_and_is_thrown_away(visit):
    assert forget_ended_sessions() == 0
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=5))
    assert sessions.actor_of(stored(visit)) is None
    assert visit.get("/me/").status_code == 302
    assert forget_ended_sessions() == 1


def test_a_column_that_a_migration_adds_does_not_stop_who_is_signed_in(visit):
    """The web servers of before go on while the migrations run, with statements that they keep planned."""
    assert sessions.actor_of(stored(visit)) is not None
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_person ADD COLUMN of_the_next_release text NOT NULL DEFAULT ''")
    assert sessions.actor_of(stored(visit)) is not None
    assert visit.get("/me/").status_code == 200
