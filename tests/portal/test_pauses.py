"""Heavy work is switched off for a time by the resource division; the clock puts it on again, and nothing else stops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from applications import actions as filing
from core import clock, pauses
from core.models import Job, LedgerRow, Pause
from core.workflow import Refused
from notices.models import Message
from portal import actions
from tests.applications.client import signed_in
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def off(town, kind, **more):
    return actions.switch_off(town.he, kind, ends_at=clock.now() + HOUR, why="受理截止前一小时", **more)


def paths(town, row):
    """One address of each kind of heavy work: (kind, who, method, address)."""
    return [
        ("EXPORT", town.chen, "get", reverse("applications:desk:list") + "?export=csv"),
        ("PREVIEW", town.li, "post", reverse("applications:my:preview_pdf", args=[row.ref])),
        ("STATISTICS", town.li, "get", reverse("portal:public:figures")),
        ("STATISTICS", town.li, "get", reverse("programs:public:topic_statistics")),
        ("STATISTICS", town.chen, "get", "/api/v1/figures/"),
    ]


def test_each_kind_says_503_with_words_until_its_end_and_no_other_does(town):
    row = make.started(town.li, town.guide, town.a)
    for kind in Pause.Kind.values:
        pause = off(town, kind)
        for other, who, method, path in paths(town, row):
            answer = getattr(signed_in(who), method)(path)
            assert (answer.status_code == 503) is (other == kind), (kind, path, answer.status_code)
            if other == kind:
                text = answer.json()["reasons"][0] if path.startswith("/api/") else answer.content.decode()
                assert "受理截止前一小时" in text and f"{clock.local(pause.ends_at):%Y-%m-%d %H:%M}" in text
                assert 0 < int(answer["Retry-After"]) <= 3601
        with clock.shifted_to(pause.ends_at):  # the clock puts it on again, no job
            assert not pauses.running().exists()
        actions.switch_on(town.he, pause)
        assert not pauses.running().exists()
    assert not Job.objects.filter(kind="applications.print").count() > 2


def test_submitting_goes_on_while_everything_is_off(town):
    for kind in Pause.Kind.values:
        off(town, kind)
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    assert row.status == "SUBMITTED"
    filing.order_papers(town.li, row, receipt=True)  # the papers of a submission are no previews
    assert Job.objects.filter(kind="applications.receipt").exists()
    assert signed_in(town.chen).get(reverse("applications:desk:list")).status_code == 200
    assert signed_in(town.li).get(reverse("applications:my:preview", args=[row.ref])).status_code == 200


def test_only_the_resource_division_and_never_twice(town):
    for actor in (town.chen, town.li, town.lead):
        with pytest.raises(Refused):
            actions.switch_off(actor, "EXPORT", ends_at=clock.now() + HOUR, why="试")
    for wrong in ({"ends_at": clock.now() - HOUR, "why": "试"}, {"ends_at": clock.now() + HOUR, "why": " "}):
        with pytest.raises(Refused):
            actions.switch_off(town.he, "EXPORT", **wrong)
    pause = off(town, "EXPORT")
    with pytest.raises(Refused):
        off(town, "EXPORT")
    with pytest.raises(Refused):
        actions.switch_on(town.chen, pause)
    actions.switch_on(town.he, pause)
    with pytest.raises(Refused):
        actions.switch_on(town.he, pause)
    rows = LedgerRow.objects.filter(target_type="core.pause").order_by("pk")
    assert [(row.verb, row.why) for row in rows] == [("portal.pause.begin", "受理截止前一小时"), ("portal.pause.end", "")]


def test_the_page(town):
    url = reverse("portal:desk:pauses")
    assert signed_in(town.chen).get(url).status_code == 403
    he = signed_in(town.he)
    home = reverse("portal:desk:home")
    assert url in he.get(home).content.decode() and url not in signed_in(town.chen).get(home).content.decode()
    ends = clock.local(clock.now() + HOUR)
    assert he.post(url, {"kind": "EXPORT", "ends_at": f"{ends:%Y-%m-%dT%H:%M}", "why": "受理截止前一小时"}).status_code == 302
    pause = Pause.objects.get()
    page = he.get(url).content.decode()
    assert "表格导出" in page and "受理截止前一小时" in page
    assert he.post(url, {"kind": "EXPORT", "ends_at": f"{ends:%Y-%m-%dT%H:%M}", "why": "再停"}).status_code == 422
    assert he.post(reverse("portal:desk:pause_end", args=[pause.pk])).status_code == 302
    assert not pauses.running().exists()


def test_nothing_is_off_longer_than_the_parameter_and_its_end_is_told_once(town):
    with pytest.raises(Refused, match="3"):
        actions.switch_off(town.he, "EXPORT", ends_at=clock.now() + 4 * HOUR, why="截止前")
    pause = off(town, "EXPORT")
    assert actions.tell_of_ends() == 0
    with clock.shifted_to(pause.ends_at + timedelta(minutes=1)):
        assert (actions.tell_of_ends(), actions.tell_of_ends()) == (1, 0)
    assert Message.objects.get(event="portal.turn").person_id == town.he.id
    ended = off(town, "PREVIEW")
    actions.switch_on(town.he, ended)
    with clock.shifted_to(ended.ends_at + timedelta(minutes=1)):
        actions.tell_of_ends()
    assert Message.objects.filter(event="portal.turn").count() == 1  # who switches it on by hand knows
