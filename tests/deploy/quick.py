"""The product's own Celery app with a schedule of seconds, and one slow job whose every start can be counted."""

from __future__ import annotations

import os
import time
from pathlib import Path

from config.celery import app
from core.jobs import job

app.conf.beat_schedule = {name: {**entry, "schedule": 1.0} for name, entry in app.conf.beat_schedule.items()}
app.conf.beat_max_loop_interval = 0.5


@job("tests.slow")
def slow(row, progress) -> None:
    """Leaves a line for each start; takes long enough to be killed in the middle."""
    with Path(row.params["starts"]).open("a", encoding="utf-8") as file:  # one short line in append mode is never torn
        file.write(f"{row.pk} {os.getpid()}\n")
    progress(0, 2)
    time.sleep(0.4)
    progress(1, 2)
    row.result = {"pid": os.getpid()}
