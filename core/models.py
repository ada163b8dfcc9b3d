"""Tables of the kernel. None of them knows a domain word; targets are (type, id, public reference)."""

from __future__ import annotations

import uuid
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.clock import CoreNow
from core.ledger import OBJECTOR


class Labelled(models.Model):
    """Reference data with both languages: `name` is Chinese, `name_en` English, `label` the reader's."""

    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") and self.name_en else self.name


class Pointing(models.Model):
    """A row that speaks of another row of any app, without a foreign key (the kernel knows no app)."""

    target_type = models.CharField(max_length=80)
    target_id = models.BigIntegerField()

    class Meta:
        abstract = True

    @property
    def target(self) -> Any:
        return apps.get_model(self.target_type)._base_manager.get(pk=self.target_id)


class ClockShift(models.Model):
    """At most one row; while it stands `core_now()` is shifted. Only the database owner may write it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    shift = models.DurationField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_shift_single")]


class LedgerRow(Pointing):
    """Append-only (trigger and grants): who did what, on what, when, why."""

    at = models.DateTimeField(db_default=CoreNow())
    verb = models.CharField(max_length=80)
    target_ref = models.CharField(max_length=80, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)
    why = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["target_type", "target_id", "id"], name="ledger_target"),
            models.Index(fields=["actor_id", "id"], name="ledger_actor"),
            models.Index(fields=["verb", "id"], name="ledger_verb"),
            models.Index(fields=["at"], name="ledger_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_label} {self.verb} {self.target_ref}"

    @property
    def who(self) -> str:
        """Who acted, as a page names them; a room of the system (clock, award) is simply the system, and an objector has
        no name in the record."""
        if self.actor_id is None and self.actor_label == OBJECTOR.label:
            return _("Objector")
        return self.actor_label if self.actor_id else _("System")


class Seal(models.Model):
    """The hash chain over committed ledger rows, append-only."""

    seq = models.BigIntegerField(primary_key=True)
    row = models.OneToOneField(LedgerRow, on_delete=models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=CoreNow())

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"


class Retried(models.Model):
    """Work claimed by a sweeper: done once, tried again with growing pauses."""

    done_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(db_default=CoreNow())
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True


class Reaction(Retried):
    # written with its event by `core_record`, and events stay: the database need not look for it again; `reaction_once` begins with it
    event = models.ForeignKey(LedgerRow, on_delete=models.PROTECT, related_name="reactions", db_index=False, db_constraint=False)
    handler = models.TextField(help_text="name of a function; of several, parted by the worker, with blanks")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="reaction_once")]
        indexes = [models.Index(fields=["retry_at"], condition=models.Q(done_at=None), name="reaction_due")]

    def __str__(self) -> str:
        return f"{self.handler} on {self.event_id}"


class Deadline(Pointing, Retried):
    kind = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_type", "target_id"], condition=models.Q(done_at=None), name="deadline_one_open"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="deadline_due"),
            models.Index(fields=["target_type", "target_id"], name="deadline_target"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class Parameter(models.Model):
    """A number that decides, as dated data: the row with the latest `effective_from` on or before the day rules."""

    key = models.CharField(max_length=80)
    value = models.JSONField()
    unit = models.CharField(max_length=40, blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "effective_from"], name="parameter_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value} {self.unit}"


class Pause(models.Model):
    """Heavy work switched off until a moment, so that submissions have the machine: who, why, and whether it was ended earlier."""

    class Kind(models.TextChoices):
        EXPORT = "EXPORT", gettext_lazy("Exports of tables")
        PREVIEW = "PREVIEW", gettext_lazy("PDF previews of applications")
        STATISTICS = "STATISTICS", gettext_lazy("Pages of statistics")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    begins_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    ends_at = models.DateTimeField()
    reason = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-begins_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["EXPORT", "PREVIEW", "STATISTICS"]), name="pause_kind"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("begins_at")), name="pause_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ends_at:%Y-%m-%d %H:%M}"

    @property
    def kind_label(self) -> str:
        return str(self.Kind(self.kind).label)


class Counter(models.Model):
    """Last number given in a series and period; the row lock makes numbers unique and gapless."""

    series = models.CharField(max_length=80)
    period = models.CharField(max_length=20, blank=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "period"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.period}: {self.last}"


class StoredFile(models.Model):
    class Scan(models.TextChoices):
        PENDING = "PENDING", gettext_lazy("Virus check under way")
        CLEAN = "CLEAN", gettext_lazy("No virus found")
        UNSCANNED = "UNSCANNED", gettext_lazy("Not scanned")
        INFECTED = "INFECTED", gettext_lazy("Virus found, locked")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=255)
    mime = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.PENDING)
    scan_note = models.CharField(max_length=200, blank=True, help_text="what was found, or why there is no verdict yet")
    scan_tries = models.PositiveSmallIntegerField(default=0)
    scan_retry_at = models.DateTimeField(db_default=CoreNow())
    scanned_at = models.DateTimeField(null=True)
    uploaded_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="file_sha"),
            models.Index(fields=["scan", "id"], condition=models.Q(scan__in=["PENDING", "UNSCANNED"]), name="file_to_scan"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_locked(self) -> bool:
        """Nobody may open it: no verdict yet, or a bad one."""
        return self.scan in (self.Scan.PENDING, self.Scan.INFECTED)

    @property
    def mark(self) -> Any:
        """What a list says beside the name; a file that was looked at and found clean needs no word."""
        return "" if self.scan == self.Scan.CLEAN else self.get_scan_display()

    @property
    def mark_tone(self) -> str:
        return {self.Scan.PENDING: "warn", self.Scan.INFECTED: "bad"}.get(self.scan, "")


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "QUEUED"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    actor_id = models.BigIntegerField(null=True)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="jobs")
    error = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=CoreNow())
    beat_at = models.DateTimeField(db_default=CoreNow())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"]), name="job_state"
            )
        ]
        indexes = [
            models.Index(fields=["beat_at"], condition=models.Q(state__in=["QUEUED", "RUNNING"]), name="job_open"),
            models.Index(fields=["actor_id", "-id"], name="job_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class OnceKey(models.Model):
    """The key of a form that was posted, with where the first post led: a replay goes there and does nothing."""

    key = models.UUIDField(unique=True)
    actor_id = models.BigIntegerField(null=True)
    path = models.CharField(max_length=300)
    body_sha256 = models.CharField(max_length=64, blank=True)
    location = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_default=CoreNow())

    def __str__(self) -> str:
        return str(self.key)


class SavedView(models.Model):
    """A person's named search of one list."""

    person_id = models.BigIntegerField()
    listing = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600)
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "listing", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """Last sign of life of a process kind ("beat", "worker"), for the health page."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_default=CoreNow())

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
