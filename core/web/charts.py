"""Charts drawn by the server as SVG: the same picture on screen, on paper and in a PDF, without script.

Every chart is drawn twice, 520 and 330 units wide (scaling one drawing gives tiny text on phones); the stylesheet
shows one. Colours come from classes, sizes from attributes: no inline style (CSP). `table` is the twin for readers
who want numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from statistics import quantiles
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDE, NARROW = 520, 330


@dataclass
class Chart:
    """What templates/st/chart.html shows: picture, headline, source line, data table."""

    title: str
    svg: SafeString
    note: str = ""
    head: Sequence[str] = ()
    table: Sequence[Sequence[Any]] = field(default_factory=list)
    empty: bool = False


def _text(x: float, y: float, text: Any, css: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}">{escape(str(text))}</text>'


def _width(text: str, em: float = 13) -> float:
    """Han characters count one em, capitals and digits two thirds, other Latin ones a little over half."""
    return sum(em if ord(char) > 0x2E80 else em * (0.66 if char.isupper() or char.isdigit() else 0.56) for char in text)


def _clip(text: str, room: float, em: float = 13) -> str:
    """Shorten a label that would leave its column in the middle: names of a family differ at their end."""
    if _width(text, em) <= room:
        return text
    head, tail = text[:(len(text) + 1) // 2], text[(len(text) + 1) // 2:]
    while (head or tail) and _width(head + tail, em) + em > room:
        head, tail = (head[:-1], tail) if len(head) >= len(tail) else (head, tail[1:])
    return f"{head}…{tail}"


def _label(names: Iterable[str], most: float) -> float:
    """Room for the longest name with its gap; 0 when that is more than `most`: then each name stands above its bar."""
    needed = max((_width(name) for name in names), default=0) + 24
    return needed if needed <= most else 0


def _named(name: str, label: float, y: float, width: int) -> str:
    """The name of a bar: beside it, or in a line of its own."""
    return _text(label - 10, y + 15, name, "lab", "end") if label else _text(0, y + 11, _clip(name, width - 4), "lab")


def _svg(width: int, height: float, title: str, desc: str, body: str) -> str:
    mark = f"{zlib.crc32((title + desc).encode())}-{width}"
    return (
        f'<svg class="st-chart w{width}" viewBox="0 0 {width} {height:.0f}" role="img" aria-labelledby="t{mark} d{mark}"'
        f' preserveAspectRatio="xMinYMin meet"><title id="t{mark}">{escape(title)}</title>'
        f'<desc id="d{mark}">{escape(desc)}</desc>{body}</svg>'
    )


def both(draw: Callable[[int], str]) -> SafeString:
    return mark_safe(draw(WIDE) + draw(NARROW))  # noqa: S308 (every text went through escape)


def _number(value: Any) -> str:
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text  # the same way as core.money.wan


def funnel(title: str, steps: Sequence[tuple[str, int]], *, note: str = "") -> Chart:
    """Bars with the share of the step before; `steps` are (name, count) from the first to the last."""
    top = max([count for _name, count in steps] or [0]) or 1
    shares = ["" if i == 0 or not steps[i - 1][1] else f"{100 * steps[i][1] // steps[i - 1][1]}%" for i in range(len(steps))]

    def draw(width: int) -> str:
        label, body = _label((name for name, _count in steps), width * 0.45), ""
        row = 36 if label else 50
        for i, (name, count) in enumerate(steps):
            y, bar = i * row + 4, (width - label - 92) * count / top
            body += _named(str(name), label, y + (2 if label else 0), width)
            y += 0 if label else 14
            body += f'<rect x="{label}" y="{y + 2}" width="{max(bar, 1):.1f}" height="22" rx="2" class="s1"/>'
            body += _text(label + bar + 8, y + 18, count, "val")
            body += _text(label + bar + 16 + 8 * len(str(count)), y + 18, shares[i], "mut")
        return _svg(width, len(steps) * row + 6, title, "；".join(f"{n} {c}" for n, c in steps), body)

    return Chart(title, both(draw), note, (_("Step"), _("Count"), _("Share")),
                 [(n, c, s) for (n, c), s in zip(steps, shares, strict=True)], not any(c for _n, c in steps))


def bars(title: str, rows: Sequence[tuple[str, Any]], *, note: str = "", unit: str = "") -> Chart:
    top = max([value for _name, value in rows] or [0]) or 1

    def draw(width: int) -> str:
        label, body = _label((name for name, _value in rows), width * 0.45), ""
        row = 30 if label else 46
        room = width - label - 16 - max((_width(f"{_number(value)}{unit}") for _name, value in rows), default=0)
        for i, (name, value) in enumerate(rows):
            y, bar = i * row + 4, max(room, 30) * float(value) / float(top)
            body += _named(str(name), label, y, width)
            y += 0 if label else 16
            body += f'<rect x="{label}" y="{y + 1}" width="{max(bar, 1):.1f}" height="18" rx="2" class="s1"/>'
            body += _text(label + bar + 8, y + 15, f"{_number(value)}{unit}", "val")
        return _svg(width, len(rows) * row + 6, title, "；".join(f"{n} {_number(v)}{unit}" for n, v in rows), body)

    return Chart(title, both(draw), note, (_("Item"), _("Value")), [(name, _number(value)) for name, value in rows], not rows)


def five(values: Sequence[float]) -> tuple[float, float, float, float, float]:
    """Whisker, quartile, median, quartile, whisker (Tukey: whiskers reach 1.5 times the box at most)."""
    data = sorted(values)
    if len(data) == 1:
        return (data[0],) * 5
    low, middle, high = quantiles(data, n=4, method="inclusive")
    reach = 1.5 * (high - low)
    return (min(v for v in data if v >= low - reach), low, middle, high, max(v for v in data if v <= high + reach))


def box_plot(title: str, groups: Mapping[str, Sequence[float]], *, note: str = "", low: int = 50, high: int = 100) -> Chart:
    groups = {name: [float(v) for v in values] for name, values in groups.items() if values}
    low = min([low, *(int(min(v)) // 10 * 10 for v in groups.values())])

    def draw(width: int) -> str:
        label, right, row, body = (108 if width == WIDE else 84), 44, 34, ""
        height = len(groups) * row + 24

        def x(value: float) -> float:
            return label + (value - low) / (high - low) * (width - label - right)

        for tick in range(low, high + 1, 10 if high - low <= 60 else 20):
            body += f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="2" y2="{height - 20}" class="grid"/>'
            body += _text(x(tick), height - 5, tick, "mut", "middle")
        for i, (name, values) in enumerate(groups.items()):
            a, q1, median, q3, z = five(values)
            y = i * row + 17
            body += _text(label - 10, y + 5, _clip(name, label - 12), "lab", "end")
            for x1, x2, y1, y2 in ((a, z, y, y), (a, a, y - 5, y + 5), (z, z, y - 5, y + 5)):
                body += f'<line x1="{x(x1):.1f}" x2="{x(x2):.1f}" y1="{y1}" y2="{y2}" class="wh"/>'
            body += (f'<rect x="{x(q1):.1f}" y="{y - 9}" width="{max(x(q3) - x(q1), 1):.1f}" height="18" rx="2" class="box"/>'
                     f'<line x1="{x(median):.1f}" x2="{x(median):.1f}" y1="{y - 9}" y2="{y + 9}" class="med"/>')
            body += "".join(f'<circle cx="{x(v):.1f}" cy="{y}" r="2.4" class="out"/>' for v in values if v < a or v > z)
            body += _text(width - 2, y + 5, f"{median:.1f}", "val", "end")
        return _svg(width, height, title, "；".join(f"{n} {five(v)[2]:.1f}" for n, v in groups.items()), body)

    table = [(n, *(f"{q:.1f}" for q in five(v)), len(v)) for n, v in groups.items()]
    head = (_("Group"), _("Low"), "Q1", _("Median"), "Q3", _("High"), _("Count"))
    return Chart(title, both(draw), note, head, table, not groups)


def lollipop(title: str, rows: Sequence[tuple[str, float, int]], *, note: str = "", reach: float = 10, band: float = 4) -> Chart:
    """Mean difference per name; squares mark those outside the band. `rows` are (name, difference, n)."""
    shown = sorted(sorted(rows, key=lambda r: -abs(r[1]))[:10], key=lambda r: -r[1])

    def draw(width: int) -> str:
        label, right, row, body = 84, 52, 22, ""
        height = len(shown) * row + 24

        def x(value: float) -> float:
            return label + (max(-reach, min(reach, value)) + reach) / (2 * reach) * (width - label - right)

        body += f'<rect x="{x(-band):.1f}" y="2" width="{x(band) - x(-band):.1f}" height="{height - 24}" class="band"/>'
        for tick in (-reach, -reach / 2, 0, reach / 2, reach):
            body += f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="2" y2="{height - 22}" class="{"axis" if tick == 0 else "grid"}"/>'
            body += _text(x(tick), height - 6, f"{tick:+g}" if tick else "0", "mut", "middle")
        for i, (name, value, _n) in enumerate(shown):
            y, out = i * row + 12, abs(value) > band
            body += _text(label - 10, y + 4, _clip(name, label - 12, 12), "lab sm", "end")
            body += f'<line x1="{x(0):.1f}" x2="{x(value):.1f}" y1="{y}" y2="{y}" class="stem"/>'
            body += (f'<rect x="{x(value) - 4.5:.1f}" y="{y - 4.5}" width="9" height="9" class="pt warn"/>' if out
                     else f'<circle cx="{x(value):.1f}" cy="{y}" r="4.5" class="pt"/>')
            body += _text(width - 2, y + 4, f"{value:+.1f}", "val sm", "end")
        return _svg(width, height, title, "；".join(f"{n} {v:+.1f}" for n, v, _ in shown), body)

    return Chart(title, both(draw), note, (_("Name"), _("Difference"), _("Count")),
                 [(n, f"{v:+.1f}", k) for n, v, k in shown], not shown)


def intervals(title: str, rows: Sequence[tuple[str, float, float, float, bool]], *, top: float, cut: float = 0, note: str = "") -> Chart:
    """Ranks with the room they have. `rows` are (name, low, point, high, marked); `cut` draws a line after that rank."""

    def draw(width: int) -> str:
        label, right, row, body = (150 if width == WIDE else 96), 58, 22, ""
        height, span = len(rows) * row + 24, max(top - 1, 1)

        def x(value: float) -> float:
            return label + (value - 1) / span * (width - label - right)

        for tick in sorted({1, *(round(1 + span * share / 4) for share in range(1, 5))}):
            body += f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="2" y2="{height - 22}" class="grid"/>'
            body += _text(x(tick), height - 6, tick, "mut", "middle")
        if cut:
            body += f'<line x1="{x(cut + 0.5):.1f}" x2="{x(cut + 0.5):.1f}" y1="2" y2="{height - 22}" class="due"/>'
        for i, (name, low, point, high, marked) in enumerate(rows):
            y = i * row + 12
            body += _text(label - 10, y + 4, _clip(name, label - 12, 12), "lab sm", "end")
            body += f'<line x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{y}" y2="{y}" class="stem"/>'
            body += (f'<rect x="{x(point) - 4.5:.1f}" y="{y - 4.5}" width="9" height="9" class="pt warn"/>' if marked
                     else f'<circle cx="{x(point):.1f}" cy="{y}" r="4.5" class="pt"/>')
            body += _text(width - 2, y + 4, f"{low:g}–{high:g}", "val sm", "end")
        return _svg(width, height, title, "；".join(f"{n} {a:g}–{z:g}" for n, a, _p, z, _m in rows), body)

    return Chart(title, both(draw), note, (_("Name"), _("Low"), _("Value"), _("High")),
                 [(n, f"{a:g}", f"{p:g}", f"{z:g}") for n, a, p, z, _m in rows], not rows)


def bullet(title: str, rows: Sequence[tuple[str, Decimal, Decimal]], *, note: str = "", unit: str = "") -> Chart:
    """Done against planned. `rows` are (name, done, planned) in one unit."""
    top = max([max(done, plan) for _n, done, plan in rows] or [0]) or Decimal(1)

    def draw(width: int) -> str:
        right = max((_width(f"{_number(done)} / {_number(plan)}") for _n, done, plan in rows), default=0) + 12
        label, body = _label((name for name, _done, _plan in rows), width * 0.35), ""
        row, span = 38 if label else 54, Decimal(max(width - label - right, 30))
        for i, (name, done, plan) in enumerate(rows):
            y = i * row + 6
            body += _named(str(name), label, y, width)
            y += 0 if label else 16
            body += f'<rect x="{label}" y="{y + 3}" width="{max(span * plan / top, Decimal(1)):.1f}" height="18" rx="2" class="track"/>'
            over = " warn" if done > plan else ""
            body += f'<rect x="{label}" y="{y + 7}" width="{span * done / top:.1f}" height="10" class="s1{over}"/>'
            body += _text(width - 2, y + 16, f"{_number(done)} / {_number(plan)}", "val sm", "end")
        return _svg(width, len(rows) * row + 6, title, "；".join(f"{n} {_number(d)} / {_number(p)}{unit}" for n, d, p in rows), body)

    return Chart(title, both(draw), note, (_("Item"), _("Done"), _("Planned")),
                 [(n, _number(d), _number(p)) for n, d, p in rows], not rows)


def line(title: str, series: Mapping[str, Sequence[tuple[str, Any]]], *, note: str = "", deadline: str = "", unit: str = "") -> Chart:
    """Curves over the same points; the last series is drawn solid, earlier ones dashed; `deadline` marks a point."""
    names = [name for name, _v in next(iter(series.values()), [])]
    top = max([float(v) for values in series.values() for _n, v in values] or [0.0]) or 1.0

    def draw(width: int) -> str:
        left, right, height, base = 52, 16, 220, 184
        step = (width - left - right) / max(len(names) - 1, 1)
        body = ""
        for share in (0, 0.25, 0.5, 0.75, 1):
            y = base - share * (base - 16)
            body += f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}" class="{"axis" if share == 0 else "grid"}"/>'
            body += _text(left - 8, y + 4, f"{top * share:,.0f}", "mut", "end")
        every = max(1, -(-len(names) // (8 if width == WIDE else 5)))
        for i, name in enumerate(names):
            if i % every == 0:
                body += _text(left + i * step, base + 18, name, "mut", "middle" if 0 < i < len(names) - 1 else "start" if i == 0 else "end")
            if deadline and name == deadline:
                body += f'<line x1="{left + i * step:.1f}" x2="{left + i * step:.1f}" y1="10" y2="{base}" class="due"/>'
        for number, (_label, values) in enumerate(series.items()):
            points = " ".join(f"{left + i * step:.1f},{base - float(v) / top * (base - 16):.1f}" for i, (_n, v) in enumerate(values))
            body += f'<polyline points="{points}" class="{"ln" if number == len(series) - 1 else "ln old"}"/>'
        for number, label in enumerate(series):
            body += _text(left + number * 110, height - 4, ("— " if number == len(series) - 1 else "┄ ") + label, "mut")
        return _svg(width, height, title, "；".join(f"{n} {_number(v)}{unit}" for n, v in list(series.values())[-1][-6:]) if series else "", body)

    table = [(name, *(_number(values[i][1]) for values in series.values())) for i, name in enumerate(names)]
    return Chart(title, both(draw), note, (_("Point"), *series.keys()), table, not names)


def dots(values: Sequence[Any], low: int = 50, high: int = 100, label: str = "") -> SafeString:
    """Score dots of a table row; text for those who cannot see them."""
    def x(value: Any) -> float:
        return 6 + (max(low, min(high, float(value))) - low) / (high - low) * 120

    body = '<line x1="6" x2="126" y1="8" y2="8" class="grid"/>' + "".join(
        f'<circle cx="{x(v):.1f}" cy="8" r="4" class="pt"/>' for v in values)
    text = escape(label or ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values))
    return mark_safe(f'<svg class="st-dots" viewBox="0 0 132 16" role="img" aria-label="{text}">{body}</svg>')  # noqa: S308
