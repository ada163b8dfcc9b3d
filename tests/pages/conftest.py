"""A live server over the small demo world, made once for all pages: nothing here writes, so nothing is put back between."""

from __future__ import annotations

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, override_settings
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.middleware import EPOCH
from accounts.models import Organisation, Person
from accounts.policies import Actor, system
from applications import actions as filing
from applications import queries as applied
from applications.models import Application, CheckedText
from core import clock
from portal.demo import texts
from programs import actions, queries
from programs.models import (
    AnnualPlan,
    PlanTree,
    TopicCall,
)
from reviews import actions as reviewing
from reviews.models import Assignment
from tests.conftest import end_other_sessions
from tests.factories import applications as make
from tests.pages.browser import AXE_FOLDER, Visitor

#: Chromium without the window, the menus and the graphics of a desktop that nobody looks at; scripts are run as they are read, for no page
#: stands long enough to be worth the compilers that work beside it.
CHROMIUM = {"executable_path": shutil.which("chromium-headless-shell") or "/usr/bin/chromium", "args": ["--no-sandbox", "--js-flags=--no-opt,--no-maglev"]}
#: And for pages that are measured, not used: laid out whenever a script asks where something is, painted never.
UNPAINTED = {**CHROMIUM, "args": [*CHROMIUM["args"], "--enable-begin-frame-control", "--run-all-compositor-stages-before-draw"]}


def demo_actor(key: str) -> Actor:
    return Actor.of(Person.objects.get(email=f"{key}@demo.keguan.example"))


def more_to_see() -> None:
    """What the small demo world lacks: a plan and a guide that are still being drafted."""
    he, chen = demo_actor("he"), demo_actor("chen")
    newest = queries.guides_for(chen).filter(status="OPEN").order_by("-pk").first()
    plan = newest.plan_item.plan
    actions.draft_plan(he, AnnualPlan.objects.latest("year").year + 1, tree=plan.tree, copy_from=plan, control_figure=Decimal(1_000_000_000),
                       reserve=Decimal(50_000_000))
    actions.ask_change(chen, plan, title="起草中的调整", reason="储备项目变化", lines=[
        {"kind": "SET", "item": newest.plan_item, "count": newest.plan_item.count + 1}])
    actions.create_guide(chen, newest.plan_item, title="起草中的指南", title_en="A guide being drafted", copy_from=newest)
    tree = PlanTree.objects.filter(status="DRAFT").exclude(base=None).first()
    book = openpyxl.load_workbook(io.BytesIO(queries.tree_workbook(tree)))
    book.worksheets[1].cell(2, 3).value, book.worksheets[1].cell(3, 5).value = "另一个名称", "a b"  # a change and a wrong cell
    body = io.BytesIO()
    book.save(body)
    actions.keep_upload(he, tree, upload=SimpleUploadedFile("体系表.xlsx", body.getvalue()), max_bytes=5_000_000)
    call = TopicCall.objects.latest("pk")
    actions.create_call(chen, call.special, year=call.year, title="起草中的课题征集", title_en="A call being drafted", copy_from=call)


def writing_together() -> None:
    """One more draft beside the newest: with a co-author of its unit who writes, and somebody who has not answered."""
    one = Application.objects.filter(status__in=("DRAFT", "UNIT_RETURNED")).order_by("-pk").first()
    leader = Actor.of(one.leader)
    row = filing.start(leader, one.guide, unit=one.unit, topic=one.topic)
    filing.save_section(leader, row, section="basic", values={"title": "与同事共同填写的申请"}, base=row.rev)
    other = row.unit.memberships.filter(status="ACTIVE", role__in=("MEMBER", "ORG_ADMIN")).exclude(person=row.leader).first()
    seat = filing.invite_coauthor(leader, row, who=other.person.email, rights={"basic": "WRITE", "team": "READ"})
    filing.accept_seat(Actor.of(other.person), seat)
    filing.invite_coauthor(leader, row, who="coauthor@demo.keguan.example", rights={"*": "WRITE"})


def texts_that_look_alike() -> None:
    """Two submitted texts that stand in an imported list as well."""
    for row in Application.objects.exclude(submitted_at=None).exclude(versions=None).order_by("-pk")[:3]:
        own = filing.keep_text(row)
        copy = CheckedText.objects.create(source="2019年立项清单", ref=f"2019-{row.pk}", title=own.title, unit="某单位", people=own.people,
                                          text=own.text, lines=own.lines, sha256=own.sha256)
        filing.keep_prints(copy)
        filing.compare_text(system("test"), own)


