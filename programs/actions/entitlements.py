"""Verbs of entitlement without application (免申即享, clauses R6, C2, A2): the list is computed from held data, checked,
approved and published; the units only confirm their account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, deadlines, ledger
from core.workflow import Refused
from notices import actions as notices
from programs import documents, policies, rules, states
from programs.actions.money import commit_award, release_award
from programs.models import Entitlement, EntitlementList, Guide
from programs.queries import entitlements as reads
from programs.queries import held
from programs.states import EntitlementStatus
from programs.workflow import ENTITLEMENT, ENTITLEMENT_LIST
from programs.workflow.entitlements import taken_by_lists

LAPSE, BATCH = "entitlement.lapse", 200


def _hold(guide: Guide) -> Guide:
    """The guide under its lock: what its lists take is counted by one at a time."""
    return Guide.objects.select_for_update(no_key=True, of=("self",)).select_related("special__plan", "version", "plan_item").get(pk=guide.pk)


@transaction.atomic
def draft_entitlements(actor: Any, guide: Guide, *, is_demo: bool = False) -> EntitlementList:
    """Compute a list by the guide's conditions and formula from the register of today, and freeze it.

    Units whose case a person would have to look at are counted, not listed. Refused when the sum or the number is more
    than the guide has (clause A2), when nobody is entitled, or when the guide cannot compute. Records
    programs.entitlement_list.draft.
    """
    if reason := policies.drafts_entitlements(actor, guide):
        raise Refused(reason)
    row, day = _hold(guide), clock.today()
    if problems := reads.list_problems(row):
        raise Refused(problems)
    cases = list(reads.entitled(row.version, day))
    found = [case for case in cases if isinstance(case, reads.Case) and case.amount > 0]
    _refuse_size(row, found)
    details = (row.version.data.get("mode") or {}).get("details") or {}
    number = row.entitlement_lists.count() + 1
    total = sum((case.amount for case in found), Decimal(0))
    roll = EntitlementList.objects.create(
        ref=f"{row.ref}-L{number}", guide=row, version=row.version, number=number, day=day, money=reads.money_left(row), total=total,
        count=len(found), open_cases=sum(isinstance(case, reads.OpenCase) for case in cases), confirm_days=int(details["confirm_days"]),
        sha256=rules.digest([[case.organisation_id, str(case.amount), case.explained, case.conditions] for case in found]),
        drafted_by=actor.person, is_demo=is_demo,
    )
    Entitlement.objects.bulk_create(
        (Entitlement(roll=roll, guide=row, organisation_id=case.organisation_id, amount=case.amount, explained=case.explained,
                     conditions=case.conditions) for case in found), batch_size=500)
    roll.refresh_from_db()
    ledger.record("programs.entitlement_list.draft", roll, actor, guide=row.ref, count=roll.count, total=roll.total, sha256=roll.sha256)
    return roll


def _refuse_size(guide: Guide, found: list[reads.Case]) -> None:
    if not found:
        raise Refused([_("Clause R6: by the data held no unit is entitled.")])
    money, count = taken_by_lists(guide)
    if problems := rules.entitlement_problems(guide, money + sum((case.amount for case in found), Decimal(0)), count + len(found)):
        raise Refused(problems)


def _move(verb: str, actor: Any, roll: EntitlementList, **given: Any) -> EntitlementList:
    _hold(roll.guide)
    return ENTITLEMENT_LIST.move(verb, actor, roll, **given)


def _is_committed(roll: EntitlementList) -> bool:
    """Whether its money is taken from the plan item; read while the guide is held."""
    return EntitlementList.objects.filter(pk=roll.pk, status=states.EntitlementListStatus.APPROVED).exists()


@transaction.atomic
def check_entitlements(actor: Any, roll: EntitlementList, *, why: str = "") -> EntitlementList:
    """DRAFT -> CHECKED by the resource division, another person than who computed it."""
    return _move("check", actor, roll, why=why, columns={"checked_by": actor.person})


@transaction.atomic
def return_entitlements(actor: Any, roll: EntitlementList, *, why: str) -> EntitlementList:
    """CHECKED or APPROVED -> DRAFT with a reason; check and approval are void, money committed is given back."""
    _hold(roll.guide)
    committed = _is_committed(roll)
    row = _move("return", actor, roll, why=why, reason=why, columns={"checked_by": None, "approved_by": None})
    if committed:
        release_award(actor, row.guide.plan_item, row.total, row.count)
    return row


@transaction.atomic
def approve_entitlements(actor: Any, roll: EntitlementList, *, why: str = "") -> EntitlementList:
    """CHECKED -> APPROVED by a leader, a third person. Its money and number are taken from the plan item (clause A2)."""
    row = _move("approve", actor, roll, why=why, columns={"approved_by": actor.person})
    commit_award(actor, row.guide.plan_item, row.total, row.count)
    return row


@transaction.atomic
def publish_entitlements(actor: Any, roll: EntitlementList) -> EntitlementList:
    """APPROVED -> PUBLISHED: the official list is issued, signed by who approved it; every unit is told and may confirm or
    decline for the days the guide gives; a timer ends it."""
    _hold(roll.guide)
    confirm_by = clock.now() + timedelta(days=roll.confirm_days)
    row = ENTITLEMENT_LIST.move("publish", actor, roll, columns={"published_at": clock.now(), "confirm_by": confirm_by})
    document = notices.draft(
        actor, documents.ENTITLEMENT, subject=row, title=documents.entitlement_title(row), context=documents.entitlement_context(row),
        addressee=documents.addressee(), is_public=True)
    EntitlementList.objects.filter(pk=row.pk).update(document=notices.issue_now(actor, row.approved_by, document))
    machine = system("entitlement")
    for one in row.rows.filter(status=EntitlementStatus.LISTED).select_related("organisation").iterator(chunk_size=BATCH):
        ENTITLEMENT.move("offer", machine, one)
        _tell(one, row, "offer")
    deadlines.set(LAPSE, row, confirm_by)
    row.refresh_from_db()
    return row


def _tell(one: Entitlement, roll: EntitlementList, what: str) -> None:
    title, until = roll.guide.title, f"{clock.local(roll.confirm_by):%Y-%m-%d %H:%M}"
    subjects = {
        "offer": lambda: _("“%(title)s”: confirm your account by %(until)s") % {"title": title, "until": until},
        "lapse": lambda: _("“%(title)s”: not confirmed in time, the entitlement has lapsed") % {"title": title},
    }
    notices.tell(
        [one.organisation], "programs.entitlement", subjects[what],
        lambda: _("By the data held the unit is entitled to %(amount)s yuan without an application. How it was computed is shown on the page.")
        % {"amount": f"{one.amount:,.2f}"},
        f"/my/entitlements/{one.uid}/", dedupe=f"entitlement:{what}:{one.pk}", statutory=True,
    )


@transaction.atomic
def discard_entitlements(actor: Any, roll: EntitlementList, *, why: str) -> EntitlementList:
    """DRAFT, CHECKED or APPROVED -> DISCARDED with a reason; its units may be on another list of the guide."""
    _hold(roll.guide)
    committed = _is_committed(roll)
    row = _move("discard", actor, roll, why=why, reason=why)
    if committed:
        release_award(actor, row.guide.plan_item, row.total, row.count)
    machine = system("entitlement")
    for one in row.rows.filter(status=EntitlementStatus.LISTED).iterator(chunk_size=BATCH):
        ENTITLEMENT.move("void", machine, one, why=why, columns={"reason": why})
    return row


@transaction.atomic
def confirm_entitlement(actor: Any, row: Entitlement) -> Entitlement:
    """OFFERED -> CONFIRMED by an administrator of the unit, in time; the account on record is frozen with it."""
    held_row = _hold_answer(row)
    unit = held_row.organisation
    account = {"name": unit.account_name or unit.name, "bank": unit.bank_name, "sealed": unit.account_sealed, "masked": unit.account_masked}
    return _end_if_answered(ENTITLEMENT.move(
        "confirm", actor, held_row, blocked=bool(held.blocked(organisation=unit)), columns=_answer(actor, account=account)))


@transaction.atomic
def decline_entitlement(actor: Any, row: Entitlement, *, why: str) -> Entitlement:
    """OFFERED -> DECLINED with a reason; the money goes back to the guide and its plan item."""
    held_row = _hold_answer(row)
    done = ENTITLEMENT.move("decline", actor, held_row, why=why, reason=why, columns=_answer(actor, reason=why.strip()[:2000]))
    _give_back(actor, done)
    return _end_if_answered(done)


def _hold_answer(row: Entitlement) -> Entitlement:
    """The list is held first, so that the last answer and the timer do not cross."""
    EntitlementList.objects.select_for_update(no_key=True).get(pk=row.roll_id)
    return Entitlement.objects.select_related("roll__guide__plan_item", "organisation").get(pk=row.pk)


def _answer(actor: Any, **more: Any) -> dict[str, Any]:
    """The columns of an answer: who, when and what."""
    return {"answered_by": actor.person, "answered_at": clock.now(), **more}


def _give_back(actor: Any, row: Entitlement) -> None:
    roll = EntitlementList.objects.select_related("guide__plan_item").get(pk=row.roll_id)
    EntitlementList.objects.filter(pk=roll.pk).update(total=F("total") - row.amount)
    release_award(actor, roll.guide.plan_item, row.amount, 1)


def _end_if_answered(row: Entitlement) -> Entitlement:
    row.refresh_from_db()
    roll = EntitlementList.objects.get(pk=row.roll_id)
    if not roll.rows.filter(status=EntitlementStatus.OFFERED).exists():
        deadlines.cancel(LAPSE, roll)
        ENTITLEMENT_LIST.move("finish", system("entitlement"), roll)
    return row


@transaction.atomic
def lapse_entitlements(actor: Any, roll: EntitlementList) -> EntitlementList:
    """The time to confirm is over: what was not answered lapses with the reason, its money goes back, the list ends.
    Only the system, by the clock; run twice it does nothing more."""
    if reason := policies.is_system(actor):
        raise Refused(reason)
    row = EntitlementList.objects.select_for_update(no_key=True).get(pk=roll.pk)
    if row.status != states.EntitlementListStatus.PUBLISHED:
        return row
    reason = _("Not confirmed by %(until)s.") % {"until": f"{clock.local(row.confirm_by):%Y-%m-%d %H:%M}"}
    for one in row.rows.filter(status=EntitlementStatus.OFFERED).select_related("organisation", "roll").iterator(chunk_size=BATCH):
        done = ENTITLEMENT.move("lapse", actor, one, why=reason, columns={"reason": reason})
        _give_back(actor, done)
        _tell(one, row, "lapse")
    return ENTITLEMENT_LIST.move("finish", actor, row)
