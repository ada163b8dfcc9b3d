"""What ties the versions of the programme tree together: the mapping of old classes, and uploads of changed tables."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from core.models import StoredFile
from programs.models.tree import PlanTree, Special


class SpecialMapping(models.Model):
    """A share of an old class goes into version `into` as `new`; without `new` it is not continued there (clauses P3, T1).

    Of one old class the shares into one version add up to 1; a rule of the version's moves asks it, because the rows of
    one class are written one after the other.
    """

    old = models.ForeignKey(Special, models.CASCADE, related_name="continued_as")
    into = models.ForeignKey(PlanTree, models.CASCADE, related_name="mappings")
    new = models.ForeignKey(Special, models.CASCADE, null=True, blank=True, related_name="continues")
    share = models.DecimalField(max_digits=7, decimal_places=6, default=Decimal(1))
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["into", "old__order", "old__code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["old", "into", "new"], name="specialmapping_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="specialmapping_share"),
            models.CheckConstraint(condition=Q(new=None) | ~Q(new=F("old")), name="specialmapping_leads_on"),
            models.CheckConstraint(condition=Q(new__isnull=False) | ~Q(note=""), name="specialmapping_end_has_note"),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} -> {self.new_id} {self.share}"


class TreeUpload(models.Model):
    """An uploaded table of a draft version: shown as a preview first, applied as a whole or not at all."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tree = models.ForeignKey(PlanTree, models.CASCADE, related_name="uploads")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return str(self.uid)
