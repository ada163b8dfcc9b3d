"""All that writes on this floor: payments through their five states, each with its rows in the money ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation
from core import clock, ledger, refs
from core.workflow import Refused
from funding import policies
from funding.models import Disbursement, MoneyEntry
from funding.states import EntryKind
from funding.workflow import PAYMENT
from notices import actions as notices
from programs import actions as programme
from projects import queries as projects
from projects.models import Project
from projects.states import LineKind, Pool


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a bulk act."""

    ref: str
    done: bool
    reasons: list[str]


def _entry(actor: Any, kind: str, row: Disbursement, amount: Decimal, ref: str = "") -> MoneyEntry:
    """One row of the money ledger; the database refuses what would go beyond the project."""
    return MoneyEntry.objects.create(
        kind=kind, year=row.year or clock.today().year, pool=row.pool, project=row.project, disbursement=row,
        amount=amount, by=actor.person, ref=ref,
    )


@transaction.atomic
def commit_project(actor: Any, project: Project) -> None:
    """Book the award of a project in the money ledger; a second call books nothing."""
    if not MoneyEntry.objects.filter(project=project, kind=EntryKind.COMMIT).exists():
        MoneyEntry.objects.create(
            kind=EntryKind.COMMIT, year=clock.local(project.awarded_at).year, project=project, amount=project.amount,
            by=actor.person, ref=project.number,
        )


@transaction.atomic
def release_project(actor: Any, project: Project) -> None:
    """An award that lapsed: its commitment is booked back; a second call books nothing."""
    committed = MoneyEntry.objects.filter(project=project, kind=EntryKind.COMMIT).first()
    if committed and not MoneyEntry.objects.filter(project=project, kind=EntryKind.RELEASE).exists():
        MoneyEntry.objects.create(
            kind=EntryKind.RELEASE, year=committed.year, pool=committed.pool, project=project, amount=-committed.amount,
            by=actor.person, ref=project.number,
        )


@transaction.atomic
def plan_payments(actor: Any, project: Project) -> list[Disbursement]:
    """One payment per instalment, waiting for its condition; those that stand are left alone."""
    known = set(Disbursement.objects.filter(project=project).values_list("line", flat=True))
    made, year = [], str(clock.today().year)  # asked once: the series and the number are of one year at midnight too
    for line in projects.payments_of(project):
        if line.pk not in known:
            number = refs.next_number("payment", year)
            row = Disbursement.objects.create(
                ref=f"ZF{year}-{number:05d}", project=project, line=line, amount=line.amount)
            ledger.record("funding.payment.plan", row, actor, amount=row.amount)
            made.append(row)
    return made


def _account(unit: Organisation) -> dict[str, str]:
    return {"name": unit.account_name or unit.name, "bank": unit.bank_name, "sealed": unit.account_sealed,
            "masked": unit.account_masked}


@transaction.atomic
def request(actor: Any, row: Disbursement, *, why: str = "", pool: str = Pool.CONTROL) -> Disbursement:
    """CONDITION_WAIT or RETURNED -> REQUESTED by the division; the account is copied as it stands now."""
    fresh = _lock(row)
    if reasons := PAYMENT.why_not("request", actor, fresh, grounds=why):
        raise Refused(reasons)
    Disbursement.objects.filter(pk=fresh.pk).update(
        requested_by=actor.id, requested_at=clock.now(), checked_by=None, checked_at=None, approved_by=None, approved_at=None,
        sent_reference="", sent_by=None, sent_at=None, pool=pool, year=None, note=why.strip()[:500], account=_account(fresh.project.unit),
    )
    return _moved(PAYMENT.move("request", actor, fresh, why=why, grounds=why))


@transaction.atomic
def check(actor: Any, row: Disbursement) -> Disbursement:
    """REQUESTED -> CHECKED by a second person; an account changed since the request is refused."""
    fresh = _lock(row)
    if reasons := PAYMENT.why_not("check", actor, fresh):
        raise Refused(reasons)
    if fresh.account.get("sealed") != fresh.project.unit.account_sealed:
        raise Refused(_("The account of the unit has changed since the request: return it and ask again."))
    Disbursement.objects.filter(pk=fresh.pk).update(checked_by=actor.id, checked_at=clock.now())
    return _moved(PAYMENT.move("check", actor, fresh))


