"""After the review: what is said of the experts, what follows from it, and what they are paid."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from core.money import MoneyField
from reviews import states


class ExpertReview(models.Model):
    """What a batch says of one expert: figures as they were computed, and the organiser's word on them."""

    batch = models.ForeignKey("reviews.Batch", models.PROTECT, related_name="expert_reviews")
    expert = models.ForeignKey("reviews.Expert", models.PROTECT, related_name="reviews")
    figures = models.JSONField(help_text="seats, submitted, late, words, deviation, items")
    computed = models.CharField(max_length=6, choices=states.Grade.choices)
    grade = models.CharField(max_length=6, choices=states.Grade.choices)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "expert"], name="expertreview_once"),
            models.CheckConstraint(condition=Q(grade=F("computed")) | ~Q(note=""), name="expertreview_change_has_note"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.expert_id} {self.grade}"


class Measure(models.Model):
    """A warning, a pause or the removal of an expert, with the reason; append-only."""

    expert = models.ForeignKey("reviews.Expert", models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=6, choices=states.MeasureKind.choices)
    reason = models.CharField(max_length=500)
    until = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="measure_has_reason"),
            models.CheckConstraint(condition=~Q(kind="PAUSE") | Q(until__isnull=False), name="measure_pause_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.expert_id}"


class FeeList(models.Model):
    """The fees of one batch. Rates and tax table are those in force when it was made; a confirmed list stays."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.OneToOneField("reviews.Batch", models.PROTECT, related_name="fees")
    status = models.CharField(max_length=10, default=states.FeeStatus.DRAFT)
    rules = models.JSONField(help_text="rates, tax table, basis, with their sources")
    month = models.DateField(null=True, blank=True, help_text="first day of the month whose payments are taxed together with this one")
    worked_at = models.DateTimeField(null=True, blank=True, help_text="since when its amounts stand: lists before it in the month are its earlier ones")
    days = models.DecimalField(max_digits=4, decimal_places=1, default=1, help_text="of a meeting")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.FeeStatus.values), name="feelist_status"),
            models.CheckConstraint(condition=Q(days__gt=0), name="feelist_days"),
            models.CheckConstraint(condition=Q(status="DRAFT") | Q(confirmed_by__isnull=False), name="feelist_confirmed_by"),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def status_label(self) -> str:
        return str(states.FeeStatus(self.status).label)


class FeeLine(models.Model):
    """What one expert gets: before tax, tax withheld, after tax, in yuan; `before_*` is what earlier lists of the month say."""

    list = models.ForeignKey(FeeList, models.CASCADE, related_name="lines")
    expert = models.ForeignKey("reviews.Expert", models.PROTECT, related_name="+")
    count = models.PositiveIntegerField(help_text="sheets submitted")
    units = models.DecimalField(max_digits=7, decimal_places=2, help_text="what the rate is multiplied with")
    rate = MoneyField()
    gross = MoneyField()
    tax = MoneyField()
    net = MoneyField()
    before_gross = MoneyField(default=0)
    before_tax = MoneyField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["list", "expert"], name="feeline_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="feeline_adds_up"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="feeline_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.expert_id} {self.net}"
