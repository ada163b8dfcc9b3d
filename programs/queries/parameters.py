"""The deciding numbers as of a day, with the history of each key and the changes that are asked for (clause T3)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from core.models import Parameter
from core.money import WAN, in_words_of
from programs import policies, rules
from programs.models import ParameterChange
from programs.queries.lists import is_english


def parameters_on(day: date) -> list[Parameter]:
    """One row per key: the one in force on the day; `until` is its last day as later rows have it. Two queries."""
    later: dict[str, date] = {}
    for key, start in Parameter.objects.filter(effective_from__gt=day).order_by("-effective_from").values_list("key", "effective_from"):
        later[key] = start
    rows = list(
        Parameter.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)
        .order_by("key", "-effective_from").distinct("key")
    )
    for row in rows:
        row.until = _until(row, later.get(row.key))
    return rows


def parameter_rows(day: date) -> QuerySet[Parameter]:
    """The same rows as a queryset, for a list."""
    latest = (
        Parameter.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)
        .order_by("key", "-effective_from").distinct("key")
    )
    return Parameter.objects.filter(pk__in=[row.pk for row in latest])


def until_of(rows: list[Parameter]) -> None:
    """Set `until` on the rows of a page: the day before the next value begins; one query."""
    starts: dict[str, list[date]] = {}
    for key, start in Parameter.objects.filter(key__in=[row.key for row in rows]).values_list("key", "effective_from"):
        starts.setdefault(key, []).append(start)
    for row in rows:
        row.until = _until(row, min((day for day in starts[row.key] if day > row.effective_from), default=None))


def _until(row: Parameter, following: date | None) -> date | None:
    ends = [day for day in (row.effective_to, following - timedelta(days=1) if following else None) if day]
    return min(ends) if ends else None


def parameter_history(key: str) -> list[Parameter]:
    """Every value of a key, the newest first, each with its last day. Raises Http404 for an unknown key."""
    rows = list(Parameter.objects.filter(key=key).order_by("-effective_from"))
    if not rows:
        raise Http404
    until_of(rows)
    return rows


def parameter_changes(actor: Any, key: str = "") -> QuerySet[ParameterChange]:
    rows = policies.parameter_changes_visible_to(actor)
    return rows.filter(key=key) if key else rows


def parameter_change(actor: Any, pk: int | str) -> ParameterChange:
    row = policies.parameter_changes_visible_to(actor).filter(pk=int(pk)).first()
    if row is None:
        raise Http404
    return row


def last_from(key: str) -> date | None:
    return Parameter.objects.filter(key=key).order_by("-effective_from").values_list("effective_from", flat=True).first()


def value_text(value: Any) -> str:
    """A stored value as it is typed into the form: JSON, but a text as it stands."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


#: The parts of values that are more than one number; what a bureau adds stands as it is.
PARTS = {
    "EXECUTION": pgettext_lazy("part", "execution"), "COST": pgettext_lazy("part", "cost"), "OUTPUT": pgettext_lazy("part", "output"),
    "BENEFIT": pgettext_lazy("part", "benefit"), "SATISFACTION": pgettext_lazy("part", "satisfaction"),
    "min": pgettext_lazy("part", "from"), "max": pgettext_lazy("part", "to"), "upto": pgettext_lazy("part", "up to"), "rate": pgettext_lazy("part", "rate"),
    "academician": pgettext_lazy("part", "academician"), "half_day": pgettext_lazy("part", "half a day"),
    "from_day_3": pgettext_lazy("part", "from the third day"), "remote_min": pgettext_lazy("part", "remote, at least"),
    "remote_max": pgettext_lazy("part", "remote, at most"), "aims": pgettext_lazy("part", "aims"), "conditions": pgettext_lazy("part", "conditions"),
    "applicants": pgettext_lazy("part", "applicants"), "topics": pgettext_lazy("part", "topics"),
}
NAMES = (("name_en", "en"), ("name", "grade"))
CODES = {"band", *NAMES[0], *NAMES[1]}


