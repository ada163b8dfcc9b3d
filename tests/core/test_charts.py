"""Labels of charts stay apart, and money stands in one way."""

import re
from decimal import Decimal

from core.web import charts

REFS = [(f"2026-KEY-INDUSTRY-{n}", n) for n in range(1, 5)]


def labels(svg, width):
    drawing = re.search(rf'<svg class="st-chart w{width}".*?</svg>', str(svg), re.S).group(0)
    return re.findall(r'class="lab" [^>]*>([^<]*)<', drawing)


def test_labels_stay_apart_when_long():
    long = [(f"2026-KEY-INDUSTRY-OF-THE-WHOLE-CITY-AND-ITS-NEW-DISTRICTS-{n}", n) for n in range(1, 5)]
    for rows in (REFS, long):
        for width in (charts.WIDE, charts.NARROW):
            for chart in (charts.bars("t", rows), charts.bullet("t", [(name, Decimal(1), Decimal(2)) for name, _n in rows])):
                assert len(set(labels(chart.svg, width))) == len(rows), labels(chart.svg, width)


def test_names_are_whole_where_a_line_holds_them():
    rows = [("Research of strategic industries", Decimal(3)), ("Basic research", Decimal(1))]
    for width in (charts.WIDE, charts.NARROW):
        assert labels(charts.bars("t", rows).svg, width) == [name for name, _n in rows]


def test_halves_are_not_rounded_away():
    chart = charts.bullet("t", [("a", Decimal("2668.5"), Decimal("50918.5"))])
    assert "2,668.5 / 50,918.5" in str(chart.svg)
    assert chart.table == [("a", "2,668.5", "50,918.5")]
    assert charts.bars("t", [("a", Decimal("2668.50"))]).table == [("a", "2,668.5")]


def test_steps_of_a_funnel_are_named_whole():
    steps = [("On the list of proposed awards", 3), ("Awarded", 1)]
    for width in (charts.WIDE, charts.NARROW):
        assert labels(charts.funnel("t", steps).svg, width) == [name for name, _n in steps]
