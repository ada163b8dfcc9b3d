"""Tables of the performance floor. What has been filed and what has been confirmed is frozen by triggers."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from core.clock import CoreNow
from core.models import StoredFile
from core.money import MoneyField
from performance import rules, states
from projects.models import ContractTarget, Project


class Report(models.Model):
    """What the undertaking unit reports: once a year, and at the end. Filing the final report asks for acceptance."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=states.ReportKind.choices)
    year = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, default=states.ReportStatus.DRAFT)
    done = models.TextField(blank=True)
    problems = models.TextField(blank=True)
    outlook = models.TextField(blank=True)
    spent = MoneyField(default=0)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    rev = models.PositiveIntegerField(default=0)
    return_reason = models.TextField(blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    assessment = models.CharField(max_length=12, blank=True, choices=states.Assessment.choices)
    assessment_text = models.TextField(blank=True)
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    assessed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["project", "kind"], name="report_project")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ReportStatus.values), name="report_status"),
            models.CheckConstraint(condition=Q(kind__in=states.ReportKind.values), name="report_kind"),
            models.CheckConstraint(condition=Q(spent__gte=0), name="report_spent_not_negative"),
            models.UniqueConstraint(fields=["project", "year"], condition=Q(kind="ANNUAL"), name="report_one_a_year"),
            models.UniqueConstraint(fields=["project"], condition=Q(kind="FINAL"), name="report_one_final"),
            models.CheckConstraint(
                condition=Q(assessment="") | (Q(kind="ANNUAL", assessment__in=states.Assessment.values, assessed_by__isnull=False) & ~Q(assessment_text="")),
                name="report_assessed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.kind} {self.year}"

    @property
    def ref(self) -> str:
        return f"{self.project.number}/{self.kind}/{self.year}"

    @property
    def status_label(self) -> str:
        return str(states.ReportStatus(self.status).label)

    @property
    def kind_label(self) -> str:
        return str(states.ReportKind(self.kind).label)


class Result(models.Model):
    """What was reached of one target, as reported, and as found at the examination."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="results")
    target = models.ForeignKey(ContractTarget, models.PROTECT, related_name="+")
    actual = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    band = models.CharField(max_length=8, blank=True)
    evidence = models.CharField(max_length=500, blank=True)
    found = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    found_band = models.CharField(max_length=8, blank=True)
    found_share = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["target_id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "target"], name="result_once"),
            models.CheckConstraint(condition=Q(band="") | Q(band__in=states.Band.values), name="result_band"),
            models.CheckConstraint(condition=Q(found_band="") | Q(found_band__in=states.Band.values), name="result_found_band"),
            models.CheckConstraint(
                condition=Q(found_share__isnull=True) | Q(found_share__gte=0, found_share__lte=1), name="result_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target}: {self.actual}"

    @property
    def band_label(self) -> str:
        return str(states.Band(self.band).label) if self.band else ""

    @property
    def shortfall(self) -> Decimal | None:
        return rules.shortfall(self.target.direction, self.target.value, self.found)

    @property
    def missed(self) -> bool:
        """Examined, and below what was agreed: another band than "met", or a value on the wrong side."""
        return self.found_band not in ("", states.Band.MET) or self.shortfall is not None

    @property
    def found_band_label(self) -> str:
        """The band with the share that was given inside it."""
        if not self.found_band or self.found_share is None:
            return ""
        return f"{states.Band(self.found_band).label} {(self.found_share * 100).normalize():f}%"


class Acceptance(models.Model):
    """One examination of a final report (验收). A reconsidered project gets a second round, never a changed first one."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=12, default=states.AcceptanceStatus.OPEN)
    conclusion = models.CharField(max_length=12, blank=True)
    opinion = models.TextField(blank=True)
    opened_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.AcceptanceStatus.values), name="acceptance_status"),
            models.CheckConstraint(
                condition=Q(conclusion="") | Q(conclusion__in=states.Conclusion.values), name="acceptance_conclusion"
            ),
            models.CheckConstraint(condition=Q(status="OPEN") | ~Q(conclusion=""), name="acceptance_proposed_is_whole"),
            # who proposes does not confirm
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")), name="acceptance_two_people"
            ),
            models.UniqueConstraint(fields=["project", "round"], name="acceptance_round"),
        ]

    def __str__(self) -> str:
        return f"{self.project} #{self.round}"

    @property
    def ref(self) -> str:
        return f"{self.project.number}/A{self.round}"

    @property
    def status_label(self) -> str:
        return str(states.AcceptanceStatus(self.status).label)

    @property
    def conclusion_label(self) -> str:
        return str(states.Conclusion(self.conclusion).label) if self.conclusion else ""


class Evaluation(models.Model):
    """The performance score of a project, with the weights, bands and results it was worked out from."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.OneToOneField(Project, models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=12, default=states.EvaluationStatus.OPEN)
    score = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    grade = models.CharField(max_length=8, blank=True)
    grade_en = models.CharField(max_length=20, blank=True)
    breakdown = models.JSONField(default=dict, blank=True)
    comment = models.TextField(blank=True)
    opened_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    scored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.EvaluationStatus.values), name="evaluation_status"),
            models.CheckConstraint(
                condition=Q(status="OPEN") | (Q(score__gte=0, score__lte=100) & ~Q(grade="")),
                name="evaluation_scored_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("scored_by")), name="evaluation_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.grade}"

    @property
    def ref(self) -> str:
        return f"{self.project.number}/E"

    @property
    def status_label(self) -> str:
        return str(states.EvaluationStatus(self.status).label)

    @property
    def grade_label(self) -> str:
        return self.grade_en if (get_language() or "").startswith("en") else self.grade
