"""Several hands at the same work: on a machine with two cores the demo world is filed, checked and scored by two processes.

The actions stand it as they stand two people at once. Who does what is settled before (`by`), every job draws from dice of
its own, and references are taken by one hand: the world does not depend on how many hands built it.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from django.db import connection, connections

from core.workflow import Refused

Job = TypeVar("Job")
MOST = 4  # more hands than this only wait for each other at the rows they share


def count() -> int:
    """One where the work must stay in this process: inside a transaction, beside other threads, without fork."""
    alone = connection.in_atomic_block or threading.active_count() > 1 or not hasattr(os, "fork")
    return 1 if alone else max(1, min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1))


def share(jobs: Sequence[Job], work: Callable[[Job], Any], *, by: Callable[[Job], int], hands: int = 0) -> tuple[list[Any], list[str]]:
    """Do `work` for every job: what it returned, in the order of the jobs (None where an act was refused), and the
    refusals. Jobs with the same `by` are done by one hand, in their order. What a hand returns must be picklable: keys,
    not rows. RuntimeError when a hand failed."""
    hands = hands or count()
    if hands == 1:
        found = [_one(work, job) for job in jobs]
        return [value for value, _refusal in found], [refusal for _value, refusal in found if refusal]
    owners = [by(job) % hands for job in jobs]  # asked here: it may read from the database
    connections.close_all()  # a connection cannot be shared by two processes
    context = multiprocessing.get_context("fork")
    parts = []
    for hand in range(hands):
        mine = [index for index, owner in enumerate(owners) if owner == hand]
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_hand, args=(theirs, jobs, mine, work))
        process.start()
        theirs.close()
        parts.append((process, ours))
    return _gather(parts, len(jobs))


def _one(work: Callable[[Any], Any], job: Any) -> tuple[Any, str]:
    try:
        return work(job), ""
    except Refused as refusal:
        return None, str(refusal)


def _hand(out: Connection, jobs: Sequence[Any], mine: list[int], work: Callable[[Any], Any]) -> None:
    try:
        out.send({index: _one(work, jobs[index]) for index in mine})
    except BaseException:  # noqa: BLE001 (told to the parent, which stops the build)
        out.send(traceback.format_exc())
    finally:
        out.close()
        connections.close_all()


def _gather(parts: list[tuple[Any, Connection]], length: int) -> tuple[list[Any], list[str]]:
    found: dict[int, tuple[Any, str]] = {}
    wrong = ""
    for process, ours in parts:
        try:
            answer = ours.recv()
        except EOFError:
            answer = f"a hand ended without an answer ({process.pid})"
        process.join()
        if isinstance(answer, str):
            wrong = wrong or answer
        else:
            found |= answer
    if wrong:
        raise RuntimeError(wrong)
    rows = [found[index] for index in range(length)]
    return [value for value, _refusal in rows], [refusal for _value, refusal in rows if refusal]
