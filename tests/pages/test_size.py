"""The weight of a first visit, as it comes over the wire: compressed bytes and number of requests."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from programs.models import Guide
from tests.pages.listings import client_of
from tests.pages.test_axe import person

pytestmark = pytest.mark.django_db
KB = 1024


def first_visit(visitor, who, path) -> tuple[int, list[str]]:
    """Bytes and addresses of everything a browser with an empty cache fetches, icon included.

    Static files are weighed as gzip: production serves them compressed (WhiteNoise), the server of the tests does not.
    """
    context = visitor.browser.new_context(locale="zh-CN")
    context.add_cookies([{"name": n, "value": v, "url": visitor.base} for n, v in visitor.cookies(who).items()])
    page = context.new_page()
    requests: list[Any] = []
    page.on("requestfinished", lambda request: requests.append(request))  # noqa: PLW0108 (a bound built-in cannot be tagged)
    answer = page.goto(visitor.base + path, wait_until="networkidle")
    assert answer.status == 200
    weight = 0
    for request in requests:
        sizes = request.sizes()
        packed = "/static/" in request.url and "content-encoding" not in request.response().headers
        weight += sizes["responseHeadersSize"]
        weight += len(gzip.compress(request.response().body(), 9)) if packed else sizes["responseBodySize"]
    context.close()
    return weight, [request.url for request in requests]


def test_form_page_first_visit_is_at_most_20_kb_and_5_requests(visitor):
    row = Application.objects.filter(status__in=("DRAFT", "UNIT_RETURNED"), coauthors=None).order_by("-pk").first()
    section = row.version.data["form"]["sections"][0]["code"]
    weight, addresses = first_visit(visitor, row.leader, reverse("applications:my:section", args=[row.ref, section]))
    assert len(addresses) <= 5, addresses
    assert weight <= 20 * KB, f"{weight} bytes"


def test_writing_together_costs_one_script_and_one_question_more(visitor):
    row = Application.objects.filter(coauthors__status="ACTIVE").first()
    weight, addresses = first_visit(visitor, row.leader, reverse("applications:my:section", args=[row.ref, "basic"]))
    assert len(addresses) <= 7, addresses
    assert weight <= 22 * KB, f"{weight} bytes"


def test_staff_list_first_visit_is_at_most_45_kb(visitor):
    weight, _addresses = first_visit(visitor, person("chen"), reverse("applications:desk:list"))
    assert weight <= 45 * KB, f"{weight} bytes"


def packed(path, who=None) -> int:
    """The page itself as it is sent: compressed."""
    client = Client()
    if who is not None:
        client = client_of(person(who))
    answer = client.get(path)
    assert answer.status_code == 200
    return len(gzip.compress(answer.content))


def test_public_pages_of_guides_are_at_most_20_kb(site):
    guide = Guide.objects.filter(status="OPEN").order_by("-pk").first()
    for path in (reverse("programs:public:guide", args=[guide.year, guide.slug]), reverse("programs:public:guides"),
                 reverse("programs:public:annual_plan", args=[guide.year]), reverse("programs:public:expected")):
        assert packed(path) <= 20 * KB, f"{path}: {packed(path)} bytes"


def test_lists_of_the_desk_are_at_most_45_kb(site):
    guide = Guide.objects.filter(status="OPEN").order_by("-pk").first()
    for path in (reverse("programs:desk:guides"), reverse("programs:desk:plan_changes"), reverse("portal:desk:plan_actual", args=[guide.year])):
        assert packed(path, "he") <= 45 * KB, f"{path}: {packed(path, 'he')} bytes"
