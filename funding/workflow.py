"""The table of moves of a payment. Three different people: who asks, who checks, who approves (also in the table)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.workflow import Machine, Step
from funding import policies
from funding.models import Disbursement
from funding.states import PaymentStatus
from projects.states import PAYABLE, LineKind, ProjectStatus

S = PaymentStatus


def with_reason(row: Disbursement, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def condition_met(row: Disbursement, **given: Any) -> str | None:
    """The condition of the instalment, as far as the portal knows it; the mid-term check is vouched for by its reason."""
    status = row.project.status
    if status not in PAYABLE:
        return _("Nothing is paid to a project that is “%(state)s”.") % {"state": row.project.status_label}
    if row.line.kind == LineKind.FINAL and status != ProjectStatus.PASSED:
        return _("The last instalment waits for acceptance.")
    if row.line.kind == LineKind.YEARLY and row.line.year_no > 1 and row.cleared_at is None:
        return _("Clause R4: the payment of year %(no)d waits for the favourable assessment of the report of year %(before)d.") % {
            "no": row.line.year_no, "before": row.line.year_no - 1}
    return None


def mid_term_vouched(row: Disbursement, *, grounds: str = "", **given: Any) -> str | None:
    if row.line.kind == LineKind.MIDTERM and not grounds.strip():
        return _("Name the mid-term check that was passed.")
    return None


def account_checked(row: Disbursement, *, grounds: str = "", **given: Any) -> str | None:
    """What the bank has returned is asked for again only when somebody says what was checked or corrected."""
    if row.status == S.RETURNED and not grounds.strip():
        return _("The bank returned this payment: check the account with the unit and write in the grounds what was found.")
    return None


def has_account(row: Disbursement, **given: Any) -> str | None:
    if row.project.unit.account_sealed:
        return None
    return _("The unit has no bank account in the register.")


def another_checks(row: Disbursement, *, actor: Any, **given: Any) -> str | None:
    return _("Who asked for the payment cannot check it.") if actor.id == row.requested_by_id else None


def a_third_approves(row: Disbursement, *, actor: Any, **given: Any) -> str | None:
    if actor.id in (row.requested_by_id, row.checked_by_id):
        return _("Who asked for or checked the payment cannot approve it.")
    return None


def another_sends(row: Disbursement, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id in (row.requested_by_id, row.checked_by_id, row.approved_by_id):
        return _("Who asked for, checked or approved the payment cannot send or book it.")
    return None


def with_reference(row: Disbursement, *, reference: str = "", **given: Any) -> str | None:
    return None if reference.strip() else _("Give the number of the payment order.")


def with_receipt(row: Disbursement, *, receipt: str = "", **given: Any) -> str | None:
    return None if receipt.strip() else _("Give the number of the bank's receipt.")


def not_confirmed(row: Disbursement, **given: Any) -> str | None:
    return None if row.confirmed_at is None else _("The unit has confirmed that the money has come.")


PAYMENT = Machine(
    "funding.payment",
    (
        Step("request", {S.CONDITION_WAIT, S.RETURNED}, S.REQUESTED, policies.requests,
             (condition_met, mid_term_vouched, account_checked, has_account), gettext_lazy("Ask for payment")),
        Step("check", {S.REQUESTED}, S.CHECKED, policies.checks, (another_checks, condition_met), gettext_lazy("Checked, in order")),
        Step("send_back", {S.REQUESTED}, S.CONDITION_WAIT, policies.checks, (with_reason,), gettext_lazy("Return to the division")),
        Step("approve", {S.CHECKED}, S.APPROVED, policies.approves, (a_third_approves, condition_met), gettext_lazy("Approve")),
        Step("refuse", {S.CHECKED}, S.CONDITION_WAIT, policies.approves, (with_reason,), gettext_lazy("Do not approve")),
        Step("send", {S.APPROVED}, S.SENT, policies.sends, (another_sends, with_reference), gettext_lazy("Send to the treasury")),
        Step("pay", {S.SENT}, S.PAID, policies.sends, (another_sends, with_receipt), gettext_lazy("Paid")),
        Step("bounce", {S.SENT}, S.RETURNED, policies.sends, (with_reason,), gettext_lazy("Returned by the bank")),
        Step("unbook", {S.PAID}, S.SENT, policies.sends, (another_sends, with_reason, not_confirmed), gettext_lazy("Reverse the booking"), danger=True),
        Step("hold", {S.CONDITION_WAIT}, S.HELD, policies.holds_back, (with_reason,), gettext_lazy("Hold the payment")),
        Step("release", {S.HELD}, S.CONDITION_WAIT, policies.holds_back, (with_reason,), gettext_lazy("Release the hold")),
        Step("cancel", {S.HELD}, S.CANCELLED, policies.approves, (with_reason,), gettext_lazy("Cancel the payment"), danger=True),
    ),
    "funding.Disbursement",
    PaymentStatus,
)
