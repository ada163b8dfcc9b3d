"""A new value of a deciding number, before it is in force: asked by one person, decided by another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from programs import states
from programs.models.constraints import status_in


class ParameterChange(models.Model):
    """From a day to come the number `key` is `value`; approved, it becomes a row of core.Parameter (clause T3)."""

    key = models.CharField(max_length=80)
    value = models.JSONField()
    effective_from = models.DateField()
    source = models.CharField(max_length=300)
    why = models.TextField()
    status = models.CharField(max_length=12, default=states.ParameterStatus.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            status_in("parameterchange_status", states.ParameterStatus),
            models.UniqueConstraint(fields=["key"], condition=Q(status="REQUESTED"), name="parameterchange_one_open"),
            models.CheckConstraint(
                condition=~Q(status="APPROVED") | ~Q(decided_by=F("requested_by")), name="parameterchange_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.effective_from}"

    @property
    def status_label(self) -> str:
        return str(states.ParameterStatus(self.status).label)
