"""/healthz tells the truth about real processes; a worker that is killed loses nothing and doubles nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from config.celery import app
from core import clock, tasks
from core.models import Heartbeat, Job
from core.web import health
from tests.deploy.conftest import ROOT, kill, wait_for

KIND = "tests.slow"  # of tests.deploy.quick, which only the processes import: it makes the schedule quicker
WORKER = ("worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle")


def _wake(url: str, task, *args) -> None:
    with app.connection_for_write(url.replace("unix://", "redis+socket://")) as link:
        task.apply_async(args=args, connection=link)


def test_health_follows_the_processes(client, settings, broker, celery, tmp_path):
    settings.REDIS_URL, redis = broker
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        503, {"database": True, "broker": True, "worker": False, "beat": False})

    worker = celery(*WORKER)
    beat = celery("beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(tmp_path / "beat"))
    wait_for(lambda: client.get("/healthz").status_code == 200, 40, "a healthy state")
    assert client.get("/healthz").json() == {"database": True, "broker": True, "worker": True, "beat": True}

    kill(worker)
    Heartbeat.objects.update(at=F("at") - timedelta(seconds=60))
    assert client.get("/healthz").json() == {"database": True, "broker": True, "worker": False, "beat": True}
    Heartbeat.objects.update(at=clock.now() - timedelta(seconds=200))
    assert client.get("/healthz").json() == {"database": True, "broker": True, "worker": False, "beat": False}

    kill(beat)
    redis.kill()
    redis.wait()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["broker"]) == (503, False)


def test_schedule_is_quicker_than_the_patience_of_the_health_page():
    schedule = app.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} == {"core.tick", "core.minute", "core.seal"}
    seconds = {name: entry["schedule"] for name, entry in schedule.items()}
    assert seconds["tick"] * 3 < health.QUIET["worker"].total_seconds()
    assert seconds["minute"] * 2 < health.QUIET["minute"].total_seconds()


def test_a_killed_worker_loses_and_doubles_nothing(broker, celery, tmp_path):
    url, _redis = broker
    starts = tmp_path / "starts"
    rows = [Job.objects.create(kind=KIND, actor_id=None, params={"starts": str(starts)}, title=f"job {n}") for n in range(30)]
    first, _second = celery(*WORKER), celery(*WORKER)
    for row in rows:
        _wake(url, tasks.run_job, row.pk)
        _wake(url, tasks.run_job, row.pk)  # a message that came twice

    def done() -> int:
        return Job.objects.filter(kind=KIND, state="DONE").count()

    def busy() -> bool:
        """The first worker has just begun one more job."""
        lines = starts.read_text(encoding="utf-8").splitlines() if starts.exists() else []
        return len(lines) > 6 and os.getpgid(int(lines[-1].split()[1])) == first.pid

    wait_for(busy, 40, "work of the first worker")
    kill(first)
    wait_for(lambda: not Job.objects.filter(kind=KIND, state="QUEUED").exists() or _wake(url, tasks.minute), 40, "the sweep of the rest")
    wait_for(lambda: done() >= 28, 20, "the end of all that was not cut off")

    def running() -> dict[int, bool]:
        """Jobs that are open, and whether the worker that began each still lives."""
        begun = dict(tuple(map(int, line.split()[:2])) for line in starts.read_text(encoding="utf-8").splitlines())
        return {pk: pk not in begun or lives(begun[pk]) for pk in Job.objects.filter(kind=KIND, state="RUNNING").values_list("pk", flat=True)}

    def lives(pid: int) -> bool:
        try:
            return os.getpgid(pid) != first.pid
        except ProcessLookupError:
            return False

    # Only what the killed worker had in hand may stay open.
    wait_for(lambda: not any(running().values()), 20, "the end of what the other worker had in hand")
    cut = set(running())
    assert 1 <= len(cut) <= 2
    Job.objects.filter(pk__in=cut).update(beat_at=F("beat_at") - timedelta(minutes=4))
    _wake(url, tasks.minute)
    wait_for(lambda: done() == 30, 20, "the end of the jobs that were cut off")

    found = Counter(int(line.split()[0]) for line in starts.read_text(encoding="utf-8").splitlines())
    assert found == {row.pk: 2 if row.pk in cut else 1 for row in rows}
    assert dict(Job.objects.filter(kind=KIND).values_list("pk", "tries")) == dict(found)


@pytest.mark.parametrize(("parts", "code"), [
    (["database", "broker"], 0), (["worker"], 1), (["database", "beat"], 1), ([], 1), (["nonsense"], 1)])
def test_health_check_of_the_containers(live_server, broker, settings, parts, code):
    settings.REDIS_URL = broker[0]
    done = subprocess.run(
        [sys.executable, "deploy/health.py", f"{live_server.url}/healthz", *parts], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == code, done.stderr


def test_health_check_of_the_containers_without_a_server():
    done = subprocess.run(
        [sys.executable, "deploy/health.py", "http://127.0.0.1:9/healthz", "database"], cwd=ROOT, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (1, b"")