def desk_of_many() -> None:
    """A guide whose check is handed over, and a batch that was decided: nothing of it could be."""
    chen, day, unit = demo_actor("chen"), clock.today(), make.unit("形式审查中心（演示）", "MA5AAA11", "AGENCY")
    Organisation.objects.filter(pk=unit.pk).update(licence=None)
    by_size = sorted(applied.guides_to_hand_over(chen), key=lambda one: Application.objects.filter(guide=one).exclude(submitted_at=None).count())
    for guide in by_size[-3:]:
        filing.hand_over(chen, unit, guide=guide, since=day, until=day + timedelta(days=30), reason="集中受理期委托审查")
    filing.note_missing_hits()
    job = filing.order_batch(chen, filing.ACCEPT, [Application.objects.filter(status="NOT_ACCEPTED").first()], {})
    filing.run_batch(chen, job, lambda done, total: None)


def old_tables() -> None:
    """Three tables of old projects: two taken over with a row that stays text, one looked at, with a wrong row."""
    he, heads = demo_actor("he"), "项目编号,项目名称,年度,状态,专项,承担单位,负责人,资助金额"
    for number in range(3):
        rows = [heads, *(f"J{number}{row},历史项目{row},2019,在研,某专项,某单位,某人,50" for row in range(2)), f"X{number},坏行,某年,在研,,,,"]
        batch = filing.keep_import(he, source="历史系统", upload=SimpleUploadedFile(f"历史项目{number}.csv", "\n".join(rows).encode()))
        filing.map_import(he, batch, mapping=applied.guessed(heads.split(","), batch.mapping), options={"unit": "wan"}, job=False)
        batch.refresh_from_db()
        batch = filing.check_import(he, batch, lambda done, total: None)
        if number < 2:
            filing.order_import(he, batch, why="历史数据", job=False)
            filing.apply_import(he, batch, lambda done, total: None)


def without_names() -> None:
    """The copies of a double-blind review, printed for whoever holds its newest seat."""
    newest = Assignment.objects.filter(status__in=("ACCEPTED", "SUBMITTED")).latest("pk")
    pack = Assignment.objects.filter(batch=newest.batch_id, expert=newest.expert_id, status__in=("ACCEPTED", "SUBMITTED")).select_related("item")
    for seat in pack:
        reviewing.make_copy(system("print"), seat.item)


def half_sent() -> None:
    """The newest draft: a member with a signed letter, and a file of which a piece is still to come."""
    row = Application.objects.filter(status__in=("DRAFT", "UNIT_RETURNED")).exclude(coauthors__status="ACTIVE").order_by("-pk").first()
    leader = Actor.of(row.leader)
    member = row.team.exclude(role="LEADER").filter(confirmed_at=None).first() or filing.add_member(
        leader, row, name="无账号成员", role="MAIN", person_months=6)
    filing.attach_letter(leader, member, upload=texts.pdf("签字承诺书.pdf"))
    document = row.version.data["documents"][0]["code"]
    filing.begin_upload(leader, row, code=document, name="未传完.pdf", size=1_500_000, mark="m")


def cookies_of(person: Person) -> dict[str, str]:
    """A session made on a connection of its own: the test's transaction is not seen by the server."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_cookies_of, person).result()


def _cookies_of(person: Person) -> dict[str, str]:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session[EPOCH] = person.session_epoch
    session.save()
    connections.close_all()
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


@pytest.fixture(scope="package")
def site(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = None
        try:
            connection.close()  # another package's end may have cut the one that is kept for this thread
            call_command("load_reference", verbosity=0)  # a transactional test before may have emptied it
            call_command("demo", small=True, verbosity=0, stdout=io.StringIO())
            more_to_see()
            texts_that_look_alike()
            writing_together()
            desk_of_many()
            without_names()
            half_sent()
            old_tables()
            server = LiveServer("localhost")
            server._live_server_modified_settings.enable()
            yield server
        finally:  # also when the world could not be built: other tests must not find half of it
            if server is not None:
                server.stop()
                server._live_server_modified_settings.disable()
            end_other_sessions()
            call_command("flush", interactive=False, verbosity=0)
            call_command("load_reference", verbosity=0)


@pytest.fixture(scope="package")
def chromium(site):
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop in this thread; nothing here awaits
    with override_settings(STATICFILES_DIRS=[*settings.STATICFILES_DIRS, AXE_FOLDER]), sync_playwright() as playwright:
        yield playwright.chromium
    patch.undo()


@pytest.fixture(scope="package")
def visitor(site, chromium):
    browser = chromium.launch(**UNPAINTED)
    yield Visitor(browser, site.url, cookies_of)
    browser.close()


@pytest.fixture(scope="package")
def found_lists(site, django_db_blocker):
    """Name of a page with a list -> (client of somebody who may open it, its address)."""
    from tests.pages import listings  # a test module stands behind it, which pytest must see first

    with django_db_blocker.unblock():
        return listings.found()
