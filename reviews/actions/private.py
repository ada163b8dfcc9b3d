"""Verbs of what belongs to the expert: employers, standing ties, account; and every look at a private value."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Employment, Organisation
from core import clock, crypt, ledger
from core.workflow import Refused
from reviews import policies
from reviews.models import Expert, ExpertAccount, Tie
from reviews.states import STANDING


def _asked(actor: Any, expert: Expert) -> None:
    if reason := policies.keeps_profile(actor, expert):
        raise Refused(reason)


def add_employer(actor: Any, expert: Expert, *, organisation: Organisation, since: date, until: date | None = None, title: str = "") -> Employment:
    """An employer with its dates, part-time posts included; recusal looks back over them."""
    _asked(actor, expert)
    if until is not None and until < since:
        raise Refused(_("The end lies before the beginning."))
    return accounts.employ(actor, expert.person, organisation, since=since, until=until, title=title)


def end_employer(actor: Any, expert: Expert, row: Employment, *, until: date) -> Employment:
    _asked(actor, expert)
    return accounts.end_employment(actor, row, until=until)


@transaction.atomic
def declare_tie(actor: Any, expert: Expert, *, code: str, name: str = "", organisation: Organisation | None = None, note: str,
                since: date | None = None, until: date | None = None) -> Tie:
    """A relation that holds whatever the batch; every later check of recusals finds it."""
    _asked(actor, expert)
    if code not in STANDING:
        raise Refused(_("Choose the kind of conflict."))
    if not name.strip() and organisation is None:
        raise Refused(_("Name the person or the unit."))
    if since and until and until < since:
        raise Refused(_("The end lies before the beginning."))
    row = Tie.objects.create(expert=expert, code=code, name=name.strip(), organisation=organisation, note=note.strip(), since=since, until=until,
                             by=actor.person)
    ledger.record("reviews.tie.declare", row, actor, code=code)
    return row


@transaction.atomic
def end_tie(actor: Any, row: Tie, *, why: str) -> Tie:
    """It was declared by mistake or counts no more; the row stays with the reason."""
    _asked(actor, row.expert)
    if not why.strip():
        raise Refused(_("A reason is needed."))
    Tie.objects.filter(pk=row.pk, ended_at=None).update(ended_at=clock.now(), ended_why=why.strip()[:300])
    ledger.record("reviews.tie.end", row, actor, why=why)
    row.refresh_from_db()
    return row


@transaction.atomic
def set_account(actor: Any, expert: Expert, *, holder: str, bank: str, number: str) -> ExpertAccount:
    """Where fees go. Only the expert says it; the number is sealed at once and never shown whole again but to finance."""
    if actor.id is None or expert.person_id != actor.id:
        raise Refused(_("Only the expert himself says where his fees go."))
    plain = "".join(number.split())
    if not (plain.isdecimal() and 8 <= len(plain) <= 30):
        raise Refused(_("An account number has 8 to 30 digits."))
    values = {"holder": holder.strip(), "bank": bank.strip(), "number_sealed": crypt.seal(plain), "number_masked": crypt.mask(plain, 4, 4),
              "number_print": crypt.fingerprint(plain), "changed_at": clock.now()}
    row, _created = ExpertAccount.objects.update_or_create(expert=expert, defaults=values)
    ledger.record("reviews.expert.account", expert, actor, after={"masked": row.number_masked, "bank": row.bank})
    return row


@transaction.atomic
def reveal_account(actor: Any, expert: Expert, *, purpose: str) -> str:
    """The whole number, for finance and a stated purpose; the ledger keeps who asked and why."""
    if reason := policies.is_finance(actor):
        raise Refused(reason)
    if not purpose.strip():
        raise Refused(_("Please state the purpose; it is kept in the ledger."))
    row = ExpertAccount.objects.filter(expert=expert).first()
    if row is None:
        raise Refused(_("No account has been given."))
    ledger.record("reviews.expert.reveal", expert, actor, why=purpose, what="account")
    return crypt.open_sealed(row.number_sealed)


@transaction.atomic
def reveal_identity(actor: Any, expert: Expert, *, purpose: str) -> str:
    """The whole identity number, for those who may and a stated purpose."""
    number = accounts.unmask(actor, expert.person, purpose=purpose)
    ledger.record("reviews.expert.reveal", expert, actor, why=purpose, what="identity")
    return number
