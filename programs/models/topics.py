"""Demand solicitation (出题, clause R1): topic calls, the needs filed under them, their scores, and the topics they became."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.clock import CoreNow
from core.models import Labelled, StoredFile
from core.money import MoneyField
from programs import states
from programs.models.constraints import status_in
from programs.models.guides import Topic
from programs.models.tree import Special


class TopicCall(models.Model):
    """课题征集通知. Its numbers (quotas, exemption, threshold of the sealed statement) are data with their clause and source.

    `exempt_spend`: yuan; a unit of `exempt_kinds` whose R&D spend was more than that in one of `exempt_years` has no quota.
    `seal_from`: yuan; from that proposed amount on every proposing unit seals the statement `seal_name`.
    """

    ref = models.CharField(max_length=40, unique=True)
    year = models.PositiveSmallIntegerField()
    special = models.ForeignKey(Special, models.PROTECT, related_name="topic_calls")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    source = models.TextField(blank=True)
    kinds = models.JSONField(default=list, blank=True, help_text="kinds of units that may propose")
    asks = models.JSONField(default=dict, blank=True, help_text="{field: {shown, required, max, help}}")
    exempt_spend = MoneyField(null=True, blank=True)
    exempt_years = models.JSONField(default=list, blank=True)
    exempt_kinds = models.JSONField(default=list, blank=True)
    exempt_clause = models.CharField(max_length=300, blank=True)
    seal_from = MoneyField(null=True, blank=True)
    seal_name = models.CharField(max_length=100, blank=True)
    seal_clause = models.CharField(max_length=300, blank=True)
    blind = models.BooleanField(default=True)
    score_until = models.DateTimeField(null=True, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, default=states.CallStatus.DRAFT)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    alike = models.JSONField(default=list, blank=True, help_text="[[need, need, likeness]] of the last comparison, the most alike first")
    compared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-year", "-pk"]
        constraints = [
            status_in("topiccall_status", states.CallStatus),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "FINISHED"])
                | Q(published_at__isnull=False, opens_at__isnull=False, closes_at__isnull=False),
                name="topiccall_published_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")), name="topiccall_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_label(self) -> str:
        return str(states.CallStatus(self.status).label)


class CallWindow(models.Model):
    """A time in which needs are taken: opens_at <= now < closes_at, by the database clock."""

    call = models.ForeignKey(TopicCall, models.CASCADE, related_name="windows")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ["call", "opens_at"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="callwindow_order"),
            models.UniqueConstraint(fields=["call", "opens_at"], name="callwindow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.opens_at:%Y-%m-%d %H:%M} - {self.closes_at:%Y-%m-%d %H:%M}"


class CallStream(Labelled):
    """A direction of the call (专项1, 专项2 ...). Streams of one `group` share the quota of a unit."""

    call = models.ForeignKey(TopicCall, models.CASCADE, related_name="streams")
    code = models.CharField(max_length=20)
    group = models.CharField(max_length=20)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["call", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="callstream_code")]


class CallQuota(models.Model):
    """How many needs a unit of these kinds may lead in a group of streams; no kinds means all others."""

    call = models.ForeignKey(TopicCall, models.CASCADE, related_name="quotas")
    group = models.CharField(max_length=20)
    kinds = models.JSONField(default=list, blank=True)
    most = models.PositiveSmallIntegerField()
    clause = models.CharField(max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["call", "order", "pk"]

    def __str__(self) -> str:
        return f"{self.group} {self.most}"


class CallCriterion(Labelled):
    """A line of the score sheet of the call; the points of a full sheet add up to 100."""

    call = models.ForeignKey(TopicCall, models.CASCADE, related_name="criteria")
    code = models.CharField(max_length=20)
    weight = models.PositiveSmallIntegerField()
    help = models.CharField(max_length=300, blank=True)
    help_en = models.CharField(max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["call", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="callcriterion_code"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=100), name="callcriterion_weight"),
        ]


class CallExpert(models.Model):
    """A person invited to score the needs of a call."""

    call = models.ForeignKey(TopicCall, models.CASCADE, related_name="experts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["call", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "person"], name="callexpert_once")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.person_id}"


class Need(models.Model):
    """备选课题. While it is written `answers` holds what was typed, flat and as typed; the columns are filled from the
    cleaned answers at handing in. `grams` are the pairs of neighbouring characters of title and text, for similarity."""

    ref = models.CharField(max_length=40, unique=True)
    call = models.ForeignKey(TopicCall, models.PROTECT, related_name="needs")
    stream = models.ForeignKey(CallStream, models.PROTECT, related_name="needs")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    background = models.TextField(blank=True)
    content = models.TextField(blank=True)
    amount = MoneyField(default=0)
    own_money = MoneyField(default=0)
    cluster = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    result_user = models.CharField(max_length=200, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    partners = models.JSONField(default=list, blank=True, help_text="names of the other proposing units")
    name_agreed = models.BooleanField(default=False)
    answers = models.JSONField(default=dict, blank=True)
    revs = models.JSONField(default=dict, blank=True, help_text="{field: revision of its last change}")
    rev = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=16, default=states.NeedStatus.DRAFT)
    return_reason = models.TextField(blank=True)
    endorsed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField(null=True, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    outcome = models.TextField(blank=True, help_text="what the proposer is told")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="members")
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    score_count = models.PositiveSmallIntegerField(default=0)
    is_demo = models.BooleanField(default=False)
    search = SearchVectorField(null=True, editable=False)
    grams = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            GinIndex(fields=["search"], name="need_search"),
            models.Index(fields=["call", "status"], name="need_call"),
            models.Index(fields=["unit", "status"], name="need_unit"),
            models.Index(fields=["proposer", "status"], name="need_proposer"),
        ]
        constraints = [
            status_in("need_status", states.NeedStatus),
            models.CheckConstraint(
                condition=~Q(status__in=[*states.NEED_COUNTING, "WITHDRAWN"]) | Q(filed_at__isnull=False, endorsed_by__isnull=False),
                name="need_seen_was_filed",
            ),
            models.CheckConstraint(condition=~Q(status="DECLINED") | ~Q(reason_code=""), name="need_declined_has_reason"),
            models.CheckConstraint(
                condition=~Q(status="MERGED") | Q(merged_into__isnull=False),
                name="need_merged_has_lead",
            ),
            models.CheckConstraint(condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="need_not_into_itself"),
            models.CheckConstraint(condition=Q(amount__gte=0, own_money__gte=0), name="need_money_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def status_label(self) -> str:
        return str(states.NeedStatus(self.status).label)

    @property
    def tone(self) -> str:
        return states.NEED_TONES.get(self.status, "")


class NeedIndicator(models.Model):
    """A measurable technical indicator: a number with its unit."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="indicators")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=100)
    sign = models.CharField(max_length=2)
    value = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=30)
    test = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["need", "order"]
        constraints = [models.CheckConstraint(condition=~Q(unit=""), name="needindicator_has_unit")]

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.value} {self.unit}"

    @property
    def sign_label(self) -> str:
        return {"GE": "≥", "LE": "≤", "EQ": "="}.get(self.sign, self.sign)

    @property
    def value_label(self) -> str:
        return f"{self.value.normalize():f}"


class NeedFile(models.Model):
    """An attached file; `sealed_by` names the proposing units whose seals it bears."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sealed_by = models.JSONField(default=list, blank=True)
    is_current = models.BooleanField(default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["need", "-pk"]

    def __str__(self) -> str:
        return f"{self.need_id} {self.kind}"


class NeedReview(models.Model):
    """The points of one person for one need, by the call's score sheet."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    as_expert = models.BooleanField(default=True)
    points = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=5, decimal_places=2)
    comment = models.TextField(blank=True)
    at = models.DateTimeField(db_default=CoreNow())

    class Meta:
        ordering = ["need", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["need", "reviewer"], name="needreview_once"),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=100), name="needreview_total"),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} {self.total}"


class NeedTopic(models.Model):
    """A topic of a guide came from this adopted need."""

    need = models.ForeignKey(Need, models.PROTECT, related_name="topic_links")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="need_links")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(db_default=CoreNow(), editable=False)

    class Meta:
        ordering = ["topic", "pk"]
        constraints = [models.UniqueConstraint(fields=["need", "topic"], name="needtopic_once")]

    def __str__(self) -> str:
        return f"{self.need_id} -> {self.topic_id}"
