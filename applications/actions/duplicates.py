"""Duplicate check (查重): texts are kept and compared by a worker; what is alike is told to a person, who decides."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import policies, queries, rules
from applications.models import Application, CheckedText, DuplicateFinding, TextPrint
from applications.workflow import DUPLICATE
from core import clock, jobs, ledger
from core.clock import CoreNow
from core.workflow import Refused

KIND = "applications.duplicates"
CHUNK = 5000


@transaction.atomic
def ask_comparison(actor: Any, application: Application) -> Any:
    """Queue the comparison, asked for by who checks; returns the job."""
    if reason := policies.is_checker(actor, application):
        raise Refused([reason])
    return order_comparison(actor, application)


def order_comparison(actor: Any, application: Application) -> Any:
    return jobs.start(KIND, actor, {"application": application.pk}, _("Duplicate check: %(ref)s") % {"ref": application.ref})


@transaction.atomic
def keep_text(application: Application) -> CheckedText:
    """The newest submitted version as a text that others are compared with; its fingerprints are written anew when it has
    changed. Run twice it changes nothing."""
    version = queries.latest(application)
    if version is None:
        raise Refused([_("Nothing has been submitted yet.")])
    content = queries.content_of(version)
    row = CheckedText.objects.select_for_update().filter(application=application).first()
    if row is not None and row.sha256 == content["sha256"]:
        return row
    if row is not None:
        old = queries.prints_of(row.text, row.lines)
        TextPrint.objects.filter(value__in=old, text=row).delete()
    row, _created = CheckedText.objects.update_or_create(application=application, defaults={**content, "ref": application.ref})
    keep_prints(row)
    return row


def keep_prints(row: CheckedText) -> None:
    values = sorted(queries.prints_of(row.text, row.lines))
    TextPrint.objects.bulk_create((TextPrint(value=value, text=row) for value in values), batch_size=CHUNK)


@transaction.atomic
def compare_text(actor: Any, row: CheckedText) -> list[DuplicateFinding]:
    """Compare with every text there is and keep what a person should look at. A verdict stands as long as both texts do;
    when one has changed the finding is open again. Records applications.application.compare."""
    CheckedText.objects.select_for_update().get(pk=row.pk)
    met = queries.candidates(row)
    others = CheckedText.objects.in_bulk([pk for pk, _values in met])
    kept = [_keep(actor, row, others[pk], values) for pk, values in met if pk in others]
    there_were = CheckedText.objects.exclude(pk=row.pk).count()
    CheckedText.objects.filter(pk=row.pk).update(compared_at=CoreNow(), compared_with=there_were)
    found = [one for one in kept if one is not None]
    ledger.record("applications.application.compare", row.application, actor, compared_with=there_were, found=len(found))
    return found


def _keep(actor: Any, row: CheckedText, other: CheckedText, values: list[int]) -> DuplicateFinding | None:
    """One pair stands once: with the one that was begun later."""
    if other.application_id is not None and other.application_id > row.application_id:
        row, other = other, row
    found, seal = queries.compare(row, other, values), rules.digest([row.sha256, other.sha256])
    finding = DuplicateFinding.objects.select_for_update().filter(application=row.application_id, other=other).first()
    if finding is None and not queries.is_worth_telling(found):
        return None
    columns = {"share": found.share, "other_share": found.other_share, "title_likeness": found.title_likeness, "passages": found.passages,
               "people": found.people, "lines": found.lines, "sha256": seal, "found_at": clock.now()}
    if finding is None:
        finding = DuplicateFinding.objects.create(application=row.application, other=other, **columns)
        ledger.record("applications.duplicate.find", finding, actor, ref=row.ref, other=other.ref, share=found.share)
    elif finding.sha256 != seal:
        DuplicateFinding.objects.filter(pk=finding.pk).update(**columns)
        if finding.status != "OPEN":
            DUPLICATE.move("reopen", actor, finding)
    return finding


def _judge(verb: str, actor: Any, finding: DuplicateFinding, why: str) -> DuplicateFinding:
    return DUPLICATE.move(verb, actor, finding, why=why, reason=why,
                          columns={"why": why.strip(), "decided_by": actor.person, "decided_at": clock.now()})


@transaction.atomic
def clear_duplicate(actor: Any, finding: DuplicateFinding, *, why: str) -> DuplicateFinding:
    """No duplicate, with the reason. Nothing else follows."""
    return _judge("clear", actor, finding, why)


@transaction.atomic
def call_partly(actor: Any, finding: DuplicateFinding, *, why: str) -> DuplicateFinding:
    """Duplicate in part, with the reason. Nothing else follows: who decides on the application reads it."""
    return _judge("call_partly", actor, finding, why)


@transaction.atomic
def call_duplicate(actor: Any, finding: DuplicateFinding, *, why: str) -> DuplicateFinding:
    """Duplicate, with the reason. The application is refused by a person or not at all."""
    return _judge("call_duplicate", actor, finding, why)
