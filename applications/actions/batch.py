"""Many applications decided at once, each in its own transaction and with its own notice; what the rules found for the queue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import policies, queries
from applications.actions.formality import accept, ask_correction, open_check, refuse, tick, verdict_of
from applications.models import Application, FormalityCheck, RuleHits
from applications.states import CheckOutcome, ItemResult
from core import clock, jobs
from core.models import Job
from core.workflow import Refused
from programs.engine import conditions

log = logging.getLogger(__name__)
BATCH = "applications.batch"
ACCEPT, ASK, REFUSE = "accept", "ask", "refuse"
SOME = 50


@transaction.atomic
def note_hits(application: Application) -> RuleHits:
    """Ask the rules and keep how much they found. Run twice it changes nothing but the moment."""
    columns = queries.hits_of(queries.check_list(application)) | {"at": clock.now()}
    return RuleHits.objects.update_or_create(application=application, defaults=columns)[0]


def note_missing_hits() -> int:
    """What lies at the desk and has not been looked at, some at a time."""
    rows = list(queries.without_hits().select_related("guide__special__plan", "version", "unit", "leader", "topic")[:SOME])
    for row in rows:
        try:
            note_hits(row)
        except Exception:  # noqa: BLE001 (one that cannot be read must not keep the others from being looked at)
            log.exception("rules of %s", row.ref)
    return len(rows)


@transaction.atomic
def order_batch(actor: Any, act: str, applications: Sequence[Application], given: Mapping[str, Any]) -> Any:
    """Queue the same decision on many; returns the job. The person answers for each: the job asks everything again in that name."""
    if reason := policies.is_checker_desk(actor):
        raise Refused([reason])
    if not applications:
        raise Refused([_("Choose at least one application.")])
    titles = {ACCEPT: _("Accept %(count)d applications"), ASK: _("Ask %(count)d applications for correction"),
              REFUSE: _("Refuse %(count)d applications")}
    return jobs.start(BATCH, actor, {"act": act, "refs": [row.ref for row in applications], "given": dict(given)},
                      titles[act] % {"count": len(applications)})


def run_batch(actor: Any, job: Any, progress: Callable[[int, int], None]) -> None:
    """One after the other. What became of each is written with its decision, so that a job begun again goes on behind it."""
    refs, told = job.params["refs"], list((job.result or {}).get("outcomes") or [])
    for number, ref in enumerate(refs[len(told):], start=len(told) + 1):
        progress(number - 1, len(refs))
        try:
            with transaction.atomic():
                title = _decide_one(actor, job.params["act"], ref, job.params["given"])
                _tell(job, told, {"ref": ref, "title": title, "done": True, "reasons": []})
        except Refused as error:
            row = policies.at_desk(actor).filter(ref=ref).first()
            _tell(job, told, {"ref": ref, "title": row.title if row else "", "done": False, "reasons": error.reasons})
    progress(len(refs), len(refs))


def _tell(job: Any, told: list[dict[str, Any]], outcome: dict[str, Any]) -> None:
    job.result = {**(job.result or {}), "outcomes": [*told, outcome]}
    Job.objects.filter(pk=job.pk).update(result=job.result)
    told.append(outcome)


def _decide_one(actor: Any, act: str, ref: str, given: Mapping[str, Any]) -> str:
    row = policies.at_desk(actor).filter(ref=ref).first()
    if row is None:
        raise Refused([_("This application is not at your desk any more.")])
    check = open_check(actor, row)
    if act == ACCEPT:
        _vouch(actor, row, check)
        accept(actor, row)
    elif act == ASK:
        _mark(actor, row, check, given["item"], ItemResult.FIX, given["note"])
        if verdict_of(row, check).outcome != CheckOutcome.FIX:
            raise Refused([_("The list has a defect that cannot be corrected, or correction was asked once already.")])
        ask_correction(actor, row, sections=given["sections"])
    else:
        _mark(actor, row, check, given.get("item", ""), ItemResult.FAIL, given["text"])
        refuse(actor, row, reason_code=given["reason_code"], text=given["text"], clause=given.get("clause", ""))
    return row.title


def _mark(actor: Any, row: Application, check: FormalityCheck, code: str, result: str, note: str) -> None:
    """The one defect of the batch; the person vouches for the rest, but never against what the rules found."""
    item = next((one for one in row.version.data.get("formality_items") or [] if one["code"] == code), None)
    if code and item is None:
        raise Refused([_("The list of this guide has no such item.")])
    if item is not None:
        tick(actor, check, results={code: (result, note)})
    _vouch(actor, row, check, but=item.get("auto", "") if item else "")


def _vouch(actor: Any, row: Application, check: FormalityCheck, but: str = "") -> None:
    hits = [one for one in queries.check_list(row).outcomes if one.result != conditions.PASS and one.code != but]
    if hits:
        raise Refused([f"{hit.clause} {hit.text}（{hit.said}）" for hit in hits])
    tick(actor, check, results={item.code: (ItemResult.OK, item.note) for item in check.items.filter(result="")})

