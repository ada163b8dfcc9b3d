"""Files of materials on their way."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from applications.models.filing import Application
from core.clock import CoreNow


class Upload(models.Model):
    """A file that comes in pieces; the row goes when it has arrived, was given up, or nothing has come for long.

    `pieces` are the places of the bytes in the store, in order. `mark` is the SHA-256 of the whole file where the browser could
    work it out, else whatever it knows of the file: the same file chosen again goes on where it stopped.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="uploads")
    code = models.CharField(max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    mark = models.CharField(max_length=80)
    received = models.BigIntegerField(default=0)
    pieces = models.JSONField(default=list)
    begun_at = models.DateTimeField(db_default=CoreNow())
    touched_at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "code", "person"], name="upload_one_per_material"),
            models.CheckConstraint(condition=Q(received__gte=0) & Q(received__lte=F("size")), name="upload_within_its_size"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.received}/{self.size}"

    @property
    def folder(self) -> str:
        return f"pieces/{self.uid}"
