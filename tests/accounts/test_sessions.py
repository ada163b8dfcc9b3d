"""Log-in by e-mail or phone, lock-out, reset, and the end of sessions."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail, signing
from django.db import connections
from django.urls import reverse

from accounts import actions, queries, sessions
from accounts.models import LoginAttempt, PrivacyNotice
from accounts.policies import Actor
from accounts.states import Role
from accounts.tasks import end_expired_roles
from core import clock
from core.models import LedgerRow, Parameter
from tests.accounts.conftest import PASSWORD, SYSTEM, person

LOGIN = "/login/"


def sign_in(client, identifier, password=PASSWORD):
    return client.post(LOGIN, {"identifier": identifier, "password": password})


@pytest.mark.parametrize("identifier", ["li@accounts.example", " LI@accounts.example ", "13900000002", "139 0000 0002"])
def test_sign_in_by_mail_or_phone(client, house, identifier):
    answer = sign_in(client, identifier)
    assert (answer.status_code, answer["Location"]) == (302, "/my/")
    assert client.get("/me/").status_code == 200


@pytest.mark.parametrize(("identifier", "password"), [
    ("li@accounts.example", "wrong-password"), ("nobody@accounts.example", PASSWORD), ("", PASSWORD),
])
def test_wrong_pair_is_refused_and_says_nothing_more(client, house, identifier, password):
    answer = sign_in(client, identifier, password)
    assert answer.status_code == 422
    assert client.get("/me/").status_code == 302


def test_account_locks_after_its_tries_even_with_the_right_password(client, house):
    tries = int(Parameter.objects.get(key="login.account_tries").value)
    for _one in range(tries):
        sign_in(client, "li@accounts.example", "wrong-password")
    assert sign_in(client, "li@accounts.example").status_code == 422
    assert sign_in(client, "wang@accounts.example").status_code == 302, "another account is not locked"


def test_success_clears_the_count(client, house):
    tries = int(Parameter.objects.get(key="login.account_tries").value)
    for _one in range(tries - 1):
        sign_in(client, "li@accounts.example", "wrong-password")
    assert sign_in(client, "li@accounts.example").status_code == 302
    sign_in(client, "li@accounts.example", "wrong-password")
    assert not queries.locked_out("li@accounts.example", None)


def test_attempts_keep_no_address_of_the_account(client, house):
    sign_in(client, "li@accounts.example", "wrong-password")
    assert "li@" not in str(LoginAttempt.objects.values_list("account_print", flat=True).get())


def test_next_outside_the_house_is_ignored(client, house):
    answer = client.post(LOGIN, {"identifier": "li@accounts.example", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/my/"


def reset_link(message):
    return re.search(r"http://[^/]+(/reset/\S+)", message.body)[1]


def test_reset_link_is_good_once(client, house):
    client.post("/forgot/", {"email": "li@accounts.example"})
    link = reset_link(mail.outbox[-1])
    assert client.post(link, {"password": "another-good-2026"}).status_code == 302
    assert sign_in(client, "li@accounts.example", "another-good-2026").status_code == 302
    assert client.post(link, {"password": "a-third-one-2026"}).status_code == 410


def test_forgot_answers_the_same_for_nobody(client, house):
    known = client.post("/forgot/", {"email": "li@accounts.example"})
    sent = len(mail.outbox)
    unknown = client.post("/forgot/", {"email": "nobody@accounts.example"})
    assert known.status_code == unknown.status_code == 200
    assert len(mail.outbox) == sent


def test_reset_mails_are_limited(client, house):
    for _one in range(6):
        client.post("/forgot/", {"email": "li@accounts.example"})
    assert len(mail.outbox) == int(Parameter.objects.get(key="reset.mails_per_hour").value)


def test_weak_password_is_refused(client, house):
    client.post("/forgot/", {"email": "li@accounts.example"})
    assert client.post(reset_link(mail.outbox[-1]), {"password": "12345678901"}).status_code == 200
    assert sign_in(client, "li@accounts.example").status_code == 302


@pytest.mark.parametrize("end", ["role", "account", "password"])
def test_session_ends_with_role_account_or_password(client, house, end):
    sign_in(client, "li@accounts.example")
    assert client.get("/me/").status_code == 200
    if end == "role":
        actions.end_role(house.wang, house.li_person.memberships.get())
    elif end == "account":
        actions.end_account(SYSTEM, house.li_person, why="离职")
    else:
        actions.change_password(SYSTEM, house.li_person, password="another-good-2026")
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(("days", "status"), [(1, 302), (0, 200)])
def test_session_ends_when_the_last_day_of_a_role_is_over(client, house, days, status):
    """Given until today: good all day, over the day after. The sweep closes the books and the session."""
    today = clock.today()
    row = actions.grant_role(SYSTEM, person("guest"), house.unit, Role.MEMBER, until=today)
    with clock.shifted_to(clock.now() + timedelta(days=days)):
        sign_in(client, "guest@accounts.example")
        assert client.get("/me/").status_code == 200
        assert end_expired_roles() == days
        assert client.get("/me/").status_code == status
        row.refresh_from_db()
        assert (row.status, row.until) == ("ENDED" if days else "ACTIVE", today)


def test_session_goes_on_when_somebody_elses_role_ends(client, house):
    other = person("other")
    row = actions.grant_role(SYSTEM, other, house.unit, Role.MEMBER)
    sign_in(client, "li@accounts.example")
    actions.end_role(house.wang, row)
    assert client.get("/me/").status_code == 200


def test_closed_account_cannot_sign_in(client, house):
    actions.end_account(SYSTEM, house.li_person, why="离职")
    assert sign_in(client, "li@accounts.example").status_code == 422


@pytest.mark.parametrize(("key", "parameter"), [("li", "session.hours"), ("desk", "session.staff_hours")])
def test_session_lasts_as_long_as_the_parameter_says(client, house, key, parameter):
    if key == "desk":
        actions.grant_role(SYSTEM, person("desk"), house.bureau, Role.DIVISION)
    sign_in(client, f"{key}@accounts.example")
    assert client.session.get_expiry_age() == int(Parameter.objects.get(key=parameter).value) * 3600


# --- consent -----------------------------------------------------------------------------------------------------


def test_nothing_opens_before_consent(client, house, settings):
    settings.ASK_CONSENT = True
    sign_in(client, "li@accounts.example")
    for path in ("/my/", "/inbox/", "/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/me/consent/"), path
    assert client.get("/api/v1/me/").status_code == 403
    assert client.get("/privacy/").status_code == 200
    assert client.get("/me/consent/?next=/inbox/").status_code == 200
    answer = client.post("/me/consent/", {"next": "/inbox/"})
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert client.get("/inbox/").status_code == 200
    assert LedgerRow.objects.filter(verb="accounts.person.consent", target_id=house.li_person.pk).count() == 1


def test_leaving_needs_no_consent(client, house, settings):
    settings.ASK_CONSENT = True
    sign_in(client, "li@accounts.example")
    assert client.post("/logout/")["Location"] == "/"
    assert client.get("/").status_code == 200, "a visitor is not asked"


def test_new_version_is_asked_again(client, house, settings):
    settings.ASK_CONSENT = True
    actions.consent(house.li, queries.current_notice())
    sign_in(client, "li@accounts.example")
    assert client.get("/me/").status_code == 200
    PrivacyNotice.objects.create(version="next", text="新版", effective_from="2020-01-01")
    assert client.get("/me/").status_code == 302


def test_notice_of_the_future_is_not_asked_yet(client, house, settings):
    settings.ASK_CONSENT = True
    actions.consent(house.li, queries.current_notice())
    PrivacyNotice.objects.create(version="later", text="新版", effective_from="2099-01-01")
    assert queries.owes_consent(Actor.of(house.li_person)) is None


def test_a_notice_is_in_force_from_the_first_minute_of_its_day(house):
    """The bureau's day, whatever the zone of the database's session."""
    actions.consent(house.li, queries.current_notice())
    notice = PrivacyNotice.objects.create(version="later", text="新版", effective_from="2099-01-01")
    for moment, owed in (datetime(2098, 12, 31, 15, 55, tzinfo=UTC), None), (datetime(2098, 12, 31, 16, 5, tzinfo=UTC), notice):
        with clock.shifted_to(moment):
            assert queries.owes_consent(Actor.of(house.li_person)) == owed
            assert (queries.current_notice() == notice) == (owed is not None)


def test_consent_does_not_lead_out_of_the_house(client, house, settings):
    settings.ASK_CONSENT = True
    sign_in(client, "li@accounts.example")
    assert client.post("/me/consent/", {"next": "//evil.example"})["Location"] == "/my/"


# --- who am I ----------------------------------------------------------------------------------------------------


def test_api_tells_the_own_account_and_roles(client, house):
    sign_in(client, "wang@accounts.example")
    data = client.get(reverse("accounts:api:me")).json()
    assert (data["email"], [row["role"] for row in data["roles"]]) == ("wang@accounts.example", ["ORG_ADMIN"])
    assert data["roles"][0]["organisation"] == house.unit.uscc


def test_api_is_closed_to_visitors(client, db):
    assert client.get("/api/v1/me/").status_code in (401, 403)


def test_actor_of_a_closed_account_is_nobody(house):
    closed = actions.end_account(SYSTEM, house.li_person, why="离职")
    assert not Actor.of(closed).is_signed_in


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_are_counted_one_after_the_other(house, monkeypatch):
    """Between looking and counting there is time for others: the lock of the account keeps them waiting."""
    tries, look = int(Parameter.objects.get(key="login.account_tries").value), queries.locked_out

    def slow(identifier, ip):
        found = look(identifier, ip)
        time.sleep(0.02)
        return found

    def attempt(_one):
        try:
            return actions.begin_attempt("li@accounts.example", "203.0.113.9")
        finally:
            connections.close_all()

    monkeypatch.setattr(queries, "locked_out", slow)
    with ThreadPoolExecutor(12) as pool:
        begun = list(pool.map(attempt, range(tries + 20)))
    assert sum(one is not None for one in begun) == tries


# --- spelling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spellings", [
    ("13900000002", "139-0000-0002", "139 0000 0002", "１３９０００００００２", "1390000-0002"),
    ("li@accounts.example", "LI@accounts.example ", " Li@Accounts.Example"), ("li@accounts.example", "13900000002"),
    ("17700000000", "177-0000-0000", "１７７００００００００"),
])
def test_lock_out_counts_the_account_however_it_is_spelt(client, house, spellings):
    tries = int(Parameter.objects.get(key="login.account_tries").value)
    for turn in range(tries):
        sign_in(client, spellings[turn % len(spellings)], "wrong-password")
    assert all(queries.locked_out(text, None) for text in spellings)


@pytest.mark.parametrize("link", ["/reset/YWJj/x/", "/reset/%00/x/", "/reset/AAAA/x/", "/reset/é/x/", "/reset/====/x/"])
def test_link_that_never_was_one_is_dead_and_breaks_nothing(client, house, link):
    assert client.get(link).status_code in (404, 410)


# --- what is kept of a session in the memory of a process ----------------------------------------------------------


@pytest.fixture
def kept():
    sessions._PROVED.clear()
    store = sessions.SessionStore()
    store.update({"list": ["a"], "epoch": 3})
    store.create()
    return store


@pytest.mark.django_db
def test_the_same_text_is_proved_once(kept, monkeypatch):
    asked = []
    loads = signing.loads
    monkeypatch.setattr(signing, "loads", lambda *args, **more: asked.append(1) or loads(*args, **more))
    for _turn in range(3):
        found = sessions.SessionStore(kept.session_key)
        assert found["list"] == ["a"]
        found["list"].append("of this request alone")
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_text_that_was_changed_is_no_session(kept):
    assert sessions.SessionStore(kept.session_key)["epoch"] == 3
    row = sessions.Session.objects.get(pk=kept.session_key)
    wrong = row.session_data[:-1] + ("A" if row.session_data[-1] != "A" else "B")
    assert kept.decode(wrong) == {} and kept.decode(wrong) == {}
    sessions._PROVED[(django_settings.SECRET_KEY, wrong)] = b'{"epoch": 3}'  # the negative control: it would have been believed
    assert kept.decode(wrong) == {"epoch": 3}


@pytest.mark.django_db
def test_under_another_key_nothing_is_remembered(kept, settings):
    text = sessions.Session.objects.get(pk=kept.session_key).session_data
    assert kept.decode(text)["epoch"] == 3
    settings.SECRET_KEY = "another key of the same house"
    assert kept.decode(text) == {}


@pytest.mark.django_db
def test_a_session_that_is_over_is_over_for_every_process(kept):
    assert sessions.SessionStore(kept.session_key)["epoch"] == 3
    sessions.Session.objects.all().delete()
    assert "epoch" not in sessions.SessionStore(kept.session_key)


@pytest.mark.django_db
def test_memory_is_bounded(kept, monkeypatch):
    monkeypatch.setattr(sessions, "PROVED", 4)
    for number in range(20):
        kept.decode(kept.encode({"number": number}))
        assert len(sessions._PROVED) <= 4
