"""Every page, opened in Chromium by somebody who may: no axe-core violation (contrast on) and no sideways overflow at
1440 and 390 px, no English word on a Chinese page, no script error.

The list of pages is read from the URL conf. A new page with arguments fails until `samples.py` has an example of it.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

import pytest
from django.urls import reverse

from accounts.models import Person
from accounts.policies import Actor
from tests.pages import samples
from tests.pages.addresses import Address, pages
from tests.pages.browser import NARROW
from tests.pages.forms import SENT, closed

pytestmark = pytest.mark.django_db  # makes pytest-django build the test database; the server has its own connections
PAGES = {page.name: page for page in pages() if page.name not in samples.NO_SCREEN}


def test_every_page_with_arguments_has_an_example():
    missing = sorted(name for name, page in PAGES.items() if page.arguments and name not in samples.SAMPLES)
    assert not missing, (
        f"No example for: {', '.join(missing)}. Add @sample(\"<name>\") in tests/pages/samples.py with who opens the page "
        "and with what arguments; the browser test then looks at it."
    )


def test_every_example_is_a_page():
    known = {page.name for page in pages()}
    gone = sorted((set(samples.SAMPLES) | set(samples.PERSON) | samples.NO_SCREEN) - known)
    assert not gone, f"tests/pages/samples.py names pages that are no more: {', '.join(gone)}"


def visits(page: Address) -> list[samples.Visit]:
    if page.name in samples.SAMPLES:
        return samples.SAMPLES[page.name]()
    desk = page.name.split(":")[1] if ":" in page.name else "public"
    return [samples.Visit(samples.PERSON.get(page.name, samples.DESK_PERSON[desk]))]


def person(who: str | Person) -> Person | None:
    if isinstance(who, Person) or not who:
        return who or None
    return Person.objects.get(email=f"{who}@demo.keguan.example")


@pytest.mark.parametrize("name", sorted(name for name, page in PAGES.items() if not page.arguments or name in samples.SAMPLES))
def test_page(name, visitor):
    problems = []
    for number, visit in enumerate(visits(PAGES[name])):
        path = reverse(name, args=visit.args) + visit.query
        who = person(visit.who)
        found = visitor.look(who, path, first=not number)
        if found.status not in (200, 202):  # 202: a paper that a worker has yet to print
            hint = " (may nobody of its desk open it? say who in samples.PERSON)" if found.status in (302, 403) else ""
            problems.append(f"{unquote(path)} as {who or 'the public'}: status {found.status}{hint}")
            continue
        if who is not None and urlsplit(visitor.page(who).url).path == quote(unquote(reverse(name, args=visit.args))):
            found.what += closed(visitor.page(who).evaluate(SENT), Actor.of(who))
        if found.what:
            problems.append(unquote(str(found)))
    assert not problems, "\n".join(problems)


def test_what_is_wrong_on_a_page_seen_before_is_found(visitor):
    """The negative control: a pale text, a link that nothing tells from the words around it, and a picture without words, each in a kind of
    element of its own."""
    visitor.look(None, "/")
    page = visitor.page(None)
    page.evaluate("""() => {
      const pale = Object.assign(document.createElement('p'), {className: 'pale', textContent: '看不清的文字'});
      pale.style.color = '#ddd';
      const words = Object.assign(document.createElement('p'), {className: 'words', textContent: '文字中间有一个'});
      const link = Object.assign(document.createElement('a'), {className: 'hidden-link', href: '/', textContent: '看不出来的链接'});
      Object.assign(link.style, {color: '#333', textDecoration: 'none'});
      words.style.color = '#222';
      words.append(link, '，后面还有文字');
      document.querySelector('main').append(pale, words, Object.assign(document.createElement('img'), {className: 'bare', src: '/static/st/mark.svg', width: 9}));
    }""")
    found = visitor.violations(page, NARROW, always=False)
    assert [line.partition(":")[0] for line in sorted(found)] == ["color-contrast", "image-alt", "link-in-text-block"]
    assert all(" at " in line and line.partition(" at ")[2].strip() for line in found), "where it stands is said"
    assert not visitor.violations(page, NARROW, always=False), "what has been looked at is not looked at again"


def test_a_form_that_leads_to_a_closed_desk_is_found(visitor):
    """The control: what stands open, what is closed, and what is no address."""
    expert = Actor.of(person("zhao"))
    assert closed(["/review/profile/tie/", "/my/expert/recommend/?x=1"], expert) == []
    closed_one, nothing = closed([f"/desk/experts/{'1' * 8}-1111-4111-8111-{'1' * 12}/tie/", "/nowhere/"], expert)
    assert "which refuses" in closed_one and "which is nothing" in nothing