def send_back(actor: Any, row: Disbursement, *, why: str) -> Disbursement:
    """REQUESTED -> CONDITION_WAIT with the reason."""
    return _moved(PAYMENT.move("send_back", actor, row, why=why, reason=why))


@transaction.atomic
def approve(actor: Any, row: Disbursement) -> Disbursement:
    """CHECKED -> APPROVED by a third person, within the year's control figure: the money is reserved there and in the
    ledger (clause R10). The figure's CHECK and the ledger's trigger are the last guards."""
    fresh = _lock(row)
    if reasons := PAYMENT.why_not("approve", actor, fresh):
        raise Refused(reasons)
    year = clock.today().year
    programme.reserve_payment(actor, year, fresh.pool, fresh.amount)
    Disbursement.objects.filter(pk=fresh.pk).update(approved_by=actor.id, approved_at=clock.now(), year=year)
    fresh.year = year
    _entry(actor, EntryKind.RESERVE, fresh, fresh.amount, f"{fresh.ref}/{clock.local(clock.now()):%Y%m%d%H%M%S}")
    return _moved(PAYMENT.move("approve", actor, fresh))


def refuse(actor: Any, row: Disbursement, *, why: str) -> Disbursement:
    """CHECKED -> CONDITION_WAIT with the reason."""
    return _moved(PAYMENT.move("refuse", actor, row, why=why, reason=why))


@transaction.atomic
def send(actor: Any, row: Disbursement, *, reference: str) -> Disbursement:
    """APPROVED -> SENT with the number of the payment order, which is used once and stays."""
    fresh = _lock(row)
    if reasons := PAYMENT.why_not("send", actor, fresh, reference=reference):
        raise Refused(reasons)
    try:
        with transaction.atomic():
            Disbursement.objects.filter(pk=fresh.pk).update(
                sent_reference=reference.strip(), sent_by=actor.id, sent_at=clock.now())
    except IntegrityError as error:
        raise Refused(_("The payment order %(number)s has been used for another payment.") % {"number": reference}) from error
    return _moved(PAYMENT.move("send", actor, fresh, reference=reference, data={"reference": reference.strip()}))


def _booked_as(row: Disbursement, receipt: str) -> str:
    """A receipt stands once per payment in the ledger; after a booking by mistake and its reversal it comes again, numbered."""
    taken = set(MoneyEntry.objects.filter(disbursement=row, kind=EntryKind.PAY).values_list("ref", flat=True))
    names = (receipt, *(f"{receipt}#{number}" for number in range(2, len(taken) + 2)))
    return next(name for name in names if name not in taken)


@transaction.atomic
def pay(actor: Any, row: Disbursement, *, receipt: str) -> Disbursement:
    """SENT -> PAID with the bank's receipt; the unit hears of it."""
    fresh = _lock(row)
    if reasons := PAYMENT.why_not("pay", actor, fresh, receipt=receipt):
        raise Refused(reasons)
    Disbursement.objects.filter(pk=fresh.pk).update(paid_at=clock.now(), bank_receipt=receipt.strip()[:80])
    _entry(actor, EntryKind.PAY, fresh, fresh.amount, _booked_as(fresh, receipt.strip()[:76]))
    moved = _moved(PAYMENT.move("pay", actor, fresh, receipt=receipt, data={"receipt": receipt.strip()}))
    notices.tell(
        [moved.project.unit, moved.project.leader], "funding.payment.pay",
        lambda: _("%(amount)s yuan have been paid for %(number)s") % {"amount": f"{moved.amount:,.2f}", "number": moved.project.number},
        link=f"/my/projects/{moved.project.number}/", dedupe=f"paid:{moved.pk}", statutory=True,
    )
    return moved


