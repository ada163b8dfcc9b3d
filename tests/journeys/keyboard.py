"""A person at a browser with a keyboard and nothing else: keys are pressed, and the page is only read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

#: What has the focus and how it shows; and how the element that had it at the last look shows now, without it.
LOOK = """() => {
  const el = document.activeElement, shown = (one) => { const s = getComputedStyle(one); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor].join(' '); };
  const last = window.lastFocus, before = last && last.el !== el && last.el.isConnected && last.el !== document.body ? [last.shown, shown(last.el)] : null;
  window.lastFocus = { el, shown: shown(el) };
  const box = el.getBoundingClientRect(), first = el.getClientRects()[0] || box, style = getComputedStyle(el);
  const top = document.elementFromPoint(first.x + first.width / 2, first.y + Math.min(first.height, 60) / 2);
  return {
    tag: el.tagName.toLowerCase(), type: el.type || '', before, value: el.type === 'checkbox' || el.type === 'radio' ? String(el.checked) : el.value || '',
    chosen: el.tagName === 'SELECT' ? (el.selectedOptions[0] || {}).text || '' : '', id: el.id, ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    on: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: top && !el.contains(top) && !top.contains(el) ? `${top.tagName} ${top.className}` : '',
  };
}"""

#: The answers of the group of round buttons that has the focus.
ANSWERS = "() => [...document.activeElement.form.elements[document.activeElement.name]].map((one) => one.labels[0].textContent.trim())"


@dataclass(frozen=True)
class Stop:
    """Where the focus is: the name and role that a screen reader is told, and the state of the control."""

    name: str
    role: str
    tag: str
    type: str
    value: str
    chosen: str
    id: str


class Keyboard:
    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.cdp = page, base, page.context.new_cdp_session(page)
        self.stops = 0

    def open(self, path: str) -> None:
        """An address typed into the bar of the browser, which is no part of the page."""
        self.page.goto(self.base + path)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def here(self) -> Stop:
        """The control with the focus; it must be seen that it has it, and the one left must no longer look as if."""
        found = self.page.evaluate(LOOK)
        handle = self.cdp.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        node = self.cdp.send("Accessibility.getPartialAXTree", {"objectId": handle, "fetchRelatives": False})["nodes"][0]
        name, role = (node.get(key, {}).get("value", "") for key in ("name", "role"))
        self.stops += 1
        if found["tag"] != "body":
            where = f"“{name}” ({role} {found['id']}) on {self.page.url}"
            assert found["ring"], f"the focus does not show at {where}"
            assert found["on"], f"the focus is outside the window at {where}"
            assert not found["covered"], f"{found['covered']} lies over {where}"
            assert name, f"no name is told at {where}"
            assert not found["before"] or found["before"][0] != found["before"][1], f"nothing changed where the focus left for {where}"
        return Stop(name, role, *(found[key] for key in ("tag", "type", "value", "chosen", "id")))

    def skip(self) -> None:
        """The link that stands first on every page leads past its head. Where a form is sent to its own page, the browser
        keeps that place of the address by itself."""
        if self.page.url.endswith("#main"):
            return
        self.to("跳到正文", "link", most=1)
        self.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main", self.page.url

    def to(self, name: str, role: str = "", *, key: str = "Tab", most: int = 90, exact: bool = False) -> Stop:
        """Press Tab until the control of this name has the focus; a name may go on after what is asked for."""
        seen: list[str] = []
        for _time in range(most):
            self.press(key)
            stop = self.here()
            if (stop.name == name or not exact and stop.name.startswith(name)) and (not role or stop.role == role):
                return stop
            seen.append(f"{stop.role} {stop.name[:24]}")
        raise AssertionError(f"“{name}” is not reached by {most} × {key} on {self.page.url}: {seen}")

    def kept(self) -> Stop:
        """After something was done without leaving the page: the focus is still in it."""
        stop = self.here()
        assert stop.tag != "body", f"the focus is lost on {self.page.url}"
        return stop

    def go(self, name: str, role: str = "", key: str = "Enter", **more: Any) -> None:
        """Reach a link or button and press it; another page comes."""
        self.to(name, role, **more)
        self.turned(lambda: self.press(key))

    def turned(self, act: Callable[[], None]) -> None:
        with self.page.expect_navigation() as coming:
            act()
        assert coming.value is not None and coming.value.status == 200, coming.value

    def write(self, name: str, text: str, **more: Any) -> None:
        """Type into a field. Chinese comes from an input method, which hands it over in one piece."""
        self.to(name, **more)
        self.press("Control+a")
        self.page.keyboard.type(text) if text.isascii() else self.page.keyboard.insert_text(text)
        stop = self.kept()
        assert stop.value == text, f"{name}: {stop.value!r}"

    def date(self, name: str, day: str) -> None:
        """A date box is typed part by part, in the order of the browser's language."""
        self.to(name)
        year, month, rest = day.split("-")
        for order in ((month, rest, year), (year, month, rest)):
            for part in order:
                self.page.keyboard.type(part)
                if part == year and order[-1] != year:
                    self.press("ArrowRight")
            if self.kept().value == day:
                return
            self.press("ArrowLeft", "ArrowLeft", "ArrowLeft")
        raise AssertionError(f"{name}: {self.here().value!r} is not {day}")

    def moment(self, name: str, text: str) -> None:
        """A box of day and time, part by part; a clock of twelve hours asks for the half of the day at the end."""
        self.to(name)
        day, time = text.split("T")
        (year, month, rest), (hour, minute) = day.split("-"), time.split(":")
        for order in ((month, rest, year), (year, month, rest)):
            for part in order:
                self.page.keyboard.type(part)
                if part == year:
                    self.press("ArrowRight")
            self.page.keyboard.type(hour + minute + "AP"[int(hour) > 11])
            if self.kept().value == text:
                return
            self.press(*["ArrowLeft"] * 6)
        raise AssertionError(f"{name}: {self.here().value!r} is not {text}")

    def choose(self, name: str, option: str, most: int = 60) -> None:
        """Go down a menu until the answer stands there."""
        self.to(name, "combobox")
        for _time in range(most):
            if self.kept().chosen.startswith(option):
                return
            self.press("ArrowDown")
        raise AssertionError(f"{name}: no answer “{option}”")

    def pick(self, name: str, most: int = 90) -> None:
        """One of several round buttons: Tab reaches the group, the arrows go through it; Space takes the one that is there."""
        for _time in range(most):
            self.press("Tab")
            if self.here().role == "radio" and any(label.startswith(name) for label in self.page.evaluate(ANSWERS)):
                break
        else:
            raise AssertionError(f"no answer “{name}” on {self.page.url}")
        while not self.here().name.startswith(name):
            self.press("ArrowDown")
        if self.here().value == "false":
            self.press("Space")
        assert self.kept().value == "true"

    def tick(self, name: str) -> None:
        if self.to(name, "checkbox").value == "false":
            self.press("Space")
        assert self.kept().value == "true"

    def attach(self, name: str, file: Any) -> None:
        """Reached by keyboard; the window in which a file is chosen belongs to the system and is not part of the page."""
        stop = self.to(name)
        assert stop.type == "file"
        self.page.locator(f'[id="{stop.id}"]').set_input_files(file)
        self.kept()

    def close(self) -> None:
        self.cdp.detach()
