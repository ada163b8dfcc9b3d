"""Tables of the funding floor: payments and the append-only ledger of money. Amounts are yuan."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from core.money import MoneyField
from funding import states
from projects.models import PaymentLine, Project
from projects.states import Pool

USER = settings.AUTH_USER_MODEL


def who() -> models.ForeignKey:
    return models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")


class Disbursement(models.Model):
    """One payment of one instalment: requested, checked and approved by three different people, sent once, paid."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ref = models.CharField(max_length=40, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    line = models.OneToOneField(PaymentLine, models.PROTECT, related_name="+")
    amount = MoneyField()
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    pool = models.CharField(max_length=8, choices=Pool.choices, default=Pool.CONTROL)
    status = models.CharField(max_length=16, default=states.PaymentStatus.CONDITION_WAIT)
    account = models.JSONField(default=dict, blank=True, help_text="account as of the request: name, bank, sealed, masked")
    note = models.CharField(max_length=500, blank=True)
    requested_by, requested_at = who(), models.DateTimeField(null=True, blank=True)
    checked_by, checked_at = who(), models.DateTimeField(null=True, blank=True)
    approved_by, approved_at = who(), models.DateTimeField(null=True, blank=True)
    sent_by, sent_at = who(), models.DateTimeField(null=True, blank=True)
    sent_reference = models.CharField(max_length=60, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    bank_receipt = models.CharField(max_length=80, blank=True)
    confirmed_by, confirmed_at = who(), models.DateTimeField(null=True, blank=True)
    cleared_by, cleared_at = who(), models.DateTimeField(null=True, blank=True)
    cleared_note = models.CharField(max_length=200, blank=True, help_text="what met the condition of a yearly payment")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "year"], name="disbursement_status"),
            models.Index(fields=["project"], name="disbursement_project"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.PaymentStatus.values), name="disbursement_status"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="disbursement_amount"),
            # three people: nobody acts twice on one payment
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("requested_by")), name="disbursement_checker_is_another"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("requested_by")) & ~Q(approved_by=F("checked_by"))),
                name="disbursement_approver_is_a_third",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["CONDITION_WAIT", "HELD", "CANCELLED"]) | Q(requested_by__isnull=False),
                name="disbursement_requested_by",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "SENT", "PAID"])
                | Q(checked_by__isnull=False, approved_by__isnull=False, year__isnull=False),
                name="disbursement_approved_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["SENT", "PAID"]) | ~Q(sent_reference=""), name="disbursement_sent_reference"
            ),
            models.CheckConstraint(condition=~Q(status="PAID") | Q(paid_at__isnull=False), name="disbursement_paid_at"),
            models.UniqueConstraint(
                fields=["sent_reference"], condition=~Q(sent_reference=""), name="disbursement_reference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.amount}"

    @property
    def status_label(self) -> str:
        return str(states.PaymentStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.TONES.get(self.status, "")


class MoneyEntry(models.Model):
    """One row of the money ledger: never changed, only reversed by another row (a trigger refuses the rest)."""

    at = models.DateTimeField(db_default=CoreNow(), editable=False)
    kind = models.CharField(max_length=10, choices=states.EntryKind.choices)
    year = models.PositiveSmallIntegerField()
    pool = models.CharField(max_length=8, choices=Pool.choices, default=Pool.CONTROL)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    disbursement = models.ForeignKey(Disbursement, models.PROTECT, null=True, blank=True, related_name="+")
    amount = MoneyField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="+")
    by = who()
    ref = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["project", "kind"], name="moneyentry_project")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=states.EntryKind.values), name="moneyentry_kind"),
            models.CheckConstraint(
                condition=(Q(kind__in=["COMMIT", "RESERVE", "PAY"]) & Q(amount__gt=0))
                | (Q(kind__in=["RELEASE", "FREE", "RETURN"]) & Q(amount__lt=0))
                | (Q(kind="REVERSAL") & Q(reverses__isnull=False)),
                name="moneyentry_sign",
            ),
            # a payment is paid once, whatever runs twice
            models.UniqueConstraint(
                fields=["disbursement", "ref"], condition=Q(kind="PAY"), name="moneyentry_paid_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def kind_label(self) -> str:
        return str(states.EntryKind(self.kind).label)

    @property
    def amount_text(self) -> str:
        return f"{self.amount:,.2f}"
