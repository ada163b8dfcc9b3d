"""The expert pool: what is known of an expert, who wants to join, tables taken over, standing ties, accounts for the fees."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.clock import CoreNow
from core.models import StoredFile
from reviews import states


class Profile(models.Model):
    """What a person says of himself as an expert, when joining and in the pool. Employers with dates are those of the person
    (accounts.Employment); codes are those of the lists of the house."""

    pool = models.CharField(max_length=8, choices=states.Pool.choices, default=states.Pool.GENERAL)
    constituency = models.CharField(max_length=8, choices=states.Constituency.choices)
    title = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=11, choices=states.TitleLevel.choices, default=states.TitleLevel.NONE)
    tier = models.CharField(max_length=1, choices=states.Tier.choices, blank=True)
    is_manager = models.BooleanField(default=False, help_text="manages research or technology in an enterprise")
    disciplines = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    clusters = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    yearly_max = models.PositiveSmallIntegerField(null=True, blank=True, help_text="own limit; empty = the general one")

    class Meta:
        abstract = True

    @property
    def language_labels(self) -> str:
        return "、".join(str(states.Language(code).label) for code in self.languages if code in states.Language.values)


class Candidacy(Profile):
    """Somebody on the way into the pool: by an application of one's own, or named by a person or a unit and then asked. The
    rules that were not met and the reason for taking the person nevertheless stay with it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(max_length=10, default=states.CandidacyStatus.SUBMITTED)
    origin = models.CharField(max_length=6, choices=states.Origin.choices, default=states.Origin.OWN)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=60)
    contact = models.CharField(max_length=120, help_text="e-mail or telephone, as the account has it or will have it")
    statement = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+", help_text="that recommends")
    reason = models.TextField(blank=True, help_text="of the recommendation")
    unmet = models.JSONField(default=list, blank=True, help_text="[code] of conditions not met when it was decided")
    answer = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.CandidacyStatus.values), name="candidacy_status"),
            models.CheckConstraint(condition=~Q(status="SUBMITTED") | Q(person__isnull=False), name="candidacy_by_the_person"),
            models.UniqueConstraint(fields=["person"], condition=Q(status__in=["ASKED", "SUBMITTED", "RETURNED"]), name="candidacy_one_open"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status_label(self) -> str:
        return str(states.CandidacyStatus(self.status).label)


class ExpertImport(models.Model):
    """A table of experts from outside. Nothing is taken over before a dry run has been looked at and somebody has said why."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    errors = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict, help_text="rows, new, changed, same, wrong")
    problems = models.JSONField(default=list, help_text="[{row, column, text}], the first of them")
    status = models.CharField(max_length=10, default=states.ImportStatus.UPLOADED)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    why = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=states.ImportStatus.values), name="expertimport_status"),
            models.CheckConstraint(condition=~Q(status="APPLIED") | Q(applied_at__isnull=False) & ~Q(why=""), name="expertimport_whole"),
        ]

    def __str__(self) -> str:
        return self.file.name

    @property
    def status_label(self) -> str:
        return str(states.ImportStatus(self.status).label)


class ExpertAccount(models.Model):
    """Where the fees of an expert go: the number sealed, fingerprinted and masked, never plain."""

    expert = models.OneToOneField("reviews.Expert", models.PROTECT, related_name="account")
    holder = models.CharField(max_length=60)
    bank = models.CharField(max_length=120)
    number_sealed = models.TextField()
    number_masked = models.CharField(max_length=40)
    number_print = models.CharField(max_length=64)
    changed_at = models.DateTimeField(db_default=CoreNow())

    def __str__(self) -> str:
        return self.number_masked


class Tie(models.Model):
    """A relation an expert declares once for all reviews (rules RC2, RC3, RC5, RC6), with a person, a unit, or both. It is ended
    with a reason, never deleted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    expert = models.ForeignKey("reviews.Expert", models.PROTECT, related_name="ties")
    code = models.CharField(max_length=4, choices=states.RecusalCode.choices)
    name = models.CharField(max_length=60, blank=True, help_text="of the other person")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True, help_text="a dispute or an interest that is over; the look-back runs from here")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=CoreNow(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(code__in=["RC2", "RC3", "RC5", "RC6"]), name="tie_declared_codes"),
            models.CheckConstraint(condition=~Q(name="") | Q(person__isnull=False) | Q(organisation__isnull=False), name="tie_with_somebody"),
            models.CheckConstraint(condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="tie_dates"),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(ended_why=""), name="tie_ended_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name or self.organisation}"
