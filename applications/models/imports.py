"""Old projects and applications from other systems (clause T1): where they come from, each upload, and the rows taken over."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from applications import states
from core.clock import CoreNow
from core.models import StoredFile
from core.money import MoneyField
from programs.models import Special


class ImportSource(models.Model):
    """A system or list that tables come from; how its columns were mapped last is remembered."""

    name = models.CharField(max_length=30, unique=True)
    mapping = models.JSONField(default=dict, help_text="{field: heading}")
    options = models.JSONField(default=dict, help_text="unit of the amounts")

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One uploaded table. Nothing is taken over before a dry run has been looked at and somebody has said why."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(ImportSource, models.PROTECT, related_name="batches")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    errors = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    counts = models.JSONField(default=dict, help_text="rows, new, changed, same, wrong, unclear")
    problems = models.JSONField(default=list, help_text="[{row, column, text, held}], the first of them")
    status = models.CharField(max_length=10, default=states.ImportStatus.UPLOADED)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    why = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ImportStatus.values), name="importbatch_status"),
            models.CheckConstraint(
                condition=~Q(status="APPLIED") | Q(applied_by__isnull=False, applied_at__isnull=False) & ~Q(why=""), name="importbatch_applied_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.file.name}"

    @property
    def status_label(self) -> str:
        return str(states.ImportStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.IMPORT_TONES.get(self.status, "")


class OldProject(models.Model):
    """A project or application of another system. What could not be told for certain stays the text that it was.

    `special` is the class of the version in force in its year, never moved: what became of it is asked of the mappings. `klass`
    is the code that limits count it under today.
    """

    source = models.ForeignKey(ImportSource, models.PROTECT, related_name="rows")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="rows", help_text="that wrote it last")
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    special_text = models.CharField(max_length=120, blank=True)
    special = models.ForeignKey(Special, models.PROTECT, null=True, blank=True, related_name="+")
    klass = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField()
    unit_text = models.CharField(max_length=160, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    leader_text = models.CharField(max_length=80, blank=True)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    amount = MoneyField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=states.OldState.choices)
    targets = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    unclear = models.JSONField(default=list, blank=True, help_text="[text]")
    written_at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="oldproject_once"),
            models.CheckConstraint(condition=Q(state__in=states.OldState.values), name="oldproject_state"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="oldproject_amount"),
            models.CheckConstraint(condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="oldproject_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def ref(self) -> str:
        """Two systems may have used the same number."""
        return f"{self.number}（{self.source.name}）"
