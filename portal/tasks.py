"""Jobs of the audit desk."""

from __future__ import annotations

from typing import Any

from core.jobs import job
from core.tasks import sweep
from portal import actions
from portal.queries import record


@job(actions.EXPORT_JOB)
def export(row: Any, progress: actions.Progress) -> None:
    actions.make_export(row, progress)


@job(record.SEAL_JOB)
def seal(row: Any, progress: actions.Progress) -> None:
    actions.check_seal(row, progress)


@sweep("pauses")
def tell_of_ends() -> int:
    return actions.tell_of_ends()
