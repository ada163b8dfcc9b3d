"""Two hundred closes under fire: whatever was submitted is on the list that the close froze, and nothing appears after it.

    python3 -m bench.closing [--closings 200]

Eight processes submit as fast as they can while the window of the guide ends and the close is carried out; each submission stalls up
to a tenth of a second between the question whether the guide is open and the write, as on a busy machine. Then everything is put back
and done again. In the second and third part the clocks of the submitting processes are two hours early and late (libfaketime,
`apt install libfaketime`). In the last part the guide is not held while somebody submits: then the same count must find rows.

Last line: one JSON object. `submitted`: in all rounds; `after_freeze`: rows that were not there when the close was committed and
are now; `late`: rows whose moment is not before the close; `shifted_after_freeze`, `shifted_late`: the same with wrong clocks;
`control_after_freeze`: found without the hold.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from bench import filed, harness, rush

HANDS, FILED_AT_ONCE, OPEN_FOR, STALL = 8, 400, 0.3, 0.1
SHIFTS = {"early": "-2h", "late": "+2h"}
CLOCK_LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
AGAIN = (
    "UPDATE applications_application SET status = 'UNIT_PENDING', submitted_at = NULL, endorsed_by_id = NULL, receipt_number = NULL,"
    " receipt_sha256 = '' WHERE id >= %(first)s AND status = 'SUBMITTED'",
    "DELETE FROM applications_version WHERE application_id >= %(first)s",
    "DELETE FROM accounts_engagement WHERE source_ref LIKE 'RUSH-%%'",
    "UPDATE programs_guide SET status = 'OPEN', frozen_at = NULL WHERE id = %(guide)s",
    "UPDATE programs_guidewindow SET closes_at = core_now() + %(open)s * interval '1 second' WHERE guide_id = %(guide)s",
)


class Hand:
    """A process that submits its share of the applications, one after the other, until the guide is closed."""

    def __init__(self, env: dict[str, str], share: int) -> None:
        self.process = subprocess.Popen([str(harness.needs.PYTHON), "-m", "bench.closing", "--hand", str(share)], cwd=harness.ROOT, env=env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.line()

    def line(self) -> str:
        return self._pipe(self.process.stdout).readline()

    def go(self) -> None:
        pipe = self._pipe(self.process.stdin)
        pipe.write("go\n")
        pipe.flush()

    def stop(self) -> None:
        self._pipe(self.process.stdin).close()
        self.process.wait(20)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise SystemExit("a process without pipes")
        return pipe


def hand(share: int) -> None:
    """What runs in a `Hand`."""
    import django  # noqa: PLC0415 (after the set-up)

    django.setup()
    from accounts.models import Person  # noqa: PLC0415 (after the set-up)
    from accounts.policies import Actor  # noqa: PLC0415 (after the set-up)
    from applications import actions  # noqa: PLC0415 (after the set-up)
    from applications.actions import freezing  # noqa: PLC0415 (after the set-up)
    from applications.models import Application  # noqa: PLC0415 (after the set-up)
    from core.workflow import Refused  # noqa: PLC0415 (after the set-up)

    mine = list(Application.objects.filter(pk__gte=filed.FILED).order_by("pk"))[share::HANDS]
    actors = {row.pk: Actor.of(Person.objects.get(pk=filed.ADMINS + (row.pk - filed.FILED) // filed.PER_UNIT)) for row in mine}
    write = freezing.submission

    def stalled(*words: Any) -> Any:
        time.sleep(random.uniform(0, STALL))  # noqa: S311 (no secret)
        return write(*words)

    freezing.submission = stalled
    harness.say("ready")
    for _line in sys.stdin:
        for row in mine:
            try:
                actions.endorse(actors[row.pk], Application.objects.get(pk=row.pk))
            except Refused:
                break
        harness.say("done")


@contextmanager
def hands(env: dict[str, str], shift: str = "") -> Any:
    wrong = {"LD_PRELOAD": str(CLOCK_LIBRARY), "FAKETIME": shift} if shift else {}
    with ExitStack() as ends:
        all_of_them = []
        for share in range(HANDS):
            all_of_them.append(Hand({**env, **wrong}, share))
            ends.callback(all_of_them[-1].stop)
        yield all_of_them


def closing(guide: Any, firing: list[Hand]) -> dict[str, int]:
    """One close, from an open guide with nothing submitted to the comparison of the frozen list with what stands at last."""
    from django.db import connection, transaction  # noqa: PLC0415 (after the set-up)

    from accounts.policies import system  # noqa: PLC0415 (after the set-up)
    from applications.models import Application  # noqa: PLC0415 (after the set-up)
    from core import clock  # noqa: PLC0415 (after the set-up)
    from programs import actions  # noqa: PLC0415 (after the set-up)
    from programs.models import GuideWindow  # noqa: PLC0415 (after the set-up)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in AGAIN:
            cursor.execute(statement, {"guide": guide.pk, "open": OPEN_FOR, "first": filed.FILED})
    closes = GuideWindow.objects.filter(guide=guide).latest("closes_at").closes_at
    for one in firing:
        one.go()
    while clock.now() < closes:
        time.sleep(0.001)
    if actions.materialise_guide(system("clock"), guide).status != "CLOSED":
        raise SystemExit("the guide did not close")
    rows = Application.objects.filter(pk__gte=filed.FILED, status="SUBMITTED")
    frozen = set(rows.values_list("pk", flat=True))
    for one in firing:
        one.line()
    return {"submitted": len(frozen), "after_freeze": rows.exclude(pk__in=frozen).count(), "late": rows.filter(submitted_at__gte=closes).count()}


def part(times: int, guide: int, shift: str = "", *, held: bool = True) -> dict[str, int]:
    """So many closes in a row; with `held` false the guide is not held by who submits (negative control)."""
    import django  # noqa: PLC0415 (after the set-up)

    django.setup()
    from importlib import import_module  # noqa: PLC0415 (with the rest of it)

    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from programs.models import Guide  # noqa: PLC0415 (after the set-up)

    text = import_module("programs.migrations.0008_hold_open").HOLD_OPEN.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    with connection.cursor() as cursor:
        cursor.execute(text if held else text.replace("FOR SHARE OF g", ""))
    found: dict[str, int] = {}
    with hands(dict(os.environ), shift) as firing:
        for _time in range(times):
            for name, count in closing(Guide.objects.get(pk=guide), firing).items():
                found[name] = found.get(name, 0) + count
    return found


def measure(env: dict[str, str], closings: int, guide: int) -> dict[str, Any]:
    def run(times: int, kind: str) -> dict[str, int]:
        found: dict[str, int] = json.loads(harness.again("bench.closing", env, "--part", str(times), str(guide), kind))
        return found

    plain = run(closings, "plain")
    result: dict[str, Any] = {"closings": closings, **plain}
    if CLOCK_LIBRARY.exists():
        wrong = [run(closings // 4, kind) for kind in SHIFTS]
        result |= {f"shifted_{name}": sum(one[name] for one in wrong) for name in plain}
    return {**result, "control_after_freeze": run(closings // 4, "control")["after_freeze"]}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--closings", type=int, default=200)
    ask.add_argument("--hand", type=int)
    ask.add_argument("--part", nargs=3)
    given = ask.parse_args()
    if given.hand is not None:
        hand(given.hand)
        return
    if given.part:
        times, guide, kind = given.part
        harness.say(json.dumps(part(int(times), int(guide), SHIFTS.get(kind, ""), held=kind != "control")))
        return
    with harness.database("closing") as env:
        world = rush.inside("build", env, str(FILED_AT_ONCE))
        rush.prepared(env, FILED_AT_ONCE)
        result = measure(env, given.closings, world["guide"])
    harness.say(json.dumps(result))


if __name__ == "__main__":
    sys.exit(main())
