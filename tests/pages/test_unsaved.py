"""Nothing typed on a long form of the desk is lost in the browser: leaving is asked about, and what was left is offered back.

Nothing here saves."""

import pytest

from tests.pages.conftest import CHROMIUM, cookies_of, demo_actor
from tests.pages.samples import guide

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def browser(chromium):
    """One that paints: who presses a button waits until it stands still."""
    browser = chromium.launch(**CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def tabs(site, browser):
    """New tabs of one drafter with a store of their own, the addresses of a draft, and the questions asked on leaving."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="zh-CN")
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies_of(demo_actor("chen").person).items()])
    asked: list[str] = []

    def tab(part, stay=True):
        page = context.new_page()
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss() if stay else dialog.accept()))
        page.goto(f"{site.url}/desk/guides/{guide('DRAFT').ref}/{part}")
        return page

    yield tab, asked
    context.close()


def leave(page):
    page.locator(".st-actions--stick a").first.click(no_wait_after=True)
    page.wait_for_timeout(400)


def test_leaving_is_asked_about_only_when_something_was_typed(tabs):
    tab, asked = tabs
    page = tab("edit/budget/")
    leave(page)
    assert asked == [] and "/edit/" not in page.url
    page = tab("edit/budget/")
    page.fill("[name=note_equipment_from]", "77")
    leave(page)
    assert asked == ["beforeunload"] and "/edit/" in page.url
    page.select_option("[name=template]", "expenditure-2016")
    with page.expect_navigation():
        page.locator("button[value=fill]").click()
    assert asked == ["beforeunload"] and page.input_value("[name=note_equipment_from]") == "77"
    leave(page)  # the page came back unsaved
    assert asked == ["beforeunload"] * 2 and "/edit/" in page.url


def test_what_was_left_is_offered_back(tabs):
    tab, _asked = tabs
    page = tab("edit/header/", stay=False)
    assert page.locator("#kept-text").count() == 0
    before = page.input_value("[name=issuer]")
    page.fill("[name=issuer]", "没有保存的发布机关")
    page.wait_for_timeout(600)
    page.close()
    page = tab("edit/header/")
    assert page.input_value("[name=issuer]") == before
    page.locator("#kept-text button").first.click()
    assert page.input_value("[name=issuer]") == "没有保存的发布机关" and page.locator("#kept-text").count() == 0
    page.close()
    page = tab("edit/header/")
    page.locator("#kept-text button").last.click()
    page.close()
    assert tab("edit/header/").locator("#kept-text").count() == 0


KEPT = "() => JSON.parse(Object.entries(localStorage).find(([key]) => key.startsWith('keguan:'))?.[1] || 'null')"


def test_a_page_that_came_back_refused_is_kept_although_it_was_sent(tabs):
    """Whoever else saves meanwhile, it is the only copy: it counts as not arrived."""
    tab, _asked = tabs
    page = tab("edit/budget/", stay=False)
    page.fill("[name=note_equipment_from]", "-5")
    with page.expect_navigation():
        page.locator(".st-actions--stick button").first.click()
    assert page.locator("#errors").count()
    kept = page.evaluate(KEPT)
    assert not kept.get("sent") and kept["values"]["note_equipment_from"] == ["-5"]
    page.evaluate("() => { for (const key of Object.keys(localStorage)) { const one = JSON.parse(localStorage[key]); one.base -= 1; localStorage[key] = JSON.stringify(one); } }")
    page.close()
    page = tab("edit/budget/")
    page.locator("#kept-text button").first.click()
    assert page.input_value("[name=note_equipment_from]") == "-5"


def test_what_arrived_by_the_own_hand_is_not_offered_again(tabs):
    tab, _asked = tabs
    page = tab("edit/header/", stay=False)
    page.fill("[name=issuer]", "已经保存的发布机关")
    page.wait_for_timeout(600)
    sent = """() => { for (const key of Object.keys(localStorage)) {
        localStorage[key] = JSON.stringify({ ...JSON.parse(localStorage[key]), sent: true, base: 0 }); } }"""
    page.evaluate(sent)
    page.close()
    assert tab("edit/header/").locator("#kept-text").count() == 0


def test_the_formula_goes_to_the_trial_and_stays(tabs):
    tab, asked = tabs
    page = tab("edit/money/")
    page.fill("[name=formula]", "min(cap, application.requested * 41%)")
    with page.context.expect_page() as opened:
        page.locator("button[formtarget]").click()
    opened.value.wait_for_load_state()
    assert "41%" in opened.value.input_value("[name=formula]") and "41%" in page.input_value("[name=formula]")
    page.fill("[name=formula]", "min(cap, ?")
    page.locator(".st-actions--stick button").first.click()  # at once: the trial was no save
    page.wait_for_selector("#errors")
    assert "code" not in page.locator("#errors").inner_html() and asked == []


def test_lines_open_when_a_kind_with_lines_is_chosen(tabs):
    tab, _asked = tabs
    page = tab("form/basic/title/")
    inside = page.locator("[name=inside-0-code]")
    assert not inside.is_visible()
    page.select_option("[name=kind]", "group")
    assert inside.is_visible()
