"""Policy documents: what a guide rests on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import CoreNow
from core.models import StoredFile
from programs import states
from programs.models.constraints import status_in
from programs.models.tree import Special


class PolicyDocument(models.Model):
    """An act a guide can rest on: 管理办法 or 实施方案 (clause R13)."""

    number = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=12)
    issuer = models.CharField(max_length=120)
    issued_on = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    government_approval = models.CharField(max_length=200, blank=True, help_text="number of the approval")
    government_approved_on = models.DateField(null=True, blank=True)
    rests_on = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="carries")
    text = models.TextField(blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    repealed_on = models.DateField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    specials = models.ManyToManyField(Special, blank=True, related_name="policies")
    source = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False)
    status = models.CharField(max_length=12, default=states.PolicyStatus.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-valid_from", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="policydocument_dates"
            ),
            models.CheckConstraint(condition=Q(kind__in=states.PolicyKind.values), name="policydocument_kind"),
            status_in("policydocument_status", states.PolicyStatus),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"

    @property
    def kind_label(self) -> str:
        return str(states.PolicyKind(self.kind).label)

    @property
    def status_label(self) -> str:
        return str(states.PolicyStatus(self.status).label)
