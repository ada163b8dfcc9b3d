"""What is measured on a page in Chromium: axe-core, sideways overflow, English words on a Chinese page, weight."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Error as PlaywrightError

WIDE, NARROW = 1440, 390
SCREENS = {WIDE: {"width": WIDE, "height": 1000}, NARROW: {"width": NARROW, "height": 900}}
#: Rules that compare colours take two thirds of the time of all together: they look at the texts that look new, every other one at the
#: whole page. Style sheets and media are not fetched once more for rules that are not asked (`preload`), and where an element stands is
#: worked out when something is wrong (`selectors`).
COLOURS = ["color-contrast", "link-in-text-block"]
AXE = {"resultTypes": ["violations"], "preload": False, "selectors": False, "rules": {name: {"enabled": False} for name in COLOURS}}
#: Where axe-core lies: the server of the tests hands it out, so that Chromium keeps its compiled form from page to page.
AXE_FOLDER = Path(axe_playwright_python.__file__).parent
LOAD_AXE = """(address) => window.axe ? true : new Promise((resolve, reject) => {
  const script = document.createElement('script');
  Object.assign(script, {src: address, onload: () => resolve(true), onerror: () => reject(new Error('no axe-core'))});
  document.head.append(script);
})"""
#: All the rules, when asked for, and those of colours at the texts named in `looks`.
RUN_AXE = """async ({rules, looks, options, colours}) => {
  let found = [];
  if (rules) {
    found = (await axe.run(document, options)).violations;
    if (found.length) found = (await axe.run(document, {...options, selectors: true})).violations;
  }
  const include = looks.map((name) => window.looked.get(name));
  if (!include.length) return found;
  return [...found, ...(await axe.run({include}, {...options, rules: {}, selectors: true, runOnly: colours})).violations];
}"""

#: What decides the colours of a text, its ground among them: the kinds, the states and the stripes of all it stands in, as far as the
#: style sheet tells them apart (there are no styles in the markup: the policy of the page forbids them).
LOOKS = """() => {
  const told = ['type', 'open', 'disabled', 'checked', 'aria-current', 'aria-invalid', 'aria-sort', 'aria-busy', 'aria-selected', 'data-state'];
  const memo = new Map();
  const look = (one) => {
    if (!one || one.nodeType !== 1) return '';
    if (!memo.has(one)) {
      const states = told.filter((name) => one.hasAttribute(name)).map((name) => `${name}=${one.getAttribute(name)}`);
      const stripe = one.tagName === 'TR' ? [...one.parentElement.children].indexOf(one) % 2 : '';
      if (one.tagName === 'A' && one.parentElement.textContent.trim() !== one.textContent.trim()) states.push('among words');
      memo.set(one, `${look(one.parentElement)}>${one.tagName}.${one.className.baseVal ?? one.className}${states}${stripe}`);
    }
    return memo.get(one);
  };
  window.looked = new Map();
  for (const one of document.body.querySelectorAll('*')) {
    const speaks = one.matches('input, select, textarea') || [...one.childNodes].some((it) => it.nodeType === 3 && it.nodeValue.trim());
    if (speaks && one.getClientRects().length && !window.looked.has(look(one))) window.looked.set(look(one), one);
  }
  return [...window.looked.keys()];
}"""

#: Text a reader meets: visible text and the attributes that are read out. Controls hold what people typed, `code` and
#: `lang="en"` say themselves that they are not Chinese.
READ = """() => {
  const skip = 'script,style,noscript,textarea,code,pre,kbd,samp,svg [aria-hidden],[lang=en],.st-code,.st-vh [lang=en]';
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest(skip)) found.push(node.nodeValue);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-l', 'data-confirm']) {
    for (const item of document.querySelectorAll(`[${name}]`)) {
      if (!item.closest(skip)) found.push(item.getAttribute(name));
    }
  }
  found.push(document.title);
  return found;
}"""
WIDEST = """() => {
  const limit = document.documentElement.clientWidth, out = [];
  if (document.documentElement.scrollWidth <= limit) return out;
  for (const item of document.querySelectorAll('main *, header *, footer *')) {
    const box = item.getBoundingClientRect();
    if (box.right > limit + 1 && box.width) out.push(`${item.tagName.toLowerCase()}.${item.className} to ${Math.round(box.right)}`);
  }
  return out.length ? out.slice(-4) : [`the page is ${document.documentElement.scrollWidth} wide`];
}"""

#: Every kind of element in its kind of parent that is to be seen. axe-core looks at every page on the wide screen; on the narrow one, and at
#: further examples of a page, where there is one which nothing before it had: its time went into the same tables and buttons again and again.
KINDS = """() => [...new Set([...document.body.querySelectorAll('*')].filter((one) => one.getClientRects().length).map((one) =>
  [one.parentElement, one].map((it) => `${it.tagName}.${it.className.baseVal ?? it.className}`).join('>')))]"""

#: All of it in one question.
MEASURE = (f"() => ({{lang: document.documentElement.lang, texts: ({READ})(), wide: ({WIDEST})(), kinds: ({KINDS})(), looks: ({LOOKS})()}})")

#: Not words: addresses, files, hashes, references, placeholders of codes, fact names of the condition engine.
CODES = re.compile(
    r"\.(?:pdf|xlsx|csv|docx|zip)\b|https?://\S+|[\w.+-]+@[\w.-]+|[\w-]+(?:\.[\w-]+)*\.(?:pdf|xlsx|csv|json|ics|html|docx|zip|png|jpg)\b"
    r"|\b[a-z]+(?:[_-][a-z0-9]+)+\b|\"[a-z_]+\"|\b[a-z]\w*\.[a-z]\w*(?:\.\w+)*\b|\b[0-9a-f-]{6,}\b|\b\w*\d\w*\b|/[a-z0-9_/{}-]+/",
    re.IGNORECASE,
)
#: Names that are written in Latin letters in Chinese official texts as well.
NAMES = {
    "Excel", "Word", "ics", "Li", "Wang", "Python", "GitHub", "PostgreSQL", "Redis", "Keguan", "English", "iCal", "OpenAPI", "Markdown", "Atom",
}
WORD = re.compile(r"[A-Za-z]*[a-z][A-Za-z]*")


def english_words(texts: list[str]) -> dict[str, str]:
    """Words with a small letter (abbreviations and codes are written in capitals) that are no names and no codes; with the
    text each stands in."""
    return {
        word: " ".join(text.split())[:80] for text in texts for word in WORD.findall(CODES.sub(" ", text or ""))
        if len(word) > 1 and word not in NAMES
    }


@dataclass
class Finding:
    where: str
    what: list[str] = field(default_factory=list)
    status: int = 0

    def __str__(self) -> str:
        return "\n  ".join([self.where, *self.what])


class Visitor:
    """One browser for all pages; a context per person, so that nobody signs in twice."""

    def __init__(self, browser: Any, base: str, cookies: Callable[[Any], dict[str, str]]) -> None:
        self.browser, self.base, self.cookies = browser, base, cookies
        self.open_pages: dict[Any, Any] = {}
        self.seen: dict[int, set[str]] = {WIDE: set(), NARROW: set()}
        self.looks: dict[int, set[str]] = {WIDE: set(), NARROW: set()}

    def page(self, who: Any) -> Any:
        """The tab of a person; None is the public. The policy of the page's scripts is lifted for axe-core only."""
        if who not in self.open_pages:
            context = self.browser.new_context(viewport=SCREENS[WIDE], bypass_csp=True, locale="zh-CN")
            context.add_cookies([
                {"name": name, "value": value, "url": self.base} for name, value in (self.cookies(who) if who else {}).items()
            ])
            self.open_pages[who] = context.new_page()
        return self.open_pages[who]

    def open(self, who: Any, path: str, *, as_it_is: bool = False) -> tuple[int, bool]:
        """Status, and whether a page stands in the tab now; a download leaves what stood there. A redirect is not followed
        to a 200: where the tab ends must be where it was sent. `as_it_is`: in whatever width the tab has."""
        page = self.page(who)
        if not as_it_is:
            page.set_viewport_size(SCREENS[WIDE])
        try:
            answer = page.goto(self.base + path, wait_until="load")
        except PlaywrightError:  # a file: the tab refuses to show it
            return self.fetched(who, path), False
        if answer.request.redirected_from is not None:
            return 302, False
        return answer.status, answer.headers.get("content-type", "").startswith("text/html")

    def fetched(self, who: Any, path: str) -> int:
        answer = self.page(who).request.get(self.base + path, max_redirects=0)
        answer.dispose()
        return answer.status

    def look(self, who: Any, path: str, *, axe: bool = True, first: bool = True) -> Finding:
        """Open a page and measure it; `found.status` is not 200 or 202 where there is none. `first`: nothing of its kind was looked at."""
        page, found = self.page(who), Finding(f"{path} as {who or 'the public'}")
        errors: list[str] = []
        page.once("pageerror", lambda error: errors.append(str(error)))
        found.status, is_page = self.open(who, path, as_it_is=True)
        if not is_page or found.status not in (200, 202):
            return found
        widths = sorted(SCREENS, key=lambda width: width != page.viewport_size["width"])  # the one the tab has comes first
        for turn, width in enumerate(widths):
            if turn:
                page.set_viewport_size(SCREENS[width])
            seen = page.evaluate(MEASURE)
            if not turn and seen["lang"].startswith("zh") and (words := english_words(seen["texts"])):
                told = (f"{word} in “{text}”" for word, text in sorted(words.items())[:20])
                found.what.append(f"English on a Chinese page: {', '.join(told)}")
            if seen["wide"]:
                found.what.append(f"{width} px: wider than the window: {'; '.join(seen['wide'])}")
            if axe:
                found.what += [f"{width} px: {line}" for line in self.violations(page, width, seen, always=first and width == WIDE)]
        found.what += [f"script error: {text}" for text in errors]
        return found

    def violations(self, page: Any, width: int, seen: dict[str, Any] | None = None, *, always: bool) -> list[str]:
        seen = seen or page.evaluate(MEASURE)
        kinds, looks = set(seen["kinds"]), set(seen["looks"])
        rules, fresh = always or not kinds <= self.seen[width], looks - self.looks[width]
        self.seen[width] |= kinds
        self.looks[width] |= looks
        if not rules and not fresh:
            return []
        page.evaluate(LOAD_AXE, f"{self.base}/static/axe.min.js")
        found = page.evaluate(RUN_AXE, {"rules": rules, "looks": sorted(fresh), "options": AXE, "colours": COLOURS})
        return [
            f"{rule['id']}: {rule['help']} at {', '.join(str(node['target'][0]) for node in rule['nodes'][:3])}"
            f" ({len(rule['nodes'])} in all) {rule['nodes'][0].get('failureSummary', '')[:200]}"
            for rule in found
        ]
