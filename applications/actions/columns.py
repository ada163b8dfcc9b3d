"""From what was typed to what is read: columns, budget lines and targets follow the draft at every save.

What cannot be read yet gives no column and no row; the draft keeps the text, the check list says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.search import SearchVector

from applications import queries, rules, states
from applications.models import Application, BudgetLine, Target
from core import search, typed
from core.money import from_wan, yuan
from programs import queries as programme
from programs.engine.forms import Section, clean_field

BASIC = ("title", "topic", "requested", "months", "starts_on", "ends_on", "cluster", "stream", "stage", "disciplines", "keywords", "search")
MOST_MONTHS = 1200  # a hundred years: no term of a project, and no trouble for the calendar or the column
MOST_MONEY = Decimal("9999999999999999")


def search_text(row: Application) -> SearchVector:
    return search.vector(row.ref, row.title, row.unit.name, row.leader.name, row.guide.title, *row.keywords)


def _clean(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """Readable answers only."""
    found = {}
    for item in section.fields:
        value, errors = clean_field(item, values.get(item.code), False)
        if not errors and value not in (None, "", []):
            found[item.code] = value
    return found


def read_from_answers(row: Application, code: str) -> list[str]:
    """Set the columns of the application that one section feeds; returns their names. Saving is the caller's."""
    section, changed = queries.form_of(row).section(code), []
    if section is None:
        return changed
    values = _clean(section, row.answers.get(code) or {})
    for item in section.fields:
        if item.data.get("choices_from") == "ethics-scope":
            row.ethics = list(values.get(item.code) or [])
            changed.append("ethics")
    if code == "basic":
        _read_basic(row, values, {item.code for item in section.fields})
        row.search = search_text(row)
        changed += BASIC
    return changed


def _read_basic(row: Application, values: Mapping[str, Any], asked: set[str]) -> None:
    row.title = str(values.get("title", ""))[:200]
    row.requested = yuan(values.get("requested", 0))
    if "months" in asked:
        months = typed.whole(str(int(Decimal(values.get("months", 0)))))
        row.months = months if months and months <= MOST_MONTHS else None
    if "starts_on" in asked:
        row.starts_on = date.fromisoformat(values["starts_on"]) if "starts_on" in values else None
    row.ends_on = rules.end_date(row.starts_on, row.months) if row.starts_on and row.months else None
    tags = programme.tag_values(row.version, values)
    row.cluster, row.stream, row.stage = (tags.get(name, ("", ""))[1] for name in ("cluster", "stream", "stage"))
    row.disciplines = list(values.get("disciplines") or [])
    row.keywords = [line["word"] for line in values.get("keywords") or [] if line.get("word")]
    if "topic" in asked:
        row.topic = row.guide.topics.filter(code=values.get("topic", "")).first()


def read_rows(row: Application, code: str) -> None:
    """Budget lines or targets from their grids; the amount requested is the budget where there is no grid."""
    if code == queries.BUDGET:
        _read_budget(row)
    elif code == queries.TARGETS:
        _read_targets(row)
    elif code == "basic" and not queries.has_grid(queries.scheme_of(row)):
        BudgetLine.objects.filter(application=row).delete()
        if row.requested:
            BudgetLine.objects.create(application=row, heading="TOTAL", source=states.Source.CITY, amount=row.requested)


def _read_budget(row: Application) -> None:
    raw, scheme = row.answers.get(queries.BUDGET) or {}, queries.scheme_of(row)
    lines = []
    for order, heading in enumerate(queries.budget_leaves(scheme)):
        for source in scheme.sources:
            amount = _amount(raw.get(f"{heading.code}:{source}"))
            if amount:
                lines.append(BudgetLine(
                    application=row, order=order, heading=heading.code, source=source, amount=amount,
                    note=str(raw.get(f"{heading.code}:note") or "")[:2000],
                ))
    BudgetLine.objects.filter(application=row).delete()
    BudgetLine.objects.bulk_create(lines)


def _amount(text: Any) -> Decimal | None:
    """万元 as typed -> yuan; None when it cannot be read or would not fit."""
    if rules.blank(text):
        return None
    try:
        value = from_wan(str(text).replace("，", ","))
    except (ValueError, InvalidOperation):
        return None
    return value if value.is_finite() and 0 <= value <= MOST_MONEY else None


def _decimal(text: Any, most: Decimal = Decimal(10) ** 15) -> Decimal | None:
    try:
        value = Decimal(str(text).replace(",", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) <= most else None


def _read_targets(row: Application) -> None:
    typed = (row.answers.get(queries.TARGETS) or {}).get("rows") or []
    kept = [target for order, line in enumerate(typed) if (target := _target(row, order, line)) is not None]
    Target.objects.filter(application=row).delete()
    Target.objects.bulk_create(kept)


def _target(row: Application, order: int, line: Mapping[str, Any]) -> Target | None:
    l1, _slash, l2 = str(line.get("kind") or "").partition("/")
    name, direction = str(line.get("name") or "").strip(), line.get("direction")
    weight = _decimal(line.get("weight") or 0, Decimal(100))
    value_text = str(line.get("value") or "").strip()
    value = _decimal(value_text)
    if not (l1 and l2 and name and direction in states.Direction.values) or weight is None or weight < 0:
        return None
    if direction == states.Direction.QUAL:
        value = None
        if not value_text:
            return None
    elif value is None:
        return None
    return Target(
        application=row, order=order, l1=l1, l2=l2, name=name[:200], unit=str(line.get("unit") or "")[:40],
        direction=direction, baseline=_decimal(line.get("baseline")), value=value,
        value_text=value_text[:300] if direction == states.Direction.QUAL else "", weight=weight,
        evidence=str(line.get("evidence") or "")[:300],
    )
