"""Entitlement without application (免申即享, clauses R6, C2): lists computed from held data, confirmed by the units."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.clock import CoreNow
from core.money import MoneyField
from notices.models import Document
from programs import states
from programs.models.constraints import status_in
from programs.models.guides import Guide, GuideVersion


def _who() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class EntitlementList(models.Model):
    """Units and amounts of one guide as the register stood on `day`, frozen.

    `money` is what the guide has left for this list when it is computed, `total` what stands of it now: what a unit
    declines or lets lapse goes back. `open_cases` counts units left out because a person would have to look.
    """

    ref = models.CharField(max_length=60, unique=True)
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="entitlement_lists")
    version = models.ForeignKey(GuideVersion, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    day = models.DateField()
    status = models.CharField(max_length=12, default=states.EntitlementListStatus.DRAFT)
    money = MoneyField()
    total = MoneyField(default=0)
    count = models.PositiveIntegerField(default=0)
    open_cases = models.PositiveIntegerField(default=0)
    confirm_days = models.PositiveSmallIntegerField()
    confirm_by = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_by = _who()
    approved_by = _who()
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            status_in("entitlementlist_status", states.EntitlementListStatus),
            models.UniqueConstraint(fields=["guide", "number"], name="entitlementlist_number"),
            models.UniqueConstraint(
                fields=["guide"], condition=Q(status__in=states.LIST_IN_WORK), name="entitlementlist_one_in_work"
            ),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=F("money")), name="entitlementlist_within_money"),
            models.CheckConstraint(
                condition=(Q(checked_by=None) | ~Q(checked_by=F("drafted_by")))
                & (Q(approved_by=None) | ~Q(approved_by=F("drafted_by")))
                & (Q(approved_by=None) | Q(checked_by__isnull=False) & ~Q(approved_by=F("checked_by"))),
                name="entitlementlist_three_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "FINISHED"])
                | Q(approved_by__isnull=False, published_at__isnull=False, confirm_by__isnull=False),
                name="entitlementlist_published_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def status_label(self) -> str:
        return str(states.EntitlementListStatus(self.status).label)


class Entitlement(models.Model):
    """What one unit gets by a list. `explained` holds per language the lines of the formula, [name, text, yuan];
    `conditions` the outcome of every condition. `account` is the unit's account when it confirmed: name, bank, sealed
    and masked number. At most one that counts per unit and guide."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    roll = models.ForeignKey(EntitlementList, models.PROTECT, related_name="rows")
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    amount = MoneyField()
    status = models.CharField(max_length=12, default=states.EntitlementStatus.LISTED)
    explained = models.JSONField(default=dict)
    conditions = models.JSONField(default=list)
    account = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)
    answered_by = _who()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["roll", "pk"]
        constraints = [
            status_in("entitlement_status", states.EntitlementStatus),
            models.CheckConstraint(condition=Q(amount__gt=0), name="entitlement_amount"),
            models.UniqueConstraint(
                fields=["guide", "organisation"], condition=~Q(status=states.EntitlementStatus.VOID), name="entitlement_once"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["DECLINED", "LAPSED", "VOID"]) | ~Q(reason=""), name="entitlement_loss_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status="CONFIRMED") | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="entitlement_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.roll_id} {self.organisation_id}"

    @property
    def status_label(self) -> str:
        return str(states.EntitlementStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.ENTITLEMENT_TONES.get(self.status, "")
