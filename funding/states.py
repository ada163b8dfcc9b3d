"""Closed lists of the funding floor."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EntryKind(TextChoices):
    """Kinds of rows of the money ledger. The sign of the amount is part of the kind (a trigger checks)."""

    COMMIT = "COMMIT", _("Committed by an award")
    RELEASE = "RELEASE", _("Commitment released")
    RESERVE = "RESERVE", _("Reserved for a payment")
    FREE = "FREE", _("Reservation freed")
    PAY = "PAY", _("Paid")
    RETURN = "RETURN", _("Returned by the bank")
    REVERSAL = "REVERSAL", _("Reversal")


class PaymentStatus(TextChoices):
    CONDITION_WAIT = "CONDITION_WAIT", _("Waiting for its condition")
    REQUESTED = "REQUESTED", pgettext_lazy("payment", "Requested")
    CHECKED = "CHECKED", pgettext_lazy("payment", "Checked")
    APPROVED = "APPROVED", pgettext_lazy("payment", "Approved")
    SENT = "SENT", _("Sent to the treasury")
    PAID = "PAID", pgettext_lazy("payment", "Paid")
    RETURNED = "RETURNED", pgettext_lazy("payment", "Returned by the bank")
    HELD = "HELD", pgettext_lazy("payment", "Held")
    CANCELLED = "CANCELLED", pgettext_lazy("payment", "Cancelled")


TONES = {
    "CONDITION_WAIT": "", "REQUESTED": "doing", "CHECKED": "doing", "APPROVED": "doing", "SENT": "doing",
    "PAID": "good", "RETURNED": "bad", "HELD": "warn",
}
#: Money of these payments is reserved in the control figure.
RESERVED = (PaymentStatus.APPROVED, PaymentStatus.SENT, PaymentStatus.PAID)
