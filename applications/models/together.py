"""Who writes an application with its leader, and who is in which of its sections now."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from applications import states
from applications.models.filing import Application
from core.clock import CoreNow


class CoAuthor(models.Model):
    """A seat at the draft. `address` is what the leader typed; the person is found by it now or when the account is made."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="coauthors")
    address = models.CharField(max_length=120)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    rights = models.JSONField(default=dict, help_text="{part or *: READ or WRITE}")
    status = models.CharField(max_length=10, default=states.SeatStatus.INVITED)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=CoreNow())
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application", "pk"]
        indexes = [models.Index(fields=["person", "status"], name="coauthor_person")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.SeatStatus.values), name="coauthor_status"),
            models.CheckConstraint(condition=~Q(status=states.SeatStatus.ACTIVE) | Q(person__isnull=False), name="coauthor_is_somebody"),
            models.UniqueConstraint(fields=["application", "address"], condition=Q(status__in=states.SEAT_OPEN), name="coauthor_address_once"),
            models.UniqueConstraint(fields=["application", "person"], condition=Q(status__in=states.SEAT_OPEN), name="coauthor_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.address}"

    def right(self, part: str) -> str:
        """READ, WRITE or "" for one part."""
        found = {self.rights.get("*", ""), self.rights.get(part, "")}
        return states.WRITE if states.WRITE in found else states.READ if states.READ in found else ""


class Presence(models.Model):
    """Who has a section open now. A row is good for some seconds; after a crash of the database none are left (unlogged)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    section = models.CharField(max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    field = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "section", "person"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.section} {self.person_id}"
