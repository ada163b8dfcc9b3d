"""Tables of a large batch come in pages: what a page costs does not grow with the batch, and what is not on it is not lost."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core import jobs
from core.models import Job
from core.web import paging
from reviews import queries
from reviews.models import Assignment, Batch
from reviews.queries import after
from reviews.views import desk as desks
from reviews.views import plans, seats
from tests.applications.client import cost, signed_in
from tests.factories import projects as upper
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


def desk(name: str, *args) -> str:
    return reverse(f"reviews:desk:{name}", args=args)


def test_a_batch_of_very_many_is_made_by_a_job(town, monkeypatch):
    monkeypatch.setattr(desks, "AT_ONCE", 1)
    for leader, admin, unit in ((town.li, town.wang, town.a), (town.stranger, town.badm, town.b)):
        upper.accepted(town, leader, admin, unit, requested="2000000", title="端侧芯片研制")
    assert signed_in(town.li).post(desk("batch_new", town.guide.ref)).status_code == 403 and not Job.objects.filter(kind="reviews.batch").exists()
    answer = signed_in(town.chen).post(desk("batch_new", town.guide.ref))
    row = Job.objects.get(kind="reviews.batch")
    assert str(row.uid) in answer.url and not Batch.objects.exists()
    assert jobs.run(row.pk)
    row.refresh_from_db()
    assert row.state == "DONE" and row.result["link"] == desk("batch", Batch.objects.get().ref) and Batch.objects.get().items.count() == 2


@pytest.fixture
def by_one(monkeypatch):
    """One row a page."""
    monkeypatch.setattr(paging.part, "__defaults__", (1,))
    monkeypatch.setattr(paging, "SIZE", 1)
    monkeypatch.setattr(seats, "SHOWN", 1)


def test_the_batch_shows_its_applications_and_experts_in_pages(town, scoring, by_one):
    client, refs = signed_in(town.chen), sorted(scoring.items.values_list("application__ref", flat=True))
    first, second = (client.get(desk("batch", scoring.ref), {"page": number}) for number in (1, 2))
    seen = [[one["i"].application.ref for one in answer.context["items"]] for answer in (first, second)]
    assert sorted(sum(seen, [])) == refs and len(seen[0]) == 1
    assert 'rel="next"' in first.content.decode() and 'rel="prev"' in second.content.decode()
    experts = {one["alias"] for number in range(1, 30) for one in client.get(desk("batch", scoring.ref), {"experts": number}).context["panel"]}
    assert experts == set(Assignment.objects.filter(batch=scoring).exclude(status="DRAWN").values_list("alias", flat=True))
    assert client.get(desk("batch", scoring.ref), {"page": "x", "experts": "-3"}).status_code == 200  # the nearest page there is


def test_what_the_table_of_experts_says_is_what_the_seats_say(town, scoring):
    for one in queries.named_panel(queries.panel_of(scoring)):
        mine = Assignment.objects.filter(batch=scoring, expert=one["expert"])
        assert (one["seats"], one["submitted"]) == (mine.filter(status__in=["INVITED", "ACCEPTED", "SUBMITTED"]).count(), mine.filter(status="SUBMITTED").count())


def test_groups_of_another_page_stay_as_they_are(town, made, by_one):
    client, items = signed_in(town.chen), list(made.items.order_by("group", "application__ref"))
    url = desk("groups", made.ref)
    answer = client.get(url, {"page": 2})
    assert [one.pk for one in answer.context["part"]] == [items[1].pk]
    saved = client.post(f"{url}?page=2", {f"g-{items[1].pk}": "g05"})
    assert saved.status_code == 302 and saved.url.endswith("?page=2")
    assert [made.items.get(pk=one.pk).group for one in items] == [items[0].group, "G05"]
    found = client.get(url, {"q": items[0].application.ref})
    assert [one.pk for one in found.context["part"]] == [items[0].pk]


def test_many_groups_are_typed_and_few_are_chosen(town, made, monkeypatch):
    client = signed_in(town.chen)
    assert "<select name=\"g-" in client.get(desk("groups", made.ref)).content.decode()
    monkeypatch.setattr(plans, "FEW", 0)
    text = client.get(desk("groups", made.ref)).content.decode()
    assert "<select name=\"g-" not in text and 'list="codes"' in text and '<datalist id="codes">' in text


def test_a_refused_seat_stands_on_its_own_page(town, scoring, by_one):
    client = signed_in(town.chen)
    last = scoring.items.order_by("application__ref").last()
    seat = Assignment.objects.filter(item=last, status="ACCEPTED").first()
    assert seat.item.application not in [application for application, _seats in client.get(desk("seats", scoring.ref)).context["rows"]]
    answer = client.post(desk("seat_void", scoring.ref, seat.uid), {"code": "RC3", "note": ""})
    assert answer.status_code == 422 and [application for application, _seats in answer.context["rows"]] == [last.application]
    found = client.get(desk("seats", scoring.ref), {"q": last.application.ref})
    assert [application.ref for application, _seats in found.context["rows"]] == [last.application.ref]


@pytest.mark.parametrize("name", ["batch", "seats", "disagreements", "groups"])
def test_pages_of_a_batch_cost_the_same_with_one_application_and_more(town, scoring, name, by_one):
    client, one = signed_in(town.chen), desk(name, scoring.ref)
    before = cost(client, one)
    paging.part.__defaults__ = (50,)
    seats.SHOWN = 25
    assert cost(client, one) == before


def test_after_the_review_tables_come_in_pages_too(town, ranked_batch, by_one):
    client = signed_in(town.chen)
    assert len(client.get(desk("comments", ranked_batch.ref)).context["items"]) == 1
    merits = client.get(desk("merits", ranked_batch.ref))
    assert len(merits.context["rows"]) == 1
    last = after.merits_of(make.fresh(ranked_batch))[-1]
    answer = client.post(desk("merit", ranked_batch.ref), {"expert": last["expert"].uid, "grade": "POOR", "note": ""})
    assert answer.status_code == 422 and [one["alias"] for one in answer.context["rows"]] == [last["alias"]]
