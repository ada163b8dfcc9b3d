"""What stands beside a guide while it is made: comments of the staff, the legal opinion, its files, files to come in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import CoreNow
from core.models import StoredFile
from programs import states
from programs.models.constraints import status_in
from programs.models.guides import Guide, GuideVersion


class GuideComment(models.Model):
    """A remark of the staff on a part of a guide, or on one clause of it. `must_settle` stops the approval."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="comments")
    version = models.ForeignKey(GuideVersion, models.PROTECT, related_name="+", help_text="what the remark was made on")
    part = models.CharField(max_length=40)
    clause = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    must_settle = models.BooleanField(default=False)
    status = models.CharField(max_length=12, default=states.CommentStatus.OPEN)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            status_in("guidecomment_status", states.CommentStatus),
            models.CheckConstraint(condition=~Q(status="ANSWERED") | ~Q(answer=""), name="guidecomment_answer_is_there"),
        ]

    def __str__(self) -> str:
        return f"{self.guide_id} {self.part} {self.clause}".strip()

    @property
    def ref(self) -> str:
        return f"COMMENT-{self.pk}"

    @property
    def status_label(self) -> str:
        return str(states.CommentStatus(self.status).label)


class LegalOpinion(models.Model):
    """The legality and fair-competition check of one version: a text, and yes or no to every point. Never changed.

    It is about the version with the policy documents and windows of that day: another `basis` makes it an earlier one.
    """

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="opinions")
    version = models.ForeignKey(GuideVersion, models.PROTECT, related_name="+")
    text = models.TextField()
    items = models.JSONField(help_text="[{code, group, text, basis, ok, note}], as the check list stood that day")
    passed = models.BooleanField()
    basis = models.CharField(max_length=64, blank=True, help_text="hash of the content, policy documents and windows it is about")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.guide_id} v{self.version_id}"


class GuideFile(models.Model):
    """A blank form of a material, an annex or a template of the contract. The versions name it by its key."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="files")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.uid)


class GuideUpload(models.Model):
    """A guide file that was read without fault and waits for the yes of the person who sent it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    package = models.JSONField()
    guide = models.ForeignKey(Guide, models.SET_NULL, null=True, blank=True, related_name="+", help_text="the draft made of it")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.guide_id is None

