import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts import actions as accounts
from accounts.middleware import EPOCH
from accounts.policies import Actor, system
from tests.factories import programs as make
from tests.kept import kept

staff = kept(make.staff)


@kept
def drafted(staff):
    return make.draft_guide(staff)


@kept
def approved(staff):
    return make.approved_guide(staff)


@kept
def published(staff):
    return make.published_guide(staff)


@pytest.fixture
def sign_in():
    """A client in the session of an actor; None is the public."""

    def client_of(actor=None):
        client = Client()
        if actor is not None:
            client.force_login(actor.person, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            session = client.session
            session[EPOCH] = actor.person.session_epoch
            session.save()
        return client

    return client_of


def somebody():
    """Somebody with an account and no role."""
    return Actor.of(accounts.create_person(system("test"), name="李申报", email="li@programs.example"))


applicant = kept(somebody)
