"""What no page of ours sends: it is refused with a text or left out, and nothing breaks afterwards either."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.urls import reverse

from applications import rules
from applications.actions import unit
from core import jobs
from core.events import drain
from core.models import Job, Parameter
from tests.applications.client import signed_in
from tests.applications.test_pages import begin, my, send
from tests.factories import applications as make

PERSON_LOCK = 0x4102  # migration applications 0007

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("body", ["5", "true", "[{}]", "[" * 100_000, '{"rev":1e400,"values":{}}', '{"rev":"²","values":{}}', '{"rev":true,"values":{}}',
                                  '{"rev":' + "9" * 5000 + ',"values":{}}', '{"rev":0,"values":{"title":' + "[" * 500 + "]" * 500 + "}}",
                                  '{"rev":0,"values":{"title":NaN}}'])
def test_autosave_of_hostile_bodies_is_refused(town, body):
    client = signed_in(town.li)
    row = begin(town, client)
    assert client.post(my("autosave", row.ref, "basic"), body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("values", [
    {"starts_on": "9999-12-31", "months": "36"}, {"starts_on": "2026-01-01", "months": "99999999999"}, {"starts_on": "0001-01-01", "months": "-5"},
    {"months": "1e999999"}, {"requested": "1e999999"}, {"title": {"a": 1}, "keywords": {"word": [1]}, "disciplines": {"a": 1}},
    {"keywords.²²²²²²²²²².word": "x", "keywords." + "9" * 5000 + ".word": "x"}, {"starts_on": "9999-12-31", "months": "1e3"},
])
def test_values_beyond_every_bound_are_kept_as_typed_and_break_nothing(town, values):
    client = signed_in(town.li)
    row = begin(town, client)
    assert send(client, row, values, row.rev).status_code == 200
    for name, args in (("section", (row.ref, "basic")), ("check", (row.ref,)), ("overview", (row.ref,)), ("preview", (row.ref,))):
        assert client.get(my(name, *args)).status_code == 200, name


@pytest.mark.parametrize("rev", ["²", "9" * 5000, "-1", "1e5", "\x00"])
def test_page_with_a_hostile_revision_is_saved_on_the_newest(town, rev):
    client = signed_in(town.li)
    row = begin(town, client)
    assert client.post(my("section", row.ref, "basic"), {"rev": rev, "title": "甲", "go": "stay"}).status_code in (200, 302)
    row.refresh_from_db()
    assert row.answers["basic"]["title"] == "甲"


def test_end_of_a_term_beyond_the_calendar_is_none():
    from datetime import date

    assert rules.end_date(date(9999, 12, 31), 36) is None
    assert rules.end_date(date(2026, 1, 1), 12) == date(2026, 12, 31)


# --- the whole way of the preview ------------------------------------------------------------------------------------


def test_preview_goes_from_the_button_over_the_job_to_the_pdf(town):
    client = signed_in(town.li)
    row = begin(town, client)
    answer = client.post(my("preview_pdf", row.ref), follow=True)
    job = Job.objects.latest("pk")
    assert answer.redirect_chain == [(reverse("job", args=[job.uid]), 302)]
    assert answer.status_code == 200
    drain()
    jobs.sweep()
    job.refresh_from_db()
    assert job.state == "DONE", job.error
    assert client.get(reverse("job", args=[job.uid])).status_code == 200
    file = client.get(reverse("job_file", args=[job.uid]))
    assert b"".join(file.streaming_content).startswith(b"%PDF-")


# --- the public's question -------------------------------------------------------------------------------------------


TRACK = "/track/"


def look_up(client, number, tail="0000", address="203.0.113.1"):
    return client.get(TRACK, {"number": number, "tail": tail}, REMOTE_ADDR=address)


def bare(page) -> str:
    """The page without what the visitor typed."""
    return page.content.decode().replace(page.wsgi_request.GET["number"], "").partition("<main")[2]


def test_wrong_number_and_wrong_tail_get_the_same_answer(town, client):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    assert bare(look_up(client, row.ref, "x")) == bare(look_up(client, "ZDCY-1999-99999", "x"))


def test_number_is_looked_up_so_often_from_wherever(town, client):
    """Also when it does not exist, when its receipt is named instead, and with the right telephone at the end."""
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    Parameter.objects.filter(key="track.per_number_hour").update(value=3)
    tail = rules.phone_tail(town.li.person.phone)
    row.refresh_from_db()
    for name in (row.ref, row.receipt_number, f" {row.ref.lower()} "):
        assert look_up(client, name, "x", "203.0.113.2").status_code == 200
    assert look_up(client, row.ref, tail, "203.0.113.3").status_code == 429
    for _turn in range(3):
        assert look_up(client, "ZDCY-1999-99999").status_code == 200
    assert look_up(client, "ZDCY-1999-99999").status_code == 429


def test_address_looks_up_so_often(town, client):
    Parameter.objects.filter(key="track.per_address_hour").update(value=3)
    for turn in range(3):
        assert look_up(client, f"ZDCY-1999-{turn}").status_code == 200
    assert look_up(client, "ZDCY-1999-9").status_code == 429
    assert look_up(client, "ZDCY-1999-9", address="203.0.113.9").status_code == 200


# --- limits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [[], [{"any": 1}]])
def test_submission_holds_everybody_whom_a_limit_counts(town, limits):
    row = begin(town, signed_in(town.li))
    row.team.create(person=town.stranger.person, name="外协", role="MEMBER")
    members = set(row.team.exclude(person=None).values_list("person", flat=True))
    assert len(members) > 1
    row.version.data = {**row.version.data, "quota": {**row.version.data["quota"], "per_unit": None}, "limits": limits}
    with transaction.atomic():
        unit.hold_limits(row)
        with connection.cursor() as cursor:
            cursor.execute("SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND pid = pg_backend_pid()", [PERSON_LOCK])
            held = {key for (key,) in cursor.fetchall()}
    assert held == (members | {row.leader_id} if limits else {row.leader_id})
