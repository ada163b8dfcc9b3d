"""Project managers with delegated rights for a time, and advisory bodies of future industries (clause R5)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core import clock
from core.clock import CoreNow
from core.models import StoredFile
from core.money import MoneyField
from programs import states
from programs.models.constraints import status_in
from programs.models.lists import ReferenceEntry
from programs.models.tree import Special


class Portfolio(models.Model):
    """项目经理人: who looks after which specials, with which rights, from when until when.

    The rights themselves are object permissions of django-guardian on the specials, given at the appointment and taken
    away at the end; `wanted` is what the appointment asks for.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    specials = models.ManyToManyField(Special, related_name="portfolios")
    wanted = models.JSONField(default=list)
    since = models.DateField()
    until = models.DateField()
    reason = models.TextField()
    status = models.CharField(max_length=10, default=states.PortfolioStatus.PROPOSED)
    is_demo = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            status_in("portfolio_status", states.PortfolioStatus),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="portfolio_dates"),
            models.CheckConstraint(
                condition=Q(appointed_by=None) | ~Q(appointed_by=F("proposed_by")), name="portfolio_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.since} - {self.until}"

    @property
    def status_label(self) -> str:
        return str(states.PortfolioStatus(self.status).label)

    @property
    def right_labels(self) -> list[str]:
        return [str(states.PortfolioRight(right).label) for right in self.wanted]


class Recommendation(models.Model):
    """What a project manager recommends; the division answers with a reason."""

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="recommendations")
    special = models.ForeignKey(Special, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    subject = models.CharField(max_length=200, help_text="title of a topic, number of a project")
    text = models.TextField()
    status = models.CharField(max_length=10, default=states.RecommendationStatus.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            status_in("recommendation_status", states.RecommendationStatus),
            models.CheckConstraint(condition=Q(kind__in=states.RecommendationKind.values), name="recommendation_kind"),
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer=""),
                name="recommendation_answer_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def kind_label(self) -> str:
        return str(states.RecommendationKind(self.kind).label)

    @property
    def status_label(self) -> str:
        return str(states.RecommendationStatus(self.status).label)


class AdvisoryBody(models.Model):
    """战略咨询支撑机构: one for each future industry at a time (clause R5)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    industry = models.ForeignKey(ReferenceEntry, models.PROTECT, related_name="+")
    tasks = models.TextField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["industry__order", "-since"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="advisorybody_dates"),
            models.UniqueConstraint(fields=["industry"], condition=Q(until=None), name="advisorybody_one_per_industry"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.industry}"

    @property
    def is_at_work(self) -> bool:
        """An end may be set in advance; the body works until that day is over."""
        return self.until is None or self.until >= clock.today()


class AdvisoryYear(models.Model):
    """The money of one body in one year, inside the plan item of its special (clause A2)."""

    body = models.ForeignKey(AdvisoryBody, models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField()
    money = MoneyField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["body", "year"], name="advisoryyear_once"),
            models.CheckConstraint(condition=Q(money__gt=0), name="advisoryyear_money"),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.year}"


class AdvisoryReport(models.Model):
    """A report a body files; the bureau accepts it or gives it back, and may make it public."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.ForeignKey(AdvisoryBody, models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    summary = models.TextField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, default=states.AdvisoryReportStatus.FILED)
    is_public = models.BooleanField(default=False)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            status_in("advisoryreport_status", states.AdvisoryReportStatus),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(status="ACCEPTED"), name="advisoryreport_public_is_accepted"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_label(self) -> str:
        return str(states.AdvisoryReportStatus(self.status).label)
