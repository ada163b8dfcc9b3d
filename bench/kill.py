"""Fifty times `kill -9` while units submit: nothing that was acknowledged is lost, nothing is there twice, and clients wait little.

    python3 -m bench.kill [--kills 50] [--seed 7]

Everything runs as script/server starts it and is watched by the same supervisor. Eight clients (some 40 submissions a second) give the word of a unit for one
application after another; where the answer stays away they send the same again, as a browser does. Meanwhile a die chooses what is
killed: a worker of the web server or its master, the Celery worker or one of its children, beat, a connection's process of
PostgreSQL, or its postmaster.

Last line: one JSON object. `acknowledged`: applications whose client was told yes; `lost`: of those, not in the database, or with
a receipt that does not fit the frozen version; `duplicates`: two receipts or two entries in the ledger; `silence_s`: the longest
time in which no client at all got an answer; `again`: requests sent anew; `unclear`: committed, but the answer was lost on the way.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import http.client
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import harness, rush
from bench.harness import Child, Supervisor

PORT, CLIENTS, TOKEN = 8766, 8, "k" * 32
PAUSE = (3, 6)  # seconds between kills: one blow at a time, each while everything stands
BREATH = 0.15  # seconds between two applications of one client
PATIENCE = 60  # seconds a client goes on with one application


class Clients:
    """Eight hands; each gives the word for one application after another until told to stop."""

    def __init__(self, jobs: list[list[str]]) -> None:
        self.jobs = collections.deque(jobs)
        self.told: set[str] = set()
        self.moments: list[float] = []
        self.again, self.given_up, self.odd = 0, 0, collections.Counter[int]()
        self.leaving = False
        self.threads = [threading.Thread(target=self.run) for _number in range(CLIENTS)]

    def run(self) -> None:
        while not self.leaving:
            try:
                ref, session = self.jobs.popleft()
            except IndexError:
                return
            end = time.monotonic() + PATIENCE
            while not self.once(ref, session):
                self.again += 1
                if time.monotonic() > end:
                    self.given_up += 1
                    break
                time.sleep(0.05)
            time.sleep(BREATH)

    def once(self, ref: str, session: str) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
            link.request("POST", f"/my/unit/applications/{ref}/endorse/", urlencode({"csrfmiddlewaretoken": TOKEN}), {
                "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
                "Cookie": f"sessionid={session}; csrftoken={TOKEN}"})
            answer = link.getresponse()
            answer.read()
            link.close()
            if answer.status == 302 and ref in (answer.headers["Location"] or ""):
                self.told.add(ref)
                self.moments.append(time.monotonic())
                return True
            self.odd[answer.status] += 1
        return False


def children_of(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    return []


def title(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def victims(house: Supervisor) -> dict[str, list[int]]:
    """Who may be hit now, by kind."""
    alive = {child.name: child.process.pid for child in house.children if child.alive() and child.process}
    found = {f"{name} itself": [pid] for name, pid in alive.items() if name != "redis"}
    for name in ("web", "worker", "postgres"):
        if name in alive:
            below = [pid for pid in children_of(alive[name]) if name != "postgres" or "keguan" in title(pid)]
            found[f"{name}'s child"] = below
    return {kind: pids for kind, pids in found.items() if pids}


def watch(house: Supervisor, seconds: float) -> None:
    """Watch over the children for so long. In this thread: Linux ends what a thread has started when that thread ends."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        house.look()
        time.sleep(min(0.2, left))


def storm(house: Supervisor, kills: int, seed: int) -> dict[str, int]:
    die, hit = random.Random(seed), collections.Counter[str]()  # noqa: S311 (no secret)
    while sum(hit.values()) < kills:
        watch(house, die.uniform(*PAUSE))
        there = victims(house)
        kind = die.choice(sorted(there))
        with contextlib.suppress(ProcessLookupError):
            os.kill(die.choice(there[kind]), signal.SIGKILL)
            hit[kind] += 1
    return dict(hit)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--kills", type=int, default=50)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--applications", type=int, default=10_000)
    given = ask.parse_args()
    house = Supervisor(harness.say)
    with harness.database("kill", durable=True, house=house) as env, tempfile.TemporaryDirectory() as folder:
        jobs = Path(folder) / "jobs.json"
        world = rush.filled(env, given.applications, jobs)
        rush.inside("close", env, str(world["guide"]), "86400")
        place = Path(env["KEGUAN_VAR"])
        for name, command in harness.commands(PORT, place).items():
            house.add(Child(name, command, rush.web_of(env), place / f"{name}.log", cwd=str(harness.ROOT)))
        harness.answering(PORT)
        result = measure(house, env, given, jobs)
    harness.say(json.dumps(result))


def measure(house: Supervisor, env: dict[str, str], given: argparse.Namespace, jobs: Path) -> dict[str, Any]:
    clients = Clients(json.loads(jobs.read_text(encoding="utf-8")))
    for thread in clients.threads:
        thread.start()
    hit = storm(house, given.kills, given.seed)
    watch(house, 3)  # the last one is up again, and clients are heard
    clients.leaving = True
    while any(thread.is_alive() for thread in clients.threads):
        watch(house, 0.2)
    names = jobs.with_name("names.txt")
    names.write_text("\n".join(clients.told), encoding="utf-8")
    held = rush.inside("told", env, str(given.applications), str(names), "2999-01-01T00:00:00+00:00")
    moments = sorted(clients.moments)
    silence = max((after - before for before, after in zip(moments, moments[1:], strict=False)), default=0.0)
    return {"kills": sum(hit.values()), "acknowledged": len(clients.told), "lost": held["lost"] + held["unproved"],
            "duplicates": held["duplicates"], "silence_s": round(silence, 2), "again": clients.again, "given_up": clients.given_up,
            "unclear": held["stored"] - len(clients.told), "hit": hit, "answers": dict(clients.odd)}


if __name__ == "__main__":
    sys.exit(main())