def value_words(value: Any) -> str:
    """A stored value as a person reads it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("without limit")
    if isinstance(value, list):
        plain = all(not isinstance(one, (list, dict)) for one in value)
        return (_(", ") if plain else _("; ")).join(value_words(one) for one in value)
    if not isinstance(value, dict):
        return _figure(value)
    name = next((str(value[key]) for key in NAMES[0 if is_english() else 1] if value.get(key)), "")
    parts = _(", ").join(f"{PARTS.get(key, key)} {_part(key, one)}" for key, one in value.items() if key not in CODES)
    return _("%(name)s: %(parts)s") % {"name": name, "parts": parts} if name else parts


def _part(key: str, value: Any) -> str:
    return in_words_of(value, is_english()) if key == "upto" and value is not None else value_words(value)


def _figure(value: Any) -> str:
    """A number from five figures on with its thousands parted; everything else as it stands."""
    text = str(value)
    return f"{int(text):,}" if text.isascii() and text.isdigit() and len(text) > 4 and text[0] != "0" else text


def measured(value: Any, unit: str) -> tuple[str, str]:
    """(value, unit) as a person reads them: a sum of yuan from 10,000 on with its own unit, so the second is empty."""
    if unit == "yuan" and rules.kind_of(value) == "number" and Decimal(str(value)) >= WAN:
        return in_words_of(value, is_english()), ""
    return value_words(value), unit_words(unit)


def before_and_after(changes: list[ParameterChange]) -> None:
    """Set `meaning`, `before` and `after` on changes: what the number is called, what stands until the day, what is asked for.
    One query for all."""
    values: dict[str, list[Parameter]] = {}
    for row in Parameter.objects.filter(key__in={change.key for change in changes}).order_by("-effective_from"):
        values.setdefault(row.key, []).append(row)
    for change in changes:
        rows = values.get(change.key, [])
        old = next((row for row in rows if row.effective_from < change.effective_from), None)
        change.meaning = (rows[0].note if rows else "") or change.key
        unit = rows[0].unit if rows else ""
        change.before = " ".join(measured(old.value, unit)).strip() if old else "—"
        change.after = " ".join(measured(change.value, unit)).strip()


#: The units of the numbers the house brings along; one that a bureau adds stands as it is.
UNITS = {
    "applications": pgettext_lazy("unit", "applications"), "days before due": pgettext_lazy("unit", "days before due"), "days from end": pgettext_lazy("unit", "days from end"),
    "draws": pgettext_lazy("unit", "draws"), "factor": pgettext_lazy("unit", "factor"), "hours": pgettext_lazy("unit", "hours"),
    "mails": pgettext_lazy("unit", "mails"), "marks": pgettext_lazy("unit", "marks"), "minutes": pgettext_lazy("unit", "minutes"),
    "month-day": pgettext_lazy("unit", "month-day"), "months": pgettext_lazy("unit", "months"), "names": pgettext_lazy("unit", "names"),
    "natural days": pgettext_lazy("unit", "natural days"), "objections": pgettext_lazy("unit", "objections"), "persons": pgettext_lazy("unit", "persons"),
    "points": pgettext_lazy("unit", "points"), "projects": pgettext_lazy("unit", "projects"), "rows": pgettext_lazy("unit", "rows"),
    "scores": pgettext_lazy("unit", "scores"), "share": pgettext_lazy("unit", "share"), "sheets": pgettext_lazy("unit", "sheets"),
    "tries": pgettext_lazy("unit", "tries"), "working days": pgettext_lazy("unit", "working days"), "years": pgettext_lazy("unit", "years"),
    "opinions": pgettext_lazy("unit", "opinions"), "special": pgettext_lazy("unit", "code of a special"),
    "conditions": pgettext_lazy("unit", "conditions"), "dates": pgettext_lazy("unit", "dates"), "files": pgettext_lazy("unit", "files"), "hour": pgettext_lazy("unit", "hour of the day"),
    "questions": pgettext_lazy("unit", "questions"), "texts": pgettext_lazy("unit", "texts"),
    "MB": pgettext_lazy("unit", "MB"), "codes": pgettext_lazy("unit", "codes"), "title": pgettext_lazy("unit", "title"),
    "titles": pgettext_lazy("unit", "titles"), "hours before answer due": pgettext_lazy("unit", "hours before answer due"),
    "characters": pgettext_lazy("unit", "characters"), "NET or GROSS": pgettext_lazy("unit", "NET or GROSS"),
    "MONTH or PAYMENT": pgettext_lazy("unit", "MONTH or PAYMENT"),
    "yuan per day": pgettext_lazy("unit", "yuan per day"), "yuan per sheet": pgettext_lazy("unit", "yuan per sheet"),
    "candidates a seat": pgettext_lazy("unit", "candidates a seat"), "millionths of an affinity": pgettext_lazy("unit", "millionths of an affinity"),
    "experts": pgettext_lazy("unit", "experts"), "people": pgettext_lazy("unit", "people"), "registrations": pgettext_lazy("unit", "registrations"),
    "look-ups": pgettext_lazy("unit", "look-ups"), "seconds": pgettext_lazy("unit", "seconds"), "invitations": pgettext_lazy("unit", "invitations"),
    "letters": pgettext_lazy("unit", "letters"),
    "yuan after tax": pgettext_lazy("unit", "yuan after tax"), "yuan": pgettext_lazy("unit", "yuan"),
}


def unit_words(unit: str) -> str:
    return str(UNITS.get(unit, unit))


def value_kind(value: Any) -> str:
    return rules.kind_of(value)
