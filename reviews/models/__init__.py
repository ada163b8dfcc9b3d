"""Tables of the reviews floor. Sheets, draws, recusals and declarations are frozen by triggers once they decide."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from applications.models import Application
from core.clock import CoreNow
from core.money import MoneyField
from programs.models import Guide
from reviews import states
from reviews.models.after import ExpertReview, FeeLine, FeeList, Measure
from reviews.models.pool import Candidacy, ExpertAccount, ExpertImport, Profile, Tie

__all__ = [
    "Assignment", "Batch", "BatchItem", "Candidacy", "Declaration", "Draw", "Expert", "ExpertAccount", "ExpertImport", "ExpertReview", "FeeLine",
    "FeeList", "Measure", "Profile", "Recusal", "Score", "Tie",
]


class Expert(Profile):
    """A person of the expert pool. Employers with dates are those of the person (accounts.Employment)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=states.ExpertStatus.choices, default=states.ExpertStatus.ACTIVE)
    origin = models.CharField(max_length=6, choices=states.Origin.choices, default=states.Origin.DESK)
    confirmed_on = models.DateField(null=True, blank=True, help_text="last yearly confirmation; empty = the day of joining")
    paused_until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)
    search = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            GinIndex(fields=["search"], name="expert_search"),
            models.Index(fields=["status", "constituency"], name="expert_active"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ExpertStatus.values), name="expert_status"),
            models.CheckConstraint(condition=Q(pool__in=states.Pool.values), name="expert_pool"),
            models.CheckConstraint(condition=Q(constituency__in=states.Constituency.values), name="expert_constituency"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Batch(models.Model):
    """One review of applications of one guide. `sheet` and `rules` are copied from the guide version at creation."""

    ref = models.CharField(max_length=40, unique=True)
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, default=states.BatchStatus.DRAFT)
    mode = models.CharField(max_length=8, choices=states.Mode.choices)
    panel_size = models.PositiveSmallIntegerField()
    industry_min = models.PositiveSmallIntegerField(default=0)
    blind = models.CharField(max_length=8, choices=states.Blind.choices, default=states.Blind.SINGLE)
    due_at = models.DateTimeField(null=True, blank=True)
    groups = models.JSONField(default=list, help_text="[{code, name, name_en}]")
    sheet = models.JSONField(help_text="score sheet of the guide version")
    rules = models.JSONField(help_text="numbers in force when the batch was made")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    invited_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_sha256 = models.CharField(max_length=64, blank=True)
    ranked_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["guide", "status"], name="batch_guide")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.BatchStatus.values), name="batch_status"),
            models.CheckConstraint(condition=Q(mode__in=states.Mode.values), name="batch_mode"),
            models.CheckConstraint(condition=Q(blind__in=states.Blind.values), name="batch_blind"),
            # Panels are odd, so that a vote decides; at least three experts look at every application.
            models.CheckConstraint(
                condition=Q(panel_size__gte=3, panel_size__lte=15)
                & Q(panel_size__in=[3, 5, 7, 9, 11, 13, 15]),
                name="batch_panel_odd",
            ),
            models.CheckConstraint(
                condition=Q(industry_min__lte=models.F("panel_size")), name="batch_industry_within_panel"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "DRAWN"]) | Q(due_at__isnull=False), name="batch_invited_has_due"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CLOSED", "RANKED"]) | ~Q(closed_sha256=""), name="batch_closed_has_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"


