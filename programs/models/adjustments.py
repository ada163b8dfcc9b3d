"""Cases that create, adjust, suspend, resume or cancel a special or a whole plan, and reports of overlap (clause R3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from programs import states
from programs.models.constraints import status_in
from programs.models.policies import PolicyDocument
from programs.models.tree import Plan, PlanTree, Special


class Adjustment(models.Model):
    """One case. `special` is empty when the case is about a whole plan or makes a new special in `plan`.

    `proposal` holds the columns the case wants (names, modes, scheme ...), `before` what they were when it took effect.
    """

    ref = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8)
    tree = models.ForeignKey(PlanTree, models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="adjustments")
    special = models.ForeignKey(Special, models.PROTECT, null=True, blank=True, related_name="adjustments")
    title = models.CharField(max_length=200)
    reason = models.TextField()
    proposal = models.JSONField(default=dict, blank=True)
    before = models.JSONField(default=dict, blank=True)
    open_guides = models.CharField(max_length=8, default=states.OpenGuides.KEEP)
    effective_on = models.DateField()
    status = models.CharField(max_length=12, default=states.AdjustmentStatus.DRAFT)
    is_demo = models.BooleanField(default=False)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            status_in("adjustment_status", states.AdjustmentStatus),
            models.CheckConstraint(condition=Q(kind__in=states.AdjustmentKind.values), name="adjustment_kind"),
            models.CheckConstraint(
                condition=Q(open_guides__in=states.OpenGuides.values), name="adjustment_open_guides"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("drafted_by")), name="adjustment_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(status="IN_FORCE") | Q(applied_at__isnull=False, decided_by__isnull=False),
                name="adjustment_in_force_was_decided",
            ),
            models.UniqueConstraint(
                fields=["special"], condition=Q(status__in=states.PENDING_ADJUSTMENTS), name="adjustment_one_per_special"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def kind_label(self) -> str:
        return str(states.AdjustmentKind(self.kind).label)

    @property
    def status_label(self) -> str:
        return str(states.AdjustmentStatus(self.status).label)

    @property
    def is_of_plan(self) -> bool:
        """About a whole plan; a new special is not there yet."""
        return self.special_id is None and self.kind != states.AdjustmentKind.CREATE

    @property
    def target_label(self) -> str:
        if self.special is not None:
            return self.special.label
        return self.plan.label if self.plan is not None else self.tree.label


class Evidence(models.Model):
    """What a case rests on. `figure` and `note` are frozen as they were when it was cited."""

    adjustment = models.ForeignKey(Adjustment, models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=12)
    ref = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=300, blank=True)
    figure = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    policy = models.ForeignKey(PolicyDocument, models.PROTECT, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["adjustment", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=states.EvidenceKind.values), name="evidence_kind"),
            models.UniqueConstraint(
                fields=["adjustment", "kind", "ref"], condition=~Q(ref=""), name="evidence_once_in_case"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> str:
        return str(states.EvidenceKind(self.kind).label)


class Opinion(models.Model):
    """The opinion of a desk on a case; a desk may change its own until the case is put before the leader."""

    adjustment = models.ForeignKey(Adjustment, models.CASCADE, related_name="opinions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stance = models.CharField(max_length=8)
    text = models.TextField(blank=True)
    basis = models.CharField(max_length=64, blank=True, help_text="hash of the case as it stood: text, proposal, evidence")
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["adjustment", "at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(stance__in=states.Stance.values), name="opinion_stance"),
            models.UniqueConstraint(fields=["adjustment", "person"], name="opinion_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.adjustment_id} {self.stance}"

    @property
    def stance_label(self) -> str:
        return str(states.Stance(self.stance).label)


class OverlapReport(models.Model):
    """How far the specials of a tree do the same, at a moment, by the weights in force then (clause P2)."""

    tree = models.ForeignKey(PlanTree, models.PROTECT, related_name="+")
    weights = models.JSONField()
    flag = models.DecimalField(max_digits=5, decimal_places=4)
    specials = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.tree} {self.made_at:%Y-%m-%d}"


class OverlapPair(models.Model):
    """Two specials: one number and the parts it is made of (empty where one side has nothing to compare)."""

    report = models.ForeignKey(OverlapReport, models.CASCADE, related_name="pairs")
    first = models.ForeignKey(Special, models.PROTECT, related_name="+")
    second = models.ForeignKey(Special, models.PROTECT, related_name="+")
    number = models.DecimalField(max_digits=5, decimal_places=4)
    aims = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    conditions = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    applicants = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    topics = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    behind = models.JSONField(default=dict)

    class Meta:
        ordering = ["report", "-number", "pk"]
        constraints = [models.UniqueConstraint(fields=["report", "first", "second"], name="overlappair_once")]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.number}"
