"""Guides, their versions, windows, extensions and topics."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from core.money import MoneyField
from programs import states
from programs.models.constraints import status_in
from programs.models.plans import AnnualPlanItem
from programs.models.policies import PolicyDocument
from programs.models.tree import Special


class Guide(models.Model):
    """申请指南. Texts and rules are in the current version's data; columns here are what lists and locks need.

    `closes_at` is the close of the last window; the close instant is exclusive (what commits at or after is late).
    """

    ref = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60)
    year = models.PositiveSmallIntegerField()
    batch_no = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    special = models.ForeignKey(Special, models.PROTECT, related_name="guides")
    plan_item = models.ForeignKey(AnnualPlanItem, models.PROTECT, related_name="guides")
    policies = models.ManyToManyField(PolicyDocument, blank=True, related_name="guides")
    status = models.CharField(max_length=16, default=states.GuideStatus.DRAFT)
    version = models.ForeignKey(
        "GuideVersion", models.PROTECT, null=True, blank=True, related_name="+", help_text="the current version"
    )
    funding_mode = models.CharField(max_length=12, default=states.FundingMode.PRE)
    budget_scheme = models.CharField(max_length=12, default=states.BudgetScheme.ITEMISED)
    max_projects = models.PositiveIntegerField(default=0)
    budget_control = MoneyField(default=0)
    cap_per_project = MoneyField(default=0)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    publicity_days = models.PositiveSmallIntegerField(default=0)
    contract_required = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", help_text="the guide whose content this one began with"
    )
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        ordering = ["-year", "-pk"]
        indexes = [
            GinIndex(fields=["search"], name="guide_search"),
            models.Index(fields=["status", "closes_at"], name="guide_status_close"),
        ]
        constraints = [
            status_in("guide_status", states.GuideStatus),
            models.UniqueConstraint(fields=["year", "slug"], name="guide_slug_in_year"),
            models.CheckConstraint(condition=Q(funding_mode__in=states.FundingMode.values), name="guide_mode"),
            models.CheckConstraint(condition=Q(budget_scheme__in=states.BudgetScheme.values), name="guide_scheme"),
            models.CheckConstraint(
                condition=Q(budget_control__gte=0, cap_per_project__gte=0), name="guide_money_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "OPEN", "CLOSED"])
                | Q(published_at__isnull=False, version__isnull=False, opens_at__isnull=False, closes_at__isnull=False),
                name="guide_published_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")), name="guide_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_label(self) -> str:
        return str(states.GuideStatus(self.status).label)

    @property
    def mode_label(self) -> str:
        return str(states.FundingMode(self.funding_mode).label)


class GuideVersion(models.Model):
    """One saved state of a guide's texts and rules. Never changed: every save of a published field makes a new one."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    demo_notes = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["guide", "-number"]
        constraints = [models.UniqueConstraint(fields=["guide", "number"], name="guideversion_number")]

    def __str__(self) -> str:
        return f"{self.guide_id} v{self.number}"


class GuideWindow(models.Model):
    """A time in which filing is possible: opens_at <= now < closes_at, by the database clock."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="windows")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ["guide", "opens_at"]
        indexes = [models.Index(fields=["closes_at", "opens_at"], name="guidewindow_times")]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="guidewindow_order"),
            models.UniqueConstraint(fields=["guide", "opens_at"], name="guidewindow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.opens_at:%Y-%m-%d %H:%M} - {self.closes_at:%Y-%m-%d %H:%M}"


class Extension(models.Model):
    """A later close: asked by one person, approved by another.

    Without `begun_before` it moves the close of `window` for everybody. With it the window closes as published, and from
    `opens_at` (its close, or the approval when that comes later) to `closes_at` only applications begun by then go on. It is
    no window of the guide: whoever asks whether the guide is open is told no (ADR 0026).
    """

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="extensions")
    window = models.ForeignKey(GuideWindow, models.CASCADE, related_name="+")
    opens_at = models.DateTimeField(null=True, blank=True, help_text="set at the approval, for those who had begun alone")
    closes_at = models.DateTimeField()
    begun_before = models.DateTimeField(null=True, blank=True, help_text="this moment included")
    reason = models.TextField()
    status = models.CharField(max_length=12, default=states.ExtensionStatus.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            status_in("extension_status", states.ExtensionStatus),
            models.UniqueConstraint(
                fields=["guide"], condition=Q(status="REQUESTED"), name="extension_one_open_request"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="extension_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(begun_before=None, opens_at=None) | Q(begun_before__isnull=False) & (
                    ~Q(status="APPROVED") & Q(opens_at=None)
                    | Q(status="APPROVED", opens_at__gte=F("begun_before"), closes_at__gt=F("opens_at"), decided_by__isnull=False)),
                name="extension_for_begun",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guide_id} {self.closes_at:%Y-%m-%d %H:%M}"


class Topic(models.Model):
    """A topic of a guide with its own cap (课题指南)."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="topics")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    cap = MoneyField(default=0)
    note = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["guide", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "code"], name="topic_code_in_guide"),
            models.CheckConstraint(condition=Q(cap__gte=0), name="topic_cap"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
