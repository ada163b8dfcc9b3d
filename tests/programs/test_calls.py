"""The public search of calls: facets, order, cards, constant queries; feeds and calendars of a search; calls to expect."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from programs import actions, queries
from programs.models import AnnualPlanItem, Guide, GuideWindow
from programs.queries.calls import Entry
from tests.factories import programs as make
from tests.kept import kept

ATOM = "{http://www.w3.org/2005/Atom}"
SEARCH, ICS = "programs:public:guides", "programs:public:windows"


@kept
def world(staff):
    """One guide open, one coming, one closed."""
    plan = actions.publish_plan(staff.he, make.approved_plan(staff))
    AnnualPlanItem.objects.create(plan=plan, special=make.special("KEY-LAB"), title="重点实验室", money=Decimal(1_000_000), count=1,
                                  opens_month=12, closes_month=12)
    staff.plan = plan
    staff.open = make.published_guide(staff, "g1", plan=plan, opens=-2, closes=9)
    staff.coming = make.published_guide(staff, "g2", plan=plan, opens=5, closes=30)
    staff.closed = make.published_guide(staff, "g1", plan=plan, opens=-2, closes=3)
    GuideWindow.objects.filter(guide=staff.closed).update(
        opens_at=clock.now() - timedelta(days=40), closes_at=clock.now() - timedelta(days=10))
    Guide.objects.filter(pk=staff.closed.pk).update(closes_at=clock.now() - timedelta(days=10))
    return staff


def found(client, **asked) -> list[str]:
    answer = client.get(reverse(SEARCH), asked)
    assert answer.status_code == 200
    return [row["object"].ref for row in answer.context["page"].rows]


@pytest.mark.django_db
def test_search_orders_by_urgency_open_coming_closed(world, client):
    assert found(client) == [world.open.ref, world.coming.ref, world.closed.ref]


@pytest.mark.django_db
def test_search_filters_by_every_facet(world, client):
    assert found(client, phase="open") == [world.open.ref]
    assert found(client, phase="coming") == [world.coming.ref]
    assert found(client, phase="closed") == [world.closed.ref]
    assert found(client, plan="KEYRD") == [world.coming.ref]
    assert set(found(client, funding_mode=world.open.funding_mode)) == {world.open.ref, world.closed.ref}
    assert found(client, amount="more") == [world.coming.ref]
    assert set(found(client, amount="to1000")) == {world.open.ref, world.closed.ref}
    for kind in ("ENTERPRISE", "UNIVERSITY"):
        wanted = {row.ref for row in Guide.objects.all() if kind in row.version.data["applicants"]}
        assert set(found(client, who=kind)) == wanted
    assert len(found(client, year=str(world.plan.year))) == 3
    assert len(found(client, phase="nonsense", amount="x", who="'; DROP")) == 3


@pytest.mark.django_db
def test_search_knows_chinese_words_and_says_the_count(world, client):
    assert set(found(client, q="概念验证")) == {world.open.ref, world.closed.ref}
    assert found(client, q="概念验证 -申请指南") == []
    page = client.get(reverse(SEARCH), {"q": "重点产业"}).content.decode()
    assert re.search(r'role="status"><span>[^/]*<b>1</b>', page)
    assert found(client, q="不存在的词语") == []


@pytest.mark.django_db
def test_search_card_says_who_how_much_and_until_when(world, client):
    page = client.get(reverse(SEARCH), {"phase": "open"}).content.decode()
    who = queries.call_card(Guide.objects.get(pk=world.open.pk), clock.now()).who
    for text in (world.open.title, who, "500 万元", str(world.open.max_projects), "北京时间"):
        assert text in page, text


@pytest.mark.django_db
def test_search_pages_through_the_order_of_urgency(world, client, monkeypatch):
    from programs.views.calls import Guides

    monkeypatch.setattr(Guides, "per_page", 1)
    address, seen = reverse(SEARCH), []
    while address:
        page = client.get(address).context["page"]
        seen += [row["object"].ref for row in page.rows]
        address = reverse(SEARCH) + page.next if page.next else ""
    assert seen == [world.open.ref, world.coming.ref, world.closed.ref]


@pytest.mark.django_db
def test_search_asks_the_same_number_of_queries_for_1_3_10_and_1000_guides(world, client):
    def asked(**given) -> int:
        client.get(reverse(SEARCH), given)
        with CaptureQueriesContext(connection) as queries_:
            assert client.get(reverse(SEARCH), given).status_code == 200
        return len(queries_)

    one, three = asked(phase="open"), asked(q="申请指南")
    sample = Guide.objects.get(pk=world.open.pk)
    Guide.objects.bulk_create(
        Guide(ref=f"X-{n}", slug=f"x-{n}", year=sample.year, title=sample.title, special_id=sample.special_id, plan_item_id=sample.plan_item_id,
              status="OPEN", version_id=sample.version_id, opens_at=sample.opens_at, closes_at=sample.closes_at, drafted_by_id=sample.drafted_by_id,
              published_at=sample.published_at, cap_per_project=Decimal(n)) for n in range(997))
    GuideWindow.objects.bulk_create(
        GuideWindow(guide=guide, opens_at=sample.opens_at, closes_at=sample.closes_at) for guide in Guide.objects.filter(ref__startswith="X-"))
    assert asked(phase="open") == one
    assert asked(q="申请指南") == three
    assert asked(amount="to50") == one
    answer = client.get(reverse(SEARCH), {"amount": "to50"})
    assert answer.context["page"].total == 997
    assert len(answer.content) < 120_000


@pytest.mark.django_db
def test_export_of_the_search_has_every_column(world, client):
    body = client.get(reverse(SEARCH), {"export": "csv", "phase": "open"}).content.decode("utf-8-sig")
    assert len(body.splitlines()) == 2
    assert world.open.ref in body and "500" in body


# --- feeds -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_atom_feed_of_a_search_holds_what_the_search_finds(world, client):
    answer = client.get(reverse("programs:public:feed", args=["atom"]), {"phase": "open"})
    assert answer["Content-Type"].startswith("application/atom+xml")
    entries = ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [world.open.title]
    assert entries[0].findtext(f"{ATOM}id") == f"urn:keguan:guide:{world.open.ref}"
    assert "500" in entries[0].findtext(f"{ATOM}summary")


@pytest.mark.django_db
def test_rss_feed_without_filters_holds_every_public_guide_and_no_draft(world, client):
    actions.create_guide(world.chen, world.open.plan_item, title="起草中的指南", copy_from=world.open)
    answer = client.get(reverse("programs:public:feed", args=["rss"]))
    titles = [item.findtext("title") for item in ElementTree.fromstring(answer.content).iter("item")]
    assert sorted(titles) == sorted([world.open.title, world.coming.title, world.closed.title])
    assert client.get(reverse("programs:public:feed", args=["json"])).status_code == 404


@pytest.mark.django_db
def test_calendar_of_a_search_has_opening_and_close_of_each_window(world, client):
    body = client.get(reverse(ICS), {"phase": "coming"}).content.decode()
    assert body.count("BEGIN:VEVENT") == 2 and body.count("BEGIN:VALARM") == 2
    window = world.coming.windows.get()
    assert f"DTEND:{window.closes_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" in body
    assert client.get(reverse(ICS)).content.decode().count("BEGIN:VEVENT") == 6
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))


@pytest.mark.django_db
def test_calendar_keeps_the_uid_when_a_close_moves(world, client):
    def events():
        body = client.get(reverse(ICS), {"q": "概念验证", "phase": "open"}).content.decode()
        return re.findall(r"UID:(.*?)\r\n", body), body

    before, body = events()
    closes = world.open.closes_at + timedelta(days=5)
    actions.approve_extension(world.he, actions.request_extension(world.chen, world.open, closes_at=closes, why="系统维护"))
    after, moved = events()
    assert (before, body == moved) == (after, False)


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200))
def test_calendar_lines_are_folded_and_unfold_to_the_same(text):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    body = queries.calendar_text([Entry("u", text, text, "/x/", now, now, now)], "名", "https://a", now)
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert f"SUMMARY:{plain}\r\n" in body.replace("\r\n ", "")


# --- calls to expect -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_expected_call_is_marked_when_its_month_has_passed(world):
    item = AnnualPlanItem.objects.filter(plan=world.plan, special__code="KEY-LAB").get()
    year = world.plan.year
    item.opens_on, item.opens_month = None, 5
    assert [item.is_behind(date(year, month, day)) for month, day in ((5, 1), (5, 31), (6, 1))] == [False, False, True]
    item.opens_on = date(year, 5, 20)
    assert [item.is_behind(date(year, 5, day)) for day in (20, 21)] == [False, True]
    item.opens_on, item.opens_month = date(year, 1, 1), 1
    assert ("晚于计划" in queries.expected_text(item, clock.today())) == (clock.today() > date(year, 1, 1))


@pytest.mark.django_db
def test_expected_calls_are_items_of_published_plans_without_a_guide(world, client):
    AnnualPlanItem.objects.filter(plan=world.plan, special__code="KEY-LAB").update(opens_month=12, closes_month=12, title="十二月的指南")
    page = client.get(reverse("programs:public:expected")).content.decode()
    assert "十二月的指南" in page
    assert world.open.plan_item.title not in page
    for kind in ("atom", "rss", "ics"):
        body = client.get(reverse("programs:public:expected_feed", args=[kind])).content.decode()
        assert body.count("十二月的指南") >= 1, kind
    ics = client.get(reverse("programs:public:expected_feed", args=["ics"])).content.decode()
    assert f"DTSTART;VALUE=DATE:{world.plan.year}1201" in ics
    draft = actions.draft_plan(world.he, world.plan.year + 1, tree=world.plan.tree, copy_from=world.plan)
    assert draft.items.exists()
    assert str(world.plan.year + 1) not in client.get(reverse("programs:public:expected_feed", args=["ics"])).content.decode().split("DTSTART")[1]


@pytest.mark.django_db
def test_guide_page_has_an_anchor_per_clause_and_the_times_in_words(world, client):
    page = client.get(reverse("programs:public:guide", args=[world.open.year, world.open.slug])).content.decode()
    for rule in world.open.version.data["conditions"]:
        assert f'id="clause-{rule["code"]}"' in page and f'href="#clause-{rule["code"]}"' in page
    assert "北京时间，以服务器收到的时间为准" in page
    assert re.search(r"还剩|剩余", page)


@pytest.mark.django_db
def test_machines_search_with_the_filters_of_the_page(world, client):
    def refs(**asked):
        return {row["ref"] for row in client.get(reverse("programs:api:guides"), asked).json()["results"]}

    assert refs(amount="more") == {world.coming.ref}
    assert refs(who="ENTERPRISE", phase="open") <= {world.open.ref}
    assert refs(plan="KEYRD", funding_mode="nonsense") == {world.coming.ref}
