"""Kept searches: what they find, that each guide is told once, their secret feeds, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.policies import Actor, system
from core import clock
from core.workflow import Refused
from notices.models import Message
from programs import actions, queries
from programs.models import CallSearch, CallSearchHit
from tests.factories import programs as make
from tests.kept import kept as stands

pytestmark = pytest.mark.django_db
MACHINE = system("test")


@stands
def kept(staff, applicant):
    """A search kept before a guide is published that it finds."""
    staff.me = applicant
    staff.search = actions.keep_search(applicant, name="重点产业", query="q=重点产业&sort=new&page=3")
    staff.guide = make.published_guide(staff)
    return staff


def told(person):
    return Message.objects.filter(event="programs.search", person=person)


def test_only_what_searches_is_kept(kept):
    assert kept.search.query == "q=%E9%87%8D%E7%82%B9%E4%BA%A7%E4%B8%9A"
    assert queries.search_words(kept.search.query) == ["重点产业"]


def test_new_guides_are_told_once(kept):
    assert actions.tell_searches(MACHINE) == 1
    [message] = told(kept.me.person)
    assert kept.guide.title in message.body and "/guides/searches/stop/" in message.body
    assert actions.tell_searches(MACHINE) == 0 and told(kept.me.person).count() == CallSearchHit.objects.count() == 1


def test_what_was_published_before_or_does_not_fit_is_not_told(kept, applicant):
    actions.keep_search(applicant, name="别的", query="q=海洋牧场")
    with clock.shifted_to(clock.now() + timedelta(minutes=5)):
        actions.keep_search(applicant, name="后来", query="")
        assert actions.tell_searches(MACHINE) == 1


def test_closed_guides_are_not_told(kept):
    with clock.shifted_to(kept.guide.closes_at + timedelta(minutes=1)):
        assert actions.tell_searches(MACHINE) == 0


def test_the_link_of_the_mail_stops_without_signing_in(kept, sign_in):
    actions.tell_searches(MACHINE)
    link = next(word for word in told(kept.me.person)[0].body.split() if "/guides/searches/stop/" in word).split("：")[-1]
    address = "/guides/" + link.split("/guides/", 1)[1]
    client = sign_in()
    assert "重点产业" in client.get(address).content.decode()
    kept.search.refresh_from_db()
    assert kept.search.stopped_at is None  # reading a link, as mail scanners do, stops nothing
    client.post(address)
    kept.search.refresh_from_db()
    assert kept.search.stopped_at is not None
    CallSearchHit.objects.all().delete()
    assert actions.tell_searches(MACHINE) == 0
    assert client.get("/guides/searches/stop/falsch/").status_code == 404
    actions.take_up_search(kept.me, kept.search)
    assert CallSearch.objects.get(pk=kept.search.pk).stopped_at is None


def test_feed_and_calendar_open_by_their_secret_alone(kept, sign_in):
    client, token = sign_in(), kept.search.token
    rss = client.get(f"/guides/searches/{token}/feed.rss")
    assert rss["Content-Type"].startswith("application/rss+xml") and kept.guide.title in rss.content.decode()
    ics = client.get(f"/guides/searches/{token}/feed.ics")
    assert ics["Content-Type"].startswith("text/calendar") and "BEGIN:VEVENT" in ics.content.decode()
    assert client.get(f"/guides/searches/{token}/feed.exe").status_code == 404
    assert client.get(f"/guides/searches/{kept.search.uid}/feed.rss").status_code == 404
    fresh = actions.renew_search(kept.me, kept.search)
    assert client.get(f"/guides/searches/{token}/feed.rss").status_code == 404
    assert client.get(f"/guides/searches/{fresh.token}/feed.rss").status_code == 200
    type(kept.me.person).objects.filter(pk=kept.me.person.pk).update(is_active=False, ended_at=clock.now())
    assert client.get(f"/guides/searches/{fresh.token}/feed.rss").status_code == 404


def test_feed_of_a_search_finds_nothing_else(kept, applicant, sign_in):
    other = actions.keep_search(applicant, name="别的", query="q=海洋牧场")
    assert kept.guide.title not in sign_in().get(f"/guides/searches/{other.token}/feed.rss").content.decode()


def test_only_the_owner_touches_a_search(kept):
    for act in (actions.stop_search, actions.take_up_search, actions.renew_search, actions.drop_search):
        with pytest.raises(Refused):
            act(kept.chen, kept.search)


def test_page_keeps_stops_and_forgets(kept, sign_in):
    client = sign_in(kept.me)
    assert "订阅本次搜索" in client.get("/my/searches/?keep=q=电池").content.decode()
    page = client.post("/my/searches/", {"name": "电池", "query": "q=电池"}, follow=True).content.decode()
    assert "电池" in page and str(CallSearch.objects.get(name="电池").token) in page
    assert "st-err" in client.post("/my/searches/", {"name": " ", "query": "q=电池"}).content.decode()
    uid = CallSearch.objects.get(name="电池").uid
    for verb in ("stop", "take-up", "renew", "drop"):
        assert client.post(f"/my/searches/{uid}/{verb}/", follow=True).status_code == 200
    assert not CallSearch.objects.filter(name="电池").exists()
    assert sign_in(Actor.of(kept.chen.person)).post(f"/my/searches/{kept.search.uid}/drop/").status_code == 404
    assert sign_in().get("/my/searches/").status_code == 302


def test_machines_keep_searches_too(kept, sign_in):
    client = sign_in(kept.me)
    made = client.post("/api/v1/searches/", {"name": "机器", "query": "q=芯片"}, content_type="application/json").json()
    assert made["rss"].endswith("feed.rss") and not made["stopped"]
    assert client.post(f"/api/v1/searches/{made['uid']}/stop/", content_type="application/json").json()["stopped"]
    assert len(client.get("/api/v1/searches/").json()) == 2
    assert sign_in(kept.chen).post(f"/api/v1/searches/{made['uid']}/stop/", content_type="application/json").status_code == 404
