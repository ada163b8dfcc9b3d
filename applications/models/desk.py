"""The formality desk: what the rules found in an application, and checks handed over to a professional institution."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from applications import states
from applications.models.filing import Application
from core.clock import CoreNow
from programs.models import Guide


class RuleHits(models.Model):
    """How much the rules found in an application that lies at the desk, so that the queue can begin with it.

    Nothing is decided by it: the page of the application asks the rules anew. A row may be thrown away at any time.
    """

    application = models.OneToOneField(Application, models.CASCADE, primary_key=True, related_name="rule_hits")
    failed = models.PositiveSmallIntegerField(default=0)
    human = models.PositiveSmallIntegerField(default=0)
    found = models.JSONField(default=list, help_text="[{clause, text, found, result}]")
    at = models.DateTimeField(db_default=CoreNow())

    def __str__(self) -> str:
        return f"{self.application_id} {self.failed}/{self.human}"


class Handover(models.Model):
    """The formality check of a guide, or of chosen applications of it, in the hands of an institution for a time (clause R11).

    Who acts are the people who hold the role at the institution on that day; the row is the one thing that gives them these
    applications, so that they lose them with the row, its time or their role.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+")
    whole = models.BooleanField(help_text="all applications of the guide, else the chosen ones")
    applications = models.ManyToManyField(Application, related_name="handovers", blank=True)
    since = models.DateField()
    until = models.DateField()
    reason = models.TextField()
    status = models.CharField(max_length=10, default=states.HandoverStatus.ACTIVE)
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["organisation", "status"], name="handover_organisation")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.HandoverStatus.values), name="handover_status"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="handover_dates"),
            models.CheckConstraint(condition=~Q(reason=""), name="handover_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.guide.ref} → {self.organisation.name}"

    @property
    def ref(self) -> str:
        return self.guide.ref

    @property
    def status_label(self) -> str:
        return str(states.HandoverStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.HANDOVER_TONES.get(self.status, "")
