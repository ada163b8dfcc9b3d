"""Two people write one application in two browsers, and whatever breaks meanwhile, no character of either is lost."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from playwright.sync_api import expect

from accounts.models import Person
from accounts.policies import Actor
from accounts.states import Role
from applications import actions as filing
from applications.models import Application
from core import clock
from tests.journeys.conftest import Town
from tests.journeys.test_refusals import Scene, scene  # noqa: F401 (a fixture)
from tests.journeys.test_upload import shot
from tests.pages.conftest import CHROMIUM, cookies_of

LONG = "这是一段较长的文字，写到一半网络就断了；它一个字也不能丢。" * 20


@pytest.fixture
def pair(town: Town, scene: Scene):  # noqa: F811
    """A draft, its leader and a co-author of the unit, each at a browser in the section with the long texts."""
    unit = scene.unit()
    opens = scene.guide.windows.first().opens_at
    if clock.now() < opens:
        town.later(opens + timedelta(hours=1))
    row, leader = scene.draft(unit, finished=False)
    other = next(one for one in town.world.leaders[unit.pk] if one.pk != leader.pk) if len(town.world.leaders[unit.pk]) > 1 else (
        unit.memberships.filter(status="ACTIVE", role=Role.ORG_ADMIN).first().person)
    seat = filing.invite_coauthor(Actor.of(leader), row, who=other.email or other.phone, rights={"*": "WRITE"})
    filing.accept_seat(Actor.of(other), seat)
    part = next(one for one in row.version.data["form"]["sections"] if any(f["kind"] == "textarea" for f in one["fields"]))
    names = [f["code"] for f in part["fields"] if f["kind"] == "textarea"]
    return row, leader, other, part["code"], names


def path(row: Application, section: str) -> str:
    return f"/my/applications/{row.ref}/sections/{section}/"


def text_of(row: Application, section: str, name: str) -> str:
    return Application.objects.get(pk=row.pk).answers.get(section, {}).get(name, "")


def until(row: Application, section: str, name: str, text: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and text_of(row, section, name) != text:
        time.sleep(0.2)
    assert text_of(row, section, name) == text


def typed(page, name: str, text: str) -> None:
    with page.expect_response(lambda r: "autosave" in r.url):
        page.fill(f"[name={name}]", text)


@pytest.mark.django_db
def test_the_journeys_have_a_database_of_their_own():
    """One marked test makes it, also when this module runs by itself; the others commit."""
    assert connection.settings_dict["NAME"].startswith("test") or "_test" in connection.settings_dict["NAME"]


def test_two_editors_of_one_field_see_both_texts_and_put_them_together(town: Town, pair):
    row, leader, other, section, names = pair
    first, second = town.desk(leader.email).open(path(row, section)), town.desk(other.email).open(path(row, section))
    typed(first.page, names[0], "负责人写的一段")
    with second.page.expect_response(lambda r: "autosave" in r.url and r.status == 409):
        second.page.fill(f"[name={names[0]}]", "协作者写的一段")
    panel = second.page.locator("#conflicts")
    expect(panel.locator("td").nth(0)).to_have_text("负责人写的一段")
    expect(panel.locator("td").nth(1)).to_have_text("协作者写的一段")
    expect(second.page.locator("#here")).to_contain_text(leader.name)
    second.page.locator(f"[name={names[0]}]").press_sequentially("，接着写")  # typing on is no choice
    second.page.wait_for_timeout(1500)
    assert text_of(row, section, names[0]) == "负责人写的一段"
    with second.page.expect_navigation():
        second.page.locator(f'button[value="both:{names[0]}"]').click()
    assert text_of(row, section, names[0]) == "负责人写的一段\n协作者写的一段，接着写"
    expect(second.page.locator(f"[name={names[0]}]")).to_have_value("负责人写的一段\n协作者写的一段，接着写")
    second.page.reload()
    second.page.wait_for_timeout(1200)
    assert text_of(row, section, names[0]) == "负责人写的一段\n协作者写的一段，接着写" and not second.page.locator("#conflicts button").count()


def test_what_the_other_writes_elsewhere_arrives_and_is_not_put_back(town: Town, pair):
    row, leader, other, section, _names = pair
    section = "basic"
    first, second = town.desk(leader.email).open(path(row, section)), town.desk(other.email).open(path(row, section))
    typed(first.page, "title", "负责人定的题目")
    typed(second.page, "months", "24")
    expect(second.page.locator("[name=title]")).to_have_value("负责人定的题目")
    with second.page.expect_navigation():
        second.page.locator("button[name=go][value=here]").click()
    found = Application.objects.get(pk=row.pk).answers[section]
    assert found["title"] == "负责人定的题目" and found["months"] == "24"


def test_the_session_ends_while_one_types(town: Town, pair):
    row, leader, _other, section, names = pair
    page = town.desk(leader.email).open(path(row, section)).page
    typed(page, names[0], "开头")
    Person.objects.filter(pk=leader.pk).update(session_epoch=F("session_epoch") + 1)
    page.fill(f"[name={names[0]}]", LONG)
    expect(page.locator("#save")).to_have_attribute("data-state", "off")
    assert text_of(row, section, names[0]) == "开头"
    for name, value in cookies_of(Person.objects.get(pk=leader.pk)).items():  # signed in again in another window
        page.context.add_cookies([{"name": name, "value": value, "url": town.base}])
    page.reload()
    until(row, section, names[0], LONG)


def test_the_token_of_the_form_expires_while_one_types(town: Town, pair):
    row, leader, _other, section, names = pair
    page = town.desk(leader.email).open(path(row, section)).page
    page.context.clear_cookies(name="csrftoken")
    page.fill(f"[name={names[0]}]", LONG)
    expect(page.locator("#save")).to_have_attribute("data-state", "bad")
    page.reload()
    until(row, section, names[0], LONG)


def test_the_right_to_write_ends_while_one_types(town: Town, pair):
    """The reason is said once and not asked for again; a save by the button gives the text back to copy."""
    row, leader, other, section, names = pair
    page = town.desk(other.email).open(path(row, section)).page
    asked: list[int] = []
    page.on("response", lambda r: asked.append(r.status) if "autosave" in r.url else None)
    filing.end_seat(Actor.of(leader), row.coauthors.get())
    page.fill(f"[name={names[0]}]", LONG)
    expect(page.locator("#save")).to_have_attribute("data-state", "bad")
    expect(page.locator("#save")).to_contain_text("权限已结束")
    expect(page.locator("#save")).to_contain_text("请先复制")
    page.wait_for_timeout(2600)
    assert asked == [404] and page.locator(f"[name={names[0]}]").input_value() == LONG
    shot(page, "lost_autosave")
    with page.expect_navigation():
        page.locator("button[name=go][value=here]").click()
    expect(page.locator("main")).to_contain_text(LONG)
    expect(page.locator("main")).to_contain_text("权限已结束")
    shot(page, "lost_page")
    page.set_viewport_size({"width": 390, "height": 900})
    shot(page, "lost_page_390")
    page.set_viewport_size({"width": 1440, "height": 1000})


def test_after_a_plain_send_into_a_conflict_nothing_says_saved(town: Town, pair):
    row, leader, other, section, names = pair
    page = town.desk(other.email).open(path(row, section)).page
    page.route("**/autosave/", lambda route: route.abort("failed"))
    filing.save_section(Actor.of(leader), row, section=section, values={names[0]: "负责人写的一段"}, base=row.rev)
    page.fill(f"[name={names[0]}]", "协作者写的一段")
    with page.expect_navigation():
        page.locator("button[name=go][value=here]").click()
    expect(page.locator("#conflicts")).to_contain_text("请先把自己的复制下来")
    expect(page.locator("#save")).to_have_attribute("data-state", "bad")
    shot(page, "conflict_plain")
    page.unroute("**/autosave/")
    if names[-1] != names[0]:
        typed(page, names[-1], "另一处的文字")
        expect(page.locator("#save")).to_have_attribute("data-state", "bad")
    page.fill(f"[name={names[0]}]", "协作者写的一段，接着写")  # typing on is no choice here either
    page.wait_for_timeout(1500)
    assert text_of(row, section, names[0]) == "负责人写的一段"
    page.goto(town.base + path(row, section))  # left without a choice: both are shown again
    expect(page.locator("#conflicts")).to_contain_text("，接着写")
    assert text_of(row, section, names[0]) == "负责人写的一段"
    with page.expect_navigation():
        page.locator(f'button[value="mine:{names[0]}"]').click()
    assert text_of(row, section, names[0]) == "协作者写的一段，接着写"


def test_the_server_is_away_for_a_while(town: Town, pair):
    row, leader, _other, section, names = pair
    page = town.desk(leader.email).open(path(row, section)).page
    answers = iter(["abort", "503"])

    def away(route):
        if next(answers, "503") == "abort":
            route.abort("connectionrefused")
        else:
            route.fulfill(status=503, body="")

    page.route("**/autosave/", away)
    page.fill(f"[name={names[0]}]", LONG)
    expect(page.locator("#save")).to_have_attribute("data-state", "off")
    page.wait_for_timeout(2500)  # refused once, then told to come back later
    page.unroute("**/autosave/")
    until(row, section, names[0], LONG, 20)
    expect(page.locator("#save")).to_have_attribute("data-state", "ok")


def test_the_network_is_cut_and_comes_back(town: Town, pair):
    row, leader, other, section, names = pair
    page = town.desk(leader.email).open(path(row, section)).page
    page.context.set_offline(True)
    page.fill(f"[name={names[0]}]", LONG)
    expect(page.locator("#save")).to_have_attribute("data-state", "off")
    filing.save_section(Actor.of(other), row, section=section, values={names[-1]: "另一人同时写的"}, base=row.rev)
    page.context.set_offline(False)
    until(row, section, names[0], LONG)
    if names[-1] != names[0]:
        expect(page.locator(f"[name={names[-1]}]")).to_have_value("另一人同时写的")


def start_browser(folder: Path) -> tuple[subprocess.Popen, str]:
    """A browser of its own, whose process may be killed, and the address by which it is steered."""
    process = subprocess.Popen(
        [CHROMIUM["executable_path"], *CHROMIUM["args"], "--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    port, end = folder / "DevToolsActivePort", time.monotonic() + 20
    while time.monotonic() < end:
        if port.exists() and (lines := port.read_text().splitlines()):
            return process, f"http://localhost:{lines[0]}"
        time.sleep(0.1)
    raise AssertionError("the browser did not start")


def kill(process: subprocess.Popen) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("wiped", [False, True])
def test_the_browser_is_killed_before_the_server_had_it(town: Town, pair, tmp_path: Path, wiped: bool):
    """With the store of the browser wiped, as the negative control, the text is gone."""
    row, leader, _other, section, names = pair
    playwright = town.browser.browser_type

    def opened(address: str):
        context = playwright.connect_over_cdp(address).contexts[0]
        context.add_cookies([{"name": n, "value": v, "url": town.base} for n, v in cookies_of(leader).items()])
        return context, context.new_page()

    process, address = start_browser(tmp_path)
    try:
        context, page = opened(address)
        context.route("**/autosave/", lambda route: route.abort("failed"))
        page.goto(town.base + path(row, section))
        page.fill(f"[name={names[0]}]", LONG)
        expect(page.locator("#save")).to_have_attribute("data-state", "off")
    finally:
        kill(process)
    assert text_of(row, section, names[0]) == ""
    (tmp_path / "DevToolsActivePort").unlink()
    stores = list(tmp_path.rglob("IndexedDB"))
    assert stores
    for folder in stores if wiped else ():
        shutil.rmtree(folder)
    process, address = start_browser(tmp_path)
    try:
        _context, page = opened(address)
        page.goto(town.base + path(row, section))
        if wiped:
            page.wait_for_timeout(1500)
            assert page.locator(f"[name={names[0]}]").input_value() == text_of(row, section, names[0]) == ""
        else:
            expect(page.locator(f"[name={names[0]}]")).to_have_value(LONG)
            until(row, section, names[0], LONG)
    finally:
        kill(process)


@pytest.mark.parametrize("shared_key", [False, True])
def test_what_one_account_typed_never_shows_to_another_in_the_same_browser(town: Town, pair, shared_key: bool):
    """With a key that names no person, as the negative control, the other account gets the text."""
    row, leader, other, section, names = pair
    page = town.desk(leader.email).open("/").page
    refused = True

    def without_person(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r'data-key="[^":]+:', 'data-key="', answer.text()))

    if shared_key:
        page.route(f"**{path(row, section)}", without_person)
    page.route("**/autosave/", lambda route: route.abort("failed") if refused else route.continue_())

    def enter(person: Person) -> None:
        page.context.clear_cookies()
        page.context.add_cookies([{"name": n, "value": v, "url": town.base} for n, v in cookies_of(person).items()])
        page.goto(town.base + path(row, section))
        page.wait_for_timeout(800)

    page.goto(town.base + path(row, section))
    page.fill(f"[name={names[0]}]", LONG)
    expect(page.locator("#save")).to_have_attribute("data-state", "off")
    enter(other)
    field = page.locator(f"[name={names[0]}]")
    if shared_key:
        expect(field).to_have_value(LONG)
        return
    assert field.input_value() == ""
    refused = False
    enter(leader)
    expect(field).to_have_value(LONG)
    until(row, section, names[0], LONG)
