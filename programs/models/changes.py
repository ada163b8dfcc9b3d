"""Changes of a decided annual plan, and the versions of the plan they leave behind."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from core.money import MoneyField
from programs import states
from programs.models.constraints import status_in
from programs.models.plans import AnnualPlan, AnnualPlanItem
from programs.models.tree import Special


def who() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class PlanChange(models.Model):
    """A request to change an approved annual plan (年度计划调整): one reason, one or more lines, decided as a whole.

    `control_figure` and `reserve` are the new figures of the year when the request changes them, else empty.
    """

    ref = models.CharField(max_length=40, unique=True)
    plan = models.ForeignKey(AnnualPlan, models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    reason = models.TextField()
    control_figure = MoneyField(null=True, blank=True)
    reserve = MoneyField(null=True, blank=True)
    assignment = models.CharField(max_length=200, blank=True, help_text="the document that assigns a task to the reserve")
    status = models.CharField(max_length=12, default=states.ChangeStatus.DRAFT)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_by = who()
    decided_by = who()
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            status_in("planchange_status", states.ChangeStatus),
            models.UniqueConstraint(fields=["plan", "number"], name="planchange_number_in_plan"),
            models.CheckConstraint(
                condition=(Q(checked_by=None) | ~Q(checked_by=F("requested_by")))
                & (Q(decided_by=None) | ~Q(decided_by=F("requested_by")))
                & (Q(decided_by=None) | Q(checked_by=None) | ~Q(decided_by=F("checked_by"))),
                name="planchange_three_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status=states.ChangeStatus.APPLIED)
                | Q(checked_by__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="planchange_applied_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def status_label(self) -> str:
        return str(states.ChangeStatus(self.status).label)


class PlanChangeLine(models.Model):
    """One line of a request. Columns that stay empty are not changed; for MOVE `money` is what goes from `item` to `to`."""

    change = models.ForeignKey(PlanChange, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=8)
    item = models.ForeignKey(AnnualPlanItem, models.PROTECT, null=True, blank=True, related_name="+")
    to = models.ForeignKey(AnnualPlanItem, models.PROTECT, null=True, blank=True, related_name="+")
    special = models.ForeignKey(Special, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=300, blank=True)
    money = MoneyField(null=True, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)
    opens_month = models.PositiveSmallIntegerField(null=True, blank=True)
    closes_month = models.PositiveSmallIntegerField(null=True, blank=True)
    opens_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)
    funding_mode = models.CharField(max_length=12, blank=True)
    review_mode = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["change", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=states.ChangeKind.values), name="planchangeline_kind"),
            models.CheckConstraint(
                condition=Q(kind="ADD", item=None, special__isnull=False, money__isnull=False, count__isnull=False)
                | Q(kind="MOVE", item__isnull=False, to__isnull=False, money__gt=0)
                | Q(kind__in=["SET", "CANCEL"], item__isnull=False, to=None),
                name="planchangeline_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.kind} {self.title}"

    @property
    def kind_label(self) -> str:
        return str(states.ChangeKind(self.kind).label)


class PlanVersion(models.Model):
    """The plan as it was decided at a moment: version 1 by its approval, a further one by each applied change."""

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    change = models.OneToOneField(PlanChange, models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="planversion_number")]

    def __str__(self) -> str:
        return f"{self.plan_id} v{self.number}"
