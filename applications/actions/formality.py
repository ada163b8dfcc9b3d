"""The formality check: tick the guide's list, accept, ask once for correction, or refuse with reason and notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.policies import system
from applications import documents, policies, queries, rules, states
from applications.actions.filing import lock
from applications.actions.voices import ask_voices
from applications.models import Application, CheckItem, Correction, FormalityCheck
from applications.states import CheckOutcome, Gate, ItemResult, Reason, Status
from applications.workflow import APPLICATION
from core import clock, deadlines, ledger, parameters, workdays
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs.engine import conditions

LATE_TEXT = "未在补正通知书规定的期限内提交补正材料。"


def _checker_row(actor: Any, application: Application) -> Application:
    row = lock(application)
    if reason := policies.is_checker(actor, row):
        raise Refused([reason])
    if row.status != Status.SUBMITTED:
        raise Refused([_("Only submitted applications are checked; this one is “%(state)s”.")
                       % {"state": Status(row.status).label}])
    return row


def _items_of(application: Application) -> list[Mapping[str, Any]]:
    return list(application.version.data.get("formality_items") or [])


@transaction.atomic
def open_check(actor: Any, application: Application) -> FormalityCheck:
    """Begin (or go on with) the round of checking. Items that stand for a condition the portal has found met are ticked
    beforehand, with what was found; a person still decides. Records applications.check.open for a new round."""
    row = _checker_row(actor, application)
    existing = row.checks.filter(outcome="").first()
    if existing:
        return existing
    check = FormalityCheck.objects.create(application=row, checker=actor.person)
    outcomes = {outcome.code: outcome for outcome in queries.check_list(row).outcomes}
    items = []
    for item in _items_of(row):
        outcome = outcomes.get(item.get("auto", ""))
        met = outcome is not None and outcome.result == conditions.PASS
        items.append(CheckItem(
            check_round=check, code=item["code"], result=ItemResult.OK if met else "",
            note=outcome.said if outcome is not None else "",
        ))
    CheckItem.objects.bulk_create(items)
    ledger.record("applications.check.open", row, actor, check=check.pk)
    return check


@transaction.atomic
def tick(actor: Any, check: FormalityCheck, *, results: Mapping[str, tuple[str, str]]) -> FormalityCheck:
    """Write results and notes of items; the decision is another act."""
    row = _checker_row(actor, check.application)
    if check.outcome:
        raise Refused([_("This round of the check is decided already.")])
    known = {item["code"] for item in _items_of(row)}
    if bare := rules.unexplained(results):
        raise Refused([_unexplained(row, bare)])
    for code, (result, note) in results.items():
        if code in known and result in ("", *ItemResult.values):
            CheckItem.objects.update_or_create(
                check_round=check, code=code, defaults={"result": result, "note": note.strip()[:2000]}
            )
    FormalityCheck.objects.filter(pk=check.pk).update(checker=actor.person)
    return check


def _unexplained(row: Application, codes: Iterable[str]) -> str:
    texts = {item["code"]: item["text"] for item in _items_of(row)}
    return _("Say what is to be corrected; the notice prints it: %(items)s.") % {
        "items": "、".join(texts.get(code, code) for code in codes)}


def verdict_of(application: Application, check: FormalityCheck) -> rules.Verdict:
    results = dict(check.items.values_list("code", "result"))
    asked = Correction.objects.filter(application=application).exists()
    return rules.verdict(results, [item["code"] for item in _items_of(application)], asked_before=asked)


def _current(row: Application) -> FormalityCheck:
    check = row.checks.filter(outcome="").first()
    if check is None:
        raise Refused([_("Open the check and go through the list first.")])
    return check


def _decide(actor: Any, check: FormalityCheck, outcome: str, *, reason_code: str = "", note: str = "") -> None:
    FormalityCheck.objects.filter(pk=check.pk).update(
        outcome=outcome, decided_at=CoreNow(), checker=actor.person, reason_code=reason_code, note=note
    )


@transaction.atomic
def accept(actor: Any, application: Application) -> Application:
    """SUBMITTED -> ACCEPTED when every item of the list is in order. Bodies that decide too are asked from now on."""
    row = _checker_row(actor, application)
    check = _current(row)
    found = verdict_of(row, check)
    if found.open:
        raise Refused([_("%(count)d items have no result yet.") % {"count": len(found.open)}])
    if found.outcome != CheckOutcome.PASS:
        raise Refused([_("The list has defects: ask for correction or refuse.")])
    _decide(actor, check, CheckOutcome.PASS)
    moved = APPLICATION.move("accept", actor, row)
    ask_voices(system("voices"), row, (Gate.PROPOSE, Gate.AWARD))
    return moved


def correction_due(issued_at: datetime) -> datetime:
    """Midnight after the last day: the day of issue is not counted, a last day of rest moves on (handbook 2.7, 10)."""
    day = workdays.next_workday(timezone.localdate(issued_at) + timedelta(days=int(parameters.value("correction.reply"))))
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


@transaction.atomic
def ask_correction(actor: Any, application: Application, *, sections: Sequence[str], note: str = "") -> Application:
    """SUBMITTED -> CORRECTION, once. All items marked for correction go into one notice, which is issued with the act:
    its issue starts the clock. `sections` are the parts the applicant may rewrite. Sets the timer of the refusal."""
    row = _checker_row(actor, application)
    check = _current(row)
    found = verdict_of(row, check)
    if found.open:
        raise Refused([_("Go through the whole list first: all defects are told at once.")])
    known = {part.code for part in queries.parts_of(row)}
    opened = [code for code in dict.fromkeys(sections) if code in known]
    if not opened:
        raise Refused([_("Choose at least one part that the applicant may rewrite.")])
    # Also asked here: a round begun before the rule, or filled by the portal, may hold a defect without words.
    if bare := rules.unexplained({item.code: (item.result, item.note) for item in check.items.all()}):
        raise Refused([_unexplained(row, bare)])
    texts = {item["code"]: item["text"] for item in _items_of(row)}
    items = [
        {"code": item.code, "text": texts.get(item.code, item.code), "note": item.note}
        for item in check.items.filter(result=ItemResult.FIX)
    ]
    reasons = APPLICATION.why_not("ask_correction", actor, row, items=items)
    if reasons:
        raise Refused(reasons)
    issued_at = clock.now()
    due_at = correction_due(issued_at)
    context = documents.correction_context(row, items, due_at, note)
    document = _issue(actor, row, documents.CORRECTION, "补正通知书", context)
    Application.objects.filter(pk=row.pk).update(
        correction_due_at=due_at, done={k: v for k, v in row.done.items() if k not in opened}
    )
    _decide(actor, check, CheckOutcome.FIX, note=note)
    moved = APPLICATION.move("ask_correction", actor, row, items=items,
                             data={"document": document.number, "due_at": due_at.isoformat(), "items": len(items)})
    # After the move: the table asks that none was asked before.
    Correction.objects.create(application=row, check_round=check, items=items, sections=opened, document=document,
                              issued_at=issued_at, due_at=due_at)
    deadlines.set("applications.correction", moved, due_at)
    moved.refresh_from_db()
    return moved


def _issue(actor: Any, row: Application, kind: str, title: str, context: dict[str, Any]) -> Any:
    """Draft, sign off under the standing sign-off for formality notices, number and issue."""
    document = notices.draft(
        actor, kind, subject=row, title=f"{title}（{row.ref}）", context=context, addressee=row.unit.name,
        recipients=[row.unit, row.leader],
    )
    return notices.issue_now(actor, system("standing sign-off"), document)


@transaction.atomic
def refuse(actor: Any, application: Application, *, reason_code: str, text: str, clause: str = "") -> Application:
    """SUBMITTED -> NOT_ACCEPTED with a reason code, a text, and the notice that names the rule and how to object.

    The list is gone through first, as for every other decision, and carries the defect; what no item of the list stands for
    (a duplicate, an integrity mark) is refused under a clause that is named."""
    row = _checker_row(actor, application)
    if reason_code not in states.FORMALITY_REASONS:
        raise Refused([_("Choose the reason.")])
    check = _current(row)
    found = verdict_of(row, check)
    if found.open:
        raise Refused([_("%(count)d items have no result yet.") % {"count": len(found.open)}])
    if found.outcome != CheckOutcome.REFUSE and not clause.strip():
        raise Refused([_("Nothing in the list stands in the way: mark the item that cannot be corrected, or name the clause "
                         "under which this application is refused.")])
    if text.strip() and clause.strip():
        text = f"{clause.strip()}：{text.strip()}"
    moved = _refuse(actor, row, "refuse", reason_code, text)
    _decide(actor, check, CheckOutcome.REFUSE, reason_code=reason_code, note=text)
    return moved


@transaction.atomic
def lapse(actor: Any, application: Application) -> Application:
    """CORRECTION -> NOT_ACCEPTED by the clock when the answer did not come in time; the notice goes out by itself."""
    return _refuse(actor, lock(application), "lapse", Reason.CORRECTION_LATE, LATE_TEXT)


def _refuse(actor: Any, row: Application, verb: str, reason_code: str, text: str) -> Application:
    given = {"reason_code": reason_code, "text": text}
    if reasons := APPLICATION.why_not(verb, actor, row, **given):
        raise Refused(reasons)
    Application.objects.filter(pk=row.pk).update(refusal_code=reason_code, refusal_text=text.strip())
    document = _issue(actor, row, documents.REFUSAL, "不予受理通知书",
                      documents.refusal_context(row, reason_code, text.strip()))
    moved = APPLICATION.move(verb, actor, row, why=text, **given,
                             data={"reason_code": reason_code, "document": document.number})
    accounts.disengage(actor, moved, state="ENDED", ends=clock.today())
    moved.refresh_from_db()
    return moved
