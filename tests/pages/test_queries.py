"""A list asks the database the same number of questions for one row, for three and for all of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.web import lists

pytestmark = pytest.mark.django_db
#: Lists that hold two rows in the small world.
SHORT = {"projects:desk:objections", "programs:public:topic_calls", "programs:my:needs", "programs:my:unit_needs",
         "programs:desk:portfolios", "programs:desk:advisory", "programs:desk:entitlement_lists", "applications:my:unit_voices"}
#: Asked once for a whole page, and only when a row of some kind stands on it: whether it does is a matter of chance in the small world.
ONCE = {"portal:audit:ledger": 'FROM "reviews_assignment"'}


def asked(client: Client, path: str, rows: int, monkeypatch: pytest.MonkeyPatch, once: str = "") -> tuple[int, int, list[str]]:
    """(rows shown, queries, the queries) of a list cut to so many rows; not counted is one with the words of `once`, the first time."""
    for listing in every(lists.Listing):
        monkeypatch.setattr(listing, "per_page", rows)
    with CaptureQueriesContext(connection) as found:
        answer = client.get(path)
    assert answer.status_code == 200
    told = [query["sql"][:200] for query in found.captured_queries]
    if once and (first := next((text for text in told if once in text), "")):
        told.remove(first)
    return len(answer.context["page"].rows), len(told), told


def every(kind: type) -> list[type]:
    return [kind, *(one for sub in kind.__subclasses__() for one in every(sub))]


def test_every_list_asks_the_same_for_one_row_and_for_all(found_lists, monkeypatch):
    assert len(found_lists) >= 60, sorted(found_lists)
    wrong, short = [], []
    for name, (client, path) in found_lists.items():
        client.get(path)  # what is remembered by the process is asked once
        one, three, many = (asked(client, path, rows, monkeypatch, ONCE.get(name, "")) for rows in (1, 3, 50))
        if many[0] < (2 if name in SHORT else 3):
            short.append(f"{name} {many[0]}")
        if not one[1] == three[1] == many[1]:
            more = [sql for sql in many[2] if many[2].count(sql) > one[2].count(sql)]
            wrong.append(f"{name}: {one[1]} queries for {one[0]} row, {three[1]} for {three[0]}, {many[1]} for {many[0]}: {more[:2]}")
    assert not wrong, "\n".join(wrong)
    assert not short, f"too few rows to tell: {short}"


def test_a_query_in_a_row_is_found(found_lists, monkeypatch):
    """The negative control: a list whose rows ask by themselves."""
    from applications.models import Application

    client, path = found_lists["applications:desk:list"]
    listing = next(one for one in every(lists.Listing) if one.name == "applications" and one.columns)
    nosy = lists.Col("nosy", "nosy", show=lambda row: str(Application.objects.filter(pk=row.pk).count()))
    monkeypatch.setattr(listing, "columns", (*listing.columns, nosy))
    client.get(path)
    assert asked(client, path, 1, monkeypatch)[1] < asked(client, path, 3, monkeypatch)[1]
