"""A live server over a bureau with people and nothing else; browsers of all roles; a clock that can be moved on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Locator, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import Person
from core import clock
from portal.demo import awards, cycle, people
from programs import actions as programme
from programs import queries as programmes
from programs.models import AnnualPlan, Special
from tests.pages.conftest import CHROMIUM, cookies_of

GUIDES = Path(__file__).resolve().parents[2] / "programs" / "reference" / "guides"


class Desk:
    """One person at a browser: opens pages, fills forms by the names of their fields, presses buttons by the address of
    their form."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base

    def open(self, path: str) -> Desk:
        answer = self.page.goto(self.base + path)
        assert answer is not None and answer.status == 200, f"{path}: {answer.status if answer else 'no answer'}"
        return self

    def form(self, action: str = "") -> Locator:
        """The form that posts to an address with this end; without one, the first form of the page's main part."""
        return self.page.locator(f'main form[method=post][action$="{action}"]' if action else "main form[method=post]").first

    def fill(self, form: Locator, **values: Any) -> None:
        for name, value in values.items():
            field = form.locator(f'[name="{name}"]').first
            kind = field.get_attribute("type") or field.evaluate("el => el.tagName.toLowerCase()")
            if kind == "select":
                field.select_option(str(value))
            elif kind == "radio":
                form.locator(f'[name="{name}"][value="{value}"]').check()
            elif kind == "checkbox":
                field.set_checked(bool(value))
            elif kind == "file":
                field.set_input_files(value)
            else:
                field.fill(str(value))

    def press(self, action: str = "", **values: Any) -> Desk:
        """Fill and send one form; a confirmation is answered with yes. The page that comes back must be a page."""
        form = self.form(action)
        assert form.count(), f"no form “{action}” on {self.page.url}: {self.says()[:600]}"
        for box in form.locator("xpath=ancestor::details[not(@open)]").all():
            box.locator("summary").first.click()
        self.fill(form, **values)
        with self.page.expect_navigation() as coming:
            form.locator("button:not([name]):not([type=button]), button[name=go]").first.click()
        assert coming.value is not None and coming.value.status < 500, f"{action}: {coming.value}"
        return self

    def twice(self, action: str) -> Desk:
        """A double click on the button of a form, and the page that comes of it."""
        with self.page.expect_navigation():
            self.form(action).locator("button:not([name]):not([type=button])").first.dblclick()
        return self

    def says(self) -> str:
        return self.page.locator("main").inner_text()

    def sees(self, *texts: str) -> Desk:
        said = self.page.locator("body").inner_text()
        for text in texts:
            assert text in said, f"“{text}” is not on {self.page.url}:\n{self.says()[:1500]}"
        return self


class Town:
    """The bureau with its people, the browsers, and the clock."""

    def __init__(self, browser: Any, base: str, world: people.World) -> None:
        self.browser, self.base, self.world = browser, base, world
        self.taken: list[tuple[bool, Page]] = []
        self.idle: list[tuple[bool, Page]] = []

    def desk(self, key: str = "", *, script: bool = True) -> Desk:
        """A tab that nobody has used, or that was wiped: of a demo account by its key, of a person by e-mail, or of the
        public. Opening a new one costs as much as three pages."""
        kept = next((one for one in self.idle if one[0] == script), None)
        if kept is not None:
            self.idle.remove(kept)
        self.taken.append(kept or (script, self._new_tab(script)))
        page = self.taken[-1][1]
        if key:
            email = key if "@" in key else f"{key}@demo.keguan.example"
            for name, value in cookies_of(Person.objects.get(email=email)).items():
                page.context.add_cookies([{"name": name, "value": value, "url": self.base}])
        return Desk(page, self.base)

    def _new_tab(self, script: bool) -> Page:
        context = self.browser.new_context(viewport={"width": 1440, "height": 1000}, locale="zh-CN", java_script_enabled=script)
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def close_tabs(self) -> None:
        """At the end of a test: what the browser holds of these people goes, cookies and drafts; the tabs wait for others."""
        while self.taken:
            script, page = self.taken.pop()
            page.goto("about:blank")
            page.context.clear_cookies()
            store = page.context.new_cdp_session(page)
            store.send("Storage.clearDataForOrigin", {"origin": self.base, "storageTypes": "all"})
            store.detach()
            self.idle.append((script, page))

    def later(self, moment: datetime | None = None, **delta: float) -> None:
        """Move the clock on; what falls due on the way is done, as the minute sweep would."""
        cycle.move_to(moment or clock.now() + timedelta(**delta))


def guide_data(name: str) -> dict[str, Any]:
    return json.loads((GUIDES / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="package")
def town(django_db_setup, django_db_blocker) -> Iterator[Town]:
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop in this thread; nothing here awaits
    with django_db_blocker.unblock(), sync_playwright() as playwright:
        connection.close()  # another package's end may have cut the one that is kept for this thread
        call_command("load_reference", verbosity=0)  # a transactional test before may have emptied it
        clock.shift_to(cycle.at(clock.today().year, 2, 10))  # early enough for plan, award and payment to be of one year
        world = people.bureau()
        people.units(world)
        people.expert_people(world)
        awards.pool(world)
        programme.enter_policies_from_data(world.actor("he"), guide_data("policies.json"))
        server = LiveServer("localhost")
        server._live_server_modified_settings.enable()
        browser = playwright.chromium.launch(**CHROMIUM)
        try:
            yield Town(browser, server.url, world)
        finally:
            browser.close()
            server.stop()
            server._live_server_modified_settings.disable()
            clock.shift_to(None)
            connection.close()  # the one that belongs to the loop of the browser
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # a thread of the server may still hold an idle connection
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        call_command("flush", interactive=False, verbosity=0)
        call_command("load_reference", verbosity=0)
    patch.undo()


@pytest.fixture(autouse=True)
def _database(town, django_db_blocker):
    """Everything commits, as for people; the package's end empties the database."""
    with django_db_blocker.unblock():
        yield
    town.close_tabs()


def free_year(town: Town) -> int:
    """The running year if it has no annual plan yet, otherwise the next without: the clock goes on to its February."""
    year = clock.today().year
    while AnnualPlan.objects.filter(year=year).exists():
        year += 1
    if year != clock.today().year:
        town.later(cycle.at(year, 2, 10))
    awards.confirm_pool()  # who has not looked through his data for a year is not drawn
    return year


def in_force(town: Town, special: str) -> None:
    """What governs a special, entered anew where the years of the journeys have gone past its last day."""
    today = clock.today()
    if any(programmes.documents_for(one, today).exists() for one in Special.objects.filter(code=special)):
        return
    row = next(one for one in guide_data("policies.json") if one["kind"] == "MEASURES" and special in one["specials"])
    programme.enter_policies_from_data(town.world.actor("he"), [
        {**row, "number": f"{row['number']}（{today.year}）", "title": f"{row['title']}（{today.year}年）", "issued_on": str(today),
         "valid_from": str(today), "valid_to": None, "rests_on": []}])