@transaction.atomic
def bounce(actor: Any, row: Disbursement, *, why: str) -> Disbursement:
    """SENT -> RETURNED: the bank gave the money back; its reservation is freed, the division asks again."""
    fresh = _lock(row)
    moved = PAYMENT.move("bounce", actor, fresh, why=why, reason=why)
    programme.release_payment(actor, fresh.year, fresh.pool, fresh.amount)
    _entry(actor, EntryKind.FREE, fresh, -fresh.amount, fresh.sent_reference)
    return _moved(moved)


@transaction.atomic
def unbook(actor: Any, row: Disbursement, *, why: str) -> Disbursement:
    """PAID -> SENT: a payment booked by mistake. The ledger keeps the wrong row and gets its reversal; what the unit has
    confirmed cannot be taken back."""
    fresh = _lock(row)
    moved = PAYMENT.move("unbook", actor, fresh, why=why, reason=why)
    entry = MoneyEntry.objects.filter(disbursement=fresh, kind=EntryKind.PAY).order_by("-pk").first()
    MoneyEntry.objects.create(
        kind=EntryKind.REVERSAL, year=entry.year, pool=entry.pool, project=fresh.project, disbursement=fresh,
        amount=-entry.amount, reverses=entry, by=actor.person, ref=entry.ref,
    )
    Disbursement.objects.filter(pk=fresh.pk).update(paid_at=None, bank_receipt="")
    return _moved(moved)


def hold(actor: Any, row: Disbursement, *, why: str) -> Disbursement:
    """CONDITION_WAIT -> HELD by supervision."""
    return _moved(PAYMENT.move("hold", actor, row, why=why, reason=why))


def release(actor: Any, row: Disbursement, *, why: str) -> Disbursement:
    """HELD -> CONDITION_WAIT."""
    return _moved(PAYMENT.move("release", actor, row, why=why, reason=why))


def cancel(actor: Any, row: Disbursement, *, why: str) -> Disbursement:
    """HELD -> CANCELLED by a leader."""
    return _moved(PAYMENT.move("cancel", actor, row, why=why, reason=why))


@transaction.atomic
def confirm_receipt(actor: Any, row: Disbursement) -> Disbursement:
    """The unit confirms that the money has come; once."""
    fresh = _lock(row)
    if reason := policies.confirms_receipt(actor, fresh):
        raise Refused(reason)
    if fresh.status != "PAID":
        raise Refused(_("The payment is not paid yet."))
    if fresh.confirmed_at is None:
        Disbursement.objects.filter(pk=fresh.pk).update(confirmed_by=actor.id, confirmed_at=clock.now())
        ledger.record("funding.payment.confirm", fresh, actor)
    fresh.refresh_from_db()
    return fresh


@transaction.atomic
def clear_year(actor: Any, project: Project, *, year_no: int, note: str) -> Disbursement | None:
    """The report of the year before was favourable: the yearly payment of this number may be asked for. None when there is no
    such payment; asked twice nothing changes. Records funding.payment.clear."""
    row = Disbursement.objects.select_for_update(no_key=True).filter(project=project, line__kind=LineKind.YEARLY, line__year_no=year_no).first()
    if row is not None and row.cleared_at is None:
        Disbursement.objects.filter(pk=row.pk).update(cleared_by=actor.id, cleared_at=clock.now(), cleared_note=note[:200])
        ledger.record("funding.payment.clear", row, actor, why=note)
    return row


def bulk(act: Any, actor: Any, rows: Iterable[Disbursement], **given: Any) -> list[Outcome]:
    """One act on many payments, each in its own transaction: one refusal does not stop the others."""
    found = []
    for row in rows:
        try:
            act(actor, row, **given)
            found.append(Outcome(row.ref, True, []))
        except Refused as error:
            found.append(Outcome(row.ref, False, error.reasons))
    return found


def _lock(row: Disbursement) -> Disbursement:
    return (
        Disbursement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("project__unit", "project__special__plan", "project__leader", "line").get(pk=row.pk)
    )


def _moved(row: Disbursement) -> Disbursement:
    row.refresh_from_db()
    return row
