"""Thousands of applications that wait for their unit's word, in a world made by the portal's own acts.

One application of the small demo world (the real guide of the key industries) was filled in, given its files and handed in by
its leader through the product's actions. It is copied in SQL with a leader of its own each and a unit and an administrator for
every few, so that ten thousand take seconds; every copy passes the same questions as the first.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

UNITS, LEADERS, ADMINS, FILED = 1_000_000, 2_000_000, 3_000_000, 4_000_000
PER_UNIT = 5
CHILDREN = ("teammember", "partner", "budgetline", "target", "annex")


def copies(table: str, where: str, count: int, given: Mapping[str, str]) -> None:
    """Copy the rows of `table` that `where` finds, `count` times each; `given` are columns as SQL over `n` and the row `t`.
    A key that is not given comes from its sequence."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table])
        names = [name for (name,) in cursor.fetchall() if name != "id" or "id" in given]
        columns, values = (", ".join(words) for words in zip(*((f'"{name}"', given.get(name, f't."{name}"')) for name in names), strict=True))
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, generate_series(0, {count - 1}) n"  # noqa: S608
                       f" WHERE {where}")
        cursor.execute("SET session_replication_role = origin")


def build(count: int) -> dict[str, Any]:
    """Fill the database."""
    import django  # noqa: PLC0415 (after the set-up)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 (after the set-up)
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from applications.models import Application  # noqa: PLC0415 (after the set-up)

    call_command("load_reference", verbosity=0)
    call_command("demo", small=True, stdout=io.StringIO())
    row = Application.objects.filter(status="UNIT_PENDING", guide__special__code="KEY-INDUSTRY").latest("pk")
    _people(row, count)
    _rows(row, count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"guide": row.guide_id, "applications": count}


