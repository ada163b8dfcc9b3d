"""A material on its way, in a browser: the line is cut, the page reloaded, the session over, and it arrives all the same."""

from __future__ import annotations

import os
import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from applications.models import Annex, Upload
from core import files, scanning
from portal.demo import fill
from programs import queries as programmes
from tests.core.clamd import Clamd
from tests.journeys.conftest import Town, cookies_of
from tests.journeys.test_refusals import Scene, scene  # noqa: F401 (a fixture)

MB = 1 << 20
PIECE = re.compile(r"/pieces/[0-9a-f-]{36}/$")
SHOTS = os.environ.get("KEGUAN_SHOTS", "")


def whole() -> bytes:
    """A file that is new each time and takes four pieces."""
    return fill.PDF[:-8] + os.urandom(3 * MB + 1000) + fill.PDF[-8:]


def shot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


class Line:
    """The line between the browser and the server: lets so many pieces through, then cuts."""

    def __init__(self, page, passes: int) -> None:
        self.page, self.left, self.offsets = page, passes, []
        page.route(PIECE, self.one)

    def one(self, route) -> None:
        if route.request.method != "POST":
            route.continue_()
        elif self.left > 0:
            self.left -= 1
            self.offsets.append(int(route.request.headers["x-offset"]))
            route.continue_()
        else:
            route.abort()


@pytest.fixture
def sender(town: Town, scene: Scene):  # noqa: F811
    if not programmes.is_open(scene.guide):
        town.later(days=2)
    row, leader = scene.draft(scene.unit(), finished=False)
    desk = town.desk(leader.email).open(f"/my/applications/{row.ref}/files/")

    def send(code: str, body: bytes, name: str = "可行性研究报告.pdf"):
        form = desk.page.locator(f"form[action$='/files/{code}/upload/']")
        form.locator("[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": body})
        form.locator("button").first.click()

    yield desk, row, leader, send
    desk.page.unroute_all()


def arrived(row, code: str = "D01") -> bytes:
    return files.read(Annex.objects.get(application=row, code=code, is_current=True).file)


@pytest.mark.django_db
def test_00_the_world_is_there(town: Town):
    """The mark makes pytest-django set up the database; the steps below commit and so carry none."""
    assert programmes.tree_as_of() is not None


def test_a_cut_line_and_a_reloaded_page_go_on_where_it_stopped(sender):
    desk, row, _leader, send = sender
    page, body = desk.page, whole()
    line = Line(page, 1)
    send("D01", body)
    expect(page.locator("#d-D01")).to_contain_text("连接中断")
    shot(page, "upload_cut")
    line.left = 1
    expect(page.locator("#d-D01 progress")).to_have_js_property("value", 2 * MB, timeout=20_000)
    while Upload.objects.get().received < 2 * MB:  # sent is not arrived
        page.wait_for_timeout(50)
    page.reload()
    expect(page.locator("#d-D01 [data-begun]")).to_contain_text("再次选择同一文件")
    shot(page, "upload_begun")
    line.left = 9
    send("D01", body)
    expect(page.locator("#d-D01 a").first).to_contain_text("可行性研究报告.pdf", timeout=20_000)
    assert line.offsets == [0, MB, 2 * MB, 3 * MB] and arrived(row) == body and not Upload.objects.exists()
    expect(page.locator("#upload-said")).to_have_text("“可行性研究报告.pdf”已上传。")


def test_a_session_that_ends_is_said_and_a_new_one_goes_on(sender):
    desk, row, leader, send = sender
    page, body = desk.page, whole()
    held = Line(page, 1)
    send("D01", body)
    expect(page.locator("#d-D01")).to_contain_text("连接中断")
    page.context.clear_cookies()
    held.left = 9
    expect(page.locator("#d-D01")).to_contain_text("登录已失效", timeout=20_000)
    shot(page, "upload_signed_out")
    for name, value in cookies_of(leader).items():
        page.context.add_cookies([{"name": name, "value": value, "url": desk.base}])
    expect(page.locator("#d-D01 a").first).to_contain_text("可行性研究报告.pdf", timeout=30_000)
    assert arrived(row) == body and settings.SESSION_COOKIE_NAME


def test_several_wait_in_a_row_and_one_is_cancelled(sender):
    desk, row, _leader, send = sender
    page, body = desk.page, whole()
    codes = [one.get_attribute("id")[2:] for one in page.locator(".st-files > li").all()[:3]]
    line = Line(page, 1)
    for code in codes:
        send(code, body, f"{code}.pdf")
    expect(page.locator(f"#d-{codes[1]}")).to_contain_text("排队中")
    shot(page, "upload_queue")
    page.locator(f"#d-{codes[1]} .st-up button").click()
    expect(page.locator(f"#d-{codes[1]} .st-up")).to_have_count(0)
    line.left = 99
    for code in (codes[0], codes[2]):
        expect(page.locator(f"#d-{code} a").first).to_contain_text(f"{code}.pdf", timeout=30_000)
    assert arrived(row, codes[0]) == arrived(row, codes[2]) == body
    assert not Annex.objects.filter(application=row, code=codes[1]).exists()
    page.set_viewport_size({"width": 390, "height": 900})
    shot(page, "upload_390")
    page.set_viewport_size({"width": 1440, "height": 1000})


def test_a_resumed_upload_that_is_cancelled_leaves_no_line(sender):
    desk, row, _leader, send = sender
    page, body = desk.page, whole()
    line = Line(page, 2)
    send("D01", body)
    expect(page.locator("#d-D01")).to_contain_text("连接中断", timeout=20_000)
    page.reload()
    expect(page.locator("#d-D01 [data-begun]")).to_have_count(1)
    line.left = 0
    send("D01", body)
    expect(page.locator("#d-D01 .st-up")).to_contain_text("连接中断", timeout=20_000)
    expect(page.locator("#d-D01 [data-begun]")).to_have_count(0)  # the running percent alone
    page.locator("#d-D01 .st-up button").click()
    expect(page.locator("#upload-said")).to_contain_text("已取消")
    expect(page.locator("#d-D01 [data-begun]")).to_have_count(0)
    assert not Upload.objects.filter(application=row).exists()


def test_a_file_in_quarantine_opens_by_itself_when_it_was_looked_at(sender, settings):
    desk, row, _leader, send = sender
    scanner = Clamd()
    settings.CLAMD = scanner.address
    try:
        send("D01", whole())
        item = desk.page.locator("#d-D01")
        expect(item).to_contain_text("正在查毒", timeout=20_000)
        assert item.locator("a").count() == 0
        shot(desk.page, "upload_quarantine")
        expect(item.locator("[type=file]")).to_be_focused()  # and stays so
        while scanning.scan():
            pass
        expect(item.locator("a").first).to_contain_text("可行性研究报告.pdf", timeout=20_000)
        expect(item.locator("[type=file]")).to_be_focused()
    finally:
        scanner.end()
