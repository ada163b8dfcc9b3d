"""Keeps children running: a dead one is started again at once; the end of the supervisor is the end of all of them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

STEP = 0.2  # seconds between looks
MOST_DELAY = 1.5  # a child that dies again and again is started every 1.5 s: still back within two
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process: its command, its environment, how it is asked to stop."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    user: Callable[[], None] | None = None
    ask: int = signal.SIGTERM
    cwd: str = "/"
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    again: float = 0.0
    failures: int = 0
    ended: bool = field(default=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=dict(self.environment), cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=self._before)
        self.started = time.monotonic()

    def _before(self) -> None:
        if self.user is not None:
            self.user()
        # Linux: the child hears of it when the supervisor itself is killed, and nothing is left over.
        with contextlib.suppress(OSError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, self.ask)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill_group(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Starts children in the order given and stops them in the opposite one."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.children: list[Child] = []
        self.say = say
        self.leaving = False

    def add(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def leave(self, *_signal: object) -> None:
        self.leaving = True

    def look(self) -> None:
        """One look at every child."""
        now = time.monotonic()
        for child in self.children:
            if child.alive():
                if now - child.started > 10:
                    child.failures = 0
                continue
            if not child.again:
                child.kill_group(signal.SIGKILL)  # grandchildren of a killed parent would hold its port
                delay = 0.0 if child.failures == 0 else min(0.3 * child.failures, MOST_DELAY)
                child.failures += 1
                child.again = now + delay
                code = child.process.returncode if child.process else "?"
                self.say(f"{child.name} ended ({code}); starting it again, see {child.log}")
            if now >= child.again:
                child.again = 0.0
                child.start()

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.leave)
        while not self.leaving:
            self.look()
            time.sleep(STEP)
        self.stop()

    def stop(self) -> None:
        for child in reversed(self.children):
            if child.alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.process.pid, child.ask)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(10)
            child.kill_group(signal.SIGKILL)
