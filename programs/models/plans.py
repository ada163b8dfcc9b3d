"""The annual implementation plan, its items and the control figure of the year."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from core.clock import CoreNow
from core.money import MoneyField
from programs import states
from programs.models.constraints import status_in
from programs.models.tree import PlanTree, Special
from programs.rules.planned import months_words


class AnnualPlan(models.Model):
    """年度科技计划实施计划: one a year, in principle before the end of March (clause A1)."""

    year = models.PositiveSmallIntegerField(unique=True)
    tree = models.ForeignKey(PlanTree, models.PROTECT, related_name="+")
    control_figure = MoneyField(default=0)
    reserve = MoneyField(default=0)
    note = models.TextField(blank=True)
    status = models.CharField(max_length=12, default=states.PlanStatus.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            status_in("annualplan_status", states.PlanStatus),
            models.CheckConstraint(
                condition=Q(reserve__gte=0, control_figure__gte=F("reserve")), name="annualplan_reserve_inside_control"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")), name="annualplan_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def ref(self) -> str:
        return f"PLAN-{self.year}"

    @property
    def status_label(self) -> str:
        return str(states.PlanStatus(self.status).label)


class AnnualPlanItem(models.Model):
    """What a special may spend and award this year. The database refuses what would go beyond it (clause A2)."""

    plan = models.ForeignKey(AnnualPlan, models.CASCADE, related_name="items")
    special = models.ForeignKey(Special, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    money = MoneyField()
    count = models.PositiveIntegerField()
    opens_month = models.PositiveSmallIntegerField()
    closes_month = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField(default=0)
    funding_mode = models.CharField(max_length=12, blank=True, help_text="empty: any mode of the special")
    review_mode = models.CharField(max_length=12, blank=True, help_text="empty: any way of review of the special")
    opens_on = models.DateField(null=True, blank=True, help_text="when the day is known already")
    closes_on = models.DateField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, help_text="by a change of the plan; money and number are 0")
    committed = MoneyField(default=0)
    awarded_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(money__gte=0), name="annualplanitem_money"),
            models.CheckConstraint(
                condition=Q(committed__gte=0, committed__lte=F("money")), name="annualplanitem_committed_within_money"
            ),
            models.CheckConstraint(
                condition=Q(awarded_count__lte=F("count")), name="annualplanitem_awards_within_count"
            ),
            models.CheckConstraint(
                condition=Q(opens_month__range=(1, 12), closes_month__range=(1, 12)), name="annualplanitem_months"
            ),
            models.CheckConstraint(
                condition=Q(funding_mode__in=["", *states.FundingMode.values], review_mode__in=["", *states.ReviewMode.values]),
                name="annualplanitem_modes",
            ),
            models.CheckConstraint(
                condition=Q(opens_on=None) | Q(closes_on=None) | Q(closes_on__gte=F("opens_on")), name="annualplanitem_days"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(money=0, count=0), name="annualplanitem_cancelled_is_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return self.title_en if self.title_en and (get_language() or "").startswith("en") else self.title

    @property
    def mode_label(self) -> str:
        return str(states.FundingMode(self.funding_mode).label) if self.funding_mode else ""

    @property
    def mode_words(self) -> str:
        """The item's way of funding; when it sets none, those of its special are meant, so they are said."""
        return self.mode_label or "、".join(str(states.FundingMode(mode).label) for mode in self.special.funding_modes)

    @property
    def review_label(self) -> str:
        return str(states.ReviewMode(self.review_mode).label) if self.review_mode else ""

    def is_behind(self, on: date) -> bool:
        """The planned opening has passed: the day when it is known, else the whole month."""
        if self.opens_on:
            return self.opens_on < on
        return (self.plan.year, self.opens_month) < (on.year, on.month)

    @property
    def window_text(self) -> str:
        """The days when they are known, else the months."""
        if self.opens_on and self.closes_on:
            return f"{self.opens_on.isoformat()} – {self.closes_on.isoformat()}"
        return months_words(self.opens_month, self.closes_month)


class ControlFigure(models.Model):
    """Money of a year, by pool; payments reserve from it and the database refuses overspending (clause R10)."""

    year = models.PositiveSmallIntegerField()
    pool = models.CharField(max_length=8)
    amount = MoneyField(default=0)
    reserved = MoneyField(default=0)

    class Meta:
        ordering = ["-year", "pool"]
        constraints = [
            models.UniqueConstraint(fields=["year", "pool"], name="controlfigure_year_pool"),
            models.CheckConstraint(condition=Q(pool__in=states.Pool.values), name="controlfigure_pool"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("amount")), name="controlfigure_reserved_within_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.pool}"