def sign_in(count: int, jobs: Path) -> int:
    """A session for every administrator; `jobs` receives the number of each application and the session that may submit it.
    Needs the settings, so the keys, of the web server."""
    sessions = [_session(ADMINS + number) for number in range(-(-count // PER_UNIT))]
    jobs.write_text(json.dumps([[f"RUSH-{n:06d}", sessions[n // PER_UNIT]] for n in range(count)]), encoding="utf-8")
    return len(sessions)


def _people(row: Any, count: int) -> None:
    """Leaders, units and administrators, with their posts; real people, so that consent is asked and given."""
    from accounts.models import Membership, Person, PrivacyNotice  # noqa: PLC0415 (after the set-up)

    units = -(-count // PER_UNIT)
    admin = Membership.objects.get(organisation=row.unit, role="ORG_ADMIN", status="ACTIVE", until=None).person_id
    new = {"uid": "gen_random_uuid()", "phone": "NULL", "id_print": "md5('{0}' || n)", "is_demo": "false"}
    copies("accounts_organisation", f"id = {row.unit_id}", units, {
        "id": f"{UNITS} + n", "uid": new["uid"], "uscc": "'R' || lpad(n::text, 17, '0')", "name": "t.name || n", "is_demo": "false"})
    for first, person, many in ((LEADERS, row.leader_id, count), (ADMINS, admin, units)):
        copies("accounts_person", f"id = {person}", many, {
            **{name: value.format(first) for name, value in new.items()}, "id": f"{first} + n", "email": f"{first} + n || '@rush.example'"})
    copies("accounts_membership", f"person_id = {row.leader_id} AND organisation_id = {row.unit_id}", count, {
        "person_id": f"{LEADERS} + n", "organisation_id": f"{UNITS} + n / {PER_UNIT}"})
    copies("accounts_membership", f"person_id = {admin} AND organisation_id = {row.unit_id}", units, {
        "person_id": f"{ADMINS} + n", "organisation_id": f"{UNITS} + n"})
    notice = PrivacyNotice.objects.latest("effective_from")
    notice.consents.model.objects.bulk_create(
        [notice.consents.model(person_id=person.pk, notice=notice) for person in Person.objects.filter(pk__gte=LEADERS)], batch_size=5000)


def _rows(row: Any, count: int, **more: str) -> None:
    """`more` are columns of the application that the copied one has and that are its own."""
    own = {"leader_id": f"{LEADERS} + n", "unit_id": f"{UNITS} + n / {PER_UNIT}"}
    copies("applications_application", f"id = {row.pk}", count, {
        **own, "id": f"{FILED} + n", "ref": "'RUSH-' || lpad(n::text, 6, '0')", "handed_in_by_id": own["leader_id"], "is_demo": "false", **more})
    for name in CHILDREN:
        swap = {"application_id": f"{FILED} + n",
                "organisation_id": f"CASE WHEN t.organisation_id = {row.unit_id} THEN {own['unit_id']} ELSE t.organisation_id END"}
        if name == "teammember":
            swap["person_id"] = f"CASE WHEN t.person_id = {row.leader_id} THEN {own['leader_id']} ELSE t.person_id END"
        copies(f"applications_{name}", f"application_id = {row.pk}", count, swap)


def _session(person: int) -> str:
    """A session as the log-in makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415 (after the set-up)

    from accounts.middleware import EPOCH  # noqa: PLC0415 (after the set-up)
    from accounts.models import Person  # noqa: PLC0415 (after the set-up)
    from accounts.sessions import SessionStore  # noqa: PLC0415 (after the set-up)

    row = Person.objects.get(pk=person)
    store = SessionStore()
    store.update({SESSION_KEY: str(person), BACKEND_SESSION_KEY: "accounts.backends.EmailOrPhone",
                  HASH_SESSION_KEY: row.get_session_auth_hash(), EPOCH: row.session_epoch})
    store.create()
    store.save()
    return store.session_key


def prepare(first: int, last: int) -> float:
    """What a worker does after each hand-in; CPU of this process in milliseconds for one."""
    from accounts.policies import system  # noqa: PLC0415 (after the set-up)
    from applications import actions  # noqa: PLC0415 (after the set-up)
    from applications.models import Application  # noqa: PLC0415 (after the set-up)

    began = time.process_time()
    for row in Application.objects.filter(pk__gte=FILED + first, pk__lt=FILED + last).iterator(500):
        if not actions.prepare(system("prepare"), row):
            raise SystemExit(f"{row.ref} would not be accepted")
    return 1000 * (time.process_time() - began) / (last - first)


def close_in(guide: int, seconds: float) -> str:
    """Let the window close so many seconds from now by the clock of the database, which is what decides; the moment, as ISO text.
    The date in the guide's own row stays, as what was looked at beforehand rests on it."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from programs.models import GuideWindow  # noqa: PLC0415 (after the set-up)

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT core_now()")
        moment = cursor.fetchone()[0] + timedelta(seconds=seconds)
        GuideWindow.objects.filter(guide=guide).update(closes_at=moment)
        cursor.execute("SET session_replication_role = origin")
    return moment.isoformat()


def told(count: int, acknowledged: set[str], closes: str) -> dict[str, int]:
    """What the database holds against what the clients were told."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from applications import queries  # noqa: PLC0415 (after the set-up)
    from applications.models import Application  # noqa: PLC0415 (after the set-up)

    rows = Application.objects.filter(pk__gte=FILED, pk__lt=FILED + count)
    stored = set(rows.filter(status="SUBMITTED").exclude(receipt_number=None).values_list("ref", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT application_id FROM applications_version WHERE why = 'SUBMIT' AND application_id >= %s"
            " GROUP BY 1 HAVING count(*) > 1 UNION ALL SELECT target_id FROM core_ledgerrow WHERE verb = 'applications.application.endorse'"
            " AND target_id >= %s GROUP BY 1 HAVING count(*) > 1) twice", [FILED, FILED])
        twice = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM applications_application a WHERE id >= %s AND status = 'SUBMITTED' AND ("
            " SELECT count(*) FROM applications_version v WHERE v.application_id = a.id AND v.why = 'SUBMIT' AND v.sha256 = a.receipt_sha256) <> 1",
            [FILED])
        unproved = cursor.fetchone()[0] + sum(1 for _ref in queries.differing())  # every hash is worked out again
    late = rows.filter(submitted_at__gte=closes).count()
    return {"stored": len(stored), "lost": len(acknowledged - stored), "duplicates": twice, "late": late, "unproved": unproved}
