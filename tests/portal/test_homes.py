"""The first page of every desk: who may open it, what waits there, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core import clock
from portal.queries import desk, mine, public
from projects.models import Project
from tests.factories import applications as make
from tests.portal.conftest import visit


@pytest.mark.parametrize(("key", "path", "status"), [
    ("li", "/my/", 200), ("wang", "/my/", 200), ("li", "/desk/", 403), ("li", "/audit/", 403),
    ("chen", "/desk/", 200), ("he", "/desk/", 200), ("lead", "/desk/", 200), ("fin", "/desk/", 200),
    ("sun", "/desk/", 200), ("chen", "/audit/", 403), ("lead", "/audit/ledger/", 403), ("qian", "/audit/", 200),
    ("qian", "/audit/cases/", 200), ("qian", "/audit/ledger/", 200), ("qian", "/audit/seal/", 200),
    ("qian", "/audit/exports/", 200), ("qian", "/desk/", 200),
])
def test_desks_open_to_their_people(client, town, key, path, status):
    assert visit(client, getattr(town, key)).get(path).status_code == status


@pytest.mark.parametrize(("key", "own"), [("li", "/my/"), ("wang", "/my/unit/"), ("chen", "/desk/"), ("fin", "/desk/"), ("qian", "/audit/")])
@pytest.mark.parametrize("path", ["/inbox/", "/me/"])
def test_pages_of_the_person_keep_the_menu_of_the_own_desk(client, town, key, own, path):
    page = visit(client, getattr(town, key)).get(path)
    assert page.status_code == 200
    assert any(entry["url"].startswith(own) for entry in page.context["nav_entries"])


@pytest.mark.parametrize("path", ["/my/", "/desk/", "/audit/", "/audit/ledger/", "/audit/exports/"])
def test_visitors_are_sent_to_sign_in(client, db, path):
    assert client.get(path)["Location"].startswith("/login/?next=")


def test_home_shows_the_open_guide_and_no_account_outside_a_demo(client, town, settings):
    page = client.get("/").content.decode()
    assert town.guide.title in page
    assert "keguan-demo" not in page


def test_draft_and_approval_wait_for_their_people(town):
    draft = make.started(town.li, town.guide, town.a)
    assert [row.note for row in mine.waiting(town.li)] == [draft.ref]
    assert mine.waiting(town.stranger) == []
    handed = make.handed_in(town.li, town.guide, town.a)
    assert handed.ref in [row.note.split(" ")[0] for row in mine.waiting(town.wang)]
    assert mine.waiting(town.badm) == [], "the other unit sees nothing of it"


def test_what_has_a_time_stands_first(town):
    make.started(town.li, town.guide, town.a)
    dues = [row.due is None for row in mine.waiting(town.li)]
    assert dues == sorted(dues)


def counts(actor):
    with translation.override("en"):
        return {str(row["label"]): row["count"] for group in desk.queues(actor) for row in group["rows"]}


def test_queue_counts_what_the_desk_may_work_on(town, filed):
    assert counts(town.agency)["Formality checks to do"] == 1
    assert "Formality checks to do" not in counts(town.fin)


def test_watchers_have_no_queue(town, filed):
    assert desk.queues(town.qian) == []


def test_search_finds_only_what_one_may_see(client, town, filed):
    assert filed.ref in visit(client, town.li).get(f"/search/?q={filed.ref}").content.decode()
    client.logout()
    page = visit(client, town.stranger).get(f"/search/?q={filed.ref}").content.decode()
    assert f"/{filed.ref}/" not in page
    client.logout()
    assert f"/{filed.ref}/" not in client.get(f"/search/?q={filed.ref}").content.decode()


@pytest.mark.parametrize("q", ["", "  ", "'; drop table", "%", "概念 验证", "x" * 500, "\u0000"])
def test_search_takes_anything(client, town, q):
    assert client.get("/search/", {"q": q}).status_code == 200


def queries_of(client, path):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize(("key", "path"), [("lead", "/desk/"), ("qian", "/audit/"), ("qian", "/audit/cases/"), ("qian", "/audit/ledger/")])
def test_pages_cost_the_same_with_more_rows(client, town, filed, key, path):
    visit(client, getattr(town, key))
    client.get(path)
    one = queries_of(client, path)
    make.submitted(town.stranger, town.badm, town.guide, town.b)
    assert queries_of(client, path) == one




def test_a_queue_counts_what_its_list_shows(client, town, planned):
    """Every line of the workbench opens the rows it counted, and an award that lapsed unsigned is nobody's work."""
    lapsed = Project.objects.exclude(pk=planned.project_id).first()
    Project.objects.filter(pk=lapsed.pk).update(status="LAPSED")
    for actor in (town.chen, town.lead, town.sun, town.fin):
        visit(client, actor)
        for group in desk.queues(actor):
            for line in group["rows"]:
                if "?" in line["url"]:
                    assert client.get(line["url"]).context["page"].total == line["count"], line
        client.logout()


def test_what_waits_for_others_is_shown_and_not_counted(town):
    with translation.override("en"):
        groups = desk.queues(town.agency)
        rows = [row for group in groups for row in group["rows"]]
        correction = next(row for row in rows if str(row["label"]) == "Waiting for a correction")
    assert correction["others"]
    correction["count"] = 7
    assert desk.total(groups) == sum(row["count"] for row in rows if not row["others"])


@pytest.mark.django_db
def test_the_number_of_awards_on_the_home_page_is_that_of_the_list_it_opens(client, planned):
    rows = Project.objects.order_by("pk")
    Project.objects.filter(pk=rows.first().pk).update(awarded_at=clock.now() - timedelta(days=400))  # of a guide of this year
    number = next(row for row in public.numbers() if "/projects/" in row["link"])
    assert number["value"] == rows.count() - 1 > 0
    assert len(client.get(number["link"]).context["page"].rows) == number["value"]


def test_lapsed_award_counts_neither_as_project_nor_as_money_of_the_unit(town):
    from tests.factories import projects as awarded

    row = awarded.running(town)[0]
    shown = {one["label"]: one["value"] for one in mine.unit_numbers(town.wang, town.a)}
    Project.objects.filter(pk=row.pk).update(status="LAPSED")
    after = {one["label"]: one["value"] for one in mine.unit_numbers(town.wang, town.a)}
    assert [(shown[name], after[name]) for name in ("项目", "立项金额")] == [(1, 0), (shown["立项金额"], "0")] and shown["立项金额"] != "0"
