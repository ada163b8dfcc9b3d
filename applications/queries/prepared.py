"""Whether what was worked out beforehand still stands (ADR 0025)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from applications import rules, states
from applications.models import Application
from applications.queries import parts
from applications.queries.checks import CheckList
from core import clock
from programs import engine
from programs.queries import held

#: Facts about the unit that change whenever another application of it comes in.
UNIT_RECORDS = {"unit.led_this_guide", *(name for name in held.engagement_facts([], [], day=date.min) if name.startswith("unit."))}
NEAR = timedelta(days=2)
#: Applications that wait for the word which is their submission.
WAITING = (states.Status.UNIT_PENDING, states.Status.RECOMMEND_PENDING)
#: Folders whose code makes the answers.
CODE = (Path(__file__).parent, Path(rules.__file__).parent, Path(engine.__file__).parent, Path(held.__file__).parent)


@cache
def made_by() -> str:
    """A print of the rules' own text: a new release of the portal asks everything anew."""
    found = hashlib.sha256()
    for path in sorted(path for folder in CODE for path in folder.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:32]


def looks_at_unit(data: dict[str, Any]) -> bool:
    """Whether the text of a guide asks what else the unit has filed or runs; then each submission of it counts for the next."""
    text = rules.canonical(data)
    return bool(data.get("limits") or (data.get("quota") or {}).get("per_unit") or any(f'"{name}"' in text for name in UNIT_RECORDS))


def print_of(application: Application, of_unit: bool) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT applications_print(%s, %s, %s)", [application.pk, of_unit, made_by()])
        return str(cursor.fetchone()[0])


@dataclass(frozen=True)
class Ready:
    """What stands ready: whom the submission engages, under which class, and how many versions and submissions there are yet."""

    engaged: list[tuple[str, int | None, int | None]]
    klass: str
    versions: int
    submissions: int


READY = """
SELECT p.engaged, p.klass, count(v.id), count(v.id) FILTER (WHERE v.why = 'SUBMIT')
FROM applications_prepared p LEFT JOIN applications_version v ON v.application_id = p.application_id
WHERE p.application_id = %s AND p.content_id IS NOT NULL AND p.print = applications_print(p.application_id, p.of_unit, %s)
GROUP BY p.application_id
"""


def prepared(application: Application) -> Ready | None:
    """What stands ready for this row, when nothing it was made from has changed; in the submitting transaction, after every lock."""
    with connection.cursor() as cursor:
        cursor.execute(READY, [application.pk, made_by()])
        found = cursor.fetchone()
    return Ready([tuple(one) for one in json.loads(found[0])], *found[1:]) if found else None


def engaged_by(application: Application) -> list[tuple[str, int | None, int | None]]:
    """Whom its submission engages (handbook of the field 7.1), as (role, key of the person, key of the unit): what the limit rules
    of other applications count from then on."""
    team = [(row.role, row.person_id, None) for row in parts.rows_of(application, "team", "person") if row.person_id]
    partners = [("PARTNER", None, row.organisation_id) for row in parts.rows_of(application, "partners", "organisation") if row.organisation_id]
    return [*team, ("LEAD", None, application.unit_id), *partners]


def told_outcomes(found: CheckList) -> list[dict[str, str]]:
    """What is frozen of the guide's conditions: how each was answered and what was found."""
    return [{"code": one.code, "result": one.result, "found": one.said} for one in found.outcomes]


def to_prepare() -> QuerySet[Application]:
    """Applications that wait for their unit, or the recommending body, in guides that close within two days, and have nothing
    ready from today: what looks at dates is good for one day."""
    now = clock.now()
    midnight = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Application.objects.filter(  # one window must answer both, so one filter
        status__in=WAITING, guide__windows__opens_at__lte=now, guide__windows__closes_at__range=(now, now + NEAR))
    return rows.exclude(prepared__at__gte=midnight).order_by("guide__closes_at", "pk")


def outlived() -> QuerySet[Application]:
    """Applications that wait no more and for which something stands ready, held; those that somebody holds are left out."""
    rows = Application.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return rows.filter(prepared__isnull=False).exclude(status__in=WAITING).order_by("pk")