class BatchItem(models.Model):
    """An application in a batch, with the figures worked out from its valid sheets."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    group = models.CharField(max_length=40)
    count = models.PositiveSmallIntegerField(default=0)
    mean = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    tie = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    spread = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    flag = models.CharField(max_length=20, blank=True, help_text="RANGE, SD, KNOCKOUT")
    knockouts = models.PositiveSmallIntegerField(default=0)
    withdrawn = models.BooleanField(default=False)
    rank = models.PositiveIntegerField(null=True, blank=True)
    amount = MoneyField(default=0, help_text="what the ranking counts against the money of the guide")
    outcome = models.CharField(max_length=12, choices=states.Outcome.choices, blank=True)
    recommended = models.BooleanField(default=False)
    feedback = models.TextField(blank=True, help_text="edited comments for the applicant; never a name or a score")
    feedback_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    feedback_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "rank", "pk"]
        indexes = [models.Index(fields=["batch", "rank"], name="batchitem_rank")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "application"], name="batchitem_once"),
            models.CheckConstraint(condition=Q(outcome__in=states.Outcome.values), name="batchitem_outcome"),
            models.CheckConstraint(condition=Q(mean=None) | Q(mean__gte=0, mean__lte=100), name="batchitem_mean"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.application_id}"


class Draw(models.Model):
    """A seeded draw: secret committed first, public value entered later, candidates and result hashed.

    `candidates` names experts by the codes of this draw only; `key` (sealed) says who is who. The result stays sealed
    until it is opened. Triggers refuse to change what has been fixed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="draws")
    status = models.CharField(max_length=10, default=states.DrawStatus.COMMITTED)
    commit_hash = models.CharField(max_length=64)
    secret_sealed = models.TextField()
    secret = models.CharField(max_length=64, blank=True, help_text="shown when the draw is opened")
    candidates = models.JSONField(help_text="input of the draw, by codes")
    candidates_sha256 = models.CharField(max_length=64)
    key_sealed = models.TextField(help_text="{code: expert id}, sealed")
    public_source = models.CharField(max_length=200)
    public_value = models.CharField(max_length=200, blank=True)
    public_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    result_sealed = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    committed_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    sealed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.DrawStatus.values), name="draw_status"),
            models.CheckConstraint(
                condition=Q(public_at=None) | Q(public_at__gt=models.F("committed_at")), name="draw_commit_before_public"
            ),
            models.UniqueConstraint(
                fields=["batch"], condition=~Q(status=states.DrawStatus.CANCELLED), name="draw_one_per_batch"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Recusal(models.Model):
    """Why an expert may not look at an application: rule, who found it, when, the evidence. Append-only."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="recusals")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="recusals")
    code = models.CharField(max_length=4, choices=states.RecusalCode.choices)
    found_by = models.CharField(max_length=8, choices=states.FoundBy.choices)
    note = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=dict, blank=True, help_text="what the rule rests on, as data; shown in words")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["batch", "application", "code", "pk"]
        indexes = [models.Index(fields=["batch", "expert"], name="recusal_expert")]
        constraints = [
            models.CheckConstraint(condition=Q(code__in=states.RecusalCode.values), name="recusal_code"),
            models.CheckConstraint(condition=Q(found_by__in=states.FoundBy.values), name="recusal_found_by"),
            models.UniqueConstraint(
                fields=["batch", "application", "expert", "code", "found_by"], name="recusal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.expert_id} {self.application_id}"


class Assignment(models.Model):
    """One expert for one application: a seat, or an alternate in the order of the draw."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="assignments")
    item = models.ForeignKey(BatchItem, models.PROTECT, related_name="assignments")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="assignments")
    alias = models.CharField(max_length=12, help_text="name of the expert on the desk's pages of this batch")
    status = models.CharField(max_length=10, default=states.AssignmentStatus.DRAWN)
    is_alternate = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField()
    invited_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=10, choices=states.DeclineReason.choices, blank=True)
    decline_note = models.CharField(max_length=300, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        ordering = ["item", "is_alternate", "order"]
        indexes = [
            models.Index(fields=["expert", "status"], name="assignment_expert"),
            models.Index(fields=["batch", "status"], name="assignment_batch"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.AssignmentStatus.values), name="assignment_status"),
            models.UniqueConstraint(fields=["item", "expert"], name="assignment_once"),
            models.UniqueConstraint(fields=["item", "is_alternate", "order"], name="assignment_order"),
            models.CheckConstraint(
                condition=~Q(status=states.AssignmentStatus.DECLINED) | ~Q(decline_reason=""),
                name="assignment_decline_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias} {self.item_id}"

    @property
    def status_label(self) -> str:
        return str(states.AssignmentStatus(self.status).label)


class Declaration(models.Model):
    """An expert's word on confidentiality and conflicts, given before any dossier opens: one for everything the expert is
    invited to at once. Who is called again later as an alternate declares again, for what is new."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="declarations")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="declarations")
    text = models.TextField()
    applications = models.JSONField(default=list, help_text="[ref], what the word covers")
    conflicts = models.JSONField(default=list, help_text="[{application, code, note}]")
    at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["batch", "expert"], name="declaration_of")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.expert_id}"


class Score(models.Model):
    """One score sheet. `draft` is the expert's own and seen by nobody else; what is submitted never changes (trigger)."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="score")
    draft = models.JSONField(default=dict, blank=True)
    rev = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(default=0, help_text="time with the sheet open, as the browser counted it")
    values = models.JSONField(default=dict, blank=True)
    comments = models.TextField(blank=True)
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    recommendation = models.CharField(max_length=1, choices=states.Recommendation.choices, blank=True)
    knockout = models.JSONField(default=list, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at=None) | (Q(total__isnull=False) & ~Q(sha256="")), name="score_submitted_whole"
            ),
            models.CheckConstraint(condition=Q(total=None) | Q(total__gte=0, total__lte=100), name="score_total"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.total}"
