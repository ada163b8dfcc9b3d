"""Duplicate check (查重): the texts that are compared, their fingerprints, and what was found in two of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from applications import states
from applications.models.filing import Application
from core.clock import CoreNow


class CheckedText(models.Model):
    """What is compared of one application: title and long answers as they were submitted, and its target and budget lines.

    `lines` are the rows of targets and budget in words. `source` names the list it was imported from; empty: filed here.
    `compared_with` is how many other texts there were at the last comparison.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.OneToOneField(Application, models.PROTECT, null=True, blank=True, related_name="checked_text")
    source = models.CharField(max_length=120, blank=True)
    ref = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    unit = models.CharField(max_length=200, blank=True)
    people = models.JSONField(default=list, blank=True, help_text="names of leader and team")
    lines = models.JSONField(default=list, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=CoreNow())
    compared_at = models.DateTimeField(null=True, blank=True)
    compared_with = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="checkedtext_ref")]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"


class TextPrint(models.Model):
    """One fingerprint of a text. The key is the index that finds who shares it; a text's own are known from the text."""

    pk = models.CompositePrimaryKey("value", "text_id")
    value = models.IntegerField()
    text = models.ForeignKey(CheckedText, models.CASCADE, related_name="prints", db_index=False)

    def __str__(self) -> str:
        return f"{self.value} {self.text_id}"


class DuplicateFinding(models.Model):
    """Two texts that share more than the parameters allow; a person says what it is, nothing follows by itself.

    `share` of the text of the application stands in the other one, `other_share` the other way round, 0 to 1. `passages` are
    [start, end, other start, other end] in the two texts, `people` and `lines` what else they have in common.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="duplicates")
    other = models.ForeignKey(CheckedText, models.PROTECT, related_name="+")
    share = models.DecimalField(max_digits=5, decimal_places=4)
    other_share = models.DecimalField(max_digits=5, decimal_places=4)
    title_likeness = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    passages = models.JSONField(default=list, blank=True)
    people = models.JSONField(default=list, blank=True)
    lines = models.JSONField(default=list, blank=True)
    sha256 = models.CharField(max_length=64, help_text="of the two texts as they were compared")
    found_at = models.DateTimeField(db_default=CoreNow())
    status = models.CharField(max_length=10, default=states.DuplicateStatus.OPEN)
    why = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-share", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.DuplicateStatus.values), name="duplicate_status"),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1, other_share__gte=0, other_share__lte=1), name="duplicate_share"),
            models.CheckConstraint(
                condition=Q(status=states.DuplicateStatus.OPEN) | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(why=""),
                name="duplicate_decided_whole"),
            models.UniqueConstraint(fields=["application", "other"], name="duplicate_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.other_id} {self.share}"

    @property
    def status_label(self) -> str:
        return str(states.DuplicateStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.DUPLICATE_TONES.get(self.status, "")
